"""Runs Gradle, any release, on a JDK that this release can run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from ivory_node.jdk import feature_version, find_jdk, usual_places

from .tools import BuildError

# From Gradle's compatibility matrix: the first release that runs on a JDK. Debian's 4.4.1 is
# patched to run on 17; of releases before 8 nothing later is assumed.
_NEWEST_JDK = (((9, 4), 26), ((9, 1), 25), ((8, 14), 24), ((8, 10), 23), ((8, 8), 22), ((8, 5), 21))
_OLD_GRADLE_JDK = 17
_OLDEST_JDK = {9: 17}


def _release(gradle: str, environment: dict[str, str]) -> tuple[int, int] | None:
    done = subprocess.run(
        [gradle, "--version"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"^Gradle (\d+)\.(\d+)", done.stdout, re.MULTILINE)
    return (int(found.group(1)), int(found.group(2))) if found else None


def _newest_jdk(release: tuple[int, int] | None) -> int:
    if release is not None:
        for since, version in _NEWEST_JDK:
            if release >= since:
                return version
    return _OLD_GRADLE_JDK


def environment() -> dict[str, str]:
    """The environment to run Gradle in: JAVA_HOME for itself, IVORY_JDK for what it compiles."""
    gradle = shutil.which("gradle")
    if gradle is None:
        raise BuildError("Gradle is not on the PATH")
    result = dict(os.environ)
    result["IVORY_JDK"] = str(find_jdk("javac"))
    # A release that cannot run on the JDK it finds does not tell its number either.
    release = _release(gradle, result)
    newest = _newest_jdk(release)
    oldest = _OLDEST_JDK.get(release[0], 8) if release else 8
    home = result.get("JAVA_HOME")
    candidates = [Path(home)] if home else []
    candidates += [*usual_places(), find_jdk()]
    versions = {path: feature_version(path) or 0 for path in candidates}
    for path, version in versions.items():
        if oldest <= version <= newest:
            result["JAVA_HOME"] = str(path)
            return result
    raise BuildError(
        f"the installed Gradle needs a JDK of {oldest} to {newest} to run on, and there is none; "
        "on Debian 12: apt-get install openjdk-17-jre-headless"
    )


def command(*arguments: str) -> list[str]:
    """Gradle's command line. Without a daemon, which would outlive the caller."""
    return ["gradle", "--no-daemon", "--console=plain", *arguments]
