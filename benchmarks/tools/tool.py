"""What is measured of every tool: a layered pipeline after each kind of change.

A *scenario* is a change and what is then asked; a *tool* does it in its own project and with its
own command. Example::

    tool.prepare()                  # writes the project
    perform(tool, COLD, edit=0)
    use = perform(tool, LEAF, edit=1)

Tests: tests/benchmarks/test_tools.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol

from benchmarks.measuring.processes import FailedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measuring.processes import Use
    from benchmarks.projects.layered import Layered


class Editable(Protocol):
    """A tool with a project of its own, which can be edited and brought up to date."""

    #: What the project consists of.
    pipeline: Layered

    def prepare(self) -> None:
        """Write the project."""
        ...

    def forget(self) -> None:
        """Make it as if nothing had ever run."""
        ...

    def edit_leaf(self, edit: int) -> None:
        """Change the function of a stage that nothing depends on."""
        ...

    def run(self) -> Use:
        """Bring all up to date."""
        ...


class Runner(Editable, Protocol):
    """A tool that says what it did."""

    name: str

    def edit_helper(self, edit: int) -> None:
        """Change a source file that some stages share."""
        ...

    def ran(self, output: str) -> int:
        """Give how many stages ran, going by what was printed."""
        ...


class Tool(Runner, Protocol):
    """A tool that knows content, keeps it, and can be asked."""

    def settle(self) -> None:
        """Bring all up to date, and come to rest: no file is too fresh to be trusted."""
        ...

    def forget_answer(self) -> None:
        """Forget a shortcut for the case that nothing has changed, if the tool has one."""
        ...

    def touch(self) -> None:
        """Give all files that the tool looks at another time, and the same content."""
        ...

    def delete_outputs(self) -> None:
        """Delete all that was made."""
        ...

    def restore(self) -> Use:
        """Bring back deleted outputs, in the way the tool does that best."""
        ...

    def status(self) -> Use:
        """Ask what is not up to date."""
        ...


@dataclass(frozen=True, slots=True)
class Scenario[T: Runner]:
    """A kind of change, and what is asked then."""

    name: str
    #: Makes the change; takes what tells it from those before.
    change: Callable[[T, int], None]
    ask: Callable[[T], Use]
    #: How many stages of a pipeline have to run.
    runs: Callable[[Layered], int]


def _nothing(_tool: Runner, _edit: int) -> None:
    pass


def _run(tool: Runner) -> Use:
    return tool.run()


def _none(_pipeline: Layered) -> int:
    return 0


COLD = Scenario[Runner]("cold", lambda tool, _: tool.forget(), _run, attrgetter("stages"))
NO_OP = Scenario[Runner]("no-op", _nothing, _run, _none)
LEAF = Scenario[Runner]("leaf", lambda tool, edit: tool.edit_leaf(edit), _run, lambda _: 1)
HELPER = Scenario[Runner](
    "helper", lambda tool, edit: tool.edit_helper(edit), _run, attrgetter("last_users")
)
FULL = Scenario[Tool]("full", lambda tool, _: tool.forget_answer(), _run, _none)
STATUS = Scenario[Tool]("status", _nothing, lambda tool: tool.status(), _none)
TOUCH = Scenario[Tool]("touch", lambda tool, _: tool.touch(), _run, _none)
RESTORE = Scenario[Tool](
    "restore", lambda tool, _: tool.delete_outputs(), lambda tool: tool.restore(), _none
)


def perform[T: Runner](tool: T, scenario: Scenario[T], edit: int) -> Use:
    """Do it once; raise `FailedError` if not as many stages ran as must."""
    scenario.change(tool, edit)
    use = scenario.ask(tool)
    ran, wanted = tool.ran(use.output), scenario.runs(tool.pipeline)
    if ran != wanted:
        raise FailedError([tool.name, scenario.name, f"ran {ran}, not {wanted}"], 0, use.output)
    return use
