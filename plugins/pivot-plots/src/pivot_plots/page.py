"""All plots on one page: a file without scripts that asks no network for anything.

What the page may do is said in the page itself (a content security policy): images that it
contains, and styles of its own. Boxes at the top show and hide sides, by style alone. Example:
`page(gathered, layout="overlay")`. Tests: tests/test_cli.py, tests/test_browser.py.
"""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING

from pivot_plots.chart import COLOURS, chart, dash_of
from pivot_plots.reading import image_type
from pivot_plots.series import groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pivot.engine.parameters import Side
    from pivot_plots.gathering import Gathered, Plot, Version
    from pivot_plots.reading import Table
    from pivot_plots.series import Group

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_SHORT = 10
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --note: #d97706 }
body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 1200px;
  padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin: 0 }
h3 { font-size: .95rem; margin: .5rem 0 }
header { position: sticky; top: 0; background: canvas; padding: .3rem 0; z-index: 1;
  border-bottom: 1px solid var(--line) }
header label { margin-right: 1.2rem; white-space: nowrap }
.swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .3em }
article { border-top: 1px solid var(--line); padding: 1rem 0 }
.row { display: flex; flex-wrap: wrap; gap: 1rem }
figure { margin: 0; flex: 1 1 340px; max-width: 560px; min-width: 0 }
figcaption { font-size: .85rem; opacity: .8 }
figure img { max-width: 100%; border: 1px solid var(--line); background: #fff }
.note { color: var(--note) } .facts { opacity: .75; font-size: .85rem }
svg.chart { width: 100%; height: auto }
svg text { font: 12px system-ui, sans-serif; fill: currentColor }
svg .name { font-weight: 600 } svg .grid { stroke: currentColor; opacity: .12 }
svg .axis { stroke: currentColor; opacity: .6; fill: none }
svg .line { fill: none; stroke: var(--colour); stroke-width: 2; stroke-linejoin: round }
svg circle, svg .bar { fill: var(--colour) } svg .key { stroke: currentColor; stroke-width: 2 }
"""


def page(found: Gathered, *, side_by_side: bool = False) -> str:
    """Give the text of the page; with `side_by_side`, each side has axes of its own."""
    names = [side_name(side) for side in found.sides]
    title = f"Plots: {', '.join(names)}"
    body = [f"<h1>{_text(title)}</h1>", _header(names)]
    body += [f'<p class="note">{_text(problem.message)}</p>' for problem in found.problems]
    body += [part for plot in found.plots for part in _plot(plot, names, side_by_side)]
    if not found.plots:
        body.append("<p>There are no plots.</p>")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}{_colours(len(names))}</style>\n"
        "</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def side_name(side: Side) -> str:
    """Give what a person calls a side, with its commit if that's another word."""
    if side.commit is None or side.commit.startswith(side.name):
        return side.name
    return f"{side.name} ({side.commit[:_SHORT]})"


def _text(text: object) -> str:
    return html.escape(str(text))


def _colours(count: int) -> str:
    """Give each side its colour, and have its box hide it."""
    return "".join(
        f".side{n} {{ --colour: {COLOURS[n % len(COLOURS)]} }}\n"
        f"body:has(#side{n}:not(:checked)) .side{n} {{ display: none }}\n"
        for n in range(count)
    )


def _header(names: Sequence[str]) -> str:
    boxes = "".join(
        f'<label><input type="checkbox" id="side{n}" checked> '
        f'<span class="swatch" style="background: {COLOURS[n % len(COLOURS)]}"></span>'
        f"{_text(name)}</label>"
        for n, name in enumerate(names)
    )
    return f"<header>{boxes}</header>"


def _plot(plot: Plot, names: Sequence[str], side_by_side: bool) -> Iterator[str]:
    yield f'<article data-path="{_text(plot.path)}" data-status="{plot.status}">'
    yield f"<h2>{_text(plot.look.title or plot.path)}</h2>"
    facts = [plot.path] if plot.look.title else []
    facts += [f"made by {plot.stage}"] if plot.stage else []
    facts += [plot.status] if len(names) > 1 else []
    yield f'<p class="facts">{_text(", ".join(facts))}</p>'
    for name, version in zip(names, plot.versions, strict=True):
        if version.error is not None:
            yield f'<p class="note">{_text(name)}: {_text(version.error.message)}</p>'
        elif not version.present:
            yield f'<p class="facts">{_text(name)}: not there</p>'
    if plot.kind == "image":
        yield from _images(plot, names)
    else:
        yield from _charts(plot, names, side_by_side)
    yield "</article>"


def _images(plot: Plot, names: Sequence[str]) -> Iterator[str]:
    media = image_type(plot.path) or ""
    yield '<div class="row">'
    for number, (name, version) in enumerate(zip(names, plot.versions, strict=True)):
        if version.data is not None:
            yield _figure(f"side{number}", version.data, media, name)
        if version.pixels is not None and version.pixels.changed:
            yield _figure(
                f"side{number} difference",
                version.pixels.picture,
                "image/png",
                _pixels(version, name),
            )
    yield "</div>"


def _figure(kind: str, data: bytes, media: str, caption: str) -> str:
    encoded = base64.b64encode(data).decode("ascii")
    return (
        f'<figure class="{kind}"><img src="data:{media};base64,{encoded}" alt="{_text(caption)}">'
        f"<figcaption>{_text(caption)}</figcaption></figure>"
    )


def _pixels(version: Version, name: str) -> str:
    found = version.pixels
    if found is None:
        return ""
    text = f"{name}: {found.changed} of {found.total} pixels differ ({found.share:.2%})"
    if found.old_size == found.new_size:
        return f"{text}, by up to {found.most} of 255"
    before, after = ("x".join(map(str, size)) for size in (found.old_size, found.new_size))
    return f"{text}; its size was {before}, and is {after}"


def _charts(plot: Plot, names: Sequence[str], side_by_side: bool) -> Iterator[str]:
    tables = [
        (number, name, version.table)
        for number, (name, version) in enumerate(zip(names, plot.versions, strict=True))
        if version.table is not None
    ]
    wanted = dict.fromkeys(group for _, _, table in tables for group in groups(table, plot.look))
    if tables and not wanted:
        yield '<p class="note">It has no column of numbers to draw.</p>'
    yield '<div class="row">'
    for group in wanted:
        fitting = [one for one in tables if group in groups(one[2], plot.look)]
        if side_by_side:
            every = [table for _, _, table in fitting]
            for one in fitting:
                yield _chart(group, [one], every, f"{_title(group)}: {one[1]}", f"side{one[0]}")
        else:
            yield _chart(group, fitting, (), _title(group), "")
    yield "</div>"


def _title(group: Group) -> str:
    return ", ".join(group.y)


def _chart(
    group: Group,
    tables: Sequence[tuple[int, str, Table]],
    like: Sequence[Table],
    title: str,
    kind: str,
) -> str:
    keys = "".join(_key(group, column) for column in group.y) if len(group.y) > 1 else ""
    return (
        f'<figure class="{kind}"><h3>{_text(title)}</h3>{chart(group, tables, like)}'
        f"<figcaption>{keys}</figcaption></figure>"
    )


def _key(group: Group, column: str) -> str:
    """Show how the line of a column is dashed."""
    if group.kind != "line":
        return ""
    return (
        '<svg width="34" height="10" aria-hidden="true"><path class="key" d="M2 5H32" '
        f'stroke-dasharray="{dash_of(group, column)}"/></svg> {_text(column)} '
    )
