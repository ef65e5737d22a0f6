"""Stage: the same request with a filter on an integer field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ivory_demo.console import say

from . import sides, vectors
from .bars import HARD
from .bench import Bench
from .querying import label, median
from .sides import IVORY, PEER, merged

Json = dict[str, Any]
_QUERIES = 300
# Of the cells: what is swept beside the node's own choice.
_SHARES = (0.008, 0.012, 0.016, 0.024, 0.03, 0.05)
_EF_SEARCHES = (10, 24, 48, 100, 200)


def filtered(bench: Bench) -> None:
    """1, 10 and 50% of the documents pass."""
    found: Json = {}
    for phase, rename in (("unmerged", str), ("merged", merged)):
        if bench.exists(rename(IVORY)) and bench.exists(rename(PEER)):
            found[phase] = _phase(bench, rename(IVORY), rename(PEER))
            bench.keep("filtered", found)


def _phase(bench: Bench, ivory: str, peer: str) -> list[Json]:
    rows: list[Json] = []
    numbers = sides.numbers(len(bench.vectors.base))
    for share in HARD:
        below = share * sides.NUMBERS // 100
        limits = _limits(bench, numbers < below, share)
        several = [
            _sweep(bench, side, index, setting, share, limits)
            for side, index in ((IVORY, ivory), (PEER, peer))
            for setting in _settings(bench, side)
        ]
        for clients in bench.choices.clients:
            for _ in range(bench.choices.rounds):
                for row in several:
                    index = ivory if row["side"] == IVORY else peer
                    run = bench.timed(index, Path(row["requests"]), clients)
                    row["runs"].setdefault(str(clients), []).append(run.json())
        for row in several:
            Path(row.pop("requests")).unlink()
            speeds = ", ".join(f"{median(runs, 'qps'):,.0f}" for runs in row["runs"].values())
            words = f"{index_name(row, ivory, peer)}, {share}%, {row['label'] or 'default'}"
            say(f"   {words}: recall {row['recall']:.4f}, QPS {speeds}, {row['missing']} missing")
        rows += several
    return rows


def index_name(row: Json, ivory: str, peer: str) -> str:
    """The index that a row is about."""
    return ivory if row["side"] == IVORY else peer


def _settings(bench: Bench, side: str) -> list[Json]:
    if side == PEER:
        return [{"ef_search": value} for value in _EF_SEARCHES]
    probes = sorted({max(4, round(share * bench.choices.cells)) for share in _SHARES})
    return [{}, *({"nprobe": nprobe} for nprobe in probes)]


def _limits(bench: Bench, mask: np.ndarray, share: int) -> np.ndarray:
    queries = bench.vectors.queries[:_QUERIES]
    path = bench.folder / f"truth-{len(mask)}-filter-{share}-{len(queries)}.npy"
    if not path.exists():
        np.save(path, vectors.true_limits(bench.vectors.base, queries, mask))
    limits: np.ndarray = np.load(path)
    return limits


def _sweep(
    bench: Bench, side: str, index: str, setting: Json, share: int, limits: np.ndarray
) -> Json:
    below = share * sides.NUMBERS // 100
    texts = bench.query_texts[:_QUERIES]
    name = f"filter-{side}-{label(setting).replace(' ', '-') or 'default'}-{share}"
    bodies = (sides.search(side, text, setting, below) for text in texts)
    requests = bench.requests(name, bodies)
    _, found = bench.search(index, requests, max(bench.choices.clients))
    passing = int((sides.numbers(len(bench.vectors.base)) < below).sum())
    wanted = min(sides.K, passing)
    return {
        "side": side,
        "share": share,
        "setting": setting,
        "label": label(setting),
        "recall": bench.recall(found, limits),
        "missing": sum(wanted - len(ids) for ids in found),
        "requests": str(requests),
        "runs": {},
    }
