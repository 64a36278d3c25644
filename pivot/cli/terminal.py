"""How text reaches a person: to which stream, and whether in colour.

Renderers style their text with `click.style`; here the styles are dropped where they would be
noise: in a pipe, on a `TERM=dumb`, with `NO_COLOR` (no-color.org). `FORCE_COLOR` keeps them
anywhere. Tests: tests/cli/test_terminal.py.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_terminal(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether a stream is a terminal on which the cursor can be moved."""
    return stream.isatty() and environ.get("TERM") != "dumb"


def in_colour(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether a stream should get colours."""
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or is_terminal(stream, environ)


def say(text: str) -> None:
    """Print a result to standard output."""
    click.echo(text, color=in_colour(sys.stdout))


def complain(text: str) -> None:
    """Print what is said about the work, not its result, to standard error."""
    click.echo(text, err=True, color=in_colour(sys.stderr))


def speaks_unicode(stream: TextIO) -> bool:
    """Say whether lines can be drawn with box characters."""
    encoding = getattr(stream, "encoding", None) or "ascii"
    return encoding.lower().replace("-", "") in {"utf8", "utf16"}
