"""How `pivot config get/set/unset` reads and changes `.pivot/config.yaml`.

Tests: tests/config/test_local.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.config.editing import with_value, without_key
from pivot.config.entry import read_file
from pivot.config.layers import parse
from pivot.config.settings import find_setting
from pivot.config.yaml_layer import LOCAL_FILE, parse_yaml
from pivot.store.atomic import write_atomically

if TYPE_CHECKING:
    from pathlib import Path


def get_setting(root: Path, key: str) -> object:
    """Give what the local file says for a key, None if it says nothing.

    Raises `ConfigError` for an unknown key or a file that isn't YAML; the value is not checked.
    """
    find_setting(key)
    entries = parse_yaml(_text(root))
    return next((entry.value for entry in entries if entry.key == key), None)


def set_setting(root: Path, key: str, text: str) -> None:
    """Write into the local file what a text stands for; make the file if there is none.

    Raises `ConfigError` if there's no such key, or the text is not allowed for it.
    """
    value = parse(find_setting(key), text)
    plain = list(value) if isinstance(value, tuple) else value
    _write(root, with_value(_text(root), key, plain))


def unset_setting(root: Path, key: str) -> bool:
    """Remove a key from the local file; say whether it was there."""
    find_setting(key)
    before = _text(root)
    if not any(entry.key == key for entry in parse_yaml(before)):
        return False
    _write(root, without_key(before, key))
    return True


def _text(root: Path) -> str:
    return read_file(root / LOCAL_FILE, LOCAL_FILE) or ""


def _write(root: Path, text: str) -> None:
    write_atomically(root / LOCAL_FILE, text.encode())
