"""Processes by pid and start time: a reused pid is never mistaken for a node. Linux only."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

from .account import Account
from .state import NodeRecord

_POLL_SECONDS = 0.05


def start_time(pid: int) -> str | None:
    """Boot and clock tick at which a process started; None if there is none, or a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    # The command's name, in parentheses, may hold spaces: count fields after it.
    fields = text.rpartition(")")[2].split()
    state, threads, ticks = fields[0], int(fields[17]), fields[19]
    # A first thread that has ended while others have not still holds the files and the ports.
    return None if state in "ZX" and threads <= 1 else f"{boot}/{ticks}"


def alive(record: NodeRecord) -> bool:
    """Whether the process that was started for the node still runs."""
    return (
        record.pid is not None
        and record.started is not None
        and start_time(record.pid) == record.started
    )


def resident_bytes(record: NodeRecord) -> int | None:
    """Resident memory of a live node."""
    try:
        pages = int(Path(f"/proc/{record.pid}/statm").read_text(encoding="utf-8").split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def spawn(
    record: NodeRecord,
    command: list[str],
    account: Account,
    folder: Path,
    environment: dict[str, str],
    log: Path,
) -> subprocess.Popen[bytes]:
    """Start a node apart from the caller's terminal, and note its identity in the record."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with log.open("ab") as output:
            account.own(log)
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **account.popen_arguments(),
            )
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    record.pid = process.pid
    record.started = start_time(process.pid)
    return process


def send(record: NodeRecord, number: signal.Signals) -> None:
    """Signal a node if it is still the process that was started."""
    if record.pid is not None and alive(record):
        with contextlib.suppress(ProcessLookupError):
            os.kill(record.pid, number)


def wait_gone(records: list[NodeRecord], seconds: float) -> list[NodeRecord]:
    """Wait until none of the nodes runs; returns those that still do when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        left = [record for record in records if alive(record)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(_POLL_SECONDS)


def stop(records: list[NodeRecord], grace_seconds: float) -> list[NodeRecord]:
    """SIGTERM, a while to close, then SIGKILL; returns nodes that had to be killed."""
    for record in records:
        send(record, signal.SIGTERM)
    stubborn = wait_gone(records, grace_seconds)
    kill(stubborn)
    return stubborn


def kill(records: list[NodeRecord]) -> None:
    """SIGKILL, and wait until the kernel has taken the processes away."""
    for record in records:
        send(record, signal.SIGKILL)
    wait_gone(records, 30)
