"""Recall by value."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))

from ivory_recall import recall_at  # noqa: E402


class RecallTest(unittest.TestCase):
    """Distances: smaller is better, unless said otherwise."""

    def test_all_found(self):
        self.assertEqual(1.0, recall_at(3, [1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0], False))

    def test_one_missed(self):
        self.assertEqual(0.5, recall_at(2, [1.0, 5.0], [1.0, 2.0], False))

    def test_a_tie_with_the_last_counts(self):
        self.assertEqual(1.0, recall_at(2, [2.0, 2.0], [1.0, 2.0, 2.0], False))

    def test_fewer_hits_are_misses(self):
        self.assertEqual(0.25, recall_at(4, [1.0], [1.0, 2.0, 3.0, 4.0], False))
        self.assertEqual(0.0, recall_at(4, [], [1.0, 2.0, 3.0, 4.0], False))

    def test_more_hits_than_k_do_not_help(self):
        self.assertEqual(0.5, recall_at(2, [1.0, 9.0, 2.0], [1.0, 2.0], False))

    def test_similarities(self):
        self.assertEqual(0.5, recall_at(2, [0.9, 0.7], [0.9, 0.8], True))

    def test_rounding_is_forgiven_and_no_more(self):
        self.assertEqual(1.0, recall_at(1, [90000.4], [90000.0], False))
        self.assertEqual(0.0, recall_at(1, [90002.0], [90000.0], False))

    def test_too_little_truth_is_an_error(self):
        with self.assertRaises(ValueError):
            recall_at(3, [1.0], [1.0], False)
        with self.assertRaises(ValueError):
            recall_at(0, [1.0], [1.0], False)


if __name__ == "__main__":
    unittest.main()
