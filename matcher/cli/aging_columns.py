"""Columns of the aging: which of them a narrow page leaves out, and what stands out."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from matcher.cli.tables import Column, Kind, Row, Tone
from matcher.cli.tables.standard import LONG_OVERDUE, days_overdue, long_overdue
from matcher.ledger.aging import NOT_DUE


def summary(buckets: Sequence[str]) -> tuple[Column, ...]:
    """One row for each customer: the buckets fall away together, since one that is missing would look like one that is empty."""
    aged = (Column(name, _words(name), Kind.AMOUNT, group="buckets", total=True, tone=_old(name)) for name in buckets)
    return (
        Column("entity", priority=4, once=True), Column("customer_id", "customer", priority=0),
        Column("name", kind=Kind.TEXT, priority=1), *aged,
        Column("overdue", kind=Kind.AMOUNT, priority=3, total=True), Column("credits", kind=Kind.AMOUNT, priority=2, total=True),
        Column("unapplied", kind=Kind.AMOUNT, priority=2, total=True), Column("disputed", kind=Kind.AMOUNT, priority=4, total=True),
        Column("open_total", "open", Kind.AMOUNT, priority=0, total=True), Column("currency", " ", priority=0, once=True),
    )  # fmt: skip


def overdue(row: Mapping[str, Any], buckets: Sequence[str]) -> str:
    """What is past due: the sum of all buckets but the first, decimal text."""
    return str(sum((Decimal(row[name]) for name in buckets if name != NOT_DUE), Decimal(0)))


def _words(bucket: object) -> str:
    return str(bucket).replace("_", " ")


def _old(bucket: str) -> Callable[[Row], Tone] | None:
    """Buckets of more than ninety days stand out."""
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
