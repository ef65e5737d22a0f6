"""What every stage of the node bench works with: the node, the vectors, the results so far."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from ivory_demo.client import Client
from ivory_demo.console import say

from . import sides, vectors
from .loadgen import LoadGenerator, Run, read_records, write_records
from .vectors import Vectors

Json = dict[str, Any]
QUIET_SECONDS = 600


@dataclass(frozen=True)
class Choices:
    """What the command line asked for."""

    cells: int
    rounds: int
    loaders: int
    clients: tuple[int, ...]
    training: Json
    settings: Json
    nprobes: tuple[int, ...]
    oversamples: tuple[float, ...]
    ef_searches: tuple[int, ...]
    sides: tuple[str, ...]
    warm_up: int


@dataclass
class Bench:
    """One node and one results file."""

    url: str
    pid: int
    vectors: Vectors
    choices: Choices
    folder: Path
    out: Path
    generator: LoadGenerator
    results: Json = field(default_factory=dict)

    @cached_property
    def client(self) -> Client:
        """For what is not timed, or takes long."""
        return Client(self.url, timeout=3600)

    @cached_property
    def query_texts(self) -> list[str]:
        """The queries as JSON arrays."""
        return list(sides.texts(self.vectors.queries))

    @cached_property
    def limits(self) -> np.ndarray:
        """Squared distance of each query's tenth neighbour."""
        return self.limits_of(len(self.vectors.base))

    def limits_of(self, count: int) -> np.ndarray:
        """The same over the first documents; kept beside the node."""
        base, queries = self.vectors.base, self.vectors.queries
        path = self.folder / f"truth-{count}-{len(queries)}.npy"
        if not path.exists():
            np.save(path, vectors.true_limits(base[:count], queries))
        limits: np.ndarray = np.load(path)
        return limits

    def requests(self, name: str, bodies: Iterable[bytes]) -> Path:
        """A request file in the bench's folder, written anew."""
        path = self.folder / f"{name}.requests"
        write_records(path, bodies)
        return path

    def search(
        self, index: str, requests: Path, clients: int, rounds: int = 1
    ) -> tuple[Run, list[list[int]]]:
        """Searches an index; returns the run and the rows found for each request."""
        answers = self.folder / "answers.bin"
        run = self.generator.run(f"/{index}/_search", requests, clients, rounds, answers=answers)
        return run, [sides.hit_ids(answer) for answer in read_records(answers)]

    def timed(self, index: str, requests: Path, clients: int, rounds: int = 1) -> Run:
        """Searches an index; the answers are not kept."""
        return self.generator.run(f"/{index}/_search", requests, clients, rounds)

    def recall(self, found: list[list[int]], limits: np.ndarray | None = None) -> float:
        """Recall@10 of the answers to the first queries."""
        limits = self.limits if limits is None else limits
        return vectors.recall(self.vectors.base, self.vectors.queries, limits, found)

    def create(self, index: str, side: str, model: str | None = sides.MODEL) -> None:
        """Makes an index anew."""
        body = sides.index_body(side, self.vectors.dimension, model)
        if side == sides.IVORY:
            body["settings"].update(self.choices.settings)
        self.client.delete_if_there(f"/{index}")
        self.client.call("PUT", f"/{index}", body)

    def bulk(self, index: str, requests: Path) -> Json:
        """Loads a request file and makes it searchable; the seconds of both."""
        answers = self.folder / "bulk-answers.bin"
        # The program reads the file before its clock starts: its seconds count, not ours.
        run = self.generator.run(
            f"/{index}/_bulk?filter_path=errors,items.*.error",
            requests,
            self.choices.loaders,
            kind="application/x-ndjson",
            answers=answers,
        )
        sent = time.monotonic()
        self.client.call("POST", f"/{index}/_refresh")
        refresh = time.monotonic() - sent
        for answer in read_records(answers):
            if json.loads(answer)["errors"]:
                raise RuntimeError(f"bulk load of {index}: {answer[:500]!r}")
        return {"seconds": run.seconds + refresh, "bulk": run.seconds, "refresh": refresh}

    def settle(self, index: str) -> float:
        """Waits until the host's own merges of an index have ended; seconds waited."""
        begin = time.monotonic()
        self.wait(lambda: self._merging(index) == 0, f"merges of {index}")
        return time.monotonic() - begin

    def _merging(self, index: str) -> int:
        stats = self.client.call("GET", f"/{index}/_stats/merge")
        return int(stats["_all"]["total"]["merges"]["current"])

    def wait(self, done: Callable[[], bool], what: str) -> None:
        """Polls; raises after ten minutes."""
        deadline = time.monotonic() + QUIET_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{what}: not done after {QUIET_SECONDS} s")
            time.sleep(0.1)

    def exists(self, index: str) -> bool:
        """Whether the node has the index."""
        return index in self.client.call("GET", "/_all/_settings")

    def store_bytes(self, index: str) -> int:
        """Bytes of the segments that are searched. (The store's own figure is 10 s old.)"""
        shards = self.client.call("GET", f"/{index}/_segments")["indices"][index]["shards"]
        return sum(
            int(segment["size_in_bytes"])
            for copies in shards.values()
            for copy in copies
            for segment in copy["segments"].values()
            if segment["search"]
        )

    def keep(self, stage: str, found: Any) -> None:
        """Adds to the results, and writes them."""
        self.results[stage] = found
        self.out.mkdir(parents=True, exist_ok=True)
        path = self.out / "results.json"
        path.write_text(json.dumps(self.results, indent=1) + "\n", encoding="utf-8")
        say(f"   {stage}: written to {path}")
