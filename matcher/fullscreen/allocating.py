"""The screen on which documents are found and ticked for a receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Label

from matcher import languages, money
from matcher.display.records import NOBODY, day
from matcher.display.text import cut, fitted, padded
from matcher.display.widths import width
from matcher.fullscreen.desk import Unable
from matcher.fullscreen.dialogs import Pick, plain
from matcher.fullscreen.rows import Row, Rows
from matcher.fullscreen.tally import Tally
from matcher.pipeline.choices.records import Share

if TYPE_CHECKING:
    from datetime import date

    from matcher.pipeline.choices.records import OpenItem
    from matcher.review.queue import WaitingLine

PAUSE = 0.15
"""Seconds without a key until what was typed is looked for."""
Search = Callable[[str, Callable[[Sequence["OpenItem"]], None], Callable[[str], None]], None]
"""Looks for a text; calls the one function with what it finds, or the other with what went wrong."""
_KEYS = "Space ticks  Enter allocates  p leaves the rest open  d clears it as discount  w for a reason  / search  Esc back"


class Items(Rows, can_focus=True):
    """The items that were found, with their ticks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("pageup", "step(-10)", show=False),
        Binding("pagedown", "step(10)", show=False),
        Binding("home", "step(-1000)", show=False),
        Binding("end", "step(1000)", show=False),
    ]

    class Stepped(Message):
        """Another item is looked at."""

    class Clicked(Message):
        """An item was clicked on."""

    def __init__(self) -> None:
        super().__init__()
        self.items: Sequence[OpenItem] = ()
        self.at = 0

    def action_step(self, steps: int) -> None:
        """Looks at another item."""
        self.at = max(0, min(self.at + steps, len(self.items) - 1))
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if not top <= self.at < top + height:
            self.scroll_to(y=self.at if self.at < top else self.at - height + 1, animate=False, immediate=True)
        self.post_message(self.Stepped())

    def on_click(self, event: events.Click) -> None:
        """Ticks the item that was clicked on."""
        place = self.scroll_offset.y + event.y
        if place < len(self.items):
            self.at = place
            self.post_message(self.Clicked())


class Allocating(ModalScreen[tuple[Share, ...] | None]):
    """Finds open items by name, number or amount, ticks them, and gives what they get; None when the person went back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Back", show=False),
        Binding("space", "tick", show=False),
        Binding("enter", "allocate", show=False),
        Binding("p", "clear('')", show=False),
        Binding("d", "clear('discount')", show=False),
        Binding("w", "reason", show=False),
        Binding("slash", "search", show=False),
    ]

    def __init__(self, line: WaitingLine, as_of: date, search: Search, reasons: Sequence[str]) -> None:
        super().__init__()
        self.tally = Tally(line)
        self._as_of, self._search, self._reasons = as_of, search, reasons
        self._pause: Timer | None = None
        self._found = ""

    def compose(self) -> ComposeResult:
        """The receipt, the search, the items and what is left."""
        line = self.tally.line
        words = f"{money.grouped(line.pending, line.currency)} {line.currency} of {line.payer.strip() or NOBODY}: {line.text.strip()}"
        with Vertical(classes="page"):
            yield Label(plain(words, data=True), id="receipt")
            yield Input(placeholder=languages.sentence("customer, document number or amount"), compact=True)
            yield Items()
            yield Label(id="left")
            yield Label(plain(_KEYS), id="allocating-keys")

    def on_mount(self) -> None:
        """Begins with the items of the customer whose money it seems to be."""
        self.query_one(Input).focus()
        if self.tally.line.customer_id:
            self._look(self.tally.line.customer_id)
        self._show()

    def on_resize(self) -> None:
        """Makes the rows anew."""
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Looks for what is typed, once the typing stops."""
        event.stop()
        if self._pause:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, lambda: self._look(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Goes on to the list."""
        event.stop()
        if self._pause:
            self._pause.stop()
        if event.value.strip() and event.value != self._found:
            self._look(event.value)
        self.query_one(Items).focus()

    def on_key(self, event: events.Key) -> None:
        """The arrow down leaves the search."""
        if event.key == "down" and self.query_one(Input).has_focus:
            event.stop()
            self.query_one(Items).focus()

    def on_items_stepped(self) -> None:
        """Shows where one looks."""
        self._show()

    def on_items_clicked(self) -> None:
        """Ticks."""
        self.query_one(Items).focus()
        self.action_tick()

    def _look(self, text: str) -> None:
        if text.strip():
            self._found = text
            self._search(text, self._arrived, self._said)

    def _arrived(self, found: Sequence[OpenItem]) -> None:
        """Shows what was found, the ticked ones first."""
        if not self.is_attached:
            return
        items = self.query_one(Items)
        ticked = [share.item for share in self.tally.shares]
        items.items = [*ticked, *(item for item in found if item.item_id not in self.tally.ticked)]
        items.at = min(len(ticked), max(0, len(items.items) - 1))
        self._show()

    def _said(self, words: str) -> None:
        if self.is_attached:
            self.query_one("#left", Label).update(plain(words))

    def _item(self) -> OpenItem:
        items = self.query_one(Items)
        if not items.items:
            raise Unable("No item was found; type a name, a number or an amount.")
        return items.items[items.at]

    def _try(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Unable as reason:
            self._said(str(reason))
        else:
            self._show()

    def action_tick(self) -> None:
        """Ticks the item, or takes the tick away."""
        self._try(lambda: self.tally.tick(self._item()))

    def action_clear(self, reason: str) -> None:
        """Clears what the item keeps open, or leaves it open."""
        self._try(lambda: self.tally.clear(self._item(), reason))

    def action_reason(self) -> None:
        """Clears what the item keeps open for a reason code."""

        def clear(reason: str | None) -> None:
            if reason:
                self.action_clear(reason)

        self.app.push_screen(Pick("Clear what stays open, as", self._reasons), clear)

    def action_search(self) -> None:
        """Back to the search."""
        self.query_one(Input).focus()

    def action_allocate(self) -> None:
        """Gives what is ticked."""
        if not self.tally.shares:
            self._said("No document is ticked: the space bar ticks one.")
        else:
            self.dismiss(self.tally.shares)

    def action_close(self) -> None:
        """Gives nothing."""
        self.dismiss(None)

    def _show(self) -> None:
        items, tally = self.query_one(Items), self.tally
        items.show(
            [self._row(item, here=n == items.at) for n, item in enumerate(items.items)]
            or [Row(languages.sentence("No open item."), "quiet")]
        )
        left, currency = tally.left, tally.line.currency
        words = (
            f"{money.grouped(left, currency)} {currency} left"
            if left
            else f"{money.grouped(0, currency)} {currency} left: all is allocated"
        )
        label = self.query_one("#left", Label)
        label.set_class(not left, "zero")
        label.update(plain(f"{languages.known(words)}   {languages.known(f'{len(tally.ticked)} ticked')}", data=True))

    def _row(self, item: OpenItem, *, here: bool) -> Row:
        columns = max(40, self.query_one(Items).columns)
        share = self.tally.ticked.get(item.item_id)
        tick = "[x]" if share else "[ ]"
        amount = f"{money.grouped(item.open, item.currency):>14}"
        due = f"due {day(item.due_date, self._as_of)}" if item.due_date else "credit" if item.open < 0 else ""
        gets = ""
        if share:
            gets = f"gets {money.grouped(share.cash, item.currency)}"
            gets += f", {money.grouped(share.adjustment, item.currency)} {share.reason.replace('_', ' ')}" if share.adjustment else ""
            gets += f", {money.grouped(share.left, item.currency)} stays open" if share.left else ""
        head = f"{'>' if here else ' '}{tick} {padded(item.document_no or item.item_id, 18)} {amount} {item.currency}  "
        text = head + fitted((item.customer_id, languages.sentence(gets or due)), columns - width(head))
        return Row(cut(text, columns), "here" if here else "good" if share else "")
