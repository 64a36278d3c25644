"""Contents and stat signatures."""

from __future__ import annotations

import os
import pickle

import pytest

from pivot.store.content import Content, Signature


def test_a_signature_is_the_same_while_nothing_is_done_to_a_file(tmp_path):
    (tmp_path / "file").write_text("a")
    assert Signature.of((tmp_path / "file").stat()) == Signature.of((tmp_path / "file").stat())


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.write_text("ab"),
        lambda file: file.chmod(0o400),
        lambda file: os.utime(file, ns=(1, 1)),
        lambda file: file.with_name("link").hardlink_to(file),
        lambda file: (file.with_name("new").write_text("a"), file.with_name("new").replace(file)),
    ],
    ids=["write", "chmod", "utime", "link", "replace"],
)
def test_a_signature_changes_with_the_file(tmp_path, settle, change):
    file = tmp_path / "file"
    file.write_text("a")
    before = Signature.of(file.stat())
    settle(file)
    change(file)
    assert Signature.of(file.stat()) != before


def test_a_mode_and_a_second_name_leave_the_data_the_same(tmp_path, settle):
    file = tmp_path / "file"
    file.write_text("a")
    before = Signature.of(file.stat())
    settle(file)
    file.chmod(0o444)
    (tmp_path / "link").hardlink_to(file)
    assert Signature.of(file.stat()).same_data(before)


@pytest.mark.parametrize("text", ["b", "ab"])
def test_writing_does_not_leave_the_data_the_same(tmp_path, settle, text):
    file = tmp_path / "file"
    file.write_text("a")
    before = Signature.of(file.stat())
    settle(file)
    file.write_text(text)
    assert not Signature.of(file.stat()).same_data(before)


def test_another_file_has_not_the_same_data(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_text("a")
        os.utime(tmp_path / name, ns=(1, 1))
    one, two = (Signature.of((tmp_path / name).stat()) for name in ("one", "two"))
    assert not one.same_data(two)


@pytest.mark.parametrize("value", [Content("ab", 1, executable=True), Signature(1, 2, 3, 4)])
def test_both_travel_between_processes(value):
    assert pickle.loads(pickle.dumps(value)) == value
