"""Who runs the node. OpenSearch refuses root, so root hands it to an unprivileged user."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import NodeError


@dataclass(frozen=True)
class Account:
    """The node's user; `switch` says whether a process must change to it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen_arguments(self) -> dict[str, Any]:
        """Arguments for subprocess that make the child this user."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give one file or folder (not what is in it) to the user."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def can(self, test: str, path: Path) -> bool:
        """Whether the user passes test(1)'s check, such as -r or -x, on a path."""
        command = ["test", test, str(path)]
        return (
            subprocess.run(command, cwd="/", check=False, **self.popen_arguments()).returncode == 0
        )


def node_account() -> Account:
    """The caller, or for root IVORY_USER, else an `opensearch` user, else `nobody`."""
    if os.geteuid() != 0:
        entry = pwd.getpwuid(os.geteuid())
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=False)
    asked = os.environ.get("IVORY_USER")
    for name in [asked] if asked else ["opensearch", "nobody"]:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid == 0:
            raise NodeError("IVORY_USER is root, and OpenSearch refuses to run as root")
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)
    raise NodeError(f"no such user: {asked or 'nobody'}; set IVORY_USER to an unprivileged one")


def require_reachable(account: Account, path: Path, purpose: str, advice: str) -> None:
    """Refuse a folder that the node's user cannot enter."""
    if not account.can("-x", path):
        raise NodeError(
            f"{purpose} {path} cannot be reached by user {account.name}, "
            f"who runs the node: {advice}"
        )
