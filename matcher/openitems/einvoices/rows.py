"""Electronic invoices as rows of the contract's table of open items, and which of them the books have already."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from matcher import money, terms
from matcher.errors import MatcherError
from matcher.openitems.einvoices import skonto
from matcher.openitems.einvoices.records import Discount, EInvoice
from matcher.openitems.tables import Table
from matcher.states import ItemStatus

PREFIX = "E-"
"""What the id of an item begins with that came by an electronic invoice."""

SAME_SERIES = 180
"""Days within which two documents of one number are one: numbers may begin anew with a year."""

COLUMNS = (
    "item_id", "entity", "customer_id", "document_type", "document_no", "issue_date", "due_date", "currency", "amount", "open_amount",
    "terms", "discount_pct", "discount_date", "purchase_order", "payment_reference", "status", "closed_date",
    "type_code", "buyer_reference", "preceding", "terms_text",
)  # fmt: skip
"""The contract's columns and, as extra information, what else an invoice says."""

_PERCENT = Decimal(10_000)


@dataclass(frozen=True)
class InvoiceTable(Table):
    """A table whose every row is a file of its own."""

    files: tuple[str, ...] = field(default=())

    def places(self, rows: Sequence[int]) -> list[str]:
        """The file of each row."""
        return [self.files[row] if row >= 0 else self.name for row in rows]


@dataclass(frozen=True, slots=True)
class PlacedInvoice:
    """An invoice, and whose it is. `terms` of the customer, as the books have them."""

    invoice: EInvoice
    entity: str
    customer_id: str
    terms: str = ""

    @property
    def item_id(self) -> str:
        """Id of the open item, the same however the invoice comes in. Numbers may begin anew with a year."""
        number = " ".join(self.invoice.document_no.split())
        return f"{PREFIX}{self.entity}-{self.invoice.issue_date.year}-{number}"

    @property
    def amount(self) -> int:
        """Of the item, minor units; a credit note's is negative."""
        return self._signed(self.invoice.amount)

    @property
    def open_amount(self) -> int:
        """What is still to be paid or credited, minor units."""
        return self._signed(self.invoice.payable)

    def _signed(self, amount: int) -> int:
        return -abs(amount) if self.invoice.document_type == "credit_note" else amount

    def row(self) -> dict[str, str]:
        """Cells of `COLUMNS`."""
        invoice = self.invoice
        plain, text = _terms(invoice, self.terms)
        status = ItemStatus.CLOSED if not self.open_amount else ItemStatus.OPEN if self.open_amount == self.amount else ItemStatus.PART_PAID
        discount = invoice.discounts[0] if invoice.discounts and self.amount > 0 else None
        return {
            "item_id": self.item_id,
            "entity": self.entity,
            "customer_id": self.customer_id,
            "document_type": invoice.document_type,
            "document_no": " ".join(invoice.document_no.split()),
            "issue_date": invoice.issue_date.isoformat(),
            "due_date": invoice.due_date.isoformat() if invoice.due_date else "",
            "currency": invoice.currency,
            "amount": money.render(self.amount, invoice.currency),
            "open_amount": money.render(self.open_amount, invoice.currency),
            "terms": _with_steps(plain, invoice) if discount else plain,
            "discount_pct": f"{Decimal(discount.ppm) / _PERCENT:f}" if discount else "",
            "discount_date": discount.until.isoformat() if discount and discount.until else "",
            "purchase_order": invoice.purchase_order,
            "payment_reference": invoice.payment_reference,
            "status": status.value,
            "closed_date": invoice.issue_date.isoformat() if status == ItemStatus.CLOSED else "",
            "type_code": invoice.type_code,
            "buyer_reference": invoice.buyer_reference,
            "preceding": "|".join(invoice.preceding),
            "terms_text": text,
        }


def _terms(invoice: EInvoice, customer: str) -> tuple[str, str]:
    """Terms that dates are read from, and the invoice's own text where that is something else.

    The text is written for people: only where all of it is understood does it say a date. Where neither it nor the invoice does, the
    customer's terms do.
    """
    text = " ".join(skonto.without_lines(invoice.terms).split())
    if terms.parse(text) is not None:
        return text, ""
    return ("" if invoice.due_date or invoice.document_type == "credit_note" else customer), text


def _with_steps(plain: str, invoice: EInvoice) -> str:
    """The terms with all steps of the discount, where the invoice has several and its terms say none."""
    steps: list[Discount] = []
    for one in sorted((one for one in invoice.discounts if one.until), key=lambda one: one.until or date.max):
        if not steps or one.ppm < steps[-1].ppm:
            steps.append(one)
    understood = terms.parse(plain)
    if len(steps) < 2 or (plain and (understood is None or understood.discounts)):
        return plain
    days = [(one.until - invoice.issue_date).days for one in steps if one.until]
    said = [f"{Decimal(one.ppm) / _PERCENT:f}% {count}" for one, count in zip(steps, days, strict=True)]
    return ", ".join([*said, *([plain] if plain else [])])


def table(placed: Sequence[PlacedInvoice]) -> InvoiceTable:
    """The invoices as a table of open items."""
    cells = [list(one.row().values()) for one in placed]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(COLUMNS, pl.String()), orient="row")
    return InvoiceTable(frame, "e-invoices", None, files=tuple(one.invoice.place for one in placed))


class _Known(NamedTuple):
    item_id: str
    currency: str
    amount: int
    status: str
    issue_date: date


def _key(entity: str, customer: str, document: str) -> tuple[str, str, str]:
    return entity, customer, "".join(filter(str.isalnum, document)).casefold()


def sort_out(placed: Sequence[PlacedInvoice], items: pl.DataFrame) -> tuple[list[PlacedInvoice], dict[int, str], list[MatcherError]]:
    """Which invoices are to be taken in, and which are in the books or among the others already.

    One document is one item: the same entity, customer, number, currency and amount. The ERP's own row of it stands; so does an item of
    an earlier invoice file that the ERP has closed since.

    Args:
        placed: in the order of the files.
        items: what the books and the lists beside the invoices have, columns of `frames.ITEM`.

    Returns:
        The invoices to take in; the id of the item that stands for each of the others, by its place in `placed`; and an error
        (``invoice.differs``) for each that has another amount than the document of its number.
    """
    known: dict[tuple[str, str, str], list[_Known]] = {}
    wanted = {_key(one.entity, one.customer_id, one.invoice.document_no) for one in placed}
    columns = ("entity", "customer_id", "document_no", "payment_reference", "item_id", "currency", "amount", "status", "issue_date")
    for entity, customer, document, reference, *row in items.select(columns).iter_rows():
        # some ledgers have a number of their own, and the invoice's as the reference
        for key in {_key(entity, customer, text) for text in (document, reference) if text}:
            if key in wanted:
                known.setdefault(key, []).append(_Known(*row))
    taken: list[PlacedInvoice] = []
    stands: dict[int, str] = {}
    errors: list[MatcherError] = []
    for place, one in enumerate(placed):
        rows = known.setdefault(_key(one.entity, one.customer_id, one.invoice.document_no), [])
        near = [row for row in rows if abs((row.issue_date - one.invoice.issue_date).days) <= SAME_SERIES]
        others = [row for row in near if row.item_id != one.item_id or row.status == ItemStatus.CLOSED]
        if same := _same(one, others):
            stands[place] = same
        elif others:
            errors.append(_differs(one, others[0]))
        else:
            taken.append(one)
            # the same document in another file of this command is one more form of it
            rows.append(_Known(one.item_id, one.invoice.currency, one.amount, ItemStatus.CLOSED, one.invoice.issue_date))
    return taken, stands, errors


def _same(one: PlacedInvoice, rows: Sequence[_Known]) -> str:
    """Id of the item that is this document, or of the first of the instalments that make it up; '' for none."""
    own = [row for row in rows if row.currency == one.invoice.currency]
    equal = sorted(row.item_id for row in own if row.amount == one.amount)
    if equal:
        return equal[0]
    return min(row.item_id for row in own) if own and sum(row.amount for row in own) == one.amount else ""


def _differs(one: PlacedInvoice, row: _Known) -> MatcherError:
    here, there = money.render(one.amount, one.invoice.currency), money.render(row.amount, row.currency)
    what = f"{one.invoice.document_no!r} of customer {one.customer_id} is {there} {row.currency} as item {row.item_id}, "
    return MatcherError("invoice.differs", f"{what}and {here} {one.invoice.currency} in this file", one.invoice.place)


def superseded(snapshot: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Open items of invoice files whose document the ERP lists now under its own id: rows of `items`."""
    waiting = items.filter(pl.col("item_id").str.starts_with(PREFIX) & (pl.col("status") != ItemStatus.CLOSED))
    if waiting.is_empty():
        return waiting
    listed = snapshot.filter(~pl.col("item_id").str.starts_with(PREFIX))
    key = pl.col("document_no").str.replace_all(r"[^\p{L}\p{N}]", "").str.to_lowercase().alias("key")
    on = ["entity", "customer_id", "key", "currency", "amount"]
    return waiting.with_columns(key).join(listed.with_columns(key).select(on), on=on, how="semi").drop("key")
