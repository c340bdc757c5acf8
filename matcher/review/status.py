"""Where the books stand: lines by outcome, and what blocks the close."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from matcher.amounts import shown
from matcher.frames import UNSUMMED
from matcher.ledger.periods import Locks
from matcher.ledger.receivables import Receivables, receivables
from matcher.pipeline.bridges import controls
from matcher.pipeline.reports import Block, blocks
from matcher.pipeline.session import Session
from matcher.pipeline.view import asked_for, whole
from matcher.review import cells
from matcher.store import journal, outbox


@dataclass(frozen=True, slots=True)
class OutcomeGroup:
    """The lines of one outcome, state and currency: how many, their sum, and what of it is not applied. Minor units."""

    outcome: str
    state: str
    lines: int
    currency: str
    amount: int
    pending: int

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        amounts = {name: cells.amount(getattr(self, name), self.currency) for name in ("amount", "pending")}
        return {**cells.plain(self), **amounts}


@dataclass(frozen=True, slots=True)
class StatusView:
    """Lines by outcome, what keeps the month from being closed, what customers owe, and up to which day months are closed.

    `rejected`: how many receipts an ERP has rejected that wait for a person.
    """

    groups: tuple[OutcomeGroup, ...]
    blocks: tuple[Block, ...]
    receivables: tuple[Receivables, ...] = ()
    closed_through: date | None = None
    rejected: int = 0

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        records = [{"code": block.code, "message": block.message} for block in self.blocks]
        return {
            "lines": [group.to_dict() for group in self.groups], "blocks": records,
            "receivables": [one.to_dict() for one in self.receivables], "closed_through": cells.day(self.closed_through),
            "rejected": self.rejected,
        }  # fmt: skip


def status(session: Session, as_of: date, control: Sequence[str] = ()) -> StatusView:
    """Where the books stand as of a day; on one of a closed month, as it was known when the month was closed.

    What keeps a month from being closed is told as it is now.

    Args:
        session: the command's.
        as_of: the day.
        control: balances of control accounts, as ``ACCOUNT=AMOUNT``; see `bridges.controls`.

    Raises:
        MatcherError: ``usage.option`` for a balance that cannot be read.
    """
    state = whole(session, as_of, asked_for(session, as_of).known, UNSUMMED, moving=bool(control))
    given = controls(session.config, control, state.movements)
    columns = ("outcome", "state", "currency", "amount", "pending")
    grouped = (
        pl.concat([state.lines.select(columns), state.excluded.select(columns)])
        .group_by("outcome", "state", "currency")
        .agg(pl.len().alias("lines"), shown(pl.col("amount")), shown(pl.col("pending")))
        .sort("outcome", "state", "currency")
        .select(OutcomeGroup.__slots__)
    )
    owed = {(one.entity, one.currency): one for one in receivables(state)}
    for (entity, currency), amount in given.items():
        owed[entity, currency] = replace(owed.get((entity, currency), Receivables(entity, currency, 0, 0)), control=amount)
    groups = tuple(OutcomeGroup(*row) for row in grouped.iter_rows())
    through = Locks(journal.periods(session.store)).through
    refused = outbox.rejected_lines(session.store)
    return StatusView(groups, tuple(blocks(session)), tuple(owed[key] for key in sorted(owed)), through, refused)
