"""What a spare worker loads in advance."""

from __future__ import annotations

import pytest

from pivot.discovery.importer import importing
from pivot.engine import spares


@pytest.fixture
def used(tmp_path, monkeypatch):
    """Import a module of a project, and give the libraries that it uses."""

    def use(text):
        file = tmp_path / "project_module.py"
        file.write_text(text)
        monkeypatch.chdir(tmp_path)
        with importing(tmp_path) as importer:
            __import__("project_module")
            return spares.used_libraries(importer.sources)

    return use


def test_libraries_are_found_however_they_are_named(used):
    text = "import click\nfrom pydantic import BaseModel\nfrom xxhash import xxh64 as h\n"
    found = used(text)
    assert "click" in found
    assert "pydantic.main" in found


def test_what_is_not_installed_is_none(used):
    assert used("import json\nfrom pathlib import Path\ndef f(): pass\nclass C: pass\n") == ()


def test_a_strange_module_name_disturbs_nobody(used):
    assert used("class C: pass\nC.__module__ = 3\n") == ()


def test_another_environment_is_another_installation(monkeypatch):
    before = spares.installation()
    assert spares.installation() == before
    monkeypatch.setenv("SOMETHING", "else")
    assert spares.installation() != before
