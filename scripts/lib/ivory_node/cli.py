"""The command line of scripts/node."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from . import cluster, host
from .console import tail
from .errors import NodeError
from .state import Folder

DESCRIPTION = """Assemble, start and stop OpenSearch nodes with the Ivory plugin.

Nodes listen on 127.0.0.1 only. Artifacts come from Maven Central and are kept in a cache.

Environment: IVORY_JDK or JAVA_HOME, a JDK of 22 or later; IVORY_CACHE, the cache; IVORY_USER, who
runs the nodes that root starts (else `opensearch` if there is such a user, else `nobody`)."""


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def _port(text: str) -> int:
    value = int(text) if text.isdecimal() else -1
    if not 0 <= value <= 65_535:
        raise argparse.ArgumentTypeError(f"{text} is not a port (0 to 65535)")
    return value


def _count(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if not 1 <= value <= 16:
        raise argparse.ArgumentTypeError(f"{text} is not a number of nodes (1 to 16)")
    return value


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    root = argparse.ArgumentParser(
        prog="scripts/node",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument(
            "--dir", required=True, type=Path, help="the node folder (data, logs, plugins)"
        )
        return added

    up = command(
        "up",
        "start the nodes that do not run, wait for a healthy cluster, print a URL a line",
    )
    up.add_argument(
        "--port",
        type=_port,
        help="HTTP port of node 0, one more for each other; 0: free (default: as before, or 9200)",
    )
    up.add_argument("--nodes", type=_count, help="number of nodes (default 1)")
    up.add_argument("--heap", help="Java heap of each node, such as 512m or 2g (default 1g)")
    up.add_argument(
        "--peer",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="install the k-NN plugin as well",
    )
    up.add_argument(
        "--plugin",
        metavar="ZIP",
        help="plugin zip, `newest` of build/distributions (default), or `none`",
    )
    up.add_argument(
        "--host-plugin",
        action="append",
        choices=sorted(host.HOST_PLUGINS),
        dest="host_plugins",
        help="install this plugin of the host's as well (may be given more than once)",
    )
    up.add_argument(
        "--set",
        type=_pair,
        action="append",
        metavar="KEY=VALUE",
        dest="settings",
        help="a setting of opensearch.yml; KEY= takes it away",
    )
    up.add_argument(
        "--env",
        type=_pair,
        action="append",
        metavar="KEY=VALUE",
        dest="environment",
        help="an environment variable of the nodes; KEY= takes it away",
    )
    up.add_argument(
        "--jvm",
        action="append",
        metavar="OPTION",
        help="one more JVM option, as in --jvm=-Xcheck:jni; replaces those of earlier calls",
    )
    up.add_argument(
        "--timeout",
        type=float,
        default=180,
        metavar="SECONDS",
        help="how long to wait for health (default 180)",
    )
    command("down", "stop what was started; quiet if nothing runs")
    killing = command("kill", "end nodes with SIGKILL, as a crash would; `up` starts them again")
    killing.add_argument("--node", type=int, metavar="I", help="only node I")
    reading = command("status", "what runs; exit code 0 if the cluster is healthy")
    reading.add_argument("--json", action="store_true", help="as JSON")
    logs = command("logs", "the end of a node's log")
    logs.add_argument("--node", type=int, default=0, metavar="I", help="node I (default 0)")
    logs.add_argument(
        "-n", "--lines", type=int, default=50, metavar="N", help="number of lines (default 50)"
    )
    return root


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name in ("nodes", "heap", "peer", "jvm", "host_plugins"):
        if getattr(arguments, name) is not None:
            changes[name] = getattr(arguments, name)
    for name in ("settings", "environment"):
        if getattr(arguments, name) is not None:
            changes[name] = dict(getattr(arguments, name))
    if arguments.plugin is not None:
        named = arguments.plugin in ("none", "newest")
        changes["plugin"] = arguments.plugin if named else str(Path(arguments.plugin).absolute())
    return changes


def _up(folder: Folder, arguments: argparse.Namespace) -> int:
    port = arguments.port
    if port is None and folder.load() is None:
        port = 9200
    for record in cluster.up(folder, _options(arguments), port, arguments.timeout):
        print(record.url, flush=True)
    return 0


def _status(folder: Folder, as_json: bool) -> int:
    report = cluster.status(folder)
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        for node in report["nodes"]:
            size = f"{node['rss_bytes'] / 2**20:.0f} MiB" if node["rss_bytes"] else "-"
            state = "running" if node["alive"] else "stopped"
            print(
                f"{node['name']:8} {state:8} pid {node['pid'] or '-':<8} rss {size:>10}  "
                f"{node['url']}"
            )
        print(f"cluster: {report['status'] or 'not answering'}")
    return 0 if report["healthy"] else 1


def _run(arguments: argparse.Namespace) -> int:
    folder = Folder(arguments.dir)
    if arguments.command == "up":
        return _up(folder, arguments)
    if arguments.command == "status":
        return _status(folder, arguments.json)
    if arguments.command == "down":
        cluster.down(folder)
    elif arguments.command == "kill":
        cluster.kill(folder, arguments.node)
    else:
        path = cluster.log_path(folder, arguments.node)
        if not path.is_file():
            raise NodeError(f"there is no log yet: {path}")
        print(tail(path.read_text(encoding="utf-8", errors="replace"), arguments.lines))
    return 0


def _interrupted(number: int, _frame: object) -> None:
    # As an exception, so that `up` takes back what it started.
    raise SystemExit(128 + number)


def main() -> int:
    """Run one command; returns its exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    arguments = parser().parse_args()
    try:
        return _run(arguments)
    except NodeError as error:
        print(f"scripts/node: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # The reader of our output went away; nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
