"""Xero as its accounting API shows it: contacts, invoices, credit notes, payments, bank transactions with their overpayments, allocations.

Fields and what they must be: https://github.com/XeroAPI/Xero-OpenAPI (``Payment``, ``BankTransaction``, ``Allocation``). A payment is for
one document, from a bank account or one with payments enabled, and not more than is due; it and a bank transaction are taken back by the
status DELETED: https://developer.xero.com/documentation/api/accounting/payments and ``banktransactions``. A credit note or overpayment is
allocated to approved invoices of its contact, as far as it has ``RemainingCredit`` and they an amount due, and an allocation is taken
back by DELETE: ``.../creditnotes``, ``overpayments``, ``prepayments``. Lock dates: ``.../organisation``. Pages with ``pagination``:
``.../invoices``. Refusals with ``ValidationException`` and ``Elements``: ``.../responsecodes``. A key that was seen gets the first answer
again, a refusal too, until it expires after six minutes, for which calls stand here; with another request it is an error; but with PUT
and POST it is ignored: https://developer.xero.com/documentation/guides/idempotent-requests/idempotency. Too many calls:
``.../guides/oauth2/limits``. A refresh token is replaced each time: ``.../guides/oauth2/token-types``. Xero ignores fields that it does
not know; the stub refuses them.
"""

import base64
import re
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Refusal, Said
from live.xero_credits import NUMBER, SOURCES, Booked, Credit, Credits, guid

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


class Xero(Credits):
    """One organisation, with a custom connection."""

    target = "xero"
    secrets: ClassVar[dict[str, str]] = {"MATCHER_XERO_CLIENT_ID": "A-CLIENT", "MATCHER_XERO_CLIENT_SECRET": "client-secret"}
    acts = ("pay", "pay", "pay_with_discount", "put_on_account", "apply", "net", "set_off", "write_off", "undo", "undo")
    words = "The contact is archived"
    by_column = True
    tenant = ""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = self.expired = self.rotated = 0
        self.contacts: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.limit = "minute"
        self.prepayments = False
        self.seen: dict[str, tuple[int, Any, Said]] = {}

    def invoice(self, name: str, customer: str, cents: int) -> None:
        """An approved invoice."""
        contact = self.contacts.setdefault(customer, guid(1, len(self.contacts)))
        identity = self.names[name] = guid(2, len(self.invoices))
        self.invoices[identity] = {"InvoiceNumber": name, "contact": contact, "total": cents, "due": cents}

    def credit_note(self, name: str, customer: str, cents: int) -> None:
        """An approved credit note."""
        contact = self.contacts.setdefault(customer, guid(1, len(self.contacts)))
        identity = self.names[name] = guid(7, len(self.credits))
        self.credits[identity] = Credit("CreditNotes", identity, contact, cents, name)

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
        return self.invalid(self.words).said

    def limited(self) -> Said:
        after = {"minute": {"Retry-After": "3"}, "day": {"Retry-After": "41230"}}.get(self.limit, {})
        return Said(429, None, {"X-Rate-Limit-Problem": self.limit, "X-DayLimit-Remaining": "0", **after})

    def answer(self, call: Call) -> Said:
        if call.path == "/tokens":
            return self._token(call)
        parts = call.path.strip("/").split("/")
        if parts[:2] != ["api.xro", "2.0"]:
            raise self.mistake(f"{call.path} is no address", 404)
        if call.method == "GET":
            return self._one(*parts[2:]) if len(parts) == 4 else self._list(parts[2], dict(call.query))
        if call.method == "DELETE":
            return self.unallocate(parts[2:], call)
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
                return self._added(self._payment(self.only(body, "Payments")))
            case "PUT", ["BankTransactions"]:
                return self._added(self._money(self.only(body, "BankTransactions")))
            case "PUT", ["CreditNotes" | "Overpayments" | "Prepayments" as entity, identity, "Allocations"]:
                return self.allocate(entity, identity, self.only(body, "Allocations"))
            case "POST", ["Payments" | "BankTransactions" as entity, identity]:
                return self._delete(entity, identity, body)
        raise self.mistake(f"{method} {parts} is no call", 404)

    def _payment(self, one: Any) -> Booked:
        self.check(one, PAYMENT, ("Account", "Date", "Amount", "Reference"), "Payment")
        self.check(one["Account"], {"Code": str}, ("Code",), "Account")
        paid = [name for name in ("Invoice", "CreditNote", "Overpayment", "Prepayment") if name in one]
        if paid != ["Invoice"]:
            return self._refund(one, paid)
        ref = one["Invoice"]
        self.check(ref, {"InvoiceID": str, "InvoiceNumber": str}, (), "Invoice")
        identity = ref["InvoiceID"] if "InvoiceID" in ref else self.names.get(ref.get("InvoiceNumber", ""), "")
        self.day(one["Date"])
        cents, code = self.cents(one["Amount"]), one["Account"]["Code"]
        if cents <= 0:
            raise self.mistake(f"Payment: {cents}")
        if identity not in self.invoices:
            raise self.invalid("Invoice could not be found")
        if code not in {BANK, *REASONS}:
            raise self.invalid("Account does not have payments enabled")
        if cents > self.invoices[identity]["due"]:
            raise self.invalid("Payment amount exceeds the amount outstanding on this document")
        self.invoices[identity]["due"] -= cents
        return Booked("Payments", guid(3, len(self.booked)), one["Reference"], code, cents, identity)

    def _refund(self, one: Any, paid: list[str]) -> Booked:
        """A payment back to the contact, of one credit, as far as it is left."""
        if len(paid) != 1:
            raise self.mistake(f"a payment of {paid}")
        name = f"{paid[0]}ID"
        self.check(one[paid[0]], {name: str}, (name,), paid[0])
        self.day(one["Date"])
        credit, cents = self.credits.get(one[paid[0]][name]), self.cents(one["Amount"])
        if credit is None or SOURCES[credit.entity] != paid[0] or credit.deleted:
            raise self.invalid(f"{paid[0]} could not be found")
        if one["Account"]["Code"] != BANK or cents <= 0:
            raise self.mistake(f"Payment: {one['Account']} {cents}")
        if cents > self.left(credit):
            raise self.invalid("Payment amount exceeds the amount outstanding on this document")
        return Booked("Payments", guid(3, len(self.booked)), one["Reference"], BANK, -cents, credit=credit.id)

    def _money(self, one: Any) -> Booked:
        self.check(one, MONEY, tuple(MONEY), "BankTransaction")
        self.check(one["BankAccount"], {"Code": str}, ("Code",), "BankAccount")
        self.check(one["Contact"], {"ContactID": str, "ContactNumber": str}, (), "Contact")
        self.day(one["Date"])
        kind = "Prepayment" if self.prepayments else "Overpayment"
        if (one["Type"], one["LineAmountTypes"], one["BankAccount"]["Code"], one["CurrencyCode"]) != (
            f"RECEIVE-{kind.upper()}", "NoTax", BANK, "EUR",
        ) or len(one["LineItems"]) != 1:  # fmt: skip
            raise self.mistake(f"BankTransaction: {one}")
        (line,) = one["LineItems"]
        known = {"Description": str, "LineAmount": NUMBER} | ({"AccountCode": str} if self.prepayments else {})
        self.check(line, known, tuple(known), "LineItem")
        contact = one["Contact"]
        if len(contact) != 1 or (contact.get("ContactNumber", "C1") not in self.contacts and "ContactNumber" in contact):
            raise self.invalid("The Contact could not be found")
        if "ContactID" in contact and contact["ContactID"] not in self.contacts.values():
            raise self.invalid("The Contact could not be found")
        cents = self.cents(line["LineAmount"])
        if cents <= 0:
            raise self.mistake(f"LineItem: {cents}")
        whose = contact["ContactID"] if "ContactID" in contact else self.contacts[contact["ContactNumber"]]
        credit = Credit(f"{kind}s", guid(6, len(self.booked)), whose, cents)
        self.credits[credit.id] = credit
        return Booked("BankTransactions", guid(4, len(self.booked)), one["Reference"], BANK, cents, credit=credit.id)

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
            raise self.invalid("Payment has been deleted and cannot be modified")
        if entity == "BankTransactions" and self.left(credit := self.credits[one.credit]) != credit.cents:
            raise self.invalid("The transaction has allocations or refunds and cannot be deleted")
        one.deleted = True
        if one.invoice:
            self.invoices[one.invoice]["due"] += one.cents
        if entity == "BankTransactions":
            self.credits[one.credit].deleted = True
        return Said(200, {entity: [self._row(one)]})

    def _row(self, one: Booked) -> dict[str, Any]:
        status, amount = "DELETED" if one.deleted else "AUTHORISED", Decimal(abs(one.cents)) / 100
        if one.entity == "Payments":
            code = int(one.account)
            made = {
                "PaymentID": one.id, "Account": {"AccountID": guid(5, code), "Code": one.account}, "Amount": amount,
                "Reference": one.number, "Status": status,
            }  # fmt: skip
            if one.invoice:
                return made | {"Invoice": {"InvoiceID": one.invoice, "InvoiceNumber": self.invoices[one.invoice]["InvoiceNumber"]}}
            name = SOURCES[self.credits[one.credit].entity]
            return made | {name: {f"{name}ID": one.credit}}
        name = SOURCES[self.credits[one.credit].entity]
        return {"BankTransactionID": one.id, f"{name}ID": one.credit, "Total": amount, "Reference": one.number, "Status": status}

    def _one(self, entity: str, identity: str) -> Said:
        if entity in SOURCES:
            credit = self.credit(entity, identity)
            rows = [self.allocation_row(one) for one in self.allocated.values() if one.credit is credit and not one.deleted]
            left = Decimal(self.left(credit)) / 100
            return Said(200, {entity: [{f"{SOURCES[entity]}ID": identity, "RemainingCredit": left, "Allocations": rows}]})
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
                        "CreditNoteID": one.id, "CreditNoteNumber": one.number, "Contact": {"ContactID": one.contact},
                        "DateString": "2026-09-01T00:00:00", "CurrencyCode": "EUR", "Total": Decimal(one.cents) / 100,
                        "RemainingCredit": Decimal(self.left(one)) / 100,
                    }
                    for one in self.credits.values() if one.entity == "CreditNotes" and self.left(one)
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

    # --- as the world needs it ----------------------------------------------------------------------------------------------------

    def table(self, url: str) -> str:
        return f"""
[target.xero]
accounts = {{ giro = "{BANK}" }}
reasons = {{ discount = "480", bad_debt = "416" }}
{'id_column = "InvoiceID"' if self.by_column else ""}
{'prepayment_account = "800"' if self.prepayments else ""}
[target.xero.api]
url = "{url}/api.xro/2.0"
token_server = "{url}/tokens"
entity = "1"
page = 7
{f'tenant = "{self.tenant}"' if self.tenant else ""}
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {"InvoiceID": self.names[name]}

    def ids(self) -> list[str]:
        """Of all that was booked, one for each document: none of its payments is there twice."""
        every = [(one.number, one.entity, one.invoice or one.credit, one.account) for one in self.booked.values()]
        assert len(set(every)) == len(every), "booked twice"
        return sorted({number for number, *_ in every})

    def outstanding(self) -> dict[str, int]:
        due = {key: one["due"] for key, one in self.invoices.items()}
        due |= {key: -self.left(one) for key, one in self.credits.items() if one.entity == "CreditNotes"}
        return {name: due[identity] for name, identity in self.names.items()}

    def bank(self) -> int:
        return sum(one.cents for one in self.standing() if one.account == BANK)

    def on_account(self) -> int:
        return sum(self.left(one) for one in self.credits.values() if one.entity != "CreditNotes" and not one.deleted)


class XeroApp(Xero):
    """An app that is no custom connection: with a refresh token, and the organisation's id in each call."""

    secrets: ClassVar[dict[str, str]] = {**Xero.secrets, "MATCHER_XERO_REFRESH_TOKEN": "first-refresh"}
    tenant = TENANT
