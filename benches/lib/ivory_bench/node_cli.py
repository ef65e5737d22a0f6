"""The command line of benches/node."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivory_build.cli import build as build_plugin
from ivory_demo.console import heading, say
from ivory_node import cluster
from ivory_node.project import newest_plugin
from ivory_node.state import Folder

from . import (
    commands,
    exact,
    filtered,
    growth,
    loadgen,
    loading,
    memory,
    programs,
    querying,
    report,
    vectors,
)
from .bench import Bench, Choices
from .sides import SIDES

STAGES: dict[str, tuple[str, Callable[[Bench], None]]] = {
    "train": ("Train the model", loading.train),
    "load": ("Load the same documents", loading.load),
    "unmerged": ("Search as loaded", querying.unmerged),
    "merge": ("Force-merge copies", loading.merge),
    "merged": ("Search merged", querying.merged_phase),
    "exact": ("Exact search", exact.exact),
    "filtered": ("Filtered search", filtered.filtered),
    "memory": ("Memory", memory.memory),
    "growth": ("Growth", growth.growth),
}

DESCRIPTION = """Ivory beside the k-NN plugin in one node: load, search, merge; ratios of both.

Builds, starts a node with both plugins, loads the same documents into an Ivory field, a k-NN field
(lucene HNSW, m 16, ef_construction 100) and a k-NN field that only stores the vector, and measures.
Writes results.json, report.md and plots, beside what other stages wrote there before. The load
generator is a program of its own."""


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = commands.parser("node", DESCRIPTION, "stages: " + ", ".join(STAGES))
    commands.add_node(made)
    made.add_argument("--smoke", action="store_true", help="small: that everything works")
    made.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder with base, query and perhaps learn file, .bvecs or .fvecs, perhaps .gz "
        "(default: the 100,000 SIFT descriptors of tests/data)",
    )
    made.add_argument("--cells", type=int, metavar="N", help="cells of the model")
    made.add_argument(
        "--dir",
        type=Path,
        metavar="DIR",
        help="folder of the node; it is left running there, for more stages (default: a temporary "
        "folder, removed at the end)",
    )
    made.add_argument("--stop", action="store_true", help="stop the node of --dir at the end")
    made.add_argument("--stages", metavar="A,B", help="only these stages, in this order")
    made.add_argument(
        "--sides", default=",".join(SIDES), metavar="A,B", help="what is loaded and merged"
    )
    made.add_argument("--rounds", type=int, default=3, help="paired rounds (default 3)")
    made.add_argument(
        "--warm-up",
        type=int,
        default=20,
        metavar="N",
        help="passes of each side before anything is timed, for the node's compiler (default 20)",
    )
    made.add_argument("--loaders", type=int, default=2, help="clients that load (default 2)")
    made.add_argument("--clients", default="1,4", help="clients that search (default 1,4)")
    made.add_argument(
        "--settings", type=json.loads, default={}, metavar="JSON", help="more index settings"
    )
    made.add_argument("--nprobe", default="8,16,24,32,48,64,96,128,192,256", help="swept")
    made.add_argument("--oversample", default="0", help="swept, as 0,2,4; 0: the node's choice")
    made.add_argument("--ef-search", default="10,16,24,32,48,64,96,128,192,256", help="swept")
    made.add_argument("--jvm", action="append", default=[], help="one more JVM option of the node")
    return made


def main() -> int:
    """Run; returns the exit code."""
    chosen = parser().parse_args()
    stages = chosen.stages.split(",") if chosen.stages else list(STAGES)
    unknown = [stage for stage in stages if stage not in (*STAGES, "report")]
    if unknown:
        parser().error(f"no such stage: {', '.join(unknown)}")
    return commands.run("node", lambda: _in_folder(chosen, stages))


def _in_folder(chosen: argparse.Namespace, stages: list[str]) -> None:
    folder = chosen.dir.absolute() if chosen.dir else Path(tempfile.mkdtemp(prefix="ivory-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    own = Folder(folder / "node")
    try:
        _run(chosen, stages, folder, own)
    finally:
        if chosen.dir is None or chosen.stop:
            cluster.down(own)
        if chosen.dir is None:
            shutil.rmtree(folder, ignore_errors=True)


def _run(chosen: argparse.Namespace, stages: list[str], folder: Path, own: Folder) -> None:
    results = _earlier(chosen.out)
    if stages == ["report"]:
        report.write(results, chosen.out)
        return
    if chosen.plugin is None and not chosen.no_build:
        heading("Build")
        build_plugin()
    program = programs.build("ivory-loadgen")
    heading("Vectors")
    count = 20_000 if chosen.smoke else None
    found = vectors.load(
        chosen.data, chosen.vectors or count, chosen.queries or (200 if chosen.smoke else None)
    )
    cells = chosen.cells or max(16, min(4096, len(found.base) // 100))
    say(
        f"{len(found.base):,} × {found.dimension}, {len(found.queries):,} queries,"
        f" {len(found.learn):,} to train {cells:,} cells on"
    )
    heading("Node")
    changes: dict[str, object] = {"peer": True, "heap": chosen.heap}
    changes["plugin"] = str(Path(chosen.plugin).absolute()) if chosen.plugin else "newest"
    if chosen.jvm:
        changes["jvm"] = chosen.jvm
    node = cluster.up(own, changes, 0, 180)[0]
    say(f"{node.url}, {chosen.plugin or newest_plugin().name}")
    bench = Bench(
        node.url,
        node.pid or 0,
        found,
        _choices(chosen, cells),
        folder,
        chosen.out,
        loadgen.LoadGenerator(program, node.url, node.pid or 0, folder),
        results,
    )
    told = {
        "command": "benches/node " + " ".join(sys.argv[1:]),
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
    }
    bench.results["about"] = {
        "stages": results.get("about", {}).get("stages", {}),
        "machine": f"{platform.machine()}, {os.cpu_count()} processors",
        "vectors": len(found.base),
        "dimension": found.dimension,
        "queries": len(found.queries),
        "cells": cells,
        "raw_bytes": found.raw_bytes,
        "rounds": chosen.rounds,
        "heap": chosen.heap,
    }
    for stage in stages:
        if stage == "report":
            continue
        title, action = STAGES[stage]
        heading(title)
        begin = time.monotonic()
        bench.results["about"]["stages"][stage] = told
        action(bench)
        say(f"   {time.monotonic() - begin:.0f} s")
    report.write(bench.results, chosen.out)


def _earlier(out: Path) -> dict[str, Any]:
    path = out / "results.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _choices(chosen: argparse.Namespace, cells: int) -> Choices:
    def numbers(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split(","))

    return Choices(
        cells,
        chosen.rounds,
        chosen.loaders,
        numbers(chosen.clients),
        chosen.train,
        chosen.settings,
        numbers(chosen.nprobe),
        tuple(float(part) for part in chosen.oversample.split(",")),
        numbers(chosen.ef_search),
        tuple(chosen.sides.split(",")),
        0 if chosen.smoke else chosen.warm_up,
    )


if __name__ == "__main__":
    sys.exit(main())
