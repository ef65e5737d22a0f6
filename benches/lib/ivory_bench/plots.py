"""The pictures of the node bench."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from .bars import HARD, filter_choice  # noqa: E402
from .querying import median  # noqa: E402
from .sides import IVORY, PEER  # noqa: E402

Json = dict[str, Any]

COLOURS = {IVORY: "#0b7285", PEER: "#c2410c", "bare": "#868e96"}
_STYLES = {"1": "-", "4": "--"}
_INK = "#22303c"


def draw(results: Json, out: Path) -> None:
    """Draws what there are figures for."""
    for phase in ("unmerged", "merged"):
        if phase in results:
            _save(out / f"{phase}_qps.png", lambda axes, phase=phase: _qps(axes, results, phase))
            _save(
                out / f"{phase}_latency.png",
                lambda axes, phase=phase: _latency(axes, results, phase),
            )
    if "load" in results:
        _save(out / "load.png", lambda axes: _load(axes, results))
    if results.get("growth"):
        _save(out / "growth.png", lambda axes: _growth(axes, results["growth"]))
    for phase, rows in results.get("filtered", {}).items():
        _save(
            out / f"{phase}_filtered.png",
            lambda axes, rows=rows, phase=phase: _filtered(axes, rows, phase),
        )


def _save(path: Path, paint: Callable[[Axes], None]) -> None:
    figure: Figure
    figure, axes = pyplot.subplots(figsize=(8.0, 5.0), dpi=140)
    paint(axes)
    axes.grid(True, color="#dde3e8", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=12, fontweight="bold", color=_INK)


def _curves(axes: Axes, found: Json, key: str) -> None:
    for side in (IVORY, PEER):
        points = [point for point in found["points"][side] if point["runs"]]
        points.sort(key=lambda point: float(point["recall"]))
        for clients, style in _STYLES.items():
            rows = [point for point in points if clients in point["runs"]]
            axes.plot(
                [point["recall"] for point in rows],
                [median(point["runs"][clients], key) for point in rows],
                style,
                color=COLOURS[side],
                marker="o",
                markersize=4,
                label=f"{side}, {clients} client(s)",
            )
    for clients, style in _STYLES.items():
        if runs := found["floor"].get(clients):
            value = median(runs, key)
            label = f"term query, {clients} client(s)"
            axes.axhline(value, color="#868e96", linestyle=style, linewidth=1, label=label)
    axes.set_yscale("log")
    axes.set_xlabel("recall@10")


def _qps(axes: Axes, results: Json, phase: str) -> None:
    _curves(axes, results[phase], "qps")
    axes.set_ylabel("queries per second (log scale; up is better)")
    _title(axes, f"{results['about']['vectors']:,} vectors, {phase}: QPS")


def _latency(axes: Axes, results: Json, phase: str) -> None:
    _curves(axes, results[phase], "median_ms")
    axes.set_ylabel("median latency, ms (log scale; down is better)")
    _title(axes, f"{results['about']['vectors']:,} vectors, {phase}: latency")


def _load(axes: Axes, results: Json) -> None:
    load, merge = results["load"], results.get("merge", {})
    names = list(load)
    seconds = [median(load[side], "seconds") for side in names]
    colours = [COLOURS[side] for side in names]
    axes.barh(names, seconds, color=colours, label="load until searchable")
    more = [merge.get(side, {}).get("seconds", 0) for side in names]
    axes.barh(names, more, left=seconds, color=colours, alpha=0.4, label="force-merge")
    axes.set_xlabel("seconds")
    _title(axes, f"{results['about']['vectors']:,} vectors: load")


def _growth(axes: Axes, rows: Sequence[Json]) -> None:
    for side in (IVORY, PEER):
        mine = [row for row in rows if row["side"] == side]
        axes.plot(
            [row["documents"] for row in mine],
            [row["median_ms"] for row in mine],
            marker="o",
            color=COLOURS[side],
            label=f"{side}, cheapest setting at recall ≥ 0.95",
        )
    axes.set_ylim(bottom=0)
    axes.set_xlabel("documents")
    axes.set_ylabel("median latency, ms, one client")
    _title(axes, "As the data grows, unmerged")


def _filtered(axes: Axes, rows: Sequence[Json], phase: str) -> None:
    for side, shift in ((IVORY, -0.2), (PEER, 0.2)):
        chosen = [filter_choice(rows, side, share, "1") for share in HARD]
        heights = [median(row["runs"]["1"], "qps") if row else 0 for row in chosen]
        places = [number + shift for number in range(len(HARD))]
        axes.bar(places, heights, 0.4, color=COLOURS[side], label=f"{side}, recall ≥ 0.98")
    axes.set_xticks(range(len(HARD)), [f"{share}% pass" for share in HARD])
    axes.set_ylabel("queries per second, one client")
    _title(axes, f"Filtered search, {phase}")
