"""The list of the receipts that wait, two rows each. Of 50,000 it makes only those that the screen holds."""

from __future__ import annotations

from typing import ClassVar

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
        self._made: dict[str, tuple[object, list[Strip]]] = {}

    def laid_out(self) -> None:
        """Shows the list as it is now, and scrolls to the receipt that is looked at."""
        self.virtual_size = Size(self.size.width, TALL * len(self.desk.ids))
        self._columns = None
        top, height = self.scroll_offset.y, max(TALL, self.size.height)
        place = TALL * self.desk.at
        if place < top:
            self.scroll_to(y=place, animate=False, immediate=True)
        elif place + TALL > top + height:
            self.scroll_to(y=place + TALL - height, animate=False, immediate=True)
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
        self.desk.look_at(place)
        self.laid_out()
        self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        """One row of one receipt."""
        place, part = divmod(self.scroll_offset.y + y, TALL)
        width = self.size.width
        if place >= len(self.desk.ids):
            return Strip.blank(width, self.rich_style)
        return self._strips(place, width)[part]

    def _strips(self, place: int, width: int) -> list[Strip]:
        desk = self.desk
        line_id = desk.ids[place]
        line = desk.records.get(line_id)
        here, marked = place == desk.at, line_id in desk.marked
        if self._columns is None:
            self._columns = self._shared(width)
        key = (line, here, marked, width, self._columns, self.rich_style)
        known = self._made.get(line_id)
        if known is None or known[0] != key:
            number = (">" if here else "") + ("*" if marked else "")
            texts = [f"{number:>{_NUMBER}}  …", ""] if line is None else list(record(number, line, desk.as_of, self._columns))
            tone = "here" if here else "mark" if marked else ""
            made = [strip(Row(texts[0], tone), width, self.rich_style), strip(Row(texts[1], tone or "quiet"), width, self.rich_style)]
            if len(self._made) > 500:
                self._made.clear()
            known = self._made[line_id] = (key, made)
        return known[1]

    def _shared(self, width: int) -> Columns:
        first, last = self.visible_places()
        lines = [self.desk.records[line_id] for line_id in self.desk.ids[first:last] if line_id in self.desk.records]
        return Columns.of(lines, self.desk.as_of, width, _NUMBER)

    def region_of_current(self) -> Region:
        """Where the receipt that is looked at stands."""
        return Region(0, TALL * self.desk.at, self.size.width, TALL)
