"""What each key does on the screen, and the questions that it asks first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from matcher import money
from matcher.characters import text_fault
from matcher.display.errors import error_words
from matcher.errors import MatcherError
from matcher.filters import SORTS, Filters
from matcher.fullscreen.allocating import Allocating
from matcher.fullscreen.app import Desktop
from matcher.fullscreen.clerk import Rank
from matcher.fullscreen.desk import Unable
from matcher.fullscreen.dialogs import Ask, Fields, Page, Pick, Sure
from matcher.fullscreen.look import KEYS
from matcher.fullscreen.requests import Kind, Request, sums, sums_words, whose
from matcher.money import PPM
from matcher.reasons import SHIPPED
from matcher.states import LINE_CLASSES

if TYPE_CHECKING:
    from matcher.pipeline.choices.records import OpenItem, Share
    from matcher.review.queue import Waiting, WaitingLine

HOLD_DAYS = 14
"""Days for which a receipt is on hold unless the person says otherwise."""
SURE = "98"
"""Confidence in per cent that `a` begins with."""
_FIELDS = ("customer", "account", "entity", "outcome", "rule", "owner", "state", "min_confidence", "min_amount", "max_amount", "older_than",
           "search")  # fmt: skip


class Review(Desktop):
    """The full-screen program with its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "accept"),
        Binding("1", "take(1)", "choose", key_display="1-5"),
        *(Binding(str(number), f"take({number})", show=False) for number in range(2, 6)),
        Binding("slash", "find", "find", key_display="/"),
        Binding("p", "part", "part"),
        Binding("d", "discount", "discount"),
        Binding("w", "write_off", "write off"),
        Binding("c", "on_account", "account"),
        Binding("h", "hold", "hold"),
        Binding("u", "undo", "undo"),
        Binding("space", "mark", "mark", key_display="Space"),
        Binding("question_mark", "help", "keys", key_display="?"),
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "quit", show=False, priority=True),
        Binding("x", "classify", show=False),
        Binding("r", "return", show=False),
        Binding("minus", "refuse", show=False),
        Binding("n", "note", show=False),
        Binding("o", "owner", show=False),
        Binding("A", "accept_marked", show=False),
        Binding("a", "mark_sure", show=False),
        Binding("g", "mark_alike", show=False),
        Binding("G", "mark_waiting_alike", show=False),
        Binding("escape", "unmark", show=False),
        Binding("f", "filter", show=False),
        Binding("s", "sort", show=False),
        Binding("right", "highlight(1)", show=False, priority=True),
        Binding("left", "highlight(-1)", show=False, priority=True),
        Binding("ctrl+r", "read_anew", show=False),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of the list are no keys of a question that is asked."""
        return len(self.screen_stack) == 1 or f"action_{action}" not in vars(Review)

    def action_accept(self) -> None:
        """Accepts the proposal, or takes the highlighted choice."""
        self.attempt(lambda: self.decide(self.desk.accept()))

    def action_take(self, number: int) -> None:
        """Takes a choice."""
        self.attempt(lambda: self.decide(self.desk.take(number)))

    def action_highlight(self, steps: int) -> None:
        """Highlights another choice."""
        self.attempt(lambda: self.desk.highlight(steps))
        self.show_detail()

    def action_part(self) -> None:
        """A part payment."""
        self.attempt(lambda: self.decide(self.desk.part()))

    def action_discount(self) -> None:
        """What stays open is cleared as discount."""
        self.attempt(lambda: self.decide(self.desk.clear("discount")))

    def action_write_off(self) -> None:
        """What stays open is cleared for a reason."""

        def ask() -> None:
            amount, currency = self.desk.difference()
            if not amount:
                raise Unable("The receipt leaves nothing of these documents open.")
            title = f"Clear {money.grouped(amount, currency)} {currency} as"
            self._then(Pick(title, self._reasons()), lambda reason: self.decide(self.desk.clear(reason)))

        self.attempt(ask)

    def action_find(self) -> None:
        """Documents are looked for and ticked."""

        def ask() -> None:
            (line,) = (self.desk.record,)
            if line is None:
                raise Unable("No receipt is looked at.")
            screen = Allocating(line, self.desk.as_of, self._search(line.line_id), self._reasons())
            self._then(screen, self._allocate)

        self.attempt(ask)

    def _allocate(self, shares: tuple[Share, ...]) -> None:
        self.decide(self.desk.allocate(shares))

    def _search(self, line_id: str) -> Callable[[str, Callable[[Sequence[OpenItem]], None], Callable[[str], None]], None]:
        def search(text: str, arrived: Callable[[Sequence[OpenItem]], None], wrong: Callable[[str], None]) -> None:
            def failed(error: Exception) -> None:
                if not isinstance(error, MatcherError):
                    raise error
                wrong(error_words(error))

            self.clerk.ask(Rank.READ, lambda: self.books.open_items(line_id, text), arrived, failed, "search")

        return search

    def _reasons(self) -> list[str]:
        return list(SHIPPED | dict(self.books.config.reasons))

    def action_on_account(self) -> None:
        """The money is put on a customer's account."""

        def ask() -> None:
            lines = self.desk.targets()
            chosen = self.desk.choice() if len(lines) == 1 else None
            known = (chosen.customer_id if chosen else "") or lines[0].customer_id
            if any(line.customer_id != lines[0].customer_id for line in lines):
                known = ""
            self._text(f"{whose(lines)}: on account of which customer?", "The customer's number.", known, Kind.ON_ACCOUNT)

        self.attempt(ask)

    def action_return(self) -> None:
        """The receipt is the return of another line."""

        def ask() -> None:
            lines = self.desk.targets()
            about = "The id of the line, its beginning, or ref:BANK-REFERENCE."
            self._text(f"{whose(lines)}: the return of which line?", about, lines[0].other_line, Kind.RETURN)

        self.attempt(ask)

    def action_classify(self) -> None:
        """The receipt is no receivable."""

        def ask() -> None:
            title = f"{whose(self.desk.targets())} is"
            self._then(Pick(title, LINE_CLASSES), lambda kind: self.decide(self.desk.say(Kind.CLASSIFY, kind)))

        self.attempt(ask)

    def action_refuse(self) -> None:
        """The proposal is refused."""
        self.attempt(lambda: self.decide(self.desk.refuse()))

    def action_hold(self) -> None:
        """The receipt waits until a day."""

        def ask() -> None:
            first = self.books.today() + timedelta(HOLD_DAYS)
            title = f"{whose(self.desk.targets())}: on hold until"

            def hold(typed: str) -> None:
                self.decide(self.desk.say(Kind.HOLD, until=self._day(typed)))

            self._then(Ask(title, "A day like 2026-12-31, or a number of days.", first.isoformat(), self._no_day), hold)

        self.attempt(ask)

    def _day(self, typed: str) -> date:
        if typed.isdecimal() and len(typed) < 5:
            return self.books.today() + timedelta(int(typed))
        return date.fromisoformat(typed)

    def _no_day(self, typed: str) -> str:
        try:
            self._day(typed.strip())
        except ValueError:
            return f"{typed!r} is no date like 2026-12-31."
        return ""

    def action_note(self) -> None:
        """A note is kept."""
        self.attempt(lambda: self._text(f"Note on {whose(self.desk.targets())}", "It stands in the discrepancies.", "", Kind.NOTE))

    def action_owner(self) -> None:
        """Somebody follows the receipt up."""
        self.attempt(lambda: self._text(f"Who follows {whose(self.desk.targets())} up?", "A name.", "", Kind.ASSIGN))

    def _text(self, title: str, about: str, value: str, kind: Kind) -> None:
        def wrong(typed: str) -> str:
            return "Type something, or press Escape." if not typed.strip() else f"It {fault}." if (fault := text_fault(typed)) else ""

        self._then(Ask(title, about, value, wrong), lambda typed: self.decide(self.desk.say(kind, typed)))

    def action_undo(self) -> None:
        """The last decision made here is taken back."""
        self.attempt(self.take_back)

    # several at once

    def action_mark(self) -> None:
        """Marks the receipt, or takes the mark away."""
        self.attempt(self.desk.mark)
        self.show()

    def action_unmark(self) -> None:
        """Takes all marks away."""
        self.desk.marked.clear()
        self.say("")
        self.show()

    def action_mark_alike(self) -> None:
        """Marks all receipts of the same payer that have a proposal, or have none, as this one."""

        def ask() -> None:
            line = self.desk.record
            if line is None:
                raise Unable("No receipt is looked at.")
            self._mark_found(replace(self.desk.filters, search=self.desk.filters.search or line.payer), self.desk.alike)

        self.attempt(ask)

    def action_mark_waiting_alike(self) -> None:
        """Marks all receipts that wait for the same reason as this one."""

        def ask() -> None:
            line = self.desk.record
            if line is None:
                raise Unable("No receipt is looked at.")
            filters = replace(self.desk.filters, outcome=line.outcome, state=line.state)
            self._mark_found(filters, self.desk.waiting_alike)

        self.attempt(ask)

    def action_mark_sure(self) -> None:
        """Marks all proposals above a confidence."""

        def mark(typed: str) -> None:
            filters = replace(self.desk.filters, state="proposed", min_confidence=_ppm(typed))
            self._mark_found(filters, list)

        title = "Mark all proposals that are at least so sure, in per cent"
        self._then(Ask(title, "A accepts what is marked, after it has shown what that does.", SURE, _no_share), mark)

    def _mark_found(self, filters: Filters, which: Callable[[Sequence[WaitingLine]], list[WaitingLine]]) -> None:
        def found(read: tuple[Waiting, Sequence[WaitingLine]]) -> None:
            count = self.desk.mark_all(which(read[1]))
            lines = self.desk.marked_lines() if self.desk.marked else ()
            self.say(f"{count} found, {len(lines)} marked: {sums_words(sums(lines))}.")
            self.show()

        def read() -> tuple[Waiting, Sequence[WaitingLine]]:
            waiting = self.books.waiting(filters)
            return waiting, self.books.waiting_lines(waiting.line_ids, waiting.as_of)

        self.say("Looking for them …")
        self.ask(Rank.READ, read, found, "marks")

    def action_accept_marked(self) -> None:
        """Accepts all that is marked, after the effect was shown."""

        def ask() -> None:
            request = self.desk.accept_marked()
            if len(request.lines) == 1:
                self.decide(request)
                return
            self._then(Sure(f"Accept {whose(request.lines)}?", _effect(request)), lambda _: self.decide(request))

        self.attempt(ask)

    # the list

    def action_filter(self) -> None:
        """Other receipts are on the list."""
        filters = self.desk.filters
        now = asdict(filters)
        values = {name: "" if now[name] is None else str(now[name]) for name in _FIELDS}
        if filters.min_confidence is not None:
            values["min_confidence"] = f"{filters.min_confidence / 10_000:g}"
        values["held"] = "yes" if filters.held else ""

        def narrow(typed: dict[str, str]) -> None:
            self.desk.narrow(replace(_filters(typed), sort=filters.sort))
            self.read_list()

        self._then(Fields("Only receipts with", values, _wrong), narrow)

    def action_sort(self) -> None:
        """The list is in another order."""

        def sort(order: str) -> None:
            self.desk.narrow(replace(self.desk.filters, sort=order))
            self.read_list()

        self._then(Pick("Sort by", ["", *SORTS], self.desk.filters.sort), sort)

    def action_read_anew(self) -> None:
        """The list is read anew."""
        self.read_list()

    def action_help(self) -> None:
        """All keys."""
        self.push_screen(Page("Keys", KEYS))

    def _then(self, screen: Ask | Pick | Sure | Fields | Allocating, do: Callable[..., None]) -> None:
        """Asks, and does something with the answer unless the person changed his mind."""

        def answered(answer: object) -> None:
            if answer is not None and answer is not False:
                self.attempt(lambda: do(answer))

        self.push_screen(screen, answered)


def _effect(request: Request) -> list[str]:
    """What accepting these proposals does, in a few lines."""
    items = [item for line in request.lines for item in line.items]
    cleared: dict[str, dict[str, int]] = {}
    still_open: dict[str, int] = {}
    for item in items:
        if item.adjustment:
            of = cleared.setdefault(item.reason.replace("_", " "), {})
            of[item.currency] = of.get(item.currency, 0) + item.adjustment
        still_open[item.currency] = still_open.get(item.currency, 0) + item.left
    least = min((line.confidence for line in request.lines if line.confidence is not None), default=None)
    rests: dict[str, int] = {}
    for line in request.lines:
        rests[line.currency] = rests.get(line.currency, 0) + line.rest
    lines = [f"{sums_words(sums(request.lines))} on {len({item.item_id for item in items})} documents"]
    lines += [f"{sums_words(amounts)} cleared as {reason}" for reason, amounts in sorted(cleared.items())]
    lines += [f"{sums_words(still_open)} of the documents stays open"] if any(still_open.values()) else []
    lines += [f"{sums_words(rests)} of the receipts is left over"] if any(rests.values()) else []
    lines += [] if least is None else [f"the least certain of them: {least / 10_000:g} %"]
    return lines


def _ppm(typed: str) -> int:
    number = float(typed.removesuffix("%").strip())
    if not 0 <= number <= 100:
        raise ValueError(f"{typed!r} is no confidence like 98 or 98.5")
    return round(number * (PPM if number <= 1 else PPM // 100))


def _no_share(typed: str) -> str:
    try:
        _ppm(typed)
    except ValueError:
        return f"{typed!r} is no confidence like 98 or 98.5."
    return ""


def _filters(typed: dict[str, str]) -> Filters:
    """The filters that were typed. Raises ValueError for what is no number, MatcherError for what is no amount."""
    texts = {name: typed[name] for name in _FIELDS if name not in ("min_confidence", "older_than")}
    for name in ("min_amount", "max_amount"):
        if texts[name]:
            money.parse(texts[name], "CLF")
    share = _ppm(typed["min_confidence"]) if typed["min_confidence"] else None
    if not (typed["older_than"] or "0").isdecimal():
        raise ValueError(f"{typed['older_than']!r} is no number of days")
    older = int(typed["older_than"]) if typed["older_than"] else None
    return Filters(**texts, min_confidence=share, older_than=older, held=typed["held"].lower() in ("yes", "y", "1", "true"))


def _wrong(typed: dict[str, str]) -> str:
    try:
        _filters(typed)
    except (ValueError, MatcherError) as error:
        return f"{error.what}." if isinstance(error, MatcherError) else f"{error}."
    return ""
