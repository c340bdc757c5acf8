"""Where the books stand: lines by outcome, and what blocks the close."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher.amounts import shown
from matcher.pipeline.reports import Block, blocks
from matcher.pipeline.session import Session
from matcher.pipeline.view import whole
from matcher.review import cells


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
    """Lines by outcome, and what keeps the month from being closed."""

    groups: tuple[OutcomeGroup, ...]
    blocks: tuple[Block, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        records = [{"code": block.code, "message": block.message} for block in self.blocks]
        return {"lines": [group.to_dict() for group in self.groups], "blocks": records}


def status(session: Session, as_of: date) -> StatusView:
    """Where the books stand as of a day."""
    state = whole(session, as_of)
    columns = ("outcome", "state", "currency", "amount", "pending")
    grouped = (
        pl.concat([state.lines.select(columns), state.excluded.select(columns)])
        .group_by("outcome", "state", "currency")
        .agg(pl.len().alias("lines"), shown(pl.col("amount")), shown(pl.col("pending")))
        .sort("outcome", "state", "currency")
        .select(OutcomeGroup.__slots__)
    )
    return StatusView(tuple(OutcomeGroup(*row) for row in grouped.iter_rows()), tuple(blocks(session)))
