"""What is completed without click is what click would say; and it is all that is asked often."""

from __future__ import annotations

import os

import click
import pytest

import pivot
from pivot.cli.app import app
from pivot.cli.shells import CLASSES
from pivot.cli.shortcut import PLACES, answer

VARIABLE = "_PIVOT_COMPLETE"
BREAKS = "\"'@><=;|&(: \t\n"


def commands(group=app, before=()):
    """Every command's words, as they are typed."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))
        else:
            yield " ".join((*before, name))


@pytest.fixture
def ask(scaling, monkeypatch):
    """Give `ask(line, shell)`: what the shortcut says, and what click does."""
    scaling.write(".pivot/config.yaml", "remotes: {near: /near}\n")
    scaling.pipeline(
        """
        def scale() -> Annotated[int, outputs.Out("scaled.json", loaders.JSON())]:
            return 1

        def jobs(variant: str) -> Annotated[int, outputs.Out("jobs.json", loaders.JSON())]:
            return 1

        REGISTRY.register(scale)
        REGISTRY.register(jobs, name="jobs@small")
        """
    )
    assert len(pivot.stages(scaling.root)) == 2
    monkeypatch.chdir(scaling.root)

    def ask(line, shell="bash", **more):
        said = {"COMP_WORDS": line, "COMP_CWORD": "", "_PIVOT_BREAKS": BREAKS, **more}
        for name, value in said.items():
            monkeypatch.setenv(name, value)
        asked = CLASSES[shell](app, {}, "pivot", VARIABLE)
        return answer(f"{shell}_complete", os.environ), f"{asked.complete()}\n"

    return ask


def test_stages_and_settings_are_completed_without_click_wherever_they_are(ask):
    found = set()
    for command in commands():
        # Both a stage and a setting begin so.
        quick, slow = ask(f"pivot {command} jo")
        if {"plain,jobs@small", "plain,jobs"} & set(slow.splitlines()):
            found.add(command)
        assert (quick is None) == (command not in found), command
    assert found == set(PLACES)


@pytest.mark.parametrize("command", PLACES)
def test_it_says_what_click_says(ask, command):
    for shell in CLASSES:
        for words in ("", "s", "scale", "scale ", "scale s", "jobs@", "jobs@s", "z"):
            quick, slow = ask(f"pivot {command} {words}", shell)
            left_to_click = PLACES[command][1] == 1 and words in {"scale ", "scale s"}
            assert quick == (None if left_to_click else slow), (shell, words)


@pytest.mark.parametrize(
    "line",
    [
        "pivot run --jobs ",
        "pivot run --",
        "pivot run -f sc",
        "pivot -C . run sc",
        "pivot run 'sc",
        'pivot run "sc',
        "pivot run sc\\",
        "pivot run $HO",
        "pivot run ./sc",
        "pivot ru",
        "pivot ",
        "pivot",
        "",
        "pivot params ",
        "pivot nonsense sc",
        "pivot config set jobs ",
    ],
)
def test_what_takes_more_to_know_is_left_to_click(ask, line):
    quick, _ = ask(line) if line else (answer("bash_complete", {}), None)
    assert quick is None


def test_other_ways_of_asking_are_left_to_click(ask):
    assert ask("pivot run sc", COMP_CWORD="2")[0] is None
    assert answer("bash_source", os.environ) is None
    assert answer("tcsh_complete", {"COMP_WORDS": "pivot run sc"}) is None


def test_a_glob_is_the_name_that_it_means(ask):
    assert ask("pivot run *ale")[0] == "plain,scale\n"


def test_outside_of_a_project_only_settings_are_known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert answer("fish_complete", {"COMP_WORDS": "pivot run "}) == "\n"
    found = answer("fish_complete", {"COMP_WORDS": "pivot config get job"})
    assert found is not None
    assert found.startswith("plain,jobs\t")
