r"""What a loader is: how a file becomes a Python value, and a value a file.

A `Reader` only loads, and is for a `Dep`; a `Writer` only saves, and is for an `Out`; a `Loader` is
both, and is for either.

A loader is a frozen dataclass whose fields are its options. It is part of a stage's fingerprint,
is compared with the one of the last run and travels to worker processes by pickle, so that it must
be defined at the top of a module and hold nothing but plain values. Example::

    @dataclasses.dataclass(frozen=True)
    class Lines(Loader[list[str]]):
        encoding: str = "utf-8"

        def load(self, path: pathlib.Path) -> list[str]:
            return path.read_text(self.encoding).splitlines()

        def save(self, data: list[str], path: pathlib.Path) -> None:
            path.write_text("".join(f"{line}\n" for line in data), self.encoding)

Tests: tests/loaders/test_loader.py.
"""

from __future__ import annotations

import abc
import contextlib
from typing import TYPE_CHECKING, ClassVar

from pivot.errors import PivotError, Place

if TYPE_CHECKING:
    import os
    import pathlib
    from collections.abc import Iterator


class Reader[T](abc.ABC):
    """Turns the file (or directory) of an artifact into a value of type `T`."""

    __slots__ = ()

    @abc.abstractmethod
    def load(self, path: pathlib.Path) -> T:
        """Read the artifact at `path`; raise `LoaderError` if it does not hold what it should."""


class Writer[T](abc.ABC):
    """Turns a value of type `T` into the file (or directory) of an artifact."""

    __slots__ = ()

    @abc.abstractmethod
    def save(self, data: T, path: pathlib.Path) -> None:
        """Write `data` to `path`, where nothing is yet; the same data must give the same bytes."""


class Loader[T](Reader[T], Writer[T]):
    """Turns the file (or directory) of an artifact into a value of type `T`, and back."""

    __slots__ = ()


class LoaderError(PivotError):
    """A file can't be read or written as what its loader says it is; `path` is the file."""

    exit_status: ClassVar[int] = 1

    def __init__(
        self,
        path: str | os.PathLike[str],
        problem: str,
        *,
        line: int | None = None,
        hint: str | None = None,
    ) -> None:
        #: The file, as it was given to the loader.
        self.path = str(path)
        # With a line, the place already names the file in front of the message.
        where = Place(self.path, line) if line is not None else None
        message = problem if where else f"{self.path}: {problem}"
        super().__init__(message, where=where, hint=hint)


@contextlib.contextmanager
def reading(path: pathlib.Path) -> Iterator[None]:
    """Turn what the operating system says while `path` is read into a `LoaderError`."""
    try:
        yield
    except FileNotFoundError as error:
        raise LoaderError(path, "the file does not exist") from error
    except UnicodeDecodeError as error:
        problem = f"the file is not {error.encoding} text: {error.reason} at byte {error.start}"
        raise LoaderError(path, problem) from error
    except OSError as error:
        raise LoaderError(path, f"the file can't be read: {error.strerror or error}") from error


@contextlib.contextmanager
def writing(path: pathlib.Path) -> Iterator[None]:
    """Turn what the operating system says while `path` is written into a `LoaderError`."""
    try:
        yield
    except OSError as error:
        raise LoaderError(path, f"the file can't be written: {error.strerror or error}") from error
