"""Business Central online as API v2.0 shows it: sales invoices, customers, a payment journal, ledger entries, and Entra ID's tokens.

Fields and lengths of payments and lines: https://learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0/resources
(``dynamics_customerpayment``, ``dynamics_journalline``). What the pages do with them is that of the published app
(microsoft/ALAppExtensions, Apps/W1/APIV2, pages 30013, 30016, 30018, 30049, 30055): customers are looked up when a line is inserted, lines
are listed by journal, a journal line's balancing account is the one that is sent. Posting follows the base application
(microsoft/BCApps): a payment is not above zero (codeunit 11), an invoice that is applied to must be open and the customer's, the day must
be allowed, an empty journal posts nothing. A batch with ``Isolation: snapshot`` is one transaction that ends with the first refusal, whose
predecessors keep their status 201 (.../dev-itpro/webservices/use-odata-batch); the stub refuses one without. A payment above what is open
is our mistake here; Business Central would leave the rest open. Document numbers may come twice.
"""

import copy
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Refusal, Said, Stub

NUMBER = (int, Decimal)
TENANT, COMPANY, JOURNAL = (
    "3d5f0a9e-1b7c-4f3d-8c55-7a1e2f9b6c01", "9c2d5c3e-5b0f-4a86-a3d4-0d5b6cf2a9b1", "5f1b3c9a-7d2e-4c11-9a51-3b6f0c8d7e21"
)  # fmt: skip
BANK, RECEIVABLES, BANK_GL, REASONS = "DB-EUR", "2310", "2910", {"4731", "6855"}
LINE: dict[str, type | tuple[type, ...]] = {
    "postingDate": str, "documentNumber": str, "externalDocumentNumber": str, "amount": NUMBER, "description": str, "comment": str
}  # fmt: skip
PAYMENT = {**LINE, "customerNumber": str, "appliesToInvoiceNumber": str}
CLEARED = {**LINE, "accountType": str, "accountNumber": str, "balanceAccountType": str, "balancingAccountNumber": str}
LENGTHS = {
    "documentNumber": 20, "externalDocumentNumber": 35, "description": 100, "comment": 250, "customerNumber": 20,
    "appliesToInvoiceNumber": 20,
}  # fmt: skip
INVOICE = {
    "number", "billToCustomerNumber", "invoiceDate", "dueDate", "currencyCode", "totalAmountIncludingTax", "remainingAmount",
    "customerPurchaseOrderReference",
}  # fmt: skip
CONDITION = re.compile(r"(status|number|documentNumber) (eq|gt) '([^']*)'")


@dataclass
class Ledger:
    """What a transaction changes. Cents."""

    remaining: dict[str, int] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    on_account: dict[str, int] = field(default_factory=dict)
    posted: list[str] = field(default_factory=list)


class BusinessCentral(Stub):
    """One company with one customer payment journal."""

    target = "business-central"
    secrets: ClassVar[dict[str, str]] = {
        "MATCHER_BUSINESS_CENTRAL_CLIENT_ID": "app-id", "MATCHER_BUSINESS_CENTRAL_CLIENT_SECRET": "app-secret"
    }  # fmt: skip
    words = "Customer C1 is blocked."
    by_hand = "unapply and reverse the entries of {number}"
    acts = ("pay", "pay", "pay", "pay_with_discount", "put_on_account", "undo")

    def __init__(self) -> None:
        super().__init__()
        self.tokens = self.expired = 0
        self.invoices: dict[str, tuple[str, int]] = {}
        self.customers: dict[str, str] = {}
        self.ledger = Ledger()
        self.reversed: set[str] = set()
        self.closed_until = ""

    def invoice(self, name: str, customer: str, cents: int) -> None:
        self.customers.setdefault(customer, f"{customer} GmbH")
        self.invoices[name], self.ledger.remaining[name] = (customer, cents), cents

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def writes(self, call: Call) -> bool:
        return call.method != "GET" and not call.path.endswith("/token")

    def let_in(self, call: Call) -> bool:
        if call.path.endswith("/token"):
            return True
        number = call.headers.get("authorization", "").removeprefix("Bearer access-")
        return number.isdecimal() and self.expired < int(number) <= self.tokens

    def rejected(self, call: Call) -> Said:
        return Said(200, {"responses": [{"id": call.body["requests"][0]["id"], "status": 400, "body": self._error(self.words)}]})

    def _error(self, words: str) -> dict[str, Any]:
        return {"error": {"code": "Application_DialogException", "message": f"{words}  CorrelationId:  6d3c."}}

    def _refused(self, words: str) -> Refusal:
        return Refusal(Said(400, self._error(words)))

    def answer(self, call: Call) -> Said:
        if call.path == f"/{TENANT}/oauth2/v2.0/token":
            return self._token(call)
        base = f"/v2.0/{TENANT}/Production/api/v2.0/"
        path = call.path.removeprefix(base)
        if path == call.path:
            raise self.mistake(f"{call.path} is of no environment", 404)
        if path == "$batch" and call.method == "POST" and not call.query:
            return self._batch(call)
        if call.method != "GET" or not path.startswith(f"companies({COMPANY})/"):
            raise self.mistake(f"{call.method} {call.path} is no call", 404)
        return self._read(path.removeprefix(f"companies({COMPANY})/"), dict(call.query))

    def _token(self, call: Call) -> Said:
        form = dict(call.body or {})
        scope, kind = form.pop("scope", ""), form.pop("grant_type", "")
        if (kind, scope) != ("client_credentials", "https://api.businesscentral.dynamics.com/.default") or len(form) != 2:
            raise self.mistake(f"no request for a token: {sorted(call.body or {})}")
        if form != {"client_id": "app-id", "client_secret": "app-secret"}:
            return Said(401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."})
        self.tokens += 1
        return Said(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": f"access-{self.tokens}"})

    def _batch(self, call: Call) -> Said:
        if call.headers.get("isolation") != "snapshot":
            raise self.mistake("a batch that is no transaction")
        self.check(call.body, {"requests": list}, ("requests",), "$batch")
        if not 1 <= len(call.body["requests"]) <= 100:
            raise self.mistake(f"{len(call.body['requests'])} requests in one batch")
        before, answers = copy.deepcopy(self.ledger), list[dict[str, Any]]()
        for one in call.body["requests"]:
            self.check(
                one, {"method": str, "id": str, "url": str, "headers": dict, "body": dict}, ("method", "id", "url", "body"), "request"
            )
            try:
                said = self._told(one)
            except Refusal as refusal:
                said, self.ledger = refusal.said, before
            answers.append({"id": one["id"], "status": said.status, "headers": {}, **({"body": said.body} if said.body else {})})
            if said.status >= 400:
                break
        return Said(200, {"responses": answers})

    def _told(self, one: dict[str, Any]) -> Said:
        company = f"companies({COMPANY})/"
        match one["method"], one["url"]:
            case "POST", url if url == f"{company}customerPaymentJournals({JOURNAL})/customerPayments":
                return self._line(one["body"], PAYMENT)
            case "POST", url if url == f"{company}journals({JOURNAL})/journalLines":
                return self._line(one["body"], CLEARED)
            case "POST", url if url == f"{company}journals({JOURNAL})/Microsoft.NAV.post" and not one["body"]:
                return self._post()
        raise self.mistake(f"{one['method']} {one['url']} is no request", 404)

    # --- the journal --------------------------------------------------------------------------------------------------------------

    def _line(self, body: dict[str, Any], fields: dict[str, type | tuple[type, ...]]) -> Said:
        self.check(body, fields, tuple(fields), "line")
        if any(len(body[name]) > most for name, most in LENGTHS.items() if name in body) or not re.fullmatch(
            r"\d{4}-\d\d-\d\d", body["postingDate"]
        ):
            raise self.mistake(f"line: {body}")
        if not re.fullmatch(r"[0-9A-F]{20}", body["documentNumber"]) or body["documentNumber"] != body["externalDocumentNumber"]:
            raise self.mistake(f"numbers: {body}")
        if fields is CLEARED:
            told = (body["accountType"], body["balanceAccountType"], body["balancingAccountNumber"])
            if told != ("G_x002F_L_x0020_Account", "Bank_x0020_Account", BANK) or body["accountNumber"] not in REASONS:
                raise self._refused("The account number does not match to an Account.")
        elif body["customerNumber"] not in self.customers:
            raise self._refused('The "customerNumber" does not match to a Customer.')
        self.ledger.lines.append(body | {"cents": self._cents(body["amount"])})
        return Said(201, {"@odata.etag": 'W/"JzE4"', "lineNumber": 10_000 * len(self.ledger.lines)})

    def _cents(self, value: int | Decimal) -> int:
        cents = Decimal(value) * 100
        if cents != int(cents):
            raise self.mistake(f"{value} has more digits than cents")
        return int(cents)

    def _post(self) -> Said:
        if not self.ledger.lines:
            raise self._refused("There is nothing to post.")
        for line in self.ledger.lines:
            number, cents = line["documentNumber"], line["cents"]
            if line["postingDate"] <= self.closed_until:
                raise self._refused(f"Posting Date is not within your range of allowed posting dates in document {number}.")
            if "customerNumber" in line:
                self._payment(line, number, cents)
            self._entry(number, line.get("accountNumber", RECEIVABLES), cents)
            self._entry(number, BANK_GL, -cents)
        self.ledger.posted += dict.fromkeys(line["documentNumber"] for line in self.ledger.lines)
        self.ledger.lines = []
        return Said(204)

    def _payment(self, line: dict[str, Any], number: str, cents: int) -> None:
        invoice = line["appliesToInvoiceNumber"]
        if cents >= 0:
            raise self._refused(f"Amount must be negative in document {number}.")
        if not invoice:
            self.ledger.on_account[number] = self.ledger.on_account.get(number, 0) - cents
            return
        if self.invoices.get(invoice, ("", 0))[0] != line["customerNumber"] or not self.ledger.remaining[invoice]:
            raise self._refused(f"There is no open invoice {invoice} of customer {line['customerNumber']}.")
        if -cents > self.ledger.remaining[invoice]:
            raise self.mistake(f"{-cents} are paid of {invoice}, of which {self.ledger.remaining[invoice]} are open")
        self.ledger.remaining[invoice] += cents
        self.ledger.entries.append({"documentNumber": number, "invoice": invoice, "cents": cents, "accountNumber": ""})

    def _entry(self, number: str, account: str, cents: int) -> None:
        self.ledger.entries.append({"documentNumber": number, "accountNumber": account, "cents": cents})

    def take_back(self, external_id: str) -> None:
        """What a person does there: the entries of a document are unapplied and its transaction is reversed."""
        number = external_id.upper()
        if number in self.reversed:
            return
        self.reversed.add(number)
        self.ledger.on_account.pop(number, None)
        for one in [one for one in self.ledger.entries if one["documentNumber"] == number]:
            if one["accountNumber"]:
                self._entry(number, one["accountNumber"], -one["cents"])
            else:
                self.ledger.remaining[one["invoice"]] -= one["cents"]

    # --- lists --------------------------------------------------------------------------------------------------------------------

    def _read(self, path: str, query: dict[str, str]) -> Said:
        conditions = query.pop("$filter", "")
        found = CONDITION.findall(conditions)
        if " and ".join(f"{name} {test} '{value}'" for name, test, value in found) != conditions:
            raise self.mistake(f"no filter: {conditions}")
        rows = self._rows(path)
        for name, test, value in found:
            if rows and name not in rows[0]:
                raise self.mistake(f"{path} has no field {name}")
            rows = [row for row in rows if (row[name] > value if test == "gt" else row[name] == value)]
        chosen = query.pop("$select", "").split(",")
        if path in ("salesInvoices", "customers") and not set(chosen) <= (
            INVOICE if path == "salesInvoices" else {"number", "displayName"}
        ):
            raise self.mistake(f"{path} has not all of {chosen}")
        order, top, count = query.pop("$orderby", ""), int(query.pop("$top", "20000")), query.pop("$count", "")
        if query or order not in ("", "number") or not 1 <= top <= 20_000:
            raise self.mistake(f"{path}: {query} {order} {top}")
        rows = sorted(rows, key=lambda row: str(row[order])) if order else rows
        value = [{"@odata.etag": 'W/"JzE5"', **row} for row in rows[:top]]
        return Said(
            200, {"@odata.context": f"$metadata#{path}", **({"@odata.count": len(rows)} if count == "true" else {}), "value": value}
        )

    def _rows(self, path: str) -> list[dict[str, Any]]:
        lines = [{name: line[name] for name in (*LINE, *({"customerNumber"} & line.keys()))} for line in self.ledger.lines]
        match path:
            case "generalLedgerEntries":
                return [
                    {
                        "documentNumber": one["documentNumber"], "accountNumber": one["accountNumber"],
                        "debitAmount": Decimal(max(one["cents"], 0)) / 100, "creditAmount": Decimal(max(-one["cents"], 0)) / 100,
                    }
                    for one in self.ledger.entries if one["accountNumber"]
                ]  # fmt: skip
            case "salesInvoices":
                return [
                    {
                        "number": name, "billToCustomerNumber": customer, "invoiceDate": "2026-09-01", "dueDate": "2026-10-01",
                        "currencyCode": "EUR", "totalAmountIncludingTax": Decimal(total) / 100, "customerPurchaseOrderReference": "",
                        "remainingAmount": Decimal(self.ledger.remaining[name]) / 100,
                        "status": "Open" if self.ledger.remaining[name] else "Paid",
                    }
                    for name, (customer, total) in self.invoices.items()
                ]  # fmt: skip
            case "customers":
                return [{"number": number, "displayName": name} for number, name in self.customers.items()]
            case path if path == f"customerPaymentJournals({JOURNAL})/customerPayments":
                return [line for line in lines if "customerNumber" in line]
            case path if path == f"journals({JOURNAL})/journalLines":
                return [line for line in lines if "customerNumber" not in line]
        raise self.mistake(f"{path} is no list", 404)

    # --- as the world needs it ----------------------------------------------------------------------------------------------------

    def table(self, url: str) -> str:
        return f"""
[target.business-central]
company = "{COMPANY}"
journals = {{ giro = "{JOURNAL}" }}
accounts = {{ giro = "{BANK}" }}
reasons = {{ discount = "4731", fee = "6855" }}
[target.business-central.api]
url = "{url}"
token_server = "{url}"
tenant = "{TENANT}"
entity = "1"
page = 7
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {}

    def ids(self) -> list[str]:
        assert not self.ledger.lines, "lines stand in the journal"
        return [number.lower() for number in self.ledger.posted]

    def outstanding(self) -> dict[str, int]:
        return dict(self.ledger.remaining)

    def bank(self) -> int:
        return sum(one["cents"] for one in self.ledger.entries if one["accountNumber"] == BANK_GL)

    def on_account(self) -> int:
        return sum(self.ledger.on_account.values())
