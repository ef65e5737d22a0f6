"""What benches/training compares: each trains, assigns and probes, and says how long it took."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from .programs import Running
from .vectors import Vectors


@dataclass(frozen=True)
class Trained:
    """Centroids, row after row, and what they took."""

    seconds: float
    iterations: int
    centroids: np.ndarray


class Core:
    """Ivory's core in a process of its own."""

    def __init__(self, program: Path, files: Sequence[Path], metric: str, dimension: int) -> None:
        self._metric, self._dimension = metric, dimension
        self._answers = files[0].with_suffix(".answers")
        self._program = Running(program, files)
        self.level = str(self._program.ready["level"])

    def train(self, cells: int, iterations: int, threads: int, seed: int) -> Trained:
        """One run; the model stays for what follows."""
        told = self._ask(f"train {self._metric} {cells} {iterations} {threads} {seed}")
        centroids = np.fromfile(self._answers, "<f4").reshape(cells, self._dimension)
        return Trained(told["seconds"], told["iterations"], centroids)

    def assign(self, threads: int) -> tuple[float, np.ndarray]:
        """Seconds, and the cell of each vector."""
        return self._ask(f"assign {threads}")["seconds"], np.fromfile(self._answers, "<u4")

    def probe(self, nprobe: int, threads: int) -> tuple[float, np.ndarray]:
        """Seconds, and the nearest cells of each query."""
        seconds = self._ask(f"probe {nprobe} {threads}")["seconds"]
        return seconds, np.fromfile(self._answers, "<u4").reshape(-1, nprobe)

    def close(self) -> None:
        """Ends the process."""
        self._program.close()

    def _ask(self, order: str) -> dict[str, Any]:
        return self._program.ask(f"{order} {self._answers}")


class Faiss:
    """faiss's k-means and flat index."""

    def __init__(self, vectors: Vectors, metric: str) -> None:
        self._vectors, self._metric = vectors, metric

    def train(self, cells: int, iterations: int, threads: int, seed: int) -> Trained:
        """One run over all vectors: it does not draw a sample of its own."""
        learn = self._vectors.learn
        faiss.omp_set_num_threads(threads)
        means = faiss.Kmeans(
            learn.shape[1],
            cells,
            niter=iterations,
            seed=seed,
            spherical=self._metric != "l2",
            min_points_per_centroid=1,
            max_points_per_centroid=len(learn),
        )
        begin = time.perf_counter()
        means.train(learn)
        seconds = time.perf_counter() - begin
        return Trained(seconds, iterations, np.array(means.centroids))

    def assign(self, centroids: np.ndarray, threads: int) -> tuple[float, np.ndarray]:
        """Seconds, and the cell of each vector."""
        seconds, found = self._search(centroids, self._vectors.base, 1, threads)
        return seconds, found[:, 0]

    def probe(
        self, centroids: np.ndarray, nprobe: int, threads: int
    ) -> tuple[float, float, np.ndarray]:
        """Seconds of one call for all queries, of one call each, and the nearest cells."""
        queries = self._vectors.queries
        together, found = self._search(centroids, queries, nprobe, threads)
        index = self._index(centroids)
        begin = time.perf_counter()
        for row in range(len(queries)):
            index.search(queries[row : row + 1], nprobe)
        return together, time.perf_counter() - begin, found

    def inertia(self, centroids: np.ndarray) -> float:
        """Mean over the learn vectors of the squared distance (cosine: 1 − cosine) to the nearest
        centroid, added up in float64."""
        learn = self._vectors.learn
        _, cells = self._index(centroids).search(learn, 1)
        total = 0.0
        for start in range(0, len(learn), 10_000):
            rows = learn[start : start + 10_000].astype(np.float64)
            near = centroids[cells[start : start + 10_000, 0]].astype(np.float64)
            if self._metric == "l2":
                total += float(((rows - near) ** 2).sum())
            else:
                norms = np.linalg.norm(rows, axis=1) * np.linalg.norm(near, axis=1)
                total += float((1 - (rows * near).sum(axis=1) / norms).sum())
        return total / len(learn)

    def _index(self, centroids: np.ndarray) -> Any:
        kind = faiss.IndexFlatL2 if self._metric == "l2" else faiss.IndexFlatIP
        index = kind(centroids.shape[1])
        index.add(np.ascontiguousarray(centroids))
        return index

    def _search(
        self, centroids: np.ndarray, rows: np.ndarray, count: int, threads: int
    ) -> tuple[float, np.ndarray]:
        faiss.omp_set_num_threads(threads)
        index = self._index(centroids)
        begin = time.perf_counter()
        _, found = index.search(rows, count)
        return time.perf_counter() - begin, found
