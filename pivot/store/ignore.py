"""Which files of a directory don't count: those that the project's `.pivotignore` names.

The file has the syntax of a `.gitignore`, and its patterns are relative to the project. Nothing is
left out unless it says so. Example: the line `*.tmp` leaves `out/a.tmp` out of the directory `out/`
wherever that is hashed, cached and restored. Tests: tests/store/test_ignore.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.errors import ConfigError, Place
from pivot.store.faults import storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".pivotignore"


class Ignore:
    """The patterns of the project at `root`, read when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self._file = root / IGNORE_FILE
        self._spec: GitIgnoreSpec | None = None
        self._read = False

    def __call__(self, path: str, *, directory: bool = False) -> bool:
        """Say whether an artifact, by its path from the project's root, is to be left out.

        Raises `ConfigError` if the file holds what is no pattern, `StorageError` if it can't be
        read.
        """
        if not self._read:
            self._spec = self._load()
            self._read = True
        if self._spec is None:
            return False
        return self._spec.match_file(f"{path}/" if directory else path)

    def _load(self) -> GitIgnoreSpec | None:
        try:
            lines = self._file.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise ConfigError("this is not UTF-8 text", where=Place(IGNORE_FILE, 1)) from None
        except OSError as error:
            raise storage_error(error, "read", self._file) from error
        for number, line in enumerate(lines, 1):
            try:
                _spec([line])
            except ValueError as error:
                raise ConfigError(str(error), where=Place(IGNORE_FILE, number)) from None
        return _spec(lines)


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """Give a function that says whether a path is meant by some patterns, as in git's files."""
    return _spec(globs).match_file


def _spec(globs: Iterable[str]) -> GitIgnoreSpec:
    # Only a project that has patterns pays for the imports.
    import warnings

    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        # Of `[[`, which in a regular expression may mean something else in times to come.
        warnings.simplefilter("ignore", FutureWarning)
        return GitIgnoreSpec.from_lines(globs)
