"""Parameters from end to end: what overrides them runs what sees them, and nothing else."""

from __future__ import annotations

import json
import pathlib
import subprocess

import pytest

import pivot
from pivot import api
from pivot.errors import CorruptionError, DefinitionErrors, UsageError
from pivot.registry import Registry
from pivot.stage_def import StageParams
from pivot.vcs import GitError, UnknownRevisionError

PIPELINE = """
import datetime, enum
from typing import Literal
import pydantic

class Speed(enum.Enum):
    SLOW = "slow"
    FAST = "fast"

class Sgd(StageParams):
    kind: Literal["sgd"] = "sgd"
    momentum: float = 0.9

class Adam(StageParams):
    kind: Literal["adam"] = "adam"
    betas: tuple[float, float] = (0.9, 0.99)

class Train(StageParams):
    rate: float = 0.1
    speed: Speed = Speed.SLOW
    day: datetime.date = datetime.date(2024, 1, 1)
    span: datetime.timedelta = datetime.timedelta(hours=1)
    folder: pathlib.Path = pathlib.Path("data")
    limit: int | None = None
    either: int | str = 1
    layers: list[int] = [1, 2]
    pair: tuple[int, str] = (1, "a")
    tags: set[str] = {"b", "a"}
    modes: dict[Speed, pathlib.Path] = {Speed.FAST: pathlib.Path("f")}
    mode: Literal["x", "y"] = "x"
    optimizer: Sgd | Adam = pydantic.Field(Sgd(), discriminator="kind")
    steps: list[Sgd | Adam] = [Adam()]

class Score(StageParams):
    digits: int = 3

def train(params: Train) -> Annotated[str, outputs.Out("model.json", loaders.JSON())]:
    return repr(params)

def score(params: Score) -> Annotated[int, outputs.Out("score.json", loaders.JSON())]:
    return params.digits

REGISTRY.register(train)
REGISTRY.register(score)
"""


@pytest.fixture
def training(project):
    project.pipeline(PIPELINE)
    return project


@pytest.fixture
def committed(training):
    """The project after a run, in a commit."""
    training.run()
    training.write("params.yaml", "")
    git(training, "init", "-q", "-b", "main")
    commit(training, "one")
    return training


def git(project, *words):
    identity = ["-c", "user.name=N", "-c", "user.email=n@example.org"]
    subprocess.run(["git", *identity, *words], cwd=project.root, check=True)


def commit(project, tag):
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", tag)
    git(project, "tag", tag)


def lock(project, stage):
    return json.loads(project.read(f".pivot/stages/{stage}.lock"))["params"]


def differing(project, **options):
    found = api.diff_params(project.root, **options).differences
    return {(one.stage, one.name): (one.change, one.old, one.new) for one in found}


# Running


VALUES = {
    "rate": ("1e-3", 0.001),
    "speed": ("fast", "fast"),
    "day": ("2025-02-03", "2025-02-03"),
    "span": ("PT5M", "PT5M"),
    "folder": ("a/b", "a/b"),
    "limit": ("3", 3),
    "either": ("three", "three"),
    "layers": ("[3, 4, 5]", [3, 4, 5]),
    "pair": ("[2, b]", [2, "b"]),
    "tags": ("[c, b]", ["b", "c"]),
    "modes": ("{slow: s}", {"slow": "s"}),
    "mode": ("y", "y"),
    "optimizer": ("{kind: adam}", {"!pipeline.Adam": {"kind": "adam", "betas": [0.9, 0.99]}}),
    "optimizer.momentum": ("0.5", {"!pipeline.Sgd": {"kind": "sgd", "momentum": 0.5}}),
    "steps": ("[{kind: sgd}]", [{"!pipeline.Sgd": {"kind": "sgd", "momentum": 0.9}}]),
}


def test_defaults_of_every_type_are_up_to_date_after_a_run(training):
    assert training.run() == {"train": "ran", "score": "ran"}
    assert training.run() == {"train": "unchanged", "score": "unchanged"}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_of_any_type_runs_its_stage_once(training, name):
    text, written = VALUES[name]
    training.run()
    assert training.run(params=[f"train.{name}={text}"])["train"] == "ran"
    assert training.run(params=[f"train.{name}={text}"])["train"] == "unchanged"
    assert lock(training, "train")[name.partition(".")[0]] == written


def test_values_of_every_type_in_the_file_are_up_to_date_after_a_run(training):
    lines = [f"  {name}: {text}" for name, (text, _) in VALUES.items() if "." not in name]
    training.write("params.yaml", "train:\n" + "\n".join(lines) + "\n")
    assert training.run() == {"train": "ran", "score": "ran"}
    assert training.run() == {"train": "unchanged", "score": "unchanged"}


def test_a_lock_has_the_values_that_its_stage_sees_and_no_others(training, monkeypatch):
    monkeypatch.setenv("PIVOT_PARAMS__TRAIN__RATE", "0.5")
    training.write("params.yaml", "train: {limit: 7}\nscore: {digits: 2}\n")
    training.run(params={"train.mode": "y"})
    assert lock(training, "score") == {"digits": 2}
    assert {name: lock(training, "train")[name] for name in ("rate", "limit", "mode")} == {
        "rate": 0.5,
        "limit": 7,
        "mode": "y",
    }


def test_a_variable_runs_the_stage_that_sees_it(training, monkeypatch):
    training.run()
    monkeypatch.setenv("PIVOT_PARAMS__SCORE__DIGITS", "1")
    assert training.run() == {"train": "unchanged", "score": "ran"}
    assert training.read("score.json").strip() == "1"
    assert training.run() == {"train": "unchanged", "score": "unchanged"}


def test_a_variable_that_says_what_is_so_anyway_runs_nothing(training, monkeypatch):
    training.run()
    monkeypatch.setenv("PIVOT_PARAMS__SCORE__DIGITS", "3")
    assert training.run() == {"train": "unchanged", "score": "unchanged"}


def test_what_was_set_is_forgotten_by_the_next_run(training):
    training.run()
    assert training.run(params=["score.digits=1"])["score"] == "ran"
    assert training.run()["score"] == "restored"
    assert training.read("score.json").strip() == "3"


def test_an_explanation_sees_what_is_set(training):
    training.run()
    found = pivot.explain(training.root, params={"score.digits": 1})
    assert {one.stage: one.forecast for one in found} == {"train": "skip", "score": "run"}


def test_nothing_runs_if_something_is_set_wrong(training):
    with pytest.raises(DefinitionErrors, match="did you mean digits"):
        training.run(params=["score.digit=1"])
    assert not (training.root / "model.json").exists()


class Depth(StageParams):
    depth: int = 1


def test_a_registry_takes_what_was_set_and_nothing_of_its_surroundings(tmp_path, monkeypatch):
    monkeypatch.setenv("PIVOT_PARAMS__DIG__DEPTH", "5")
    (tmp_path / "params.yaml").write_text("dig: {depth: 4}")

    def dig(params: Depth) -> None:
        pathlib.Path("hole.txt").write_text(str(params.depth))

    registry = Registry()
    registry.register(dig, outs=["hole.txt"])
    for params, seen in (({}, "1"), ({"dig.depth": 3}, "3")):
        assert pivot.run(tmp_path, registry=registry, executor="inline", params=params).ok
        assert (tmp_path / "hole.txt").read_text() == seen


# Showing


def test_every_value_comes_with_its_origin(training, monkeypatch):
    monkeypatch.setenv("PIVOT_PARAMS__TRAIN__OPTIMIZER__MOMENTUM", "0.5")
    training.write("params.yaml", "train:\n  limit: 7\n  layers: [5]\n")
    (train,) = api.show_params(training.root, targets=["train"], params={"train.rate": 1})
    found = {param.name: (param.value, param.origin) for param in train.params}
    assert found["limit"] == (7, "params.yaml:2")
    assert found["layers"] == ([5], "params.yaml:3")
    assert found["optimizer.momentum"] == (0.5, "PIVOT_PARAMS__TRAIN__OPTIMIZER__MOMENTUM")
    assert found["optimizer.kind"] == ("sgd", "default")
    assert found["rate"] == (1.0, "params['train.rate']")
    assert found["speed"] == ("slow", "default")
    assert list(found)[:3] == ["rate", "speed", "day"]


def test_stages_are_chosen_by_name_glob_or_output(training):
    for target in ("score", "sc*", "score.json"):
        assert [s.stage for s in api.show_params(training.root, targets=[target])] == ["score"]
    assert [s.stage for s in api.show_params(training.root)] == ["train", "score"]


def test_showing_does_not_touch_the_project(training):
    api.show_params(training.root)
    assert not (training.root / ".pivot").exists()


def test_a_stage_without_parameters_has_none(project):
    project.pipeline("def dig() -> None: ...\nREGISTRY.register(dig, deps=['pipeline.py'])")
    (found,) = api.show_params(project.root)
    assert (found.stage, found.params) == ("dig", ())


# Comparing


def test_without_a_change_nothing_differs(committed):
    assert differing(committed) == {}


def test_the_workspace_is_what_the_stages_would_see_now(committed, monkeypatch):
    monkeypatch.setenv("PIVOT_PARAMS__TRAIN__RATE", "0.5")
    committed.write("params.yaml", "train: {limit: 7}\n")
    assert differing(committed, params={"score.digits": 1}) == {
        ("train", "rate"): ("changed", 0.1, 0.5),
        ("train", "limit"): ("changed", None, 7),
        ("score", "digits"): ("changed", 3, 1),
    }


def test_two_revisions_are_compared_without_the_pipeline(committed):
    committed.run(params={"score.digits": 1})
    commit(committed, "two")
    committed.pipeline("raise ValueError")
    assert differing(committed, old="one", new="two") == {("score", "digits"): ("changed", 3, 1)}
    assert differing(committed, old="two", new="one") == {("score", "digits"): ("changed", 1, 3)}


def test_a_revision_is_compared_with_the_workspace(committed):
    committed.run(params={"score.digits": 1})
    commit(committed, "two")
    assert differing(committed) == {("score", "digits"): ("changed", 1, 3)}
    assert differing(committed, old="one") == {}


def test_parameters_and_stages_that_come_and_go(committed):
    committed.edit("pipeline.py", "    digits: int = 3", "    places: int = 3")
    committed.edit("pipeline.py", "params.digits", "params.places")
    committed.edit("pipeline.py", "REGISTRY.register(train)", "")
    found = differing(committed)
    assert found["score", "places"] == ("added", None, 3)
    assert found["score", "digits"] == ("removed", 3, None)
    assert found["train", "rate"] == ("removed", 0.1, None)
    assert differing(committed, stages=["score"]).keys() == {
        ("score", "places"),
        ("score", "digits"),
    }


def test_another_member_of_a_union_is_told_value_by_value(committed):
    assert differing(committed, params=["train.optimizer={kind: adam}"]) == {
        ("train", "optimizer.(class)"): ("changed", "pipeline.Sgd", "pipeline.Adam"),
        ("train", "optimizer.kind"): ("changed", "sgd", "adam"),
        ("train", "optimizer.betas"): ("added", None, [0.9, 0.99]),
        ("train", "optimizer.momentum"): ("removed", 0.9, None),
    }


def test_a_stage_that_never_ran_is_added(committed):
    (committed.root / ".pivot/stages/score.lock").unlink()
    commit(committed, "two")
    assert differing(committed) == {("score", "digits"): ("added", None, 3)}


def test_stages_of_either_side_may_be_asked_for(committed):
    committed.edit("pipeline.py", "REGISTRY.register(train)", "")
    committed.write("params.yaml", "score: {digits: 1}\n")
    assert {stage for stage, _ in differing(committed, stages=["s*"])} == {"score"}
    assert {stage for stage, _ in differing(committed, stages=["train"])} == {"train"}
    with pytest.raises(UsageError, match="there is no stage 'trian'") as caught:
        differing(committed, stages=["trian"])
    assert caught.value.hint == "did you mean 'train'?"


def test_a_project_in_a_subdirectory_of_the_repository(tmp_path, training):
    git(training, "init", "-q", "-b", "main", str(tmp_path))
    training.run()
    commit(training, "one")
    assert differing(training, params={"score.digits": 1}) == {
        ("score", "digits"): ("changed", 3, 1)
    }


def test_the_documented_form(committed):
    found = api.diff_params(committed.root, params={"score.digits": 1}).to_json()
    commit_hash = found["old"]["commit"]
    assert len(commit_hash) == 40
    assert found == {
        "version": 1,
        "old": {"revision": "HEAD", "commit": commit_hash},
        "new": {"revision": None, "commit": None},
        "changes": [{"stage": "score", "param": "digits", "change": "changed", "old": 3, "new": 1}],
    }


def test_an_unknown_revision(committed):
    with pytest.raises(UnknownRevisionError, match="no revision 'nothing'"):
        differing(committed, old="nothing")


def test_a_project_without_a_repository(training):
    with pytest.raises(GitError, match="not in a git repository"):
        differing(training)


def test_a_broken_lock_in_a_commit_is_named(committed):
    committed.write(".pivot/stages/score.lock", "{")
    commit(committed, "two")
    with pytest.raises(CorruptionError, match=r"[0-9a-f]{10}:.*score\.lock is broken"):
        differing(committed)
