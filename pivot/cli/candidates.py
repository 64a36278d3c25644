"""What may be typed for a stage, a target or a setting: texts that go on from what is there.

Nothing here imports the pipeline, nor click: names come from what the last command that did import
it left behind (`pivot.store.names`). Each function is given the directory to start from, the word
that is begun, and the words before it that stand for the same; it gives texts, each with a
description or None, and raises `PivotError` or `OSError` where nothing is known. Example::

    dict(targets(Path.cwd(), "tr", ()))    # {"train": None, "trained.json": None}

Tests: tests/cli/test_completing.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.errors import PivotError
from pivot.paths import find_root

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from pivot.store.names import Names

    type Found = Iterator[tuple[str, str | None]]

_GLOB_SIGNS = "*?["


def stages(directory: Path, incomplete: str, typed: Collection[str]) -> Found:
    """Give the names of stages that are not typed yet; of a glob, the name that it means."""
    names = _names(directory).stages
    if any(sign in incomplete for sign in _GLOB_SIGNS):
        return _meant(names, incomplete)
    return beginning((name for name in names if name not in typed), incomplete)


def targets(directory: Path, incomplete: str, typed: Collection[str]) -> Found:
    """Give stages and, once something is typed, the paths of outputs: seldom one is meant."""
    yield from stages(directory, incomplete, typed)
    if incomplete:
        outputs = _names(directory).outputs
        yield from beginning((path for path in outputs if path not in typed), incomplete)


def settings(directory: Path, incomplete: str, typed: Collection[str] = ()) -> Found:
    """Give the keys of settings, those of the remotes that are set included."""
    from pivot.config import SETTINGS, load_settings

    try:
        table = load_settings(find_root(directory)).table
    except PivotError:
        table = SETTINGS  # outside of a project, or where a file has a mistake
    for setting in table:
        if setting.key.startswith(incomplete) and setting.key not in typed:
            yield setting.key, setting.description


def beginning(texts: Iterable[str], incomplete: str) -> Found:
    """Give those of the texts that begin as what is typed."""
    return ((text, None) for text in texts if text.startswith(incomplete))


def _names(directory: Path) -> Names:
    from pivot.store.layout import Layout
    from pivot.store.names import read_names

    return read_names(Layout(find_root(directory)))


def _meant(names: Iterable[str], glob: str) -> Found:
    """Give the name that a glob means, if it's just one: of several, the glob is to stay."""
    from fnmatch import fnmatchcase

    found = [name for name in names if fnmatchcase(name, glob) or fnmatchcase(name, f"{glob}*")]
    if len(found) == 1:
        yield found[0], None
