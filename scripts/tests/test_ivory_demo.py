"""The demo's own arithmetic and its HTTP client; the rest is tried by running scripts/demo."""

import http.server
import json
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))

try:
    import matplotlib  # noqa: F401
    import numpy as np
except ImportError as missing:
    raise unittest.SkipTest(f"{missing.name} is not installed") from missing

import ivory_data  # noqa: E402
from ivory_demo import console, indexing, measure, plot, sentences, sift  # noqa: E402
from ivory_demo.client import Client, RequestError  # noqa: E402


class MeasureTest(unittest.TestCase):
    """Percentiles, distances, results, requests."""

    def test_percentile_is_one_of_the_values(self):
        self.assertEqual(95, measure.percentile(list(range(100, 0, -1)), 0.95))
        self.assertEqual(950, measure.percentile(range(1, 1001), 0.95))
        self.assertEqual(7, measure.percentile([7], 0.95))
        self.assertEqual(20, measure.percentile(range(1, 21), 0.96))

    def test_true_distances_are_those_of_a_loop(self):
        random = np.random.default_rng(5)
        base, queries = random.integers(0, 256, (300, 16)), random.integers(0, 256, (120, 16))
        found = measure.true_distances(base, queries, 4)
        for row in (0, 99, 100, 119):
            query = queries[row].tolist()
            loop = sorted(
                sum((a - b) ** 2 for a, b in zip(query, one, strict=True)) for one in base.tolist()
            )
            self.assertEqual(loop[:4], found[row].tolist())

    def test_vectors_travel_as_little_endian_floats(self):
        self.assertEqual("AACAPwAAAMA=", indexing.encode(np.array([1.0, -2.0])))

    def test_query(self):
        query = measure.query_body(np.array([1.0]), 8, {"match_all": {}})["query"]["ivory"]
        self.assertEqual(
            {"vector": "AACAPw==", "k": 10, "nprobe": 8, "filter": {"match_all": {}}},
            query[indexing.FIELD],
        )
        exact = measure.query_body(np.array([1.0]), None)["query"]["ivory"][indexing.FIELD]
        self.assertEqual({"vector": "AACAPw==", "k": 10, "exact": True}, exact)

    def test_results_that_are_not_whole_are_refused(self):
        def answer(failed, *ids):
            hits = {"hits": [{"_id": one} for one in ids]}
            return json.dumps(
                {"timed_out": False, "_shards": {"failed": failed}, "hits": hits}
            ).encode()

        self.assertEqual([3, 1], measure.ids_of(answer(0, "3", "1")))
        with self.assertRaisesRegex(RuntimeError, "incomplete"):
            measure.ids_of(answer(1, "3"))
        with self.assertRaisesRegex(RuntimeError, "twice"):
            measure.ids_of(answer(0, "3", "3"))


class PartsTest(unittest.TestCase):
    """What the parts of the demo choose."""

    def test_cells_grow_with_the_vectors(self):
        self.assertEqual(1024, sift.cells_for(100_000))
        self.assertEqual(20, sift.cells_for(sift.SMALLEST))

    def test_each_question_is_a_held_out_sentence(self):
        data = ivory_data.load_minilm()
        for question in (*sentences.QUESTIONS, sentences.FILTERED[0]):
            row = sentences.find_question(data.query_names, question)
            self.assertTrue(data.query_names[row].startswith(question))
            self.assertNotIn(data.query_names[row], data.base_names)
        with self.assertRaises(KeyError):
            sentences.find_question(data.query_names, "no such sentence")

    def test_table(self):
        lines = console.table(("a", "bb"), [("ccc", "1"), ("d", "22222")]).splitlines()
        self.assertEqual(["a       bb", "───  ─────", "ccc      1", "d    22222"], lines)

    def test_plot_is_a_png(self):
        rows = [
            measure.Measurement("exact", None, 1.0, 1.0, 20.0, 30.0),
            measure.Measurement("nprobe 4", 4, 0.7, 0.004, 0.5, 0.8),
        ]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "below" / "plot.png"
            plot.draw(rows, "title", "note", path)
            self.assertEqual(b"\x89PNG\r\n\x1a\n", path.read_bytes()[:8])


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    error = {"root_cause": [{"reason": "the cause"}], "reason": "around it"}

    def do_POST(self):  # noqa: N802, the name is the base class's
        body = self.rfile.read(int(self.headers["Content-Length"]))
        port = self.client_address[1]
        if self.path == "/echo":
            self._answer(200, json.dumps({"got": json.loads(body), "port": port}).encode())
        elif self.path == "/reason":
            self._answer(400, json.dumps({"error": self.error}).encode())
        else:
            self._answer(500, b"plain text")

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class ClientTest(unittest.TestCase):
    """Against a real server at 127.0.0.1."""

    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.addCleanup(self.server.server_close)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.shutdown)
        self.client = Client(f"http://127.0.0.1:{self.server.server_address[1]}")
        self.addCleanup(self.client.close)

    def test_one_connection_serves_all_requests(self):
        first = self.client.call("POST", "/echo", {"a": 1})
        second = self.client.call("POST", "/echo", {"a": 2})
        self.assertEqual([{"a": 1}, {"a": 2}], [first["got"], second["got"]])
        self.assertEqual(first["port"], second["port"])

    def test_an_error_says_its_root_cause(self):
        with self.assertRaisesRegex(RequestError, "POST /reason: HTTP 400: the cause"):
            self.client.call("POST", "/reason", {})
        with self.assertRaisesRegex(RequestError, "HTTP 500: plain text"):
            self.client.call("POST", "/other", {})

    def test_only_http(self):
        for url in ("", "https://127.0.0.1:1", "127.0.0.1:9200"):
            with self.subTest(url), self.assertRaisesRegex(ValueError, "no http URL"):
                Client(url)


if __name__ == "__main__":
    unittest.main()
