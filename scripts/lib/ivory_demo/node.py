"""Builds Ivory, starts a node by scripts/node and stops it again."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from . import console

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "scripts"


class StepFailed(RuntimeError):
    """A script of the repository failed; the message ends with what it said last."""


@dataclass(frozen=True)
class Step:
    """What came of a script that succeeded."""

    seconds: float
    last_line: str


def run_step(label: str, command: list[str], log: Path) -> Step:
    """Runs a script, shows its last line while it runs, keeps all lines in ``log``.

    The script runs in a session of its own, so that an interrupt of the demo reaches it through
    the demo only, which waits until it has ended before it stops the node.
    """
    begin = time.monotonic()
    last: deque[str] = deque(maxlen=25)
    with open(log, "w", encoding="utf-8") as sink, console.Progress(label) as progress:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                sink.write(line)
                if line.strip():
                    last.append(line.rstrip())
                    progress.text(last[-1].strip())
            code = process.wait()
        except BaseException:
            _end_group(process)
            raise
    if code != 0:
        tail = "\n".join(f"    {line}" for line in last)
        raise StepFailed(f"{' '.join(command)} failed with exit code {code}:\n{tail}\n(log: {log})")
    return Step(time.monotonic() - begin, last[-1].strip() if last else "")


def _end_group(process: subprocess.Popen[str]) -> None:
    """Ends a script and what it started in its group: politely, then not."""
    for sign, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, sign)
            process.wait(patience)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


class Node:
    """One node in a folder of its own, reachable at 127.0.0.1 only."""

    def __init__(self, folder: Path | None, port: int) -> None:
        self._own = folder is None
        self._port = port
        if folder is None:
            # Readable by the user that scripts/node starts the node as, when run as root.
            folder = Path(tempfile.mkdtemp(prefix="ivory-demo-"))
            folder.chmod(0o755)
        self._folder = folder.resolve()
        self._touched = False
        self.url = ""

    def up(self, log: Path) -> float:
        """Assembles and starts the node, sets its URL, returns the seconds it took."""
        self._touched = True
        command = [str(SCRIPTS / "node"), "up", *self._where(), "--port", str(self._port)]
        step = run_step("node", command, log)
        self.url = step.last_line
        return step.seconds

    def _where(self) -> list[str]:
        return ["--dir", str(self._folder / "node")]

    def stop_command(self) -> str:
        """What a person types to stop a node that was kept."""
        folder = shlex.quote(str(self._folder))
        last = f" && rm -r {folder}" if self._own else ""
        return f"{shlex.quote(os.path.relpath(SCRIPTS / 'node'))} down --dir {folder}/node{last}"

    def down(self) -> bool:
        """Stops the node and removes the folder if it was made here; false if there was no node."""
        started = self._touched
        if started:
            done = subprocess.run(
                [str(SCRIPTS / "node"), "down", *self._where()],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                start_new_session=True,
                check=False,
            )
            if done.returncode != 0:
                said = done.stdout + done.stderr
                raise StepFailed(f"the node in {self._folder} could not be stopped:\n{said}")
            self._touched = False
        if self._own:
            shutil.rmtree(self._folder, ignore_errors=True)
        return started
