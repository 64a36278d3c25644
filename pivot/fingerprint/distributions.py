"""Which installed distribution does a file belong to? The answer has its name and version.

Asked of one file at a time: the answer is looked for where the file lies (its site directory), by
the name of its top-level package first, and in the lists of installed files (`RECORD`) only if that
fails; scanning every distribution would take half a second. A distribution that was installed from
a directory is marked as such: its version does not change when its code does. Tests:
tests/fingerprint/test_distributions.py.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

from pivot.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path

_SITE_NAMES = frozenset({"site-packages", "dist-packages"})
_METADATA_SUFFIXES = (".dist-info", ".egg-info")
_NAME_LIMIT = 4096


@frozen
class Distribution:
    """An installed distribution: its normalised name (`scikit-learn`) and version."""

    name: str
    version: str
    #: Whether it was installed from a directory or a local file.
    local: bool = False


class Distributions:
    """Finds the distribution of a file; remembers what it read."""

    def __init__(self) -> None:
        self._sites: dict[Path, _Site] = {}

    def of_file(self, file: Path) -> Distribution | None:
        """Give the distribution that installed a file, None if no metadata tells."""
        for parent in file.parents:
            if parent.name in _SITE_NAMES:
                return self.of_site_file(parent, file)
        return None

    def of_site_file(self, site: Path, file: Path) -> Distribution | None:
        """Give the distribution that installed a file below the directory `site`."""
        if site not in self._sites:
            self._sites[site] = _Site(site)
        return self._sites[site].owner(file.relative_to(site).as_posix())


class _Site:
    """One directory of installed packages."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._metadata = _metadata_directories(directory)
        self._owners: dict[str, Distribution | None] = {}
        self._providers: dict[str, list[Path]] | None = None

    def owner(self, file: str) -> Distribution | None:
        top = file.partition("/")[0].partition(".")[0]
        # Distributions may share a namespace package: then only the very file tells.
        shared = "/" in file and not (self.directory / top / "__init__.py").exists()
        key = file if shared else top
        if key not in self._owners:
            found = self._by_file(top, file) if shared else self._by_package(top)
            self._owners[key] = _read(found) if found else None
        return self._owners[key]

    def _by_package(self, top: str) -> Path | None:
        guess = self._metadata.get(_normalised(top))
        if guess and top in _tops(guess):
            return guess
        return next(iter(self._all_providers().get(top, ())), None)

    def _by_file(self, top: str, file: str) -> Path | None:
        providers = self._all_providers().get(top, ())
        listed = (one for one in providers if f"\n{file}," in "\n" + _listing(one))
        return next(listed, providers[0] if len(providers) == 1 else None)

    def _all_providers(self) -> dict[str, list[Path]]:
        if self._providers is None:
            self._providers = {}
            for directory in self._metadata.values():
                for top in _tops(directory):
                    self._providers.setdefault(top, []).append(directory)
        return self._providers


def _metadata_directories(site: Path) -> dict[str, Path]:
    try:
        names = sorted(os.listdir(site))  # noqa: PTH208 - a path for each takes ten times as long
    except OSError:
        return {}
    found = (name for name in names if name.endswith(_METADATA_SUFFIXES))
    return {_normalised(name.partition("-")[0]): site / name for name in found}


def _normalised(name: str) -> str:
    """Give a distribution's name as PEP 503 compares it."""
    clean = name.replace("_", "-").replace(".", "-").lower()
    return re.sub("-+", "-", clean) if "--" in clean else clean


def _tops(metadata: Path) -> set[str]:
    """Give the names of the packages and modules that a distribution put beside its metadata."""
    lines = _listing(metadata).splitlines() or _text(metadata / "top_level.txt").splitlines()
    firsts = {line.partition(",")[0].partition("/")[0] for line in lines}
    return {first.partition(".")[0] for first in firsts if not first.endswith(_METADATA_SUFFIXES)}


def _listing(metadata: Path) -> str:
    return _text(metadata / "RECORD")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeError):
        return ""


def _read(metadata: Path) -> Distribution:
    text = _text(metadata / "METADATA") or _text(metadata / "PKG-INFO")
    head = text[:_NAME_LIMIT]
    stem = metadata.name.rpartition(".")[0]
    name = re.search(r"^Name:\s*(\S+)", head, re.MULTILINE)
    version = re.search(r"^Version:\s*(\S+)", head, re.MULTILINE)
    return Distribution(
        _normalised(name[1] if name else stem.partition("-")[0]),
        version[1] if version else stem.partition("-")[2] or "unknown",
        _is_local(metadata),
    )


def _is_local(metadata: Path) -> bool:
    try:
        url = json.loads(_text(metadata / "direct_url.json")).get("url", "")
    except (ValueError, AttributeError):
        return False
    return isinstance(url, str) and url.startswith("file:")
