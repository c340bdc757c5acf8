"""All explanations of one receipt by open items, best first."""

from collections.abc import Iterable, Iterator

from matcher.matching import gaps, score, sets
from matcher.matching.holding import number_of, oldest_first
from matcher.matching.pool import Pool
from matcher.matching.records import Explanation, Item, Receipt
from matcher.matching.sets import ItemSet, View
from matcher.matching.text import Text, index_keys, says
from matcher.rules.rulebook import Rulebook

MOST_CUSTOMERS = 6
"""Customers that are looked at for one receipt; those that more evidence speaks for come first."""

CLEAR = 70
"""Points of an explanation from which customers that little speaks for are no longer looked at."""

LIKELY = 20
"""Weight from which much speaks for a customer: a strong reference, an account, or a name that is nearly equal. It must also be half of
what speaks for the first customer."""

MOST_KEPT = 12
"""Explanations kept of one receipt."""

RARE = 5
"""Items of one amount among which a damaged number may find its item although the customer is not known."""

UNNAMED = frozenset(("single", "due", "everything", "subset"))
"""Bases that no number in the text carries."""

_SOURCES = {"payment_reference": "structured", "order": "order"}


def explanations(receipt: Receipt, pool: Pool, book: Rulebook, grace_days: int) -> list[Explanation]:
    """All explanations of a receipt; of equal ones the order is by rule and items.

    Of explanations that give the same to the same items, the one with most points is kept.
    """
    text = Text(receipt.text, receipt.end_to_end_id)
    keys, carriers = _named(receipt)
    best: dict[object, Explanation] = {}
    most = 0
    plain = _plain(receipt, keys, pool)
    by_customer: dict[str, dict[str, str]] = {}
    for item_id, kind in keys.items():
        if (item := pool.items.get(item_id)) is not None:
            by_customer.setdefault(item.customer_id, {})[item_id] = kind
    for customer, likely in [(plain[0].customer_id, True)] if plain else _customers(receipt, text, keys, pool):
        if not likely and most >= CLEAR:
            break
        view = View(receipt, text, customer, pool, book.limits, by_customer.get(customer, {}), settled=bool(plain))
        payer = score.payer(receipt, customer, pool)
        for found in [ItemSet("named", plain)] if plain else _sets(view, payer):
            for one in _explained(found, view, payer, carriers, book, grace_days):
                known = best.get(one.shares)
                if known is None or known.points < one.points:
                    best[one.shares] = one
                    most = max(most, one.points)
    return sorted(best.values(), key=_order)[:MOST_KEPT]


def _order(one: Explanation) -> tuple[object, ...]:
    return (-one.points, not one.unique, one.rule, one.shares)


def _named(receipt: Receipt) -> tuple[dict[str, str], dict[str, int]]:
    """The most telling reference of each item that number keys found, and how many items carry that key."""
    keys: dict[str, str] = {}
    carriers: dict[str, int] = {}
    for reference in receipt.references:
        kind = _SOURCES.get(reference.source, reference.kind)
        if kind == "structured" and reference.kind not in ("whole", "digits"):
            kind = reference.kind  # a part of a payment reference is no payment reference
        if kind == "run" and len(reference.key) < 5:
            kind = "short"
        known = keys.get(reference.item_id)
        if known is None or score.rank(kind) < score.rank(known):
            keys[reference.item_id] = kind
            carriers[reference.item_id] = reference.carriers
    return keys, carriers


def _plain(receipt: Receipt, keys: dict[str, str], pool: Pool) -> tuple[Item, ...]:
    """The items that number keys name without doubt, if they are one customer's and have the amount to the cent: most lines."""
    strong = [pool.items[i] for i, kind in keys.items() if kind in sets.STRONG and i in pool.items]
    customers = {(item.customer_id, item.currency) for item in strong}
    if len(customers) != 1 or strong[0].currency != receipt.currency or sum(i.open for i in strong) != receipt.amount:
        return ()
    return tuple(sorted(strong, key=oldest_first))


def _customers(receipt: Receipt, text: Text, keys: dict[str, str], pool: Pool) -> list[tuple[str, bool]]:
    """Customers worth a look, those with most evidence first; and whether much speaks for them."""
    weight: dict[str, int] = {}
    for item_id, kind in keys.items():
        item = pool.items.get(item_id)
        if item is not None:
            weight[item.customer_id] = max(weight.get(item.customer_id, 0), 30 - score.rank(kind))
    for payer in receipt.payers:
        strength = {"account": 28, "learned": 24, "number": 12}.get(payer.kind, payer.likeness // 4)
        weight[payer.customer_id] = weight.get(payer.customer_id, 0) + strength
    for customer in list(weight)[:3]:
        for relative in pool.relatives.get(customer, ()):
            weight.setdefault(relative, 1)
    if text.tokens and not any(kind in sets.STRONG for kind in keys.values()):
        for item in pool.of_amount(receipt.currency, receipt.amount, RARE):
            number = number_of(item)
            if not text.keys.isdisjoint(index_keys(number)) or pool.held(item.customer_id, text) or text.resembles(number):
                weight.setdefault(item.customer_id, 2)
    first = sorted(weight, key=lambda customer: (-weight[customer], customer))[:MOST_CUSTOMERS]
    return [(customer, weight[customer] >= max(LIKELY, weight[first[0]] // 2)) for customer in first]


def _sets(view: View, payer: tuple[str, ...]) -> Iterator[ItemSet]:
    """Sets in the order of their strength. When the named items have the amount to the cent, nothing weaker is looked for."""
    exact = False
    for found in sets.named(view):
        exact = exact or (found.basis == "named" and found.unique and sum(i.open for i in found.items) == view.receipt.amount)
        yield found
    if exact:
        return
    yield from sets.damaged(view)
    if any(kind.startswith("payer_") and not kind.endswith("_other") for kind in payer):
        yield from sets.unnamed(view, payer)


def _explained(
    found: ItemSet, view: View, payer: tuple[str, ...], carriers: dict[str, int], book: Rulebook, grace_days: int
) -> Iterator[Explanation]:
    receipt = view.receipt
    common = (*score.reference(view, found, carriers), *payer, *found.evidence, *score.dates(found.items, receipt, book.limits))
    for gap in gaps.explain(found.items, receipt, view.pool, book, grace_days):
        if gap.kind in ("part", "over") and (found.basis not in ("named", "named_one", "order") or not _bears(found, gap.kind, view)):
            continue
        words = _words(view, found, gap.kind, payer, book)
        evidence, points = score.scored((*common, *gap.evidence, *words), book)
        kinds = frozenset(kind for kind, _ in evidence)
        rule = book.first(found.basis, gap.kind, kinds, len(gap.shares))
        yield Explanation(
            rule.id if rule else "", found.basis, gap.kind, gap.outcome, view.customer_id, gap.shares, evidence, points,
            found.unique, gap.note or _note(found),
        )  # fmt: skip


def _bears(found: ItemSet, gap: str, view: View) -> bool:
    """Whether a part payment or an overpayment of these items is worth saying: more than a short number must name them."""
    kinds = {view.refs.get(i.item_id, "") for i in found.items}
    return bool(kinds & sets.STRONG) or (gap == "part" and "order" in kinds)


def _note(found: ItemSet) -> str:
    if found.unique:
        return ""
    if found.basis == "single":
        return "several open items have this amount and are due on different days"
    return "another set of open items has the same sum"


def _words(view: View, found: ItemSet, gap: str, payer: tuple[str, ...], book: Rulebook) -> Iterable[str]:
    """What the words of the text say for or against an explanation."""
    said = view.text.spoken
    if says(said, book.words.prepayment):
        yield "text_order"
    if (gap == "part" or found.items[0].document_type == "instalment") and says(said, book.words.part):
        yield "text_part"
    if gap == "over" and (view.text.others or (view.text.total or 0) > len(found.items) or len(view.text.tokens) > len(found.items) + 2):
        yield "text_more"
    if found.basis in UNNAMED and "payer_number" not in payer and view.text.numbered and not view.refs:
        yield "reference_unknown"


def concerned(receipt: Receipt, pool: Pool) -> set[str]:
    """Customers whose items may explain a receipt."""
    named = (pool.items.get(reference.item_id) for reference in receipt.references)
    found = {item.customer_id for item in named if item is not None} | {p.customer_id for p in receipt.payers}
    return found | {relative for customer in found for relative in pool.relatives.get(customer, ())}
