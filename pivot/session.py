"""Everything that has a lifetime, for one command in one project: opened late, closed for sure.

A `Session` finds the settings, and opens the plugin host, the state and the cache when they are
first needed. Example::

    with Session(root) as session:
        session.workspace.content("data.csv")

Tests: tests/test_api.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from pivot.config import load_settings
from pivot.discovery import Pipeline, ProjectImporter, discover, importing, with_settings
from pivot.engine.certificate import Origin, certify
from pivot.engine.observe import Observer
from pivot.engine.run import RunPlan
from pivot.engine.schedule import Schedule
from pivot.engine.snapshot import mark
from pivot.engine.stability import libraries, surroundings
from pivot.engine.worker import prepare
from pivot.engine.workspace import Workspace
from pivot.errors import DefinitionError, UsageError
from pivot.events import Warned
from pivot.executors import usable_cores
from pivot.fingerprint import Fingerprinter
from pivot.graph import Graph, build_graph
from pivot.hashing import hash_text
from pivot.interfaces import ExecutorOptions
from pivot.plugins import PluginHost, using_host
from pivot.store.archive import Archive
from pivot.store.cache import Cache
from pivot.store.layout import Layout
from pivot.store.names import Names, write_names
from pivot.store.state import State
from pivot.store.tree import Tree
from pivot.tracing import ImportTracer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from pivot.config import Settings
    from pivot.discovery.singles import Settings as ParamSettings
    from pivot.engine.certificate import Question
    from pivot.events import Event
    from pivot.interfaces import Executor
    from pivot.plugins import Problem
    from pivot.registry import Registry
    from pivot.signature import Signature
    from pivot.stage import Stage


class Session:
    """One use of one project."""

    def __init__(
        self,
        root: Path,
        *,
        registry: Registry | None = None,
        overrides: Mapping[str, object] | None = None,
        host: PluginHost | None = None,
        params: ParamSettings = (),
    ) -> None:
        self.root = root
        self._params = params
        config = str(Layout(root).config)
        #: What the local settings looked like right before they were read.
        self._config = {config: mark(config)}
        self.settings: Settings = load_settings(root, overrides or {})
        self._registry = registry
        self._given_host = host
        self._stack = ExitStack()
        self._on_event: Callable[[Event], None] | None = None
        self._warned = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def given_params(self) -> tuple[str, ...]:
        """The parameters that were given for this session, as texts: `train.rate=0.05`."""
        if not self._params:
            return ()
        from pivot.discovery.singles import as_texts  # late: few give any

        return as_texts(self._params)

    @functools.cached_property
    def host(self) -> PluginHost:
        """The plugins of this session."""
        return self._given_host or PluginHost(on_problem=self._report)

    @functools.cached_property
    def importer(self) -> ProjectImporter:
        """What imports the project's modules while the session is open."""
        return self._stack.enter_context(importing(self.root))

    @functools.cached_property
    def imported(self) -> ImportTracer:
        """What the import of the pipeline read."""
        return ImportTracer(self.root)

    def certify(
        self, facts: Mapping[str, Sequence[str]], question: Question, began_ns: int
    ) -> bool:
        """Leave a snapshot of these stages, which a run that began then has found unchanged.

        `facts` has the keys of the facts in the lock of each stage.
        Gives False if that can't be certified, or if somebody was warned of something or wants to
        be told of runs: then the next one must be a run, too.
        """
        if self._warned or self.host.has_listeners:
            return False
        stages = [(self.stages[name], keys) for name, keys in facts.items()]
        return certify(self.workspace, stages, self._origin(), question, began_ns)

    def _origin(self) -> Origin:
        return Origin(
            paths=[*self.sources, *self.observer.read, *self.imported.paths],
            loose=self._config,
            variables=[name for name, _ in self.imported.environment],
            absent=self.observer.absent_modules,
        )

    @property
    def sources(self) -> dict[str, Signature | None]:
        """Absolute path of each file that the stages came from -> how it looked when read."""
        return {**self.importer.sources, **self.imported.reads}

    @functools.cached_property
    def pipeline(self) -> Pipeline:
        """The stages of the given registry, or of the project, and where they come from."""
        sources = self.importer  # the project must be importable, also for a given registry
        if self._registry is not None:
            found = with_settings(self._registry.stages, self._params)
            return Pipeline(sources.root, found.stages, (), found.origins)
        # What the pipeline's `loaders.NAME` means is for this session's plugins to say.
        with using_host(self.host), self.imported:
            found = discover(sources.root, self._params)
        self._note_names(found)
        return found

    def _note_names(self, pipeline: Pipeline) -> None:
        """Let others know what the pipeline consists of, who are not to import it."""
        outputs = (out.path for stage in pipeline.stages for out in stage.outs)
        names = Names(tuple(stage.name for stage in pipeline.stages), tuple(outputs))
        write_names(Layout(self.root), names)

    @functools.cached_property
    def stages(self) -> dict[str, Stage]:
        """The stages by name."""
        return {stage.name: stage for stage in self.pipeline.stages}

    @functools.cached_property
    def graph(self) -> Graph:
        """Who feeds whom."""
        stages = tuple(self.stages.values())
        graph = build_graph(stages)
        _check_spelling(self.root, stages)
        return graph

    @functools.cached_property
    def workspace(self) -> Workspace:
        """The project's store, open."""
        layout = Layout(self.root)
        if layout.create() and self._registry is None and "pipeline" in vars(self):
            self._note_names(self.pipeline)  # there was no place for it before
        state = State.open(layout.state)
        self._stack.callback(state.close)
        algorithm = self.settings.hash
        cache = Cache(
            layout,
            algorithm,
            self.settings.cache_link,
            state.blobs,
            state.files,
            self.settings.cache_verify,
        )
        tree = Tree(self.root, algorithm, state.files)
        archive = Archive(self.root, state)
        return Workspace(self.root, self.settings, layout, state, cache, tree, archive)

    @functools.cached_property
    def observer(self) -> Observer:
        """What observes the stages."""
        models = {type(s.params) for s in self.stages.values() if s.params is not None}
        fingerprinter = Fingerprinter(
            self.root,
            hash_value=self.host.hash_value,
            # What a stage sees of its parameters is compared as values, defaults included.
            values_elsewhere={model: frozenset(model.model_fields) for model in models},
            memory=self.workspace.state.symbols,
        )
        makers = {out.path: stage.name for stage in self.stages.values() for out in stage.outs}
        return Observer(self.workspace, fingerprinter, makers, self._surroundings())

    def _surroundings(self) -> str | None:
        """Give what the import of the pipeline could depend on; None if there was no import."""
        if self._registry is not None:
            return None
        return surroundings(self.sources, (self.imported.others, self.imported.environment))

    def selected(self, targets: tuple[str, ...] | list[str]) -> tuple[str, ...]:
        """Give the names of the stages that targets mean, with all they need, in order."""
        graph = self.graph
        if not targets:
            return graph.order
        return graph.closure(graph.select(targets))

    def only(self, target: str) -> str:
        """Give the name of the one stage that a target means; raise `UsageError` if several."""
        name, *others = self.graph.select([target])
        if others:
            raise UsageError(
                f"{target!r} means {1 + len(others)} stages: {', '.join((name, *others))}",
                hint="name one of them",
            )
        return name

    def run_plan(self, names: tuple[str, ...], began_ns: int) -> RunPlan:
        """Give the plan of a run of these stages, which are in topological order.

        `began_ns` is the monotonic time before anything of the project was looked at.
        """
        state = self.workspace.state
        durations = {name: state.duration(name) for name in names}
        known = {name: seconds for name, seconds in durations.items() if seconds is not None}
        priority = self.graph.longest_path(known)
        stages = {name: self.stages[name] for name in names}
        mutexes = {name: stage.mutex for name, stage in stages.items() if stage.mutex}
        return RunPlan(
            stages=stages,
            schedule=Schedule(names, self.graph.upstream, priority, mutexes),
            priority=priority,
            executor=self.settings.executor,
            workers=self.jobs(len(names)),
            keep_going=self.settings.keep_going,
            began_ns=began_ns,
            new=self._new(names),
        )

    def _new(self, names: Sequence[str]) -> int:
        layout = self.workspace.layout
        locks = set(os.listdir(layout.stages)) if layout.stages.is_dir() else set[str]()  # noqa: PTH208 - the names are all that counts
        return sum(layout.lock_file(name).name not in locks for name in names)

    def require_inputs(self, names: tuple[str, ...]) -> None:
        """Raise `UsageError` with every input that does not exist and that no stage makes."""
        missing = [
            f"{stage.defined}: stage {name!r} needs {dep.path!r}, which does not exist and which "
            "no stage makes"
            for name in names
            for stage in (self.stages[name],)
            for dep in stage.deps
            if self.graph.producer(dep.path) is None
            and not self._fed_by_outputs(name, dep.path)
            and not self.workspace.path(dep.path).exists()
        ]
        if missing:
            raise UsageError("\n".join(missing))

    def _fed_by_outputs(self, name: str, path: str) -> bool:
        prefix = f"{path.rstrip('/')}/"
        makers = (self.stages[up] for up in self.graph.upstream[name])
        return any(out.path.startswith(prefix) for maker in makers for out in maker.outs)

    def jobs(self, stages: int) -> int:
        """Give how many stages run at once: no more workers than there is work."""
        wanted = self.settings.jobs or usable_cores()
        return max(1, min(wanted, stages))

    @property
    def _initializer(self) -> Callable[[], None]:
        """What sets a worker up."""
        if not self.settings.strict:
            return functools.partial(prepare, str(self.root), preload=self.pipeline.modules)
        # Late, as below. What the project imports is to be imported where it can't read at will.
        from pivot.engine.spares import used_libraries

        libraries = used_libraries(self.importer.sources)
        return functools.partial(prepare, str(self.root), libraries=libraries)

    def open_executor(self, jobs: int, expected: int = 0, *, spares: bool = False) -> Executor:
        """Make the configured executor, for so many jobs at once and so many tasks at least.

        With `spares`, it keeps workers for a next run in this process, whatever is edited.
        """
        # A process can't be rid of what it has loaded of a library.
        loaded = sorted(self.importer.sources.items()), sorted(map(repr, libraries()))
        environment = sorted(os.environ.items())
        options = ExecutorOptions(
            jobs=jobs,
            initializer=self._initializer,
            generation=hash_text(repr((str(self.root), loaded, environment))),
            expected=expected,
        )
        if spares:
            # Late: only who watches has any.
            from pivot.engine.spares import installation, used_libraries

            options = dataclasses.replace(
                options,
                spares=jobs,
                spare_initializer=functools.partial(
                    prepare, str(self.root), libraries=used_libraries(self.importer.sources)
                ),
                spare_generation=hash_text(repr((str(self.root), installation()))),
            )
        executor = self.host.make_executor(self.settings.executor, options)
        if self.settings.strict and not executor.isolated:
            raise UsageError(
                f"strict confines worker processes, and executor {self.settings.executor!r} has "
                "none: it runs stages in the process that it's called in",
                hint="use the executor loky",
            )
        return executor

    def emitter(self, on_event: Callable[[Event], None] | None) -> Callable[[Event], None]:
        """Give a function that tells an event to the caller and to the plugins."""
        self._on_event = on_event

        def emit(event: Event) -> None:
            self._warned |= isinstance(event, Warned)
            if on_event is not None:
                on_event(event)
            self.host.announce(event)

        return emit

    def _report(self, problem: Problem) -> None:
        self._warned = True
        if self._on_event is not None:
            self._on_event(Warned(f"plugin {problem.distribution}: {problem.message}"))


def _check_spelling(root: Path, stages: Sequence[Stage]) -> None:
    """Raise `DefinitionError` if two outputs would be one file on this file system."""
    owners = {out.path.rstrip("/"): stage for stage in stages for out in stage.outs}
    if len({path.lower() for path in owners}) == len(owners) and all(map(str.isascii, owners)):
        return
    # Late: nearly all pipelines are spelt in one way.
    from pivot.store.folding import same_spelt, tells_apart

    for one, other in same_spelt(owners):
        apart = True
        with contextlib.suppress(OSError):  # where nothing can be written, nothing gets lost
            apart = tells_apart(
                root, *(f".pivot-{path.replace('/', '-')}" for path in (one, other))
            )
        if not apart:
            raise DefinitionError(
                f"the outputs {one!r} and {other!r} are one file for the file system here",
                where=owners[other].defined,
                hint="give one of them another name",
            )
