"""Target ``erpnext``: Payment Entries and Journal Entries for the Data Import of ERPNext 14 and 15.

Two CSV files. The one named on the command line has Payment Entries: receipts, and refunds of credit notes. ``NAME.journal.csv`` has
Journal Entries: write-offs, set-offs, returned payments, and what takes such an entry back. The first row of a document has its own
fields, the rows below only those of its child tables, as the template of Data Import has it. Titles are names of fields, which Data
Import knows in every language (frappe, ``frappe/core/doctype/data_import/importer.py``, ``build_fields_dict_for_column_matching``).

How amounts go together is from ``erpnext/accounts/doctype/payment_entry/payment_entry.py``: allocated amounts of a receipt, credit notes
below zero, less what was received are its deductions, and what is received above the allocated stays unallocated. Deductions are in the
company's currency. A Journal Entry may debit an invoice that is paid (``journal_entry.py``, ``validate_reference_doc``): it is open again.
"""

from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import zip_longest
from pathlib import PurePath

from pydantic import Field

from matcher.exports.erp.base import File, Rendering, Target
from matcher.exports.erp.records import Document, Form, Kind, Part
from matcher.exports.erp.settings import MappedSettings, Text, named
from matcher.exports.erp.writing import Cell, csv_file

PAYMENT = (
    "payment_type", "posting_date", "company", "mode_of_payment", "party_type", "party", "paid_from", "paid_from_account_currency",
    "paid_to", "paid_to_account_currency", "paid_amount", "received_amount", "source_exchange_rate", "target_exchange_rate",
    "reference_no", "reference_date", "custom_remarks", "remarks", "cost_center",
)  # fmt: skip
REFERENCE = ("references.reference_doctype", "references.reference_name", "references.allocated_amount")
DEDUCTION = ("deductions.account", "deductions.cost_center", "deductions.amount")
JOURNAL = ("voucher_type", "posting_date", "company", "cheque_no", "cheque_date", "user_remark")
ACCOUNT = tuple(
    f"accounts.{field}"
    for field in (
        "account", "party_type", "party", "cost_center", "debit_in_account_currency", "credit_in_account_currency", "reference_type",
        "reference_name",
    )
)  # fmt: skip
MOST_NAME = 140
"""Characters of a name and of a reference number: Frappe's fields of type Data and Link."""
_INVOICES = ("invoice", "credit_note", "debit_note")
JOURNAL_KINDS = (Kind.WRITE_OFF, Kind.SET_OFF, Kind.RETURN)
_FORMS = frozenset(Form) - {Form.NO_CUSTOMER, Form.CURRENCIES, Form.OTHER_CUSTOMER}


class Settings(MappedSettings):
    """``[target.erpnext]``.

    Attributes:
        receivables: the receivable account there by currency.
        currency: of the company, by ISO code.
        cost_center: for what is cleared without cash; needed only where something is.
        mode: mode of payment; left empty when ''.
    """

    receivables: dict[str, Text] = Field(default_factory=dict)
    currency: Text = "EUR"
    cost_center: str = ""
    mode: str = ""

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Accounts and reasons that are mapped to nothing, receivable accounts, and the cost center of deductions."""
        for one in documents:
            yield from super().lacking((one,))
            if one.currency not in self.receivables:
                yield f"receivables.{one.currency}"
            if not self.cost_center and any(part.adjustments for part in one.parts):
                yield "cost_center"


def refuses(document: Document, settings: Settings) -> str:
    """What Data Import cannot book."""
    kind = document.reversed_kind or document.kind
    if kind == Kind.APPLICATION:
        return "has no import for it; use Payment Reconciliation there"
    if document.kind == Kind.REVERSAL and kind not in JOURNAL_KINDS:
        return f"has no import for it; cancel the Payment Entry {document.reverses_number or document.reverses} there"
    others = [part for part in document.parts if part.document_type not in _INVOICES]
    if others:
        return f"imports payments of sales invoices and their returns only, and {others[0].document_no or others[0].item_id} is none"
    long = [text for text in (document.customer.id, *(part.document_no for part in document.parts)) if not 0 < len(text) <= MOST_NAME]
    if long:
        return f"takes names of 1 to {MOST_NAME} characters, and {long[0][:40]!r} has {len(long[0])}"
    foreign = document.currency != settings.currency
    if foreign and (kind in JOURNAL_KINDS or any(part.adjustments for part in document.parts)):
        return f"wants the rate to {settings.currency}, which nobody told, for anything but a plain payment in {document.currency}"
    return _refuses_amounts(document) if kind not in JOURNAL_KINDS else ""


def _refuses_amounts(document: Document) -> str:
    if document.kind == Kind.REFUND:
        return "refunds credit notes only; pay money on account back with a Journal Entry there" if document.unapplied else ""
    if document.amount <= 0:
        return "has no form for a receipt without money"
    allocated = sum(part.settled for part in document.parts)
    return "takes no receipt whose credit notes come to more than its invoices" if document.parts and allocated <= 0 else ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """The Journal Entries, where there are any, and the Payment Entries."""
    journal = [one for one in batch.documents if (one.reversed_kind or one.kind) in JOURNAL_KINDS]
    payments = [row for one in batch.documents if one not in journal for row in payment_rows(one, batch.settings)]
    files = [csv_file(batch.file_name, (*PAYMENT, *REFERENCE, *DEDUCTION), payments)]
    if journal:
        beside = PurePath(batch.file_name).with_suffix(".journal.csv").name
        files.insert(0, csv_file(beside, (*JOURNAL, *ACCOUNT), [row for one in journal for row in journal_rows(one, batch.settings)]))
    return tuple(files)


def payment_rows(one: Document, settings: Settings) -> Iterator[tuple[Cell, ...]]:
    """A Payment Entry: its own fields stand in the first row, those of its child tables in all."""
    assert one.line is not None
    bank, receivable = settings.account(one), named(settings.receivables, one.currency, "receivables")
    paid_from, paid_to = (receivable, bank) if one.amount > 0 else (bank, receivable)
    amount, rate = one.decimal(abs(one.amount)), 1 if one.currency == settings.currency else None
    head = (
        "Receive" if one.amount > 0 else "Pay", one.date, settings.entity(one), settings.mode, "Customer", one.customer.id, paid_from,
        one.currency, paid_to, one.currency, amount, amount, rate, rate, one.external_id, one.line.booking_date, 1, _remark(one),
        settings.cost_center,
    )  # fmt: skip
    references = [("Sales Invoice", part.document_no, one.decimal(part.settled)) for part in one.parts]
    deductions = [
        (settings.reason(cleared.reason), settings.cost_center, one.decimal(cleared.amount))
        for part in one.parts
        for cleared in part.adjustments
    ]
    rows = zip_longest(references, deductions, fillvalue=("", "", None))
    for number, (reference, deduction) in enumerate(rows if references or deductions else [(("", "", None), ("", "", None))]):
        yield (*(head if number == 0 else ("",) * len(PAYMENT)), *reference, *deduction)


def journal_rows(one: Document, settings: Settings) -> Iterator[tuple[Cell, ...]]:
    """A Journal Entry: its own fields stand in the first row, those of its child table in all."""
    head = ("Journal Entry", one.date, settings.entity(one), one.external_id, one.line.booking_date if one.line else one.date, _remark(one))
    rows = [_customer(one, part, settings) for part in one.parts]
    rows += [
        (settings.reason(cleared.reason), "", "", settings.cost_center, *_sides(one, cleared.amount), "", "")
        for part in one.parts
        for cleared in part.adjustments
    ]
    if one.amount:
        rows.append((settings.account(one), "", "", "", *_sides(one, one.amount), "", ""))
    if one.unapplied:
        account = named(settings.receivables, one.currency, "receivables")
        rows.append((account, "Customer", one.customer.id, "", *_sides(one, -one.unapplied), "", ""))
    for number, row in enumerate(rows):
        yield (*(head if number == 0 else ("",) * len(JOURNAL)), *row)


def _customer(one: Document, part: Part, settings: Settings) -> tuple[Cell, ...]:
    account = named(settings.receivables, one.currency, "receivables")
    return account, "Customer", part.customer.id, "", *_sides(one, -part.settled), "Sales Invoice", part.document_no


def _sides(one: Document, amount: int) -> tuple[Cell, Cell]:
    """Debit and credit of an amount, debits above zero."""
    return (one.decimal(amount), None) if amount >= 0 else (None, one.decimal(-amount))


def _remark(one: Document) -> str:
    """What was known of the money there: the bank's reference and the remitter's text; of a reversal what it takes back."""
    if one.reverses:
        return f"takes back {one.reverses_number or one.reverses}"
    if one.line is None:
        return one.decision_id
    return " ".join(filter(None, (one.line.reference, one.line.counterparty_name, one.line.text)))


def _answers(name: str) -> str:
    return (resources.files("matcher.exports.erp.targets") / name).read_text(encoding="utf-8")


TARGET = Target(
    "erpnext", "payment and journal entries for the Data Import of ERPNext (.csv)", (".csv",), Settings, forms=_FORMS, refuses=refuses,
    render=render, answers=(_answers("erpnext_list.toml"), _answers("erpnext_errors.toml")),
)  # fmt: skip
