"""What a node folder remembers between commands: its options and the processes it runs."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .errors import NodeError

FORMAT = 1
FILE = "ivory-node.json"


@dataclass
class Options:
    """How the cluster was asked for. `plugin` is a path, `none`, or `newest` (the last build's)."""

    nodes: int = 1
    heap: str = "1g"
    peer: bool = False
    plugin: str = "newest"
    host_plugins: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    jvm: list[str] = field(default_factory=list)

    def changed(self, changes: dict[str, Any]) -> Options:
        """With others on top. Settings and variables add up; an empty value drops one."""
        merged = dict(changes)
        for name in ("settings", "environment"):
            if name in changes:
                both = {**getattr(self, name), **changes[name]}
                merged[name] = {key: value for key, value in both.items() if value}
        if "jvm" in changes:
            merged["jvm"] = [option for option in changes["jvm"] if option]
        return replace(self, **merged)


@dataclass
class NodeRecord:
    """One node: its ports, and the process it runs in (`started` tells a reused pid apart)."""

    index: int
    http: int
    transport: int
    pid: int | None = None
    started: str | None = None

    @property
    def name(self) -> str:
        """node-0, node-1, …"""
        return f"node-{self.index}"

    @property
    def url(self) -> str:
        """Where the node answers HTTP."""
        return f"http://127.0.0.1:{self.http}"


@dataclass
class State:
    """All of it; saved as JSON in the node folder."""

    cluster: str
    options: Options = field(default_factory=Options)
    host: str = ""
    plugins: dict[str, str] = field(default_factory=dict)
    nodes: list[NodeRecord] = field(default_factory=list)


class Folder:
    """A node folder: its lay-out, and its state on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.home = self.path / "home"
        self.snapshots = self.path / "snapshots"

    def node(self, record: NodeRecord) -> Path:
        """What belongs to one node: config, data, logs, tmp."""
        return self.path / record.name

    def log(self, record: NodeRecord) -> Path:
        """Everything that the node's process writes to its standard output."""
        return self.node(record) / "logs" / "node.log"

    def load(self) -> State | None:
        """The state; None for a folder that is absent or empty."""
        try:
            data: dict[str, Any] = json.loads((self.path / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            if self.path.is_dir() and any(self.path.iterdir()):
                raise NodeError(
                    f"{self.path} is not empty, and not a folder of scripts/node"
                ) from None
            return None
        except (ValueError, NotADirectoryError) as error:
            raise NodeError(f"{self.path / FILE} cannot be read: {error}") from None
        if data.pop("format", None) != FORMAT:
            raise NodeError(f"{self.path} was made by another version of scripts/node: remove it")
        data["options"] = Options(**data["options"])
        data["nodes"] = [NodeRecord(**node) for node in data["nodes"]]
        return State(**data)

    def fresh(self) -> State:
        """The state of a folder about to be made. Clusters in other folders have other names."""
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:8]
        return State(cluster=f"ivory-{digest}")

    def save(self, state: State) -> None:
        """Write the state so that it is never seen half written."""
        partial = self.path / f".{FILE}.partial"
        partial.write_text(
            json.dumps({"format": FORMAT, **asdict(state)}, indent=2) + "\n", encoding="utf-8"
        )
        partial.replace(self.path / FILE)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One command at a time. The lock lies beside the state and goes with the folder."""
        handle = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
