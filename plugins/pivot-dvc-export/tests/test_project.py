"""What becomes of each part of a dvc.yaml."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from pivot_dvc_export.project import read_project

from pivot.errors import DiscoveryError

DOZEN = Path(__file__).parent / "dozen"


@pytest.fixture
def read(tmp_path):
    """Write files and read the project."""

    def write_and_read(text, **files):
        for path, content in {"dvc.yaml": text, **files}.items():
            file = tmp_path / path.replace("__", "/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(content))
        return read_project(tmp_path)

    return write_and_read


def paths(texts):
    return [text.now for text in texts]


def test_a_project_of_a_dozen_stages():
    project = read_project(DOZEN)
    steps = {step.name: step for step in project.steps}
    assert list(steps) == [
        *("fetch", "clean", "split", "vocabulary", "train@small", "train@large"),
        *("evaluate@small-train", "evaluate@small-test"),
        *("evaluate@large-train", "evaluate@large-test", "journal", "lengths", "report"),
    ]
    assert steps["clean"].line.now.endswith("--longest 40")
    assert steps["split"].line.now.startswith("mkdir -p parts && python src/split.py")
    assert steps["split"].line.now.endswith("--share 0.25 --seed 7")
    assert steps["train@large"].line.now == "python src/train.py large --depth 3 models/large.json"
    assert steps["vocabulary"].params == {"params.yaml": ["vocabulary"]}
    assert not steps["vocabulary"].outs[0].cache
    assert [(out.path.now, out.kind) for out in steps["evaluate@small-test"].outs] == [
        ("scores/small-test.json", "metric")
    ]
    journal = steps["journal"]
    assert (journal.directory, paths(journal.deps)) == ("log", ["reviews/clean.csv"])
    assert (journal.outs[0].path.now, journal.outs[0].persist) == ("log/journal.txt", True)
    assert steps["lengths"].outs[0].kind == "plot"
    assert steps["lengths"].outs[0].axes == {"x": "length", "y": "count"}
    assert project.left == [("lengths", "'template' of lengths.csv has no counterpart")]
    assert project.approximated == [
        ("train", "its variants are those of the values as they are now")
    ]


def test_loops_over_lists_of_words_and_of_mappings(read):
    project = read(
        """
        stages:
          words:
            foreach: [a, b c]
            do: {cmd: "echo ${item}"}
          things:
            foreach: [{x: 1}, {x: 2}]
            do: {cmd: "echo ${item.x}"}
        """
    )
    assert [(step.name, step.dvc_name, step.line.now) for step in project.steps] == [
        ("words@a", "words@a", "echo a"),
        ("words@b_c", "words@b c", "echo b c"),
        ("things@0", "things@0", "echo 1"),
        ("things@1", "things@1", "echo 2"),
    ]
    assert project.approximated == [("words@b_c", "it was called words@b c")]


def test_a_matrix_of_mappings_is_numbered(read):
    (one,) = read(
        """
        stages:
          fit:
            matrix: {model: [{depth: 3}], data: [x]}
            cmd: fit ${item.model.depth} ${item.data} ${key}
        """
    ).steps
    assert (one.name, one.line.now) == ("fit@model0-x", "fit 3 x model0-x")


def test_the_variables_of_a_stage_come_first(read):
    found = read(
        """
        vars: [{a: 1, b: 1}, more.json]
        stages:
          x: {vars: [{a: 2}], cmd: "echo ${a} ${b} ${c} ${d}"}
        """,
        **{"more.json": '{"b": 3}', "params.yaml": "c: 4\nd: 5\na: 9\n"},
    )
    (step,) = found.steps
    assert step.line.now == "echo 2 3 4 5"
    assert [(one.file, one.name) for one in step.line.references] == [
        ("more.json", "b"),
        ("params.yaml", "c"),
        ("params.yaml", "d"),
    ]


def test_files_of_parameters(read):
    (step,) = read(
        """
        stages:
          x:
            cmd: x
            wdir: in
            params: [a.b, c, {../other.toml: [d], all.yaml: }]
        """,
        in__dvc="",
    ).steps
    assert step.params == {"in/params.yaml": ["a.b", "c"], "other.toml": ["d"], "in/all.yaml": None}


def test_a_dvc_yaml_below_has_paths_of_its_own(read):
    project = read(
        "stages:\n  x: {cmd: one, outs: [a]}\n",
        **{"sub__dvc.yaml": "stages:\n  x: {cmd: two, deps: [../a], outs: [b]}\n"},
    )
    assert [(step.name, step.directory, step.home) for step in project.steps] == [
        ("x", ".", ""),
        ("sub_x", "sub", "sub"),
    ]
    second = project.steps[1]
    assert (paths(second.deps), second.outs[0].path.now) == (["a"], "sub/b")


def test_what_has_no_counterpart_is_left(read):
    project = read(
        """
        plots: [x.csv]
        metrics: [m.json]
        stages:
          x:
            cmd: x
            frozen: true
            always_changed: false
            deps: [/etc/passwd, ../up]
            outs: [{m.json: {push: false, cache: false}}]
        """
    )
    assert [what for _, what in project.left] == [
        "/etc/passwd lies outside of the project",
        "../up lies outside of the project",
        "'push' of m.json has no counterpart",
        "'frozen' has no counterpart",
        "'plots' has no counterpart",
    ]
    (step,) = project.steps
    assert step.deps == []
    assert (step.outs[0].kind, step.outs[0].cache) == ("metric", False)


def test_data_that_dvc_tracks_are_told(read):
    project = read(
        "stages: {}\n",
        **{
            "data__raw.csv.dvc": "outs:\n- path: raw.csv\n  md5: 0\n",
            "data__far.dvc": "deps:\n- url: http://x\nouts:\n- path: far\n",
        },
    )
    assert sorted(project.tracked) == ["data/far", "data/raw.csv"]
    assert [where for where, _ in project.left] == ["data/far.dvc", "data/raw.csv.dvc"]


def test_several_commands_are_kept_apart(read):
    (step,) = read("stages: {x: {cmd: [a | b, 'c; d', e]}}\n").steps
    assert step.line.now == "(a | b) && (c; d) && e"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stages: [", "dvc.yaml:1: this is not YAML"),
        ("stages: [a]", "no mapping of stages"),
        ("[]", "neither a dvc.yaml nor"),
        ("a: 1", "neither a dvc.yaml nor"),
        ("stages: {x: y}", "stage 'x' is no mapping"),
        ("stages: {x: {deps: [a]}}", "stage 'x' has no 'cmd'"),
        ("stages: {x: {cmd: '${a}'}}", "stage 'x': nothing says what ${a} is"),
        ("stages: {x: {foreach: 3, do: {cmd: a}}}", "'foreach' needs"),
        ("stages: {x: {foreach: [1]}}", "'foreach' needs"),
        ("stages: {x: {matrix: [1], cmd: a}}", "'matrix' needs"),
        ("stages: &a {x: *a}", "dvc.yaml:1: this contains itself"),
        ("stages: {x: !!float ''}", "dvc.yaml can't be read"),
        ("%YAML 9.9\n---\nstages: {x: 1}", "dvc.yaml:1: this is not YAML"),
        ("vars: [a: '${b}']\nstages: {x: {cmd: a}}", "'vars': nothing says what ${b} is"),
        (
            f"stages: {{x: {{cmd: a, matrix: {{a: &l {[0] * 99}, b: *l, c: *l, d: *l}}}}}}",
            "stage 'x': its matrix makes 96,059,601 stages",
        ),
        ("vars: [none.yaml]\nstages: {x: {cmd: a}}", "none.yaml can't be read"),
    ],
)
def test_what_is_wrong_is_told(read, text, said):
    with pytest.raises(DiscoveryError) as told:
        read(text)
    assert said in str(told.value)


def test_a_directory_without_any_is_told(tmp_path):
    with pytest.raises(DiscoveryError, match="neither"):
        read_project(tmp_path)
