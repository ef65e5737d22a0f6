#!/usr/bin/env python3
"""Recomputes the ground truth beside the vectors by float64 brute force and checks the files.

    python3 tests/data/make_ground_truth.py            # check: exit code 1 if a file is wrong
    python3 tests/data/make_ground_truth.py --write    # write the files anew

Needs NumPy. Deterministic; equal values are ordered by id.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "scripts" / "lib"))

import ivory_data  # noqa: E402

DEPTH = 100
BLOCK = 100
# Room for the rounding of one float64 sum and of the float32 in the file, relative to the value.
TOLERANCE = 1e-6


def values_of(space_type: str, queries: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Squared L2 distances, cosines or inner products, (queries, base), in float64."""
    queries = queries.astype(np.float64)
    base = base.astype(np.float64)
    if space_type == "cosinesimil":
        queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
        base = base / np.linalg.norm(base, axis=1, keepdims=True)
    products = queries @ base.T
    if space_type != "l2":
        return products
    squares = (queries**2).sum(1)[:, None] + (base**2).sum(1)[None, :]
    return squares - 2 * products


def nearest(space_type: str, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The best ``DEPTH`` ids of each row and their values, best first, ties by id."""
    keys = values if space_type == "l2" else -values
    ids = np.argsort(keys, axis=1, kind="stable")[:, :DEPTH]
    return ids, np.take_along_axis(values, ids, axis=1)


def truth_of(data: ivory_data.DataSet) -> ivory_data.GroundTruth:
    """Ground truth of a whole set, block by block."""
    ids, values = [], []
    for start in range(0, len(data.queries), BLOCK):
        block = values_of(data.space_type, data.queries[start : start + BLOCK], data.base)
        best, value = nearest(data.space_type, block)
        ids.append(best)
        values.append(value)
    return ivory_data.GroundTruth(np.vstack(ids), np.vstack(values))


def faults(data: ivory_data.DataSet, exact: ivory_data.GroundTruth) -> list[str]:
    """What is wrong with the stored ground truth of a set; ids may differ where values tie."""
    stored = data.truth
    if stored.ids.shape != exact.ids.shape:
        return [f"shape {stored.ids.shape}, not {exact.ids.shape}"]
    found = []
    room = TOLERANCE * np.maximum(1.0, np.abs(exact.values))
    if (np.abs(stored.values - exact.values) > room).any():
        found.append("stored values differ from the exact ones")
    if any(len(set(row)) != len(row) for row in stored.ids.tolist()):
        found.append("an id stands twice in one row")
    for start in range(0, len(data.queries), BLOCK):
        rows = slice(start, start + BLOCK)
        block = values_of(data.space_type, data.queries[rows], data.base)
        of_ids = np.take_along_axis(block, stored.ids[rows], axis=1)
        if (np.abs(of_ids - exact.values[rows]) > room[rows]).any():
            found.append(f"ids of rows {start}.. do not have the exact values")
    return found


def main() -> int:
    """Checks or writes every set; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the files anew")
    write = parser.parse_args().write
    wrong = 0
    for load in ivory_data.LOADERS:
        data = load(HERE)
        exact = truth_of(data)
        if write:
            prefix = "ip_" if data.space_type == "innerproduct" else ""
            folder = HERE / data.name.split("_")[0]
            ivory_data.write_vecs(folder / f"{prefix}groundtruth.ivecs", exact.ids)
            ivory_data.write_vecs(folder / f"{prefix}groundtruth_values.fvecs", exact.values)
            data = load(HERE)
        problems = faults(data, exact)
        wrong += len(problems)
        print(
            f"{data.name}: {len(data.queries)} queries x {DEPTH} of {len(data.base)} vectors: "
            + ("; ".join(problems) or "right")
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
