"""Recall by value: ties count, ids do not."""

from __future__ import annotations

from collections.abc import Sequence

# Room for a value computed in float32 in another order of summation, relative to its size.
RELATIVE_ROOM = 1e-5


def recall_at(
    k: int, found: Sequence[float], true: Sequence[float], larger_is_better: bool
) -> float:
    """Share of the first ``k`` values found that are as good as the k-th true one.

    ``found`` holds the exact values (distances or similarities) of distinct hits, ``true`` the
    values of the true neighbours, best first, at least ``k`` of them. Fewer hits than ``k`` count
    as misses.
    """
    if k < 1 or len(true) < k:
        raise ValueError(f"recall@{k} needs {k} true values, got {len(true)}")
    limit = float(true[k - 1])
    room = RELATIVE_ROOM * max(1.0, abs(limit))
    if larger_is_better:
        hits = sum(1 for value in found[:k] if value >= limit - room)
    else:
        hits = sum(1 for value in found[:k] if value <= limit + room)
    return hits / k
