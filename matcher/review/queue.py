"""The receipts that wait for a person, a page at a time: what the bank said of each, and what is proposed for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from matcher.errors import MatcherError
from matcher.filters import Filters
from matcher.frames import State
from matcher.ledger.fold import fold
from matcher.ledger.periods import Locks
from matcher.pipeline.listed import proposal_key
from matcher.pipeline.selection import APPROVAL
from matcher.pipeline.session import Session
from matcher.review import cells
from matcher.states import LineState
from matcher.store import approvals, classified, journal, near, outbox, queue
from matcher.store.approvals import Submitted


@dataclass(frozen=True, slots=True)
class ProposedItem:
    """What a proposal gives to an item.

    Attributes:
        cash: minor units of the line's currency; the amounts behind it are in the item's.
        open: before the proposal is accepted. left: after it.
        adjustment: cleared without cash, for `reason`.
    """

    item_id: str
    document_no: str
    customer_id: str
    due_date: date | None
    currency: str
    cash: int
    open: int
    adjustment: int
    reason: str
    left: int

    @property
    def item_amount(self) -> int:
        """What the cash settles, in the item's currency."""
        return self.open - self.adjustment - self.left

    def to_dict(self, currency: str) -> dict[str, object]:
        """As a machine is told. `currency`: of the line."""
        return {
            "item_id": self.item_id, "document_no": self.document_no, "customer_id": self.customer_id,
            "due_date": cells.day(self.due_date), "currency": self.currency, "cash": cells.amount(self.cash, currency),
            "open": cells.amount(self.open, self.currency), "adjustment": cells.amount(self.adjustment, self.currency),
            "reason": self.reason, "left": cells.amount(self.left, self.currency),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A receipt that waits.

    Attributes:
        amount, pending: minor units; what is not applied yet is pending.
        payer, text: as the bank wrote them.
        state: ``proposed`` where the engine proposes items, else ``none``.
        customer_id, customer_name: whose the engine takes the money to be; '' when nobody knows.
        confidence: millionths; None without a proposal.
        reason: why it waits.
        other_line: the payment that it returns, or the other leg of a transfer, where the engine proposes that; else ''.
        items: what the proposal pays.
    """

    line_id: str
    account: str
    entity: str
    booking_date: date
    amount: int
    pending: int
    currency: str
    payer: str
    text: str
    customer_id: str
    customer_name: str
    outcome: str
    state: str
    rule: str
    confidence: int | None
    reason: str
    other_line: str
    items: tuple[ProposedItem, ...]

    @property
    def rest(self) -> int:
        """What the proposal leaves of the line, minor units."""
        return self.pending - sum(item.cash for item in self.items)

    @property
    def key(self) -> str:
        """Tells its proposal from another one; see `listed.proposal_key`."""
        return proposal_key(
            self.customer_id,
            self.other_line,
            self.pending,
            [(item.item_id, item.cash, item.item_amount, item.adjustment, item.reason) for item in self.items],
        )

    @property
    def seen(self) -> tuple[object, ...]:
        """What a person who decides rests on: it may not have changed since."""
        return (self.line_id, self.state, self.pending, self.key, self.items)

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "line_id": self.line_id, "account": self.account, "booking_date": cells.day(self.booking_date),
            "amount": cells.amount(self.amount, self.currency), "currency": self.currency, "payer": self.payer, "text": self.text,
            "outcome": self.outcome, "state": self.state, "confidence": cells.share(self.confidence), "reason": self.reason,
            "pending": cells.amount(self.pending, self.currency), "customer_id": self.customer_id, "customer_name": self.customer_name,
            "rule": self.rule, "items": [item.to_dict(self.currency) for item in self.items],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Receipts that wait, in the order asked for.

    Attributes:
        as_of: the day that is looked from.
        lines: the first of them.
        found: how many the filters let through. waiting: how many wait in all.
        sums: amounts of the receipts that the filters let through, minor units by currency.
        posted: how many receipts are posted since the last month that is closed. since: its first open day; None where none is closed.
        rules: ids of rules that may be made of what persons have classified; see `line_rules.pending`.
    """

    as_of: date
    lines: tuple[WaitingLine, ...]
    found: int
    waiting: int
    sums: Mapping[str, int]
    posted: int
    since: date | None
    rules: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {"waiting": self.waiting, "found": self.found, "lines": [line.to_dict() for line in self.lines]}


@dataclass(frozen=True, slots=True)
class Waiting:
    """All receipts that wait, by their ids alone: records are read for as many as a person looks at.

    Attributes:
        as_of: the day that is looked from.
        line_ids: in the order asked for.
        waiting: how many wait in all, whatever the filters let through.
        sums: amounts of the receipts that the filters let through, minor units by currency.
        first: records of the first of them.
    """

    as_of: date
    line_ids: tuple[str, ...]
    waiting: int
    sums: Mapping[str, int]
    first: tuple[WaitingLine, ...]


def waiting(session: Session, as_of: date, filters: Filters, first: int) -> Waiting:
    """The ids of all receipts that wait as of a day, and the records of the `first` of them."""
    found = queue.waiting(session.store, as_of, filters, None)
    return Waiting(as_of, found.line_ids, found.waiting, found.sums, lines_of(session, as_of, found.line_ids[:first]))


def check_shown(session: Session, as_of: date, shown: Collection[WaitingLine]) -> None:
    """Refuses receipts that a person decides otherwise than he saw them: what is proposed, and what is left of them, must be the same.

    Raises:
        MatcherError: ``decision.changed``.
    """
    now = {line.line_id: line for line in lines_of(session, as_of, [line.line_id for line in shown])} if shown else {}
    for line in shown:
        if line.seen != now[line.line_id].seen:
            what = f"line {line.line_id} was decided by somebody else, or has another proposal than the one that you were shown"
            raise MatcherError("decision.changed", what)


def page(session: Session, as_of: date, filters: Filters, limit: int | None = None) -> QueuePage:
    """The receipts that wait as of a day."""
    found = queue.waiting(session.store, as_of, filters, limit)
    through = Locks(journal.periods(session.store)).through
    posted = queue.posted(session.store, as_of, through)
    since = through + timedelta(days=1) if through else None
    return QueuePage(
        as_of, lines_of(session, as_of, found.line_ids), found.count, found.waiting, found.sums, posted, since, _rules(session)
    )


def _rules(session: Session) -> tuple[str, ...]:
    """Ids of rules that may be made of what persons have classified; where nothing is, nothing is loaded that finds them."""
    if not classified.are_there(session.store):
        return ()
    from matcher.pipeline import line_rules

    return tuple(rule.id for rule in line_rules.pending(session))


def lines_of(session: Session, as_of: date, line_ids: Collection[str]) -> tuple[WaitingLine, ...]:
    """Lines with what is proposed for each, in the order in which they are named."""
    facts = near.facts(session.store, line_ids)
    state = fold(facts, as_of, session.config.books.base_currency)
    by_id = {row["line_id"]: row for row in state.lines.filter(pl.col("line_id").is_in(list(line_ids))).iter_rows(named=True)}
    offers = dict(facts.findings.select("line_id", "reason").iter_rows())
    names = dict(state.customers.select("customer_id", "name").iter_rows())
    items = _proposed(state)
    waits = approvals.lines_waiting(session.store)
    refused = outbox.rejected(session.store, line_ids)
    rows = ((_offered(by_id[line_id], offers), items.get(line_id, ())) for line_id in line_ids)
    found = ((_rejected(row, refused), mine) for row, mine in rows)
    return tuple(_line(row, names, mine) if row["line_id"] not in waits else _submitted(row, names, waits) for row, mine in found)


def _proposed(state: State) -> dict[str, tuple[ProposedItem, ...]]:
    """What is proposed, by line. What is open falls with each share that one line gives to one item."""
    shares = state.allocations.filter(pl.col("state") == LineState.PROPOSED)
    about = state.items.select("item_id", "document_no", "customer_id", "due_date", pl.col("currency").alias("item_currency"), "open")
    credits = state.credits.select("item_id", "document_no", "customer_id", pl.lit(None, pl.Date).alias("due_date"),
                                   pl.col("currency").alias("item_currency"), "open")  # fmt: skip
    rows = shares.join(pl.concat([about, credits]), on="item_id", how="left", maintain_order="left").sort("line_id", "ordinal")
    found: dict[str, list[ProposedItem]] = {}
    for row in rows.iter_rows(named=True):
        mine = found.setdefault(row["line_id"], [])
        before = next((item.left for item in reversed(mine) if item.item_id == row["item_id"]), row["open"] or 0)
        mine.append(
            ProposedItem(
                row["item_id"],
                row["document_no"] or row["item_id"],
                row["customer_id"] or "",
                row["due_date"],
                row["item_currency"] or row["currency"],
                row["amount"],
                before,
                row["adjustment"],
                row["adjustment_reason"],
                before - row["item_amount"] - row["adjustment"],
            )
        )
    return {line_id: tuple(items) for line_id, items in found.items()}


def _offered(row: Mapping[str, Any], offers: Mapping[str, str]) -> Mapping[str, Any]:
    """The row; of a line that is posted with what the run proposes for the rest of it."""
    if row["state"] != LineState.POSTED:
        return row
    return {**row, "state": LineState.PROPOSED, "reason": offers.get(row["line_id"], ""), "confidence": None}


def _rejected(row: Mapping[str, Any], refused: Mapping[str, tuple[str, str]]) -> Mapping[str, Any]:
    """The row; of a line that the ERP did not take with its words, unless something is proposed for what is left of it."""
    if row["line_id"] not in refused or (row["reason"] and row["state"] == LineState.PROPOSED):
        return row
    target, words = refused[row["line_id"]]
    return {**row, "state": LineState.NONE, "reason": f"rejected by the ERP ({target}){f': {words}' if words else ''}", "confidence": None}


def _submitted(row: Mapping[str, Any], names: Mapping[str, str], waits: Mapping[str, Submitted]) -> WaitingLine:
    """A line on which a decision waits for another person: nothing is proposed for it meanwhile."""
    one = waits[row["line_id"]]
    reason = f"{APPROVAL}: decision {one.decision_id} of {one.actor}"
    return _line({**row, "state": LineState.NONE, "reason": reason, "confidence": None}, names, ())


_RENAMED = {"payer": "counterparty_name", "text": "remittance_information"}


def _line(row: Mapping[str, Any], names: Mapping[str, str], items: Sequence[ProposedItem]) -> WaitingLine:
    own = {name: row[_RENAMED.get(name, name)] for name in WaitingLine.__slots__ if name not in ("customer_name", "items")}
    return WaitingLine(**own, customer_name=names.get(row["customer_id"], ""), items=tuple(items))
