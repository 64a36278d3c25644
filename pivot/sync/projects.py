"""Which projects push to a remote: whoever cleans it must not remove what others need.

Each push leaves a small object, a *registration*, under a key like that of a run's entry, of a run
that there can't be. It holds nothing but the project's *name*: a hash, which all clones of a
project have in common. In a repository that is the hash of its first commit and of the project's
place in it; in a clone that is shallow, as those of CI are, of what the repository is called where
it came from; and without any of these, of the directory. Example::

    key, data = registration(session.root)
    strangers(remote, session.root)     # the registrations of other projects

Tests: tests/sync/test_projects.py, tests/cli/commands/test_gc.py.
"""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

from pivot.hashing import hash_bytes, hash_text
from pivot.vcs import GitError, Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.interfaces import Remote

#: What the key of a registration begins with; see `pivot.sync.memory.MARK`.
PROJECT = f"{'0' * 31}1-"
#: `https://host/team/repo.git` and `git@host:team/repo.git` are the same repository.
_REPOSITORY = re.compile(r"(?:\w+://)?(?:[^@/]*@)?([^/:]+)(?::\d+)?[/:]+(.+?)/*(?:\.git)?/*")


def registration(root: Path) -> tuple[str, bytes]:
    """Give the key and the bytes of a project's registration."""
    name = next(_names(root))
    return _key(name), name.encode()


def strangers(remote: Remote, root: Path) -> list[str]:
    """Give the keys of the registrations of other projects than that at `root`."""
    own = {_key(name) for name in _names(root)}
    return sorted(
        stored.key
        for stored in remote.list([PROJECT])
        if stored.key.startswith(PROJECT) and stored.key not in own
    )


def _key(name: str) -> str:
    return f"{PROJECT}{hash_bytes(name.encode())}"


def _names(root: Path) -> Iterator[str]:
    """Give a project's name, and then those that it may have had or has in other clones."""
    try:
        repository = Repository.find(root)
        place = repository.ask("rev-parse", "--show-prefix").stdout.decode().rstrip("\n")
        commits, sources = repository.first_commits(), repository.sources()
    except GitError:
        place, commits, sources = "", (), ()
    for commit in commits:
        yield hash_text(f"commit {commit} {place}", "xxh3_128")
    for source in sources:
        if found := _REPOSITORY.fullmatch(source):
            called = f"{found[1]}/{found[2]}".lower()
            yield hash_text(f"repository {called} {place}", "xxh3_128")
    yield hash_text(f"directory {socket.gethostname()} {root}", "xxh3_128")
