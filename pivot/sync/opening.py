"""Which remote is meant, and a connection to it. Tests: tests/test_sync.py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import UsageError
from pivot.frozen import frozen
from pivot.sync.memory import Remembering

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.config import Settings
    from pivot.interfaces import Remote
    from pivot.session import Session
    from pivot.sync.report import Progress


@frozen
class RemoteInfo:
    """A remote that the settings name."""

    name: str
    #: A URL or a path, as it is written.
    url: str
    #: Whether it's the one that is used if nobody names one.
    default: bool


@frozen
class Options:
    """How something is shared."""

    #: The name of a remote; None: the default one.
    remote: str | None = None
    #: How many transfers at a time; None: as many as the remote finds right.
    jobs: int | None = None
    #: Only say what would be moved.
    dry_run: bool = False
    #: Called in the calling thread whenever some bytes were moved.
    on_progress: Callable[[Progress], None] | None = None
    #: Ask a remote also for what is known of it.
    refresh: bool = False


def remotes(settings: Settings) -> tuple[RemoteInfo, ...]:
    """Give all remotes by name."""
    default = settings.default_remote
    if default is None and len(settings.remotes) == 1:
        (default,) = settings.remotes
    return tuple(
        RemoteInfo(name, url, name == default) for name, url in sorted(settings.remotes.items())
    )


def choose_remote(settings: Settings, name: str | None) -> RemoteInfo:
    """Give the remote of a name, or else the default one; raise `UsageError` if there is none."""
    known = {info.name: info for info in remotes(settings)}
    defaults = [info.name for info in known.values() if info.default]
    wanted = name or settings.default_remote or next(iter(defaults), None)
    if wanted in known:
        return known[wanted]
    if wanted is not None and "://" in wanted:
        # It isn't repeated: an address may hold a password.
        raise UsageError(
            "a remote is named by its name, and not by its address",
            hint="give it a name: pivot config set remotes.NAME ADDRESS",
        )
    names = ", ".join(known)
    place = f"pivot config set remotes.{wanted or 'origin'} s3://bucket/prefix"
    if wanted is None and known:
        raise UsageError(
            f"there are several remotes ({names}), and none of them is the default",
            hint="choose one: pivot config set default_remote NAME, or --remote NAME",
        )
    if wanted is None:
        raise UsageError("there is no remote yet", hint=f"give it a place: {place}")
    others = f"there are: {names}; or " if known else ""
    raise UsageError(
        f"there is no remote called {wanted!r}", hint=f"{others}give it a place: {place}"
    )


def open_remote(session: Session, chosen: RemoteInfo, jobs: int | None = None) -> Remote:
    """Open a remote; a relative path begins at the project."""
    address = chosen.url
    if "://" not in address:
        place = session.root / Path(address).expanduser()
        address = place.absolute().as_uri()
    if jobs is not None:
        address += f"{'&' if '?' in address else '?'}jobs={jobs}"
    return session.host.open_remote(address)


def open_remembering(session: Session, chosen: RemoteInfo, options: Options) -> Remote:
    """Open a remote; if it is far, what it holds is remembered."""
    remote = open_remote(session, chosen, options.jobs)
    if not getattr(remote, "far", False):
        return remote
    workspace = session.workspace
    memory, place = workspace.state.remotes, chosen.url
    return Remembering(remote, memory, place, workspace.layout, refresh=options.refresh)
