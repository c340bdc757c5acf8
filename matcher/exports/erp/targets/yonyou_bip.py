"""Target ``yonyou-bip``: receipts (收款单) and refunds (收款退款单) of 用友 YonBIP and YonSuite, as calls of their OpenAPI.

Paths, fields, types and what is needed: the pages *收款单保存*, *收款单保存并提交*, *收款退款单保存* and *收款退款单保存并提交* of
应收管理 (EFI) in the API reference of open.yonyoucloud.com, as of 2026-06, repeated in beckoningcoco/ncc-yonbip-dev-skill. The fields of
a line are those of their examples: which of them are needed, and how long they may be, the copy does not say.

``extSystemCode`` and ``extVouchCode`` are checked together, so that one id stands for one document; ``resubmitCheckKey``, at most 32
characters, makes a repeated request the same. All three come from the external id.

A receipt there says whose money came in and for what (款项类型): 应收款 or 预收款. Which document it settles is said by a clue of
settlement (核销线索), for which the receipt must have its id: a push registers it, a file cannot.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from pydantic import Field

from matcher.exports.erp.base import Answer, File, Rendering, Target
from matcher.exports.erp.calls import Call, Outcome, answers, at, calls_file, text_of
from matcher.exports.erp.records import Document, Form, Kind, Part
from matcher.exports.erp.settings import Text
from matcher.exports.erp.targets.yonyou_rates import RatedSettings, local, rate
from matcher.states import Answered

GATEWAY = "/iuap-api-gateway/yonbip/EFI"
RECEIPT, REFUND = "collection", "arRefund"
REST = "rest"
"""``extRowNo`` of the line of a receipt whose money stays on account; the others are counted from 1."""
CLIENT = "1"
"""``objectType`` of a customer."""
MOST_REMARKS = 200
_ADJUSTED = (Form.DISCOUNT, Form.FEE, Form.WITHHOLDING_TAX, Form.EXCHANGE_DIFFERENCE, Form.WRITE_OFF)
_BY_HAND = (*_ADJUSTED, Form.APPLICATION, Form.SET_OFF, Form.RETURN, Form.REVERSAL)
"""What `refuses` has words for: what to do there."""
_FORMS = frozenset({Form.ON_ACCOUNT, Form.OTHER_CUSTOMER, Form.REFUND, *_BY_HAND})


class Settings(RatedSettings):
    """``[target.yonyou-bip]``.

    Attributes:
        customer: whether customers of the books are named by their id there, as a pull has them, or by their code.
        system: our name there (外部系统编码), which the ids of documents are told apart by.
        business_type: type of trade (交易类型) of a receipt.
        refund_type: the same of a refund.
        settlement: code of the way of settlement (结算方式).
        due: kind of money (款项类型) that pays documents.
        advance: kind of money that stays on account.
        submit: submit what is saved; without it documents wait there for a person.
        receivables: kinds of transactions (收付会计事务) that are open items.
    """

    customer: Literal["id", "code"] = "id"
    system: Text = "matcher"
    business_type: Text = "ar_colsale"
    refund_type: Text = "ar_refsale"
    settlement: Text = "system_0001"
    due: Text = "2"
    advance: Text = "1"
    submit: bool = True
    receivables: list[Text] = Field(default_factory=lambda: ["113"])


def refuses(document: Document, settings: Settings) -> str:
    """What is done there by hand, and what a line cannot say."""
    number = document.reverses_number or document.reverses
    match document.kind:
        case Kind.APPLICATION:
            return "cannot be asked later whether money on account was applied: do that there, in 核销"
        case Kind.SET_OFF:
            return "sets off in 红蓝对冲: do that there"
        case Kind.WRITE_OFF:
            return "writes off in 坏账处理: do that there"
        case Kind.RETURN:
            return "cannot be called to take back what a receipt has settled: cancel its 核销 there, and enter the 收款退款单"
        case Kind.REVERSAL:
            return f"cannot be called to take a document back: cancel the 核销 of {number} there, and delete it"
        case Kind.REFUND if any(part.document_type != "unapplied" or not part.receipt for part in document.parts):
            return "can pay back by calls what a receipt has left on account only: enter the 收款退款单 there"
    if any(part.adjustments for part in document.parts):
        return "has no field for what is cleared without cash: enter the receipt there"
    sign = 1 if document.kind == Kind.RECEIPT else -1
    mixed = any(amount * sign <= 0 for _, _, amount in lines(document)) or document.amount * sign <= 0
    return "has no document whose lines are partly below zero" if mixed else ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """One line for each document."""
    return (calls_file(batch.file_name, (call_of(one, batch.settings) for one in batch.documents)),)


def form_of(document: Document) -> str:
    """Which document of theirs it is: `RECEIPT` or `REFUND`."""
    return RECEIPT if (document.reversed_kind or document.kind) == Kind.RECEIPT else REFUND


def call_of(one: Document, settings: Settings) -> Call:
    """Saves a document, and submits it where that is wanted."""
    assert one.line is not None
    form, entity, day = form_of(one), settings.entity(one), moment(one.date)
    sign = 1 if form == RECEIPT else -1
    head: dict[str, object] = {
        "resubmitCheckKey": one.external_id, "extSystemCode": settings.system, "extVouchCode": one.external_id,
        "financeOrgCode": entity, "orgCode": entity, "billDate": day,
        "bustypeCode": settings.business_type if form == RECEIPT else settings.refund_type, "oriCurrencyCode": one.currency,
        "objectType": CLIENT, _customer(settings): one.customer.id, "exchangeRate": rate(one.currency, settings), "exchangeRateDate": day,
        "settleModeCode": settings.settlement, "enterpriseBankAccountNo": settings.account(one), "_status": "Insert",
    }  # fmt: skip
    if form == RECEIPT:
        head["remarks"] = " ".join(one.line.text.split())[:MOST_REMARKS]
    body = [_line(one, row, part, amount * sign, settings) for row, part, amount in lines(one)]
    path = f"{GATEWAY}/{form}/{'saveandsubmit' if settings.submit else 'save'}"
    return Call(one.external_id, path, {"data": {name: said for name, said in head.items() if said != ""} | {"bodyItem": body}})


def lines(one: Document) -> Iterator[tuple[str, Part | None, int]]:
    """``extRowNo`` of each line, the part that it is of, and its money; None for what stays on account."""
    yield from ((str(place), part, part.cash) for place, part in enumerate(one.parts, 1))
    if one.unapplied:
        yield REST, None, one.unapplied


def _line(one: Document, row: str, part: Part | None, amount: int, settings: Settings) -> dict[str, object]:
    due = part is not None and part.document_type != "unapplied"
    line: dict[str, object] = {
        "quickTypeCode": settings.due if due else settings.advance, "objectType": CLIENT,
        _customer(settings): (part.customer if part else one.customer).id, "oriCurrencyCode": one.currency,
        "exchangeRate": rate(one.currency, settings), "exchangeRateDate": moment(one.date), "orgCode": settings.entity(one),
        "settleModeCode": settings.settlement, "enterpriseBankAccountNo": settings.account(one),
        "oriTaxIncludedAmount": one.decimal(amount), "localTaxIncludedAmount": local(amount, one.currency, settings),
        "extRowNo": row, "_status": "Insert",
    }  # fmt: skip
    if form_of(one) == RECEIPT and part is not None and part.document_no:
        line["remarks"] = part.document_no[:MOST_REMARKS]
    return line


def _customer(settings: Settings) -> str:
    return "customer" if settings.customer == "id" else "customerCode"


def moment(day: date) -> str:
    """A day as the interface has it, with a time."""
    return f"{day.isoformat()} 00:00:00"


def read_answer(data: bytes, name: str, settings: Settings) -> Sequence[Answer]:
    """The calls again, each with its ``response``: ``code`` 200 is done, with the number or the id of the document."""
    return answers(data, name, outcome)


def outcome(response: object) -> Outcome:
    """What an answer means."""
    code, message = text_of(at(response, "code")), text_of(at(response, "message"))
    if not code:
        return Answered.UNKNOWN, "", message
    if code != "200":
        return Answered.REJECTED, "", f"{code} {message}".strip()
    number = text_of(at(response, "data", "code")) or text_of(at(response, "data", "id"))
    return (Answered.ACCEPTED, number, "") if number else (Answered.UNKNOWN, "", message)


TARGET = Target(
    "yonyou-bip", "receipts and refunds of Yonyou YonBIP and YonSuite (用友) as calls of their OpenAPI (.jsonl)", (".jsonl",), Settings,
    forms=_FORMS, refuses=refuses, render=render, read_answer=read_answer,
)  # fmt: skip
