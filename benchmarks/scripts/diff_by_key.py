"""Compares two CSV files by the column `id` with the tool that is named, and prints what it found.

`diff_by_key.py TOOL BEFORE AFTER` prints JSON: the keys of rows that were added and removed, and of
modified ones each with the column of a modified cell, as [key, column]; only how many of each with
`--count`. Each tool is used as its own documentation shows it. Columns that one side lacks are a
matter of the schema, and left aside. It runs with the Python of the environment that has the tool.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

KEY = "id"

type Found = tuple[list[str], list[str], list[tuple[str, str]]]


def with_pivot(before: str, after: str) -> Found:
    """Use the library of the plugin; a notation in its result is that of the value."""
    from pivot_data_diff import Options, compare
    from pivot_data_diff.formats import open_table
    from pivot_data_diff.result import Kind

    tables = (open_table(file, Path(file)) for file in (before, after))
    found = compare(*tables, Options(keys=(KEY,), memory=1 << 40))
    keys = {
        kind: [str(change.key[0]) for change in found.rows or () if change.kind is kind]
        for kind in Kind
    }
    cells = [(str(row.key[0]), name) for row in found.rows or () for name in row.changed]
    return keys[Kind.ADDED], keys[Kind.REMOVED], cells


def with_pandas(before: str, after: str) -> Found:
    """Align both frames first, as `DataFrame.compare` takes only such as have the same labels."""
    import pandas as pd

    old, new = (pd.read_csv(file).set_index(KEY) for file in (before, after))
    columns = [name for name in old.columns if name in new.columns]
    common = old.index.intersection(new.index)
    changes = old.loc[common, columns].compare(new.loc[common, columns], keep_shape=True)
    stated = changes.notna()
    cells = [
        # What it calls the second column of a name.
        (str(key), name.replace(".1", " (2)"))
        for name in columns
        for key in changes.index[stated[name].any(axis=1)]  # pyright: ignore[reportAttributeAccessIssue] - pandas has no types here
    ]
    added = list(map(str, new.index.difference(old.index)))
    return added, list(map(str, old.index.difference(new.index))), cells


def with_daff(before: str, after: str) -> Found:
    """Read the table that it writes for people: a row's first cell says what happened to it."""
    import daff  # pyright: ignore[reportMissingImports] - it's in an environment of its own

    tables = []
    for file in (before, after):
        with Path(file).open(newline="", encoding="utf-8") as stream:
            tables.append(daff.PythonTableView(list(csv.reader(stream))))
    flags = daff.CompareFlags()
    flags.ids = [KEY]
    flags.show_unchanged = flags.ordered = False
    flags.unchanged_context = 0
    rows: list[list[str]] = []
    alignment = daff.Coopy.compareTables(*tables, flags).align()
    daff.TableDiff(alignment, flags).hilite(daff.PythonTableView(rows))
    rows = [row for row in rows if row[0] != "!"]
    if not rows:
        return [], [], []
    header = rows[0]
    if KEY not in header:
        raise ValueError("takes the names for a row")
    place = header.index(KEY)
    added = [row[place] for row in rows if row[0] == "+++"]
    removed = [row[place] for row in rows if row[0] == "---"]
    cells = [
        (row[place], name)
        for row in rows
        if row[0].endswith("->")
        for name, cell in zip(header[1:], row[1:], strict=True)
        if cell and row[0] in cell
    ]
    return added, removed, cells


def with_csv_diff(before: str, after: str) -> Found:
    """Use its two functions; rows of its result have all their values."""
    from csv_diff import (  # pyright: ignore[reportMissingImports] - it's in an environment of its own
        compare,
        load_csv,
    )

    sides = []
    for file in (before, after):
        with Path(file).open(newline="", encoding="utf-8") as stream:
            sides.append(load_csv(stream, key=KEY))
    found = compare(*sides)
    cells = [(row["key"], name) for row in found["changed"] for name in row["changes"]]
    added, removed = ([row[KEY] for row in found[what]] for what in ("added", "removed"))
    return added, removed, cells


TOOLS = {
    "pivot": with_pivot,
    "pandas": with_pandas,
    "daff": with_daff,
    "csv-diff": with_csv_diff,
}


def main(tool: str, before: str, after: str, *options: str) -> None:
    """Print what a tool found."""
    found = TOOLS[tool](before, after)
    shown = [len(part) for part in found] if "--count" in options else [sorted(p) for p in found]
    sys.stdout.write(f"{json.dumps(shown)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
