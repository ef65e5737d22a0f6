"""What the command lines of the benches have in common."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from ivory_node.errors import NodeError
from ivory_node.project import ROOT


def parser(
    name: str, description: str, epilog: str | None = None, cut: str = "the base"
) -> argparse.ArgumentParser:
    """The options that all take; `cut` says what --vectors is about."""
    made = argparse.ArgumentParser(
        prog=f"benches/{name}",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--vectors", type=int, metavar="N", help=f"only the first N of {cut}")
    made.add_argument("--queries", type=int, metavar="N", help="only the first N queries")
    made.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=ROOT / "build" / "benches" / name,
        help=f"folder of results (default: build/benches/{name})",
    )
    return made


def add_node(made: argparse.ArgumentParser) -> None:
    """The options of those that start a node and train a model in it."""
    made.add_argument("--plugin", metavar="ZIP", help="not the one that is built here")
    made.add_argument("--no-build", action="store_true", help="take the newest build")
    made.add_argument("--heap", default="2g", help="Java heap (default 2g)")
    made.add_argument(
        "--train", type=json.loads, default={}, metavar="JSON", help="more for _train"
    )


def run(name: str, work: Callable[[], None]) -> int:
    """Does the work; returns the exit code. A SIGTERM ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        work()
    except (NodeError, RuntimeError, OSError) as error:
        print(f"benches/{name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _interrupted(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
