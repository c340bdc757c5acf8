"""Rows of text with a tone, and a widget that shows many of them without making more than the screen holds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
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
    _base: Style | None = None

    @property
    def columns(self) -> int:
        """Columns of a row, beside the scrollbar."""
        return self.scrollable_content_region.width

    def show(self, rows: list[Row] | tuple[Row, ...], *, top: bool = False) -> None:
        """Shows these rows in the place of the former ones. `top`: from the first one on."""
        before, self.rows = self.rows, tuple(rows)
        # as high as the widget at least: another size makes the whole screen be laid out anew
        self.virtual_size = Size(self.columns, max(self.size.height, len(rows)))
        if top:
            self.scroll_to(y=0, animate=False, immediate=True)
        for place, (old, new) in enumerate(zip_longest(before, self.rows)):
            if old != new:
                self.refresh_line(place)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows in a region of the screen."""
        self._base = self.rich_style  # worked out once for all of them
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """The row in a place of the screen."""
        place, width, base = self.scroll_offset.y + y, self.columns, self._base or self.rich_style
        if place >= len(self.rows):
            return Strip.blank(width, base)
        return strip(self.rows[place], width, base)

    def tag_at(self, y: int) -> int:
        """What a click in a place of the screen is about."""
        place = self.scroll_offset.y + y
        return self.rows[place].tag if 0 <= place < len(self.rows) else 0


def strip(row: Row, width: int, base: Style) -> Strip:
    """A row as it is painted, as wide as the screen; what is hidden in it is visible, and nothing in it is markup."""
    return Strip([Segment(padded(row.text, width), base + TONES[row.tone])], width)
