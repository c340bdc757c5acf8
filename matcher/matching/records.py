"""The few objects of choice-shaped work: a receipt, the items it may pay, and an explanation of it."""

from datetime import date
from typing import NamedTuple

from matcher.matching.advised import BoundAdvice
from matcher.model import Allocation


class Item(NamedTuple):
    """An open item as the matcher sees it. Minor units.

    Attributes:
        discount: what may be deducted when it is paid until `discount_until`.
        later: further steps, each less than the one before, with their last days.
    """

    item_id: str
    entity: str
    customer_id: str
    document_type: str
    document_no: str
    payment_reference: str
    purchase_order: str
    issue_date: date
    due_date: date
    currency: str
    open: int
    discount: int = 0
    discount_until: date | None = None
    later: tuple[tuple[int, date], ...] = ()

    @property
    def steps(self) -> tuple[tuple[int, date], ...]:
        """All steps of the discount with their last days, the earliest first; one without a last day is over."""
        return ((self.discount, self.discount_until or date.min), *self.later) if self.discount else ()


class Reference(NamedTuple):
    """A number in the payer's text that an item carries; `item_count` is how many items carry it."""

    item_id: str
    source: str
    key: str
    item_count: int
    kind: str


class Payer(NamedTuple):
    """A customer that account, name or number speak for.

    Attributes:
        kind: ``account``, ``number``, ``learned`` (from earlier receipts), or how the name agrees (`matcher.matching.names`).
        similarity, margin: of a name, 0 to 100: how alike, and how far before any other customer's.
    """

    customer_id: str
    kind: str
    similarity: int = 100
    margin: int = 100


class Receipt(NamedTuple):
    """A credit line, with what was found about it.

    Attributes:
        amount: minor units of `currency`; instructed_amount the amount before conversion, 0 when the bank states none.
        text: what the payer wrote: remittance information and structured reference, separated by `` | ``.
        end_to_end_id: the payer's own id of the payment.
        payer: normalised account, else name, of the payer; '' when neither is stated. payer_name: the name as written.
        home: country of our bank account (ISO code), '' when its number does not tell.
        references: items named by the payer's text, open or closed.
        payers: customers that account, name or customer number speak for.
        advices: remittance advices that are about it.
    """

    line_id: str
    entity: str
    currency: str
    amount: int
    booking_date: date
    value_date: date
    payer: str
    payer_name: str = ""
    text: str = ""
    end_to_end_id: str = ""
    instructed_amount: int = 0
    instructed_currency: str = ""
    home: str = ""
    references: tuple[Reference, ...] = ()
    payers: tuple[Payer, ...] = ()
    advices: tuple[BoundAdvice, ...] = ()


class Explanation(NamedTuple):
    """One way to explain a receipt: who paid what, why we think so, and how much stays without a purpose.

    Attributes:
        rule: id of the rule it belongs to; '' when no rule of the book is about such explanations.
        basis, difference: how the set was found, and what lies between its sum and the amount; words of `matcher.rules.vocabulary`.
        outcome: outcome of the line, as in the contract.
        shares: what each item gets; what the ERP had open of it is not filled in yet.
        evidence: kinds and signed points.
        points: sum of the evidence.
        unique: False when another set of items fits equally well.
        note: what a person should know, one sentence without a full stop.
        doubt: why nothing of it is posted without a person, whatever the rule; '' for none.
    """

    rule: str
    basis: str
    difference: str
    outcome: str
    customer_id: str
    shares: tuple[Allocation, ...]
    evidence: tuple[tuple[str, int], ...]
    points: int
    unique: bool = True
    note: str = ""
    doubt: str = ""

    @classmethod
    def near_miss(cls, item_id: str, customer_id: str, evidence: tuple[tuple[str, int], ...] = (), note: str = "") -> "Explanation":
        """An item that was looked at and gets nothing: it tells a person what came nearest. Neither basis nor rule stand behind it."""
        points = sum(points for _, points in evidence)
        return cls("", "", "", "unexplained", customer_id, (Allocation(item_id, 0, 0),), evidence, points, note=note)

    @property
    def items(self) -> frozenset[str]:
        """The items it is about."""
        return frozenset(share.item_id for share in self.shares)
