"""Target ``zoho-books``: payments received, for the import of Zoho Books (Sales, Payments Received, Import Payments).

The import takes a CSV file and asks which column is which; the titles here are those it knows by itself. One row for each invoice that
a payment pays, the payment's own columns repeated; rows with one payment number are one payment. The titles are those of the payments
that Zoho Books itself writes (https://www.zoho.com/books/help/payments-received/import-payments.html).

Zoho Books adds nothing up: ``Amount`` is what the customer paid, bank charges included, of which our bank paid in less.
"""

from collections.abc import Iterable, Iterator

from pydantic import Field

from matcher.exports.erp.base import File, Rendering, Target
from matcher.exports.erp.records import Document, Form, Kind, Part
from matcher.exports.erp.settings import MappedSettings, Text
from matcher.exports.erp.writing import Cell, csv_file

TITLES = (
    "Payment Number", "Date", "Customer ID", "Customer Name", "Mode", "Description", "Amount", "Currency Code", "Bank Charges",
    "Tax Account", "Deposit To", "Reference Number", "Invoice Number", "Amount Applied to Invoice", "Withholding Tax Amount",
)  # fmt: skip
MOST_REFERENCE = 100
"""Characters of a reference number."""
FORMS = frozenset({Form.FEE, Form.WITHHOLDING_TAX, Form.ON_ACCOUNT})
"""What a payment received has a form for."""


class Settings(MappedSettings):
    """``[target.zoho-books]``.

    Attributes:
        mode: how customers pay, as Zoho Books has it under Payment Modes.
        tax_account: the account of tax withheld; needed only where tax was withheld.
        id_column: column of our list of open items that has the id of the invoice there; '' where the item's own key is it.
        customers: id of the customer there, where it is not the id of our list, by customer id.
    """

    mode: Text = "Bank Transfer"
    tax_account: str = ""
    id_column: str = ""
    customers: dict[str, Text] = Field(default_factory=dict)

    def invoice(self, part: Part) -> str:
        """Zoho Books' id of an invoice; '' where the list has none."""
        return part.extra.get(self.id_column, "") if self.id_column else part.item_id

    def customer(self, document: Document) -> str:
        """Zoho Books' id of the customer."""
        return self.customers.get(document.customer.id, document.customer.id)

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Bank accounts that are mapped to nothing, and the account of tax that was withheld."""
        for one in documents:
            if one.line and one.line.account not in self.accounts:
                yield f"accounts.{one.line.account}"
            if not self.tax_account and any(part.adjusted(Form.WITHHOLDING_TAX) for part in one.parts):
                yield "tax_account"


def refuses(document: Document, settings: Settings) -> str:
    """A payment is applied to invoices, by their numbers."""
    if document.kind != Kind.RECEIPT:
        return "imports payments received only"
    if document.amount <= 0:
        return "imports no money going out"
    unnumbered = [part.item_id for part in document.parts if not part.document_no]
    return f"knows invoices by their numbers, and {unnumbered[0]} has none" if unnumbered else ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """One CSV file."""
    rows = [row for document in batch.documents for row in rows_of(document, batch.settings)]
    return (csv_file(batch.file_name, TITLES, rows),)


def rows_of(one: Document, settings: Settings) -> Iterator[tuple[Cell, ...]]:
    """A row for each invoice that a payment pays; one without invoice where it pays none."""
    assert one.line is not None
    charges = sum(part.adjusted(Form.FEE) for part in one.parts)
    tax = any(part.adjusted(Form.WITHHOLDING_TAX) for part in one.parts)
    head = (
        one.external_id, one.date, settings.customer(one), one.customer.name, settings.mode, one.line.text,
        one.decimal(one.amount + charges),
        one.currency, one.decimal(charges), settings.tax_account if tax else "", settings.account(one),
        one.line.reference[:MOST_REFERENCE],
    )  # fmt: skip
    for part in one.parts or (None,):
        yield (*head, *_applied(one, part))


def _applied(one: Document, part: Part | None) -> tuple[Cell, ...]:
    if part is None:
        return "", None, None
    return (
        part.document_no, one.decimal(part.cash + part.adjusted(Form.FEE)), one.decimal(part.adjusted(Form.WITHHOLDING_TAX))
    )  # fmt: skip


TARGET = Target(
    "zoho-books", "payments received for the import of Zoho Books (.csv)", (".csv",), Settings, forms=FORMS, refuses=refuses, render=render
)
