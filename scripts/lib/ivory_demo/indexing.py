"""Creates indices, trains models, loads vectors in bulk."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote

import numpy as np

from . import console
from .client import Client, Json, RequestError

FIELD = "vector"
BULK_DOCUMENTS = 1000
TRAINING_TIMEOUT_SECONDS = 900.0


def create_index(
    client: Client,
    index: str,
    dimension: int,
    space_type: str,
    model: str | None = None,
    more_fields: Json | None = None,
) -> None:
    """Makes an index anew with one vector field; without a model its searches are exact."""
    field: Json = {"type": "ivory_vector", "dimension": dimension, "space_type": space_type}
    if model is not None:
        field["model"] = model
    client.delete_if_there(f"/{index}")
    client.call(
        "PUT",
        f"/{index}",
        {
            "settings": {"number_of_shards": 1, "number_of_replicas": 0},
            "mappings": {"properties": {FIELD: field, **(more_fields or {})}},
        },
    )


def encode(vector: np.ndarray) -> str:
    """A vector as the base64 text of its little-endian float32 values."""
    return base64.b64encode(np.ascontiguousarray(vector, "<f4").tobytes()).decode()


def _bodies(vectors: np.ndarray, texts: list[str] | None) -> Iterator[tuple[int, bytes]]:
    """Bulk requests; the id of a document is the number of its row."""
    for start in range(0, len(vectors), BULK_DOCUMENTS):
        stop = min(start + BULK_DOCUMENTS, len(vectors))
        lines = []
        for row in range(start, stop):
            document: Json = {FIELD: encode(vectors[row])}
            if texts is not None:
                document["text"] = texts[row]
            lines.append(json.dumps({"index": {"_id": str(row)}}))
            lines.append(json.dumps(document))
        yield stop - start, ("\n".join(lines) + "\n").encode()


def load(client: Client, index: str, vectors: np.ndarray, texts: list[str] | None = None) -> float:
    """Loads all vectors over one connection, makes them searchable, returns documents a second."""
    begin = time.monotonic()
    done = 0
    with console.Progress(index) as progress:
        for count, body in _bodies(vectors, texts):
            answer = json.loads(
                client.send(
                    "POST",
                    f"/{index}/_bulk?filter_path=errors,items.*.error",
                    body,
                    "application/x-ndjson",
                )
            )
            if answer["errors"]:
                raise RuntimeError(f"bulk load of {index}: {_first_error(answer)}")
            done += count
            rate = done / (time.monotonic() - begin)
            progress.bar(done, len(vectors), f"{done:,} documents, {rate:,.0f}/s")
        client.call("POST", f"/{index}/_refresh")
    return done / (time.monotonic() - begin)


def _first_error(answer: Json) -> str:
    for item in answer.get("items", []):
        for result in item.values():
            if "error" in result:
                return str(result["error"].get("reason", result["error"]))
    return "an error without a reason"


def segments(client: Client, index: str) -> int:
    """How many segments of the index are searched."""
    shards = client.call("GET", f"/{index}/_segments")["indices"][index]["shards"]
    return sum(
        1
        for copies in shards.values()
        for copy in copies
        for segment in copy["segments"].values()
        if segment["search"]
    )


def train(client: Client, model: str, body: Json) -> Json:
    """Trains a model and waits for it, showing how far it is; returns its final description."""
    path = f"/_plugins/_ivory/models/{quote(model)}"
    client.delete_if_there(path)
    task = client.call("POST", f"{path}/_train", body)["task"]
    deadline = time.monotonic() + TRAINING_TIMEOUT_SECONDS
    with console.Progress(f"training {model}") as progress:
        while True:
            described = client.call("GET", path)
            state = described["state"]
            if state == "ready":
                return described
            if state == "failed":
                raise RuntimeError(f"training {model} failed: {described.get('reason')}")
            if time.monotonic() > deadline:
                limit = console.duration(TRAINING_TIMEOUT_SECONDS)
                raise RuntimeError(f"training {model} is still {state} after {limit}")
            _show_training(client, task, progress)
            time.sleep(0.1)


def _show_training(client: Client, task: str, progress: console.Progress) -> None:
    """Shows what the tasks API says of the job; it may have ended a moment ago."""
    try:
        status = client.call("GET", f"/_tasks/{quote(task)}")["task"].get("status")
    except RequestError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return
    if not status:
        return
    words = f"{status['phase']}, {status['vectors_used']:,} vectors"
    if status["iteration"]:
        words += f", iteration {status['iteration']} of at most {status['max_iterations']}"
        progress.bar(status["iteration"], status["max_iterations"], words)
    else:
        progress.text(words)


def training_summary(model: Json) -> str:
    """A line about a model that is ready."""
    cells = model["cell_sizes"]
    return (
        f"model {model['model_id']}: {model['nlist']:,} cells"
        f" from {model['vectors_used']:,} vectors in {model['seconds']:.1f} s,"
        f" {model['iterations']} iterations;"
        f" vectors a cell: {cells['smallest']} to {cells['largest']}, median {cells['median']}"
    )


def reindex(client: Client, source: str, target: str) -> None:
    """Copies all documents by the host's own _reindex and makes them searchable."""
    answer = client.call(
        "POST",
        "/_reindex?refresh=true",
        {"source": {"index": source, "size": BULK_DOCUMENTS}, "dest": {"index": target}},
    )
    if answer["failures"]:
        raise RuntimeError(f"_reindex of {source}: {answer['failures'][0]}")
    console.say(f"{answer['created']:,} documents copied from {source} to {target} by _reindex")
