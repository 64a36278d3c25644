import sys
import sysconfig
import types
from pathlib import Path

import pytest

from pivot.fingerprint.origins import PYTHON, Origin, Origins


@pytest.fixture
def origins(tmp_path):
    return Origins(tmp_path)


def test_versions_are_those_that_are_installed(origins):
    import numpy as np

    assert origins.of_module("numpy") == Origin("dist", "numpy", np.__version__)
    assert origins.of_class(np.ndarray) == Origin("dist", "numpy", np.__version__)


def test_python_is_known_by_its_minor_version(origins):
    assert PYTHON.version == f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.parametrize("name", ["json", "sys", "os.path", "zipimport", "collections.abc", "this"])
def test_standard_library(origins, name):
    assert origins.of_module(name) == PYTHON


def test_frozen_code_is_the_standard_library(origins):
    assert origins.of_file("<frozen importlib._bootstrap>") == PYTHON


def test_files_of_the_project_and_of_nobody_are_followed(origins, tmp_path):
    assert origins.of_file(str(tmp_path / "pipeline.py")) is None
    assert origins.of_file(str(tmp_path.parent / "shared" / "tools.py")) is None


def test_environment_inside_of_the_project_is_not_the_project(origins, tmp_path):
    site = tmp_path / ".venv" / "lib" / "site-packages"
    metadata = site / "thing-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "RECORD").write_text("thing.py,,\n")
    (metadata / "METADATA").write_text("Name: thing\nVersion: 1.0\n")
    assert origins.of_file(str(site / "thing.py")) == Origin("dist", "thing", "1.0")
    # Without metadata there's no version to stand for the code.
    assert origins.of_file(str(site / "other.py")) is None


def test_distribution_installed_from_a_directory_is_followed(origins, tmp_path):
    site = tmp_path / "lib" / "site-packages"
    metadata = site / "thing-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "RECORD").write_text("thing.py,,\n")
    (metadata / "direct_url.json").write_text('{"url": "file:///src/thing"}')
    assert origins.of_file(str(site / "thing.py")) is None


def test_pivot_is_a_distribution_wherever_it_lies(origins):
    import pivot

    found = origins.of_file(str(Path(pivot.__file__).parent / "errors.py"))
    assert (found.kind, found.name) == ("dist", "pivot")
    inside_out = Origins(Path(pivot.__file__).parents[1])
    assert inside_out.of_module("pivot.errors") == found


def test_linked_files_belong_to_where_they_are_installed(origins, tmp_path):
    store = tmp_path.parent / f"{tmp_path.name}-store"
    store.mkdir()
    (store / "thing.py").touch()
    metadata = tmp_path / "site-packages" / "thing-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "RECORD").write_text("thing.py,,\n")
    linked = tmp_path / "site-packages" / "thing.py"
    linked.symlink_to(store / "thing.py")
    assert origins.of_file(str(linked)) == Origin("dist", "thing", "1.0")


def test_namespace_package_of_the_project(project):
    project.write({"space/inner.py": ""})
    project.load("space.inner")
    assert Origins(project.root).of_module("space") is None
    assert Origins(project.root).of_module("space.inner") is None


def test_module_that_does_not_exist(origins):
    assert origins.of_module("never_was.at_all") is None
    assert origins.find("never_was.at_all") is None
    assert origins.find("json.never_was") is None
    assert origins.find("sys.never_was") is None


def test_modules_are_found_without_being_imported(project):
    project.write({"pkg/__init__.py": "raise RuntimeError", "pkg/inner.py": "raise RuntimeError"})
    found = Origins(project.root).find("pkg.inner")
    assert found.file == str(project.root / "pkg" / "inner.py")
    assert found.directories is None
    assert Origins(project.root).find("pkg").directories == (str(project.root / "pkg"),)
    assert "pkg" not in sys.modules


def test_finder_that_fails_is_passed_over(project, monkeypatch):
    class Failing:
        @staticmethod
        def find_spec(*_):
            raise RuntimeError

    project.write({"tools.py": ""})
    monkeypatch.setattr(sys, "meta_path", [Failing, object(), *sys.meta_path])
    assert Origins(project.root).find("tools").file == str(project.root / "tools.py")


def test_classes_without_a_module(origins):
    made = type("Made", (), {"__module__": "never_was"})
    assert origins.of_class(made) == PYTHON

    class Written:
        __module__ = "never_was"

    assert origins.of_class(Written) is None
    here = types.new_class(
        "Here", (), {}, lambda body: body.update(m=lambda self: 1, __module__="x")
    )
    assert origins.of_class(here) == origins.of_file(__file__)


def test_compiled_classes_come_with_their_library(origins):
    assert origins.of_class(int) == PYTHON
    assert origins.of_class(type(sysconfig.get_path)) == PYTHON
