"""How files look to `stat`."""

from __future__ import annotations

import os

import pytest

from pivot.signature import Signature, is_fresh


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


def test_the_last_change_is_that_of_the_content_or_of_what_is_known_of_it():
    assert Signature(mtime_ns=1, size=2, inode=3, ctime_ns=4).changed_ns == 4
    assert Signature(mtime_ns=5, size=2, inode=3, ctime_ns=4).changed_ns == 5


@pytest.mark.parametrize(("stamp", "fresh"), [(0, False), (79, False), (81, True), (500, True)])
def test_what_is_fresh(stamp, fresh):
    assert is_fresh(stamp * 1_000_000, 100 * 1_000_000) is fresh


def test_where_nothing_is_there_is_no_signature(tmp_path):
    assert Signature.at(tmp_path / "absent") is None
    assert Signature.at("\0") is None


def test_the_signature_at_a_path_is_that_of_its_file(tmp_path):
    file = tmp_path / "file"
    file.write_text("1")
    assert Signature.at(file) == Signature.of(file.stat())
