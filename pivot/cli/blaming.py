"""How a file came to be, as an indented tree: below each artifact who made it, and from what.

Example::

    model.bin  (5995c853, 12 bytes)
    └── train  recorded in 1f2e3d4c5b: Train longer
        ├── code: func:pipeline:train (a1b2c3d4)
        ├── params: rate = 0.1
        └── raw.csv  (0f1e2d3c, 80 bytes)  in git since 0a9b8c7d6e: Add the data

Tests: tests/cli/commands/test_blame.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pivot.cli.formats import shown
from pivot.cli.wording import plural, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pivot.api import Link, Provenance, Step
    from pivot.past.commits import Commit
    from pivot.past.provenance import Kind

_BOXES = (("├── ", "│   "), ("└── ", "    "))
_ASCII = (("|-- ", "|   "), ("`-- ", "    "))
#: How much of a stage's code is shown unless all is wanted.
_MOST = 8
_SHORT = 10
#: What is named behind the project's own code.
_OTHERS = ("dist:", "python:", "value:loader:")
_NOW = {"changed": "changed since", "absent": "not there any more"}


def told(found: Provenance, *, boxes: bool = True, everything: bool = False) -> Iterator[str]:
    """Give the lines of the tree; a step that is there already is named only."""
    steps = {step.id: step for step in found.steps}
    teller = _Teller(steps, _BOXES if boxes else _ASCII, None if everything else _MOST)
    yield artifact_line(found.artifact, made=bool(found.artifact.makers))
    yield from teller.below(found.artifact)


class _Teller:
    def __init__(
        self, steps: Mapping[str, Step], signs: tuple[tuple[str, str], ...], most: int | None
    ) -> None:
        self._steps = steps
        self._signs = signs
        self._most = most
        self._told: set[str] = set()

    def below(self, link: Link) -> Iterator[str]:
        """Give the lines below an artifact."""
        # A stack of our own: a chain of stages may be longer than Python's.
        stack = [(iter(_last(list(link.makers))), "")]
        while stack:
            items, indent = stack[-1]
            item, last = next(items, (None, False))
            if item is None:
                stack.pop()
                continue
            stem, inner = self._signs[last]
            if isinstance(item, str):
                again = item in self._told
                yield f"{indent}{stem}{step_line(self._steps[item])}{' (above)' if again else ''}"
                if not again:
                    self._told.add(item)
                    stack.append((iter(_last(self._parts(self._steps[item]))), indent + inner))
            elif isinstance(item, tuple):
                yield f"{indent}{stem}{item[0]}"
            else:
                yield f"{indent}{stem}{artifact_line(item, made=bool(item.makers))}"
                stack.append((iter(_last(list(item.makers))), indent + inner))

    def _parts(self, step: Step) -> list[Any]:
        """Give what a step consisted of: lines as tuples, and inputs."""
        return [*((line,) for line in facts(step, self._most)), *step.inputs]


def _last(items: list[Any]) -> list[tuple[Any, bool]]:
    return [(item, number == len(items)) for number, item in enumerate(items, 1)]


def facts(step: Step, most: int | None) -> Iterator[str]:
    """Give lines about the code and the parameters of a step."""
    lock = step.lock
    kinds: tuple[tuple[str, Kind, Mapping[str, str]], ...] = (
        ("code", "code", lock.code),
        ("code seen running", "traced", lock.traced),
    )
    for title, kind, code in kinds:
        names = sorted(code, key=lambda name: (name.startswith(_OTHERS), name))
        for name in names[:most]:
            yield f"{title}: {name} ({short(code[name])}){since(step, kind, name)}"
        if most is not None and len(names) > most:
            yield f"{title}: {len(names) - most} more, which --all shows"
    for name, value in params(step).items():
        yield f"params: {name} = {value}{since(step, 'params', name)}"
    for out in lock.base:
        yield f"grew from: {out.path} ({short(out.content.hash)})"


def params(step: Step) -> dict[str, str]:
    """Give the parameters of a step as texts."""
    from pivot.api import untagged  # late: only who asks for it

    return {name: shown(untagged(leaf.value)[1]) for name, leaf in step.params.items()}


def since(step: Step, kind: Kind, name: str) -> str:
    """Say since when a symbol or a parameter has been so, unless it's since the step itself."""
    commit = step.since.get((kind, name))
    if commit is None:
        return "  not committed yet" if step.commit is not None else ""
    return "" if commit == step.commit else f"  since {commit_words(commit)}"


def step_line(step: Step) -> str:
    """Give a step in a line."""
    name = click.style(step.lock.stage, bold=True)
    if step.commit is None:
        return f"{name}  not committed yet"
    earlier = "an earlier run, " if step.id != step.lock.stage else ""
    return f"{name}  {earlier}recorded in {commit_words(step.commit)}"


def artifact_line(link: Link, *, made: bool) -> str:
    """Give an artifact in a line."""
    words = [click.style(link.path, fg="cyan")]
    if link.content is not None:
        kind = "directory, " if link.content.directory else ""
        words.append(f"({kind}{short(link.content.hash)}, {plural(link.content.size, 'byte')})")
    if link.now in _NOW:
        words.append(click.style(_NOW[link.now], fg="yellow"))
    if link.lost:
        words.append(click.style("made by a run that no commit has the lock of", fg="yellow"))
    elif not made:
        words.append(origin(link))
    return "  ".join(words)


def origin(link: Link) -> str:
    """Say where what no stage made comes from."""
    if link.commit is None:
        return "made by no stage, and not so in git"
    return f"in git since {commit_words(link.commit)}"


def commit_words(commit: Commit) -> str:
    """Give a commit as a person would know it again."""
    return f"{commit.hash[:_SHORT]}: {commit.subject}"
