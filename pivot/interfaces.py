"""What a driver implements, and the values that it is given and gives back.

Drivers are found by name in entry-point groups: displays (`pivot.displays`), executors
(`pivot.executors`), exporters (`pivot.exporters`) and remotes (`pivot.remotes`); loaders have their
own module. A driver gets values and gives values; it is never handed the engine. `pivot.testing`
has a conformance suite for each kind but displays. Tests: tests/test_interfaces.py.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, runtime_checkable

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from pivot.errors import Place
    from pivot.events import Event
    from pivot.store.content import Content, Signature


@frozen
class Task:
    """One execution of one stage, as it is sent to a worker: plain, picklable."""

    stage: str
    #: The project's root, absolute.
    root: str
    #: The pickled call (function, loaders, parameters, outputs); opaque to executors.
    payload: bytes
    #: The absolute path of the file that takes what the stage prints, or None: not captured.
    log: str | None
    #: After how many seconds an isolated executor ends it, with its child processes.
    timeout: float | None = None


@frozen
class Produced:
    """One output as the worker found it after the stage."""

    name: str
    path: str
    content: Content
    #: The stat signature of a single file when it was hashed; None for a directory.
    signature: Signature | None = None
    #: The listing of a directory; None for a file.
    listing: bytes | None = None


class Site(NamedTuple):
    """A code object that was executed."""

    #: As it was compiled: absolute, unless it is no file at all.
    file: str
    module: str
    #: Qualified; `<module>` of the body of a module.
    name: str
    line: int


@frozen
class Opened:
    """A file that a stage read or wrote; the path is relative to the root."""

    path: str
    #: The line of project code that did it, if one did.
    place: Place | None = None
    #: What a file that was read looked like before; None if it wasn't there.
    signature: Signature | None = None


@frozen
class Listed:
    """A directory whose names a stage asked for; the path is relative to the root."""

    path: str
    #: What it held at that time; None if it wasn't there.
    names: tuple[str, ...] | None
    place: Place | None = None


@frozen
class Looked:
    """A path of which a stage asked whether something is there; relative to the root."""

    path: str
    found: Literal["file", "directory", "absent"]


@frozen
class Trace:
    """What a stage did while it ran, as far as its process can tell."""

    #: The project's code, and code that may be the project's.
    code: tuple[Site, ...] = ()
    #: Modules that were asked for by a name that is not written where it was asked.
    imports: tuple[str, ...] = ()
    #: Modules of which was asked whether they are there.
    probed: tuple[str, ...] = ()
    reads: tuple[Opened, ...] = ()
    writes: tuple[Opened, ...] = ()
    listed: tuple[Listed, ...] = ()
    looked: tuple[Looked, ...] = ()
    #: (name, hash of its value or None) of the variables that project code asked for.
    environment: tuple[tuple[str, str | None], ...] = ()
    #: The sources that were imported on the way, absolute, and how they looked then.
    sources: tuple[tuple[str, Signature], ...] = ()
    #: The project's sources that its process has imported since it last told, and how they looked.
    imported: tuple[tuple[str, Signature], ...] = ()
    #: False if code could not be traced, because other tools have all of the tool ids.
    complete: bool = True


@frozen
class Failure:
    """Why a stage failed: a message for one line, and the traceback of the user's own frames."""

    message: str
    traceback: str | None = None
    #: What a run with this failure exits with.
    exit_status: int = 1


@frozen
class Outcome:
    """What comes back from a worker: what was made, or why not."""

    stage: str
    #: The time the user's function took, with loading and saving, in seconds.
    seconds: float
    outs: tuple[Produced, ...] = ()
    failure: Failure | None = None
    trace: Trace | None = None


@frozen
class ExecutorOptions:
    """What an executor is made with."""

    #: How many tasks may run at once, at least 1.
    jobs: int
    #: Called once in every new worker process before its first task; picklable.
    initializer: Callable[[], None]
    #: Changes whenever workers that live on from an earlier run must not be used again, because
    #: have loaded project code that is not current.
    generation: str
    #: How many tasks will surely come: for so many, workers may be started at once.
    expected: int = 0
    #: How many workers are worth being started when the executor is closed, for the next run in
    #: this process, and what sets them up; it loads no project code.
    spares: int = 0
    spare_initializer: Callable[[], None] | None = None
    #: Changes whenever such spare workers must not be used any more.
    spare_generation: str = ""


@runtime_checkable
class Executor(Protocol):
    """Something that runs tasks, here or elsewhere."""

    #: How many tasks it runs at once.
    workers: int
    #: Whether a task runs outside of the calling process, so that what it prints can be captured.
    isolated: bool

    def submit(self, call: Callable[[Task], Outcome], task: Task) -> Future[Outcome]:
        """Start `call(task)` and give its future.

        The future raises `WorkerCrashedError` if the worker died while it ran this very task; a
        task that was merely in the same pool is started again without a word. If the executor is
        isolated, it raises `StageTimeoutError` for a task that was ended at its timeout.
        """
        ...

    def stop(self) -> None:
        """Kill what runs, with its child processes, at once; futures end as cancelled or failed.

        An executor that is not isolated can't: it cancels what has not begun, and waits.
        """
        ...

    def close(self) -> None:
        """Let go of what was opened; idle workers may stay warm for a later run."""
        ...


@frozen
class OutPlan:
    """An output as an exporter sees it."""

    #: Relative to the root; a directory's ends in `/` if its author wrote it so.
    path: str
    kind: Literal["out", "incremental", "metric", "plot"] = "out"
    #: Whether its content is kept in the cache.
    cache: bool = True
    #: Whether git has it, or a file in it.
    tracked: bool = False


@frozen
class StagePlan:
    """A stage as an exporter sees it."""

    name: str
    #: The function, as `module:qualname`; of a shell command `pivot.shell:Command`.
    function: str
    deps: tuple[str, ...]
    outs: tuple[OutPlan, ...]
    params: Mapping[str, object] = field(default_factory=dict[str, object])
    #: The first line of the function's docstring, or "".
    description: str = ""
    #: The parameters whose values come from `params.yaml`, as they are called there, sorted.
    overridden: tuple[str, ...] = ()
    #: Those that it sets for all variants of the stage, under what stands before the `@`.
    overridden_together: tuple[str, ...] = ()
    #: The project's files that hold the stage's code, relative to the root, sorted.
    sources: tuple[str, ...] = ()
    #: Of a shell command: its line.
    command: str | None = None
    #: Of a shell command: the names of what it reads from files of parameters, by the paths of
    #: these; none stand for all that is in a file.
    reads_params: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@frozen
class Plan:
    """A pipeline as an exporter sees it: stages in topological order, and who feeds whom."""

    stages: tuple[StagePlan, ...]
    #: (upstream, downstream) pairs of stage names, sorted.
    edges: tuple[tuple[str, str], ...]


@runtime_checkable
class Exporter(Protocol):
    """Something that writes a plan in another notation."""

    def export(self, plan: Plan) -> str:
        """Give the whole text, ending in a line end; the same plan gives the same text."""
        ...


@frozen
class Check:
    """One way of looking for mistakes in an exported text, and what it found."""

    #: How it was looked at, so that it can follow "validated": `structurally`, `by make 4.4`.
    how: str
    problems: tuple[str, ...] = ()
    #: Why nobody could look at it in this way, or None.
    skipped: str | None = None


@runtime_checkable
class FileExporter(Exporter, Protocol):
    """An exporter for a program that reads the text from a file of its own."""

    #: What that file is called, in the project's root.
    file_name: str

    def owns(self, text: str) -> bool:
        """Say whether a file's text was exported, and so may be replaced without asking."""
        ...

    def validate(self, plan: Plan, text: str, root: Path) -> tuple[Check, ...]:
        """Look for mistakes in the text of a plan, the cheapest way first; `root` is only read."""
        ...


class ExportRecord(Protocol):
    """What another program would have noted, had it made what is up to date."""

    @property
    def text(self) -> str:
        """The text of the file that the program keeps its notes in."""
        ...

    @property
    def stages(self) -> Collection[str]:
        """The names of the stages that it vouches for."""
        ...

    def hand_over(self) -> None:
        """Put the outputs that it vouches for where the program keeps what was made."""
        ...

    def validate(self) -> Check:
        """Let the program compare it with the project, of which nothing is changed."""
        ...


@runtime_checkable
class RecordingExporter(FileExporter, Protocol):
    """An exporter for a program that keeps a record of what was made from what."""

    #: What the record's file is called; it lies beside the exported one.
    record_name: str

    def record(self, plan: Plan, text: str, current: Collection[str], root: Path) -> ExportRecord:
        """Give the record that vouches for the stages in `current`, which are up to date.

        Raises `PivotError` if the program could do nothing with it in this project.
        """
        ...


@runtime_checkable
class ProgramExporter(FileExporter, Protocol):
    """An exporter whose validation starts a program."""

    #: The program's path, or None: it is looked for.
    program: str | None


@frozen
class Moved:
    """Some bytes of a blob went over."""

    #: The blob's key.
    key: str
    #: How many bytes; what is sent again after a failure counts once.
    size: int
    #: Whether they were the last: the blob is whole now, where it should be.
    whole: bool


@frozen
class Stored:
    """Something that a remote holds."""

    key: str
    #: In bytes.
    size: int
    #: When it was stored, in seconds since 1970 by the place's clock; None if it doesn't say.
    since: float | None = None


@runtime_checkable
class Remote(Protocol):
    """A place that holds results for other machines.

    What it holds is named by *keys*: lower-case hexadecimal digits, and at most one hyphen between
    them. The key of a blob of the cache is its hash; `pivot.remotes.names` gives each key a name
    among files. Calls are synchronous and take many keys; how they are spread over connections is
    the implementation's matter, and `jobs` among its options is how many transfers the user wants
    at a time. `tell` is called in the calling thread, at least once for each blob that is moved,
    the last time when it is whole; an exception that it raises ends the call. Whatever goes wrong
    is raised as a `RemoteError` that names the place, never a credential.

    A remote that takes requests over a network to be asked may have an attribute `far` that is
    true: what it was seen to hold is then remembered for a day, and not asked for again.
    """

    def missing(self, keys: Collection[str]) -> set[str]:
        """Give those of the keys that the place doesn't hold."""
        ...

    def upload(self, blobs: Mapping[str, Path], tell: Callable[[Moved], None]) -> None:
        """Store files under keys, in about this order; a key appears when its blob is whole."""
        ...

    def download(self, files: Mapping[str, Path], tell: Callable[[Moved], None]) -> set[str]:
        """Write blobs to files; give the keys that the place doesn't hold.

        A file gets its name when it is whole. The caller checks it: a blob may be corrupt.
        """
        ...

    def list(self, beginnings: Collection[str] = ("",)) -> Iterator[Stored]:
        """Give what has a key with one of these beginnings, in any order; by default, everything.

        What else lies there is passed over. A place that can't tell what it holds raises
        `UnlistedError`: then only that can be got from it whose key is known.
        """
        ...

    def delete(self, keys: Collection[str]) -> None:
        """Forget blobs; a key that is not there is no error."""
        ...

    def close(self) -> None:
        """Let go of connections; closing again is no error."""
        ...


class Runs(Protocol):
    """The runs that a display shows, and what it may ask of them; from any thread."""

    @property
    def root(self) -> Path:
        """The project's root."""
        ...

    @property
    def watching(self) -> bool:
        """Whether another run follows whenever files change."""
        ...

    @property
    def over(self) -> bool:
        """Whether nothing runs any more, nor will; all events have been told."""
        ...

    @property
    def ending(self) -> bool:
        """Whether it was asked for the end, by `end` or by a signal."""
        ...

    def cancel(self) -> None:
        """Stop the run that is going on; a watch goes on."""
        ...

    def again(self) -> None:
        """Of a watch: run now, or after the run that is going on, though no file has changed."""
        ...

    def end(self) -> None:
        """Ask for the end of all, for which `over` then is to be waited."""
        ...


@runtime_checkable
class Display(Protocol):
    """Something that has the terminal for itself while it shows runs, which are in another thread.

    An entry point names a callable that takes `Runs` and gives this. What `tell` and `explain` are
    given comes in that other thread, from before `show` is called on, and must be dealt with at
    once: the run waits meanwhile.
    """

    def tell(self, event: Event) -> None:
        """Take note of an event; a watch has those of many runs, each from its `RunStarted` on."""
        ...

    def explain(self, stage: str, text: str) -> None:
        """Take note of why a stage is going to run, or to be restored, right before it's decided.

        The text is what `pivot explain --diff` prints of a stage, without colours.
        """
        ...

    def show(self) -> None:
        """Show them until the user has seen enough, or they are both `ending` and `over`.

        Called in the main thread. Standard input and output as Python began with them
        (`sys.__stdin__`, `sys.__stdout__`, `sys.__stderr__`) are the terminal meanwhile; what is
        printed in any other way is printed at the end. A display that raises is given up, and the
        runs go on without it. Whoever returns too early ends what runs.
        """
        ...
