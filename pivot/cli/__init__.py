"""The command line: arguments -> `pivot.api` -> text or JSON. The only place that prints or exits.

`main` is the console script. A *command* is one module of `pivot.cli.commands`; it is imported when
it is typed, and asks the library for a value, which a pure *renderer* turns into text. Results go
to standard output, everything that is said about the work (errors, warnings) to standard error.
Example: `main(["status", "--check"])` gives 1 if a stage would run. Tests: tests/cli/.
"""

from __future__ import annotations

import io
import os
import sys

# The module `typing` takes a third as long as Python's whole start.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

#: The environment variable by which a shell asks for completions.
_COMPLETION_VARIABLE = "_PIVOT_COMPLETE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of `pivot` and give its exit status.

    Args:
        arguments: what follows `pivot` on the command line; those of this process by default.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = False
    try:
        _prepare_streams()
        if given[:1] == ["run"] and _COMPLETION_VARIABLE not in os.environ:
            # The one thing that is asked all day, and nearly always with this answer.
            from pivot.engine.snapshot import recall

            answer = recall(given)
            if answer is not None:
                sys.stdout.write(answer)
                _flush()
                return 0
        if instruction := os.environ.get(_COMPLETION_VARIABLE):
            return _complete(instruction)
        # Late, inside the try: Ctrl-C during start-up is quiet too.
        from pivot.cli.app import app

        # What was typed is what `run` may be asked again.
        context = app.make_context("pivot", list(given), obj=tuple(given))
        debug = bool(context.params["debug"])
        with context:
            status = app.invoke(context)
        _flush()
        return status if isinstance(status, int) else 0
    except BaseException as error:  # noqa: BLE001 - whatever it is, this is where it ends
        # Only a command that fails needs the words for it.
        from pivot.cli.faults import report

        return report(error, given, debug=debug)


def _complete(instruction: str) -> int:
    # A shell that completes needs them, nobody else.
    from pivot.cli.shortcut import answer

    text = answer(instruction, os.environ)
    if text is not None:
        sys.stdout.write(text)
        _flush()
        return 0
    from click.shell_completion import shell_complete

    from pivot.cli.app import app
    from pivot.cli.shells import register

    register()
    return shell_complete(app, {}, "pivot", _COMPLETION_VARIABLE, instruction)


def _prepare_streams() -> None:
    """Make printing safe: no closed descriptor that a file could take, no unprintable character."""
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # The lowest number that is free: this very one. Worker processes inherit it.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
            setattr(sys, name, os.fdopen(descriptor, "w" if descriptor else "r", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _flush() -> None:
    """Write what is buffered now, where a closed pipe or a full disk can still be told."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
