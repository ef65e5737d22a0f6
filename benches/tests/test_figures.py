"""How the benches compute: recall, ratios of bars, operating points, requests."""

import json
import math
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts" / "lib"), str(ROOT / "benches" / "lib")]

import numpy as np  # noqa: E402
from ivory_bench import bars, curves, querying, sides, vectors  # noqa: E402

RAW = 1000


def point(recall, label="", **qps):
    """A timed setting: the QPS of each round by number of clients."""
    runs = {
        clients.strip("c"): [{"qps": each, "median_ms": 1000 / each} for each in rounds]
        for clients, rounds in qps.items()
    }
    return {"recall": recall, "label": label, "runs": runs}


class VectorsTest(unittest.TestCase):
    """Recall by exact distances."""

    def setUp(self):
        random = np.random.default_rng(1)
        self.base = random.integers(0, 255, (500, 8)).astype(np.float32)
        self.queries = random.integers(0, 255, (7, 8)).astype(np.float32)

    def _true(self, mask=None):
        ids = np.arange(500) if mask is None else np.flatnonzero(mask)
        return [
            sorted(ids, key=lambda row: ((self.base[row] - query) ** 2).sum())
            for query in self.queries
        ]

    def test_limits_are_the_tenth_distances(self):
        for mask in (None, np.arange(500) % 3 == 0):
            limits = vectors.true_limits(self.base, self.queries, mask)
            for query, limit, ids in zip(self.queries, limits, self._true(mask), strict=True):
                self.assertEqual(((self.base[ids[9]] - query) ** 2).sum(), limit)

    def test_a_filter_that_few_pass_wants_all_of_them(self):
        limits = vectors.true_limits(self.base, self.queries, np.arange(500) < 4)
        self.assertTrue(np.isinf(limits).all())

    def test_recall_counts_what_is_near_enough(self):
        limits = vectors.true_limits(self.base, self.queries)
        best = [[int(row) for row in ids[:10]] for ids in self._true()]
        self.assertEqual(1.0, vectors.recall(self.base, self.queries, limits, best))
        half = [ids[:5] for ids in best]
        self.assertAlmostEqual(0.5, vectors.recall(self.base, self.queries, limits, half))
        far = [[int(row) for row in ids[-10:]] for ids in self._true()]
        self.assertEqual(0.0, vectors.recall(self.base, self.queries, limits, far))

    def test_one_document_twice_is_an_error(self):
        limits = vectors.true_limits(self.base, self.queries)
        with self.assertRaises(RuntimeError):
            vectors.recall(self.base, self.queries, limits, [[1, 1]])


class SidesTest(unittest.TestCase):
    """The requests of both sides."""

    def test_vectors_read_back_as_they_were(self):
        for numbers in ([[0, 255, 7]], [[0.1, -3.5e-7, 12345.678]]):
            rows = np.array(numbers, np.float32)
            (text,) = sides.texts(rows)
            np.testing.assert_array_equal(np.float32(json.loads(text)), rows[0])
            self.assertTrue(all(isinstance(value, float) for value in json.loads(text)))

    def test_both_sides_are_asked_for_the_same(self):
        ivory = json.loads(sides.search(sides.IVORY, "[1.0]", {"nprobe": 4}, 10))
        peer = json.loads(sides.search(sides.PEER, "[1.0]", {"ef_search": 9}, 10))
        condition = {"range": {"number": {"lt": 10}}}
        self.assertEqual(
            {"vector": [1.0], "k": 10, "nprobe": 4, "filter": condition},
            ivory["query"]["ivory"]["vector"],
        )
        self.assertEqual(
            {"vector": [1.0], "k": 10, "method_parameters": {"ef_search": 9}, "filter": condition},
            peer["query"]["knn"]["vector"],
        )
        del ivory["query"], peer["query"]
        self.assertEqual(ivory, peer)
        self.assertEqual({"size": 10, "_source": False}, ivory)

    def test_bulk_requests_hold_every_document_once(self):
        base = np.arange(4600, dtype=np.float32).reshape(2300, 2)
        lines = [
            json.loads(line)
            for body in sides.bulk_bodies(base, 100, 2300)
            for line in body.decode().splitlines()
        ]
        self.assertEqual(
            [str(row) for row in range(100, 2300)], [line["index"]["_id"] for line in lines[::2]]
        )
        self.assertEqual(
            [[200.0, 201.0], [4598.0, 4599.0]], [lines[1]["vector"], lines[-1]["vector"]]
        )
        tags = sides.tags(2300)
        self.assertEqual({10}, set(np.bincount(tags).tolist()))

    def test_an_incomplete_search_is_an_error(self):
        answer = {"timed_out": False, "_shards": {"failed": 1}, "hits": {"hits": []}}
        with self.assertRaises(RuntimeError):
            sides.hit_ids(json.dumps(answer).encode())


class BarsTest(unittest.TestCase):
    """Verdicts."""

    def _phase(self, ivory, peer, floor=400.0):
        return {
            "points": {"ivory": ivory, "peer": peer},
            "floor": {"1": [{"qps": floor, "median_ms": 1000 / floor}] * 3},
        }

    def _bar(self, results, name):
        (found,) = [bar for bar in bars.all_bars(results) if bar.name.startswith(name)]
        return found

    def test_the_ratio_is_taken_within_rounds_between_the_fastest_that_reach_the_recall(self):
        ivory = [
            point(0.90, c1=[999.0] * 3),
            point(0.96, c1=[300.0, 100.0, 400.0]),
            point(0.97, c1=[200.0, 90.0, 300.0]),
        ]
        peer = [point(0.94, c1=[999.0] * 3), point(0.985, c1=[100.0, 30.0, 130.0])]
        results = {"unmerged": self._phase(ivory, peer)}
        bar = self._bar(results, "unmerged: QPS against peer at recall ≥ 0.95, 1 ")
        self.assertAlmostEqual(400 / 130, bar.value)
        self.assertEqual("pass", bar.verdict)
        bar = self._bar(results, "unmerged: QPS against peer at recall ≥ 0.95, 4 ")
        self.assertEqual("FAIL", bar.verdict)

    def test_a_recall_that_is_not_reached_fails(self):
        results = {"merged": self._phase([point(0.96, c1=[900.0])], [point(0.99, c1=[1.0])])}
        bar = self._bar(results, "merged: QPS against peer at recall ≥ 0.99, 1 ")
        self.assertEqual((0.0, "FAIL"), (bar.value, bar.verdict))

    def test_floor(self):
        results = {"merged": self._phase([point(0.96, c1=[100.0] * 3)], [])}
        bar = self._bar(results, "merged: median latency")
        self.assertAlmostEqual(4.0, bar.value)
        self.assertEqual("FAIL", bar.verdict)

    def test_loading(self):
        results = {
            "about": {"raw_bytes": RAW},
            "load": {
                "bare": [{"seconds": 10.0}, {"seconds": 8.0}],
                "ivory": [{"seconds": 12.0, "bytes": 0}, {"seconds": 10.0, "bytes": 1300}],
                "peer": [{"seconds": 50.0}],
            },
            "merge": {"peer": {"seconds": 100.0, "bytes": 1}, "ivory": {"bytes": 1200}},
        }
        self.assertAlmostEqual(1.225, self._bar(results, "load until searchable").value)
        by_name = {bar.name: bar for bar in bars.all_bars(results)}
        self.assertAlmostEqual(50 / 11, by_name["load, against the peer's"].value)
        whole = by_name["load, against the peer's load and force-merge"]
        self.assertAlmostEqual(150 / 11, whole.value)
        self.assertEqual("pass", whole.verdict)
        sizes = [bar.verdict for bar in bars.all_bars(results) if "disk" in bar.name]
        self.assertEqual(["FAIL", "pass"], sizes)

    def test_what_was_not_measured_is_said_to_be_so(self):
        self.assertEqual({"not measured"}, {bar.verdict for bar in bars.all_bars({})})

    def test_settings_that_others_beat_are_not_timed(self):
        points = [
            {"recall": 0.90, "sweep_cpu_us": 100.0},
            {"recall": 0.89, "sweep_cpu_us": 200.0},
            {"recall": 0.97, "sweep_cpu_us": 250.0},
            {"recall": 0.999, "sweep_cpu_us": 500.0},
            {"recall": 0.9995, "sweep_cpu_us": 900.0},
            {"recall": 0.5, "sweep_cpu_us": 50.0},
        ]
        kept = [one["recall"] for one in querying.front(points)]
        self.assertEqual([0.90, 0.97, 0.999], kept)


class CurvesTest(unittest.TestCase):
    """Interpolation."""

    POINTS = (
        {"recall": 0.90, "us": 50.0},
        {"recall": 0.98, "us": 200.0},
        {"recall": 0.94, "us": 400.0},
    )

    def test_between_points_of_the_front(self):
        self.assertAlmostEqual(100.0, curves.time_at(self.POINTS, 0.94))
        self.assertAlmostEqual(50 * math.sqrt(2), curves.time_at(self.POINTS, 0.92))

    def test_at_the_ends(self):
        self.assertEqual(50.0, curves.time_at(self.POINTS, 0.5))
        self.assertAlmostEqual(200.0, curves.time_at(self.POINTS, 0.98))
        self.assertIsNone(curves.time_at(self.POINTS, 0.99))


if __name__ == "__main__":
    unittest.main()
