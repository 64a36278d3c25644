import io

import pytest

from pivot.cli.terminal import in_colour, is_terminal, say, speaks_unicode


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({}, True),
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_a_terminal_gets_colours_unless_somebody_objects(terminal, environ, colour):
    assert in_colour(terminal, environ) is colour


def test_a_pipe_gets_colours_by_force_only():
    assert not in_colour(io.StringIO(), {})
    assert in_colour(io.StringIO(), {"FORCE_COLOR": "1"})


def test_a_dumb_terminal_has_no_cursor(terminal):
    assert is_terminal(terminal, {"TERM": "xterm"})
    assert not is_terminal(terminal, {"TERM": "dumb"})
    assert not is_terminal(io.StringIO(), {"TERM": "xterm"})


def test_boxes_need_unicode(terminal):
    assert speaks_unicode(terminal)
    assert not speaks_unicode(io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert not speaks_unicode(io.StringIO())


def test_styles_do_not_reach_a_pipe(plain, capsys):
    say("\x1b[1mbold\x1b[0m")
    assert capsys.readouterr().out == "bold\n"
