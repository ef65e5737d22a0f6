"""The command line of scripts/sanitize."""

from __future__ import annotations

import argparse
import re
import subprocess
import time
from collections.abc import Callable

from ivory_node.console import say, tail
from ivory_node.project import ROOT

from . import rust
from .verdict import FAILED, NOTHING_RAN, OK, SKIPPED, Verdict, exit_code

DESCRIPTION = f"""Run the Rust core's tests under AddressSanitizer, ThreadSanitizer and Miri.

What cannot be had here is skipped, with the reason: where nothing at all could run, the exit code
is {NOTHING_RAN}. The C API has its own tests under AddressSanitizer and valgrind (cargo test)."""

# What a short run takes: all that reads damaged files, assigns, encodes and scans.
QUICK = ["--package", "ivory-core"]
QUICK += [part for name in ("model_file", "model_file_v2", "regions") for part in ("--test", name)]
CRATES = ("ivory-kernels", "ivory-core", "ivory-files")
ALL = [part for crate in CRATES for part in ("--package", crate)] + ["--lib", "--tests"]
# Handles are what threads of Java share.
THREADS = ["--package", "ivory-jni", *ALL]
# An interpreter, some hundred times slower: what reads models, and the conversions of C's pointers.
GOLDEN = ["the_golden", "--skip", "writer"]
MIRI_QUICK = ["--package", "ivory-core", "--test", "model_file", "--", *GOLDEN]
MIRI_ALL = ["--package", "ivory-core", "--package", "ivory-capi", "--lib"]
MIRI_ALL += ["--test", "model_file", "--test", "model_file_v2"]
MIRI_ALL += ["--", "pointers::", "status::", *GOLDEN]
PASSED = re.compile(r"^test result: ok\. (\d+) passed", re.MULTILINE)
TAKES_LONG = "it takes minutes: scripts/sanitize without --quick"
SOURCES = "rustup component add rust-src"


def main() -> int:
    """Run the chosen checks; returns the exit code."""
    checks: dict[str, Callable[[bool], Verdict]] = {
        "address": _address,
        "thread": _thread,
        "miri": _miri,
    }
    parser = argparse.ArgumentParser(
        prog="scripts/sanitize",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--check",
        action="append",
        choices=list(checks),
        help="only this one (may be given more than once)",
    )
    parser.add_argument("--quick", action="store_true", help="some tests of the core only")
    given = parser.parse_args()
    verdicts = []
    for name in dict.fromkeys(given.check or checks):
        verdicts.append(checks[name](given.quick))
        verdicts[-1].tell()
    return exit_code(verdicts)


def _address(quick: bool) -> Verdict:
    if why := rust.unsupported():
        return Verdict("address", SKIPPED, why)
    command = ["cargo", "test", "--target", rust.host(), *(QUICK if quick else ALL)]
    return _tests("address", command, quick, ["-Zsanitizer=address"])


def _thread(quick: bool) -> Verdict:
    """Needs a standard library with the same flags: what it orders is else taken for a race."""
    toolchain = rust.toolchain_with_sources()
    if why := rust.unsupported():
        return Verdict("thread", SKIPPED, why)
    if quick:
        return Verdict("thread", SKIPPED, TAKES_LONG)
    if toolchain is None:
        return Verdict("thread", SKIPPED, f"the standard library's sources are missing ({SOURCES})")
    command = ["cargo", *toolchain, "test", "-Zbuild-std", "--target", rust.host(), *THREADS]
    return _tests("thread", command, quick, ["-Zsanitizer=thread"])


def _miri(quick: bool) -> Verdict:
    toolchain = rust.toolchain_with_sources()
    if toolchain is None:
        return Verdict("miri", SKIPPED, f"the standard library's sources are missing ({SOURCES})")
    command = ["cargo", *toolchain, "miri"]
    there = subprocess.run([*command, "--version"], capture_output=True, check=False)
    if there.returncode != 0:
        return Verdict("miri", SKIPPED, "it is not installed (rustup component add miri, nightly)")
    # It knows no SIMD; the queues of rayon break the older of its two models of borrows.
    flags = "-Zmiri-disable-isolation -Zmiri-tree-borrows"
    more = {"MIRIFLAGS": flags, "IVORY_SIMD": "scalar"}
    command += ["test", *(MIRI_QUICK if quick else MIRI_ALL)]
    return _tests("miri", command, quick, [], more)


def _tests(
    check: str,
    command: list[str],
    quick: bool,
    flags: list[str],
    more: dict[str, str] | None = None,
) -> Verdict:
    cut = command.index("--") if "--" in command else len(command)
    command = [*command[:cut], "--locked", "--quiet", "--no-fail-fast", *command[cut:]]
    folder = rust.target_folder(f"sanitize-{check}")
    environment = rust.environment(folder, flags) | (more or {})
    if quick:
        # Soon compiled.
        environment |= {"CARGO_PROFILE_DEV_OPT_LEVEL": "1", "CARGO_PROFILE_DEV_DEBUG": "0"}
    say(f"{check}: {' '.join(command)}")
    begun = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    passed = sum(int(number) for number in PASSED.findall(done.stdout))
    about = f"{passed} tests in {time.monotonic() - begun:.0f} s"
    if done.returncode == 0 and passed > 0:
        return Verdict(check, OK, about)
    say(tail(done.stdout, 100))
    return Verdict(check, FAILED, f"exit code {done.returncode}, {about} passed")
