"""What Pivot announces to plugins, and what it asks them.

This file is the whole contract of the `pivot.hooks` entry-point group: a plugin is a module or an
object with functions of these names, each marked with `pivot.hookimpl` and taking any of the named
arguments. An *announcement* is told to all who listen, after what it tells of is on disk; what they
return is ignored, and one that raises is reported by its distribution's name and stops nobody. A
*question* is answered by the first who returns something other than None; Pivot's own answer comes
last. The floor above (`pivot.plugins`) hands these to pluggy. Tests: tests/test_hookspecs.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pivot.events import RunFinished, RunStarted, StageDecided, StageFinished, StageStarted
    from pivot.interfaces import Executor, ExecutorOptions, Exporter, Remote

#: Name of every hook -> whether it is a question (answered by the first who knows).
HOOKS: dict[str, bool] = {}


def _announcement[F: Callable[..., Any]](hook: F) -> F:
    HOOKS[hook.__name__] = False
    return hook


def _question[F: Callable[..., Any]](hook: F) -> F:
    HOOKS[hook.__name__] = True
    return hook


@_announcement
def pivot_run_started(event: RunStarted) -> None:
    """Tell that a run begins: the plan is made, nothing has been executed yet."""


@_announcement
def pivot_stage_decided(event: StageDecided) -> None:
    """Tell that it is decided whether a stage is skipped, restored or run, and why."""


@_announcement
def pivot_stage_started(event: StageStarted) -> None:
    """Tell that a stage's task was given to the executor."""


@_announcement
def pivot_stage_finished(event: StageFinished) -> None:
    """Tell that a stage is done, and, if it ended well, committed."""


@_announcement
def pivot_run_finished(event: RunFinished) -> None:
    """Tell that a run is over, with the number of stages per status."""


@_question
def pivot_get_loader(name: str) -> type[Any] | None:
    """Ask for the loader class that `pivot.loaders.NAME` stands for."""


@_question
def pivot_open_remote(url: str, options: Mapping[str, str]) -> Remote | None:
    """Ask for the remote at a URL such as `s3://bucket/prefix`.

    `url` always has a scheme (a path is given as `file:///...`) and no query; `options` is what the
    query said.
    """


@_question
def pivot_make_executor(name: str, options: ExecutorOptions) -> Executor | None:
    """Ask for the executor that `--executor NAME` stands for, made with `options`."""


@_question
def pivot_get_exporter(name: str) -> Exporter | None:
    """Ask for the exporter that a format's name stands for."""


@_question
def pivot_hash_value(value: object) -> str | None:
    """Ask for a stable hash of a constant that project code names.

    A plugin that knows a type (a data frame of its own, say) returns a text that is the same in
    every process exactly when the value is the same, and None for every type it does not know.
    """
