"""What does DVC itself make of a `dvc.yaml`? It is run, on a repository made for the purpose.

DVC is a program and never imported: it is no dependency of Pivot. It is the one that was named, the
`dvc` on the PATH, or what `uv` runs. The *shadow* is a temporary repository with nothing but the
file and `params.yaml`; DVC's settings and caches are temporary too, and it tells nobody that it was
used. No command of a stage is run. `dvc dag --dot` must have the edges of the plan, and `dvc repro
--dry --force` must run its stages in an order that the edges allow. With a record, the shadow has
links to all files that this names, and `dvc status` must find changed exactly the stages that the
record leaves out; after one input was changed, its direct dependents, too.
Tests: tests/test_judgement.py, tests/test_with_dvc.py.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pivot.interfaces import Check
from pivot_dvc_export.document import PARAMS_FILE, dependencies
from pivot_dvc_export.names import stage_name
from pivot_dvc_export.repository import CONFIG, Repository
from pivot_dvc_export.structure import difference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pivot.interfaces import Plan, StagePlan
    from pivot_dvc_export.record import Record

#: How long DVC may take for one answer, in seconds; it takes some for a thousand stages.
_PATIENCE = 600
#: What uv runs where no other DVC is.
_REQUIREMENT = "dvc>=3,<4"
_DOT_LINE = re.compile(r'"(?P<up>[^"]+)"(?: -> "(?P<down>[^"]+)")?;')
_DRY_LINE = re.compile(r"Running stage '(?P<stage>[^']+)':")
_CONFIG = "[core]\n    no_scm = true\n    analytics = false\n    check_update = false\n"


class _RefusalError(Exception):
    """DVC ended with an error; the message is what it said."""


def judged(plan: Plan, text: str, root: Path, program: str | None = None) -> Check:
    """Let DVC check the text of a plan; skipped if there is no DVC that works."""

    def look(shadow: _Shadow) -> list[str]:
        shadow.fill(plan, text, root)
        found = [*_graph(plan, shadow.ask("dag", "--dot"))]
        return [*found, *_order(plan, shadow.ask("repro", "--dry", "--force"))]

    return _asked("", look, program)


def judged_record(record: Record) -> Check:
    """Let DVC compare a record with the files of the project; skipped as above."""

    def look(shadow: _Shadow) -> list[str]:
        shadow.fill(record.plan, record.document, record.root)
        shadow.link(record)
        missing = {stage.name for stage in record.plan.stages} - record.stages
        found = [*_status("", shadow.ask("status", "--json"), missing)]
        changed = _input(record)
        if found or changed is None:
            return found
        shadow.change(changed)
        wanted = missing | {stage.name for stage in record.plan.stages if _reads(stage, changed)}
        return [*_status(f" after a change of {changed}", shadow.ask("status", "--json"), wanted)]

    return _asked(" status", look, record.program)


def _asked(what: str, look: Callable[[_Shadow], list[str]], program: str | None) -> Check:
    """Look at a shadow with the DVC that there is."""
    words = _program(program)
    if words is None:
        return Check(
            f"by dvc{what}",
            skipped="there is no program 'dvc' on the PATH, and no 'uv' that could run it",
        )
    with tempfile.TemporaryDirectory(prefix="pivot-dvc-") as directory:
        shadow = _Shadow(words, Path(directory))
        try:
            version = shadow.ask("--version").strip()
        except _RefusalError as refusal:
            said = f"'{shlex.join(words)} --version' does not work: {refusal}"
            # Who names a program means it.
            found = (said,) if program is not None else ()
            return Check(f"by dvc{what}", found, None if found else said)
        try:
            found = look(shadow)
        except _RefusalError as refusal:
            found = [str(refusal)]
        return Check(f"by dvc{what or f' {version}'}", tuple(found))


def _program(named: str | None) -> tuple[str, ...] | None:
    """Give the words that start DVC, None if there is none."""
    if named is not None:
        # A path is one from here: DVC is started elsewhere.
        return (os.path.abspath(named) if os.sep in named else named,)  # noqa: PTH100 - links stay
    found = shutil.which("dvc")
    if found is not None:
        return (found,)
    uv = shutil.which("uv")
    return None if uv is None else (uv, "tool", "run", "--quiet", "--from", _REQUIREMENT, "dvc")


@dataclass(frozen=True, slots=True)
class _Shadow:
    """A repository in a temporary directory, and the program that looks at it."""

    program: tuple[str, ...]
    directory: Path

    @property
    def repository(self) -> Path:
        return self.directory / "repository"

    def fill(self, plan: Plan, text: str, root: Path) -> None:
        """Make the repository; raise `_RefusalError` if DVC can't."""
        self.repository.mkdir()
        self.ask("init", "--no-scm", "--quiet", inside=True)
        (self.repository / ".dvc" / CONFIG).write_text(_CONFIG, "utf-8")
        (self.repository / "dvc.yaml").write_text(text, "utf-8")
        for file in {PARAMS_FILE}.union(*(stage.reads_params for stage in plan.stages)):
            if (root / file).is_file():
                copy = self.repository / file
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / file, copy)

    def link(self, record: Record) -> None:
        """Add a record, links to the files that it names, and a cache of links."""
        (self.repository / "dvc.lock").write_text(record.text, "utf-8")
        for path in _named(record):
            link = self.repository / path
            if not link.exists():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to((record.root / path).resolve())
        own = Repository(self.repository, self.repository / ".dvc" / "cache")
        for md5, content in record.contents.items():
            place = own.place(md5)
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                place.write_bytes(content)
            else:
                place.symlink_to(content.resolve())

    def change(self, path: str) -> None:
        """Let a file have another content, or a directory one file more."""
        link = self.repository
        for part in PurePosixPath(path).parts:
            # Behind a link is the project itself, where nothing may be changed.
            if link.is_symlink():
                _spread(link)
            link /= part
        if link.is_dir():
            _spread(link)
            (link / "a file that is not in the directory").touch()
        else:
            data = link.read_bytes()
            link.unlink()
            link.write_bytes(data + b"\n")

    def ask(self, *words: str, inside: bool | None = None) -> str:
        """Give what DVC prints for a command; raise `_RefusalError` if it fails."""
        inside = self.repository.exists() if inside is None else inside
        try:
            answer = subprocess.run(
                [*self.program, *words],
                cwd=self.repository if inside else self.directory,
                env=self._environment(),
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _RefusalError(str(error)) from error
        if answer.returncode:
            said = " ".join(answer.stderr.split()) or f"status {answer.returncode}"
            raise _RefusalError(said)
        return answer.stdout

    def _environment(self) -> dict[str, str]:
        # Inside `dvc repro` there are variables that would lead to the repository around it.
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DVC_")}
        places = ("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR", "DVC_SITE_CACHE_DIR")
        own = {place: str(self.directory / place.lower()) for place in places}
        return {**kept, **own, "DVC_NO_ANALYTICS": "1", "DVC_STUDIO_OFFLINE": "1"}


def _spread(link: Path) -> None:
    """Put a directory with a link to each file in the place of the link to a directory."""
    real = link.resolve()
    link.unlink()
    link.mkdir()
    for inner in real.iterdir():
        (link / inner.name).symlink_to(inner)


def _graph(plan: Plan, dot: str) -> Iterator[str]:
    lines = [found for line in dot.splitlines() if (found := _DOT_LINE.fullmatch(line.strip()))]
    pairs = [line.group("up", "down") for line in lines if line["down"]]
    edges = [(stage_name(up), stage_name(down)) for up, down in pairs]
    yield from difference(plan, edges)
    nodes = {stage_name(line["up"]) for line in lines if not line["down"]}
    if nodes != (wanted := {stage.name for stage in plan.stages}):
        yield f"'dvc dag' has the stages {sorted(nodes)}, not {sorted(wanted)}"


def _order(plan: Plan, printed: str) -> Iterator[str]:
    found = [stage_name(line["stage"]) for line in _DRY_LINE.finditer(printed)]
    if sorted(found) != (wanted := sorted(stage.name for stage in plan.stages)):
        yield f"'dvc repro' runs the stages {sorted(found)}, not {wanted}"
        return
    turn = {stage: number for number, stage in enumerate(found)}
    for up, down in plan.edges:
        if turn[up] > turn[down]:
            yield f"'dvc repro' runs {down!r} before {up!r}, which feeds it"


def _status(when: str, printed: str, wanted: set[str]) -> Iterator[str]:
    try:
        found = {stage_name(name) for name in json.loads(printed)}
    except (ValueError, TypeError):
        yield f"'dvc status'{when} prints no JSON: {printed[:200]!r}"
        return
    if found != wanted:
        yield f"'dvc status'{when} finds changed {sorted(found)}, not {sorted(wanted)}"


def _named(record: Record) -> list[str]:
    """Give the paths in a record, those of directories before those of what lies in them."""
    stages = [stage for stage in record.plan.stages if stage.name in record.stages]
    paths = [path for stage in stages for path in dependencies(stage)]
    paths += [out.path.rstrip("/") for stage in stages for out in stage.outs]
    return sorted(set(paths))


def _input(record: Record) -> str | None:
    """Give something that a stage in a record reads and none makes; data rather than code."""
    stages = [stage for stage in record.plan.stages if stage.name in record.stages]
    made = [PurePosixPath(out.path) for stage in record.plan.stages for out in stage.outs]
    for paths in ([path for one in stages for path in one.deps], *(s.sources for s in stages)):
        for path in paths:
            given = PurePosixPath(path)
            if not any(_overlap(given, out) for out in made):
                return str(given)
    return None


def _reads(stage: StagePlan, path: str) -> bool:
    return any(_overlap(PurePosixPath(dep), PurePosixPath(path)) for dep in dependencies(stage))


def _overlap(one: PurePosixPath, other: PurePosixPath) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
