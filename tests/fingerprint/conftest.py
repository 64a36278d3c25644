"""A throw-away project that is written, imported afresh, edited, and imported again."""

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

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
