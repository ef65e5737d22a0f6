"""Lays out a node folder: the shared home (links into the cache) and each node's own folders."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .account import Account
from .artifacts import host_distribution, peer_distribution
from .state import Folder, State


def prepare(folder: Folder, state: State, version: str, account: Account) -> None:
    """Bring the home to the host's version, and make what is missing. Data is never touched."""
    distribution = host_distribution(version)
    wanted = [distribution]
    if state.options.peer:
        wanted.append(peer_distribution(version))
    key = "+".join(path.name for path in wanted)
    if state.host != key:
        for name in ("lib", "agent", "modules"):
            shutil.rmtree(folder.home / name, ignore_errors=True)
        for source in wanted:
            for name in ("lib", "agent", "modules"):
                if (source / name).is_dir():
                    _link_tree(source / name, folder.home / name)
        state.host = key
    # The host makes sure that each of these exists, as its user.
    for path in (*(folder.home / name for name in ("bin", "plugins", "config")), folder.snapshots):
        _own_folder(path, account)
    for record in state.nodes:
        _own_folder(folder.node(record), account)
        for name in ("config", "data", "logs", "tmp"):
            _own_folder(folder.node(record) / name, account)


def _own_folder(path: Path, account: Account) -> None:
    if not path.is_dir():
        path.mkdir(parents=True)
        path.chmod(0o750 if account.switch else 0o700)
        account.own(path)


def _link_tree(source: Path, target: Path) -> None:
    """Link files where the file system allows it, else copy. They are shared: never changed."""
    for path in sorted(source.rglob("*")):
        goal = target / path.relative_to(source)
        if path.is_dir():
            continue
        goal.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, goal)
        except OSError:
            shutil.copyfile(path, goal)
            goal.chmod(0o644)
