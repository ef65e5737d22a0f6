"""Finds the tools of the build, and installs those that are missing where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ivory_node.console import say
from ivory_node.errors import NodeError
from ivory_node.jdk import OLDEST, find_jdk

CARGO_BIN = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo") / "bin"
NEWEST_OPENJDK_PACKAGE = 30


class BuildError(NodeError):
    """Something about the build that the user can act on."""


@dataclass(frozen=True)
class Tool:
    """A program, how to see whether it is there, and the Debian packages that bring it."""

    name: str
    present: Callable[[], bool]
    packages: tuple[str, ...]


def _on_path(program: str) -> Callable[[], bool]:
    return lambda: shutil.which(program) is not None


def _has_venv() -> bool:
    command = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _has_jdk() -> bool:
    try:
        find_jdk("javac")
    except NodeError:
        return False
    return True


TOOLS = (
    Tool("a C compiler and linker (cc)", _on_path("cc"), ("build-essential",)),
    Tool("Maven (mvn)", _on_path("mvn"), ("maven",)),
    Tool("Gradle (gradle)", _on_path("gradle"), ("gradle",)),
    Tool("Python's venv", _has_venv, ("python3-venv",)),
    Tool("Rust (cargo)", _on_path("cargo"), ("rustup",)),
)


def ensure_tools() -> None:
    """Return when every tool is there; else say what is missing and how to get it."""
    if CARGO_BIN.is_dir() and shutil.which("cargo") is None:
        os.environ["PATH"] = f"{CARGO_BIN}{os.pathsep}{os.environ['PATH']}"
    missing = [tool for tool in TOOLS if not tool.present()]
    packages = [package for tool in missing for package in tool.packages]
    if not _has_jdk():
        packages += _jdk_packages()
    if packages:
        _install(
            packages, ", ".join(tool.name for tool in missing) or f"a JDK of {OLDEST} or later"
        )
    left = [tool.name for tool in TOOLS if not tool.present()]
    if left:
        raise BuildError(f"still missing after the installation: {', '.join(left)}")
    find_jdk("javac")
    _ensure_toolchain()


def _jdk_packages() -> list[str]:
    """A JDK from the distribution, if it has one that is new enough (Debian 12 has not)."""
    if shutil.which("apt-cache") is None:
        return []
    for version in range(NEWEST_OPENJDK_PACKAGE, OLDEST - 1, -1):
        package = f"openjdk-{version}-jdk-headless"
        if _candidate(package):
            return [package]
    return []


def _candidate(package: str) -> bool:
    shown = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)
    return shown.returncode == 0 and bool(shown.stdout.strip())


def _install(packages: list[str], what: str) -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    advice = f"missing: {what}. Install it, on Debian or Ubuntu by: sudo {' '.join(command)}"
    if shutil.which("apt-get") is None:
        raise BuildError(advice)
    prefix: list[str] = []
    if os.geteuid() != 0:
        prefix = ["sudo", "-n"]
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode != 0:
            raise BuildError(advice)
    if "rustup" in packages and not _candidate("rustup"):
        raise BuildError(
            "missing: Rust. Install it by rustup (rustup.rs): this system's packages have none"
        )
    say(f"missing: {what}; installing {' '.join(packages)}")
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    for attempt in (["apt-get", "update", "-q"], None):
        if _run([*prefix, *environment, *command]):
            return
        if attempt:
            # Package lists may be old or absent.
            _run([*prefix, *environment, *attempt])
    raise BuildError(f"the installation failed; {advice}")


def _ensure_toolchain() -> None:
    """A fresh rustup has no toolchain, and one made with few components no formatter."""
    if shutil.which("rustup") is None:
        return
    cargo = subprocess.run(["cargo", "--version"], capture_output=True, check=False)
    if cargo.returncode != 0:
        say("installing Rust's stable toolchain")
        _checked(["rustup", "toolchain", "install", "stable", "--profile", "minimal"])
        _checked(["rustup", "default", "stable"])
    for component, program in (("rustfmt", "cargo-fmt"), ("clippy", "cargo-clippy")):
        there = subprocess.run([program, "--version"], capture_output=True, check=False)
        if there.returncode != 0:
            _checked(["rustup", "component", "add", component])


def _run(command: list[str]) -> bool:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    return done.returncode == 0


def _checked(command: list[str]) -> None:
    if not _run(command):
        raise BuildError(f"{' '.join(command)} failed")
