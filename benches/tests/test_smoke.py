"""The benches at small size: that every stage works and its figures are written.

What is measured here says nothing about speed.
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts" / "lib"), str(ROOT / "benches" / "lib")]

from ivory_bench.bars import all_bars  # noqa: E402


class SmokeTest(unittest.TestCase):
    """Real programs, a real node."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ivory-bench-test-")
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name)

    def _run(self, name, *options):
        command = [str(ROOT / "benches" / name), "--out", str(self.out), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertIn("## Bars", (self.out / "report.md").read_text(encoding="utf-8"))
        return json.loads((self.out / "results.json").read_text(encoding="utf-8"))

    def test_node(self):
        sizes = ("--vectors", "3000", "--queries", "40", "--rounds", "1", "--warm-up", "1")
        swept = ("--nprobe", "4,16", "--ef-search", "16,64", "--clients", "1,4")
        results = self._run("node", "--no-build", *sizes, *swept)
        for bar in all_bars(results):
            self.assertIsNotNone(bar.value, bar.name)
        for phase in ("unmerged", "merged"):
            for side in ("ivory", "peer"):
                best = max(point["recall"] for point in results[phase]["points"][side])
                self.assertGreater(best, 0.9, f"{phase} {side}")
        for name in ("merged_qps.png", "unmerged_latency.png", "load.png", "growth.png"):
            self.assertGreater((self.out / name).stat().st_size, 1000)

    def test_recall(self):
        space = ("--space-type", "innerproduct", "--scaled")
        results = self._run("recall", "--no-build", "--vectors", "3000", "--queries", "40", *space)
        phases = ["as loaded", "merged", "assigned by a merge"]
        self.assertEqual(phases, [phase["phase"] for phase in results["phases"]])
        for phase in results["phases"]:
            exact, default, *swept = phase["points"]
            self.assertEqual((1.0, 1.0), (exact["recall"], exact["share"]))
            self.assertGreater(default["recall"], 0.8)
            self.assertLess(default["share"], 0.5)
            shares = [point["share"] for point in swept]
            self.assertEqual(sorted(shares), shares)
            self.assertLess(shares[0], 0.2)

    def test_library(self):
        sizes = ("--vectors", "5000", "--queries", "100", "--rounds", "1", "--nprobe", "4,8,16,32")
        kinds = "ivfflat,ivfpqfs,ivfrabitqfs,hnsw,hnswlib"
        results = self._run("library", *sizes, "--kinds", kinds)
        self.assertEqual(6, len(results["curves"]))
        for name, points in results["curves"].items():
            self.assertGreater(max(point["recall"] for point in points), 0.9, name)
            self.assertTrue(all(point["us"] > 0 for point in points), name)
        self.assertGreater(results["stages"][0]["scan_us"], 0)

    def test_training(self):
        sizes = ("--vectors", "3000", "--queries", "100", "--rounds", "2", "--iterations", "3")
        sets = [f"{ROOT / 'tests' / 'data' / 'sift'}:{kind}" for kind in ("l2:16,50", "cosine:20")]
        chosen = [option for one in sets for option in ("--set", one)]
        results = self._run("training", *sizes, "--nprobe", "8", *chosen)
        self.assertEqual(6, len(results["rows"]))
        for row in results["rows"]:
            name = f"{row['metric']} {row['cells']}"
            for one in row["training"]:
                self.assertLess(one["ivory_inertia"], 1.1 * one["faiss_inertia"], name)
                self.assertGreater(one["ivory"], 0, name)
            self.assertTrue(all(one["agreed"] > 0.99 for one in row["assigning"]), name)
            self.assertTrue(all(one["agreed"] > 0.99 for one in row["probing"]), name)
        for name in ("training.png", "assignment.png"):
            self.assertGreater((self.out / name).stat().st_size, 1000)


if __name__ == "__main__":
    unittest.main()
