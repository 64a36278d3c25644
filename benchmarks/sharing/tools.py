"""What moves data: Pivot, DVC, and a plain loop, each with a directory and a bucket of its own.

Tests: tests/benchmarks/test_sharing.py, as far as nothing has to be installed.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmarks.measuring.processes import measure
from benchmarks.sharing.server import BUCKET, LOGIN
from benchmarks.tools.peers import find_peers
from benchmarks.tools.pivot import PIVOT

if TYPE_CHECKING:
    from benchmarks.measuring.processes import Use

REQUIREMENTS = ("dvc==3.67.0", "dvc-s3==3.3.0")
_BARE = Path(__file__).resolve().parents[1] / "scripts" / "move_bare.py"
_PIPELINE = """
import shutil
from pivot.registry import REGISTRY

def make() -> None:
    shutil.copytree({source!r}, "data", dirs_exist_ok=True)

REGISTRY.register(make, outs=["data/"])
"""


class Mover(Protocol):
    """A tool that has made its copy of a source its own, and moves it."""

    #: Whether it knows what is there already.
    knows: bool
    root: Path

    def push(self) -> Use:
        """Send all that isn't there."""
        ...

    def forget(self) -> None:
        """Lose what is here, so that a pull gets it again."""
        ...

    def pull(self) -> Use:
        """Get everything, into `root/data`."""
        ...


class Pivot:
    """Pivot, with one stage whose output is the directory."""

    knows = True

    def __init__(self, root: Path, source: Path, url: str) -> None:
        self.root = root
        root.mkdir()
        (root / "pipeline.py").write_text(_PIPELINE.format(source=str(source)), "utf-8")
        remote = f"s3://{BUCKET}/pivot?endpoint_url={url}"
        measure([PIVOT, "config", "set", "remotes.origin", remote], root)
        measure([PIVOT, "run", "--executor", "inline"], root)

    def push(self) -> Use:
        """Send all that isn't there."""
        return measure([PIVOT, "push"], self.root, LOGIN)

    def forget(self) -> None:
        """Lose what is here, so that a pull gets it again."""
        for place in ("data", ".pivot/cache", ".pivot/state.lmdb"):
            shutil.rmtree(self.root / place)

    def pull(self) -> Use:
        """Get everything."""
        return measure([PIVOT, "pull"], self.root, LOGIN)


class Dvc:
    """DVC, with the directory added."""

    knows = True

    def __init__(self, root: Path, source: Path, url: str) -> None:
        self.root = root
        peers = find_peers(REQUIREMENTS)
        self._dvc = peers.command("dvc")
        # What DVC remembers outside of a project, too, belongs to this project alone.
        self._environment = {
            **peers.environment,
            **LOGIN,
            "DVC_SITE_CACHE_DIR": str(root.with_name(f"{root.name}-site")),
        }
        root.mkdir()
        self._do("init", "--quiet", "--no-scm")
        self._do("remote", "add", "--default", "origin", f"s3://{BUCKET}/dvc")
        self._do("remote", "modify", "origin", "endpointurl", url)
        shutil.copytree(source, root / "data")
        self._do("add", "--quiet", "data")

    def push(self) -> Use:
        """Send all that isn't there."""
        return self._do("push")

    def forget(self) -> None:
        """Lose what is here, so that a pull gets it again."""
        for place in ("data", ".dvc/cache", ".dvc/tmp"):
            shutil.rmtree(self.root / place)
        shutil.rmtree(self._environment["DVC_SITE_CACHE_DIR"], ignore_errors=True)

    def pull(self) -> Use:
        """Get everything."""
        return self._do("pull")

    def _do(self, *words: str) -> Use:
        return measure([self._dvc, *words], self.root, self._environment)


class Bare:
    """A plain loop, which neither hashes nor keeps anything."""

    knows = False

    def __init__(self, root: Path, source: Path, url: str) -> None:
        self.root = root
        self._url = url
        shutil.copytree(source, root / "data")

    def push(self) -> Use:
        """Send all that isn't there."""
        return self._do("push")

    def forget(self) -> None:
        """Lose what is here, so that a pull gets it again."""
        shutil.rmtree(self.root / "data")

    def pull(self) -> Use:
        """Get everything."""
        return self._do("pull")

    def _do(self, verb: str) -> Use:
        place = str(self.root / "data")
        return measure([sys.executable, str(_BARE), verb, self._url, BUCKET, place], None, LOGIN)


TOOLS = {"Pivot": Pivot, "DVC": Dvc, "plain loop": Bare}
