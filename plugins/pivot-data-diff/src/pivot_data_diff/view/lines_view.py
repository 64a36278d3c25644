"""Lines that are scrolled, and drawn as far as they are seen. Tests: tests/view/test_app.py."""

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

    from pivot_data_diff.view.lines import Line


class LinesView(ScrollView, can_focus=True):
    """Shows lines."""

    DEFAULT_CSS = "LinesView { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.lines: Sequence[Line] = ()

    def put(self, lines: Sequence[Line]) -> None:
        """Show these lines from the first."""
        self.lines = lines
        self.virtual_size = Size(max((cell_len(text) for text, _ in lines), default=0), len(lines))
        self.scroll_home(animate=False, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Give one line of what is seen."""
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        base = self.rich_style
        if top + y >= len(self.lines):
            return Strip.blank(width, base)
        text, style = self.lines[top + y]
        strip = Strip([Segment(text, base + Style.parse(style))])
        return strip.crop_extend(left, left + width, base)
