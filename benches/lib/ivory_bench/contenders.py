"""What benches/library compares: each can be built, and searched by one thread at a setting."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import hnswlib
import numpy as np

from .programs import Running
from .vectors import K, Vectors

Json = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """`effort` is nprobe or ef; `factor` times K candidates are compared exactly (0: no such)."""

    effort: int
    factor: int = 0

    @property
    def label(self) -> str:
        """In words."""
        return f"{self.effort} × {self.factor}" if self.factor else str(self.effort)


class Contender(ABC):
    """One kind of index over the vectors."""

    name: str
    built: Json

    @abstractmethod
    def settings(self) -> Sequence[Setting]:
        """What is swept."""

    @abstractmethod
    def search(self, setting: Setting) -> tuple[float, np.ndarray | None]:
        """Seconds for all queries by one thread; the rows found, where they are asked for."""

    def close(self) -> None:
        """Ends what runs for it."""
        return


class Ivory(Contender):
    """The core in a process of its own."""

    def __init__(
        self, program: Path, files: Sequence[Path], cells: int, encoder: str, nprobes: Sequence[int]
    ) -> None:
        kind, parameter = encoder.split(":")
        self.name = f"ivory {kind} {parameter}"
        self._nprobes = nprobes
        self._answers = files[0].with_name(f"found-{kind}-{parameter}.bin")
        threads = faiss.omp_get_max_threads()
        self._program = Running(program, [*files, cells, kind, parameter, threads])
        self.built = self._program.ready

    def settings(self) -> Sequence[Setting]:
        return [Setting(nprobe, factor) for nprobe in self._nprobes for factor in (2, 4, 8, 16)]

    def search(self, setting: Setting) -> tuple[float, np.ndarray | None]:
        seconds = self.stage(setting, f"all {self._answers}")["seconds"]
        return seconds, np.fromfile(self._answers, "<i4").reshape(-1, K)

    def stage(self, setting: Setting, depth: str) -> Json:
        """One pass of the program, as deep as asked for."""
        return self._program.ask(f"{setting.effort} {setting.factor * K} {depth}")

    def close(self) -> None:
        self._program.close()


class Faiss(Contender):
    """An index of faiss; the faster of one call for all queries and one call each counts."""

    def __init__(
        self,
        name: str,
        vectors: Vectors,
        make: Callable[[], tuple[Any, ...]],
        tune: Callable[[Any, Setting], None],
        settings: Sequence[Setting],
    ) -> None:
        self.name = name
        self._queries = vectors.queries
        self._tune = tune
        self._settings = settings
        self.apart: dict[str, list[float]] = {}
        begin = time.perf_counter()
        # All that they point to is kept: the wrappers in Python do not.
        self._index, self._inner, *self._kept = make()
        self.built = {"seconds": time.perf_counter() - begin}

    def settings(self) -> Sequence[Setting]:
        return self._settings

    def search(self, setting: Setting) -> tuple[float, np.ndarray | None]:
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            self._tune(self._inner, setting)
            if setting.factor:
                self._index.k_factor = setting.factor
            begin = time.perf_counter()
            _, found = self._index.search(self._queries, K)
            together = time.perf_counter() - begin
            begin = time.perf_counter()
            for row in range(len(self._queries)):
                self._index.search(self._queries[row : row + 1], K)
            apart = time.perf_counter() - begin
            self.apart.setdefault(setting.label, []).append(1e6 * apart / len(self._queries))
            return min(together, apart), found
        finally:
            faiss.omp_set_num_threads(threads)


class Hnswlib(Contender):
    """hnswlib's own."""

    name = "hnswlib"

    def __init__(self, vectors: Vectors, settings: Sequence[Setting]) -> None:
        self._queries = vectors.queries
        self._settings = settings
        begin = time.perf_counter()
        self._index = hnswlib.Index("l2", vectors.dimension)
        self._index.init_index(len(vectors.base), M=16, ef_construction=100, random_seed=42)
        self._index.add_items(vectors.base, np.arange(len(vectors.base)))
        self._index.set_num_threads(1)
        self.built = {"seconds": time.perf_counter() - begin}

    def settings(self) -> Sequence[Setting]:
        return self._settings

    def search(self, setting: Setting) -> tuple[float, np.ndarray | None]:
        self._index.set_ef(setting.effort)
        begin = time.perf_counter()
        found, _ = self._index.knn_query(self._queries, K, num_threads=1)
        return time.perf_counter() - begin, found.astype(np.int64)


def _quantizer(vectors: Vectors, cells: int) -> np.ndarray:
    """Centroids for faiss's inverted files: as many iterations as Ivory's training takes."""
    clustering = faiss.Kmeans(
        vectors.dimension, cells, niter=10, seed=42, max_points_per_centroid=len(vectors.learn)
    )
    clustering.train(vectors.learn)
    centroids: np.ndarray = clustering.centroids
    return centroids


def _inverted(
    vectors: Vectors, centroids: np.ndarray, refined: bool, kind: Callable[..., Any]
) -> tuple[Any, ...]:
    coarse = faiss.IndexFlatL2(vectors.dimension)
    coarse.add(centroids)
    inner = kind(coarse, vectors.dimension, len(centroids))
    inner.train(vectors.learn)
    index = inner
    if refined:
        index = faiss.IndexRefineFlat(inner)
    index.add(vectors.base)
    return index, inner, coarse


def _set_nprobe(index: Any, setting: Setting) -> None:
    index.nprobe = setting.effort


def _set_ef(index: Any, setting: Setting) -> None:
    index.hnsw.efSearch = setting.effort


def _hnsw(vectors: Vectors) -> tuple[Any, ...]:
    index = faiss.IndexHNSWFlat(vectors.dimension, 16)
    index.hnsw.efConstruction = 100
    index.add(vectors.base)
    return index, index


def peers(
    vectors: Vectors, cells: int, nprobes: Sequence[int], kinds: Sequence[str]
) -> list[Contender]:
    """Builds the kinds that are asked for."""
    probes = [Setting(nprobe) for nprobe in nprobes]
    refined = [Setting(nprobe, factor) for nprobe in nprobes for factor in (2, 4, 8, 16)]
    efforts = [Setting(ef) for ef in (10, 16, 24, 32, 48, 64, 96, 128, 192)]
    halves = vectors.dimension // 2
    inverted: dict[str, tuple[bool, Callable[..., Any]]] = {
        "ivfflat": (False, faiss.IndexIVFFlat),
        "ivfpqfs": (True, lambda c, d, n: faiss.IndexIVFPQFastScan(c, d, n, halves, 4)),
        "ivfrabitqfs": (True, faiss.IndexIVFRaBitQFastScan),
    }
    made: list[Contender] = []
    centroids = _quantizer(vectors, cells) if set(inverted) & set(kinds) else None
    for name, (again, kind) in inverted.items():
        if name in kinds and centroids is not None:
            make = partial(_inverted, vectors, centroids, again, kind)
            swept = refined if again else probes
            made.append(Faiss(f"faiss {name}", vectors, make, _set_nprobe, swept))
    if "hnsw" in kinds:
        made.append(Faiss("faiss hnsw", vectors, partial(_hnsw, vectors), _set_ef, efforts))
    if "hnswlib" in kinds:
        made.append(Hnswlib(vectors, efforts))
    return made


KINDS = ("ivfflat", "ivfpqfs", "ivfrabitqfs", "hnsw", "hnswlib")
