"""The vectors of a run, and the exact distances that recall is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import ivory_data
import numpy as np

K = 10
_BLOCK = 100
# Candidates by float32 products, which are then computed again in float64.
_SLACK = 40


@dataclass(frozen=True)
class Vectors:
    """float32 rows: what is indexed, what is asked, what models are trained on."""

    name: str
    base: np.ndarray
    queries: np.ndarray
    learn: np.ndarray

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self.base.shape[1])

    @property
    def raw_bytes(self) -> int:
        """Size of the base vectors as float32."""
        return len(self.base) * self.dimension * 4


def load(folder: Path | None, count: int | None, queries: int | None) -> Vectors:
    """Reads base, query and, if there is one, learn file; by default the slice of tests/data.

    Without a learn file models are trained on the first half of the base. A learn file shares no
    vector with the base.
    """
    folder = folder or ivory_data.DATA / "sift"
    base = read(folder, "base", count)
    asked = read(folder, "query", queries)
    if base is None or asked is None:
        raise FileNotFoundError(f"{folder}: no base and query file (.bvecs, .fvecs, _f16.npy)")
    learn = read(folder, "learn", None)
    if learn is None:
        learn = base[: max(1, len(base) // 2)]
    return Vectors(folder.name, base, asked, learn)


def read(folder: Path, stem: str, count: int | None) -> np.ndarray | None:
    """A file of that stem, whatever its layout; None if there is none."""
    for ending in (".bvecs", ".fvecs", ".bvecs.gz", ".fvecs.gz"):
        path = folder / (stem + ending)
        if path.exists():
            return ivory_data.read_vecs(path, count).astype(np.float32)
    path = folder / f"{stem}_f16.npy"
    return ivory_data.read_npy(path)[:count] if path.exists() else None


def true_limits(
    base: np.ndarray, queries: np.ndarray, mask: np.ndarray | None = None
) -> np.ndarray:
    """Squared distance of each query's K-th nearest vector, of those in the mask, in float64.

    A query with fewer than K vectors gets infinity: all of them are wanted.
    """
    rows = base if mask is None else base[mask]
    squares = np.einsum("ij,ij->i", rows, rows)
    limits = np.full(len(queries), np.inf)
    if len(rows) < K:
        return limits
    wanted = min(len(rows), K + _SLACK)
    for start in range(0, len(queries), _BLOCK):
        block = queries[start : start + _BLOCK]
        near = squares - 2 * (block @ rows.T)
        candidates = np.argpartition(near, wanted - 1, axis=1)[:, :wanted]
        for number, (query, found) in enumerate(zip(block, candidates, strict=True)):
            exact = distances(rows, query, found)
            limits[start + number] = np.partition(exact, K - 1)[K - 1]
    return limits


def distances(base: np.ndarray, query: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Squared distances of a query to some rows, in float64."""
    difference = base[ids].astype(np.float64) - query.astype(np.float64)
    return np.einsum("ij,ij->i", difference, difference)


def recall(
    base: np.ndarray, queries: np.ndarray, limits: np.ndarray, found: list[list[int]]
) -> float:
    """Mean share of the K hits that are as near as the K-th true one; missing hits are misses."""
    total = 0.0
    for query, limit, ids in zip(queries, limits, found, strict=False):
        if len(set(ids)) != len(ids):
            raise RuntimeError(f"one document stands twice in a result: {ids}")
        if ids:
            near = distances(base, query, np.array(ids[:K]))
            total += float((near <= limit * (1 + 1e-6)).sum()) / K
    return total / len(found)
