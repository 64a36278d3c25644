"""DVC as a tool that is measured, with a `dvc.yaml` that does it no wrong.

Each stage is one `python steps/sN.py`, which imports nothing but `json` and its helper; its deps
are that script, the helper and its inputs. Nothing is sent anywhere; there is no git.
`record` writes what DVC would have written, for sizes at which nobody wants to wait for it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from typing import TYPE_CHECKING

from benchmarks.measuring.processes import measure
from benchmarks.projects.layered import output
from benchmarks.projects.plain import PlainProject

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.measuring.processes import Use
    from benchmarks.projects.layered import Layered
    from benchmarks.tools.peers import Peers

_STAGE = "  s{number}:\n    cmd: {command}\n    deps:\n{deps}    outs:\n    - {out}\n"
_LOCKED = "  s{number}:\n    cmd: {command}\n    deps:\n{deps}    outs:\n{outs}"
_ENTRY = "    - path: {path}\n      hash: md5\n      md5: {md5}\n      size: {size}\n"


class Dvc:
    """DVC with a layered pipeline."""

    name = "dvc"

    def __init__(self, root: Path, pipeline: Layered, peers: Peers) -> None:
        self.root = root
        self._peers = peers
        self.pipeline = pipeline
        self._project = PlainProject(root, pipeline)

    def prepare(self) -> None:
        """Write the project."""
        self._project.write()
        self._dvc("init", "--quiet", "--no-scm")
        self._dvc("config", "core.analytics", "false")
        self._dvc("config", "core.check_update", "false")
        stages = (
            _STAGE.format(
                number=number,
                command=self._command(number),
                deps="".join(f"    - {path}\n" for path in self._deps(number)),
                out=output(number),
            )
            for number in range(self.pipeline.stages)
        )
        (self.root / "dvc.yaml").write_text("".join(["stages:\n", *stages]))

    def record(self) -> None:
        """Make all outputs in a loop, and write lock and cache as if DVC had made them."""
        measure([sys.executable, "loop.py"], self.root)
        entries: dict[str, str] = {}
        for number in range(self.pipeline.stages):
            for path in (*self._deps(number), output(number)):
                if path not in entries:
                    entries[path] = self._recorded(path)
        stages = (
            _LOCKED.format(
                number=number,
                command=self._command(number),
                deps="".join(entries[path] for path in sorted(self._deps(number))),
                outs=entries[output(number)],
            )
            for number in range(self.pipeline.stages)
        )
        (self.root / "dvc.lock").write_text("".join(["schema: '2.0'\nstages:\n", *stages]))

    def forget(self) -> None:
        """Delete lock, cache, run cache and outputs."""
        (self.root / "dvc.lock").unlink(missing_ok=True)
        for name in ("cache", "tmp"):
            shutil.rmtree(self.root / ".dvc" / name, ignore_errors=True)
        self.delete_outputs()

    def settle(self) -> None:
        """Run once."""
        self.run()

    def forget_answer(self) -> None:
        """Do nothing: every run looks at everything."""

    def touch(self) -> None:
        """Touch sources, data and outputs."""
        for name in ("dvc.yaml", "steps/*.py", "data/*", "out/*"):
            for file in self.root.glob(name):
                os.utime(file)

    def edit_leaf(self, edit: int) -> None:
        """Change the last stage's function."""
        self._project.edit_leaf(edit)

    def edit_helper(self, edit: int) -> None:
        """Change the last module's helper."""
        self._project.edit_helper(edit)

    def delete_outputs(self) -> None:
        """Delete all that was made."""
        self._project.delete_outputs()

    def run(self) -> Use:
        """Bring all up to date."""
        return self._dvc("repro")

    def restore(self) -> Use:
        """Check out what is in the cache: faster than to let `repro` find out."""
        return self._dvc("checkout", "--quiet")

    def status(self) -> Use:
        """Ask what is not up to date."""
        return self._dvc("status")

    def ran(self, output: str) -> int:
        """Give how many stages ran."""
        return output.count("Running stage")

    def _dvc(self, *words: str) -> Use:
        return measure([self._peers.command("dvc"), *words], self.root, self._peers.environment)

    def _command(self, number: int) -> str:
        return f"{sys.executable} {self._project.sources(number)[0]}"

    def _deps(self, number: int) -> Iterable[str]:
        return *self._project.sources(number), *self.pipeline.inputs(number)

    def _recorded(self, path: str) -> str:
        data = (self.root / path).read_bytes()
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        blob = self.root / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
        if path.startswith("out/") and not blob.exists():
            blob.parent.mkdir(parents=True, exist_ok=True)
            blob.write_bytes(data)
        return _ENTRY.format(path=path, md5=md5, size=len(data))
