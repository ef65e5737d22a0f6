"""Copies artifacts and what they need at run time out of Maven repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from .console import tail
from .errors import NodeError
from .jdk import find_jdk

_POM_NAMESPACE = {"m": "http://maven.apache.org/POM/4.0.0"}
_HEAD = '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
_PARENT = "<groupId>org.ivory.assembly</groupId><artifactId>{}</artifactId><version>1</version>"


@dataclass(frozen=True)
class Artifact:
    """Coordinates. Anything but a jar is taken alone, without dependencies."""

    group: str
    name: str
    version: str
    type: str = "jar"

    def xml(self) -> str:
        """A pom's <dependency>."""
        parts = {
            "groupId": self.group,
            "artifactId": self.name,
            "version": self.version,
            "type": self.type,
        }
        inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in parts.items())
        if self.type != "jar":
            everything = "<groupId>*</groupId><artifactId>*</artifactId>"
            inner += f"<exclusions><exclusion>{everything}</exclusion></exclusions>"
        return f"<dependency>{inner}</dependency>"


@dataclass
class Bundle:
    """A folder to fill: what goes in, with everything it needs at run time."""

    name: str
    artifacts: list[Artifact] = field(default_factory=list)

    def pom(self) -> str:
        """A project that depends on the bundle's artifacts."""
        parent = f"<parent>{_PARENT.format('assembly')}</parent>"
        dependencies = "".join(artifact.xml() for artifact in self.artifacts)
        return (
            f"{_HEAD}{parent}<artifactId>{escape(self.name)}</artifactId>"
            f"<packaging>pom</packaging><dependencies>{dependencies}</dependencies></project>\n"
        )


def run(arguments: list[str], folder: Path) -> None:
    """Run Maven; on failure raise with the end of what it said."""
    executable = shutil.which("mvn")
    if executable is None:
        raise NodeError(
            "Maven (mvn) is not installed: scripts/build installs it, or `apt-get install maven`"
        )
    environment = dict(os.environ)
    if not environment.get("JAVA_HOME") and shutil.which("java") is None:
        environment["JAVA_HOME"] = str(find_jdk())
    # A download may break off; Maven remembers that it failed unless it is told to look again.
    for again in ([], ["-U"], ["-U"]):
        done = subprocess.run(
            [executable, "-B", "-q", *again, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            break
        time.sleep(5)
    else:
        raise NodeError(f"Maven could not resolve the node's artifacts:\n{tail(done.stdout, 20)}")


def copy_bundles(bundles: list[Bundle], folder: Path) -> None:
    """Fill `folder`/NAME/jars for each bundle, in one run of Maven."""
    modules = "".join(f"<module>{escape(bundle.name)}</module>" for bundle in bundles)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pom.xml").write_text(
        f"{_HEAD}{_PARENT.format('assembly')}<packaging>pom</packaging>"
        f"<modules>{modules}</modules></project>\n",
        encoding="utf-8",
    )
    for bundle in bundles:
        (folder / bundle.name).mkdir()
        (folder / bundle.name / "pom.xml").write_text(bundle.pom(), encoding="utf-8")
    run(
        [
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            "-DoutputDirectory=${project.basedir}/jars",
        ],
        folder,
    )


def optional_dependencies(
    artifact: Artifact, names: tuple[str, ...], folder: Path
) -> list[Artifact]:
    """The named dependencies that a pom declares as optional, in the versions it declares."""
    coordinates = f"{artifact.group}:{artifact.name}:{artifact.version}:pom"
    run(["dependency:copy", f"-Dartifact={coordinates}", f"-DoutputDirectory={folder}"], folder)
    root = ElementTree.parse(folder / f"{artifact.name}-{artifact.version}.pom").getroot()
    found = []
    for node in root.findall("m:dependencies/m:dependency", _POM_NAMESPACE):
        values = {
            key: node.findtext(f"m:{key}", "", _POM_NAMESPACE)
            for key in ("groupId", "artifactId", "version")
        }
        if values["artifactId"] in names:
            found.append(Artifact(values["groupId"], values["artifactId"], values["version"]))
    missing = set(names) - {dependency.name for dependency in found}
    if missing:
        raise NodeError(f"{coordinates} no longer declares {', '.join(sorted(missing))}")
    return found
