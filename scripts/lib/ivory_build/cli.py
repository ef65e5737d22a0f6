"""The command line of scripts/build."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from ivory_node.console import say
from ivory_node.errors import NodeError
from ivory_node.project import ROOT, newest_plugin

from . import gradle
from .tools import BuildError, ensure_tools

DESCRIPTION = """Build the plugin; leaves it in build/distributions/ivory-VERSION.zip.

Missing tools (cc, Maven, Gradle, Python's venv, Rust) are installed from the system's packages by
root, or by sudo where it asks for no password; otherwise the command to do so is printed.
A JDK of 22 or later is looked for in IVORY_JDK, JAVA_HOME and the usual places."""


def build() -> None:
    """The native library, then the plugin zip around it."""
    _step(["cargo", "build", "--release", "--locked"], None)
    # What the tests will need is fetched, too: here a download that broke off is tried again.
    command, environment = gradle.command("download", "assemble"), gradle.environment()
    try:
        _step(command, environment)
    except BuildError:
        _step(command, environment)


def build_cli() -> Path:
    """The program `ivory`."""
    command = ["cargo", "build", "--release", "--locked", "-p", "ivory-cli"]
    say(f"== {' '.join(command)}")
    command.append("--message-format=json-render-diagnostics")
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
    )
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    programs = [message["executable"] for message in messages if message.get("executable")]
    if done.returncode != 0 or not programs:
        raise BuildError(f"{' '.join(command)} failed with exit code {done.returncode}")
    return Path(programs[-1])


def _step(command: list[str], environment: dict[str, str] | None) -> None:
    say(f"== {' '.join(command)}")
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)} failed with exit code {done.returncode}")


def main() -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/build",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--tools", action="store_true", help="only see to the tools")
    only.add_argument("--cli", action="store_true", help="only build the program ivory")
    arguments = parser.parse_args()
    try:
        ensure_tools(java=not arguments.cli)
        if arguments.cli:
            print(build_cli())
        elif not arguments.tools:
            build()
            print(newest_plugin())
    except NodeError as error:
        print(f"scripts/build: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
