"""One setting as a file says it, before anybody has checked it.

Tests: tests/config/test_entry.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.errors import ConfigError, Place
from pivot.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path


@frozen
class Entry:
    """A key, the value that is written for it, and where."""

    key: str
    value: object
    place: Place


def read_file(path: Path, name: str) -> str | None:
    """Give the text of a file of settings, None if there's none; `name` is for error messages."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise ConfigError("the file is not UTF-8 text", where=Place(name, 1)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"the file can't be read: {reason}", where=Place(name, 1)) from error
