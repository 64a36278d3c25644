"""Commands of plugins: distributions that exist for one test."""

import importlib
import re
import subprocess
import sys

import pytest

from pivot.cli.app import app
from pivot.cli.commands.data import data
from pivot.cli.lazy import LazyGroup

MODULE = """
import click, sys

@click.command()
@click.argument("name")
def greet(name):
    "Greet somebody."
    click.echo(f"hello {name}")

@click.command()
def leave():
    sys.exit(7)

@click.command()
def complain():
    sys.exit("not today")

nothing = 3
"""
ENTRIES = """
[pivot.commands]
greet = acme_commands:greet
acme diff = acme_commands:greet
acme leave = acme_commands:leave
acme complain = acme_commands:complain
acme nothing = acme_commands:nothing
acme broken = acme_missing:command
run = acme_commands:leave
data get = acme_commands:leave
data weigh = acme_commands:greet
"""


@pytest.fixture
def acme(tmp_path, monkeypatch):
    """Install a distribution with commands for one test."""
    site = tmp_path / "site"
    info = site / "acme_commands-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-commands\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRIES)
    (site / "acme_commands.py").write_text(MODULE)
    monkeypatch.syspath_prepend(site)
    importlib.invalidate_caches()
    for group in (app, data):
        vars(group).pop("_additions", None)
    yield site
    for group in (app, data):
        vars(group).pop("_additions", None)
    sys.modules.pop("acme_commands", None)


def test_a_plugin_adds_a_command(acme, invoke):
    assert invoke("greet", "you").out == "hello you\n"


def test_two_words_make_a_group(acme, invoke):
    assert invoke("acme", "diff", "you").out == "hello you\n"


def test_help_names_commands_of_plugins_without_importing_them(acme, invoke):
    result = invoke("--help")
    assert "Commands of plugins:\n" in result.out
    assert re.search(r"^  greet +\(from acme-commands\)$", result.out, re.MULTILINE)
    assert "acme_commands" not in sys.modules


def test_a_group_of_a_plugin_has_help(acme, invoke):
    result = invoke("acme", "--help")
    assert result.status == 0
    assert "diff" in result.out
    assert "acme_commands" not in sys.modules


def test_a_misspelt_command_of_a_plugin_names_the_nearest(acme, invoke):
    assert "did you mean 'greet'" in invoke("gret").err
    assert "did you mean 'diff'?" in invoke("acme", "dif").err


def test_a_plugin_can_not_take_the_place_of_a_built_in_command(acme, invoke):
    assert "Usage: pivot run" in invoke("run", "--help").out
    shown = invoke("plugins").out
    assert "'run' is a command of Pivot itself" in shown


def test_a_broken_command_is_told_by_its_distribution(acme, invoke):
    result = invoke("acme", "broken")
    assert result.status == 2
    assert result.err.startswith("error: acme-commands 1.0 is broken")


def test_something_else_than_a_command_is_told_by_its_distribution(acme, invoke):
    result = invoke("acme", "nothing")
    assert result.status == 2
    assert "acme-commands is broken: the command 'acme nothing'" in result.err


def test_the_exit_status_of_a_plugin_is_the_exit_status(acme, invoke):
    assert invoke("acme", "leave").status == 7


def test_the_last_words_of_a_plugin_are_shown(acme, invoke):
    result = invoke("acme", "complain")
    assert (result.status, result.err) == (1, "not today\n")


def test_a_group_completes_its_commands(acme):
    import click

    context = click.Context(app)
    found = {item.value: item.help for item in app.shell_complete(context, "")}
    assert found["greet"] == "(from acme-commands)"
    assert found["run"] == "Run what is not up to date."
    assert [item.value for item in app.shell_complete(context, "--deb")] == ["--debug"]


def test_built_in_commands_do_not_look_for_plugins(tmp_path):
    code = (
        "import sys; from pivot.cli import main; main(['run', '--help']);"
        "print('SCAN', 'importlib.metadata' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert found.stdout.splitlines()[-1] == "SCAN False"


def test_a_group_without_commands_has_none():
    group = LazyGroup("empty", words=("no", "such", "words"))
    import click

    assert group.list_commands(click.Context(group)) == []


def test_a_plugin_adds_to_a_group_of_pivots_what_is_not_in_it(acme, invoke):
    assert invoke("data", "weigh", "you").out == "hello you\n"
    shown = invoke("plugins").out
    assert "'data get' is a command of Pivot itself" in shown
    assert "'data' is" not in shown
    assert "'data weigh' is" not in shown
