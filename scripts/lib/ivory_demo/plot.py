"""The picture: recall against latency."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # noqa: E402

from .measure import K, Measurement  # noqa: E402

_INK = "#22303c"
_LINE = "#0b7285"
_EXACT = "#c2410c"


def draw(rows: Sequence[Measurement], title: str, note: str, path: Path) -> None:
    """Draws median latency (a whisker up to p95) against recall and saves a PNG."""
    probes = [row for row in rows if row.nprobe is not None]
    figure, axes = pyplot.subplots(figsize=(9.0, 5.6), dpi=150)
    axes.plot(
        [row.median_ms for row in probes],
        [row.recall for row in probes],
        color=_LINE,
        linewidth=1.8,
        zorder=2,
        label="median; the whisker ends at the 95th percentile",
    )
    for row in rows:
        colour = _EXACT if row.nprobe is None else _LINE
        axes.plot([row.median_ms, row.p95_ms], [row.recall] * 2, color=colour, alpha=0.35, zorder=1)
        axes.plot(row.median_ms, row.recall, "o", color=colour, markersize=6.5, zorder=3)
        # Above and to the left, where neither the curve nor a whisker is; right above at the
        # curve's end, which comes close to the point before it.
        ends = row.nprobe is None or row is probes[-1]
        axes.annotate(
            f"{row.name}\n{row.scanned:.1%} scanned",
            (row.median_ms, row.recall),
            xytext=(0, 6) if ends else (-7, 4),
            textcoords="offset points",
            ha="center" if ends else "right",
            va="bottom",
            fontsize=8,
            color=_INK,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    # Room for the labels above and to the left of the outermost points.
    low, high = min(row.recall for row in rows), max(row.recall for row in rows)
    height = max(high - low, 0.01)
    axes.set_ylim(low - 0.08 * height, high + 0.12 * height)
    left, right = min(row.median_ms for row in rows), max(row.p95_ms for row in rows)
    axes.set_xlim(left / (right / left) ** 0.16, right * 1.1)
    axes.set_xlabel("latency of one search over HTTP, ms (log scale; left is better)")
    axes.set_ylabel(f"recall@{K} (up is better)")
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", color=_INK)
    axes.grid(True, color="#dde3e8", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", frameon=False, fontsize=8)
    figure.text(0.01, 0.01, note, fontsize=7.5, color="#5c6b78")
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    pyplot.close(figure)
