"""One line with what was decided on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from matcher.frames import State
from matcher.pipeline.session import Session
from matcher.pipeline.view import any_line, of_lines
from matcher.review import cells
from matcher.review.decision import LineDecision, decisions_on

_AMOUNTS = ("amount", "applied", "used", "pending", "balance", "charges")
_TOLD_BY_EXPLAIN = ("evidence", "confidence", "margin", "basis", "difference", "log_odds", "runner_up", "blocked_by")
_HIDDEN = ("raw", "instructed_amount", "source_line", *_TOLD_BY_EXPLAIN)


@dataclass(frozen=True, slots=True)
class LineAllocation:
    """What a line gives to an item. `cash` in the line's minor units; `adjustment` and `open` in the item's."""

    item_id: str
    document_no: str
    customer_id: str
    cash: int
    currency: str
    adjustment: int
    reason: str
    open: int | None
    item_currency: str
    state: str
    decision_id: str

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "item_id": self.item_id, "document_no": self.document_no, "customer_id": self.customer_id,
            "cash": cells.amount(self.cash, self.currency), "adjustment": cells.amount(self.adjustment, self.item_currency),
            "reason": self.reason, "open": cells.amount(self.open, self.item_currency), "state": self.state,
            "decision_id": self.decision_id,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineView:
    """A line: what the bank said, what it pays, and all decisions on it, the oldest first.

    `facts` are its columns of `State.lines`, or of `State.excluded` when it does not count.
    """

    facts: Mapping[str, Any]
    allocations: tuple[LineAllocation, ...]
    decisions: tuple[LineDecision, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told: the line alone, without what `explain` tells."""
        currency = self.facts["currency"]
        record = {name: cells.amount(value, currency) if name in _AMOUNTS else cells.iso(value) for name, value in self.facts.items()}
        return {name: value for name, value in record.items() if name not in _HIDDEN}


def line(session: Session, typed_id: str) -> LineView:
    """The line of that id, or of that beginning of an id.

    Raises:
        MatcherError: ``line.unknown`` or ``line.ambiguous``.
    """
    state, (line_id,) = of_lines(session, [typed_id])
    return LineView(any_line(state, line_id), tuple(_allocations(state, line_id)), decisions_on(state, line_id))


def _allocations(state: State, line_id: str) -> list[LineAllocation]:
    items = state.items.select("item_id", "document_no", "customer_id", "open", pl.col("currency").alias("item_currency"))
    rows = (
        state.allocations.filter(pl.col("line_id") == line_id)
        .join(items, on="item_id", how="left", maintain_order="left")
        .rename({"amount": "cash", "adjustment_reason": "reason"})
    )
    return [LineAllocation(*row) for row in rows.select(LineAllocation.__slots__).iter_rows()]
