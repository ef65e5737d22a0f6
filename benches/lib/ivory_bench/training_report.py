"""report.md and the plots of benches/training."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ivory_demo.console import say
from matplotlib import pyplot

from .bars import Bar
from .markdown import table

Json = dict[str, Any]
TIME, INERTIA = 0.7, 1.005
_COLOURS = {"ivory": "#0b7285", "faiss": "#c2410c"}


def ratio(rounds: Sequence[Json], ours: str = "ivory", theirs: str = "faiss") -> float:
    """Median of the ratios within the rounds."""
    return statistics.median(one[ours] / one[theirs] for one in rounds)


def bars(results: Json) -> list[Bar]:
    """Time and inertia of each training."""
    made = []
    for row in results["rows"]:
        rounds = row["training"]
        made.append(
            Bar(f"{title(row)}: time of faiss's", TIME, False, ratio(rounds), _seconds(rounds))
        )
        inertias = ratio(rounds, "ivory_inertia", "faiss_inertia")
        made.append(Bar(f"{title(row)}: inertia of faiss's", INERTIA, False, inertias))
    return made


def title(row: Json) -> str:
    """Such as `sift, 100,000 × 128, 1,024 cells, 2 threads`."""
    threads = f"{row['threads']} thread{'s' if row['threads'] > 1 else ''}"
    return (
        f"{row['name']}, {row['vectors']:,} × {row['dimension']}, {row['cells']:,} cells, {threads}"
    )


def line(row: Json) -> str:
    """One row in words."""
    inertias = ratio(row["training"], "ivory_inertia", "faiss_inertia")
    return (
        f"{row['cells']:,} cells, {row['threads']} thread(s): {_seconds(row['training'])}, time"
        f" {ratio(row['training']):.3f}, inertia {inertias:.4f}; assignment"
        f" {ratio(row['assigning']):.2f}, probing {ratio(row['probing']):.2f} of faiss's"
    )


def _median(rounds: Sequence[Json], key: str) -> float:
    return statistics.median(one[key] for one in rounds)


def _seconds(rounds: Sequence[Json]) -> str:
    return f"{_median(rounds, 'ivory'):.3g} s against {_median(rounds, 'faiss'):.3g} s"


def write(results: Json, out: Path) -> None:
    """Writes report.md, training.png and assignment.png; says the verdicts."""
    about, rows = results["about"], results["rows"]
    made = bars(results)
    lines = [
        "# Training, assignment and probing beside faiss\n",
        f"`{about['command']}`, {about['date']}; {about['machine']}. Medians of {about['rounds']}"
        " rounds in which both sides take turns; ratios are taken within a round. At most"
        f" {about['iterations']} iterations; seeding, and for Ivory taking over the vectors, are"
        " part of the time. Inertia is the mean squared distance (cosine: 1 − cosine) to the"
        " nearest centroid, computed by the same code for both.\n",
        "## Bars\n",
        table(
            ["bar", "wanted", "measured", "", "figures"],
            [[b.name, b.condition, f"{b.value:.4g}", b.verdict, b.note] for b in made],
        ),
        "## Training\n",
        _training(rows),
        "## Assignment\n",
        "Microseconds a vector, Ivory's centroids on both sides. *Agreed*: the same cell.\n",
        _assigning(rows),
        "## Probing\n",
        f"Microseconds a query for the {about['nprobe']} nearest cells, Ivory's centroids on both"
        " sides; Ivory takes one query a call.\n",
        _probing(rows),
    ]
    path = out / "report.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    _draw(out / "training.png", "training", "training, seconds (log scale)", rows)
    _draw(out / "assignment.png", "assigning", "assigning all, seconds (log scale)", rows)
    for bar in made:
        say(f"{bar.verdict:5} {bar.name}: {bar.value:.4g} (wanted {bar.condition})  {bar.note}")
    say(f"report: {path}")


def _training(rows: Sequence[Json]) -> str:
    lines = []
    for row in rows:
        rounds = row["training"]
        lines.append(
            [
                title(row),
                f"{_median(rounds, 'ivory'):.3f}",
                f"{_median(rounds, 'ivory_iterations'):.0f}",
                f"{_median(rounds, 'ivory_inertia'):.6g}",
                f"{_median(rounds, 'faiss'):.3f}",
                f"{_median(rounds, 'faiss_iterations'):.0f}",
                f"{_median(rounds, 'faiss_inertia'):.6g}",
                f"{ratio(rounds):.3f}",
                f"{ratio(rounds, 'ivory_inertia', 'faiss_inertia'):.4f}",
            ]
        )
    header = ["case", "Ivory s", "iterations", "inertia", "faiss s", "iterations", "inertia"]
    return table([*header, "time", "inertia"], lines)


def _assigning(rows: Sequence[Json]) -> str:
    lines = []
    for row in rows:
        rounds, scale = row["assigning"], 1e6 / row["assigned"]
        lines.append(
            [
                title(row),
                f"{_median(rounds, 'ivory') * scale:.2f}",
                f"{_median(rounds, 'faiss') * scale:.2f}",
                f"{ratio(rounds):.2f}",
                f"{_median(rounds, 'agreed'):.5f}",
            ]
        )
    return table(["case", "Ivory µs", "faiss µs", "time", "agreed"], lines)


def _probing(rows: Sequence[Json]) -> str:
    lines = []
    for row in rows:
        rounds, scale = row["probing"], 1e6 / row["queries"]
        lines.append(
            [
                title(row),
                f"{_median(rounds, 'ivory') * scale:.2f}",
                f"{_median(rounds, 'faiss') * scale:.2f}",
                f"{_median(rounds, 'faiss_apart') * scale:.2f}",
                f"{ratio(rounds):.2f}",
                f"{_median(rounds, 'agreed'):.5f}",
            ]
        )
    header = ["case", "Ivory µs", "faiss µs, one call", "faiss µs, one query a call"]
    return table([*header, "time of one call's", "agreed"], lines)


def _draw(path: Path, part: str, label: str, rows: Sequence[Json]) -> None:
    figure, axes = pyplot.subplots(figsize=(8.0, 0.9 + 0.75 * len(rows)), dpi=140)
    for offset, (side, colour) in zip((-0.19, 0.19), _COLOURS.items(), strict=True):
        lengths = [_median(row[part], side) for row in rows]
        places = [number + offset for number in range(len(rows))]
        drawn = axes.barh(places, lengths, height=0.36, color=colour, label=side)
        axes.bar_label(drawn, [f"{length:.3g}" for length in lengths], padding=3, fontsize=8)
    axes.set_yticks(range(len(rows)), [title(row) for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)
