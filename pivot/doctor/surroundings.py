"""Is the machine one that pipelines can be run on? Tests: tests/cli/commands/test_doctor.py."""

from __future__ import annotations

import platform
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pivot
from pivot.doctor.finding import error, ok, warning
from pivot.errors import PivotError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.doctor.finding import Finding
    from pivot.plugins import PluginHost

#: Fewer open files than this are too few for the workers and what they read.
_FEWEST_FILES = 256
_LEAST_SPACE = 500_000_000
#: By so many seconds a clock may differ from that of a file server, say.
_SKEW_SECONDS = 60
#: Kinds of file systems on which neither LMDB nor locks between machines can be relied on.
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph"})


def versions() -> Iterator[Finding]:
    """Say what runs."""
    python = f"Python {platform.python_version()}"
    yield ok("version", f"Pivot {pivot.__version__}, {python}, {platform.platform(terse=True)}")


def limits() -> Iterator[Finding]:
    """Look at what the system lets a process have."""
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < _FEWEST_FILES:
        yield warning(
            "open-files",
            f"a process may have {soft} files open, which is too few for many workers",
            "raise the limit: ulimit -n 1024",
        )
    try:
        import multiprocessing

        multiprocessing.Lock()
    except (OSError, ImportError) as problem:
        yield error(
            "workers",
            f"worker processes can't be started, for want of semaphores: {problem}",
            "have /dev/shm mounted and writable, or run with --executor inline",
        )
    else:
        yield ok("workers", "worker processes can be started")


def space(root: Path | None) -> Iterator[Finding]:
    """Look at how much room there is."""
    for place in dict.fromkeys([root or Path.cwd(), Path(tempfile.gettempdir())]):
        free = shutil.disk_usage(place).free
        if free < _LEAST_SPACE:
            yield warning(
                "disk-space",
                f"there are only {free / 1e6:.0f} MB left in {place}",
                "make room: 'pivot gc' says what the cache could do without",
            )


def clock(files: list[Path]) -> Iterator[Finding]:
    """Compare the clock with the times of some files."""
    latest = max(files, key=lambda file: file.stat().st_mtime, default=None)
    if latest is not None and latest.stat().st_mtime > time.time() + _SKEW_SECONDS:
        yield warning(
            "clock",
            f"{latest} is from the future: the clock was set back, or another machine's is ahead",
            "set the clock; until then, files are hashed again that seem new",
        )


def file_system(root: Path) -> Iterator[Finding]:
    """Look at what kind of file system a project is on."""
    kind = _kind(root)
    if kind in _NETWORK:
        yield warning(
            "file-system",
            f"the project is on a network file system ({kind}), where the state and the locks "
            "between processes may fail",
            "keep the project on a local disk, and share results by a remote",
        )


def _kind(root: Path) -> str | None:
    """Give the kind of a directory's file system, None where the system doesn't tell."""
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    mounts = [line.split(" ")[1:3] for line in lines]
    fitting = [
        (place, kind)
        for place, kind in mounts
        if root.is_relative_to(place.encode("latin-1", "replace").decode("unicode_escape"))
    ]
    # The last of equals lies over the others.
    return max(fitting, key=lambda one: len(one[0]), default=("", None))[1]


def plugins(host: PluginHost) -> Iterator[Finding]:
    """Load every plugin that is installed."""
    found = host.found(load=True)
    bad = [plugin for plugin in found if plugin.problem]
    for plugin in bad:
        yield warning(
            "plugin",
            f"{plugin.distribution} {plugin.version}: {plugin.group} {plugin.name!r}: "
            f"{plugin.problem}",
            f"update it, or uninstall it: pip install --upgrade {plugin.distribution}",
        )
    distributions = {plugin.distribution for plugin in found}
    good = len(found) - len(bad)
    yield ok("plugins", f"plugins that can be used: {good}, of {len(distributions)} distributions")


def remotes(host: PluginHost, places: dict[str, str]) -> Iterator[Finding]:
    """Look whether there is something that can speak to each remote; none is asked."""
    for name, address in places.items():
        try:
            host.open_remote(address).close()
        except PivotError as problem:
            yield error(
                "remote", f"the remote {name!r} can't be used: {problem.message}", problem.hint
            )
        else:
            yield ok("remote", f"the remote {name!r} can be spoken to")
