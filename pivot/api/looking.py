"""Looking at a pipeline without running it: what would happen and why, and what it consists of.

Example: `[explanation.stage for explanation in explain() if explanation.would_run]`. Tests:
tests/test_api.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from pivot.api.opening import open_session
from pivot.decide import OUT_KINDS
from pivot.engine.composition import Composition
from pivot.engine.explanation import Explainer
from pivot.engine.forecast import Forecaster
from pivot.engine.growth import growths
from pivot.engine.judge import Judge
from pivot.store.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.api.opening import Root
    from pivot.decide import Forecast
    from pivot.discovery.singles import Settings as ParamSettings
    from pivot.engine.growth import Growth
    from pivot.engine.report import Explanation
    from pivot.plugins import FoundPlugin, PluginHost
    from pivot.registry import Registry
    from pivot.session import Session
    from pivot.stage import Stage
    from pivot.store.lock import Acceptance, Record


def explain(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    registry: Registry | None = None,
    params: ParamSettings = (),
    force: bool = False,
    upstream: bool = True,
    diff: bool = False,
    plugins: PluginHost | None = None,
) -> tuple[Explanation, ...]:
    """Say what `run` would do with each stage, and why, without doing it.

    Takes and raises what `run` does; gives one explanation per stage, in topological order: with
    `upstream` for all that the targets need, without it just for the targets. With `diff` each
    change of code has the difference of the sources, as far as the old one is known.
    """
    with open_session(root, registry, {}, plugins, params) as session:
        names = session.selected(tuple(targets))
        session.require_inputs(names)
        chosen = session.graph.select(targets) if targets else names
        wanted = frozenset(names if upstream else chosen)
        judge = Judge(session.workspace, session.observer, chosen if force else ())
        forecaster = Forecaster(session.graph, session.stages, judge)
        explainer = Explainer(session.root, session.observer, session.workspace.archive, diff=diff)
        return tuple(
            dataclasses.replace(
                explainer.explain(session.stages[name], forecast),
                grows=_growths(session, judge, name, forecast),
                accepted=_accepted(judge, name, forecast),
            )
            for name, forecast in forecaster.forecasts(names)
            if name in wanted
        )


def _accepted(judge: Judge, name: str, forecast: Forecast) -> tuple[Acceptance, ...]:
    """Give what was accepted of a stage that will not run."""
    code = any(reason.kind not in OUT_KINDS for reason in forecast.reasons)
    return () if code else judge.accepted.get(name, ())


def _growths(session: Session, judge: Judge, name: str, forecast: Forecast) -> tuple[Growth, ...]:
    stage, workspace = session.stages[name], session.workspace
    if not any(out.incremental for out in stage.outs):
        return ()

    def there(record: Record) -> bool:
        held = workspace.cache.holds(record.content)
        return held or workspace.content(record.path) == record.content

    return growths(stage, judge.lock(name)[0], forecast, there)


def composition(
    stage: str,
    root: Root = None,
    *,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Composition:
    """Give all that the code of a stage consists of, as a graph of who names whom.

    `stage` is a target that means one stage; raises `UsageError` if it means several.
    """
    with open_session(root, registry, {}, plugins) as session:
        name = session.only(stage)
        found = session.stages[name]
        lock, _ = Judge(session.workspace, session.observer).lock(name)
        traced = tuple(lock.traced) if lock else ()
        observer = session.observer
        tree = observer.tree(found, traced)
        if lock is not None:
            observer.stability.compare(name, lock.code, tree.manifest.hashes())
        facts = observer.facts.current(found, traced)
        return Composition.of(name, tree, facts.texts, observer.stability.unstable(name))


def stages(
    root: Root = None, *, registry: Registry | None = None, params: ParamSettings = ()
) -> tuple[Stage, ...]:
    """Give the pipeline's stages in topological order; `params` as for `run`."""
    with open_session(root, registry, {}, params=params) as session:
        return tuple(session.stages[name] for name in session.graph.order)


def log(stage: str, root: Root = None, *, registry: Registry | None = None) -> str | None:
    """Give what a stage printed when it last ran in a worker, or None if it never did here.

    `stage` is a target that means one stage; raises `UsageError` if it means several.
    """
    with open_session(root, registry, {}) as session:
        name = session.only(stage)
        file = Layout(session.root).log_file(name)
        return file.read_text("utf-8", "replace") if file.exists() else None


def plugins(*, load: bool = False) -> tuple[FoundPlugin, ...]:
    """Give every plugin that is installed, with the problem of each that has one.

    With `load`, each is imported, so that those which can't be are known too.
    """
    from pivot.plugins import PluginHost  # only this call needs a host of its own

    return PluginHost().found(load=load)
