"""金蝶云星空 as its WebAPI shows it: 收款单, 收款退款单, 应收单 and their instalments, customers, sessions.

``LoginByAppSecret`` and its answer: https://www.e-com-net.com/article/1727557662100500480.htm. Operations, their parameters,
``ResponseStatus`` with status 200 and the meaning of ``MsgCode``: the forms' own pages of the WebAPI (在线接口文档), as programs in public
repeat them; errors of a query stand inside two lists. Fields of a receipt: those of the file target's sources. Rules: 单据编号 comes once;
base records must exist; in an entry 应收金额 less 现金折扣 and 长短款 is 收款金额, less 手续费 实收金额; only 创建 or 重新审核 can be
submitted, only 审核中 audited, only 已审核 reversed, and only what is not submitted deleted; a closed period takes nothing. That an
audited receipt writes off the documents of 源单明细, no further than they are open, and that reversing the audit takes it back, is
关联核销 of 应收款管理, from memory. The system ignores fields that it does not know; the stub refuses them.
"""

import operator
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Refusal, Said, Stub

NUMBER = (int, Decimal)
SERVICE = "/K3Cloud/Kingdee.BOS.WebApi.ServicesStub."
MODEL: dict[str, type | tuple[type, ...]] = {
    "FID": int, "FBillNo": str, "FBillTypeID": dict, "FTHIRDBILLNO": str, "FDATE": str, "FCONTACTUNITTYPE": str, "FCONTACTUNIT": dict,
    "FCURRENCYID": dict, "FSETTLECUR": dict, "FPAYORGID": dict, "FSETTLEORGID": dict, "FSALEORGID": dict, "FBUSINESSTYPE": str,
    "FREMARK": str, "FPAYUNITTYPE": str, "FPAYUNIT": dict, "FRECEIVEBILLENTRY": list, "FRECEIVEBILLSRCENTRY": list,
}  # fmt: skip
REFUND: dict[str, type | tuple[type, ...]] = {
    **{name: kind for name, kind in MODEL.items() if not name.startswith(("FPAYUNIT", "FRECEIVE"))},
    "FRECTUNITTYPE": str, "FRECTUNIT": dict,
    "FREFUNDTOTALAMOUNTFOR": NUMBER, "FREALREFUNDAMOUNTFOR": NUMBER, "FREFUNDBILLENTRY": list, "FREFUNDBILLSRCENTRY": list,
}  # fmt: skip
BACK = ("FREFUNDAMOUNTFOR", "FREFUNDAMOUNTFOR_E", "FREALREFUNDAMOUNTFOR_D")
REFUND_ENTRY: dict[str, type | tuple[type, ...]] = {
    "FSETTLETYPEID": dict, "FPURPOSEID": dict, **dict.fromkeys(BACK, NUMBER), "FACCOUNTID": dict, "FNOTE": str, "FPOSTDATE": str
}  # fmt: skip
REFUND_SOURCE: dict[str, type | tuple[type, ...]] = {"FSOURCETYPE": str, "FSRCBILLNO": str, "FPLANREFUNDAMOUNT": NUMBER}
AMOUNTS = (
    "FRECTOTALAMOUNTFOR", "FSETTLEDISTAMOUNTFOR", "FSETTLERECAMOUNTFOR", "FOVERUNDERAMOUNTFOR", "FRECAMOUNTFOR_E", "FHANDLINGCHARGEFOR",
    "FREALRECAMOUNTFOR_D",
)  # fmt: skip
ENTRY: dict[str, type | tuple[type, ...]] = {
    "FSETTLETYPEID": dict, "FPURPOSEID": dict, **dict.fromkeys(AMOUNTS, NUMBER), "FACCOUNTID": dict, "FOPPOSITEBANKACCOUNT": str,
    "FOPPOSITECCOUNTNAME": str, "FSETTLENO": str, "FCOMMENT": str, "FPOSTDATE": str,
}  # fmt: skip
SOURCE: dict[str, type | tuple[type, ...]] = {
    "FSRCBILLTYPEID": str,
    "FSRCBILLNO": str,
    "FSRCCURRENCYID": dict,
    "FPLANRECAMOUNT": NUMBER,
    "FREALRECAMOUNT": NUMBER,
}
RECORDS = {
    "FBillTypeID": {"SKDLX01_SYS", "SKTKDLX01_SYS"}, "FCURRENCYID": {"PRE007"}, "FSETTLECUR": {"PRE007"}, "FSETTLETYPEID": {"JSFS04_SYS"},
    "FPURPOSEID": {"SFKYT01_SYS", "SFKYT02_SYS"}, "FACCOUNTID": {"6030"}, "FSRCCURRENCYID": {"PRE007"},
    "FPAYORGID": {"100"}, "FSETTLEORGID": {"100"}, "FSALEORGID": {"100"},
}  # fmt: skip
CONDITION = re.compile(r"([\w.]+) (=|<>|>) (?:'([^']*)'|(\d+))")
STATUSES = {"Submit": ("AD", "B"), "Audit": ("B", "C"), "UnAudit": ("C", "D"), "CancelAssign": ("B", "D")}
TESTS = {"=": operator.eq, "<>": operator.ne, ">": operator.gt}
CODES = {401: 1, 429: 14}


@dataclass
class Bill:
    """A receipt or refund: cents of each document that it names, what the bank has of it, and what stays on account."""

    number: str
    key: str
    date: str
    paid: dict[str, int] = field(default_factory=dict)
    bank: int = 0
    advance: int = 0
    status: str = "A"
    form: str = "AR_RECEIVEBILL"


class KingdeeCloud(Stub):
    """One account with one organisation."""

    target = "kingdee-cloud"
    secrets: ClassVar[dict[str, str]] = {"MATCHER_KINGDEE_CLOUD_APP_SECRET": "app-secret"}
    words = "违反字段唯一性要求"
    wait = 3.0
    acts = ("pay", "pay", "pay", "pay_with_discount", "pay_with_fee", "put_on_account", "undo", "undo")

    def __init__(self) -> None:
        super().__init__()
        self.tokens = self.expired = 0
        self.receivables: dict[str, tuple[str, int]] = {}
        self.customers: dict[str, str] = {}
        self.bills: dict[str, Bill] = {}
        self.ever: list[str] = []
        self.closed_until = ""
        self.audit = True

    def invoice(self, name: str, customer: str, cents: int) -> None:
        self.customers.setdefault(customer, f"{customer} GmbH")
        self.receivables[name] = (customer, cents)

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def handle(self, call: Call) -> tuple[Said | None, float]:
        """Whatever is wrong with a call is told with status 200 and a code."""
        said, wait = super().handle(call)
        if said and said.status in CODES:
            inside = call.path.endswith("ExecuteBillQuery.common.kdsvc")
            said = Said(200, self._status(CODES[said.status], "会话信息已丢失，请重新登录", inside=inside), said.headers)
        return said, wait

    def writes(self, call: Call) -> bool:
        return not call.path.endswith(("LoginByAppSecret.common.kdsvc", "ExecuteBillQuery.common.kdsvc"))

    def let_in(self, call: Call) -> bool:
        if call.path.endswith("LoginByAppSecret.common.kdsvc"):
            return True
        number = call.headers.get("kdservice-sessionid", "").removeprefix("session-")
        return number.isdecimal() and self.expired < int(number) <= self.tokens

    def rejected(self, call: Call) -> Said:
        return Said(200, self._status(11, self.words))

    def _status(self, code: int, words: str = "", number: str = "", *, inside: bool = False) -> Any:
        entities = [{"Id": 100001, "Number": number, "DIndex": 0}] if number else []
        errors = [{"FieldName": None, "Message": words, "DIndex": 0}] if words else []
        status = {"IsSuccess": not words, "Errors": errors, "SuccessEntitys": entities, "SuccessMessages": [], "MsgCode": code}
        made = {"Result": {"ResponseStatus": status | ({"ErrorCode": 500} if words else {}), **({"Number": number} if number else {})}}
        return [[made]] if inside else made

    def mistake(self, what: str, status: int = 400) -> Refusal:
        super().mistake(what, status)
        return self._throw(what, 8)

    def _throw(self, words: str, code: int = 11) -> Refusal:
        return Refusal(Said(200, self._status(code, words)))

    def answer(self, call: Call) -> Said:
        found = re.fullmatch(re.escape(SERVICE) + r"(AuthService|DynamicFormService)\.(\w+)\.common\.kdsvc", call.path)
        if call.method != "POST" or call.query or not found:
            raise self.mistake(f"{call.method} {call.path} is no call")
        if found[1] == "AuthService" and found[2] == "LoginByAppSecret":
            return self._login(call.body)
        if found[2] == "ExecuteBillQuery":
            self.check(call.body, {"data": dict}, ("data",), "ExecuteBillQuery")
            return Said(200, self._queried(call.body["data"]))
        self.check(call.body, {"formid": str, "data": dict}, ("formid", "data"), found[2])
        form = call.body["formid"]
        if form not in ("AR_RECEIVEBILL", "AR_REFUNDBILL"):
            raise self.mistake(f"the form {form}")
        return self._save(form, call.body["data"]) if found[2] == "Save" else self._operated(found[2], form, call.body["data"])

    def _login(self, body: Any) -> Said:
        self.check(body, {"parameters": list}, ("parameters",), "LoginByAppSecret")
        if body["parameters"][:3] + body["parameters"][4:] != ["5dde42aa8b86d7", "matcher", "203502_app", 2052]:
            raise self.mistake("LoginByAppSecret: parameters")
        if body["parameters"][3] != "app-secret":
            return Said(200, {"Message": "应用密钥错误", "LoginResultType": 0, "KDSVCSessionId": None, "IsSuccessByAPI": False})
        self.tokens += 1
        return Said(200, {"Message": None, "LoginResultType": 1, "KDSVCSessionId": f"session-{self.tokens}", "IsSuccessByAPI": True})

    # --- receipts -----------------------------------------------------------------------------------------------------------------

    def _save(self, form: str, data: Any) -> Said:
        self.check(data, {"IsDeleteEntry": str, "IsAutoSubmitAndAudit": str, "Model": dict}, ("Model",), "data")
        model = data["Model"]
        fields = MODEL if form == "AR_RECEIVEBILL" else REFUND
        self.check(model, fields, tuple(name for name in fields if not name.endswith("SRCENTRY")), "Model")
        if (data["IsDeleteEntry"], data["IsAutoSubmitAndAudit"], model["FID"], model["FBUSINESSTYPE"]) != ("true", "false", 0, "1"):
            raise self.mistake(f"Save: {data}")
        self._records(model)
        customer = self._customer(model["FCONTACTUNIT"])
        self._customer(model.get("FPAYUNIT", model.get("FRECTUNIT")))
        self._open(model["FDATE"])
        if model["FBillNo"] in self.bills:
            raise self._throw(f"单据编号 {model['FBillNo']} 已经存在")
        made = Bill(model["FBillNo"], model["FTHIRDBILLNO"], model["FDATE"], form=form)
        if (model["FBillTypeID"]["FNumber"] == "SKDLX01_SYS") != (form == "AR_RECEIVEBILL"):
            raise self._throw("单据类型不属于该单据")
        for entry in model.get("FRECEIVEBILLENTRY", ()):
            self._entry(entry, made)
        if form == "AR_REFUNDBILL":
            self._refund(model, made)
        for source in model.get("FRECEIVEBILLSRCENTRY", ()):
            self._source(source, made, customer)
        self.bills[made.number] = made
        self.ever.append(made.key)
        return Said(200, self._status(0, number=made.number))

    def _records(self, row: dict[str, Any]) -> None:
        for name, known in RECORDS.items():
            if name in row:
                self.check(row[name], {"FNumber": str}, ("FNumber",), name)
                if row[name]["FNumber"] not in known:
                    raise self._throw(f"{name} {row[name]['FNumber']} 不存在")

    def _customer(self, value: Any) -> str:
        self.check(value, {"FNumber": str}, ("FNumber",), "customer")
        if value["FNumber"] not in self.customers:
            raise self._throw(f"客户 {value['FNumber']} 不存在")
        return str(value["FNumber"])

    def _open(self, day: str) -> None:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            raise self.mistake(f"{day} is no day")
        if day <= self.closed_until:
            raise self._throw("单据日期所在的会计期间已结账")

    def _entry(self, entry: Any, made: Bill) -> None:
        self.check(entry, ENTRY, tuple(ENTRY), "FRECEIVEBILLENTRY")
        self._records(entry)
        due, discount, received, short, taken, fee, real = (self._cents(entry[name]) for name in AMOUNTS)
        if (due - discount, received + short, taken - fee) != (received, taken, real) or real <= 0:
            raise self._throw("应收金额、折后金额、收款金额与实收金额不符")
        made.bank += real
        made.advance += real if entry["FPURPOSEID"]["FNumber"] == "SFKYT02_SYS" else 0

    def _source(self, source: Any, made: Bill, customer: str) -> None:
        self.check(source, SOURCE, tuple(SOURCE), "FRECEIVEBILLSRCENTRY")
        self._records(source)
        number, cents = source["FSRCBILLNO"], self._cents(source["FREALRECAMOUNT"])
        if source["FSRCBILLTYPEID"] != "AR_receivable" or self._cents(source["FPLANRECAMOUNT"]) != cents or number in made.paid:
            raise self.mistake(f"FRECEIVEBILLSRCENTRY: {source}")
        if self.receivables.get(number, ("", 0))[0] != customer:
            raise self._throw(f"源单 {number} 不存在")
        made.paid[number] = cents

    def _refund(self, model: dict[str, Any], made: Bill) -> None:
        for entry in model["FREFUNDBILLENTRY"]:
            self.check(entry, REFUND_ENTRY, tuple(REFUND_ENTRY), "FREFUNDBILLENTRY")
            self._records(entry)
            amounts = {self._cents(entry[name]) for name in BACK}
            if len(amounts) != 1 or max(amounts) <= 0:
                raise self._throw("应退金额与实退金额不符")
            made.bank -= amounts.pop()
        if {self._cents(model[name]) for name in ("FREFUNDTOTALAMOUNTFOR", "FREALREFUNDAMOUNTFOR")} != {-made.bank}:
            raise self._throw("表头金额与明细金额不符")
        for source in model.get("FREFUNDBILLSRCENTRY", ()):
            self.check(source, REFUND_SOURCE, tuple(REFUND_SOURCE), "FREFUNDBILLSRCENTRY")
            receipt = self.bills.get(source["FSRCBILLNO"])
            if source["FSOURCETYPE"] != "AR_RECEIVEBILL" or receipt is None or self._cents(source["FPLANREFUNDAMOUNT"]) > receipt.bank:
                raise self._throw(f"源单 {source['FSRCBILLNO']} 不存在")

    def _cents(self, value: int | Decimal) -> int:
        cents = Decimal(value) * 100
        if cents != int(cents):
            raise self.mistake(f"{value} has more digits than cents")
        return int(cents)

    def _operated(self, operation: str, form: str, data: Any) -> Said:
        self.check(data, {"Numbers": list}, ("Numbers",), operation)
        (number,) = data["Numbers"]
        bill = self.bills.get(number)
        if bill is None or bill.form != form:
            raise self._throw(f"单据 {number} 不存在", 10)
        self._open(bill.date)
        if operation == "Delete":
            if bill.status not in "AD":
                raise self._throw(f"单据 {number} 已提交，不能删除", 12)
            del self.bills[number]
        elif operation in STATUSES:
            before, after = STATUSES[operation]
            if bill.status not in before:
                raise self._throw(f"单据 {number} 的状态 {bill.status} 不允许 {operation}", 12)
            if operation == "Audit" and any(cents > self.outstanding()[name] for name, cents in bill.paid.items()):
                raise self._throw("本次收款金额大于未核销金额")
            bill.status = after
        else:
            raise self.mistake(f"{operation} is no operation")
        return Said(200, self._status(0, number=number))

    # --- queries ------------------------------------------------------------------------------------------------------------------

    def _queried(self, data: Any) -> list[list[Any]]:
        known = {"FormId": str, "FieldKeys": str, "FilterString": str, "OrderString": str, "StartRow": int, "Limit": int}
        self.check(data, known, tuple(known), "ExecuteBillQuery")
        rows, conditions = self._rows(data["FormId"]), CONDITION.findall(data["FilterString"])
        told = [f"{name} {test} {number or repr(text)}" for name, test, text, number in conditions]
        order = re.fullmatch(r"(\w+) asc", data["OrderString"])
        if data["FilterString"] != " and ".join(told) or not order or data["StartRow"] or not 1 <= data["Limit"] <= 2000:
            raise self.mistake(f"ExecuteBillQuery: {data}")
        for name, test, text, number in conditions:
            value: Any = int(number) if number else text
            rows = [
                row
                for row in rows
                if (row[name] == value, row[name] != value, test == ">" and row[name] > value)[("=", "<>", ">").index(test)]
            ]
        rows.sort(key=lambda row: row[order[1]])
        if any(name not in row for row in rows for name in data["FieldKeys"].split(",")):
            raise self.mistake(f"no fields: {data['FieldKeys']}")
        return [[row[name] for name in data["FieldKeys"].split(",")] for row in rows[: data["Limit"]]]

    def _rows(self, form: str) -> list[dict[str, Any]]:
        if form in ("AR_RECEIVEBILL", "AR_REFUNDBILL"):
            return [
                {"FID": place, "FBillNo": one.number, "FTHIRDBILLNO": one.key, "FDocumentStatus": one.status}
                for place, one in enumerate(self.bills.values())
                if one.form == form
            ]
        if form == "BD_Customer":
            return [
                {"FCUSTID": 1000 + place, "FNumber": number, "FName": name, "FDocumentStatus": "C", "FForbidStatus": "A"}
                for place, (number, name) in enumerate([*self.customers.items(), *self.customers.items()])
            ]
        if form != "AR_receivable":
            raise self.mistake(f"the form {form}")
        left = self.outstanding()
        return [
            {
                "FEntityPlan_FEntryID": 5000 + place, "FSETTLEORGID.FNumber": "100", "FCUSTOMERID.FNumber": customer, "FBillNo": number,
                "FDATE": "2026-09-01T00:00:00", "FENDDATE": "2026-10-01T00:00:00", "FCURRENCYID.FNumber": "PRE007",
                "FPAYAMOUNTFOR": Decimal(cents) / 100, "FWRITTENOFFAMOUNTFOR_P": Decimal(cents - left[number]) / 100,
                "FDocumentStatus": "C", "FCancelStatus": "A", "FSetAccountType": "1",
                "FWRITTENOFFSTATUS": "C" if not left[number] else "A" if left[number] == cents else "B",
            }
            for place, (number, (customer, cents)) in enumerate(self.receivables.items())
        ]  # fmt: skip

    # --- as the world needs it ----------------------------------------------------------------------------------------------------

    def table(self, url: str) -> str:
        return f"""
[target.kingdee-cloud]
accounts = {{ giro = "6030" }}
entities = {{ 1 = "100" }}
currencies = {{ EUR = "PRE007" }}
audit = {str(self.audit).lower()}
[target.kingdee-cloud.api]
url = "{url}"
account = "5dde42aa8b86d7"
user = "matcher"
app_id = "203502_app"
page = 7
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {}

    def ids(self) -> list[str]:
        return self.ever

    def outstanding(self) -> dict[str, int]:
        left = {name: cents for name, (_, cents) in self.receivables.items()}
        for one in self.bills.values():
            for name, cents in one.paid.items() if one.status == "C" else ():
                left[name] -= cents
        return left

    def bank(self) -> int:
        return sum(one.bank for one in self.bills.values() if one.status == "C")

    def on_account(self) -> int:
        return sum(one.advance for one in self.bills.values() if one.status == "C")
