"""Stages: recall against QPS and latency, over the settings of both sides, paired.

First every setting is run once for its recall. Those that no other setting of the side beats are
then timed in rounds, each round taking Ivory, peer and the floor in turns, so that a disturbance
of the machine meets all alike. Ratios are taken within a round, the median of them is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ivory_demo import indexing
from ivory_demo.client import RequestError
from ivory_demo.console import say, table

from . import sides
from .bench import Bench
from .sides import IVORY, PEER, merged

Json = dict[str, Any]

FLOOR = "term"
TARGETS = (0.90, 0.95, 0.98, 0.99)
_FLOOR_REQUESTS = 1000
LOWEST = 0.8  # recall below which nothing is timed


def unmerged(bench: Bench) -> None:
    """As loaded."""
    bench.keep("unmerged", _phase(bench, IVORY, PEER))


def merged_phase(bench: Bench) -> None:
    """After the force-merge."""
    bench.keep("merged", _phase(bench, merged(IVORY), merged(PEER)))


def settings(bench: Bench, side: str) -> list[Json]:
    """What is swept."""
    if side == PEER:
        return [{"ef_search": value} for value in bench.choices.ef_searches]
    points: list[Json] = []
    for nprobe in bench.choices.nprobes:
        if nprobe > bench.choices.cells:
            continue
        if not _oversampling(bench):
            points.append({"nprobe": nprobe})
            continue
        for factor in bench.choices.oversamples:
            rescore = {"rescore": {"oversample_factor": factor}} if factor else {}
            points.append({"nprobe": nprobe, **rescore})
    return points


def _oversampling(bench: Bench) -> bool:
    """Whether this build of the plugin has the option."""
    text = bench.query_texts[0]
    body = sides.search(IVORY, text, {"nprobe": 1, "rescore": {"oversample_factor": 2.0}})
    try:
        bench.client.send("POST", f"/{IVORY}/_search", body)
    except RequestError:
        return False
    return True


def label(setting: Json) -> str:
    """A setting in words."""
    words = []
    for name, value in setting.items():
        inner = value.get("oversample_factor") if isinstance(value, dict) else None
        words.append(f"oversample {inner:g}" if inner is not None else f"{name} {value}")
    return ", ".join(words)


def floor_requests(bench: Bench) -> Path:
    """`term` queries of ten hits each."""
    count = max(1, len(bench.vectors.base) // sides.K)
    asked = np.random.default_rng(sides.SEED).integers(0, count, _FLOOR_REQUESTS)
    return bench.requests(FLOOR, (sides.term_search(int(tag)) for tag in asked))


def _phase(bench: Bench, ivory: str, peer: str) -> Json:
    found: Json = {
        "segments": {
            side: indexing.segments(bench.client, index)
            for side, index in ((IVORY, ivory), (PEER, peer))
        }
    }
    points: dict[str, list[Json]] = {}
    floor = floor_requests(bench)
    _warm_up(bench, floor, ivory, peer)
    for side, index in ((IVORY, ivory), (PEER, peer)):
        points[side] = [_sweep(bench, side, index, one) for one in settings(bench, side)]
    timed = {side: front(rows) for side, rows in points.items()}
    # One knob, in order of effort: nothing to leave out.
    timed[PEER] = [point for point in points[PEER] if point["recall"] >= LOWEST] or timed[PEER]
    floors = (("floor", ivory), ("floor_peer", peer))
    for name, _ in floors:
        found[name] = {str(clients): [] for clients in bench.choices.clients}
    for clients in bench.choices.clients:
        for _ in range(bench.choices.rounds):
            for name, index in floors:
                found[name][str(clients)].append(bench.timed(index, floor, clients).json())
            for number in range(max(len(rows) for rows in timed.values())):
                for side, index in ((IVORY, ivory), (PEER, peer)):
                    if number < len(timed[side]):
                        point = timed[side][number]
                        run = bench.timed(index, Path(point["requests"]), clients)
                        point["runs"].setdefault(str(clients), []).append(run.json())
    found["points"] = points
    _show(bench, found)
    for point in (*points[IVORY], *points[PEER]):
        Path(point.pop("requests")).unlink()
    return found


def _warm_up(bench: Bench, floor: Path, ivory: str, peer: str) -> None:
    """Runs each side until the node's compiler has seen it: it takes thousands of searches."""
    clients, passes = max(bench.choices.clients), bench.choices.warm_up
    if not passes:
        return
    bench.timed(ivory, floor, clients, passes)
    for side, index in ((IVORY, ivory), (PEER, peer)):
        setting = settings(bench, side)[0]
        bodies = (sides.search(side, text, setting) for text in bench.query_texts)
        bench.timed(index, bench.requests(f"warm-up-{side}", bodies), clients, passes)


def _sweep(bench: Bench, side: str, index: str, setting: Json) -> Json:
    name = f"{side}-{label(setting).replace(' ', '-').replace(',', '')}"
    bodies = (sides.search(side, text, setting) for text in bench.query_texts)
    requests = bench.requests(name, bodies)
    run, found = bench.search(index, requests, max(bench.choices.clients))
    return {
        "setting": setting,
        "label": label(setting),
        "recall": bench.recall(found),
        "sweep_cpu_us": run.node_cpu_us,
        "requests": str(requests),
        "runs": {},
    }


def front(points: Sequence[Json], lowest: float = LOWEST) -> list[Json]:
    """Settings that are worth timing: no other of the side is as good and clearly cheaper.

    By the processor time of the node: one pass on a busy machine says little about QPS.
    """

    def beaten(point: Json) -> bool:
        return any(
            other["recall"] >= point["recall"]
            and 1.2 * other["sweep_cpu_us"] < point["sweep_cpu_us"]
            for other in points
        )

    kept = [point for point in points if not beaten(point)]
    kept.sort(key=lambda point: point["recall"])
    worthy = [point for point in kept if point["recall"] >= lowest]
    # Beyond the first that is all but exact, more effort buys nothing.
    for number, point in enumerate(worthy):
        if point["recall"] >= 0.9985:
            return worthy[: number + 1]
    return worthy or kept[-1:]


def median(runs: Sequence[Json], key: str) -> float:
    """Over the rounds."""
    return float(np.median([run[key] for run in runs]))


def _show(bench: Bench, found: Json) -> None:
    header = ["", "recall@10"]
    for clients in bench.choices.clients:
        header += [f"QPS {clients}", "median ms", "p99 ms", "CPU µs"]
    rows = []
    rows.append(["term query", "", *figures(found["floor"])])
    rows.append(["term query, peer's index", "", *figures(found["floor_peer"])])
    for side in (IVORY, PEER):
        for point in found["points"][side]:
            if point["runs"]:
                name = f"{side} {point['label']}"
                rows.append([name, f"{point['recall']:.4f}", *figures(point["runs"])])
    say(f"   segments: {found['segments']}")
    say(table(header, rows))


def figures(runs: Json) -> list[str]:
    """The cells of a row: QPS, latencies, processor time of the node a query."""
    cells = []
    for rounds in runs.values():
        cells.append(f"{median(rounds, 'qps'):,.0f}")
        cells.append(f"{median(rounds, 'median_ms'):.3f}")
        cells.append(f"{median(rounds, 'p99_ms'):.2f}")
        cells.append(f"{median(rounds, 'node_cpu_us'):.0f}")
    return cells
