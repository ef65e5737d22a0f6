"""What the checkout says: the host's version and the newest plugin zip."""

from __future__ import annotations

from pathlib import Path

from .errors import NodeError

ROOT = Path(__file__).resolve().parents[3]
VERSION_PROPERTY = "opensearchVersion"
DISTRIBUTIONS = ROOT / "build" / "distributions"


def host_version() -> str:
    """The OpenSearch version that the build names in gradle.properties."""
    properties = ROOT / "gradle.properties"
    for line in properties.read_text(encoding="utf-8").splitlines():
        key, separator, value = line.partition("=")
        if separator and key.strip() == VERSION_PROPERTY:
            return value.strip()
    raise NodeError(f"{properties} does not set {VERSION_PROPERTY}")


def newest_plugin() -> Path:
    """The plugin zip that the last build left."""
    zips = sorted(DISTRIBUTIONS.glob("ivory-*.zip"), key=lambda path: path.stat().st_mtime)
    if not zips:
        raise NodeError(
            f"no ivory-*.zip in {DISTRIBUTIONS}: run scripts/build, or name one with --plugin"
        )
    return zips[-1]
