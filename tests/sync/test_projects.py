"""Which projects push to a remote."""

from __future__ import annotations

import subprocess

import pytest

from pivot.hashing import hash_bytes
from pivot.remotes.directory import DirectoryRemote
from pivot.sync.projects import PROJECT, registration, strangers


def git(directory, *words):
    identity = ["-c", "user.name=me", "-c", "user.email=me@example.com"]
    subprocess.run(["git", *identity, *words], cwd=directory, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path):
    """A repository of two commits."""
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-q")
    for name in ("first", "second"):
        (root / name).write_text(name)
        git(root, "add", "-A")
        git(root, "commit", "-qm", name)
    return root


@pytest.fixture
def remote(tmp_path):
    return DirectoryRemote(tmp_path / "share")


def register(remote, root, tmp_path):
    key, data = registration(root)
    file = tmp_path / "registration"
    file.write_bytes(data)
    remote.upload({key: file}, lambda _: None)
    return key


def test_a_registration_is_named_by_its_hash(project):
    key, data = registration(project)
    assert key == f"{PROJECT}{hash_bytes(data)}"


def test_a_clone_is_the_same_project_at_any_commit(project, tmp_path):
    git(tmp_path, "clone", "-q", "project", "clone")
    (tmp_path / "clone/third").touch()
    git(tmp_path / "clone", "add", "-A")
    git(tmp_path / "clone", "commit", "-qm", "third")
    assert registration(tmp_path / "clone") == registration(project)


def test_two_projects_of_a_repository_are_two(project, remote, tmp_path):
    for name in ("a", "b"):
        (project / name).mkdir()
        register(remote, project / name, tmp_path)
    assert strangers(remote, project / "a") == [registration(project / "b")[0]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/team/repo.git", "git@example.com:team/repo"),
        ("https://me:word@example.com/Team/repo/", "ssh://git@example.com:22/team/repo.git"),
    ],
)
def test_a_shallow_clone_is_known_by_where_it_came_from(project, remote, tmp_path, one, other):
    git(tmp_path, "clone", "-q", "--depth=1", project.as_uri(), "shallow")
    git(tmp_path / "shallow", "remote", "set-url", "origin", one)
    key = register(remote, tmp_path / "shallow", tmp_path)
    assert strangers(remote, project) == [key]
    git(project, "remote", "add", "origin", other)
    assert strangers(remote, project) == []


def test_a_project_that_came_under_git_later_is_still_the_same(remote, tmp_path):
    root = tmp_path / "late"
    root.mkdir()
    key = register(remote, root, tmp_path)
    git(root, "init", "-q")
    assert registration(root)[0] == key
    git(root, "commit", "-q", "--allow-empty", "-m", "first")
    assert registration(root)[0] != key
    assert strangers(remote, root) == []
