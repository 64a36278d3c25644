"""What a stage reads and writes, as its author declares it.

A `Dep` is an artifact that a stage reads, an `Out` one that it writes; each pairs a path (relative
to the project) with the loader that turns the file into a Python value. They stand in annotations
or in the body of a `StageDef`::

    def clean(raw: Annotated[DataFrame, Dep("raw.csv", loaders.CSV())]) -> Cleaned: ...

    class Train(StageDef):
        data: Dep[DataFrame] = Dep("clean.csv", loaders.CSV())

In a `StageDef` they are descriptors, so that a type checker sees `params.data` as the DataFrame.
Paths are checked when the stage is registered, not here, so that all mistakes of a pipeline can be
told at once. Tests: tests/test_outputs.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, cast, overload

from pivot.loaders import JSON, PathOnly, Reader, Writer

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    type Better = Literal["higher", "lower"]
    type PlotKind = Literal["line", "points", "bars"]


class ArtifactValues(Protocol):
    """What an object must have for a `Dep` or an `Out` to live in its class."""

    def artifact_value(self, name: str) -> Any:
        """Give the value that belongs to the artifact; raise `AttributeError` if there is none."""
        ...

    def set_artifact_value(self, name: str, value: Any) -> None:
        """Keep a value for the artifact."""
        ...


def _path_only() -> Any:
    return PathOnly()


def _json() -> Any:
    return JSON()


@dataclass(frozen=True)
class _Artifact[T]:
    #: As the author wrote it: relative to the project; a directory may end in `/`.
    path: str | os.PathLike[str]

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "_name", name)

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        return cast("ArtifactValues", instance).artifact_value(self.__dict__["_name"])

    def __set__(self, instance: object, value: T) -> None:
        cast("ArtifactValues", instance).set_artifact_value(self.__dict__["_name"], value)


@dataclass(frozen=True)
class Dep[T](_Artifact[T]):
    """A file or directory that the stage reads. Without a loader the stage gets its path."""

    loader: Reader[T] = field(default_factory=_path_only)


@dataclass(frozen=True)
class Out[T](_Artifact[T]):
    """A file or directory that the stage writes.

    With a loader, the value that the stage returns is saved by it; with `PathOnly` the stage
    writes the file itself and returns its path. `cache=False` keeps the content out of the cache:
    such an output is tracked, but can't be restored, only made again.
    """

    loader: Writer[T] = field(default_factory=_path_only)
    cache: bool = field(default=True, kw_only=True)


@dataclass(frozen=True)
class IncrementalOut[T](Out[T]):
    """An output that grows from run to run.

    Its last version is there, writable, when the stage starts; on a first run there is none.
    """


@dataclass(frozen=True)
class Metric[T](Out[T]):
    """A small file of numbers that tells how well something went; JSON unless said otherwise.

    `better` says which way is up: `"higher"` or `"lower"` for all numbers in the file, or a mapping
    from their names, or globs of names, to one of these.
    """

    loader: Writer[T] = field(default_factory=_json)
    better: Better | Mapping[str, Better] | None = field(default=None, kw_only=True, hash=False)


@dataclass(frozen=True)
class Plot[T](Out[T]):
    """An image or a data series that is meant to be looked at.

    Of a series, `x` and `y` name columns: several of `y` are drawn together. Without them, each
    column of numbers is drawn over the one that looks like steps, or over its rows.
    """

    x: str | None = field(default=None, kw_only=True)
    y: str | tuple[str, ...] | None = field(default=None, kw_only=True)
    kind: PlotKind | None = field(default=None, kw_only=True)
    title: str | None = field(default=None, kw_only=True)


def is_artifact(item: Any) -> bool:
    """Whether something is, or as an annotation names, a `Dep` or an `Out`."""
    kind = item if isinstance(item, type) else getattr(item, "__origin__", type(item))
    return isinstance(kind, type) and issubclass(kind, Dep | Out)
