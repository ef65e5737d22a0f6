"""The command line of scripts/build."""

from __future__ import annotations

import argparse
import subprocess
import sys

from ivory_node.console import say
from ivory_node.errors import NodeError
from ivory_node.project import ROOT, newest_plugin

from . import gradle
from .tools import BuildError, ensure_tools

DESCRIPTION = """Build everything; leaves the plugin in build/distributions/ivory-VERSION.zip.

Missing tools (cc, Maven, Gradle, Python's venv, Rust) are installed from the system's packages by
root, or by sudo where it asks for no password; otherwise the command to do so is printed.
A JDK of 22 or later is looked for in IVORY_JDK, JAVA_HOME and the usual places."""


def build() -> None:
    """The native library, then the plugin zip around it."""
    _step(["cargo", "build", "--release", "--locked"], None)
    _step(gradle.command("assemble"), gradle.environment())


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
    parser.add_argument("--tools", action="store_true", help="only see to the tools")
    arguments = parser.parse_args()
    try:
        ensure_tools()
        if not arguments.tools:
            build()
            print(newest_plugin())
    except NodeError as error:
        print(f"scripts/build: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
