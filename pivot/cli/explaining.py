"""An explanation as text: what would happen with a stage, and each change that is a reason.

Example::

    Stage: train
      Status: WILL RUN
      Reason: Code dependency changed

      Changes:
        func:helper_a
          Old: 5995c853
          New: a1b2c3d4
          File: src/utils.py:15

A symbol's key is `kind:module:qualname`; the module is left out where that is unambiguous among
the changes shown. Further lines follow where there is more to say: `Value: 3 -> 5` of a constant,
`Note: ...`, and the difference of the sources. A kind of reason that nothing is known about here is
shown under its own name. Tests: tests/cli/test_explaining.py.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from pivot.cli.unchanged import up_to_date
from pivot.cli.wording import columns, plural, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pivot.api import Change, Explanation
    from pivot.engine.growth import Growth
    from pivot.store.lock import Acceptance

#: The library's word for a forecast -> how it is written in an explanation, on one line, its style.
_STATUSES = {
    "run": ("WILL RUN", "would run", "yellow"),
    "restore": ("WILL RESTORE", "would be restored", "cyan"),
    "may_run": ("MAY RUN", "may run", "yellow"),
    "skip": ("UP TO DATE", "up to date", "green"),
}
#: What a lock calls the things that a stage depends on without declaring them.
_FACTS = {
    "file": "file",
    "listing": "list",
    "presence": "look",
    "variable": "env",
    "import": "import",
}
#: How many lines of a diff say what is compared.
_HEADER = 2


def explanation_text(explanation: Explanation) -> str:
    """Give the whole explanation of one stage."""
    status, _, style = _STATUSES[explanation.forecast]
    after = _after(explanation)
    shown = click.style(status, fg=style, bold=True) + (f" ({after})" if after else "")
    lines = [f"Stage: {click.style(explanation.stage, bold=True)}", f"  Status: {shown}"]
    if reason := summary(explanation):
        lines.append(f"  Reason: {reason}")
    lines += [f"  Growth: {_growth(one)}" for one in explanation.grows]
    lines += [f"  Accepted: {_accepted(one)}" for one in explanation.accepted]
    if changes := list(_change_lines(explanation.changes)):
        lines += ["", "  Changes:", *changes]
    return "\n".join(lines)


def _growth(one: Growth) -> str:
    """Say from which version an output grows or has grown."""
    verb = "grew" if one.done else "grows"
    lost = ", which is neither in the cache nor in its place" if one.lost else ""
    return f"{one.path} {verb} from {short(one.base) or 'nothing'}{lost}"


def _accepted(one: Acceptance) -> str:
    """Say of which change a person said that it makes no difference, and why."""
    was = f"was {short(one.made)} when the outputs were made" if one.made else "is new"
    return f"{one.key}, which {was}{f' ({one.reason})' if one.reason else ''}"


def forecast_lines(explanations: Sequence[Explanation]) -> list[str]:
    """Give one line a stage: its name, what would happen, and why."""
    return columns(_forecast_row(explanation) for explanation in explanations)


def _forecast_row(explanation: Explanation) -> tuple[str, str, str]:
    _, words, style = _STATUSES[explanation.forecast]
    why = _after(explanation) or summary(explanation)
    return explanation.stage, click.style(words, fg=style), why


def forecast_total(explanations: Sequence[Explanation]) -> str:
    """Give how many of the stages are not up to date, in one line."""
    total = len(explanations)
    outdated = sum(explanation.would_run for explanation in explanations)
    if not outdated:
        return up_to_date(total)
    verb = "is" if outdated == 1 else "are"
    return f"{outdated} of {plural(total, 'stage')} {verb} not up to date"


def summary(explanation: Explanation) -> str:
    """Give the kinds of reasons, each once, in one line."""
    return "; ".join(dict.fromkeys(change.summary for change in explanation.changes))


def _after(explanation: Explanation) -> str:
    if explanation.forecast != "may_run":
        return ""
    return f"after: {', '.join(change.name for change in explanation.changes)}"


def _change_lines(changes: Sequence[Change]) -> Iterator[str]:
    titles = _titles([change.name for change in changes if change.kind.startswith("code_")])
    for change in changes:
        title, details = _change(change, titles)
        if title:
            yield f"    {title}"
            details += [_file(change), ("Value", _values(change)), ("Note", change.note)]
            yield from (f"      {name}: {text}" for name, text in details if text)
            coloured = (_coloured(line, number) for number, line in enumerate(change.diff))
            yield from (f"      {line}".rstrip() for line in coloured)


def _change(change: Change, titles: Mapping[str, str]) -> tuple[str, list[tuple[str, str | None]]]:
    """Give the title of a change and its details; an empty title if the summary says it all."""
    old, new = short(change.old), short(change.new)
    topic, _, what = change.kind.partition("_")
    match topic, what:
        case "algorithm", _:
            return "hash algorithm", [("Old", old), ("New", new)]
        case _ if not change.name or topic == "upstream":
            return "", []
        case "code", "unknown":
            return titles[change.name], [("New", "can't be determined")]
        case "code", _:
            return titles[change.name], [("Old", old), ("New", new)]
        case "out", "missing":
            return f"out:{change.name}", [("Old", old), ("New", "missing")]
        case "param", _:
            # A value of many digits is not a hash.
            return f"param:{change.name}", [("Old", change.old), ("New", change.new)]
        case (("dep" | "out"), _):
            return f"{topic}:{change.name}", [("Old", old), ("New", new)]
        case "lock", _:
            return "lock file", [("Problem", change.name)]
        case _:
            kind = _FACTS.get(topic)
            title = f"{kind}:{change.name}" if kind else change.name
            return title, [("Old", old), ("New", new)]


def _values(change: Change) -> str | None:
    """Give the values of a constant, as far as they are known."""
    old, new = change.old_value, change.new_value
    if old is None and new is None:
        return None
    if change.old is None or change.new is None:
        return new or old
    if old == new:
        return f"{new} (the difference is beyond what is shown)"
    return f"{old or '?'} -> {new or '?'}"


def _coloured(line: str, number: int) -> str:
    if number < _HEADER:
        return click.style(line, bold=True)
    colour = {"-": "red", "+": "green", "@": "cyan"}.get(line[:1])
    return click.style(line, fg=colour) if colour else line


def _file(change: Change) -> tuple[str, str | None]:
    return "File", str(change.place) if change.place else None


def _titles(keys: Sequence[str]) -> dict[str, str]:
    """Map each symbol's key to the shortest form that tells it from the others."""
    short = {key: _without_module(key) for key in keys}
    uses = Counter(short.values())
    return {key: title if uses[title] == 1 else key for key, title in short.items()}


def _without_module(key: str) -> str:
    kind, *rest = key.split(":", 2)
    # The name of code that ran says little without its file: it may be `*`.
    return f"{kind}:{rest[-1]}" if rest and kind != "ran" else key
