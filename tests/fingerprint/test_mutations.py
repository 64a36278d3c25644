"""Mutants of real modules: a function that a stage executes is changed, and the stage runs.

Packages that are installed anyway are copied into a project, under another name, so that they are
the project's own code. A mutation changes one function of those that a stage is seen to execute: a
constant, an operator, a condition. All stages that execute it must run then, the stage that uses
another package must not, and the outputs must be those of a run from scratch.
"""

import ast
import importlib.util
import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

#: Of each package, and with each more of the rounds of `make faults`.
MUTANTS = 6 * int(os.environ.get("PIVOT_TEST_ROUNDS", "1"))
#: What a mutant can take; one that never ends is as good as any other.
CPU_SECONDS = 5

#: A package -> what two stages do with it.
PROBES = {
    "packaging": {
        "versions": """
            from packaging_copy import version
            return sorted(map(str, map(version.parse, ["1.10", "1.9.post1", "1!0.1", "2.0rc1.dev3"])))
        """,
        "specifiers": """
            from packaging_copy.specifiers import SpecifierSet
            wanted = SpecifierSet(">=1.2,!=1.5,<2")
            return list(wanted.filter(["1.1", "1.3", "1.5", "1.9", "2.0"])), str(wanted)
        """,
    },
    "pathspec": {
        "matches": """
            from pathspec_copy import PathSpec
            spec = PathSpec.from_lines("gitignore", ["*.py", "!keep.py", "build/", "/a/**/b"])
            return [spec.match_file(path) for path in ("x.py", "keep.py", "build/x", "a/c/d/b", "b")]
        """,
        "patterns": """
            from pathspec_copy.patterns.gitignore.basic import GitIgnoreBasicPattern
            return [GitIgnoreBasicPattern.pattern_to_regex(text) for text in ("a/*.txt", "!b[0-9]?")]
        """,
    },
    "pluggy": {
        "calls": """
            import pluggy_copy
            class Spec:
                @pluggy_copy.HookspecMarker("app")
                def add(self, n): pass
            class One:
                @pluggy_copy.HookimplMarker("app")
                def add(self, n): return n + 1
            class Two:
                @pluggy_copy.HookimplMarker("app")(tryfirst=True)
                def add(self, n): return n + 2
            manager = pluggy_copy.PluginManager("app")
            manager.add_hookspecs(Spec)
            manager.register(One(), "one")
            manager.register(Two(), "two")
            return manager.hook.add(n=1), [name for name, _ in manager.list_name_plugin()]
        """,
        "markers": """
            import pluggy_copy
            @pluggy_copy.HookimplMarker("app")(trylast=True)
            def run(): pass
            return run.app_impl["trylast"]
        """,
    },
    "yaml": {
        "reads": """
            import yaml_copy
            return yaml_copy.safe_load("a: [1, 2.5, {b: null}]\\nc: |\\n  text\\nd: &x 0x1F\\ne: *x\\n")
        """,
        "writes": """
            import yaml_copy
            return yaml_copy.safe_dump({"a": [1, 2.5, None], "b": "x: y", "c": {"d": True}})
        """,
    },
    "markdown_it": {
        "renders": """
            from markdown_it_copy import MarkdownIt
            return MarkdownIt().render("# A *b*\\n\\n- one\\n- [two](x.md)\\n\\n    code\\n")
        """,
        "tokens": """
            from markdown_it_copy import MarkdownIt
            return [token.type for token in MarkdownIt("zero").parse("a\\n\\nb")]
        """,
    },
}
HEADER = """\
from typing import Annotated
import json_copy
from pivot import loaders, outputs
from pivot.registry import REGISTRY
"""
STAGE = """
def {name}() -> Annotated[object, outputs.Out("{name}.json", loaders.JSON())]:
{body}
REGISTRY.register({name})
"""
OTHER = "\n    return json_copy.dumps(json_copy.loads('[1, {\"a\": null}]'))\n"
#: Calls each stage, and prints the functions of the project that it executed: file, first line.
WATCH = """
import json, os, sys
import pipeline
found = {}
def watch(frame, event, argument):
    code = frame.f_code
    if event == "call" and code.co_filename.startswith(os.getcwd()) and not code.co_name.startswith("<"):
        seen.add((os.path.relpath(code.co_filename), code.co_firstlineno))
for name in sys.argv[1:]:
    getattr(pipeline, name)()  # what happens only once is no part of what a stage does
    seen = set()
    sys.setprofile(watch)
    getattr(pipeline, name)()
    sys.setprofile(None)
    found[name] = sorted(seen)
print(json.dumps(found))
"""


def vendor(package, root):
    """Copy the modules of a package; what it imports of itself, it imports of the copy."""
    source = Path(importlib.util.find_spec(package).origin).parent
    itself = re.compile(rf"^(\s*(?:from|import) ){package}\b", re.MULTILINE)
    for file in source.rglob("*.py"):
        target = root / f"{package}_copy" / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(itself.sub(rf"\1{package}_copy", file.read_text("utf-8")))


def write_project(root, package):
    root.mkdir()
    vendor(package, root)
    vendor("json", root)
    stages = {**PROBES[package], "other": OTHER}
    texts = [
        STAGE.format(name=name, body=body.replace("\n        ", "\n"))
        for name, body in stages.items()
    ]
    (root / "pipeline.py").write_text("".join([HEADER, *texts]))


def executed(root, package):
    """Give (file, first line) of each function that a stage executes -> the stages that do."""
    command = [sys.executable, "-c", WATCH, *PROBES[package]]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    found = {}
    for stage, places in json.loads(done.stdout).items():
        for file, line in places:
            if file != "pipeline.py":
                found.setdefault((file, line), set()).add(stage)
    return found


def mutate(text, line, chance):
    """Give a source in which something in the function that begins in a line is another; or None."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        decorators = getattr(node, "decorator_list", ())
        begins = decorators[0].lineno if decorators else getattr(node, "lineno", 0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and begins == line:
            spots = [change for inner in node.body for change in changes(inner)]
            if not spots:
                return None
            chance.choice(spots)()
            return ast.unparse(tree)
    return None


SWAPPED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def changes(statement):
    """Give functions of which each makes another small change of a statement."""
    docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return [] if docstring else list(_changes(statement))


def _changes(statement):
    inside_annotation = {
        inner
        for node in ast.walk(statement)
        for name in ("annotation", "returns")
        if (annotation := getattr(node, name, None)) is not None
        for inner in ast.walk(annotation)
    }
    for node in ast.walk(statement):
        if node in inside_annotation:
            continue
        match node:
            case ast.Constant(value=bool() | int() | str()):
                yield lambda node=node: setattr(node, "value", another(node.value))
            case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in SWAPPED:
                yield lambda node=node: setattr(node, "op", SWAPPED[type(node.op)]())
            case ast.Compare(ops=[op]) if type(op) in SWAPPED:
                yield lambda node=node: setattr(node, "ops", [SWAPPED[type(node.ops[0])]()])
            case ast.If() | ast.IfExp():
                yield lambda node=node: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))
            case _:
                pass


def another(value):
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case _:
            return f"{value}x"


def made(root):
    return {path.name: path.read_bytes() for path in root.glob("*.json")}


def statuses(report):
    """Give the stages that were executed, whatever came of it; None if there was no answer."""
    return report and {stage for stage, end in report.items() if end.status in {"ran", "failed"}}


@pytest.fixture(scope="module", params=PROBES)
def vendored(request, tmp_path_factory, run_servers):
    """A package, its project after a first run, and the functions that its stages execute."""
    root = tmp_path_factory.mktemp("vendored") / "project"
    write_project(root, request.param)
    report = run_servers("1").run(root)
    assert {end.status for end in report.values()} == {"ran"}, report
    return request.param, root, executed(root, request.param)


@pytest.mark.chance
@pytest.mark.parametrize("number", range(MUTANTS))
def test_mutant_runs_what_executes_it(vendored, number, run_servers, tmp_path):
    package, original, places = vendored
    # Seeded by what a test is called, so that each is the same whichever others run.
    chance = random.Random(f"{package}: {number}")
    mutant = None
    while mutant is None:
        file, line = chance.choice(sorted(places))
        mutant = mutate((original / file).read_text(), line, chance)
    root, scratch = tmp_path / "project", tmp_path / "scratch"
    state = shutil.ignore_patterns("state.lmdb", "__pycache__")
    shutil.copytree(original, root, ignore=state)
    shutil.copytree(original, scratch, ignore=shutil.ignore_patterns(".pivot", "*.json"))
    for directory in (root, scratch):
        (directory / file).write_text(mutant)
    ran = statuses(run_servers("2").run(root, cpu_seconds=CPU_SECONDS))
    from_scratch = statuses(run_servers("1").run(scratch, cpu_seconds=CPU_SECONDS))
    assert (ran is None) == (from_scratch is None)
    if ran is not None:
        assert places[file, line] <= ran <= set(PROBES[package]), f"{file}:{line}"
        assert made(root) == made(scratch), f"{file}:{line}"
