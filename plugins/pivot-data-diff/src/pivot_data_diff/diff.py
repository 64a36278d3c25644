"""Which files of a project differ, and how: `pivot data diff` as a function that returns data.

Tests: tests/test_diff.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import UsageError
from pivot.hashing import DEFAULT_ALGORITHM
from pivot.past.contents import Contents, Wanted
from pivot.paths import artifact_path
from pivot.session import Session
from pivot.store.blobs import Blobs
from pivot.store.cache import Cache
from pivot.store.layout import Layout
from pivot.vcs import Repository
from pivot_data_diff.comparison import Comparison
from pivot_data_diff.options import Options
from pivot_data_diff.revision import Revision, Store
from pivot_data_diff.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.store.state import State
    from pivot_data_diff.result import Report
    from pivot_data_diff.sides import Side


def diff(
    root: Path,
    paths: Sequence[str] = (),
    *,
    revisions: Sequence[str] = (),
    options: Options | None = None,
) -> Report:
    """Compare data files of a project.

    Args:
        root: the project's directory.
        paths: files and directories, relative to `root`, which itself is `.`; all outputs that
            differ by default.
        revisions: the old side and the new one; by default `HEAD`, and the workspace.
        options: what to compare and how.

    Returns:
        A report; a file that can't be compared is in its `problems`, and stops no other.

    Raises:
        PivotError: for a revision that git doesn't know, a path that is nowhere, and the like.
    """
    if len(revisions) > 2:
        raise UsageError("at most two revisions can be compared")
    wanted = [_path(path) for path in paths]
    with contextlib.ExitStack() as stack:
        session = stack.enter_context(Session(root))
        # LMDB is for projects that have a state already; comparing makes none.
        state = session.workspace.state if Layout(root).state.exists() else None
        store = _open_store(session, state, stack)
        before = Revision(store, revisions[0] if revisions else "HEAD")
        if len(revisions) > 1:
            after: Side = Revision(store, revisions[1])
        else:
            after = Workspace(root, store.repository, state.files if state else None)
        scratch = dataclasses.replace(options or Options(), scratch=store.scratch)
        comparison = Comparison(before, after, scratch)
        comparison.take(wanted)
        return comparison.report()


def _path(path: str) -> str:
    """Give a path as sides take it, to which the whole project is ''."""
    return "" if path in {".", "./"} else artifact_path(path).rstrip("/")


def _open_store(session: Session, state: State | None, stack: contextlib.ExitStack) -> Store:
    repository = Repository.find(session.root)
    layout = Layout(session.root)
    # The system's directory may be in memory, which is what is to be spared.
    place = layout.dot if os.access(layout.dot, os.W_OK) else None
    scratch = tempfile.TemporaryDirectory(prefix="diff-", suffix=".tmp", dir=place)
    vouched = state.blobs if state else None
    verify = session.settings.cache_verify
    return Store(
        repository,
        Cache(layout, DEFAULT_ALGORITHM, vouched=vouched, verify=verify),
        Blobs(layout, vouched, verify),
        Path(stack.enter_context(scratch)),
        functools.partial(_fetch, session),
    )


def _fetch(session: Session, wanted: Wanted) -> None:
    lacking = Contents(session).bring([wanted])
    for error in lacking.values():
        raise error
