"""Readers of vector files, on small files made here and on the real ones."""

import gzip
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))

try:
    import numpy as np
except ImportError as missing:
    raise unittest.SkipTest("NumPy is not installed") from missing

import ivory_data  # noqa: E402
from ivory_data import DataFormatError  # noqa: E402


class VecsTest(unittest.TestCase):
    """TEXMEX files."""

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)

    def test_bytes_as_documented(self):
        path = self.folder / "a.fvecs"
        ivory_data.write_vecs(path, np.array([[1.0, -2.0]], np.float32))
        self.assertEqual(bytes.fromhex("02000000 0000803f 000000c0"), path.read_bytes())

    def test_round_trip_of_each_kind(self):
        rows = np.array([[1, 2, 3], [4, 5, 255]])
        for name in ("a.bvecs", "a.ivecs", "a.fvecs", "a.bvecs.gz"):
            with self.subTest(name):
                ivory_data.write_vecs(self.folder / name, rows)
                np.testing.assert_array_equal(rows, ivory_data.read_vecs(self.folder / name))

    def test_limit_reads_a_prefix(self):
        path = self.folder / "a.ivecs.gz"
        ivory_data.write_vecs(path, np.arange(30).reshape(10, 3))
        read = ivory_data.read_vecs(path, limit=2)
        np.testing.assert_array_equal([[0, 1, 2], [3, 4, 5]], read)

    def test_zipped_bytes_do_not_depend_on_time(self):
        path = self.folder / "a.bvecs.gz"
        ivory_data.write_vecs(path, np.zeros((1, 4)))
        self.assertEqual(b"\0\0\0\0", path.read_bytes()[4:8])
        self.assertEqual(b"\4\0\0\0\0\0\0\0", gzip.decompress(path.read_bytes()))

    def test_damage_is_named(self):
        whole = bytes.fromhex("02000000 0102 02000000 0304")
        for data, message in (
            (b"", "too short"),
            (whole[:-1], "no multiple"),
            (bytes.fromhex("00000000"), "dimension 0"),
            (whole[:6] + bytes.fromhex("03000000 0304"), "row 1 has dimension 3"),
        ):
            with self.subTest(message):
                path = self.folder / "a.bvecs"
                path.write_bytes(data)
                with self.assertRaisesRegex(DataFormatError, message):
                    ivory_data.read_vecs(path)

    def test_unknown_kind(self):
        with self.assertRaisesRegex(DataFormatError, "unknown kind"):
            ivory_data.read_vecs(self.folder / "a.txt")

    def test_npy_of_another_type_is_refused(self):
        path = self.folder / "a.npy"
        np.save(path, np.zeros((2, 2), np.float32))
        with self.assertRaisesRegex(DataFormatError, "float32 of 2 axes"):
            ivory_data.read_npy(path)


class DataSetTest(unittest.TestCase):
    """The real sets: shapes, and one query checked by hand."""

    def test_shapes_and_nearest(self):
        expected = {
            "sift": (100_000, 1_000, 128),
            "glove": (20_000, 300, 100),
            "glove_ip": (20_000, 300, 100),
            "minilm": (10_000, 300, 384),
        }
        for load in ivory_data.LOADERS:
            data = load()
            with self.subTest(data.name):
                count, queries, dimension = expected.pop(data.name)
                self.assertEqual((count, dimension), data.base.shape)
                self.assertEqual((queries, dimension), data.queries.shape)
                self.assertEqual((queries, 100), data.truth.ids.shape)
                if data.base_names:
                    self.assertEqual(count, len(data.base_names))
                    self.assertEqual(queries, len(data.query_names))
                self._check_best(data)
        self.assertEqual({}, expected)

    def _check_best(self, data):
        query = data.queries[7].astype(np.float64)
        base = data.base.astype(np.float64)
        if data.space_type == "l2":
            values = ((base - query) ** 2).sum(1)
            best = values.min()
        else:
            values = base @ query
            if data.space_type == "cosinesimil":
                values /= np.linalg.norm(query) * np.linalg.norm(base, axis=1)
            best = values.max()
        self.assertAlmostEqual(best, values[data.truth.ids[7, 0]], places=12)
        self.assertAlmostEqual(best, float(data.truth.values[7, 0]), places=6)


if __name__ == "__main__":
    unittest.main()
