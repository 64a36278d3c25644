import json
import os
import subprocess
import sys

import pytest

from pivot.cli.machine import json_line, reserved, say_json


def test_what_is_printed_meanwhile_goes_to_standard_error(capfd):
    with reserved() as out:
        sys.stdout.write("from Python\n")
        os.write(1, b"from a descriptor\n")
        subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
        out.write("result\n")
    sys.stdout.write("afterwards\n")
    seen = capfd.readouterr()
    assert seen.out == "result\nafterwards\n"
    assert sorted(seen.err.splitlines()) == ["from Python", "from a child", "from a descriptor"]


def test_what_was_printed_before_keeps_its_place(capfd):
    sys.stdout.write("before\n")
    with reserved():
        pass
    assert capfd.readouterr().out == "before\n"


def test_an_exception_gives_standard_output_back(capfd):
    with pytest.raises(ZeroDivisionError), reserved():
        _ = 1 / 0
    sys.stdout.write("back\n")
    assert capfd.readouterr().out == "back\n"


def test_a_line_of_json_has_no_line_end_inside():
    line = json_line({"text": "a\nb"})
    assert line.count("\n") == 1
    assert json.loads(line) == {"text": "a\nb"}


def test_a_document_is_json(capsys):
    say_json([{"a": 1}])
    assert json.loads(capsys.readouterr().out) == [{"a": 1}]
