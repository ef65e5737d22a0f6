"""Progress lines: standard error, so that standard output carries only results."""

from __future__ import annotations

import sys


def say(message: str) -> None:
    """Print one progress line."""
    print(message, file=sys.stderr, flush=True)


def tail(text: str, lines: int) -> str:
    """The last `lines` lines of a text."""
    return "\n".join(text.splitlines()[-lines:])
