"""`pivot schema`: what editors check pivot.yaml with. Tests: tests/cli/commands/test_schema.py."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from pivot.cli.terminal import complain, say
from pivot.errors import UsageError

_STDOUT = "-"


@click.command("schema", short_help="Print a JSON Schema of pivot.yaml, for editors.")
@click.option("-o", "--output", metavar="FILE", help="Write this file ('-': standard output).")
def schema(output: str | None) -> None:
    """Print a JSON Schema (draft 2020-12) of pivot.yaml, with which editors complete and check it.

    \b
    pivot schema -o pivot.schema.json
    # yaml-language-server: $schema=pivot.schema.json

    The second line is for the top of pivot.yaml.
    """  # noqa: D301 - the control character tells click not to rewrap what follows
    # Late: nobody else needs it.
    from pivot.discovery.schema import stage_file_schema

    found = stage_file_schema()
    text = json.dumps(found, indent=2)
    if output is None or output == _STDOUT:
        say(text)
    elif _write(Path(output), f"{text}\n", found["title"]):
        complain(f"wrote {os.path.relpath(output)}")
    else:
        complain(f"unchanged: {os.path.relpath(output)}")


def _write(file: Path, text: str, title: str) -> bool:
    """Write the schema, unless the file has it already; say whether it was written."""
    from pivot.store.atomic import write_atomically  # as above
    from pivot.store.faults import storage_error

    try:
        old = file.read_bytes()
    except FileNotFoundError:
        old = None
    except OSError as error:
        raise storage_error(error, "read", file) from error
    if old == text.encode():
        return False
    if old is not None and not _is_schema(old, title):
        message = f"{file} was not written by 'pivot schema', and would be lost"
        raise UsageError(message, hint="name another file")
    write_atomically(file, text.encode())
    return True


def _is_schema(data: bytes, title: str) -> bool:
    """Whether a file is a schema that some version of Pivot wrote."""
    try:
        found = json.loads(data)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("title") == title
