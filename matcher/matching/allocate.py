"""Explanations of one receipt by open items: the named ones first, then those of a customer that account or name speak for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from matcher.matching import score, subset
from matcher.matching.records import Explanation, Item, Receipt, Share
from matcher.rules.rulebook import Evidence


@dataclass(frozen=True)
class Pool:
    """The open items as they stand while a batch is decided.

    Attributes:
        item: an item by id, with what is open of it now.
        of_customer: open items of a customer in an entity and currency, oldest first.
        rarity: number of open items of an entity and currency with exactly that open amount.
        grace_days: days after the discount date on which the discount is still accepted.
    """

    item: Callable[[str], Item | None]
    of_customer: Callable[[str, str, str], Sequence[Item]]
    rarity: Callable[[str, str, int], int]
    grace_days: int


def explanations(receipt: Receipt, pool: Pool, evidence: Evidence) -> list[Explanation]:
    """All explanations of a receipt, best first; of equal ones the order is by rule and items."""
    found = list(_by_reference(receipt, pool, evidence))
    for customer in score.likely_customers(receipt):
        found += _by_customer(receipt, customer, pool, evidence)
    best: dict[frozenset[str], Explanation] = {}
    for one in sorted(found, key=_order):
        best.setdefault(one.items, one)
    return list(best.values())


def _order(one: Explanation) -> tuple[object, ...]:
    return (-one.points, not one.unique, one.rule, tuple(sorted(one.items)))


def discount_of(item: Item, receipt: Receipt, grace_days: int) -> int:
    """The early-payment discount that this payment may take: in terms by value date, and only on an item not yet part paid."""
    if item.discount_until is None or receipt.value_date > item.discount_until + timedelta(days=grace_days):
        return 0
    return item.discount


def _by_reference(receipt: Receipt, pool: Pool, evidence: Evidence) -> Iterable[Explanation]:
    named = {key: points for key, points in score.best_references(receipt, evidence).items() if points[1] > 0}
    by_customer: dict[str, list[Item]] = {}
    for item_id in named:
        item = pool.item(item_id)
        if item is not None and item.open and item.currency == receipt.currency:
            by_customer.setdefault(item.customer_id, []).append(item)
    for customer, items in sorted(by_customer.items()):
        ordered = sorted(items, key=subset.oldest_first)
        payer = score.payer_evidence(receipt, customer, evidence)
        for chosen in _choices(ordered, named, receipt, pool):
            strongest = max((named[i.item_id] for i in chosen), key=lambda p: p[1])
            yield from _named(receipt, customer, chosen, pool, evidence, (strongest, *payer))


def _choices(items: list[Item], named: dict[str, tuple[str, int]], receipt: Receipt, pool: Pool) -> Iterable[list[Item]]:
    """The sets of named items worth explaining: all, the strongly named, those that sum up, and each alone."""
    strong = [i for i in items if named[i.item_id][1] >= score.STRONG]
    exact = subset.exact_set(items, receipt.amount) if 2 < len(items) <= subset.MAX_ITEMS else subset.Verdict("impossible")
    sets = [items, strong, list(exact.items), *([i] for i in items)]
    seen: set[frozenset[str]] = set()
    for chosen in sets:
        ids = frozenset(i.item_id for i in chosen)
        if chosen and ids not in seen:
            seen.add(ids)
            yield chosen


def _named(receipt: Receipt, customer: str, items: list[Item], pool: Pool, evidence: Evidence, why: score.Points) -> Iterable[Explanation]:
    total = sum(i.open for i in items)
    discounts = [discount_of(i, receipt, pool.grace_days) for i in items]
    gap = total - receipt.amount
    if gap == 0:
        rare = len(items) > 1 or pool.rarity(receipt.entity, receipt.currency, total) == 1
        shares = tuple(Share(i.item_id, i.open) for i in items)
        amount = (("amount_full", evidence.amount_full), *((("amount_rare", evidence.amount_rare),) if rare else ()))
        yield Explanation("reference-full", "matched", customer, shares, why + amount)
    elif gap == sum(discounts):
        shares = tuple(Share(i.item_id, i.open - d, d, "discount" if d else "") for i, d in zip(items, discounts, strict=True))
        yield Explanation("reference-discount", "matched", customer, shares, (*why, ("amount_discount", evidence.amount_discount)))
    elif gap > 0 and len(items) == 1:
        late = "the gap is the early-payment discount, taken late" if gap == items[0].discount else ""
        part = (*why, ("amount_part", evidence.amount_part))
        yield Explanation("reference-part", "partial", customer, (Share(items[0].item_id, receipt.amount),), part, note=late)
    elif gap < 0 and total > 0:
        others = [i for i in pool.of_customer(customer, receipt.entity, receipt.currency) if i not in items]
        rest = subset.exact_set(others, -gap) if len(others) <= subset.MAX_ITEMS else subset.Verdict("exhausted")
        over = (*why, ("amount_over", evidence.amount_over))
        note = "" if rest.kind == "impossible" else "other open items of the customer may explain the rest"
        shares = tuple(Share(i.item_id, i.open) for i in items)
        yield Explanation("reference-over", "overpaid", customer, shares, over, unique=rest.kind == "impossible", note=note)
    elif gap > 0:
        yield _oldest_first(receipt, customer, items, (*why, ("amount_part", evidence.amount_part)))


def _oldest_first(receipt: Receipt, customer: str, items: list[Item], why: score.Points) -> Explanation:
    left, shares = receipt.amount, []
    for item in items:
        taken = min(left, item.open)
        if item.open > 0 and taken > 0:
            shares.append(Share(item.item_id, taken))
            left -= taken
    return Explanation(
        "reference-only", "partial", customer, tuple(shares), why, unique=False, note="several items are named and not all are paid"
    )


def _by_customer(receipt: Receipt, customer: str, pool: Pool, evidence: Evidence) -> Iterable[Explanation]:
    items = [i for i in pool.of_customer(customer, receipt.entity, receipt.currency) if i.open]
    why = score.payer_evidence(receipt, customer, evidence)
    sure = score.sure_customer(receipt) == customer
    full = [i for i in items if i.open == receipt.amount]
    if full:
        rare = pool.rarity(receipt.entity, receipt.currency, receipt.amount) == 1
        amount = (("amount_full", evidence.amount_full), *((("amount_rare", evidence.amount_rare),) if rare else ()))
        rule = "account-amount" if sure else "name-amount"
        # the same sum from several smaller items is another explanation of the same money, and so is an equal item due on another day
        others = [i for i in items if i not in full]
        alone = len(items) > subset.MAX_ITEMS or subset.exact_set(others, receipt.amount).kind == "impossible"
        twins = len({i.due_date for i in full}) > 1
        note = "several open items have this amount and are due on different days" if twins else ""
        yield Explanation(
            rule, "matched", customer, (Share(full[0].item_id, receipt.amount),), why + amount, unique=alone and not twins, note=note
        )
        return
    reduced = [i for i in items if (d := discount_of(i, receipt, pool.grace_days)) and i.open - d == receipt.amount]
    if reduced:
        item, share = reduced[0], Share(reduced[0].item_id, receipt.amount, reduced[0].discount, "discount")
        rule, points = ("account-discount" if sure else "name-amount"), (*why, ("amount_discount", evidence.amount_discount))
        yield Explanation(rule, "matched", item.customer_id, (share,), points, unique=len(reduced) == 1)
        return
    if len(items) > 1:
        yield from _several(receipt, customer, items, sure, (*why, ("amount_full", evidence.amount_full)))


def _several(receipt: Receipt, customer: str, items: list[Item], sure: bool, why: score.Points) -> Iterable[Explanation]:
    if sum(i.open for i in items) == receipt.amount:
        rule = "account-all" if sure else "name-set"
        yield Explanation(rule, "matched", customer, tuple(Share(i.item_id, i.open) for i in items), why)
    elif len(items) <= subset.MAX_ITEMS:
        verdict = subset.exact_set(items, receipt.amount)
        if verdict.kind == "unique":
            rule = "account-set" if sure else "name-set"
            yield Explanation(rule, "matched", customer, tuple(Share(i.item_id, i.open) for i in verdict.items), why)
