"""The live side of ``erpnext``: the REST interface of Frappe, on which ERPNext 14 and 15 stand.

``POST /api/resource/DOCTYPE`` inserts a document, and with ``docstatus`` 1 submits it in the same database transaction; ``PUT`` with
``docstatus`` 2 cancels it (frappe, ``frappe/api/v1.py`` and ``check_docstatus_transition`` of ``frappe/model/document.py``). There is no
idempotency key and no unique field: before a document is inserted it is looked for by its reference number, which is our external id. A
receipt or refund that is taken back is cancelled; a Journal Entry is taken back by one with the opposite sides, as in the files.

Errors come with status 417 and others; ``_server_messages`` is a JSON list of JSON texts with ``message``, ``exception`` the raised one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar
from urllib.parse import quote

from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live.base import Access, Ask, Connection, Context, Control, Listing, Live, Outcome, Reply, Request, Row, Step, Wait
from matcher.exports.erp.live.secret import Secret
from matcher.exports.erp.records import Document
from matcher.exports.erp.targets import erpnext
from matcher.exports.erp.targets.erpnext import JOURNAL_KINDS, Settings
from matcher.exports.erp.writing import Cell
from matcher.states import Answered

_PAYMENT, _ENTRY = "Payment Entry", "Journal Entry"
_RESULTS = {1: Answered.ACCEPTED, 2: Answered.REJECTED}
_ITEM_COLUMNS = (
    "name", "company", "customer", "customer_name", "posting_date", "due_date", "currency", "grand_total", "outstanding_amount", "po_no",
    "status",
)  # fmt: skip
_ASKED_TOO = ("rounded_total", "base_grand_total", "base_rounded_total", "party_account_currency")
_CUSTOMER_COLUMNS = ("name", "customer_name", "customer_group", "default_currency", "payment_terms")
_OPEN = [["docstatus", "=", 1], ["outstanding_amount", "!=", 0]]

About = Context[Settings, Connection]


class Erpnext(Live[Settings, Connection]):
    """ERPNext. Its secrets are key and secret of an API user (*User, Settings, API Access*)."""

    name: ClassVar[str] = "erpnext"
    secrets: ClassVar[tuple[str, ...]] = ("KEY", "SECRET")
    # a worker of gunicorn is killed after 120 seconds, and its transaction with it
    settle: ClassVar[int] = 120

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: About) -> Access:
        """Token authentication: no call."""
        key, secret = secrets
        return Access({"Authorization": Secret(f"token {key.reveal()}:{secret.reveal()}")})

    def refuses(self, document: Document, settings: Settings) -> str:
        """What cannot be booked: as in the files, but that a Payment Entry can be cancelled."""
        return "" if _cancels(document) else erpnext.refuses(document, settings)

    def waits(self, document: Document) -> Wait | None:
        """A Payment Entry is cancelled by its name."""
        if _cancels(document) and not document.reverses_number:
            return Wait(f"the number of the Payment Entry {document.reverses} is not known")
        return None

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """One call: the insertion of an entry that is submitted, or a cancellation."""
        if done:
            return None
        if _cancels(document):
            return _cancellation(document.reverses_number)
        doctype = _ENTRY if (document.reversed_kind or document.kind) in JOURNAL_KINDS else _PAYMENT
        fields = _entry(document, about.settings) if doctype == _ENTRY else _payment(document, about.settings)
        number = "cheque_no" if doctype == _ENTRY else "reference_no"
        find = _listed(doctype, ["name", "docstatus"], [[number, "=", document.external_id]], "creation", 20)
        return Step(Request("POST", f"/api/resource/{doctype}", body={**fields, "docstatus": 1}), _inserted, find, _found)

    def listing(self, kind: str, about: About) -> Listing:
        """Sales invoices with anything outstanding, returns among them; customers. By name, so that no page moves when a row goes."""
        items, size = kind == "items", about.connection.page
        doctype, columns = ("Sales Invoice", _ITEM_COLUMNS) if items else ("Customer", _CUSTOMER_COLUMNS)
        kept: list[object] = list(_OPEN) if items else []

        def page(rows: Sequence[Row], reply: Reply | None) -> Request | None:
            if reply is not None and (not rows or len(rows) % size):
                return None
            after = [["name", ">", rows[-1]["name"]]] if rows else []
            return _listed(doctype, (*columns, *(_ASKED_TOO if items else ())), [*kept, *after], "name", size)

        layout = "erpnext-sales-invoices" if items else "erpnext-customers"
        control = Request("GET", "/api/method/frappe.client.get_count", {"doctype": doctype, "filters": json.dumps(kept)})
        return Listing(layout, columns, "name", page, lambda reply: _rows(reply, columns, about), control, _counted)


def _cancels(document: Document) -> bool:
    return bool(document.reverses) and document.reversed_kind not in JOURNAL_KINDS


def _cancellation(name: str) -> Step:
    path = f"/api/resource/{_PAYMENT}/{quote(name, safe='')}"
    find = _listed(_PAYMENT, ["name", "docstatus"], [["name", "=", name]], "creation", 20)

    def read(reply: Reply) -> Outcome:
        said = _inserted(reply)
        done = reply.ok and at(reply.body, "data", "docstatus") == 2
        return Outcome(Answered.ACCEPTED, name) if done else said if not reply.ok else Outcome(Answered.UNKNOWN, "", "it is not cancelled")

    def found(reply: Reply) -> Outcome | None:
        if not list(_entries(reply)):
            return Outcome(Answered.UNKNOWN, "", f"{_PAYMENT} {name} is not there")
        return Outcome(Answered.ACCEPTED, name) if any(status == 2 for _, status in _entries(reply)) else None

    return Step(Request("PUT", path, body={"docstatus": 2}), read, find, found)


def _payment(one: Document, settings: Settings) -> dict[str, object]:
    rows = list(erpnext.payment_rows(one, settings))
    head = dict(zip(erpnext.PAYMENT, rows[0], strict=False))
    references = _children(rows, len(erpnext.PAYMENT), erpnext.REFERENCE)
    deductions = _children(rows, len(erpnext.PAYMENT) + len(erpnext.REFERENCE), erpnext.DEDUCTION)
    return {**_filled(head), "references": references, "deductions": deductions}


def _entry(one: Document, settings: Settings) -> dict[str, object]:
    rows = list(erpnext.journal_rows(one, settings))
    head = dict(zip(erpnext.JOURNAL, rows[0], strict=False))
    return {**_filled(head), "accounts": _children(rows, len(erpnext.JOURNAL), erpnext.ACCOUNT)}


def _children(rows: Sequence[Sequence[Cell]], first: int, titles: Sequence[str]) -> list[dict[str, object]]:
    names = [title.partition(".")[2] for title in titles]
    every = [_filled(dict(zip(names, row[first : first + len(names)], strict=True))) for row in rows]
    return [one for one in every if one]


def _filled(fields: Mapping[str, Cell]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _listed(doctype: str, fields: Sequence[str], filters: Sequence[object], by: str, size: int) -> Request:
    order = {"order_by": f"{by} asc", "limit_page_length": str(size)}
    query = {"fields": json.dumps(list(fields)), "filters": json.dumps(filters), **order}
    return Request("GET", f"/api/resource/{doctype}", query)


def _inserted(reply: Reply) -> Outcome:
    """The reply to an insertion."""
    if not reply.ok:
        return Outcome(Answered.REJECTED, "", _words(reply))
    name, status = text_of(at(reply.body, "data", "name")), at(reply.body, "data", "docstatus")
    if not name or status != 1:
        return Outcome(Answered.UNKNOWN, name, "it is not submitted")
    return Outcome(Answered.ACCEPTED, name)


def _found(reply: Reply) -> Outcome | None:
    """What entries with a reference number mean: the submitted one counts, or else the draft; amended ones have the number too."""
    if not isinstance(at(reply.body, "data"), list):
        return Outcome(Answered.UNKNOWN, "", f"the answer is no list: {reply.text}")
    every = sorted(_entries(reply), key=lambda one: {1: 0, 0: 1}.get(one[1], 2))
    if not every:
        return None
    submitted = [name for name, status in every if status == 1]
    if len(submitted) > 1:
        return Outcome(Answered.UNKNOWN, "", f"it is booked more than once: {', '.join(submitted)}")
    name, status = every[0]
    words = {0: "it is a draft", 2: "it is cancelled"}.get(status, "")
    return Outcome(_RESULTS.get(status, Answered.UNKNOWN), name if status == 1 else "", f"{words}: {name}" if words else "")


def _entries(reply: Reply) -> Iterator[tuple[str, int]]:
    found = at(reply.body, "data")
    for one in found if isinstance(found, list) else ():
        name, status = text_of(at(one, "name")), at(one, "docstatus")
        if name and isinstance(status, int):
            yield name, status


def _rows(reply: Reply, columns: Sequence[str], about: About) -> Sequence[Row] | None:
    found = at(reply.body, "data")
    if not isinstance(found, list):
        return None
    companies = {company: entity for entity, company in about.settings.entities.items()}
    rows = []
    for one in found:
        if not isinstance(one, dict) or not text_of(one.get("name")):
            return None
        row = {name: _text(one.get(name)) for name in columns}
        rows.append(row | _of_invoice(one, companies) if "company" in row else row)
    return rows


def _of_invoice(one: Mapping[str, object], companies: Mapping[str, str]) -> dict[str, str]:
    """What is outstanding is in the currency of the receivable account, and of the rounded total where there is one."""
    company, currency = text_of(one.get("company")), text_of(one.get("party_account_currency")) or text_of(one.get("currency"))
    base = "" if currency == text_of(one.get("currency")) else "base_"
    total = _text(one.get(f"{base}rounded_total") or one.get(f"{base}grand_total"))
    return {"company": companies.get(company, company), "currency": currency, "grand_total": total}


def _text(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else text_of(value)


def _counted(reply: Reply) -> Control | None:
    count = at(reply.body, "message")
    return Control(count) if isinstance(count, int) else None


def _words(reply: Reply) -> str:
    """What it says to its user, without HTML."""
    raw = at(reply.body, "_server_messages")
    try:
        told = [text_of(at(json.loads(one), "message")) for one in json.loads(raw)] if isinstance(raw, str) else []
    except (ValueError, TypeError, RecursionError):
        told = []
    words = "; ".join(filter(None, told)) or text_of(at(reply.body, "exception")) or reply.text
    return f"{reply.status}: {_plain(words)}"


def _plain(text: str) -> str:
    parts = text.replace("<", "\0<").split("\0")
    return " ".join("".join(part.partition(">")[2] if part.startswith("<") else part for part in parts).split())


LIVE = Erpnext()
