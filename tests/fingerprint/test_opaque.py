"""Of opaque code only the version counts, however it is reached."""

from __future__ import annotations

import pytest

from pivot.fingerprint import Fingerprinter, is_opaque, stated_version

HELPERS = """
import functools
import pivot

LIMIT = 3

def inner():
    return LIMIT

@pivot.opaque(version="1")
def helper(number=1):
    return number + inner()

@pivot.opaque(version="1")
class Model:
    rate = 5

    def fit(self):
        return inner()

    @staticmethod
    def score():
        return inner()

class Plain:
    @pivot.opaque(version="1")
    def fit(self):
        return inner()

    @staticmethod
    @pivot.opaque(version="1")
    def score():
        return inner()

    @pivot.opaque(version="1")
    @property
    def size(self):
        return inner()

@pivot.opaque(version="1")
def decorate(function):
    @functools.wraps(function)
    def wrapper():
        return function() + inner()
    return wrapper
"""
#: How the stage gets at something opaque: what stands before it, and its body.
WAYS = {
    "a call": ("from helpers import helper", "return helper()"),
    "an attribute": ("import helpers", "return helpers.helper()"),
    "a container": (
        "from helpers import helper\nTABLE = {'a': [helper]}",
        "return TABLE['a'][0]()",
    ),
    "a partial": (
        "from functools import partial\nfrom helpers import helper\ngo = partial(helper, 2)",
        "return go()",
    ),
    "a cache": (
        "from functools import lru_cache\nfrom helpers import helper\ngo = lru_cache(helper)",
        "return go()",
    ),
    "a default": ("from helpers import helper", "return (lambda f=helper: f())()"),
    "a class": ("from helpers import Model", "return Model().fit()"),
    "an instance": ("from helpers import Model\nMODEL = Model()", "return MODEL.fit()"),
    "a bound method": ("from helpers import Model\nfit = Model().fit", "return fit()"),
    "a method of its class": ("from helpers import Model\nfit = Model.fit", "return fit(Model())"),
    "a static method": ("from helpers import Model\nscore = Model.score", "return score()"),
    "a base": ("from helpers import Model\nclass Own(Model): pass", "return Own().fit()"),
    "an opaque method": ("from helpers import Plain", "return Plain().fit()"),
    "an opaque method of an instance": ("from helpers import Plain\np = Plain()", "return p.size"),
    "an opaque static method": ("from helpers import Plain", "return Plain.score()"),
    "a wrapper": (
        "from helpers import decorate\n@decorate\ndef inside(): return 1",
        "return inside()",
    ),
    "an import inside": ("", "from helpers import helper\n    return helper()"),
}


def write(project, way):
    before, body = WAYS[way]
    project.write({"helpers.py": HELPERS})
    (project.root / "pipeline.py").write_text(f"{before}\n\ndef stage():\n    {body}\n")


@pytest.mark.parametrize("way", WAYS)
def test_neither_its_source_nor_what_it_names_counts(project, way):
    write(project, way)
    before = project.manifest()
    assert not {key for key in before.symbols if key.endswith((":inner", ":LIMIT"))}
    project.edit("helpers.py", "return inner()", "return inner() * 2")
    project.edit("helpers.py", "+ inner()", "- inner()")
    project.edit("helpers.py", "LIMIT = 3", "LIMIT = 4")
    project.edit("helpers.py", "rate = 5", "rate = 6")
    project.edit("helpers.py", "number=1", "number=2")
    assert project.changed(before, project.manifest()) == set()


@pytest.mark.parametrize("way", WAYS)
def test_its_version_counts(project, way):
    write(project, way)
    before = project.manifest()
    project.edit("helpers.py", 'version="1"', 'version="2"')
    assert project.changed(before, project.manifest()) != set()


def test_the_version_is_its_hash_and_the_place_is_known(project):
    write(project, "a call")
    symbol = project.manifest().symbols["opaque:helpers:helper"]
    assert symbol.hash == "1"
    assert symbol.place.file == "helpers.py"


def test_what_a_wrapper_of_an_opaque_decorator_wraps_counts(project):
    write(project, "a wrapper")
    before = project.manifest()
    project.edit("pipeline.py", "return 1", "return 2")
    assert project.changed(before, project.manifest()) == {"func:pipeline:inside"}


def test_the_state_of_an_instance_of_an_opaque_class_counts(project):
    project.write(
        {
            "pipeline.py": """
                import pivot

                @pivot.opaque(version="1")
                class Box:
                    def __init__(self, size):
                        self.size = size

                BOX = Box(3)

                def stage():
                    return BOX.size
                """
        }
    )
    before = project.manifest()
    project.edit("pipeline.py", "Box(3)", "Box(4)")
    assert project.changed(before, project.manifest()) == {"const:pipeline:BOX"}


def test_what_wraps_an_opaque_function_counts(project):
    project.write(
        {
            "pipeline.py": """
                import functools
                import pivot

                def twice(function):
                    @functools.wraps(function)
                    def wrapper():
                        return function() * 2
                    return wrapper

                @twice
                @pivot.opaque(version="1")
                def helper():
                    return 1

                def stage():
                    return helper()
                """
        }
    )
    before = project.manifest()
    project.edit("pipeline.py", "return 1", "return 2")
    assert project.changed(before, project.manifest()) == set()
    project.edit("pipeline.py", "function() * 2", "function() * 3")
    assert project.changed(before, project.manifest()) == {"func:pipeline:twice.<locals>.wrapper"}


def test_the_rest_of_a_class_with_an_opaque_method_counts(project):
    write(project, "an opaque method")
    project.edit("helpers.py", "class Plain:", "class Plain:\n    other = 1\n")
    before = project.manifest()
    project.edit("helpers.py", "other = 1", "other = 2")
    assert project.changed(before, project.manifest()) == {"class:helpers:Plain"}


def test_a_nested_function_can_be_opaque(project):
    project.write(
        {
            "pipeline.py": """
                from pivot import opaque as sealed

                def stage():
                    @sealed(version="1")
                    def nested():
                        return 1
                    return nested() + 5
                """
        }
    )
    before = project.manifest()
    project.edit("pipeline.py", "return 1", "return 2")
    assert project.changed(before, project.manifest()) == set()
    project.edit("pipeline.py", "+ 5", "+ 6")
    assert project.changed(before, project.manifest()) == {"func:pipeline:stage"}
    before = project.manifest()
    project.edit("pipeline.py", 'version="1"', 'version="2"')
    assert project.changed(before, project.manifest()) == {"func:pipeline:stage"}


def test_another_decorator_of_that_name_is_no_mark(project):
    project.write(
        {
            "marks.py": "def opaque(version):\n    return lambda function: function\n",
            "pipeline.py": """
                from marks import opaque

                def stage():
                    @opaque(version="1")
                    def nested():
                        return 1
                    return nested()
                """,
        }
    )
    before = project.manifest()
    project.edit("pipeline.py", "return 1", "return 2")
    assert project.changed(before, project.manifest()) == {"func:pipeline:stage"}


def test_code_of_others_can_be_given_a_version_of_ones_own(project):
    project.write(
        {
            "pipeline.py": """
                import json
                import math
                import pivot

                root = pivot.opaque(version="1")(math.isqrt)
                text = pivot.opaque(version="7")(json.dumps)

                def stage():
                    return text(root(9))
                """
        }
    )
    symbols = project.manifest().hashes()
    assert symbols["opaque:math:isqrt"] == "1"
    assert symbols["opaque:json:dumps"] == "7"


def test_the_stage_itself_can_be_opaque(project):
    write(project, "a call")
    before = project.manifest("helpers:helper")
    assert "opaque:helpers:helper" in before.symbols
    project.edit("helpers.py", "number + inner()", "number - inner()")
    assert project.changed(before, project.manifest("helpers:helper")) == set()


def test_opaque_is_what_is_marked_or_written_in_what_is_marked(project):
    write(project, "a wrapper")
    project.load("pipeline")
    helpers = "helpers:"
    for name, version in [
        ("helper", "1"),
        ("Model", "1"),
        ("Model.fit", "1"),
        ("Plain.fit", "1"),
        ("Plain", None),
        ("inner", None),
    ]:
        assert stated_version(project.get(helpers + name)) == version
    assert is_opaque(project.get("pipeline:inside"))
    assert not is_opaque(3)


def test_that_opaque_code_ran_is_no_news(project):
    write(project, "a call")
    manifest = project.manifest()
    fingerprinter = Fingerprinter(project.root)
    manifest = fingerprinter.manifest({"function": project.get("pipeline:stage")})
    file = str(project.root / "helpers.py")
    lines = (project.root / "helpers.py").read_text().splitlines()
    line = lines.index("def inner():") + 1
    sites = [
        (file, "helpers", "helper", lines.index("def helper(number=1):")),
        (file, "helpers", "inner", line),
    ]
    assert fingerprinter.unnamed(sites, (), manifest) == set()
    other = [(file, "helpers", "Plain.fit", lines.index("class Plain:") + 2)]
    assert fingerprinter.unnamed(other, (), manifest) == {"ran:helpers.py:Plain"}


def test_a_name_that_was_marked_later_says_nothing_about_what_had_it_before(project):
    project.write(
        {
            "pipeline.py": """
                import pivot

                def make():
                    def stage():
                        return 1
                    return stage

                stage = make()

                @pivot.opaque(version="1")
                def make():
                    pass
                """
        }
    )
    before = project.manifest()
    project.edit("pipeline.py", "return 1", "return 2")
    assert project.changed(before, project.manifest()) != set()
