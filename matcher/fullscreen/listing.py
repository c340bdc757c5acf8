"""The list of the receipts that wait, two rows each. Of 50,000 it makes only those that the screen holds."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from matcher.display.records import Columns, record
from matcher.fullscreen.desk import Desk
from matcher.fullscreen.rows import Row, strip

TALL = 2
"""Rows of a receipt."""
_NUMBER = 2
"""Columns before a receipt: where one looks, and its mark."""


class Listing(ScrollView, can_focus=True):
    """Shows the receipts of a desk."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end", "end(1)", show=False),
    ]

    class Moved(Message):
        """Another receipt is looked at."""

    class Scrolled(Message):
        """Other receipts are on the screen."""

    def __init__(self, desk: Desk, id: str) -> None:
        super().__init__(id=id)
        self.desk = desk
        self._columns: Columns | None = None
        self._measured: set[str] = set()
        self._base = Style()
        self._made: dict[str, tuple[object, list[Strip]]] = {}

    def laid_out(self) -> None:
        """Shows the list as it is now, and scrolls to the receipt that is looked at."""
        self.virtual_size = Size(self.scrollable_content_region.width, TALL * len(self.desk.ids))
        self._scroll_here()
        self.refresh()
        self.post_message(self.Scrolled())

    def visible_places(self) -> tuple[int, int]:
        """The first receipt on the screen, and the one after the last."""
        first = self.scroll_offset.y // TALL
        return first, first + self.size.height // TALL + 2

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tells that other receipts are on the screen."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())

    def on_resize(self, event: events.Resize) -> None:
        """Makes the rows anew."""
        self.laid_out()

    def action_step(self, steps: int) -> None:
        """Looks at the next receipt, or the one before."""
        self._go(self.desk.at + steps)

    def action_page(self, pages: int) -> None:
        """Looks at a receipt a page further down, or up."""
        self._go(self.desk.at + pages * max(1, self.size.height // TALL - 1))

    def action_end(self, where: int) -> None:
        """Looks at the first receipt, or the last one."""
        self._go(0 if where < 0 else len(self.desk.ids) - 1)

    def on_click(self, event: events.Click) -> None:
        """Looks at the receipt that was clicked on."""
        self._go((self.scroll_offset.y + event.y) // TALL)

    def _go(self, place: int) -> None:
        before, top = self.desk.at, self.scroll_offset.y
        self.desk.look_at(place)
        self._scroll_here()
        if self.scroll_offset.y == top:
            self.refresh_lines(TALL * before, TALL)
            self.refresh_lines(TALL * self.desk.at, TALL)
        self.post_message(self.Moved())

    def _scroll_here(self) -> None:
        """Scrolls so far that the receipt that is looked at is on the screen."""
        top, height = self.scroll_offset.y, max(TALL, self.size.height)
        place = TALL * self.desk.at
        if place < top:
            self.scroll_to(y=place, animate=False, immediate=True)
        elif place + TALL > top + height:
            self.scroll_to(y=place + TALL - height, animate=False, immediate=True)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows in a region of the screen."""
        self._base = self.rich_style  # worked out once for all of them
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One row of one receipt."""
        place, part = divmod(self.scroll_offset.y + y, TALL)
        width = self.scrollable_content_region.width
        if place >= len(self.desk.ids):
            return Strip.blank(width, self._base)
        return self._strips(place, width)[part]

    def _strips(self, place: int, width: int) -> list[Strip]:
        desk = self.desk
        line_id = desk.ids[place]
        line = desk.records.get(line_id)
        here, marked = place == desk.at, line_id in desk.marked
        columns = self._shared(width)
        key = (line, here, marked, width, columns, self._base)
        known = self._made.get(line_id)
        if known is None or known[0] != key:
            number = (">" if here else "") + ("*" if marked else "")
            texts = [f"{number:>{_NUMBER}}  …", ""] if line is None else list(record(number, line, desk.as_of, columns))
            tone = "here" if here else "mark" if marked else ""
            made = [strip(Row(texts[0], tone), width, self._base), strip(Row(texts[1], tone or "quiet"), width, self._base)]
            if len(self._made) > 500:
                self._made.clear()
            known = self._made[line_id] = (key, made)
        return known[1]

    def _shared(self, width: int) -> Columns:
        """Columns wide enough for all receipts that were on the screen so far: they never move back and forth while one scrolls."""
        first, last = self.visible_places()
        new = [line_id for line_id in self.desk.ids[first:last] if line_id in self.desk.records and line_id not in self._measured]
        if new or self._columns is None or self._columns.page != width:
            found = Columns.of([self.desk.records[line_id] for line_id in new], self.desk.as_of, width, _NUMBER)
            self._columns = found.wider(self._columns) if self._columns else found
            self._measured.update(new)
        return self._columns
