"""The live side of ``fxiaoke``: the open interface of 纷享销客.

A token (corpAccessToken) is had for app id, app secret and permanent code, and lives for two hours; it stands in the body of each call,
with the company and the person on whose behalf it is made (``/cgi/corpAccessToken/get/V2``; https://juejin.cn/post/7242524966905987128).
``/cgi/crm/v2/data/create`` books a payment with its details, ``/cgi/crm/v2/data/invalid`` makes it void, ``/cgi/crm/v2/data/query`` lists
objects: filters, orders, at most 100 rows from an offset that is a multiple of their number, and ``total``.

There is no idempotency key. The external id is a field of the payment that allows no duplicates, which the user makes
(`Settings.id_field`): a payment that comes twice is refused, and one that is refused is looked for before it counts as rejected.

Every answer has status 200, and ``errorCode``: 0 is done, 20016 and 20005 that the token has expired, 30004 and 14001 too many calls
(100 in 20 seconds of one kind), 30002 that those of the day are used up, -1, -2 and 50009 that the system is busy, has failed or was too
slow, of which nobody knows what it did (https://developer.fxiaoke.com/openapi_v2/start/guide/codes.html and rate.html).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from matcher.errors import MatcherError
from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live.base import Access, Ask, Connection, Context, Control, Listing, Live, Outcome, Reply, Request, Row, Step, Wait
from matcher.exports.erp.live.secret import Secret
from matcher.exports.erp.records import Document, Kind
from matcher.exports.erp.targets import fxiaoke
from matcher.exports.erp.targets.fxiaoke import Settings
from matcher.states import Answered

MOST_PAGE = 100
"""Rows of one page."""
_TOKEN, _QUERY = "/cgi/corpAccessToken/get/V2", "/cgi/crm/v2/data/query"
_EXPIRED, _BUSY, _TOO_SLOW = ("20016", "20005"), ("-1", "-2"), "50009"
_TOO_MANY, _DAY = ("30004", "14001"), "30002"
_VOID, _IN_FORCE = "invalid", ["normal", "in_change"]
_CHINA = timedelta(hours=8)
_ITEM_COLUMNS = (
    "item_id", "entity", "customer_id", "document_no", "document_type", "issue_date", "due_date", "currency", "amount", "open_amount",
)  # fmt: skip
_CUSTOMER_COLUMNS = ("customer_id", "customer_no", "name")
Filter = tuple[str, str, Sequence[str]]
"""Field, operator and values."""


class Api(Connection):
    """``[target.fxiaoke.api]``.

    Attributes:
        app_id: of the company's own app (FSAID_...).
        user: on whose behalf calls are made (FSUID_...); lists have what that person may see.
        open_field: field of orders that says what is still to be paid.
        amount_field: field of orders for their amount.
        issue_field: field of orders for their day.
        due_field: field of orders for the day on which they are due; '' for none.
    """

    url: str = Field("https://open.fxiaoke.com", min_length=1)
    page: int = Field(MOST_PAGE, ge=1, le=MOST_PAGE)
    app_id: str = Field(min_length=1)
    user: str = Field(min_length=1)
    open_field: str = Field("receivable_amount", min_length=1)
    amount_field: str = Field("order_amount", min_length=1)
    issue_field: str = Field("order_time", min_length=1)
    due_field: str = ""


About = Context[Settings, Api]


class Fxiaoke(Live[Settings, Api]):
    """纷享销客. Its secrets are app secret and permanent code of an app of the company's own (自建应用, 开发模式)."""

    name: ClassVar[str] = "fxiaoke"
    connection: ClassVar[type[Connection]] = Api
    secrets: ClassVar[tuple[str, ...]] = ("APP_SECRET", "PERMANENT_CODE")
    settle: ClassVar[int] = 120
    pace: ClassVar[int] = 20

    def understood(self, reply: Reply) -> Reply:
        """A reply with the status that HTTP has for its code."""
        code = text_of(at(reply.body, "errorCode"))
        if not reply.ok or code in ("", "0"):
            return reply
        if code == _DAY:
            return replace(reply, status=429, headers={**reply.headers, "retry-after": "86400"})
        statuses = dict.fromkeys(_EXPIRED, 401) | dict.fromkeys(_TOO_MANY, 429) | dict.fromkeys(_BUSY, 503) | {_TOO_SLOW: 504}
        return replace(reply, status=statuses.get(code, 400))

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: About) -> Access:
        """Asks for a corpAccessToken.

        Raises:
            MatcherError: ``api.denied`` when none is given; ``api.*``.
        """
        secret, code = secrets
        body = {"appId": about.connection.app_id, "appSecret": secret.reveal(), "permanentCode": code.reveal()}
        reply = ask(Request("POST", _TOKEN, body=body))
        token, company = text_of(at(reply.body, "corpAccessToken")), text_of(at(reply.body, "corpId"))
        if not token or not company:
            what = f"no corpAccessToken is given: {reply.text or reply.status}"
            raise MatcherError("api.denied", what, urlsplit(about.connection.url).hostname or "")
        user = Secret(about.connection.user)
        return Access(values={"corpAccessToken": Secret(token), "corpId": Secret(company), "currentOpenUserId": user})

    def seal(self, request: Request, access: Access) -> Request:
        """Token, company and person stand in each body."""
        body = request.body if isinstance(request.body, Mapping) else {}
        return replace(request, body={**{name: one.reveal() for name, one in access.values.items()}, **body})

    def refuses(self, document: Document, settings: Settings) -> str:
        """What cannot be booked: as in the files, but that a payment may be made void whose number is still to come."""
        taken_back = document.kind == Kind.REVERSAL and document.reversed_kind == Kind.RECEIPT
        return "" if taken_back else fxiaoke.refuses(document, settings)

    def waits(self, document: Document) -> Wait | None:
        """A payment is made void by its id."""
        if document.reverses and not document.reverses_number:
            return Wait(f"the number of the payment {document.reverses} is not known")
        return None

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """One call: the payment with its details, or that it is void."""
        if done:
            return None
        call = fxiaoke.call_of(document, about.settings)
        request = Request("POST", call.path, body=call.body)
        return _voiding(document.reverses_number, request, about) if document.reverses else _payment(document, request, about)

    def listing(self, kind: str, about: About) -> Listing:
        """Orders in force with anything still to be paid; customers. Pages are counted, so that a list is read twice."""
        if kind == "items":
            kept: list[Filter] = [("life_status", "IN", _IN_FORCE), (about.connection.open_field, "GT", ["0"])]
            columns = tuple(dict.fromkeys((*_ITEM_COLUMNS, about.settings.order_column)))
            return _listing("SalesOrderObj", kept, columns, "item_id", _order_row, about)
        return _listing("AccountObj", [("life_status", "IN", _IN_FORCE)], _CUSTOMER_COLUMNS, "customer_id", _customer_row, about)


def _payment(one: Document, request: Request, about: About) -> Step:
    field = about.settings.id_field
    find = _query("PaymentObj", [(field, "EQ", [one.external_id])])
    void = _query("PaymentObj", [(field, "EQ", [one.external_id]), ("life_status", "EQ", [_VOID])])

    def found(reply: Reply) -> Outcome | None:
        rows = _listed(reply)
        if rows is not None and not rows:
            rows = _listed(reply := about.ask(void))
        if rows is None:
            return Outcome(Answered.UNKNOWN, "", f"the answer is no list: {reply.text}")
        if any(text_of(at(row, field)) != one.external_id for row in rows):
            return Outcome(Answered.UNKNOWN, "", f"payments are not found by the field {field}")
        valid = [text_of(at(row, "_id")) for row in rows if at(row, "life_status") != _VOID]
        if len(valid) > 1:
            return Outcome(Answered.UNKNOWN, "", f"it is booked more than once: {', '.join(valid)}")
        if valid:
            return Outcome(Answered.ACCEPTED, valid[0])
        return Outcome(Answered.REJECTED, "", f"it is void there: {text_of(at(rows[0], '_id'))}") if rows else None

    def read(reply: Reply) -> Outcome:
        number = text_of(at(reply.body, "dataId")) or text_of(at(reply.body, "data", "dataId"))
        if reply.ok:
            return Outcome(Answered.ACCEPTED, number) if number else Outcome(Answered.UNKNOWN, "", "the answer has no number")
        # it may be refused because it is there: a call that was thought lost has arrived after all
        there = found(asked) if (asked := about.ask(find)).ok else None
        return there if there and there.result == Answered.ACCEPTED else Outcome(Answered.REJECTED, "", _words(reply))

    return Step(request, read, find, found, safe=True)


def _voiding(number: str, request: Request, about: About) -> Step:
    find = _query("PaymentObj", [("_id", "EQ", [number])])
    void = _query("PaymentObj", [("_id", "EQ", [number]), ("life_status", "EQ", [_VOID])])

    def found(reply: Reply) -> Outcome | None:
        """Whether a list has void payments at all without being asked for them is nowhere said: they are asked for."""
        for one in _listed(reply) or ():
            if at(one, "_id") == number:
                return Outcome(Answered.ACCEPTED, number) if at(one, "life_status") == _VOID else None
        if any(at(one, "_id") == number for one in _listed(about.ask(void)) or ()):
            return Outcome(Answered.ACCEPTED, number)
        return Outcome(Answered.UNKNOWN, "", f"the payment {number} is not there")

    def read(reply: Reply) -> Outcome:
        if not reply.ok:
            return Outcome(Answered.REJECTED, "", _words(reply))
        done = text_of(at(reply.body, "errorCode")) == "0"
        return Outcome(Answered.ACCEPTED, number) if done else Outcome(Answered.UNKNOWN, "", "the answer has no errorCode")

    return Step(request, read, find, found)


def _query(name: str, filters: Sequence[Filter], size: int = 20, offset: int = 0) -> Request:
    search = {
        "limit": size, "offset": offset, "orders": [{"fieldName": "_id", "isAsc": True}],
        "filters": [{"field_name": field, "operator": test, "field_values": list(values)} for field, test, values in filters],
    }  # fmt: skip
    return Request("POST", _QUERY, body={"data": {"dataObjectApiName": name, "search_query_info": search}})


def _listing(
    name: str, kept: Sequence[Filter], columns: tuple[str, ...], key: str, row_of: Callable[[object, About], Row], about: About
) -> Listing:
    size = about.connection.page

    def page(rows: Sequence[Row], reply: Reply | None) -> Request | None:
        if reply is not None and len(_listed(reply) or ()) < size:
            return None
        return _query(name, kept, size, len(rows))

    def rows(reply: Reply) -> Sequence[Row] | None:
        found = _listed(reply)
        return None if found is None or any(not text_of(at(one, "_id")) for one in found) else [row_of(one, about) for one in found]

    return Listing("", columns, key, page, rows, _query(name, kept, 1), _counted, twice=True)


def _listed(reply: Reply) -> list[object] | None:
    found = at(reply.body, "data", "dataList")
    return found if reply.ok and isinstance(found, list) else None


def _counted(reply: Reply) -> Control | None:
    total = at(reply.body, "data", "total")
    return Control(total) if isinstance(total, int) else None


def _order_row(one: object, about: About) -> Row:
    api = about.connection
    row = {
        "item_id": text_of(at(one, "_id")), "entity": api.entity, "customer_id": text_of(at(one, "account_id")),
        "document_no": text_of(at(one, "name")),
        "document_type": "invoice", "issue_date": _day(at(one, api.issue_field)),
        "due_date": _day(at(one, api.due_field)) if api.due_field else "",
        "currency": text_of(at(one, "mc_currency")) or about.settings.currencies[0],
        "amount": _number(at(one, api.amount_field)), "open_amount": _number(at(one, api.open_field)),
    }  # fmt: skip
    return row | {about.settings.order_column: row["item_id"]}


def _customer_row(one: object, about: About) -> Row:
    return {name: text_of(at(one, field)) for name, field in zip(_CUSTOMER_COLUMNS, ("_id", "account_no", "name"), strict=True)}


def _day(value: object) -> str:
    """A moment in milliseconds as the day that it is in China."""
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int):
        return text_of(value)
    return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=value) + _CHINA).date().isoformat()


def _number(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else text_of(value)


def _words(reply: Reply) -> str:
    told = (text_of(at(reply.body, name)) for name in ("errorCode", "errorMessage", "errorDescription"))
    return " ".join(filter(None, told)) or reply.text


LIVE = Fxiaoke()
