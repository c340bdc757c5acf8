"""Target ``kingdee-cloud``: receipts (收款单) and refunds (收款退款单) of 金蝶云星空 (K/3 Cloud), as calls of its WebAPI.

Each line is a call of ``Save`` with the form ``AR_RECEIVEBILL`` or ``AR_REFUNDBILL``. A base record is named by its number
(``{"FNumber": ...}``). Names of the fields and of the standard types, purposes and ways of settlement are those that programs in public
use send (vebin/Kingdee.Bos.Plug, Common/Dto/Ar; https://www.qeasy.cloud/api/bac85424-5be7-31bc-9044-5b12db20f9e9 for the refund); how
``Save`` is called and what it answers: https://vip.kingdee.com/article/498432823951363072.

In one entry 应收金额 less 现金折扣 is 折后金额; with 长短款, which is below zero where too little came, it is 收款金额; less 手续费 it is
实收金额, what the bank has. All of them are sent, so that the system need not compute them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from pydantic import Field

from matcher.exports.erp.base import Answer, File, Rendering, Target
from matcher.exports.erp.calls import Call, Outcome, answers, at, calls_file, text_of
from matcher.exports.erp.records import Customer, Document, Form, Kind, Part, form_of
from matcher.exports.erp.settings import MappedSettings, Text, named
from matcher.states import Answered

MOST_COMMENT = 255
"""Characters of a comment; free text, cut."""
_SAVE = "/K3Cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.Save.common.kdsvc"
_FORMS = frozenset(
    {
        Form.DISCOUNT, Form.FEE, Form.WRITE_OFF, Form.ON_ACCOUNT, Form.CREDIT, Form.OTHER_CUSTOMER, Form.REFUND, Form.RETURN,
        Form.APPLICATION, Form.REVERSAL, Form.SET_OFF,
    }
)  # fmt: skip
RECEIPT, REFUND = "AR_RECEIVEBILL", "AR_REFUNDBILL"
"""Forms of a receipt and of a refund."""


class Settings(MappedSettings):
    """``[target.kingdee-cloud]``.

    Attributes:
        currencies: number of each currency there.
        settlement: way of settlement (结算方式).
        sale: purpose (收付款用途) of what pays documents.
        advance: purpose of what stays on account.
        receipt_type: type of a receipt.
        refund_type: type of a refund.
        short: reason codes that are booked as 长短款.
        receipt_id_field: field of a receipt for the external id.
        refund_id_field: the same of a refund.
        department: number of the sales department; '' for none.
        sources: whether the documents that are paid stand in 源单明细.
        audit: whether the documents are submitted and audited at once.
    """

    currencies: dict[str, Text] = Field(default_factory=lambda: {"CNY": "PRE001"})
    settlement: Text = "JSFS04_SYS"
    sale: Text = "SFKYT01_SYS"
    advance: Text = "SFKYT02_SYS"
    receipt_type: Text = "SKDLX01_SYS"
    refund_type: Text = "SKTKDLX01_SYS"
    short: Annotated[tuple[Text, ...], Field(strict=False)] = ("tolerance", "rounding")
    receipt_id_field: Text = "FTHIRDBILLNO"
    refund_id_field: Text = "FTHIRDBILLNO"
    department: str = ""
    sources: bool = True
    audit: bool = False

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Bank accounts and currencies that are mapped to nothing."""
        for one in documents:
            if one.line and one.line.account not in self.accounts:
                yield f"accounts.{one.line.account}"
            if one.currency not in self.currencies:
                yield f"currencies.{one.currency}"


def refuses(document: Document, settings: Settings) -> str:
    """What is done there by hand, and what a form cannot say."""
    match document.kind:
        case Kind.APPLICATION | Kind.SET_OFF:
            return "settles documents by its own 应收收款核销: do that there"
        case Kind.WRITE_OFF:
            return "writes off by a 其他应收单 or a bad debt: book that there"
        case Kind.REVERSAL:
            number = document.reverses_number or document.reverses
            return f"takes no document back by file: reverse the audit of {number} there, and delete it"
    cleared = [one.reason for part in document.parts for one in part.adjustments]
    if document.kind != Kind.RECEIPT:
        return "gives back money only, and not what was cleared without cash" if cleared or document.unapplied > 0 else ""
    if document.amount <= 0:
        return "has no receipt of nothing or less"
    odd = [one for one in cleared if form_of(one) == Form.WRITE_OFF and one not in settings.short]
    if odd:
        return f"books no {odd[0]} with a receipt, unless `short` names it"
    whose = {part.customer.id for part in document.parts}
    if len(whose) > 1 or (whose - {document.customer.id} and document.unapplied):
        return "has one customer for what a receipt pays"
    return "has no receipt whose documents come to nothing or less" if document.parts and document.applied <= 0 else ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """One line for each document."""
    return (calls_file(batch.file_name, (call_of(one, batch.settings) for one in batch.documents)),)


def call_of(one: Document, settings: Settings) -> Call:
    """The call that saves a document."""
    form, model = (RECEIPT, _receipt(one, settings)) if one.kind == Kind.RECEIPT else (REFUND, _refund(one, settings))
    data: dict[str, object] = {"IsDeleteEntry": "true", "IsAutoSubmitAndAudit": "true" if settings.audit else "false", "Model": model}
    return Call(one.external_id, _SAVE, {"formid": form, "data": data})


def _head(one: Document, whose: Customer, settings: Settings) -> dict[str, object]:
    unit, currency = _number(settings.entity(one)), _number(named(settings.currencies, one.currency, "currencies"))
    head: dict[str, object] = {
        "FDATE": one.date, "FCONTACTUNITTYPE": "BD_Customer", "FCONTACTUNIT": _number(whose.id), "FCURRENCYID": currency,
        "FSETTLECUR": currency, "FPAYORGID": unit, "FSETTLEORGID": unit, "FSALEORGID": unit, "FBUSINESSTYPE": "1",
        "FREMARK": _text(one),
    }  # fmt: skip
    return head | ({"FSALEDEPTID": _number(settings.department)} if settings.department else {})


def _receipt(one: Document, settings: Settings) -> dict[str, object]:
    whose = one.parts[0].customer if one.parts else one.customer
    model: dict[str, object] = {"FID": 0, "FBillTypeID": _number(settings.receipt_type), settings.receipt_id_field: one.external_id}
    model |= _head(one, whose, settings) | {"FPAYUNITTYPE": "BD_Customer", "FPAYUNIT": _number(one.customer.id)}
    entries = []
    if one.parts:
        discount, fee = (sum(part.adjusted(form) for part in one.parts) for form in (Form.DISCOUNT, Form.FEE))
        short = sum(part.adjusted(Form.WRITE_OFF) for part in one.parts)
        entries.append(_entry(one, settings, settings.sale, one.applied, discount, fee, short))
    if one.unapplied:
        entries.append(_entry(one, settings, settings.advance, one.unapplied))
    model["FRECEIVEBILLENTRY"] = entries
    if settings.sources and one.parts:
        model["FRECEIVEBILLSRCENTRY"] = [
            {
                "FSRCBILLTYPEID": "AR_receivable", "FSRCBILLNO": part.document_no, "FSRCCURRENCYID": model["FCURRENCYID"],
                "FPLANRECAMOUNT": one.decimal(part.settled), "FREALRECAMOUNT": one.decimal(part.settled),
            }
            for part in _numbered(one.parts)
        ]  # fmt: skip
    return model


def _entry(
    one: Document, settings: Settings, purpose: str, cash: int, discount: int = 0, fee: int = 0, short: int = 0
) -> dict[str, object]:
    """Cash is what the bank has; the other amounts are what was cleared beside it."""
    assert one.line is not None
    return {
        "FSETTLETYPEID": _number(settings.settlement), "FPURPOSEID": _number(purpose),
        "FRECTOTALAMOUNTFOR": one.decimal(cash + fee + short + discount), "FSETTLEDISTAMOUNTFOR": one.decimal(discount),
        "FSETTLERECAMOUNTFOR": one.decimal(cash + fee + short), "FOVERUNDERAMOUNTFOR": one.decimal(-short),
        "FRECAMOUNTFOR_E": one.decimal(cash + fee), "FHANDLINGCHARGEFOR": one.decimal(fee), "FREALRECAMOUNTFOR_D": one.decimal(cash),
        "FACCOUNTID": _number(settings.account(one)), "FOPPOSITEBANKACCOUNT": one.line.counterparty_account,
        "FOPPOSITECCOUNTNAME": one.line.counterparty_name[:MOST_COMMENT], "FSETTLENO": one.line.reference, "FCOMMENT": _text(one),
        "FPOSTDATE": one.date,
    }  # fmt: skip


def _refund(one: Document, settings: Settings) -> dict[str, object]:
    model: dict[str, object] = {"FID": 0, "FBillTypeID": _number(settings.refund_type), settings.refund_id_field: one.external_id}
    model |= _head(one, one.customer, settings) | {"FRECTUNITTYPE": "BD_Customer", "FRECTUNIT": _number(one.customer.id)}
    paid = one.decimal(-one.amount)
    model |= {"FREFUNDTOTALAMOUNTFOR": paid, "FREALREFUNDAMOUNTFOR": paid}
    model["FREFUNDBILLENTRY"] = [
        {
            "FSETTLETYPEID": _number(settings.settlement), "FPURPOSEID": _number(purpose), "FREFUNDAMOUNTFOR": one.decimal(amount),
            "FREFUNDAMOUNTFOR_E": one.decimal(amount), "FREALREFUNDAMOUNTFOR_D": one.decimal(amount),
            "FACCOUNTID": _number(settings.account(one)), "FNOTE": _text(one), "FPOSTDATE": one.date,
        }
        for purpose, amount in ((settings.sale, -one.applied), (settings.advance, -one.unapplied))
        if amount
    ]  # fmt: skip
    if settings.sources and one.receipt_number:
        model["FREFUNDBILLSRCENTRY"] = [{"FSOURCETYPE": RECEIPT, "FSRCBILLNO": one.receipt_number, "FPLANREFUNDAMOUNT": paid}]
    elif settings.sources and one.kind == Kind.REFUND and any(_numbered(one.parts)):
        model["FREFUNDBILLSRCENTRY"] = [
            {"FSOURCETYPE": "AR_receivable", "FSRCBILLNO": part.document_no, "FPLANREFUNDAMOUNT": one.decimal(-part.cash)}
            for part in _numbered(one.parts)
        ]
    return model


def _numbered(parts: Iterable[Part]) -> list[Part]:
    """The documents among what is paid; money on account is none."""
    return [part for part in parts if part.document_no and not part.item_id.startswith("U-")]


def _number(value: str) -> dict[str, str]:
    return {"FNumber": value}


def _text(one: Document) -> str:
    return " ".join(one.line.text.split())[:MOST_COMMENT] if one.line else ""


def read_answer(data: bytes, name: str, settings: Settings) -> Sequence[Answer]:
    """The calls again, each with its ``response``, as ``Save`` gives it: ``Result.ResponseStatus``."""
    return answers(data, name, outcome)


def outcome(response: object) -> Outcome:
    """What an answer of an operation means."""
    status = at(response, "Result", "ResponseStatus")
    good = at(status, "IsSuccess")
    errors = at(status, "Errors")
    words = [text_of(at(one, "Message")) for one in errors] if isinstance(errors, list) else []
    message = "; ".join(dict.fromkeys(filter(None, words)))
    if good is True:
        return Answered.ACCEPTED, text_of(at(status, "SuccessEntitys", 0, "Number")) or text_of(at(response, "Result", "Number")), ""
    return (Answered.REJECTED, "", message) if good is False else (Answered.UNKNOWN, "", message or text_of(at(response, "Message")))


TARGET = Target(
    "kingdee-cloud", "receipts and refunds of Kingdee Cloud (金蝶云星空) as calls of its WebAPI (.jsonl)", (".jsonl",), Settings,
    forms=_FORMS, refuses=refuses, render=render, read_answer=read_answer,
)  # fmt: skip
