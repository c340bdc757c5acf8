"""Aged open items: what each customer owes, by how long it is overdue.

Age is counted from the due date (from the issue date when there is none) to the day of the state. Unapplied receipts are
rows of their own with negative amounts and age from their booking date: a credit is never set off against a debt inside
a bucket, because that would hide the overdue debt.
"""

from collections.abc import Sequence

import polars as pl

from matcher.amounts import total
from matcher.errors import MatcherError
from matcher.frames import Schema, State, empty

BUCKETS = (30, 60, 90, 120)
"""Last day of each bucket, in days past due."""

NOT_DUE = "not_due"
UNAPPLIED = "unapplied"
"""Document type of what is left of a receipt."""

AGING: Schema = {
    "entity": pl.String(),
    "customer_id": pl.String(),
    "item_id": pl.String(),
    "document_no": pl.String(),
    "document_type": pl.String(),
    "issue_date": pl.Date(),
    "due_date": pl.Date(),
    "days_past_due": pl.Int64(),
    "bucket": pl.String(),
    "currency": pl.String(),
    "amount": pl.Int64(),
    "open_amount": pl.Int64(),
    "disputed_amount": pl.Int64(),
}
"""Columns of `aging`. Contract, section 4."""

AGING_AMOUNTS = {"amount": "currency", "open_amount": "currency", "disputed_amount": "currency"}
"""Columns of minor units and the column of their currency, for `matcher.amounts.render`."""


def labels(buckets: Sequence[int] = BUCKETS) -> tuple[str, ...]:
    """Names of the buckets in order of age: ``not_due``, ``1-30``, ..., ``>120``.

    Raises:
        MatcherError: ``config.invalid`` when the days are not positive and rising.
    """
    if not buckets or list(buckets) != sorted({day for day in buckets if day > 0}):
        raise MatcherError("config.invalid", f"aging.buckets: {list(buckets)} are not rising numbers of days above 0")
    starts = (1, *(day + 1 for day in buckets))
    closed = (f"{first}-{last}" for first, last in zip(starts, buckets, strict=False))
    return (NOT_DUE, *closed, f">{buckets[-1]}")


def bucket(days: pl.Expr, buckets: Sequence[int] = BUCKETS) -> pl.Expr:
    """Name of the bucket for a number of days past due; 0 and below is not due."""
    names = labels(buckets)
    name = pl.lit(names[-1])
    for last, label in reversed(list(zip((0, *buckets), names, strict=False))):
        name = pl.when(days <= last).then(pl.lit(label)).otherwise(name)
    return name


def days_past_due(state: State, due: pl.Expr) -> pl.Expr:
    """Days from the due date to the day of the state; negative while it is not due."""
    return (pl.lit(state.as_of) - due).dt.total_days()


def aging(state: State, buckets: Sequence[int] = BUCKETS) -> pl.DataFrame:
    """One row for each open item and each unapplied receipt, in the columns of `AGING`.

    Args:
        state: the books as of a day.
        buckets: last day of each bucket.

    Returns:
        Amounts in minor units. ``days_past_due`` is signed: -5 is due in five days, 0 is due today. A row of document type
        ``unapplied`` is what is left of a receipt whose customer is known, decided or not: its item_id is ``U-`` and the line's id, its
        document_no the bank's reference, its issue_date the booking date, and its amounts are negative.

    Raises:
        MatcherError: ``config.invalid`` for impossible buckets.
    """
    issued = pl.col("issue_date") <= state.as_of
    items = state.items.filter(pl.col("open") != 0, issued).with_columns(open_amount="open")
    credits = state.credits.with_columns(document_type=pl.lit(UNAPPLIED), open_amount="open")
    both = pl.concat([empty(AGING), *(frame.select(set(AGING) & set(frame.columns)) for frame in (items, credits))], how="diagonal")
    days = days_past_due(state, pl.col("due_date").fill_null(pl.col("issue_date")))
    # what is in dispute is never more than what is open
    disputed = pl.min_horizontal("disputed_amount", pl.col("open_amount").clip(lower_bound=0)).fill_null(0)
    rows = both.with_columns(days_past_due=days, bucket=bucket(days, buckets), disputed_amount=disputed)
    return rows.select(*AGING).sort("entity", "customer_id", "item_id", "document_no", "document_type")


def aging_summary(state: State, buckets: Sequence[int] = BUCKETS) -> pl.DataFrame:
    """Totals of `aging` for each entity, customer and currency, as wide as a page.

    Returns:
        entity, customer_id, name, currency; one column for each bucket with the debts in it; ``credits`` (open credit notes
        and ERP credits) and ``unapplied`` (receipts not yet applied), both negative and in no bucket; ``open_total``, the
        sum of all of these; ``disputed``, the part of the debts that is disputed. Minor units.

    Raises:
        MatcherError: ``config.invalid`` for impossible buckets.
    """
    amount, unapplied = pl.col("open_amount"), pl.col("document_type") == UNAPPLIED
    debts = {label: total(amount.filter(amount > 0, pl.col("bucket") == label)) for label in labels(buckets)}
    rows = aging(state, buckets).group_by("entity", "customer_id", "currency")
    sums = rows.agg(
        **debts,
        credits=total(amount.filter(amount < 0, ~unapplied)),
        unapplied=total(amount.filter(unapplied)),
        open_total=total(amount),
        disputed=total(pl.col("disputed_amount")),
    )
    names = state.customers.group_by("customer_id").agg(pl.col("name").min())
    named = sums.join(names, on="customer_id", how="left").with_columns(pl.col("name").fill_null(""))
    return named.select("entity", "customer_id", "name", "currency", *debts, "credits", "unapplied", "open_total", "disputed").sort(
        "entity", "customer_id", "currency"
    )
