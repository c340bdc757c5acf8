"""The full-screen program: reads what the screen needs, shows it, and has decisions saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Footer, Label

from matcher import languages
from matcher.display.errors import error_words
from matcher.errors import MatcherError
from matcher.filters import Filters
from matcher.fullscreen import detail
from matcher.fullscreen.clerk import Clerk, Rank
from matcher.fullscreen.desk import Desk, Unable
from matcher.fullscreen.dialogs import plain
from matcher.fullscreen.listing import Listing
from matcher.fullscreen.look import STYLES
from matcher.fullscreen.requests import Request, Step, sums_words
from matcher.fullscreen.rows import Rows
from matcher.gc_pause import spare_what_is_there

if TYPE_CHECKING:
    from matcher.books import Books
    from matcher.pipeline.choices.records import Choice
    from matcher.review.explanation import LineExplanation
    from matcher.review.queue import Waiting, WaitingLine

NARROW = 100
"""Columns below which the detail is under the list."""
COMPACT = 20
"""Rows of the detail below which it is written without blank rows, so that the choices are on the screen."""
SETTLE = 0.12
"""Seconds without a key until choices are looked for."""
AGAIN = 2.0
"""Seconds until reading is tried again when another process has the books."""
FIRST = 12
"""Receipts that are read with the list; the screen asks for more as it needs them."""
_OTHERS = ("decision.changed", "decision.state", "decision.amount", "line.unknown", "item.unknown")
"""Codes that say that somebody else was there before: the list is read anew."""


class Details(Rows, can_focus=True):
    """What is shown beside the list."""

    class Clicked(Message):
        """A choice was clicked on."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def on_click(self, event: events.Click) -> None:
        """Tells which choice was clicked on."""
        if number := self.tag_at(event.y):
            self.post_message(self.Clicked(number))


class Keys(Footer):
    """The keys at the bottom, in the person's language."""

    def compose(self) -> ComposeResult:
        """Each key with its word."""
        for shown in super().compose():
            if isinstance(description := getattr(shown, "description", None), str):
                shown.description = languages.word(description)  # type: ignore[attr-defined]
            yield shown


class Desktop(App[None]):
    """The screen with its list, its detail and its messages. What keys do is in `keys.Review`."""

    CSS = STYLES
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]  # noqa: RUF012 - as Textual declares it

    spares = False
    """Whether collections of garbage leave out what is there when the screen is; who sets it calls `gc_pause.spare_nothing` at the end."""

    class _Handed(Message):
        """Something that another thread has for this one."""

        def __init__(self, call: Callable[[], None]) -> None:
            super().__init__()
            self.call = call

    def __init__(self, books: Books, filters: Filters | None = None, found: Waiting | None = None) -> None:
        """`found`: what waits, where it was read already."""
        super().__init__()
        self._found = found
        self.books = books
        self.desk = Desk(filters)
        self.why: dict[str, LineExplanation] = {}
        self.failure: Exception | None = None
        self.clerk = Clerk(self._hand_over)
        self._settling: Timer | None = None
        self._asked: set[str] = set()
        self._leaving = False
        self._spare_next = 1

    def compose(self) -> ComposeResult:
        """Head, list and detail, message, keys."""
        yield Label("", id="head")
        with Container(id="body"):
            yield Listing(self.desk, id="list")
            yield Details(id="detail")
        yield Label("", id="message")
        yield Keys(compact=True)

    def on_mount(self) -> None:
        """Reads the list."""
        self.query_one(Listing).focus()
        if self._found:
            self._lay_out(self._found)
            return
        self.say("Reading the queue …")
        self.read_list()

    def on_resize(self, event: events.Resize) -> None:
        """Puts the detail under the list, or beside it."""
        self.set_class(event.size.width < NARROW, "narrow")
        self.screen.set_class(event.size.width < NARROW, "narrow")
        self.call_after_refresh(self.show)

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback with all local variables, payers' texts among them
        self.failure = self.failure or error
        if self.is_headless:
            super()._handle_exception(error)
        else:
            self._return_code = 1
            self._close_messages_no_wait()

    @property
    def settled(self) -> bool:
        """Whether everything that was asked for is done and shown."""
        return self._settling is None and self.clerk.idle

    def _spare(self, turn: int) -> None:
        """Keeps collections short: once when the list is there, and once more when the modules that find choices are, too."""
        if self.spares and turn == self._spare_next:
            self._spare_next = turn + 1
            spare_what_is_there()

    # threads

    def _hand_over(self, call: Callable[[], None]) -> None:
        self.post_message(self._Handed(call))

    def on_desktop__handed(self, message: _Handed) -> None:
        """Does what another thread has handed over."""
        message.call()

    def ask(self, rank: Rank, do: Callable[[], Any], then: Callable[[Any], None], subject: str = "") -> None:
        """Has something read; when another process has the books, again in a while."""

        def failed(error: Exception) -> None:
            if not isinstance(error, MatcherError):
                raise error
            if error.code != "books.busy":
                self.say(error_words(error), bad=True)
                return
            if not self.desk.ids:
                self.say(error_words(error), bad=True)
            self.set_timer(AGAIN, lambda: self.ask(rank, do, then, subject))

        self.clerk.ask(rank, do, then, failed, subject)

    # reading

    def read_list(self, words: str = "") -> None:
        """Reads which receipts wait. `words`: what is said then."""
        filters = self.desk.filters
        self.ask(Rank.READ, lambda: self.books.waiting(filters, FIRST), lambda found: self._lay_out(found, words), "list")

    def _lay_out(self, found: Waiting, words: str = "") -> None:
        came, went = self.desk.lay_out(found)
        self.why.clear()
        changes = [f"{came} more wait" if came else "", f"{went} were decided elsewhere" if went else ""]
        told = ". ".join(filter(None, [words.rstrip("."), " and ".join(filter(None, changes))]))
        self.say(f"{told}." if told else "", bad=bool(words))
        if not self.desk.ids and not words:
            self.say("No receipt fits the filters." if self.desk.filters.narrow and found.waiting else "Nothing waits any more.")
        self.show()
        self._spare(1)

    def read_visible(self) -> None:
        """Reads the records that the screen lacks, and those a page further on."""
        first, last = self.query_one(Listing).visible_places()
        missing = self.desk.missing(first, last)
        if not missing or set(missing) <= self._asked:
            return
        wanted = list(dict.fromkeys([*missing, *self.desk.missing(last, 2 * last - first)]))
        self._asked = set(wanted)
        as_of = self.desk.as_of

        def then(lines: Sequence[WaitingLine]) -> None:
            self._asked = set()
            self.desk.keep(lines)
            self.show()

        self.ask(Rank.READ, lambda: self.books.waiting_lines(wanted, as_of), then, "records")

    def read_choices(self) -> None:
        """Looks for the choices of the receipt that is looked at, once no key has been pressed for a moment."""
        if self._settling:
            self._settling.stop()
            self._settling = None
        line_id = self.desk.current
        if line_id and line_id not in self.desk.choices:
            self._settling = self.set_timer(SETTLE, lambda: self._look(line_id))
        else:
            self._look_ahead()

    def _look(self, line_id: str) -> None:
        self._settling = None

        def found(read: tuple[LineExplanation, tuple[Choice, ...]]) -> None:
            self._keep(line_id, read)
            self.show_detail()
            self._look_ahead()

        if line_id == self.desk.current:
            self.ask(Rank.LOOK, lambda: self.books.look_at(line_id), found, "choices")

    def _look_ahead(self) -> None:
        """Looks for the choices of the next receipt, which is likely to be looked at next."""
        place = self.desk.at + 1
        if place < len(self.desk.ids) and (line_id := self.desk.ids[place]) not in self.desk.choices:
            self.ask(Rank.LOOK, lambda: self.books.look_at(line_id), lambda read: self._keep(line_id, read), "ahead")

    def _keep(self, line_id: str, read: tuple[LineExplanation, tuple[Choice, ...]]) -> None:
        self.why[line_id], self.desk.choices[line_id] = read
        if line_id == self.desk.current:
            self.show_detail()
        self._spare(2)

    # deciding

    def decide(self, request: Request) -> None:
        """Takes a decision: its receipts leave the list, and it is saved."""
        step = self.desk.decide(request)
        self.say(f"{request.words()} {self._waits()}")
        self.show()

        def saved(decided: list[Any]) -> None:
            self.desk.saved(step, decided)
            self._leave()
            self.read_visible()
            self.read_choices()

        def failed(error: Exception) -> None:
            self._not_saved(step, error)

        self.clerk.ask(Rank.DECIDE, lambda: step.save(self.books), saved, failed)

    def _not_saved(self, step: Step, error: Exception) -> None:
        if not isinstance(error, MatcherError):
            raise error
        self._leaving = False
        if step in self.desk.steps:
            self.desk.refused(step)
        words = f"{languages.word('Not saved')}: {error_words(error)}"
        if error.code in _OTHERS:
            self.read_list(words)
        self.say(words, bad=True)
        self.show()

    def take_back(self) -> None:
        """Takes the last decision made here back."""
        step = self.desk.undo()
        self.say(f"Taken back: {step.request.words()}")
        self.show()

        def failed(error: Exception) -> None:
            if not isinstance(error, MatcherError):
                raise error
            self._leaving = False
            self.read_list(f"{languages.word('Not taken back')}: {error_words(error)}")

        def done(_: object) -> None:
            self._leave()
            self.read_visible()

        self.clerk.ask(Rank.DECIDE, lambda: step.undo(self.books), done, failed)

    # showing

    def _waits(self) -> str:
        left = len(self.desk.ids)
        if not left:
            return "Nothing waits any more."
        return f"{left} still wait{'' if left > 1 else 's'}, {sums_words(self.desk.sums)}."

    def say(self, words: str, *, bad: bool = False) -> None:
        """Shows one sentence under the list."""
        label = self.query_one("#message", Label)
        label.set_class(bad, "bad")
        label.update(plain(words))

    def show(self) -> None:
        """Shows everything as it is now."""
        self.query_one(Listing).laid_out()
        done, whole, sums = self.desk.progress()
        parts = [f"{done} of {whole} done, {sums_words(dict(sums))} left"]
        if self.desk.marked:
            parts.append(f"{len(self.desk.marked)} marked")
        filters = self.desk.filters
        named = [f"{name.replace('_', ' ')} {_word(name, getattr(filters, name))}" for name in Filters.__slots__ if getattr(filters, name)]
        if named:
            parts.append(", ".join(named))
        self.query_one("#head", Label).update(plain("   ".join(parts)), layout=False)
        self.show_detail()
        self.read_choices()

    def show_detail(self) -> None:
        """Shows the receipt that is looked at."""
        pane, desk = self.query_one(Details), self.desk
        record = desk.record
        if record is None:
            pane.show([], top=True)
            return
        columns = max(20, pane.columns)
        page = detail.Page(columns, desk.as_of, compact=pane.size.height < COMPACT, looking=desk.current not in desk.choices)
        pane.show(page.rows(record, self.why.get(desk.current), desk.options(), desk.highlighted))

    def on_listing_moved(self) -> None:
        """Another receipt is looked at."""
        self.query_one(Details).scroll_to(y=0, animate=False, immediate=True)
        self.show_detail()
        self.read_choices()

    def on_listing_scrolled(self) -> None:
        """Other receipts are on the screen."""
        self.read_visible()

    def on_details_clicked(self, message: Details.Clicked) -> None:
        """Highlights the choice that was clicked on."""
        self.desk.picked = message.number - 1
        self.show_detail()

    def attempt(self, do: Callable[[], None]) -> None:
        """Does what a key asks for, or says why it cannot be done."""
        try:
            do()
        except Unable as reason:
            self.say(str(reason), bad=True)

    async def action_quit(self) -> None:
        """Ends, once everything is saved; what cannot be saved is said first."""
        self._leaving = True
        self._leave()

    def _leave(self) -> None:
        if self._leaving and self.clerk.unsaved:
            self.say("Saving the last decisions …")
        elif self._leaving:
            self.exit()

    def on_unmount(self) -> None:
        """Waits for the last decisions to be saved."""
        self.clerk.end()


def _word(name: str, value: object) -> str:
    return f"{value / 10_000:g} %" if name == "min_confidence" and isinstance(value, int) else str(value)
