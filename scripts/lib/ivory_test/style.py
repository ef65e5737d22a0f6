"""Formatting, types and lints of the scripts, by tools in an environment of their own."""

from __future__ import annotations

import sys
from pathlib import Path

from ivory_node.project import ROOT

from . import counts, environment
from .runner import Command

REQUIREMENTS = Path(__file__).with_name("style.txt")
SCRIPTS = ROOT / "scripts"
FOLDERS = ("scripts", "benches", "gradle", ".ci")
IGNORED = {"__pycache__"}
TYPED = ("ivory_build", "ivory_checks", "ivory_node", "ivory_test")


def commands() -> list[Command]:
    """One command, and one test, for each tool."""
    tools = environment.python(REQUIREMENTS).parent
    python, shell = _sources()
    return [
        Command([str(tools / "ruff"), "check", "--no-cache", *python], counts.single),
        Command([str(tools / "ruff"), "format", "--check", "--no-cache", *python], counts.single),
        Command(
            [
                str(tools / "mypy"),
                "--strict",
                "--cache-dir=/dev/null",
                f"--python-executable={sys.executable}",
                *(f"scripts/lib/{package}" for package in TYPED),
            ],
            counts.single,
            {"MYPYPATH": str(SCRIPTS / "lib")},
        ),
        Command([str(tools / "shellcheck"), *shell], counts.single),
    ]


def _sources() -> tuple[list[str], list[str]]:
    """Python and shell files below the folders that hold scripts, by ending or first line."""
    python, shell = [], []
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*")):
        parents = path.relative_to(ROOT).parent.parts
        if not path.is_file() or not IGNORED.isdisjoint(parents):
            continue
        with path.open("rb") as file:
            first = file.readline().rstrip()
        name = str(path.relative_to(ROOT))
        if path.suffix == ".py" or (first.startswith(b"#!") and b"python" in first):
            python.append(name)
        elif first.startswith(b"#!") and first.endswith(b"sh"):
            shell.append(name)
    return python, shell
