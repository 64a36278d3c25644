"""A shell command as the function of a stage, and the Python script that it starts.

The command is a value: its line, the directory that it starts in, and the values of the parameters
that it reads from files by itself. What a script imports counts as the stage's code, though nothing
of it is ever imported here. Example::

    Command("python train.py --fast").scripts(Path())  # [Script("train.py", ".")]

Tests: tests/test_shell.py.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pivot.errors import PivotError
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*(?:\.exe)?")
#: The options of Python that take the next word, too.
_TAKES_A_WORD = frozenset({"-W", "-X", "--check-hash-based-pycs"})
_NOT_FOUND = 127
_SIGNS = frozenset("();<>|&\n")


class CommandFailedError(PivotError):
    """A command of a stage did not end well."""

    exit_status = 1


@frozen
class Script:
    """A Python file that a command starts."""

    #: Relative to the root.
    path: str
    #: The directory that it imports from before all others, relative to the root.
    base: str


@frozen
class Command:
    """A line for the shell, which is called as a function without arguments."""

    line: str
    #: Where it starts, relative to the root.
    directory: str = "."
    #: Name and value of what it reads from files of parameters.
    values: tuple[tuple[str, object], ...] = ()
    #: The files of parameters, relative to the root, with the names in each; none are all of it.
    reads: tuple[tuple[str, tuple[str, ...]], ...] = ()
    #: What it starts, as far as that could be told when it was defined.
    started: tuple[Script, ...] = ()

    @property
    def files(self) -> list[str]:
        """The files of parameters."""
        return [file for file, _ in self.reads]

    def __call__(self) -> None:
        """Run the line; raise `CommandFailedError` with its exit status if that isn't 0."""
        # Late: only the process that runs it needs them.
        import signal
        import subprocess

        ended = subprocess.run(  # noqa: S602 - a command is for the shell, and its author's own
            self.line, shell=True, cwd=self.directory, stdin=subprocess.DEVNULL, check=False
        )
        status = ended.returncode
        if status == _NOT_FOUND:
            raise CommandFailedError(f"the shell does not know the command: {self.line}")
        if status < 0:
            raise CommandFailedError(f"the command was ended by {signal.Signals(-status).name}")
        if status:
            raise CommandFailedError(f"the command ended with status {status}: {self.line}")

    def scripts(self, root: Path) -> list[Script]:
        """Give the Python files below the root that the line starts, each once."""
        found = [one for words in _commands(self.line) for one in self._started(words, root)]
        return list(dict.fromkeys(found))

    def _started(self, words: list[str], root: Path) -> Iterator[Script]:
        for number, word in enumerate(words):
            if _PYTHON.fullmatch(PurePosixPath(word).name):
                yield from self._of_python(words[number + 1 :], root)
                return
        # Started by itself, or by a program such as `uv run`.
        for word in words:
            if word.endswith(".py"):
                yield from self._file(word, root)

    def _of_python(self, words: list[str], root: Path) -> Iterator[Script]:
        rest = iter(words)
        for word in rest:
            if word in _TAKES_A_WORD:
                next(rest, None)
            elif word == "-m":
                yield from self._module(next(rest, ""), root)
                return
            elif word in {"-c", "-"}:
                return
            elif not word.startswith("-"):
                yield from self._file(word, root)
                return

    def _module(self, name: str, root: Path) -> Iterator[Script]:
        path = os.path.join(self.directory, *name.split("."))  # noqa: PTH118 - text only
        for file in (f"{path}.py", f"{path}/__main__.py"):
            if (root / file).is_file():
                yield Script(os.path.normpath(file), os.path.normpath(self.directory))
                return

    def _file(self, word: str, root: Path) -> Iterator[Script]:
        path = os.path.normpath(os.path.join(self.directory, word))  # noqa: PTH118 - text only
        inside = not path.startswith(os.pardir) and not os.path.isabs(path)  # noqa: PTH117 - text only
        if inside and (root / path).is_file():
            yield Script(path, str(PurePosixPath(path).parent))


def _commands(line: str) -> Iterator[list[str]]:
    """Give the words of each command in a line, without the variables that are set for it."""
    import shlex

    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    try:
        for word in lexer:
            if _SIGNS.issuperset(word):
                yield words
                words = []
            else:
                words.append(word)
    except ValueError:
        return  # a quote that isn't closed: the shell will tell
    yield words
