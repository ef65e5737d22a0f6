"""Parts of the node, build and test scripts that need no node."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))

from ivory_build import gradle  # noqa: E402
from ivory_checks.verdict import NOTHING_RAN, Verdict, exit_code  # noqa: E402
from ivory_node import config, jdk, process  # noqa: E402
from ivory_node.errors import NodeError  # noqa: E402
from ivory_node.state import Folder, NodeRecord, Options, State  # noqa: E402
from ivory_test import counts  # noqa: E402
from ivory_test.counts import Counts  # noqa: E402
from ivory_test.runner import Command, Stage, run  # noqa: E402


def fake_jdk(folder: Path, name: str, version: str) -> Path:
    """A folder that looks like a JDK."""
    home = folder / name
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").touch()
    (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return home


class JdkTest(unittest.TestCase):
    """Which JDK is taken."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.enterContext(mock.patch.dict(os.environ))
        self.enterContext(mock.patch.object(jdk, "USUAL_PLACES", (f"{self.folder}/usual/*",)))
        self.enterContext(mock.patch("shutil.which", return_value=None))
        os.environ.pop("IVORY_JDK", None)
        os.environ.pop("JAVA_HOME", None)

    def test_newest_of_the_usual_places(self):
        fake_jdk(self.folder, "usual/a", "22.0.1")
        newest = fake_jdk(self.folder, "usual/b", "25.0.3")
        fake_jdk(self.folder, "usual/c", "17.0.9")
        self.assertEqual(newest, jdk.find_jdk())

    def test_named_one_wins_and_must_be_recent(self):
        fake_jdk(self.folder, "usual/b", "25.0.3")
        os.environ["JAVA_HOME"] = str(fake_jdk(self.folder, "home", "23"))
        self.assertEqual(23, jdk.feature_version(jdk.find_jdk()))
        os.environ["IVORY_JDK"] = str(fake_jdk(self.folder, "asked", "22"))
        self.assertEqual(22, jdk.feature_version(jdk.find_jdk()))
        os.environ["IVORY_JDK"] = str(fake_jdk(self.folder, "old", "1.8.0_402"))
        with self.assertRaisesRegex(NodeError, "is JDK 8; a JDK of 22 or later is needed"):
            jdk.find_jdk()

    def test_old_java_home_is_passed_over(self):
        os.environ["JAVA_HOME"] = str(fake_jdk(self.folder, "home", "17.0.15"))
        newer = fake_jdk(self.folder, "usual/b", "25")
        self.assertEqual(newer, jdk.find_jdk())

    def test_none_lists_what_was_seen(self):
        fake_jdk(self.folder, "usual/old", "21.0.2")
        with self.assertRaisesRegex(NodeError, r"usual/old \(21\)"):
            jdk.find_jdk()

    def test_compiler_where_one_is_needed(self):
        fake_jdk(self.folder, "usual/runtime", "25")
        with self.assertRaises(NodeError):
            jdk.find_jdk("javac")

    def test_newest_jdk_for_a_gradle(self):
        cases = {(4, 4): 17, (7, 6): 17, (8, 5): 21, (8, 14): 24, (9, 0): 24, (9, 2): 25}
        for release, newest in cases.items():
            self.assertEqual(newest, gradle._newest_jdk(release), release)
        self.assertEqual(17, gradle._newest_jdk(None))


class ProcessTest(unittest.TestCase):
    """A process is known by more than its pid."""

    def test_identity_and_end(self):
        child = subprocess.Popen(["sleep", "60"])
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        record = NodeRecord(0, 1, 2, child.pid, process.start_time(child.pid))
        self.assertTrue(process.alive(record))
        self.assertFalse(process.alive(NodeRecord(0, 1, 2, child.pid, "another/1")))
        process.send(NodeRecord(0, 1, 2, child.pid, "another/1"), process.signal.SIGKILL)
        self.assertTrue(process.alive(record), "another process of that pid is left alone")
        self.assertEqual([], process.stop([record], 60))
        self.assertFalse(process.alive(record), "a zombie does not live")

    def test_stubborn_process_is_killed(self):
        script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
        with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            record = NodeRecord(0, 1, 2, child.pid, process.start_time(child.pid))
            self.assertEqual([record], process.stop([record], 0.3))
            self.assertFalse(process.alive(record))


class StateTest(unittest.TestCase):
    """What a folder remembers, and what becomes of it in the configuration."""

    def test_options_add_up(self):
        options = Options(settings={"a": "1", "b": "2"}, jvm=["-x"])
        changed = options.changed({"settings": {"b": "", "c": "3"}, "heap": "2g"})
        self.assertEqual({"a": "1", "c": "3"}, changed.settings)
        self.assertEqual(("2g", ["-x"]), (changed.heap, changed.jvm))
        self.assertEqual([], options.changed({"jvm": [""]}).jvm)

    def test_saved_and_loaded(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Folder(Path(name))
            self.assertIsNone(folder.load())
            state = State(
                "c", Options(nodes=2), nodes=[NodeRecord(0, 1, 2), NodeRecord(1, 3, 4, 5)]
            )
            folder.save(state)
            self.assertEqual(state, folder.load())
            (Path(name) / "ivory-node.json").write_text("{")
            with self.assertRaisesRegex(NodeError, "cannot be read"):
                folder.load()

    def test_settings_are_quoted(self):
        folder = Folder(Path('/a "b"'))
        state = State(
            "c", Options(settings={"x": 'it: "is"', "y": "[1, 2]"}), nodes=[NodeRecord(0, 1, 2)]
        )
        text = config.settings(folder, state, state.nodes[0])
        self.assertIn('x: "it: \\"is\\""\n', text)
        self.assertIn("y: [1, 2]\n", text)
        self.assertIn('path.repo: "/a \\"b\\"/snapshots"\n', text)
        self.assertIn('discovery.type: "single-node"\n', text)
        self.assertIn('network.host: "127.0.0.1"\n', text)

    def test_heap_sizes(self):
        self.assertEqual(2 * 2**30, config.heap_bytes("2g"))
        for wrong in ("", "2", "g", "0m", "-1g", "1.5g"):
            with self.assertRaises(NodeError):
                config.heap_bytes(wrong)


class CountsTest(unittest.TestCase):
    """Output of the test runners, as they print it."""

    def test_cargo(self):
        lines = [
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; in 0.1s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
        ]
        self.assertEqual(Counts(15, 2, 1), counts.cargo(lines))

    def test_junit(self):
        lines = [
            "[         4 containers found      ]",
            "[         1 containers failed     ]",
            "[         9 tests found           ]",
            "[         1 tests skipped         ]",
            "[         8 tests started         ]",
            "[         1 tests aborted         ]",
            "[         5 tests successful      ]",
            "[         2 tests failed          ]",
        ]
        self.assertEqual(Counts(5, 3, 2), counts.junit(lines))

    def test_unittest(self):
        self.assertEqual(Counts(7), counts.unittest(["Ran 7 tests in 1.2s", "", "OK"]))
        verdict = "FAILED (failures=1, errors=2, skipped=1, expected failures=1)"
        self.assertEqual(Counts(6, 3, 1), counts.unittest(["Ran 10 tests in 1s", "", verdict]))

    def test_verdicts(self):
        lines = [
            "check fuzz-model: ok: 900 inputs in 3 s",
            "check fuzz-npy: failed: exit code 77",
            "check miri: skipped: it is not installed",
            "check this",
        ]
        self.assertEqual(Counts(1, 1, 1), counts.verdicts(lines))
        self.assertEqual(1, exit_code([Verdict("a", "ok", ""), Verdict("b", "failed", "")]))
        self.assertEqual(0, exit_code([Verdict("a", "ok", ""), Verdict("b", "skipped", "")]))
        self.assertEqual(NOTHING_RAN, exit_code([Verdict("b", "skipped", "")]))

    def test_gradle_checks(self):
        old = [":checkFormat FAILED", ":checkImports", ":checkImports UP-TO-DATE", ":compileJava"]
        new = ["> Task :a:checkFormat FAILED", "> Task :checkImports", "> Task :check"]
        self.assertEqual(Counts(1, 1), counts.gradle_checks(old))
        self.assertEqual(Counts(1, 1), counts.gradle_checks(new))


class RunnerTest(unittest.TestCase):
    """A stage that did not prove anything has failed."""

    def result(self, *commands: Command, limit: float = 60):
        with mock.patch("sys.stdout"):
            return run(Stage("s", "", lambda: list(commands), limit))

    def test_passes(self):
        result = self.result(Command(["true"], counts.single), Command(["true"], counts.single))
        self.assertEqual((Counts(2), ""), (result.counts, result.note))

    def test_exit_code_counts(self):
        self.assertEqual(Counts(0, 1), self.result(Command(["false"], counts.single)).counts)
        script = "echo 'test result: ok. 3 passed; 0 failed; 0 ignored;'; exit 4"
        result = self.result(Command(["sh", "-c", script], counts.cargo))
        self.assertEqual((Counts(3, 1), "exit code 4"), (result.counts, result.note))

    def test_no_test_is_a_failure(self):
        result = self.result(Command(["true"], counts.cargo))
        self.assertEqual((Counts(0, 1), "no test ran"), (result.counts, result.note))

    def test_program_that_is_missing_is_a_failure(self):
        result = self.result(Command(["/no/such/program"], counts.single))
        self.assertEqual((1, "did not run"), (result.counts.failed, result.note.split(";")[0]))

    def test_time_limit_ends_all_descendants(self):
        # The child leaves the process group, as Gradle's helpers do.
        script = "setsid sh -c 'echo $$; sleep 300; true' & wait"
        read: list[str] = []

        def remember(lines: list[str]) -> Counts:
            read.extend(lines)
            return Counts()

        # On a busy machine the child may not have begun when the first limits are reached.
        for limit in (0.5, 5, 60):
            result = self.result(Command(["sh", "-c", script], remember), limit=limit)
            self.assertIn("took too long", result.note)
            if read:
                break
        pid = int(read[0])
        left = NodeRecord(0, 1, 2, pid, process.start_time(pid))
        self.assertEqual([], process.wait_gone([left], 60))

    def test_last_line(self):
        self.assertEqual("3 passed, 0 failed", Counts(3).line())
        self.assertEqual("3 passed, 1 failed, 2 skipped", Counts(3, 1, 2).line())


if __name__ == "__main__":
    unittest.main()
