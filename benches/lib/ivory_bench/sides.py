"""What stands beside each other in the node: mappings, documents, queries.

Every index holds the same documents: an id, the vector as a JSON array of floats, an integer to
filter by and a keyword that ten documents share. `_source` is off in all of them, with the copy
for recovery, so that an index holds the vectors once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from .vectors import K

Json = dict[str, Any]

FIELD = "vector"
MODEL = "bench"
BARE, IVORY, PEER = "bare", "ivory", "peer"
SIDES = (BARE, IVORY, PEER)
ONE_BIT = "ivory-1-bit"  # index and model of codes of one bit a component
BULK_DOCUMENTS = 1000
NUMBERS = 1000  # values of the integer field: `number < 10` is 1%
SEED = 20_251


def merged(side: str) -> str:
    """Name of the copy of an index that was merged to one segment."""
    return f"{side}-merged"


def index_body(side: str, dimension: int, model: str | None) -> Json:
    """Settings and mapping."""
    settings: Json = {"number_of_shards": 1, "number_of_replicas": 0}
    field: Json
    if side == IVORY:
        field = {"type": "ivory_vector", "dimension": dimension, "space_type": "l2"}
        if model is not None:
            field["model"] = model
    else:
        field = {"type": "knn_vector", "dimension": dimension}
        settings["index.knn"] = side == PEER
    if side == PEER:
        field["method"] = {
            "name": "hnsw",
            "engine": "lucene",
            "space_type": "l2",
            "parameters": {"m": 16, "ef_construction": 100},
        }
    return {
        "settings": settings,
        "mappings": {
            "_source": {"enabled": False, "recovery_source_enabled": False},
            "properties": {
                FIELD: field,
                "number": {"type": "integer"},
                "tag": {"type": "keyword"},
            },
        },
    }


def numbers(count: int) -> np.ndarray:
    """The integer field of each document: uniform in 0..999, independent of the vector."""
    return np.random.default_rng(SEED).integers(0, NUMBERS, count)


def tags(count: int) -> np.ndarray:
    """The keyword's number for each document: every tag has ten documents, far apart."""
    return np.random.default_rng(SEED + 1).permutation(count) // K


def texts(vectors: np.ndarray) -> Iterator[str]:
    """Vectors as JSON arrays of floats."""
    if vectors.size and (vectors == np.floor(vectors)).all() and np.abs(vectors).max() < 2**20:
        low = int(vectors.min())
        table = [f"{value}.0" for value in range(low, int(vectors.max()) + 1)]
        for row in vectors.astype(np.int64):
            yield f"[{','.join([table[value - low] for value in row.tolist()])}]"
        return
    for row in vectors:
        # The shortest text that reads back as the same float32.
        yield f"[{','.join([str(value) for value in row])}]"


def bulk_bodies(base: np.ndarray, start: int, stop: int) -> Iterator[bytes]:
    """Bulk requests of documents start..stop; the id of a document is its row."""
    number, tag = numbers(len(base)), tags(len(base))
    for first in range(start, stop, BULK_DOCUMENTS):
        rows = range(first, min(first + BULK_DOCUMENTS, stop))
        lines = []
        for row, text in zip(rows, texts(base[rows.start : rows.stop]), strict=True):
            lines.append(f'{{"index":{{"_id":"{row}"}}}}')
            lines.append(f'{{"number":{number[row]},"tag":"t{tag[row]}","{FIELD}":{text}}}')
        yield ("\n".join(lines) + "\n").encode()


def _search(query: str) -> bytes:
    return f'{{"size":{K},"_source":false,"query":{query}}}'.encode()


def search(side: str, text: str, setting: Json, below: int | None = None) -> bytes:
    """A top-10 search; `below` filters by the integer field."""
    query: Json
    condition = {} if below is None else {"filter": {"range": {"number": {"lt": below}}}}
    if side == IVORY:
        query = {"ivory": {FIELD: {"vector": None, "k": K, **setting, **condition}}}
    else:
        parameters = {"method_parameters": setting} if setting else {}
        query = {"knn": {FIELD: {"vector": None, "k": K, **parameters, **condition}}}
    return _search(json.dumps(query).replace("null", text, 1))


def exact_search(side: str, text: str) -> bytes:
    """Brute force over all documents: Ivory's own, or the peer's script."""
    if side == IVORY:
        return search(IVORY, text, {"exact": True})
    script: Json = {
        "lang": "knn",
        "source": "knn_score",
        "params": {"field": FIELD, "query_value": None, "space_type": "l2"},
    }
    query = {"script_score": {"query": {"match_all": {}}, "script": script}}
    return _search(json.dumps(query).replace("null", text, 1))


def term_search(tag: int) -> bytes:
    """The floor of the node: a `term` query that returns ten hits."""
    return _search(f'{{"term":{{"tag":"t{tag}"}}}}')


def hit_ids(answer: bytes) -> list[int]:
    """Rows of the hits; raises where a search was not complete."""
    result = json.loads(answer)
    if result["timed_out"] or result["_shards"]["failed"]:
        raise RuntimeError(f"incomplete search: {answer[:500]!r}")
    return [int(hit["_id"]) for hit in result["hits"]["hits"]]
