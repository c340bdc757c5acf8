"""What stops a receipt before any fallback: a good reference to an item that cannot take the money speaks for that, never for a neighbour.

Also what is said of receipts that nothing explains: money for an order without an invoice yet, or simply unexplained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from matcher.matching.decisions.purposes import purpose_of
from matcher.matching.explanations.evidence import ALIKE, named_items
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Explanation, Item, Receipt
from matcher.matching.references.numbers import RANK
from matcher.matching.references.text import says, spoken
from matcher.rules.rulebook import Limits, Rulebook

NAMING = frozenset(f"reference_{kind}" for kind in RANK)
"""Evidence that the text names an item."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """The receipt that closed an item. Amount in minor units; `taken_back` is the line by which the bank took it back, '' for none."""

    line_id: str
    payer: str
    amount: int
    booking_date: date
    taken_back: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a receipt pays no open item."""

    outcome: str
    reason: str
    customer_id: str = ""


@dataclass
class SettlementHistory:
    """What is known besides open items.

    Attributes:
        settled: which receipt closed an item; grows while the batch is decided.
        closed: original amount (minor units) and customer of items that have nothing open.
        repeats: line -> earlier line of the same payer, amount and text.
    """

    settled: dict[str, Settlement]
    closed: dict[str, tuple[int, str]]
    repeats: Mapping[str, str] = field(default_factory=dict)

    def close(self, item: Item, receipt: Receipt) -> None:
        """Notes that a receipt of this batch closed an item."""
        self.closed[item.item_id] = (item.open, item.customer_id)
        self.settled[item.item_id] = Settlement(receipt.line_id, receipt.payer, receipt.amount, receipt.booking_date)

    def repeated(self, receipt: Receipt) -> str:
        """An earlier line of the same payer, amount and text; '' when there is none."""
        return self.repeats.get(receipt.line_id, "")

    def unexplained(
        self, receipt: Receipt, options: Sequence[Explanation], book: Rulebook, pool: OpenItems | None = None
    ) -> tuple[str, str]:
        """Outcome of a receipt that nothing explains, and the reason. `pool`: what is open, where that is known."""
        text = spoken(receipt.text)
        named = named_items(receipt)
        # receipts of known customers, that name our documents or have the amount of one, always go to the queue
        strange = not named and not any(p.kind != "number" and p.similarity >= ALIKE for p in receipt.payers)
        if strange and not (pool and pool.rarity(receipt.currency, receipt.amount)) and (purpose := purpose_of(receipt, book.words)):
            return "non_receivable", f"payer and text speak of {purpose}"
        if receipt.payers and says(text, book.words.prepayment):
            return "on_account", "the text speaks of an order or a payment in advance, and no open item is named"
        if options:
            return "unexplained", f"the nearest explanation ({options[0].points} points) is not likely enough"
        if named and pool and (told := _of_named([pool.items[i] for i in named if i in pool.items], receipt)):
            return "unexplained", told
        if receipt.payers:
            return "unexplained", "the customer is known, but no open item or set of items has this amount, and none is named"
        if receipt.payer:
            return "unexplained", "no open item is named, and the payer is not a known customer"
        return "unexplained", "no open item is named, and the payer is not stated"


def stopped(receipt: Receipt, options: Sequence[Explanation], pool: OpenItems, history: SettlementHistory, limits: Limits) -> Stop | None:
    """Whether the named items are all closed: paid before by the same payer (duplicate), or by whomever (closed item)."""
    strong = named_items(receipt)
    if not strong or any(item_id in pool.items for item_id in strong):
        return None
    if options and any(kind in NAMING for kind, _ in options[0].evidence):
        return None
    for item_id in strong:
        before = history.settled.get(item_id)
        if before is not None and before.taken_back:
            why = f"line {before.line_id} paid the named item, and line {before.taken_back} took it back: accept that first"
            return Stop("unexplained", why, _owner(history, strong))
        same = before is not None and bool(receipt.payer) and (before.payer, before.amount) == (receipt.payer, receipt.amount)
        if before is not None and same and abs((receipt.booking_date - before.booking_date).days) <= limits.duplicate_days:
            return Stop("duplicate", f"line {before.line_id} of the same payer and amount has paid the named item", _owner(history, strong))
    # an old number that was copied: a person may want what else has the amount; no rule posts it
    if options and any(kind == "reference_closed" for kind, _ in options[0].evidence):
        return None
    return Stop("closed_item", "the named item is closed", _owner(history, strong))


def _of_named(items: Sequence[Item], receipt: Receipt) -> str:
    """What is said of a receipt that names open items, none of which the amount can pay; '' when it names none."""
    if not items:
        return ""
    numbers = ", ".join(item.document_no or item.item_id for item in items[:3])
    other = sorted({item.currency for item in items} - {receipt.currency})
    if other and receipt.currency not in {item.currency for item in items}:
        what = f"the named document {numbers} is in {', '.join(other)}, the line in {receipt.currency}"
        return f"{what}, and the amount is not the open one at the day's rate"
    return f"{numbers} is named, and the amount fits no way of paying it"


def _owner(history: SettlementHistory, item_ids: Sequence[str]) -> str:
    owners = {history.closed[i][1] for i in item_ids if i in history.closed}
    return owners.pop() if len(owners) == 1 else ""
