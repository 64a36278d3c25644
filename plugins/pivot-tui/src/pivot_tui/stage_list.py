"""The stages on the left side: one line each, of which only those that are seen are drawn.

A line is the glyph and the name, the state in a word, how long it has taken, and, for a stage that
runs and of which it is known how long it usually takes, how far it is. Tests:
tests/test_stage_list.py, tests/test_app.py.
"""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pivot.cli.wording import duration
from pivot_tui.board import State
from pivot_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events

    from pivot_tui.board import Board, Row

_WORD = 9
_TIME = 9
_BAR = 6
_NARROWEST_NAME = 8
_NARROW = 34


class StageList(ScrollView, can_focus=True):
    """The list; `cursor` is the line that is selected."""

    DEFAULT_CSS = "StageList { height: 1fr; overflow-x: hidden; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"stage-list--cursor", "stage-list--cursor-blurred"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "go(0)", show=False),
        Binding("end,G", "go(-1)", show=False),
    ]

    class Selected(Message):
        """Another stage is selected; `by_user` if not by itself."""

        def __init__(self, name: str | None, *, by_user: bool) -> None:
            super().__init__()
            self.name = name
            self.by_user = by_user

    def __init__(self, board: Board, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._board = board
        self.names: list[str] = []
        self.cursor = 0

    @property
    def selected(self) -> str | None:
        """The name of the stage that is selected."""
        return self.names[self.cursor] if self.cursor < len(self.names) else None

    def put(self, names: list[str]) -> None:
        """Show these stages; what was selected stays so if it is among them."""
        before = self.selected
        self.names = names
        self.virtual_size = Size(0, len(names))
        position = names.index(before) if before in names else 0
        self._select(
            position, by_user=False, changed=before != (names[position] if names else None)
        )

    def choose(self, name: str) -> None:
        """Select a stage, on nobody's request."""
        if name in self.names:
            position = self.names.index(name)
            self._select(position, by_user=False, changed=position != self.cursor)

    def action_move(self, by: int) -> None:
        """Select one further down or up."""
        self._pick(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Select one a page further down or up."""
        self._pick(self.cursor + by * max(1, self.scrollable_content_region.height - 1))

    def action_go(self, to: int) -> None:
        """Select the first, or the last."""
        self._pick(to if to >= 0 else len(self.names) - 1)

    def on_click(self, event: events.Click) -> None:
        """Select what is clicked on."""
        position = event.y + self.scroll_offset.y
        if position < len(self.names):
            self._pick(position)

    def pick(self, name: str) -> None:
        """Select a stage, on the user's request."""
        if name in self.names:
            self._pick(self.names.index(name))

    def _pick(self, position: int) -> None:
        self._select(max(0, min(position, len(self.names) - 1)), by_user=True, changed=True)

    def _select(self, position: int, *, by_user: bool, changed: bool) -> None:
        self.cursor = position
        self.scroll_to_region(Region(0, position, 1, 1), animate=False, immediate=True, force=True)
        self.refresh()
        if changed:
            self.post_message(self.Selected(self.selected, by_user=by_user))

    def render_line(self, y: int) -> Strip:
        """Give one line of what is seen."""
        position = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        base = self.rich_style
        row = self._board.row(self.names[position]) if position < len(self.names) else None
        if row is None:
            return Strip.blank(width, base)
        if position == self.cursor:
            kind = "cursor" if self.has_focus else "cursor-blurred"
            base += self.get_component_rich_style(f"stage-list--{kind}")
        cells = cells_of(row, width, self._board.now(), self._board.usual(row.name))
        line = Strip([Segment(text, base + _style(colour)) for text, colour in cells])
        return line.adjust_cell_length(width, base)


def cells_of(row: Row, width: int, now: float, usual: float | None) -> list[tuple[str, str]]:
    """Give the parts of a line, each with its colour; what has no room is left out."""
    word, time = f"{row.state.word:<{_WORD}}", f"{time_of(row, now):>{_TIME}}"
    rest = [
        (f" {word}", row.state.colour),
        (time, ""),
        (f" {bar_of(row, now, usual):<{_BAR}}", "cyan"),
    ]
    while rest and width - 3 - sum(len(text) for text, _ in rest) < _NARROWEST_NAME:
        rest.pop()
    room = max(1, width - 3 - sum(len(text) for text, _ in rest))
    name = set_cell_size(shortened(clean(row.name), room), room)
    colour = "red" if row.state is State.FAILED else ""
    return [(f" {row.state.glyph} ", row.state.colour), (name, colour), *rest]


def shortened(name: str, room: int) -> str:
    """Give a name that has room; of variants, the end tells more than the middle."""
    if len(name) <= room or room <= 2:
        return name[:room]
    head = (room - 1) // 2
    return f"{name[:head]}…{name[len(name) - (room - 1 - head) :]}"


def time_of(row: Row, now: float) -> str:
    """Give how long a stage has run or ran, "" if it did not."""
    if row.state is State.RUNNING and row.began is not None:
        return duration(max(0.0, now - row.began))
    if row.state in (State.RAN, State.FAILED) and row.seconds is not None:
        return duration(row.seconds)
    return ""


def bar_of(row: Row, now: float, usual: float | None) -> str:
    """Give how far a stage is that runs, by how long it took before; or which attempt it is."""
    if row.attempt > 1:
        return f"try {row.attempt}"
    if row.state is not State.RUNNING or not usual or row.began is None:
        return ""
    return bar(min(1.0, (now - row.began) / usual), _BAR)


def bar(share: float, width: int) -> str:
    """Draw a share of 1 as a bar."""
    full = round(share * width)
    return "█" * full + "░" * (width - full)


def matching(names: Iterable[str], wanted: str) -> list[str]:
    """Give the names that have a text in them, or match a glob, whatever the case."""
    text = wanted.strip().lower()
    if not text:
        return list(names)
    if any(sign in text for sign in "*?["):
        return [name for name in names if fnmatch.fnmatchcase(name.lower(), text)]
    return [name for name in names if text in name.lower()]


_STYLES: dict[str, Style] = {"": Style()}


def _style(colour: str) -> Style:
    if colour not in _STYLES:
        _STYLES[colour] = Style(color=colour)
    return _STYLES[colour]
