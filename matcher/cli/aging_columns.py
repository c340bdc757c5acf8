"""Columns of the aging: which of them a narrow page leaves out, and what stands out."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from matcher.cli.tables import Column, Kind, Row, Tone
from matcher.cli.tables.standard import LONG_OVERDUE, days_overdue, long_overdue
from matcher.ledger.aging import NOT_DUE, AgedBy, Group


def summary(buckets: Sequence[str], by: AgedBy = AgedBy.DUE, group: Group = Group.CUSTOMER) -> tuple[Column, ...]:
    """One row for each customer, entity or currency.

    The buckets fall away together, since one that is missing would look like one that is empty.
    """
    aged = (Column(name, _words(name), Kind.AMOUNT, group="buckets", total=True, tone=_old(name)) for name in buckets)
    past_due = (Column("overdue", kind=Kind.AMOUNT, priority=3, total=True),) if by == AgedBy.DUE else ()
    columns = (
        Column("entity", priority=4 if group == Group.CUSTOMER else 0, once=True), Column("customer_id", "customer", priority=0),
        Column("name", kind=Kind.TEXT, priority=1), *aged, *past_due, Column("credits", kind=Kind.AMOUNT, priority=2, total=True),
        Column("unapplied", kind=Kind.AMOUNT, priority=2, total=True), Column("disputed", kind=Kind.AMOUNT, priority=4, total=True),
        Column("open_total", "open", Kind.AMOUNT, priority=0, total=True),
        Column("currency", " ", priority=0, once=group != Group.CURRENCY),
    )  # fmt: skip
    left_out = {"entity", "customer_id", "name"} - set(group.keys) - ({"name"} if group == Group.CUSTOMER else set())
    return tuple(column for column in columns if column.name not in left_out)


def totals(*, complete: bool) -> tuple[Column, ...]:
    """What is open in each currency, and in the base currency; with its sum where nothing is missing from it."""
    return (
        Column("currency", priority=0), Column("open_total", "open", Kind.AMOUNT, priority=0),
        Column("per_base", "rate", Kind.NUMBER, priority=0), Column("rate_date", "rate of", Kind.DATE, priority=0),
        Column("base_total", "in base currency", Kind.AMOUNT, priority=0, total=complete), Column("in", " ", priority=0),
    )  # fmt: skip


def overdue(row: Mapping[str, Any], buckets: Sequence[str]) -> str:
    """What is past due: the sum of all buckets but ``not_due``, decimal text."""
    return str(sum((Decimal(row[name]) for name in buckets if name != NOT_DUE), Decimal(0)))


_YEARS = {"0-1y": "within 1 year", "1-2y": "1-2 years", "2-3y": "2-3 years", ">3y": "over 3 years"}


def _words(bucket: object) -> str:
    return _YEARS.get(str(bucket), str(bucket).replace("_", " "))


def _old(bucket: str) -> Callable[[Row], Tone] | None:
    """Buckets of more than ninety days, or of more than a year, stand out."""
    if bucket in _YEARS:
        return (lambda row: Tone.BAD) if bucket != "0-1y" else None
    first = int(bucket[1:]) + 1 if bucket.startswith(">") else int(bucket.partition("-")[0]) if bucket[0].isdigit() else 0
    return (lambda row: Tone.BAD) if first > LONG_OVERDUE else None


DETAIL = (
    Column("entity", priority=4, once=True), Column("customer_id", "customer", priority=0), Column("item_id", "item", priority=3),
    Column("document_no", "document", priority=0), Column("document_type", "type", priority=4),
    Column("issue_date", "issued", Kind.DATE, priority=4), Column("due_date", "due", Kind.DATE, priority=1),
    Column("days_past_due", "days overdue", Kind.COUNT, priority=1, shown=days_overdue, tone=long_overdue),
    Column("bucket", priority=3, tone=long_overdue, shown=_words),
    Column("amount", kind=Kind.AMOUNT, priority=4), Column("open_amount", "open", Kind.AMOUNT, priority=0, total=True),
    Column("disputed_amount", "disputed", Kind.AMOUNT, priority=2, total=True), Column("currency", " ", priority=0, once=True),
)  # fmt: skip
"""One row for each item."""
