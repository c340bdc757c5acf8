"""A payment on its way from a payer to one of our accounts."""

from dataclasses import dataclass, field
from datetime import date

from benchmarks.second.parties import Customer, Seller
from benchmarks.second.trade import Item


@dataclass(frozen=True)
class Row:
    """What a payment truly gives to an item: cash in the line's currency and in the item's, and what is cleared beside it."""

    item: Item
    cash: int
    item_cash: int
    cleared: int = 0
    reason: str = ""


@dataclass
class Payment:
    """Money that moves on our account, with what is true of it.

    Attributes:
        meant: documents the payer speaks of, paid or not.
        told: how they are told: a way of telling, or of writing a number; empty when nothing is said.
        name_form, account_form: how the payer is shown.
        named: the text names the documents so that a reader could find them.
        alone: the customer has no other open document of the amount.
        takes_back: the receipt that this line takes back.
        order: an order it pays ahead.
    """

    day: date
    seller: Seller
    place: int
    amount: int
    kind: str
    outcome: str
    payer: Customer | None = None
    name: str = ""
    account: str = ""
    rows: list[Row] = field(default_factory=list)
    meant: list[Item] = field(default_factory=list)
    text: str = ""
    reference: str = ""
    end_to_end: str = ""
    code: str = ""
    instructed: int | None = None
    instructed_currency: str = ""
    told: str = ""
    name_form: str = ""
    account_form: str = ""
    named: bool = False
    alone: bool = False
    takes_back: "Payment | None" = None
    order: str = ""

    @property
    def identifiable(self) -> bool:
        """Whether a perfect reader of the files could know the answer."""
        known = self.name_form not in ("", "other", "agent") or self.account_form == "known"
        return bool(self.rows) and (self.named or (known and self.alone))
