"""What DVC knows a file or a directory by."""

from __future__ import annotations

import hashlib
import json

import pytest
from pivot_dvc_export.digests import digest


def md5(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def test_a_file_is_its_bytes(tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(b"a\r\nb\0")
    found = digest(file)
    assert (found.md5, found.size, found.count) == (md5(b"a\r\nb\0"), 5, None)
    assert found.contents == {found.md5: file}
    assert not found.executable
    file.chmod(0o755)
    assert digest(file).executable


def test_a_directory_is_a_sorted_list_of_its_files(tmp_path):
    (tmp_path / "d" / "b").mkdir(parents=True)
    (tmp_path / "d" / "empty").mkdir()
    (tmp_path / "d" / "b" / "ö.txt").write_bytes(b"1")
    (tmp_path / "d" / "b.txt").write_bytes(b"22")
    found = digest(tmp_path / "d")
    listed = [
        {"md5": md5(b"22"), "relpath": "b.txt"},
        {"md5": md5(b"1"), "relpath": "b/ö.txt"},
    ]
    data = json.dumps(listed).encode()
    assert found.md5 == f"{md5(data)}.dir"
    assert (found.size, found.count) == (3, 2)
    assert found.contents[found.md5] == data
    assert set(found.contents) == {found.md5, md5(b"1"), md5(b"22")}


def test_a_link_is_what_it_leads_to(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_text("x")
    (tmp_path / "link").symlink_to("real")
    assert digest(tmp_path / "link").md5 == digest(tmp_path / "real").md5
    assert digest(tmp_path / "link").count == 1


def test_what_is_not_there_can_not_be_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        digest(tmp_path / "none")
