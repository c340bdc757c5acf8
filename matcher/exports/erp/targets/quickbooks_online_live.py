"""The live side of ``quickbooks-online``: version 3 of the accounting API of QuickBooks Online.

The calls are those of the file target. Each that makes something has its key in ``requestid``: a call with a key that QuickBooks has seen
gets the first answer again, and books nothing (https://blogs.intuit.com/2015/04/06/15346/). A payment has the external id as
``PaymentRefNum``, a journal entry as ``DocNumber``; a query finds them. What is taken back is voided or deleted with the ``SyncToken`` that
it has now, which the query tells.

Faults: ``ValidationFault`` with status 400 is a refusal; ``AuthenticationFault`` is 401, ``ThrottleExceeded`` 429, 500 requests in a
minute (https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes). Intuit gives a new refresh token about
once a day, to be used from then on (.../docs/develop/authentication-and-authorization/oauth-2.0).
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from pydantic import Field, field_validator

from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live import oauth
from matcher.exports.erp.live.base import (
    Access,
    Ask,
    Connection,
    Context,
    Listing,
    Live,
    Outcome,
    Reply,
    Request,
    Row,
    Step,
    Wait,
)  # fmt: skip
from matcher.exports.erp.live.secret import Secret, keep_renewed
from matcher.exports.erp.records import Document, Form
from matcher.exports.erp.targets import quickbooks_online as files
from matcher.exports.erp.targets.quickbooks_online import FORMS, MADE, Settings
from matcher.states import Answered

MOST_PAGE = 1000
"""Rows of one answer of a query."""
TOKENS = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"
_NAMES = {path: name for name, path in MADE.items()}
_KEYS = {"Payment": "PaymentRefNum", "JournalEntry": "DocNumber"}
_TYPES = {"Invoice": "invoice", "CreditMemo": "credit_note"}
_ITEMS = (
    "item_id", "customer_id", "document_type", "document_no", "issue_date", "due_date", "currency", "amount", "open_amount"
)  # fmt: skip


class Connected(Connection):
    """``[target.quickbooks-online.api]``.

    Attributes:
        company: id of the company, which Intuit calls the realm.
        token_server: gives access tokens.
    """

    url: str = Field("https://quickbooks.api.intuit.com", min_length=1)
    page: int = Field(MOST_PAGE, ge=1, le=MOST_PAGE)
    company: str = Field(pattern=r"^\d+$")
    token_server: str = TOKENS

    @field_validator("token_server")
    @classmethod
    def _known(cls, value: str) -> str:
        return oauth.known_server(value, TOKENS)


About = Context[Settings, Connected]


class QuickBooks(Live[Settings, Connected]):
    """QuickBooks Online. Its secrets are id and secret of an app, and a refresh token."""

    name: ClassVar[str] = "quickbooks-online"
    connection: ClassVar[type[Connected]] = Connected
    secrets: ClassVar[tuple[str, ...]] = ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN")
    hosts: ClassVar[tuple[str, ...]] = ("oauth.platform.intuit.com",)
    pace: ClassVar[int] = 60
    forms: ClassVar[frozenset[Form] | None] = FORMS

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: About) -> Access:
        """Asks for an access token, and keeps the refresh token that may come with it."""
        client, word, refresh = secrets
        basic = base64.b64encode(f"{client.reveal()}:{word.reveal()}".encode()).decode()
        given = oauth.tokens(ask, about.connection.token_server, refresh, {}, {"Authorization": f"Basic {basic}"})
        remark = ""
        if given.refresh and not keep_renewed(self.name, "REFRESH_TOKEN", given.refresh):
            remark = "QuickBooks gave a new refresh token, and there is no keyring to keep it: the old one is valid for a day"
        values = {"refresh": given.refresh} if given.refresh else {}
        return Access({"Authorization": Secret(f"Bearer {given.access.reveal()}")}, values, remark)

    def refuses(self, document: Document, settings: Settings) -> str:
        """As in the files, but that the numbers of what is taken back may still come."""
        return "" if document.reverses else files.refuses(document, settings)

    def waits(self, document: Document) -> Wait | None:
        """A payment and its journal entry are taken back by their ids."""
        if document.reverses and files.lacks_numbers(document):
            return Wait(f"not all numbers of the document {document.reverses} are known")
        return None

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """The journal entry of what is cleared without cash, and the payment; or the end of each."""
        if document.reverses:
            told = files.numbers(document.reverses_number)
            return _end(told[len(done)], f"{document.external_id}-{len(done) + 1}", about) if len(done) < len(told) else None
        every = list(files.steps_of(document, about.settings))
        if len(done) == len(every):
            return None
        entity, _, query = every[len(done)].path.partition("?")
        name, body = _NAMES[entity], every[len(done)].body
        made = done[0].number.rpartition("/")[2] if done else ""
        request = _call("POST", f"/{entity}", about, dict(parse_qsl(query)), _filled(body, made))
        find = _query(about, name, "WHERE", _KEYS[name], f"= '{document.external_id}'")
        return Step(request, _made, find, lambda reply: _found(reply, name), safe=True)

    def listing(self, kind: str, about: About) -> Listing:
        """Invoices and credit memos with a balance; customers. Positions are counted, so that a list is read twice."""
        if kind == "items":
            return _listing(_ITEMS, {"Invoice": "WHERE Balance > '0'", "CreditMemo": "WHERE Balance > '0'"}, _item, about)
        return _listing(("customer_id", "name"), {"Customer": ""}, _customer, about)


def _call(method: str, path: str, about: About, query: Mapping[str, str], body: Mapping[str, object] | None = None) -> Request:
    return Request(method, f"/v3/company/{about.connection.company}{path}", {**query, "minorversion": "75"}, body)


def _query(about: About, *words: str) -> Request:
    return _call("GET", "/query", about, {"query": " ".join(("SELECT * FROM", *filter(None, words)))})


def _filled(value: Any, made: str) -> Any:
    """A body in which the id of the journal entry stands where the file has a place for it."""
    if isinstance(value, Mapping):
        return {name: _filled(one, made) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, made) for one in value]
    return made if value == "${1.JournalEntry.Id}" else value


def _end(told: str, key: str, about: About) -> Step:
    """Voids a payment, or deletes a journal entry, with the token that it has now."""
    entity, _, identity = told.partition("/")
    name, void = _NAMES[entity], entity == "payment"
    how = {"operation": "update", "include": "void"} if void else {"operation": "delete"}
    gone, find = Outcome(Answered.ACCEPTED, told), _query(about, name, "WHERE", "Id", f"= '{identity}'")

    def found(reply: Reply) -> Outcome | None:
        rows = _rows(reply, name)
        if rows is None:
            return Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
        return gone if not rows or _is_void(rows[0]) else None

    def request() -> Request | Outcome:
        reply = about.ask(find)
        if (said := found(reply)) is not None:
            return said
        body = {"Id": identity, "SyncToken": text_of(at(_rows(reply, name), 0, "SyncToken")), **({"sparse": True} if void else {})}
        return _call("POST", f"/{entity}", about, {**how, "requestid": key}, body)

    def read(reply: Reply) -> Outcome:
        said = _made(reply)
        return gone if said.result == Answered.ACCEPTED else said

    return Step(request, read, find, found)


def _made(reply: Reply) -> Outcome:
    result, number, words = files.read(reply.body)
    return Outcome(result, number, words or reply.text)


def _found(reply: Reply, name: str) -> Outcome | None:
    rows = _rows(reply, name)
    if rows is None:
        return Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
    standing = [f"{MADE[name]}/{text_of(at(one, 'Id'))}" for one in rows if not _is_void(one)]
    if len(standing) > 1:
        return Outcome(Answered.UNKNOWN, "", f"it is booked more than once: {', '.join(standing)}")
    if standing:
        return Outcome(Answered.ACCEPTED, standing[0])
    return Outcome(Answered.REJECTED, "", "it is voided") if rows else None


def _is_void(one: object) -> bool:
    return at(one, "TotalAmt") == 0 and "Voided" in text_of(at(one, "PrivateNote"))


def _rows(reply: Reply, name: str) -> list[object] | None:
    """Rows of a query; None where the answer is none."""
    found = at(reply.body, "QueryResponse")
    rows = found.get(name, []) if isinstance(found, dict) else None
    return rows if reply.ok and isinstance(rows, list) else None


def _listing(columns: tuple[str, ...], entities: Mapping[str, str], told: Callable[[str, object], Row], about: About) -> Listing:
    """A list of several entities, page by page."""
    names, size, place = tuple(entities), about.connection.page, [0, 1]

    def page(rows: Sequence[Row], reply: Reply | None) -> Request | None:
        if reply is None:
            place[:] = [0, 1]
        elif len(_rows(reply, names[place[0]]) or ()) == size:
            place[1] += size
        else:
            place[:] = [place[0] + 1, 1]
        if place[0] == len(names):
            return None
        name = names[place[0]]
        return _query(about, name, entities[name], "STARTPOSITION", str(place[1]), "MAXRESULTS", str(size))

    def rows(reply: Reply) -> Sequence[Row] | None:
        name = names[place[0]]
        found = _rows(reply, name)
        if found is None or not all(text_of(at(one, "Id")) for one in found):
            return None
        return [told(name, one) for one in found]

    return Listing("", columns, columns[0], page, rows, twice=True)


def _item(name: str, one: object) -> Row:
    """An invoice, or a credit memo with amounts below zero."""
    sign = "-" if name == "CreditMemo" else ""
    texts = (
        ("Id",), ("CustomerRef", "value"), (), ("DocNumber",), ("TxnDate",), ("DueDate",), ("CurrencyRef", "value"), ("TotalAmt",),
        ("Balance",),
    )  # fmt: skip
    row = {title: _text(at(one, *keys)) if keys else _TYPES[name] for title, keys in zip(_ITEMS, texts, strict=True)}
    return row | {title: f"{sign}{row[title]}" for title in ("amount", "open_amount")}


def _customer(name: str, one: object) -> Row:
    return {"customer_id": text_of(at(one, "Id")), "name": text_of(at(one, "DisplayName"))}


def _text(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else text_of(value)


LIVE = QuickBooks()
