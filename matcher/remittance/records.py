"""What a remittance advice says, whatever file it came in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AdviceKind(StrEnum):
    """Who speaks."""

    PAYER = "payer"  # a customer: this payment is for these documents
    PAYOUT = "payout"  # a payment provider: this payout is these payments of customers, less fees, refunds and reserves


@dataclass(frozen=True, slots=True)
class AdviceRow:
    """A row of an advice, in minor units of the advice's currency; gross - discount - deduction = net.

    Attributes:
        document_no: the document as the file writes it; '' for a row about none, such as a fee.
        gross: what the document had open, as the payer sees it; credit notes and refunds are negative.
        discount: the early-payment discount that is taken.
        deduction: what else is kept back; negative for what is added.
        reason: a code of `matcher.reasons` for the deduction; '' where there is none.
        reason_text: the file's own words or code for it.
        net: what is paid for the document.
        customer: who owes the document, as a provider's file says: a number or a name; '' where it does not.
        reference: the file's own id of the row: a charge, an order.
        place: where the row stands, as ``FILE:LINE``, ``FILE page 2``.
    """

    document_no: str
    gross: int
    discount: int
    deduction: int
    reason: str
    net: int
    reason_text: str = ""
    customer: str = ""
    reference: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """One payment, and what it is for.

    Attributes:
        advice_id: the sender's number of it, else one made from its contents; never a row number.
        kind: who speaks.
        payment_reference: what the bank line will carry: an end-to-end id, a payout's id; '' where it is not said.
        customer_id: of our books, where the file says it; '' else.
        payer_name, payer_account: of the sender, as the file says.
        date: of the payment, or of the advice; None where it is not said.
        currency: ISO 4217.
        total: of the payment, minor units.
        rows: what it is for; their net amounts add up to the total.
        place: file, as messages name it.
    """

    advice_id: str
    kind: AdviceKind
    payment_reference: str
    customer_id: str
    payer_name: str
    payer_account: str
    date: date | None
    currency: str
    total: int
    rows: tuple[AdviceRow, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Unproven:
    """An advice that is never used, since it does not add up: it is shown to a person.

    Attributes:
        place: file and page.
        why: what does not add up, in the accountant's words.
        text: of the page or message, as it was read.
        rows: what was made out all the same.
    """

    place: str
    why: str
    text: str
    rows: tuple[AdviceRow, ...] = ()


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A document of our books, open or closed: what readers of free text look for. Minor units."""

    item_id: str
    entity: str
    customer_id: str
    document_no: str
    payment_reference: str
    currency: str
    amount: int
    open_amount: int


@dataclass(frozen=True, slots=True)
class AdviceFile:
    """What a file holds."""

    advices: tuple[Advice, ...]
    unproven: tuple[Unproven, ...] = ()


Reader = Callable[[bytes, str, Sequence[IssuedDocument]], AdviceFile | None]
"""Bytes, the file's name for messages, and the documents of the books: what the file holds, or None when it is of another kind.

Raises `matcher.errors.MatcherError` for a file of its kind that cannot be read or is hostile."""
