"""Target ``quickbooks-online``: calls of the accounting API of QuickBooks Online, in JSON Lines.

A payment (``POST payment``) has a line for each invoice and each credit memo that it links, all above zero; its total is the money, and
what no line takes is its unapplied amount. What is cleared without cash is a journal entry against accounts receivable of the customer,
which the payment links like a credit. https://developer.intuit.com/app/developer/qbo/docs/workflows/manage-linked-transactions and
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/payment. The key of a call goes into ``requestid``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import Field

from matcher.exports.erp import steps
from matcher.exports.erp.base import Answer, File, Rendering, Target
from matcher.exports.erp.calls import Outcome, at, text_of
from matcher.exports.erp.records import Document, Form, Kind, Part
from matcher.exports.erp.settings import MappedSettings
from matcher.exports.erp.steps import Step
from matcher.states import Answered

MOST_NOTE = 4000
"""Characters of a private note."""
_LINKED = {"invoice": "Invoice", "instalment": "Invoice", "debit_note": "Invoice", "credit_note": "CreditMemo"}
"""What QuickBooks calls our types of documents."""
FORMS = frozenset(Form) - {Form.NO_CUSTOMER, Form.OTHER_CUSTOMER, Form.CURRENCIES, Form.APPLICATION, Form.REFUND, Form.RETURN}
_ID = re.compile(r"\d+")
MADE = {"Payment": "payment", "JournalEntry": "journalentry"}
_REFUSED = ("ValidationFault",)
"""Faults that say that nothing was booked and that the same call is refused again."""


class Settings(MappedSettings):
    """``[target.quickbooks-online]``. Accounts are ids of the chart of accounts, as the API lists them.

    Attributes:
        receivables: id of accounts receivable, for what is cleared without cash; needed only for that.
        id_column: column of our list of open items that has the id of the invoice or credit memo; '' where the item's own key is it.
        customers: id of the customer there, where it is not the id of our list, by customer id.
    """

    receivables: str = ""
    id_column: str = ""
    customers: dict[str, str] = Field(default_factory=dict)

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Bank accounts and reasons that are mapped to nothing, and accounts receivable."""
        documents = tuple(one for one in documents if one.kind != Kind.REVERSAL)
        yield from super().lacking(documents)
        if not self.receivables and any(part.adjustments for one in documents for part in one.parts):
            yield "receivables"

    def item_id(self, part: Part) -> str:
        """QuickBooks' id of an item; '' where the list has none."""
        found = part.extra.get(self.id_column, "") if self.id_column else part.item_id
        return found if self.id_column or _ID.fullmatch(found) else ""

    def customer(self, document: Document) -> str:
        """QuickBooks' id of the customer."""
        return self.customers.get(document.customer.id, document.customer.id)


def refuses(document: Document, settings: Settings) -> str:
    """What QuickBooks knows by its own ids only, and amounts that it cannot link."""
    if document.kind == Kind.REVERSAL:
        return "takes back what it told all numbers of: take its answer in first" if lacks_numbers(document) else ""
    return unlinked(document, settings) or ("" if document.amount >= 0 and document.unapplied >= 0 else "takes no payment below zero")


def unlinked(document: Document, settings: Settings) -> str:
    """Why QuickBooks cannot link the parts of a document; '' when it can."""
    if not _ID.fullmatch(settings.customer(document)):
        return f"knows customers by its own ids, and {settings.customer(document)!r} is none"
    for part in document.parts:
        if part.customer.id != document.customer.id:
            return "links documents of one customer"
        if part.document_type not in _LINKED:
            return f"links invoices and credit memos only, and {part.item_id} is {part.document_type}"
        if not settings.item_id(part):
            return f"links documents by its own ids, and {part.item_id} has none"
        if (part.cash < 0) != (_LINKED[part.document_type] == "CreditMemo") and part.cash:
            return "links invoices with amounts above zero and credit memos with amounts below"
        if any(cleared.amount < 0 for cleared in part.adjustments) or (part.adjustments and part.cash < 0):
            return "clears no amount below zero without cash"
    return ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """One file of calls."""
    documents = ((one.external_id, list(steps_of(one, batch.settings))) for one in batch.documents)
    return (steps.steps_file(batch.file_name, documents),)


def steps_of(one: Document, settings: Settings) -> Iterator[Step]:
    """The calls of a document: the journal entry of what is cleared without cash, and the payment that links everything."""
    if one.kind == Kind.REVERSAL:
        yield from _back(one)
        return
    cleared = _cleared(one)
    if cleared:
        yield Step("POST", _path(one, "journalentry", 1), _entry(one, settings))
    lines = [
        {
            "Amount": one.decimal(abs(part.cash) + part.adjusted()),
            "LinkedTxn": [{"TxnId": settings.item_id(part), "TxnType": _LINKED[part.document_type]}],
        }
        for part in one.parts
        if part.cash or part.adjusted()
    ]
    if cleared:
        linked = {"TxnId": "${1.JournalEntry.Id}", "TxnType": "JournalEntry"}
        lines.append({"Amount": one.decimal(cleared), "LinkedTxn": [linked]})
    yield Step("POST", _path(one, "payment", 2 if cleared else 1), _payment(one, lines, settings))


def _payment(one: Document, lines: Sequence[Mapping[str, object]], settings: Settings) -> dict[str, object]:
    body: dict[str, object] = {
        "CustomerRef": {"value": settings.customer(one)}, "CurrencyRef": {"value": one.currency}, "TotalAmt": one.decimal(one.amount),
        "TxnDate": one.date, "PaymentRefNum": one.external_id, "PrivateNote": one.line.text[:MOST_NOTE] if one.line else "",
    }  # fmt: skip
    if one.amount:
        body["DepositToAccountRef"] = {"value": settings.account(one)}
    return body | ({"Line": list(lines)} if lines else {})


def _entry(one: Document, settings: Settings) -> dict[str, object]:
    """A debit on the account of each reason, and one credit on the customer's account."""
    reasons: dict[str, int] = {}
    for part in one.parts:
        for cleared in part.adjustments:
            reasons[cleared.reason] = reasons.get(cleared.reason, 0) + cleared.amount
    lines = [_entry_line(one, "Debit", settings.reason(code), amount) for code, amount in sorted(reasons.items()) if amount]
    customer = {"Type": "Customer", "EntityRef": {"value": settings.customer(one)}}
    credit = _entry_line(one, "Credit", settings.receivables, _cleared(one), {"Entity": customer})
    return {
        "TxnDate": one.date, "CurrencyRef": {"value": one.currency}, "DocNumber": one.external_id,
        "PrivateNote": ", ".join(sorted(reasons)), "Line": [*lines, credit],
    }  # fmt: skip


def _entry_line(one: Document, side: str, account: str, amount: int, more: Mapping[str, object] | None = None) -> dict[str, object]:
    detail = {"PostingType": side, "AccountRef": {"value": account}} | dict(more or {})
    return {"Amount": one.decimal(amount), "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def _back(one: Document) -> Iterator[Step]:
    """Voids the payment and deletes the journal entry; both want the token that they have now, which is asked first."""
    for number, told in enumerate(numbers(one.reverses_number)):
        entity, identity = told.split("/")
        name = next(known for known, path in MADE.items() if path == entity)
        yield Step("GET", told)
        how = "operation=update&include=void" if entity == "payment" else "operation=delete"
        body: dict[str, object] = {"Id": identity, "SyncToken": f"${{{2 * number + 1}.{name}.SyncToken}}"}
        if entity == "payment":
            body["sparse"] = True
        yield Step("POST", f"{entity}?{how}&requestid={steps.key(one.external_id, 2 * number + 2)}", body)


def lacks_numbers(document: Document) -> bool:
    """Whether it takes back what QuickBooks has not told all numbers of: a payment, and the journal entry of what is cleared."""
    return len(numbers(document.reverses_number)) != bool(_cleared(document)) + 1


def numbers(told: str) -> list[str]:
    """What was booked, the payment first; a bare number is one of a payment."""
    found = [one if "/" in one else f"payment/{one}" for one in told.split()]
    return sorted((one for one in found if one.split("/")[0] in MADE.values()), reverse=True)


def _cleared(one: Document) -> int:
    return sum(part.adjusted() for part in one.parts)


def _path(one: Document, entity: str, number: int) -> str:
    return f"{entity}?requestid={steps.key(one.external_id, number)}"


def read_answer(data: bytes, name: str, settings: Settings) -> Sequence[Answer]:
    """The lines of the file with the ``response`` of QuickBooks. The number is what was booked, such as ``payment/`` and its id."""
    return steps.answers(data, name, read)


def read(response: object) -> Outcome:
    """What an answer says: what was booked, such as ``payment/213``, or the words of a refusal."""
    for name, entity in MADE.items():
        if made := text_of(at(response, name, "Id")):
            return Answered.ACCEPTED, f"{entity}/{made}", ""
    fault = at(response, "Fault") or at(response, "fault")
    errors = at(fault, "Error") or at(fault, "error")
    said = [_words(one) for one in errors] if isinstance(errors, list) else []
    refused = text_of(at(fault, "type")) in _REFUSED
    return Answered.REJECTED if refused else Answered.UNKNOWN, "", "; ".join(filter(None, said))


def _words(error: object) -> str:
    code, message, detail = (text_of(at(error, name)) for name in ("code", "Message", "Detail"))
    return " ".join(filter(None, (code, detail or message)))


TARGET = Target(
    "quickbooks-online", "payments and journal entries as calls of the API of QuickBooks Online (.jsonl)", (".jsonl",), Settings,
    forms=FORMS, refuses=refuses, render=render, read_answer=read_answer,
)  # fmt: skip
