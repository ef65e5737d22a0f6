"""Formatting, types and lints of the scripts, by tools in an environment of their own."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ivory_build.tools import BuildError
from ivory_node.artifacts import cache_root
from ivory_node.console import say, tail
from ivory_node.project import ROOT

from . import counts
from .runner import Command

REQUIREMENTS = Path(__file__).with_name("style.txt")
SCRIPTS = ROOT / "scripts"
FOLDERS = ("scripts", "benches", "gradle", ".ci")
IGNORED = {"__pycache__"}
TYPED = ("ivory_build", "ivory_checks", "ivory_node", "ivory_test")


def commands() -> list[Command]:
    """One command, and one test, for each tool."""
    tools = _environment() / "bin"
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


def _environment() -> Path:
    """A virtual environment in the cache, named by what is in it."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache_root() / f"style-{digest}"
    stamp = folder / "complete"
    if stamp.exists():
        return folder
    say(f"installing the tools of {REQUIREMENTS.name} into {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    _checked([sys.executable, "-m", "venv", str(folder)])
    install = ["install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    pip = [str(folder / "bin" / "python"), "-m", "pip", *install, "-r", str(REQUIREMENTS)]
    # A download may break off.
    for pause in (5, 20):
        if subprocess.run(pip, capture_output=True, check=False).returncode == 0:
            break
        time.sleep(pause)
    else:
        _checked(pip)
    stamp.touch()
    return folder


def _checked(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)} failed:\n{tail(done.stdout + done.stderr, 15)}")
