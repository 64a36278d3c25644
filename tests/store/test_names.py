import os

import pytest

from pivot.store.layout import Layout
from pivot.store.names import Names, read_names, write_names

NAMES = Names(("train@a", "b"), ("model.pkl", "out dir/ä.json", "data/"))


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path)
    layout.create()
    return layout


def lock(layout, name, mtime=None):
    layout.stages.mkdir(exist_ok=True)
    file = layout.lock_file(name)
    file.touch()
    if mtime is not None:
        os.utime(file, (mtime, mtime))


def test_what_is_written_is_read(layout):
    write_names(layout, NAMES)
    assert read_names(layout) == NAMES


def test_the_same_names_are_not_written_again(layout):
    write_names(layout, NAMES)
    before = layout.names.stat()
    write_names(layout, NAMES)
    assert layout.names.stat() == before
    write_names(layout, Names(("c",)))
    assert read_names(layout) == Names(("c",))


def test_without_a_store_nothing_is_written(tmp_path):
    write_names(Layout(tmp_path), NAMES)
    assert list(tmp_path.iterdir()) == []


def test_what_can_not_be_written_is_no_error(layout):
    layout.names.mkdir()
    write_names(layout, NAMES)
    assert read_names(layout) == Names()


def test_a_path_that_nobody_can_type_is_left_out(layout):
    write_names(layout, Names((), ("a\nstage b", "c")))
    assert read_names(layout) == Names((), ("c",))


def test_without_the_file_the_locks_tell(layout):
    lock(layout, "train")
    lock(layout, "a%b")
    assert read_names(layout) == Names(("a%b", "train"))


@pytest.mark.parametrize("text", ["", "pivot names 2\nstage x\n", "\0\xff"])
def test_another_version_is_none(layout, text):
    layout.names.write_text(text, "latin-1")
    lock(layout, "train")
    assert read_names(layout).stages == ("train",)


def test_locks_that_came_since_count_and_older_ones_do_not(layout):
    write_names(layout, Names(("train",)))
    written = layout.names.stat().st_mtime
    lock(layout, "train")
    lock(layout, "gone", written - 60)
    lock(layout, "new", written + 60)
    assert read_names(layout).stages == ("train", "new")
