"""The drawings of docs/architecture.md: the floors of the code, and what one run does.

Boxes and arrows in SVG, in colours that can be read on light and on dark pages; written by
`docs/generate.py`. Tests: tests/docs/test_generated.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BOX = 'rx="4" fill="#5c6bc0" fill-opacity="0.16" stroke="#7986cb"'
_TEXT = 'font-family="sans-serif" fill="#7a86a8" text-anchor="middle"'
_ARROWS = (
    '<defs><marker id="end" markerWidth="9" markerHeight="7" refX="8" refY="3.5" orient="auto">'
    '<path d="M0,0 L9,3.5 L0,7 z" fill="#7986cb"/></marker></defs>'
)
_ROW, _WIDTH = 34, 860


@dataclass(frozen=True)
class Step:
    """A box of the drawing of a run: what does it, what is done, and where it is drawn."""

    name: str
    does: str
    #: From the left, and from the top, in pixels.
    x: int
    y: int
    #: The names of the boxes that it leads to.
    to: tuple[str, ...] = ()


_STEP_WIDTH, _STEP_HEIGHT = 250, 52
_STEP = f'width="{_STEP_WIDTH}" height="{_STEP_HEIGHT}" {_BOX}'
RUN = (
    Step("discovery", "imports pipeline.py, reads pivot.yaml", 20, 20, ("registry",)),
    Step("registry", "functions become stages", 20, 110, ("graph",)),
    Step("graph", "order, cycles, overlaps", 20, 200, ("engine.observe",)),
    Step("engine.observe", "code, params, inputs, outputs: now", 20, 290, ("decide",)),
    Step("store.lock", "the same, as it was", 305, 200, ("decide",)),
    Step("decide", "skip, restore or run, and why", 305, 290, ("engine.worker", "engine.commit")),
    Step("engine.worker", "load, call, save, hash", 590, 200, ("engine.commit",)),
    Step("engine.commit", "cache, then lock, then state", 590, 290, ("events",)),
    Step("events", "hooks, progress, report", 590, 380),
)


def floors(layers: Sequence[Sequence[str]]) -> str:
    """Draw the floors, the highest first; each is the names of its modules."""
    drawn: list[str] = []
    for number, modules in enumerate(layers):
        top = 10 + number * _ROW
        width = (_WIDTH - 60) / len(modules)
        drawn.append(_words(25, top + 18, str(len(layers) - number), 12))
        for place, module in enumerate(modules):
            left = 50 + place * width
            drawn += [
                f'<rect x="{left:.0f}" y="{top}" width="{width - 8:.0f}" height="26" {_BOX}/>',
                _words(left + width / 2 - 4, top + 18, module, 13),
            ]
    return _svg(_WIDTH, 20 + len(layers) * _ROW, "The floors of the code", drawn)


def run() -> str:
    """Draw what one run does."""
    places = {step.name: step for step in RUN}
    drawn = [_ARROWS]
    for step in RUN:
        middle = step.x + _STEP_WIDTH / 2
        drawn += [
            f'<rect x="{step.x}" y="{step.y}" {_STEP}/>',
            _words(middle, step.y + 21, step.name, 14),
            _words(middle, step.y + 40, step.does, 12),
            *(_arrow(step, places[name]) for name in step.to),
        ]
    return _svg(_WIDTH, 450, "What one run does", drawn)


def _arrow(start: Step, end: Step) -> str:
    if start.y == end.y:
        x1, y1 = start.x + _STEP_WIDTH, start.y + _STEP_HEIGHT / 2
        x2, y2 = end.x, y1
    elif start.x == end.x:
        x1, y1 = start.x + _STEP_WIDTH / 2, start.y + _STEP_HEIGHT
        x2, y2 = x1, end.y
    else:
        x1, y1 = start.x + _STEP_WIDTH, start.y
        x2, y2 = end.x, end.y + _STEP_HEIGHT
    line = f'x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}"'
    return f'<line {line} stroke="#7986cb" stroke-width="1.5" marker-end="url(#end)"/>'


def _words(x: float, y: float, text: str, size: int) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" {_TEXT}>{escape(text)}</text>'


def _svg(width: int, height: int, title: str, drawn: Iterable[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
    return "\n".join([head, f"<title>{title}</title>", *drawn, "</svg>", ""])
