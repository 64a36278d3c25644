"""Which values belong to the running process, and so can't be compared? Two kinds.

Locks, threads and loggers hold nothing that a result could depend on. Streams, generators and the
like might: the source that makes them has to tell. Tests: tests/fingerprint/cases/values.toml.
"""

from __future__ import annotations

import contextvars
import io
import itertools
import os
import sys
import threading
import types
import typing
import weakref

from pivot.fingerprint.digest import Opaque, Parts

_HARMLESS: tuple[type, ...] = (
    type(threading.Lock()),
    type(threading.RLock()),
    threading.Condition,
    threading.Event,
    threading.Semaphore,
    threading.Barrier,
    threading.Thread,
    threading.local,
    contextvars.ContextVar,
    weakref.ReferenceType,
    weakref.WeakKeyDictionary,
    weakref.WeakValueDictionary,
    weakref.WeakSet,
    type(os.environ),
    typing.TypeVar,
    typing.ParamSpec,
    typing.TypeVarTuple,
    typing.TypeAliasType,
)
_TELLING: tuple[type, ...] = (
    io.IOBase,
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    types.TracebackType,
)


def runtime_parts(value: object) -> Parts | None:
    """Give the parts of a value that belongs to the process, None for any other value."""
    kind = type(value)
    harmless = (*_HARMLESS, *_loggers())
    if issubclass(kind, harmless):
        return Parts(f"runtime {_first(kind, harmless).__name__}", opaque=Opaque.RUNTIME)
    if issubclass(kind, _TELLING):
        return Parts(f"runtime {_first(kind, _TELLING).__name__}", opaque=Opaque.UNKNOWN)
    # Iterators of itertools can be pickled until Python 3.14 only, with a warning.
    if kind.__module__ == itertools.__name__:
        return Parts(f"runtime {kind.__name__}", opaque=Opaque.UNKNOWN)
    return None


def _loggers() -> tuple[type, ...]:
    # What isn't loaded has no instances, and takes as long to load as all of this package.
    logging = sys.modules.get("logging")
    return (logging.Logger, logging.LoggerAdapter, logging.Handler) if logging else ()


def _first(kind: type, among: tuple[type, ...]) -> type:
    return next(base for base in among if issubclass(kind, base))
