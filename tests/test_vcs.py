"""Files at a revision of git."""

from __future__ import annotations

import os
import pickle
import subprocess

import pytest

from pivot.errors import StorageError
from pivot.vcs import (
    GitError,
    GitMissingError,
    Glance,
    NoRepositoryError,
    Repository,
    Revision,
    UnknownRevisionError,
)


class Git:
    """A real repository at `top`, whose history the tests write."""

    def __init__(self, top):
        self.top = top
        top.mkdir()
        self("init", "--quiet", "--initial-branch=main")

    def __call__(self, *words):
        return subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", *words],
            cwd=self.top,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def commit(self, files):
        for path, content in files.items():
            file = self.top / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        self("add", "--all", "--force")
        self("commit", "--quiet", "--allow-empty", "-m", "x")
        return self("rev-parse", "HEAD")


@pytest.fixture
def git(tmp_path, monkeypatch):
    # A developer's own settings (hooks, line ends) must not matter.
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    return Git(tmp_path / "top")


def test_a_file_is_read_as_it_was(git):
    git.commit({"a.txt": b"one"})
    git.commit({"a.txt": b"two"})
    repository = Repository.find(git.top)
    assert repository.read("HEAD", "a.txt") == b"two"
    assert repository.read("HEAD~1", "a.txt") == b"one"


def test_what_was_not_there_is_none(git):
    git.commit({"d/a.txt": b"one"})
    repository = Repository.find(git.top)
    assert repository.read("HEAD", "b.txt") is None
    assert repository.read("HEAD", "d") is None


def test_paths_are_seen_from_a_project_below_the_top(git):
    git.commit({"a.txt": b"top", "sub/project/a.txt": b"inner", "sub/project/d/b.txt": b"b"})
    repository = Repository.find(git.top / "sub/project")
    assert repository.read("HEAD", "a.txt") == b"inner"
    assert repository.list_files("HEAD") == ("a.txt", "d/b.txt")
    assert repository.list_files("HEAD", "d/") == ("d/b.txt",)
    assert repository.read_all("HEAD", "d") == {"d/b.txt": b"b"}


def test_a_project_directory_that_was_not_there_then_had_no_files(git):
    git.commit({"a.txt": b"top"})
    (git.top / "new").mkdir()
    assert Repository.find(git.top / "new").list_files("HEAD") == ()


def test_all_files_of_a_directory_are_read_at_once(git):
    contents = {"d/a": b"", "d/b": b"\n\nblob 3\n", "d/e/c": bytes(range(256)), "d/z": b"\n"}
    git.commit({**contents, "dd": b"not in d"})
    assert Repository.find(git.top).read_all("HEAD", "d") == contents
    assert Repository.find(git.top).read_all("HEAD", "nothing") == {}


@pytest.mark.parametrize(
    "name", ["a b.csv", "*.csv", ":(top)x", "-n", "ä€.csv", "a\nb", "a\tb", "[a]"]
)
def test_any_name_is_just_a_name(git, name):
    git.commit({f"d/{name}": b"this", "d/other.csv": b"other"})
    repository = Repository.find(git.top / "d")
    assert repository.read("HEAD", name) == b"this"
    assert repository.list_files("HEAD") == tuple(sorted([name, "other.csv"]))
    assert repository.list_files("HEAD", name) == (name,)


def test_links_and_submodules_are_no_files(git):
    git.commit({"a.txt": b"one"})
    (git.top / "link").symlink_to("a.txt")
    commit = git("rev-parse", "HEAD")
    git("add", "link")
    git("update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    git("commit", "--quiet", "-m", "x")
    repository = Repository.find(git.top)
    assert repository.list_files("HEAD") == ("a.txt",)
    assert repository.read("HEAD", "link") is None
    assert repository.read("HEAD", "module") is None


def test_content_is_what_git_would_check_out(git):
    git("config", "filter.shout.smudge", "tr a-z A-Z")
    git("config", "filter.shout.clean", "tr A-Z a-z")
    git.commit({".gitattributes": b"*.txt filter=shout\n", "a.txt": b"one"})
    repository = Repository.find(git.top)
    assert repository.read("HEAD", "a.txt") == b"ONE"
    assert repository.read_all("HEAD", "a.txt") == {"a.txt": b"one"}


def test_what_git_tracks_now_is_in_no_commit_yet(git):
    git.commit({"d/old.txt": b"x"})
    for name in ("new.txt", "untracked.txt"):
        (git.top / "d" / name).write_bytes(b"y")
    git("add", "d/new.txt")
    repository = Repository.find(git.top / "d")
    assert repository.list_files("HEAD") == ("old.txt",)
    assert repository.list_tracked() == ("new.txt", "old.txt")
    assert repository.list_tracked("new.txt") == ("new.txt",)


def test_a_large_file_goes_to_disk(git, tmp_path):
    content = os.urandom(3 << 20)
    git.commit({"a.bin": content})
    repository = Repository.find(git.top)
    assert repository.copy("HEAD", "a.bin", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content


def test_copying_what_was_not_there_makes_nothing(git, tmp_path):
    git.commit({})
    assert not Repository.find(git.top).copy("HEAD", "a.bin", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_target_that_cannot_be_written_is_an_error(git, tmp_path):
    git.commit({"a.bin": b"x"})
    with pytest.raises(StorageError, match="can't write"):
        Repository.find(git.top).copy("HEAD", "a.bin", tmp_path / "no/such/directory")


def test_revisions_resolve_to_commits(git):
    first = git.commit({})
    second = git.commit({})
    git("tag", "-a", "v1", "-m", "x", first)
    repository = Repository.find(git.top)
    assert repository.resolve("HEAD") == repository.resolve("main") == second
    assert repository.resolve("v1") == repository.resolve("HEAD~1") == first
    assert repository.resolve(first[:10]) == repository.resolve(first) == first


def test_an_unknown_revision_is_told_with_the_nearest_names(git):
    git.commit({})
    git("branch", "feature")
    with pytest.raises(UnknownRevisionError, match="did you mean 'feature'") as caught:
        Repository.find(git.top).resolve("featrue")
    assert caught.value.revision == "featrue"
    assert caught.value.nearest == ("feature",)
    assert pickle.loads(pickle.dumps(caught.value)).nearest == ("feature",)


@pytest.mark.parametrize("revision", ["", "--all", "zzzzzzzz", "HEAD:a.txt", "a\0b", "HEAD~99"])
def test_what_is_no_revision_is_refused(git, revision):
    git.commit({"a.txt": b"x"})
    with pytest.raises(UnknownRevisionError):
        Repository.find(git.top).read(revision, "a.txt")


def test_a_hash_of_no_commit_is_an_error(git):
    git.commit({"a.txt": b"x"})
    with pytest.raises(GitError, match="ls-tree"):
        Repository.find(git.top).read("0" * 40, "a.txt")
    with pytest.raises(UnknownRevisionError):
        Repository.find(git.top).resolve("0" * 40)


def test_a_repository_without_commits_says_so(git):
    with pytest.raises(UnknownRevisionError, match="no commits yet"):
        Repository.find(git.top).resolve("HEAD")


def test_a_project_outside_of_git_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(NoRepositoryError, match="git init") as caught:
        Repository.find(tmp_path)
    assert caught.value.directory == tmp_path


def test_what_else_git_objects_to_is_passed_on(git, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_COUNT", "zero")
    with pytest.raises(GitError, match="GIT_CONFIG_COUNT"):
        Repository.find(git.top)


def test_without_git_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissingError, match="install git"):
        Repository.find(tmp_path)


def test_the_variables_of_a_hook_do_not_lead_astray(git, tmp_path, monkeypatch):
    git.commit({"a.txt": b"right"})
    Git(tmp_path / "other").commit({"a.txt": b"wrong"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    assert Repository.find(git.top).read("HEAD", "a.txt") == b"right"


@pytest.fixture
def glance(git, monkeypatch):
    """Give a function that begins a glance, and waits for the answer however busy the machine."""
    monkeypatch.setattr("pivot.vcs.PATIENCE", 60)
    return lambda: Glance.begin(git.top).revision()


def test_a_glance_sees_the_commit_and_what_has_changed(git, glance):
    assert glance() is None
    commit = git.commit({"a b.txt": b"one", "c.txt": b"c" * 100, "d.txt": b"d"})
    assert glance() == Revision(commit, ())
    (git.top / "new.txt").write_text("untracked")
    (git.top / "a b.txt").write_text("two")
    git("mv", "c.txt", "1 c.txt")
    (git.top / "d.txt").unlink()
    found = glance()
    assert found.commit == commit
    assert sorted(found.changed) == ["1 c.txt", "a b.txt", "c.txt", "d.txt"]


def test_a_glance_sees_conflicts(git, glance):
    git.commit({"a.txt": b"one"})
    git("checkout", "-q", "-b", "other")
    git.commit({"a.txt": b"two"})
    git("checkout", "-q", "main")
    git.commit({"a.txt": b"three"})
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "other")
    assert glance().changed == ("a.txt",)


def test_a_glance_outside_of_a_repository_sees_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("pivot.vcs.PATIENCE", 60)
    assert Glance.begin(tmp_path).revision() is None


def test_a_glance_that_nobody_wants_any_more_leaves_no_process(git):
    glance = Glance.begin(git.top)
    glance.drop()
    glance.drop()
    assert glance._process.returncode is not None


def test_a_revision_is_written_out_and_the_repository_stays_as_it_is(git, tmp_path):
    first = git.commit({"top.txt": b"1", "inner/project/a b.txt": b"one"})
    git.commit({"inner/project/a b.txt": b"two"})
    (git.top / "inner/project/new.txt").write_text("not there then")
    before = git("status", "--porcelain"), git("worktree", "list")
    project = Repository(git.top / "inner/project")
    place = project.check_out(first, tmp_path / "out")
    assert place == tmp_path / "out/inner/project"
    assert (place / "a b.txt").read_bytes() == b"one"
    assert (tmp_path / "out/top.txt").read_bytes() == b"1"
    assert (git("status", "--porcelain"), git("worktree", "list")) == before
    assert sorted(project.list_present()) == ["a b.txt", "new.txt"]
