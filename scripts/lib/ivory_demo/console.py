"""What the demo shows: headings, a progress line, tables."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence

_LIVE = sys.stdout.isatty() and os.environ.get("TERM", "") != "dumb"
_COLOUR = _LIVE and "NO_COLOR" not in os.environ
_QUIET_SECONDS = 5.0


def _styled(code: str, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if _COLOUR else text


def bold(text: str) -> str:
    """The text in bold, where the terminal can."""
    return _styled("1", text)


def heading(text: str) -> None:
    """Starts a part of the demo."""
    print(f"\n{_styled('1;36', '== ' + text)}", flush=True)


def say(text: str) -> None:
    """One plain line."""
    print(text, flush=True)


class Progress:
    """One line that is rewritten in place; without a terminal, a line every few seconds."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._shown = 0.0 if _LIVE else time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if _LIVE:
            print("\r\033[K", end="", flush=True)

    def text(self, status: str) -> None:
        """Shows a status without a bar."""
        self._show(f"{self._label}  {status}")

    def bar(self, done: float, total: float, status: str) -> None:
        """Shows how much of the whole is done."""
        share = min(1.0, done / total) if total else 1.0
        full = int(share * 24 + 0.5)
        drawn = "█" * full + "░" * (24 - full)
        self._show(f"{self._label}  {drawn} {share:4.0%}  {status}")

    def _show(self, line: str) -> None:
        now = time.monotonic()
        if _LIVE:
            if now - self._shown < 0.05:
                return
            width = shutil.get_terminal_size((100, 24)).columns - 1
            print(f"\r\033[K{line[:width]}", end="", flush=True)
        else:
            if now - self._shown < _QUIET_SECONDS:
                return
            print(f"   {line}", flush=True)
        self._shown = now


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of text; the first column is aligned left, the others right."""
    widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first = cells[0].ljust(widths[0])
        return "  ".join([first, *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))])

    ruler = "  ".join("─" * w for w in widths)
    return "\n".join([bold(line(header)), ruler, *(line(row) for row in rows)])


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"
