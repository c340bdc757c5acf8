"""Xero's credits: credit notes, overpayments and prepayments, and what of them is allocated; and what each of its calls is held to."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from live.stub import Call, Refusal, Said, Stub

NUMBER = (int, Decimal)
ALLOCATION: dict[str, type | tuple[type, ...]] = {"Invoice": dict, "Amount": NUMBER, "Date": str}
SOURCES = {"CreditNotes": "CreditNote", "Overpayments": "Overpayment", "Prepayments": "Prepayment"}


def guid(kind: int, number: int) -> str:
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


@dataclass
class Booked:
    """A payment or bank transaction. Amounts are cents; what left the bank is below zero.

    Attributes:
        invoice: id of what a payment pays; '' for money on account, and money that is paid back.
        credit: id of the overpayment that a bank transaction is, or of what is paid back.
    """

    entity: str
    id: str
    number: str
    account: str
    cents: int
    invoice: str = ""
    credit: str = ""
    deleted: bool = False


@dataclass
class Credit:
    """A credit note, or the overpayment or prepayment of a bank transaction. Amounts are cents."""

    entity: str
    id: str
    contact: str
    cents: int
    number: str = ""
    deleted: bool = False


@dataclass
class Allocated:
    """What of a credit was set against an invoice."""

    id: str
    credit: Credit
    invoice: str
    cents: int
    day: str
    deleted: bool = False


class Credits(Stub):
    """Credits and allocations of one organisation."""

    def __init__(self) -> None:
        super().__init__()
        self.invoices: dict[str, dict[str, Any]] = {}
        self.credits: dict[str, Credit] = {}
        self.allocated: dict[str, Allocated] = {}
        self.booked: dict[str, Booked] = {}
        self.locked_until = ""

    def standing(self) -> list[Booked]:
        return [one for one in self.booked.values() if not one.deleted]

    def invalid(self, words: str) -> Refusal:
        element = {"ValidationErrors": [{"Message": words}]}
        said = {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred", "Elements": [element]}
        return Refusal(Said(400, said))

    def only(self, body: Any, entity: str) -> Any:
        self.check(body, {entity: list}, (entity,), "body")
        if len(body[entity]) != 1:
            raise self.mistake(f"{len(body[entity])} {entity}")
        return body[entity][0]

    def day(self, day: str) -> None:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            raise self.mistake(f"no day: {day}")
        if day <= self.locked_until:
            raise self.invalid("The document date cannot be before the period lock date")

    def cents(self, value: int | Decimal) -> int:
        """A number as cents; more than two digits behind the point are a mistake."""
        cents = Decimal(value) * 100
        if cents != int(cents):
            raise self.mistake(f"{value} has more digits than cents")
        return int(cents)

    def left(self, credit: Credit) -> int:
        """What was neither allocated nor paid back."""
        allocated = sum(one.cents for one in self.allocated.values() if one.credit is credit and not one.deleted)
        return credit.cents - allocated + sum(one.cents for one in self.standing() if one.credit == credit.id and one.entity == "Payments")

    def allocate(self, entity: str, identity: str, one: Any) -> Said:
        self.check(one, ALLOCATION, tuple(ALLOCATION), "Allocation")
        self.check(one["Invoice"], {"InvoiceID": str}, ("InvoiceID",), "Invoice")
        self.day(one["Date"])
        credit, invoice, cents = self.credit(entity, identity), self.invoices.get(one["Invoice"]["InvoiceID"]), self.cents(one["Amount"])
        if cents <= 0:
            raise self.mistake(f"Allocation: {cents}")
        if invoice is None or invoice["contact"] != credit.contact:
            raise self.invalid("The invoice could not be found, or is of another contact")
        if cents > self.left(credit):
            raise self.invalid("The amount exceeds the remaining credit")
        if cents > invoice["due"]:
            raise self.invalid("The amount exceeds the amount outstanding on this document")
        invoice["due"] -= cents
        made = Allocated(guid(8, len(self.allocated)), credit, one["Invoice"]["InvoiceID"], cents, one["Date"])
        self.allocated[made.id] = made
        said = self.allocation_row(made) | {SOURCES[entity]: {f"{SOURCES[entity]}ID": identity}}
        if len(self.allocated) % 2:
            del said["AllocationID"]  # the published example has none
        return Said(200, {"Allocations": [said]})

    def credit(self, entity: str, identity: str) -> Credit:
        credit = self.credits.get(identity)
        if credit is None or credit.entity != entity or credit.deleted:
            raise Refusal(Said(404, {"ErrorNumber": 404, "Type": "ObjectNotFoundException", "Message": "not found"}))
        return credit

    def allocation_row(self, one: Allocated) -> dict[str, Any]:
        invoice = {"InvoiceID": one.invoice, "InvoiceNumber": self.invoices[one.invoice]["InvoiceNumber"]}
        return {"AllocationID": one.id, "Amount": Decimal(one.cents) / 100, "Date": "/Date(1790812800000+0000)/", "Invoice": invoice}

    def unallocate(self, parts: list[str], call: Call) -> Said:
        if len(parts) != 4 or parts[0] not in SOURCES or parts[2] != "Allocations" or call.body is not None or call.query:
            raise self.mistake(f"DELETE {parts} is no call", 404)
        credit, one = self.credit(parts[0], parts[1]), self.allocated.get(parts[3])
        if one is None or one.credit is not credit or one.deleted:
            raise Refusal(Said(404, {"ErrorNumber": 404, "Type": "ObjectNotFoundException", "Message": "not found"}))
        if one.day <= self.locked_until:
            raise self.invalid("The document date cannot be before the period lock date")
        one.deleted = True
        self.invoices[one.invoice]["due"] += one.cents
        return Said(200, {"AllocationId": one.id, "Invoice": [{"InvoiceID": one.invoice}], "IsDeleted": True})
