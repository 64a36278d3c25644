"""Where DVC keeps what was made."""

from __future__ import annotations

import pytest
from pivot_dvc_export.repository import Repository

from pivot.errors import UsageError

MD5 = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    (root / ".dvc").mkdir(parents=True)
    return root


def test_the_nearest_directory_upward_counts(project):
    (project / "part" / "of").mkdir(parents=True)
    found = Repository.around(project / "part" / "of")
    assert (found.root, found.cache) == (project, project / ".dvc" / "cache")
    assert found.place(MD5) == project / ".dvc/cache/files/md5/01/23456789abcdef0123456789abcdef"


def test_without_one_it_says_so(tmp_path):
    with pytest.raises(UsageError, match="is in no DVC repository"):
        Repository.around(tmp_path)


def test_the_settings_name_the_cache_the_local_ones_first(project):
    (project / ".dvc" / "config").write_text("[core]\n    remote = r\n[cache]\n    dir = ../c%\n")
    assert Repository.around(project).cache.resolve() == project / "c%"
    (project / ".dvc" / "config.local").write_text(f"[cache]\n    dir = {project}/own\n")
    assert Repository.around(project).cache == project / "own"


def test_settings_that_are_none_are_an_error(project):
    (project / ".dvc" / "config").write_text("cache = none\n")
    with pytest.raises(UsageError, match="is no file of settings"):
        Repository.around(project)


def test_contents_are_kept_read_only_and_the_project_s_files_stay_as_they_are(project):
    file = project / "a.txt"
    file.write_text("mine")
    found = Repository.around(project)
    found.keep({MD5: file, "ff" * 16: b"[]"})
    kept = found.place(MD5)
    assert kept.read_text() == "mine"
    assert not kept.stat().st_mode & 0o222
    assert found.place("ff" * 16).read_bytes() == b"[]"
    file.write_text("changed in place")
    assert kept.read_text() == "mine"


def test_what_nobody_writes_to_is_not_copied(project):
    file = project / "a.txt"
    file.write_text("from a cache")
    file.chmod(0o444)
    found = Repository.around(project)
    found.keep({MD5: file})
    assert found.place(MD5).samefile(file)


def test_what_is_there_stays(project):
    found = Repository.around(project)
    found.keep({MD5: b"first"})
    found.keep({MD5: b"second"})
    assert found.place(MD5).read_bytes() == b"first"
