"""The few objects of choice-shaped work: a receipt, the items it may pay, and an explanation of it."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Item:
    """An open item as the matcher sees it. Minor units; `discount` is what may be deducted when paid in terms."""

    item_id: str
    entity: str
    customer_id: str
    document_no: str
    issue_date: date
    due_date: date
    currency: str
    open: int
    discount: int
    discount_until: date | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A number in the payer's text that an item carries; `carriers` is how many items carry it."""

    item_id: str
    source: str
    key: str
    carriers: int
    kind: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A credit line, with what was found about it.

    Attributes:
        references: items named by the payer's text.
        by_account: customers whose bank account paid.
        by_name: customers whose name equals the payer's.
        alike: the customer whose name is most like the payer's, its likeness and margin (0 to 100); None when there is none.
        payer: normalised account, else name, of the payer; '' when neither is stated.
    """

    line_id: str
    entity: str
    currency: str
    amount: int
    booking_date: date
    value_date: date
    payer: str
    references: tuple[Reference, ...] = ()
    by_account: frozenset[str] = frozenset()
    by_name: frozenset[str] = frozenset()
    alike: tuple[str, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What an explanation gives to one item: cash and adjustment, minor units of the one currency."""

    item_id: str
    amount: int
    adjustment: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One way to explain a receipt: who paid what, why we think so, and how much stays without a purpose.

    Attributes:
        rule: id of the rule.
        outcome: outcome of the line, as in the contract.
        shares: what each item gets.
        evidence: kinds and signed points.
        unique: False when another set of items fits equally well.
        note: what a person should know, one sentence without a full stop.
    """

    rule: str
    outcome: str
    customer_id: str
    shares: tuple[Share, ...]
    evidence: tuple[tuple[str, int], ...] = field(default=())
    unique: bool = True
    note: str = ""

    @property
    def points(self) -> int:
        """Sum of the evidence."""
        return sum(points for _, points in self.evidence)

    @property
    def items(self) -> frozenset[str]:
        """The items it is about."""
        return frozenset(share.item_id for share in self.shares)
