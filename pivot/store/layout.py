"""Where everything is inside `.pivot`, and how that directory comes to be.

Nothing here reads or writes content; other modules get their paths from a `Layout`. Example::

    Layout(Path("/p")).lock_file("train")  # /p/.pivot/stages/train.lock

A stage's file is named after it; bytes that don't belong in a file's name are written as in a URL
(`%2F`). Tests: tests/store/test_layout.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.frozen import frozen
from pivot.hashing import hash_text
from pivot.store.atomic import write_atomically
from pivot.store.faults import storage_error

if TYPE_CHECKING:
    from pathlib import Path

_GITIGNORE = b"""\
# Everything here is local to this machine, except the stages' locks.
/*
!/.gitignore
!/stages/
*.tmp
"""
# File systems take names of 255 bytes; this leaves room for a suffix.
_LONGEST_NAME = 200


@frozen
class Layout:
    """The places inside the `.pivot` of the project at `root`, an absolute path."""

    root: Path

    @property
    def dot(self) -> Path:
        """The directory `.pivot` itself."""
        return self.root / ".pivot"

    @property
    def stages(self) -> Path:
        """The directory of the lock files, committed to git."""
        return self.root / ".pivot/stages"

    @property
    def blobs(self) -> Path:
        """The directory of the cache's blobs: `ab/cdef...` by hash."""
        return self.root / ".pivot/cache/files"

    @property
    def quarantine(self) -> Path:
        """The directory that corrupt blobs are moved to."""
        return self.root / ".pivot/cache/quarantine"

    @property
    def state(self) -> Path:
        """The LMDB environment; disposable."""
        return self.root / ".pivot/state.lmdb"

    @property
    def logs(self) -> Path:
        """The directory of what the stages printed; disposable."""
        return self.root / ".pivot/logs"

    @property
    def holds(self) -> Path:
        """The directory of the files that tell processes apart which run one stage."""
        return self.root / ".pivot/holds"

    @property
    def runs(self) -> Path:
        """The directory of the journals of the runs that are going on; disposable."""
        return self.root / ".pivot/runs"

    @property
    def names(self) -> Path:
        """The file of what the pipeline consisted of when it was imported last; disposable."""
        return self.root / ".pivot/names"

    @property
    def config(self) -> Path:
        """The file of local settings."""
        return self.root / ".pivot/config.yaml"

    def create(self) -> bool:
        """Make `.pivot` and its `.gitignore`; say whether they were missing.

        Raises `StorageError`.
        """
        ignore = self.root / ".pivot/.gitignore"
        if ignore.exists():
            return False
        try:
            self.dot.mkdir(exist_ok=True)
        except OSError as error:
            raise storage_error(error, "make the directory", self.dot) from error
        write_atomically(ignore, _GITIGNORE)
        return True

    def lock_file(self, stage: str) -> Path:
        """Give the path of a stage's lock."""
        return self.stages / f"{_file_name(stage)}.lock"

    def log_file(self, stage: str) -> Path:
        """Give the path of what a stage printed when it ran last."""
        return self.logs / f"{_file_name(stage)}.log"

    def hold_file(self, stage: str) -> Path:
        """Give the path of the file that whoever runs the stage holds."""
        return self.holds / f"{_file_name(stage)}.hold"


def _file_name(stage: str) -> str:
    if stage.isidentifier() and stage.isascii() and len(stage) <= _LONGEST_NAME:
        return stage
    from urllib.parse import quote  # only odd names need it

    name = quote(stage, safe="@=,+ ()[]{}", errors="surrogatepass")
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 17]}-{hash_text(stage)}"
    return name
