"""The command line of scripts/test."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from ivory_build.cli import build
from ivory_build.tools import ensure_tools
from ivory_node import cluster
from ivory_node.errors import NodeError
from ivory_node.state import Folder

from .counts import Counts
from .runner import Result, Stage, run
from .stages import all_stages

DESCRIPTION = """Run every test: style, Rust at each SIMD level here, Java, scripts, nodes.

Sets up what is missing (see scripts/build --help). A stage that cannot run or has no test counts
as a failure; later stages run all the same. The last line is the sum: N passed, N failed."""


def main() -> int:
    """Run the chosen stages; returns the exit code."""
    stages = all_stages()
    parser = argparse.ArgumentParser(
        prog="scripts/test",
        description=DESCRIPTION,
        epilog="stages: " + ", ".join(stage.name for stage in stages),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        action="append",
        metavar="STAGE",
        choices=[stage.name for stage in stages],
        help="only this stage (may be given more than once)",
    )
    chosen = parser.parse_args().only
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    wanted = [stage for stage in stages if chosen is None or stage.name in chosen]
    results: list[Result] = []
    code = 0
    with tempfile.TemporaryDirectory(prefix="ivory-test-", ignore_cleanup_errors=True) as folder:
        register = Path(folder) / "nodes"
        os.environ["IVORY_NODE_REGISTER"] = str(register)
        # What a stage that is cut short leaves behind goes with the folder. Nodes must reach it.
        os.environ["TMPDIR"] = folder
        Path(folder).chmod(0o755)
        try:
            _run_all(wanted, results)
        except (KeyboardInterrupt, SystemExit):
            code = 130
        finally:
            _stop_nodes(register)
    _report(results)
    return code or (1 if any(result.counts.failed for result in results) or not results else 0)


def _interrupted(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _run_all(stages: list[Stage], results: list[Result]) -> None:
    """Set up, then run the stages, even if the build failed: those that need it say so."""
    begun = time.monotonic()
    try:
        _title("setup")
        ensure_tools()
        if any(stage.needs_build for stage in stages):
            build()
    except NodeError as error:
        print(f"setup: {error}", flush=True)
        results.append(Result("setup", Counts(failed=1), time.monotonic() - begun, "build failed"))
    for stage in stages:
        _title(f"{stage.name}: {stage.about}")
        try:
            results.append(run(stage))
        except (KeyboardInterrupt, SystemExit):
            results.append(Result(stage.name, Counts(failed=1), 0, "interrupted"))
            raise


def _title(text: str) -> None:
    print(f"\n==== {text}", flush=True)


def _stop_nodes(register: Path) -> None:
    """Whatever a stage started and did not stop, as when it was cut short."""
    if not register.exists():
        return
    for line in sorted(set(register.read_text(encoding="utf-8").splitlines())):
        try:
            cluster.down(Folder(Path(line)))
        except NodeError as error:
            print(f"nodes in {line}: {error}", file=sys.stderr)


def _report(results: list[Result]) -> None:
    total = sum((result.counts for result in results), Counts())
    seconds = sum(result.seconds for result in results)
    print(f"\n{'stage':14} {'passed':>8} {'failed':>8} {'skipped':>8} {'seconds':>9}")
    for result in [*results, Result("all", total, seconds)]:
        counts = result.counts
        print(
            f"{result.name:14} {counts.passed:8} {counts.failed:8} {counts.skipped:8} "
            f"{result.seconds:9.1f}  {result.note}".rstrip()
        )
    print(f"\n{total.line()}", flush=True)
