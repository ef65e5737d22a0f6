"""scripts/node with real OpenSearch nodes: start, restart, crash, stop, and what it refuses."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SCRIPTS / "lib"))

from ivory_node import host  # noqa: E402
from ivory_node.artifacts import peer_distribution  # noqa: E402
from ivory_node.process import start_time  # noqa: E402
from ivory_node.project import host_version  # noqa: E402

# Small, and quick to start rather than fast.
SMALL = ("--heap", "512m", "--jvm=-XX:TieredStopAtLevel=1")


def node(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run scripts/node; unless `check` is off, it must succeed."""
    done = subprocess.run(
        [str(SCRIPTS / "node"), *arguments], capture_output=True, text=True, check=False
    )
    if check and done.returncode != 0:
        raise AssertionError(f"scripts/node {arguments}: {done.returncode}\n{done.stderr}")
    return done


def request(method: str, url: str, body: object = None) -> dict:
    """One HTTP request with a JSON answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    call = urllib.request.Request(url, data, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(call, timeout=150) as answer:
        return json.load(answer)


class NodeFolderTest(unittest.TestCase):
    """A folder that the node's user can enter, and no node left at the end."""

    def setUp(self):
        self.base = Path(tempfile.mkdtemp(prefix="ivory-node-test-"))
        self.base.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.base, ignore_errors=True)
        self.dir = str(self.base / "cluster")
        self.addCleanup(node, "down", "--dir", self.dir, check=False)

    def up(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return node("up", "--dir", self.dir, *arguments, check=check)

    def status(self) -> dict:
        return json.loads(node("status", "--dir", self.dir, "--json", check=False).stdout)

    def pids(self) -> list[int]:
        return [one["pid"] for one in self.status()["nodes"]]


class OneNodeTest(NodeFolderTest):
    """The life of one bare node."""

    def test_data_outlives_restart_and_crash_and_nothing_is_left_running(self):
        first = self.up("--port", "0", "--plugin", "none", *SMALL)
        [url] = first.stdout.split()
        self.assertTrue(url.startswith("http://127.0.0.1:"))
        status = self.status()
        self.assertTrue(status["healthy"])
        self.assertEqual(url, status["nodes"][0]["url"])
        self.assertGreater(status["nodes"][0]["rss_bytes"], 100 * 2**20)
        [pid] = self.pids()
        if os.geteuid() == 0:
            self.assertNotEqual(0, Path(f"/proc/{pid}").stat().st_uid)
        request("PUT", f"{url}/kept/_doc/1?refresh=true", {"text": "before the restart"})

        self.assertEqual([url], self.up().stdout.split(), "already up: same address")
        self.assertEqual([pid], self.pids(), "already up: same process")

        node("down", "--dir", self.dir)
        self.assertIsNone(start_time(pid))
        self.assertFalse(self.status()["nodes"][0]["alive"])

        [again] = self.up().stdout.split()
        self.assertEqual(url, again)
        request("PUT", f"{url}/kept/_doc/2", {"text": "before the crash"})
        [pid] = self.pids()

        node("kill", "--dir", self.dir)
        self.assertIsNone(start_time(pid))
        self.up()
        request("POST", f"{url}/kept/_refresh")
        self.assertEqual(2, request("GET", f"{url}/kept/_count")["count"])
        self.assertIn("started", node("logs", "--dir", self.dir, "-n", "200").stdout)
        [pid] = self.pids()

        node("down", "--dir", self.dir)
        self.assertIsNone(start_time(pid))
        second = node("down", "--dir", self.dir)
        self.assertEqual(("", ""), (second.stdout, second.stderr))

    def test_plugins_follow_the_call(self):
        zips = peer_distribution(host_version()) / "plugins"
        name = host.PEER_PLUGINS[0]
        [path] = zips.glob(f"{name}-*.zip")
        [url] = self.up("--port", "0", "--plugin", str(path), *SMALL).stdout.split()

        def installed() -> list[str]:
            with urllib.request.urlopen(f"{url}/_cat/plugins?h=component", timeout=150) as answer:
                return answer.read().decode().split()

        self.assertEqual([name], installed())
        [pid] = self.pids()
        self.assertNotIn("installing", self.up().stderr)
        self.assertEqual([pid], self.pids())
        self.assertIn("removing", self.up("--plugin", "none").stderr)
        self.assertEqual([], installed())
        self.assertNotEqual([pid], self.pids())

    def test_failed_start_tells_why_and_changes_nothing(self):
        options = ("--port", "0", "--plugin", "none", *SMALL)
        failed = self.up(*options, "--set", "node.unheard=1", check=False)
        self.assertEqual(1, failed.returncode)
        self.assertIn("unknown setting [node.unheard]", failed.stderr)
        self.assertEqual("", failed.stdout)
        self.assertEqual([None], self.pids())
        [url] = self.up("--plugin", "none", "--set", "node.attr.shelf=b").stdout.split()
        nodes = request("GET", f"{url}/_nodes/_local/settings")["nodes"]
        [settings] = [one["settings"] for one in nodes.values()]
        self.assertEqual("b", settings["node"]["attr"]["shelf"])


class ThreeNodesTest(NodeFolderTest):
    """A cluster that loses a node and gets it back."""

    def test_killed_node_rejoins(self):
        urls = self.up("--port", "0", "--nodes", "3", "--plugin", "none", *SMALL).stdout
        self.assertEqual(3, len(urls.split()))
        before = self.pids()
        index = {"settings": {"number_of_replicas": 2}}
        request("PUT", f"{urls.split()[0]}/spread?wait_for_active_shards=3", index)

        node("kill", "--dir", self.dir, "--node", "1")
        self.assertIsNone(start_time(before[1]))
        self.assertEqual([True, False, True], [one["alive"] for one in self.status()["nodes"]])
        self.assertEqual(1, node("status", "--dir", self.dir, check=False).returncode)

        self.assertEqual(urls, self.up().stdout)
        after = self.pids()
        self.assertEqual([before[0], before[2]], [after[0], after[2]])
        self.assertNotEqual(before[1], after[1])
        health = f"{urls.split()[1]}/_cluster/health?wait_for_status=green&timeout=120s"
        self.assertEqual("green", request("GET", health)["status"])
        self.assertEqual(3, self.status()["status"] and len(self.pids()))

        refused = self.up("--nodes", "2", check=False)
        self.assertIn("holds a cluster of 3", refused.stderr)
        node("down", "--dir", self.dir)
        self.assertEqual([None] * 3, [start_time(pid) for pid in after])


class RefusalTest(NodeFolderTest):
    """What is refused before any node starts, each with one clear line."""

    def refused(self, *arguments: str) -> str:
        done = self.up(*arguments, check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertEqual("", done.stdout)
        [line] = done.stderr.splitlines()
        return line

    def test_plugin_that_is_no_zip(self):
        path = self.base / "bad.zip"
        path.write_text("no zip")
        self.assertIn(f"{path} is not a zip file", self.refused("--plugin", str(path)))

    def test_plugin_that_is_missing(self):
        path = self.base / "absent.zip"
        self.assertIn(f"{path} cannot be read", self.refused("--plugin", str(path)))

    def test_zip_without_descriptor(self):
        (self.base / "in").mkdir()
        (self.base / "in" / "file").write_text("x")
        path = shutil.make_archive(str(self.base / "empty"), "zip", self.base / "in")
        self.assertIn("no plugin-descriptor.properties", self.refused("--plugin", path))

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            line = self.refused("--plugin", "none", "--port", str(port))
            self.assertIn(f"port {port} for node-0 is in use", line)

    def test_folder_of_something_else(self):
        Path(self.dir).mkdir()
        precious = Path(self.dir) / "precious"
        precious.write_text("x")
        self.assertIn("not a folder of scripts/node", self.refused("--plugin", "none"))
        self.assertTrue(precious.exists())

    def test_heap_that_is_no_size(self):
        self.assertIn("--heap 2x", self.refused("--plugin", "none", "--heap", "2x"))

    @unittest.skipUnless(
        os.geteuid() == 0, "only root can make a folder that the user cannot enter"
    )
    def test_folder_that_the_node_cannot_reach(self):
        self.base.chmod(0o700)
        self.assertIn("cannot be reached by user", self.refused("--plugin", "none"))

    def test_down_of_nothing_is_quiet(self):
        done = node("down", "--dir", str(self.base / "never"))
        self.assertEqual(("", ""), (done.stdout, done.stderr))


if __name__ == "__main__":
    unittest.main()
