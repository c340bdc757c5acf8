"""The open items of one customer in one currency, with what is asked of them again and again.

Made once, and kept until a posting takes from them.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import TypeVar

from matcher.matching.lazy import lazy
from matcher.matching.records import Item
from matcher.matching.references.text import Number, number

oldest_first: Callable[[Item], tuple[object, ...]] = attrgetter("due_date", "issue_date", "document_no", "item_id")
"""House order of settling: due date, then document date, then number."""


def number_of(item: Item) -> Number:
    """An item's number taken apart."""
    return number(item.document_no, item.payment_reference)


class CustomerItems:
    """Open items, oldest first."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items

    @lazy
    def by_amount(self) -> dict[int, list[Item]]:
        """Items by what is open of them."""
        return _grouped((item.open, item) for item in self.items)

    @lazy
    def by_discounted_amount(self) -> dict[int, list[Item]]:
        """Items by what is open less their early-payment discount, of each of its steps."""
        return _grouped((item.open - discount, item) for item in self.items for discount, _ in item.steps)

    @lazy
    def totals(self) -> frozenset[int]:
        """Every amount that one item has, in full or less its discount, or that everything or all that is due or of one month has."""
        whole = self.sums[-1:]
        return frozenset((*self.by_amount, *self.by_discounted_amount, *whole, *self.due_up_to, *self.by_month_total))

    @lazy
    def by_counter(self) -> dict[tuple[tuple[str, str], int], Item]:
        """Items by what stands around the counter of their number, and the counter."""
        numbers = ((number_of(item), item) for item in self.items)
        return {(n.stem, int(n.counter)): item for n, item in numbers if n.counter.isdecimal()}

    @lazy
    def by_number(self) -> list[Item]:
        """In the order of document dates and numbers."""
        return sorted(self.items, key=lambda item: (item.issue_date, number_of(item).counter, item.document_no, item.item_id))

    @lazy
    def places(self) -> tuple[dict[str, int], dict[str, int]]:
        """Place of each item in the order of due dates, and in that of numbers."""
        orders = (self.items, self.by_number)
        due, numbered = ({item.item_id: place for place, item in enumerate(order)} for order in orders)
        return due, numbered

    @lazy
    def sums(self) -> list[int]:
        """Sum of what is open of the oldest item, the two oldest, and so on."""
        return list(accumulate(item.open for item in self.items))

    @lazy
    def due_up_to(self) -> dict[int, int]:
        """How many of the oldest items are due up to a day, by their sum; two at least, and not all."""
        last, items = len(self.items), self.items
        return {
            total: size for size, total in enumerate(self.sums, 1) if 1 < size < last and items[size].due_date != items[size - 1].due_date
        }

    @lazy
    def by_month_total(self) -> dict[int, list[list[Item]]]:
        """Items issued in one month, two at least and not all, by their sum."""
        months = _grouped(((item.issue_date.year, item.issue_date.month), item) for item in self.items)
        sets = [members for members in months.values() if 1 < len(members) < len(self.items)]
        return _grouped((sum(item.open for item in members), members) for members in sets)


_K = TypeVar("_K")
_V = TypeVar("_V")


def _grouped(pairs: Iterable[tuple[_K, _V]]) -> dict[_K, list[_V]]:
    groups: dict[_K, list[_V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
