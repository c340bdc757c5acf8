"""Target ``business-central``: lines of a general journal of Dynamics 365 Business Central (.xlsx, .csv), or customer payments for its API.

The table has the fields of ``Gen. Journal Line`` with their English captions, journal, batch and line number in front: a configuration
package of table 81 with these fields takes it, and it can be pasted into the journal page. All lines of a document have one document
number, our external id, and come to 0. Rules that shape it, from the base application (microsoft/BCApps): a customer's line of type
Payment is not above 0 and one of type Refund not below (codeunit 11, ``CheckDocType``), so a document that has both has no type; numbers
have 20 characters, descriptions 100 (table 81); numbers are in capitals (type Code).

Money on account that pays a document is two lines of one customer, one applied to the payment and one to the document.
"""

from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import PurePath

from pydantic import Field

from matcher.errors import MatcherError
from matcher.exports.erp.base import File, Rendering, Target
from matcher.exports.erp.records import Document, Form, Kind, Part
from matcher.exports.erp.settings import MappedSettings, Text
from matcher.exports.erp.targets import business_central_api as api
from matcher.exports.erp.writing import Cell, csv_file, xlsx_file

TITLES = (
    "Journal Template Name", "Journal Batch Name", "Line No.", "Posting Date", "Document Type", "Document No.", "External Document No.",
    "Account Type", "Account No.", "Description", "Currency Code", "Amount", "Applies-to Doc. Type", "Applies-to Doc. No.",
)  # fmt: skip
MOST_NUMBER = 20
MOST_DESCRIPTION = 100
_STEP = 10_000
_APPLIES = {"invoice": "Invoice", "credit_note": "Credit Memo"}
_FORMS = frozenset(Form) - {Form.NO_CUSTOMER, Form.CURRENCIES}


class Settings(MappedSettings):
    """``[target.business-central]``.

    Attributes:
        template: journal template there.
        batch: journal batch there.
        currency: the local currency, which has no code there.
        company: id of the company, for the API.
        journals: for the API the id of the customer payment journal for each of our bank accounts. Its balancing account is the bank.
    """

    template: Text = "GENERAL"
    batch: Text = "MATCHER"
    currency: Text = "EUR"
    company: str = ""
    journals: dict[str, Text] = Field(default_factory=dict)

    @property
    def by_api(self) -> bool:
        """Whether customer payments for the API are wanted, and no lines of a journal."""
        return bool(self.company)

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Bank accounts and reasons that are mapped to nothing, and bank accounts without a journal for what goes by the API."""
        for one in documents:
            if self.by_api and one.kind == Kind.RECEIPT and one.line and one.line.account not in self.journals:
                yield f"journals.{one.line.account}"
            if not (self.by_api and api.takes(one)):
                yield from super().lacking((one,))


def refuses(document: Document, settings: Settings) -> str:
    """What cannot be told in lines of a journal, or by the API."""
    if document.kind == Kind.REVERSAL and document.reversed_kind in (Kind.APPLICATION, Kind.SET_OFF):
        number = document.reverses_number or document.reverses.upper()
        return f"takes an application back by Unapply Customer Entries; do it there for document {number}"
    strange = [part for part in document.parts if not part.receipt and part.document_type not in _APPLIES]
    if strange and not _back(document):
        return f"is applied to invoices, credit memos and our payments only, and {strange[0].document_no or strange[0].item_id} is none"
    numbers = (document.customer.id, *(_number(part) for part in document.parts), *(part.customer.id for part in document.parts))
    used = (_receipt(document)[1],) if _back(document) or document.kind == Kind.APPLICATION else ()
    long = [number for number in numbers if not number] + [number for number in (*numbers, *used) if len(number) > MOST_NUMBER]
    if long:
        return f"takes numbers of 1 to {MOST_NUMBER} characters, and {long[0][:40]!r} has {len(long[0])}"
    if document.kind == Kind.RECEIPT and document.unapplied > 0 and any(part.settled < 0 for part in document.parts):
        return "applies money on account to payments, and one that nets a credit memo has no type; post what is left by hand"
    return ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """Lines of a journal, or batches for the API and the lines of what it does not take.

    Raises:
        MatcherError: ``usage.option`` when the ending is not that of what the settings ask for.
    """
    settings, name = batch.settings, batch.file_name
    if settings.by_api != name.lower().endswith(".json"):
        wanted = ".json, as target.business-central.company is set" if settings.by_api else ".xlsx or .csv"
        raise MatcherError("usage.option", f"{name!r} must end with {wanted}", name)
    if not settings.by_api:
        return (_journal(name, batch.documents, settings),)
    plain = [one for one in batch.documents if api.takes(one)]
    rest = [one for one in batch.documents if one not in plain]
    beside = (_journal(PurePath(name).with_suffix(".journal.xlsx").name, rest, settings),) if rest else ()
    return (*beside, *api.files(name, plain, settings.company, settings.journals))


def _journal(name: str, documents: Iterable[Document], settings: Settings) -> File:
    rows = [row for one in documents for row in _rows(one, settings)]
    table = [(settings.template, settings.batch, number * _STEP, *row) for number, row in enumerate(rows, 1)]
    return xlsx_file(name, "Gen. Journal Line", TITLES, table) if name.lower().endswith(".xlsx") else csv_file(name, TITLES, table)


def _rows(one: Document, settings: Settings) -> Iterator[tuple[Cell, ...]]:
    kind = _type(one)
    number, currency = one.external_id.upper(), "" if one.currency == settings.currency else one.currency
    text = " ".join((f"{one.line.reference} {one.line.text}" if one.line else one.decision_id).split())[:MOST_DESCRIPTION]
    for account_type, account, amount, applies, to in _lines(one, settings):
        yield one.date, kind, number, number, account_type, account, text, currency, one.decimal(amount), applies, to


def _lines(one: Document, settings: Settings) -> Iterator[tuple[str, str, int, str, str]]:
    """Account type and number, amount (debits above zero), and what it is applied to."""
    for part in one.parts:
        if part.settled:
            yield "Customer", part.customer.id, -part.settled, *_applied(one, part)
    if one.unapplied:
        yield "Customer", one.customer.id, -one.unapplied, *(("", "") if one.kind in (Kind.RECEIPT, Kind.REFUND) else _receipt(one))
    for part in one.parts:
        yield from (("G/L Account", settings.reason(cleared.reason), cleared.amount, "", "") for cleared in part.adjustments)
    if one.amount:
        yield "Bank Account", settings.account(one), one.amount, "", ""


def _type(one: Document) -> str:
    amounts = [-part.settled for part in one.parts] + [-one.unapplied]
    if one.kind == Kind.RECEIPT and max(amounts) <= 0:
        return "Payment"
    return "Refund" if one.kind in (Kind.REFUND, Kind.RETURN) and min(amounts) >= 0 else ""


def _back(one: Document) -> bool:
    """Whether the document takes back another one, to which its lines are applied: what that had paid is not open."""
    return one.kind in (Kind.RETURN, Kind.REVERSAL)


def _applied(one: Document, part: Part) -> tuple[str, str]:
    if _back(one):
        return _receipt(one)
    return ("Payment" if part.receipt else _APPLIES[part.document_type]), _number(part)


def _receipt(one: Document) -> tuple[str, str]:
    """The document whose money is used or goes back, by its number there, else by our external id, which is its number too."""
    number = (one.reverses_number or one.reverses or one.receipt_number or one.receipt).upper()
    amounts = [-part.settled for part in one.parts] + [-one.unapplied]
    if one.kind == Kind.APPLICATION or ((one.reversed_kind or Kind.RECEIPT) == Kind.RECEIPT and min(amounts) >= 0):
        return ("Payment", number) if number else ("", "")
    return ("Refund", number) if one.reversed_kind in (Kind.REFUND, Kind.RETURN) and max(amounts) <= 0 else ("", number)


def _number(part: Part) -> str:
    return (part.receipt_number or part.receipt).upper() if part.receipt else part.document_no


def _answers(name: str) -> str:
    return (resources.files("matcher.exports.erp.targets") / name).read_text(encoding="utf-8")


TARGET = Target(
    "business-central", "journal lines (.xlsx, .csv) or customer payments for the API (.json) of Business Central",
    (".xlsx", ".csv", ".json"), Settings, forms=_FORMS, refuses=refuses, render=render, answers=(_answers("business_central.toml"),),
    read_answer=api.answers,
)  # fmt: skip
