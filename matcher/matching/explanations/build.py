"""All explanations of one receipt by open items, best first."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from matcher.matching.explanations import differences, evidence, item_sets
from matcher.matching.explanations.advised import advised, item_ids, with_advice
from matcher.matching.explanations.chance import SURE
from matcher.matching.explanations.item_sets import CustomerContext, ItemSet
from matcher.matching.explanations.wording import Wording
from matcher.matching.items.customer_items import number_of, oldest_first
from matcher.matching.items.open_items import OpenItems
from matcher.matching.payer import payer_of
from matcher.matching.records import Explanation, Item, Receipt
from matcher.matching.references.index import Named
from matcher.matching.references.numbers import MIN_DAMAGED, PLACE, STRONG, index_keys
from matcher.matching.references.text import Text
from matcher.rules.rulebook import Rulebook
from matcher.rules.vocabulary import BASES

MAX_CUSTOMERS = 6
"""Customers that are looked at for one receipt; those that more evidence speaks for come first."""

CLEAR_POINTS = 70
"""Points of an explanation from which customers that little speaks for are no longer looked at."""

LIKELY_WEIGHT = 20
"""Weight from which much speaks for a customer: a strong reference, an account, or a name that is nearly equal. It must also be half of
what speaks for the first customer."""

MAX_EXPLANATIONS = 12
"""Explanations kept of one receipt."""

LONG_RUN = 7
"""Digits in one run that are as good as all digits of a number."""

RARE_AMOUNT_MAX_ITEMS = 5
"""Items of one amount among which a damaged number may find its item although the customer is not known."""

_SOURCES = {"payment_reference": "structured", "order": "order"}


@dataclass(slots=True)
class _Look:
    """How the items of a customer explain the receipt, for as long as they stay as they are.

    Attributes:
        stamp: tells whether they are still the same, and looked at in the same way.
        view: the receipt before these items; None when the text names none of them.
        named: explanations by items that the text names.
        unnamed: explanations that only payer and amount speak for; None until they are asked for.
    """

    stamp: tuple[int, frozenset[str], bool]
    view: CustomerContext | None
    named: list[Explanation]
    unnamed: list[Explanation] | None


def explanations(receipt: Receipt, pool: OpenItems, book: Rulebook, grace_days: int) -> list[Explanation]:
    """All explanations of a receipt; of equal ones the order is by rule and items.

    Of explanations that give the same to the same items, the one with most points is kept.
    """
    return ExplanationBuilder(receipt, pool, book, grace_days).explanations()


class ExplanationBuilder:
    """Explains one receipt by the open items, again and again while postings take from them.

    What is kept has one of three lives: what follows from the text and the master data is found once; what a customer's items came to
    is kept until something is taken from them (`_Look.stamp`); which customers are worth a look is kept until anything is taken at all.
    """

    _known_read: Named | None = None

    def __init__(self, receipt: Receipt, pool: OpenItems, book: Rulebook, grace_days: int) -> None:
        """`grace_days`: days after the discount date on which an early-payment discount is still accepted."""
        self.receipt, self.pool, self.book, self.grace_days = receipt, pool, book, grace_days
        self.text = Text(receipt.text, receipt.end_to_end_id)
        self.wording = Wording(receipt, self.text, pool, book.words)
        self.keys, self.item_count = _named(receipt)
        self._meant: dict[str, bool] = {}
        self._payers: dict[str, tuple[str, ...]] = {}
        self._looks: dict[str, _Look] = {}
        self._first: tuple[int, list[tuple[str, bool]]] | None = None
        self._group: frozenset[str] = frozenset()

    def explanations(self) -> list[Explanation]:
        """As the function of that name, with the items as they are now."""
        found = self._found()
        told = advised(self.receipt, self.pool, self.book, self.grace_days) if self.receipt.advices else []
        return sorted(with_advice(found, told, self.book), key=_order) if told else found

    def _found(self) -> list[Explanation]:
        plain = self.plain()
        if plain and not self._of_another(plain[0].customer_id):
            view = self._context(plain[0].customer_id, self._in_full(plain))
            return list(self._explained(ItemSet("named", plain), view, self._payer(view.customer_id)))
        best: dict[object, Explanation] = {}
        for customer, look, likely in self._look():
            if not likely and any(explanation.points >= CLEAR_POINTS for explanation in best.values()):
                break
            _keep_best(look.named, best)
            _keep_best(self._unnamed(look, customer), best)
        _keep_best(self._of_group(), best)
        if self._names_several():
            # what is more than the one customer's documents is for the other's
            best = {shares: explanation for shares, explanation in best.items() if explanation.difference != "over"}
        return sorted(best.values(), key=_order)[:MAX_EXPLANATIONS]

    def plain(self) -> tuple[Item, ...]:
        """The items that number keys name without doubt, if they are one customer's and have the amount to the cent: most lines."""
        items = self.pool.items
        strong = [items[i] for i, kind in self.keys.items() if kind in STRONG and i in items]
        if not strong or sum([i.open for i in strong]) != self.receipt.amount:
            return ()
        if strong[0].currency != self.receipt.currency or len({(i.customer_id, i.currency) for i in strong}) > 1:
            return ()
        return tuple(sorted(strong, key=oldest_first))

    def _in_full(self, plain: Iterable[Item]) -> Mapping[str, str]:
        """The number keys; of an item that a run of digits names it is told whether its number is written in full but for zeros."""
        runs = [item for item in plain if self.keys[item.item_id] == "run"]
        if not runs:
            return self.keys
        written = self.text.parts
        full = [item.item_id for item in runs if any(form == "parts" and key in written for form, key, _ in index_keys(number_of(item)))]
        return {**self.keys, **dict.fromkeys(full, "parts")} if full else self.keys

    def _of_another(self, customer_id: str) -> bool:
        """Whether the payer is certainly another customer: then his own items are looked at too."""
        return "payer_is_other" in self._payer(customer_id)

    def names(self) -> bool:
        """Whether the text or an advice names an open item, plainly or damaged, that the receipt may pay."""
        return (
            any(item_id in self.pool.items for item_id in item_ids(self.receipt))
            or self._named_by_key()
            or any(look.named for _, look, _ in self._look())
        )

    @property
    def looked(self) -> Collection[str]:
        """Customers among whose items explanations were sought."""
        return self._looks.keys() | self._group

    def _named_by_key(self) -> bool:
        return any(kind in STRONG and i in self.pool.items for i, kind in self.keys.items())

    @property
    def _read(self) -> Named:
        """What the text names by close reading, of the items that were open at first."""
        if self._known_read is None:
            self._known_read = self.pool.numbers.named(self.text)
        return self._known_read

    def _context(self, customer: str, refs: Mapping[str, str]) -> CustomerContext:
        return CustomerContext(self.receipt, self.text, customer, self.pool, self.book.limits, refs)

    def _payer(self, customer: str) -> tuple[str, ...]:
        kinds = self._payers.get(customer)
        if kinds is None:
            kinds = self._payers[customer] = evidence.payer(self.receipt, customer, self.pool)
        return kinds

    def _look(self) -> Iterator[tuple[str, _Look, bool]]:
        """A look at each customer, and whether much speaks for him; a new one only where items of his, or named ones, changed."""
        closed = frozenset(r.key for r in self.receipt.references if r.item_id not in self.pool.items)
        named = self._named_by_key()
        for customer, likely in self._customers():
            spaced = likely or not named
            stamp = (self.pool.version(customer), closed, spaced)
            look = self._looks.get(customer)
            if look is None or look.stamp != stamp:
                look = self._looks[customer] = self._looked_at(customer, stamp, spaced=spaced)
            yield customer, look, likely

    def _looked_at(self, customer: str, stamp: tuple[int, frozenset[str], bool], *, spaced: bool) -> _Look:
        pool, receipt = self.pool, self.receipt
        keys = {i: kind for i, kind in self.keys.items() if (item := pool.items.get(i)) is not None and item.customer_id == customer}
        refs = self._apart(self._read.by(customer, keys, spaced=spaced))
        if not refs and not (self.text.tokens and pool.may_have(customer, receipt.currency, receipt.amount)):
            return _Look(stamp, None, [], None)
        view, payer = self._context(customer, refs), self._payer(customer)
        named: list[Explanation] = []
        paid_in_full = False
        for item_set in item_sets.named(view) if refs else ():
            paid_in_full |= item_set.basis == "named" and item_set.unique and sum(i.open for i in item_set.items) == receipt.amount
            named += self._explained(item_set, view, payer)
        if paid_in_full:
            # nothing weaker is looked for
            return _Look(stamp, view, named, [])
        damaged = item_sets.damaged(view, payer)
        if damaged.references:
            view = self._context(customer, {**refs, **damaged.references})
        for item_set in damaged.sets:
            named += self._explained(item_set, view, payer)
        return _Look(stamp, view, named, None)

    def _apart(self, refs: dict[str, str]) -> dict[str, str]:
        """References without short numbers that stand only within a longer number that is not the item's."""
        items = self.pool.items
        return {i: kind for i, kind in refs.items() if kind != "short" or i not in items or self.text.counts(number_of(items[i]))}

    def _unnamed(self, look: _Look, customer: str) -> list[Explanation]:
        """Explanations that only payer and amount speak for; made when they are first asked for."""
        if look.unnamed is None:
            look.unnamed = []
            payer = self._payer(customer)
            supported = any(not kind.endswith("_other") for kind in payer)
            if supported and item_sets.adds_up(self.pool.holding(customer, self.receipt.currency), self.receipt.amount, payer):
                view = look.view or self._context(customer, {})
                look.unnamed = [
                    explanation for item_set in item_sets.unnamed(view, payer) for explanation in self._explained(item_set, view, payer)
                ]
        return look.unnamed

    def _names_several(self) -> bool:
        """Whether the text names open documents of several customers by numbers of some length."""
        items = self.pool.items
        return len({items[i].customer_id for i in self.wording.named if i in items}) > 1

    def _of_group(self) -> list[Explanation]:
        """The named documents of several customers, or all that the companies of the payer's group owe, where that is the amount."""
        receipt, pool = self.receipt, self.pool
        named = [pool.items[i] for i in self.wording.named if i in pool.items]
        who = payer_of(receipt)
        members: list[Item] = []
        if len({i.customer_id for i in named}) > 1:
            members = named
        elif not named and who and (kin := pool.relatives.get(who)):
            self._group = kin | {who}
            members = [i for customer in sorted(self._group) for i in pool.holding(customer, receipt.currency).items]
        customers = {i.customer_id for i in members}
        currencies = {i.currency for i in members}
        if len(customers) < 2 or currencies != {receipt.currency} or sum(i.open for i in members) != receipt.amount:
            return []
        items = tuple(sorted(members, key=oldest_first))
        view = self._context(who or items[0].customer_id, {i.item_id: self.keys[i.item_id] for i in named})
        alone = not (who and self._own_instead(who, items))
        return list(self._explained(ItemSet("group", items, unique=alone), view, self._payer(view.customer_id)))

    def _own_instead(self, who: str, items: Iterable[Item]) -> bool:
        """Whether one of the items is a stranger's, and the payer owes the same amount himself: the number may be a slip."""
        own, inside = self.pool.holding(who, self.receipt.currency), {i.item_id for i in items}
        family = self.pool.relatives.get(who, frozenset()) | {who}
        strange = (i for i in items if i.customer_id not in family)
        return any(mine.item_id not in inside for i in strange for mine in own.by_amount.get(i.open, ()))

    def _customers(self) -> list[tuple[str, bool]]:
        """Customers worth a look, those with most evidence first; and whether much speaks for them."""
        if self._first is None or self._first[0] != self.pool.taken:
            self._first = (self.pool.taken, self._weighed())
        return self._first[1]

    def _weighed(self) -> list[tuple[str, bool]]:
        pool = self.pool
        weight: dict[str, int] = {}
        for item_id, kind in self.keys.items():
            item = pool.items.get(item_id)
            if item is not None:
                weight[item.customer_id] = max(weight.get(item.customer_id, 0), 30 - PLACE[kind])
        for payer in self.receipt.payers:
            strength = {"account": 28, "learned": 24, "number": 12}.get(payer.kind, payer.similarity // 4)
            weight[payer.customer_id] = weight.get(payer.customer_id, 0) + strength
        for customer in list(weight)[:3]:
            for relative in pool.relatives.get(customer, ()):
                weight.setdefault(relative, 1)
        if self.text.tokens and STRONG.isdisjoint(self.keys.values()):
            for item in pool.by_amount(self.receipt.currency, self.receipt.amount, RARE_AMOUNT_MAX_ITEMS):
                if self._may_mean(item):
                    weight.setdefault(item.customer_id, 2)
        first = sorted(weight, key=lambda customer: (-weight[customer], customer))[:MAX_CUSTOMERS]
        return [(customer, weight[customer] >= max(LIKELY_WEIGHT, weight[first[0]] // 2)) for customer in first]

    def _may_mean(self, item: Item) -> bool:
        """Whether the text names an item of that customer by close reading, or this one with a damaged number."""
        meant = self._meant.get(item.item_id)
        if meant is None:
            close = bool(self._read.by(item.customer_id, {}))
            meant = self._meant[item.item_id] = close or bool(self.text.resembles(number_of(item)))
        return meant

    def _explained(self, item_set: ItemSet, view: CustomerContext, payer: tuple[str, ...]) -> Iterator[Explanation]:
        receipt, book = self.receipt, self.book
        dates = evidence.dates(item_set.items, receipt, book.limits, named=BASES[item_set.basis].carried_by != "none")
        common = (*evidence.reference(view, item_set, self.item_count), *payer, *item_set.evidence, *dates)
        for difference in differences.explain(item_set.items, receipt, self.pool, book, self.grace_days):
            partial = BASES[item_set.basis].partial and _bears(item_set, difference.kind, view, payer)
            if difference.kind in ("part", "over") and not partial:
                continue
            words = self.wording.of(view, item_set, difference.kind, payer)
            # of several documents that are paid in part, those that get nothing count too
            items = max(len(difference.shares), len(item_set.items))
            judged = book.judged(item_set.basis, difference.kind, (*common, *difference.evidence, *words), items)
            yield Explanation(
                judged.rule, item_set.basis, difference.kind, difference.outcome, view.customer_id, difference.shares,
                judged.evidence, judged.points, item_set.unique, difference.note or _note(item_set),
            )  # fmt: skip


def found_by_amount(receipt: Receipt) -> bool:
    """Whether items of the receipt's amount may bring up customers whom nothing else does."""
    return STRONG.isdisjoint(_named(receipt)[0].values())


def _keep_best(candidates: Iterable[Explanation], best: dict[object, Explanation]) -> None:
    """Of explanations that give the same, the first with most points is kept."""
    for explanation in candidates:
        rival = best.get(explanation.shares)
        if rival is None or rival.points < explanation.points:
            best[explanation.shares] = explanation


def _order(explanation: Explanation) -> tuple[object, ...]:
    return (-explanation.points, not explanation.unique, explanation.rule, explanation.shares)


def _named(receipt: Receipt) -> tuple[dict[str, str], dict[str, int]]:
    """The most telling reference of each item that number keys found, and how many items carry that key."""
    keys: dict[str, str] = {}
    item_count: dict[str, int] = {}
    for reference in receipt.references:
        kind = _SOURCES.get(reference.source, reference.kind)
        if kind == "structured" and reference.kind not in ("whole", "digits"):
            kind = reference.kind  # a part of a payment reference is no payment reference
        if kind in ("whole", "digits", "run", "tail") and len(reference.key) < MIN_DAMAGED:
            kind = "short"
        elif kind == "run" and len(reference.key) >= LONG_RUN:
            kind = "digits"
        best_kind = keys.get(reference.item_id)
        if best_kind is None or PLACE[kind] < PLACE[best_kind]:
            keys[reference.item_id] = kind
            item_count[reference.item_id] = reference.item_count
    return keys, item_count


def _bears(item_set: ItemSet, difference: str, view: CustomerContext, payer: Collection[str]) -> bool:
    """Whether a part payment or an overpayment of these items is worth saying: a short number must be that of the payer's own item."""
    kinds = {view.refs.get(i.item_id, "") for i in item_set.items}
    return bool(kinds & STRONG) or (difference == "part" and ("order" in kinds or not SURE.isdisjoint(payer)))


def _note(item_set: ItemSet) -> str:
    if item_set.unique:
        return ""
    if item_set.basis == "single":
        if any(kind.startswith("twin_") for kind in item_set.evidence):
            return "several open items have this amount and are due on different days"
        return "another open item has this amount too, in full or less its discount"
    return "another set of open items has the same sum"
