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
# Others, such as a machine's own updates at its start, may hold apt's lock for a while.
PATIENTLY = ("-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=5")


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


def _has_rust() -> bool:
    """True as well where it cannot come from a package (Debian 12 has no rustup)."""
    return shutil.which("cargo") is not None or not _candidate("rustup")


RUST_TOOLS = (
    Tool("a C compiler and linker (cc)", _on_path("cc"), ("build-essential",)),
    Tool("Rust (cargo)", _has_rust, ("rustup",)),
)
TOOLS = (
    *RUST_TOOLS,
    Tool("Maven (mvn)", _on_path("mvn"), ("maven",)),
    Tool("Gradle (gradle)", _on_path("gradle"), ("gradle",)),
    Tool("Python's venv", _has_venv, ("python3-venv",)),
)


def ensure_tools(java: bool = True) -> None:
    """Return when every tool is there; else say what is missing and how to get it.

    Without `java` only what Rust needs is looked for."""
    os.environ.setdefault("CARGO_NET_RETRY", "10")
    if CARGO_BIN.is_dir() and shutil.which("cargo") is None:
        os.environ["PATH"] = f"{CARGO_BIN}{os.pathsep}{os.environ['PATH']}"
    tools = TOOLS if java else RUST_TOOLS
    missing = {tool.name: tool.packages for tool in tools if not tool.present()}
    if java and not _has_jdk() and (packages := _jdk_packages()):
        missing[f"a JDK of {OLDEST} or later"] = tuple(packages)
    if missing:
        packages = [package for needed in missing.values() for package in needed]
        _install(packages, ", ".join(missing))
    left = [tool.name for tool in tools if not tool.present()]
    if left:
        raise BuildError(f"still missing after the installation: {', '.join(left)}")
    if java:
        find_jdk("javac")
    if shutil.which("cargo") is None:
        raise BuildError(
            "missing: Rust. Install it by rustup (rustup.rs), or where the system has it as a "
            "package: apt-get install rustup"
        )
    _ensure_toolchain()


def _jdk_packages() -> list[str]:
    """A JDK from the distribution, if it has one that is new enough (Debian 12 has not)."""
    for version in range(NEWEST_OPENJDK_PACKAGE, OLDEST - 1, -1):
        package = f"openjdk-{version}-jdk-headless"
        if _candidate(package):
            return [package]
    return []


def _candidate(package: str) -> bool:
    if shutil.which("apt-cache") is None:
        return False
    shown = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)
    return shown.returncode == 0 and bool(shown.stdout.strip())


def _root_prefix() -> list[str] | None:
    """What to put before a command to run it as root; None where that is not possible."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def _install(packages: list[str], what: str) -> None:
    command = ["install", "-y", "--no-install-recommends", *packages]
    advice = (
        f"missing: {what}. Install it, on Debian or Ubuntu by: sudo apt-get {' '.join(command)}"
    )
    prefix = _root_prefix()
    if shutil.which("apt-get") is None or prefix is None:
        raise BuildError(advice)
    say(f"missing: {what}; installing {' '.join(packages)}")
    quietly = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *PATIENTLY]
    # Package lists may be old or absent: a second try with new ones.
    if _run([*quietly, *command]):
        return
    _run([*quietly, "update", "-q"])
    if not _run([*quietly, *command]):
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
