"""`pivot cache`: how large the cache is, and whether it is sound.

Tests: tests/cli/commands/test_cache.py.
"""

from __future__ import annotations

import os

import click

from pivot.cli.machine import say_json
from pivot.cli.options import json_option
from pivot.cli.sharing import Bar, error, size
from pivot.cli.terminal import complain, say
from pivot.cli.wording import plural

#: Something that is stored is corrupt.
_CORRUPT = 3


@click.group("cache", short_help="Look after the cache.")
def cache() -> None:
    """Look after the cache, which holds the results of the stages.

    It is in .pivot/cache; 'pivot gc' removes what nothing refers to any more.
    """


@cache.command("size", short_help="Show how much the cache holds.")
@json_option
def size_(*, as_json: bool) -> None:
    """Show how many files the cache holds, and how large they are together.

    A file that is a hard link to one in the project takes its space only once.
    """
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    found = api.cache_size()
    if as_json:
        say_json(found.to_json())
        return
    place = os.path.relpath(found.directory)
    say(f"{plural(found.files, 'file')}, {size(found.size)}, in {place}")
    if found.damaged_files:
        damaged = f"{plural(found.damaged_files, 'damaged file')}, {size(found.damaged_size)}"
        say(f"{damaged}, moved aside; 'pivot gc' removes them")


@cache.command("verify", short_help="Hash everything in the cache anew.")
@json_option
def verify(*, as_json: bool) -> int:
    """Hash every file of the cache, and move those out of the way that are damaged.

    What a damaged file held can be had by 'pivot pull' or 'pivot run'. The exit status is 3 if
    there is any.
    """
    # Late, as above.
    from pivot import api

    with Bar("verify") as bar:
        report = api.verify_cache(on_progress=bar.show)
    for problem in report.problems:
        complain(error(problem))
    if as_json:
        say_json(report.to_json())
    else:
        number = len(report.problems)
        state = f"{number} of them damaged" if number else "all of them sound"
        say(f"verified {plural(report.files, 'file')} ({size(report.size)}), {state}")
    return 0 if report.sound else _CORRUPT
