"""A project in a real git repository, with outputs that are recorded as a run would."""

from __future__ import annotations

import csv
import io
import os
import subprocess
from pathlib import Path

import pytest
from pivot_data_diff import Options, TextTable, TypedTable, compare, diff, formats

from pivot.store.cache import Cache
from pivot.store.layout import Layout
from pivot.store.lock import Lock, Record, write_lock
from pivot.store.tree import Tree


class Project:
    """A project whose history the tests write."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = Layout(root)
        self.layout.create()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", *words],
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def write(self, path: str, content: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def commit(self, **files: str | bytes) -> None:
        """Commit everything that git doesn't ignore; `a_csv` is the file `a.csv`."""
        for name, content in files.items():
            self.write(name.replace("_", "."), content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "x")

    def record(self, *artifacts: str, stage: str = "make", algorithm: str = "xxh64") -> None:
        """Take artifacts into the cache, and write the lock of the stage that made them."""
        cache = Cache(self.layout, algorithm)
        records = []
        for artifact in artifacts:
            look = Tree(self.root, algorithm).look(artifact)
            cache.add(self.root / artifact, look.content, look.listing)
            records.append(Record(artifact, artifact, look.content))
        lock = Lock(stage, algorithm, {}, {}, (), tuple(records))
        write_lock(self.layout.lock_file(stage), lock)

    def output(self, path: str, content: str | bytes, **how: str) -> None:
        """Write a file as a stage would, and record it; git ignores it."""
        with (self.root / ".gitignore").open("a") as ignored:
            ignored.write(f"/{path}\n")
        self.write(path, content)
        self.record(path, **how)

    def diff(self, *paths: str, revisions=(), **options):
        return diff(self.root, paths, revisions=revisions, options=Options(**options))

    def difference(self, path: str, **options):
        """The one table that differs."""
        report = self.diff(path, **options)
        for problem in report.problems:
            raise problem.error
        (file,) = report.files
        return file.table


@pytest.fixture
def project(tmp_path, monkeypatch):
    # A developer's own settings (hooks, line ends) must not matter.
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    root = tmp_path / "project"
    root.mkdir()
    return Project(root)


def text_table(names, rows):
    return TextTable(names, lambda: iter(rows))


def typed_table(names, rows):
    return TypedTable(names, lambda: iter(rows))


def csv_bytes(names, rows):
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([names, *rows])
    return stream.getvalue().encode()


@pytest.fixture(scope="session")  # it has no state, and serves every example of a property
def tables():
    return Tables


class Tables:
    """Makes tables, and compares them in memory and out of it, which must find the same."""

    text = staticmethod(text_table)
    typed = staticmethod(typed_table)
    csv = staticmethod(csv_bytes)

    @staticmethod
    def compare(before, after, **options):
        found = compare(before, after, Options(**options))
        counted = compare(before, after, Options(**options, memory=1))
        assert counted.rows is None or not (before.count + after.count)
        for fact in ("schema", "counts", "cells", "duplicates", "keys"):
            assert getattr(counted, fact) == getattr(found, fact), fact
        return found


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a distribution with a module and entry points in this package's group."""

    def install(name, module, **entries):
        site = tmp_path / name
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{name}.py").write_text(module)
        lines = [f"{suffix} = {target}" for suffix, target in entries.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{formats.GROUP}]", *lines]))
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        monkeypatch.syspath_prepend(site)
        formats._added.cache_clear()

    yield install
    formats._added.cache_clear()
