"""Target ``netsuite``: customer payments and journal entries for the CSV import of Oracle NetSuite.

The file named on the command line has customer payments, one row for each invoice with the payment's own columns repeated.
``NAME.journal.csv`` has journal entries: refunds, returned payments, and what is cleared without cash.

From Oracle's help (Customer Payment Import, section_N410731; Transactions Import Type, section_N405613; Importing a Journal Entry,
section_N1472877): an invoice is found by internal or external id only; a payment takes invoices, and no credits or deposits; refunds,
deposits and their applications are no import; the external id stands in every row; accounts are named, not numbered; a payment has 5,000
lines at most; a journal entry balances.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import PurePath
from typing import Literal

from pydantic import Field

from matcher.exports.erp.base import Answer, File, Rendering, Target
from matcher.exports.erp.records import Adjustment, Customer, Document, Form, Kind, Part
from matcher.exports.erp.settings import MappedSettings, Text
from matcher.exports.erp.writing import Cell, Style, csv_file
from matcher.states import Answered

PAYMENT = (
    "External ID", "Customer", "Date", "Posting Period", "Currency", "Payment Amount", "Undep. Funds", "Account", "Check #", "Memo",
    "Invoices : Invoice", "Invoices : Payment",
)  # fmt: skip
JOURNAL = ("External ID", "Date", "Posting Period", "Subsidiary", "Currency", "Account", "Debit", "Credit", "Name", "Line Memo")
MOST_ROWS = 25_000
"""Rows of a file. This limit and those of texts are as users report them; Oracle's help as read does not tell them."""
MOST_LINES = 5_000
"""Invoices of a payment."""
MOST_CHECK = 45
MOST_MEMO = 999
_DAYS = {"MM/DD/YYYY": "%m/%d/%Y", "DD/MM/YYYY": "%d/%m/%Y", "DD.MM.YYYY": "%d.%m.%Y", "DD-MM-YYYY": "%d-%m-%Y", "YYYY-MM-DD": "%Y-%m-%d"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_JOURNAL = (Kind.REFUND, Kind.RETURN, Kind.WRITE_OFF)
_CREATED = re.compile("created with internal ?id", re.IGNORECASE)
_FORMS = frozenset(Form) - {Form.NO_CUSTOMER, Form.CURRENCIES, Form.OTHER_CUSTOMER}
Rows = list[tuple[Cell, ...]]


class Settings(MappedSettings):
    """``[target.netsuite]``.

    Attributes:
        customer: what names a customer there: our customer id, the customer number, or the name.
        receivable: the A/R account, for journal entries; needed only where there are any.
        currencies: the name of a currency there by ISO code; left out where it is the code.
        dates: the date format of the user who imports.
        decimal: the decimal point of the user who imports.
        periods: whether the posting period is told, by the names that NetSuite gives periods: ``Mar 2026``.
    """

    customer: Literal["id", "number", "name"] = "id"
    receivable: str = ""
    currencies: dict[str, Text] = Field(default_factory=dict)
    dates: Literal["MM/DD/YYYY", "DD/MM/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "YYYY-MM-DD"] = "MM/DD/YYYY"
    decimal: Literal[".", ","] = "."
    periods: bool = True

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Bank accounts and reasons that are mapped to nothing, and the account of journal entries."""
        for one in documents:
            yield from super().lacking((one,))
            if not self.receivable and (_kind(one) in _JOURNAL or any(part.adjustments for part in one.parts)):
                yield "receivable"

    def named(self, one: Customer) -> str:
        """The customer, as it is found there."""
        return {"id": one.id, "number": one.no or one.id, "name": one.name or one.id}[self.customer]

    def period(self, one: Document) -> str:
        """The posting period of a document's day."""
        return f"{_MONTHS[one.date.month - 1]} {one.date.year:04}" if self.periods else ""


def refuses(document: Document, settings: Settings) -> str:
    """What has no import."""
    kind = _kind(document)
    if kind in (Kind.APPLICATION, Kind.SET_OFF):
        return "has no import for an application; apply the payment or credit memo to the invoice there"
    if document.kind == Kind.REVERSAL and kind not in _JOURNAL:
        return f"has no import for it; void the payment {document.reverses_number or document.reverses} there"
    if kind in _JOURNAL:
        return ""
    if document.amount <= 0:
        return "has no form for a receipt without money"
    credits = [part for part in document.parts if part.cash < 0 or part.receipt or part.document_type != "invoice"]
    if credits:
        no = credits[0].document_no or credits[0].item_id
        return f"imports payments of invoices only, and {no} is none; accept the payment there"
    return f"takes at most {MOST_LINES} invoices of a payment" if len(document.parts) > MOST_LINES else ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """The journal entries, where there are any, and the payments; in several files where they are too many for one."""
    settings, path = batch.settings, PurePath(batch.file_name)
    style = Style(decimal=settings.decimal, day=_DAYS[settings.dates])
    journal = [rows for one in batch.documents if (rows := _journal(one, settings))]
    payments = [_payment(one, settings) for one in batch.documents if _kind(one) not in _JOURNAL]
    beside = _files(path.with_suffix(".journal.csv").name, JOURNAL, journal, style) if journal else ()
    return (*beside, *_files(batch.file_name, PAYMENT, payments, style))


def _files(name: str, titles: Sequence[str], documents: Iterable[Rows], style: Style) -> tuple[File, ...]:
    """Files of at most `MOST_ROWS` rows, no document in two of them; the first, which comes last, has the name itself."""
    parts: list[Rows] = [[]]
    for rows in documents:
        if parts[-1] and len(parts[-1]) + len(rows) > MOST_ROWS:
            parts.append([])
        parts[-1] += rows
    names = [name, *(PurePath(name).with_suffix(f".{number}.csv").name for number in range(2, len(parts) + 1))]
    return tuple(reversed([csv_file(own, titles, rows, style) for own, rows in zip(names, parts, strict=True)]))


def _payment(one: Document, settings: Settings) -> Rows:
    assert one.line is not None
    head = (
        one.external_id, settings.named(one.customer), one.date, settings.period(one), settings.currencies.get(one.currency, one.currency),
        one.decimal(one.amount), "FALSE", settings.account(one), one.line.reference[:MOST_CHECK], _memo(one),
    )  # fmt: skip
    paid = [(*head, part.item_id, one.decimal(part.cash)) for part in one.parts if part.cash]
    return [*paid] or [(*head, "", None)]


def _journal(one: Document, settings: Settings) -> Rows:
    """Of a refund, return or write-off all that it books; of a receipt what it clears without cash."""
    whole = _kind(one) in _JOURNAL
    # broken in two, or the entry beside a payment would answer for the payment in a list of transactions
    own = one.external_id if whole else f"{one.external_id[:10]}-{one.external_id[10:]}"
    head = (own, one.date, settings.period(one), settings.entities.get(one.entity, ""), settings.currencies.get(one.currency, one.currency))
    lines: list[tuple[str, int, Customer | None, str]] = [
        (settings.receivable, -(part.settled if whole else part.adjusted()), part.customer, part.document_no) for part in one.parts
    ]
    lines += [(settings.reason(cleared.reason), cleared.amount, None, part.document_no) for part, cleared in _cleared(one)]
    if whole and one.unapplied:
        lines.append((settings.receivable, -one.unapplied, one.customer, _memo(one)))
    if whole and one.amount:
        lines.append((settings.account(one), one.amount, None, _memo(one)))
    return [
        (*head, account, one.decimal(amount) if amount > 0 else None, one.decimal(-amount) if amount < 0 else None,
         settings.named(whose) if whose else "", memo)
        for account, amount, whose, memo in lines if amount
    ]  # fmt: skip


def _cleared(one: Document) -> list[tuple[Part, Adjustment]]:
    return [(part, cleared) for part in one.parts for cleared in part.adjustments]


def _kind(one: Document) -> Kind:
    return one.reversed_kind or one.kind


def _memo(one: Document) -> str:
    return " ".join(f"{one.line.counterparty_name} {one.line.text}".split())[:MOST_MEMO] if one.line else one.decision_id


def read_answer(data: bytes, name: str, settings: Settings) -> list[Answer] | None:
    """The rows that an import did not take, from its results.csv: our rows with a column of what was wrong. None for any other file.

    A row whose message says that the record was created is booked: only a script behind it failed.
    """
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error):
        return None
    titles = list(reader.fieldnames or ())
    if "External ID" not in titles or not {"Invoices : Invoice", "Line Memo"} & set(titles):
        return None
    own = {*PAYMENT, *JOURNAL}
    found = dict[str, Answer]()
    for number, row in enumerate(rows, 2):
        external_id = (row["External ID"] or "").strip()
        if not re.fullmatch("[0-9a-f]{20}", external_id):
            continue
        message = " ".join(str(cell) for title, cell in row.items() if title not in own and cell)
        result = Answered.ACCEPTED if _CREATED.search(message) else Answered.REJECTED
        found.setdefault(external_id, Answer(external_id, result, message=message, place=f"{name}:{number}"))
    return list(found.values())


def _answers(name: str) -> str:
    return (resources.files("matcher.exports.erp.targets") / name).read_text(encoding="utf-8")


TARGET = Target(
    "netsuite", "customer payments and journal entries for the CSV import of Oracle NetSuite (.csv)", (".csv",), Settings, forms=_FORMS,
    refuses=refuses, render=render, answers=(_answers("netsuite.toml"),), read_answer=read_answer,
)  # fmt: skip
