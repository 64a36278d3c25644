"""What a manifest holds, beside what the cases of the Change Detection Matrix show."""

import functools
import math
import runpy
import sys
import textwrap
from pathlib import Path

import pytest

from pivot.fingerprint import Fingerprinter
from pivot.loaders import JSON, YAML


def test_chain_of_two_thousand_helpers(project):
    chain = "\n".join(f"def f{n}(x): return f{n + 1}(x)" for n in range(2000))
    project.write({"pipeline.py": f"{chain}\ndef f2000(x): return x\ndef stage(x): return f0(x)\n"})
    before = project.manifest()
    project.edit("pipeline.py", "def f2000(x): return x", "def f2000(x): return -x")
    assert project.changed(before, project.manifest()) == {"func:pipeline:f2000"}


def test_linked_list_of_ten_thousand_instances(project):
    project.write(
        {
            "pipeline.py": """
                class Link:
                    def __init__(self, n, following):
                        self.n, self.following = n, following

                HEAD = None
                for n in range(10_000):
                    HEAD = Link(n, HEAD)

                def stage():
                    return HEAD
            """
        }
    )
    before = project.manifest()
    project.edit("pipeline.py", "Link(n, HEAD)", "Link(n + 1, HEAD)")
    after = project.manifest()
    assert project.changed(before, after) == {"const:pipeline:HEAD"}
    assert after.unstable == ()


def test_branches_a_thousand_deep(project):
    branches = "\n".join(f"    elif x == {n}: return {n}" for n in range(1, 1000))
    project.write({"pipeline.py": f"def stage(x):\n    if x == 0: return 0\n{branches}\n"})
    before = project.manifest()
    project.edit("pipeline.py", "x == 999: return 999", "x == 999: return 1000")
    after = project.manifest()
    assert project.changed(before, after) == {"func:pipeline:stage"}
    assert after.unstable == ()


def test_source_that_was_edited_after_its_import_is_unstable(project):
    project.write(
        {"pipeline.py": "K = 1\ndef helper(): return 1\ndef stage(): return helper() + K\n"}
    )
    project.load("pipeline")
    stage = project.get("pipeline:stage")
    project.edit("pipeline.py", "return 1", "return 2")
    stale = Fingerprinter(project.root).manifest({"function": stage})
    assert stale.unstable == ("func:pipeline:helper",)
    # What is recorded now must not pass for what the new source does.
    assert "func:pipeline:helper" in project.changed(stale, project.manifest())


def test_methods_that_were_edited_after_their_import_are_unstable(project):
    project.write(
        {"pipeline.py": "class C:\n    def run(self): return 1\ndef stage(): return C().run()\n"}
    )
    project.load("pipeline")
    stage = project.get("pipeline:stage")
    project.edit("pipeline.py", "return 1", "return 2")
    stale = Fingerprinter(project.root).manifest({"function": stage})
    assert "func:pipeline:C.run" in stale.unstable
    assert project.changed(stale, project.manifest())


@pytest.mark.parametrize("text", [None, "def stage(:", "\0"])
def test_source_that_is_gone_or_broken_after_its_import_is_unstable(project, text):
    project.write({"pipeline.py": "class C:\n    pass\nX = open\ndef stage(): return C()\n"})
    project.load("pipeline")
    stage = project.get("pipeline:stage")
    file = project.root / "pipeline.py"
    file.unlink() if text is None else file.write_text(text)
    manifest = Fingerprinter(project.root).manifest({"function": stage})
    assert manifest.unstable == ("class:pipeline:C", "func:pipeline:stage")


def test_a_class_that_answers_no_question_is_unstable(project):
    project.write(
        {
            "pipeline.py": """
                class Silent(type):
                    def __getattribute__(cls, name):
                        raise RuntimeError(name)

                class Odd(metaclass=Silent):
                    pass

                def stage():
                    return Odd
            """
        }
    )
    project.load("pipeline")
    maker = Fingerprinter(project.root)
    roots = {"function": project.get("pipeline:stage"), "odd": project.get("pipeline:Odd")}
    assert len(maker.manifest(roots).unstable) == 2


def test_roots_of_every_kind(project):
    project.write(
        {
            "tools.py": "def used(): return 1\n",
            "pipeline.py": """
                import dataclasses, functools, math, tools

                @dataclasses.dataclass(frozen=True)
                class CSV:
                    sep: str = ","
                    def load(self, path):
                        return tools.used()

                class Params:
                    rate = 1

                def helper(n):
                    return lambda: n

                def stage():
                    return 1
            """,
        }
    )
    project.load("pipeline")
    pipeline = sys.modules["pipeline"]
    roots = {
        "function": pipeline.stage,
        "loader:deps.raw": pipeline.CSV(";"),
        "params": pipeline.Params,
        "code:0": pipeline.tools,
        "code:1": [1, 2],
        "code:2": pipeline.helper(3),
        "code:3": math.sin,
        "code:4": functools.partial(pipeline.helper, 1),
    }
    symbols = Fingerprinter(project.root).manifest(roots).symbols
    assert set(symbols) == {
        "class:pipeline:CSV",
        "class:pipeline:Params",
        "func:pipeline:helper",
        "func:pipeline:helper.<lambda>",
        "func:pipeline:stage",
        "func:tools:used",
        "module:tools",
        "python:python",
        "value:code:1",
        "value:code:2",
        "value:code:3",
        "value:code:4",
        "value:loader:deps.raw",
    }
    assert symbols["value:code:1"].shown == "[1, 2]"


def test_options_of_a_loader_count(project):
    project.write(
        {
            "pipeline.py": """
                import dataclasses

                @dataclasses.dataclass(frozen=True, slots=True)
                class CSV:
                    sep: str = ","
            """
        }
    )
    project.load("pipeline")
    loader = project.get("pipeline:CSV")
    maker = Fingerprinter(project.root)
    commas, tabs, again = (
        maker.manifest({"loader:deps.raw": one}) for one in (loader(), loader("\t"), loader())
    )
    assert project.changed(commas, tabs) == {"value:loader:deps.raw"}
    assert commas == again


def test_loaders_of_others_are_alike_by_class_and_options(project):
    maker = Fingerprinter(project.root)
    given = (JSON(), JSON(indent=2), JSON(indent=1), JSON(indent=True), JSON(indent=None), YAML())
    first, same, *others = (maker.manifest({"loader": one}).hashes() for one in given)
    assert first == same
    assert len({tuple(hashes.items()) for hashes in (first, *others)}) == 5


def test_functions_of_others_as_roots_are_told_apart(project):
    maker = Fingerprinter(project.root)
    one, two = (maker.manifest({"function": f}) for f in (textwrap.dedent, textwrap.indent))
    assert project.changed(one, two) == {"value:function"}


def test_roots_that_change_places_are_told_apart(project):
    project.write({"pipeline.py": "def a(n): return n and b(n)\ndef b(n): return n - 1 and a(n)\n"})
    project.load("pipeline")
    a, b = project.get("pipeline:a"), project.get("pipeline:b")
    maker = Fingerprinter(project.root)
    assert maker.manifest({"function": a}) != maker.manifest({"function": b})
    both, swapped = {"function": a, "code:0": b}, {"function": b, "code:0": a}
    assert maker.manifest(both) != maker.manifest(swapped)


def test_symbols_say_where_they_are(project):
    project.write(
        {
            "pkg/__init__.py": "",
            "pkg/pipeline.py": """
                import math

                LIMIT = {"a": 1}

                @staticmethod
                def decorated(): pass

                class Model:
                    pass

                def stage():
                    return LIMIT, Model, math.pi
            """,
        }
    )
    symbols = project.manifest("pkg.pipeline:stage").symbols
    places = {key: str(symbol.place) for key, symbol in symbols.items()}
    assert places == {
        "class:pkg.pipeline:Model": "pkg/pipeline.py:9",
        "const:pkg.pipeline:LIMIT": "pkg/pipeline.py:4",
        "func:pkg.pipeline:stage": "pkg/pipeline.py:12",
        "python:python": "None",
    }
    assert symbols["const:pkg.pipeline:LIMIT"].shown == "{'a': 1}"
    assert list(symbols) == sorted(symbols)


def test_constants_are_taken_as_they_are_when_first_asked_for(project):
    project.write({"pipeline.py": "SEEN = []\ndef stage(): return SEEN\n"})
    project.load("pipeline")
    maker = Fingerprinter(project.root)
    first = maker.manifest({"function": project.get("pipeline:stage")})
    sys.modules["pipeline"].SEEN.append(1)
    assert maker.manifest({"function": project.get("pipeline:stage")}) == first


def test_plugin_is_asked_for_values_of_others(project):
    project.write(
        {"pipeline.py": "import zlib\nPACKER = zlib.compressobj()\ndef stage(): return PACKER\n"}
    )

    def hash_value(value):
        return answers.pop(0) if type(value).__name__ == "Compress" else None

    answers = ["one", "two"]
    before = project.manifest(hash_value=hash_value)
    after = project.manifest(hash_value=hash_value)
    assert project.changed(before, after) == {"const:pipeline:PACKER"}


def test_plugin_that_fails_has_no_answer(project):
    project.write(
        {"pipeline.py": "import decimal\nK = decimal.Decimal(1)\ndef stage(): return K\n"}
    )

    def hash_value(value):
        raise RuntimeError

    assert project.manifest(hash_value=hash_value) == project.manifest()


def test_what_is_asked_of_pivot_is_its_version(project):
    project.write(
        {
            "pipeline.py": """
                from pivot.errors import Place

                class Registry:
                    stages = []

                LAST = Place("x", 1)

                def stage():
                    return LAST, Place
            """
        }
    )
    before = project.manifest()
    assert "dist:pivot" in before.symbols
    assert not any("pivot" in key for key in before.symbols if key != "dist:pivot")
    project.edit("pipeline.py", 'Place("x", 1)', 'Place("x", 2)')
    assert project.changed(before, project.manifest()) == {"const:pipeline:LAST"}


def test_pivots_own_registries_are_no_values(project):
    project.write(
        {
            "pipeline.py": """
                from pivot.errors import PivotError

                known = PivotError("1")

                def stage():
                    return known
            """
        }
    )
    before = project.manifest()
    project.edit("pipeline.py", '"1"', '"2"')
    assert project.changed(before, project.manifest()) == set()


def test_things_without_any_module(project):
    namespace = {"__builtins__": __builtins__}
    exec("class C:\n    k = 1\ndef stage(): return C, unknown", namespace)
    manifest = Fingerprinter(project.root).manifest({"function": namespace["stage"]})
    assert "func:?:stage" in manifest.symbols


def test_class_of_a_script_without_methods_as_the_first_root(project):
    namespace = runpy.run_path(
        write_script(project, "class C:\n    k = 1\n    def m(self): return k\nk = 1\n")
    )
    symbols = Fingerprinter(project.root).manifest({"params": namespace["C"]}).symbols
    assert {"class:script:C", "const:script:k"} <= set(symbols)


def write_script(project, text):
    project.write({"script.py": text})
    return str(project.root / "script.py")


def test_code_of_a_module_that_a_test_runner_rewrote_is_found_by_its_place(project):
    # This very file was rewritten by pytest when it was imported.
    manifest = Fingerprinter(Path(__file__).parent).manifest({"function": write_script})
    assert manifest.unstable == ()
    assert [key for key in manifest.symbols if key.endswith(":write_script")]
