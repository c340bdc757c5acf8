"""The live side of ``xero``: Xero's accounting API, version 2.0.

The calls are those of the file target. Each has a header ``Idempotency-Key``: for six minutes Xero gives a call with that key the first
answer again, a refusal too, and books nothing; the same key with another body is an error, so that the key has a digest of the body in it
(https://developer.xero.com/documentation/guides/idempotent-requests/idempotency). Later than that, a payment or bank transaction is found
by its ``Reference``, which is our external id: ``where=Reference=="..."`` (.../documentation/api/accounting/payments and
``banktransactions``). Payments of one document are told apart by what they pay, from which account, and how much. An allocation has no
reference: it is found on the credit note or overpayment by its invoice and amount, when no other document has its ``AllocationID``
(.../documentation/api/accounting/creditnotes, ``overpayments``, ``prepayments``).

60 calls a minute, 1000 or 5000 a day: 429 with ``Retry-After``; without it when five calls are under way, or all organisations of the app
make too many in a minute; ``X-Rate-Limit-Problem`` says which (.../documentation/guides/oauth2/limits). An app of the kind *custom
connection* is let in by its id and secret, any other by a refresh token, which is replaced each time that it is used
(.../documentation/guides/oauth2/custom-connections and ``token-types``). Scopes: .../documentation/guides/oauth2/scopes.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from pydantic import Field, field_validator

from matcher.exports.erp import steps
from matcher.exports.erp.calls import at, json_text, text_of
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
from matcher.exports.erp.live.secret import REFRESH, Secret, keep_renewed, secrets_of
from matcher.exports.erp.records import Document, Kind
from matcher.exports.erp.targets import xero as files
from matcher.exports.erp.targets.xero import Settings
from matcher.states import REST, Answered

MOST_PAGE = 1000
"""Rows of one page."""
TOKENS = "https://identity.xero.com/connect/token"
SCOPES = ("accounting.invoices", "accounting.payments", "accounting.banktransactions", "accounting.contacts.read")
_PAID = ("Invoice", "CreditNote", "Overpayment", "Prepayment")
_ALLOCATIONS = files.ALLOCATIONS.rstrip("/")
_SOON = "Overpayments/0"
"""Stands for a number that is still to come."""
_DATE = re.compile(r"/Date\((-?\d+)")
_ITEMS = (
    "item_id", "customer_id", "document_type", "document_no", "issue_date", "due_date", "currency", "amount", "open_amount"
)  # fmt: skip


class Connected(Connection):
    """``[target.xero.api]``.

    Attributes:
        tenant: id of the organisation, for an app with a refresh token; '' for a custom connection, which is of one organisation.
        scope: what a custom connection asks for, words with spaces between. One of before April 2026 may still have
            ``accounting.transactions`` in the place of the first three.
        token_server: gives access tokens.
    """

    url: str = Field("https://api.xero.com/api.xro/2.0", min_length=1)
    page: int = Field(MOST_PAGE, ge=1, le=MOST_PAGE)
    tenant: str = Field("", pattern=r"^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$")
    scope: str = " ".join(SCOPES)
    token_server: str = TOKENS

    @field_validator("token_server")
    @classmethod
    def _known(cls, value: str) -> str:
        return oauth.known_server(value, TOKENS)


About = Context[Settings, Connected]


class Xero(Live[Settings, Connected]):
    """Xero. Its secrets are id and secret of an app, and the refresh token of one that is no custom connection."""

    name: ClassVar[str] = "xero"
    connection: ClassVar[type[Connected]] = Connected
    secrets: ClassVar[tuple[str, ...]] = ("CLIENT_ID", "CLIENT_SECRET", REFRESH)
    hosts: ClassVar[tuple[str, ...]] = ("identity.xero.com",)
    pace: ClassVar[int] = 15

    def needs(self, connection: Connected) -> tuple[str, ...]:
        """A custom connection has no refresh token."""
        return self.secrets if connection.tenant else self.secrets[:2]

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: About) -> Access:
        """Asks for an access token, which lives for half an hour."""
        basic = base64.b64encode(f"{secrets[0].reveal()}:{secrets[1].reveal()}".encode()).decode()
        server, headers = about.connection.token_server, {"Authorization": f"Basic {basic}"}
        if not about.connection.tenant:
            token = oauth.of_client(ask, server, {"scope": about.connection.scope}, headers)
            return Access({"Authorization": Secret(f"Bearer {token.reveal()}")})
        # the one that this command began with may have been replaced since
        (refresh,) = secrets_of(self.name, (REFRESH,))
        given = oauth.tokens(ask, server, refresh, {}, headers)
        remark = ""
        if given.refresh and not keep_renewed(self.name, REFRESH, given.refresh):
            remark = "Xero gave a new refresh token, and there is no keyring to keep it: the old one is valid for half an hour"
        let_in = {"Authorization": Secret(f"Bearer {given.access.reveal()}"), "xero-tenant-id": Secret(about.connection.tenant)}
        return Access(let_in, {"refresh": given.refresh} if given.refresh else {}, remark)

    def refuses(self, document: Document, settings: Settings) -> str:
        """As in the files, but that numbers of others may still come."""
        return "" if document.kind == Kind.REVERSAL else files.refuses(_as_if_told(document), settings)

    def waits(self, document: Document) -> Wait | None:
        """What is taken back is taken back by its numbers; money on account is allocated by that of its overpayment."""
        if document.kind == Kind.REVERSAL:
            return Wait(f"not all numbers of the document {document.reverses} are known") if files.lacks_numbers(document) else None
        return Wait("the number of the receipt whose money it uses is not known") if _as_if_told(document) != document else None

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """A payment, an allocation, or what stays on account; or the end of each."""
        every = list(files.steps_of(document, about.settings))
        if len(done) == len(every):
            return None
        one, key = every[len(done)], steps.key(document.external_id, len(done) + 1)
        body = one.body or {}
        digest = hashlib.sha256(json_text(body).encode()).hexdigest()[:12]
        request = Request(one.method, f"/{one.path}", body=one.body, headers={"Idempotency-Key": f"{key}-{digest}"})
        if document.kind == Kind.REVERSAL:
            return _removal(one.path) if one.method == "DELETE" else _deletion(one.path, request)
        booked = frozenset(number for outcome in done for number in outcome.number.split())
        twins = sum(other == one for other in every[len(done) :])
        if one.path.endswith(_ALLOCATIONS):
            return _allocation(one, request, booked | _of_others(document, about), twins)
        where = {"where": f'Reference=="{document.external_id}"', "page": "1", "pageSize": str(MOST_PAGE)}

        def found(reply: Reply) -> Outcome | None:
            return _found(reply, one, booked, twins)

        return Step(request, _made, Request("GET", f"/{one.path}", where), found, safe=True)

    def listing(self, kind: str, about: About) -> Listing:
        """Approved invoices and credit notes to customers; customers. Pages are counted, so that a list is read twice."""
        if kind == "items":
            wanted = {
                "Invoices": {"where": 'Type=="ACCREC"', "Statuses": "AUTHORISED", "order": "InvoiceID ASC"},
                "CreditNotes": {"where": 'Type=="ACCRECCREDIT" AND Status=="AUTHORISED"', "order": "CreditNoteID ASC"},
            }
            extra = tuple(name for name in (about.settings.id_column,) if name and name not in _ITEMS)
            return _listing((*_ITEMS, *extra), wanted, lambda name, one: _item(name, one, extra), about)
        contacts = {"where": "IsCustomer==true", "includeArchived": "true", "order": "ContactID ASC"}
        return _listing(("customer_id", "name"), {"Contacts": contacts}, _customer, about)


def _as_if_told(document: Document) -> Document:
    """A document as it will be once the receipts whose money it uses have told their numbers."""
    of_receipt = _SOON if document.kind == Kind.APPLICATION else ""
    parts = tuple(
        replace(part, receipt_number=part.receipt_number or (_SOON if part.item_id.startswith(REST) else "")) for part in document.parts
    )
    return replace(document, parts=parts, receipt_number=document.receipt_number or of_receipt)


def _of_others(document: Document, about: About) -> frozenset[str]:
    return frozenset(path for key, text in about.told.items() if key != document.external_id for path in text.split())


def _made(reply: Reply) -> Outcome:
    if not isinstance(reply.body, dict):
        return Outcome(Answered.UNKNOWN, "", reply.text)
    result, number, words = files.read(reply.body)
    return Outcome(result, number, words or ("" if result == Answered.ACCEPTED else reply.text))


def _found(reply: Reply, one: steps.Step, booked: frozenset[str], twins: int) -> Outcome | None:
    """What the rows with our reference mean for one call, of which `twins` like it are still to be found."""
    rows = at(reply.body, one.path)
    if not reply.ok or not isinstance(rows, list):
        return Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
    wanted = at(one.body, one.path, 0)
    ours = [row for row in rows if one.path != "Payments" or _same(row, wanted)]
    like = [(files.read({one.path: [row]})[1], at(row, "Status") == "DELETED") for row in ours]
    standing = sorted(number for number, deleted in like if not deleted and number.split()[0] not in booked)
    if len(standing) > twins:
        return Outcome(Answered.UNKNOWN, "", f"it is booked more than once: {', '.join(standing)}")
    if standing:
        return Outcome(Answered.ACCEPTED, standing[0])
    gone = [number for number, deleted in like if deleted]
    return Outcome(Answered.REJECTED, "", f"it is deleted: {gone[0]}") if gone else None


def _same(row: object, wanted: object) -> bool:
    """Whether a payment pays that document, from that account, so much."""
    name = next(name for name in _PAID if at(wanted, name) is not None)
    paid = at(wanted, name)
    assert isinstance(paid, dict)
    names = all(text_of(at(row, name, key)).lower() == text_of(value).lower() for key, value in paid.items())
    return names and at(row, "Account", "Code") == at(wanted, "Account", "Code") and at(row, "Amount") == at(wanted, "Amount")


def _allocation(one: steps.Step, request: Request, taken: frozenset[str], twins: int) -> Step:
    """Sets a credit against an invoice. `taken`: allocations of other steps and documents; `twins`: steps like it that are to be found."""
    source = one.path.removesuffix(_ALLOCATIONS)
    wanted = at(one.body, "Allocations", 0)

    def read(reply: Reply) -> Outcome:
        said, identity = _made(reply), text_of(at(reply.body, "Allocations", 0, "AllocationID"))
        if said.result != Answered.ACCEPTED:
            return said
        if not identity:
            return Outcome(Answered.UNKNOWN, "", "the answer has no id of the allocation")
        return Outcome(Answered.ACCEPTED, f"{one.path}/{identity}")

    def found(reply: Reply) -> Outcome | None:
        rows = _allocations(reply, source)
        if rows is None:
            return Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
        like = (text_of(at(row, "AllocationID")) for row in rows if _settles(row, wanted))
        standing = [path for identity in like if (path := f"{one.path}/{identity}") not in taken]
        if len(standing) > twins:
            return Outcome(Answered.UNKNOWN, "", f"it is booked more than once: {', '.join(standing)}")
        return Outcome(Answered.ACCEPTED, min(standing)) if standing else None

    return Step(request, read, Request("GET", f"/{source}"), found, safe=True)


def _removal(path: str) -> Step:
    """Takes an allocation back."""
    source, _, identity = path.partition(files.ALLOCATIONS)

    def found(reply: Reply) -> Outcome | None:
        rows = _allocations(reply, source)
        if rows is None and reply.status != 404:
            return Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
        return None if any(text_of(at(row, "AllocationID")) == identity for row in rows or ()) else Outcome(Answered.ACCEPTED, path)

    def read(reply: Reply) -> Outcome:
        said = _made(reply)
        return said._replace(number=path) if said.result == Answered.ACCEPTED else said

    return Step(Request("DELETE", f"/{path}"), read, Request("GET", f"/{source}"), found)


def _allocations(reply: Reply, source: str) -> list[object] | None:
    """What is allocated of a credit note or overpayment; None where the answer does not say so."""
    made = at(reply.body, source.partition("/")[0], 0)
    rows = at(made, "Allocations")
    if not reply.ok or made is None:
        return None
    return [row for row in rows if at(row, "IsDeleted") is not True] if isinstance(rows, list) else []


def _settles(row: object, wanted: object) -> bool:
    """Whether an allocation is against that invoice, so much."""
    invoices = (text_of(at(one, "Invoice", "InvoiceID")).lower() for one in (row, wanted))
    return len(set(invoices)) == 1 and at(row, "Amount") == at(wanted, "Amount")


def _deletion(path: str, request: Request) -> Step:
    """Takes a payment or bank transaction back."""
    entity = path.partition("/")[0]

    def status(reply: Reply) -> object:
        return at(reply.body, entity, 0, "Status")

    def read(reply: Reply) -> Outcome:
        said = _made(reply)
        if said.result != Answered.ACCEPTED:
            return said
        return Outcome(Answered.ACCEPTED, path) if status(reply) == "DELETED" else Outcome(Answered.UNKNOWN, "", "it is not deleted")

    def found(reply: Reply) -> Outcome | None:
        if not reply.ok or not status(reply):
            return Outcome(Answered.UNKNOWN, "", f"{path} is not there")
        return Outcome(Answered.ACCEPTED, path) if status(reply) == "DELETED" else None

    return Step(request, read, Request("GET", f"/{path}"), found)


def _listing(
    columns: tuple[str, ...], entities: Mapping[str, Mapping[str, str]], told: Callable[[str, object], Row], about: About
) -> Listing:  # fmt: skip
    """A list of several entities, page by page. Xero says of each how many pages it has."""
    names, size, place = tuple(entities), str(about.connection.page), [0, 1]

    def page(rows: Sequence[Row], reply: Reply | None) -> Request | None:
        if reply is None:
            place[:] = [0, 1]
        elif place[1] < _pages(reply):
            place[1] += 1
        else:
            place[:] = [place[0] + 1, 1]
        if place[0] == len(names):
            return None
        return Request("GET", f"/{names[place[0]]}", {**entities[names[place[0]]], "page": str(place[1]), "pageSize": size})

    def rows(reply: Reply) -> Sequence[Row] | None:
        found = at(reply.body, names[place[0]])
        if not isinstance(found, list) or _pages(reply) < 0:
            return None
        made = [told(names[place[0]], one) for one in found]
        return made if all(row[columns[0]] for row in made) else None

    return Listing("", columns, columns[0], page, rows, twice=True)


def _pages(reply: Reply) -> int:
    """How many pages a list has; -1 where the answer does not say so."""
    count = at(reply.body, "pagination", "pageCount")
    return count if isinstance(count, int) else -1


def _item(name: str, one: object, extra: Sequence[str]) -> Row:
    """An invoice, or a credit note with amounts below zero."""
    what = name[:-1]
    sign, left = ("-", "RemainingCredit") if what == "CreditNote" else ("", "AmountDue")
    identity = text_of(at(one, f"{what}ID"))
    cells = (
        identity, text_of(at(one, "Contact", "ContactID")), "credit_note" if sign else "invoice", text_of(at(one, f"{what}Number")),
        _day(one, "Date"), _day(one, "DueDate"), text_of(at(one, "CurrencyCode")), sign + _text(at(one, "Total")),
        sign + _text(at(one, left)),
    )  # fmt: skip
    return dict(zip(_ITEMS, cells, strict=True)) | dict.fromkeys(extra, identity)


def _day(one: object, name: str) -> str:
    """A day, as ISO text beside the number of milliseconds since 1970, or made of that."""
    if text := text_of(at(one, f"{name}String")):
        return text[:10]
    number = _DATE.match(text_of(at(one, name)))
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(number[1]))).date().isoformat() if number else ""


def _customer(name: str, one: object) -> Row:
    return {"customer_id": text_of(at(one, "ContactID")), "name": text_of(at(one, "Name"))}


def _text(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else text_of(value)


LIVE = Xero()
