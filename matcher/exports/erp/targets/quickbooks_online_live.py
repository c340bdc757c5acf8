"""The live side of ``quickbooks-online``: version 3 of the accounting API of QuickBooks Online.

The calls are those of the file target. Each that makes something has its key in ``requestid``: a call with a key that QuickBooks has seen
gets the first answer again, and books nothing (https://blogs.intuit.com/2015/04/06/15346/). A payment has the external id as
``PaymentRefNum``, a journal entry as ``DocNumber``; a query finds them. What is taken back is voided or deleted with the ``SyncToken`` that
it has now, which the query tells.

Money on account that pays later is an update of its payment: the payment as it stands, with one line for each invoice (a line of an invoice
that is linked already takes the place of the other, so that amounts are added up), and ``matcher:`` with the external id in the
private note. By that it is found, and with it the lines go when the application is taken back. An update with a ``SyncToken`` that is no
longer the payment's is refused (5010), so that no two go by one another.

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
from matcher.exports.erp.records import Document, Form, Kind
from matcher.exports.erp.targets import quickbooks_online as files
from matcher.exports.erp.targets.quickbooks_online import FORMS, MADE, MOST_NOTE, Settings
from matcher.states import Answered

MOST_PAGE = 1000
"""Rows of one answer of a query."""
TOKENS = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"
_APPLIED, _MARK = "applied/", "matcher:"
"""The number of an application, with the id of its payment; and what stands before its external id in the payment's private note."""
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
    forms: ClassVar[frozenset[Form] | None] = FORMS | {Form.APPLICATION}

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
        """As in the files, but that numbers may still come, and that money on account pays later."""
        if document.reverses:
            return ""
        if document.kind != Kind.APPLICATION:
            return files.refuses(document, settings)
        if any(part.cash <= 0 or part.adjustments for part in document.parts):
            return "applies money on account to invoices, and clears nothing else with it"
        return files.unlinked(document, settings)

    def waits(self, document: Document) -> Wait | None:
        """A payment and its journal entry are taken back by their ids; an application changes its payment."""
        if Kind.APPLICATION in (document.kind, document.reversed_kind):
            about = document.reverses or document.receipt
            return None if _payment_of(document) else Wait(f"the number of the document {about} is not known")
        if document.reverses and files.lacks_numbers(document):
            return Wait(f"not all numbers of the document {document.reverses} are known")
        return None

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """The journal entry of what is cleared without cash, and the payment; or the end of each; or a change of the payment."""
        if Kind.APPLICATION in (document.kind, document.reversed_kind):
            return None if done else _applied(document, about)
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


def _applied(document: Document, about: About) -> Step:
    """Puts lines onto a payment whose money lies on account, or takes them off it."""
    identity = _payment_of(document)
    mark, number = f"{_MARK}{document.reverses or document.external_id}", f"{_APPLIED}{identity}"
    find = _query(about, "Payment", "WHERE", "Id", f"= '{identity}'")

    def found(reply: Reply) -> Outcome | None:
        rows = _rows(reply, "Payment")
        if rows is None:
            return Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
        standing = [one for one in rows if not _is_void(one)]
        if any(mark in text_of(at(one, "PrivateNote")).split() for one in standing) != bool(document.reverses):
            return Outcome(Answered.ACCEPTED, number)
        return None if standing else Outcome(Answered.REJECTED, "", f"the payment {identity} is voided or deleted there")

    def request() -> Request | Outcome:
        reply = about.ask(find)
        if (known := found(reply)) is not None:
            return known
        payment = (_rows(reply, "Payment") or [{}])[0]
        assert isinstance(payment, dict)
        said = payment.get("PrivateNote")
        kept = said if isinstance(said, str) else ""
        note = kept.replace(mark, "").strip() if document.reverses else f"{kept} {mark}".strip()
        if len(note) > MOST_NOTE:
            return Outcome(Answered.REJECTED, "", f"the private note of the payment {identity} is full")
        token = text_of(payment.get("SyncToken"))
        body = {**payment, "Line": _lines(payment, document, about.settings), "PrivateNote": note, "sparse": False}
        return _call("POST", "/payment", about, {"requestid": f"{document.external_id}-{token}"}, body)

    def read(reply: Reply) -> Outcome:
        said = _made(reply)
        if said.result == Answered.ACCEPTED:
            return said._replace(number=number)
        # what is refused may be so because it is done: a call that was thought lost has arrived after all
        there = found(about.ask(find)) if said.result == Answered.REJECTED else None
        return there if there and there.result == Answered.ACCEPTED else said

    return Step(request, read, find, found)


def _payment_of(document: Document) -> str:
    """The id of the payment that an application changes; '' while it is not known."""
    told = document.reverses_number if document.reverses else document.receipt_number
    found = [one for one in files.numbers(told.replace(_APPLIED, "payment/")) if one.startswith("payment/")]
    return found[0].removeprefix("payment/") if found else ""


def _lines(payment: Mapping[str, object], document: Document, settings: Settings) -> list[dict[str, object]]:
    """The lines of a payment with what a document adds to them, or takes off: one for each transaction that is linked."""
    lines: dict[tuple[str, str], Decimal] = {}
    standing = payment.get("Line")
    for one in standing if isinstance(standing, list) else ():
        link, amount = at(one, "LinkedTxn", 0), at(one, "Amount")
        key = text_of(at(link, "TxnType")), text_of(at(link, "TxnId"))
        lines[key] = lines.get(key, Decimal(0)) + Decimal(amount if isinstance(amount, (int, Decimal)) else 0)
    for part in document.parts:
        key = "Invoice", settings.item_id(part)
        # a reversal has its parts below zero; what somebody has taken off by hand there is not taken off again
        lines[key] = max(lines.get(key, Decimal(0)) + document.decimal(part.cash), Decimal(0))
    return [
        {"Amount": amount, "LinkedTxn": [{"TxnId": identity, "TxnType": kind}]} for (kind, identity), amount in lines.items() if amount
    ]  # fmt: skip


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
