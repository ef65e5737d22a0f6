"""Builds the benches' own Rust programs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from ivory_node.errors import NodeError
from ivory_node.project import ROOT


def build(name: str) -> Path:
    """The program of a crate, built if it is not."""
    command = ["cargo", "build", "--release", "--locked", "-p", name]
    command.append("--message-format=json-render-diagnostics")
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == name:
            return Path(message["executable"])
    raise NodeError(f"{name} could not be built (see above)")
