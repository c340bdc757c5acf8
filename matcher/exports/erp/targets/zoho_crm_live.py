"""The live side of ``zoho-crm``: the REST interface of Zoho CRM, version 8.

``POST /crm/v8/{module}/upsert`` writes a record under the value of a unique field, which ``duplicate_check_fields`` names: a record that is
there is written over, and made only once (https://www.zoho.com/crm/developer/docs/api/v8/upsert-records.html). A record of a document is
a call of its own, so that what is there of a document is known when a later one is refused. ``POST /crm/v8/coql`` asks for records, which
it finds as soon as they are there, what the search does not; an answer without any is 204 (.../v8/Get-Records-through-COQL-Query.html).

Answers have for each record ``status``, ``code`` and ``message``; too many calls are 429 (.../v8/status-codes.html).
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from matcher.exports.erp.base import CustomerFeed
from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live.base import Access, Ask, Context, Control, Fed, Listing, Live, Outcome, Reply, Request, Row, Step
from matcher.exports.erp.live.secret import Secret
from matcher.exports.erp.records import Document
from matcher.exports.erp.targets import zoho_api, zoho_crm
from matcher.exports.erp.targets.zoho_api import ZohoConnection
from matcher.exports.erp.targets.zoho_crm import MOST_ROWS, Settings
from matcher.states import Answered

MOST_PAGE = 2000
"""Rows of one answer of a query."""
_ACCOUNTS = {"customer_id": "id", "customer_no": "Account_Number", "name": "Account_Name"}
"""Fields of an account by the contract's columns."""


class Connected(ZohoConnection):
    """``[target.zoho-crm.api]``.

    Attributes:
        module: API name of the module of payments.
        customers_module: API name of the module that says how customers stand; needed only for that.
    """

    url: str = Field("https://www.zohoapis.com", min_length=1)
    page: int = Field(200, ge=1, le=MOST_PAGE)
    module: str = Field("Payments", pattern=r"^\w+$")
    customers_module: str = Field("Customer_Standings", pattern=r"^\w+$")


About = Context[Settings, Connected]


class ZohoCrm(Live[Settings, Connected]):
    """Zoho CRM. Its secrets are id and secret of a client, and a refresh token with the scopes of modules and COQL."""

    name: ClassVar[str] = "zoho-crm"
    connection: ClassVar[type[Connected]] = Connected
    secrets: ClassVar[tuple[str, ...]] = zoho_api.SECRETS
    hosts: ClassVar[tuple[str, ...]] = zoho_api.HOSTS
    lists: ClassVar[tuple[str, ...]] = ("customers",)

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: About) -> Access:
        """Asks for an access token."""
        return zoho_api.sign_in(ask, secrets, about.connection)

    def refuses(self, document: Document, settings: Settings) -> str:
        """As in the files."""
        return zoho_crm.refuses(document, settings)

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """A call for each record. The document's number is the id of its first record."""
        settings = about.settings
        rows = list(zoho_crm.rows_of(document, settings))
        if len(done) == len(rows):
            return None
        row, field = rows[len(done)], settings.field("key")
        key, first = str(row[field]), not done
        body = zoho_crm.upsert([row], settings, field, settings.field("customer_id"))
        write = Request("POST", f"/crm/v8/{about.connection.module}/upsert", body=body)
        find = _query(f"id, {field}", about.connection.module, f"{field} = '{key}' limit 2")
        return Step(write, lambda reply: _written(reply, first), find, lambda reply: _found(reply, field, key, first), safe=True)

    def listing(self, kind: str, about: About) -> Listing:
        """Accounts, by their ids, so that no page moves when a row goes."""
        fields, size = ", ".join(_ACCOUNTS.values()), about.connection.page

        def page(rows: Sequence[Row], reply: Reply | None) -> Request | None:
            if reply is not None and (not rows or len(rows) % size):
                return None
            after = f"id > {rows[-1]['customer_id']}" if rows else "id is not null"
            return _query(fields, "Accounts", f"{after} order by id asc limit {size}")

        control = _query("COUNT(id)", "Accounts", "id is not null")
        return Listing("", tuple(_ACCOUNTS), "customer_id", page, _accounts, control, _counted)

    def feed(self, feed: CustomerFeed[Settings], about: About) -> Iterator[Fed]:
        """Upserts of at most 100 records that say how customers stand."""
        names, rows = zoho_crm.standing_rows(feed)
        for start in range(0, len(rows), MOST_ROWS):
            part = rows[start : start + MOST_ROWS]
            body = zoho_crm.upsert(part, feed.settings, names["key"], names["customer_id"])
            request = Request("POST", f"/crm/v8/{about.connection.customers_module}/upsert", body=body)
            yield Fed(request, tuple(str(row[names["key"]]) for row in part), _outcomes)


def _query(fields: str, module: str, condition: str) -> Request:
    return Request("POST", "/crm/v8/coql", body={"select_query": " ".join(("select", fields, "from", module, "where", condition))})


def _outcomes(reply: Reply) -> Sequence[Outcome]:
    """What an upsert says of each of its records; one for all where it speaks of the call as a whole."""
    said = at(reply.body, "data")
    if isinstance(said, list) and said:
        return [Outcome(*zoho_crm.of_record(one)) for one in said]
    result, _, words = zoho_crm.whole(reply.body)
    return [Outcome(result, "", words or reply.text)]


def _written(reply: Reply, first: bool) -> Outcome:
    outcomes = _outcomes(reply)
    if len(outcomes) != 1:
        return Outcome(Answered.UNKNOWN, "", f"{len(outcomes)} answers for one record")
    return outcomes[0] if first else outcomes[0]._replace(number="")


def _found(reply: Reply, field: str, key: str, first: bool) -> Outcome | None:
    rows = _data(reply)
    if rows is None:
        return Outcome(Answered.UNKNOWN, "", f"it cannot be asked for: {reply.text}")
    ids = [text_of(at(one, "id")) for one in rows if text_of(at(one, field)) == key]
    if len(ids) > 1:
        return Outcome(Answered.UNKNOWN, "", f"it is there more than once: {', '.join(ids)}")
    return Outcome(Answered.ACCEPTED, ids[0] if first else "") if ids else None


def _data(reply: Reply) -> list[object] | None:
    """The rows that a query found; None where the answer is none."""
    if reply.status == 204:
        return []
    found = at(reply.body, "data")
    return found if reply.ok and isinstance(found, list) else None


def _accounts(reply: Reply) -> Sequence[Row] | None:
    found = _data(reply)
    if found is None or not all(text_of(at(one, "id")) for one in found):
        return None
    return [{title: text_of(at(one, field)) for title, field in _ACCOUNTS.items()} for one in found]


def _counted(reply: Reply) -> Control | None:
    found = _data(reply)
    counts = [value for one in found or () if isinstance(one, Mapping) for value in one.values() if isinstance(value, int | Decimal)]
    return Control(int(counts[0])) if len(counts) == 1 else None


LIVE = ZohoCrm()
