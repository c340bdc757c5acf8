"""What an import of the ERP's files did, for whoever asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from matcher import money
from matcher.amounts import totals
from matcher.ledger.replaced_documents import ReplacedDocument
from matcher.openitems.dating import Dated, in_words
from matcher.openitems.einvoices import EInvoice
from matcher.openitems.einvoices.doubles import Double
from matcher.openitems.tie_out import LateDocument, TieOut
from matcher.pipeline.listed_credits import ListedCredit
from matcher.store.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """An electronic invoice that was read, and the open item that stands for it.

    Attributes:
        known: whether the books had the document already.
        corrects: numbers of the documents that it corrects and that are open beside it; of a credit note none.
    """

    invoice: EInvoice
    item_id: str
    entity: str
    customer_id: str
    amount: int
    open_amount: int
    known: bool
    corrects: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """As a machine is told: the invoice as `EInvoice.to_dict`, and the item."""
        currency = self.invoice.currency
        return {
            "file": self.invoice.place,
            **self.invoice.to_dict(),
            "item_id": self.item_id,
            "entity": self.entity,
            "customer_id": self.customer_id,
            "document_type": self.invoice.document_type,
            "amount": money.render(self.amount, currency),
            "open_amount": money.render(self.open_amount, currency),
            "known": self.known,
            "corrects": list(self.corrects),
        }


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import changed. What only a list of open items has is empty for customers and rates.

    Attributes:
        kind, files, rows: what was read.
        new, changed, closed: rows that the books did not know, that say something else than before, and (items) that are closed because
            the list leaves them out.
        dated: the day that the list speaks of, and what told it.
        newer: the latest of the earlier lists when it speaks of a later day than this one, else None.
        tie_out: before, new, changed, closed and after, by legal entity and currency.
        unknown_customers: ids of customers of the list's items of whom the books have no row, sorted; empty while they have no customers.
        late: documents that earlier lists should have told.
        replaced: documents that are open no more, and new ones that stand in their place.
        recognised: credits of the ERP that are what is left of receipts.
        layouts: names of the layouts that the files were read with; none for the contract's own columns.
        notes: what a person should know of how they were read, in sentences without their full stop.
        invoices: the electronic invoices among the files, in their order.
        doubles: new items of a list of changes that may be those of electronic invoices.
    """

    kind: str
    files: int
    rows: int
    new: int
    changed: int
    closed: int
    dated: Dated | None = None
    newer: Snapshot | None = None
    tie_out: tuple[TieOut, ...] = ()
    unknown_customers: tuple[str, ...] = ()
    late: tuple[LateDocument, ...] = ()
    replaced: tuple[ReplacedDocument, ...] = ()
    recognised: tuple[ListedCredit, ...] = ()
    invoices: tuple[PlacedFile, ...] = ()
    doubles: tuple[Double, ...] = ()
    layouts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def late_totals(self) -> dict[str, str]:
        """Decimal text of the late documents' amounts by currency, in the order of the codes."""
        amounts = [(one.currency, one.amount) for one in self.late]
        return totals(pl.DataFrame(amounts, schema={"currency": pl.String(), "amount": pl.Int64()}, orient="row"), "amount")

    def warnings(self) -> tuple[str, ...]:
        """What is odd about the list as a whole, each with its code."""
        doubled = tuple(f"invoice.double: {one.said()}" for one in self.doubles)
        if self.dated is None or self.newer is None:
            return doubled
        days = f"this list is of {in_words(self.dated.day)}, and one of {in_words(self.newer.day)} was imported before"
        return (f"snapshot.older: {days}; what it says counts from now on", *doubled)

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        counts = {name: getattr(self, name) for name in ("kind", "files", "rows", "new", "changed", "closed")}
        counts |= {"layouts": list(self.layouts), "notes": list(self.notes)} if self.layouts or self.notes else {}
        if self.dated is None:
            return counts
        records: dict[str, Sequence[TieOut | LateDocument | ReplacedDocument]] = {
            "tie_out": self.tie_out,
            "late": self.late,
            "replaced": self.replaced,
        }
        return {
            **counts,
            "snapshot_date": self.dated.day.isoformat(),
            "dated_by": self.dated.by.value,
            "unknown_customers": list(self.unknown_customers),
            **{name: [one.to_dict() for one in found] for name, found in records.items()},
            "recognised": [one._asdict() | {"amount": money.render(one.amount, one.currency)} for one in self.recognised],
            "invoices": [one.to_dict() for one in self.invoices],
            "warnings": list(self.warnings()),
        }
