"""Receipts that wait while customers are dunned: nobody is asked for money that is here."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from matcher import money
from matcher.amounts import total
from matcher.frames import State
from matcher.states import AllocationState, LineState
from matcher.store import journal
from matcher.store.database import Store
from matcher.store.journal import Known

_SIDE = ("customer_id", "entity", "currency")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many receipts wait, and what of them is not applied; minor units."""

    receipts: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptsWaiting:
    """Receipts that wait on a day.

    Attributes:
        of: those that are a customer's, or may be: by customer, legal entity and currency. One that may be several customers' counts
            for each of them.
        unseen: those that no run has looked at, by currency.
    """

    of: Mapping[tuple[str, str, str], Waiting]
    unseen: Mapping[str, Waiting]

    def unseen_said(self) -> str:
        """The second in words: how many, and their amounts."""
        count = sum(one.receipts for one in self.unseen.values())
        amounts = ", ".join(f"{money.render(one.amount, currency)} {currency}" for currency, one in self.unseen.items())
        return f"{count} ({amounts})" if count else ""


def receipts_waiting(store: Store, state: State, known: Known | None = None) -> ReceiptsWaiting:
    """The receipts of a state that are not posted, or not in full."""
    left = state.lines.filter(pl.col("amount") > 0, pl.col("pending") > 0)
    undecided = left.filter(pl.col("state") != LineState.POSTED)
    proposed = state.allocations.filter(pl.col("state") == AllocationState.PROPOSED).select("line_id", "item_id")
    named = proposed.join(state.items.select("item_id", "customer_id"), on="item_id").select("line_id", "customer_id")
    own = [undecided.select("line_id", customer_id=name) for name in ("customer_id", "payer")]
    on_account = left.filter(pl.col("state") == LineState.POSTED).select("line_id", customer_id="payer")
    whose = pl.concat([named, *own, on_account]).filter(pl.col("customer_id") != "").unique()
    joined = left.select("line_id", "entity", "currency", "pending").join(whose, on="line_id")
    sums = joined.group_by(_SIDE).agg(pl.len(), total(pl.col("pending"))).sort(_SIDE)
    of = {(str(row[0]), str(row[1]), str(row[2])): Waiting(row[3], row[4]) for row in sums.iter_rows()}
    seen = pl.concat([journal.findings(store, known)["line_id"], state.decisions["line_id"]]).unique()
    unseen = undecided.filter(~pl.col("line_id").is_in(seen.implode())).group_by("currency").agg(pl.len(), total(pl.col("pending")))
    return ReceiptsWaiting(of, {row[0]: Waiting(row[1], row[2]) for row in unseen.sort("currency").iter_rows()})
