"""The live side of ``odoo``: its external API, JSON-2 since Odoo 19 and JSON-RPC before (14 to 18).

JSON-2 (*External JSON-2 API*, documentation of 19.0): ``POST /json/2/MODEL/METHOD`` with the method's arguments by their names, ``ids`` and
``context`` among them; each call is one transaction, errors come with HTTP's own codes. JSON-RPC: ``execute_kw`` of the service ``object``,
errors come with status 200.

Every document is a journal entry, which takes several calls: see `odoo_calls`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live.base import Access, Ask, Connection, Control, Listing, Live, Outcome, Reply, Request, Row, Step
from matcher.exports.erp.live.secret import Secret
from matcher.exports.erp.records import Document, Form, Kind
from matcher.exports.erp.targets.odoo import Settings
from matcher.exports.erp.targets.odoo_calls import (
    INVOICES,
    MOVE,
    About,
    Api,
    Calls,
    call,
    failed,
    is_json2,
    listed,
    number,
    result,
    rpc,
    search,
)

_ITEM_COLUMNS = (
    "id", "name", "move_type", "company", "partner_id", "invoice_date", "invoice_date_due", "currency_id",
    "amount_total_in_currency_signed", "amount_residual", "payment_state", "ref", "payment_reference",
)  # fmt: skip
_CUSTOMER_COLUMNS = ("id", "ref", "display_name", "customer_rank")


class Odoo(Live[Settings, Api]):
    """Odoo. Its secret is an API key of a user (*My Profile, Account Security, New API Key*)."""

    name: ClassVar[str] = "odoo"
    connection: ClassVar[type[Connection]] = Api
    secrets: ClassVar[tuple[str, ...]] = ("KEY",)
    # limit_time_real: a worker is killed after 120 seconds, and its transaction with it
    settle: ClassVar[int] = 120
    forms: ClassVar[frozenset[Form] | None] = frozenset(Form) - {Form.NO_CUSTOMER, Form.CURRENCIES, Form.EXCHANGE_DIFFERENCE, Form.RETURN}

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: About) -> Access:
        """The key itself since 19; before, the number of its user."""
        api, key = about.connection, secrets[0]
        if is_json2(about):
            database = {"X-Odoo-Database": Secret(api.database)} if api.database else {}
            return Access({"Authorization": Secret(f"bearer {key.reveal()}"), **database})
        reply = ask(rpc("common", "authenticate", [api.database, api.login, key.reveal(), {}]))
        uid = at(reply.body, "result")
        known = {"uid": Secret(str(uid if isinstance(uid, int) and uid is not False else 0)), "database": Secret(api.database)}
        return Access(values={**known, "key": key})

    def seal(self, request: Request, access: Access) -> Request:
        """Before 19 user and key stand in each call."""
        if not access.values:
            return request
        body = request.body if isinstance(request.body, Mapping) else {}
        rest = {name: value for name, value in body.items() if name != "ids"}
        _, _, _, model, method = request.path.split("/")
        values = {name: one.reveal() for name, one in access.values.items()}
        ids = [body["ids"]] if "ids" in body else []
        return rpc("object", "execute_kw", [values["database"], int(values["uid"]), values["key"], model, method, ids, rest])

    def expired(self, reply: Reply) -> bool:
        """A key that is none, or no longer."""
        return reply.status == 401 or text_of(at(reply.body, "error", "data", "name")) == "odoo.exceptions.AccessDenied"

    def refuses(self, document: Document, settings: Settings) -> str:
        """What cannot be booked by calls."""
        if settings.version == "13":
            return "can be called since version 14"
        if settings.partner == "external_id":
            return "finds no customers by external_id when it is called: choose name, reference or database_id"
        if (document.reversed_kind or document.kind) == Kind.RETURN:
            return "has no call that opens a paid invoice again: book the returned payment there"
        if document.currency != settings.currency:
            return f"is called only with documents in {settings.currency}, the currency of its company"
        if not document.amount and not document.reverses and not settings.journal:
            return "needs a journal for it: [target.odoo] journal"
        return ""

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """Create, post, and a match for each line; or reset to draft, and cancel."""
        calls = Calls(document, about)
        steps = calls.undoing() if document.reverses else calls.booking()
        return steps[len(done)] if len(done) < len(steps) else None

    def listing(self, kind: str, about: About) -> Listing:
        """Posted invoices and refunds with anything open; customers. By id, so that no page moves when a row goes."""
        items, size = kind == "items", about.connection.page
        model, columns = (MOVE, _ITEM_COLUMNS) if items else ("res.partner", _CUSTOMER_COLUMNS)
        kept: list[object] = (
            [["move_type", "in", list(INVOICES)], ["state", "=", "posted"], ["amount_residual", "!=", 0]] if items
            else [["customer_rank", ">", 0], ["parent_id", "=", False]]
        )  # fmt: skip
        if items and about.connection.companies:
            kept.append(["company_id", "in", sorted(about.connection.companies.values())])
        asked = {"company": "company_id", "amount_total_in_currency_signed": "amount_total"}
        fields = [asked.get(name, name) for name in columns]

        def page(rows: Sequence[Row], reply: Reply | None) -> Request | None:
            read = listed(reply) if reply is not None else None
            if read is not None and len(read) < size:
                return None
            after = [["id", ">", at(read[-1], "id")]] if read else []
            return search(about, model, [*kept, *after], fields, size)

        def rows(reply: Reply) -> Sequence[Row] | None:
            read = listed(reply)
            if read is None or any(not isinstance(at(one, "id"), int) for one in read):
                return None
            return _item_rows(read, about) if items else [_customer_row(one, about) for one in read]

        control = call(about, model, "search_count", {"domain": kept})
        return Listing("odoo-invoices" if items else "odoo-contacts", columns, "id", page, rows, control, _counted)


def _item_rows(read: Sequence[object], about: About) -> list[Row]:
    entities = {company: entity for entity, company in about.connection.companies.items()}
    references = _references(read, about) if about.settings.partner == "reference" else {}
    rows: list[Row] = []
    for one in read:
        sign = -1 if at(one, "move_type") == "out_refund" else 1
        partner, company = at(one, "partner_id"), at(one, "company_id")
        key = str(_first(partner)) if about.settings.partner == "database_id" else references.get(_first(partner), "")
        total, residual = (sign * number(at(one, name)) for name in ("amount_total", "amount_residual"))
        row = {name: _cell(at(one, name)) for name in _ITEM_COLUMNS}
        rows.append(row | {
            "company": entities.get(_first(company), _cell(company)), "partner_id": key or _cell(partner),
            "amount_total_in_currency_signed": f"{total:f}", "amount_residual": f"{residual:f}",
        })  # fmt: skip
    return rows


def _references(read: Sequence[object], about: About) -> Mapping[int, str]:
    ids = sorted({_first(at(one, "partner_id")) for one in read})
    found = listed(about.ask(search(about, "res.partner", [["id", "in", ids]], ["ref"], len(ids)))) or []
    return {_first(at(one, "id")): _cell(at(one, "ref")) for one in found}


def _customer_row(one: object, about: About) -> Row:
    key = {"name": "display_name", "reference": "ref", "database_id": "id"}.get(about.settings.partner, "display_name")
    return {name: _cell(at(one, key if name == "ref" else name)) for name in _CUSTOMER_COLUMNS}


def _first(value: object) -> int:
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, int) else 0


def _cell(value: object) -> str:
    """A value as text; a many2one field by its name, and False, which is Odoo's word for nothing, as none."""
    if isinstance(value, list):
        return text_of(value[1]) if len(value) > 1 else ""
    return "" if value is False else f"{value:f}" if isinstance(value, Decimal) else text_of(value)


def _counted(reply: Reply) -> Control | None:
    count = result(reply)
    return Control(count) if isinstance(count, int) and not failed(reply) else None


LIVE = Odoo()
