"""Python environments in the cache folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ivory_build.tools import BuildError
from ivory_node.project import ROOT


def python(*requirements: Path) -> Path:
    """The Python that has the packages of a file of requirements, by default those of the scripts.

    Made where there is none; what goes wrong is told by `scripts/lib/venv` itself."""
    command = [str(path) for path in (ROOT / "scripts" / "lib" / "venv", *requirements)]
    made = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if made.returncode != 0:
        raise BuildError("scripts/lib/venv failed: see above")
    return Path(made.stdout.strip())
