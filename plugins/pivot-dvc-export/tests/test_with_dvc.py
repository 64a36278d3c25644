"""What the real DVC says to an export, and what it makes when it runs one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest
import yaml
from pivot_dvc_export import DvcExporter
from pivot_dvc_export.judgement import judged

import pivot.api
from pivot.interfaces import OutPlan, Plan, StagePlan

pytestmark = pytest.mark.distribution


@pytest.fixture(autouse=True)
def on_the_path(dvc, monkeypatch):
    for name, value in dvc.items():
        monkeypatch.setenv(name, value)


def stage(name, deps=(), outs=(), **details):
    return StagePlan(name, "pipeline:f", deps, tuple(outs), **details)


#: Whatever DVC could take for something else, or could refuse.
ODD = Plan(
    (
        stage(
            "make@small",
            ("raw ${x}.csv", "1e3"),
            [OutPlan("data/a.csv"), OutPlan("data/größe ${HOME}.csv", tracked=True)],
            description="Costs ${5}: $${y}, ${ and \\${z}; # no comment",
            overridden=("rate",),
        ),
        stage("make+v1.2", (), [OutPlan("data/deep/b.csv", cache=False)], overridden=("rate",)),
        stage("all", ("data/",), [OutPlan("out/"), OutPlan("db", "incremental", tracked=True)]),
        stage("part", ("out/one.csv", "data/a.csv"), [OutPlan("s.json", "metric")]),
        stage("0o17", ("s.json",), [OutPlan("plots/", "plot")], overridden=("rate",)),
        stage("on", (), [OutPlan("1_000")], sources=("pipeline.py",)),
        stage("null", ("db", "1_000"), [OutPlan("yes", "plot", cache=False)]),
        stage("make__at__small"),
    ),
    tuple(
        sorted(
            [
                ("make@small", "all"),
                ("make+v1.2", "all"),
                ("all", "part"),
                ("make@small", "part"),
                ("part", "0o17"),
                ("all", "null"),
                ("on", "null"),
            ]
        )
    ),
)
PARAMS = "make@small:\n  rate: 1\nmake+v1.2:\n  rate: 1\n'0o17':\n  rate: 1\n"


def problems(plan, text, root):
    check = judged(plan, text, root)
    assert check.how.startswith("by dvc 3.67.")
    return check.problems


def test_dvc_sees_the_same_graph_whatever_the_names(tmp_path):
    (tmp_path / "params.yaml").write_text(PARAMS)
    checks = DvcExporter().validate(ODD, DvcExporter().export(ODD), tmp_path)
    assert [check.problems for check in checks] == [(), ()]
    assert checks[1].skipped is None


def test_dvc_takes_an_empty_pipeline(tmp_path):
    assert problems(Plan((), ()), DvcExporter().export(Plan((), ())), tmp_path) == ()


def test_dvc_refuses_what_is_wrong(tmp_path):
    text = DvcExporter().export(ODD).replace("make__at__small:", "make@small:")
    (found,) = problems(ODD, text, tmp_path)
    assert "ERROR" in found


def test_an_edge_that_only_dvc_sees_is_a_problem(tmp_path):
    text = DvcExporter().export(ODD).replace("deps:\n      - s.json", "deps:\n      - 'yes'")
    assert "'null' feeds '0o17', but not in Pivot" in problems(ODD, text, tmp_path)


PIPELINE = '''
import json
from pathlib import Path
from typing import Annotated, TypedDict

from helpers import squared
from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams


class ScaleParams(StageParams):
    factor: float = 2.0
    offset: int = 1


class Scaled(TypedDict):
    values: Annotated[list, outputs.Out("scaled/values.json", loaders.JSON())]
    table: Annotated[list, outputs.Plot("table.json", loaders.JSON())]


def scale(
    params: ScaleParams, numbers: Annotated[list, outputs.Dep("numbers.json", loaders.JSON())]
) -> Scaled:
    """Scale ${all} numbers."""
    values = [squared(number) * params.factor + params.offset for number in numbers]
    return {"values": values, "table": list(enumerate(values))}


def remember(
    values: Annotated[list, outputs.Dep("scaled/values.json", loaders.JSON())],
) -> Annotated[Path, outputs.IncrementalOut("history.txt", loaders.PathOnly())]:
    with open("history.txt", "a") as stream:
        print(values, file=stream)
    return Path("history.txt")


def split() -> None:
    """Write a directory."""
    Path("parts").mkdir(exist_ok=True)
    for number, value in enumerate(json.loads(Path("scaled/values.json").read_text())):
        Path(f"parts/{number}.txt").write_text(str(value))


def total(
    values: Annotated[list, outputs.Dep("scaled/values.json", loaders.JSON())],
) -> Annotated[dict, outputs.Metric("total.json")]:
    return {"total": sum(values), "parts": len(list(Path("parts").iterdir()))}


REGISTRY.register(scale, name="scale@small")
REGISTRY.register(remember)
REGISTRY.register(split, deps=["scaled/"], outs=["parts/"])
REGISTRY.register(total, deps=["parts/"])
'''
OUTPUTS = ("scaled/values.json", "table.json", "history.txt", "parts", "total.json")


class Clone:
    """A copy of the project."""

    def __init__(self, root: Path, environ: dict[str, str]) -> None:
        self.root = root
        self._environ = environ

    def fill(self) -> None:
        self.root.mkdir()
        self.write("pipeline.py", PIPELINE)
        self.write("helpers.py", "def squared(number):\n    return number * number\n")
        self.write("numbers.json", "[1, 2, 3]\n")
        self.write("params.yaml", "scale@small:\n  factor: 3.0\n")

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(textwrap.dedent(text).lstrip("\n"))

    def do(self, *words: str) -> str:
        done = subprocess.run(
            words,
            cwd=self.root,
            env={**os.environ, **self._environ},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}"
        return done.stdout

    @property
    def made(self) -> dict[str, bytes]:
        """The bytes of every output, by path."""
        paths = [path for out in OUTPUTS for path in (self.root / out, *self.root.glob(f"{out}/*"))]
        return {
            str(path.relative_to(self.root)): path.read_bytes() for path in paths if path.is_file()
        }


@pytest.fixture(scope="module")
def finished(dvc, tmp_path_factory):
    """The project, validated, exported, and run by DVC; to be copied."""
    clone = Clone(tmp_path_factory.mktemp("finished") / "project", dvc)
    clone.fill()
    clone.do("git", "init", "--quiet")
    clone.do("dvc", "init", "--quiet")
    said = clone.do("pivot", "export", "--validate")
    assert "validated structurally and by dvc 3.67." in said
    clone.do("dvc", "repro")
    return clone


@pytest.fixture
def theirs(finished, dvc, tmp_path):
    return Clone(shutil.copytree(finished.root, tmp_path / "with-dvc"), dvc)


@pytest.fixture
def ours(dvc, tmp_path):
    """The project, run by Pivot alone."""
    clone = Clone(tmp_path / "with-pivot", dvc)
    clone.fill()
    clone.do("pivot", "run")
    return clone


def test_what_dvc_makes_is_what_pivot_makes_byte_for_byte(ours, theirs):
    assert len(ours.made) == 7
    assert theirs.made == ours.made
    before = ours.made
    for clone in (ours, theirs):
        clone.write("numbers.json", "[4, 5, 6]\n")
        clone.write("helpers.py", "def squared(number):\n    return number ** 2 + 1\n")
        clone.write("params.yaml", "scale@small:\n  factor: 4.0\n")
    ours.do("pivot", "run")
    theirs.do("dvc", "repro")
    assert theirs.made == ours.made
    assert [path for path in before if ours.made[path] == before[path]] == []
    assert json.loads(theirs.do("dvc", "status", "--json")) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("numbers.json", "[4, 5]\n"),
        ("helpers.py", "def squared(number):\n    return number ** 3\n"),
        ("params.yaml", "scale@small:\n  factor: 4.0\n"),
    ],
)
def test_each_kind_of_change_is_seen_by_dvc(theirs, path, text):
    theirs.write(path, text)
    assert "scale__at__small" in json.loads(theirs.do("dvc", "status", "--json"))


def test_what_pivot_does_not_see_dvc_does_not_see(theirs):
    theirs.write("unused.py", "x = 1\n")
    assert json.loads(theirs.do("dvc", "status", "--json")) == {}


def test_where_dvc_sees_more_than_matters_pivot_restores(theirs):
    before = theirs.made
    theirs.write("helpers.py", "# A comment.\ndef squared(number):\n    return number * number\n")
    said = theirs.do("dvc", "repro", "scale__at__small")
    assert "Running stage 'scale__at__small'" in said
    assert "scale@small: restored" in said
    assert theirs.made == before


def test_after_dvc_pivot_has_nothing_to_do(theirs):
    assert "up to date" in theirs.do("pivot", "run")


def test_the_same_export_again_changes_nothing(theirs):
    assert "unchanged: dvc.yaml" in theirs.do("pivot", "export")


@pytest.fixture
def recorded(dvc, tmp_path):
    """The project, run by Pivot, in a repository of DVC's that has never run it."""
    clone = Clone(tmp_path / "recorded", dvc)
    clone.fill()
    clone.do("git", "init", "--quiet")
    clone.do("dvc", "init", "--quiet")
    clone.do("pivot", "run")
    return clone


def test_dvc_takes_what_pivot_made_for_its_own(recorded):
    made = recorded.made
    said = recorded.do("pivot", "export", "--with-lock", "--validate")
    assert "wrote dvc.lock: 4 stages, all up to date" in said
    assert said.rstrip().endswith("and by dvc status")
    assert json.loads(recorded.do("dvc", "status", "--json")) == {}
    assert recorded.made == made
    assert "unchanged: dvc.lock" in recorded.do("pivot", "export", "--with-lock")
    # What DVC would have written itself: but for its files of ignored names in directories.
    lock = (recorded.root / "dvc.lock").read_text()
    recorded.do("dvc", "commit", "--force", "--quiet")
    assert dict(entries(recorded, without="scaled")) == dict(entries(lock, without="scaled"))
    # It can bring all of it back from its own cache.
    shutil.rmtree(recorded.root / "parts")
    (recorded.root / "total.json").unlink()
    recorded.do("dvc", "checkout", "--quiet")
    assert recorded.made == made


def entries(source, without):
    text = source if isinstance(source, str) else (source.root / "dvc.lock").read_text()
    for name, entry in yaml.safe_load(text)["stages"].items():
        kept = [dep for dep in entry["deps"] if dep["path"] != without]
        yield name, {**entry, "deps": kept}


def test_what_is_not_up_to_date_is_not_recorded(recorded):
    recorded.write("numbers.json", "[7]\n")
    recorded.do("pivot", "run", "scale@small")
    said = recorded.do("pivot", "export", "--with-lock", "--validate")
    assert "wrote dvc.lock: 1 stage, 1 of 4 are up to date" in said
    assert sorted(json.loads(recorded.do("dvc", "status", "--json"))) == [
        "remember",
        "split",
        "total",
    ]


def test_a_record_that_is_wrong_is_found(recorded, monkeypatch):
    monkeypatch.chdir(recorded.root)
    prepared = pivot.api.prepare_export("dvc", record=True)
    assert prepared.record.validate().problems == ()
    numbers = json.loads((recorded.root / "numbers.json").read_text())
    before = recorded.made
    recorded.write("numbers.json", json.dumps([*numbers, 1]))
    (found,) = prepared.record.validate().problems
    assert found == "'dvc status' finds changed ['scale@small'], not []"
    assert recorded.made == before
