"""A choice, and what it gives to each item."""

from dataclasses import dataclass
from datetime import date

from matcher import money
from matcher.pipeline.listed import proposal_key


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item as the choices are made from it. Minor units of `currency`; `discount`: what may still be taken off on the line's day."""

    item_id: str
    document_no: str
    customer_id: str
    entity: str
    issue_date: date
    due_date: date | None
    currency: str
    open: int
    discount: int = 0
    purchase_order: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What an item gets, in minor units.

    Attributes:
        cash: of the line, in its currency.
        adjustment: cleared beside it for `reason`, in the item's currency.
        settled: what the cash settles in the item's currency, where that is another one than the line's; None where it is the same.
    """

    item: OpenItem
    cash: int
    adjustment: int = 0
    reason: str = ""
    settled: int | None = None

    @property
    def item_amount(self) -> int:
        """What the cash settles, in the item's currency."""
        return self.cash if self.settled is None else self.settled

    @property
    def left(self) -> int:
        """What stays open."""
        return self.item.open - self.item_amount - self.adjustment


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that a receipt may pay.

    Attributes:
        customer_id, customer_name: whose money it then is.
        shares: what it pays; without any the money goes on the customer's account.
        rest: what the line has left then: minor units of its currency, on the customer's account.
        why: in words.
        proposed: whether the engine proposes it.
    """

    customer_id: str
    customer_name: str
    shares: tuple[Share, ...]
    rest: int
    why: str
    proposed: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        """What it does to money: two choices of one key are one."""
        if not self.shares:
            return (self.customer_id,)
        return tuple(sorted((share.item.item_id, share.cash, share.adjustment) for share in self.shares))

    @property
    def digest(self) -> str:
        """The same in one word; see `listed.proposal_key`."""
        pending = self.rest + sum(share.cash for share in self.shares)
        shares = [(one.item.item_id, one.cash, one.item_amount, one.adjustment, one.reason) for one in self.shares]
        return proposal_key(self.customer_id, "", pending, shares)

    def to_dict(self, number: int, currency: str) -> dict[str, object]:
        """As a machine is told. `currency`: of the line."""
        return {
            "choice": number, "customer_id": self.customer_id, "customer_name": self.customer_name, "why": self.why,
            "proposed": self.proposed, "rest": money.render(self.rest, currency),
            "items": [
                {"item_id": s.item.item_id, "document_no": s.item.document_no, "customer_id": s.item.customer_id,
                 "due_date": s.item.due_date.isoformat() if s.item.due_date else "", "currency": s.item.currency,
                 "open": money.render(s.item.open, s.item.currency), "cash": money.render(s.cash, currency),
                 "adjustment": money.render(s.adjustment, s.item.currency), "reason": s.reason,
                 "left": money.render(s.left, s.item.currency)}
                for s in self.shares
            ],
        }  # fmt: skip
