"""A customer: what is open, by how long it is overdue, and the receipts of his that wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher.amounts import total
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.ledger.aging import BUCKETS, aging
from matcher.review import cells
from matcher.states import NOT_RECEIVABLE, LineState


@dataclass(frozen=True, slots=True)
class CustomerItem:
    """An open item, or the unapplied rest of a receipt (document type ``unapplied``, amounts negative). Minor units.

    `days_past_due` is negative while it is not due.
    """

    entity: str
    item_id: str
    document_no: str
    document_type: str
    issue_date: date
    due_date: date | None
    days_past_due: int
    bucket: str
    currency: str
    amount: int
    open_amount: int
    disputed_amount: int

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        amounts = {name: cells.amount(getattr(self, name), self.currency) for name in ("amount", "open_amount", "disputed_amount")}
        return {**cells.plain(self), **amounts}


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer as of a day.

    Attributes:
        items: what is open, by entity and item.
        open: what he owes in all, less credits and unapplied receipts: minor units by currency.
        waiting: ids of the receipts for which the engine names him and that nobody has posted, in order.
    """

    customer_id: str
    name: str
    items: tuple[CustomerItem, ...]
    open: dict[str, int]
    waiting: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "customer_id": self.customer_id, "name": self.name, "items": [item.to_dict() for item in self.items],
            "open": {currency: cells.amount(minor, currency) for currency, minor in self.open.items()}, "waiting": list(self.waiting),
        }  # fmt: skip


def customer(state: State, customer_id: str, buckets: Sequence[int] = BUCKETS) -> CustomerView:
    """The customer of that id.

    Raises:
        MatcherError: ``customer.unknown`` when neither the customer master nor an item nor a line has the id.
    """
    mine = pl.col("customer_id") == customer_id
    lines = state.lines.filter(mine, ~pl.col("outcome").is_in(NOT_RECEIVABLE))
    names = state.customers.filter(mine)["name"]
    if not customer_id or not (len(names) or lines.height or state.items.filter(mine).height):
        raise MatcherError("customer.unknown", f"there is no customer {customer_id!r}")
    rows = aging(state, buckets).filter(mine)
    sums = rows.group_by("currency").agg(total(pl.col("open_amount"))).sort("currency")
    waiting = lines.filter(pl.col("state") != LineState.POSTED)["line_id"].sort()
    return CustomerView(
        customer_id, names[0] if len(names) else "", tuple(CustomerItem(*row) for row in rows.select(CustomerItem.__slots__).iter_rows()),
        dict(sums.iter_rows()), tuple(waiting),
    )  # fmt: skip
