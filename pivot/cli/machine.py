"""How a program that reads `pivot`'s output gets it: only what was asked for, as JSON.

`reserved` keeps standard output free of what user code prints (a pipeline's import, a stage that
runs in this process, a C library): the descriptor itself leads to standard error meanwhile. JSON is
one document, or with `pivot run` one object a line. Tests: tests/cli/test_machine.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

from pivot.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def reserved() -> Iterator[TextIO]:
    """Send to standard error what is printed in the block; give the true standard output."""
    sys.stdout.flush()
    true = os.dup(1)
    os.dup2(2, 1)
    try:
        # By name too: who embeds the command line may have put something else there.
        with (
            os.fdopen(os.dup(true), "w", encoding="utf-8") as stream,
            contextlib.redirect_stdout(sys.stderr),
        ):
            yield stream
    finally:
        sys.stdout.flush()
        os.dup2(true, 1)
        os.close(true)


def json_line(value: Any) -> str:
    """Give JSON values as one line, with its end."""
    return f"{json.dumps(value, separators=(',', ':'))}\n"


def say_json(value: Any) -> None:
    """Print JSON values as one document."""
    say(json.dumps(value, indent=2))
