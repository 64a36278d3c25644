"""`pivot doctor`: what could be wrong around a project.

Tests: tests/cli/commands/test_doctor.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pivot.cli.machine import reserved, say_json
from pivot.cli.options import json_option
from pivot.cli.terminal import say
from pivot.cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.api import Diagnosis, Finding

_STYLES = {"ok": "green", "warning": "yellow", "error": "red", "fixed": "green"}


@click.command("doctor", short_help="Look for what is wrong around a project.")
@click.option("--fix", is_flag=True, help="Mend what can be mended without losing anything.")
@json_option
def doctor(*, fix: bool, as_json: bool) -> int:
    """Look for what is wrong around a project, and say what mends it.

    Looked at are the machine, the plugins, the settings, the pipeline, the remotes' plugins (no
    remote is asked), the cache, the state and the locks; outside of a project, the machine and the
    plugins. With --fix, what killed processes left behind and what is disposable and damaged is
    removed, unless something is run meanwhile. A damaged state makes itself anew.

    The exit status is 1 if something doesn't work.
    """
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    with reserved():
        found = api.doctor(fix=fix)
    if as_json:
        say_json(found.to_json())
    else:
        say("\n".join(_lines(found)))
    return int(not found.healthy)


def _lines(found: Diagnosis) -> Iterator[str]:
    for one in found.findings:
        yield from _finding(one)
    if found.root is None:
        yield "There is no project here; only the machine was looked at."
    left = [one for one in found.findings if one.severity != "ok" and not one.fixed]
    errors = sum(one.is_bad for one in left)
    if left:
        yield f"{plural(errors, 'error')}, {plural(len(left) - errors, 'warning')}"
    else:
        yield "All is well."


def _finding(one: Finding) -> Iterator[str]:
    word = "fixed" if one.fixed else str(one.severity)
    label = click.style(f"{word:<8}", fg=_STYLES[word])
    first, *rest = one.message.splitlines()
    yield f"{label} {one.code}: {first}"
    yield from (f"         {line}" for line in rest)
    if one.remedy and one.severity != "ok" and not one.fixed:
        yield from (f"         {line}" for line in one.remedy.splitlines())
