"""Why would a stage run? A forecast, with all that a person needs to find each change.

To the reasons that `decide` gave come, for code, the place of the definition, the values of a
constant and, if asked for, the difference of the normalised sources: the new one from the file as
it is, the old one from the archive. Nothing here depends on which kinds of reasons there are: what
is not known of one is left out. Tests: tests/engine/test_explanation.py.
"""

from __future__ import annotations

import dataclasses
import difflib
from typing import TYPE_CHECKING, override

from pivot.decide import Skip
from pivot.engine.judge import Judge
from pivot.engine.report import Change, Explanation, forecast_word
from pivot.engine.stability import ADVICE
from pivot.fingerprint import excerpt
from pivot.store.archive import Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from pivot.decide import Forecast, Reason
    from pivot.engine.judge import Verdict
    from pivot.engine.observe import Observer
    from pivot.engine.workspace import Workspace
    from pivot.fingerprint import Symbol
    from pivot.stage import Stage
    from pivot.store.archive import Archive
    from pivot.store.content import Content

_UNKNOWN_SOURCE = "what it was is not known any more"
_UNSTABLE = f"it has another value at every import, though its source is the same: {ADVICE}"
_SAME_SOURCE = (
    "its source is the same: a name in it stands for another thing, or it holds another value"
)


class Explainer:
    """Explains forecasts; with `diff`, with the differences of the sources."""

    def __init__(self, root: Path, observer: Observer, archive: Archive, *, diff: bool) -> None:
        self._root = root
        self._observer = observer
        self._archive = archive
        self._diff = diff
        self._texts: dict[str, bytes | None] = {}
        #: Many stages may have one reason.
        self._changes: dict[Reason, Change] = {}

    def explain(self, stage: Stage, forecast: Forecast) -> Explanation:
        """Give a forecast with what there is to say about each of its reasons."""
        symbols = self._observer.symbols(stage)
        unstable = self._observer.stability.unstable(stage.name)
        for reason in forecast.reasons:
            if reason not in self._changes:
                self._changes[reason] = self._change(reason, symbols.get(reason.name))
        changes = tuple(
            dataclasses.replace(self._changes[reason], unstable=True, note=_UNSTABLE)
            if reason.name in unstable
            else self._changes[reason]
            for reason in forecast.reasons
        )
        return Explanation(stage.name, forecast_word(forecast), changes)

    def _change(self, reason: Reason, symbol: Symbol | None) -> Change:
        change = Change(
            str(reason.kind), reason.summary, reason.name, old=reason.old, new=reason.new
        )
        before = self._archive.recall(reason.name, reason.old) if reason.old else None
        if symbol is None and before is None:
            return change
        place = symbol.place if symbol else None
        shown = symbol.shown if symbol else None
        now = Sample(place, shown, self._text(place.file) if place and self._diff else None)
        before = before or Sample(None)
        change = dataclasses.replace(
            change, place=now.place or before.place, old_value=before.shown, new_value=now.shown
        )
        return self._with_diff(change, before, now) if self._diff else change

    def _with_diff(self, change: Change, before: Sample, now: Sample) -> Change:
        if change.place is None or change.name.startswith("opaque:"):
            return change
        if change.old is not None and before.text is None:
            return dataclasses.replace(change, note=_UNKNOWN_SOURCE)
        old, new = _source(change.name, before), _source(change.name, now)
        if old == new:
            return dataclasses.replace(change, note=_SAME_SOURCE) if old else change
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), _title(before), _title(now), lineterm=""
        )
        return dataclasses.replace(change, diff=tuple(lines))

    def _text(self, file: str) -> bytes | None:
        if file not in self._texts:
            try:
                self._texts[file] = (self._root / file).read_bytes()
            except OSError:
                self._texts[file] = None
        return self._texts[file]


class ExplainingJudge(Judge):
    """Judges as a judge does, and explains each decision by which something is done."""

    def __init__(
        self,
        workspace: Workspace,
        observer: Observer,
        forced: Collection[str],
        tell: Callable[[Explanation], None],
    ) -> None:
        super().__init__(workspace, observer, forced)
        self._explainer = Explainer(workspace.root, observer, workspace.archive, diff=True)
        self._tell = tell

    @override
    def judge(
        self,
        stage: Stage,
        *,
        assumed: Mapping[str, Content] | None = None,
        pending: Collection[str] = (),
    ) -> Verdict:
        """Look at a stage, decide, and explain."""
        verdict = super().judge(stage, assumed=assumed, pending=pending)
        if not isinstance(verdict.decision, Skip):
            self._tell(self._explainer.explain(stage, verdict.decision))
        return verdict


def _source(key: str, sample: Sample) -> str:
    """Give the normalised source of a symbol, "" if there is none."""
    kind, _, name = key.partition(":")
    if sample.place is None or sample.text is None:
        return ""
    return excerpt(sample.text, kind, name, sample.place.line) or ""


def _title(sample: Sample) -> str:
    return str(sample.place) if sample.place else "/dev/null"
