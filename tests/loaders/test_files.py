"""The built-in loaders load what they saved, the same bytes for the same value, with clear errors."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import os
import pathlib
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.loaders import JSON, YAML, LoaderError, PathOnly, Pickle

ALL = [PathOnly(), JSON(), JSON(indent=None), YAML(), Pickle()]
TEXT = st.text(st.characters(codec="utf-8"))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Give one file for all examples of a property; a directory for each would be most of the time."""
    return tmp_path_factory.mktemp("scratch") / "value"


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "value"


@pytest.mark.parametrize("loader", ALL, ids=repr)
def test_it_is_a_frozen_value(loader):
    assert pickle.loads(pickle.dumps(loader)) == loader
    assert hash(loader) == hash(dataclasses.replace(loader))
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError, AttributeError)):
        loader.indent = 9


@pytest.mark.parametrize("loader", ALL, ids=repr)
def test_a_missing_file_is_named(loader, path):
    with pytest.raises(LoaderError) as caught:
        loader.load(path)
    assert str(caught.value) == f"{path}: the file does not exist"


@pytest.mark.parametrize("loader", [JSON(), YAML(), Pickle()], ids=repr)
def test_a_directory_that_is_missing_is_named(loader, tmp_path):
    path = tmp_path / "nowhere" / "x"
    with pytest.raises(LoaderError, match="can't be written: No such file or directory") as caught:
        loader.save({}, path)
    assert caught.value.path == str(path)


# --- PathOnly


def test_path_only_gives_the_path_itself(path):
    path.touch()
    assert PathOnly().load(path) is path


def test_path_only_takes_a_directory_too(tmp_path):
    assert PathOnly().load(tmp_path) == tmp_path
    PathOnly().save(tmp_path, tmp_path)


def test_path_only_leaves_what_the_stage_wrote_alone(path):
    path.write_text("as the stage wrote it")
    PathOnly().save(path, path)
    assert path.read_text() == "as the stage wrote it"


def test_path_only_takes_any_spelling_of_the_declared_path(path):
    path.touch()
    relative = os.path.relpath(path)
    PathOnly().save(pathlib.Path(relative), path)
    PathOnly().save(relative, path)  # pyright: ignore[reportArgumentType] - a str is let through


def test_path_only_says_that_nothing_was_written(path):
    with pytest.raises(LoaderError, match=f"^{path}: the stage did not write this output$"):
        PathOnly().save(path, path)


def test_path_only_says_that_another_path_was_returned(path, tmp_path):
    path.touch()
    other = tmp_path / "other"
    other.touch()
    with pytest.raises(LoaderError, match=f"^{path}: the stage returned another path.*: {other}"):
        PathOnly().save(other, path)


def test_path_only_says_that_no_path_was_returned(path):
    path.touch()
    with pytest.raises(LoaderError, match="the stage returned NoneType instead of the path"):
        PathOnly().save(None, path)  # pyright: ignore[reportArgumentType] - what is being tested


# --- JSON


@given(value=PLAIN)
def test_json_loads_what_it_saved(value, scratch):
    JSON().save(value, scratch)
    assert JSON().load(scratch) == value


def test_json_keeps_the_order_of_a_dict_and_ends_in_a_newline(path):
    JSON().save({"b": 1, "a": [2]}, path)
    assert path.read_bytes() == b'{\n  "b": 1,\n  "a": [\n    2\n  ]\n}\n'


def test_json_without_indent_is_one_line(path):
    JSON(indent=None).save({"b": 1, "a": [2]}, path)
    assert path.read_bytes() == b'{"b": 1, "a": [2]}\n'


def test_json_is_readable_outside_of_ascii(path):
    JSON().save("schön", path)
    assert path.read_bytes() == '"schön"\n'.encode()


def test_json_keeps_what_has_no_utf8(path):
    JSON().save({"file": "ü\udcff"}, path)
    assert JSON().load(path) == {"file": "ü\udcff"}


def test_json_keeps_nan_and_infinity(path):
    JSON().save([math.nan, -math.inf], path)
    nan, infinity = JSON().load(path)
    assert math.isnan(nan)
    assert infinity == -math.inf


def test_malformed_json_is_told_with_line_and_column(path):
    path.write_text('{\n  "a": 1,\n  "b": oops\n}')
    with pytest.raises(LoaderError) as caught:
        JSON().load(path)
    expected = f"{path}:3: the file is not valid JSON: Expecting value (column 8)"
    assert str(caught.value) == expected


def test_json_that_is_not_text_is_told(path):
    path.write_bytes(b'"\xff"')
    with pytest.raises(LoaderError, match="the file is not utf-8 text"):
        JSON().load(path)


def test_json_that_is_nested_too_deeply_is_told(path):
    path.write_text("[" * 200_000)
    with pytest.raises(LoaderError, match="nested too deeply"):
        JSON().load(path)


def recursive() -> list[object]:
    value: list[object] = []
    value.append(value)
    return value


@pytest.mark.parametrize("value", [{1, 2}, object(), {(1, 2): 3}, recursive()], ids=type)
def test_what_json_cannot_hold_is_told_and_leaves_no_file(value, path):
    with pytest.raises(LoaderError, match="can't be saved as JSON") as caught:
        JSON().save(value, path)
    assert "loaders.Pickle()" in str(caught.value.hint)
    assert not path.exists()


# --- YAML


@given(value=PLAIN)
def test_yaml_loads_what_it_saved(value, scratch):
    YAML().save(value, scratch)
    assert YAML().load(scratch) == value


def test_yaml_keeps_the_order_of_a_dict(path):
    YAML().save({"b": 1, "a": ["ü", dt.date(2024, 5, 1)]}, path)
    assert path.read_text("utf-8") == "b: 1\na:\n- ü\n- 2024-05-01\n"


def test_yaml_writes_equal_values_equally_whether_or_not_they_are_one_object(path, tmp_path):
    one = [1]
    YAML().save([one, one], path)
    YAML().save([[1], [1]], tmp_path / "other")
    assert path.read_bytes() == (tmp_path / "other").read_bytes()


def test_yaml_writes_a_set_in_one_order_under_every_hash_seed(tmp_path):
    code = (
        "import pathlib, sys; from pivot.loaders import YAML;"
        "YAML().save({'one', 'two', 'three', 4, 'five'}, pathlib.Path(sys.argv[1]))"
    )
    written = []
    for seed in "123":
        path = tmp_path / seed
        command = [sys.executable, "-c", code, str(path)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        written.append(path.read_bytes())
    assert len(set(written)) == 1
    assert YAML().load(tmp_path / "1") == {"one", "two", "three", 4, "five"}


def test_malformed_yaml_is_told_with_line_and_column(path):
    path.write_text("a: 1\nb: [1, 2\nc: 3\n")
    with pytest.raises(LoaderError) as caught:
        YAML().load(path)
    assert str(caught.value).startswith(f"{path}:3: the file is not valid YAML: ")
    assert str(caught.value).endswith("(column 2)")


@pytest.mark.parametrize("text", ["2024-99-99", "{[1]: 2}", "\x07", "[" * 20_000])
def test_yaml_with_an_impossible_value_is_told(text, path):
    path.write_text(text)
    with pytest.raises(LoaderError, match="the file is not valid YAML"):
        YAML().load(path)


def test_yaml_makes_no_objects_of_other_classes(path):
    path.write_text("!!python/object/apply:os.getcwd []\n")
    with pytest.raises(LoaderError, match="could not determine a constructor"):
        YAML().load(path)


@pytest.mark.parametrize("value", [object(), pathlib.Path("x"), recursive()], ids=type)
def test_what_yaml_cannot_hold_is_told_and_leaves_no_file(value, path):
    with pytest.raises(LoaderError, match="can't be saved as YAML"):
        YAML().save(value, path)
    assert not path.exists()


# --- Pickle


@given(value=PLAIN)
def test_pickle_loads_what_it_saved(value, scratch):
    Pickle().save(value, scratch)
    assert Pickle().load(scratch) == value


def test_pickle_takes_what_other_formats_do_not(path):
    value = {pathlib.Path("x"): {1, 2}, 3: dt.timedelta(days=1)}
    Pickle().save(value, path)
    assert Pickle().load(path) == value


@pytest.mark.parametrize("content", [b"", b"not a pickle", b"cnowhere\nThing\n."])
def test_a_file_that_is_no_pickle_is_told(content, path):
    path.write_bytes(content)
    with pytest.raises(LoaderError, match=f"^{path}: the file can't be unpickled: "):
        Pickle().load(path)


class Refuses:
    def __reduce__(self) -> str:
        raise RuntimeError("not me")


@pytest.mark.parametrize("value", [lambda: 1, Refuses()], ids=["lambda", "refuses"])
def test_what_cannot_be_pickled_is_told(value, path):
    with pytest.raises(LoaderError, match=f"^{path}: the value can't be pickled: "):
        Pickle().save(value, path)


class Full:
    def __reduce__(self) -> str:
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_told_as_such(path):
    with pytest.raises(LoaderError, match="can't be written: No space left on device"):
        Pickle().save(Full(), path)
