"""Exact values of any metric, larger is nearer, and the recall that follows from them."""

from __future__ import annotations

import numpy as np

from .vectors import K

SPACES = ("cosinesimil", "innerproduct", "l2")
# Room for a value computed in float32 in another order, relative to its size.
_ROOM = 1e-6
_BLOCK = 100
# Candidates by float32 products, which are then computed again in float64.
_SLACK = 40


class Similarity:
    """The values of queries and base vectors: cosine, inner product or minus squared distance."""

    def __init__(self, space: str, base: np.ndarray, queries: np.ndarray) -> None:
        if space not in SPACES:
            raise ValueError(f"unknown space type [{space}]")
        self._l2 = space == "l2"
        self._base = _unit(base) if space == "cosinesimil" else base
        self._queries = _unit(queries) if space == "cosinesimil" else queries
        self._limits = self._find_limits()

    def values(self, number: int, ids: np.ndarray) -> np.ndarray:
        """Of one query and some rows, in float64."""
        rows = self._base[ids].astype(np.float64)
        query = self._queries[number].astype(np.float64)
        return -((rows - query) ** 2).sum(1) if self._l2 else rows @ query

    def _find_limits(self) -> np.ndarray:
        wanted = min(len(self._base), K + _SLACK)
        squares = np.einsum("ij,ij->i", self._base, self._base) if self._l2 else 0
        limits = np.empty(len(self._queries))
        for start in range(0, len(self._queries), _BLOCK):
            block = self._queries[start : start + _BLOCK]
            near = (2 if self._l2 else 1) * (block @ self._base.T) - squares
            candidates = np.argpartition(-near, wanted - 1, axis=1)[:, :wanted]
            for number, ids in enumerate(candidates, start):
                limits[number] = np.sort(self.values(number, ids))[-min(K, wanted)]
        return limits

    def recall(self, found: list[list[int]]) -> float:
        """Mean share of the K hits as near as the K-th true one; missing hits are misses."""
        total = 0.0
        for number, ids in enumerate(found):
            if len(set(ids)) != len(ids):
                raise RuntimeError(f"one document stands twice in a result: {ids}")
            if ids:
                limit = self._limits[number]
                values = self.values(number, np.array(ids[:K]))
                total += float((values >= limit - _ROOM * max(1.0, abs(limit))).sum()) / K
        return total / len(found)


def _unit(rows: np.ndarray) -> np.ndarray:
    unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
