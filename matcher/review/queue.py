"""The receipts that wait for a person, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matcher.ledger.fold import fold
from matcher.pipeline.session import Session
from matcher.review import cells
from matcher.states import LineState
from matcher.store import near, queue


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A receipt that waits.

    Attributes:
        amount, pending: minor units; what is not applied yet is pending.
        payer, text: as the bank wrote them.
        state: ``proposed`` where the engine proposes items, else ``none``.
        confidence: millionths; None without a proposal.
        reason: why it waits.
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
    outcome: str
    state: str
    rule: str
    confidence: int | None
    reason: str

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "line_id": self.line_id, "account": self.account, "booking_date": cells.day(self.booking_date),
            "amount": cells.amount(self.amount, self.currency), "currency": self.currency, "payer": self.payer, "text": self.text,
            "outcome": self.outcome, "state": self.state, "confidence": cells.share(self.confidence), "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The first of the receipts that wait: proposed ones first, then the largest. `waiting`: how many there are in all."""

    lines: tuple[WaitingLine, ...]
    waiting: int

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {"waiting": self.waiting, "lines": [line.to_dict() for line in self.lines]}


def page(session: Session, as_of: date, filters: Mapping[str, str], limit: int | None = None) -> QueuePage:
    """The receipts that wait as of a day. `filters`: the one legal entity, account or outcome that is asked for."""
    ids, waiting = queue.waiting(session.store, as_of, filters, limit)
    facts = near.facts(session.store, ids, lines_only=True)
    lines = fold(facts, as_of, session.config.books.base_currency).lines
    by_id = {row["line_id"]: row for row in lines.iter_rows(named=True)}
    offers = dict(facts.findings.select("line_id", "reason").iter_rows())
    return QueuePage(tuple(_line(_offered(by_id[line_id], offers)) for line_id in ids), waiting)


def _offered(row: Mapping[str, Any], offers: Mapping[str, str]) -> Mapping[str, Any]:
    """The row; of a line that is posted with what the run proposes for the rest of it."""
    if row["state"] != LineState.POSTED:
        return row
    return {**row, "state": LineState.PROPOSED, "reason": offers.get(row["line_id"], ""), "confidence": None}


def _line(row: Mapping[str, Any]) -> WaitingLine:
    renamed = {**row, "payer": row["counterparty_name"], "text": row["remittance_information"]}
    return WaitingLine(**{name: renamed[name] for name in WaitingLine.__slots__})
