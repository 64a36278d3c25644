"""What does DVC record of stages that were made? Their entries in `dvc.lock`.

`dvc status` goes by them. An entry has the stage's command, and of each dependency, parameter and
output what it was. The values of parameters are those that DVC reads in `params.yaml`, by the rules
of YAML 1.2, which is why that file isn't read here as Pivot reads it. What DVC caches must lie in
its cache, too. Example::

    record = Record.of(plan, text, {"train"}, root)
    record.text, record.hand_over()

Tests: tests/test_with_dvc.py, tests/test_with_dvc.py.
"""

from __future__ import annotations

import io
import json
import tomllib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from ruamel.yaml import YAML, YAMLError

from pivot.errors import PivotError
from pivot_dvc_export.digests import Digest, digest
from pivot_dvc_export.document import PARAMS_FILE, command, dependencies, is_cached, parameters
from pivot_dvc_export.judgement import judged_record
from pivot_dvc_export.names import dvc_name
from pivot_dvc_export.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pivot.interfaces import Check, Plan, StagePlan

_SCHEMA = "2.0"


@dataclass(frozen=True, slots=True)
class Record:
    """A `dvc.lock`, and what must lie in the cache of DVC for it."""

    plan: Plan
    #: The text of the `dvc.yaml` that it belongs to.
    document: str
    text: str
    #: MD5 -> what lies under it: a file, or the bytes of a directory's list.
    contents: Mapping[str, Path | bytes]
    stages: frozenset[str]
    root: Path
    program: str | None

    @classmethod
    def of(
        cls,
        plan: Plan,
        document: str,
        current: Collection[str],
        root: Path,
        program: str | None = None,
    ) -> Record:
        """Look at the files of the stages in `current`; raise `PivotError` if one can't be read."""
        writer = _Writer(root)
        stages = [stage for stage in plan.stages if stage.name in current]
        entries = {dvc_name(stage.name): writer.entry(stage) for stage in stages}
        cached = [out.path for stage in stages for out in stage.outs if is_cached(out)]
        contents = dict(
            one for path in cached for one in writer.digest(path.rstrip("/")).contents.items()
        )
        names = frozenset(stage.name for stage in stages)
        return cls(plan, document, _text(entries), contents, names, root, program)

    def hand_over(self) -> None:
        """Put what DVC caches into its cache. Raises `UsageError` outside of its repositories."""
        Repository.around(self.root).keep(self.contents)

    def validate(self) -> Check:
        """Let DVC compare the record with the project."""
        return judged_record(self)


def _text(entries: Mapping[str, Any]) -> str:
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 2**31
    stream = io.StringIO()
    yaml.dump({"schema": _SCHEMA, **({"stages": dict(entries)} if entries else {})}, stream)
    return stream.getvalue()


class _Writer:
    """Looks at each file once, in however many stages it is named."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digests: dict[str, Digest] = {}
        self._params: dict[str, Any] = {}

    def entry(self, stage: StagePlan) -> dict[str, Any]:
        outs = sorted(out.path.rstrip("/") for out in stage.outs)
        found: dict[str, Any] = {
            "cmd": command(stage.name),
            "deps": [self._artifact(path) for path in sorted(dependencies(stage))],
            "params": self._parameters(stage),
            "outs": [self._artifact(path) for path in outs],
        }
        return {part: value for part, value in found.items() if value}

    def digest(self, path: str) -> Digest:
        if path not in self._digests:
            try:
                self._digests[path] = digest(self._root / path)
            except OSError as error:
                reason = error.strerror or str(error)
                raise PivotError(f"{path} can't be recorded for DVC: {reason}") from error
        return self._digests[path]

    def _artifact(self, path: str) -> dict[str, Any]:
        found = self.digest(path)
        entry: dict[str, Any] = {"path": path, "hash": "md5", "md5": found.md5, "size": found.size}
        if found.count is not None:
            entry["nfiles"] = found.count
        if found.executable:
            entry["isexec"] = True
        return entry

    def _parameters(self, stage: StagePlan) -> Mapping[str, Any]:
        """Give, by file, name and value of each parameter, or all that is in the file."""
        wanted: dict[str, list[str] | None] = {}
        for one in parameters(stage):
            if isinstance(one, dict):
                files = cast("dict[str, list[str] | None]", one)
                wanted |= files
            else:
                names = wanted.setdefault(PARAMS_FILE, [])
                assert names is not None  # noqa: S101 - a file is named as a whole, or by names
                names.append(str(one))
        return {file: self._values(file, wanted[file]) for file in sorted(wanted)}

    def _values(self, file: str, names: list[str] | None) -> Any:
        if file not in self._params:
            self._params[file] = _read(self._root, file)
        content = self._params[file]
        if names is None:
            return content
        try:
            return {name: _value(content, name) for name in sorted(names)}
        except (KeyError, TypeError) as error:
            raise PivotError(f"{file} has no parameter {error} for DVC") from error


def _read(root: Path, file: str) -> Any:
    """Read a file of parameters as DVC does."""
    try:
        text = (root / file).read_text("utf-8")
        match PurePosixPath(file).suffix:
            case ".json":
                return json.loads(text)
            case ".toml":
                return tomllib.loads(text)
            case _:
                return YAML(typ="safe").load(text)
    except (OSError, ValueError, YAMLError) as error:
        reason = " ".join(str(error).split())
        raise PivotError(f"{file} can't be read as DVC reads it: {reason}") from error


def _value(params: Any, name: str) -> Any:
    found = params
    for part in name.split("."):
        found = found[part]
    return found
