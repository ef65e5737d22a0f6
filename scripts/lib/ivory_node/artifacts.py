"""The cache of resolved artifacts: one folder per host version, complete or absent."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import host
from .console import say
from .errors import NodeError
from .maven import Artifact, Bundle, copy_bundles, optional_dependencies

# Part of the folder's name: raise it whenever what is assembled below changes.
LAYOUT = 1


def cache_root() -> Path:
    """IVORY_CACHE, else a folder that all can read for root, else the user's own cache."""
    asked = os.environ.get("IVORY_CACHE")
    if asked:
        return Path(asked).absolute()
    if os.geteuid() == 0:
        return Path("/var/tmp/ivory-cache")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ivory"


def host_distribution(version: str) -> Path:
    """A folder with lib/, agent/, lib/tools/plugin-cli/ and modules/ of the host."""
    return _cached(f"opensearch-{version}-{LAYOUT}", lambda work: _assemble_host(work, version))


def peer_distribution(version: str) -> Path:
    """A folder with what the k-NN peer adds to the host: modules/ and plugins/ (zips)."""
    distribution = host_distribution(version)
    return _cached(
        f"peer-{version}-{LAYOUT}", lambda work: _assemble_peer(work, version, distribution)
    )


def host_plugin(name: str, version: str) -> Path:
    """The zip of one of the host's own plugins, as its install command takes it."""
    distribution = host_distribution(version)
    folder = _cached(
        f"{name}-{version}-{LAYOUT}",
        lambda work: _assemble_plugin(work, host.HOST_PLUGINS[name], version, distribution),
    )
    return folder / f"{name}-{version}.zip"


def _cached(name: str, assemble: Callable[[Path], Path]) -> Path:
    root = cache_root()
    target = root / name
    root.mkdir(parents=True, exist_ok=True)
    owner = root.stat().st_uid
    if owner not in (0, os.geteuid()):
        raise NodeError(
            f"the cache {root} belongs to another user (uid {owner}): "
            "set IVORY_CACHE to a folder of yours"
        )
    if target.is_dir():
        return target
    with _locked(root / f".{name}.lock"):
        if target.is_dir():
            return target
        say(f"resolving {name.rpartition('-')[0]} with Maven (once; kept in {root})")
        work = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=root))
        try:
            result = assemble(work)
            _make_readable(result)
            # The rename is the stamp: a folder under its final name is complete.
            result.rename(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return target


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make_readable(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _jars(names: tuple[str, ...], group: str, version: str) -> list[Artifact]:
    return [Artifact(group, name, version) for name in names]


def _module_bundles(modules: tuple[host.Module, ...], version: str) -> list[Bundle]:
    return [
        Bundle(module.name, _jars(module.artifacts, host.PLUGIN_GROUP, version))
        for module in modules
    ]


def _assemble_host(work: Path, version: str) -> Path:
    server = Artifact(host.HOST_GROUP, host.LIB[0], version)
    optional = optional_dependencies(server, host.LIB_OPTIONAL, work)
    bundles = [
        Bundle("lib", _jars(host.LIB, host.HOST_GROUP, version) + optional),
        Bundle("agent", _jars(host.AGENT, host.HOST_GROUP, version)),
        Bundle("plugin-cli", _jars(host.PLUGIN_CLI, host.HOST_GROUP, version)),
        *_module_bundles(host.MODULES, version),
    ]
    maven = work / "maven"
    copy_bundles(bundles, maven)
    result = work / "result"
    result.mkdir()
    (maven / "lib" / "jars").rename(result / "lib")
    (maven / "agent" / "jars").rename(result / "agent")
    lib = _names(result / "lib")
    _move_jars(maven / "plugin-cli" / "jars", result / "lib" / "tools" / "plugin-cli", lib)
    _make_modules(host.MODULES, maven, result / "modules", lib, version)
    return result


def _assemble_peer(work: Path, version: str, distribution: Path) -> Path:
    zips = [
        Artifact(host.PLUGIN_GROUP, name, host.peer_version(version), "zip")
        for name in host.PEER_PLUGINS
    ]
    maven = work / "maven"
    copy_bundles([Bundle("plugins", zips), *_module_bundles(host.PEER_MODULES, version)], maven)
    result = work / "result"
    result.mkdir()
    (maven / "plugins" / "jars").rename(result / "plugins")
    _make_modules(
        host.PEER_MODULES, maven, result / "modules", _names(distribution / "lib"), version
    )
    return result


def _assemble_plugin(work: Path, plugin: host.Module, version: str, distribution: Path) -> Path:
    maven = work / "maven"
    copy_bundles(_module_bundles((plugin,), version), maven)
    modules = work / "modules"
    _make_modules((plugin,), maven, modules, _names(distribution / "lib"), version)
    result = work / "result"
    result.mkdir()
    target = result / f"{plugin.name}-{version}.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted((modules / plugin.name).iterdir()):
            archive.write(path, path.name)
    return result


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.jar")}


def _move_jars(source: Path, target: Path, known: set[str]) -> None:
    """Move the jars that the class path has not: the host refuses the same class twice."""
    target.mkdir(parents=True)
    for jar in source.glob("*.jar"):
        if jar.name not in known:
            jar.rename(target / jar.name)


def _make_modules(
    modules: tuple[host.Module, ...], maven: Path, target: Path, lib: set[str], version: str
) -> None:
    for module in modules:
        folder = target / module.name
        _move_jars(maven / module.name / "jars", folder, lib)
        (folder / "plugin-descriptor.properties").write_text(
            module.descriptor(version), encoding="utf-8"
        )
        if module.policy:
            (folder / "plugin-security.policy").write_text(module.policy, encoding="utf-8")
