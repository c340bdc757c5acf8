"""Which sets of a customer's open items a receipt may pay: the named ones, what a list or a count implies, and what only adds up."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from matcher.matching.explanations.chance import MOST_TRIPLED, SURE, by_chance
from matcher.matching.items.customer_items import CustomerItems, number_of, oldest_first
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Item, Receipt
from matcher.matching.references.meanings import days
from matcher.matching.references.numbers import STRONG
from matcher.matching.references.text import Text
from matcher.matching.subset_sum.search import exact_sets
from matcher.rules.rulebook import Limits
from matcher.states import DocumentType

MOST_COUNTED = 60
"""Open items among which a set of a size that the text tells is searched."""

MOST_CREDITS = 20
"""Credit notes of a customer among which one is sought that a payment nets without naming it."""

FEW_SURE = 3
"""Most items in a set that is trusted among more than `subset_items`."""

MOST_RUN = 100
"""Longest run of items that is looked at behind the named ones."""

MOST_RANGE = 100_000
"""Widest range of numbers that is taken for one."""


_due_date: Callable[[Item], date] = attrgetter("due_date")
_issue_date: Callable[[Item], date] = attrgetter("issue_date")

DUE_SOON = 10
"""Days before its due date from which an instalment counts as due."""


class ItemSet(NamedTuple):
    """A set of items, oldest first, and why it was looked at: `basis` of the vocabulary, and kinds of evidence.

    Two sets of the same items are told to be the same by their order.
    """

    basis: str
    items: tuple[Item, ...]
    evidence: tuple[str, ...] = ()
    unique: bool = True


class CustomerContext:
    """One receipt before the open items of one customer."""

    _known_strong: list[Item] | None = None

    def __init__(self, receipt: Receipt, text: Text, customer_id: str, pool: OpenItems, limits: Limits, refs: Mapping[str, str]) -> None:
        """`refs`: items of the customer that the text names, with the most telling kind of reference."""
        self.receipt, self.text, self.customer_id, self.pool, self.limits, self.refs = receipt, text, customer_id, pool, limits, refs
        self.holding = pool.holding(customer_id, receipt.currency)
        self.items = self.holding.items

    @property
    def strong(self) -> list[Item]:
        """Items that are named without doubt, oldest first."""
        if self._known_strong is None:
            self._known_strong = self.named_as(STRONG)
        return self._known_strong

    def named_as(self, kinds: Collection[str]) -> list[Item]:
        """Open items, in whatever currency, that references of these kinds name; oldest first."""
        open_now = self.pool.items
        return sorted((open_now[i] for i, kind in self.refs.items() if kind in kinds and i in open_now), key=oldest_first)


def named(view: CustomerContext) -> Iterator[ItemSet]:
    """Sets that references make."""
    strong = view.strong
    here = [i for i in strong if i.currency == view.receipt.currency]
    if len(here) > 1 and len({(i.document_type, i.document_no) for i in here}) == 1 and _instalment(here[0]):
        yield from _instalments(view, here)
        return
    if here:
        yield ItemSet("named", tuple(here))
    if len(here) > 2:
        verdict = exact_sets([i.open for i in here], view.receipt.amount)
        for chosen in verdict.sets[:2]:
            if len(chosen) < len(here):
                yield ItemSet("named_subset", tuple(here[n] for n in chosen), unique=verdict.kind == "unique")
    if len(strong) > 1 or len(here) != len(strong):
        for item in strong[:20]:
            yield ItemSet("named_one" if len(strong) > 1 else "named", (item,))
    if 0 < len(here) <= 12:
        yield from _implied(view, here)
    weak = [i for i in view.named_as(("order", "short", "doubtful")) if i.currency == view.receipt.currency]
    orders = [i for i in weak if view.refs[i.item_id] == "order"]
    if len(orders) > 1:
        yield ItemSet("order", tuple(orders))
    for item in weak[:20]:
        yield ItemSet("order" if view.refs[item.item_id] == "order" else "named_one", (item,))
    shorts = [i for i in weak if view.refs[i.item_id] == "short"]
    if len(shorts) > 1 and sum(i.open for i in shorts) == view.receipt.amount:
        yield ItemSet("named", tuple(shorts))


def _instalment(item: Item) -> bool:
    return item.document_type == DocumentType.INSTALMENT


def _in_turn(equal: Sequence[Item], view: CustomerContext) -> bool:
    """Whether of equal instalments the first due is paid: where a later one has fallen due too, the payer may mean that one."""
    soon = view.receipt.booking_date + timedelta(DUE_SOON)
    return view.pool.instalments_in_order and not any(i.due_date <= soon for i in equal[1:])


def _instalments(view: CustomerContext, here: list[Item]) -> Iterator[ItemSet]:
    """Instalments of one document are paid in the order in which they are due: those that the amount reaches, or the first of the amount.

    What is more than the first one's amount is no overpayment of it while others of the document are open.
    """
    amount = view.receipt.amount
    full = [i for i in here if i.open == amount]
    in_turn = _in_turn(full, view)
    for place, item in enumerate(full[:1] if in_turn else full[:3]):
        twin = not in_turn and len(full) > 1 and any(i.due_date != item.due_date for i in full)
        yield ItemSet("named", (item,), (("twin_younger" if place else "twin_oldest"),) if twin else (), unique=not twin)
    if full:
        sizes = [size for size, total in enumerate(accumulate(i.open for i in here), 1) if size > 1 and total == amount]
    else:
        reached = (size for size, total in enumerate(accumulate(i.open for i in here), 1) if total >= amount)
        sizes = [next(reached, len(here))]
    for size in sizes:
        # a little less than the first one's amount: it may be any that has fallen due
        twin = size == 1 and not _in_turn(here, view)
        yield ItemSet("named", tuple(here[:size]), ("twin_oldest",) if twin else (), unique=not twin)


def _implied(view: CustomerContext, here: list[Item]) -> Iterator[ItemSet]:
    """Shortened lists, ranges, counts, and lists that were cut off."""
    amount = view.receipt.amount
    listed = _listed(view, here)
    if len(listed) > len(here):
        yield ItemSet("listed", tuple(listed))
        if sum(i.open for i in listed) == amount:
            return
    certain = listed if sum(i.open for i in listed) < amount else here
    missing = amount - sum(i.open for i in certain)
    if missing < 0:
        yield from _netted(view, certain, missing)
    if missing <= 0 or len(view.items) == len(certain):
        return
    spare = len(view.items) - len(certain)
    count = view.text.others if view.text.others is not None else (view.text.total or 0) - len(certain)
    counted = 0 < count <= spare
    for run in _runs(view, certain, missing):
        if not counted or len(run) == count:
            kinds = ("set_run", "set_counted") if counted else ("set_completed", "set_run")
            alone = not _swappable(run, view, certain) and not _otherwise(view, certain, missing)
            yield ItemSet("counted" if counted else "completed", _with(certain, run), kinds if alone else (*kinds, "set_ambiguous"), alone)
    if spare <= (MOST_COUNTED if counted else view.limits.triple_items):
        chosen = {i.item_id for i in certain}
        others = [i for i in view.items if i.item_id not in chosen]
        small = len(others) <= view.limits.subset_items
        most = count if counted else None if small else FEW_SURE
        verdict = exact_sets([i.open for i in others], missing, classes=_classes(others), max_size=most)
        fitting = [s for s in verdict.sets if not counted or len(s) == count]
        unique = verdict.kind == "unique" and bool(fitting) and not _otherwise(view, certain, missing)
        for places in fitting[:2]:
            kind = "set_counted" if counted else "set_completed"
            large = () if small else ("set_large",)
            ambiguous = () if unique else ("set_ambiguous",)
            members = _with(certain, [others[n] for n in places])
            yield ItemSet("counted" if counted else "completed", members, (kind, *large, *ambiguous), unique)


def _otherwise(view: CustomerContext, certain: Sequence[Item], missing: int) -> bool:
    """Whether what is missing may be something else than items of the customer that the text does not name.

    The named ones may be paid twice; or the text names another customer's item with just that amount.
    """
    if missing == sum(i.open for i in certain):
        return True
    known = (view.pool.items.get(r.item_id) for r in view.receipt.references)
    return any(item is not None and item.open == missing and item.customer_id != certain[0].customer_id for item in known)


def _netted(view: CustomerContext, certain: Sequence[Item], missing: int) -> Iterator[ItemSet]:
    """The named items less the one credit note of the customer that the text does not name, where just that makes the difference.

    It is not the only answer where another one, or two together, have the amount too.
    """
    chosen, day = {i.item_id for i in certain}, view.receipt.booking_date
    if any(i.open < 0 for i in certain):
        return
    credits = [i for i in view.items if i.open < 0 and i.item_id not in chosen]
    early = [i for i in credits if i.issue_date <= day]
    if not early or len(credits) > MOST_CREDITS:
        return
    fitting = [i for i in early if i.open == missing]
    alone = len(fitting) == 1 and not any(i.open + o.open == missing for n, i in enumerate(early) for o in early[n + 1 :])
    for used in fitting[:2]:
        kinds = ("set_completed", "set_netted") if alone else ("set_completed", "set_netted", "set_ambiguous")
        yield ItemSet("completed", _with(certain, (used,)), kinds, unique=alone)


def _with(items: Iterable[Item], more: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted((*items, *more), key=oldest_first))


def _listed(view: CustomerContext, here: list[Item]) -> list[Item]:
    """The named items and those that a shortened list or a range adds, oldest first."""
    chosen = {i.item_id: i for i in here}
    for item in here:
        own = number_of(item)
        counters, last = view.text.continued(own)
        if not counters and not last:
            continue
        by_counter = view.holding.by_counter
        items = [by_counter.get((own.stem, int(counter))) for counter in counters]
        if all(items):
            chosen |= {i.item_id: i for i in items if i}
        if last.isdecimal() and 0 < int(last) - int(own.counter) <= MOST_RANGE:
            between = (by_counter.get((own.stem, counter)) for counter in range(int(own.counter) + 1, int(last) + 1))
            chosen |= {i.item_id: i for i in between if i}
    return sorted(chosen.values(), key=oldest_first)


def _runs(view: CustomerContext, certain: Sequence[Item], missing: int) -> Iterator[tuple[Item, ...]]:
    """Items that follow the certain ones without a gap, by due date or by number, and whose sum is what is missing."""
    seen: set[frozenset[str]] = set()
    for order, place in zip((view.items, view.holding.by_number), view.holding.places, strict=True):
        last = max(place[i.item_id] for i in certain)
        following = order[last + 1 : last + 1 + MOST_RUN]
        for size, total in enumerate(accumulate(i.open for i in following), 1):
            if total == missing:
                run = following[:size]
                ids = frozenset(i.item_id for i in run)
                if ids not in seen:
                    seen.add(ids)
                    yield tuple(run)


class DamagedNumbers(NamedTuple):
    """Items whose number stands in the text damaged: each as a set, and the kind of reference by its id."""

    sets: list[ItemSet]
    references: dict[str, str]


def damaged(view: CustomerContext, payer: Collection[str] = ()) -> DamagedNumbers:
    """Items whose number stands in the text damaged. Only those are read whose amount is near what was paid."""
    amount = view.receipt.amount
    numbers = DamagedNumbers([], {})
    if not view.text.tokens:
        return numbers
    near = [
        i
        for i in (*view.holding.by_amount.get(amount, ()), *view.holding.by_discounted_amount.get(amount, ()))
        if i.item_id not in view.refs
    ]
    # a number that is another item's own, open or closed, is no damaged form of this one's
    others = {r.key for r in view.receipt.references}
    for item in near[:40]:
        kind = view.text.resembles(number_of(item), others)
        if kind:
            numbers.references[item.item_id] = kind
            numbers.sets.append(ItemSet("damaged", (item,)))
    return numbers


def unnamed(view: CustomerContext, payer: Collection[str]) -> Iterator[ItemSet]:
    """Sets that only the amount speaks for: one item, all that is due, everything, the only set that adds up."""
    amount, items = view.receipt.amount, view.items
    full = view.holding.by_amount.get(amount, [])
    if len({(i.document_type, i.document_no) for i in full}) == 1 and _instalment(full[0]) and _in_turn(full, view):
        full = full[:1]
    for place, item in enumerate(full[:3]):
        same = [i for i in full if i.due_date != item.due_date]
        twin = () if len(full) == 1 or not same else ("twin_oldest",) if place == 0 else ("twin_younger",)
        if place and not same:
            continue
        yield ItemSet("single", (item,), (*twin, *by_chance(view, item, payer)), unique=not same)
    reduced = view.holding.by_discounted_amount.get(amount, [])
    for item in reduced[:3]:
        yield ItemSet("single", (item,), tuple(by_chance(view, item, payer)), unique=len(reduced) == 1 and not full)
    if len(items) < 2:
        return
    seen: set[frozenset[str]] = {frozenset((i.item_id,)) for i in full}
    dated = _dated(view) if not SURE.isdisjoint(payer) else []
    for members in dated:
        # the text says which documents they are, whatever else has the sum
        seen.add(frozenset(i.item_id for i in members))
        yield ItemSet("due", members, ("set_dated",), unique=len(dated) == 1)
    for basis, members in _structured(view):
        ids = frozenset(i.item_id for i in members)
        if ids not in seen:
            seen.add(ids)
            alone = not _of_one(view) and not _swappable(members, view) and not _another(view, members) and not _twice(view, members)
            yield ItemSet(basis, members, () if alone else ("set_ambiguous",), alone)
    count = view.text.total
    small = len(items) <= view.limits.subset_items
    if len(items) > (MOST_COUNTED if count else view.limits.triple_items) or not SURE.intersection(payer):
        return
    verdict = exact_sets([i.open for i in items], amount, classes=_classes(items), max_size=None if small else count or FEW_SURE)
    for places in verdict.sets:
        members = tuple(items[n] for n in places)
        if frozenset(i.item_id for i in members) in seen or len(members) < 2:
            continue
        unsure, counted = verdict.kind != "unique" or _of_one(view) or _twice(view, members), count == len(members)
        evidence = (("set_subset", True), ("set_ambiguous", unsure), ("set_large", not small), ("set_counted", counted))
        yield ItemSet("subset", members, tuple(kind for kind, holds in evidence if holds), unique=not unsure)


def adds_up(holding: CustomerItems, amount: int, payer: Collection[str]) -> bool:
    """Whether `damaged` or `unnamed` may find anything. For most customers that are only related to the payer it is a quick no."""
    return amount in holding.totals or (len(holding.items) > 1 and not SURE.isdisjoint(payer))


def _swappable(members: Sequence[Item], view: CustomerContext, certain: Sequence[Item] = ()) -> bool:
    """Whether an item outside the set has the amount of one inside, due on another day: then the sum does not tell which is paid."""
    inside = {i.item_id for i in (*members, *certain)}
    like = view.holding.by_amount
    return any(o.due_date != i.due_date and o.item_id not in inside for i in members for o in like.get(i.open, ()))


def _twice(view: CustomerContext, members: Sequence[Item]) -> bool:
    """Whether the text names some of the items, and the others have the same sum: then the named ones may be paid twice."""
    named = sum(i.open for i in members if i.item_id in view.refs)
    return named * 2 == sum(i.open for i in members)


def _another(view: CustomerContext, members: Sequence[Item]) -> bool:
    """Whether another set of the customer's items has the same sum: of any size where they are few, else of two or three."""
    if any(i.open < 0 and -i.open in view.holding.by_amount for i in view.items):
        return True  # with or without a credit note and the invoice of its amount
    items, few = view.items, len(view.items) <= view.limits.subset_items
    if len(items) > MOST_TRIPLED:
        return False
    verdict = exact_sets([i.open for i in items], sum(i.open for i in members), classes=_classes(items), max_size=None if few else 3)
    inside = {i.item_id for i in members}
    return any({items[n].item_id for n in chosen} != inside for chosen in verdict.sets)


def _of_one(view: CustomerContext) -> bool:
    """Whether a document of the customer, open or closed, has the amount: who pays it twice pays by chance what others add up to."""
    known = view.pool.repetition
    return known is not None and known.found(view.customer_id, view.receipt.currency, view.receipt.amount)


def _dated(view: CustomerContext) -> list[tuple[Item, ...]]:
    """Everything that is due, or was issued, up to a day that the text names, where that is several documents with just the amount."""
    found: list[tuple[Item, ...]] = []
    for day in sorted(days(view.receipt.text)):
        for date_of in (_due_date, _issue_date):
            members = tuple(i for i in view.items if date_of(i) <= day)
            if len(members) > 1 and sum(i.open for i in members) == view.receipt.amount and members not in found:
                found.append(members)
    return found


def _structured(view: CustomerContext) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """Everything; everything due up to a day; everything issued in one month."""
    holding, amount = view.holding, view.receipt.amount
    if holding.sums[-1] == amount:
        yield "everything", tuple(holding.items)
    if size := holding.due_up_to.get(amount):
        yield "due", tuple(holding.items[:size])
    for members in holding.by_month_total.get(amount, ()):
        yield "due", tuple(members)


def _classes(items: Sequence[Item]) -> list[int]:
    """Numbers of classes of interchangeable items: one amount, due on one day."""
    numbers: dict[tuple[object, ...], int] = {}
    return [numbers.setdefault((i.open, i.due_date), len(numbers)) for i in items]
