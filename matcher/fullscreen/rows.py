"""Rows of text with a tone, and a widget that shows many of them without making more than the screen holds."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from matcher.display.text import padded

TONES = {
    "": Style(),
    "head": Style(bold=True),
    "quiet": Style(dim=True),
    "good": Style(color="green", bold=True),
    "bad": Style(color="red", bold=True),
    "mark": Style(color="yellow", bold=True),
    "here": Style(reverse=True),
}
"""Tones of a row. None of them is the only sign of what it says: colours may be off."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row. `tag`: what a click on it is about, 0 for nothing."""

    text: str
    tone: str = ""
    tag: int = 0


class Rows(ScrollView):
    """Shows rows, one below the other, each cut to the width."""

    rows: tuple[Row, ...] = ()

    def show(self, rows: list[Row] | tuple[Row, ...], *, top: bool = False) -> None:
        """Shows these rows in the place of the former ones. `top`: from the first one on."""
        self.rows = tuple(rows)
        self.virtual_size = Size(self.size.width, len(rows))
        if top:
            self.scroll_to(y=0, animate=False, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The row in a place of the screen."""
        place, width = self.scroll_offset.y + y, self.size.width
        if place >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        return strip(self.rows[place], width, self.rich_style)

    def tag_at(self, y: int) -> int:
        """What a click in a place of the screen is about."""
        place = self.scroll_offset.y + y
        return self.rows[place].tag if 0 <= place < len(self.rows) else 0


def strip(row: Row, width: int, base: Style) -> Strip:
    """A row as it is painted, as wide as the screen; what is hidden in it is visible, and nothing in it is markup."""
    return Strip([Segment(padded(row.text, width), base + TONES[row.tone])], width)
