"""report.md and the plot of benches/library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ivory_demo.console import say
from matplotlib import pyplot

from .bars import Bar
from .curves import front, time_at
from .markdown import table

Json = dict[str, Any]
TARGETS = (0.90, 0.95, 0.98)
_RIVALS = ("faiss ivfpqfs", "faiss ivfrabitqfs")
_COLOURS = ("#0b7285", "#1098ad", "#66d9e8", "#c2410c", "#e8590c", "#9c36b5", "#495057", "#868e96")


def bars(results: Json) -> list[Bar]:
    """At equal recall at least as fast as the faster of faiss's two refined fast scans."""
    curves = results["curves"]
    made = []
    for target in TARGETS:
        mine = _best(curves, target, [name for name in curves if name.startswith("ivory")])
        theirs = _best(curves, target, _RIVALS)
        value, note = None, ""
        if theirs is not None:
            value = 0.0 if mine is None else theirs[1] / mine[1]
            told = "none reaches it" if mine is None else f"{mine[0]} {mine[1]:.0f} µs"
            note = f"{told} against {theirs[0]} {theirs[1]:.0f} µs"
        elif mine is not None and any(name in curves for name in _RIVALS):
            value, note = float("inf"), f"{mine[0]} {mine[1]:.0f} µs; no rival reaches it"
        name = f"time of the faster faiss fast scan against ours at recall {target}"
        made.append(Bar(name, 1.0, True, value, note))
    return made


def _best(curves: Json, target: float, names: Sequence[str]) -> tuple[str, float] | None:
    times = [(name, time_at(curves.get(name, []), target)) for name in names]
    reached = [(name, time) for name, time in times if time is not None]
    return min(reached, key=lambda pair: pair[1], default=None)


def write(results: Json, out: Path) -> None:
    """Writes report.md and curves.png; says the verdicts."""
    about = results["about"]
    made = bars(results)
    lines = [
        "# Ivory's core beside other libraries\n",
        f"`{about['command']}`, {about['date']}; {about['machine']}. {about['vectors']:,} vectors ×"
        f" {about['dimension']}, {about['cells']:,} cells, {about['queries']:,} queries, top 10,"
        f" one thread, medians of {about['rounds']} rounds in which all take turns. For faiss the"
        " faster of one call for all queries and one call each.\n",
        "## Bars\n",
        table(
            ["bar", "wanted", "measured", "", "figures"],
            [[b.name, b.condition, _number(b), b.verdict, b.note] for b in made],
        ),
        "## Microseconds a query at recall@10\n",
        _operating_points(results),
        "## Where Ivory's time goes\n",
        _stages(results["stages"]),
        "## Curves\n",
        _curves(results["curves"]),
    ]
    path = out / "report.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    _draw(results, out / "curves.png")
    say(_operating_points(results))
    say(_stages(results["stages"]))
    for bar in made:
        say(f"{bar.verdict:5} {bar.name}: {_number(bar)} (wanted {bar.condition})  {bar.note}")
    say(f"report: {path}")


def _number(bar: Bar) -> str:
    return "–" if bar.value is None else f"{bar.value:.3g}"


def _operating_points(results: Json) -> str:
    rows = []
    for name, points in results["curves"].items():
        times = [time_at(points, target) for target in TARGETS]
        best = max(point["recall"] for point in points)
        cells = ["–" if time is None else f"{time:.1f}" for time in times]
        rows.append([name, *cells, f"{best:.4f}"])
        if "apart_us" in points[0]:
            times = [time_at(points, target, "apart_us") for target in TARGETS]
            cells = ["–" if time is None else f"{time:.1f}" for time in times]
            rows.append([f"{name}, one query a call", *cells, ""])
    return table(["index", *(f"{target:.2f}" for target in TARGETS), "best recall"], rows)


def _stages(stages: Sequence[Json]) -> str:
    rows = []
    for one in stages:
        share = one["bytes_per_second"] / one["bandwidth"]
        rows.append(
            [
                f"{one['name']}, {one['label']}",
                f"{one['recall']:.4f}",
                f"{one['probe_us']:.1f}",
                f"{one['scan_us']:.1f}",
                f"{one['rescore_us']:.1f}",
                f"{one['bytes'] / 1024:.0f}",
                f"{one['bytes_per_second'] / 1e9:.2f}",
                f"{one['bandwidth'] / 1e9:.2f}",
                f"{share:.0%}",
            ]
        )
    header = ["setting at ≥ 0.95", "recall@10", "probe µs", "scan µs", "rescore µs"]
    return table(
        [*header, "KiB of codes a query", "GB/s in the scan", "GB/s streaming", "share"], rows
    )


def _curves(curves: Json) -> str:
    rows = [
        [name, point["label"], f"{point['recall']:.4f}", f"{point['us']:.1f}"]
        for name, points in curves.items()
        for point in front(points)
    ]
    return table(["index", "nprobe or ef × refined factor", "recall@10", "µs a query"], rows)


def _draw(results: Json, path: Path) -> None:
    figure, axes = pyplot.subplots(figsize=(8.0, 5.2), dpi=140)
    for (name, points), colour in zip(results["curves"].items(), _COLOURS, strict=False):
        row = [point for point in front(points) if point["recall"] >= 0.7]
        axes.plot(
            [point["recall"] for point in row],
            [1e6 / point["us"] for point in row],
            marker="o",
            markersize=3.5,
            color=colour,
            label=name,
        )
    axes.set_yscale("log")
    axes.set_xlabel("recall@10")
    axes.set_ylabel("queries per second, one thread (log scale)")
    title = f"{results['about']['vectors']:,} vectors, search alone"
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold")
    axes.grid(True, color="#dde3e8", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)
