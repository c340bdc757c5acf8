"""Documents that may have come twice: as an electronic invoice, and in the ERP's list under a number of the ledger's own.

Some ledgers number documents themselves, and their list does not always say the invoice's number. Then only customer, day and amount
tell that two rows are one document, and they may lie: such a pair is a person's to decide.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.openitems.einvoices.rows import PREFIX, PlacedInvoice
from matcher.states import ItemStatus

_NAMED = ("item_id", "document_no", "payment_reference")
_SAME = ["entity", "customer_id", "currency", "amount", "issue_date"]


class Double(NamedTuple):
    """An item of the ERP's list that may be the one of an electronic invoice."""

    item_id: str
    document_no: str
    invoice_item_id: str

    def said(self) -> str:
        """In words, with what to do."""
        return (
            f"{self.item_id} ({self.document_no}) may be {self.invoice_item_id}: customer, day and amount are the same; "
            "a list of all that is open (without --partial) closes the invoice's item"
        )


def check(
    taken: Sequence[PlacedInvoice], stands: Collection[str], known: pl.DataFrame, items: pl.DataFrame, distinct: Collection[str]
) -> list[MatcherError]:
    """An error (``invoice.double``) for each invoice that an item of the ERP may already stand for.

    Args:
        taken: invoices of which the books have no document by number.
        stands: items that are other invoices of the import.
        known: items of the books and of the lists beside the invoices. items: those of the books alone.
        distinct: numbers of invoices that a person says are documents of their own.
    """
    ours = set(items["item_id"])
    listed: dict[tuple[str, str, str, int, date], list[tuple[str, str, str]]] = {}
    customers = {one.customer_id for one in taken}
    theirs = known.filter(pl.col("customer_id").is_in(customers)).select(*_SAME, *_NAMED)
    for row in theirs.iter_rows():
        if not row[5].startswith(PREFIX) and row[5] not in stands:
            listed.setdefault(row[:5], []).append(row[5:])
    errors = []
    for one in taken:
        invoice = one.invoice
        if one.item_id in ours or invoice.document_no in distinct:
            continue
        alike = listed.get((one.entity, one.customer_id, invoice.currency, one.amount, invoice.issue_date), [])
        for item, number, reference in sorted(alike):
            if not any(same_series(invoice.document_no, text) for text in (number, reference)):
                amount = f"{money.render(one.amount, invoice.currency)} {invoice.currency} of {invoice.issue_date}"
                what = f"{invoice.document_no!r} of customer {one.customer_id}, {amount}, may be item {item} ({number})"
                errors.append(MatcherError("invoice.double", what, invoice.place))
                break
    return errors


def of_list(fresh: pl.DataFrame, items: pl.DataFrame, gone: pl.DataFrame) -> tuple[Double, ...]:
    """The new items of a list that may be open items of invoice files.

    Args:
        fresh: rows that the books did not have. items: of the books. gone: those that the list closes.
    """
    waiting = items.filter(pl.col("item_id").str.starts_with(PREFIX) & (pl.col("status") != ItemStatus.CLOSED))
    waiting = waiting.join(gone, on="item_id", how="anti")
    waiting = waiting.select(*_SAME, pl.col("item_id").alias("ours"), pl.col("document_no").alias("no"))
    new = fresh.filter(~pl.col("item_id").str.starts_with(PREFIX)).select(*_SAME, *_NAMED)
    pairs = new.join(waiting, on=_SAME, how="inner").sort("item_id", "ours")
    columns = ("item_id", "document_no", "ours", "no", "payment_reference")
    return tuple(
        Double(item, number, ours)
        for item, number, ours, no, reference in pairs.select(columns).iter_rows()
        if not any(same_series(no, text) for text in (number, reference))
    )


def same_series(one: str, other: str) -> bool:
    """Whether two numbers differ in their last digits only: then they are two documents of one series."""
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one != other and len(one) == len(other) and shared * 2 >= len(one) and one[shared:].isdigit() and other[shared:].isdigit()
