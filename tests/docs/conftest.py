"""How the pages of the documentation are followed, block by block, as a reader would.

A page's fenced blocks are taken in order, in a directory that is empty at first. What becomes of a
block stands in its info string: with `title="FILE"` it is written to that file; `console` is typed
into a shell, and what is printed must be what is shown; other `python` is run as a script; `sh` and
`text` are only read. After the comment `<!-- an excerpt -->` it must be part of a file that is
there; `<!-- a new directory -->` starts afresh, `<!-- a copy of DIRECTORY -->` beside a copy of one
of the repository's. Where times and hashes stand, any will do, and a line of three dots stands for
any lines.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).parent.parent.parent
_FENCE = re.compile(
    r"^<!-- (?P<start>a new directory|a copy of (?P<copied>\S+)) -->$"
    r"|^(?P<excerpt><!-- an excerpt -->\n\n?)?"
    r"```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n"
    r"(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# What a run on a terminal does not leave behind, or what differs from run to run.
_NOISE = [
    (re.compile(r'(python:python(?:": "|  ))3\.\d+'), r"\g<1>3.13"),
    (re.compile(r"^[^\s:]+: running( \(.*\))?\n", re.MULTILINE), ""),
    (re.compile(r"\b\d+\.\d s\b"), "0.0 s"),
    (re.compile(r"\b(Old|New): [0-9a-f]{8}\b"), r"\1: 01234567"),
    (re.compile(r"\"[0-9a-f]{16}\""), '"0123456789abcdef"'),
]
_READ_ONLY = frozenset({"sh", "text"})
_MADE = shutil.ignore_patterns(".pivot", "build", "__pycache__", "metrics.json", "report.json")


@dataclass
class Block:
    """One thing of a page that something is done with."""

    language: str
    title: str | None
    text: str
    line: int
    #: Whether it is part of a file that is there.
    excerpt: bool = False
    #: The directory that is copied to start from, "" for an empty one, None to stay.
    start: str | None = None


def blocks(page: Path) -> Iterator[Block]:
    """Give the blocks of a page in order."""
    text = page.read_text("utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        start = (found["copied"] or "") if found["start"] else None
        yield Block(
            language=found["language"] or "",
            title=found["title"],
            text=found["text"] or "",
            line=line,
            excerpt=found["excerpt"] is not None,
            start=start,
        )


@dataclass
class Reader:
    """Somebody who does what a page says."""

    page: Path
    scratch: Path
    directory: Path
    directories: int = 0

    def follow(self) -> int:
        """Do all blocks; give how many there were to be done."""
        done = 0
        for block in blocks(self.page):
            if block.start is not None:
                self._start(block.start)
            elif block.title:
                self._write(block)
            elif block.excerpt:
                self._find(block)
            elif block.language == "console":
                self._type(block)
            elif block.language == "python":
                self._script(block)
            else:
                assert block.language in _READ_ONLY, f"{self._place(block)}: {block.language}?"
                continue
            done += block.start is None
        return done

    def _start(self, copied: str) -> None:
        self.directories += 1
        self.directory = self.scratch / f"directory{self.directories}"
        self.directory.mkdir()
        if copied:
            shutil.copytree(REPOSITORY / copied, self.directory / copied, ignore=_MADE)

    def _write(self, block: Block) -> None:
        file = self.directory / str(block.title)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text)

    def _find(self, block: Block) -> None:
        texts = [file.read_text() for file in self.directory.rglob("*.py")]
        assert any(block.text in text for text in texts), f"{self._place(block)}: no such code"

    def _script(self, block: Block) -> None:
        script = self.directory / "example.py"
        script.write_text(block.text)
        done = self._run([sys.executable, script.name])
        script.unlink()
        assert done.returncode == 0, f"{self._place(block)}:\n{done.stdout}"

    def _type(self, block: Block) -> None:
        for command, expected in sessions(block.text):
            if command.startswith("cd "):
                self.directory = (self.directory / shlex.split(command)[1]).resolve()
                assert self.directory.is_dir(), self._place(block)
                continue
            printed = quiet(self._run(["bash", "-c", command]).stdout)
            assert matches(quiet(expected), printed), (
                f"{self._place(block)}: {command}\nshown:\n{quiet(expected)}\nprinted:\n{printed}"
            )

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            command,
            cwd=self.directory,
            env={**_outside_make(), "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    def _place(self, block: Block) -> str:
        return f"{self.page.relative_to(REPOSITORY)}:{block.line}"


def _outside_make() -> dict[str, str]:
    """Give this process's environment as a reader has it, who starts no make within a make."""
    inside = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    return {name: value for name, value in os.environ.items() if name not in inside}


def sessions(text: str) -> Iterator[tuple[str, str]]:
    """Give each command of a console block, with the output that is shown for it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        while output.startswith("> "):
            more, _, output = output.removeprefix("> ").partition("\n")
            command += f"\n{more}"
        yield command, output


def quiet(output: str) -> str:
    """Give an output without what differs from run to run."""
    for pattern, replacement in _NOISE:
        output = pattern.sub(replacement, output)
    return output


def matches(shown: str, printed: str) -> bool:
    """Say whether an output is as shown, where a line of three dots stands for any lines."""
    parts = [re.escape(part) for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)]
    return re.fullmatch("(?:.*\n)*?".join(parts), printed) is not None


@pytest.fixture
def reader(tmp_path: Path) -> Callable[[Path], Reader]:
    """Give a reader of a page, in an empty directory."""

    def reader(page: Path) -> Reader:
        directory = tmp_path / "directory0"
        directory.mkdir()
        return Reader(page, tmp_path, directory)

    return reader
