"""Target ``sap``: accounting documents for SAP ERP (ECC) and S/4HANA, one row for each line item, with SAP's names of the fields.

SAP has no template of its own for many incoming payments (knowledge base article 3734514), so the rows are for what a company loads
postings with: a program around ``BAPI_ACC_DOCUMENT_POST``, LSMW or the migration cockpit, in the cloud the API *Journal Entry - Post*
(https://help.sap.com/docs/SAP_S4HANA_CLOUD). Each document balances. Customers' items carry the paid document's number in the assignment
(``ZUONR``), by which automatic clearing (F.13, SAPF124) finds them. Lengths of fields are those of BKPF and BSEG.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import PurePath

from pydantic import Field

from matcher.exports import sheets
from matcher.exports.erp.base import File, Rendering, Target
from matcher.exports.erp.records import Document, Form, Kind, Part
from matcher.exports.erp.settings import MappedSettings, Text
from matcher.exports.erp.writing import Cell, Style, csv_file, xlsx_file
from matcher.states import REST

ON_PREMISE, CLOUD = "on-premise", "cloud"
MOST_LINES = 999
"""Line items of one accounting document."""
_COLUMNS: tuple[tuple[str, str], ...] = (
    ("BKTXT", "DocumentHeaderText"), ("BUKRS", "CompanyCode"), ("BLART", "AccountingDocumentType"), ("BLDAT", "DocumentDate"),
    ("BUDAT", "PostingDate"), ("WAERS", "TransactionCurrency"), ("XBLNR", "DocumentReferenceID"), ("BUZEI", "ReferenceDocumentItem"),
    ("KOART", "FinancialAccountType"), ("BSCHL", "PostingKey"), ("HKONT", "GLAccount"), ("KUNNR", "Debtor"), ("SHKZG", "DebitCreditCode"),
    ("WRBTR", "AmountInTransactionCurrency"), ("VALUT", "ValueDate"), ("ZUONR", "AssignmentReference"), ("SGTXT", "DocumentItemText"),
)  # fmt: skip
TITLES = {ON_PREMISE: tuple(first for first, _ in _COLUMNS), CLOUD: tuple(second for _, second in _COLUMNS)}
"""Titles of the columns by version: fields of BKPF and BSEG, and elements of the API."""
_MOST = {"KUNNR": 10, "ZUONR": 18, "XBLNR": 16, "SGTXT": 50}
"""Characters of a field."""
_FORMS = frozenset(Form) - {Form.CURRENCIES}
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")


class Settings(MappedSettings):
    """``[target.sap]``.

    Attributes:
        document_type: of documents with money.
        clearing_type: of documents without: applications, set-offs, write-offs.
        unknown_payer: ledger account for money of an unknown payer; '' refuses it.
        customers: number of the customer there, where it is not the id of our list, by customer id.
    """

    document_type: Text = "DZ"
    clearing_type: Text = "AB"
    unknown_payer: str = ""
    customers: dict[str, str] = Field(default_factory=dict)

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Company codes, bank accounts and reasons that are mapped to nothing."""
        documents = tuple(documents)
        for one in documents:
            if one.entity not in self.entities:
                yield f"entities.{one.entity}"
        yield from super().lacking(one for one in documents if one.amount or any(part.adjustments for part in one.parts))

    def customer(self, key: str) -> str:
        """The customer's number there."""
        return self.customers.get(key, key)


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line of an accounting document.

    Attributes:
        customer: number, or ''.
        account: of the ledger, where there is no customer.
        amount: minor units of the document's currency; above zero is a debit.
        assignment: number of the document that it is about.
    """

    customer: str
    account: str
    amount: int
    assignment: str


def refuses(document: Document, settings: Settings) -> str:
    """Numbers that no field takes, and documents of too many lines."""
    if not document.customer.id and not settings.unknown_payer:
        return "has no form for money of an unknown payer, unless `unknown_payer` names an account"
    for customer in (document.customer, *(part.customer for part in document.parts)):
        if len(number := settings.customer(customer.id)) > _MOST["KUNNR"]:
            return f"takes customers of up to {_MOST['KUNNR']} characters, and {number} is longer"
    for part in document.parts:
        number = _number(part)
        if not number:
            return f"knows items by their numbers, and {part.item_id} has none"
        if sheets.safe(number) != number:
            return f"takes no number that a spreadsheet would run, such as {number}"
        if len(number) > _MOST["ZUONR"]:
            return f"takes numbers of up to {_MOST['ZUONR']} characters, and {number} is longer"
    lines = 2 + sum(1 + len(part.adjustments) for part in document.parts)
    return f"takes {MOST_LINES} line items in a document" if lines > MOST_LINES else ""


def lines(one: Document, settings: Settings) -> Iterator[LineItem]:
    """The line items of a document; they come to zero."""
    if one.amount:
        yield LineItem("", settings.account(one), one.amount, one.line.reference if one.line else "")
    for part in one.parts:
        for cleared in part.adjustments:
            if cleared.amount:
                yield LineItem("", settings.reason(cleared.reason), cleared.amount, _number(part))
        if part.settled:
            yield LineItem(settings.customer(part.customer.id), "", -part.settled, _number(part))
    if one.unapplied:
        rest = f"{REST}{one.line.id}" if one.line else one.external_id[: _MOST["ZUONR"]]
        customer = settings.customer(one.customer.id)
        yield LineItem(customer, "" if customer else settings.unknown_payer, -one.unapplied, rest)


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """One file, CSV or a workbook, with the titles of the version."""
    settings = batch.settings
    titles = TITLES[settings.version]
    rows = [list(row.values()) for one in batch.documents for row in rows_of(one, settings)]
    if PurePath(batch.file_name).suffix.lower() == ".xlsx":
        return (xlsx_file(batch.file_name, "Documents", titles, rows),)
    day = "%Y%m%d" if settings.version == ON_PREMISE else "%Y-%m-%d"
    return (csv_file(batch.file_name, titles, rows, Style(encoding="utf-8-sig", day=day)),)


def rows_of(one: Document, settings: Settings) -> Iterator[Mapping[str, Cell]]:
    """A row for each line item, the document's own fields repeated, by SAP's names of the fields."""
    paid = one.line.booking_date if one.line else one.date
    text = _CONTROL.sub(" ", f"{one.customer.name} {one.line.text if one.line else ''}").strip()
    for number, item in enumerate(lines(one, settings), 1):
        yield {
            "BKTXT": one.external_id, "BUKRS": settings.entity(one),
            "BLART": settings.document_type if one.amount else settings.clearing_type, "BLDAT": paid, "BUDAT": one.date,
            "WAERS": one.currency, "XBLNR": reference(one.external_id), "BUZEI": str(number), "KOART": "D" if item.customer else "S",
            "BSCHL": _posting_key(one, item), "HKONT": item.account, "KUNNR": item.customer, "SHKZG": "S" if item.amount > 0 else "H",
            "WRBTR": _amount(one, item.amount), "VALUT": _value_date(one, item), "ZUONR": sheets.safe(item.assignment)[: _MOST["ZUONR"]],
            "SGTXT": sheets.safe(text)[: _MOST["SGTXT"]],
        }  # fmt: skip


def reference(external_id: str) -> str:
    """An external id in the 16 characters of the reference: the same number with 36 digits instead of 16, so that no two are the same."""
    number, text = int(external_id, 16), ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text.rjust(_MOST["XBLNR"], "0")


def _posting_key(one: Document, item: LineItem) -> str:
    """Debit and credit of the ledger; a customer's payment, or clearing where no money moves."""
    if not item.customer:
        return "40" if item.amount > 0 else "50"
    money = one.kind not in (Kind.APPLICATION, Kind.SET_OFF, Kind.WRITE_OFF)
    return ("05" if money else "07") if item.amount > 0 else ("15" if money else "17")


def _amount(one: Document, minor: int) -> Decimal:
    return abs(one.decimal(minor))


def _value_date(one: Document, item: LineItem) -> date | None:
    return None if item.customer or not one.line else one.line.value_date or one.line.booking_date


def _number(part: Part) -> str:
    return part.item_id if part.item_id.startswith(REST) else part.document_no


TARGET = Target(
    "sap", "accounting documents for SAP ERP and S/4HANA, a row for each line item (.csv, .xlsx)", (".csv", ".xlsx"), Settings,
    versions=(ON_PREMISE, CLOUD), forms=_FORMS, refuses=refuses, render=render,
    answers=((resources.files("matcher.exports.erp.targets") / "sap_answers.toml").read_text(encoding="utf-8"),),
)  # fmt: skip
