"""Target ``xero``: calls of Xero's accounting API, in JSON Lines.

Payments on invoices (``PUT /Payments``), credits set against invoices (``PUT /CreditNotes/{id}/Allocations``), what stays on account as an
overpayment or prepayment (``PUT /BankTransactions``, type ``RECEIVE-OVERPAYMENT``), its later use (``PUT /Overpayments/{id}/Allocations``),
what is cleared without cash as a payment from a ledger account. Payments and bank transactions are taken back by the status DELETED,
allocations by ``DELETE /CreditNotes/{id}/Allocations/{id}``. https://developer.xero.com/documentation/api/accounting/payments,
``creditnotes``, ``overpayments``, and https://github.com/XeroAPI/Xero-OpenAPI. The key of a call goes into the header ``Idempotency-Key``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from matcher.exports.erp import steps
from matcher.exports.erp.base import Answer, File, Rendering, Target
from matcher.exports.erp.calls import Outcome, at, text_of
from matcher.exports.erp.records import Customer, Document, Form, Kind, Part, decimal
from matcher.exports.erp.settings import MappedSettings
from matcher.exports.erp.steps import Step
from matcher.states import REST, Answered

_FORMS = frozenset(Form) - {Form.NO_CUSTOMER, Form.RETURN}
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_RATE = Decimal("0.000001")
_TAKEN_BACK = ("Payments", "BankTransactions")
_CREDITS = ("Overpayments", "Prepayments")
_SOURCES = {"CreditNote": "CreditNotes", "Overpayment": "Overpayments", "Prepayment": "Prepayments"}
ALLOCATIONS = "/Allocations/"
"""In the path of an allocation."""
_ENTITIES = {"Payments": "PaymentID", "BankTransactions": "BankTransactionID"}


class Settings(MappedSettings):
    """``[target.xero]``. Accounts are codes of the chart of accounts.

    Attributes:
        base_currency: of the organisation.
        id_column: column of our list of open items that has Xero's id of an invoice or credit note; '' where the item's own key is it.
        prepayment_account: where money on account is booked as a prepayment; '' makes it an overpayment.
    """

    base_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    id_column: str = ""
    prepayment_account: str = ""

    def item_id(self, part: Part) -> str:
        """Xero's id of an item; '' where the list has none."""
        found = part.extra.get(self.id_column, "") if self.id_column else part.item_id
        return found if self.id_column or _GUID.fullmatch(found) else ""


def refuses(document: Document, settings: Settings) -> str:
    """What Xero knows by its own id only, and amounts that it cannot book."""
    if document.kind == Kind.REVERSAL:
        return _no_way_back(document)
    if any(cleared.amount < 0 for part in document.parts for cleared in part.adjustments):
        return "clears no amount below zero without cash"
    for part in document.parts:
        if part.currency != document.currency and not _rate(document, part, settings):
            return f"pays a document in {part.currency} from an account in {settings.base_currency} only, at a rate of six places"
        if not settings.item_id(part) and not part.document_no and not _is_rest(part):
            return f"knows documents by number or id, and {part.item_id} has neither"
    if document.kind == Kind.REFUND:
        return (
            "pays back credits only" if document.unapplied or any(part.cash >= 0 for part in document.parts) else _no_id(document, settings)
        )
    if document.kind == Kind.APPLICATION and not _credit(document.receipt_number):
        return "uses money on account of which it told the number: take the receipt's answer in first"
    if netted(document.parts) is None:
        return "sets credits against documents of the same customer only, in one currency, and not more than is paid"
    return _no_id(document, settings)


def _no_way_back(document: Document) -> str:
    """Payments, overpayments and allocations are taken back by their numbers."""
    return "takes back what it told all numbers of: take its answer in first" if lacks_numbers(document) else ""


def lacks_numbers(document: Document) -> bool:
    """Whether a reversal knows fewer numbers than there were steps, or more."""
    then = tuple(replace(part, cash=-part.cash, item_amount=-part.item_amount) for part in document.parts)
    count = sum(bool(one.amount) for part in then for one in part.adjustments)
    if document.reversed_kind == Kind.REFUND:
        count += len(then)
    else:
        left, pairs = netted(then) or ([], [])
        count += sum(bool(amount) for _, amount in left) + len(pairs)
        count += document.reversed_kind == Kind.RECEIPT and bool(document.unapplied)
    return len(taken_back(document.reverses_number)) != count


def _no_id(document: Document, settings: Settings) -> str:
    """Allocations name both sides by Xero's ids; refunds the credit."""
    credits = [part for part in document.parts if part.cash < 0]
    for credit in credits:
        if credit.document_type not in ("credit_note", "unapplied"):
            return f"knows credit notes and overpayments as credits, and {credit.item_id} is a {credit.document_type}"
    for part in document.parts if credits or document.kind == Kind.APPLICATION else ():
        known = _credit(part.receipt_number) if _is_rest(part) else settings.item_id(part)
        if not known and (document.kind != Kind.REFUND or _is_rest(part)):
            return f"sets credits against documents by its own ids, and {part.item_id} has none"
    return ""


def netted(parts: Sequence[Part]) -> tuple[list[tuple[Part, int]], list[tuple[Part, Part, int]]] | None:
    """What is left to pay of each document in cash, and which credit goes against which document, in their order.

    None when a credit finds no document of its customer to go against.
    """
    pays = [part for part in parts if part.cash > 0]
    left = [part.cash for part in pays]
    pairs = list[tuple[Part, Part, int]]()
    for credit in (part for part in parts if part.cash < 0):
        rest = -credit.cash
        for place, part in enumerate(pays):
            same = part.customer.id == credit.customer.id and part.currency == credit.currency and part.cash == part.item_amount
            if together := min(rest, left[place]) if same else 0:
                pairs.append((credit, part, together))
                rest, left[place] = rest - together, left[place] - together
        if rest:
            return None
    return list(zip(pays, left, strict=True)), pairs


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """One file of calls."""
    documents = ((one.external_id, list(steps_of(one, batch.settings))) for one in batch.documents)
    return (steps.steps_file(batch.file_name, documents),)


def steps_of(one: Document, settings: Settings) -> Iterator[Step]:
    """The calls of a document, in their order."""
    if one.kind == Kind.REVERSAL:
        for path in taken_back(one.reverses_number):
            yield Step("DELETE", path) if ALLOCATIONS in path else Step("POST", path, {"Status": "DELETED"})
        return
    if one.kind == Kind.REFUND:
        yield from (_payment(one, part, -part.cash, settings.account(one), settings, -part.item_amount) for part in one.parts)
        return
    found = netted(one.parts)
    assert found is not None
    left, pairs = found
    source = _credit(one.receipt_number)
    for part, amount in left:
        if amount and one.kind == Kind.APPLICATION:
            yield _allocation(source, part, amount, one, settings)
        elif amount:
            item_amount = part.item_amount if amount == part.cash else amount
            yield _payment(one, part, amount, settings.account(one), settings, item_amount)
    for credit, part, amount in pairs:
        path = _credit(credit.receipt_number) if _is_rest(credit) else f"CreditNotes/{settings.item_id(credit)}"
        yield _allocation(path, part, amount, one, settings)
    for part in one.parts:
        for cleared in part.adjustments:
            if cleared.amount:
                yield _payment(one, part, cleared.amount, settings.reason(cleared.reason), settings, cleared.amount)
    if one.unapplied > 0:
        yield _on_account(one, settings)


def _payment(one: Document, part: Part, amount: int, account: str, settings: Settings, item_amount: int) -> Step:
    """A payment on an invoice, or the refund of a credit. The amount is in the document's own currency."""
    body: dict[str, object] = {
        **_paid(part, settings), "Account": {"Code": account}, "Date": one.date, "Amount": decimal(item_amount, part.currency),
        "Reference": one.external_id,
    }  # fmt: skip
    if part.currency != one.currency and amount == abs(part.cash):
        body["CurrencyRate"] = _rate(one, part, settings)
    return Step("PUT", "Payments", {"Payments": [body]})


def _paid(part: Part, settings: Settings) -> dict[str, object]:
    if _is_rest(part):
        path, _, number = _credit(part.receipt_number).partition("/")
        return {path[:-1]: {f"{path[:-1]}ID": number}}
    what, known = "CreditNote" if part.document_type == "credit_note" else "Invoice", settings.item_id(part)
    return {what: {f"{what}ID": known} if known else {f"{what}Number": part.document_no}}


def _allocation(source: str, part: Part, amount: int, one: Document, settings: Settings) -> Step:
    body = {"Amount": decimal(amount, part.currency), "Date": one.date, "Invoice": {"InvoiceID": settings.item_id(part)}}
    return Step("PUT", f"{source}/Allocations", {"Allocations": [body]})


def _on_account(one: Document, settings: Settings) -> Step:
    line: dict[str, object] = {
        "Description": one.line.text if one.line and one.line.text else "On account",
        "LineAmount": one.decimal(one.unapplied),
    }
    if settings.prepayment_account:
        line["AccountCode"] = settings.prepayment_account
    body = {
        "Type": "RECEIVE-PREPAYMENT" if settings.prepayment_account else "RECEIVE-OVERPAYMENT", "Contact": _contact(one.customer),
        "BankAccount": {"Code": settings.account(one)}, "Date": one.date, "CurrencyCode": one.currency, "LineAmountTypes": "NoTax",
        "LineItems": [line], "Reference": one.external_id,
    }  # fmt: skip
    return Step("PUT", "BankTransactions", {"BankTransactions": [body]})


def _contact(customer: Customer) -> dict[str, str]:
    return {"ContactID" if _GUID.fullmatch(customer.id) else "ContactNumber": customer.id}


def _rate(one: Document, part: Part, settings: Settings) -> Decimal | None:
    """Units of the document's currency for one of the organisation's; None where six places do not lead back to the money of the bank."""
    if one.currency != settings.base_currency or not part.cash or not part.item_amount:
        return None
    money, billed = one.decimal(part.cash), decimal(part.item_amount, part.currency)
    rate = (billed / money).quantize(_RATE)
    return rate if rate and (billed / rate).quantize(money) == money else None


def _is_rest(part: Part) -> bool:
    return part.item_id.startswith(REST)


def _credit(numbers: str) -> str:
    """The overpayment or prepayment among the numbers of a receipt, as a path; '' for none."""
    return next((one for one in numbers.split() if one.startswith(_CREDITS) and ALLOCATIONS not in one), "")


def taken_back(numbers: str) -> list[str]:
    """Paths of what can be deleted, the latest first."""
    paths = [one if "/" in one else f"Payments/{one}" for one in numbers.split()]
    return [one for one in reversed(paths) if one.startswith(_TAKEN_BACK) or ALLOCATIONS in one]


def read_answer(data: bytes, name: str, settings: Settings) -> Sequence[Answer]:
    """The lines of the file with Xero's ``response``. The number is the paths of what was made, such as ``Payments/`` and its id."""
    return steps.answers(data, name, read)


def read(response: Mapping[str, object]) -> Outcome:
    """What an answer means. The number of what was made is its path; of money on account also that of its overpayment."""
    for entity, field in _ENTITIES.items():
        made = at(response, entity, 0)
        if made is not None and not _errors(made):
            numbers = [f"{entity}/{text_of(at(made, field))}"]
            numbers += [f"{credit}/{found}" for credit in _CREDITS if (found := text_of(at(made, f"{credit[:-1]}ID")))]
            return Answered.ACCEPTED, " ".join(numbers), ""
        if made is not None:
            return Answered.REJECTED, "", "; ".join(_errors(made))
    allocated = at(response, "Allocations", 0)
    if allocated is not None:
        errors = "; ".join(_errors(allocated))
        return (Answered.REJECTED, "", errors) if errors else (Answered.ACCEPTED, _allocation_path(allocated), "")
    if response.get("IsDeleted") is True:
        return Answered.ACCEPTED, "", ""
    elements = at(response, "Elements")
    said = [error for one in elements for error in _errors(one)] if isinstance(elements, list) else []
    message = "; ".join(said) or text_of(at(response, "Message")) or text_of(at(response, "Detail"))
    refused = text_of(at(response, "Type")) in ("ValidationException", "PostDataInvalidException")
    return Answered.REJECTED if refused else Answered.UNKNOWN, "", message


def _allocation_path(made: object) -> str:
    """The path of an allocation; '' where the answer names neither it nor what is allocated."""
    identity = text_of(at(made, "AllocationID"))
    sources = (f"{path}/{known}" for name, path in _SOURCES.items() if (known := text_of(at(made, name, f"{name}ID"))))
    source = next(sources, "")
    return f"{source}{ALLOCATIONS}{identity}" if identity and source else ""


def _errors(value: object) -> list[str]:
    found = at(value, "ValidationErrors")
    return [text_of(at(one, "Message")) for one in found] if isinstance(found, list) else []


TARGET = Target(
    "xero", "payments, allocations and overpayments as calls of Xero's API (.jsonl)", (".jsonl",), Settings, forms=_FORMS,
    refuses=refuses, render=render, read_answer=read_answer,
)  # fmt: skip
