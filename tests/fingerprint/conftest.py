"""A throw-away project that is written, imported afresh, edited, and imported again."""

import importlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from pivot.fingerprint import Fingerprinter, Manifest


@dataclass
class Project:
    """Some Python files under one root; every look at them is through a fresh import."""

    root: Path

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text()
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new))

    def load(self, *modules: str) -> None:
        """Import modules of the project, forgetting what was imported of it before."""
        self.forget()
        importlib.invalidate_caches()
        sys.path.insert(0, str(self.root))
        try:
            for name in modules:
                importlib.import_module(name)
        finally:
            sys.path.remove(str(self.root))

    def forget(self) -> None:
        # Projects of other tests too: theirs may have modules of the same names.
        projects = str(self.root.parent.parent)
        for name, module in list(sys.modules.items()):
            places = [getattr(module, "__file__", None), *getattr(module, "__path__", [])]
            if any(place and place.startswith(projects) for place in places):
                del sys.modules[name]

    def get(self, name: str) -> object:
        module, _, attribute = name.partition(":")
        found: object = sys.modules[module]
        for part in attribute.split("."):
            found = getattr(found, part)
        return found

    def manifest(self, name: str = "pipeline:stage", **options: object) -> Manifest:
        """Import the project afresh and give the manifest of one of its functions."""
        self.load(name.partition(":")[0])
        return Fingerprinter(self.root, **options).manifest({"function": self.get(name)})

    @staticmethod
    def changed(before: Manifest, after: Manifest) -> set[str]:
        """Give the keys of the symbols that differ, are new, or are gone."""
        old, new = before.hashes(), after.hashes()
        return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


@pytest.fixture
def project(tmp_path, monkeypatch):
    # Edits within one second must not be answered from bytecode.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    root = tmp_path / "project"
    root.mkdir()
    made = Project(root)
    yield made
    made.forget()


class Ended(NamedTuple):
    """How one stage of a run ended."""

    status: str
    reasons: tuple[str, ...]
    error: str | None


#: Keeps numpy and pyarrow from starting threads, which a forked process would not have.
NO_THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


class RunServer:
    """Runs projects, each time in a new process; see run_server.py."""

    def __init__(self, hash_seed: str, *preload: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).parent / "run_server.py", *preload],
            env={**os.environ, **NO_THREADS, "PYTHONHASHSEED": hash_seed},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        root: Path,
        environment: dict[str, str] | None = None,
        cpu_seconds: int | None = None,
    ) -> dict[str, Ended] | None:
        """Run a project; with limited seconds None says that it broke, or did not end."""
        request = {"root": str(root), "environment": environment or {}, "cpu_seconds": cpu_seconds}
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer and cpu_seconds:
            return None
        assert "error" not in answer, answer["error"]
        return {
            stage: Ended(status, tuple(reasons), error)
            for stage, (status, reasons, error) in answer.items()
        }

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="session")
def run_servers():
    """Give a function that gives the server with a hash seed and some modules loaded."""
    started: dict[tuple[str, ...], RunServer] = {}

    def server(hash_seed: str, *preload: str) -> RunServer:
        key = (hash_seed, *preload)
        if key not in started:
            started[key] = RunServer(*key)
        return started[key]

    yield server
    for each in started.values():
        each.close()
