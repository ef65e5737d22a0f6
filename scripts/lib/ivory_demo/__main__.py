"""Command line of the demo; run it by scripts/demo."""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from . import console, sentences, sift
from .client import Client, RequestError
from .node import ROOT, SCRIPTS, Node, StepFailed, run_step

LARGEST = 100_000


def arguments() -> argparse.Namespace:
    """Parses and checks the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Builds Ivory, starts an OpenSearch node with it, indexes and searches real "
        "vectors, prints recall and latency. Stops the node at the end.",
    )
    parser.add_argument(
        "--vectors",
        type=int,
        default=LARGEST,
        metavar="N",
        help=f"how many SIFT vectors, {sift.SMALLEST} to {LARGEST} (the default)",
    )
    parser.add_argument("--port", type=int, metavar="P", help="HTTP port (default: a free one)")
    parser.add_argument("--keep", action="store_true", help="leave the node running at the end")
    parser.add_argument(
        "--dir",
        type=Path,
        metavar="DIR",
        help="folder of the node (default: a temporary one, removed at the end)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=ROOT / "build" / "demo",
        help="folder for the plot, the figures and logs (default: build/demo)",
    )
    chosen = parser.parse_args()
    if not sift.SMALLEST <= chosen.vectors <= LARGEST:
        parser.error(f"--vectors {chosen.vectors}: must be {sift.SMALLEST} to {LARGEST}")
    if chosen.port is not None and not 1024 <= chosen.port <= 65535:
        parser.error(f"--port {chosen.port}: must be 1024 to 65535")
    return chosen


def demonstrate(chosen: argparse.Namespace, node: Node, out: Path) -> None:
    """Everything but the end."""
    console.heading("Build")
    built = run_step("build", [str(SCRIPTS / "build")], out / "build.log")
    console.say(f"{os.path.relpath(built.last_line)} built in {console.duration(built.seconds)}")
    console.heading("Start an OpenSearch node with the plugin")
    seconds = node.up(out / "node.log")
    client = Client(node.url)
    version = client.call("GET", "/")["version"]["number"]
    console.say(f"OpenSearch {version} at {node.url} after {console.duration(seconds)}")
    console.say(_native_library(client))
    sift.run(client, chosen.vectors, out)
    sentences.run(client)
    client.close()


def _native_library(client: Client) -> str:
    """What the node says of the Rust library."""
    (stats,) = client.call("GET", "/_plugins/_ivory/stats")["nodes"].values()
    library = stats["native"]
    if library["loaded"]:
        return f"native library loaded, SIMD level {library['simd_level']}"
    return f"native library not loaded, plain Java serves: {library['reason']}"


def main() -> int:
    """Runs the demo; returns the exit code."""
    chosen = arguments()
    out: Path = chosen.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _interrupt)
    begin = time.monotonic()
    node = Node(chosen.dir, chosen.port or 0)
    code, keep = 1, False
    try:
        demonstrate(chosen, node, out)
        code, keep = 0, chosen.keep
    except KeyboardInterrupt:
        console.say("\ninterrupted")
        code = 130
    except (StepFailed, RequestError, RuntimeError, OSError, http.client.HTTPException) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    console.heading("End")
    if keep:
        console.say(f"the node is at {node.url}; stop it with: {node.stop_command()}")
    else:
        try:
            stopped = node.down()
            said = "the node is stopped (--keep leaves it running)"
            console.say(said if stopped else "no node was started")
        except StepFailed as error:
            print(error, file=sys.stderr)
            code = code or 1
    console.say(f"total {console.duration(time.monotonic() - begin)}")
    return code


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
