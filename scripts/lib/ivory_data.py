"""Readers and writers of the vector files under tests/data, and the data sets made of them.

Layouts: TEXMEX (``.bvecs``, ``.fvecs``, ``.ivecs``: each row is a little-endian int32 dimension and
then that many uint8, float32 or int32), NumPy's ``.npy`` of float16, and text files whose line i
names vector i. A trailing ``.gz`` is unpacked on the way.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_ELEMENT: dict[str, np.dtype] = {
    ".bvecs": np.dtype("u1"),
    ".fvecs": np.dtype("<f4"),
    ".ivecs": np.dtype("<i4"),
}

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"


class DataFormatError(ValueError):
    """A vector file is not what its name says."""


@dataclass(frozen=True)
class GroundTruth:
    """The exact nearest neighbours of each query, best first.

    ``ids`` and ``values`` have the shape (queries, depth). ``values`` are squared L2 distances for
    space type ``l2``, cosines for ``cosinesimil``, inner products for ``innerproduct``.
    """

    ids: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class DataSet:
    """Vectors to index, held-out queries, their names (texts or words; empty if they have none)."""

    name: str
    space_type: str
    base: np.ndarray
    queries: np.ndarray
    base_names: list[str]
    query_names: list[str]
    truth: GroundTruth


def read_vecs(path: Path, limit: int | None = None) -> np.ndarray:
    """Reads a TEXMEX file (or the first ``limit`` rows of it) as an array of (rows, dimension)."""
    zipped = path.suffix == ".gz"
    kind = path.with_suffix("").suffix if zipped else path.suffix
    if kind not in _ELEMENT:
        raise DataFormatError(f"{path.name}: unknown kind of vector file [{kind}]")
    element = _ELEMENT[kind]
    with gzip.open(path, "rb") if zipped else open(path, "rb") as file:
        head = file.read(4)
        if len(head) < 4:
            raise DataFormatError(f"{path.name}: too short for one row")
        dimension = int(np.frombuffer(head, "<i4")[0])
        if not 0 < dimension <= 1_000_000:
            raise DataFormatError(f"{path.name}: dimension {dimension} of the first row")
        width = 4 + dimension * element.itemsize
        data = head + (file.read() if limit is None else file.read(limit * width - 4))
    if len(data) % width:
        raise DataFormatError(f"{path.name}: {len(data)} bytes are no multiple of {width}, one row")
    rows = np.frombuffer(data, "u1").reshape(-1, width)
    dimensions = rows[:, :4].copy().view("<i4")[:, 0]
    if (dimensions != dimension).any():
        row = int(np.argmax(dimensions != dimension))
        raise DataFormatError(
            f"{path.name}: row {row} has dimension {dimensions[row]}, not {dimension}"
        )
    return rows[:, 4:].copy().view(element)


def write_vecs(path: Path, vectors: np.ndarray) -> None:
    """Writes (rows, dimension) in the TEXMEX layout that the name asks for.

    A ``.gz`` carries neither name nor time, so that the same vectors make the same bytes.
    """
    zipped = path.suffix == ".gz"
    kind = path.with_suffix("").suffix if zipped else path.suffix
    if kind not in _ELEMENT:
        raise DataFormatError(f"{path.name}: unknown kind of vector file [{kind}]")
    count, dimension = vectors.shape
    body = np.ascontiguousarray(vectors, _ELEMENT[kind]).view("u1").reshape(count, -1)
    head = np.tile(np.array([dimension], "<i4").view("u1"), (count, 1))
    data = np.hstack([head, body]).tobytes()
    path.write_bytes(gzip.compress(data, 9, mtime=0) if zipped else data)


def read_npy(path: Path) -> np.ndarray:
    """Reads a float16 ``.npy`` of (rows, dimension) as float32 (exact)."""
    array = np.load(path, allow_pickle=False)
    if array.ndim != 2 or array.dtype != np.float16:
        raise DataFormatError(f"{path.name}: {array.dtype} of {array.ndim} axes, not float16 of 2")
    return array.astype(np.float32)


def read_lines(path: Path) -> list[str]:
    """Reads a UTF-8 file of one name a line."""
    return path.read_text(encoding="utf-8").rstrip("\n").split("\n")


def inner_product_scales(count: int) -> np.ndarray:
    """Factor of vector i in the inner-product set: 1 + (i mod 8) / 4.

    It makes lengths differ, so that inner product and cosine rank differently, and multiplies a
    float16 without rounding in float32.
    """
    return (1 + (np.arange(count) % 8) / 4).astype(np.float32)[:, None]


def read_truth(folder: Path, prefix: str = "") -> GroundTruth:
    """Reads ``PREFIXgroundtruth.ivecs`` and ``PREFIXgroundtruth_values.fvecs`` of a folder."""
    ids = read_vecs(folder / f"{prefix}groundtruth.ivecs")
    values = read_vecs(folder / f"{prefix}groundtruth_values.fvecs")
    if ids.shape != values.shape:
        raise DataFormatError(f"{folder.name}: ids {ids.shape} but values {values.shape}")
    return GroundTruth(ids, values)


def load_sift(data: Path = DATA) -> DataSet:
    """100,000 SIFT descriptors of dimension 128, 1,000 queries, space type l2."""
    folder = data / "sift"
    base = read_vecs(folder / "base.bvecs.gz").astype(np.float32)
    queries = read_vecs(folder / "query.bvecs.gz").astype(np.float32)
    return DataSet("sift", "l2", base, queries, [], [], read_truth(folder))


def _load_named(folder: Path, names: str) -> DataSet:
    return DataSet(
        folder.name,
        "cosinesimil",
        read_npy(folder / "base_f16.npy"),
        read_npy(folder / "query_f16.npy"),
        read_lines(folder / f"base_{names}.txt"),
        read_lines(folder / f"query_{names}.txt"),
        read_truth(folder),
    )


def load_glove(data: Path = DATA) -> DataSet:
    """20,000 English word vectors of dimension 100, 300 queries, space type cosinesimil."""
    return _load_named(data / "glove", "words")


def load_glove_inner_product(data: Path = DATA) -> DataSet:
    """The word vectors, the base scaled by ``inner_product_scales``; space type innerproduct."""
    cosine = load_glove(data)
    return DataSet(
        "glove_ip",
        "innerproduct",
        cosine.base * inner_product_scales(len(cosine.base)),
        cosine.queries,
        cosine.base_names,
        cosine.query_names,
        read_truth(data / "glove", "ip_"),
    )


def load_minilm(data: Path = DATA) -> DataSet:
    """10,000 sentences embedded in 384 dimensions, 300 queries, space type cosinesimil."""
    return _load_named(data / "minilm", "texts")


LOADERS = (load_sift, load_glove, load_glove_inner_product, load_minilm)
