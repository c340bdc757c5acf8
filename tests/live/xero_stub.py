"""Xero as its accounting API shows it: contacts, invoices, payments, bank transactions with their overpayments, and Xero's tokens.

Fields and what they must be: https://github.com/XeroAPI/Xero-OpenAPI (``Payment``, ``BankTransaction``). A payment is for one document,
from a bank account or one with payments enabled, and not more than is due; it and a bank transaction are taken back by the status DELETED:
https://developer.xero.com/documentation/api/accounting/payments and ``banktransactions``. Lock dates: ``.../organisation``. Pages with
``pagination``: ``.../invoices``. Refusals with ``ValidationException`` and ``Elements``: ``.../responsecodes``. A key that was seen gets
the first answer again, a refusal too, until it expires after six minutes, for which calls stand here; with another request it is an error:
https://developer.xero.com/documentation/guides/idempotent-requests/idempotency. A refresh token is replaced each time:
https://developer.xero.com/documentation/guides/oauth2/token-types. Xero ignores fields that it does not know; the stub refuses them.
"""

import base64
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Refusal, Said, Stub

NUMBER = (int, Decimal)
PAYMENT: dict[str, type | tuple[type, ...]] = {
    "Invoice": dict, "CreditNote": dict, "Overpayment": dict, "Prepayment": dict, "Account": dict, "Date": str, "CurrencyRate": NUMBER,
    "Amount": NUMBER, "Reference": str,
}  # fmt: skip
MONEY: dict[str, type | tuple[type, ...]] = {
    "Type": str, "Contact": dict, "LineItems": list, "BankAccount": dict, "Date": str, "CurrencyCode": str, "LineAmountTypes": str,
    "Reference": str,
}  # fmt: skip
BANK, REASONS, TENANT = "090", {"480", "416"}, "7a1c7f7e-0000-4000-8000-0000000000aa"
CALLS_OF_A_KEY = 40
WHERE = re.compile(r'Reference=="([\w-]+)"')


def guid(kind: int, number: int) -> str:
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


@dataclass
class Booked:
    """A payment or bank transaction. `invoice`: id of what a payment pays; '' for money on account. Amounts are cents."""

    entity: str
    id: str
    number: str
    account: str
    cents: int
    invoice: str = ""
    deleted: bool = False


class Xero(Stub):
    """One organisation, with a custom connection."""

    target = "xero"
    secrets: ClassVar[dict[str, str]] = {"MATCHER_XERO_CLIENT_ID": "A-CLIENT", "MATCHER_XERO_CLIENT_SECRET": "client-secret"}
    acts = ("pay", "pay", "pay", "pay_with_discount", "put_on_account", "write_off", "undo", "undo")
    words = "The contact is archived"
    by_column = True
    tenant = ""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = self.expired = self.rotated = 0
        self.contacts: dict[str, str] = {}
        self.invoices: dict[str, dict[str, Any]] = {}
        self.names: dict[str, str] = {}
        self.credit_notes: dict[str, int] = {}
        self.booked: dict[str, Booked] = {}
        self.seen: dict[str, tuple[int, Any, Said]] = {}
        self.locked_until = ""

    def invoice(self, name: str, customer: str, cents: int) -> None:
        """An approved invoice."""
        contact = self.contacts.setdefault(customer, guid(1, len(self.contacts)))
        identity = self.names[name] = guid(2, len(self.invoices))
        self.invoices[identity] = {"InvoiceNumber": name, "contact": contact, "total": cents, "due": cents}

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def writes(self, call: Call) -> bool:
        return call.method != "GET" and call.path != "/tokens"

    def let_in(self, call: Call) -> bool:
        if call.path == "/tokens":
            return True
        if call.headers.get("xero-tenant-id", "") != self.tenant:
            raise self.mistake(f"tenant {call.headers.get('xero-tenant-id')}", 403)
        number = call.headers.get("authorization", "").removeprefix("Bearer access-")
        return number.isdecimal() and self.expired < int(number) <= self.tokens

    def rejected(self, call: Call) -> Said:
        return self._invalid(self.words).said

    def _invalid(self, words: str) -> Refusal:
        element = {"ValidationErrors": [{"Message": words}]}
        said = {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred", "Elements": [element]}
        return Refusal(Said(400, said))

    def answer(self, call: Call) -> Said:
        if call.path == "/tokens":
            return self._token(call)
        parts = call.path.strip("/").split("/")
        if parts[:2] != ["api.xro", "2.0"]:
            raise self.mistake(f"{call.path} is no address", 404)
        if call.method == "GET":
            return self._one(*parts[2:]) if len(parts) == 4 else self._list(parts[2], dict(call.query))
        key = call.headers.get("idempotency-key", "")
        if not key or len(key) > 128 or call.query:
            raise self.mistake(f"{call.method} {call.path} {key} {dict(call.query)}")
        request = (call.method, call.path, call.body)
        first, before, said = self.seen.get(key, (-CALLS_OF_A_KEY, request, Said()))
        if len(self.calls) - first < CALLS_OF_A_KEY:
            if before != request:
                raise self.mistake(f"the key {key} comes with another request")
            return said
        try:
            said = self._write(call.method, parts[2:], call.body)
        except Refusal as refusal:
            said = refusal.said
        self.seen[key] = (len(self.calls), request, said)
        return said

    def _write(self, method: str, parts: list[str], body: Any) -> Said:
        match method, parts:
            case "PUT", ["Payments"]:
                return self._added(self._payment(self._only(body, "Payments")))
            case "PUT", ["BankTransactions"]:
                return self._added(self._money(self._only(body, "BankTransactions")))
            case "POST", ["Payments" | "BankTransactions" as entity, identity]:
                return self._delete(entity, identity, body)
        raise self.mistake(f"{method} {parts} is no call", 404)

    def _only(self, body: Any, entity: str) -> Any:
        self.check(body, {entity: list}, (entity,), "body")
        if len(body[entity]) != 1:
            raise self.mistake(f"{len(body[entity])} {entity}")
        return body[entity][0]

    def _day(self, day: str) -> None:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            raise self.mistake(f"no day: {day}")
        if day <= self.locked_until:
            raise self._invalid("The document date cannot be before the period lock date")

    def _payment(self, one: Any) -> Booked:
        self.check(one, PAYMENT, ("Account", "Date", "Amount", "Reference"), "Payment")
        self.check(one["Account"], {"Code": str}, ("Code",), "Account")
        paid = [name for name in ("Invoice", "CreditNote", "Overpayment", "Prepayment") if name in one]
        if paid != ["Invoice"]:
            raise self.mistake(f"a payment of {paid}")
        ref = one["Invoice"]
        self.check(ref, {"InvoiceID": str, "InvoiceNumber": str}, (), "Invoice")
        identity = ref["InvoiceID"] if "InvoiceID" in ref else self.names.get(ref.get("InvoiceNumber", ""), "")
        self._day(one["Date"])
        cents, code = self.cents(one["Amount"]), one["Account"]["Code"]
        if cents <= 0:
            raise self.mistake(f"Payment: {cents}")
        if identity not in self.invoices:
            raise self._invalid("Invoice could not be found")
        if code not in {BANK, *REASONS}:
            raise self._invalid("Account does not have payments enabled")
        if cents > self.invoices[identity]["due"]:
            raise self._invalid("Payment amount exceeds the amount outstanding on this document")
        self.invoices[identity]["due"] -= cents
        return Booked("Payments", guid(3, len(self.booked)), one["Reference"], code, cents, identity)

    def _money(self, one: Any) -> Booked:
        self.check(one, MONEY, tuple(MONEY), "BankTransaction")
        self.check(one["BankAccount"], {"Code": str}, ("Code",), "BankAccount")
        self.check(one["Contact"], {"ContactID": str, "ContactNumber": str}, (), "Contact")
        self._day(one["Date"])
        if (one["Type"], one["LineAmountTypes"], one["BankAccount"]["Code"], one["CurrencyCode"]) != (
            "RECEIVE-OVERPAYMENT", "NoTax", BANK, "EUR",
        ) or len(one["LineItems"]) != 1:  # fmt: skip
            raise self.mistake(f"BankTransaction: {one}")
        (line,) = one["LineItems"]
        self.check(line, {"Description": str, "LineAmount": NUMBER}, ("Description", "LineAmount"), "LineItem")
        contact = one["Contact"]
        if len(contact) != 1 or (contact.get("ContactNumber", "C1") not in self.contacts and "ContactNumber" in contact):
            raise self._invalid("The Contact could not be found")
        if "ContactID" in contact and contact["ContactID"] not in self.contacts.values():
            raise self._invalid("The Contact could not be found")
        cents = self.cents(line["LineAmount"])
        if cents <= 0:
            raise self.mistake(f"LineItem: {cents}")
        return Booked("BankTransactions", guid(4, len(self.booked)), one["Reference"], BANK, cents)

    def _added(self, one: Booked) -> Said:
        self.booked[one.id] = one
        return Said(200, {one.entity: [self._row(one)]})

    def _delete(self, entity: str, identity: str, body: Any) -> Said:
        self.check(body, {"Status": str}, ("Status",), entity)
        one = self.booked.get(identity)
        if body["Status"] != "DELETED":
            raise self.mistake(f"{entity}: {body['Status']}")
        if one is None or one.entity != entity:
            raise Refusal(Said(404, {"ErrorNumber": 404, "Type": "ObjectNotFoundException", "Message": "not found"}))
        if one.deleted:
            raise self._invalid("Payment has been deleted and cannot be modified")
        one.deleted = True
        if one.invoice:
            self.invoices[one.invoice]["due"] += one.cents
        return Said(200, {entity: [self._row(one)]})

    def _row(self, one: Booked) -> dict[str, Any]:
        status, amount = "DELETED" if one.deleted else "AUTHORISED", Decimal(one.cents) / 100
        if one.entity == "Payments":
            invoice = {"InvoiceID": one.invoice, "InvoiceNumber": self.invoices[one.invoice]["InvoiceNumber"]}
            account = {"AccountID": guid(5, int(one.account)), "Code": one.account}
            return {
                "PaymentID": one.id,
                "Invoice": invoice,
                "Account": account,
                "Amount": amount,
                "Reference": one.number,
                "Status": status,
            }
        return {
            "BankTransactionID": one.id, "OverpaymentID": one.id.replace("00000004", "00000006"), "Total": amount, "Reference": one.number,
            "Status": status,
        }  # fmt: skip

    def _one(self, entity: str, identity: str) -> Said:
        one = self.booked.get(identity)
        if one is None or one.entity != entity:
            return Said(404, {"Type": "ObjectNotFoundException"})
        return Said(200, {entity: [self._row(one)]})

    def _list(self, entity: str, query: dict[str, str]) -> Said:
        number, size = int(query.pop("page", "0")), int(query.pop("pageSize", "0"))
        if number < 1 or not 1 <= size <= 1000:
            raise self.mistake(f"page {number} of {size}")
        rows = self._rows(entity, query)
        pages = {"page": number, "pageSize": size, "pageCount": -(-len(rows) // size), "itemCount": len(rows)}
        return Said(200, {"pagination": pages, entity: rows[(number - 1) * size : number * size]})

    def _rows(self, entity: str, query: dict[str, str]) -> list[dict[str, Any]]:
        first = next(iter(self.contacts.values()), "")
        match entity:
            case "Invoices" if query == {"where": 'Type=="ACCREC"', "Statuses": "AUTHORISED", "order": "InvoiceID ASC"}:
                return [
                    {
                        "InvoiceID": key, "InvoiceNumber": one["InvoiceNumber"], "Contact": {"ContactID": one["contact"]},
                        "DateString": "2026-09-01T00:00:00", "DueDate": "/Date(1790812800000+0000)/", "CurrencyCode": "EUR",
                        "Total": Decimal(one["total"]) / 100, "AmountDue": Decimal(one["due"]) / 100,
                    }
                    for key, one in self.invoices.items() if one["due"]
                ]  # fmt: skip
            case "CreditNotes" if query == {
                "where": 'Type=="ACCRECCREDIT" AND Status=="AUTHORISED"', "order": "CreditNoteID ASC"
            }:  # fmt: skip
                return [
                    {
                        "CreditNoteID": guid(7, place), "CreditNoteNumber": name, "Contact": {"ContactID": first},
                        "DateString": "2026-09-01T00:00:00", "CurrencyCode": "EUR", "Total": Decimal(cents) / 100,
                        "RemainingCredit": Decimal(cents) / 100,
                    }
                    for place, (name, cents) in enumerate(self.credit_notes.items())
                ]  # fmt: skip
            case "Contacts" if query == {"where": "IsCustomer==true", "includeArchived": "true", "order": "ContactID ASC"}:
                return [{"ContactID": key, "Name": f"{name} GmbH"} for name, key in self.contacts.items()]
            case "Payments" | "BankTransactions" if set(query) == {"where"} and (found := WHERE.fullmatch(query["where"])):
                return [self._row(one) for one in self.booked.values() if (one.entity, one.number) == (entity, found[1])]
        raise self.mistake(f"no list: {entity} {query}")

    def _token(self, call: Call) -> Said:
        client, word = self.secrets["MATCHER_XERO_CLIENT_ID"], self.secrets["MATCHER_XERO_CLIENT_SECRET"]
        wanted = {"grant_type", "refresh_token"} if self.tenant else {"grant_type", "scope"}
        if set(call.body) != wanted or call.body["grant_type"] != ("refresh_token" if self.tenant else "client_credentials"):
            raise self.mistake(f"no request for a token: {sorted(call.body)}")
        if call.headers.get("authorization") != "Basic " + base64.b64encode(f"{client}:{word}".encode()).decode():
            return Said(401, {"error": "invalid_client"})
        answer = {"expires_in": 1800, "token_type": "Bearer"}
        if self.tenant:
            refresh = self.secrets["MATCHER_XERO_REFRESH_TOKEN"]
            if call.body["refresh_token"] != (f"{refresh}-{self.rotated}" if self.rotated else refresh):
                return Said(400, {"error": "invalid_grant"})
            self.rotated += 1
            answer["refresh_token"] = f"{refresh}-{self.rotated}"
        self.tokens += 1
        return Said(200, {"access_token": f"access-{self.tokens}", **answer})

    def cents(self, value: int | Decimal) -> int:
        """A number as cents; more than two digits behind the point are a mistake."""
        cents = Decimal(value) * 100
        if cents != int(cents):
            raise self.mistake(f"{value} has more digits than cents")
        return int(cents)

    # --- as the world needs it ----------------------------------------------------------------------------------------------------

    def table(self, url: str) -> str:
        return f"""
[target.xero]
accounts = {{ giro = "{BANK}" }}
reasons = {{ discount = "480", bad_debt = "416" }}
{'id_column = "InvoiceID"' if self.by_column else ""}
[target.xero.api]
url = "{url}/api.xro/2.0"
token_server = "{url}/tokens"
entity = "1"
page = 7
{f'tenant = "{self.tenant}"' if self.tenant else ""}
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {"InvoiceID": self.names[name]}

    def standing(self) -> list[Booked]:
        return [one for one in self.booked.values() if not one.deleted]

    def ids(self) -> list[str]:
        """Of all that was booked, one for each document: none of its payments is there twice."""
        every = [(one.number, one.entity, one.invoice, one.account) for one in self.booked.values()]
        assert len(set(every)) == len(every), "booked twice"
        return sorted({number for number, *_ in every})

    def outstanding(self) -> dict[str, int]:
        return {name: self.invoices[identity]["due"] for name, identity in self.names.items()}

    def bank(self) -> int:
        return sum(one.cents for one in self.standing() if one.account == BANK)

    def on_account(self) -> int:
        return sum(one.cents for one in self.standing() if not one.invoice)


class XeroApp(Xero):
    """An app that is no custom connection: with a refresh token, and the organisation's id in each call."""

    secrets: ClassVar[dict[str, str]] = {**Xero.secrets, "MATCHER_XERO_REFRESH_TOKEN": "first-refresh"}
    tenant = TENANT
