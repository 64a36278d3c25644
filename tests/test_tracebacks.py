"""What a person sees of an exception in their own code."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pivot import tracebacks
from pivot.errors import PivotError, Place
from pivot.hashing import hash_file
from pivot.loaders import JSON, LoaderError
from pivot.tracebacks import innermost_place, user_traceback

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(tracebacks.__file__).parent


def raised(call: Callable[..., Any], *arguments: Any) -> BaseException:
    with pytest.raises(BaseException) as caught:
        call(*arguments)
    return caught.value


def module(file: Path, text: str) -> Any:
    """Import a text as a module of a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def files(text: str) -> list[str]:
    """Give the file of each frame that a traceback shows."""
    lines = [line.strip() for line in text.splitlines()]
    return [line.split('"')[1] for line in lines if line.startswith('File "')]


# The traceback


def test_frames_of_pivot_are_left_out():
    error = raised(hash_file, Path("no such file"))
    assert any(frame.startswith(str(PACKAGE)) for frame in all_files(error))
    assert not any(frame.startswith(str(PACKAGE)) for frame in files(user_traceback(error)))


def all_files(error: BaseException) -> list[str]:
    found, cursor = [], error.__traceback__
    while cursor is not None:
        found.append(cursor.tb_frame.f_code.co_filename)
        cursor = cursor.tb_next
    return found


def test_frames_of_the_import_system_are_left_out(tmp_path, monkeypatch):
    (tmp_path / "broken_on_purpose.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    error = raised(importlib.import_module, "broken_on_purpose")
    assert files(user_traceback(error)) == [__file__, str(tmp_path / "broken_on_purpose.py")]


def test_the_users_frames_are_all_there_with_their_lines(tmp_path):
    steps = module(
        tmp_path / "steps.py", "def one():\n    two()\ndef two():\n    raise OSError('x')\n"
    )
    text = user_traceback(raised(steps.one))
    assert files(text)[1:] == [str(tmp_path / "steps.py")] * 2
    assert "    two()\n" in text
    assert "    raise OSError('x')\n" in text
    assert text.endswith("\nOSError: x")


def test_frames_of_libraries_between_the_users_own_stay(tmp_path):
    steps = module(
        tmp_path / "steps.py",
        "import functools\ndef go():\n    functools.reduce(bad, [1, 2])\n    \n"
        "def bad(a, b):\n    import json\n    return json.loads('{')\n",
    )
    shown = files(user_traceback(raised(steps.go)))
    assert any("json" in Path(file).parts for file in shown)


@pytest.fixture
def no_json(tmp_path) -> Path:
    file = tmp_path / "data.json"
    file.write_text("{")
    return file


def test_a_cause_is_shown_without_frames_of_pivot(no_json):
    def go():
        try:
            JSON().load(no_json)
        except LoaderError as error:
            raise RuntimeError("outer") from error

    text = user_traceback(raised(go))
    assert "LoaderError" in text
    assert "direct cause" in text
    assert not any(frame.startswith(str(PACKAGE)) for frame in files(text))


def test_a_context_is_shown_without_frames_of_pivot(no_json):
    def go():
        try:
            JSON().load(no_json)
        except LoaderError:
            raise KeyError("context")  # noqa: B904 - this is the test

    text = user_traceback(raised(go))
    assert "LoaderError" in text
    assert "During handling" in text
    assert not any(frame.startswith(str(PACKAGE)) for frame in files(text))


def test_exceptions_in_a_group_are_shown_without_frames_of_pivot():
    async def read():
        hash_file(Path("no such file"))

    async def both():
        async with asyncio.TaskGroup() as group:
            group.create_task(read())
            group.create_task(read())

    error = raised(lambda: asyncio.run(both()))
    assert isinstance(error, ExceptionGroup)
    text = user_traceback(error)
    assert text.count("FileNotFoundError") == len(error.exceptions)
    assert not any(frame.startswith(str(PACKAGE)) for frame in files(text))


def test_an_exception_that_causes_itself_ends():
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert "first" in user_traceback(first)


def test_the_exception_itself_is_left_as_it_is():
    error = raised(hash_file, Path("no such file"))
    before = all_files(error)
    user_traceback(error)
    assert all_files(error) == before


def test_an_exception_that_was_never_raised_is_its_last_line():
    assert user_traceback(ValueError("x")).splitlines()[-1] == "ValueError: x"


def test_a_syntax_error_shows_its_line(tmp_path):
    error = raised(module, tmp_path / "steps.py", "def broken(:\n")
    assert "def broken(:" in user_traceback(error)


# The place


def test_the_place_is_the_last_line_in_the_project(tmp_path):
    steps = module(tmp_path / "project/steps.py", "def go(tools):\n    tools.deep()\n")
    tools = module(tmp_path / "project/tools.py", "import json\ndef deep():\n    json.loads('{')\n")
    error = raised(steps.go, tools)
    assert innermost_place(error, tmp_path / "project") == Place("tools.py", 3)


def test_a_place_elsewhere_is_none(tmp_path):
    steps = module(tmp_path / "other/steps.py", "def go():\n    1 / 0\n")
    assert innermost_place(raised(steps.go), tmp_path / "project") is None


def test_a_directory_with_a_name_that_begins_alike_is_elsewhere(tmp_path):
    steps = module(tmp_path / "project2/steps.py", "def go():\n    1 / 0\n")
    assert innermost_place(raised(steps.go), tmp_path / "project") is None


@pytest.mark.parametrize("directory", ["site-packages", "dist-packages"])
def test_what_is_installed_in_the_project_is_not_the_projects(tmp_path, directory):
    installed = module(tmp_path / ".venv/lib" / directory / "lib.py", "def fail():\n    1 / 0\n")
    steps = module(tmp_path / "steps.py", "def go(lib):\n\n    lib.fail()\n")
    assert innermost_place(raised(steps.go, installed), tmp_path) == Place("steps.py", 3)


def test_pivot_in_the_project_is_not_the_projects():
    """As when Pivot itself is worked on."""
    error = raised(hash_file, Path("no such file"))
    place = innermost_place(error, PACKAGE.parent)
    assert place is not None
    assert place.file == str(Path(__file__).relative_to(PACKAGE.parent))


def test_without_a_traceback_there_is_no_place(tmp_path):
    assert innermost_place(PivotError("x"), tmp_path) is None
