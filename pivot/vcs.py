"""What files were at a revision of the git repository that a project lives in.

A *revision* is anything that git understands as a commit: `HEAD~2`, a branch, a tag, a hash. Paths
are relative to the project's root, which may be a subdirectory of the repository. Content is what
git would check out: converted line ends, and files instead of the pointers of Git LFS. Example::

    repository = Repository.find(root)
    repository.read("HEAD~1", "params.yaml")  # the bytes, or None if it wasn't there

Git is run as a program: it alone knows its attributes, filters and object formats. Whoever only
tells of a commit doesn't wait for git: a `Glance` is begun, and asked later. Tests:
tests/test_vcs.py.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from pivot.errors import PivotError
from pivot.frozen import frozen
from pivot.store.faults import storage_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_STATUS = ("status", "--porcelain=v2", "-z", "--branch", "--untracked-files=no")
_HEAD = "branch.oid "
#: How many fields stand before a file's path, behind the letter that tells the kind of its line.
_FIELDS = {"1": 7, "2": 8, "u": 9}
#: In seconds: how long somebody waits for git who only wants to mention something.
PATIENCE = 0.1
#: Set while git runs a hook; they would lead to another repository than the one of `directory`.
_REDIRECTIONS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


class GitError(PivotError):
    """Git could not do what it was asked."""


class GitMissingError(GitError):
    """The program `git` can't be run."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the program git can't be run: {reason}",
            hint="install git; other revisions of files are read with it",
        )


class NoRepositoryError(GitError):
    """The project, `directory`, is not in a git repository."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"the project {directory} is not in a git repository",
            hint="run 'git init' and commit; other revisions of files are taken from git",
        )
        self.directory = directory


class UnknownRevisionError(GitError):
    """Git knows no commit that is called `revision`; `nearest` are similar names that exist."""

    def __init__(self, revision: str, nearest: tuple[str, ...] = (), *, empty: bool) -> None:
        if empty:
            hint = "the repository has no commits yet"
        elif nearest:
            hint = f"did you mean {' or '.join(repr(name) for name in nearest)}?"
        else:
            hint = "a revision is a branch, a tag, a commit's hash, or the like of HEAD~1"
        super().__init__(f"git knows no revision {revision!r}", hint=hint)
        self.revision = revision
        self.nearest = nearest


@frozen
class _Entry:
    """A regular file in a commit."""

    blob: str
    path: str


@frozen
class Repository:
    """The git repository as it is seen from `directory`, the project's root."""

    directory: Path

    @classmethod
    def find(cls, root: Path) -> Self:
        """Give the repository that holds a project; raise `GitError` if there is none."""
        repository = cls(root)
        answer = repository._run("rev-parse", "--git-dir")
        if answer.returncode:
            if b"not a git repository" in answer.stderr:
                raise NoRepositoryError(root)
            raise _failure(answer)
        return repository

    def resolve(self, revision: str) -> str:
        """Give the full hash of a commit; raise `UnknownRevisionError` with the nearest names."""
        # What begins with a hyphen would be an option.
        if revision and not revision.startswith("-") and "\0" not in revision:
            answer = self._run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
            if not answer.returncode:
                return answer.stdout.decode().strip()
        raise self._unknown(revision)

    def read(self, revision: str, path: str) -> bytes | None:
        """Give what a file held, or None if it wasn't there or was no regular file."""
        commit = self._commit(revision)
        if not self._has(commit, path):
            return None
        return self.ask("cat-file", "--filters", f"{commit}:./{path}").stdout

    def copy(self, revision: str, path: str, target: Path) -> bool:
        """Write what a file held to `target`, however large; say whether it was there.

        Raises `StorageError` if `target` can't be written.
        """
        commit = self._commit(revision)
        if not self._has(commit, path):
            return False
        try:
            with target.open("wb") as stream:
                self.ask("cat-file", "--filters", f"{commit}:./{path}", output=stream)
        except OSError as error:
            raise storage_error(error, "write", target) from error
        return True

    def list_files(self, revision: str, prefix: str = "") -> tuple[str, ...]:
        """Give the regular files in the directory `prefix`, or in the whole project, by path."""
        return tuple(entry.path for entry in self._entries(self._commit(revision), prefix))

    def list_tracked(self, prefix: str = "") -> tuple[str, ...]:
        """Give what will be in the next commit, by path: files that git tracks, or was told to."""
        place = prefix.rstrip("/")
        listing = self.ask("ls-files", "-z", "--cached", "--", *([place] if place else []))
        # What is in conflict is listed once for each version.
        return tuple(dict.fromkeys(map(os.fsdecode, listing.stdout.split(b"\0")[:-1])))

    def list_present(self) -> tuple[str, ...]:
        """Give the files of the project that git has, or doesn't ignore, by path."""
        listing = self.ask("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return tuple(dict.fromkeys(map(os.fsdecode, listing.stdout.split(b"\0")[:-1])))

    def check_out(self, revision: str, directory: Path) -> Path:
        """Write all files of a revision into a directory, which is made; give the project in it.

        The repository stays as it is: neither its index nor its list of work trees is touched.
        """
        commit = self._commit(revision)
        answer = self.ask("rev-parse", "--show-toplevel", "--show-prefix").stdout
        top, prefix, *_ = os.fsdecode(answer).split("\n")
        directory.mkdir()
        index = directory.with_name(f"{directory.name}.index")
        whole = Repository(Path(top))
        whole.ask("read-tree", commit, index=index)
        whole.ask("checkout-index", "--all", "--quiet", f"--prefix={directory}/", index=index)
        return directory / prefix

    def read_all(self, revision: str, prefix: str) -> dict[str, bytes]:
        """Give what each file in the directory `prefix` held, as git stores it, unconverted.

        For many small files: two processes read all of them, and all are in memory at once.
        """
        entries = self._entries(self._commit(revision), prefix)
        wanted = "".join(f"{entry.blob}\n" for entry in entries).encode()
        blobs = read_objects(self.ask("cat-file", "--batch", given=wanted).stdout)
        found = zip(entries, blobs, strict=True)
        return {entry.path: blob for entry, (_, _, blob) in found if blob is not None}

    def list_tips(self) -> dict[str, str]:
        """Give the commit of each branch, tag and stash, and of what is checked out, by a name.

        A stash is several commits; branches of other repositories count as far as they are known.
        """
        kind = "%(if)%(*objectname)%(then)%(*objecttype)%(else)%(objecttype)%(end)"
        commit = "%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)"
        refs = self.ask("for-each-ref", f"--format={kind} {commit} %(refname:short)")
        lines = [line.split(" ", 2) for line in os.fsdecode(refs.stdout).splitlines()]
        tips = {name: commit for kind, commit, name in lines if kind == "commit"}
        head = self._run("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if not head.returncode:
            tips["HEAD"] = head.stdout.decode().strip()
        if "refs/stash" in tips or "stash" in tips:
            stashes = self.ask("log", "--walk-reflogs", "--format=%gd %H %P", "refs/stash")
            for line in os.fsdecode(stashes.stdout).splitlines():
                name, *commits = line.split(" ")
                tips |= {f"{name}/{n}" if n else name: one for n, one in enumerate(commits)}
        return tips

    def first_commits(self) -> tuple[str, ...]:
        """Give the commits without parents: first `HEAD`'s, then others'; none if that's unknown.

        A shallow clone doesn't know them.
        """
        if self.ask("rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
            return ()
        words = ("rev-list", "--max-parents=0")
        # A repository without a commit has no HEAD.
        head = self._run(*words, "HEAD", "--").stdout.decode().split()
        others = self.ask(*words, "--all").stdout.decode().split()
        return tuple(dict.fromkeys([*sorted(head), *others]))

    def sources(self) -> tuple[str, ...]:
        """Give the addresses of the repositories that this one fetches from, `origin` first."""
        answer = self._run("config", "--get-regexp", r"^remote\..*\.url$").stdout
        found: dict[str, str] = {}
        for line in os.fsdecode(answer).splitlines():
            name, _, address = line.partition(" ")
            found[name] = address
        origin = found.pop("remote.origin.url", None)
        others = tuple(found[name] for name in sorted(found))
        return others if origin is None else (origin, *others)

    def read_versions(
        self, revisions: Iterable[str], directory: str
    ) -> Iterator[tuple[str, str, bytes]]:
        """Give each different file that lies in a directory at any of some revisions.

        That is one of the revisions, the file's name, and what git stores of it, unconverted.
        However many revisions there are, two processes read them. All files are in memory at once.
        """
        wanted = list(dict.fromkeys(revisions))
        questions = "".join(f"{revision}:./{directory}\n" for revision in wanted).encode()
        answers = read_objects(self.ask("cat-file", "--batch", given=questions).stdout)
        places: dict[str, tuple[str, str]] = {}
        for revision, (identity, _, tree) in zip(wanted, answers, strict=True):
            for name, blob in _names(tree, len(identity) // 2) if tree is not None else ():
                places.setdefault(blob, (revision, name))
        blobs = "".join(f"{blob}\n" for blob in places).encode()
        contents = read_objects(self.ask("cat-file", "--batch", given=blobs).stdout)
        for (revision, name), (_, _, content) in zip(places.values(), contents, strict=True):
            if content is not None:
                yield revision, name, content

    def _commit(self, revision: str) -> str:
        # Whoever resolved it once need not wait for git each time.
        return revision if _COMMIT.fullmatch(revision) else self.resolve(revision)

    def _has(self, commit: str, path: str) -> bool:
        return any(entry.path == path for entry in self._entries(commit, path))

    def _entries(self, commit: str, prefix: str) -> list[_Entry]:
        place = prefix.rstrip("/")
        listing = self.ask("ls-tree", "-r", "-z", commit, "--", *([place] if place else []))
        return list(_files(listing.stdout))

    def _unknown(self, revision: str) -> UnknownRevisionError:
        # Only a mistake needs it.
        from difflib import get_close_matches

        names = self.ask(
            "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"
        )
        near = get_close_matches(revision, ["HEAD", *os.fsdecode(names.stdout).splitlines()], n=2)
        empty = not self.ask("rev-list", "--max-count=1", "--all").stdout
        return UnknownRevisionError(revision, tuple(near), empty=empty)

    def ask(
        self,
        *words: str,
        given: bytes = b"",
        output: IO[bytes] | None = None,
        index: Path | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git with some words and give its answer; raise `GitError` if it fails.

        It uses its own index unless it's given another one.
        """
        answer = self._run(*words, given=given, output=output, index=index)
        if answer.returncode:
            raise _failure(answer)
        return answer

    def _run(
        self,
        *words: str,
        given: bytes = b"",
        output: IO[bytes] | None = None,
        index: Path | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        command = ["git", "-C", str(self.directory), *words]
        chosen = {"GIT_INDEX_FILE": str(index)} if index is not None else {}
        try:
            return subprocess.run(
                command,
                input=given,
                stdout=output or subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment() | chosen,
                check=False,
            )
        except OSError as error:
            raise GitMissingError(error.strerror or str(error)) from error


@frozen
class Revision:
    """What is checked out."""

    #: The full hash.
    commit: str
    #: The tracked files that differ from it, relative to the repository's top; None if not known.
    changed: tuple[str, ...] | None


class Glance:
    """A question to git about what is checked out, which is answered meanwhile."""

    def __init__(self, root: Path, process: subprocess.Popen[bytes]) -> None:
        self._root = root
        self._process = process

    @classmethod
    def begin(cls, root: Path) -> Self | None:
        """Ask; give None if git can't be run."""
        # It takes no lock: somebody may be committing.
        command = ["git", "--no-optional-locks", "-C", str(root), *_STATUS]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError:
            return None
        return cls(root, process)

    def revision(self) -> Revision | None:
        """Give the answer, or what is known of it soon; None if there's no commit."""
        try:
            answer, _ = self._process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            # A huge work tree: it is not worth the wait.
            self.drop()
            return self._without_status()
        records = iter(os.fsdecode(answer).split("\0"))
        commit = ""
        changed: list[str] = []
        for record in records:
            kind, _, rest = record.partition(" ")
            if kind == "#" and rest.startswith(_HEAD):
                commit = rest.removeprefix(_HEAD)
            elif kind in _FIELDS:
                changed.append(rest.split(" ", _FIELDS[kind])[-1])
                if kind == "2":
                    changed.append(next(records))  # what it was called before
        return Revision(commit, tuple(changed)) if _COMMIT.fullmatch(commit) else None

    def _without_status(self) -> Revision | None:
        try:
            return Revision(Repository(self._root).resolve("HEAD"), changed=None)
        except GitError:
            return None

    def drop(self) -> None:
        """Want no answer any more."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()


def _environment() -> dict[str, str]:
    environ = {key: value for key, value in os.environ.items() if key not in _REDIRECTIONS}
    # Paths are names and not patterns; messages are to be understood; nobody is asked.
    return environ | {"GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}


def _failure(answer: subprocess.CompletedProcess[bytes]) -> GitError:
    said = answer.stderr.decode("utf-8", "replace").strip() or f"status {answer.returncode}"
    return GitError(f"'git {answer.args[3]}' failed: {said}")


def _files(listing: bytes) -> Iterator[_Entry]:
    """Give the regular files of a listing: links and submodules have no content of their own."""
    for line in listing.split(b"\0")[:-1]:
        facts, _, path = line.partition(b"\t")
        mode, kind, blob = facts.split()
        if kind == b"blob" and mode != b"120000":
            yield _Entry(blob.decode(), os.fsdecode(path))


def read_objects(stream: bytes) -> Iterator[tuple[str, str, bytes | None]]:
    """Give name, kind and content of each object that `cat-file --batch` writes; None: no object.

    An object is `<name> <kind> <size>`, LF, the bytes, LF; what is not there is `<words> missing`.
    """
    start = 0
    while start < len(stream):
        end = stream.index(b"\n", start)
        name, *kind, size = stream[start:end].decode("utf-8", "surrogateescape").split(" ")
        if not size.isdecimal():
            yield name, "", None
            start = end + 1
            continue
        yield name, kind[-1], stream[end + 1 : end + 1 + int(size)]
        start = end + int(size) + 2


def _names(tree: bytes, length: int) -> Iterator[tuple[str, str]]:
    """Give the files of a tree object with the names of their blobs.

    An entry is `<mode> <name>`, NUL, and the name of the object as that many bytes.
    """
    start = 0
    while start < len(tree):
        end = tree.index(b"\0", start)
        mode, _, name = tree[start:end].partition(b" ")
        start = end + 1 + length
        if mode.startswith(b"100"):
            yield os.fsdecode(name), tree[end + 1 : start].hex()
