"""Stage: what a search costs as the data grows, the model staying the same."""

from __future__ import annotations

from typing import Any

from ivory_demo import indexing
from ivory_demo.console import say

from . import sides
from .bench import Bench
from .querying import label
from .sides import IVORY, PEER

Json = dict[str, Any]
_STEPS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
_NPROBES = (0.004, 0.006, 0.008, 0.012, 0.016, 0.024)  # of the cells
_EF_SEARCHES = (10, 16, 32, 64)
_RECALL = 0.95


def growth(bench: Bench) -> None:
    """Loads in steps; after each, the fastest setting of each side at recall 0.95 or better."""
    total = len(bench.vectors.base)
    names = {IVORY: f"grown-{IVORY}", PEER: f"grown-{PEER}"}
    for side, index in names.items():
        bench.create(index, side)
    rows: list[Json] = []
    start = 0
    for step in _STEPS:
        stop = round(total * step)
        bodies = bench.requests("step", sides.bulk_bodies(bench.vectors.base, start, stop))
        for side, index in names.items():
            loaded = bench.bulk(index, bodies)
            bench.settle(index)
            row = {
                "side": side,
                "documents": stop,
                "added": stop - start,
                "seconds": loaded["seconds"],
                "segments": indexing.segments(bench.client, index),
                "bytes": bench.store_bytes(index),
            }
            rows.append({**row, **_search(bench, side, index, stop)})
            say(
                f"   {side} {stop:,}: {row['added'] / row['seconds']:,.0f} documents/s,"
                f" {row['segments']} segments, {rows[-1]['qps']:,.0f} QPS at recall"
                f" {rows[-1]['recall']:.3f} ({rows[-1]['label']})"
            )
        start = stop
    for index in names.values():
        bench.client.delete_if_there(f"/{index}")
    (bench.folder / "step.requests").unlink()
    bench.keep("growth", rows)


def _search(bench: Bench, side: str, index: str, count: int) -> Json:
    """The cheapest setting that reaches the recall, or the last one."""
    limits = bench.limits_of(count)
    cells = bench.choices.cells
    settings: list[Json] = [{"ef_search": value} for value in _EF_SEARCHES]
    if side == IVORY:
        settings = [{"nprobe": max(2, round(share * cells))} for share in _NPROBES]
    found: Json = {}
    for setting in settings:
        bodies = (sides.search(side, text, setting) for text in bench.query_texts)
        requests = bench.requests("growth", bodies)
        _, hits = bench.search(index, requests, max(bench.choices.clients))
        recall = bench.recall(hits, limits)
        found = {"label": label(setting), "recall": recall}
        if recall >= _RECALL:
            break
    runs = [bench.timed(index, requests, 1) for _ in range(bench.choices.rounds)]
    best = sorted(runs, key=lambda run: run.qps)[len(runs) // 2]
    requests.unlink()
    figures = best.json()
    return {**found, "qps": figures["qps"], "median_ms": figures["median_ms"]}
