"""The documents as records, for targets to make files of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from matcher import money


class Kind(StrEnum):
    """What a document books.

    ``receipt``: money of a bank line, with what it pays. ``application``: pays documents from money that an earlier receipt left on
    account. ``refund``: money going out that pays credits back. ``return``: the bank took a receipt back. ``set_off``: credits against
    invoices. ``write_off``: clears without any money. ``reversal``: takes back a document that was sent before.
    """

    RECEIPT = "receipt"
    APPLICATION = "application"
    REFUND = "refund"
    RETURN = "return"
    SET_OFF = "set_off"
    WRITE_OFF = "write_off"
    REVERSAL = "reversal"


class Form(StrEnum):
    """Something that a system may have a form for, or not.

    Attributes:
        words: as people are told.
    """

    words: str

    def __new__(cls, value: str, words: str) -> "Form":
        """A word, and people's."""
        made = str.__new__(cls, value)
        made._value_, made.words = value, words
        return made

    DISCOUNT = "discount", "a discount"
    FEE = "fee", "a bank fee"
    WITHHOLDING_TAX = "withholding_tax", "tax withheld"
    EXCHANGE_DIFFERENCE = "exchange_difference", "an exchange difference"
    WRITE_OFF = "write_off", "an amount that is written off"
    ON_ACCOUNT = "on_account", "money on account"
    APPLICATION = "application", "money on account that pays a document later"
    CREDIT = "credit", "a credit note that a payment nets"
    OTHER_CUSTOMER = "other_customer", "a document of another customer than the payer"
    NO_CUSTOMER = "no_customer", "money of an unknown payer"
    CURRENCIES = "currencies", "a document in another currency than the money"
    SET_OFF = "set_off", "a set-off"
    REFUND = "refund", "a refund"
    RETURN = "return", "a returned payment"
    REVERSAL = "reversal", "a reversal"


_OF_REASON = {
    "discount": Form.DISCOUNT, "discount_unearned": Form.DISCOUNT, "fee": Form.FEE, "withholding_tax": Form.WITHHOLDING_TAX,
    "exchange_difference": Form.EXCHANGE_DIFFERENCE,
}  # fmt: skip
_OF_KIND = {
    Kind.APPLICATION: Form.APPLICATION, Kind.REFUND: Form.REFUND, Kind.RETURN: Form.RETURN, Kind.SET_OFF: Form.SET_OFF,
    Kind.WRITE_OFF: Form.WRITE_OFF, Kind.REVERSAL: Form.REVERSAL,
}  # fmt: skip


def form_of(reason: str) -> Form:
    """The form that clearing for a reason code needs; for all that is no discount, fee, tax or exchange difference a write-off."""
    return _OF_REASON.get(reason, Form.WRITE_OFF)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: the ERP's key, the number that customers quote, and the name. Number and name are '' where the books have none."""

    id: str
    no: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class BankLine:
    """The line of our bank that brought or took the money.

    Attributes:
        id: of the line.
        account: id of our account in matcher.toml.
        amount: of the whole line, minor units; money in is above zero.
    """

    id: str
    account: str
    booking_date: date
    value_date: date | None
    amount: int
    bank_reference: str = ""
    end_to_end_id: str = ""
    counterparty_name: str = ""
    counterparty_account: str = ""
    text: str = ""

    @property
    def reference(self) -> str:
        """The bank's reference, else the payer's, else the line's id."""
        return self.bank_reference or self.end_to_end_id or self.id


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What is cleared of an item without cash: minor units of the item's currency, and the reason code."""

    reason: str
    amount: int


@dataclass(frozen=True, slots=True)
class Part:
    """What a document does to one item.

    Attributes:
        item_id: the ERP's key of the item; ``U-`` and a line's id for money that lies on account, which the ERP knows by `receipt`.
        document_no: number on the document.
        document_type: as in lists of open items.
        customer: whose item it is.
        currency: of the item.
        cash: minor units of the document's currency; what a payment nets of a credit is below zero.
        item_amount: the same in the item's currency.
        adjustments: cleared without cash, by reason.
        extra: other columns of the list that the item came in, by their titles.
        receipt: external id of the receipt that left the money on account; '' for an item of the ERP's.
        receipt_number: the ERP's number of that receipt, as far as it told.
    """

    item_id: str
    document_no: str
    document_type: str
    customer: Customer
    currency: str
    cash: int
    item_amount: int
    adjustments: tuple[Adjustment, ...] = ()
    issue_date: date | None = None
    due_date: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    receipt: str = ""
    receipt_number: str = ""

    @property
    def settled(self) -> int:
        """By how much the item's open amount falls, in minor units of its currency."""
        return self.item_amount + self.adjusted()

    def adjusted(self, *forms: Form) -> int:
        """What is cleared without cash, by these forms; by any when none is named."""
        return sum(one.amount for one in self.adjustments if not forms or form_of(one.reason) in forms)


@dataclass(frozen=True, slots=True)
class Document:
    """One document for an ERP. Money is in minor units of `currency`.

    Attributes:
        external_id: never changes and never stands for another document: 20 hex digits.
        kind: what it books.
        version: counts the documents about one decision.
        entity: legal entity.
        decision_id: of the journal.
        actor: who decided: ``engine`` for a rule, else the person.
        rule: that decided; '' for a person.
        date: to book on.
        customer: who paid, or whose account it is; id '' when nobody knows.
        currency: of the money.
        amount: money that it brings (below zero: takes); 0 for applications, set-offs and write-offs.
        applied: what of it, or of what lies on account, goes to items.
        unapplied: amount less applied: what stays on account, or is taken from there.
        parts: what it does to items, one for each item.
        line: the bank line; None for set-offs and write-offs without money.
        reverses: of a reversal the external id of what it takes back, whose kind is `reversed_kind`.
        reverses_number: the ERP's number of that document, as far as it told.
        receipt: of an application or return the external id of the receipt that it is about; '' where none was sent.
        receipt_number: the ERP's number of that receipt, as far as it told.
    """

    external_id: str
    kind: Kind
    version: int
    entity: str
    decision_id: str
    actor: str
    rule: str
    date: date
    customer: Customer
    currency: str
    amount: int
    applied: int
    unapplied: int
    parts: tuple[Part, ...] = ()
    line: BankLine | None = None
    reverses: str = ""
    reversed_kind: Kind | None = None
    reverses_number: str = ""
    receipt: str = ""
    receipt_number: str = ""

    def decimal(self, minor: int) -> Decimal:
        """An amount of the document's currency as a decimal number, with the currency's own places."""
        return Decimal(money.render(minor, self.currency))

    def needs(self) -> tuple[Form, ...]:
        """What a system must have a form for to book it, in the order of `Form`."""
        found = {_OF_KIND[self.kind]} if self.kind in _OF_KIND else set()
        paying, sign = (self.reversed_kind or self.kind) in (Kind.RECEIPT, Kind.APPLICATION), -1 if self.reverses else 1
        if self.unapplied > 0 and self.kind == Kind.RECEIPT:
            found.add(Form.ON_ACCOUNT)
        if not self.customer.id:
            found.add(Form.NO_CUSTOMER)
        for part in self.parts:
            found |= {form_of(one.reason) for one in part.adjustments}
            if part.currency != self.currency:
                found.add(Form.CURRENCIES)
            if paying and self.customer.id and part.customer.id != self.customer.id:
                found.add(Form.OTHER_CUSTOMER)
            if paying and part.cash * sign < 0:
                found.add(Form.CREDIT)
        return tuple(form for form in Form if form in found)


def decimal(minor: int, currency: str) -> Decimal:
    """Minor units as a decimal number, with the currency's own places. Raises MatcherError: ``currency.unknown``."""
    return Decimal(money.render(minor, currency))


def columns(text: str) -> dict[str, str]:
    """The other columns of an item, from the JSON text that the books keep."""
    return {str(name): str(value) for name, value in json.loads(text).items()} if text else {}
