"""The live side of ``zoho-books``: the REST interface of Zoho Books, version 3.

``PUT /customerpayments`` with the headers ``X-Unique-Identifier-Key``, ``X-Unique-Identifier-Value`` and ``X-Upsert`` books a payment
under the value of a custom field that allows no duplicates, or writes over the one that has it: so it is booked once, however often it
comes. ``DELETE /customerpayments/ID`` takes it back. The reference number is the external id too, by which ``GET /customerpayments``
finds a payment (https://www.zoho.com/books/api/v3/customer-payments/).

Money on account that pays later is an update of its payment (``PUT /customerpayments/ID``, *Update a payment*): all as it stands there, one
row for each invoice, and ``matcher:`` with the external id in the description. By that it is found, and with it the rows go when the
application is taken back.

Every answer has a ``code``, which is 0 when it was done, and a ``message``; a refusal comes with status 400 or 404. Too many calls are
429, or codes 44 (100 in a minute), 45 (the day's calls) and 1070 (at once) (https://www.zoho.com/books/api/v3/introduction/). Lists come
in pages that are counted, at most 200 rows each, and do not say how long they are.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field

from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live.base import Access, Ask, Context, Listing, Live, Outcome, Reply, Request, Row, Step, Wait
from matcher.exports.erp.live.secret import Secret
from matcher.exports.erp.records import Document, Form, Kind
from matcher.exports.erp.targets import zoho_api, zoho_books
from matcher.exports.erp.targets.zoho_api import ZohoConnection
from matcher.exports.erp.targets.zoho_books import FORMS, TITLES, Settings
from matcher.exports.erp.writing import Cell
from matcher.states import Answered

MOST_PAGE = 200
"""Rows of one page."""
_ID = re.compile(r"\d+")
_PAYMENTS = "/customerpayments"
_MARK, _CHANGED = "matcher:", "applied/"
"""What stands before the external id of an application in its payment's description; and in its number, before the payment's id."""
_KEPT = (
    "customer_id", "payment_mode", "amount", "date", "reference_number", "bank_charges", "account_id", "tax_account_id", "exchange_rate"
)  # fmt: skip
"""Fields that an update of a payment sends back as they were read."""
_LIMITS = (44, 45, 1070)
_MODES = ("check", "cash", "creditcard", "banktransfer", "bankremittance", "autotransaction", "others")
"""Modes of payment that the interface has words for."""
_HEAD = {
    "Date": "date", "Customer ID": "customer_id", "Amount": "amount", "Bank Charges": "bank_charges", "Tax Account": "tax_account_id",
    "Deposit To": "account_id",
}  # fmt: skip
_APPLIED = {"Amount Applied to Invoice": "amount_applied", "Withholding Tax Amount": "tax_amount_withheld"}
"""Fields of a call by the titles of the file."""
_OPEN = ("Status.Unpaid", "Status.PartiallyPaid", "Status.OverDue", "Status.Sent", "Status.Viewed")
"""Which of these has an invoice depends on the day and on who has looked at it: each is asked for."""
_ITEMS = {
    "Invoice ID": "invoice_id", "Invoice Number": "invoice_number", "Invoice Status": "status", "Customer ID": "customer_id",
    "Customer Name": "customer_name", "Invoice Date": "date", "Due Date": "due_date", "Currency Code": "currency_code", "Total": "total",
    "Balance": "balance", "PurchaseOrder": "reference_number",
}  # fmt: skip
_CUSTOMERS = {
    "Contact ID": "contact_id", "Display Name": "contact_name", "Company Name": "company_name", "Currency Code": "currency_code",
    "Payment Terms Label": "payment_terms_label",
}  # fmt: skip


class Connected(ZohoConnection):
    """``[target.zoho-books.api]``.

    Attributes:
        organization: id of the organisation.
        field: API name of the custom field of payments that has the external id and allows no duplicates.
    """

    url: str = Field("https://www.zohoapis.com", min_length=1)
    page: int = Field(MOST_PAGE, ge=1, le=MOST_PAGE)
    organization: str = Field(pattern=r"^\d+$")
    field: str = Field("cf_external_id", pattern=r"^cf_\w+$")


About = Context[Settings, Connected]


class ZohoBooks(Live[Settings, Connected]):
    """Zoho Books. Its secrets are id and secret of a client, and a refresh token with the scopes of payments, invoices and contacts."""

    name: ClassVar[str] = "zoho-books"
    connection: ClassVar[type[Connected]] = Connected
    secrets: ClassVar[tuple[str, ...]] = zoho_api.SECRETS
    hosts: ClassVar[tuple[str, ...]] = zoho_api.HOSTS
    pace: ClassVar[int] = 60
    forms: ClassVar[frozenset[Form] | None] = FORMS | {Form.REVERSAL, Form.APPLICATION}

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: About) -> Access:
        """Asks for an access token."""
        return zoho_api.sign_in(ask, secrets, about.connection)

    def limited(self, reply: Reply) -> bool:
        """Too many calls have codes of their own."""
        return reply.status == 429 or at(reply.body, "code") in _LIMITS

    def refuses(self, document: Document, settings: Settings) -> str:
        """What cannot be booked: as in the files, but that a payment can be deleted; and what is no id of Zoho Books."""
        if document.reverses:
            return "" if document.reversed_kind in (Kind.RECEIPT, Kind.APPLICATION) else "deletes payments received only"
        account = settings.accounts.get(document.line.account, "0") if document.line else "0"
        if not _ID.fullmatch(account):
            return f"knows accounts by its own ids, and {account!r} is none"
        if not _ID.fullmatch(settings.customer(document)):
            return f"knows customers by its own ids, and {settings.customer(document)!r} is none"
        unknown = [part.item_id for part in document.parts if not _ID.fullmatch(settings.invoice(part))]
        if unknown:
            return f"knows invoices by its own ids, and {unknown[0]} has none"
        if document.kind != Kind.APPLICATION:
            return zoho_books.refuses(document, settings)
        more = any(part.cash <= 0 or part.adjustments for part in document.parts)
        return "applies money on account to invoices, and clears nothing else with it" if more else ""

    def waits(self, document: Document) -> Wait | None:
        """A payment is deleted by its id, and changed by it."""
        if document.kind == Kind.APPLICATION and not document.receipt_number:
            return Wait(f"the number of the payment {document.receipt} is not known")
        if document.reverses and not document.reverses_number:
            return Wait(f"the number of the payment {document.reverses} is not known")
        return None

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """One call: the payment, its deletion, or its change."""
        if done:
            return None
        if Kind.APPLICATION in (document.kind, document.reversed_kind):
            return _changed(document, about)
        if document.reverses:
            gone = Outcome(Answered.ACCEPTED, document.reverses_number)
            delete = _call("DELETE", f"{_PAYMENTS}/{quote(document.reverses_number, safe='')}", about)
            find = _call("GET", _PAYMENTS, about, {"reference_number": document.reverses})
            return Step(delete, lambda reply: _booked(reply, gone), find, lambda reply: _missing(reply, document.reverses, gone))
        find = _call("GET", _PAYMENTS, about, {"reference_number": document.external_id})
        key = {
            "X-Unique-Identifier-Key": about.connection.field, "X-Unique-Identifier-Value": document.external_id, "X-Upsert": "true"
        }  # fmt: skip
        put = _call("PUT", _PAYMENTS, about, body=_payment(document, about), headers=key)
        return Step(put, _booked, find, lambda reply: _found(reply, document.external_id), safe=True)

    def listing(self, kind: str, about: About) -> Listing:
        """Invoices that are not paid, one status after the other; customers. A list of counted pages is read twice."""
        if kind == "items":
            return _listing("zoho-books", "invoices", _ITEMS, [{"filter_by": word} for word in _OPEN], about)
        return _listing("zoho-contacts", "contacts", _CUSTOMERS, [{"contact_type": "customer"}], about)


def _call(method: str, path: str, about: About, query: Mapping[str, str] | None = None, **more: Any) -> Request:
    return Request(method, f"/books/v3{path}", {"organization_id": about.connection.organization, **(query or {})}, **more)


def _payment(one: Document, about: About) -> dict[str, object]:
    """The fields of a payment. Its reference number is the external id; that of the bank stands before the text."""
    rows = [dict(zip(TITLES, row, strict=True)) for row in zoho_books.rows_of(one, about.settings)]
    mode = about.settings.mode.replace(" ", "").lower()
    invoices = [{"invoice_id": about.settings.invoice(part), **_named(row, _APPLIED)} for part, row in zip(one.parts, rows, strict=False)]
    told = " ".join(filter(None, (text_of(rows[0]["Reference Number"]), text_of(rows[0]["Description"]))))
    return {
        **_named(rows[0], _HEAD), "payment_mode": mode if mode in _MODES else about.settings.mode, "reference_number": one.external_id,
        "description": told, "invoices": invoices, "custom_fields": [{"api_name": about.connection.field, "value": one.external_id}],
    }  # fmt: skip


def _changed(document: Document, about: About) -> Step:
    """Puts rows onto a payment whose money lies on account, or takes them off it."""
    identity = document.receipt_number or document.reverses_number.removeprefix(_CHANGED)
    mark, done = f"{_MARK}{document.reverses or document.external_id}", Outcome(Answered.ACCEPTED, f"{_CHANGED}{identity}")
    path = f"{_PAYMENTS}/{quote(identity, safe='')}"
    find = _call("GET", path, about)

    def found(reply: Reply) -> Outcome | None:
        payment = at(reply.body, "payment")
        if reply.ok and isinstance(payment, dict):
            there = mark in text_of(payment.get("description")).split()
            return None if there == bool(document.reverses) else done
        if reply.status != 404:
            return Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
        return done if document.reverses else Outcome(Answered.REJECTED, "", f"the payment {identity} is no longer there")

    def request() -> Request | Outcome:
        reply = about.ask(find)
        known, payment = found(reply), at(reply.body, "payment")
        if known is not None or not isinstance(payment, dict):
            return known or Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
        said = payment.get("description")
        kept = said if isinstance(said, str) else ""
        note = kept.replace(mark, "").strip() if document.reverses else f"{kept} {mark}".strip()
        standing = {name: payment[name] for name in _KEPT if payment.get(name) not in (None, "")}
        own = [{"api_name": about.connection.field, "value": document.receipt or _own(payment, about)}]
        body = {**standing, "description": note, "invoices": _rows_of(payment, document, about.settings), "custom_fields": own}
        return _call("PUT", path, about, body=body)

    def read(reply: Reply) -> Outcome:
        said = _booked(reply, done)
        # what is refused may be so because it is done: a call that was thought lost has arrived after all
        there = found(about.ask(find)) if said.result == Answered.REJECTED else None
        return there if there and there.result == Answered.ACCEPTED else said

    return Step(request, read, find, found)


def _own(payment: Mapping[str, object], about: About) -> str:
    """The external id of a payment, in its custom field or as its reference number."""
    fields = payment.get("custom_fields")
    every = fields if isinstance(fields, list) else []
    told = next((text_of(at(one, "value")) for one in every if at(one, "api_name") == about.connection.field), "")
    return told or text_of(payment.get("reference_number"))


def _rows_of(payment: Mapping[str, object], document: Document, settings: Settings) -> list[dict[str, object]]:
    """The rows of a payment with what a document adds to them, or takes off: one for each invoice."""
    standing = payment.get("invoices")
    rows = {text_of(at(one, "invoice_id")): one for one in (standing if isinstance(standing, list) else ())}
    cash = {key: _decimal(at(one, "amount_applied")) for key, one in rows.items()}
    for part in document.parts:
        # a reversal has its parts below zero; what somebody has taken off by hand there is not taken off again
        key = settings.invoice(part)
        cash[key] = max(cash.get(key, Decimal(0)) + document.decimal(part.cash), Decimal(0))
    tax = {key: _decimal(at(one, "tax_amount_withheld")) for key, one in rows.items()}
    return [
        {"invoice_id": key, "amount_applied": amount, **({"tax_amount_withheld": tax[key]} if tax.get(key) else {})}
        for key, amount in cash.items()
        if amount or tax.get(key)
    ]  # fmt: skip


def _decimal(value: object) -> Decimal:
    return Decimal(value) if isinstance(value, (int, Decimal)) else Decimal(0)


def _named(row: Mapping[str, Cell], names: Mapping[str, str]) -> dict[str, object]:
    filled = {name: row[title] for title, name in names.items() if row[title] not in ("", None)}
    return {name: value for name, value in filled.items() if value != 0 or name == "amount_applied"}


def _booked(reply: Reply, done: Outcome | None = None) -> Outcome:
    """What a call says that books: the id of the payment, or what is known to be it."""
    code, number = at(reply.body, "code"), text_of(at(reply.body, "payment", "payment_id"))
    if code == 0 and reply.ok and (done or number):
        return done or Outcome(Answered.ACCEPTED, number)
    if isinstance(code, int) and code:
        return Outcome(Answered.REJECTED, "", f"{code}: {text_of(at(reply.body, 'message'))}")
    return Outcome(Answered.UNKNOWN, "", reply.text)


def _payments(reply: Reply, external_id: str) -> list[str] | None:
    """Ids of the payments with this reference number; None where the answer is no list."""
    found = at(reply.body, "customerpayments")
    if not reply.ok or not isinstance(found, list):
        return None
    return [text_of(at(one, "payment_id")) for one in found if text_of(at(one, "reference_number")) == external_id]


def _found(reply: Reply, external_id: str) -> Outcome | None:
    ids = _payments(reply, external_id)
    if ids is None:
        return Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
    if len(ids) > 1:
        return Outcome(Answered.UNKNOWN, "", f"it is booked more than once: {', '.join(ids)}")
    return Outcome(Answered.ACCEPTED, ids[0]) if ids else None


def _missing(reply: Reply, external_id: str, gone: Outcome) -> Outcome | None:
    """A payment that is no longer there was deleted."""
    ids = _payments(reply, external_id)
    if ids is None:
        return Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
    return None if ids else gone


def _listing(layout: str, name: str, columns: Mapping[str, str], filters: Sequence[Mapping[str, str]], about: About) -> Listing:
    """A list of several filters, page by page; a row that several of them show is taken once."""
    key, place = next(iter(columns)), [0, 0]
    seen: set[str] = set()

    def page(rows: Sequence[Row], reply: Reply | None) -> Request | None:
        if reply is None:
            place[:] = [0, 1]
            seen.clear()
        elif at(reply.body, "page_context", "has_more_page"):
            place[1] += 1
        else:
            place[:] = [place[0] + 1, 1]
        if place[0] == len(filters):
            return None
        paging = {"page": str(place[1]), "per_page": str(about.connection.page), "sort_column": "created_time", "sort_order": "A"}
        return _call("GET", f"/{name}", about, {**filters[place[0]], **paging})

    def rows(reply: Reply) -> Sequence[Row] | None:
        found, more = at(reply.body, name), at(reply.body, "page_context", "has_more_page")
        if not isinstance(found, list) or not isinstance(more, bool):
            return None
        made: list[Row] = []
        for one in found:
            row = {title: _text(at(one, field)) for title, field in columns.items()}
            if not row[key]:
                return None
            if row[key] not in seen:
                made.append(row | ({"Invoice Status": row["Invoice Status"].replace("_", " ").title()} if "Balance" in row else {}))
            seen.add(row[key])
        return made

    return Listing(layout, tuple(columns), key, page, rows, twice=True)


def _text(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else text_of(value)


LIVE = ZohoBooks()
