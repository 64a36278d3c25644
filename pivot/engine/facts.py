"""What a stage depends on that nothing declares: its *facts*, found while it ran.

A fact is a key and a text. As long as all texts are the same, so is what the stage found:

    ran:plugins/csv.py:Reader    the source of code that ran and that nothing names, with what this
                                 reaches, each by its own key
    import:PACKAGE               what an import of a computed name finds
    file:limits.json             the content of a file that was read
    list:plugins                 the names in a directory that was listed
    look:settings.toml           whether something is there that was looked for
    env:API_LEVEL                the value of a variable, as a hash

`record` turns a `Trace` into facts, once, after the stage; `current` gives what facts of these keys
would be now. Tests: tests/engine/test_facts.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pivot.errors import PathError, StorageError
from pivot.frozen import frozen
from pivot.hashing import hash_text
from pivot.shell import Command
from pivot.store.content import Signature
from pivot.store.ignore import Ignore
from pivot.tracing import is_input, variable_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pivot.engine.workspace import Workspace
    from pivot.fingerprint import Fingerprinter, Manifest, Symbol
    from pivot.interfaces import Listed, Looked, Opened, Trace
    from pivot.stage import Stage

_ABSENT = "absent"
_UNSET = "unset"
_ROOT = "."


@frozen
class Facts:
    """Some facts, and the symbols among them."""

    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    #: Keys of symbols that could not be determined.
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class Recorded:
    """What came of a trace."""

    texts: dict[str, str] = field(default_factory=dict[str, str])
    symbols: dict[str, Symbol] = field(default_factory=dict)
    #: What changed while the stage ran, by somebody else's hand.
    raced: list[str] = field(default_factory=list[str])
    #: What was read, and what was written, without being declared.
    reads: list[Opened] = field(default_factory=list["Opened"])
    writes: list[Opened] = field(default_factory=list["Opened"])


class FactFinder:
    """Finds the facts of stages in one project."""

    def __init__(
        self,
        workspace: Workspace,
        fingerprinter: Fingerprinter,
        manifest: Callable[[Stage], Manifest],
        makers: Mapping[str, str],
    ) -> None:
        self._workspace = workspace
        self._fingerprinter = fingerprinter
        self._manifest = manifest
        #: Path of each output in the pipeline -> the stage that makes it.
        self._makers = makers
        self._ignore = Ignore(workspace.root)

    def current(self, stage: Stage, keys: Collection[str]) -> Facts:
        """Give what is now the case, of what these keys ask for."""
        if not keys:
            return Facts()
        code = self._code(stage, [key for key in keys if key.startswith("ran:")])
        texts = dict(code.texts)
        for key in keys:
            kind, _, name = key.partition(":")
            text = self._text(stage, kind, name)
            if text is not None:
                texts[key] = text
        return Facts(texts, code.symbols, code.unknown)

    def record(self, stage: Stage, trace: Trace) -> Recorded:
        """Give the facts that a stage met while it ran."""
        found = Recorded()
        policy = self._workspace.settings.on_undeclared
        if policy != "off":
            own = _Own(stage, trace)
            self._record_reads(trace.reads, own, found)
            self._record_writes(trace.writes, own, found)
            self._record_names(stage, trace, own, found)
        if policy == "warn":
            # Told, and that is all.
            found.texts.clear()
            found.raced.clear()
        self._record_environment(trace, found)
        self._record_code(stage, trace, found)
        return found

    # Of each kind, as it is now

    def _text(self, stage: Stage, kind: str, name: str) -> str | None:
        match kind:
            case "file":
                return self._file(name)
            case "list":
                return self._list(stage, name)
            case "look":
                return self._look(name)
            case "env":
                return variable_hash(name) or _UNSET
            case "import":
                return self._fingerprinter.import_state(name)
            case _:
                return None  # code

    def _code(self, stage: Stage, keys: Collection[str]) -> Facts:
        if not keys:
            return Facts()
        closure = self._fingerprinter.closure(keys, self._manifest(stage))
        return Facts(closure.hashes(), closure.symbols, closure.unstable)

    def _file(self, path: str) -> str:
        try:
            content = self._workspace.content(path)
        except (PathError, StorageError):
            return "unreadable"
        if content is None:
            return _ABSENT
        return "directory" if content.directory else f"{content.hash} {content.size} bytes"

    def _list(self, stage: Stage, path: str) -> str:
        names = self._names(path)
        if names is None:
            return _ABSENT
        return _names_hash(self._counted(stage, path, names))

    def _look(self, path: str) -> str:
        place = self._workspace.root / path
        if place.is_dir():
            return "directory"
        return "file" if place.exists() else _ABSENT

    # From a trace

    def _record_reads(self, reads: Iterable[Opened], own: _Own, found: Recorded) -> None:
        for one in reads:
            if own.declares(one.path) or self._ignore(one.path):
                continue
            unchanged = Signature.at(self._workspace.root / one.path) == one.signature
            if unchanged:
                found.texts[f"file:{one.path}"] = self._file(one.path)
            elif not own.wrote(one.path):
                found.raced.append(one.path)
            if one.signature is not None:
                found.reads.append(one)

    def _record_writes(self, writes: Iterable[Opened], own: _Own, found: Recorded) -> None:
        for one in writes:
            if own.declares(one.path) or self._ignore(one.path):
                continue
            if (self._workspace.root / one.path).is_file():
                found.writes.append(one)

    def _record_names(self, stage: Stage, trace: Trace, own: _Own, found: Recorded) -> None:
        for one in trace.looked:
            self._record_look(one, own, found)
        for one in trace.listed:
            self._record_listing(stage, one, own, found)

    def _record_look(self, one: Looked, own: _Own, found: Recorded) -> None:
        # What the stage makes, and what it makes something in, is no input.
        skipped = own.declares(one.path) or own.wrote(one.path) or self._ignore(one.path)
        if skipped or f"file:{one.path}" in found.texts:
            return
        now = self._look(one.path)
        if now == one.found:
            found.texts[f"look:{one.path}"] = now
        elif one.path not in self._makers:
            found.raced.append(one.path)

    def _record_listing(self, stage: Stage, one: Listed, own: _Own, found: Recorded) -> None:
        path = one.path or _ROOT
        if own.declares(path) or own.made(path):
            return
        if one.names is not None:
            before = self._counted(stage, path, one.names)
            after = self._counted(stage, path, self._names(path) or ())
            prefix = "" if path == _ROOT else f"{path}/"
            if any(not own.wrote(f"{prefix}{name}") for name in before ^ after):
                found.raced.append(f"{path}/")
                return
        found.texts[f"list:{path}"] = self._list(stage, path)

    def _record_environment(self, trace: Trace, found: Recorded) -> None:
        for name, value in trace.environment:
            if variable_hash(name) == value:
                found.texts[f"env:{name}"] = value or _UNSET
            else:
                found.raced.append(f"${name}")

    def _record_code(self, stage: Stage, trace: Trace, found: Recorded) -> None:
        manifest = self._manifest(stage)
        keys = self._fingerprinter.unnamed(trace.code, trace.imports, manifest)
        code = self._code(stage, keys)
        found.texts.update(code.texts)
        found.symbols.update(code.symbols)
        for name in (*trace.imports, *trace.probed):
            found.texts[f"import:{name}"] = self._fingerprinter.import_state(name)
        base = f"{self._workspace.root}/"
        found.raced += [
            file.removeprefix(base)
            for file, signature in trace.sources
            if Signature.at(file) != signature
        ]

    def _counted(self, stage: Stage, path: str, names: Iterable[str]) -> set[str]:
        """Give those names in a directory that can be an input.

        What the pipeline itself makes is one only where it's declared: it comes and goes as other
        stages run.
        """
        prefix = "" if path == _ROOT else f"{path}/"
        deps = {dep.path for dep in stage.deps}
        made = {_next(out, prefix) for out in self._makers.keys() - deps if out.startswith(prefix)}
        return {
            name
            for name in names
            if name not in made and is_input(f"{prefix}{name}")
            if not self._ignore(f"{prefix}{name}")
        }

    def _names(self, path: str) -> list[str] | None:
        try:
            return [entry.name for entry in (self._workspace.root / path).iterdir()]
        except OSError:
            return None


class _Own:
    """What a stage declares, and what it was seen to write."""

    def __init__(self, stage: Stage, trace: Trace) -> None:
        self._declared = {one.path.rstrip("/") for one in (*stage.deps, *stage.outs)}
        if isinstance(stage.function, Command):
            # What counts of them is the stage's code.
            self._declared.update(script.path for script in stage.function.started)
            self._declared.update(stage.function.files)
        self._written = {one.path for one in trace.writes}

    def declares(self, path: str) -> bool:
        """Say whether a path is a dep or an out, or lies in one."""
        return any(part in self._declared for part in _with_parents(path))

    def made(self, path: str) -> bool:
        """Say whether the stage itself made what is at a path."""
        return path in self._written

    def wrote(self, path: str) -> bool:
        """Say whether the stage itself made what is at a path, or uses something below."""
        inside = (*self._written, *self._declared)
        return path in self._written or any(one.startswith(f"{path}/") for one in inside)


def _with_parents(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts) + 1))


def _next(path: str, prefix: str) -> str:
    return path[len(prefix) :].partition("/")[0]


def _names_hash(names: Iterable[str]) -> str:
    return hash_text("\0".join(sorted(names)))


def undeclared(found: Recorded, *, tracked: bool) -> list[str]:
    """Say what was opened without being declared, a sentence for each file."""
    outcome = "it is tracked like an input" if tracked else "a change of it runs nothing"
    reads = [f"{one.path!r} is read, but not declared: {outcome}" for one in found.reads]
    writes = [
        f"{one.path!r} is written, but not declared: it is neither cached nor restored"
        for one in found.writes
    ]
    places = [one.place for one in (*found.reads, *found.writes)]
    messages = [*reads, *writes]
    return [f"{at}: {text}" if at else text for at, text in zip(places, messages, strict=True)]
