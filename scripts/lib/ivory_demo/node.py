"""Builds Ivory, starts a node by scripts/node and stops it again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import deque
from pathlib import Path

from . import console

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "scripts"


class StepFailed(RuntimeError):
    """A script of the repository failed; the message ends with what it said last."""


def free_port() -> int:
    """A TCP port that nobody listens on at 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run_step(label: str, command: list[str], log: Path) -> float:
    """Runs a script, shows its last line while it runs, keeps all lines in ``log``.

    Returns the seconds it took. The script runs in its own process group, so that an interrupt
    of the demo ends it before the node is stopped, and not while it is.
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
                    progress.text(console.dim(last[-1].strip()))
            code = process.wait()
        except BaseException:
            _end_group(process)
            raise
    if code != 0:
        tail = "\n".join(f"    {line}" for line in last)
        raise StepFailed(f"{' '.join(command)} failed with exit code {code}:\n{tail}\n(log: {log})")
    return time.monotonic() - begin


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
        self.port = port
        if folder is None:
            # Readable by the user that scripts/node starts the node as, when run as root.
            folder = Path(tempfile.mkdtemp(prefix="ivory-demo-"))
            folder.chmod(0o755)
        else:
            folder = folder.resolve()
            folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._touched = False

    @property
    def url(self) -> str:
        """Where the node answers."""
        return f"http://127.0.0.1:{self.port}"

    def up(self, log: Path) -> float:
        """Assembles and starts the node; returns the seconds it took."""
        self._touched = True
        command = [str(SCRIPTS / "node"), "up", "--dir", str(self.folder / "node")]
        return run_step("node", [*command, "--port", str(self.port)], log)

    def stop_command(self) -> str:
        """What a person types to stop the node that was kept."""
        script = os.path.relpath(SCRIPTS / "node")
        return f"{script} down --dir {self.folder / 'node'}"

    def down(self) -> None:
        """Stops the node if it was started, and removes the folder if it was made here."""
        if self._touched:
            done = subprocess.run(
                [str(SCRIPTS / "node"), "down", "--dir", str(self.folder / "node")],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                start_new_session=True,
                check=False,
            )
            if done.returncode != 0:
                raise StepFailed(
                    f"the node in {self.folder} could not be stopped:\n{done.stdout}{done.stderr}"
                )
            self._touched = False
        if self._own:
            shutil.rmtree(self.folder, ignore_errors=True)
