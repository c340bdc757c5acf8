"""纷享销客 as its open interface shows it: payments with details, orders and customers.

Tokens, the body of each call and ``errorCode`` with status 200: https://juejin.cn/post/7242524966905987128 and the codes of
https://developer.fxiaoke.com/openapi_v2/start/guide/codes.html (20016 token expired, 20006 secret, 20015 permanent code, 30004 and 14001
too many calls, 30002 the day's, -1 busy, 50009 too slow, 15002 parameters). A query has at most 100 rows, and its offset is a multiple of
their number. Fields of a payment: https://fxiaoke.apifox.cn/api-12901355; that a field may allow no duplicates, that an order takes no more
than 待回款金额, and that a payment is the sum of its details, are rules that its administration offers (codes of those refusals are not
published; the stub's are its own). 纷享销客 itself ignores fields that it does not know; the stub refuses them.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Refusal, Said, Stub

ID_FIELD, CLEARED = "field_a1B2c__c", "field_d3E4f__c"
PAYMENT = {
    "dataObjectApiName": str, "record_type": str, ID_FIELD: str, "account_id": str, "payment_time": int, "payment_amount": str,
    "remark": str,
}  # fmt: skip
DETAIL = {"record_type": str, "order_id": str, "payment_amount": str, "remark": str, CLEARED: str}
SEARCH = {"limit": int, "offset": int, "orders": list, "filters": list}
AMOUNT = re.compile(r"\d+\.\d\d")
DAY = 86_400_000
CODES = {401: 20016, 429: 30004, 502: 50009, 503: -1}


@dataclass
class Payment:
    """A payment: cents of each detail by its order ('' for none), and what was cleared without cash."""

    id: str
    key: str
    paid: dict[str, int] = field(default_factory=dict)
    cleared: dict[str, int] = field(default_factory=dict)
    life_status: str = "normal"


class Fxiaoke(Stub):
    """A company's tenant. Void payments are listed only when they are asked for (`shows_void`)."""

    target = "fxiaoke"
    secrets: ClassVar[dict[str, str]] = {
        "MATCHER_FXIAOKE_APP_SECRET": "app-secret", "MATCHER_FXIAOKE_PERMANENT_CODE": "permanent-code"
    }  # fmt: skip
    words = "320001004 客户已锁定"
    wait = 20.0
    acts = ("pay", "pay", "pay", "pay_with_discount", "put_on_account", "undo", "undo")
    shows_void = False

    def __init__(self) -> None:
        super().__init__()
        self.tokens = self.expired = 0
        self.orders: dict[str, tuple[str, int]] = {}
        self.accounts: dict[str, str] = {}
        self.payments: list[Payment] = []

    def invoice(self, name: str, customer: str, cents: int) -> None:
        """An order in force."""
        self.accounts.setdefault(customer, f"{customer} GmbH")
        self.orders[name] = (customer, cents)

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def handle(self, call: Call) -> tuple[Said | None, float]:
        """Whatever goes wrong is told with status 200 and a code."""
        said, wait = super().handle(call)
        if said and said.status in CODES:
            said = Said(200, {"errorCode": CODES[said.status], "errorMessage": "an error", "traceId": "E-O.1"})
        return said, wait

    def writes(self, call: Call) -> bool:
        return call.path.endswith(("/create", "/invalid"))

    def let_in(self, call: Call) -> bool:
        if call.path == "/cgi/corpAccessToken/get/V2":
            return True
        body = call.body if isinstance(call.body, dict) else {}
        number = str(body.get("corpAccessToken", "")).removeprefix("token-")
        known = (body.get("corpId"), body.get("currentOpenUserId")) == ("FSCID_1", "FSUID_1")
        return known and number.isdecimal() and self.expired < int(number) <= self.tokens

    def rejected(self, call: Call) -> Said:
        return Said(200, {"errorCode": 320001004, "errorMessage": "客户已锁定", "traceId": "E-O.1"})

    def mistake(self, what: str, status: int = 400) -> Refusal:
        """A call that is wrong in itself: 15002, parameters."""
        super().mistake(what, status)
        return self._throw(15002, what)

    def _throw(self, code: int, words: str) -> Refusal:
        return Refusal(Said(200, {"errorCode": code, "errorMessage": words, "traceId": "E-O.1"}))

    def answer(self, call: Call) -> Said:
        if call.method != "POST" or call.query:
            raise self.mistake(f"{call.method} {call.path} {dict(call.query)} is no call")
        if call.path == "/cgi/corpAccessToken/get/V2":
            return self._token(call.body)
        self.check(call.body, {"corpAccessToken": str, "corpId": str, "currentOpenUserId": str, "data": dict}, ("data",), call.path)
        match call.path:
            case "/cgi/crm/v2/data/create":
                return self._create(call.body["data"])
            case "/cgi/crm/v2/data/invalid":
                return self._invalid(call.body["data"])
            case "/cgi/crm/v2/data/query":
                return self._query(call.body["data"])
        raise self.mistake(f"{call.path} is no call")

    def _token(self, body: Any) -> Said:
        known = {"appId": "FSAID_1", "appSecret": "app-secret", "permanentCode": "permanent-code"}
        self.check(body, dict.fromkeys(known, str), tuple(known), "corpAccessToken")
        for name, code in (("appId", 20006), ("appSecret", 20006), ("permanentCode", 20015)):
            if body[name] != known[name]:
                raise self._throw(code, f"{name} is wrong")
        self.tokens += 1
        token = {"corpAccessToken": f"token-{self.tokens}", "corpId": "FSCID_1", "expiresIn": 7200}
        return Said(200, {"errorCode": 0, "errorMessage": "success", **token})

    def _create(self, data: Any) -> Said:
        self.check(data, {"object_data": dict, "details": dict}, ("object_data", "details"), "create")
        head = data["object_data"]
        self.check(head, PAYMENT, tuple(PAYMENT), "PaymentObj")
        self.check(data["details"], {"OrderPaymentObj": list}, ("OrderPaymentObj",), "details")
        if head["dataObjectApiName"] != "PaymentObj" or head["record_type"] != "default__c" or len(head["remark"]) > 500:
            raise self.mistake(f"PaymentObj: {head}")
        if head["payment_time"] % DAY != DAY - 8 * 3_600_000:
            raise self.mistake(f"payment_time {head['payment_time']} is no midnight in China")
        if len(head[ID_FIELD]) != 20:
            raise self.mistake(f"{ID_FIELD} has not 20 characters: {head[ID_FIELD]}")
        if head["account_id"] not in self.accounts:
            raise self._throw(320002500, f"客户 {head['account_id']} 不存在")
        if any(one.key == head[ID_FIELD] for one in self.payments):
            raise self._throw(320001001, f"{ID_FIELD} 不能重复")
        made = Payment(f"{0x65A000 + len(self.payments):024x}", head[ID_FIELD])
        for row in data["details"]["OrderPaymentObj"]:
            self._detail(row, made, head["account_id"])
        if self._cents(head["payment_amount"]) != sum(made.paid.values()) or not made.paid:
            raise self._throw(320001002, "回款金额与回款明细不符")
        self.payments.append(made)
        return Said(200, {"errorCode": 0, "errorMessage": "OK", "errorDescription": "success", "dataId": made.id, "traceId": "E-O.1"})

    def _detail(self, row: Any, made: Payment, account: str) -> None:
        self.check(row, DETAIL, ("record_type", "payment_amount", "remark"), "OrderPaymentObj")
        order, cents, cleared = row.get("order_id", ""), self._cents(row["payment_amount"]), self._cents(row.get(CLEARED, "0.00"))
        if order in made.paid:
            raise self.mistake(f"OrderPaymentObj: order {order} twice")
        if order:
            if self.orders.get(order, ("", 0))[0] != account:
                raise self._throw(320002500, f"销售订单 {order} 不存在")
            if cents + cleared > self.outstanding()[order]:
                raise self._throw(320001003, f"本次回款金额不能大于待回款金额 {order}")
        made.paid[order], made.cleared[order] = cents, cleared

    def _cents(self, text: str) -> int:
        if not AMOUNT.fullmatch(text):
            raise self.mistake(f"{text!r} is no amount")
        return int(Decimal(text) * 100)

    def _invalid(self, data: Any) -> Said:
        self.check(data, {"dataObjectApiName": str, "object_data_id": str}, ("dataObjectApiName", "object_data_id"), "invalid")
        found = next((one for one in self.payments if one.id == data["object_data_id"]), None)
        if data["dataObjectApiName"] != "PaymentObj" or found is None:
            raise self._throw(320002500, "数据不存在")
        if found.life_status == "invalid":
            raise self._throw(320002501, "数据已作废")
        found.life_status = "invalid"
        return Said(200, {"errorCode": 0, "errorMessage": "OK", "traceId": "E-O.1"})

    # --- queries ------------------------------------------------------------------------------------------------------------------

    def _query(self, data: Any) -> Said:
        self.check(data, {"dataObjectApiName": str, "search_query_info": dict}, ("dataObjectApiName", "search_query_info"), "query")
        search = data["search_query_info"]
        self.check(search, SEARCH, tuple(SEARCH), "search_query_info")
        if (
            not 1 <= search["limit"] <= 100
            or search["offset"] % search["limit"]
            or search["orders"] != [{"fieldName": "_id", "isAsc": True}]
        ):
            raise self.mistake(f"search_query_info: {search}")
        rows = self._objects(data["dataObjectApiName"])
        for one in search["filters"]:
            self.check(
                one, {"field_name": str, "operator": str, "field_values": list}, ("field_name", "operator", "field_values"), "filters"
            )
            rows = [row for row in rows if self._fits(row, one)]
        if not self.shows_void and all(one["field_name"] != "life_status" for one in search["filters"]):
            rows = [row for row in rows if row["life_status"] != "invalid"]
        rows.sort(key=lambda row: str(row["_id"]))
        page = {
            "dataList": rows[search["offset"] :][: search["limit"]],
            "total": len(rows),
            **{name: search[name] for name in ("limit", "offset")},
        }
        return Said(200, {"errorCode": 0, "errorMessage": "OK", "traceId": "E-O.1", "data": page})

    def _fits(self, row: dict[str, Any], test: dict[str, Any]) -> bool:
        name, values = test["field_name"], test["field_values"]
        if name not in row:
            raise self.mistake(f"there is no field {name}")
        match test["operator"]:
            case "EQ" if len(values) == 1:
                return bool(row[name] == values[0])
            case "IN":
                return row[name] in values
            case "GT" if len(values) == 1:
                return Decimal(row[name]) > Decimal(values[0])
        raise self.mistake(f"filters: {test}")

    def _objects(self, name: str) -> list[dict[str, Any]]:
        if name == "PaymentObj":
            return [{"_id": one.id, ID_FIELD: one.key, "life_status": one.life_status} for one in self.payments]
        if name == "AccountObj":
            return [
                {"_id": key, "name": text, "account_no": f"K{key}", "life_status": "normal"} for key, text in self.accounts.items()
            ]  # fmt: skip
        if name != "SalesOrderObj":
            raise self.mistake(f"there is no object {name}")
        left = self.outstanding()
        return [
            {
                "_id": key, "name": key, "account_id": customer, "order_time": 1_788_192_000_000, "order_amount": f"{cents / 100:.2f}",
                "receivable_amount": f"{left[key] / 100:.2f}", "life_status": "normal",
            } for key, (customer, cents) in self.orders.items()
        ]  # fmt: skip

    # --- as the world needs it ----------------------------------------------------------------------------------------------------

    def table(self, url: str) -> str:
        return f"""
[target.fxiaoke]
id_field = "{ID_FIELD}"
cleared_field = "{CLEARED}"
rest_without_order = true
currencies = ["EUR"]
[target.fxiaoke.api]
url = "{url}"
app_id = "FSAID_1"
user = "FSUID_1"
entity = "1"
page = 4
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {"order_id": name}

    def _standing(self) -> list[Payment]:
        return [one for one in self.payments if one.life_status != "invalid"]

    def ids(self) -> list[str]:
        return [one.key for one in self.payments]

    def outstanding(self) -> dict[str, int]:
        """Less what was cleared without cash, as a field of the order's own may compute it."""
        left = {name: cents for name, (_, cents) in self.orders.items()}
        for one in self._standing():
            for name in one.paid.keys() - {""}:
                left[name] -= one.paid[name] + one.cleared[name]
        return left

    def bank(self) -> int:
        return sum(sum(one.paid.values()) for one in self._standing())

    def on_account(self) -> int:
        return sum(one.paid.get("", 0) for one in self._standing())
