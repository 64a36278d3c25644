import contextlib
import errno
import pickle

import click
import pytest

from pivot.cli.faults import report
from pivot.errors import (
    CorruptionError,
    DefinitionError,
    DefinitionErrors,
    PivotError,
    Place,
    StorageError,
    UsageError,
    WaitTimeoutError,
)


class ImportTroubleError(PivotError):
    def __init__(self, message, traceback):
        super().__init__(message)
        self.traceback = traceback


def raised(error):
    """Give an error with a traceback, as `main` gets it."""
    with contextlib.suppress(type(error)):
        raise error
    return error


@pytest.fixture
def told(plain, capfd):
    def told(error, *, debug=False):
        status = report(raised(error), ["run", "a b"], debug=debug)
        out, err = capfd.readouterr()
        assert out == ""
        return status, err

    return told


def test_an_error_says_where_what_and_how_to_mend_it(told):
    error = UsageError("no such thing", where=Place("pipeline.py", 3), hint="try another")
    assert told(error) == (2, "error: pipeline.py:3: no such thing\n  try another\n")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DefinitionError("x"), 2),
        (StorageError("x"), 1),
        (CorruptionError("x"), 3),
        (WaitTimeoutError("x"), 4),
    ],
)
def test_each_kind_of_error_has_its_exit_status(told, error, status):
    assert told(error) == (status, "error: x\n")


def test_all_wrong_definitions_are_told_at_once(told):
    errors = [DefinitionError("one", where=Place("a.py", 1)), DefinitionError("two")]
    assert told(DefinitionErrors(errors)) == (2, "error: a.py:1: one\nerror: two\n")


def test_the_traceback_of_user_code_is_shown_below(told):
    error = ImportTroubleError("it can't be imported", "Traceback:\nNameError: x")
    assert told(error) == (2, "error: it can't be imported\n  Traceback:\n  NameError: x\n")


def test_debug_shows_the_whole_traceback(told):
    status, err = told(UsageError("no such thing"), debug=True)
    assert status == 2
    assert "in raised" in err
    assert err.endswith("error: no such thing\n")


def test_a_usage_error_points_to_the_help(told):
    context = click.Context(click.Command("run"), info_name="pivot run")
    error = click.UsageError("No such option: --foo", context)
    assert told(error) == (2, "error: no such option: --foo\n  see: pivot run --help\n")


def test_a_click_error_without_a_context_is_just_its_message(told):
    assert told(click.ClickException("Odd.")) == (2, "error: odd.\n")


def test_interrupting_is_quiet(told):
    assert told(KeyboardInterrupt()) == (130, "")
    assert told(click.Abort()) == (130, "")


def test_a_bug_is_owned_up_to(told):
    status, err = told(pickle.PicklingError("odd\nthing"))
    assert status == 70
    assert err == (
        "error: this is a bug in Pivot, not in your pipeline: PicklingError: odd thing\n"
        "  see where: pivot --debug run 'a b'\n"
    )


def test_a_bug_with_debug_has_its_traceback(told):
    status, err = told(ValueError("odd"), debug=True)
    assert status == 70
    assert "in raised" in err
    assert "--debug" not in err


def test_an_error_of_the_system_that_no_program_can_help_is_a_bug(told):
    status, err = told(ChildProcessError(errno.ECHILD, "No child processes"))
    assert status == 70
    assert "bug" in err


@pytest.mark.parametrize(
    ("error", "status"), [(SystemExit(), 0), (SystemExit(3), 3), (click.exceptions.Exit(4), 4)]
)
def test_who_asked_to_exit_exits(told, error, status):
    assert told(error) == (status, "")
