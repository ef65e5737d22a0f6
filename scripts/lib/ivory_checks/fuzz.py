"""The command line of scripts/fuzz."""

from __future__ import annotations

import argparse
import re
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ivory_node.console import say, tail
from ivory_node.project import ROOT

from . import rust
from .verdict import FAILED, OK, SKIPPED, Verdict, exit_code

DESCRIPTION = """Fuzz what reads foreign bytes, by libFuzzer under AddressSanitizer.

The targets are in fuzz/, in the layout of cargo-fuzz, which is not needed here. An input that
crashes, leaks, takes more than 10 seconds or costs more memory than its length allows ends its
target's run and is kept, with the log, in the corpus folder. What was found worth keeping stays
there for the next run."""

MODELS = "rust-core/core/tests/data/model-*.ivory"
VECTORS = "rust-core/files/tests/data"
# Golden files, from which each target starts.
TARGETS = {
    "model": MODELS,
    "region": "rust-core/core/tests/data/region-*.bin",
    "texmex": "",
    "npy": f"{VECTORS}/*.npy",
    "parquet": f"{VECTORS}/*.parquet",
    "capi": MODELS,
}
# As cargo-fuzz sets them.
FLAGS = [
    "--cfg fuzzing",
    "-Zsanitizer=address",
    "-Cpasses=sancov-module",
    *(
        f"-Cllvm-args=-sanitizer-coverage-{part}"
        for part in ("level=4", "inline-8bit-counters", "pc-table", "trace-compares")
    ),
]
SLOWEST_INPUT_SECONDS = 10
MOST_MEMORY_MB = 2048
MOST_AT_ONCE_MB = 256
QUICK_SECONDS = 3


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    targets: list[str]
    seconds: int
    jobs: int
    quick: bool
    corpus: Path
    seed: int


def main() -> int:
    """Build, then fuzz; returns the exit code."""
    options = _options()
    if why := rust.unsupported():
        verdicts = [Verdict(f"fuzz-{name}", SKIPPED, why) for name in options.targets]
    else:
        programs = _build(options)
        with (
            tempfile.TemporaryDirectory(prefix="ivory-fuzz-", dir=_memory_folder()) as temporary,
            ThreadPoolExecutor(options.jobs) as pool,
        ):
            run = pool.map(lambda name: _run(name, programs, options, temporary), options.targets)
            verdicts = [_told(verdict) for verdict in run]
    return exit_code(verdicts)


def _options() -> Options:
    parser = argparse.ArgumentParser(
        prog="scripts/fuzz",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=int, help="for each target; default 600")
    parser.add_argument(
        "--target",
        action="append",
        choices=list(TARGETS),
        help="only this one (may be given more than once)",
    )
    parser.add_argument(
        "--jobs", type=int, default=rust.cores(), help="targets at once; default: processors"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"compile with fewer optimisations, run {QUICK_SECONDS} s, forget the corpus",
    )
    parser.add_argument("--corpus", type=Path, help="default: fuzz-corpus in the build folder")
    parser.add_argument(
        "--seed", type=int, help="of libFuzzer; default 0: any, or with --quick always the same"
    )
    given = parser.parse_args()
    seconds = given.seconds if given.seconds is not None else QUICK_SECONDS if given.quick else 600
    if seconds < 1 or given.jobs < 1:
        parser.error("--seconds and --jobs must be at least 1")
    corpus = given.corpus or rust.target_folder("fuzz-quick" if given.quick else "fuzz-corpus")
    return Options(
        list(dict.fromkeys(given.target or TARGETS)),
        seconds,
        given.jobs,
        given.quick,
        corpus.absolute(),
        given.seed if given.seed is not None else int(given.quick),
    )


def _build(options: Options) -> Path:
    """Compile the targets; gives back the folder where they are."""
    folder = rust.target_folder("fuzz")
    profile = "quick" if options.quick else "release"
    command = ["cargo", "build", "--locked", "--quiet", "--profile", profile]
    command += ["--manifest-path", str(ROOT / "fuzz" / "Cargo.toml"), "--target", rust.host()]
    command += [part for name in options.targets for part in ("--bin", name)]
    say(f"compiling {len(options.targets)} targets (profile {profile})")
    begun = time.monotonic()
    subprocess.run(command, env=rust.environment(folder, FLAGS), check=True)
    say(f"compiled in {time.monotonic() - begun:.0f} s")
    return folder / rust.host() / profile


def _memory_folder() -> str | None:
    """Where a target that reads files does it without a disk."""
    folder = Path("/dev/shm")
    return str(folder) if folder.is_dir() else None


def _run(name: str, programs: Path, options: Options, temporary: str) -> Verdict:
    folder = options.corpus / name
    if options.quick:
        shutil.rmtree(folder, ignore_errors=True)
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(_seeds(name)):
        (corpus / f"seed-{number:02}").write_bytes(seed)
    command = [
        str(programs / name),
        f"-max_total_time={options.seconds}",
        f"-timeout={SLOWEST_INPUT_SECONDS}",
        f"-rss_limit_mb={MOST_MEMORY_MB}",
        f"-malloc_limit_mb={MOST_AT_ONCE_MB}",
        f"-seed={options.seed}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
        str(corpus),
    ]
    log = folder / "log"
    environment = rust.environment(programs, []) | {"TMPDIR": temporary}
    with log.open("w", encoding="utf-8") as output:
        try:
            # It ends by itself: more time means that it hangs where it does not look at the clock.
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=folder,
                timeout=options.seconds + 120,
                check=False,
            )
            code: int | str = done.returncode
        except subprocess.TimeoutExpired:
            code = "it did not end"
    text = log.read_text(encoding="utf-8", errors="replace")
    runs = re.search(r"number_of_executed_units: (\d+)", text)
    if code == 0 and runs is not None:
        return Verdict(f"fuzz-{name}", OK, f"{runs.group(1)} inputs in {options.seconds} s")
    say(f"{name}:\n{tail(text, 60)}")
    kept = sorted(path.name for path in folder.iterdir() if path.is_file() and path != log)
    about = f"exit code {code}; see {folder}: {', '.join(kept) or 'no input was kept'}"
    return Verdict(f"fuzz-{name}", FAILED, about)


def _seeds(name: str) -> Iterator[bytes]:
    if name == "texmex":
        yield struct.pack("<iffiff", 2, 1.0, -2.5, 2, 0.0, 1e9)
        yield struct.pack("<ibbbibbb", 3, 1, 2, 3, 3, 4, 5, 6)
        yield struct.pack("<iii", 2, 7, -9)
        return
    found = sorted(ROOT.glob(TARGETS[name]))
    if not found:
        raise FileNotFoundError(f"there is no {TARGETS[name]}")
    for path in found:
        yield path.read_bytes()


def _told(verdict: Verdict) -> Verdict:
    verdict.tell()
    return verdict
