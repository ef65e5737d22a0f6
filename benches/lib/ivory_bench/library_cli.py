"""The command line of benches/library."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ivory_data
import matplotlib
import numpy as np
from ivory_demo.console import heading, say

from . import commands, library_report, programs, vectors
from .contenders import KINDS, Contender, Ivory, peers
from .vectors import K, Vectors

matplotlib.use("Agg")
Json = dict[str, Any]

DESCRIPTION = """Ivory's core alone (probe, scan, rescore) beside faiss and hnswlib.

Same vectors, one thread, in one run: passes over the queries of all contenders take turns. Writes
results.json, report.md and a plot. Times are interpolated on the swept curves at recall@10 of
0.90, 0.95 and 0.98."""


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = commands.parser("library", DESCRIPTION)
    made.add_argument("--smoke", action="store_true", help="small: that everything works")
    made.add_argument(
        "--data", type=Path, metavar="DIR", help="as of benches/node (default: tests/data)"
    )
    made.add_argument("--cells", type=int, metavar="N", help="cells of all inverted files")
    made.add_argument("--encoders", default="pq:2", help="of Ivory, as pq:2,pq:4,rabitq:1,sq:4")
    made.add_argument("--kinds", default=",".join(KINDS), help=f"of the others: {', '.join(KINDS)}")
    made.add_argument("--nprobe", default="8,16,24,32,48,64,96,128", help="swept")
    made.add_argument("--rounds", type=int, default=5, help="turns (default 5)")
    return made


def main() -> int:
    """Run; returns the exit code."""
    chosen = parser().parse_args()
    kinds = [kind for kind in chosen.kinds.split(",") if kind]
    if unknown := set(kinds) - set(KINDS):
        parser().error(f"no such kind: {', '.join(sorted(unknown))}")
    return commands.run("library", lambda: _in_folder(chosen, kinds))


def _in_folder(chosen: argparse.Namespace, kinds: Sequence[str]) -> None:
    contenders: list[Contender] = []
    try:
        with tempfile.TemporaryDirectory(prefix="ivory-bench-") as folder:
            _run(chosen, kinds, Path(folder), contenders)
    finally:
        for contender in contenders:
            contender.close()


def _run(
    chosen: argparse.Namespace, kinds: Sequence[str], folder: Path, contenders: list[Contender]
) -> None:
    program = programs.build("ivory-bench-search")
    heading("Vectors")
    count, asked = (20_000, 200) if chosen.smoke else (None, None)
    found = vectors.load(chosen.data, chosen.vectors or count, chosen.queries or asked)
    cells = chosen.cells or max(16, min(4096, len(found.base) // 100))
    nprobes = [min(int(part), cells) for part in chosen.nprobe.split(",")]
    files = []
    for name, rows in (("base", found.base), ("query", found.queries), ("learn", found.learn)):
        files.append(folder / f"{name}.fvecs")
        ivory_data.write_vecs(files[-1], rows)
    limits = vectors.true_limits(found.base, found.queries)
    say(f"{len(found.base):,} × {found.dimension}, {cells:,} cells")
    heading("Build")
    for encoder in chosen.encoders.split(","):
        contenders.append(Ivory(program, files, cells, encoder, nprobes))
        say(f"   {contenders[-1].name}: {contenders[-1].built}")
    for contender in peers(found, cells, nprobes, kinds):
        contenders.append(contender)
        say(f"   {contender.name}: {contender.built}")
    heading("Search, one thread")
    curves = _sweep(contenders, found, limits, chosen.rounds)
    results = {
        "about": {
            "command": "benches/library " + " ".join(sys.argv[1:]),
            "date": datetime.now(UTC).isoformat(timespec="minutes"),
            "machine": f"{platform.machine()}, {os.cpu_count()} processors",
            "vectors": len(found.base),
            "dimension": found.dimension,
            "queries": len(found.queries),
            "cells": cells,
            "rounds": chosen.rounds,
        },
        "built": {contender.name: contender.built for contender in contenders},
        "curves": curves,
        "stages": [
            _stages(contender, curves[contender.name], len(found.queries), chosen.rounds)
            for contender in contenders
            if isinstance(contender, Ivory)
        ],
    }
    chosen.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1) + "\n"
    (chosen.out / "results.json").write_text(text, encoding="utf-8")
    library_report.write(results, chosen.out)


def _sweep(
    contenders: Sequence[Contender], found: Vectors, limits: np.ndarray, rounds: int
) -> dict[str, list[Json]]:
    """Each round takes a pass at one setting of every contender, then at the next."""
    plans = [(contender, list(contender.settings())) for contender in contenders]
    curves: dict[str, list[Json]] = {}
    for contender, plan in plans:
        curves[contender.name] = []
        for setting in plan:
            _, rows = contender.search(setting)
            assert rows is not None
            ids = [[int(row) for row in line if row >= 0] for line in rows]
            curves[contender.name].append(
                {
                    "label": setting.label,
                    "effort": setting.effort,
                    "factor": setting.factor,
                    "recall": vectors.recall(found.base, found.queries, limits, ids),
                    "times": [],
                }
            )
    for _ in range(rounds):
        for number in range(max(len(plan) for _, plan in plans)):
            for contender, plan in plans:
                if number < len(plan):
                    seconds, _ = contender.search(plan[number])
                    curves[contender.name][number]["times"].append(
                        1e6 * seconds / len(found.queries)
                    )
    for contender, _ in plans:
        for point in curves[contender.name]:
            point["us"] = statistics.median(point["times"])
            if apart := getattr(contender, "apart", {}).get(point["label"]):
                point["apart_us"] = statistics.median(apart)
    return curves


def _stages(contender: Ivory, points: Sequence[Json], queries: int, rounds: int) -> Json:
    """Where the time goes at recall 0.95, and how fast codes are read."""
    good = [point for point in points if point["recall"] >= 0.95] or list(points)
    point = min(good, key=lambda one: float(one["us"]))
    setting = next(
        one
        for one in contender.settings()
        if (one.effort, one.factor) == (point["effort"], point["factor"])
    )
    passes = [
        {depth: contender.stage(setting, depth) for depth in ("probe", "scan", "all")}
        for _ in range(max(3, rounds))
    ]

    def us(depth: str) -> float:
        return statistics.median(1e6 * one[depth]["seconds"] / queries for one in passes)

    scan = us("scan") - us("probe")
    read = passes[0]["scan"]["scanned"] / queries * contender.built["code_length"]
    return {
        "name": contender.name,
        "label": setting.label,
        "recall": point["recall"],
        "probe_us": us("probe"),
        "scan_us": scan,
        "rescore_us": us("all") - us("scan"),
        "candidates": setting.factor * K,
        "bytes": read,
        "bytes_per_second": read / scan * 1e6,
        "bandwidth": contender.built["bandwidth"],
    }


if __name__ == "__main__":
    sys.exit(main())
