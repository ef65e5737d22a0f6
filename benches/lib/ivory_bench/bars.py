"""What must hold: each bar as a ratio, from the figures of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .sides import BARE, IVORY, ONE_BIT, PEER, SIDES, merged

Json = dict[str, Any]
HARD = (1, 10, 50)  # percent of the documents that pass the filters


@dataclass(frozen=True)
class Bar:
    """One line: what is asked and what was measured. `value` None: not measured in this run."""

    name: str
    wanted: float
    at_least: bool
    value: float | None
    note: str = ""

    @property
    def verdict(self) -> str:
        """pass, FAIL, or that there is no figure."""
        if self.value is None:
            return "not measured"
        good = self.value >= self.wanted if self.at_least else self.value <= self.wanted
        return "pass" if good else "FAIL"

    @property
    def condition(self) -> str:
        """Such as `≥ 3`."""
        return f"{'≥' if self.at_least else '≤'} {self.wanted:g}"


def fastest(points: Sequence[Json], recall: float, clients: str) -> Json | None:
    """The timed setting of highest QPS that reaches a recall."""
    good = [point for point in points if point["recall"] >= recall and point["runs"].get(clients)]
    return max(good, key=lambda point: _median(point["runs"][clients], "qps"), default=None)


def _median(runs: Sequence[Json], key: str) -> float:
    return float(np.median([run[key] for run in runs]))


def _ratio(top: Sequence[Json], bottom: Sequence[Json], key: str) -> float:
    """Median of the ratios within the rounds."""
    pairs = zip(top, bottom, strict=False)
    return float(np.median([one[key] / other[key] for one, other in pairs]))


def all_bars(results: Json) -> list[Bar]:
    """Every bar of the work, in its order."""
    return [
        *_against_peer(
            results, "unmerged", ((0.95, {"1": 3.0, "4": 4.0}), (0.99, {"1": 3.0, "4": 4.0}))
        ),
        *_against_peer(
            results, "merged", ((0.95, {"1": 1.2, "4": 1.2}), (0.99, {"1": 1.5, "4": 1.5}))
        ),
        *_against_floor(results),
        *_loading(results),
        *_exact(results),
        *_filtered(results),
        *_sizes(results),
    ]


def _against_peer(
    results: Json, phase: str, wanted: Sequence[tuple[float, dict[str, float]]]
) -> list[Bar]:
    bars = []
    points = results.get(phase, {}).get("points")
    for recall, ratios in wanted:
        for clients, ratio in ratios.items():
            name = f"{phase}: QPS against peer at recall ≥ {recall}, {clients} client(s)"
            value, note = None, ""
            if points:
                ours = fastest(points[IVORY], recall, clients)
                theirs = fastest(points[PEER], recall, clients)
                note = f"{_told(ours, clients)} against {_told(theirs, clients)}"
                if ours is None:
                    value = 0.0
                elif theirs is not None:
                    value = _ratio(ours["runs"][clients], theirs["runs"][clients], "qps")
            bars.append(Bar(name, ratio, True, value, note))
    return bars


def _told(point: Json | None, clients: str) -> str:
    if point is None:
        return "none reaches it"
    qps = _median(point["runs"][clients], "qps")
    return f"{point['label'] or 'default'}: {qps:,.0f} QPS at {point['recall']:.4f}"


def _against_floor(results: Json) -> list[Bar]:
    bars = []
    for phase, wanted in (("merged", 2.0), ("unmerged", 2.5)):
        value, note = None, ""
        found = results.get(phase)
        if found and (ours := fastest(found["points"][IVORY], 0.95, "1")):
            value = _ratio(ours["runs"]["1"], found["floor"]["1"], "median_ms")
            note = (
                f"{_median(ours['runs']['1'], 'median_ms'):.3f} ms against"
                f" {_median(found['floor']['1'], 'median_ms'):.3f} ms"
            )
        name = f"{phase}: median latency at recall ≥ 0.95 against a term query"
        bars.append(Bar(name, wanted, False, value, note))
    return bars


def _loading(results: Json) -> list[Bar]:
    names = (
        ("load until searchable, against storing only", 1.5, False),
        ("load, against the peer's", 4.0, True),
        ("load, against the peer's load and force-merge", 12.0, True),
    )
    load = results.get("load", {})
    if not all(load.get(side) for side in SIDES):
        return [Bar(name, wanted, more, None) for name, wanted, more in names]
    # The cheap loads run more than once: in pairs for the ratio, the median for the others.
    ours = _median(load[IVORY], "seconds")
    bare = _ratio(load[IVORY], load[BARE], "seconds")
    peer = _median(load[PEER], "seconds")
    merge = results.get("merge", {}).get(PEER, {}).get("seconds")
    values = (bare, peer / ours, None if merge is None else (peer + merge) / ours)
    notes = (
        f"{ours:.1f} s against {_median(load[BARE], 'seconds'):.1f} s",
        f"{ours:.1f} s against {peer:.1f} s",
        "" if merge is None else f"{ours:.1f} s against {peer:.1f} + {merge:.1f} s",
    )
    return [
        Bar(name, wanted, more, value, note)
        for (name, wanted, more), value, note in zip(names, values, notes, strict=True)
    ]


def _exact(results: Json) -> list[Bar]:
    bars = []
    for phase, rename in (("unmerged", str), ("merged", merged)):
        name = f"{phase}: exact search, time of the peer's script against ours"
        found = results.get("exact")
        value, note = None, ""
        if found:
            ours = found[rename(IVORY)]
            # The script runs over either of the peer's fields: the faster one counts.
            theirs = min(
                (found[rename(side)] for side in (PEER, BARE)),
                key=lambda runs: _median(runs, "median_ms"),
            )
            value = _ratio(theirs, ours, "median_ms")
            note = (
                f"{_median(ours, 'median_ms'):.1f} ms against {_median(theirs, 'median_ms'):.1f} ms"
            )
        bars.append(Bar(name, 3.0, True, value, note))
    return bars


def filter_choice(rows: Sequence[Json], side: str, share: int, clients: str) -> Json | None:
    """The fastest setting of a side for a filter that reaches recall 0.98."""
    return fastest(
        [row for row in rows if row["side"] == side and row["share"] == share], 0.98, clients
    )


def _filtered(results: Json) -> list[Bar]:
    bars = []
    for phase in ("unmerged", "merged"):
        rows = results.get("filtered", {}).get(phase, [])
        for share in HARD:
            ours = [row for row in rows if row["side"] == IVORY and row["share"] == share]
            # One and the same request, whatever passes: the one that leaves nprobe to the node.
            recall = next((row["recall"] for row in ours if not row["setting"]), None)
            missing = sum(row["missing"] for row in ours)
            name = f"{phase}: filter of {share}%"
            bars.append(Bar(f"{name}, recall of the default request", 0.98, True, recall))
            bars.append(Bar(f"{name}, hits missing", 0, False, float(missing) if ours else None))
            for clients in ("1", "4"):
                mine = filter_choice(rows, IVORY, share, clients)
                peer = filter_choice(rows, PEER, share, clients)
                value, note = None, ""
                if ours:
                    note = f"{_told(mine, clients)} against {_told(peer, clients)}"
                    value = 0.0 if mine is None else float("inf")
                    if mine and peer:
                        value = _ratio(mine["runs"][clients], peer["runs"][clients], "qps")
                text = f"{name}, QPS against peer at recall ≥ 0.98, {clients} client(s)"
                bars.append(Bar(text, 1.0, True, value, note))
    return bars


def _sizes(results: Json) -> list[Bar]:
    raw = results.get("about", {}).get("raw_bytes")
    bars = []
    loaded = results.get("load", {}).get(IVORY, [{}])[-1].get("bytes")
    one = results.get("merge", {}).get(IVORY, {}).get("bytes")
    for phase, size in (("unmerged", loaded), ("merged", one)):
        value = size / raw if size and raw else None
        note = f"{size / 2**20:.0f} MiB" if size else ""
        bars.append(Bar(f"{phase}: disk, of the raw vectors' size", 1.25, False, value, note))
    memory = results.get("memory", {})
    for side, codes in ((IVORY, "the default codes"), (ONE_BIT, "1-bit codes")):
        row = memory.get(side)
        size = row["bytes"] + row["model"] if row else None
        value = size / raw if size is not None and raw else None
        note = f"{size / 2**20:.1f} MiB" if size is not None else ""
        name = f"resident beyond page cache with {codes}, of the raw vectors' size"
        bars.append(Bar(name, 0.02, False, value, note))
    return bars
