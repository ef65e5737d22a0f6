"""Operating points on swept curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]


def front(points: Sequence[Json], key: str = "us") -> list[Json]:
    """Points that no other beats in recall and time, by recall."""
    kept: list[Json] = []
    for point in sorted(points, key=lambda one: (-one["recall"], one[key])):
        if not kept or point[key] < kept[-1][key]:
            kept.append(point)
    return kept[::-1]


def time_at(points: Sequence[Json], recall: float, key: str = "us") -> float | None:
    """Microseconds at a recall: between two points of the front linear in the recall, on a log
    scale of the time; None where the curve does not reach it.

    Below the front's first point its time is the answer: nothing cheaper was tried.
    """
    row = front(points, key)
    if not row or row[-1]["recall"] < recall:
        return None
    if row[0]["recall"] >= recall:
        return float(row[0][key])
    for low, high in zip(row, row[1:], strict=False):
        if high["recall"] >= recall:
            share = (recall - low["recall"]) / (high["recall"] - low["recall"])
            return math.exp((1 - share) * math.log(low[key]) + share * math.log(high[key]))
    return None
