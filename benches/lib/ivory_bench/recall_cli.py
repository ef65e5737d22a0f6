"""The command line of benches/recall."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ivory_data
import numpy as np
from ivory_build.cli import build as build_plugin
from ivory_demo import indexing
from ivory_demo.client import Client
from ivory_demo.console import heading, say
from ivory_demo.measure import vectors_scanned
from ivory_node import cluster
from ivory_node.state import Folder

from . import commands, vectors
from .markdown import table
from .sides import hit_ids
from .similarity import SPACES, Similarity
from .vectors import K

Json = dict[str, Any]

INDEX, TRAINING, MODEL = "recall", "recall-untrained", "recall"
NPROBES = "4,8,16,24,32,48,64,96,128"
RECALL, SHARE = 0.95, 0.10
_TOGETHER = 100

DESCRIPTION = """Recall@10 and the share of the vectors that searches scan, through a real node.

Builds, starts a node, trains a model on the vectors, loads them into an index of that model,
searches as loaded and force-merged, over HTTP, and once more where documents without a model
were brought to it by a merge. Writes results.json and report.md."""


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = commands.parser("recall", DESCRIPTION)
    commands.add_node(made)
    made.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=ivory_data.DATA / "glove",
        help="folder with base and query file: .bvecs, .fvecs, perhaps .gz, or _f16.npy "
        "(default: the 20,000 word vectors of tests/data)",
    )
    made.add_argument("--space-type", choices=SPACES, default="cosinesimil")
    made.add_argument(
        "--scaled",
        action="store_true",
        help="base vector i times 1 + (i mod 8) / 4, so that inner product and cosine differ",
    )
    made.add_argument("--nprobe", default=NPROBES, help=f"swept (default {NPROBES})")
    made.add_argument(
        "--query", type=json.loads, default={}, metavar="JSON", help="more for the query"
    )
    return made


def main() -> int:
    """Run; returns the exit code."""
    chosen = parser().parse_args()
    return commands.run("recall", lambda: _in_folder(chosen))


def _in_folder(chosen: argparse.Namespace) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ivory-bench-"))
    folder.chmod(0o755)
    own = Folder(folder / "node")
    try:
        _run(chosen, own)
    finally:
        cluster.down(own)
        shutil.rmtree(folder, ignore_errors=True)


def _run(chosen: argparse.Namespace, own: Folder) -> None:
    if chosen.plugin is None and not chosen.no_build:
        heading("Build")
        build_plugin()
    heading("Vectors")
    found = vectors.load(chosen.data, chosen.vectors, chosen.queries)
    base, queries = found.base, found.queries
    if chosen.scaled:
        base = base * ivory_data.inner_product_scales(len(base))
    similarity = Similarity(chosen.space_type, base, queries)
    say(f"{len(base):,} × {found.dimension}, {len(queries):,} queries, {chosen.space_type}")
    heading("Node")
    plugin = str(Path(chosen.plugin).absolute()) if chosen.plugin else "newest"
    node = cluster.up(own, {"plugin": plugin, "heap": chosen.heap}, 0, 180)[0]
    client = Client(node.url)
    model = _load(client, base, chosen)
    heading("Search")
    settings: list[Json] = [{"exact": True}, {}]
    settings += [
        {"nprobe": nprobe}
        for nprobe in map(int, chosen.nprobe.split(","))
        if nprobe <= model["nlist"]
    ]
    results: Json = {
        "command": "benches/recall " + " ".join(sys.argv[1:]),
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "data": found.name,
        "space_type": chosen.space_type,
        "scaled": chosen.scaled,
        "vectors": len(base),
        "dimension": found.dimension,
        "queries": len(queries),
        "cells": model["nlist"],
        "encoder": model["encoder"],
        "code_bytes": model["code_size_in_bytes"],
        "phases": [],
    }
    for phase, index in (
        ("as loaded", INDEX),
        ("merged", INDEX),
        ("assigned by a merge", TRAINING),
    ):
        if index == TRAINING:
            _name_model(client, base.shape[1], chosen.space_type)
        if phase != "as loaded":
            client.call("POST", f"/{index}/_forcemerge?max_num_segments=1")
            client.call("POST", f"/{index}/_refresh")
        say(f"   {phase}")
        points = [
            _point(client, index, queries, {**setting, **chosen.query}, similarity, len(base))
            for setting in settings
        ]
        segments = indexing.segments(client, index)
        results["phases"].append({"phase": phase, "segments": segments, "points": points})
    _write(results, chosen.out)


def _load(client: Client, base: np.ndarray, chosen: argparse.Namespace) -> Json:
    """Trains on the vectors themselves, then indexes them under the model."""
    dimension, space = base.shape[1], chosen.space_type
    indexing.create_index(client, TRAINING, dimension, space)
    indexing.load(client, TRAINING, base)
    body = {
        "training_index": TRAINING,
        "training_field": indexing.FIELD,
        "space_type": space,
        "seed": 42,
        **chosen.train,
    }
    model = indexing.train(client, MODEL, body)
    say(f"{indexing.training_summary(model)}; encoder {json.dumps(model['encoder'])}")
    indexing.create_index(client, INDEX, dimension, space, MODEL)
    indexing.load(client, INDEX, base)
    return model


def _name_model(client: Client, dimension: int, space: str) -> None:
    """The documents that were loaded without a model are those of one, from the next merge on."""
    field = {"type": "ivory_vector", "dimension": dimension, "space_type": space, "model": MODEL}
    client.call("PUT", f"/{TRAINING}/_mapping", {"properties": {indexing.FIELD: field}})
    # A second segment, so that there is something to merge.
    client.call("PUT", f"/{TRAINING}/_doc/none?refresh=true", {})


def _point(
    client: Client,
    index: str,
    queries: np.ndarray,
    setting: Json,
    similarity: Similarity,
    count: int,
) -> Json:
    found: list[list[int]] = []
    before = vectors_scanned(client)
    for start in range(0, len(queries), _TOGETHER):
        lines = []
        for query in queries[start : start + _TOGETHER]:
            inner = {"vector": indexing.encode(query), "k": K, **setting}
            body = {"size": K, "_source": False, "query": {"ivory": {indexing.FIELD: inner}}}
            lines += ["{}", json.dumps(body)]
        body_bytes = ("\n".join(lines) + "\n").encode()
        answer = client.send("POST", f"/{index}/_msearch", body_bytes, "application/x-ndjson")
        found += [
            hit_ids(json.dumps(response).encode()) for response in json.loads(answer)["responses"]
        ]
    share = (vectors_scanned(client) - before) / (len(queries) * count)
    point = {"setting": setting, "recall": similarity.recall(found), "share": share}
    say(f"   {_label(setting)}: recall {point['recall']:.4f}, {share:.2%} scanned")
    return point


def _label(setting: Json) -> str:
    words = [name if value is True else f"{name} {value}" for name, value in setting.items()]
    return ", ".join(words) or "default"


def _write(results: Json, out: Path) -> None:
    rows = []
    for number, point in enumerate(results["phases"][0]["points"]):
        row = [_label(point["setting"])]
        for phase in results["phases"]:
            one = phase["points"][number]
            row += [f"{one['recall']:.4f}", f"{one['share']:.2%}"]
        rows.append(row)
    header = [""]
    for phase in results["phases"]:
        header += [f"{phase['phase']} ({phase['segments']}): recall@{K}", "scanned"]
    bars = []
    for phase in results["phases"]:
        within = [point for point in phase["points"] if point["share"] <= SHARE]
        best = max(within, key=lambda point: point["recall"], default=None)
        figure = f"{best['recall']:.4f} by {_label(best['setting'])}" if best else "none"
        passed = best is not None and best["recall"] >= RECALL
        bars.append(
            [
                f"{phase['phase']}: recall@{K} ≥ {RECALL} with at most {SHARE:.0%} scanned",
                "pass" if passed else "FAIL",
                figure,
            ]
        )
    about = (
        f"`{results['command'].strip()}`, {results['date']}. {results['data']}: "
        f"{results['vectors']:,} × {results['dimension']}, {results['space_type']}, "
        f"{results['cells']:,} cells, encoder `{json.dumps(results['encoder'])}` "
        f"({results['code_bytes']} bytes a code), {results['queries']:,} queries."
    )
    out.mkdir(parents=True, exist_ok=True)
    results["bars"] = bars
    (out / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    bar_table = table(["bar", "", "best within it"], bars)
    report = f"{about}\n\n## Bars\n\n{bar_table}\n{table(header, rows)}"
    (out / "report.md").write_text(report, encoding="utf-8")
    say(report)


if __name__ == "__main__":
    sys.exit(main())
