"""Which stages and outputs does the pipeline have? As far as that is known without importing it.

The *names* are a small file that whoever has imported the pipeline leaves in `.pivot`: what a shell
completes comes from there. Names of stages are also those of the locks that came since, as from a
colleague. It is disposable, and one of another version is taken for none. Example::

    write_names(layout, Names(("train",), ("model.pkl",)))
    read_names(layout).stages    # ("train",)

Tests: tests/store/test_names.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pivot.errors import StorageError
from pivot.frozen import frozen
from pivot.store.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.store.layout import Layout

_FIRST = "pivot names 1"
_STAGE = "stage "
_OUTPUT = "output "
_LOCK = ".lock"


@frozen
class Names:
    """The names of the stages and the paths of the outputs, both in the pipeline's order."""

    stages: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


def write_names(layout: Layout, names: Names) -> None:
    """Leave the names for `read_names`, if they aren't there and there is a `.pivot`."""
    lines = [_STAGE + name for name in names.stages]
    # A path with a line end can't be typed either.
    lines += [_OUTPUT + path for path in names.outputs if path.isprintable()]
    data = "\n".join([_FIRST, *lines, ""]).encode("utf-8", "surrogateescape")
    if _read(layout) == data or not layout.dot.is_dir():
        return
    try:
        write_atomically(layout.names, data)
    except StorageError:
        return  # who may only read the project has no use for it


def read_names(layout: Layout) -> Names:
    """Give the names that are known."""
    data = _read(layout)
    first, *lines = (data or b"").decode("utf-8", "surrogateescape").split("\n")
    if first != _FIRST:
        return Names(tuple(_locked(layout, 0)))
    stages = _after(lines, _STAGE)
    known = set(stages)
    newer = _locked(layout, layout.names.stat().st_mtime_ns, known)
    return Names((*stages, *newer), _after(lines, _OUTPUT))


def _after(lines: list[str], start: str) -> tuple[str, ...]:
    return tuple(line.removeprefix(start) for line in lines if line.startswith(start))


def _locked(layout: Layout, since: int, known: set[str] | None = None) -> Iterator[str]:
    """Give the other stages that have locks, of which the file was written since a time."""
    try:
        entries = sorted(os.scandir(layout.stages), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        name = entry.name.removesuffix(_LOCK)
        if name == entry.name:
            continue
        if "%" in name:
            from urllib.parse import unquote  # only odd names need it

            name = unquote(name)
        if name not in (known or ()) and entry.stat().st_mtime_ns >= since:
            yield name


def _read(layout: Layout) -> bytes | None:
    try:
        return layout.names.read_bytes()
    except OSError:
        return None
