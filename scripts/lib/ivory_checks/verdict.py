"""What a check came to: printed as one line, which scripts/test counts."""

from __future__ import annotations

from dataclasses import dataclass

OK, FAILED, SKIPPED = "ok", "failed", "skipped"
# What the whole program says if nothing at all could run.
NOTHING_RAN = 77


@dataclass(frozen=True)
class Verdict:
    """One check, how it ended, and figures or a cause."""

    check: str
    result: str
    about: str

    def tell(self) -> None:
        """Print `check NAME: RESULT: ABOUT`."""
        print(f"check {self.check}: {self.result}: {self.about}", flush=True)


def exit_code(verdicts: list[Verdict]) -> int:
    """1 if a check failed, 77 if none could run, else 0."""
    if any(verdict.result == FAILED for verdict in verdicts):
        return 1
    return 0 if any(verdict.result == OK for verdict in verdicts) else NOTHING_RAN
