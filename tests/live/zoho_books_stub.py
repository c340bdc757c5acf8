"""Zoho Books as its REST interface shows it.

Fields of a payment, the headers of an upsert by a custom field without duplicates, filters and columns of lists, pages of at most 200 rows
with ``page_context.has_more_page``, and codes 3004 and 24016: https://www.zoho.com/books/api/v3/customer-payments/, ``invoices/``,
``contacts/`` and https://www.zoho.com/invoice/api/v3/customer-payments. Code 0 is success, and 44 too many calls:
https://www.zoho.com/books/api/v3/introduction/. Codes that no page names are 99. The stub refuses fields that it does not know, more than
one of which Zoho ignores.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Refusal, Said
from live.zoho_stub import Zoho, secrets_of

NUMBER = (int, Decimal)
FIELDS: dict[str, type | tuple[type, ...]] = {
    "customer_id": str, "payment_mode": str, "amount": NUMBER, "date": str, "reference_number": str, "description": str, "invoices": list,
    "bank_charges": NUMBER, "account_id": str, "tax_account_id": str, "custom_fields": list,
}  # fmt: skip
NEEDED = ("customer_id", "payment_mode", "amount", "date", "invoices")
APPLIED: dict[str, type | tuple[type, ...]] = {"invoice_id": str, "amount_applied": NUMBER, "tax_amount_withheld": NUMBER}
ORGANIZATION, BANK, TAX = "10234695", "460000000000361", "460000000000388"
CUSTOMERS = {"C1": "4601", "C2": "4602", "C3": "4603"}
FILTERS = {"Status.Unpaid", "Status.PartiallyPaid", "Status.OverDue", "Status.Sent", "Status.Viewed"}
PAGING = {"organization_id", "page", "per_page", "sort_column", "sort_order"}


@dataclass
class Payment:
    """A payment received: what it takes off each invoice, in cents."""

    id: str
    key: str
    customer: str
    amount: int
    charges: int
    invoices: dict[str, int] = field(default_factory=dict)
    applied: int = 0
    body: dict[str, Any] = field(default_factory=dict)


class ZohoBooks(Zoho):
    """Invoices, contacts and payments of one organisation."""

    target = "zoho-books"
    secrets: ClassVar[dict[str, str]] = secrets_of("ZOHO_BOOKS")
    words = "3004: The Customer field can neither be blank nor incorrect."
    by_column = True
    """Whether the books have the ids in a column of their list: they were not pulled."""
    acts = ("pay", "pay", "pay", "pay_with_fee", "pay_with_tax", "put_on_account", "apply", "undo", "undo")

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, Any]] = {}
        self.names: dict[str, str] = {}
        self.contacts: dict[str, str] = {}
        self.payments: dict[str, Payment] = {}
        self.gone: list[str] = []
        self.changes: list[str] = []
        self.locked_until = ""

    def invoice(self, name: str, customer: str, cents: int, **more: Any) -> None:
        """An invoice that was sent."""
        number, contact = f"{9000 + len(self.rows)}", CUSTOMERS.get(customer, customer)
        self.contacts.setdefault(contact, f"{customer} GmbH")
        self.names[name] = number
        self.rows[number] = {
            "invoice_id": number, "invoice_number": name, "status": "sent", "customer_id": contact, "reference_number": "",
            "customer_name": self.contacts[contact], "date": "2026-09-01", "due_date": "2026-10-01", "currency_code": "EUR", "total": cents,
            "balance": cents,
        } | more  # fmt: skip

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def rejected(self, call: Call) -> Said:
        return Said(400, {"code": 3004, "message": "The Customer field can neither be blank nor incorrect."})

    def called(self, call: Call) -> Said:
        if call.query.get("organization_id") != ORGANIZATION:
            raise self.mistake(f"{call.path} is of no organisation")
        match call.method, call.path.strip("/").split("/"):
            case "GET", ["books", "v3", "customerpayments"]:
                return self._listed_payments(call)
            case "GET", ["books", "v3", "invoices"]:
                return self._page(call, "invoices", [self._shown(row) for row in self.rows.values() if self._has_status(row, call)])
            case "GET", ["books", "v3", "contacts"] if call.query.get("contact_type") == "customer":
                found = [
                    {"contact_id": key, "contact_name": name, "company_name": "", "currency_code": "EUR", "payment_terms_label": "Net 30"}
                    for key, name in self.contacts.items()
                ]  # fmt: skip
                return self._page(call, "contacts", found)
            case "PUT", ["books", "v3", "customerpayments"]:
                return self._upsert(call)
            case "GET", ["books", "v3", "customerpayments", identity]:
                return Said(200, {"code": 0, "message": "success", "payment": self._told(self._standing(identity))})
            case "PUT", ["books", "v3", "customerpayments", identity]:
                return self._updated(call.body, self._standing(identity))
            case "DELETE", ["books", "v3", "customerpayments", identity] if call.body is None:
                return self._deleted(identity)
        raise self.mistake(f"{call.method} {call.path} is no call", 404)

    def _throw(self, code: int, words: str, status: int = 400) -> Refusal:
        return Refusal(Said(status, {"code": code, "message": words}))

    def _listed_payments(self, call: Call) -> Said:
        if set(call.query) != {"organization_id", "reference_number"}:
            raise self.mistake(f"payments are asked for by {sorted(call.query)}")
        found = [one for one in self.payments.values() if one.key == call.query["reference_number"]]
        rows = [{"payment_id": one.id, "reference_number": one.key, "amount": Decimal(one.amount) / 100} for one in found]
        return Said(200, {"code": 0, "message": "success", "customerpayments": rows, "page_context": {"has_more_page": False}})

    def _has_status(self, row: dict[str, Any], call: Call) -> bool:
        word = call.query.get("filter_by")
        if word not in FILTERS:
            raise self.mistake(f"invoices have no filter {word}")
        if row["balance"] == 0:
            return False
        part = row["balance"] != row["total"]
        return word == "Status.Unpaid" or (word == "Status.PartiallyPaid" if part else word == "Status.Sent")

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        status = "partially_paid" if row["balance"] != row["total"] else row["status"]
        return row | {"status": status, "total": Decimal(row["total"]) / 100, "balance": Decimal(row["balance"]) / 100}

    def _page(self, call: Call, name: str, rows: list[dict[str, Any]]) -> Said:
        if set(call.query) - PAGING - {"filter_by", "contact_type"} or call.query["sort_column"] != "created_time":
            raise self.mistake(f"{name} are asked for by {sorted(call.query)}")
        page, size = int(call.query["page"]), int(call.query["per_page"])
        if not 1 <= size <= 200:
            raise self.mistake(f"a page of {size} rows")
        more = len(rows) > page * size
        context = {"page": page, "per_page": size, "has_more_page": more}
        return Said(200, {"code": 0, "message": "success", name: rows[(page - 1) * size : page * size], "page_context": context})

    def _upsert(self, call: Call) -> Said:
        key, value = (call.headers.get(f"x-unique-identifier-{word}", "") for word in ("key", "value"))
        if key != "cf_external_id" or not value or call.headers.get("x-upsert") != "true":
            raise self.mistake(f"no upsert: {key} {value}")
        self.check(call.body, FIELDS, NEEDED, "payment")
        old = next((one for one in self.payments.values() if one.key == value), None)
        if old:
            self._apply(old, -1)
        try:
            made = self._payment(call.body, value, old.id if old else f"{70000 + len(self.payments) + len(self.gone)}")
        except Refusal:
            if old:
                self._apply(old, 1)
            raise
        self._apply(made, 1)
        self.payments[made.id] = made
        return Said(200 if old else 201, {"code": 0, "message": "The payment has been saved.", "payment": {"payment_id": made.id}})

    def _standing(self, identity: str) -> Payment:
        if identity not in self.payments:
            raise self._throw(99, "Payment does not exist", 404)
        return self.payments[identity]

    def _told(self, one: Payment) -> dict[str, Any]:
        """A payment with everything that it has."""
        rows = [{**row, "invoice_payment_id": f"8{place}", "invoice_number": "?"} for place, row in enumerate(one.body["invoices"])]
        fields = [{"api_name": "cf_external_id", "value": one.key, "label": "External ID", "index": 1}]
        more = {"payment_number": one.id, "unused_amount": Decimal(one.amount - one.applied) / 100, "exchange_rate": 1}
        return {**one.body, "payment_id": one.id, "invoices": rows, "custom_fields": fields, **more}

    def _updated(self, body: Any, one: Payment) -> Said:
        """A change of a payment: everything but the rows and the description must come back as it was."""
        self.check(body, {**FIELDS, "exchange_rate": NUMBER}, NEEDED, "payment")
        before = self._told(one)
        if any(body.get(name) != before.get(name) for name in FIELDS.keys() - {"invoices", "description", "custom_fields"}):
            raise self.mistake(f"payment: {body} is not what stands there: {before}")
        self._apply(one, -1)
        try:
            made = self._payment({name: value for name, value in body.items() if name != "exchange_rate"}, one.key, one.id)
        except Refusal:
            self._apply(one, 1)
            raise
        self._apply(made, 1)
        self.payments[made.id] = made
        old, new = (set(re.findall(r"matcher:(\w+)", told["description"])) for told in (one.body, body))
        self.changes += new - old
        return Said(200, {"code": 0, "message": "The payment has been updated.", "payment": {"payment_id": made.id}})

    def _payment(self, body: dict[str, Any], key: str, identity: str) -> Payment:
        if body["custom_fields"] != [{"api_name": "cf_external_id", "value": key}] or body.get("reference_number") != key:
            raise self.mistake(f"payment: {body['custom_fields']} {body.get('reference_number')}")
        if body["payment_mode"] != "banktransfer" or body.get("account_id") != BANK or not re.fullmatch(r"\d{4}-\d\d-\d\d", body["date"]):
            raise self.mistake(f"payment: {body['payment_mode']} {body.get('account_id')} {body['date']}")
        if body["customer_id"] not in self.contacts:
            raise self._throw(3004, "The Customer field can neither be blank nor incorrect. Please enter a correct Customer")
        if body["date"] <= self.locked_until:
            raise self._throw(99, "Transactions of this period are locked")
        amount, charges = self.cents(body["amount"]), self.cents(body.get("bank_charges", 0))
        made = Payment(identity, key, body["customer_id"], amount, charges, body=body)
        for row in body["invoices"]:
            self.check(row, APPLIED, ("invoice_id", "amount_applied"), "invoices")
            number, cash, tax = row["invoice_id"], self.cents(row["amount_applied"]), self.cents(row.get("tax_amount_withheld", 0))
            invoice = self.rows.get(number)
            if invoice is None or invoice["customer_id"] != body["customer_id"]:
                raise self._throw(99, "Invoice does not exist", 404)
            if number in made.invoices or cash < 0 or tax < 0 or (tax and body.get("tax_account_id") != TAX):
                raise self.mistake(f"invoices: {number} {cash} {tax}")
            if cash + tax > invoice["balance"]:
                raise self._throw(24016, "The amount entered is more than the balance due for this invoice")
            made.invoices[number] = cash + tax
            made.applied += cash
        if not 0 <= made.applied <= amount or not 0 <= charges < amount:
            raise self._throw(99, "The amount applied exceeds the amount of the payment")
        return made

    def _apply(self, one: Payment, sign: int) -> None:
        for number, cents in one.invoices.items():
            self.rows[number]["balance"] -= sign * cents

    def _deleted(self, identity: str) -> Said:
        if identity not in self.payments:
            raise self._throw(99, "Payment does not exist", 404)
        one = self.payments.pop(identity)
        self._apply(one, -1)
        self.gone.append(one.key)
        return Said(200, {"code": 0, "message": "The payment has been deleted."})

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
[target.zoho-books]
tax_account = "{TAX}"
accounts = {{ giro = "{BANK}" }}
{'id_column = "Zoho Id"' if self.by_column else ""}
customers = {{ {customers} }}
[target.zoho-books.api]
url = "{url}"
accounts_server = "{url}"
organization = "{ORGANIZATION}"
entity = "1"
page = 7
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {"Zoho Id": self.names[name]}

    def ids(self) -> list[str]:
        return [*self.gone, *(one.key for one in self.payments.values()), *self.changes]

    def outstanding(self) -> dict[str, int]:
        return {name: self.rows[number]["balance"] for name, number in self.names.items()}

    def bank(self) -> int:
        return sum(one.amount - one.charges for one in self.payments.values())

    def on_account(self) -> int:
        return sum(one.amount - one.applied for one in self.payments.values())
