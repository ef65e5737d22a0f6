"""Stages: train a model, load the same documents into every index, merge copies of them."""

from __future__ import annotations

import time
from typing import Any

from ivory_demo import indexing
from ivory_demo.console import say

from . import sides
from .bench import Bench
from .sides import IVORY, MODEL, PEER, merged

Json = dict[str, Any]
_WARM_UP = 20_000


def train(bench: Bench) -> None:
    """Trains the model on the learn vectors, before any document is loaded."""
    for index in (merged(IVORY), IVORY, f"grown-{IVORY}", "warm-up"):
        bench.client.delete_if_there(f"/{index}")
    bench.keep("train", train_model(bench, MODEL, {}))


def train_model(bench: Bench, name: str, more: Json) -> Json:
    """Trains a model on the learn vectors; `more` goes into the request."""
    learn = bench.vectors.learn
    bench.create("learn", IVORY, None)
    bodies = bench.requests("learn", sides.bulk_bodies(learn, 0, len(learn)))
    bench.bulk("learn", bodies)
    model = indexing.train(
        bench.client,
        name,
        {
            "training_index": "learn",
            "training_field": sides.FIELD,
            "nlist": bench.choices.cells,
            "space_type": "l2",
            "max_training_vector_count": len(learn),
            "seed": 42,
            **bench.choices.training,
            **more,
        },
    )
    bench.client.delete_if_there("/learn")
    bodies.unlink()
    say(f"   {indexing.training_summary(model)}")
    return model


def load(bench: Bench) -> None:
    """Loads every index; the cheap ones in every round, since a machine is rarely quiet."""
    wanted = bench.choices.sides
    base = bench.vectors.base
    warm = bench.requests("warm-up", sides.bulk_bodies(base[:_WARM_UP], 0, len(base[:_WARM_UP])))
    for side in wanted:
        bench.create("warm-up", side)
        bench.bulk("warm-up", warm)
    bench.client.delete_if_there("/warm-up")
    warm.unlink()
    documents = bench.requests("documents", sides.bulk_bodies(base, 0, len(base)))
    found: Json = {**bench.results.get("load", {}), **{side: [] for side in wanted}}
    for number in range(bench.choices.rounds):
        for side in wanted:
            if side != PEER or number == 0:
                found[side].append(_load_one(bench, side, documents))
    documents.unlink()
    bench.keep("load", found)


def _load_one(bench: Bench, side: str, documents: Any) -> Json:
    bench.client.delete_if_there(f"/{merged(side)}")
    bench.create(side, side)
    row: Json = bench.bulk(side, documents)
    row["settled"] = bench.settle(side)
    # Searches see what the merges made.
    bench.client.call("POST", f"/{side}/_flush")
    bench.client.call("POST", f"/{side}/_refresh")
    row["segments"] = indexing.segments(bench.client, side)
    row["bytes"] = bench.store_bytes(side)
    say(
        f"   {side}: searchable after {row['seconds']:.1f} s (bulk {row['bulk']:.1f} s), merges"
        f" ended {row['settled']:.1f} s later, {row['segments']} segments,"
        f" {row['bytes'] / 2**20:.0f} MiB"
    )
    return row


def merge(bench: Bench) -> None:
    """Copies each index (hard links of its segments) and merges the copy to one segment."""
    found: Json = bench.results.get("merge", {})
    for side in bench.choices.sides:
        found[side] = _merge_one(bench, side)
        bench.keep("merge", found)


def _merge_one(bench: Bench, side: str) -> Json:
    target = merged(side)
    bench.client.delete_if_there(f"/{target}")
    bench.client.call("PUT", f"/{side}/_settings", {"index.blocks.write": True})
    body = {"settings": {"index.blocks.write": None, "index.number_of_replicas": 0}}
    bench.client.call("POST", f"/{side}/_clone/{target}?wait_for_active_shards=1", body)
    bench.client.call("PUT", f"/{side}/_settings", {"index.blocks.write": None})
    bench.client.call("GET", f"/_cluster/health/{target}?wait_for_status=green&timeout=120s")
    begin = time.monotonic()
    bench.client.call("POST", f"/{target}/_forcemerge?max_num_segments=1")
    seconds = time.monotonic() - begin
    bench.client.call("POST", f"/{target}/_refresh")
    count = indexing.segments(bench.client, target)
    if count != 1:
        raise RuntimeError(f"{target} has {count} segments after the force-merge")
    size = bench.store_bytes(target)
    say(f"   {target}: {seconds:.1f} s to one segment, {size / 2**20:.0f} MiB")
    return {"seconds": seconds, "bytes": size}
