"""Parameters in a lock file: JSON values that are equal exactly when the parameters are.

A value is written as plainly as its annotation allows: where a field says `Path`, a path is its
text. Where the annotation leaves the type open (`Path | str`, `Any`), a value that JSON has no word
for carries its type as a *tag*: `{"!Path": "data"}`; a key that begins with `!` gets one more, so
that no value can pose as a tag. What has no text at all (an array) is the hash of its pickle, and a
secret is a hash too. Tests: tests/stage_def/test_encoding.py.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import enum
import json
import math
import pathlib
import pickle
import re
import types
import typing
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pydantic
from pydantic_core import to_jsonable_python

from pivot.hashing import hash_bytes, hash_text

if TYPE_CHECKING:
    from collections.abc import Iterable

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None

_ATOMS = (type(None), bool, int, str)
_SECRETS = (pydantic.SecretStr, pydantic.SecretBytes)
_WRAPPERS = (typing.Annotated, typing.Required, typing.NotRequired, typing.ReadOnly)


def encode_params(params: pydantic.BaseModel | None) -> dict[str, Json]:
    """Give a model's fields as JSON values that are equal exactly when the parameters are."""
    if params is None:
        return {}
    declared = {
        name: _encode(getattr(params, name), field.annotation)
        for name, field in type(params).model_fields.items()
    }
    extra = params.model_extra or {}
    return declared | {_escaped(name): _encode(value, Any) for name, value in extra.items()}


def _encode(value: Any, annotation: Any) -> Json:
    kind = type(value)
    if kind in _ATOMS or (kind is float and math.isfinite(value)):
        return value
    expected, inner = _expected(annotation)
    body = _body(value, inner)
    if kind is expected or kind is list or (kind is dict and isinstance(body, dict)):
        return body
    if isinstance(value, pathlib.PurePath):
        # The class that is written (Path) is never the one that is made (PosixPath).
        named = isinstance(expected, type) and issubclass(expected, pathlib.PurePath)
        return body if named else {"!Path": body}
    name = kind.__qualname__ if kind.__module__ == "builtins" else _full_name(kind)
    return {f"!{name}": body}


def _expected(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Give the one class that values of an annotation have, if there is just one, and its inner."""
    if isinstance(annotation, typing.TypeAliasType):
        return _expected(annotation.__value__)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in _WRAPPERS:
        return _expected(arguments[0])
    if origin in (typing.Union, types.UnionType):
        members = [member for member in arguments if member is not type(None)]
        return _expected(members[0]) if len(members) == 1 else (None, ())
    return (origin, arguments) if origin else (annotation, ())


def _body(value: Any, inner: tuple[Any, ...]) -> Json:
    match value:
        case enum.Enum():
            plain = type(value.value) in (bool, int, str)
            return value.value if plain else {"!name": value.name}
        case pydantic.BaseModel():
            return encode_params(value)
        case Mapping():
            return _mapping(value, inner)
        case list() | tuple() | collections.deque():
            return [
                _encode(item, annotation)
                for item, annotation in zip(value, _item_types(value, inner), strict=True)
            ]
        case set() | frozenset():
            item_type = inner[0] if inner else Any
            return sorted((_encode(item, item_type) for item in value), key=_text)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = dataclasses.fields(value)
            return {field.name: _encode(getattr(value, field.name), Any) for field in fields}
    return _scalar(value)


def _item_types(value: Any, inner: tuple[Any, ...]) -> tuple[Any, ...]:
    if isinstance(value, tuple) and len(inner) == len(value) and Ellipsis not in inner:
        return inner
    return (inner[0] if inner else Any,) * len(value)


def _mapping(value: Mapping[Any, Any], inner: tuple[Any, ...]) -> Json:
    key_type, value_type = inner if len(inner) == 2 else (Any, Any)
    items = [_encode(item, value_type) for item in value.values()]
    names = _key_texts(value, key_type)
    if names is not None:
        return dict(zip(names, items, strict=True))
    keys = [_encode(key, key_type) for key in value]
    pairs: list[Json] = [[key, item] for key, item in zip(keys, items, strict=True)]
    return sorted(pairs, key=_text)


def _key_texts(keys: Iterable[Any], key_type: Any) -> list[str] | None:
    """Give the keys as texts, or None if two different ones could have the same text."""
    kinds = {type(key) for key in keys}
    if kinds <= {str}:
        return [_escaped(key) for key in keys]
    expected = _expected(key_type)[0]
    if expected is int and kinds == {int}:
        return [str(key) for key in keys]
    if isinstance(expected, type) and issubclass(expected, enum.Enum | pathlib.PurePath):
        encoded = [_encode(key, key_type) for key in keys]
        texts = [_escaped(key) for key in encoded if isinstance(key, str)]
        return texts if len(texts) == len(encoded) else None
    return None


def _escaped(key: str) -> str:
    return f"!{key}" if key.startswith("!") else key


def _scalar(value: Any) -> Json:
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case pathlib.PurePath():
            return str(value)
        case re.Pattern():
            return [_scalar(value.pattern), value.flags]
        case dt.date() | dt.time():
            # `isoformat` keeps what `str` and JSON's usual forms round or leave out.
            return value.isoformat()
        case type() | types.FunctionType() | types.BuiltinFunctionType():
            return _full_name(value)
        case _ if isinstance(value, _SECRETS):
            return hash_text(repr(value.get_secret_value()))
    try:
        plain = to_jsonable_python(value, bytes_mode="base64", fallback=_hashed)
    except ValueError:
        return _hashed(value)
    return plain if isinstance(plain, bool | int | float | str | None) else _hashed(value)


def _hashed(value: Any) -> str:
    """Give the hash of a value's pickle; what has none is never the same again."""
    try:
        return hash_bytes(pickle.dumps(value, protocol=5))
    except Exception:  # noqa: BLE001 - any class may raise anything here
        return f"unknown {uuid.uuid4().hex}"


def _full_name(item: Any) -> str:
    return f"{item.__module__}.{item.__qualname__}"


def _text(encoded: Json) -> str:
    return json.dumps(encoded, sort_keys=True)
