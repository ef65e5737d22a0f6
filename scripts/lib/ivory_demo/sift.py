"""First part: real SIFT descriptors; ingest speed, training, recall and latency."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import ivory_data
import numpy as np

from . import console, indexing, plot
from .client import Client, Json
from .measure import HEADER, Measurement, measure, true_distances

MODEL = "demo-sift"
INDEX = "demo-sift"
TRAINING_INDEX = "demo-sift-training"
NPROBES = (4, 8, 16, 32, 64, 128)
TRAINING_VECTORS = 50_000
CELLS = 1024
SMALLEST = 2_000


@dataclass(frozen=True)
class Outcome:
    """What the first part measured."""

    vectors: int
    cells: int
    training_vectors: int
    training: Json
    documents_per_second: float
    segments: int
    rows: list[Measurement]


def cells_for(vectors: int) -> int:
    """1,024 cells for 100,000 vectors, fewer for fewer: about 100 vectors a cell."""
    return max(16, min(CELLS, vectors // 97))


def run(client: Client, vectors: int, out: Path) -> Outcome:
    """Trains, loads, searches; prints the table; saves the plot and the figures below ``out``."""
    data = ivory_data.load_sift()
    base, queries = data.base[:vectors], data.queries
    truth = data.truth.values
    if len(base) < len(data.base):
        console.say(f"ground truth over the first {len(base):,} vectors: computing it")
        truth = true_distances(base, queries, 10)

    cells = cells_for(len(base))
    sample = base[:TRAINING_VECTORS]
    console.heading(f"Train {cells:,} centroids on the first {len(sample):,} vectors")
    training = _train(client, sample, cells)

    console.heading(f"Load {len(base):,} SIFT descriptors of {base.shape[1]} dimensions")
    indexing.create_index(client, INDEX, base.shape[1], "l2", MODEL)
    rate = indexing.load(client, INDEX, base)
    segments = indexing.segments(client, INDEX)
    console.say(f"{rate:,.0f} documents/s over one connection; {segments} segments")

    console.heading(f"Search {len(queries):,} held-out queries, one by one, top 10")
    rows = []
    for nprobe in (None, *NPROBES):
        if nprobe is None or nprobe <= cells:
            rows.append(measure(client, INDEX, base, queries, truth, nprobe))
    console.say(console.table(HEADER, [row.cells() for row in rows]))
    outcome = Outcome(len(base), cells, len(sample), training, rate, segments, rows)
    _save(outcome, out)
    return outcome


def _train(client: Client, sample: np.ndarray, cells: int) -> Json:
    indexing.create_index(client, TRAINING_INDEX, sample.shape[1], "l2")
    indexing.load(client, TRAINING_INDEX, sample)
    client.delete_if_there(f"/{INDEX}")
    model = indexing.train(
        client,
        MODEL,
        {
            "training_index": TRAINING_INDEX,
            "training_field": indexing.FIELD,
            "nlist": cells,
            "space_type": "l2",
            "seed": 42,
        },
    )
    client.delete_if_there(f"/{TRAINING_INDEX}")
    console.say(indexing.training_summary(model))
    return model


def _save(outcome: Outcome, out: Path) -> None:
    picture, figures = out / "recall_latency.png", out / "figures.json"
    title = f"{outcome.vectors:,} SIFT descriptors, {outcome.cells:,} cells, one node"
    machine = f"{platform.machine()}, {os.cpu_count()} processors"
    note = (
        f"Held-out queries one by one over HTTP; as loaded, {outcome.segments} segments, one shard;"
        f" this machine ({machine})."
    )
    plot.draw(outcome.rows, title, note, picture)
    content = {"machine": machine, **asdict(outcome)}
    figures.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    console.say(f"\nplot:    {picture}\nfigures: {figures}")
