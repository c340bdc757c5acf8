"""QuickBooks Online as its accounting API shows it: customers, invoices, payments, journal entries, queries, and Intuit's tokens.

A call with a ``requestid`` that was seen gets the first answer again (https://blogs.intuit.com/2015/04/06/15346/). Payments, their lines
and links, what voiding and deleting want, and queries are those of https://developer.intuit.com/app/developer/qbo/docs/api/accounting
(``payment``, ``journalentry``) and ``.../learn/explore-the-quickbooks-online-api/data-queries``; codes 610, 2500, 5010, 6000 and 6210 of
``.../develop/troubleshooting/error-codes``. A link is held against what is open of the linked document. Fields that the API does not know
are refused; QuickBooks ignores some.
"""

import base64
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Refusal, Said, Stub
from live.zoho_stub import secrets_of

NUMBER = (int, Decimal)
PAYMENT: dict[str, type | tuple[type, ...]] = {
    "CustomerRef": dict, "CurrencyRef": dict, "TotalAmt": NUMBER, "TxnDate": str, "PaymentRefNum": str, "PrivateNote": str, "Line": list,
    "DepositToAccountRef": dict,
}  # fmt: skip
ENTRY: dict[str, type | tuple[type, ...]] = {"TxnDate": str, "CurrencyRef": dict, "DocNumber": str, "PrivateNote": str, "Line": list}
COMPANY, BANK, RECEIVABLES, REASONS = "1230456", "35", "84", {"120", "121"}
CUSTOMERS = {"C1": "58", "C2": "59", "C3": "60"}
QUERY = re.compile(
    r"SELECT \* FROM (?P<entity>\w+)(?: WHERE (?P<field>\w+) (?P<test>[=>]) '(?P<value>[\w-]+)')?"
    r"(?: STARTPOSITION (?P<start>\d+) MAXRESULTS (?P<most>\d+))?"
)


@dataclass
class Txn:
    """A payment or journal entry. `links`: what it takes off each transaction, in cents; `open`: of an entry what is not linked yet."""

    entity: str
    id: str
    number: str
    customer: str
    total: int = 0
    links: dict[str, int] = field(default_factory=dict)
    open: int = 0
    token: int = 0
    void: bool = False
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def unapplied(self) -> int:
        return 0 if self.void else self.total - sum(self.links.values())


class QuickBooks(Stub):
    """One company."""

    target = "quickbooks-online"
    secrets: ClassVar[dict[str, str]] = secrets_of("QUICKBOOKS_ONLINE")
    acts = ("pay", "pay", "pay", "pay_with_discount", "put_on_account", "apply", "write_off", "undo", "undo")
    words = "6000 a business validation error has occurred"
    by_column = True

    def __init__(self) -> None:
        super().__init__()
        self.tokens = self.expired = self.rotated = 0
        self.rotates = False
        self.names: dict[str, str] = {}
        self.invoices: dict[str, dict[str, Any]] = {}
        self.contacts: dict[str, str] = {}
        self.txns: dict[str, Txn] = {}
        self.seen: dict[str, Said] = {}
        self.applied: list[str] = []
        self.closed_until = ""

    def invoice(self, name: str, customer: str, cents: int) -> None:
        number, contact = f"{9000 + len(self.invoices)}", CUSTOMERS.get(customer, customer)
        self.contacts.setdefault(contact, f"{customer} GmbH")
        self.names[name] = number
        self.invoices[number] = {"DocNumber": name, "CustomerRef": contact, "total": cents, "balance": cents}

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def writes(self, call: Call) -> bool:
        return call.method != "GET" and call.path != "/tokens"

    def let_in(self, call: Call) -> bool:
        if call.path == "/tokens":
            return True
        number = call.headers.get("authorization", "").removeprefix("Bearer access-")
        return number.isdecimal() and self.expired < int(number) <= self.tokens

    def rejected(self, call: Call) -> Said:
        return self._fault("6000", "a business validation error has occurred").said

    def _fault(self, code: str, words: str) -> Refusal:
        return Refusal(Said(400, {"Fault": {"Error": [{"Message": words, "Detail": words, "code": code}], "type": "ValidationFault"}}))

    def answer(self, call: Call) -> Said:
        if call.path == "/tokens":
            return self._token(call)
        parts = call.path.strip("/").split("/")
        if parts[:3] != ["v3", "company", COMPANY] or call.query.get("minorversion") != "75":
            raise self.mistake(f"{call.path} {dict(call.query)} is of no company", 404)
        query = {name: value for name, value in call.query.items() if name != "minorversion"}
        if call.method == "GET" and parts[3:] == ["query"] and set(query) == {"query"}:
            return self._asked(query["query"])
        key = query.pop("requestid", "")
        if call.method != "POST" or not key or len(key) > 50:
            raise self.mistake(f"{call.method} {call.path} {key} is no call", 404)
        if key not in self.seen:
            self.seen[key] = self._booked(parts[3:], query, call.body)
        return self.seen[key]

    def _booked(self, parts: list[str], query: dict[str, str], body: Any) -> Said:
        match parts, query:
            case ["payment"], {} if not query and "Id" in body:
                return self._updated(body)
            case ["payment"], {} if not query:
                return self._added("Payment", self._payment(body))
            case ["journalentry"], {} if not query:
                return self._added("JournalEntry", self._entry(body))
            case ["payment"], {"operation": "update", "include": "void"}:
                self.check(body, {"Id": str, "SyncToken": str, "sparse": bool}, ("Id", "SyncToken", "sparse"), "void")
                one = self._current("Payment", body)
                self._link(one, -1)
                one.void, one.token = True, one.token + 1
                return Said(200, {"Payment": {"Id": one.id, "SyncToken": str(one.token)}})
            case ["journalentry"], {"operation": "delete"}:
                self.check(body, {"Id": str, "SyncToken": str}, ("Id", "SyncToken"), "delete")
                one = self._current("JournalEntry", body)
                if one.open != one.total:
                    raise self._fault("6000", "it is linked")
                del self.txns[one.id]
                return Said(200, {"JournalEntry": {"Id": one.id, "status": "Deleted"}})
        raise self.mistake(f"{parts} {query} is no call", 404)

    def _updated(self, body: Any) -> Said:
        """A full update: what is left out would be cleared, so that all comes back but the lines and the note."""
        if body.get("sparse") is not False:
            raise self.mistake(f"Payment: {sorted(body)} is no full update")
        one = self._current("Payment", body)
        told = {**self._told(one), "sparse": False}
        if {key for key in told.keys() | body.keys() if told.get(key) != body.get(key)} - {"Line", "PrivateNote"}:
            raise self.mistake(f"Payment: {body} is not what stands there: {told}")
        self._day(body["TxnDate"])
        self._link(one, -1)
        try:
            links = self._links(body.get("Line", ()), one.customer)
            if one.total < sum(links.values()):
                raise self._fault("6000", "The amounts applied are more than the payment")
        except Refusal:
            self._link(one, 1)
            raise
        one.links, one.token = links, one.token + 1
        self._link(one, 1)
        before, after = (set(re.findall(r"matcher:(\w+)", note)) for note in (one.body["PrivateNote"], body["PrivateNote"]))
        self.applied += after - before
        one.body["PrivateNote"] = body["PrivateNote"]
        return Said(200, {"Payment": {"Id": one.id, "SyncToken": str(one.token)}})

    def _told(self, one: Txn) -> dict[str, Any]:
        """A payment as a query tells it."""
        kinds = {identity: "Invoice" if identity in self.invoices else "JournalEntry" for identity in one.links}
        lines = [
            {"Amount": Decimal(abs(cents)) / 100, "LinkedTxn": [{"TxnId": key, "TxnType": kinds[key]}], "LineEx": {"any": []}}
            for key, cents in one.links.items()
        ]  # fmt: skip
        return {
            **one.body, "Id": one.id, "SyncToken": str(one.token), "Line": lines, "UnappliedAmt": Decimal(one.unapplied) / 100,
            "TotalAmt": Decimal(one.total) / 100, "domain": "QBO", "sparse": False, "MetaData": {"CreateTime": "2026-11-30T10:00:00-08:00"},
        }  # fmt: skip

    def _token(self, call: Call) -> Said:
        known = self.secrets
        client, word, refresh = (known[f"MATCHER_QUICKBOOKS_ONLINE_{name}"] for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"))
        if set(call.body) != {"grant_type", "refresh_token"} or call.body["grant_type"] != "refresh_token":
            raise self.mistake(f"no request for a token: {sorted(call.body)}")
        if call.headers.get("authorization") != "Basic " + base64.b64encode(f"{client}:{word}".encode()).decode():
            return Said(401, {"error": "invalid_client"})
        current = f"{refresh}-{self.rotated}" if self.rotated else refresh
        if call.body["refresh_token"] != current:
            return Said(400, {"error": "invalid_grant"})
        self.tokens += 1
        self.rotated += self.rotates
        told = f"{refresh}-{self.rotated}" if self.rotated else refresh
        return Said(200, {"access_token": f"access-{self.tokens}", "refresh_token": told, "expires_in": 3600, "token_type": "bearer"})

    def _asked(self, text: str) -> Said:
        found = QUERY.fullmatch(text)
        if not found:
            raise self.mistake(f"no query: {text}")
        entity, name, value = found["entity"], found["field"], found["value"]
        rows = self._entities(entity)
        if name and (name, found["test"]) not in {("PaymentRefNum", "="), ("DocNumber", "="), ("Id", "="), ("Balance", ">")}:
            raise self.mistake(f"no condition: {text}")
        if name:
            rows = [row for row in rows if (row[name] > Decimal(value) if name == "Balance" else row[name] == value)]
        start, most = int(found["start"] or 1), int(found["most"] or 100)
        if most > 1000:
            raise self.mistake(f"{most} rows of one answer")
        rows = rows[start - 1 : start - 1 + most]
        return Said(200, {"QueryResponse": {entity: rows, "startPosition": start, "maxResults": len(rows)} if rows else {}})

    def _entities(self, entity: str) -> list[dict[str, Any]]:
        match entity:
            case "Customer":
                return [{"Id": key, "DisplayName": name} for key, name in self.contacts.items()]
            case "CreditMemo":
                return []
            case "Invoice":
                return [
                    {
                        "Id": key, "DocNumber": row["DocNumber"], "CustomerRef": {"value": row["CustomerRef"]}, "TxnDate": "2026-09-01",
                        "DueDate": "2026-10-01", "CurrencyRef": {"value": "EUR"}, "TotalAmt": Decimal(row["total"]) / 100,
                        "Balance": Decimal(row["balance"]) / 100,
                    }
                    for key, row in self.invoices.items()
                ]  # fmt: skip
            case "JournalEntry":
                return [
                    {"Id": one.id, "DocNumber": one.number, "SyncToken": str(one.token), "TotalAmt": Decimal(one.total) / 100}
                    for one in self.txns.values() if one.entity == entity
                ]  # fmt: skip
            case "Payment":
                every = [one for one in self.txns.values() if one.entity == entity]
                gone = {"TotalAmt": 0, "PrivateNote": "Voided"}
                return [self._told(one) | (gone if one.void else {}) for one in every]
        raise self.mistake(f"there is no {entity}")

    def _added(self, entity: str, one: Txn) -> Said:
        self._link(one, 1)
        self.txns[one.id] = one
        return Said(200, {entity: {"Id": one.id, "SyncToken": "0"}, "time": "2026-11-30T10:00:00.000-08:00"})

    def _current(self, entity: str, body: dict[str, Any]) -> Txn:
        one = self.txns.get(body["Id"])
        if one is None or one.entity != entity or one.void:
            raise self._fault("610", "Object Not Found")
        if body["SyncToken"] != str(one.token):
            raise self._fault("5010", "Stale Object Error")
        return one

    def _link(self, one: Txn, sign: int) -> None:
        for identity, cents in one.links.items():
            if identity in self.invoices:
                self.invoices[identity]["balance"] -= sign * cents
            else:
                self.txns[identity].open -= sign * cents
                self.txns[identity].token += 1

    def _customer(self, ref: Any) -> str:
        self.check(ref, {"value": str}, ("value",), "CustomerRef")
        if ref["value"] not in self.contacts:
            raise self._fault("2500", "Invalid Reference Id: Names element id")
        return str(ref["value"])

    def _day(self, day: str) -> None:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            raise self.mistake(f"no day: {day}")
        if day <= self.closed_until:
            raise self._fault("6210", "Account Period Closed: the accounting period has closed")

    def _payment(self, body: Any) -> Txn:
        self.check(body, PAYMENT, ("CustomerRef", "TotalAmt", "TxnDate", "PaymentRefNum"), "Payment")
        self._day(body["TxnDate"])
        total = self.cents(body["TotalAmt"])
        if total < 0 or len(body["PaymentRefNum"]) > 21 or (total and body.get("DepositToAccountRef") != {"value": BANK}):
            raise self.mistake(f"Payment: {total} {body['PaymentRefNum']} {body.get('DepositToAccountRef')}")
        customer = self._customer(body["CustomerRef"])
        links = self._links(body.get("Line", ()), customer)
        kept = {name: value for name, value in body.items() if name not in ("Line", "TotalAmt")}
        one = Txn("Payment", self._id(), body["PaymentRefNum"], customer, total, links, body=kept)
        if one.unapplied < 0:
            raise self._fault("6000", "The amounts applied are more than the payment")
        return one

    def _links(self, lines: Any, customer: str) -> dict[str, int]:
        links: dict[str, int] = {}
        for line in lines:
            self.check(line, {"Amount": NUMBER, "LinkedTxn": list}, ("Amount", "LinkedTxn"), "Line")
            (link,), cents = line["LinkedTxn"], self.cents(line["Amount"])
            self.check(link, {"TxnId": str, "TxnType": str}, ("TxnId", "TxnType"), "LinkedTxn")
            identity, kind = link["TxnId"], link["TxnType"]
            if cents <= 0 or identity in links:
                raise self.mistake(f"Line: {cents} {identity}")
            if kind == "Invoice":
                open_, owner = (self.invoices.get(identity, {}).get(name) for name in ("balance", "CustomerRef"))
                links[identity] = cents
            else:
                entry = self.txns.get(identity)
                open_, owner = (-entry.open, entry.customer) if entry and kind == "JournalEntry" else (None, None)
                links[identity] = -cents
            if open_ is None or owner != customer:
                raise self._fault("2500", f"Invalid Reference Id: {kind} {identity}")
            if cents > open_:
                raise self._fault("6000", "The amount applied is more than the balance")
        return links

    def _entry(self, body: Any) -> Txn:
        self.check(body, ENTRY, ("Line", "TxnDate", "DocNumber"), "JournalEntry")
        self._day(body["TxnDate"])
        debit = credit = 0
        customer = ""
        for line in body["Line"]:
            self.check(line, {"Amount": NUMBER, "DetailType": str, "JournalEntryLineDetail": dict}, ("Amount", "DetailType"), "Line")
            detail, cents = line["JournalEntryLineDetail"], self.cents(line["Amount"])
            self.check(detail, {"PostingType": str, "AccountRef": dict, "Entity": dict}, ("PostingType", "AccountRef"), "detail")
            account = detail["AccountRef"]["value"]
            if detail["PostingType"] == "Credit":
                if account != RECEIVABLES or detail.get("Entity", {}).get("Type") != "Customer":
                    raise self._fault("6000", "When you use Accounts Receivable, you must choose a customer in the Name field.")
                customer, credit = self._customer(detail["Entity"]["EntityRef"]), credit + cents
            elif account in REASONS:
                debit += cents
            else:
                raise self.mistake(f"Line: {detail}")
        if debit != credit or not debit:
            raise self._fault("6000", "Transaction is out of balance")
        return Txn("JournalEntry", self._id(), body["DocNumber"], customer, -credit, open=-credit)

    def _id(self) -> str:
        self.last = getattr(self, "last", 200) + 1
        return str(self.last)

    def cents(self, value: int | Decimal) -> int:
        """A number as cents; more than two digits behind the point are a mistake."""
        cents = Decimal(value) * 100
        if cents != int(cents):
            raise self.mistake(f"{value} has more digits than cents")
        return int(cents)

    # --- as the world needs it ----------------------------------------------------------------------------------------------------

    def table(self, url: str) -> str:
        customers = ", ".join(f'{ours} = "{theirs}"' for ours, theirs in CUSTOMERS.items())
        return f"""
[target.quickbooks-online]
receivables = "{RECEIVABLES}"
accounts = {{ giro = "{BANK}" }}
reasons = {{ discount = "120", bad_debt = "121" }}
customers = {{ {customers} }}
{'id_column = "Id"' if self.by_column else ""}
[target.quickbooks-online.api]
url = "{url}"
token_server = "{url}/tokens"
company = "{COMPANY}"
entity = "1"
page = 7
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {"Id": self.names[name]}

    def payments(self) -> list[Txn]:
        return [one for one in self.txns.values() if one.entity == "Payment"]

    def ids(self) -> list[str]:
        assert all(one.open == 0 for one in self.txns.values()), "an entry is not linked"
        return [*(one.number for one in self.payments()), *self.applied]

    def outstanding(self) -> dict[str, int]:
        return {name: self.invoices[number]["balance"] for name, number in self.names.items()}

    def bank(self) -> int:
        return sum(one.total for one in self.payments() if not one.void)

    def on_account(self) -> int:
        return sum(one.unapplied for one in self.payments())
