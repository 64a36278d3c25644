"""How a file came to be, as a page: a graph of artifacts and stages, and below it what each was.

The page is one file without a script, and asks no network for anything: the graph is SVG, and its
boxes lead to the sections below. Tests: tests/cli/commands/test_blame.py.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from pivot.cli.blaming import commit_words, origin, params
from pivot.cli.layered import layered
from pivot.cli.wording import plural, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.api import Link, Provenance, Step
    from pivot.past.provenance import Kind

#: In pixels: a box, and the room that it has.
_WIDTH, _HEIGHT, _COLUMN, _ROW = 170, 44, 216, 66
_EDGE = 12
_LONGEST = 22
#: What the page may do: have styles of its own, and ask for nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --stage: #3b82f6; --file: #10b981;
  --note: #d97706 }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1100px; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem } h3 { font-size: .95rem }
code, td { font-family: ui-monospace, monospace; font-size: .85rem }
figure { overflow-x: auto; margin: 1rem 0; border: 1px solid var(--line); border-radius: 8px }
section { border-top: 1px solid var(--line); padding-bottom: .5rem }
section:target { background: #3b82f61a }
table { border-collapse: collapse } td, th { padding: .15rem 1.2rem .15rem 0; text-align: left }
th { font-size: .85rem; font-weight: 600 } .note { color: var(--note) }
svg text { font: 13px system-ui, sans-serif; fill: currentColor }
svg text.small { font-size: 11px; opacity: .7 }
svg rect { fill: canvas; stroke-width: 1.5 } svg .stage rect { stroke: var(--stage) }
svg .file rect { stroke: var(--file) } svg .goal rect { stroke-width: 3 }
svg path { fill: none; stroke: currentColor; opacity: .45 } svg .note rect { stroke: var(--note) }
"""


def blame_page(found: Provenance) -> str:
    """Give the whole page."""
    title = f"How {found.artifact.path} came to be"
    at = "" if found.revision is None else f" at {found.revision}"
    parts = [
        f"<h1>{_text(title + at)}</h1>",
        f"<figure>{''.join(_graph(found))}</figure>",
        *_artifact_part(found.artifact),
        *(line for step in found.steps for line in _step_part(step)),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _text(text: object) -> str:
    return html.escape(str(text))


def _file_key(link: Link) -> str:
    # A file that was read in two versions is in the graph twice.
    return f"file {link.path} {link.content.hash if link.content else ''}"


def _graph(found: Provenance) -> Iterator[str]:
    links = {_file_key(link): link for step in found.steps for link in step.inputs}
    links[_file_key(found.artifact)] = found.artifact
    steps = {f"stage {step.id}": step for step in found.steps}
    edges: dict[str, list[str]] = {key: [] for key in (*links, *steps)}
    for key, link in links.items():
        for maker in link.makers:
            edges[f"stage {maker}"].append(key)
    for key, step in steps.items():
        for link in step.inputs:
            edges[_file_key(link)].append(key)
    cells = layered(edges)
    width = _EDGE * 2 + max(column for column, _ in cells.values()) * _COLUMN + _WIDTH
    height = _EDGE * 2 + max(row for _, row in cells.values()) * _ROW + _HEIGHT
    yield f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
    for key, targets in edges.items():
        yield from (_edge(cells[key], cells[target]) for target in targets)
    goal = _file_key(found.artifact)
    for key, link in links.items():
        yield _file_box(link, cells[key], goal=key == goal)
    for key, step in steps.items():
        note = "not committed" if step.commit is None else step.commit.hash[:10]
        yield _box("stage", cells[key], step.lock.stage, note, f"#{_anchor(step.id)}")
    yield "</svg>"


def _place(cell: tuple[int, int]) -> tuple[int, int]:
    return _EDGE + cell[0] * _COLUMN, _EDGE + cell[1] * _ROW


def _edge(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = _place(start)
    x2, y2 = _place(end)
    x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
    bend = (x2 - x1) // 2
    return f'<path d="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"/>'


def _file_box(link: Link, cell: tuple[int, int], *, goal: bool) -> str:
    note = short(link.content.hash) if link.content else None
    kind = "file note" if link.lost or link.now in {"changed", "absent"} else "file"
    return _box(f"{kind} goal" if goal else kind, cell, link.path, note or "", "#artifact" * goal)


def _box(kind: str, cell: tuple[int, int], title: str, note: str, address: str) -> str:
    x, y = _place(cell)
    label = title if len(title) <= _LONGEST else f"…{title[1 - _LONGEST :]}"
    radius = 6 if kind == "stage" else _HEIGHT // 2
    box = (
        f'<g class="{kind}"><title>{_text(title)}</title>'
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="{radius}"/>'
        f'<text x="{x + _WIDTH // 2}" y="{y + 19}" text-anchor="middle">{_text(label)}</text>'
        f'<text class="small" x="{x + _WIDTH // 2}" y="{y + 35}" text-anchor="middle">'
        f"{_text(note)}</text></g>"
    )
    return f'<a href="{_text(address)}">{box}</a>' if address else box


def _anchor(id_: str) -> str:
    return "stage-" + "".join(c if c.isalnum() or c in "-_." else f"-{ord(c):x}-" for c in id_)


def _artifact_part(link: Link) -> Iterator[str]:
    yield f'<section id="artifact"><h2>{_text(link.path)}</h2>'
    yield _table(("", "hash", "size", "", ""), [_row(link)])
    yield "</section>"


def _row(link: Link) -> tuple[str, ...]:
    content = link.content
    made = ", ".join(f'<a href="#{_anchor(id_)}">{_text(id_)}</a>' for id_ in link.makers)
    whence = f"made by {made}" if made else "" if link.lost else _text(origin(link))
    notes = [
        "made by a run that no commit has the lock of" if link.lost else "",
        {"changed": "changed since", "absent": "not there any more"}.get(link.now or "", ""),
    ]
    return (
        _text(link.path),
        _text(content.hash) if content else "",
        _text(plural(content.size, "byte")) if content else "",
        whence,
        f'<span class="note">{_text("; ".join(filter(None, notes)))}</span>',
    )


def _step_part(step: Step) -> Iterator[str]:
    lock = step.lock
    yield f'<section id="{_anchor(step.id)}"><h2>{_text(lock.stage)}</h2>'
    if step.commit is None:
        yield '<p class="note">Its lock is not committed yet.</p>'
    else:
        when = step.commit.time.strftime("%Y-%m-%d %H:%M UTC")
        yield f"<p>Recorded in {_text(commit_words(step.commit))} ({when})</p>"
    outs = [(_text(o.path), _text(o.content.hash), _text(o.content.size)) for o in lock.outs]
    base = [(_text(o.path), _text(o.content.hash), _text(o.content.size)) for o in lock.base]
    yield from _named("Inputs", ("", "hash", "size", "", ""), map(_row, step.inputs))
    yield from _named("Parameters", ("", "value", "since"), _facts(step, "params", params(step)))
    head = ("symbol", "hash or version", "since")
    yield from _named("Code", head, _facts(step, "code", lock.code))
    yield from _named("Code seen while it ran", head, _facts(step, "traced", lock.traced))
    yield from _named("Outputs", ("", "hash", "bytes"), outs)
    yield from _named("Grew from", ("", "hash", "bytes"), base)
    yield "</section>"


def _facts(step: Step, kind: Kind, values: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for name, value in values.items():
        commit = step.since.get((kind, name))
        yield _text(name), _text(value), _text(commit_words(commit)) if commit else ""


def _named(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    found = list(rows)
    if found:
        yield f"<h3>{title}</h3>"
        yield _table(head, found)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    titles = "".join(f"<th>{title}</th>" for title in head)
    lines = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"
