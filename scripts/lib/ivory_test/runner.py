"""Runs one stage: its commands, one after the other, each with a time limit."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivory_node.errors import NodeError
from ivory_node.project import ROOT

from .counts import Counts

Parser = Callable[[Iterable[str]], Counts]


@dataclass(frozen=True)
class Command:
    """A program, and how its output is counted."""

    arguments: list[str]
    count: Parser
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """A named part of the tests. Its commands are made when it runs: to make them may fail, too."""

    name: str
    about: str
    commands: Callable[[], list[Command]]
    limit_seconds: float = 1800
    needs_build: bool = False


@dataclass(frozen=True)
class Result:
    """What a stage came to; `note` says why it failed without a failed test."""

    name: str
    counts: Counts
    seconds: float
    note: str = ""


def run(stage: Stage) -> Result:
    """Run a stage. What cannot run, takes too long, or has no test, has failed."""
    begun = time.monotonic()
    counts, notes = Counts(), []
    try:
        for command in stage.commands():
            left = stage.limit_seconds - (time.monotonic() - begun)
            found, note = _run(command, left)
            counts += found
            if note:
                notes.append(note)
    except (NodeError, OSError) as error:
        print(f"{stage.name}: {error}", flush=True)
        counts += Counts(failed=1)
        notes.append("did not run")
    if counts.ran == 0:
        counts += Counts(failed=1)
        notes.append("no test ran")
    return Result(stage.name, counts, time.monotonic() - begun, "; ".join(notes))


def _run(command: Command, limit_seconds: float) -> tuple[Counts, str]:
    code, lines, late = _stream(command, limit_seconds)
    counts = command.count(lines)
    if late:
        return counts + Counts(failed=1), "took too long"
    if code == 0 or counts.failed:
        return counts, ""
    # A program that failed as a whole: what is counted by its exit code alone has not passed.
    single = counts == Counts(passed=1)
    return (Counts(failed=1) if single else counts + Counts(failed=1)), f"exit code {code}"


def _stream(command: Command, limit_seconds: float) -> tuple[int, list[str], bool]:
    """Run, show the output as it comes, and leave no process behind in any case."""
    shown = " ".join(f"{key}={value}" for key, value in _told(command.environment).items())
    print(f"$ {shown + ' ' if shown else ''}{' '.join(command.arguments)}", flush=True)
    process = subprocess.Popen(
        command.arguments,
        cwd=ROOT,
        env={**os.environ, **command.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    late = threading.Event()

    def expire() -> None:
        late.set()
        _end_all(process)

    timer = threading.Timer(max(limit_seconds, 1), expire)
    timer.start()
    lines: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line.rstrip("\n"))
        return process.wait(), lines, late.is_set()
    finally:
        timer.cancel()
        _end_all(process)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _told(environment: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in environment.items() if os.environ.get(key) != value}


def _end_all(process: subprocess.Popen[str]) -> None:
    """SIGKILL to the process group and to every descendant: Gradle's helpers leave the group."""
    family = _descendants(process.pid) if process.poll() is None else []
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _descendants(ancestor: int) -> list[int]:
    """Live descendants of a process, by /proc; parents before their children."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found = [ancestor]
    for pid in found:
        found.extend(children.get(pid, []))
    return found[1:]
