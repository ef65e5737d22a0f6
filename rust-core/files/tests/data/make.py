#!/usr/bin/env python3
"""Makes the golden files beside this one; needs NumPy and PyArrow (made with 2.4.6 and 26.0.1).

All hold the same 300 rows of 6 components unless their name says otherwise: component c of row r is
((31 r + 7 c) mod 64 - 32) / 8, which half precision holds exactly.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
ROWS, COMPONENTS = 300, 6

r, c = np.indices((ROWS, COMPONENTS))
NUMBERS = ((31 * r + 7 * c) % 64 - 32).astype(np.float32) / 8
FLOATS = {"half": pa.float16(), "float": pa.float32(), "double": pa.float64()}


def save(name: str, array: np.ndarray, version: tuple[int, int]) -> None:
    with open(HERE / name, "wb") as file:
        np.lib.format.write_array(file, array, version=version)


def lists(number: pa.DataType, fixed: bool, rows=None) -> pa.Array:
    kind = pa.list_(number, COMPONENTS) if fixed else pa.list_(number)
    rows = NUMBERS.tolist() if rows is None else rows
    if number == pa.float16():
        rows = [row and [x if x is None else np.float16(x) for x in row] for row in rows]
    return pa.array(rows, kind)


def write(name: str, columns: dict[str, pa.Array], **options) -> None:
    options = {"compression": "none", "use_dictionary": False} | options
    pq.write_table(pa.table(columns), HERE / name, **options)


def main() -> None:
    save("f4_v1.npy", NUMBERS, (1, 0))
    save("f2_v2.npy", NUMBERS.astype(np.float16), (2, 0))
    save("f8_v3.npy", NUMBERS.astype(np.float64), (3, 0))
    save("fortran.npy", np.asfortranarray(NUMBERS[:3]), (1, 0))
    save("big_endian.npy", NUMBERS[:3].astype(">f4"), (1, 0))
    save("one_dimension.npy", NUMBERS[0], (1, 0))

    for name, number in FLOATS.items():
        write(f"{name}.parquet", {"v": lists(number, fixed=False)})
        write(f"{name}_fixed.parquet", {"v": lists(number, fixed=True)}, compression="snappy")
    column = {"v": lists(pa.float32(), fixed=False)}
    for codec in ("gzip", "zstd", "lz4"):
        write(f"{codec}.parquet", column, compression=codec)
    # Many pages and groups of rows; rows go over the ends of pages only where a version allows it.
    small = {"data_page_size": 256, "row_group_size": 70, "write_batch_size": 16}
    write("pages_v1.parquet", column, use_dictionary=True, compression="snappy", **small)
    write(
        "pages_v2.parquet",
        column,
        use_dictionary=True,
        data_page_version="2.0",
        compression="zstd",
        write_page_checksum=True,
        **small,
    )
    write(
        "split.parquet",
        column,
        column_encoding={"v.list.element": "BYTE_STREAM_SPLIT"},
        compression="zstd",
    )
    ids = pa.array([f"doc {i}" for i in range(ROWS)])
    inner = pa.StructArray.from_arrays([ids, lists(pa.float32(), True)], ["name", "vector"])
    write(
        "nested.parquet",
        {"id": ids, "doc": inner, "other": lists(pa.float64(), False)},
        use_dictionary=True,
    )
    rows = NUMBERS[:20].tolist()
    write("null_list.parquet", {"v": lists(pa.float32(), False, rows[:7] + [None] + rows[8:])})
    write("empty_list.parquet", {"v": lists(pa.float32(), False, rows[:7] + [[]] + rows[8:])})
    write(
        "null_component.parquet",
        {"v": lists(pa.float32(), False, rows[:7] + [rows[7][:2] + [None] * 4] + rows[8:])},
    )
    write(
        "short_row.parquet", {"v": lists(pa.float32(), False, rows[:7] + [rows[7][:5]] + rows[8:])}
    )
    write(
        "long_row.parquet", {"v": lists(pa.float32(), False, rows[:7] + [rows[7] + [1]] + rows[8:])}
    )
    write("short_end.parquet", {"v": lists(pa.float32(), False, rows[:7] + [rows[7][:5]])})
    write("no_rows.parquet", {"v": lists(pa.float32(), False, [])})
    write("no_lists.parquet", {"id": ids, "x": pa.array(NUMBERS[:, 0])})
    write("brotli.parquet", column, compression="brotli")


if __name__ == "__main__":
    sys.exit(main())
