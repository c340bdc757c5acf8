"""What else an amount may be that a payer does not explain: another document of the customer, or a sum of some."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from matcher.matching.records import Item
from matcher.matching.subset_sum.search import exact_sets
from matcher.rules.vocabulary import EVIDENCE

if TYPE_CHECKING:
    from matcher.matching.explanations.item_sets import CustomerContext

SURE = frozenset(kind for kind, entry in EVIDENCE.items() if entry.names_payer)
"""Evidence of the payer that is good enough to look for sets that only add up."""

MOST_ADDED = 2_000
"""Items of a customer among which two are sought that add up to an amount."""

MOST_TRIPLED = 60
"""The same for three; and among which a second set is sought beside all that is due."""

SUMS_BUDGET = 20_000
"""Steps of `_any_number`: a fifth of a thousandth of a second."""


def by_chance(view: "CustomerContext", item: Item, payer: Collection[str]) -> Iterator[str]:
    """What says that the amount of an item may be that of something else of the customer too."""
    known, paid = view.pool.repetition, view.receipt.amount
    others = _amounts(view, (item,), paid - 1)
    sums = _two_or_three(others, paid)
    if known is not None and known.has(item):
        yield "amount_repeats"
    elif known is not None and known.rate(item.customer_id) >= view.limits.repeats:
        yield "amount_repeats_elsewhere"
        # where others have the amount, or the payer is not certain, nothing posts on it anyway
        likely = not sums and not SURE.isdisjoint(payer) and view.pool.rarity(item.currency, item.open) <= 1
        sums = sums or (likely and _any_number(others, paid))
    if "payer_name_few" in payer and _once(view, item):
        yield "amount_once"
    if sums:
        yield "amount_sums"


def _once(view: "CustomerContext", item: Item) -> bool:
    """Whether no other document of the legal entity, open or closed, has the amount that is open of an item."""
    known = view.pool.repetition
    return known is not None and view.pool.rarity(item.currency, item.open) <= 1 and known.once(item)


def has(view: "CustomerContext", members: Collection[Item], amount: int) -> bool:
    """Whether one item of the customer that is not a member has that amount open."""
    inside = {i.item_id for i in members}
    return any(i.item_id not in inside for i in view.holding.by_amount.get(amount, ()))


def owed(view: "CustomerContext", members: Collection[Item], amount: int) -> bool:
    """Whether one, two or three items of the customer that are not members have that amount, one of them perhaps less its discount."""
    inside = {i.item_id for i in members}
    holding = view.holding
    if any(i.item_id not in inside for i in (*holding.by_amount.get(amount, ()), *holding.by_discounted_amount.get(amount, ()))):
        return True
    return _two_or_three(_amounts(view, members, amount - 1), amount)


def _amounts(view: "CustomerContext", members: Collection[Item], most: int) -> list[int]:
    """Open amounts, none above the most, of items that are not members and were issued when the receipt came."""
    inside, day = {i.item_id for i in members}, view.receipt.booking_date
    return [i.open for i in view.items if i.item_id not in inside and 0 < i.open <= most and i.issue_date <= day]


def _two_or_three(amounts: Sequence[int], total: int) -> bool:
    """Whether two or three of the amounts add up to the total."""
    seen: set[int] = set()
    pairs: set[int] = set()
    if len(amounts) > MOST_ADDED:
        return False
    for amount in amounts:
        if total - amount in seen or total - amount in pairs:
            return True
        if len(amounts) <= MOST_TRIPLED:
            pairs.update(amount + other for other in seen)
            pairs.update((2 * amount,) if amount in seen else ())
        seen.add(amount)
    return False


def _any_number(amounts: Sequence[int], total: int) -> bool:
    """Whether any number of the amounts may add up to the total, as far as a short search can tell.

    Who pays by price lists has documents of few prices, and many of their sums are the amount of another document.
    """
    return sum(amounts) >= total and exact_sets(amounts, total, budget=SUMS_BUDGET).kind != "impossible"
