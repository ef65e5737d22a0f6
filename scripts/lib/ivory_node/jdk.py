"""Finds a JDK that can run the node and the plugin."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from .errors import NodeError

OLDEST = 22
USUAL_PLACES = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/opt/jdk*",
    "/usr/local/jdk*",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
    "~/.gradle/jdks/*",
)


def feature_version(home: Path, program: str = "java") -> int | None:
    """The release (such as 25) of the JDK at `home`; None if it is none or lacks the program."""
    if not (home / "bin" / program).is_file():
        return None
    try:
        text = (home / "release").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', text, re.MULTILINE)
    return int(found.group(1)) if found else None


def usual_places() -> Iterator[Path]:
    """Where JDKs may be: that of `java` on the PATH, then folders that installers use."""
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path).resolve().parents[1]
    for pattern in USUAL_PLACES:
        path = Path(pattern).expanduser()
        yield from sorted(path.parent.glob(path.name))


def find_jdk(program: str = "java") -> Path:
    """IVORY_JDK if set; else JAVA_HOME if recent enough; else the newest in the usual places.

    `program` must be in its bin folder: `javac` for a build.
    """
    asked = os.environ.get("IVORY_JDK")
    if asked:
        version = feature_version(Path(asked), program)
        if version is None or version < OLDEST:
            kind = "no JDK" if version is None else f"JDK {version}"
            raise NodeError(f"IVORY_JDK={asked} is {kind}; a JDK of {OLDEST} or later is needed")
        return Path(asked)
    home = os.environ.get("JAVA_HOME")
    if home and (feature_version(Path(home), program) or 0) >= OLDEST:
        return Path(home)
    found = {path: feature_version(path, program) or 0 for path in usual_places()}
    recent = [path for path, version in found.items() if version >= OLDEST]
    if recent:
        return max(recent, key=lambda path: found[path])
    seen = ", ".join(f"{path} ({version})" for path, version in found.items() if version) or "none"
    raise NodeError(
        f"a JDK of {OLDEST} or later is needed (25 is what the project is tested on); "
        f"set IVORY_JDK or JAVA_HOME to one. Found: {seen}"
    )
