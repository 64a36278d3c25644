"""What the store's tests share: a project directory, and a memory of hashes that forgets nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pivot.store.content import Signature
from pivot.store.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Sequence


class Memory:
    """A `Known` in a dict, which counts what it's asked."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[Signature, str]] = {}
        self.asked: list[str] = []

    def get(self, path: str) -> tuple[Signature, str] | None:
        self.asked.append(path)
        return self.entries.get(path)

    def get_all(self, paths: Sequence[str]) -> list[tuple[Signature, str] | None]:
        return [self.get(path) for path in paths]

    def put(self, path: str, signature: Signature, hash: str) -> None:  # noqa: A002 - as in `Known`
        self.entries[path] = (signature, hash)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def other_memory() -> Memory:
    return Memory()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    return directory


@pytest.fixture
def layout(root: Path) -> Layout:
    return Layout(root)


@pytest.fixture
def age():
    """Give a function that makes a file look as if it was written an hour ago."""

    def back(*files: Path) -> None:
        for file in files:
            hour_ago = time.time_ns() - 3_600_000_000_000
            os.utime(file, ns=(hour_ago, hour_ago))

    return back


@pytest.fixture
def sharing(monkeypatch):
    """Make the file system one where files can share blocks: the request copies, and is counted."""
    from pivot.store import clone

    asked: list[tuple[int, int]] = []

    def share(target: int, request: int, source: int) -> int:
        assert request == 0x40049409  # FICLONE of linux/fs.h
        asked.append((source, target))
        os.pwrite(target, os.pread(source, os.fstat(source).st_size, 0), 0)
        return 0

    monkeypatch.setattr(clone.fcntl, "ioctl", share)
    return asked
