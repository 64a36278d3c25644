"""Which commits changed some files, and what many files held at many commits.

Example: `changes(repository, [".pivot/stages/train.lock"], limit=20)[0].subject`.
Tests: tests/past/test_commits.py.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

from pivot.frozen import frozen
from pivot.vcs import read_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pivot.vcs import Repository

_FORMAT = "--format=%H%x00%ct%x00%s"


@frozen
class Commit:
    """A commit as a person would know it again."""

    #: The full hash.
    hash: str
    time: dt.datetime
    #: The first line of its message.
    subject: str


def changes(
    repository: Repository, paths: Sequence[str], *, since: str = "HEAD", limit: int | None = None
) -> tuple[Commit, ...]:
    """Give the commits from a revision backwards that changed one of some files, newest first.

    Raises `GitError`.
    """
    commit = repository.resolve(since)
    most = [f"--max-count={limit}"] if limit is not None else []
    answer = repository.ask("log", _FORMAT, *most, commit, "--", *paths)
    return tuple(map(_commit, os.fsdecode(answer.stdout).splitlines()))


def _commit(line: str) -> Commit:
    name, seconds, subject = line.split("\0", 2)
    return Commit(name, dt.datetime.fromtimestamp(int(seconds), dt.UTC), subject)


def read_each(
    repository: Repository, places: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], bytes]:
    """Give what files held at commits, by pairs of commit and path, unconverted, if they did.

    However many there are, one process reads them.
    """
    wanted = [place for place in dict.fromkeys(places) if "\n" not in place[1]]
    questions = b"".join(os.fsencode(f"{commit}:./{path}\n") for commit, path in wanted)
    answers = read_objects(repository.ask("cat-file", "--batch", given=questions).stdout)
    found = zip(wanted, answers, strict=True)
    return {
        place: content
        for place, (_, kind, content) in found
        if content is not None and kind == "blob"
    }
