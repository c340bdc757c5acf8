"""The live side of ``business-central``: API v2.0 of Dynamics 365 Business Central, online.

A receipt is posted by one ``POST $batch`` with ``Isolation: snapshot``, which makes one transaction of its requests: either all of them
happen or none (https://learn.microsoft.com/dynamics365/business-central/dev-itpro/webservices/use-odata-batch, since version 17.1). They
are a ``customerPayment`` for each invoice and for what stays on account, as in the files; a ``journalLine`` for each amount that is
cleared without cash, against the bank; and ``journals(ID)/Microsoft.NAV.post``, which posts the whole journal (.../api-reference/v2.0,
``customerpayment``, ``journalline``, ``journal``). A journal is known there by the same id as a customer payment journal, and its lines
go into any journal whose id is given (pages 30013, 30016, 30049 and 30055 of the published app, microsoft/ALAppExtensions, APIV2).

There is no idempotency key. What is posted is found by its document number, our external id in capitals, in ``generalLedgerEntries``;
before anything is posted it is looked for, and nothing is while anybody's lines stand in the journal. Too many calls are 429; a request
ends after ten minutes (.../api-reference/v2.0/dynamics-current-limits). No call of the API unapplies or reverses an entry.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from matcher.errors import MatcherError
from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live import oauth
from matcher.exports.erp.live.base import (
    Access,
    Ask,
    Connection,
    Context,
    Control,
    Listing,
    Live,
    Outcome,
    Reply,
    Request,
    Row,
    Step,
)  # fmt: skip
from matcher.exports.erp.live.secret import Secret
from matcher.exports.erp.records import Document, Form, Kind
from matcher.exports.erp.targets import business_central, business_central_api
from matcher.exports.erp.targets.business_central import Settings
from matcher.states import Answered

SIGN_IN = "https://login.microsoftonline.com"
SCOPE = "https://api.businesscentral.dynamics.com/.default"
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ITEMS = {
    "item_id": "number", "customer_id": "billToCustomerNumber", "document_type": "", "document_no": "number",
    "issue_date": "invoiceDate", "due_date": "dueDate", "currency": "currencyCode", "amount": "totalAmountIncludingTax",
    "open_amount": "remainingAmount", "purchase_order": "customerPurchaseOrderReference",
}  # fmt: skip
_CUSTOMERS = {"customer_id": "number", "customer_no": "number", "name": "displayName"}
_NO_DATE = "0001-01-01"


class Connected(Connection):
    """``[target.business-central.api]``. The company stands in ``[target.business-central]``, where the files have it too.

    Attributes:
        tenant: id or domain of the tenant in Entra ID.
        environment: of Business Central.
        token_server: gives access tokens.
    """

    url: str = Field("https://api.businesscentral.dynamics.com", min_length=1)
    tenant: str = Field(pattern=r"^[\w.-]+$")
    environment: str = Field("Production", pattern=r"^[\w-]+$")
    token_server: str = SIGN_IN

    @field_validator("token_server")
    @classmethod
    def _known(cls, value: str) -> str:
        return oauth.known_server(value, SIGN_IN)


About = Context[Settings, Connected]


class BusinessCentral(Live[Settings, Connected]):
    """Business Central online. Its secrets are id and secret of an app in Entra ID."""

    name: ClassVar[str] = "business-central"
    connection: ClassVar[type[Connected]] = Connected
    secrets: ClassVar[tuple[str, ...]] = ("CLIENT_ID", "CLIENT_SECRET")
    hosts: ClassVar[tuple[str, ...]] = ("login.microsoftonline.com",)
    # a request is ended after ten minutes, and its transaction with it
    settle: ClassVar[int] = 600
    pace: ClassVar[int] = 30
    forms: ClassVar[frozenset[Form] | None] = frozenset(
        {
            Form.DISCOUNT, Form.FEE, Form.WITHHOLDING_TAX, Form.EXCHANGE_DIFFERENCE, Form.WRITE_OFF, Form.ON_ACCOUNT, Form.OTHER_CUSTOMER,
            Form.REVERSAL,
        }
    )  # fmt: skip

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: About) -> Access:
        """Asks for an access token of the app."""
        server, tenant = about.connection.token_server, about.connection.tenant
        form = {"client_id": secrets[0].reveal(), "client_secret": secrets[1].reveal(), "scope": SCOPE}
        token = oauth.of_client(ask, f"{server}/{tenant}/oauth2/v2.0/token", form)
        return Access({"Authorization": Secret(f"Bearer {token.reveal()}")})

    def refuses(self, document: Document, settings: Settings) -> str:
        """What the API has no fields for, or cannot do at all.

        Raises:
            MatcherError: ``target.setting`` when no company is named, or a journal is no id.
        """
        _company(settings)
        if document.reverses:
            number = document.reverses_number or document.reverses.upper()
            return f"cannot be called to take a posted document back: unapply and reverse the entries of {number} there"
        if document.kind != Kind.RECEIPT:
            return "can be called with receipts only: send it as a file"
        invoices = all(part.document_type == "invoice" and part.settled > 0 for part in document.parts)
        if document.amount <= 0 or not invoices:
            return "can be called with payments of invoices only: send it as a file"
        if len(document.parts) + sum(len(part.adjustments) for part in document.parts) + 2 > business_central_api.MOST_REQUESTS:
            return f"takes {business_central_api.MOST_REQUESTS} requests in one transaction: send it as a file"
        return business_central.refuses(document, settings)

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """One call: the payments, what is cleared, and that the journal is posted."""
        if done:
            return None
        assert document.line is not None
        number, journal = document.external_id.upper(), about.settings.journals[document.line.account]
        batch = _batch(document, journal, about)
        waiting = _read(
            about, f"customerPaymentJournals({journal})/customerPayments", {"$filter": _condition("documentNumber", "eq", number)}
        )

        def found(reply: Reply) -> Outcome | None:
            posted = _posted(reply, number)
            return posted if posted else _standing(about.ask(waiting), number)

        def read(reply: Reply) -> Outcome:
            said = _told(reply, len(batch), number)
            # a refusal takes back what came before it, unless the server knows no transactions
            return (_standing(about.ask(waiting), number) or said) if said.result == Answered.REJECTED else said

        def request() -> Request:
            _only_ours(journal, about)
            return Request("POST", f"{_base(about)}/$batch", body={"requests": batch}, headers={"Isolation": "snapshot"})

        find = _read(about, "generalLedgerEntries", {"$filter": _condition("documentNumber", "eq", number)})
        return Step(request, read, find, found)

    def listing(self, kind: str, about: About) -> Listing:
        """Posted sales invoices that are open; customers. By number, so that no page moves when a row goes."""
        items, size = kind == "items", about.connection.page
        path, names = ("salesInvoices", _ITEMS) if items else ("customers", _CUSTOMERS)
        kept = [_condition("status", "eq", "Open")] if items else []

        def asked(size: int, conditions: Sequence[str], more: Mapping[str, str]) -> Request:
            fields = ",".join(dict.fromkeys(filter(None, names.values())))
            filters = {"$filter": " and ".join(conditions)} if conditions else {}
            return _read(about, path, {**filters, "$orderby": "number", "$top": str(size), "$select": fields, **more})

        def page(rows: Sequence[Row], reply: Reply | None) -> Request | None:
            if reply is not None and len(_rows(reply) or ()) < size:
                return None
            after = [_condition("number", "gt", rows[-1][next(iter(names))])] if rows else []
            return asked(size, [*kept, *after], {})

        def rows(reply: Reply) -> Sequence[Row] | None:
            read = _rows(reply)
            if read is None or any(not text_of(at(one, "number")) for one in read):
                return None
            return [_row(one, names, about) for one in read]

        return Listing("", tuple(names), next(iter(names)), page, rows, asked(1, kept, {"$count": "true"}), _counted)


def _company(settings: Settings) -> str:
    for key, value in (("company", settings.company), *((f"journals.{account}", one) for account, one in settings.journals.items())):
        if not _ID.fullmatch(value):
            raise MatcherError("target.setting", f"target.business-central.{key} must be an id of Business Central", "matcher.toml")
    return settings.company


def _base(about: About) -> str:
    return f"/v2.0/{about.connection.tenant}/{about.connection.environment}/api/v2.0"


def _read(about: About, path: str, query: Mapping[str, str]) -> Request:
    return Request("GET", f"{_base(about)}/companies({_company(about.settings)})/{path}", query)


def _condition(name: str, test: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"{name} {test} '{quoted}'"


def _batch(one: Document, journal: str, about: About) -> list[dict[str, object]]:
    """The requests of a receipt. The bank account stands against each line, so that what is cleared takes its part of the bank's amount."""
    settings, company = about.settings, _company(about.settings)
    made = list(business_central_api.requests(one, company, settings.journals))
    payment = made[0]["body"]
    assert isinstance(payment, dict)
    told = {name: payment[name] for name in ("postingDate", "documentNumber", "externalDocumentNumber", "description", "comment")}
    url = f"companies({company})/journals({journal})"
    for cleared in (cleared for part in one.parts for cleared in part.adjustments):
        line = {
            "accountType": "G_x002F_L_x0020_Account", "accountNumber": settings.reason(cleared.reason),
            "balanceAccountType": "Bank_x0020_Account", "balancingAccountNumber": settings.account(one),
            "amount": one.decimal(cleared.amount), **told,
        }  # fmt: skip
        made.append(business_central_api.post(f"{one.external_id}-{len(made) + 1}", f"{url}/journalLines", line))
    return [*made, business_central_api.post(f"{one.external_id}-post", f"{url}/Microsoft.NAV.post", {})]


def _only_ours(journal: str, about: About) -> None:
    """Raises MatcherError ``api.answer`` while lines stand in the journal: they would be posted too."""
    for path in (f"customerPaymentJournals({journal})/customerPayments", f"journals({journal})/journalLines"):
        rows = _rows(about.ask(_read(about, path, {"$top": "1"})))
        if rows is None or rows:
            number = text_of(at(rows, 0, "documentNumber")) if rows else ""
            what = (
                f"in the journal {journal} stands document {number!r}" if rows else f"it does not say what stands in the journal {journal}"
            )
            host = urlsplit(about.connection.url).hostname or ""
            raise MatcherError("api.answer", what, host, "Post or delete there what stands in the journal, then push again.")


def _told(reply: Reply, asked: int, number: str) -> Outcome:
    """What the answers to the requests of a batch mean together."""
    answers = at(reply.body, "responses")
    if not isinstance(answers, list):
        words = text_of(at(reply.body, "error", "message")) or reply.text
        return Outcome(Answered.REJECTED if reply.status == 400 else Answered.UNKNOWN, "", words)
    statuses = [status if isinstance(status := at(one, "status"), int) else 0 for one in answers]
    for status, one in zip(statuses, answers, strict=True):
        if not 200 <= status < 300:
            passing = status in (0, 401, 408, 409, 429) or status >= 500
            words = text_of(at(one, "body", "error", "message")) or text_of(at(one, "body", "error", "code")) or str(status)
            return Outcome(Answered.UNKNOWN if passing else Answered.REJECTED, "", words)
    return Outcome(Answered.ACCEPTED, number) if len(answers) == asked else Outcome(Answered.UNKNOWN, "", "not every request is answered")


def _posted(reply: Reply, number: str) -> Outcome | None:
    """What the ledger's entries of a number mean: those that come to nothing on every account were reversed."""
    rows = _rows(reply)
    if rows is None:
        return Outcome(Answered.UNKNOWN, "", f"the answer is no list: {reply.text}")
    sums: dict[str, Decimal] = {}
    for one in rows:
        account, amounts = text_of(at(one, "accountNumber")), [at(one, name) for name in ("debitAmount", "creditAmount")]
        debit, credit = (Decimal(amount if isinstance(amount, (int, Decimal)) else 0) for amount in amounts)
        sums[account] = sums.get(account, Decimal(0)) + debit - credit
    if rows and not any(sums.values()):
        return Outcome(Answered.REJECTED, "", f"it is reversed there: {number}")
    return Outcome(Answered.ACCEPTED, number) if rows else None


def _standing(reply: Reply, number: str) -> Outcome | None:
    rows = _rows(reply)
    if rows is None:
        return Outcome(Answered.UNKNOWN, "", f"the answer is no list: {reply.text}")
    return Outcome(Answered.UNKNOWN, "", f"it stands in the journal and is not posted: post or delete {number} there") if rows else None


def _rows(reply: Reply) -> list[object] | None:
    found = at(reply.body, "value")
    return found if reply.ok and isinstance(found, list) else None


def _row(one: object, names: Mapping[str, str], about: About) -> Row:
    row = {title: _text(at(one, name)) if name else "invoice" for title, name in names.items()}
    if "currency" in row:
        row["currency"] = row["currency"] or about.settings.currency
        row |= {title: "" for title in ("issue_date", "due_date") if row[title] == _NO_DATE}
    return row


def _text(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else text_of(value)


def _counted(reply: Reply) -> Control | None:
    count = at(reply.body, "@odata.count")
    return Control(count) if isinstance(count, int) else None


LIVE = BusinessCentral()
