"""Aged open items: what each customer owes, by how long it is overdue or how old it is.

Age is counted from the due date (from the issue date when there is none) to the day of the state; or from the document's own date, in
days or in years. Unapplied receipts are rows of their own with negative amounts and age from their booking date: a credit is never set
off against a debt inside a bucket, because that would hide the overdue debt.
"""

from collections.abc import Sequence
from enum import StrEnum

import polars as pl

from matcher.amounts import total
from matcher.errors import MatcherError
from matcher.frames import Owed, Schema, empty
from matcher.ledger.conversion import ClosingRates

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


YEARS = ("0-1y", "1-2y", "2-3y", ">3y")
"""Buckets of years since a document's date. A document is within one year on its first anniversary still, and so on: the classes of
the notes to Chinese accounts (1年以内, 1至2年, 2至3年, 3年以上), each with its upper end."""


class AgedBy(StrEnum):
    """What age is counted from, and in what.

    DUE: days from the due date. DOCUMENT: days from the document's own date. YEARS: years from the document's own date, in the buckets
    of `YEARS`.
    """

    DUE = "due"
    DOCUMENT = "document"
    YEARS = "years"


class Group(StrEnum):
    """What a row of the summary is; amounts of different currencies are never in one row.

    Attributes:
        keys: its columns.
    """

    keys: tuple[str, ...]

    def __new__(cls, word: str, keys: tuple[str, ...] = ()) -> "Group":
        """A word and its columns."""
        made = str.__new__(cls, word)
        made._value_, made.keys = word, keys
        return made

    CUSTOMER = "customer", ("entity", "customer_id", "currency")
    ENTITY = "entity", ("entity", "currency")
    CURRENCY = "currency", ("currency",)


def labels(buckets: Sequence[int] = BUCKETS, by: AgedBy = AgedBy.DUE) -> tuple[str, ...]:
    """Names of the buckets in order of age: ``not_due``, ``1-30``, ..., ``>120``; by document ``0-30``, ...; in years `YEARS`.

    Raises:
        MatcherError: ``config.invalid`` when the days are not positive and rising.
    """
    if by == AgedBy.YEARS:
        return YEARS
    if not buckets or list(buckets) != sorted({day for day in buckets if day > 0}):
        raise MatcherError("config.invalid", f"aging.buckets: {list(buckets)} are not rising numbers of days above 0")
    due = by == AgedBy.DUE
    starts = (1 if due else 0, *(day + 1 for day in buckets))
    closed = (f"{first}-{last}" for first, last in zip(starts, buckets, strict=False))
    return (*([NOT_DUE] if due else []), *closed, f">{buckets[-1]}")


def bucket(days: pl.Expr, buckets: Sequence[int] = BUCKETS, by: AgedBy = AgedBy.DUE) -> pl.Expr:
    """Name of the bucket for a number of days: past due, where 0 and below is not due, or since the document's date."""
    names = labels(buckets, by)
    name = pl.lit(names[-1])
    ends = (0, *buckets) if by == AgedBy.DUE else buckets
    for last, label in reversed(list(zip(ends, names, strict=False))):
        name = pl.when(days <= last).then(pl.lit(label)).otherwise(name)
    return name


def days_past_due(owing: Owed, due: pl.Expr) -> pl.Expr:
    """Days from the due date to the day of the state; negative while it is not due."""
    return (pl.lit(owing.as_of) - due).dt.total_days()


def _bucket(owing: Owed, buckets: Sequence[int], by: AgedBy) -> pl.Expr:
    issued = pl.col("issue_date")
    if by == AgedBy.YEARS:
        name = pl.lit(YEARS[-1])
        for years, label in reversed(list(enumerate(YEARS[:-1], 1))):
            name = pl.when(issued.dt.offset_by(f"{years}y") >= owing.as_of).then(pl.lit(label)).otherwise(name)
        return name
    return bucket(days_past_due(owing, pl.col("due_date").fill_null(issued) if by == AgedBy.DUE else issued), buckets, by)


def aging(owing: Owed, buckets: Sequence[int] = BUCKETS, by: AgedBy = AgedBy.DUE) -> pl.DataFrame:
    """One row for each open item and each unapplied receipt, in the columns of `AGING`.

    Args:
        owing: the books as of a day.
        buckets: last day of each bucket.
        by: what the bucket counts.

    Returns:
        Amounts in minor units. ``days_past_due`` is signed: -5 is due in five days, 0 is due today; it is counted from the due date
        whatever the bucket counts. A row of document type ``unapplied`` is what is left of a receipt whose customer is known, decided or
        not: its item_id is ``U-`` and the line's id, its document_no the bank's reference, its issue_date the booking date, and its
        amounts are negative.

    Raises:
        MatcherError: ``config.invalid`` for impossible buckets.
    """
    return _aged(owing, buckets, by).sort("entity", "customer_id", "item_id", "document_no", "document_type")


def _aged(owing: Owed, buckets: Sequence[int], by: AgedBy) -> pl.DataFrame:
    """The rows of `aging`, in no order: to sort a million of them takes as long as all the rest."""
    issued = pl.col("issue_date") <= owing.as_of
    items = owing.items.select({"open"} | (set(AGING) & set(owing.items.columns))).filter(pl.col("open") != 0, issued)
    items = items.with_columns(open_amount="open")
    credits = owing.credits.with_columns(document_type=pl.lit(UNAPPLIED), open_amount="open")
    both = pl.concat([empty(AGING), *(frame.select(set(AGING) & set(frame.columns)) for frame in (items, credits))], how="diagonal")
    days = days_past_due(owing, pl.col("due_date").fill_null(pl.col("issue_date")))
    # what is in dispute is never more than what is open
    disputed = pl.min_horizontal("disputed_amount", pl.col("open_amount").clip(lower_bound=0)).fill_null(0)
    rows = both.with_columns(days_past_due=days, bucket=_bucket(owing, buckets, by), disputed_amount=disputed)
    return rows.select(*AGING)


def aging_summary(
    owing: Owed,
    buckets: Sequence[int] = BUCKETS,
    by: AgedBy = AgedBy.DUE,
    group: Group = Group.CUSTOMER,
    rates: ClosingRates | None = None,
) -> pl.DataFrame:
    """Totals of `aging`, as wide as a page.

    Args:
        owing: the books as of a day.
        buckets: last day of each bucket.
        by: what the buckets count.
        group: what a row is.
        rates: converts each item to the base currency first; None leaves each in its own.

    Returns:
        The columns of the group, with ``name`` behind customer_id and currency last; one column for each bucket with the debts in it;
        ``credits`` (open credit notes and ERP credits) and ``unapplied`` (receipts not yet applied), both negative and in no bucket;
        ``open_total``, the sum of all of these; ``disputed``, the part of the debts that is disputed. Minor units.

    Raises:
        MatcherError: ``config.invalid`` for impossible buckets; ``rate.missing`` where something cannot be converted.
    """
    aged = _aged(owing, buckets, by)
    if rates is not None:
        aged = in_base_currency(aged, rates)
    amount, unapplied = pl.col("open_amount"), pl.col("document_type") == UNAPPLIED
    debts = {label: total(amount.filter(amount > 0, pl.col("bucket") == label)) for label in labels(buckets, by)}
    sums = aged.group_by(group.keys).agg(
        **debts,
        credits=total(amount.filter(amount < 0, ~unapplied)),
        unapplied=total(amount.filter(unapplied)),
        open_total=total(amount),
        disputed=total(pl.col("disputed_amount")),
    )
    keys: tuple[str, ...] = group.keys
    if "customer_id" in keys:
        names = owing.customers.group_by("customer_id").agg(pl.col("name").min())
        sums = sums.join(names, on="customer_id", how="left").with_columns(pl.col("name").fill_null(""))
        keys = ("entity", "customer_id", "name", "currency")
    return sums.select(*keys, *debts, "credits", "unapplied", "open_total", "disputed").sort(group.keys)


def in_base_currency(aged: pl.DataFrame, rates: ClosingRates) -> pl.DataFrame:
    """Rows of `aging` with every amount in the base currency, each converted by itself.

    Raises:
        MatcherError: ``rate.missing`` with all currencies that have none.
    """
    if missing := rates.missing(aged["currency"].unique()):
        named = ", ".join(missing)
        raise MatcherError("rate.missing", f"there is no rate for {named} on {rates.day.isoformat()} or before")
    return rates.converted(aged, tuple(AGING_AMOUNTS)).with_columns(currency=pl.lit(rates.base))


BASE_TOTAL: Schema = {
    "currency": pl.String(),
    "open_total": pl.Int64(),
    "per_base": pl.String(),  # empty when there is no rate, and of the base currency
    "rate_date": pl.Date(),
    "base_total": pl.Int64(),  # null when there is no rate
}
"""Columns of `base_totals`."""


def base_totals(aged: pl.DataFrame, rates: ClosingRates) -> pl.DataFrame:
    """What is open in each currency, and the sum of its rows in the base currency; columns of `BASE_TOTAL`, minor units.

    Args:
        aged: rows of `aging`.
        rates: of its day.
    """
    sums = (
        rates.converted(aged.select("currency", "open_amount"), ["open_amount"], "base_")
        .group_by("currency")
        .agg(open_total=total(pl.col("open_amount")), base_total=total(pl.col("base_open_amount")))
    )
    known = {code: (rate.per_base, rate.day) for code, rate in rates.rates.items()}
    rows = [
        (code, left, *known.get(code, ("", None)), base if code == rates.base or code in known else None)
        for code, left, base in sums.sort("currency").select("currency", "open_total", "base_total").iter_rows()
    ]
    return pl.DataFrame(rows, schema=BASE_TOTAL, orient="row")
