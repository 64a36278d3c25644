"""A stage: a name, a function, what it reads, what it writes, and its parameters, as one value.

Everything above this floor works with `Stage`; how an author wrote it down (annotations, a
`StageDef`, keywords of `register`) is known only below. Paths are normalised and inside the
project. Example: `Stage("train", train, deps=(Input("data", "clean.csv", CSV(), ...),), ...)`.
Tests: tests/test_stage.py.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.errors import Place
    from pivot.loaders import Reader, Writer

#: A stage's name is also a file's name, a word on the command line and a key in YAML.
STAGE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,199}")
#: What follows the first one of these in a name is the stage's *variant*.
VARIANT_SIGN = "@"
#: The parameter that takes the variant, and its name among the values that a stage sees.
VARIANT_ARGUMENT = "variant"

#: In seconds: a year. How long threads can wait is limited on any platform, to more than this.
LONGEST_TIMEOUT = 31_536_000.0


class Via(enum.StrEnum):
    """How an artifact's value passes between the function and Pivot."""

    #: A parameter of the function (deps).
    ARGUMENT = "argument"
    #: A key of the `TypedDict` that the function returns (outs).
    KEY = "key"
    #: The return value itself (outs).
    RETURN = "return"
    #: An attribute of the `StageDef`.
    FIELD = "field"
    #: Not at all: the function reads or writes the file by itself.
    FILE = "file"


class OutKind(enum.StrEnum):
    """What an output is for."""

    PLAIN = "out"
    INCREMENTAL = "incremental"
    METRIC = "metric"
    PLOT = "plot"


@frozen
class Input:
    """An artifact that a stage reads."""

    name: str
    path: str
    loader: Reader[Any]
    via: Via


@frozen
class PlotLook:
    """How a series is to be drawn, as far as its author says."""

    x: str | None = None
    #: Columns that are drawn together.
    y: tuple[str, ...] = ()
    #: `line`, `points` or `bars`.
    kind: str | None = None
    title: str | None = None


@frozen
class Output:
    """An artifact that a stage writes."""

    name: str
    path: str
    loader: Writer[Any]
    via: Via
    kind: OutKind = OutKind.PLAIN
    cache: bool = True
    #: Of a metric: (name or glob of names, `higher` or `lower`), for which way is better.
    better: tuple[tuple[str, str], ...] = ()
    #: Of a plot: how it's drawn.
    look: PlotLook | None = None

    @property
    def incremental(self) -> bool:
        """Whether the last version is there when the stage starts."""
        return self.kind is OutKind.INCREMENTAL


@frozen
class Stage:
    """One step of a pipeline."""

    name: str
    function: Callable[..., Any]
    #: Where the function is defined.
    place: Place
    deps: tuple[Input, ...] = ()
    outs: tuple[Output, ...] = ()
    #: An instance of a `StageParams` class, or None; and the function's parameter that takes it.
    params: Any = None
    params_argument: str | None = None
    #: Stages that share one of these names never run at the same time.
    mutex: tuple[str, ...] = ()
    #: More objects whose code counts as this stage's.
    code: tuple[object, ...] = ()
    #: How often it is tried again when it fails.
    retries: int = 0
    #: After how many seconds it is ended, and has failed; None: it may take as long as it likes.
    timeout: float | None = None
    #: What the function's parameter `variant` gets, or None if it has none.
    variant: str | None = None
    #: Where a file names the stage, if one does.
    entry: Place | None = None

    @property
    def defined(self) -> Place:
        """Where an author would mend its name and its paths."""
        return self.entry or self.place
