"""`pivot remote`: the places that results are shared by. Tests: tests/cli/test_sharing.py."""

from __future__ import annotations

import dataclasses

import click

from pivot.cli.machine import say_json
from pivot.cli.options import json_option
from pivot.cli.terminal import say
from pivot.cli.wording import columns


@click.group("remote", short_help="Show the remotes.")
def remote() -> None:
    """Show the remotes: the places that push, fetch and pull use.

    A remote is a setting: 'pivot config set remotes.origin s3://bucket/prefix'.
    """


@remote.command("list", short_help="List the remotes.")
@json_option
def list_(*, as_json: bool) -> None:
    """List the remotes and where they are, and mark the default one."""
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    found = api.remotes()
    if as_json:
        say_json([dataclasses.asdict(info) for info in found])
        return
    rows = [
        (click.style(info.name, bold=True), info.url, "(default)" if info.default else "")
        for info in found
    ]
    nothing = "No remotes are set; add one: pivot config set remotes.origin s3://bucket/prefix"
    say("\n".join(columns(rows)) or nothing)
