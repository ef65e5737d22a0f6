"""Searches held-out queries one by one and measures recall, vectors scanned and latency."""

from __future__ import annotations

import json
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ivory_recall import recall_at

from . import console
from .client import Client, Json
from .indexing import FIELD, encode

K = 10
WARM_UP = 200


@dataclass(frozen=True)
class Measurement:
    """One row of the table; times are of whole HTTP requests over one connection."""

    name: str
    nprobe: int | None  # None: exact
    recall: float
    scanned: float  # share of the index's vectors, 0..1
    median_ms: float
    p95_ms: float

    def cells(self) -> list[str]:
        """The row as text."""
        return [
            self.name,
            f"{self.recall:.4f}",
            f"{self.scanned:.2%}",
            f"{self.median_ms:.2f}",
            f"{self.p95_ms:.2f}",
        ]


HEADER = ("search", f"recall@{K}", "vectors scanned", "median ms", "p95 ms")


def query_body(vector: np.ndarray, nprobe: int | None, filter_query: Json | None = None) -> Json:
    """A top-k search by the ``ivory`` query; ``nprobe`` None asks for an exact one."""
    query: Json = {"vector": encode(vector), "k": K}
    if nprobe is None:
        query["exact"] = True
    else:
        query["nprobe"] = nprobe
    if filter_query is not None:
        query["filter"] = filter_query
    return {"size": K, "query": {"ivory": {FIELD: query}}}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    rank = math.ceil(share * len(values) - 1e-9)
    return sorted(values)[max(0, rank - 1)]


def true_distances(base: np.ndarray, queries: np.ndarray, depth: int) -> np.ndarray:
    """The smallest squared L2 distances of each query, sorted, (queries, depth), in float64."""
    base = base.astype(np.float64)
    squares = (base**2).sum(1)
    rows = []
    for start in range(0, len(queries), 100):
        block = queries[start : start + 100].astype(np.float64)
        distances = squares - 2 * (block @ base.T) + (block**2).sum(1)[:, None]
        rows.append(np.sort(np.partition(distances, depth - 1, axis=1)[:, :depth], axis=1))
    return np.vstack(rows)


def vectors_scanned(client: Client) -> int:
    """How many vectors the node's searches have compared with a query so far."""
    stats = client.call("GET", "/_plugins/_ivory/stats")
    return int(stats["total"]["search"]["vectors_scanned"])


def measure(
    client: Client,
    index: str,
    base: np.ndarray,
    queries: np.ndarray,
    truth: np.ndarray,
    nprobe: int | None,
) -> Measurement:
    """Searches every query once, after a warm-up; ``truth`` is (queries, at least K) distances.

    Recall is computed here from the vectors behind the returned ids, not from returned scores.
    """
    name = "exact" if nprobe is None else f"nprobe {nprobe}"
    path = f"/{index}/_search?_source=false&filter_path=timed_out,_shards.failed,hits.hits._id"
    bodies = [json.dumps(query_body(query, nprobe)).encode() for query in queries]
    for body in bodies[:WARM_UP]:
        client.send("POST", path, body)
    times, answers = [], []
    scanned = vectors_scanned(client)
    with console.Progress(name) as progress:
        for number, body in enumerate(bodies):
            begin = time.perf_counter()
            answers.append(client.send("POST", path, body))
            times.append((time.perf_counter() - begin) * 1000)
            progress.bar(number + 1, len(bodies), f"{times[-1]:.2f} ms")
    scanned = vectors_scanned(client) - scanned
    recalls = []
    for query, answer, true in zip(queries, answers, truth, strict=True):
        ids = ids_of(answer)
        found = ((base[ids].astype(np.float64) - query.astype(np.float64)) ** 2).sum(1)
        recalls.append(recall_at(K, found.tolist(), true.tolist(), larger_is_better=False))
    return Measurement(
        name,
        nprobe,
        statistics.fmean(recalls),
        scanned / (len(queries) * len(base)),
        statistics.median(times),
        percentile(times, 0.95),
    )


def ids_of(answer: bytes) -> list[int]:
    """Row numbers of the hits; raises where the search was not complete."""
    result = json.loads(answer)
    if result["timed_out"] or result["_shards"]["failed"]:
        raise RuntimeError(f"incomplete search: {result}")
    ids = [int(hit["_id"]) for hit in result.get("hits", {}).get("hits", [])]
    if len(set(ids)) != len(ids):
        raise RuntimeError(f"one document stands twice in a result: {ids}")
    return ids
