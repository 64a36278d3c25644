"""The words for what the library gives as values: durations, counts, statuses, hashes.

Example: `duration(63.2)` is `1 min 3 s`. Tests: tests/cli/test_wording.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from pivot.events import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MINUTE = 60
_HOUR = 3600

#: How each way to end looks on a terminal.
STYLES: Mapping[Status, str] = {
    Status.RAN: "green",
    Status.RESTORED: "cyan",
    Status.UNCHANGED: "bright_black",
    Status.FAILED: "red",
    Status.CANCELLED: "yellow",
}


_HASH = re.compile(r"([0-9a-f]{8})(?:[0-9a-f]{8}|[0-9a-f]{24})")
_CONTENT = re.compile(r"([0-9a-f]{8})[0-9a-f]*( executable)?(/)? (\d+) bytes")


def duration(seconds: float) -> str:
    """Give a time span as a person would say it."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE)} s"
    return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE)} min"


def counted(counts: Mapping[str, int]) -> str:
    """Give the numbers of stages by status: `2 ran, 3 unchanged`."""
    return ", ".join(
        click.style(f"{counts[status]} {status}", fg=STYLES[status])
        for status in Status
        if counts.get(status)
    )


def plural(number: int, noun: str) -> str:
    """Give a number of things: `1 stage`, `5 stages`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def columns(rows: Iterable[tuple[str, ...]], gap: int = 2) -> list[str]:
    """Align rows of texts, which may be styled, in columns."""
    table = list(rows)
    width = max((len(row) for row in table), default=0)
    padded = [(*row, *[""] * (width - len(row))) for row in table]
    widths = [max(len(click.unstyle(row[n])) for row in padded) for n in range(width)]
    return [
        "".join(
            cell + " " * (size + gap - len(click.unstyle(cell)))
            for cell, size in zip(row, widths, strict=True)
        ).rstrip()
        for row in padded
    ]


def short(text: str | None) -> str | None:
    """Shorten a hash, and name what a file's content consists of; leave other values alone."""
    if text is None:
        return None
    if found := _HASH.fullmatch(text):
        return found[1]
    if found := _CONTENT.fullmatch(text):
        short, executable, directory, size = found.groups()
        facts = ["directory"] * bool(directory) + ["executable"] * bool(executable)
        return f"{short} ({', '.join([*facts, plural(int(size), 'byte')])})"
    return text
