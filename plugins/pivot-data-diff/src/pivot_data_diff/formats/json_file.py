"""JSON and JSONL files as tables of values.

A JSON file is a list of objects, one a row, or a single object, which is the only row. A JSONL file
has an object on each line; blank lines don't count. The columns are the keys in the order in which
they first occur; a key that is missing is the same as null. A list is read object by object, so
that it need not fit into memory. Tests: tests/formats/test_json_file.py.
"""

from __future__ import annotations

import itertools
import json
import re
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from pivot_data_diff.errors import FormatError
from pivot_data_diff.formats.text_file import DAMAGED, TextFile, marked_encoding
from pivot_data_diff.table import RecordTable, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

type Record = dict[str, Any]

_CHUNK = 1 << 16
_LONGEST_RECORD = 1 << 28
# Where JSON breaks off, the error is at the end of what was read, or it is the text that was begun.
# This is longer than the longest token but texts and numbers: -Infinity, or \uD834\uDD1E.
_TOKEN = 16
_SPACE = re.compile(r"[ \t\n\r]*")
_KINDS = {str: "a text", list: "a list", bool: "true or false", type(None): "null"}


def open_json(path: Path) -> Table:
    """Open a JSON file."""
    return _open(path, _array_records)


def open_json_lines(path: Path) -> Table:
    """Open a JSONL file."""
    return _open(path, _line_records)


def _open(path: Path, records: Callable[[IO[str]], Iterator[Record]]) -> Table:
    def stream() -> Iterator[Record]:
        try:
            with TextFile(path, marked_encoding(path) or "utf-8").open() as text:
                yield from records(text)
        except UnicodeDecodeError as error:
            raise FormatError(f"the file is not {error.encoding}: {error.reason}") from error
        except DAMAGED as error:
            raise FormatError(f"the file is not sound gzip: {error}") from error

    return RecordTable(stream)


def _line_records(stream: IO[str]) -> Iterator[Record]:
    for number, line in enumerate(stream, 1):
        if line.isspace():
            continue
        try:
            value = _decode(line, 0)[0]
        except json.JSONDecodeError as error:
            raise FormatError(f"line {number} is not JSON: {error.msg}") from error
        if not isinstance(value, dict):
            raise FormatError(f"line {number} is {_kind(value)}, and not an object")
        yield value


def _array_records(stream: IO[str]) -> Iterator[Record]:
    text = _Text(stream)
    first = text.peek()
    if first == "[":
        text.skip()
        yield from _elements(text)
    elif first:
        yield _object(text.value(), "the file")
    if text.peek():
        raise FormatError(f"line {text.line} is not JSON: there is more after the end")


def _elements(text: _Text) -> Iterator[Record]:
    if text.peek() == "]":
        text.skip()
        return
    for number in itertools.count(1):
        yield _object(text.value(), f"item {number}")
        mark = text.peek()
        text.skip()
        if mark == "]":
            return
        if mark != ",":
            raise FormatError(f"line {text.line} is not JSON: Expecting ',' or ']'")


def _object(value: object, what: str) -> Record:
    if isinstance(value, dict):
        return value
    raise FormatError(
        f"{what} is {_kind(value)}, and not an object",
        hint="a table in JSON is a list of objects, or one object",
    )


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a number")


class _Text:
    """A text that is read piece by piece, and forgotten once it has been used."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._text = ""
        self._place = 0
        self._ended = False
        self._lines = 1

    @property
    def line(self) -> int:
        """The line that the next character stands on."""
        return self._lines + self._text.count("\n", 0, self._place)

    def peek(self) -> str:
        """Give the next character that is no space, or nothing at the end."""
        while True:
            self._place = _after_space(self._text, self._place)
            if self._place < len(self._text):
                return self._text[self._place]
            if self._ended:
                return ""
            self._more(_CHUNK)

    def skip(self) -> None:
        """Go beyond the character that `peek` gave."""
        self._place += 1

    def value(self) -> object:
        """Give the next value."""
        self.peek()
        wanted = _CHUNK
        while True:
            try:
                value, end = _decode(self._text, self._place)
            except json.JSONDecodeError as error:
                if self._ended or not self._breaks_off(error):
                    line = self._lines + error.lineno - 1
                    raise FormatError(f"line {line} is not JSON: {error.msg}") from error
            else:
                # A number may go on in the next piece.
                if end < len(self._text) or self._ended:
                    self._place = end
                    return value
            # Twice as much each time, as all is decoded again.
            self._more(wanted)
            wanted *= 2

    def _breaks_off(self, error: json.JSONDecodeError) -> bool:
        if len(self._text) - self._place > _LONGEST_RECORD:
            return False
        return error.msg.startswith("Unterminated") or error.pos > len(self._text) - _TOKEN

    def _more(self, characters: int) -> None:
        piece = self._stream.read(characters)
        self._ended = not piece
        self._lines += self._text.count("\n", 0, self._place)
        self._text = self._text[self._place :] + piece
        self._place = 0


def _after_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _long_integer(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:  # Python reads no more than 4300 digits
        return Decimal(text)


_decoder = json.JSONDecoder()
_slow_decoder = json.JSONDecoder(parse_int=_long_integer)


def _decode(text: str, start: int) -> tuple[Any, int]:
    try:
        return _decoder.raw_decode(text, start)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return _slow_decoder.raw_decode(text, start)
