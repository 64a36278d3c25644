"""Lines on the right side: scrolled, drawn as far as they are seen, following the end if asked to.

Tests: tests/test_app.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot_tui.drawn import Drawn, Kind


class LinesView(ScrollView, can_focus=True):
    """Shows lines; as many as there are cost the same."""

    DEFAULT_CSS = "LinesView { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
    ]

    def __init__(self, *, id: str, follow: bool = False) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.lines: Sequence[Drawn] = ()
        self.follow = follow
        self._widest = 0

    def put(self, lines: Sequence[Drawn], new: int | None = None) -> None:
        """Show these lines, of which the last `new` were not there before; all by default."""
        if new is None:
            self._widest, new = 0, len(lines)
        added = lines[len(lines) - min(new, len(lines)) :]
        self._widest = max(self._widest, *(cell_len(line.text) for line in added), 0)
        self.lines = lines
        self.virtual_size = Size(self._widest, len(lines))
        if self.follow:
            # Forced: whether there is a scroll bar is not settled yet.
            self.scroll_end(animate=False, force=True, x_axis=False)
        self.refresh()

    def action_scroll_up(self) -> None:
        """Scroll, and stay there."""
        self.follow = False
        super().action_scroll_up()

    def action_page_up(self) -> None:
        """Scroll, and stay there."""
        self.follow = False
        super().action_page_up()

    def action_scroll_home(self) -> None:
        """Scroll, and stay there."""
        self.follow = False
        super().action_scroll_home()

    def on_mouse_scroll_up(self) -> None:
        """Stay where the user scrolls to."""
        self.follow = False

    def render_line(self, y: int) -> Strip:
        """Give one line of what is seen."""
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        base = self.rich_style
        if top + y >= len(self.lines):
            return Strip.blank(width, base)
        line = self.lines[top + y]
        strip = Strip([Segment(line.text, base + _style(line.kind))])
        return strip.crop_extend(left, left + width, base)


_STYLES: dict[Kind, Style] = {}


def _style(kind: Kind) -> Style:
    if kind not in _STYLES:
        _STYLES[kind] = Style.parse(kind.value)
    return _STYLES[kind]
