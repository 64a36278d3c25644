"""Where does DVC keep what was made? In the cache of its repository, as that is set.

The repository is the nearest directory upward with a `.dvc` in it; its cache is `.dvc/cache`, if
`.dvc/config` or `.dvc/config.local` don't name another one. In it lies each content under its MD5,
as `files/md5/ab/cdef...`, read-only. Example: `Repository.around(root).place(md5)`.
Tests: tests/test_repository.py.
"""

from __future__ import annotations

import configparser
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import UsageError
from pivot.store.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG = "config"
_READ_ONLY = 0o444
_WRITABLE = 0o222


@dataclass(frozen=True, slots=True)
class Repository:
    """A project that DVC looks after."""

    root: Path
    cache: Path

    @classmethod
    def around(cls, directory: Path) -> Repository:
        """Give the repository that a directory is in; raise `UsageError` if it is in none."""
        for root in (directory, *directory.parents):
            if (root / ".dvc").is_dir():
                return cls(root, _cache(root / ".dvc"))
        raise UsageError(f"{directory} is in no DVC repository", hint="'dvc init' makes one")

    def place(self, md5: str) -> Path:
        """Give the path of a content in the cache."""
        return self.cache / "files" / "md5" / md5[:2] / md5[2:]

    def keep(self, contents: Mapping[str, Path | bytes]) -> None:
        """Put contents into the cache that are not there yet."""
        for md5, content in contents.items():
            place = self.place(md5)
            if not place.exists():
                _put(place, content)


def _cache(directory: Path) -> Path:
    """Give what the settings in a `.dvc` directory say of the cache, the last word first."""
    for name in ("config.local", CONFIG):
        config = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            config.read(directory / name, "utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            raise UsageError(f"{directory / name} is no file of settings: {reason}") from error
        named = config.get("cache", "dir", fallback=None)
        if named:
            return directory / Path(named).expanduser()
    return directory / "cache"


def _put(place: Path, content: Path | bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        write_atomically(place, content)
        place.chmod(_READ_ONLY)
        return
    real = content.resolve()
    # A file that nobody writes to is linked from Pivot's cache, and need not be there twice.
    if not real.stat().st_mode & _WRITABLE and _link(real, place):
        return
    unfinished = place.with_name(f"{place.name}.{os.getpid()}.unfinished")
    shutil.copyfile(real, unfinished)
    unfinished.chmod(_READ_ONLY)
    unfinished.replace(place)


def _link(file: Path, place: Path) -> bool:
    try:
        place.hardlink_to(file)
    except OSError:  # on another file system, or one without such links
        return False
    return True
