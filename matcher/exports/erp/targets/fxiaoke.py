"""Target ``fxiaoke``: payments (回款) of 纷享销客, as calls of its interface, or as tables for its import.

A payment is an object ``PaymentObj`` with details ``OrderPaymentObj``, one for each order that it pays; both are created by one call of
``/cgi/crm/v2/data/create``. Names and shapes of the fields: https://fxiaoke.apifox.cn/api-12901355 (a payment as it is read) and
https://developer.marketingforce.com/api/159/513.html (the call that creates one); ``/cgi/crm/v2/data/invalid``:
https://www.fxiaoke.com/mob/guide/openapi (Invalidate Payment Plan Object; the same call for every object,
and Update Preset Object for ``/cgi/crm/v2/data/update``). ``payment_time`` is the first
moment of the day in China in milliseconds, an amount is text.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Annotated

from pydantic import Field, field_validator

from matcher import money
from matcher.errors import MatcherError
from matcher.exports.erp.base import Answer, CustomerFeed, File, Rendering, Target
from matcher.exports.erp.calls import Call, Outcome, answers, at, calls_file, text_of
from matcher.exports.erp.records import Document, Form, Kind, Part
from matcher.exports.erp.settings import TargetSettings, Text
from matcher.exports.erp.writing import Cell, Style, csv_file, xlsx_file
from matcher.ledger.customer_status import STATUS_AMOUNTS
from matcher.states import Answered

PAYMENTS = ("外部编号", "客户编号", "客户名称", "回款日期", "币种", "回款金额（元）", "备注")
DETAILS = ("回款外部编号", "销售订单", "单据编号", "本次回款金额（元）", "非现金结清", "备注")
VOIDED = ("作废回款的外部编号", "回款编号", "客户名称", "作废日期", "币种", "金额（元）")
CUSTOMERS: Mapping[str, str] = {
    "key": "外部编号", "customer_id": "客户编号", "customer_name": "客户名称", "entity": "法人主体", "currency": "币种",
    "standing": "账款状态", "open_amount": "未收金额", "overdue_amount": "逾期金额", "disputed_amount": "争议金额",
    "credit_amount": "预收及贷项", "balance": "应收余额", "oldest_due_date": "最早到期日", "days_late": "逾期天数",
    "usual_days_late": "平均逾期天数", "last_payment_date": "最近回款日期", "last_payment_amount": "最近回款金额",
    "promised_date": "承诺付款日", "promised_amount": "承诺金额", "expected_date": "预计回款日", "expected_amount": "预计回款金额",
    "as_of": "截止日期",
}  # fmt: skip
"""What is said of how a customer stands, and the title of its column."""
STANDINGS = {"settled": "已结清", "not_due": "未到期", "overdue": "逾期", "disputed": "争议中"}
MOST_REMARK = 500
"""Characters of a remark that are sent; free text, cut."""
_CREATE, _INVALIDATE, _UPDATE = "/cgi/crm/v2/data/create", "/cgi/crm/v2/data/invalid", "/cgi/crm/v2/data/update"
_FORMS = frozenset(
    {Form.DISCOUNT, Form.FEE, Form.WITHHOLDING_TAX, Form.EXCHANGE_DIFFERENCE, Form.WRITE_OFF, Form.ON_ACCOUNT, Form.REVERSAL}
)
_CHINA, _EPOCH = timedelta(hours=8), datetime(1970, 1, 1, tzinfo=UTC)
_EXCEL = Style(encoding="utf-8-sig")


class Settings(TargetSettings):
    """``[target.fxiaoke]``.

    Attributes:
        id_field: name of the field of ours that payments have there for the external id, such as ``field_a1B2c__c``.
        order_column: title of the column, in our list of open items, that has the order as it is known there.
        cleared_field: field of the details, for what is cleared without cash; '' where there is none: such payments are refused.
        rest_without_order: whether a detail may be without an order there; what a payment leaves on account is then such a one.
        currencies: that payments may be in; with more than one each payment names its own.
        record_type: of payments and details.
        customer_fields: fields of the customer there, by what they say of how he stands (`CUSTOMERS`).
    """

    id_field: str = ""
    order_column: Text = "order_id"
    cleared_field: str = ""
    rest_without_order: bool = False
    currencies: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)] = ("CNY",)
    record_type: Text = "default__c"
    customer_fields: dict[str, Text] = Field(default_factory=dict)

    @field_validator("customer_fields")
    @classmethod
    def _known(cls, value: dict[str, str]) -> dict[str, str]:
        for what in value:
            if what not in CUSTOMERS:
                raise ValueError(f"{what!r} is none of {', '.join(CUSTOMERS)}")
        return value

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """The field of the external id: without it a payment that was sent twice is there twice."""
        if not self.id_field and any(True for _ in documents):
            yield "id_field"


def refuses(document: Document, settings: Settings) -> str:
    """A payment pays orders, in a currency that is in use there."""
    if document.kind == Kind.REVERSAL:
        if document.reversed_kind != Kind.RECEIPT:
            return "takes back payments only"
        return "" if document.reverses_number else "does not say its number of the payment that is taken back: take its answer in first"
    if document.kind != Kind.RECEIPT or document.amount <= 0:
        return "has payments received only"
    if document.currency not in settings.currencies:
        return f"is not told of payments in {document.currency}"
    if document.unapplied and not settings.rest_without_order:
        return "has no payment without an order, unless `rest_without_order` says so"
    if any(part.adjustments for part in document.parts) and not settings.cleared_field:
        return "has no field for what is cleared without cash, unless `cleared_field` names one"
    without = [part.document_no or part.item_id for part in document.parts if not order(part, settings)]
    return f"pays orders, and the list has none for {without[0]}" if without else ""


def order(part: Part, settings: Settings) -> str:
    """The order that an item is of; '' where the list of open items says none."""
    return part.extra.get(settings.order_column, "").strip()


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """Calls in JSON Lines; or the payments as a table, with tables of their details and of what is to be made void beside it."""
    ending = PurePath(batch.file_name).suffix.lower()
    if ending == ".jsonl":
        return (calls_file(batch.file_name, (call_of(one, batch.settings) for one in batch.documents)),)
    stem = batch.file_name[: -len(ending)]
    paid = [one for one in batch.documents if one.kind == Kind.RECEIPT]
    void = [
        (one.reverses, one.reverses_number, one.customer.name, one.date, one.currency, one.decimal(-one.amount))
        for one in batch.documents
        if one.kind == Kind.REVERSAL
    ]
    files = [_table(f"{stem}.details{ending}", "回款明细", DETAILS, [row for one in paid for row in _detail_rows(one, batch.settings)])]
    if void:
        files.append(_table(f"{stem}.void{ending}", "作废", VOIDED, void))
    return (*files, _table(batch.file_name, "回款", PAYMENTS, [_payment_row(one) for one in paid]))


def customers(feed: CustomerFeed[Settings]) -> tuple[File, ...]:
    """How customers stand: one table; or calls that change the customers there, whose ids are then those of our list.

    Raises:
        MatcherError: ``target.no_form`` for calls where a customer has rows of several currencies or legal entities.
    """
    if not feed.file_name.lower().endswith(".jsonl"):
        rows = [[_cell(what, row[what]) for what in CUSTOMERS] for row in feed.rows.iter_rows(named=True)]
        return (_table(feed.file_name, "客户账款", tuple(CUSTOMERS.values()), rows),)
    if not feed.settings.customer_fields:
        raise MatcherError("target.setting", "[target.fxiaoke] has no customer_fields", "matcher.toml")
    times = Counter(feed.rows["customer_id"])
    if twice := sorted(customer for customer, count in times.items() if count > 1):
        what = f"fxiaoke: a customer there has one row, and these have several currencies or entities: {', '.join(twice[:20])}"
        raise MatcherError("target.no_form", what, hint="Write a table for an object of its own: -o FILE.xlsx")
    return (calls_file(feed.file_name, (_changed(row, feed.settings) for row in feed.rows.iter_rows(named=True))),)


def _cell(what: str, value: str | int | date | None) -> Cell:
    if isinstance(value, str) and what in (*STATUS_AMOUNTS, "usual_days_late"):
        return Decimal(value) if value else None
    return STANDINGS[str(value)] if what == "standing" else value


def _changed(row: Mapping[str, str | int | date | None], settings: Settings) -> Call:
    """The call that changes a customer: days in milliseconds, amounts as text, and null for what there is none of."""
    fields: dict[str, object] = {}
    for what, name in settings.customer_fields.items():
        value = row[what]
        fields[name] = milliseconds(value) if isinstance(value, date) else value
    customer: dict[str, object] = {"dataObjectApiName": "AccountObj", "_id": row["customer_id"]}
    return Call(str(row["key"]), _UPDATE, {"data": {"object_data": customer | fields}})


def _table(name: str, title: str, titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> File:
    return csv_file(name, titles, rows, _EXCEL) if name.lower().endswith(".csv") else xlsx_file(name, title, titles, rows)


def call_of(one: Document, settings: Settings) -> Call:
    """The call that books a document."""
    if one.kind == Kind.REVERSAL:
        return Call(
            one.external_id, _INVALIDATE, {"data": {"dataObjectApiName": "PaymentObj", "object_data_id": one.reverses_number}}
        )  # fmt: skip
    payment: dict[str, object] = {
        "dataObjectApiName": "PaymentObj", "record_type": settings.record_type, settings.id_field: one.external_id,
        "account_id": one.customer.id, "payment_time": milliseconds(one.date), "payment_amount": money.render(one.amount, one.currency),
        "remark": _remark(one),
    }  # fmt: skip
    if len(settings.currencies) > 1:
        payment["mc_currency"] = one.currency
    return Call(
        one.external_id, _CREATE, {"data": {"object_data": payment, "details": {"OrderPaymentObj": list(_details(one, settings))}}}
    )  # fmt: skip


def _details(one: Document, settings: Settings) -> Iterator[dict[str, object]]:
    for part in one.parts:
        detail: dict[str, object] = {
            "record_type": settings.record_type, "order_id": order(part, settings),
            "payment_amount": money.render(part.cash, one.currency), "remark": _cut(part.document_no),
        }  # fmt: skip
        if part.adjustments:
            detail[settings.cleared_field] = money.render(part.adjusted(), part.currency)
            detail["remark"] = _cut(f"{part.document_no} {_reasons(part)}")
        yield detail
    if one.unapplied:
        yield {"record_type": settings.record_type, "payment_amount": money.render(one.unapplied, one.currency), "remark": ""}


def _payment_row(one: Document) -> tuple[Cell, ...]:
    return one.external_id, one.customer.id, one.customer.name, one.date, one.currency, one.decimal(one.amount), _remark(one)


def _detail_rows(one: Document, settings: Settings) -> Iterator[tuple[Cell, ...]]:
    for part in one.parts:
        cleared = one.decimal(part.adjusted()) if part.adjustments else None
        yield one.external_id, order(part, settings), part.document_no, one.decimal(part.cash), cleared, _reasons(part)
    if one.unapplied:
        yield one.external_id, "", "", one.decimal(one.unapplied), None, ""


def milliseconds(day: date) -> int:
    """The first moment of a day in China, in milliseconds since 1970."""
    begun = datetime(day.year, day.month, day.day, tzinfo=UTC) - _CHINA
    return (begun - _EPOCH) // timedelta(milliseconds=1)


def _remark(one: Document) -> str:
    return _cut(one.line.text) if one.line else ""


def _reasons(part: Part) -> str:
    return ", ".join(f"{cleared.reason} {money.render(cleared.amount, part.currency)}" for cleared in part.adjustments)


def _cut(text: str) -> str:
    return text[:MOST_REMARK]


def read_answer(data: bytes, name: str, settings: Settings) -> Sequence[Answer]:
    """The calls again, each with its ``response``: ``errorCode`` 0 is done, and ``dataId`` is the number there."""
    return answers(data, name, _outcome)


def _outcome(response: object) -> Outcome:
    code = text_of(at(response, "errorCode"))
    message = " ".join(filter(None, (text_of(at(response, "errorMessage")), text_of(at(response, "errorDescription")))))
    if not code:
        return Answered.UNKNOWN, "", message
    number = text_of(at(response, "dataId")) or text_of(at(response, "data", "dataId"))
    return (Answered.ACCEPTED, number, "") if code == "0" else (Answered.REJECTED, "", f"{code} {message}".strip())


TARGET = Target(
    "fxiaoke", "payments of Fxiaoke (纷享销客): calls of its interface (.jsonl) or tables for its import (.xlsx, .csv)",
    (".jsonl", ".xlsx", ".csv"), Settings, forms=_FORMS, refuses=refuses, render=render, read_answer=read_answer,
    customers=customers,
)  # fmt: skip
