"""Reads out of a test runner's output how many tests passed, failed and were skipped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_CARGO = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;")
_JUNIT = re.compile(r"^\[\s*(\d+) (tests|containers) (\w+)\s*\]")
_UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ")
_UNITTEST_VERDICT = re.compile(r"^(?:OK|FAILED)(?: \((.*)\))?$")
_VERDICT = re.compile(r"^check \S+: (ok|failed|skipped): ")
_GRADLE_CHECK = re.compile(r"^(?:> Task )?(:(?:\S+:)?check[A-Z]\w*)( FAILED)?\b")


@dataclass(frozen=True)
class Counts:
    """Numbers of tests."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    @property
    def ran(self) -> int:
        """Tests that had a result."""
        return self.passed + self.failed

    def line(self) -> str:
        """`N passed, N failed`, and the skipped if there are any."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def cargo(lines: Iterable[str]) -> Counts:
    """cargo test: one result line for each test program."""
    total = Counts()
    for line in lines:
        if found := _CARGO.match(line):
            total += Counts(*(int(number) for number in found.groups()))
    return total


def junit(lines: Iterable[str]) -> Counts:
    """JUnit's console launcher: a table for each run; a failed class set-up counts as a failure."""
    total = Counts()
    for line in lines:
        if found := _JUNIT.match(line):
            number, kind, verdict = int(found.group(1)), found.group(2), found.group(3)
            if verdict == "failed":
                total += Counts(failed=number)
            elif kind == "tests" and verdict == "successful":
                total += Counts(passed=number)
            elif kind == "tests" and verdict in ("skipped", "aborted"):
                total += Counts(skipped=number)
    return total


def unittest(lines: Iterable[str]) -> Counts:
    """Python's unittest: what ran, less what the verdict names."""
    total, ran = Counts(), 0
    for line in lines:
        if found := _UNITTEST_RAN.match(line):
            ran = int(found.group(1))
        elif found := _UNITTEST_VERDICT.match(line):
            named = {
                key: int(number)
                for key, number in re.findall(r"([a-z ]+)=(\d+)", found.group(1) or "")
            }
            named = {key.strip(): number for key, number in named.items()}
            failed = sum(
                named.get(key, 0) for key in ("failures", "errors", "unexpected successes")
            )
            skipped = named.get("skipped", 0)
            total += Counts(max(0, ran - failed - skipped), failed, skipped)
            ran = 0
    return total


def gradle_checks(lines: Iterable[str]) -> Counts:
    """Gradle tasks named check… : each is one test."""
    verdicts: dict[str, bool] = {}
    for line in lines:
        if found := _GRADLE_CHECK.match(line):
            verdicts[found.group(1)] = verdicts.get(found.group(1), True) and not found.group(2)
    passed = sum(verdicts.values())
    return Counts(passed, len(verdicts) - passed)


def verdicts(lines: Iterable[str]) -> Counts:
    """scripts/fuzz and scripts/sanitize: a line for each check."""
    found = [match.group(1) for line in lines if (match := _VERDICT.match(line))]
    return Counts(found.count("ok"), found.count("failed"), found.count("skipped"))


def single(_lines: Iterable[str]) -> Counts:
    """A program that is one test: passed, unless its exit code says otherwise."""
    return Counts(passed=1)
