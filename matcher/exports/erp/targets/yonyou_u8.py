"""Target ``yonyou-u8``: receipts (收款单, type 48) and payments to customers (付款单, type 49) of 用友 U8, as calls of its interface.

``accept/add`` takes one document with its entries; names and types of the fields: https://open.yonyouup.com/apiCenter/accept_add (U8 V12.0
and later), and of currency, rate and kind of money: the notes on U8 V16 in Ly2JR/neverland (src/tools/yonyou/u8/ar/accept.md). ``biz_id``
is our external id: the interface keeps which of its documents an id stands for. With ``sync=1`` it answers when it is done.

A receipt there says whose money came in and for what, 应收款 or 预收款; which document it settles is said in 核销, there. The document's
number therefore goes into a field of one's own of the entry.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Literal

from pydantic import Field

from matcher import money
from matcher.exports.erp.base import Answer, File, Rendering, Target
from matcher.exports.erp.calls import Call, Outcome, answers, at, calls_file, text_of
from matcher.exports.erp.records import Document, Form, Kind, Part
from matcher.exports.erp.settings import Text, named
from matcher.exports.erp.targets.yonyou_rates import RatedSettings, local, rate
from matcher.states import Answered

MOST_DIGEST, MOST_FIELD = 120, 60
"""Characters of 摘要, which is free text and cut, and of a field of an entry, which holds a document's number and is not."""
DUE, ADVANCE = "0", "1"
"""款项类型 of an entry: 应收款, 预收款."""
_PATH = "/api/accept/add?sync=1&biz_id="
_ADJUSTED = (Form.DISCOUNT, Form.FEE, Form.WITHHOLDING_TAX, Form.EXCHANGE_DIFFERENCE, Form.WRITE_OFF)
_FORMS = frozenset(
    {
        *_ADJUSTED, Form.ON_ACCOUNT, Form.OTHER_CUSTOMER, Form.APPLICATION, Form.SET_OFF, Form.REFUND, Form.RETURN, Form.REVERSAL
    }
)  # fmt: skip
_HeadField = Literal["define1", "define2", "define3", "define10", "define11", "define12", "define13", "define14", "vouchcode"]
_EntryField = Literal["", "define22", "define23", "define24", "define25", "define28", "define29", "define30", "define31"]


class Settings(RatedSettings):
    """``[target.yonyou-u8]``.

    Attributes:
        settlement: code of the way of settlement (结算方式).
        currencies: names of the currencies there.
        id_field: field of the head for the external id: of one's own (自定义项), or the number of the document.
        document_field: field of an entry for the number of the document that is paid.
        cleared_field: field of an entry that says what is to be cleared without cash in 核销; '' where there is none.
        department: code of the department; '' for none.
        person: code of the person; '' for none.
        operator: name of who enters; '' for none.
    """

    settlement: str = ""
    currencies: dict[str, Text] = Field(default_factory=lambda: {"CNY": "人民币"})
    id_field: _HeadField = "define10"
    document_field: _EntryField = "define22"
    cleared_field: _EntryField = ""
    department: str = ""
    person: str = ""
    operator: str = ""

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Bank accounts, currencies and rates that are not there, and the way of settlement."""
        for one in (every := tuple(documents)):
            if not self.settlement:
                yield "settlement"
            if one.currency not in self.currencies:
                yield f"currencies.{one.currency}"
        yield from super().lacking(every)


def refuses(document: Document, settings: Settings) -> str:
    """What is done there by hand, and what an entry cannot say."""
    match document.kind:
        case Kind.APPLICATION:
            return "settles documents in 核销: apply the receipt there"
        case Kind.SET_OFF:
            return "sets off in 红票对冲: do that there"
        case Kind.WRITE_OFF:
            return "writes off in 坏账处理: do that there"
        case Kind.REVERSAL:
            number = document.reverses_number or document.reverses
            return f"takes no document back by file: delete {number} there"
    if any(part.adjustments for part in document.parts) and not (settings.cleared_field and document.kind == Kind.RECEIPT):
        return "has no field for what is cleared without cash, unless `cleared_field` names one"
    long = [said for part in document.parts for said in (part.document_no, _reasons(part)) if len(said) > MOST_FIELD]
    if long:
        return f"takes {MOST_FIELD} characters in a field of an entry, and {long[0][:20]}... is longer"
    sign = 1 if document.kind == Kind.RECEIPT else -1
    mixed = any(amount * sign < 0 for _, amount in _money(document)) or document.amount * sign <= 0
    return "has no document whose entries are partly below zero" if mixed else ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """One line for each document."""
    return (calls_file(batch.file_name, (_call(one, batch.settings) for one in batch.documents)),)


def _call(one: Document, settings: Settings) -> Call:
    assert one.line is not None
    sign = 1 if one.kind == Kind.RECEIPT else -1
    entries = [_entry(one, part, amount * sign, settings) for part, amount in _money(one)]
    _reconcile(entries, local(one.amount * sign, one.currency, settings))
    head: dict[str, object] = {
        "vouchtype": "48" if one.kind == Kind.RECEIPT else "49", "vouchdate": one.date, settings.id_field: one.external_id,
        "customercode": one.customer.id, "originalamount": one.decimal(one.amount * sign),
        "amount": local(one.amount * sign, one.currency, settings),
        "foreigncurrency": named(settings.currencies, one.currency, "currencies"), "currencyrate": rate(one.currency, settings),
        "balancecode": settings.settlement, "balanceitemcode": settings.account(one), "digest": _digest(one),
        "oppositebankcode": one.line.counterparty_account, "departmentcode": settings.department, "personcode": settings.person,
        "operator": settings.operator,
    }  # fmt: skip
    return Call(
        one.external_id, _PATH + one.external_id, {"accept": {name: said for name, said in head.items() if said != ""} | {"entry": entries}}
    )


def _money(one: Document) -> Iterator[tuple[Part | None, int]]:
    """What each entry is of: the parts, and what stays on account or is taken from there."""
    yield from ((part, part.cash) for part in one.parts if part.cash or part.adjustments)
    if one.unapplied:
        yield None, one.unapplied


def _entry(one: Document, part: Part | None, amount: int, settings: Settings) -> dict[str, object]:
    kind = ADVANCE if part is None or part.document_type == "unapplied" else DUE
    entry: dict[str, object] = {
        "type": kind, "customercode": (part.customer if part else one.customer).id, "originalamount": one.decimal(amount),
        "amount": local(amount, one.currency, settings),
    }  # fmt: skip
    if part and settings.document_field and part.document_no and kind == DUE:
        entry[settings.document_field] = part.document_no
    if part and part.adjustments:
        entry[settings.cleared_field] = _reasons(part)
    return entry


def _reasons(part: Part) -> str:
    return "; ".join(f"{cleared.reason} {money.render(cleared.amount, part.currency)}" for cleared in part.adjustments)


def _reconcile(entries: list[dict[str, object]], whole: Decimal) -> None:
    """The last entry takes what rounding leaves between the entries and the head, which U8 wants equal."""
    amounts = [one["amount"] for one in entries]
    rest = whole - sum((one for one in amounts if isinstance(one, Decimal)), Decimal(0))
    last = amounts[-1]
    assert isinstance(last, Decimal)
    entries[-1]["amount"] = last + rest


def _digest(one: Document) -> str:
    return " ".join(one.line.text.split())[:MOST_DIGEST] if one.line else ""


def read_answer(data: bytes, name: str, settings: Settings) -> Sequence[Answer]:
    """The calls again, each with its ``response``: ``errcode`` 0 is done, and ``id`` is the number there."""
    return answers(data, name, _outcome)


def _outcome(response: object) -> Outcome:
    code, message = text_of(at(response, "errcode")), text_of(at(response, "errmsg"))
    if not code:
        return Answered.UNKNOWN, "", message
    return (Answered.ACCEPTED, text_of(at(response, "id")), "") if code == "0" else (Answered.REJECTED, "", f"{code} {message}".strip())


TARGET = Target(
    "yonyou-u8", "receipts and payments to customers of Yonyou U8 (用友) as calls of its interface (.jsonl)", (".jsonl",), Settings,
    forms=_FORMS, refuses=refuses, render=render, read_answer=read_answer,
)  # fmt: skip
