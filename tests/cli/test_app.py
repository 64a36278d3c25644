import os
import subprocess
import sys

import click
import pytest

from pivot import __version__
from pivot.cli.app import COMMANDS, app

HEAVY = ("pydantic", "stevedore", "pluggy", "lmdb", "loky", "rich", "yaml", "numpy", "pandas")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_of_a_command_what_it_says_itself(name):
    command = app.get_command(click.Context(app), name)
    assert command.name == name
    assert command.short_help == COMMANDS[name].summary


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(invoke, name):
    result = invoke(name, "--help")
    assert result.status == 0
    assert f"Usage: pivot {name}" in result.out


def test_help_lists_the_commands(invoke):
    result = invoke("--help")
    assert result.status == 0
    for name, builtin in COMMANDS.items():
        assert f"  {name}" in result.out
        assert builtin.summary in result.out


def test_pivot_alone_shows_the_help(invoke):
    assert invoke() == invoke("--help")


def test_the_version_is_told(invoke):
    assert invoke("--version").out == f"pivot {__version__}\n"


def test_a_misspelt_command_names_the_nearest(invoke):
    result = invoke("statsu")
    assert result.status == 2
    assert result.err == (
        "error: there is no command 'statsu'; did you mean 'status'?\n  see: pivot --help\n"
    )


def test_a_command_like_no_other_is_unknown(invoke):
    assert invoke("zzzzzz").err.startswith("error: there is no command 'zzzzzz'\n")


def test_a_misspelt_option_is_one_message(invoke):
    result = invoke("run", "--forec")
    assert result.status == 2
    assert result.err.startswith("error: no such option '--forec'")
    assert result.err.endswith("  see: pivot run --help\n")


def test_an_option_before_the_command_may_be_wrong_too(invoke):
    assert invoke("--forec").status == 2


def test_a_command_works_in_another_directory(invoke, scaling, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    result = invoke("-C", str(scaling.root), "list", directory=str(tmp_path / "elsewhere"))
    assert result.status == 0
    assert "scale" in result.out


def test_a_directory_that_is_not_there_is_a_usage_error(invoke):
    result = invoke("-C", "nowhere", "run")
    assert result.status == 2
    assert "nowhere" in result.err


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["run", "--help"], ["nonsense"]])
def test_start_up_loads_nothing_heavy(words, tmp_path):
    code = (
        "import sys; from pivot.cli import main; main(sys.argv[1:]);"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ},
        check=True,
    )
    assert found.stdout.splitlines()[-1] == "HEAVY []"
