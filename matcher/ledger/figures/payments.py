"""What customers have paid, and how late: one row for each payment of a document that is fully paid."""

from datetime import date, timedelta

import polars as pl

from matcher.frames import Schema, State
from matcher.states import AllocationState, DocumentType, ItemStatus, LineState

WEEKS = 52
"""How far back habits are looked for."""
STEP = 91
"""Days of a quarter of that: thirteen weeks."""
LATEST = 4
"""Weight of a payment of the latest thirteen weeks; it is one less for each thirteen weeks before, down to 1."""
KEY = ("entity", "customer_id", "currency")
"""What habits are of: amounts of several currencies are never weighed against each other."""

PAYMENT: Schema = {
    **dict.fromkeys((*KEY, "item_id", "line_id"), pl.String()),
    "day": pl.Date(),  # of the payment: the bank's booking; where the ERP paid it, its clearing day
    "due": pl.Date(),  # the due date, else the issue date
    "cash": pl.Int64(),  # in the item's currency, above zero
    "late": pl.Int64(),  # days from the due date to the payment; below zero when it was early
    "settled": pl.Date(),  # day of the item's last payment
    "weight": pl.Int64(),  # by the age of that day
}
"""Columns of `payments`."""

DEBTS = tuple(kind.value for kind in (DocumentType.INVOICE, DocumentType.INSTALMENT, DocumentType.DEBIT_NOTE))


def debts(state: State) -> pl.DataFrame:
    """Items that are debts by their kind, issued by the day, with ``due``: the due date, else the issue date."""
    issued = pl.col("issue_date") <= state.as_of
    return state.items.filter(issued, pl.col("document_type").is_in(DEBTS)).with_columns(due=pl.coalesce("due_date", "issue_date"))


def payments(state: State) -> pl.DataFrame:
    """Payments of debts that were paid to the last cent within the last 52 weeks; columns of `PAYMENT`.

    A payment that the bank took back is none. An item that nobody here applied cash to counts as paid on the clearing day that the ERP's
    list gives for it.
    """
    paid = debts(state).filter(pl.col("open") == 0).select(*KEY, "item_id", "due", "amount", "issue_date", "status", "closed_date")
    ours = _applied(state).join(paid.select(*KEY, "item_id", "due"), on="item_id")
    cleared = (
        (pl.col("status") == ItemStatus.CLOSED) & (pl.col("closed_date") > pl.col("issue_date")) & (pl.col("closed_date") <= state.as_of)
    )
    theirs = paid.join(ours, on="item_id", how="anti").filter(cleared).with_columns(line_id=pl.lit(""), day="closed_date", cash="amount")
    names = [*KEY, "item_id", "line_id", "day", "due", "cash"]
    both = pl.concat([ours.select(names), theirs.select(names)]).filter(pl.col("cash") > 0)
    settled = pl.col("day").max().over("item_id")
    ago = (pl.lit(state.as_of) - pl.col("settled")).dt.total_days()
    return (
        both.with_columns(late=(pl.col("day") - pl.col("due")).dt.total_days(), settled=settled)
        .filter(pl.col("settled") > first_day(state.as_of) - timedelta(1))
        .with_columns(weight=LATEST - ago // STEP)
        .select(*PAYMENT)
        .sort(*KEY, "item_id", "day", "line_id")
    )


def first_day(as_of: date) -> date:
    """The first of the days that habits are looked for in."""
    return as_of - timedelta(WEEKS * 7 - 1)


def _applied(state: State) -> pl.DataFrame:
    """Cash that receipts brought on documents, by item and line: item_id, line_id, day, cash in the item's currency."""
    decided = (pl.col("state") == LineState.POSTED) & (pl.col("other_line") != "")
    returned = state.lines.filter(pl.col("amount") < 0, decided).select(line_id="other_line")
    receipts = state.lines.filter(pl.col("amount") > 0).join(returned, on="line_id", how="anti").select("line_id", day="booking_date")
    posted = state.allocations.filter(pl.col("state") == AllocationState.POSTED).select("item_id", "line_id", cash="item_amount")
    return posted.join(receipts, on="line_id")
