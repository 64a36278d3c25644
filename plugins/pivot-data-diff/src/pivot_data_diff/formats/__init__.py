"""Which formats of data files there are, and how a file of each is opened as a table.

A format goes by the suffix of its files, in lower case; a further `.gz` does not matter. Others are
added by the entry-point group `pivot_data_diff.formats`: the entry's name is the suffix without its
dot, and its object a function that takes the path of a file (whose own name may be any) and gives a
`Table`, or raises `FormatError`. Only the one that is needed is imported. Tests:
tests/formats/test_formats.py.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import cast

from pivot.errors import PluginError
from pivot_data_diff.errors import FormatError, UnsupportedFormatError
from pivot_data_diff.table import Table

type OpenTable = Callable[[Path], Table]

GROUP = "pivot_data_diff.formats"
_HOME = "pivot_data_diff.formats"

#: Suffix -> where the function is. Parquet must not be imported by who has no pyarrow.
BUILT_IN = {
    "csv": f"{_HOME}.delimited:open_csv",
    "json": f"{_HOME}.json_file:open_json",
    "jsonl": f"{_HOME}.json_file:open_json_lines",
    "ndjson": f"{_HOME}.json_file:open_json_lines",
    "parquet": f"{_HOME}.parquet:open_parquet",
    "tsv": f"{_HOME}.delimited:open_tsv",
}


def format_of(path: str) -> str | None:
    """Give the name of a file's format, or None if there is none for its suffix."""
    name = PurePosixPath(path).name.lower().removesuffix(".gz")
    suffix = PurePosixPath(name).suffix.removeprefix(".")
    return suffix if suffix in BUILT_IN or suffix in _added() else None


def open_table(path: str, file: Path) -> Table:
    """Open `file` as the format that `path`, its name in the project, says.

    Raises `UnsupportedFormatError`, `FormatError` if it is not what it should be, `OSError`, and
    `PluginError` if the format's plugin is broken.
    """
    name = format_of(path)
    if name is None:
        known = ", ".join(sorted({*BUILT_IN, *_added()}))
        raise UnsupportedFormatError(
            f"{path}: no format is known for this kind of file", hint=f"the formats are {known}"
        )
    opener = _find(name)
    try:
        return opener(file)
    except RecursionError as error:
        raise FormatError("values are nested too deeply") from error


def _find(name: str) -> OpenTable:
    entries = _added().get(name, ())
    if len(entries) + (name in BUILT_IN) > 1:
        claimants = [_origin(entry) for entry in entries]
        owners = " and ".join([*(["pivot-data-diff"] if name in BUILT_IN else []), *claimants])
        raise PluginError(
            f"the data format {name!r} is provided by {owners}", hint="uninstall all but one"
        )
    if not entries:
        module, _, attribute = BUILT_IN[name].partition(":")
        return getattr(importlib.import_module(module), attribute)
    (entry,) = entries
    try:
        opener = entry.load()
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{_origin(entry)} is broken: the data format {name!r} can't be imported: "
            f"{type(error).__name__}: {error}"
        ) from error
    if not callable(opener):
        raise PluginError(f"{_origin(entry)} is broken: {entry.value} is not a function")
    return cast("OpenTable", opener)


def _origin(entry: metadata.EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value


@functools.cache
def _added() -> dict[str, tuple[metadata.EntryPoint, ...]]:
    """Give the entry points of others by suffix."""
    found: dict[str, tuple[metadata.EntryPoint, ...]] = {}
    for entry in metadata.entry_points(group=GROUP):
        found[entry.name] = (*found.get(entry.name, ()), entry)
    return found
