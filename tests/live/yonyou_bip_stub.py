"""用友 YonBIP as its OpenAPI shows it: 收款单, 收款退款单, 应收事务, 核销线索, customers, access tokens.

Fields, types, what is needed, answers and codes: the pages of the API reference of open.yonyoucloud.com that the target names. By them:
one of id and code is given, and a customer by one of them; ``extSystemCode`` needs ``extVouchCode``, and both together come once;
``resubmitCheckKey`` has at most 32 characters and comes once; a page has at most 500 rows (5,000 of customers); a token is good for two
hours, and another one is 310036 非法token; a clue's ``businessId`` is checked (校验幂等性). The rest is from memory: that what comes
twice is refused and not answered again, that a closed period takes nothing, that a clue settles at once when its document is submitted,
no more than is open on both sides, and that a row of 应收事务 is an instalment. The system ignores fields that it does not know; the
stub refuses them.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Refusal, Said, Stub

NUMBER = (int, Decimal)
KEY, SECRET, ORG = "41832a3d2df94989b500da6a22268747", "app-secret", "1994100564922728450"
GATEWAY, TOKEN = "/iuap-api-gateway/yonbip/", "/iuap-api-auth/open-auth/selfAppAuth/base/v1/getAccessToken"
SHARED: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(
        (
            "orgCode", "oriCurrencyCode", "objectType", "customer", "customerCode", "exchangeRateDate", "settleModeCode",
            "enterpriseBankAccountNo", "_status",
        ),
        str,
    ),
    "exchangeRate": NUMBER,
}  # fmt: skip
REFUND_HEAD: dict[str, type | tuple[type, ...]] = {
    **SHARED,
    **dict.fromkeys(("resubmitCheckKey", "extSystemCode", "extVouchCode", "financeOrgCode", "billDate", "bustypeCode"), str),
    "bodyItem": list,
}
REFUND_LINE: dict[str, type | tuple[type, ...]] = {
    **SHARED, "quickTypeCode": str, "oriTaxIncludedAmount": NUMBER, "localTaxIncludedAmount": NUMBER, "extRowNo": str
}  # fmt: skip
NEEDED = ("billDate", "objectType", "exchangeRate", "exchangeRateDate", "_status", "bodyItem")
FORMS: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "collection": ({**REFUND_HEAD, "remarks": str}, {**REFUND_LINE, "remarks": str}, "ar_colsale", "RECar"),
    "arRefund": (REFUND_HEAD, REFUND_LINE, "ar_refsale", "CREF"),
}
RECORDS = {
    "financeOrgCode": {"100"}, "orgCode": {"100"}, "oriCurrencyCode": {"EUR"}, "objectType": {"1"}, "settleModeCode": {"system_0001"},
    "enterpriseBankAccountNo": {"6030"}, "_status": {"Insert"}, "quickTypeCode": {"1", "2"},
}  # fmt: skip
CLUE: dict[str, type | tuple[type, ...]] = {
    "verifyType": str, "financeOrg": str, "srcBill": dict, "targetBill": dict, "accDate": str, "businessId": str
}  # fmt: skip
SIDE: dict[str, type | tuple[type, ...]] = {"billId": str, "billRowId": str, "issueNo": int, "amount": NUMBER}
EVENTS: dict[str, type | tuple[type, ...]] = {
    "pageIndex": str, "pageSize": str, "arapEventType": list, "bizBillCode": str, "financeOrg.code": list
}  # fmt: skip
LISTED: dict[str, type | tuple[type, ...]] = {
    "pageIndex": int, "pageSize": int, "extSystemCode": str, "extVouchCode": str, "isSum": bool
}  # fmt: skip
MERCHANTS: dict[str, type | tuple[type, ...]] = {"pageIndex": int, "pageSize": int, "filterPotential": bool}
SIGN = {"collection": 1, "arRefund": -1}


@dataclass
class Line:
    """A line of a receipt or refund, or an instalment of a receivable. Cents, and what is left of them."""

    bill: str
    id: str
    row: str
    customer: str
    cents: int
    left: int
    due: bool = True


@dataclass
class Bill:
    """A receipt or refund."""

    form: str
    id: str
    code: str
    external: str
    date: str
    submitted: bool
    lines: list[Line] = field(default_factory=list)
    reversed: bool = False


class YonyouBip(Stub):
    """One organisation, whose approval lets everything pass."""

    target = "yonyou-bip"
    secrets: ClassVar[dict[str, str]] = {"MATCHER_YONYOU_BIP_APP_SECRET": SECRET}
    words = "收款组织不允许为空!"
    by_hand = "cancel the 核销 of {number} there, and delete it"
    wait = 3.0
    acts = ("pay", "pay", "pay", "put_on_account", "undo", "undo")

    def __init__(self) -> None:
        super().__init__()
        self.tokens = self.expired = 0
        self.receivables: dict[str, list[Line]] = {}
        self.customers: dict[str, str] = {}
        self.bills: dict[str, Bill] = {}
        self.clues: dict[str, tuple[Line, Line, int]] = {}
        self.keys: set[str] = set()
        self.ever: list[str] = []
        self.closed_until = ""
        self.submit = True

    def invoice(self, name: str, customer: str, cents: int) -> None:
        self.customers.setdefault(customer, f"{customer} GmbH")
        number = 2241694211081502000 + 10 * len(self.receivables)
        self.receivables[name] = [Line(str(number), str(number + 1), name, customer, cents, cents)]

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def writes(self, call: Call) -> bool:
        return call.path.endswith(("/save", "/saveandsubmit", "/regClue"))

    def let_in(self, call: Call) -> bool:
        number = call.query.get("access_token", "").removeprefix("access/+")
        return call.path == TOKEN or (number.isdecimal() and self.expired < int(number) <= self.tokens)

    def handle(self, call: Call) -> tuple[Said | None, float]:
        """Whoever is not let in is told so with status 200."""
        said, wait = super().handle(call)
        return (self._said("310036", "非法token") if said and said.status == 401 else said), wait

    def rejected(self, call: Call) -> Said:
        return self._said("999", self.words)

    def _said(self, code: str, message: str, data: Any = None) -> Said:
        return Said(200, {"code": code, "message": message} | ({} if data is None else {"data": data}))

    def _refused(self, words: str) -> Refusal:
        return Refusal(self._said("999", words))

    def answer(self, call: Call) -> Said:
        if call.path == TOKEN:
            return self._token(call)
        if set(call.query) - {"id"} != {"access_token"} or not call.path.startswith(GATEWAY):
            raise self.mistake(f"{call.method} {call.path}?{sorted(call.query)}", 404)
        path = call.path.removeprefix(GATEWAY)
        known: dict[str, Callable[[Call], Any]] = {
            "EFI/arPublicEvent/list": self._events, "digitalModel/merchant/newlistrange": self._merchants,
            "EFI/verify/relation/regClue": self._clue,
        }  # fmt: skip
        form, _, operation = path.removeprefix("EFI/").partition("/")
        if form in FORMS and operation == "detail" and call.method == "GET":
            return self._said("200", "操作成功", self._detail(form, call.query["id"]))
        if call.method != "POST":
            raise self.mistake(f"{call.method} {path}", 404)
        if form in FORMS and operation in ("save", "saveandsubmit"):
            return self._said("200", "操作成功", self._saved(form, operation, call))
        if form in FORMS and operation == "list":
            return self._said("200", "操作成功", self._listed(form, call.body))
        if path not in known:
            raise self.mistake(f"{path} is no call", 404)
        return self._said("200", "操作成功", known[path](call))

    def _token(self, call: Call) -> Said:
        self.check(
            dict(call.query), dict.fromkeys(("appKey", "timestamp", "signature"), str), ("appKey", "timestamp", "signature"), "token"
        )
        moment = call.query["timestamp"]
        signed = hmac.new(SECRET.encode(), f"appKey{KEY}timestamp{moment}".encode(), hashlib.sha256).digest()
        if call.query["appKey"] != KEY or abs(int(moment) / 1000 - time.time()) > 300:
            raise self.mistake(f"no request for a token: {dict(call.query)}")
        if call.query["signature"] != base64.b64encode(signed).decode():
            return self._said("50000", "签名校验失败")
        self.tokens += 1
        return self._said("00000", "成功！", {"access_token": f"access/+{self.tokens}", "expire": 7200})

    # --- documents ----------------------------------------------------------------------------------------------------------------

    def _saved(self, form: str, operation: str, call: Call) -> dict[str, Any]:
        head, line, trade, prefix = FORMS[form]
        self.check(call.body, {"data": dict}, ("data",), form)
        data = call.body["data"]
        self.check(data, head, (*NEEDED, "financeOrgCode", "orgCode", "bustypeCode", "oriCurrencyCode"), form)
        self._records(data, form)
        if data["bustypeCode"] != trade or not data["bodyItem"]:
            raise self.mistake(f"{form}.bustypeCode is {data['bustypeCode']}, {len(data['bodyItem'])} lines")
        key, external = data.get("resubmitCheckKey", ""), data.get("extVouchCode", "")
        if len(key) > 32 or (data.get("extSystemCode") and not external):
            raise self.mistake(f"{form}: {key} {external}")
        if key in self.keys:
            raise self._refused("请勿重复提交")
        if external and any(one.external == external for one in self.bills.values()):
            raise self._refused(f"外部系统单号{external}已存在")
        if data["billDate"][:10] <= self.closed_until:
            raise self._refused("当前会计期间已经结账,单据不能维护")
        number = str(1575441987716775000 + 100 * len(self.ever))
        bill = Bill(form, number, f"{prefix}{len(self.ever) + 1:06}", external, data["billDate"][:10], operation == "saveandsubmit")
        for place, one in enumerate(data["bodyItem"], 1):
            self.check(one, line, ("objectType", "quickTypeCode", "oriTaxIncludedAmount", "_status"), f"{form}.bodyItem")
            self._records(one, f"{form}.bodyItem")
            cents = self._cents(one["oriTaxIncludedAmount"])
            if cents <= 0 or one["localTaxIncludedAmount"] != one["oriTaxIncludedAmount"]:
                raise self.mistake(f"{form}.bodyItem: {cents}")
            bill.lines.append(
                Line(number, str(int(number) + place), one["extRowNo"], one["customer"], cents, cents, one["quickTypeCode"] == "2")
            )
        self.bills[number] = bill
        self.ever.append(external)
        self.keys.add(key)
        return {"id": number} if bill.submitted else {"id": number, "code": bill.code, "verifyState": 0}

    def _records(self, data: Any, where: str) -> None:
        for name, known in RECORDS.items():
            if name in data and data[name] not in known:
                raise self.mistake(f"{where}.{name}: {data[name]}")
        if ("customer" in data) == ("customerCode" in data):
            raise self.mistake(f"{where}: the customer's id or code")
        if data["customer"] not in self.customers:
            raise self._refused(f"客户{data['customer']}不存在")

    def _cents(self, amount: Any) -> int:
        if (cents := amount * 100) != int(cents):
            raise self.mistake(f"{amount} has more digits than cents")
        return int(cents)

    def _detail(self, form: str, number: str) -> dict[str, Any]:
        bill = self.bills.get(number)
        if bill is None or bill.form != form:
            raise self._refused("当前单据被删除或没有权限")
        body = [{"id": one.id, "extRowNo": one.row, "headerId": bill.id} for one in bill.lines]
        return {"id": bill.id, "code": bill.code, "financeOrg": ORG, "extVouchCode": bill.external, "bodyItem": body}

    def _listed(self, form: str, body: Any) -> dict[str, Any]:
        self.check(body, LISTED, ("pageIndex", "pageSize"), f"{form}/list")
        if not 1 <= body["pageSize"] <= 500 or body["extSystemCode"] != "matcher":
            raise self.mistake(f"{form}/list: {body}")
        rows = [
            {
                "id": one.id,
                "code": one.code,
                "extSystemCode": "matcher",
                "extVouchCode": one.external,
                "writeOffState": str(int(one.reversed)),
            }
            for one in self.bills.values()
            if one.form == form and one.external == body["extVouchCode"]
        ]
        return {"pageIndex": 1, "pageSize": body["pageSize"], "recordCount": len(rows), "recordList": rows}

    # --- settlement ---------------------------------------------------------------------------------------------------------------

    def _clue(self, call: Call) -> dict[str, Any]:
        if not isinstance(call.body, list) or len(call.body) != 1:
            raise self.mistake("regClue takes a list")
        (clue,) = call.body
        self.check(clue, CLUE, ("verifyType", "financeOrg", "srcBill", "targetBill"), "regClue")
        for side in ("srcBill", "targetBill"):
            self.check(clue[side], SIDE, ("billId", "amount"), f"regClue.{side}")
        source, ours = self._lines(clue)
        cents = self._cents(clue["srcBill"]["amount"])
        if clue["financeOrg"] != ORG or cents != self._cents(clue["targetBill"]["amount"]) or cents <= 0:
            raise self.mistake(f"regClue: {clue}")
        if clue["businessId"] in self.clues:
            return self._failed("业务核销线索已存在")
        bill = self.bills[ours.bill]
        if bill.date <= self.closed_until:
            return self._failed("会计期间已结账")
        if source.customer != ours.customer:
            raise self.mistake(f"regClue: {source.customer} {ours.customer}")
        if cents > source.left or cents > ours.left:
            return self._failed("核销金额大于未核销余额")
        self.clues[clue["businessId"]] = (source, ours, cents)
        if bill.submitted:
            source.left -= cents
            ours.left -= cents
        return {
            "success": True,
            "failCode": None,
            "message": None,
            "data": [str(2123246958744174000 + len(self.clues))],
            "successCount": "1",
        }

    def _failed(self, words: str) -> dict[str, Any]:
        return {"success": False, "failCode": "400", "message": words, "data": [], "successCount": "0"}

    def _lines(self, clue: Any) -> tuple[Line, Line]:
        receivables = {one.id: one for lines in self.receivables.values() for one in lines}
        receipts, refunds = ({one.id: one for bill in self.bills.values() if bill.form == form for one in bill.lines} for form in FORMS)
        sides = {"13": (receivables, receipts), "14": (receipts, refunds)}.get(clue["verifyType"])
        if sides is None:
            raise self.mistake(f"regClue.verifyType: {clue['verifyType']}")
        found = [side.get(clue[name]["billRowId"]) for side, name in zip(sides, ("srcBill", "targetBill"), strict=True)]
        if (
            found[0] is None
            or found[1] is None
            or [one.bill for one in found if one] != [clue[n]["billId"] for n in ("srcBill", "targetBill")]
        ):
            raise self.mistake(f"regClue names no lines: {clue}")
        return found[0], found[1]

    def _events(self, call: Call) -> dict[str, Any]:
        self.check(call.body, EVENTS, ("pageIndex", "pageSize"), "arPublicEvent/list")
        kinds, code = call.body.get("arapEventType", ["113", "101"]), call.body.get("bizBillCode", "")
        if call.body.get("financeOrg.code", ["100"]) != ["100"]:
            raise self.mistake(f"arPublicEvent/list: {call.body}")
        every = [
            ("113", name, one, place) for name, lines in self.receivables.items() for place, one in enumerate(lines, 1)
        ] + [("101", bill.code, one, 1) for bill in self.bills.values() if bill.submitted for one in bill.lines]  # fmt: skip
        rows = [self._event(*one) for one in every if one[0] in kinds and (not code or one[1] == code)]
        return self._page(call.body, rows, 500)

    def _event(self, kind: str, code: str, line: Line, issue: int) -> dict[str, Any]:
        return {
            "arapEventType": kind, "bizBillCode": code, "srcBillId": line.bill, "bodyItem_srcBillRowId": line.id,
            "srcBillDate": "2026-09-01", "customer": line.customer, "oriCurrencyCode": "EUR", "bodyItem_grandsonItem_issueNo": issue,
            "bodyItem_grandsonItem_expireDate": "2026-10-01" if issue == 1 else "9999-12-31",
            "bodyItem_grandsonItem_oriAmount": Decimal(line.cents) / 100, "bodyItem_grandsonItem_oriBalance": Decimal(line.left) / 100,
        }  # fmt: skip

    def _merchants(self, call: Call) -> dict[str, Any]:
        self.check(call.body, MERCHANTS, ("pageIndex", "pageSize"), "merchant/newlistrange")
        rows = [
            {"id": key, "code": f"K-{key}", "name": {"simplifiedName": name, "englishName": ""}, "stopStatus": False}
            for key, name in self.customers.items()
        ]
        return self._page(call.body, [*rows, {"id": "C9", "code": "K-C9", "name": {}, "stopStatus": True}], 5000, text=True)

    def _page(self, body: Any, rows: list[Any], most: int, *, text: bool = False) -> dict[str, Any]:
        number, size = int(body["pageIndex"]), int(body["pageSize"])
        if number < 1 or not 1 <= size <= most:
            raise self.mistake(f"page {number} of {size} rows")
        counts = {"pageIndex": number, "pageSize": size, "pageCount": -(-len(rows) // size), "recordCount": len(rows)}
        return {name: str(one) if text else one for name, one in counts.items()} | {"recordList": rows[size * (number - 1) : size * number]}

    # --- as the world needs it ----------------------------------------------------------------------------------------------------

    def table(self, url: str) -> str:
        return f"""
[target.yonyou-bip]
accounts = {{ giro = "6030" }}
entities = {{ 1 = "100" }}
base_currency = "EUR"
submit = {str(self.submit).lower()}
[target.yonyou-bip.api]
url = "{url}"
app_key = "{KEY}"
entity = "1"
page = 7
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {}

    def ids(self) -> list[str]:
        return self.ever

    def outstanding(self) -> dict[str, int]:
        return {name: sum(one.left for one in lines) for name, lines in self.receivables.items()}

    def take_back(self, external_id: str) -> None:
        """Its settlement is cancelled, and it is deleted."""
        for bill in [one for one in self.bills.values() if one.external == external_id]:
            mine = {one.id for one in bill.lines}
            for key, (source, ours, cents) in list(self.clues.items()):
                if ours.id in mine:
                    source.left += cents
                    del self.clues[key]
            del self.bills[bill.id]

    def bank(self) -> int:
        return sum(SIGN[bill.form] * one.cents for bill in self.bills.values() for one in bill.lines)

    def on_account(self) -> int:
        lines = [(SIGN[bill.form], one) for bill in self.bills.values() for one in bill.lines]
        return sum(sign * one.left for sign, one in lines)
