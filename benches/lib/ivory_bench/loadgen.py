"""Calls the load generator: builds it, writes its request files, reads what it measured."""

from __future__ import annotations

import json
import os
import struct
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from ivory_node.errors import NodeError


@dataclass(frozen=True)
class Run:
    """One run of a request file; latencies of whole HTTP requests, in milliseconds."""

    qps: float
    median_ms: float
    p99_ms: float
    seconds: float
    generator_cpu: float  # share of one processor that the load generator took
    node_cpu_us: float  # processor time of the node a request, all of its threads

    def json(self) -> dict[str, float]:
        """For the results file."""
        return {name: round(value, 5) for name, value in asdict(self).items()}


def write_records(path: Path, records: Iterable[bytes]) -> int:
    """Writes a request file; returns how many requests."""
    count = 0
    with path.open("wb") as out:
        for record in records:
            out.write(struct.pack("<I", len(record)))
            out.write(record)
            count += 1
    return count


def read_records(path: Path) -> Iterator[bytes]:
    """The records of a file."""
    data = path.read_bytes()
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        yield data[at + 4 : at + 4 + length]
        at += 4 + length


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has taken, all threads, in steps of a tick (10 ms)."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class LoadGenerator:
    """The program, the node it talks to, and a folder for its files."""

    def __init__(self, program: Path, url: str, pid: int, folder: Path) -> None:
        self._program = program
        self._pid = pid
        self._address = urlsplit(url).netloc
        self._folder = folder

    def run(
        self,
        path: str,
        requests: Path,
        clients: int,
        rounds: int = 1,
        kind: str = "application/json",
        answers: Path | None = None,
    ) -> Run:
        """Sends the requests of a file; raises with the node's words where one fails."""
        latencies = self._folder / "latencies.bin"
        command = [
            str(self._program),
            *("--address", self._address, "--path", path, "--requests", str(requests)),
            *("--clients", str(clients), "--rounds", str(rounds), "--content-type", kind),
            *("--latencies", str(latencies)),
        ]
        if answers is not None:
            command += ["--answers", str(answers)]
        before = cpu_seconds(self._pid)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        node = cpu_seconds(self._pid) - before
        if done.returncode != 0:
            raise NodeError(f"{path}: {done.stderr.strip()}")
        summary = json.loads(done.stdout)
        took = np.fromfile(latencies, "<u8").reshape(-1, 3)[:, 2] / 1e6
        return Run(
            summary["requests"] / summary["seconds"],
            float(np.median(took)),
            float(np.percentile(took, 99)),
            summary["seconds"],
            summary["cpu_seconds"] / summary["seconds"],
            1e6 * node / summary["requests"],
        )
