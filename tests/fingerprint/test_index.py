"""What outlives the process: nothing is read twice, and nothing stale is believed."""

import json
import marshal
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from pivot.discovery import importing
from pivot.errors import StorageError
from pivot.fingerprint import Fingerprinter
from pivot.fingerprint import index as module
from pivot.fingerprint import sources as reader
from pivot.fingerprint.index import SymbolIndex
from pivot.fingerprint.scopes import written_uses
from pivot.fingerprint.sources import SourceFiles

FILES = {
    "pipeline.py": """
        from typing import Annotated

        import helpers
        from pivot import loaders, outputs
        from pivot.registry import REGISTRY
        from pivot.stage_def import StageParams

        class Params(StageParams):
            rate: int = 1
            def doubled(self): return 2 * self.rate

        def stage(params: Params) -> Annotated[int, outputs.Out("out.json", loaders.JSON())]:
            return helpers.scaled(params.doubled()) + helpers.Model().fit()

        REGISTRY.register(stage)
    """,
    "helpers.py": """
        from constants import *

        class Model:
            def fit(self): return FACTOR
            def predict(self): return self.fit()

        def scaled(x):
            pick = lambda y: y * FACTOR
            return pick(x)
    """,
    "constants.py": "FACTOR = 2 + len('ab')\n",
}

LOOK = """
import json, os, sys
from pathlib import Path
from pivot.session import Session

root = Path(sys.argv[1])
opened, compiled = [], []

def watch(event, arguments):
    if event == "open" and str(arguments[0]).startswith(f"{root}{os.sep}"):
        opened.append(os.path.relpath(arguments[0], root))
    elif event == "compile" and str(arguments[1]).startswith(("<unknown>", str(root))):
        compiled.append(arguments)

with Session(root) as session:
    stages = list(session.stages.values())
    observer = session.observer
    sys.addaudithook(watch)
    manifests = [observer.manifest(stage) for stage in stages]
    sources = [name for name in opened if name.endswith(".py")]
hashes = [[manifest.hashes(), manifest.unstable] for manifest in manifests]
print(json.dumps({"opened": sources, "compiled": len(compiled), "manifests": hashes}))
"""


def look(root: Path) -> dict:
    """Fingerprint a project's stages in a new process; say which of its sources were opened."""
    command = [sys.executable, "-c", dedent(LOOK), str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def looked_at(project, settle):
    """A project whose sources a process has seen when they were no longer fresh."""
    project.write(FILES)
    settle(*project.root.glob("*.py"))
    first = look(project.root)
    assert sorted(first["opened"]) == sorted(FILES)
    return project, first["manifests"]


class TestProcesses:
    def test_what_has_not_changed_is_neither_opened_nor_compiled(self, looked_at):
        project, manifests = looked_at
        assert look(project.root) == {"opened": [], "compiled": 0, "manifests": manifests}

    def test_what_has_changed_is_opened_and_parsed_once(self, looked_at):
        project, manifests = looked_at
        project.edit("helpers.py", "return pick(x)", "return pick(x) + 1")
        again = look(project.root)
        assert again["opened"] == ["helpers.py"]
        assert again["compiled"] == 1
        assert again["manifests"] != manifests

    def test_what_was_only_touched_is_not_parsed(self, looked_at):
        project, manifests = looked_at
        os.utime(project.root / "helpers.py", ns=(1, 1))
        assert look(project.root) == {
            "opened": ["helpers.py"],
            "compiled": 0,
            "manifests": manifests,
        }
        assert look(project.root)["opened"] == []

    def test_a_file_swapped_for_one_of_the_same_size_and_time_is_noticed(self, looked_at):
        project, manifests = looked_at
        file = project.root / "constants.py"
        status = file.stat()
        project.edit("constants.py", "'ab'", "'a' ")
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert file.stat().st_size == status.st_size
        again = look(project.root)
        assert again["opened"] == ["constants.py"]
        assert again["manifests"] != manifests

    def test_a_project_that_was_moved_is_still_known(self, looked_at):
        project, manifests = looked_at
        moved = project.root.rename(project.root.with_name("moved"))
        assert look(moved) == {"opened": [], "compiled": 0, "manifests": manifests}

    def test_without_its_state_a_project_is_read_again(self, looked_at):
        project, manifests = looked_at
        (project.root / ".pivot" / "state.lmdb" / "data.mdb").unlink()
        again = look(project.root)
        assert sorted(again["opened"]) == sorted(FILES)
        assert again["manifests"] == manifests


class Dictionary(dict[str, bytes]):
    """A memory; its entries can be looked at, and spoilt."""

    put = dict.__setitem__


@pytest.fixture
def memory():
    return Dictionary()


@pytest.fixture
def opened(monkeypatch):
    """Give the files that were read."""
    found: list[str] = []
    real = reader._bytes

    def read(file):
        found.append(Path(file).name)
        return real(file)

    monkeypatch.setattr(reader, "_bytes", read)
    return found


@pytest.fixture
def source(project, settle, memory, opened):
    """Give a function that reads a file of the project as a new process would."""

    def source(text=None, name="module.py"):
        file = project.root / name
        if text is not None:
            project.write({name: text})
            settle(file)
        opened.clear()
        return SourceFiles(SymbolIndex(project.root, memory)).read(str(file))

    return source


class TestTrust:
    def test_a_file_is_opened_once(self, source, opened):
        assert source("x = 1").statements("x")[0].hash
        assert opened == ["module.py"]
        assert source().statements("x")[0].hash
        assert opened == []

    def test_a_file_that_is_no_python_is_opened_once(self, source, opened):
        assert source("x = (") is None
        assert source() is None
        assert opened == []

    def test_a_fresh_file_is_opened_again(self, source, opened, project, monkeypatch):
        project.write({"module.py": "x = 1"})
        changed = (project.root / "module.py").stat().st_ctime_ns
        with monkeypatch.context() as patch:
            patch.setattr(reader.time, "time_ns", lambda: changed + 1)
            before = source().statements("x")[0].hash
        assert source().statements("x")[0].hash == before
        assert opened == ["module.py"]

    def test_a_file_that_changes_while_it_is_read_is_opened_again(
        self, source, opened, project, monkeypatch
    ):
        source("x = 1")
        real = reader._bytes

        def read(file):
            data = real(file)
            project.write({"module.py": "x = 22"})
            return data

        with monkeypatch.context() as patch:
            patch.setattr(reader, "_bytes", read)
            project.write({"module.py": "x = 1  # changed"})
            read_before = source().statements("x")[0].hash
        assert source().statements("x")[0].hash != read_before
        assert opened == ["module.py"]

    def test_signatures_are_those_from_before_reading(self, project, monkeypatch):
        project.write({"module.py": "x = 1"})
        file = project.root / "module.py"
        before = reader.Signature.of(file.stat())
        real = reader._bytes

        def read(name):
            data = real(name)
            file.write_text("x = 22")
            return data

        monkeypatch.setattr(reader, "_bytes", read)
        files = SourceFiles()
        files.read(str(file))
        assert files.signatures == {str(file): before}

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda value: b"",
            lambda value: value[:-1],
            lambda value: value[:-9] + bytes([value[-9] ^ 1]) + value[-8:],
            lambda value: value[: len(module._FORMAT)],
            lambda value: b"0" + value,
            lambda value: value.replace(b" ", b"0 ", 1),
            lambda value: module._encoded((1, 2)),
            lambda value: module._encoded((None, b"", (1, 2))),
            lambda value: marshal.dumps(None),
        ],
    )
    def test_a_damaged_or_old_entry_is_none(self, source, opened, memory, spoil):
        before = source("x = 1").statements("x")[0].hash
        sound = dict(memory)
        for key, value in sound.items():
            memory[key] = spoil(value)
        assert source().statements("x")[0].hash == before
        assert opened == ["module.py"]
        assert memory == sound

    def test_a_memory_that_fails_is_none(self, project):
        class Failing:
            def get(self, key):
                raise StorageError("it can't be read")

            def put(self, key, value):
                raise StorageError("the disk is full")

        project.write({"module.py": "class C:\n    a: int = 1"})
        source = SourceFiles(SymbolIndex(project.root, Failing())).read(
            str(project.root / "module.py")
        )
        found = source.find_class("C", None)
        assert found.without({"a"}).hash != found.hash

    def test_another_release_of_python_parses_again(self, source, opened, memory, monkeypatch):
        source("x = 1")
        monkeypatch.setattr(module, "_FORMAT", module._FORMAT.replace(b"cpython", b"another"))
        assert source().statements("x")
        assert opened == ["module.py"]

    def test_nothing_in_the_memory_is_absolute(self, project, memory):
        project.write(FILES)
        project.edit("pipeline.py", "REGISTRY.register(stage)", "")
        project.load("pipeline")
        maker = Fingerprinter(project.root, memory=memory)
        maker.manifest({"function": project.get("pipeline:stage")})
        place = str(project.root.parent)
        assert sorted(memory) == ["file constants.py", "file helpers.py", "file pipeline.py"]
        assert not [key for key, value in memory.items() if place.encode() in value]

    def test_a_file_outside_of_the_root_has_a_place_relative_to_it(self, project, memory):
        project.write({"../library/module.py": "x = 1"})
        file = project.root / ".." / "library" / "module.py"
        SourceFiles(SymbolIndex(project.root, memory)).read(str(file))
        assert list(memory) == ["file ../library/module.py"]


class TestNodes:
    def test_the_syntax_of_a_known_file_is_parsed_when_it_is_asked_for(self, source, opened):
        text = "f = lambda x: x\nclass C:\n    def m(self): return lambda: 1\nL = [C]\n"
        source(text)
        found = source().find_class("C", None)
        assert opened == []
        assert found.node.name == "C"
        assert opened == ["module.py"]
        assert source().statements("L")[0].node.lineno == 4

    def test_there_is_no_syntax_of_what_a_file_was_before(self, source, project):
        source("x = 1")
        found = source().statements("x")[0]
        project.write({"module.py": "y = 1\nx = 2"})
        assert found.node is None

    def test_a_class_without_some_defaults_is_remembered(self, source, opened):
        text = "class C:\n    a: int = f()\n    b: int = 2\n"
        before = source(text).find_class("C", 1).without({"a"})
        found = source().find_class("C", 1)
        assert found.without({"a"}) == before
        assert opened == []
        assert found.without({"b"}) != before
        assert opened == ["module.py"]

    def test_a_class_that_has_changed_since_keeps_its_defaults(self, source, project):
        source("class C:\n    a: int = 1\n")
        found = source().find_class("C", 1)
        project.write({"module.py": ""})
        assert found.without({"a"}) == (found.hash, written_uses(found.uses))


def test_opaque_code_is_remembered_without_its_body(project, settle, memory, opened):
    text = """
        import pivot
        @pivot.opaque(version="1")
        def helper(): return 1
        def stage():
            @pivot.opaque(version="2")
            def inner(): return 2
            return helper(), inner()
    """
    project.write({"pipeline.py": text})
    settle(project.root / "pipeline.py")
    with importing(project.root):
        stage = __import__("pipeline").stage
        first = Fingerprinter(project.root, memory=memory).manifest({"function": stage})
        assert opened == ["pipeline.py"]
        again = Fingerprinter(project.root, memory=memory).manifest({"function": stage})
    assert opened == ["pipeline.py"]
    assert again == first


@pytest.fixture
def manifest(project, memory):
    """Give a function that fingerprints one function of what is imported now."""

    def manifest(name="pipeline:stage", *, known=True):
        maker = Fingerprinter(project.root, memory=memory if known else None)
        return maker.manifest({"function": project.get(name)})

    return manifest


class TestVerbatim:
    @pytest.fixture
    def imported(self, project, settle):
        """Import the project as a session does; edits can be made while it is."""
        project.write({"pipeline.py": "def stage():\n    return 1\n"})
        settle(project.root / "pipeline.py")
        with importing(project.root):
            __import__("pipeline")
            yield project

    def test_what_was_imported_of_these_very_bytes_is_not_compiled(
        self, imported, manifest, monkeypatch
    ):
        before = manifest()
        monkeypatch.setattr(reader, "compile", None, raising=False)
        assert manifest() == before
        assert not before.unstable

    def test_an_edit_after_the_import_is_noticed(self, imported, manifest, settle):
        before = manifest()
        imported.edit("pipeline.py", "return 1", "return 2")
        settle(imported.root / "pipeline.py")
        for _ in range(2):
            assert manifest() == manifest(known=False)
        assert manifest().unstable == ("func:pipeline:stage",)
        assert manifest().hashes() != before.hashes()

    def test_an_edit_after_the_import_that_was_taken_back_is_none(self, imported, manifest, settle):
        before = manifest()
        imported.edit("pipeline.py", "return 1", "return 2")
        settle(imported.root / "pipeline.py")
        manifest()
        imported.edit("pipeline.py", "return 2", "return 1")
        assert manifest() == before

    def test_code_that_claims_to_be_of_the_file_is_not(self, imported, manifest):
        stage = imported.get("pipeline:stage")
        text = "def stage():\n    return 3\n"
        namespace = vars(sys.modules["pipeline"])
        exec(compile(text, stage.__code__.co_filename, "exec"), namespace)
        assert manifest() == manifest(known=False)
        assert manifest().unstable == ("func:pipeline:stage",)

    def test_what_somebody_else_imported_is_compared(self, project, manifest, settle):
        project.write({"pipeline.py": "def stage():\n    return 1\n"})
        settle(project.root / "pipeline.py")
        project.load("pipeline")
        before = manifest()
        assert manifest() == before == manifest(known=False)
        assert not before.unstable
        project.edit("pipeline.py", "return 1", "return 2")
        assert manifest().unstable == ("func:pipeline:stage",)
        project.load("pipeline")
        assert not manifest().unstable
