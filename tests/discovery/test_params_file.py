"""What `params.yaml` does to the stages' parameters, and everything that can be wrong with it."""

from __future__ import annotations

import datetime as dt
import enum
import pathlib
from typing import TYPE_CHECKING, Any

import pytest

from pivot.discovery.overrides import apply_overrides
from pivot.discovery.params_file import read_params_file
from pivot.errors import DefinitionError, DefinitionErrors, Place
from pivot.registry import Registry
from pivot.stage_def import Dep, StageDef, StageParams

if TYPE_CHECKING:
    from pivot.stage import Stage


class Speed(enum.Enum):
    SLOW = "slow"
    FAST = "fast"


class Optimizer(StageParams):
    rate: float = 0.1
    momentum: float = 0.9


class Train(StageDef):
    data = Dep("data.csv")
    learning_rate: float = 0.01
    epochs: int = 100
    speed: Speed = Speed.SLOW
    start: dt.date = dt.date(2024, 1, 1)
    folder: pathlib.Path = pathlib.Path("data")
    layers: tuple[int, ...] = (1,)
    name: str = "x"
    yes: str = "x"
    weights: dict[int, float] = {}  # noqa: RUF012 - pydantic copies it
    steps: tuple[Optimizer, ...] = ()
    optimizer: Optimizer = Optimizer()


def train(params: Train) -> None: ...


def plain() -> None: ...


def stages(*names: str) -> tuple[Stage, ...]:
    registry = Registry()
    for name in names or ("train",):
        registry.register(train, name=name)
    registry.register(plain)
    return registry.stages


def apply_params_file(root: pathlib.Path, given: tuple[Stage, ...]) -> tuple[Stage, ...]:
    return apply_overrides(given, *read_params_file(root)).stages


def applied(root: pathlib.Path, text: str | bytes, *names: str) -> dict[str, Any]:
    """Give each stage's parameters after a file with this text was applied."""
    data = text.encode() if isinstance(text, str) else text
    (root / "params.yaml").write_bytes(data)
    return {stage.name: stage.params for stage in apply_params_file(root, stages(*names))}


def problems(root: pathlib.Path, text: str | bytes, *names: str) -> list[tuple[int, str]]:
    """Give line and message of each error."""
    with pytest.raises(DefinitionError) as caught:
        applied(root, text, *names)
    error = caught.value
    errors = error.errors if isinstance(error, DefinitionErrors) else (error,)
    assert all(e.where is not None and e.where.file == "params.yaml" for e in errors)
    return [(e.where.line, e.message) for e in errors if e.where]


def hint(root: pathlib.Path, text: str, *names: str) -> str | None:
    with pytest.raises(DefinitionErrors) as caught:
        applied(root, text, *names)
    (error,) = caught.value.errors
    return error.hint


# What it does


def test_without_a_file_nothing_changes(tmp_path):
    before = stages()
    assert apply_params_file(tmp_path, before) == before


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing yet\n", "---\n", "null\n", "{}\n", "train:\n"]
)
def test_an_empty_file_changes_nothing(tmp_path, text):
    assert applied(tmp_path, text)["train"] == Train()


def test_a_value_is_overridden(tmp_path):
    assert applied(tmp_path, "train:\n  epochs: 3\n")["train"] == Train(epochs=3)


def test_other_stages_keep_theirs(tmp_path):
    found = applied(tmp_path, "one:\n  epochs: 3\n", "one", "two")
    assert (found["one"], found["two"], found["plain"]) == (Train(epochs=3), Train(), None)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("learning_rate", "1e-3", 0.001),
        ("learning_rate", "1", 1.0),
        ("learning_rate", ".inf", float("inf")),
        ("speed", "fast", Speed.FAST),
        ("start", "2024-02-03", dt.date(2024, 2, 3)),
        ("folder", "a/b", pathlib.Path("a/b")),
        ("layers", "[3, 4]", (3, 4)),
        ("weights", "{1: 2}", {1: 2.0}),
        ("steps", "[{rate: 3}]", (Optimizer(rate=3),)),
        ("optimizer", "{rate: 3}", Optimizer(rate=3)),
        ("yes", "text", "text"),
        ("name", "'2024-02-03'", "2024-02-03"),
    ],
)
def test_values_are_validated_into_the_fields_type(tmp_path, field, text, value):
    found = applied(tmp_path, f"train:\n  {field}: {text}\n")["train"]
    assert getattr(found, field) == value


def test_artifacts_are_still_there(tmp_path):
    (tmp_path / "params.yaml").write_text("train: {epochs: 3}")
    changed = apply_params_file(tmp_path, stages())
    assert [dep.path for dep in changed[0].deps] == ["data.csv"]


@pytest.mark.parametrize("name", ["123", "on", "null", "1.0", "train@a"])
def test_a_stage_may_be_called_what_yaml_takes_for_something_else(tmp_path, name):
    assert applied(tmp_path, f"{name}:\n  epochs: 3\n", name)[name] == Train(epochs=3)


def test_an_anchor_serves_many_stages(tmp_path):
    text = """\
one: &usual
  epochs: 3
  name: y
two:
  <<: *usual
  name: z
three: *usual
"""
    found = applied(tmp_path, text, "one", "two", "three")
    assert found["one"] == found["three"] == Train(epochs=3, name="y")
    assert found["two"] == Train(epochs=3, name="z")


def test_a_byte_order_mark_does_not_matter(tmp_path):
    assert applied(tmp_path, b"\xef\xbb\xbftrain: {epochs: 3}")["train"] == Train(epochs=3)


# What is wrong with a name or a value


def test_an_unknown_stage_comes_with_the_nearest(tmp_path):
    text = "\n\ntrian:\n  epochs: 3\n"
    assert problems(tmp_path, text) == [(3, "there is no stage 'trian'")]
    assert hint(tmp_path, text) == "did you mean train?"


def test_an_unknown_stage_that_is_like_none_comes_with_a_few(tmp_path):
    assert hint(tmp_path, "zzz: {}\n") == "the stages are: train, plain"


def test_an_unknown_stage_among_many_comes_with_none(tmp_path):
    assert hint(tmp_path, "zzz: {}\n", *(f"train{n}" for n in range(9))) is None


def test_an_unknown_stage_in_an_empty_pipeline(tmp_path):
    (tmp_path / "params.yaml").write_text("train: {}")
    with pytest.raises(DefinitionErrors) as caught:
        apply_params_file(tmp_path, ())
    assert caught.value.errors[0].hint == "the stages are: none"


def test_an_unknown_parameter_comes_with_the_nearest(tmp_path):
    text = "train:\n  epochs: 3\n  lerning_rate: 3\n"
    assert problems(tmp_path, text) == [(3, "stage 'train': Train has no parameter 'lerning_rate'")]
    assert hint(tmp_path, text) == "did you mean learning_rate?"


def test_a_dep_is_no_parameter(tmp_path):
    ((line, message),) = problems(tmp_path, "train:\n  data: other.csv\n")
    assert (line, message) == (2, "stage 'train': Train has no parameter 'data'")


def test_a_wrong_value_is_shown(tmp_path):
    ((line, message),) = problems(tmp_path, "train:\n  name: x\n  epochs: many\n")
    assert line == 3
    assert message.startswith("stage 'train': Train.epochs: Input should be a valid integer")
    assert message.endswith("not 'many'")


def test_a_wrong_value_deep_down_has_its_own_line(tmp_path):
    text = "train:\n  optimizer:\n    momentum: 1\n    rate: fast\n"
    ((line, message),) = problems(tmp_path, text)
    assert line == 4
    assert "Optimizer.rate" in message


def test_an_unknown_name_deep_down_has_its_own_line(tmp_path):
    text = "train:\n  optimizer:\n    momentum: 1\n    rat: 3\n"
    assert problems(tmp_path, text) == [(4, "stage 'train': Optimizer has no parameter 'rat'")]


def test_a_wrong_value_in_a_list_has_the_line_of_the_list(tmp_path):
    text = "train:\n  steps:\n    - rate: 3\n    - rate: fast\n"
    ((line, message),) = problems(tmp_path, text)
    assert line == 2
    assert "Train.steps.1.rate" in message


def test_a_wrong_value_from_an_anchor_has_the_anchors_line(tmp_path):
    text = "one: &usual\n  name: y\ntwo:\n  <<: *usual\n  epochs: many\n"
    assert [line for line, _ in problems(tmp_path, text, "one", "two")] == [5]


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file(tmp_path):
    text = """\
nobody: {}
train:
  epochs: many
  epoch: 3
  start: 2024-02-31
  optimizer: {rate: fast, momentum: [], x: 1}
plain: {a: 1}
train: {}
"""
    assert [line for line, _ in problems(tmp_path, text)] == [1, 3, 4, 5, 6, 6, 6, 7, 8]


def test_a_stage_without_parameters(tmp_path):
    assert problems(tmp_path, "plain: {a: 1}\n") == [(1, "stage 'plain': it takes no parameters")]


@pytest.mark.parametrize("text", ["3", "[epochs]", "'epochs'", "true"])
def test_a_stage_needs_a_mapping(tmp_path, text):
    ((line, message),) = problems(tmp_path, f"\ntrain: {text}\n")
    assert line == 2
    assert message.startswith("stage 'train': expected a mapping of parameters, not ")


@pytest.mark.parametrize(
    ("text", "line", "name", "first"),
    [
        ("train: {}\nplain:\ntrain: {}\n", 3, "train", 1),
        ("train:\n  epochs: 1\n  name: x\n  epochs: 2\n", 4, "epochs", 2),
        ("train:\n  optimizer:\n    rate: 1\n    rate: 2\n", 4, "rate", 3),
        ("train:\n  steps:\n    - rate: 1\n      rate: 2\n", 4, "rate", 3),
        ("train:\n  weights: {1: 2, 1: 3}\n", 2, "1", 2),
    ],
)
def test_a_name_that_is_there_twice(tmp_path, text, line, name, first):
    assert problems(tmp_path, text) == [
        (line, f"{name!r} is here twice; the first is in line {first}")
    ]


def test_a_value_that_is_none(tmp_path):
    ((line, message),) = problems(tmp_path, "train:\n  epochs: 1\n  start: 2024-02-31\n")
    assert line == 3
    assert message.startswith("this is not a value: day ")


def test_a_stage_that_is_no_value(tmp_path):
    ((line, _),) = problems(tmp_path, "train: 2024-02-31\n")
    assert line == 1


# What is wrong with the file


@pytest.mark.parametrize("text", ["[1, 2]", "train", "3", "- train: {}"])
def test_a_file_that_is_no_mapping(tmp_path, text):
    assert problems(tmp_path, f"\n{text}\n") == [
        (2, "expected a mapping from stages to their parameters")
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("train:\n  epochs: [1, 2\n", 3),
        ("train:\n  epochs: 1\n epochs: 2\n", 3),
        ("train:\n\tepochs: 1\n", 2),
        ("train: *nothing\n", 1),
        ("train: {}\n---\nplain: {}\n", 2),
        ("train:\n  <<: 3\n", 2),
        ("train:\n  [1, 2]: 3\n  weights: {[1]: 3}\n", 3),
        ("train: \x07\n", 1),
    ],
)
def test_a_file_that_is_not_yaml(tmp_path, text, line):
    ((found, message),) = problems(tmp_path, text)
    assert found == line
    assert message.startswith("this is not YAML: ")
    assert "\n" not in message


def test_a_file_that_is_not_utf8(tmp_path):
    assert problems(tmp_path, b"train:\n  epochs: 1\n  name: \xff\xfe\n") == [
        (3, "this is not UTF-8 text")
    ]


def test_a_mapping_that_contains_itself(tmp_path):
    ((line, _),) = problems(tmp_path, "train: &t\n  epochs: 3\n  optimizer: *t\n")
    assert line in {1, 2, 3}


def test_a_mapping_that_merges_itself_is_empty(tmp_path):
    assert applied(tmp_path, "train: &t\n  <<: *t\n")["train"] == Train()


def test_a_file_that_is_nested_too_deeply(tmp_path):
    """Whether it is the parser that gives up, or what makes values of what was parsed."""
    messages = {
        message.partition(": ")[0]
        for depth in (*range(50, 600, 25), 5000)
        for _, message in problems(tmp_path, f"train: {{name: {'[' * depth}{']' * depth}}}")
    }
    assert messages == {"this is nested too deeply", "stage 'train'"}


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system ['touch hacked']",
        "!!python/name:os.system",
        "!!python/object/new:pathlib.Path [hacked]",
        "!unknown 3",
    ],
)
def test_no_tag_makes_an_object(tmp_path, value, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ((line, message),) = problems(tmp_path, f"train:\n  name: {value}\n")
    assert line == 2
    assert message.startswith("this is not YAML: could not determine a constructor for the tag")
    assert not (tmp_path / "hacked").exists()


def test_aliases_of_aliases_of_aliases(tmp_path):
    """Each level is ten of the one before; no memory could hold what the last one stands for."""
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    for last in ("", f"train: &t {{<<: [{', '.join(['*a29'] * 9)}]}}"):
        assert problems(tmp_path, "\n".join([*levels, last, "train: {epochs: many}"])) == [
            (6, "this stands for more than 1,000,000 values, by the aliases in it")
        ]


def test_a_directory_of_that_name(tmp_path):
    (tmp_path / "params.yaml").mkdir()
    with pytest.raises(DefinitionError) as caught:
        apply_params_file(tmp_path, stages())
    assert caught.value.message == "the file can't be read: Is a directory"
    assert caught.value.where == Place("params.yaml", 1)


def test_a_link_that_leads_nowhere_is_no_file(tmp_path):
    (tmp_path / "params.yaml").symlink_to("nowhere")
    before = stages()
    assert apply_params_file(tmp_path, before) == before
