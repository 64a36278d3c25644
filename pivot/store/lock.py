"""What a stage was when it last ran well: its lock file, committed to git.

JSON with sorted keys and one entry a line, so that a change is a small diff and a merge conflict is
a small conflict::

    {
      "algorithm": "xxh64",
      "code": {
        "pipeline:train": "5995c853a1b2c3d4"
      },
      "deps": [
        {"hash": "d24ec4f1a98c6e5b", "name": "data", "path": "data.csv", "size": 4}
      ],
      "outs": [],
      "params": {
        "rate": 0.1
      },
      "stage": "train",
      "traced": {},
      "version": 1
    }

A stage whose outputs grow also has `base`, what they grew from, which needs version 2. One of which
a person said that a change of its code makes no difference has `accepted`: what the code was by
which its outputs were made; that needs version 3.
A lock that is read is not trusted: it comes from git, from people, from merges. Tests:
tests/store/test_lock.py.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from dataclasses import field
from typing import TYPE_CHECKING, Any, cast

from pivot.errors import CorruptionError, PathError
from pivot.frozen import frozen
from pivot.hashing import ALGORITHMS
from pivot.paths import artifact_path
from pivot.store.atomic import write_atomically
from pivot.store.content import Content
from pivot.store.faults import storage_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

VERSION = 3
#: A lock is written in the oldest version that can hold it: older Pivots read what they can.
_PLAIN_VERSION, _GROWING_VERSION = 1, 2

type JSON = bool | int | float | str | list[JSON] | dict[str, JSON] | None

#: How long a hash is, by the algorithm.
DIGITS = {"xxh64": 16, "xxh3_128": 32}
_HASH = re.compile(r"[0-9a-f]+")
_CONFLICT = re.compile(rb"^(?:<{7}|>{7}|={7}|\|{7})(?: |\r?$)", re.MULTILINE)
_KEYS = frozenset({"algorithm", "code", "deps", "outs", "params", "stage", "traced", "version"})
_ACCEPTED_KEYS = frozenset({"key", "made", "reason", "traced"})
_RECORD_KEYS = frozenset({"directory", "executable", "hash", "name", "path", "size"})
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False).encode


@frozen
class Record:
    """A dep or an out as it was."""

    #: What the stage calls it.
    name: str
    #: The artifact's path.
    path: str
    content: Content


@frozen
class Acceptance:
    """A change of one symbol, of which a person said that it makes no difference to the outputs."""

    key: str
    #: The hash that the symbol had when the outputs were made; None if it wasn't there.
    made: str | None
    #: What the person said, in one line; may be empty.
    reason: str = ""
    #: Whether it is among what only running showed.
    traced: bool = False


@frozen
class Lock:
    """Everything that a stage's last good run depended on, and what it made."""

    stage: str
    algorithm: str
    #: Symbol -> hash, of the code that can be seen before running.
    code: Mapping[str, str]
    #: Parameter -> JSON value; numbers are finite.
    params: Mapping[str, JSON]
    deps: tuple[Record, ...]
    outs: tuple[Record, ...]
    #: Symbol -> hash, of the code that only running showed.
    traced: Mapping[str, str] = field(default_factory=dict[str, str])
    #: The versions of outputs that the run began with and let grow; none of these on a first run.
    base: tuple[Record, ...] = ()
    #: Where `code` and `traced` are not those by which the outputs were made, sorted by key.
    accepted: tuple[Acceptance, ...] = ()

    @property
    def as_made(self) -> Lock:
        """The lock as it was when the outputs were made, before any change was accepted."""
        if not self.accepted:
            return self
        code, traced = dict(self.code), dict(self.traced)
        for one in self.accepted:
            symbols = traced if one.traced else code
            symbols.pop(one.key, None)
            if one.made is not None:
                symbols[one.key] = one.made
        return dataclasses.replace(self, code=code, traced=traced, accepted=())

    @property
    def version(self) -> int:
        """The oldest version of the format that can hold it."""
        if self.accepted:
            return VERSION
        return _GROWING_VERSION if self.base else _PLAIN_VERSION


class BrokenLockError(CorruptionError):
    """A lock file, `file`, can't be understood; `reason` says why."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(
            f"the lock file {file} is broken: {reason}",
            hint="take it back from git, or delete it: the stage then runs again",
        )
        self.file = file
        self.reason = reason


class ConflictedLockError(BrokenLockError):
    """A lock file has git's conflict markers in it."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, "it has the conflict markers of a git merge")
        self.hint = "take either side, or delete it: the stage runs again if neither fits"


def encode_lock(lock: Lock) -> bytes:
    """Give the bytes of a lock file; equal locks give equal bytes."""
    parts = (
        *((f'"accepted": {_array(map(_changed, lock.accepted))}',) if lock.accepted else ()),
        f'"algorithm": {_encode(lock.algorithm)}',
        *((f'"base": {_array(map(_fields, lock.base))}',) if lock.base else ()),
        f'"code": {_object(lock.code)}',
        f'"deps": {_array(map(_fields, lock.deps))}',
        f'"outs": {_array(map(_fields, lock.outs))}',
        f'"params": {_object(lock.params)}',
        f'"stage": {_encode(lock.stage)}',
        f'"traced": {_object(lock.traced)}',
        f'"version": {lock.version}',
    )
    return "{{\n  {}\n}}\n".format(",\n  ".join(parts)).encode("utf-8", "surrogatepass")


def _object(values: Mapping[str, Any]) -> str:
    lines = [f"    {_encode(key)}: {_encode(values[key])}" for key in sorted(values)]
    return _block("{", lines, "}")


def _array(entries: Iterable[dict[str, object]]) -> str:
    return _block("[", [f"    {_encode(entry)}" for entry in entries], "]")


def _block(start: str, lines: list[str], end: str) -> str:
    return f"{start}\n{',\n'.join(lines)}\n  {end}" if lines else f"{start}{end}"


def _fields(record: Record) -> dict[str, object]:
    content = record.content
    fields: dict[str, object] = {
        "hash": content.hash,
        "name": record.name,
        "path": record.path,
        "size": content.size,
    }
    if content.directory:
        fields["directory"] = True
    if content.executable:
        fields["executable"] = True
    return fields


def _changed(one: Acceptance) -> dict[str, object]:
    fields: dict[str, object] = {"key": one.key, "made": one.made, "reason": one.reason}
    return fields | {"traced": True} if one.traced else fields


def write_lock(file: Path, lock: Lock) -> None:
    """Write a lock file, atomically; raise `StorageError`."""
    write_atomically(file, encode_lock(lock))


def read_lock(file: Path) -> Lock | None:
    """Give the lock in a file, or None if there is no such file.

    Raises `BrokenLockError`, and `StorageError` if the file can't be read.
    """
    try:
        with file.open("rb", buffering=0) as stream:
            data = stream.readall()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise storage_error(error, "read the lock file", file) from error
    return decode_lock(data, file)


def decode_lock(data: bytes, file: Path) -> Lock:
    """Give the lock that some bytes are; raise `BrokenLockError`, naming `file`."""
    try:
        return _lock(_parse(data))
    except _UnsoundError as problem:
        if _CONFLICT.search(data):
            raise ConflictedLockError(file) from None
        raise BrokenLockError(file, str(problem)) from None


class _UnsoundError(Exception):
    """What is wrong with the text of a lock."""


def _parse(data: bytes) -> dict[str, Any]:
    try:
        text = data.decode("utf-8", "surrogatepass")
        fields = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_number, parse_float=_finite
        )
    except UnicodeDecodeError:
        raise _UnsoundError("it is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise _UnsoundError(f"it is not JSON: line {error.lineno}: {error.msg}") from None
    except ValueError as error:
        raise _UnsoundError(f"it has an impossible number: {error}") from None
    except RecursionError:
        raise _UnsoundError("it is nested too deeply") from None
    return _dict(fields, "it")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _UnsoundError("it has an entry twice")
    return values


def _no_number(text: str) -> float:
    raise _UnsoundError(f"{text} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _UnsoundError(f"{text:.40} is too large a number")
    return number


def _lock(fields: dict[str, Any]) -> Lock:
    version = fields.get("version")
    if type(version) is not int or not _PLAIN_VERSION <= version <= VERSION:
        raise _UnsoundError(
            f"its version is {version!r:.40}, and this Pivot reads version {VERSION}"
        )
    keys = _KEYS if version == _PLAIN_VERSION else _KEYS | {"base"}
    if version == VERSION:
        # What is accepted may, or may not, have grown from something.
        keys = _KEYS | {"accepted"} | fields.keys() & {"base"}
    if fields.keys() != keys:
        raise _UnsoundError(
            f"{min(fields.keys() ^ keys)!r:.40} is missing, or doesn't belong there"
        )
    algorithm = _text(fields["algorithm"], "algorithm")
    if algorithm not in ALGORITHMS:
        raise _UnsoundError(f"its algorithm is {algorithm!r:.40}, which this Pivot doesn't know")
    return Lock(
        stage=_text(fields["stage"], "stage"),
        algorithm=algorithm,
        code=_texts(fields["code"], "code"),
        params=_dict(fields["params"], "params"),
        deps=_records(fields["deps"], "deps", DIGITS[algorithm]),
        outs=_records(fields["outs"], "outs", DIGITS[algorithm]),
        traced=_texts(fields["traced"], "traced"),
        base=_records(fields.get("base", []), "base", DIGITS[algorithm]),
        accepted=_acceptances(fields.get("accepted", [])),
    )


def _dict(value: object, what: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise _UnsoundError(f"{what} is not an object")
    return cast("dict[str, Any]", value)


def _text(value: object, what: str) -> str:
    if type(value) is not str:
        raise _UnsoundError(f"{what} is not a text")
    return value


def _texts(value: object, what: str) -> dict[str, str]:
    values = _dict(value, what)
    for key, text in values.items():
        if type(text) is not str:
            raise _UnsoundError(f"{what}: {key!r:.80} is not a text")
    return values


def _acceptances(value: object) -> tuple[Acceptance, ...]:
    if type(value) is not list:
        raise _UnsoundError("accepted is not a list")
    return tuple([_acceptance(_dict(fields, "an entry of accepted")) for fields in value])


def _acceptance(fields: dict[str, Any]) -> Acceptance:
    if not fields.keys() <= _ACCEPTED_KEYS:
        raise _UnsoundError(f"{min(fields.keys() - _ACCEPTED_KEYS)!r:.40} doesn't belong there")
    made = fields.get("made")
    return Acceptance(
        key=_text(fields.get("key"), "a key"),
        made=None if made is None else _text(made, "what a symbol was"),
        reason=_text(fields.get("reason"), "a reason"),
        traced=_flag(fields, "traced"),
    )


def _records(value: object, what: str, digits: int) -> tuple[Record, ...]:
    if type(value) is not list:
        raise _UnsoundError(f"{what} is not a list")
    return tuple([_record(_dict(fields, f"an entry of {what}"), digits) for fields in value])


def _record(fields: dict[str, Any], digits: int) -> Record:
    if not fields.keys() <= _RECORD_KEYS:
        raise _UnsoundError(f"{min(fields.keys() - _RECORD_KEYS)!r:.40} doesn't belong there")
    hash_ = _text(fields.get("hash"), "a hash")
    path = _text(fields.get("path"), "a path")
    size = fields.get("size")
    if len(hash_) != digits or not _HASH.fullmatch(hash_):
        raise _UnsoundError(f"{hash_!r:.80} is not a hash")
    if type(size) is not int or size < 0:
        raise _UnsoundError(f"{size!r:.40} is not a size")
    try:
        if artifact_path(path) != path:
            raise _UnsoundError(f"the path {path!r:.200} is not written in its normal form")
    except PathError as error:
        raise _UnsoundError(error.message) from None
    content = Content(hash_, size, _flag(fields, "executable"), _flag(fields, "directory"))
    return Record(_text(fields.get("name"), "a name"), path, content)


def _flag(fields: dict[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if type(value) is not bool:
        raise _UnsoundError(f"{name} is not true or false")
    return value
