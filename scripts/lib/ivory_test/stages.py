"""The stages, in the order in which they run: the quick ones first."""

from __future__ import annotations

import platform
from functools import partial
from pathlib import Path

from ivory_build import gradle
from ivory_node.project import ROOT

from . import counts, environment, style
from .runner import Command, Stage

# At the highest level everything is tested, at the others what works differently there.
_WHOLE = ["--workspace"]
_LEVELLED = ["-p", "ivory-kernels", "-p", "ivory-core", "-p", "ivory-jni"]


def simd_levels() -> list[str]:
    """The levels that this machine has, as the native library counts them."""
    if platform.machine() in ("aarch64", "arm64"):
        return ["scalar", "neon"]
    levels = ["scalar"]
    flags = _processor_flags()
    if {"avx2", "fma"} <= flags:
        levels.append("avx2")
        if "avx512f" in flags:
            levels.append("avx512")
    return levels


def _processor_flags() -> set[str]:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("flags"):
            return set(line.partition(":")[2].split())
    return set()


def _rust_style() -> list[Command]:
    return [
        Command(["cargo", "fmt", "--all", "--check"], counts.single),
        Command(
            ["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-Dwarnings"],
            counts.single,
        ),
        Command(["cargo", "fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"], counts.single),
    ]


def _rust(level: str, crates: list[str]) -> list[Command]:
    arguments = ["cargo", "test", *crates, "--locked", "--no-fail-fast"]
    return [Command(arguments, counts.cargo, {"IVORY_SIMD": level})]


def _checks() -> list[Command]:
    scripts = ROOT / "scripts"
    return [
        Command([str(scripts / "fuzz"), "--quick"], counts.verdicts),
        Command([str(scripts / "sanitize"), "--quick"], counts.verdicts),
    ]


def _java_style() -> list[Command]:
    arguments = gradle.command("check", "-x", "unitTest", "--continue")
    return [Command(arguments, counts.gradle_checks, gradle.environment())]


def _java_unit() -> list[Command]:
    arguments = gradle.command("unitTest", "--continue")
    return [Command(arguments, counts.junit, gradle.environment())]


def _integration() -> list[Command]:
    arguments = gradle.command(":tests:integrationTest", "--continue")
    return [Command(arguments, counts.junit, gradle.environment())]


def _python_tests(folder: str) -> list[Command]:
    arguments = [str(environment.python()), "-m", "unittest", "discover", "-v", "-s", folder]
    variables = {"PYTHONPATH": str(ROOT / "scripts" / "lib"), "PYTHONDONTWRITEBYTECODE": "1"}
    return [Command(arguments, counts.unittest, variables)]


def all_stages() -> list[Stage]:
    """Every stage."""
    levels = simd_levels()
    rust = [
        Stage(
            f"rust-{level}",
            f"cargo test at SIMD level {level}",
            partial(_rust, level, _WHOLE if level == levels[-1] else _LEVELLED),
        )
        for level in levels
    ]
    return [
        Stage("rust-style", "cargo fmt and clippy", _rust_style),
        Stage("script-style", "ruff, mypy and shellcheck on the scripts", style.commands),
        Stage("java-style", "formatting and layer rules", _java_style),
        *rust,
        Stage("rust-checks", "fuzz targets and sanitizers, some seconds each", _checks),
        Stage("java-unit", "unit tests of the plugin", _java_unit, needs_build=True),
        Stage(
            "scripts",
            "tests of the scripts, with a bare node",
            partial(_python_tests, "scripts/tests"),
        ),
        Stage(
            "benches",
            "benches at small size",
            partial(_python_tests, "benches/tests"),
            needs_build=True,
        ),
        Stage("integration", "tests against real nodes", _integration, 5400, needs_build=True),
    ]
