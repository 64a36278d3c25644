"""What a stage leaves behind: outputs into the cache, then the lock, then the state.

The order is the promise: a lock never vouches for an output that is not there and whole, whatever
interrupts. `prepare` makes room before a stage runs, without losing anything that the user made;
`record` notes a result, unless an input or a source was edited while the stage ran; `checkout`
makes the outputs what the lock says. Tests: tests/engine/test_run.py, tests/cli/test_sharing.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.decide import OUT_KINDS, OutState, Restore
from pivot.engine.facts import Recorded, undeclared
from pivot.engine.growth import growing
from pivot.engine.workspace import LARGE
from pivot.errors import CorruptionError, PivotError, StageError, StorageError
from pivot.store.content import Signature
from pivot.store.faults import storage_error
from pivot.store.lock import Lock, Record, encode_lock, write_lock
from pivot.store.runs import Result, with_result

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pivot.engine.judge import Verdict
    from pivot.engine.observe import Observer
    from pivot.engine.workspace import Workspace
    from pivot.fingerprint import Symbol
    from pivot.interfaces import Outcome, Produced
    from pivot.stage import Stage
    from pivot.store.content import Content
    from pivot.store.lock import Acceptance

_UNWATCHED = (
    "which code ran could not be watched, because debuggers, profilers or the like have taken all "
    "six tools of sys.monitoring: code that is only found by computed names is not tracked"
)

_GROWS_NOT = ", and those that grow are what they were before"


class Committer:
    """Changes the workspace and the store on behalf of one run; the only one who does."""

    def __init__(
        self,
        workspace: Workspace,
        sources: Callable[[], Mapping[str, Signature | None]],
        warn: Callable[[str, str], None],
        observer: Observer | None = None,
    ) -> None:
        self._workspace = workspace
        #: Absolute path of each file that the stages came from -> how it looked when it was read.
        self._sources = sources
        self._warn = warn
        #: Who records nothing needs none.
        self._observer = observer
        #: The stages that began to change their outputs, and have not recorded what came of it.
        self._begun: set[str] = set()
        #: Stage -> the contents that it made, replaced or saved, as `StageRecord` has them.
        self.contents: dict[str, dict[str, None]] = {}
        #: Files that were edited between the import here and one in a worker.
        self._mixed: set[str] = set()

    def takes_long(self, stage: Stage, verdict: Verdict) -> bool:
        """Say whether there is much to save, to remove or to bring back before a stage is done."""
        contents = [state.content for state in verdict.observed.outs]
        if isinstance(verdict.decision, Restore):
            contents += [record.content for record in verdict.decision.outs]
        elif verdict.past.lock and any(out.incremental for out in stage.outs):
            contents += [record.content for record in verdict.past.lock.outs]
        return any(content and (content.directory or content.size >= LARGE) for content in contents)

    def prepare(self, stage: Stage, verdict: Verdict, *, again: bool = False) -> list[str]:
        """Make room for a stage: keep what the user made, unlink outs, restore incremental ones.

        With `again`, what lies there is left of the stage's last attempt, and nobody's. This may be
        done in any thread. Gives what the user should be told.
        """
        if again:
            self._clear(stage, verdict)
            return []
        marker = self._marker(stage)
        quiet = marker.exists()
        kept = self._keep(stage, verdict.past.lock, verdict.observed.outs, quiet=quiet)
        _acting(marker.touch, "write", marker)
        self._clear(stage, verdict)
        self._begun.add(stage.name)
        return kept

    def _clear(self, stage: Stage, verdict: Verdict) -> None:
        bases = {record.name: record for record in growing(stage, verdict.past.lock)}
        for out in stage.outs:
            path = self._workspace.path(out.path)
            if out.name in bases:
                self._restore_base(stage, path, bases[out.name])
            else:
                _remove(path)
                parent = path.parent
                _acting(lambda made=parent: made.mkdir(parents=True, exist_ok=True), "make", parent)

    def must_roll_back(self, stage: Stage, verdict: Verdict) -> bool:
        """Say whether a stage that failed may have changed outputs that grow."""
        return stage.name in self._begun and any(growing(stage, verdict.past.lock))

    def roll_back(self, stage: Stage, verdict: Verdict) -> list[str]:
        """Undo what a stage that failed did to outputs that grow; what it else wrote is left.

        Does nothing if the stage had not begun. This may be done in any thread. Gives what the
        user should be told.
        """
        if stage.name not in self._begun:
            return []
        self._begun.discard(stage.name)
        messages: list[str] = []
        paths = {out.name: out.path for out in stage.outs}
        for record in growing(stage, verdict.past.lock):
            path = paths[record.name]
            try:
                if self._workspace.tree.content(path) != record.content:
                    target = self._workspace.path(path)
                    self._workspace.cache.restore(record.content, target, writable=True)
            except PivotError as error:
                messages.append(f"{path} can't be brought back to what it was: {error}")
        return messages

    def restore(self, stage: Stage, verdict: Verdict, decision: Restore) -> list[str]:
        """Bring outputs back from the cache; `record_restored` records them.

        This may be done in any thread. Gives what the user should be told. Raises
        `CorruptionError` if what the cache holds is not what it held.
        """
        kept = self._keep(stage, verdict.past.lock, verdict.observed.outs, quiet=False)
        present = {state.name: state.content for state in verdict.observed.outs}
        different = [out for out in decision.outs if present[out.name] != out.content]
        self._bring_back(stage, different)
        return kept

    def record_restored(self, stage: Stage, verdict: Verdict, decision: Restore) -> None:
        """Record outputs that were brought back."""
        past = verdict.past.lock
        result = Result(decision.outs, decision.traced)
        # What the lock itself says was made grew from what the lock says that it grew from.
        kept = past is not None and past.outs == decision.outs
        base = past.base if past is not None and kept else growing(stage, past)
        # If only outputs were missing, the code is still one of which a person said that it counts.
        code = any(reason.kind not in OUT_KINDS for reason in decision.reasons)
        self._write(stage, verdict, result, base, past.accepted if past and not code else ())

    def accept(self, stage: Stage, lock: Lock) -> None:
        """Record that a stage's outputs count as those of the code as it is; see `acceptance`."""
        write_lock(self._workspace.layout.lock_file(stage.name), lock)
        self.keep_code(stage)

    def is_unfinished(self, stage: Stage) -> bool:
        """Say whether a stage began to change its outputs, and never recorded what came of it."""
        return self._marker(stage).exists()

    def checkout(self, stage: Stage, lock: Lock, paths: Collection[str]) -> tuple[str, ...]:
        """Bring back those of the outputs that differ from the stage's lock; give their paths.

        What the cache doesn't hold stays as it is. The caller has the stage's hold. Raises
        `CorruptionError` if what the cache holds is not what it held.
        """
        content, holds = self._workspace.content, self._workspace.cache.holds
        declared = {(out.name, out.path) for out in stage.outs if out.cache}
        records = [one for one in lock.outs if (one.name, one.path) in declared]
        other = [one for one in records if content(one.path) != one.content]
        different = [one for one in other if one.path in paths and holds(one.content)]
        states = [OutState(one.name, one.path, content(one.path)) for one in different]
        for message in self._keep(stage, lock, states, quiet=self.is_unfinished(stage)):
            self._warn(stage.name, message)
        self._bring_back(stage, different)
        if len(different) == len(other):
            # From now on, what differs was changed by somebody.
            self._unmark(stage)
        return tuple(record.path for record in different)

    def _bring_back(self, stage: Stage, records: Iterable[Record]) -> None:
        incremental = {out.name for out in stage.outs if out.incremental}
        for record in records:
            target = self._workspace.path(record.path)
            writable = record.name in incremental
            self._workspace.cache.restore(record.content, target, writable=writable)
            self._workspace.note(record.path, record.content)

    def slow(self, stage: Stage, outcome: Outcome) -> list[str]:
        """Give what `record` will look at, as far as that takes long."""
        read = outcome.trace.reads if outcome.trace else ()
        return self._workspace.slow([one.path for one in (*stage.deps, *read)])

    def large(self, stage: Stage, outcome: Outcome) -> list[Produced]:
        """Give those outputs that take long to be put into the cache."""
        cached = {out.name for out in stage.outs if out.cache}
        return [
            made
            for made in outcome.outs
            if made.name in cached and (made.listing is not None or made.content.size >= LARGE)
        ]

    def store(self, stage: Stage, outs: Iterable[Produced]) -> None:
        """Put outputs into the cache; this may be done in any thread."""
        incremental = {out.name for out in stage.outs if out.incremental}
        for made in outs:
            self._workspace.cache.add(
                self._workspace.path(made.path),
                made.content,
                made.listing,
                signature=made.signature,
                apart=made.name in incremental,
            )

    def record(
        self,
        stage: Stage,
        verdict: Verdict,
        outcome: Outcome,
        stored: Collection[Produced] = (),
    ) -> bool:
        """Record what a stage made; give False, with a warning, if it must not be trusted.

        `stored` are the outputs that are in the cache already.

        Raises `StageError` if it opened what it doesn't declare, and that is an error here.
        """
        found = self._found(stage, outcome)
        edited = sorted({*self._edited(stage, verdict, outcome), *found.raced})
        if edited:
            self._warn(
                stage.name,
                f"{', '.join(edited)} changed while {stage.name!r} ran: its outputs are kept, but "
                f"not recorded{_GROWS_NOT if growing(stage, verdict.past.lock) else ''}; run again",
            )
            return False
        cached = {out.name for out in stage.outs if out.cache}
        fresh = [made for made in outcome.outs if made.name in cached and made not in stored]
        self.store(stage, fresh)
        for made in outcome.outs:
            self._workspace.note(made.path, made.content)
        outs = tuple(Record(made.name, made.path, made.content) for made in outcome.outs)
        self._write(stage, verdict, Result(outs, found.texts), growing(stage, verdict.past.lock))
        self._workspace.state.record_duration(stage.name, outcome.seconds)
        return True

    def keep_code(self, stage: Stage) -> None:
        """Let the archive know what the code of a stage looks like that is as its lock says."""
        if self._observer is not None:
            self._archive(self._observer.manifest(stage).symbols)

    def _archive(self, symbols: Mapping[str, Symbol]) -> None:
        keep = self._workspace.archive.keep
        for key, symbol in symbols.items():
            keep(key, symbol.hash, symbol.place, symbol.shown)

    def _found(self, stage: Stage, outcome: Outcome) -> Recorded:
        """Give what a stage depends on without declaring it, and tell about it."""
        if self._observer is None or outcome.trace is None:
            return Recorded()
        if not outcome.trace.complete:
            self._warn(stage.name, _UNWATCHED)
        found = self._observer.record(stage, outcome.trace)
        policy = self._workspace.settings.on_undeclared
        messages = undeclared(found, tracked=policy == "track")
        if messages and policy == "error":
            raise StageError(
                "\n".join(messages),
                stage=stage.name,
                hint="declare them, or set 'undeclared' to 'track' to have them tracked",
            )
        for message in messages:
            self._warn(stage.name, message)
        self._archive(found.symbols)
        return found

    def _write(
        self,
        stage: Stage,
        verdict: Verdict,
        result: Result,
        base: tuple[Record, ...],
        accepted: tuple[Acceptance, ...] = (),
    ) -> None:
        observed = verdict.observed
        code = {key: value for key, value in observed.code.items() if key not in observed.unknown}
        lock = Lock(
            stage=stage.name,
            algorithm=observed.algorithm,
            code=code,
            params=observed.params,
            deps=observed.deps,
            outs=result.outs,
            traced=result.traced,
            base=base,
            accepted=accepted,
        )
        # A file that takes another's place is written to the disk at once by some file systems,
        # which takes longer than all the rest of restoring a stage.
        past = verdict.past.lock
        if past is None or encode_lock(past) != encode_lock(lock):
            write_lock(self._workspace.layout.lock_file(stage.name), lock)
        replaced = (*past.outs, *past.base) if past is not None else ()
        self._refer(stage.name, (record.content for record in (*result.outs, *replaced)))
        if not accepted:
            # No run of this code has made what a person has accepted as its result.
            state = self._workspace.state
            state.remember(verdict.key, with_result(state.recall(verdict.key), result))
        if self._observer is not None:
            self._observer.stability.note(stage.name, lock.code)
        self.keep_code(stage)
        self._unmark(stage)
        self._begun.discard(stage.name)

    def _refer(self, stage: str, contents: Iterable[Content]) -> None:
        texts = self.contents.setdefault(stage, {})
        texts.update({f"{one.hash}/" if one.directory else one.hash: None for one in contents})

    def _edited(self, stage: Stage, verdict: Verdict, outcome: Outcome) -> Iterator[str]:
        """Give the inputs and sources that are not what they were when they were observed."""
        inputs = {record.path: record.content for record in verdict.observed.deps}
        for path, known in inputs.items():
            if self._workspace.content(path) != known:
                yield path
        base = f"{self._workspace.root}/"
        read = self._observer.sources(stage) if self._observer else {}
        imported = self._sources()
        ran = dict(outcome.trace.sources) if outcome.trace else {}
        for file, signature in read.items():
            now = Signature.at(file)
            if not now == signature == imported.get(file, now) == ran.get(file, now):
                yield file.removeprefix(base)
        if outcome.trace is not None:
            self._compare(outcome.trace.imported)
        yield from (file.removeprefix(base) for file in self._mixed)

    def _compare(self, imported: Sequence[tuple[str, Signature]]) -> None:
        """Compare what a worker has imported with what was imported here, and then fingerprinted.

        Once for each import, and not for each stage: their number times that of the files would be
        the most that a long run does.
        """
        if not imported:
            return
        there = dict(imported)
        for file, signature in self._sources().items():
            if (there[file] if file in there else Signature.at(file)) != signature:
                self._mixed.add(file)

    def _keep(
        self, stage: Stage, lock: Lock | None, states: Iterable[OutState], *, quiet: bool
    ) -> list[str]:
        """Save to the cache what lies at the outputs' paths and is not known to be Pivot's.

        Gives a sentence for each that was not there before.
        """
        messages: list[str] = []
        ours = {record.path: record.content for record in lock.outs} if lock else {}
        for state in states:
            content = state.content
            if content is None or ours.get(state.path) == content:
                continue
            known = self._workspace.cache.holds(content)
            path = self._workspace.path(state.path)
            # Also if there seems to be a blob: only adding makes sure that it is sound.
            self._workspace.cache.add(path, content, self._listing(state.path, content))
            self._refer(stage.name, [content])
            if not quiet and not known:
                messages.append(
                    f"{state.path} was not made by this pipeline as it is; before it is replaced, "
                    f"it is saved in the cache as {content.hash}"
                )
        return messages

    def _restore_base(self, stage: Stage, path: Path, record: Record) -> None:
        cache, content = self._workspace.cache, record.content
        try:
            if cache.holds(content):
                cache.restore(content, path, writable=True)
                return
        except CorruptionError:
            # The blob is out of the way now; what it held may lie in its place.
            if self._workspace.tree.content(record.path) != content:
                raise
        if self._workspace.tree.content(record.path) != content:
            raise StageError(
                f"the last version of its incremental output {record.path!r} is neither in the "
                "cache nor in its place",
                stage=stage.name,
                hint=f"get it from a remote: pivot pull {stage.name}; or start afresh: delete "
                f".pivot/stages/{stage.name}.lock",
            )
        kept = self._workspace.path(record.path)
        cache.add(kept, content, self._listing(record.path, content))
        cache.restore(content, path, writable=True)

    def _listing(self, path: str, content: Content) -> bytes | None:
        return self._workspace.tree.listing(path) if content.directory else None

    def _marker(self, stage: Stage) -> Path:
        """Name the file that is there from before a stage starts until its result is recorded."""
        return self._workspace.layout.hold_file(stage.name).with_suffix(".unfinished")

    def _unmark(self, stage: Stage) -> None:
        marker = self._marker(stage)
        _acting(lambda: marker.unlink(missing_ok=True), "remove", marker)


def _acting(act: Callable[[], None], verb: str, path: Path) -> None:
    """Do something to a file; raise `StorageError`, which says what, if the system refuses."""
    try:
        act()
    except OSError as error:
        raise storage_error(error, verb, path) from error


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            import shutil  # most runs remove no directory

            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"the old output {path} can't be removed: {error.strerror}",
            hint="check the permissions of the directory that holds it",
        ) from error
