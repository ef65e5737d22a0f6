"""Installs plugin zips by the host's own command, and only those that changed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from . import host
from .account import Account
from .artifacts import host_plugin, peer_distribution
from .config import home_arguments
from .console import say, tail
from .errors import NodeError
from .project import newest_plugin
from .state import Folder, Options, State

DESCRIPTOR = "plugin-descriptor.properties"


@dataclass(frozen=True)
class PluginZip:
    """A zip, the name that its descriptor gives it, and a hash of its bytes."""

    path: Path
    name: str
    digest: str


def inspect(path: Path) -> PluginZip:
    """Read a plugin zip's name; refuses a file that is none."""
    try:
        data = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            descriptor = archive.read(DESCRIPTOR).decode("utf-8")
    except OSError as error:
        raise NodeError(f"the plugin {path} cannot be read: {error.strerror}") from None
    except zipfile.BadZipFile:
        raise NodeError(f"the plugin {path} is not a zip file") from None
    except KeyError:
        raise NodeError(f"the plugin {path} has no {DESCRIPTOR} at its root") from None
    for line in descriptor.splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "name" and value.strip():
            return PluginZip(path, value.strip(), hashlib.sha256(data).hexdigest())
    raise NodeError(f"the plugin {path} has a {DESCRIPTOR} without a name")


def wanted(options: Options, version: str) -> list[PluginZip]:
    """The zips that the options ask for, in the order of installation."""
    paths = []
    if options.peer:
        zips = peer_distribution(version) / "plugins"
        paths += [zips / f"{name}-{host.peer_version(version)}.zip" for name in host.PEER_PLUGINS]
    paths += [host_plugin(name, version) for name in options.host_plugins]
    if options.plugin == "newest":
        paths.append(newest_plugin())
    elif options.plugin != "none":
        paths.append(Path(options.plugin))
    return [inspect(path) for path in paths]


def changed(state: State, plugins: list[PluginZip]) -> bool:
    """Whether what is installed differs from what is wanted."""
    return state.plugins != {plugin.name: plugin.digest for plugin in plugins}


def synchronise(
    folder: Folder, state: State, plugins: list[PluginZip], account: Account, java: Path
) -> None:
    """Remove what is not wanted or has changed, then install what is missing. No node may run."""
    keep = {plugin.name: plugin.digest for plugin in plugins}
    for name in [name for name, digest in state.plugins.items() if keep.get(name) != digest]:
        say(f"removing plugin {name}")
        _command(folder, account, java, ["remove", "--purge", name])
        del state.plugins[name]
        folder.save(state)
    missing = [plugin for plugin in plugins if plugin.name not in state.plugins]
    if not missing:
        return
    staging = folder.path / "install"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        # The node's user may not be able to read the folder that the zip lies in.
        copies = [shutil.copyfile(plugin.path, staging / plugin.path.name) for plugin in missing]
        for copy in copies:
            copy.chmod(0o644)
        say("installing " + ", ".join(f"{plugin.name} ({plugin.path.name})" for plugin in missing))
        _command(folder, account, java, ["install", "--batch", *(copy.as_uri() for copy in copies)])
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    state.plugins.update({plugin.name: plugin.digest for plugin in missing})
    folder.save(state)


def _command(folder: Folder, account: Account, java: Path, arguments: list[str]) -> None:
    lib = folder.home / "lib"
    done = subprocess.run(
        [
            str(java),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            *home_arguments(folder.home, folder.home / "config"),
            "-cp",
            f"{lib}/*:{lib / 'tools' / 'plugin-cli'}/*",
            host.PLUGIN_CLI_CLASS,
            *arguments,
        ],
        cwd=folder.path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **account.popen_arguments(),
    )
    if done.returncode != 0:
        what = " ".join(arguments[:2])
        raise NodeError(f"the host's plugin command failed ({what} …):\n{tail(done.stdout, 25)}")
