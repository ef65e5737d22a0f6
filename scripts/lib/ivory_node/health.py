"""Waits for started nodes to form a healthy cluster."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from typing import Any

from .errors import NodeError
from .state import Folder, NodeRecord

_POLL_SECONDS = 0.2
_LOG_LINES = 25
_FRAME = re.compile(r"\s+(at .*\(|\.\.\. \d+ more)")


def get(url: str, seconds: float = 5) -> dict[str, Any] | None:
    """A JSON answer, or None if there is none (yet)."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=seconds) as response:
            body = json.load(response)
    except (OSError, ValueError, urllib.error.URLError):
        return None
    return body if isinstance(body, dict) else None


def wait_healthy(
    folder: Folder,
    records: list[NodeRecord],
    started: dict[int, subprocess.Popen[bytes]],
    seconds: float,
) -> None:
    """Return when every node answers that all have joined and all primary shards are there."""
    deadline = time.monotonic() + seconds
    waiting = list(records)
    answer: dict[str, Any] | None = None
    while waiting:
        for index, process in started.items():
            code = process.poll()
            if code is not None:
                record = next(record for record in records if record.index == index)
                raise NodeError(
                    f"{record.name} ended with code {code} at start:\n{failure(folder, record)}"
                )
        record = waiting[0]
        answer = get(f"{record.url}/_cluster/health")
        if _healthy(answer, len(records)):
            waiting.pop(0)
            continue
        if time.monotonic() > deadline:
            seen = f"it answers {json.dumps(answer)}" if answer else "it does not answer"
            raise NodeError(
                f"{record.name} is not healthy after {seconds:.0f} s; {seen}\n"
                f"{failure(folder, record)}"
            )
        time.sleep(_POLL_SECONDS)


def _healthy(answer: dict[str, Any] | None, nodes: int) -> bool:
    return (
        answer is not None
        and answer.get("number_of_nodes") == nodes
        and answer.get("status") in ("green", "yellow")
    )


def failure(folder: Folder, record: NodeRecord) -> str:
    """The end of a node's log without stack frames, which would push the reason out of sight."""
    try:
        text = folder.log(record).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return f"(no log in {folder.log(record)})"
    telling = [line for line in text.splitlines() if not _FRAME.match(line)]
    return "\n".join([*telling[-_LOG_LINES:], f"(all of it: {folder.log(record)})"])
