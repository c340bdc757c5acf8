"""A decision that a person asked for on the screen: what it is about, and how it is saved through the library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from matcher import money
from matcher.display.records import NOBODY, day, documents
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.choices.records import Choice, OpenItem, Share
from matcher.states import Outcome

if TYPE_CHECKING:
    from matcher.books import Books
    from matcher.pipeline.actions.base import Decided
    from matcher.review.queue import WaitingLine


class Kind(StrEnum):
    """What is done. A note and an owner leave the receipt in the queue; all others take it out."""

    ACCEPT = "accept"
    REJECT = "reject"
    ALLOCATE = "allocate"
    ON_ACCOUNT = "on_account"
    RETURN = "return"
    CLASSIFY = "classify"
    HOLD = "hold"
    NOTE = "note"
    ASSIGN = "assign"

    @property
    def leaves(self) -> bool:
        """Whether the receipt leaves the queue."""
        return self not in (Kind.NOTE, Kind.ASSIGN, Kind.REJECT)


@dataclass(frozen=True, slots=True)
class Request:
    """A decision on one receipt or several, all or none of them.

    Attributes:
        lines: the receipts as the person saw them.
        shares: what documents get, for `Kind.ALLOCATE`.
        text: the customer, the other line, the class, the note or the owner.
        until: the first day on which a receipt on hold waits again.
    """

    kind: Kind
    as_of: date
    lines: tuple[WaitingLine, ...]
    shares: tuple[Share, ...] = ()
    text: str = ""
    until: date | None = None

    @property
    def ids(self) -> list[str]:
        """Ids of the receipts."""
        return [line.line_id for line in self.lines]

    def save(self, books: Books) -> list[Decided]:
        """Saves the decision; the receipts must still be what the person saw.

        Raises:
            MatcherError: ``decision.changed``, ``books.busy``; whatever the decision itself raises.
        """
        seen = books.as_shown(self.as_of, self.lines)
        if self.kind is Kind.ACCEPT:
            return seen.accept(self.ids)
        if self.kind is Kind.REJECT:
            return seen.reject(self.ids)
        if self.kind is Kind.ALLOCATE:
            return seen.allocate(self.ids[0], [_request(share, self.lines[0].currency) for share in self.shares])
        if self.kind is Kind.ON_ACCOUNT:
            return seen.on_account(self.ids, self.text)
        if self.kind is Kind.RETURN:
            return seen.return_line(self.ids[0], self.text)
        if self.kind is Kind.CLASSIFY:
            return seen.classify(self.ids, self.text)
        if self.kind is Kind.NOTE:
            return seen.note(self.ids, self.text)
        if self.kind is Kind.ASSIGN:
            return seen.assign(self.ids, self.text)
        assert self.until is not None
        return seen.hold(self.ids, self.until)

    def words(self) -> str:
        """What is done, in one sentence."""
        what = whose(self.lines)
        if self.kind is Kind.ALLOCATE:
            named = documents(share.item.document_no or share.item.item_id for share in self.shares)
            return f"Allocated {what} to {named}{_cleared(self.shares)}."
        if self.kind is Kind.ACCEPT:
            named = documents(item.document_no for line in self.lines for item in line.items) if len(self.lines) == 1 else ""
            return f"Accepted {what}{f': {named}' if named else ''}."
        if self.kind is Kind.HOLD:
            assert self.until is not None
            return f"On hold until {day(self.until, self.as_of)}: {what}."
        kind = self.text.replace("_", " ")
        return {
            Kind.REJECT: f"Refused what was proposed for {what}.",
            Kind.ON_ACCOUNT: f"Put {what} on account of {self.text}.",
            Kind.RETURN: f"Recorded {what} as the return of line {self.text[:10]}.",
            Kind.CLASSIFY: f"Classified {what} as {kind}.",
            Kind.NOTE: f"Noted on {what}.",
            Kind.ASSIGN: f"Gave {what} to {self.text}.",
        }[self.kind]


@dataclass(slots=True)
class Step:
    """A decision that was made here, for `undo`.

    Attributes:
        places: where its receipts stood in the list.
        decided: what was saved; None while it is not saved yet.
        refused: that it was not saved after all.
    """

    request: Request
    places: dict[str, int]
    decided: list[Decided] | None = None
    refused: bool = False
    taken_back: bool = field(default=False)

    def save(self, books: Books) -> list[Decided]:
        """Saves the decision. What was saved is kept here at once: an `undo` may be the very next work of the thread that saves."""
        self.decided = self.request.save(books)
        return self.decided

    def undo(self, books: Books) -> None:
        """Takes the decision back, if it was saved. Raises MatcherError as `Books.undo` does."""
        if not self.decided:
            return
        ids = [one.decision_id for one in self.decided]
        if len(ids) == 1 or self.request.kind is Kind.RETURN:
            books.undo(ids[0])
        else:
            books.undo_decisions(ids)


def whose(lines: Sequence[WaitingLine]) -> str:
    """Receipts in words: amount and payer of one, number and sums of several."""
    if len(lines) == 1:
        line = lines[0]
        return f"{money.grouped(line.pending, line.currency)} {line.currency} of {line.payer.strip() or NOBODY}"
    return f"{len(lines)} receipts, {sums_words(sums(lines))}"


def sums(lines: Iterable[WaitingLine]) -> dict[str, int]:
    """What is pending of receipts, minor units by currency."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.currency] = found.get(line.currency, 0) + line.pending
    return found


def sums_words(amounts: dict[str, int], most: int = 3) -> str:
    """Sums in words, the first currencies by name."""
    parts = [f"{money.grouped(minor, currency)} {currency}" for currency, minor in sorted(amounts.items()) if minor]
    more = f" and {len(parts) - most} more currencies" if len(parts) > most else ""
    return ", ".join(parts[:most]) + more or "nothing"


_NOTHING_OPEN = (Outcome.ON_ACCOUNT, Outcome.DUPLICATE, Outcome.CLOSED_ITEM)


def pays_nothing(line: WaitingLine) -> bool:
    """Whether a receipt is of a customer and pays nothing that is open: what is left to decide is that it goes on his account."""
    return line.state != "proposed" and line.outcome in _NOTHING_OPEN and bool(line.customer_id) and line.pending > 0


def acceptable(line: WaitingLine) -> bool:
    """Whether a receipt can be accepted together with others. An item that was paid before does not say for certain who paid again."""
    return line.state == "proposed" or (pays_nothing(line) and line.outcome != Outcome.CLOSED_ITEM)


def proposed(line: WaitingLine) -> Choice | None:
    """What is proposed for a receipt, as a choice; None where no document is."""
    if line.state != "proposed" or not line.items:
        return None
    shares = []
    for item in line.items:
        about = OpenItem(
            item.item_id, item.document_no, item.customer_id, line.entity, line.booking_date, item.due_date, item.currency, item.open
        )
        shares.append(Share(about, item.cash, item.adjustment, item.reason))
    return Choice(line.customer_id, line.customer_name, tuple(shares), line.rest, "proposed", proposed=True)


def cleared(shares: Sequence[Share], reason: str) -> tuple[Share, ...]:
    """The same cash, with what it leaves open of each document cleared for a reason code; '' leaves it open."""
    bare = [replace(share, adjustment=0, reason="") for share in shares]
    return tuple(replace(share, adjustment=share.left, reason=reason) if reason and share.left > 0 else share for share in bare)


def _request(share: Share, currency: str) -> AllocationRequest:
    adjustment = money.render(share.adjustment, share.item.currency) if share.adjustment else ""
    return AllocationRequest(share.item.item_id, money.render(share.cash, currency), adjustment, share.reason)


def _cleared(shares: Sequence[Share]) -> str:
    parts = [
        f"{money.grouped(share.adjustment, share.item.currency)} {share.reason.replace('_', ' ')}" for share in shares if share.adjustment
    ]
    return f", {documents(parts)} cleared" if parts else ""
