"""Target ``odoo``: payments and journal entries for the import of Odoo 13 to 19.

Up to three CSV files. The one named on the command line has payments (``account.payment``): receipts, refunds and returned payments.
``NAME.entries.csv`` has journal entries (``account.move``) of what is cleared without cash. ``NAME.matches.csv`` is no import: Odoo's
import cannot match a payment with an invoice, and this is the list to do it by. Titles are names of fields, as ``base_import`` takes them;
the column ``id`` is the External ID, and a record that is imported again under it is changed and not added.

From ``addons/account/models/account_payment.py``: 13 has ``payment_date`` and ``communication``, and wants a payment method; in 14 to 17 a
payment is a journal entry too and has ``date`` and ``ref``; since 18 ``memo``. No version imports ``invoice_ids``, which is read-only. An
amount is never below zero.
"""

from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import PurePath
from typing import Literal

from matcher.exports.erp.base import File, Rendering, Target
from matcher.exports.erp.records import Customer, Document, Form, Kind, Part, decimal
from matcher.exports.erp.settings import MappedSettings
from matcher.exports.erp.writing import Cell, csv_file

VERSIONS = ("19", "18", "17", "16", "15", "14", "13")
MATCHES = ("payment", "date", "customer", "document", "currency", "amount", "cleared_without_cash", "document_currency", "document_amount")
_PARTNER = {"name": "partner_id", "reference": "partner_id", "database_id": "partner_id/.id", "external_id": "partner_id/id"}
_FORMS = frozenset(Form) - {Form.NO_CUSTOMER, Form.OTHER_CUSTOMER, Form.EXCHANGE_DIFFERENCE}


class Settings(MappedSettings):
    """``[target.odoo]``.

    Attributes:
        partner: by what customers are found there.
        currency: of the company, by ISO code.
        receivable: the receivable account, for what is cleared without cash; needed only where something is, as is `journal`.
        journal: of what is cleared without cash.
    """

    partner: Literal["name", "reference", "database_id", "external_id"] = "name"
    currency: str = "EUR"
    receivable: str = ""
    journal: str = ""

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Bank accounts and reasons that are mapped to nothing, and account and journal of what is cleared without cash."""
        for one in documents:
            yield from super().lacking((one,))
            if any(part.adjustments for part in one.parts):
                yield from (name for name in ("receivable", "journal") if not getattr(self, name))

    def customer(self, one: Customer) -> str:
        """The customer, as it is found there."""
        return one.name or one.id if self.partner == "name" else one.id


def refuses(document: Document, settings: Settings) -> str:
    """What has no import."""
    kind = document.reversed_kind or document.kind
    if kind in (Kind.APPLICATION, Kind.SET_OFF):
        return "has no import for a match; match the entries in the journal items there"
    if document.kind == Kind.REVERSAL and kind != Kind.WRITE_OFF:
        return f"has no import for it; reset the payment {document.reverses_number or document.reverses} to draft there and cancel it"
    cleared = [part for part in document.parts if part.adjustments]
    foreign = next((part.currency for part in cleared if part.currency != settings.currency), "")
    if foreign:
        return f"wants the rate to {settings.currency}, which nobody told, for what is cleared in {foreign}"
    return "has no form for a receipt without money" if kind != Kind.WRITE_OFF and not document.amount else ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """The list of matches and the journal entries, where there are any, and the payments."""
    settings, name = batch.settings, PurePath(batch.file_name)
    paid = [one for one in batch.documents if one.amount]
    entries = [row for one in batch.documents for row in _entry(one, settings)]
    matches = [row for one in paid for row in _matches(one, settings)]
    files = []
    if matches:
        files.append(csv_file(name.with_suffix(".matches.csv").name, MATCHES, matches))
    if entries:
        files.append(csv_file(name.with_suffix(".entries.csv").name, _entry_titles(settings), entries))
    return (*files, csv_file(batch.file_name, _titles(settings), [_payment(one, settings) for one in paid]))


def _titles(settings: Settings) -> tuple[str, ...]:
    day, memo = {"13": ("payment_date", "communication"), "18": ("date", "memo"), "19": ("date", "memo")}.get(
        settings.version, ("date", "ref")
    )
    method = ("payment_method_id/id",) if settings.version == "13" else ()
    return (
        "id", day, "payment_type", "partner_type", _PARTNER[settings.partner], "amount", "currency_id", "journal_id", memo, *method
    )  # fmt: skip


def _entry_titles(settings: Settings) -> tuple[str, ...]:
    lines = ("account_id", _PARTNER[settings.partner], "name", "debit", "credit")
    return ("id", "date", "journal_id", "ref", *(f"line_ids/{title}" for title in lines))


def _payment(one: Document, settings: Settings) -> tuple[Cell, ...]:
    incoming = one.amount > 0
    method = f"account.account_payment_method_manual_{'in' if incoming else 'out'}"
    return (
        f"matcher_{one.external_id}", one.date, "inbound" if incoming else "outbound", "customer", settings.customer(one.customer),
        one.decimal(abs(one.amount)), one.currency, settings.account(one), _memo(one), *((method,) if settings.version == "13" else ()),
    )  # fmt: skip


def _memo(one: Document) -> str:
    """The documents, the bank's reference, and the external id, which Odoo shows nowhere else but in an export."""
    paid = ", ".join(_named(part) for part in one.parts)
    return " | ".join(filter(None, (paid, one.line.reference if one.line else "", one.external_id)))


def _entry(one: Document, settings: Settings) -> Iterator[tuple[Cell, ...]]:
    cleared = [(part, adjustment) for part in one.parts for adjustment in part.adjustments]
    # broken, or the entry beside a payment would answer for the payment in an export of entries
    own = f"matcher_cleared_{one.external_id[:10]}_{one.external_id[10:]}" if one.amount else f"matcher_{one.external_id}"
    about = f"takes back {one.reverses_number or one.reverses}" if one.reverses else _memo(one)
    head: tuple[Cell, ...] = (own, one.date, settings.journal, about)
    for part, adjustment in cleared:
        for account, amount in ((settings.reason(adjustment.reason), adjustment.amount), (settings.receivable, -adjustment.amount)):
            debit, credit = (one.decimal(amount), None) if amount > 0 else (None, one.decimal(-amount))
            yield (*head, account, settings.customer(part.customer), part.document_no, debit, credit)
            head = ("", None, "", "")


def _matches(one: Document, settings: Settings) -> Iterator[tuple[Cell, ...]]:
    for part in one.parts:
        yield (
            one.external_id, one.date, settings.customer(part.customer), _named(part), one.currency, one.decimal(part.cash),
            one.decimal(part.adjusted()) if part.adjustments else None, part.currency, decimal(part.item_amount, part.currency),
        )  # fmt: skip


def _named(part: Part) -> str:
    return part.document_no or part.receipt_number or part.receipt or part.item_id


def _answers(name: str) -> str:
    return (resources.files("matcher.exports.erp.targets") / name).read_text(encoding="utf-8")


TARGET = Target(
    "odoo", "payments and journal entries for the import of Odoo (.csv)", (".csv",), Settings, versions=VERSIONS, forms=_FORMS,
    refuses=refuses, render=render, answers=(_answers("odoo.toml"),),
)  # fmt: skip
