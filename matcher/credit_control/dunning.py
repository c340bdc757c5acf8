"""What may be dunned on a day, by level, and what is left out and why. The list asks for nothing that is paid, on its way or contested."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher import money
from matcher.frames import State
from matcher.states import AllocationState, DecisionKind

IN_TRANSIT, ADVISED, DISPUTED, COVERED, SENT, SMALL, SMALL_TOTAL = (
    "a receipt is proposed for it", "an advice announces its payment", "disputed", "covered by unapplied money",
    "dunned at this level already", "less than dunning.least_amount", "less than dunning.least_total in all",
)  # fmt: skip
"""Why an overdue document is not dunned, beside promises and holds."""


@dataclass(frozen=True, slots=True)
class Least:
    """What is asked for at least, in minor units of a currency: of a document, and of a customer in all."""

    amount: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class DunningItem:
    """An overdue document, dunned or left out. Minor units.

    Attributes:
        open: on the day.
        amount: asked for: what is open less what is disputed or promised; 0 where it is left out.
        level: by its days late, from 1.
        last_level, last_sent: of the latest dunning letter that was recorded; 0 and None for none.
        left_out: why it is not dunned; '' where it is.
        notes: what else is to be known, such as a promise that was broken.
    """

    item_id: str
    document_no: str
    customer_id: str
    entity: str
    currency: str
    issue_date: date
    due_date: date
    days_late: int
    open: int
    amount: int
    level: int
    last_level: int
    last_sent: date | None
    payment_reference: str
    left_out: str
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "customer_id": self.customer_id, "entity": self.entity, "item_id": self.item_id, "document_no": self.document_no,
            "issue_date": self.issue_date.isoformat(), "due_date": self.due_date.isoformat(), "days_late": self.days_late,
            "currency": self.currency, "open_amount": money.render(self.open, self.currency),
            "amount": money.render(self.amount, self.currency), "level": self.level, "last_level": self.last_level or None,
            "last_sent": self.last_sent.isoformat() if self.last_sent else None, "payment_reference": self.payment_reference,
            "left_out": self.left_out, "notes": list(self.notes),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DunningLetter:
    """What one customer is asked for by one legal entity in one currency. Minor units.

    Attributes:
        items: the documents, the oldest due date first.
        amount: of all of them.
        credits: open credit notes and money that is not applied, below zero: a note, since nothing is set off here.
        level: the highest of its documents'.
        last_level: the highest that was recorded for them; 0 for none.
    """

    customer_id: str
    name: str
    entity: str
    currency: str
    items: tuple[DunningItem, ...]
    amount: int
    credits: int
    oldest_due: date
    level: int
    last_level: int


@dataclass(frozen=True, slots=True)
class Dunning:
    """The letters of a day, by customer, legal entity and currency, and the overdue documents that are left out."""

    letters: tuple[DunningLetter, ...]
    left_out: tuple[DunningItem, ...]


def dunning(
    state: State,
    levels: Sequence[int],
    announced: Mapping[str, str] | None = None,
    customer_id: str = "",
    *,
    again: bool = False,
    least: Mapping[str, Least] | None = None,
) -> Dunning:
    """What is to be dunned as of the state's day.

    Args:
        state: the books.
        levels: days past due from which each level is reached.
        announced: the advice that announces the payment of an item, by the item's id.
        customer_id: only this customer's; '' for all.
        again: also what was dunned at its level already.
        least: by currency; nothing is too little in a currency that is not among them.
    """
    least = least or {}
    items = _judged(state, levels, announced or {}, customer_id, least, again=again)
    names = dict(state.customers.select("customer_id", "name").iter_rows())
    credits = _credits(state)
    totals = Counter[tuple[str, str, str]]()
    for item in items:
        totals[_side(item)] += item.amount
    small = {side for side, total in totals.items() if total < least.get(side[2], Least()).total}
    items = [_left_out(item, SMALL_TOTAL) if not item.left_out and _side(item) in small else item for item in items]
    by_letter: dict[tuple[str, str, str], list[DunningItem]] = {}
    for item in items:
        if not item.left_out:
            by_letter.setdefault(_side(item), []).append(item)
    letters = []
    for (customer, entity, currency), mine in sorted(by_letter.items()):
        letters.append(
            DunningLetter(
                customer, names.get(customer, ""), entity, currency, tuple(mine), sum(item.amount for item in mine),
                sum(credits.get((customer, entity, currency), (0, 0))), mine[0].due_date, max(item.level for item in mine),
                max(item.last_level for item in mine),
            )
        )  # fmt: skip
    return Dunning(tuple(letters), tuple(item for item in items if item.left_out))


def _side(item: DunningItem) -> tuple[str, str, str]:
    """Whose letter a document stands in."""
    return item.customer_id, item.entity, item.currency


def _judged(
    state: State, levels: Sequence[int], announced: Mapping[str, str], customer_id: str, least: Mapping[str, Least], *, again: bool
) -> list[DunningItem]:
    """All overdue documents that have reached a level, the oldest due date first, each with why it is left out."""
    due = pl.col("due_date").fill_null(pl.col("issue_date"))
    late = (pl.lit(state.as_of) - due).dt.total_days()
    chosen = pl.col("customer_id") == customer_id if customer_id else pl.lit(value=True)
    rows = state.items.filter(chosen, pl.col("open") > 0, pl.col("amount") > 0).with_columns(due=due, late=late)
    rows = rows.filter(pl.col("late") >= levels[0]).sort("customer_id", "entity", "currency", "due", "issue_date", "item_id")
    proposed = set(state.allocations.filter(pl.col("state") == AllocationState.PROPOSED)["item_id"])
    said = {
        (item, kind): (amount, until, code, day, then)
        for item, kind, amount, until, code, day, then in state.item_notes.select(
            "item_id", "kind", "amount", "until", "code", "effective_date", "item_open"
        ).iter_rows()
    }
    unapplied = {key: -money_in for key, (money_in, _) in _credits(state).items()}
    made = []
    for row in map(_Overdue._make, rows.select(_Overdue._fields).iter_rows()):
        level = sum(row.late >= days for days in levels)
        item = _judge(state.as_of, row, level, row.item_id in proposed, announced.get(row.item_id, ""), said, again=again)
        key = _side(item)
        if not item.left_out and unapplied.get(key, 0) >= item.amount:
            unapplied[key] -= item.amount
            item = _left_out(item, COVERED)
        if not item.left_out and item.amount < least.get(item.currency, Least()).amount:
            item = _left_out(item, SMALL)
        made.append(item)
    return made


_Said = Mapping[tuple[str, str], tuple[int, date | None, str, date, int]]


class _Overdue(NamedTuple):
    """A document that has reached a level."""

    item_id: str
    document_no: str
    customer_id: str
    entity: str
    currency: str
    issue_date: date
    due: date
    late: int
    open: int
    disputed_amount: int | None
    payment_reference: str


def _judge(as_of: date, row: _Overdue, level: int, in_transit: bool, advice: str, said: _Said, *, again: bool) -> DunningItem:
    """A document with what is asked for, or why it is left out."""
    contested = min(row.disputed_amount or 0, row.open)
    nothing = (0, None, "", as_of, row.open)
    promised, until, _, _, then = said.get((row.item_id, DecisionKind.PROMISE), nothing)
    promised = max(0, promised - max(0, then - row.open))  # what was paid since was paid as promised
    held, held_until, _, _, _ = said.get((row.item_id, DecisionKind.DUNNING_HOLD), nothing)
    dunned, _, code, sent, _ = said.get((row.item_id, DecisionKind.DUN), nothing)
    last_level, last_sent = (int(code), sent) if dunned else (0, None)
    notes = []
    if promised and until is not None and until < as_of:
        notes.append(f"promised for {until} and not kept")
        promised = 0
    promised = min(promised, row.open - contested)
    asked = row.open - contested - promised
    if contested and asked:
        notes.append(f"{money.render(contested, row.currency)} {row.currency} are disputed and not asked for")
    if promised and asked:
        notes.append(f"{money.render(promised, row.currency)} {row.currency} are promised for {until} and not asked for")
    why = ""
    if held and held_until is not None and held_until > as_of:
        why = f"on hold until {held_until}"
    elif in_transit:
        why = IN_TRANSIT
    elif advice:
        why = f"{ADVISED}: {advice}"
    elif contested == row.open:
        why = DISPUTED
    elif not asked:
        why = f"promised for {until}"
    elif last_level >= level and not again:
        why = f"{SENT}: {last_sent}"
    about = (row.item_id, row.document_no, row.customer_id, row.entity, row.currency, row.issue_date, row.due, row.late, row.open)
    return DunningItem(*about, 0 if why else asked, level, last_level, last_sent, row.payment_reference, why, tuple(notes))


def _left_out(item: DunningItem, why: str) -> DunningItem:
    return replace(item, amount=0, left_out=why)


def _credits(state: State) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Money that is not applied, and open credit notes, both below zero, by customer, legal entity and currency."""
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for place, frame in enumerate((state.credits, state.items.filter(pl.col("open") < 0, pl.col("issue_date") <= state.as_of))):
        for *key, left in frame.select("customer_id", "entity", "currency", "open").iter_rows():
            named = (str(key[0]), str(key[1]), str(key[2]))
            money_in, notes = found.get(named, (0, 0))
            found[named] = (money_in + left, notes) if place == 0 else (money_in, notes + left)
    return found
