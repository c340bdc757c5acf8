"""What lies on the desk: the receipts that wait, which of them is looked at, and what each key does to it. Without any screen.

A decision takes its receipts off the list at once and is saved meanwhile; what could not be saved comes back (`refused`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from matcher.filters import Filters
from matcher.fullscreen.requests import Kind, Request, Step, acceptable, cleared, pays_nothing, proposed

if TYPE_CHECKING:
    from matcher.pipeline.actions.base import Decided
    from matcher.pipeline.choices.records import Choice, Share
    from matcher.review.queue import Waiting, WaitingLine


_LINE_ID = re.compile(r"\b[0-9a-f]{16}\b")


class Unable(Exception):
    """Why a key does nothing now, in words for the person."""


class Desk:
    """The receipts that wait and what is done with them.

    Attributes:
        as_of: the day that is looked from.
        ids: the receipts in their order. at: the place of the one that is looked at.
        records: those that were read. stale: of these, the ones that must be read anew.
        choices: of the receipts for which they were looked for.
        picked: the choice that is highlighted, from 0; None for none.
        marked: receipts that are marked, in the order of marking.
        sums: amounts of the receipts on the list, minor units by currency.
        done: receipts that left the list by decisions made here.
        steps: the decisions made here.
        filters: which receipts are on the list, and in which order.
    """

    def __init__(self, filters: Filters | None = None) -> None:
        self.as_of = date.max
        self.ids: list[str] = []
        self.at = 0
        self.records: dict[str, WaitingLine] = {}
        self.stale: set[str] = set()
        self.choices: dict[str, tuple[Choice, ...]] = {}
        self.picked: int | None = None
        self.marked: dict[str, None] = {}
        self.sums: dict[str, int] = {}
        self.done = 0
        self.steps: list[Step] = []
        self.filters = filters or Filters()
        self._read = False

    # what is looked at

    @property
    def current(self) -> str:
        """Id of the receipt that is looked at; '' when the list is empty."""
        return self.ids[self.at] if self.ids else ""

    @property
    def record(self) -> WaitingLine | None:
        """The receipt that is looked at; None when there is none, or it was not read yet."""
        return self.records.get(self.current)

    def options(self) -> tuple[Choice, ...]:
        """The choices for the receipt that is looked at: what is proposed, until more were looked for."""
        if self.current in self.choices:
            return self.choices[self.current]
        known = proposed(self.record) if self.record else None
        return (known,) if known else ()

    @property
    def highlighted(self) -> int | None:
        """The place of the choice that is highlighted: the one that was picked, else the proposal."""
        options = self.options()
        if self.picked is not None and self.picked < len(options):
            return self.picked
        return next((place for place, option in enumerate(options) if option.proposed), None)

    def choice(self) -> Choice | None:
        """The choice that is highlighted."""
        place = self.highlighted
        return None if place is None else self.options()[place]

    def move(self, steps: int) -> None:
        """Looks at a receipt further down, or up."""
        self.look_at(self.at + steps)

    def look_at(self, place: int) -> None:
        """Looks at the receipt in a place, or the nearest one that there is."""
        place = max(0, min(place, len(self.ids) - 1))
        if place != self.at:
            self.picked = None
        self.at = place

    def highlight(self, steps: int) -> None:
        """Highlights the next choice, or the one before."""
        options = self.options()
        if not options:
            raise Unable("There are no choices for this receipt.")
        start = self.highlighted
        self.picked = ((-1 if steps > 0 else 0) if start is None else start) + steps
        self.picked %= len(options)

    # marks

    def mark(self) -> None:
        """Marks the receipt that is looked at, or takes the mark away, and looks at the next one."""
        line = self._seen()
        if line.line_id in self.marked:
            del self.marked[line.line_id]
        else:
            self.marked[line.line_id] = None
        self.move(1)

    def mark_all(self, lines: Iterable[WaitingLine]) -> int:
        """Marks receipts that are on the list, and says how many there were."""
        on_list = set(self.ids)
        found = [line for line in lines if line.line_id in on_list]
        self.keep(found)
        self.marked |= dict.fromkeys(line.line_id for line in found)
        return len(found)

    def alike(self, lines: Iterable[WaitingLine]) -> list[WaitingLine]:
        """Which of the receipts are like the one that is looked at: the same payer, and with a proposal or without one."""
        line = self._seen()
        return [one for one in lines if (one.payer, one.state) == (line.payer, line.state)]

    def waiting_alike(self, lines: Iterable[WaitingLine]) -> list[WaitingLine]:
        """Which of the receipts wait for the same reason as the one that is looked at."""
        line = self._seen()
        return [one for one in lines if _why(one) == _why(line)]

    def targets(self) -> tuple[WaitingLine, ...]:
        """The receipts that a decision is about: the marked ones, else the one that is looked at."""
        return self.marked_lines() if self.marked else (self._seen(),)

    def marked_lines(self) -> tuple[WaitingLine, ...]:
        """The marked receipts."""
        if not self.marked:
            raise Unable("No receipt is marked: the space bar marks one, g those like it, a the proposals above a confidence.")
        return tuple(self.records[line_id] for line_id in self.marked)

    # decisions

    def accept(self) -> Request:
        """What Enter does: accepts the proposal, or takes the highlighted choice."""
        line = self._seen()
        if self.picked is not None:
            return self.take(self.picked + 1)
        if pays_nothing(line):
            return self._request(Kind.ON_ACCOUNT, (line,), text=line.customer_id)
        if line.state != "proposed":
            raise Unable("Nothing is proposed for this receipt: take a choice with 1 to 5, or find documents with /.")
        return self._request(Kind.ACCEPT, (line,))

    def accept_marked(self) -> Request:
        """Accepts the proposals of all marked receipts."""
        lines = self.marked_lines()
        if without := sum(not acceptable(line) for line in lines):
            raise Unable(f"{without} of {len(lines)} marked receipts have no proposal.")
        return self._request(Kind.ACCEPT, lines)

    def refuse(self) -> Request:
        """Refuses the proposals of the marked receipts, or of the one that is looked at."""
        lines = self.targets()
        if any(line.state != "proposed" for line in lines):
            raise Unable("There is no proposal to refuse.")
        return self._request(Kind.REJECT, lines)

    def take(self, number: int) -> Request:
        """Takes a choice, counted from 1."""
        line, options = self._seen(), self.options()
        if not options and line.line_id not in self.choices:
            raise Unable("The choices are still being looked for.")
        if not 0 < number <= len(options):
            raise Unable(f"There is no choice {number}.")
        chosen = options[number - 1]
        if chosen.proposed:
            return self._request(Kind.ACCEPT, (line,))
        if not chosen.shares:
            return self._request(Kind.ON_ACCOUNT, (line,), text=chosen.customer_id)
        return self.allocate(chosen.shares)

    def allocate(self, shares: Sequence[Share]) -> Request:
        """Puts the money on documents."""
        if not shares:
            raise Unable("No document is ticked.")
        return self._request(Kind.ALLOCATE, (self._seen(),), shares=tuple(shares))

    def part(self) -> Request:
        """Takes the highlighted choice as a part payment: what it does not pay stays open."""
        shares = cleared(self._short(), "")
        if not any(share.left for share in shares):
            raise Unable("The receipt pays these documents in full.")
        return self.allocate(shares)

    def clear(self, reason: str) -> Request:
        """Takes the highlighted choice, and clears what it leaves open for a reason code."""
        shares = cleared(self._short(), reason)
        if not any(share.adjustment for share in shares):
            raise Unable("The receipt leaves nothing of these documents open.")
        return self.allocate(shares)

    def difference(self) -> tuple[int, str]:
        """What the highlighted choice would leave open without anything cleared: minor units, and the currency."""
        shares = cleared(self._short(), "")
        return sum(share.left for share in shares if share.left > 0), shares[0].item.currency

    def say(self, kind: Kind, text: str = "", until: date | None = None) -> Request:
        """A decision on the marked receipts, or on the one that is looked at."""
        lines = self.targets()
        if kind is Kind.RETURN and len(lines) != 1:
            raise Unable("A return is recorded for one receipt at a time.")
        return self._request(kind, lines, text=text, until=until)

    def _short(self) -> Sequence[Share]:
        self._seen()
        chosen = self.choice()
        if chosen is None:
            raise Unable("Highlight a choice first with the arrow keys left and right, or find documents with /.")
        if not chosen.shares:
            raise Unable("This choice pays no document.")
        return chosen.shares

    def _seen(self) -> WaitingLine:
        if not self.ids:
            raise Unable("No receipt is on the list.")
        if self.record is None:
            raise Unable("The receipt is still being read.")
        return self.record

    def _request(
        self, kind: Kind, lines: Sequence[WaitingLine], *, shares: tuple[Share, ...] = (), text: str = "", until: date | None = None
    ) -> Request:
        return Request(kind, self.as_of, tuple(lines), shares, text, until)

    # what becomes of a decision

    def decide(self, request: Request) -> Step:
        """Takes the receipts of a decision off the list, if it takes them out of the queue, and looks at the next one."""
        ids = request.ids
        place = {line_id: n for n, line_id in enumerate(self.ids)} if len(ids) > 1 else {ids[0]: self.ids.index(ids[0])}
        step = Step(request, {line_id: place[line_id] for line_id in ids if line_id in place})
        if request.kind.leaves:
            self._drop(step.places)
            self._count(request.lines, -1)
            self.done += len(ids)
        else:
            self.stale.update(ids)
        for line_id in ids:
            self.marked.pop(line_id, None)
        self.steps.append(step)
        return step

    def saved(self, step: Step, decided: list[Decided]) -> None:
        """Takes note of what was saved. Receipts that share a document with it are read anew, and their choices looked for again."""
        step.decided = decided
        touched = {effect.item_id for one in decided for effect in one.effects}
        lines = {one.line_id for one in decided}
        self.stale |= {i for i, line in self.records.items() if touched & {item.item_id for item in line.items}}
        for line_id, options in list(self.choices.items()):
            if line_id in lines or touched & {share.item.item_id for option in options for share in option.shares}:
                del self.choices[line_id]

    def refused(self, step: Step) -> None:
        """Puts the receipts of a decision that was not saved back on the list."""
        step.refused = True
        self.steps.remove(step)
        self._back(step)

    def undo(self) -> Step:
        """Takes the last decision made here back: its receipts are on the list again, and the first of them is looked at."""
        if not self.steps:
            raise Unable("Nothing was decided here that could be taken back.")
        step = self.steps.pop()
        step.taken_back = True
        self._back(step)
        return step

    def _back(self, step: Step) -> None:
        self.stale.update(step.request.ids)
        for line_id in step.request.ids:
            self.choices.pop(line_id, None)
        if not step.request.kind.leaves:
            return
        for line_id, place in sorted(step.places.items(), key=lambda pair: pair[1]):
            self.ids.insert(min(place, len(self.ids)), line_id)
        self._count(step.request.lines, 1)
        self.done -= len(step.request.lines)
        if step.places:
            self.picked = None
            self.at = self.ids.index(min(step.places, key=lambda line_id: step.places[line_id]))

    def _drop(self, gone: Collection[str]) -> None:
        before = sum(line_id in gone for line_id in self.ids[: self.at])
        self.ids = [line_id for line_id in self.ids if line_id not in gone] if len(gone) > 1 else _without(self.ids, gone)
        self.at = max(0, min(self.at - before, len(self.ids) - 1))
        self.picked = None

    def _count(self, lines: Iterable[WaitingLine], sign: int) -> None:
        for line in lines:
            self.sums[line.currency] = self.sums.get(line.currency, 0) + sign * line.amount

    # what was read

    def lay_out(self, found: Waiting) -> tuple[int, int]:
        """Puts the receipts that wait on the desk. What is decided here and not saved yet is left out.

        Returns:
            How many are on the list that were not, and how many are not any more, since it was read before.
        """
        unsaved = {line_id for step in self.steps if step.decided is None and step.request.kind.leaves for line_id in step.request.ids}
        kept = [line_id for line_id in found.line_ids if line_id not in unsaved]
        before, now = set(self.ids), set(kept)
        came, went = (len(now - before), len(before - now)) if self._read else (0, 0)
        looked_at, place = self.current, self.at
        self.as_of, self.ids, self._read = found.as_of, kept, True
        self.sums = dict(found.sums)
        self._count((line for step in self.steps for line in step.request.lines if line.line_id in unsaved & set(found.line_ids)), -1)
        self.stale.update(self.records)
        self.choices.clear()
        self.keep(found.first)
        self.marked = {line_id: None for line_id in self.marked if line_id in now}
        if looked_at in now:
            self.at = kept.index(looked_at)
        else:
            self.look_at(place)
            self.picked = None
        return came, went

    def keep(self, lines: Iterable[WaitingLine]) -> None:
        """Keeps records that were read."""
        for line in lines:
            self.records[line.line_id] = line
            self.stale.discard(line.line_id)

    def missing(self, first: int, last: int) -> list[str]:
        """Which of the receipts from a place up to another one must be read."""
        shown = self.ids[max(0, first) : max(0, last)]
        return [line_id for line_id in shown if line_id not in self.records or line_id in self.stale]

    def narrow(self, filters: Filters) -> None:
        """Another choice of receipts, or another order; what is done is counted anew."""
        if replace(filters, sort="") != replace(self.filters, sort=""):
            self.done = 0
        self.filters = filters
        self.marked.clear()
        self.at, self._read = 0, False

    def progress(self) -> tuple[int, int, Mapping[str, int]]:
        """How many receipts are done, of how many, and the sums of those that are left."""
        return self.done, self.done + len(self.ids), self.sums


def _why(line: WaitingLine) -> tuple[str, str, str]:
    """Why a receipt waits, whatever other line the reason names."""
    return line.state, line.outcome, _LINE_ID.sub("", line.reason)


def _without(ids: list[str], gone: Collection[str]) -> list[str]:
    for line_id in gone:
        ids.remove(line_id)
    return ids
