"""Writes a node's configuration: opensearch.yml, logging, JVM options."""

from __future__ import annotations

import json
import re
from pathlib import Path

from . import host
from .errors import NodeError
from .state import Folder, NodeRecord, State

LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] [%node_name]%marker %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""

_UNITS = {"k": 2**10, "m": 2**20, "g": 2**30}


def heap_bytes(heap: str) -> int:
    """Bytes of a heap size such as 512m or 2g."""
    found = re.fullmatch(r"(\d+)([kmgKMG])", heap)
    if not found or int(found.group(1)) == 0:
        raise NodeError(f"--heap {heap} is not a size such as 512m or 2g")
    return int(found.group(1)) * _UNITS[found.group(2).lower()]


def settings(folder: Folder, state: State, record: NodeRecord) -> str:
    """opensearch.yml: loopback only, own ports, snapshots inside the folder, no disk watermarks."""
    node = folder.node(record)
    values: dict[str, object] = {
        "cluster.name": state.cluster,
        "node.name": record.name,
        "path.data": str(node / "data"),
        "path.logs": str(node / "logs"),
        "path.repo": str(folder.snapshots),
        "network.host": "127.0.0.1",
        "http.port": record.http,
        "transport.port": record.transport,
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }
    if len(state.nodes) == 1:
        values["discovery.type"] = "single-node"
    else:
        values["discovery.seed_hosts"] = [f"127.0.0.1:{other.transport}" for other in state.nodes]
        values["cluster.initial_cluster_manager_nodes"] = [other.name for other in state.nodes]
    lines = {key: json.dumps(value) for key, value in values.items()}
    for key, value in state.options.settings.items():
        lines[key] = value if value.startswith("[") else json.dumps(value)
    return "".join(f"{key}: {value}\n" for key, value in lines.items())


def jvm_arguments(folder: Folder, state: State, record: NodeRecord, java_version: int) -> list[str]:
    """The host's own choice of JVM options, but without touching the whole heap at start."""
    node = folder.node(record)
    heap = state.options.heap
    agent = sorted((folder.home / "agent").glob("opensearch-agent-[0-9]*.jar"))
    if not agent:
        raise NodeError(f"no Java agent in {folder.home / 'agent'}")
    arguments = [
        f"-Xms{heap}",
        f"-Xmx{heap}",
        f"-XX:MaxDirectMemorySize={heap_bytes(heap) // 2}",
        "-Xss1m",
        "-XX:+UseG1GC",
        "-XX:G1ReservePercent=25",
        "-XX:InitiatingHeapOccupancyPercent=30",
        "-XX:-OmitStackTraceInFastThrow",
        "-XX:+HeapDumpOnOutOfMemoryError",
        f"-XX:HeapDumpPath={node / 'logs'}",
        f"-XX:ErrorFile={node / 'logs' / 'hs_err_pid%p.log'}",
        f"-Djava.io.tmpdir={node / 'tmp'}",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        f"-javaagent:{agent[0]}",
        "-Djava.awt.headless=true",
        "-Dfile.encoding=UTF-8",
        "-Djava.locale.providers=SPI,CLDR",
        "-Djna.nosys=true",
        "-Dio.netty.noUnsafe=true",
        "-Dio.netty.noKeySetOptimization=true",
        "-Dio.netty.recycler.maxCapacityPerThread=0",
        "-Dio.netty.allocator.numDirectArenas=0",
        "-Dlog4j.shutdownHookEnabled=false",
        "-Dlog4j2.disable.jmx=true",
        "-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1",
        "-Dopensearch.networkaddress.cache.ttl=60",
        "-Dopensearch.networkaddress.cache.negative.ttl=10",
        *home_arguments(folder.home, node / "config"),
    ]
    if java_version >= 25:
        arguments.append("-XX:+UseCompactObjectHeaders")
    return [*arguments, *state.options.jvm]


def home_arguments(home: Path, config: Path) -> list[str]:
    """System properties by which the host's programs find themselves."""
    return [
        f"-Dopensearch.path.home={home}",
        f"-Dopensearch.path.conf={config}",
        "-Dopensearch.distribution.type=tar",
        "-Dopensearch.bundled_jdk=false",
    ]


def write(
    folder: Folder, state: State, record: NodeRecord, java: Path, java_version: int
) -> list[str]:
    """Write the node's configuration; returns the command that starts it."""
    config = folder.node(record) / "config"
    arguments = [
        *jvm_arguments(folder, state, record, java_version),
        "-cp",
        f"{folder.home / 'lib'}/*",
    ]
    quoted = (
        '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"' for argument in arguments
    )
    (config / "opensearch.yml").write_text(settings(folder, state, record), encoding="utf-8")
    (config / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
    (config / "jvm.arguments").write_text("\n".join(quoted) + "\n", encoding="utf-8")
    return [str(java), f"@{config / 'jvm.arguments'}", host.MAIN_CLASS]
