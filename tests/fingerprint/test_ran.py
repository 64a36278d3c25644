"""Which keys code gets that ran and that a manifest doesn't know, and what these keys lead to."""

from __future__ import annotations

import pytest

from pivot.fingerprint import Fingerprinter

TOOLS = """
LIMIT = 3

def used(x):
    return min(x, LIMIT)

def unused(x):
    return x

class Model:
    scale = 2

    def fit(self, x):
        def inner():
            return x
        return inner() * self.scale

TABLE = {"a": lambda x: x, "b": lambda x: -x}

if LIMIT:
    def conditional():
        return 1

print(lambda: 1) if not LIMIT else None
"""
LINES = {text: number for number, text in enumerate(TOOLS.splitlines(), 1)}


@pytest.fixture
def look(project):
    """Give a function that says which keys some sites of tools.py get."""
    project.write({"tools.py": TOOLS, "pipeline.py": "import tools\ndef stage(x):\n    return x\n"})

    def unnamed(*sites, stage="def stage(x):\n    return x\n", imports=(), load=("pipeline",)):
        project.write({"pipeline.py": f"import tools\n{stage}"})
        project.load(*load)
        fingerprinter = Fingerprinter(project.root)
        manifest = fingerprinter.manifest({"stage": project.get("pipeline:stage")})
        file = str(project.root / "tools.py")
        located = [(file, "tools", name, LINES.get(line, 1)) for name, line in sites]
        keys = fingerprinter.unnamed(located, imports, manifest)
        unnamed.closure = fingerprinter.closure(keys, manifest).hashes()
        return keys

    unnamed.project = project
    return unnamed


USED = ("used", "def used(x):")
FIT = ("Model.fit", "    def fit(self, x):")
INNER = ("Model.fit.<locals>.inner", "        def inner():")
FIRST = ("<lambda>", 'TABLE = {"a": lambda x: x, "b": lambda x: -x}')
CONDITIONAL = ("conditional", "    def conditional():")


@pytest.mark.parametrize(
    ("site", "name"),
    [
        (USED, "used"),
        (FIT, "Model"),
        (INNER, "Model"),
        (FIRST, "TABLE"),
        (CONDITIONAL, "conditional"),
        (("<lambda>", "print(lambda: 1) if not LIMIT else None"), "*"),
        (("<module>", ""), "*"),
    ],
)
def test_code_is_named_by_the_global_whose_statements_it_stands_in(look, site, name):
    assert look(site) == {f"ran:tools.py:{name}"}


@pytest.mark.parametrize(
    ("site", "stage"),
    [
        (USED, "def stage(x):\n    return tools.used(x)\n"),
        (FIT, "def stage(x):\n    return tools.Model().fit(x)\n"),
        (INNER, "def stage(x):\n    return tools.Model().fit(x)\n"),
        (FIRST, "def stage(x):\n    return tools.TABLE[x](1)\n"),
        (("<module>", ""), "def stage(x):\n    return tools.LIMIT\n"),
        (USED, "def stage(x):\n    return list(vars(tools))\n"),
    ],
)
def test_what_the_manifest_knows_gets_no_key(look, site, stage):
    assert look(site, stage=stage) == set()


def test_of_one_module_some_may_be_known_and_some_not(look):
    stage = "def stage(x):\n    return tools.used(x)\n"
    assert look(USED, ("unused", "def unused(x):"), stage=stage) == {"ran:tools.py:unused"}


def test_a_module_that_was_asked_for_by_a_computed_name_counts_as_a_whole(look):
    stage = "def stage(x):\n    return tools.used(x)\n"
    assert look(USED, imports=["tools", "json", "absent"], stage=stage) == {"ran:tools.py:*"}


def test_what_a_key_leads_to_is_in_its_closure(look):
    look(USED)
    assert {"ran:tools.py:used", "const:tools:LIMIT"} <= look.closure.keys()
    before = look.closure
    look.project.edit("tools.py", "LIMIT = 3", "LIMIT = 4")
    look(USED)
    assert look.closure["const:tools:LIMIT"] != before["const:tools:LIMIT"]
    assert look.closure["ran:tools.py:used"] == before["ran:tools.py:used"]


def test_a_definition_that_is_gone_is_not_in_the_closure(look, project):
    look(USED)
    project.load("pipeline")
    fingerprinter = Fingerprinter(project.root)
    manifest = fingerprinter.manifest({"stage": project.get("pipeline:stage")})
    keys = ["ran:tools.py:gone", "ran:absent.py:x", "ran:absent.py:*"]
    assert fingerprinter.closure(keys, manifest).hashes() == {}


def test_a_file_is_the_same_whether_it_is_loaded_or_not(look, project):
    project.write({"loose/part.py": "def f():\n    return 1\n"})
    look()
    fingerprinter = Fingerprinter(project.root)
    manifest = fingerprinter.manifest({"stage": project.get("pipeline:stage")})
    site = (str(project.root / "loose/part.py"), "some_name", "f", 1)
    keys = fingerprinter.unnamed([site], (), manifest)
    assert keys == {"ran:loose/part.py:f"}
    unloaded = fingerprinter.closure(keys, manifest).hashes()
    project.load("pipeline", "loose.part")
    loaded = Fingerprinter(project.root).closure(keys, manifest).hashes()
    assert loaded == unloaded


@pytest.mark.parametrize("file", ["<string>", "<stdin>", pytest.__file__])
def test_code_of_others_and_code_without_a_file_get_no_key(look, project, file):
    look()
    fingerprinter = Fingerprinter(project.root)
    manifest = fingerprinter.manifest({"stage": project.get("pipeline:stage")})
    assert (
        fingerprinter.unnamed([(file, "m", "f", 1), (file, "m", "<module>", 1)], (), manifest)
        == set()
    )


def test_what_an_import_would_find(project):
    project.write({"here.py": "", "package/inner.py": ""})
    fingerprinter = Fingerprinter(project.root)
    assert fingerprinter.import_state("here") == "here.py"
    assert fingerprinter.import_state("package.inner") == "package/inner.py"
    assert fingerprinter.import_state("package") == "package"
    assert fingerprinter.import_state("nowhere") == "absent"
    assert fingerprinter.import_state("json").startswith("python python 3.")
    assert fingerprinter.import_state("pytest").startswith("dist pytest ")
