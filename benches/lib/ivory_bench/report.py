"""report.md: the figures, and a line for every bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ivory_demo.console import say

from . import plots
from .bars import Bar, all_bars
from .markdown import table
from .querying import figures, median
from .sides import IVORY, ONE_BIT, PEER, SIDES

Json = dict[str, Any]


def write(results: Json, out: Path) -> None:
    """Writes the report and the plots of what has been measured so far."""
    out.mkdir(parents=True, exist_ok=True)
    bars = all_bars(results)
    parts = [
        _about(results.get("about", {})),
        _bars(bars),
        _loading(results),
        *(_searches(results, phase) for phase in ("unmerged", "merged")),
        _exact(results),
        *(_filtered(results, phase) for phase in ("unmerged", "merged")),
        _growth(results),
        _memory(results),
    ]
    path = out / "report.md"
    path.write_text("\n".join(part for part in parts if part), encoding="utf-8")
    plots.draw(results, out)
    measured = [bar for bar in bars if bar.value is not None]
    for bar in measured:
        say(f"{bar.verdict:5} {bar.name}: {_number(bar)} (wanted {bar.condition})  {bar.note}")
    passed = sum(bar.verdict == "pass" for bar in measured)
    say(f"\n{passed} of {len(measured)} bars that were measured hold; report: {path}")


def _number(bar: Bar) -> str:
    if bar.value is None:
        return "–"
    return f"{bar.value:.4f}" if "recall of" in bar.name else f"{bar.value:.3g}"


def _about(about: Json) -> str:
    if not about:
        return "# Ivory beside the k-NN plugin\n"
    return (
        "# Ivory beside the k-NN plugin\n\n"
        f"{_commands(about)}; {about['machine']}. {about['vectors']:,} vectors ×"
        f" {about['dimension']}, {about['cells']:,} cells, {about['queries']:,} queries, top 10,"
        f" one shard, heap {about['heap']}. Same documents everywhere: id, vector as a JSON array,"
        " integer, keyword; `_source` off. Peer: `lucene` HNSW, m 16, ef_construction 100. Figures"
        f" are medians of {about['rounds']} rounds in which both sides and the floor take turns;"
        " ratios are taken within a round.\n"
    )


def _commands(about: Json) -> str:
    """What was measured by which command: stages may come from several."""
    stages: dict[tuple[str, str], list[str]] = {}
    for stage, one in about["stages"].items():
        stages.setdefault((one["command"], one["date"]), []).append(stage)
    return "; ".join(
        f"`{command}`, {date} ({', '.join(names)})" for (command, date), names in stages.items()
    )


def _bars(bars: Sequence[Bar]) -> str:
    rows = [[bar.name, bar.condition, _number(bar), bar.verdict, bar.note] for bar in bars]
    return "## Bars\n\n" + table(["bar", "wanted", "measured", "", "figures"], rows)


def _loading(results: Json) -> str:
    load, merge = results.get("load"), results.get("merge", {})
    if not load:
        return ""
    count = results["about"]["vectors"]
    rows = []
    for side in [side for side in SIDES if side in load]:
        seconds, last = median(load[side], "seconds"), load[side][-1]
        one = merge.get(side, {})
        rows.append(
            [
                side,
                f"{seconds:.1f} s",
                f"{count / seconds:,.0f}",
                str(last["segments"]),
                f"{last['bytes'] / 2**20:.0f} MiB",
                f"{one['seconds']:.1f} s" if one else "",
                f"{one['bytes'] / 2**20:.0f} MiB" if one else "",
            ]
        )
    header = ["index", "load until searchable", "documents/s", "segments", "disk"]
    return "## Load\n\n" + table([*header, "force-merge", "disk, merged"], rows)


def _searches(results: Json, phase: str) -> str:
    found = results.get(phase)
    if not found:
        return ""
    clients = list(found["floor"])
    header = ["search", "recall@10"]
    for number in clients:
        header += [f"QPS, {number} client(s)", "median ms", "p99 ms", "node's CPU µs"]
    rows = [["term query, ten hits", "", *figures(found["floor"])]]
    # Its stored fields are the host's.
    rows.append(["the same, peer's index", "", *figures(found["floor_peer"])])
    for side in (IVORY, PEER):
        points = sorted(found["points"][side], key=lambda point: float(point["recall"]))
        for point in points:
            if point["runs"]:
                name = f"{side} {point['label']}"
                rows.append([name, f"{point['recall']:.4f}", *figures(point["runs"])])
    counts = ", ".join(f"{side} {count}" for side, count in found["segments"].items())
    return f"## Search, {phase}\n\nSegments: {counts}.\n\n" + table(header, rows)


def _exact(results: Json) -> str:
    found = results.get("exact")
    if not found:
        return ""
    rows = [[index, f"{median(runs, 'median_ms'):.1f}"] for index, runs in found.items()]
    return "## Exact search\n\n" + table(["index", "median ms"], rows)


def _filtered(results: Json, phase: str) -> str:
    rows = []
    for row in results.get("filtered", {}).get(phase, []):
        speeds = [f"{median(runs, 'qps'):,.0f}" for runs in row["runs"].values()]
        name = f"{row['side']} {row['label'] or 'default'}"
        rows.append(
            [f"{row['share']}%", name, f"{row['recall']:.4f}", str(row["missing"]), *speeds]
        )
    if not rows:
        return ""
    clients = [f"QPS, {number} client(s)" for number in row["runs"]]
    header = ["passes", "search", "recall@10", "hits missing", *clients]
    return f"## Filtered search, {phase}\n\n" + table(header, rows)


def _growth(results: Json) -> str:
    rows = []
    for row in results.get("growth", []):
        rows.append(
            [
                row["side"],
                f"{row['documents']:,}",
                f"{row['added'] / row['seconds']:,.0f}",
                str(row["segments"]),
                row["label"],
                f"{row['recall']:.4f}",
                f"{row['qps']:,.0f}",
                f"{row['median_ms']:.3f}",
            ]
        )
    if not rows:
        return ""
    header = ["side", "documents", "documents/s", "segments", "cheapest setting at ≥ .95"]
    return "## As the data grows, unmerged\n\n" + table(
        [*header, "recall@10", "QPS, 1 client", "median ms"], rows
    )


def _memory(results: Json) -> str:
    found = results.get("memory")
    if not found:
        return ""
    raw = results["about"]["raw_bytes"]
    rows = []
    for side in (IVORY, ONE_BIT, PEER):
        row = found[side]
        rows.append([f"{row['index']}, open less closed", _mib(row["bytes"], raw)])
        if row["model"]:
            rows.append(["its model", _mib(row["model"], raw)])
    return "## Memory beyond the page cache\n\n" + table(["what", "MiB, of raw vectors"], rows)


def _mib(size: int, raw: int) -> str:
    share = size / raw if raw else math.nan
    return f"{size / 2**20:.1f} ({share:.2%})"
