"""Stage: brute force on both sides."""

from __future__ import annotations

from typing import Any

from ivory_demo.console import say

from . import sides
from .bench import Bench
from .querying import median
from .sides import BARE, SIDES, merged

Json = dict[str, Any]
_QUERIES = 50


def exact(bench: Bench) -> None:
    """Ivory's `exact: true` and the peer's `knn_score` script, over each of their indices."""
    texts = bench.query_texts[:_QUERIES]
    files = {
        side: bench.requests(f"exact-{side}", (sides.exact_search(side, text) for text in texts))
        for side in SIDES
    }
    indices = {side: side for side in SIDES} | {merged(side): side for side in SIDES}
    indices = {index: side for index, side in indices.items() if bench.exists(index)}
    found: Json = {index: [] for index in indices}
    for index, side in indices.items():
        _, hits = bench.search(index, files[side], 1)
        recall = bench.recall(hits)
        if recall < 0.9999:
            raise RuntimeError(f"exact search of {index} has recall {recall}")
    for index, side in indices.items():
        if side != BARE and bench.choices.warm_up:
            bench.timed(index, files[side], 1, bench.choices.warm_up)
    for _ in range(bench.choices.rounds):
        for index, side in indices.items():
            found[index].append(bench.timed(index, files[side], 1).json())
    for index, runs in found.items():
        say(f"   {index}: {median(runs, 'median_ms'):.1f} ms")
    for path in files.values():
        path.unlink()
    bench.keep("exact", found)
