"""What artifacts were at a revision, and how they came to be.

Example: `get_data(["model.bin"], rev="v1", output="old.bin")`.
Tests: tests/cli/commands/test_data.py.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.api.opening import open_session
from pivot.errors import UsageError
from pivot.past.contents import Contents
from pivot.past.getting import Destination, Getter
from pivot.past.provenance import Provenance, Tracer
from pivot.past.revision import Revision
from pivot.paths import artifact_path
from pivot.sync import choose_remote
from pivot.vcs import NoRepositoryError, Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pivot.api.opening import Root
    from pivot.past.getting import Getting
    from pivot.plugins import PluginHost
    from pivot.sync import Progress


def get_data(
    targets: Sequence[str],
    root: Root = None,
    *,
    rev: str,
    output: str | os.PathLike[str] | None = None,
    force: bool = False,
    remote: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    plugins: PluginHost | None = None,
) -> Getting:
    """Get files, directories, or the outputs of stages as they were; the pipeline isn't imported.

    Args:
        targets: paths of files and directories, also of those inside directories that are outputs;
            names of stages of that revision; globs of one of these.
        root: the project's directory, or one inside it.
        rev: a revision, as git understands it.
        output: a new name for a single target, or a directory; the places that the artifacts have
            in the project if it's None.
        force: replace what is there. What the cache doesn't have yet is saved there before.
        remote: where to look for what the cache lacks; the default remote if it's None.
        on_progress: called whenever some bytes were moved, in the calling thread.
        plugins: a plugin host; a new one by default.

    Raises:
        GitError: there is no repository, or no such revision.
        UsageError: a target means nothing, or something is there already.
        PathError: something would get outside of where it belongs.
        NotGotError: neither the cache nor a remote has it.
    """
    if not targets:
        raise UsageError("name what to get: a file, a directory, or a stage")
    with open_session(root, None, {}, plugins) as session:
        revision = Revision(Repository.find(session.root), rev)
        if remote is not None:
            choose_remote(session.settings, remote)
        destination = Destination()
        if output is not None:
            text = os.fspath(output)
            if not text or "\0" in text:
                raise UsageError(f"{text!r} is no path to write to")
            destination = Destination(Path(os.path.abspath(text)), text.endswith("/"))  # noqa: PTH100 - links stay
        getter = Getter(session, revision, Contents(session, remote, on_progress))
        return getter.get(targets, destination, force=force)


def blame(path: str, root: Root = None, *, rev: str | None = None) -> Provenance:
    """Give how a file or directory came to be, by what the locks say; nothing is imported.

    Args:
        path: an output, something in one, or a file that no stage makes.
        root: the project's directory, or one inside it.
        rev: a revision, as git understands it; the workspace if it's None.

    Raises:
        GitError: there is no such revision, or no repository for one.
        UsageError: neither a lock nor git knows of the path.
    """
    artifact = artifact_path(path)
    with open_session(root, None, {}) as session:
        try:
            repository = Repository.find(session.root)
        except NoRepositoryError:
            if rev is not None:
                raise
            repository = None
        revision = Revision(repository, rev) if repository is not None and rev is not None else None
        return Tracer(session, repository, revision).trace(artifact)
