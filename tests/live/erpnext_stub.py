"""ERPNext 15 as its REST interface shows it.

The rules are those of the published source: insertion, submission and cancellation of ``frappe/api/v1.py`` and
``frappe/model/document.py``; of a Payment Entry the checks of ``erpnext/accounts/doctype/payment_entry/payment_entry.py`` (party,
references and their outstanding amounts, allocated amounts, duplicate rows, unallocated and difference amount); of a Journal Entry those
of ``journal_entry.py`` (debit equals credit, party of receivable accounts). Frappe itself ignores fields that it does not know; the stub
refuses them.
"""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Refusal, Said, Stub

NUMBER = (int, Decimal)
PAYMENT_FIELDS: dict[str, type | tuple[type, ...]] = {
    "docstatus": int, "payment_type": str, "posting_date": str, "company": str, "mode_of_payment": str, "party_type": str, "party": str,
    "paid_from": str, "paid_from_account_currency": str, "paid_to": str, "paid_to_account_currency": str, "paid_amount": NUMBER,
    "received_amount": NUMBER, "source_exchange_rate": NUMBER, "target_exchange_rate": NUMBER, "reference_no": str, "reference_date": str,
    "custom_remarks": int, "remarks": str, "cost_center": str, "references": list, "deductions": list,
}  # fmt: skip
PAYMENT_NEEDED = (
    "payment_type", "posting_date", "company", "party_type", "party", "paid_from", "paid_to", "paid_amount", "received_amount",
    "reference_no", "reference_date",
)  # fmt: skip
ENTRY_FIELDS: dict[str, type | tuple[type, ...]] = {
    "docstatus": int, "voucher_type": str, "posting_date": str, "company": str, "cheque_no": str, "cheque_date": str, "user_remark": str,
    "accounts": list,
}  # fmt: skip
ROW_FIELDS: dict[str, type | tuple[type, ...]] = {
    "account": str, "party_type": str, "party": str, "cost_center": str, "debit_in_account_currency": NUMBER,
    "credit_in_account_currency": NUMBER, "reference_type": str, "reference_name": str,
}  # fmt: skip
COMPANY, BANK, DEBTORS = "Nordkai Handel GmbH", "Deutsche Bank - NG", "Debtors - NG"
INCOME = {"Bank Charges - NG", "Cash Discount - NG", "Bad Debts - NG"}


@dataclass
class Document:
    """A submitted document: what it takes off each invoice, and what it puts onto each account, in cents."""

    name: str
    doctype: str
    number: str
    docstatus: int
    invoices: dict[str, int] = field(default_factory=dict)
    unallocated: int = 0
    bank: int = 0


class ErpNext(Stub):
    """Sales invoices, customers, Payment Entries and Journal Entries."""

    def __init__(self) -> None:
        super().__init__()
        self.invoices: dict[str, dict[str, Any]] = {}
        self.customers: dict[str, str] = {}
        self.documents: list[Document] = []

    def invoice(self, name: str, customer: str, cents: int, **more: Any) -> None:
        """A submitted sales invoice; a return when it is below zero."""
        self.customers.setdefault(customer, customer)
        self.invoices[name] = {
            "name": name, "company": COMPANY, "customer": customer, "customer_name": self.customers[customer], "currency": "EUR",
            "posting_date": "2026-09-01", "due_date": "2026-10-01", "grand_total": cents, "outstanding_amount": cents, "po_no": None,
            "rounded_total": 0, "base_grand_total": cents, "base_rounded_total": 0, "party_account_currency": "EUR", "docstatus": 1,
        } | more  # fmt: skip

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def let_in(self, call: Call) -> bool:
        return call.headers.get("authorization") == "token api-key:api-secret"

    def rejected(self, call: Call) -> Said:
        told = json.dumps([json.dumps({"message": "Customer <b>C1</b> is frozen", "indicator": "red"})])
        return Said(417, {"exc_type": "ValidationError", "_server_messages": told})

    def answer(self, call: Call) -> Said:
        match call.method, call.path.strip("/").split("/"):
            case "GET", ["api", "method", "frappe.client.get_count"]:
                return Said(200, {"message": len(self._selected(call.query["doctype"], json.loads(call.query["filters"])))})
            case "GET", ["api", "resource", doctype]:
                return self._list(doctype, call)
            case "POST", ["api", "resource", "Payment Entry"]:
                return self._inserted(self._payment(call.body))
            case "POST", ["api", "resource", "Journal Entry"]:
                return self._inserted(self._entry(call.body))
            case "PUT", ["api", "resource", doctype, name]:
                return self._cancel(doctype, name, call.body)
        raise self.mistake(f"{call.method} {call.path} is no call", 404)

    def _list(self, doctype: str, call: Call) -> Said:
        if unknown := set(call.query) - {"fields", "filters", "order_by", "limit_page_length"}:
            raise self.mistake(f"a list knows no {unknown}")
        rows = self._selected(doctype, json.loads(call.query["filters"]))
        fields = json.loads(call.query["fields"])
        by, _, way = call.query["order_by"].partition(" ")
        rows = sorted(rows, key=lambda row: row.get(by, 0), reverse=way == "desc")
        for name in fields:
            if rows and name not in rows[0]:
                raise self.mistake(f"{doctype} has no field {name}", 417)
        return Said(200, {"data": [{name: row[name] for name in fields} for row in rows[: int(call.query["limit_page_length"])]]})

    def _selected(self, doctype: str, filters: list[list[Any]]) -> list[dict[str, Any]]:
        if doctype == "Sales Invoice":
            money = ("grand_total", "outstanding_amount", "rounded_total", "base_grand_total", "base_rounded_total")
            rows = [
                row | {name: Decimal(row[name]) / 100 for name in money} | {"status": self._status(row)} for row in self.invoices.values()
            ]
        elif doctype == "Customer":
            rows = [
                {"name": key, "customer_name": name, "customer_group": "All", "default_currency": None, "payment_terms": None}
                for key, name in self.customers.items()
            ]
        else:
            number = "reference_no" if doctype == "Payment Entry" else "cheque_no"
            rows = [
                {"name": one.name, "docstatus": one.docstatus, number: one.number, "creation": place}
                for place, one in enumerate(self.documents) if one.doctype == doctype
            ]  # fmt: skip
        for name, sign, value in filters:
            tests = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b, ">": lambda a, b: a > b}
            rows = [row for row in rows if tests[sign](row[name], value)]
        return rows

    def _status(self, row: dict[str, Any]) -> str:
        return "Return" if row["grand_total"] < 0 else "Unpaid" if row["outstanding_amount"] == row["grand_total"] else "Partly Paid"

    def _throw(self, words: str) -> Refusal:
        return Refusal(Said(417, {"exc_type": "ValidationError", "_server_messages": json.dumps([json.dumps({"message": words})])}))

    def _inserted(self, made: Document) -> Said:
        """Insertion and submission are one transaction: all of it, or nothing."""
        for name, cents in made.invoices.items():
            self.invoices[name]["outstanding_amount"] -= cents
        self.documents.append(made)
        return Said(200, {"data": {"name": made.name, "docstatus": 1, "doctype": made.doctype}})

    def _payment(self, body: Any) -> Document:
        self.check(body, PAYMENT_FIELDS, PAYMENT_NEEDED, "Payment Entry")
        if body.get("docstatus") != 1 or body["party_type"] != "Customer" or body["company"] != COMPANY:
            raise self.mistake(f"Payment Entry: {body.get('docstatus')} {body['party_type']} {body['company']}")
        incoming = body["payment_type"] == "Receive"
        if (body["paid_from"], body["paid_to"]) != ((DEBTORS, BANK) if incoming else (BANK, DEBTORS)):
            raise self.mistake(f"Payment Entry: {body['paid_from']} to {body['paid_to']}")
        if body["party"] not in self.customers:
            raise self._throw(f"Invalid Customer: {body['party']}")
        sign = 1 if incoming else -1
        allocated: dict[str, int] = {}
        for row in body.get("references", ()):
            fields = {"reference_doctype": str, "reference_name": str, "allocated_amount": NUMBER}
            self.check(row, fields, tuple(fields), "references")
            name, cents = row["reference_name"], self.cents(row["allocated_amount"])
            invoice = self.invoices.get(name)
            if invoice is None or invoice["customer"] != body["party"]:
                raise self._throw(f"Sales Invoice {name} is not associated with Customer {body['party']}")
            if name in allocated:
                raise self._throw(f"Duplicate entry in References {name}")
            outstanding = invoice["outstanding_amount"]
            if (cents > 0 and cents > outstanding) or (cents < 0 and cents < outstanding):
                raise self._throw(f"{name}: Allocated Amount cannot be greater than outstanding amount")
            allocated[name] = cents
        deducted = 0
        for row in body.get("deductions", ()):
            fields = {"account": str, "cost_center": str, "amount": NUMBER}
            self.check(row, fields, tuple(fields), "deductions")
            if row["account"] not in INCOME:
                raise self.mistake(f"deductions: {row['account']}")
            deducted += self.cents(row["amount"])
        paid = self.cents(body["paid_amount"])
        if paid <= 0 or self.cents(body["received_amount"]) != paid:
            raise self._throw("Paid Amount is mandatory")
        total = sign * sum(allocated.values())
        if total < 0:
            raise self._throw("Cannot receive from customer against negative outstanding")
        unallocated = max(0, paid + sign * deducted - total)
        if total - sign * deducted - paid + unallocated != 0:
            raise self._throw("Difference Amount must be zero")
        number = self._name("ACC-PAY")
        return Document(number, "Payment Entry", body["reference_no"], 1, allocated, sign * unallocated, sign * paid)

    def _entry(self, body: Any) -> Document:
        self.check(body, ENTRY_FIELDS, ("voucher_type", "posting_date", "company", "cheque_no", "cheque_date", "accounts"), "Journal Entry")
        if body.get("docstatus") != 1 or body["company"] != COMPANY:
            raise self.mistake(f"Journal Entry: {body.get('docstatus')} {body['company']}")
        debit = credit = bank = unallocated = 0
        settled: dict[str, int] = {}
        for row in body["accounts"]:
            self.check(row, ROW_FIELDS, ("account",), "accounts")
            more, less = (self.cents(row.get(f"{side}_in_account_currency", 0)) for side in ("debit", "credit"))
            debit, credit = debit + more, credit + less
            if row["account"] == DEBTORS:
                if row.get("party") not in self.customers or row.get("party_type") != "Customer":
                    raise self._throw("Party Type and Party is required for Receivable account")
                if name := row.get("reference_name"):
                    if name not in self.invoices or row.get("reference_type") != "Sales Invoice":
                        raise self._throw(f"{name} does not exist")
                    settled[name] = settled.get(name, 0) + less - more
                else:
                    unallocated += less - more
            elif row["account"] == BANK:
                bank += more - less
            elif row["account"] not in INCOME:
                raise self.mistake(f"accounts: {row['account']}")
        if debit != credit or not debit:
            raise self._throw(f"Total Debit must be equal to Total Credit. The difference is {debit - credit}")
        return Document(self._name("ACC-JV"), "Journal Entry", body["cheque_no"], 1, settled, unallocated, bank)

    def _cancel(self, doctype: str, name: str, body: Any) -> Said:
        self.check(body, {"docstatus": int}, ("docstatus",), doctype)
        found = next((one for one in self.documents if (one.doctype, one.name) == (doctype, name)), None)
        if found is None:
            raise Refusal(Said(404, {"exc_type": "DoesNotExistError", "exception": f"{doctype} {name} not found"}))
        if found.docstatus == 2:
            raise self._throw("Cannot edit cancelled document")
        found.docstatus = 2
        for invoice, cents in found.invoices.items():
            self.invoices[invoice]["outstanding_amount"] += cents
        return Said(200, {"data": {"name": name, "docstatus": 2}})

    def _name(self, series: str) -> str:
        return f"{series}-2026-{sum(one.name.startswith(series) for one in self.documents) + 1:05}"

    def cents(self, value: int | Decimal) -> int:
        """A number as cents; more than two digits behind the point are a mistake."""
        cents = Decimal(value) * 100
        if cents != int(cents):
            raise self.mistake(f"{value} has more digits than cents")
        return int(cents)

    # --- what it holds ------------------------------------------------------------------------------------------------------------

    def standing(self) -> list[Document]:
        """The documents that are booked."""
        return [one for one in self.documents if one.docstatus == 1]

    # --- as the world needs it ----------------------------------------------------------------------------------------------------

    target = "erpnext"
    secrets: ClassVar[dict[str, str]] = {"MATCHER_ERPNEXT_KEY": "api-key", "MATCHER_ERPNEXT_SECRET": "api-secret"}
    acts = ("pay", "pay", "pay", "pay_with_discount", "put_on_account", "write_off", "undo", "undo")

    def table(self, url: str) -> str:
        return f"""
[target.erpnext]
cost_center = "Main - NG"
accounts = {{ giro = "{BANK}" }}
receivables = {{ EUR = "{DEBTORS}" }}
reasons = {{ discount = "Cash Discount - NG", bad_debt = "Bad Debts - NG" }}
entities = {{ 1 = "{COMPANY}" }}
[target.erpnext.api]
url = "{url}"
page = 7
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {}

    def ids(self) -> list[str]:
        return [one.number for one in self.documents]

    def outstanding(self) -> dict[str, int]:
        return {name: row["outstanding_amount"] for name, row in self.invoices.items()}

    def bank(self) -> int:
        return sum(one.bank for one in self.standing())

    def on_account(self) -> int:
        return sum(one.unallocated for one in self.standing())
