r"""Completing stages, targets and settings without click, whose import takes half of the time.

Only a line of plain words is answered here: `pivot COMMAND WORD...`, without options or quotes.
Whatever else is asked gives None, and click, which knows all commands, answers it; the answers are
the same. Example::

    answer("bash_complete", {"COMP_WORDS": "pivot run tr", ...})    # "plain,train\n"

Tests: tests/cli/test_shortcut.py.
"""

from __future__ import annotations

import re
from pathlib import Path

from pivot.cli import candidates
from pivot.errors import PivotError
from pivot.paths import is_literal

# As in `pivot.cli`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    type Finder = Callable[[Path, str, Collection[str]], candidates.Found]

#: Command -> what its arguments are, and how many it takes at most.
PLACES: dict[str, tuple[Finder, int | None]] = {
    "accept": (candidates.targets, None),
    "blame": (candidates.targets, 1),
    "checkout": (candidates.targets, None),
    "config get": (candidates.settings, 1),
    "config set": (candidates.settings, 1),
    "config unset": (candidates.settings, 1),
    "dag": (candidates.targets, None),
    "data get": (candidates.targets, None),
    "explain": (candidates.targets, None),
    "export": (candidates.targets, None),
    "fetch": (candidates.targets, None),
    "fingerprint": (candidates.targets, 1),
    "history": (candidates.stages, None),
    "logs": (candidates.targets, 1),
    "metrics show": (candidates.targets, None),
    "params show": (candidates.targets, None),
    "plots show": (candidates.targets, None),
    "pull": (candidates.targets, None),
    "push": (candidates.targets, None),
    "remote status": (candidates.targets, None),
    "run": (candidates.targets, None),
    "status": (candidates.targets, None),
    "verify": (candidates.targets, None),
}
_PLAIN_LINE = re.compile(r"""[^\s]+\s[^"'\\$`]*""")


def answer(instruction: str, environment: Mapping[str, str]) -> str | None:
    """Give what a shell is to be told, or None if it takes more to know.

    `environment` holds what the shell's script says; see `pivot.cli.shells`.
    """
    shell, _, wanted = instruction.partition("_")
    line = environment.get("COMP_WORDS", "")
    if wanted != "complete" or environment.get("COMP_CWORD") or not _PLAIN_LINE.fullmatch(line):
        return None
    _, *words = line.split()
    incomplete = "" if line[-1:].isspace() else words.pop()
    if any(word.startswith("-") for word in (*words, incomplete)):
        return None
    for length in (1, 2):
        place = PLACES.get(" ".join(words[:length]))
        if place is not None and len(words) >= length:
            finder, most = place
            typed = words[length:]
            if most is not None and len(typed) >= most:
                return None
            return _lines(shell, finder, incomplete, typed, environment)
    return None


def _lines(
    shell: str, finder: Finder, incomplete: str, typed: list[str], environment: Mapping[str, str]
) -> str | None:
    if finder is candidates.targets and is_literal(incomplete):
        return None
    try:
        found = dict(finder(Path(), incomplete, typed))
    except (PivotError, OSError):
        found = {}
    if shell == "bash":
        kept = before_break(incomplete, environment.get("_PIVOT_BREAKS", ""))
        lines = [f"plain,{text.removeprefix(kept)}" for text in found if text.startswith(kept)]
    elif shell in {"zsh", "fish"}:
        lines = [line_of("plain", text, description) for text, description in found.items()]
    else:
        return None
    return "\n".join(lines) + "\n"


def line_of(kind: str, text: str, description: str | None) -> str:
    """Give the line that tells a shell of one item, where it shows descriptions."""
    shown = f"\t{' '.join(description.split())}" if description else ""
    return f"{kind},{text}{shown}"


def before_break(incomplete: str, breaks: str) -> str:
    """Give the beginning of a word that bash leaves as it is: it puts in what follows a break."""
    end = max((incomplete.rfind(sign) for sign in breaks), default=-1)
    # The sign of a host's name is taken for the first character of what follows.
    return incomplete[:end] if incomplete[end:].startswith("@") else incomplete[: end + 1]
