"""The commands on a node folder: up, down, kill, status."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

from . import config, home, plugins, ports, process
from .account import Account, node_account, require_reachable
from .console import say
from .errors import NodeError
from .health import get, wait_healthy
from .jdk import feature_version, find_jdk
from .project import host_version
from .state import Folder, NodeRecord, Options, State

GRACE_SECONDS = 30
_PORT_SECONDS = 3
_OLD_LOG_BYTES = 64 * 2**20


def up(
    folder: Folder, changes: dict[str, Any], port: int | None, seconds: float
) -> list[NodeRecord]:
    """Install what changed, start the nodes that do not run, wait until all are healthy.

    `changes` are the options named in this call (see Options.changed); others stay as they
    were, and a call that fails changes none.
    """
    account, jdk, version = node_account(), find_jdk(), host_version()
    java = jdk / "bin" / "java"
    state = folder.load() or folder.fresh()
    if state.nodes and changes.get("nodes", len(state.nodes)) != len(state.nodes):
        raise NodeError(
            f"{folder.path} holds a cluster of {len(state.nodes)}: "
            "another number of nodes needs another --dir"
        )
    before = state.options if state.nodes else Options(nodes=changes.get("nodes", 1))
    state.options = state.options.changed(changes)
    config.heap_bytes(state.options.heap)
    zips = plugins.wanted(state.options, version)
    folder.path.mkdir(parents=True, exist_ok=True)
    require_reachable(
        account, folder.path, "the folder", "choose a --dir elsewhere, such as below /var/tmp"
    )
    if not account.can("-x", java):
        raise NodeError(
            f"{jdk} cannot be used by user {account.name}, who runs the node: "
            "set IVORY_JDK to another JDK"
        )
    with folder.locked():
        running = [record for record in state.nodes if process.alive(record)]
        if running and plugins.changed(state, zips):
            say("the plugins changed: restarting the nodes")
            process.stop(running, GRACE_SECONDS)
            running = []
        if running and state.options != before:
            say("nodes that run already keep their options until they are started again")
        _assign_ports(state, port, running)
        folder.save(state)
        _register(folder)
        started: dict[int, subprocess.Popen[bytes]] = {}
        try:
            if len(running) < len(state.nodes):
                home.prepare(folder, state, version, account)
                plugins.synchronise(folder, state, zips, account, java)
            begun = time.monotonic()
            for record in state.nodes:
                if record not in running:
                    command = config.write(folder, state, record, java, feature_version(jdk) or 0)
                    started[record.index] = _start(folder, state, record, command, account)
            wait_healthy(folder, state.nodes, started, seconds)
        except BaseException:
            process.kill([record for record in state.nodes if record.index in started])
            state.options = before
            folder.save(state)
            raise
    if started:
        seconds_taken = time.monotonic() - begun
        say(f"{len(started)} of {len(state.nodes)} nodes started in {seconds_taken:.1f} s")
    return state.nodes


def _register(folder: Folder) -> None:
    """Note the folder where a caller (scripts/test) wants to know what to stop in the end."""
    register = os.environ.get("IVORY_NODE_REGISTER")
    if register:
        with open(register, "a", encoding="utf-8") as lines:
            lines.write(f"{folder.path}\n")


def _assign_ports(state: State, port: int | None, running: list[NodeRecord]) -> None:
    """New nodes get ports. Others keep theirs; only with `port` 0 may they move if one is taken."""
    taken = {value for record in state.nodes for value in (record.http, record.transport)}
    if not state.nodes:
        count = state.options.nodes
        http = list(range(port, port + count)) if port else ports.pick(count, taken)
        transport = ports.pick(count, taken | set(http))
        state.nodes = [NodeRecord(index, http[index], transport[index]) for index in range(count)]
    for record in state.nodes:
        if record in running:
            if port and record.http != port + record.index:
                raise NodeError(
                    f"{record.name} runs on port {record.http}: "
                    "stop it before giving it another --port"
                )
            continue
        if port:
            record.http = port + record.index
        elif port == 0 and not ports.becomes_free(record.http, _PORT_SECONDS):
            [record.http] = ports.pick(1, taken)
        if not ports.becomes_free(record.http, _PORT_SECONDS):
            raise NodeError(
                f"port {record.http} for {record.name} is in use: "
                "choose another --port, or 0 for a free one"
            )
        if not ports.is_free(record.transport):
            [record.transport] = ports.pick(1, taken | {record.http})


def _start(
    folder: Folder, state: State, record: NodeRecord, command: list[str], account: Account
) -> subprocess.Popen[bytes]:
    log = folder.log(record)
    if log.is_file() and log.stat().st_size > _OLD_LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    # A node inherits nothing by chance: JAVA_TOOL_OPTIONS and the like would change what is tested.
    environment = {
        key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TZ") if key in os.environ
    }
    environment["HOME"] = str(folder.node(record) / "tmp")
    environment.update(state.options.environment)
    started = process.spawn(record, command, account, folder.node(record), environment, log)
    folder.save(state)
    return started


def _selected(folder: Folder, index: int | None) -> tuple[State | None, list[NodeRecord]]:
    state = folder.load() if folder.path.is_dir() else None
    if state is None:
        return None, []
    if index is None:
        return state, state.nodes
    chosen = [record for record in state.nodes if record.index == index]
    if not chosen:
        raise NodeError(f"{folder.path} has no node {index}: it has 0 to {len(state.nodes) - 1}")
    return state, chosen


def down(folder: Folder) -> None:
    """Stop the nodes that run; says nothing if none does."""
    if not folder.path.is_dir():
        return
    with folder.locked():
        state, records = _selected(folder, None)
        running = [record for record in records if process.alive(record)]
        for record in process.stop(running, GRACE_SECONDS):
            say(f"{record.name} did not end in {GRACE_SECONDS} s and was killed")
        _forget(folder, state, records)


def kill(folder: Folder, index: int | None) -> None:
    """SIGKILL one node, or all."""
    if not folder.path.is_dir():
        raise NodeError(f"{folder.path} does not exist")
    with folder.locked():
        state, records = _selected(folder, index)
        process.kill(records)
        _forget(folder, state, records)


def _forget(folder: Folder, state: State | None, records: list[NodeRecord]) -> None:
    if state is None or all(record.pid is None for record in records):
        return
    for record in records:
        record.pid = record.started = None
    folder.save(state)


def status(folder: Folder) -> dict[str, Any]:
    """What runs, and what the cluster says of itself."""
    _, records = _selected(folder, None)
    nodes = []
    health = None
    for record in records:
        running = process.alive(record)
        nodes.append(
            {
                "name": record.name,
                "index": record.index,
                "url": record.url,
                "alive": running,
                "pid": record.pid if running else None,
                "rss_bytes": process.resident_bytes(record) if running else None,
                "log": str(folder.log(record)),
            }
        )
        if running and health is None:
            health = get(f"{record.url}/_cluster/health", 30)
    # The cluster may not have noticed yet that a node is gone.
    alive = sum(1 for one in nodes if one["alive"])
    joined = health.get("number_of_nodes") if health else 0
    color = health.get("status") if health else None
    return {
        "dir": str(folder.path),
        "status": color,
        "healthy": 0 < len(nodes) == alive == joined and color in ("green", "yellow"),
        "nodes": nodes,
    }


def log_path(folder: Folder, index: int) -> Path:
    """Where one node logs."""
    _, records = _selected(folder, index)
    if not records:
        raise NodeError(f"{folder.path} holds no node")
    return folder.log(records[0])
