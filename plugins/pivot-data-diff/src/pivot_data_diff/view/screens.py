"""What may lie above all: the keys, and a value in full. Tests: tests/view/test_app.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from pivot_data_diff.rendering.shown import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

#: Characters of a value that are shown; a terminal is no place for a whole book.
_MOST = 100_000

HELP = """\
Files
  ] [                 the next file, the one before
  tab                 go to the list of files, and back

Rows
  up, down, j, k      one row up or down
  left, right, h, l   one column to the side
  page up, page down  a page up or down (space, too)
  home, end, g, G     the first row, the last one
  n, N                the next cell that changed, the one before
  enter               the whole value of a cell

What is shown
  a, r, m             added, removed, modified rows: or not
  c                   only rows in which this column changed, or all
  /                   only rows in which some columns changed:
                      a part of their names, or a glob
  escape              all rows
  1, 2                rows, schema

  q                   quit

Escape, q or ? closes this."""


class HelpScreen(ModalScreen[None]):
    """All keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", show=False)
    ]

    def compose(self) -> ComposeResult:
        """Show the keys."""
        with VerticalScroll(classes="box") as box:
            box.border_title = "Keys"
            yield Static(HELP, markup=False)


class ValueScreen(ModalScreen[None]):
    """A cell's values in full; `sides` are a word, a value in a tuple or None, and a colour."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", show=False),
        Binding("j", "scroll('down')", show=False),
        Binding("k", "scroll('up')", show=False),
    ]

    def __init__(self, title: str, sides: Sequence[tuple[str, tuple[object] | None, str]]) -> None:
        super().__init__()
        self._title = title
        self._sides = sides

    def compose(self) -> ComposeResult:
        """Show the values."""
        with VerticalScroll(classes="box", id="value") as box:
            box.border_title = Text(self._title)
            box.border_subtitle = "Escape closes this"
            yield Static(self.text)

    @property
    def text(self) -> Text:
        """What is shown."""
        parts = []
        for word, value, colour in self._sides:
            if value is None:
                continue
            text = whole(value[0])
            more = f"\n... {len(text) - _MOST:,} more characters" if len(text) > _MOST else ""
            heading = f"{word} ({type(value[0]).__name__}, {len(text):,} characters)\n"
            parts.append(Text.assemble((heading, "dim"), (text[:_MOST], colour), (more, "dim")))
        return Text("\n\n").join(parts)

    def action_scroll(self, where: str) -> None:
        """Scroll."""
        box = self.query_one("#value", VerticalScroll)
        (box.scroll_down if where == "down" else box.scroll_up)(animate=False)
