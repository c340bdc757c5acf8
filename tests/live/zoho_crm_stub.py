"""Zoho CRM as its REST interface shows it: a module of payments, one of how customers stand, accounts, and queries.

Upsert: at most 100 records, ``duplicate_check_fields`` of unique fields, an answer for each record, also where some are refused, codes
INVALID_DATA and MANDATORY_NOT_FOUND (https://www.zoho.com/crm/developer/docs/api/v8/upsert-records.html). Text of a single
line has at most 255 characters. COQL: one select with a condition, an order and a limit of at most 2000; 204 where nothing is found
(.../v8/COQL-Overview.html and COQL-Limitations.html). Fields that the module has not are refused; Zoho CRM ignores them.
"""

import re
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Said
from live.zoho_stub import Zoho, secrets_of
from matcher.exports.erp.targets.zoho_crm import CUSTOMER_FIELDS, FIELDS

NUMBER = (int, Decimal, type(None))
TEXT = (str, type(None))
NUMBERS = {"Payment_Amount", "Invoice_Amount", "Cleared_Amount", "Row_Count", "Days_Late", "Usual_Days_Late", "Balance"}
DAYS = {"Payment_Date", "As_Of", "Oldest_Due_Date", "Last_Payment_Date", "Promised_Date", "Expected_Date"}
MODULES = {"Payments": tuple(FIELDS.values()), "Customer_Standings": tuple(CUSTOMER_FIELDS.values())}
QUERY = re.compile(
    r"select (?P<fields>[\w, ()]+) from (?P<module>\w+) where (?P<field>\w+) (?P<test>is not null|[=>] '?(?P<value>[\w-]+)'?)"
    r"(?: order by id asc)?(?: limit (?P<limit>\d+))?"
)


class ZohoCrm(Zoho):
    """Two modules of one's own, and accounts."""

    target = "zoho-crm"
    secrets: ClassVar[dict[str, str]] = secrets_of("ZOHO_CRM")
    lists = ("customers",)
    words = "INVALID_DATA the account is locked"
    acts = ("pay", "pay", "pay", "pay_with_discount", "put_on_account", "write_off", "undo", "undo")

    def __init__(self) -> None:
        super().__init__()
        self.modules: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in MODULES}
        self.accounts: dict[str, str] = {}
        self.invoices: dict[str, int] = {}
        self.refuses: set[str] = set()
        """Customers whose records are refused."""

    def invoice(self, name: str, customer: str, cents: int) -> None:
        self.invoices[name] = cents
        self.accounts.setdefault(f"55{int(customer[1:]):03}", f"{customer} GmbH")

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def rejected(self, call: Call) -> Said:
        told = {"code": "INVALID_DATA", "details": {}, "message": "the account is locked", "status": "error"}
        return Said(200, {"data": [told for _ in call.body["data"]]})

    def called(self, call: Call) -> Said:
        match call.method, call.path.strip("/").split("/"):
            case "POST", ["crm", "v8", "coql"]:
                return self._asked(call)
            case "POST", ["crm", "v8", module, "upsert"] if module in MODULES and not call.query:
                return self._upsert(module, call.body)
        raise self.mistake(f"{call.method} {call.path} is no call", 404)

    def _upsert(self, module: str, body: Any) -> Said:
        self.check(body, {"data": list, "duplicate_check_fields": list, "trigger": list}, ("data", "duplicate_check_fields"), module)
        if body["duplicate_check_fields"] != ["External_ID"] or not 1 <= len(body["data"]) <= 100 or body.get("trigger"):
            raise self.mistake(f"{module}: {body['duplicate_check_fields']} {len(body['data'])} records")
        return Said(200, {"data": [self._record(module, row) for row in body["data"]]})

    def _record(self, module: str, row: Any) -> dict[str, Any]:
        known = {name: NUMBER if name in NUMBERS or name.endswith("_Amount") else TEXT for name in MODULES[module]}
        self.check(row, known, ("External_ID", "Name", "Customer_ID"), module)
        for name, value in row.items():
            if isinstance(value, str) and len(value) > 255:
                raise self.mistake(f"{module}.{name} has {len(value)} characters")
            if name in DAYS and value is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                raise self.mistake(f"{module}.{name} is no day: {value}")
        if not row["External_ID"] or not row["Name"]:
            return {
                "code": "MANDATORY_NOT_FOUND",
                "details": {"api_name": "Name"},
                "message": "required field not found",
                "status": "error",
            }
        if row["Customer_ID"] in self.refuses:
            return {"code": "INVALID_DATA", "details": {"api_name": "Customer_ID"}, "message": "invalid data", "status": "error"}
        records = self.modules[module]
        old = records.get(row["External_ID"])
        record = {**(old or {"id": f"77{len(records):06}"}), **row}
        records[row["External_ID"]] = record
        action = "update" if old else "insert"
        details = {"id": record["id"]}
        return {"code": "SUCCESS", "action": action, "details": details, "message": "record added", "status": "success"}

    def _asked(self, call: Call) -> Said:
        self.check(call.body, {"select_query": str}, ("select_query",), "coql")
        found = QUERY.fullmatch(call.body["select_query"])
        if not found or int(found["limit"] or 200) > 2000:
            raise self.mistake(f"no query: {call.body['select_query']}")
        if found["module"] == "Accounts":
            rows = [{"id": key, "Account_Number": None, "Account_Name": name} for key, name in sorted(self.accounts.items())]
        else:
            rows = list(self.modules[found["module"]].values())
        fields = found["fields"].split(", ")
        if fields == ["COUNT(id)"]:
            return Said(200, {"data": [{"COUNT(id)": len(rows)}], "info": {"count": 1, "more_records": False}})
        if found["value"]:
            value, equal = found["value"], found["test"].startswith("=")
            rows = [row for row in rows if (row[found["field"]] == value if equal else row[found["field"]] > value)]
        limit = int(found["limit"] or 200)
        shown = [{name: row[name] for name in fields} for row in rows[:limit]]
        info = {"count": len(shown), "more_records": len(rows) > limit}
        return Said(200, {"data": shown, "info": info}) if shown else Said(204)

    # --- as the world needs it ----------------------------------------------------------------------------------------------------

    def table(self, url: str) -> str:
        return f"""
[target.zoho-crm.api]
url = "{url}"
accounts_server = "{url}"
page = 2
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {}

    def _payments(self) -> list[dict[str, Any]]:
        """The records, of which each document must have as many as it says."""
        rows = list(self.modules["Payments"].values())
        for row in rows:
            assert row["Row_Count"] == sum(one["Document_ID"] == row["Document_ID"] for one in rows), row
        return rows

    def ids(self) -> list[str]:
        return list(dict.fromkeys(row["Document_ID"] for row in self._payments()))

    def outstanding(self) -> dict[str, int]:
        paid = dict.fromkeys(self.invoices, 0)
        for row in self._payments():
            if row["Item_ID"]:
                paid[row["Item_ID"]] += int((row["Invoice_Amount"] + row["Cleared_Amount"]) * 100)
        return {name: cents - paid[name] for name, cents in self.invoices.items()}

    def bank(self) -> int:
        return sum(int(row["Payment_Amount"] * 100) for row in self._payments())

    def on_account(self) -> int:
        return sum(int(row["Payment_Amount"] * 100) for row in self._payments() if not row["Item_ID"])
