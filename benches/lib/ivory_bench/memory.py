"""Stage: what an open index holds in memory beyond the page cache.

The heap's pages say nothing (the JVM keeps what it once touched), so two numbers are added: the
objects that live in the heap after a full collection, and the anonymous pages of the process that
lie outside the heap. Both are taken with the index searched and open, and again with it closed.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from ivory_demo.console import say
from ivory_node.errors import NodeError
from ivory_node.jdk import find_jdk

from . import sides
from .bench import Bench
from .loading import train_model
from .sides import IVORY, MODEL, ONE_BIT, PEER, merged

Json = dict[str, Any]
_NPROBE_SHARE = 0.016
_MIB = 2**20


def memory(bench: Bench) -> None:
    """Ivory's merged index and one of 1-bit codes; the peer's merged one for comparison."""
    if not bench.exists(ONE_BIT):
        _make_one_bit(bench)
    found: Json = {}
    for side in (IVORY, ONE_BIT, PEER):
        index = merged(side) if bench.exists(merged(side)) else side
        row = _index(bench, side, index)
        # The model belongs to the index, though it outlives its closing.
        row["model"] = _model_bytes(bench).get(MODEL if side == IVORY else side, 0)
        found[side] = {"index": index, **row}
        say(f"   {index}: {row['bytes'] / _MIB:.1f} MiB, rounds {row['rounds']}, {row['model']}")
    found["rss_anon"] = rss_anon(bench.pid)
    say(f"   RssAnon {found['rss_anon'] / _MIB:.0f} MiB")
    bench.keep("memory", found)


def _make_one_bit(bench: Bench) -> None:
    encoder = {"name": "rabitq", "parameters": {"bits": 1}}
    train_model(bench, ONE_BIT, {"encoder": encoder})
    base = bench.vectors.base
    documents = bench.requests("documents", sides.bulk_bodies(base, 0, len(base)))
    bench.create(ONE_BIT, IVORY, ONE_BIT)
    bench.bulk(ONE_BIT, documents)
    bench.settle(ONE_BIT)
    documents.unlink()


def _model_bytes(bench: Bench) -> dict[str, int]:
    nodes = bench.client.call("GET", "/_plugins/_ivory/stats")["nodes"]
    held = [model for node in nodes.values() for model in node["models"]["held"]]
    return {model["model_id"]: int(model["size_in_bytes"]) for model in held}


def rss_anon(pid: int) -> int:
    """Anonymous resident bytes of a process, heap and all."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return 1024 * int(re.findall(r"^RssAnon:\s+(\d+) kB", text, re.MULTILINE)[0])


def _index(bench: Bench, side: str, index: str) -> Json:
    setting = {"ef_search": 48}
    if side != PEER:
        setting = {"nprobe": max(4, round(_NPROBE_SHARE * bench.choices.cells))}
    kind = PEER if side == PEER else IVORY
    bodies = (sides.search(kind, text, setting) for text in bench.query_texts)
    requests = bench.requests("memory", bodies)
    bench.search(index, requests, max(bench.choices.clients), rounds=3)
    rounds = []
    for _ in range(3):
        bench.client.call("POST", f"/{index}/_close?wait_for_active_shards=0")
        closed = _live(bench)
        bench.client.call("POST", f"/{index}/_open")
        health = f"/_cluster/health/{index}?wait_for_status=green&timeout=120s"
        bench.client.call("GET", health)
        bench.search(index, requests, max(bench.choices.clients))
        rounds.append(_live(bench) - closed)
    requests.unlink()
    return {"bytes": int(np.median(rounds)), "rounds": rounds}


def _live(bench: Bench) -> int:
    """Live objects of the heap, and anonymous pages outside of it."""
    _jcmd(bench.pid, "GC.run")
    _jcmd(bench.pid, "GC.run")
    told = _jcmd(bench.pid, "GC.heap_info")
    used = re.search(r"used (\d+)K \[0x([0-9a-f]+), 0x([0-9a-f]+)\)", told)
    if not used:
        raise NodeError(f"GC.heap_info of process {bench.pid}: {told}")
    low, high = int(used.group(2), 16), int(used.group(3), 16)
    return int(used.group(1)) * 1024 + _anonymous_outside(bench.pid, low, high)


def _anonymous_outside(pid: int, low: int, high: int) -> int:
    """Anonymous resident bytes of the mappings that do not lie within low..high."""
    total, counts = 0, True
    for line in Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8").splitlines():
        if head := re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line):
            counts = not low <= int(head.group(1), 16) < high
        elif counts and line.startswith("Anonymous:"):
            total += 1024 * int(line.split()[1])
    return total


def _jcmd(pid: int, command: str) -> str:
    program = find_jdk("javac") / "bin" / "jcmd"
    done = subprocess.run(
        [str(program), str(pid), command], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NodeError(f"jcmd {pid} {command}: {done.stdout}{done.stderr}")
    return done.stdout
