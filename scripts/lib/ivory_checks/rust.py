"""Builds with flags that only nightly compilers take of themselves: a stable one is asked to."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from pathlib import Path

from ivory_node.project import ROOT

# Where the compiler brings the sanitizers' libraries.
SUPPORTED = {"x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"}


@cache
def host() -> str:
    """The compiler's own target. It is named in builds so that build scripts get no flags."""
    told = subprocess.run(["rustc", "-vV"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return next(line.split()[1] for line in told.splitlines() if line.startswith("host:"))


def unsupported() -> str:
    """Why sanitizers cannot be used here; empty if they can."""
    return "" if host() in SUPPORTED else f"the compiler has no sanitizers for {host()}"


def toolchain_with_sources() -> list[str] | None:
    """Cargo's argument for a toolchain that can build the standard library; None: there is none."""
    for toolchain in ([], ["+nightly"]):
        command = ["rustc", *toolchain, "--print", "sysroot"]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        library = Path(told.stdout.strip()) / "lib/rustlib/src/rust/library"
        if told.returncode == 0 and (library / "Cargo.lock").is_file():
            return toolchain
    return None


def target_folder(name: str) -> Path:
    """A build folder of its own: other flags would have everything built anew."""
    return Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").absolute() / name


def environment(folder: Path, flags: list[str]) -> dict[str, str]:
    """What cargo is run with."""
    kept = {key: value for key, value in os.environ.items() if key != "CARGO_ENCODED_RUSTFLAGS"}
    return {
        **kept,
        "CARGO_TARGET_DIR": str(folder),
        "RUSTC_BOOTSTRAP": "1",
        "RUSTFLAGS": " ".join(flags),
    }


def cores() -> int:
    """Processors that this process may use."""
    if platform.system() == "Linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
