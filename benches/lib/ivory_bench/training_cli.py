"""The command line of benches/training."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ivory_data
import matplotlib
import numpy as np
from ivory_demo.console import heading, say

from . import commands, programs, training_report, vectors
from .trainers import Core, Faiss
from .vectors import Vectors

matplotlib.use("Agg")
Json = dict[str, Any]
METRICS = ("l2", "cosine")

DESCRIPTION = """Training, assignment and probing beside faiss-cpu (Kmeans, IndexFlat).

Same vectors, threads and iterations, in one run: both sides take turns, the first of them changes
from round to round, and each round has a seed of its own. Writes results.json, report.md and
plots. Inertia is computed of the centroids that each side gave, by one and the same code."""


@dataclass(frozen=True)
class Case:
    """Vectors in a folder, how they are compared, and into how many cells they are cut."""

    folder: Path
    metric: str
    cells: tuple[int, ...]

    @staticmethod
    def parse(text: str) -> Case:
        """FOLDER:METRIC:CELLS[,CELLS]."""
        folder, metric, cells = text.rsplit(":", 2)
        if metric not in METRICS:
            raise argparse.ArgumentTypeError(f"no such metric: {metric}")
        return Case(Path(folder), metric, tuple(int(part) for part in cells.split(",")))


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = commands.parser("training", DESCRIPTION, cut="each file")
    made.add_argument(
        "--set",
        type=Case.parse,
        action="append",
        metavar="DIR:METRIC:CELLS,…",
        help="learn (else base), base and query files as of benches/library, or base_f16.npy and"
        " query_f16.npy; may be given more than once (default: tests/data/sift:l2:256)",
    )
    made.add_argument("--iterations", type=int, default=10, help="most (default 10)")
    made.add_argument("--threads", default="1,2", help="numbers of threads (default 1,2)")
    made.add_argument("--nprobe", type=int, default=64, help="cells probed (default 64)")
    made.add_argument("--rounds", type=int, default=3, help="turns (default 3)")
    return made


def main() -> int:
    """Run; returns the exit code."""
    chosen = parser().parse_args()
    return commands.run("training", lambda: _run(chosen))


def _run(chosen: argparse.Namespace) -> None:
    cases = chosen.set or [Case(ivory_data.DATA / "sift", "l2", (256,))]
    threads = [int(part) for part in chosen.threads.split(",")]
    program = programs.build("ivory-bench-trainer")
    with tempfile.TemporaryDirectory(prefix="ivory-bench-") as folder:
        rows = [
            row for case in cases for row in _case(chosen, case, threads, program, Path(folder))
        ]
    results = {
        "about": {
            "command": "benches/training " + " ".join(sys.argv[1:]),
            "date": datetime.now(UTC).isoformat(timespec="minutes"),
            "machine": f"{platform.machine()}, {os.cpu_count()} processors",
            "iterations": chosen.iterations,
            "rounds": chosen.rounds,
            "nprobe": chosen.nprobe,
        },
        "rows": rows,
    }
    chosen.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1) + "\n"
    (chosen.out / "results.json").write_text(text, encoding="utf-8")
    training_report.write(results, chosen.out)


def _case(
    chosen: argparse.Namespace, case: Case, threads: list[int], program: Path, folder: Path
) -> list[Json]:
    """All rows of one set of vectors."""
    found = load(case.folder, chosen.vectors, chosen.queries)
    heading(f"{found.name}: {len(found.learn):,} × {found.dimension}, {case.metric}")
    files = []
    for stem, rows in (("learn", found.learn), ("base", found.base), ("query", found.queries)):
        files.append(folder / f"{found.name}-{stem}.fvecs")
        ivory_data.write_vecs(files[-1], rows)
    core, peer = Core(program, files, case.metric, found.dimension), Faiss(found, case.metric)
    made = []
    try:
        for cells in case.cells:
            for count in threads:
                row = {
                    "name": found.name,
                    "metric": case.metric,
                    "dimension": found.dimension,
                    "vectors": len(found.learn),
                    "assigned": len(found.base),
                    "queries": len(found.queries),
                    "cells": cells,
                    "threads": count,
                    "level": core.level,
                    **_row(chosen, core, peer, cells, count),
                }
                made.append(row)
                say(f"   {training_report.line(row)}")
    finally:
        core.close()
    return made


def _row(
    chosen: argparse.Namespace, core: Core, peer: Faiss, cells: int, threads: int
) -> dict[str, list[Json]]:
    """The rounds of one number of cells and threads."""
    nprobe = min(chosen.nprobe, cells)
    training, assigning, probing = [], [], []
    for number in range(chosen.rounds):
        sides = [("ivory", core), ("faiss", peer)]
        trained = {}
        for name, side in sides if number % 2 == 0 else sides[::-1]:
            trained[name] = side.train(cells, chosen.iterations, threads, number + 1)
        told: Json = {}
        for name, one in trained.items():
            told[name] = one.seconds
            told[f"{name}_inertia"] = peer.inertia(one.centroids)
            told[f"{name}_iterations"] = one.iterations
        training.append(told)
        centroids = trained["ivory"].centroids
        ours, mine = core.assign(threads)
        theirs, other = peer.assign(centroids, threads)
        agreed = float(np.mean(mine == other))
        assigning.append({"ivory": ours, "faiss": theirs, "agreed": agreed})
        ours, mine = core.probe(nprobe, threads)
        together, apart, other = peer.probe(centroids, nprobe, threads)
        agreed = float(
            np.mean([np.isin(one, two).mean() for one, two in zip(mine, other, strict=True)])
        )
        probing.append({"ivory": ours, "faiss": together, "faiss_apart": apart, "agreed": agreed})
    return {"training": training, "assigning": assigning, "probing": probing}


def load(folder: Path, count: int | None, queries: int | None) -> Vectors:
    """As the other benches, and arrays of float16; a learn file is cut, too."""
    base = folder / "base_f16.npy"
    if base.exists():
        rows = np.load(base)[:count].astype(np.float32)
        asked = np.load(folder / "query_f16.npy")[:queries].astype(np.float32)
        return Vectors(folder.name, rows, asked, rows)
    found = vectors.load(folder, count, queries)
    learn = vectors.read(folder, "learn", count)
    return Vectors(found.name, found.base, found.queries, found.base if learn is None else learn)


if __name__ == "__main__":
    sys.exit(main())
