"""The open items of one customer in one currency, with what is asked of them again and again.

Made once, and kept until a posting takes from them.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import TypeVar

from matcher.matching.records import Item
from matcher.matching.references.numbers import Number, number

oldest_first: Callable[[Item], tuple[object, ...]] = attrgetter("due_date", "issue_date", "document_no", "item_id")
"""House order of settling: due date, then document date, then number."""


def number_of(item: Item) -> Number:
    """An item's number taken apart."""
    return number(item.document_no, item.payment_reference)


class CustomerItems:
    """Open items, oldest first."""

    _known_by_amount: dict[int, list[Item]] | None = None
    _known_by_discounted_amount: dict[int, list[Item]] | None = None
    _known_totals: frozenset[int] | None = None
    _known_by_counter: dict[tuple[tuple[str, str], int], Item] | None = None
    _known_by_number: list[Item] | None = None
    _known_places: tuple[dict[str, int], dict[str, int]] | None = None
    _known_sums: list[int] | None = None
    _known_due_up_to: dict[int, int] | None = None
    _known_by_month_total: dict[int, list[list[Item]]] | None = None

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items

    @property
    def by_amount(self) -> dict[int, list[Item]]:
        """Items by what is open of them."""
        if self._known_by_amount is None:
            self._known_by_amount = _grouped((item.open, item) for item in self.items)
        return self._known_by_amount

    @property
    def by_discounted_amount(self) -> dict[int, list[Item]]:
        """Items by what is open less their early-payment discount, of each of its steps."""
        if self._known_by_discounted_amount is None:
            self._known_by_discounted_amount = _grouped((item.open - discount, item) for item in self.items for discount, _ in item.steps)
        return self._known_by_discounted_amount

    @property
    def totals(self) -> frozenset[int]:
        """Every amount that one item has, in full or less its discount, or that everything or all that is due or of one month has."""
        if self._known_totals is None:
            self._known_totals = self._find_totals()
        return self._known_totals

    def _find_totals(self) -> frozenset[int]:
        whole = self.sums[-1:]
        return frozenset((*self.by_amount, *self.by_discounted_amount, *whole, *self.due_up_to, *self.by_month_total))

    @property
    def by_counter(self) -> dict[tuple[tuple[str, str], int], Item]:
        """Items by what stands around the counter of their number, and the counter."""
        if self._known_by_counter is None:
            self._known_by_counter = self._find_by_counter()
        return self._known_by_counter

    def _find_by_counter(self) -> dict[tuple[tuple[str, str], int], Item]:
        numbers = ((number_of(item), item) for item in self.items)
        return {(n.stem, int(n.counter)): item for n, item in numbers if n.counter.isdecimal()}

    @property
    def by_number(self) -> list[Item]:
        """In the order of document dates and numbers."""
        if self._known_by_number is None:
            self._known_by_number = sorted(
                self.items, key=lambda item: (item.issue_date, number_of(item).counter, item.document_no, item.item_id)
            )
        return self._known_by_number

    @property
    def places(self) -> tuple[dict[str, int], dict[str, int]]:
        """Place of each item in the order of due dates, and in that of numbers."""
        if self._known_places is None:
            self._known_places = self._find_places()
        return self._known_places

    def _find_places(self) -> tuple[dict[str, int], dict[str, int]]:
        orders = (self.items, self.by_number)
        due, numbered = ({item.item_id: place for place, item in enumerate(order)} for order in orders)
        return due, numbered

    @property
    def sums(self) -> list[int]:
        """Sum of what is open of the oldest item, the two oldest, and so on."""
        if self._known_sums is None:
            self._known_sums = list(accumulate(item.open for item in self.items))
        return self._known_sums

    @property
    def due_up_to(self) -> dict[int, int]:
        """How many of the oldest items are due up to a day, by their sum; two at least, and not all."""
        if self._known_due_up_to is None:
            self._known_due_up_to = self._find_due_up_to()
        return self._known_due_up_to

    def _find_due_up_to(self) -> dict[int, int]:
        last, items = len(self.items), self.items
        return {
            total: size for size, total in enumerate(self.sums, 1) if 1 < size < last and items[size].due_date != items[size - 1].due_date
        }

    @property
    def by_month_total(self) -> dict[int, list[list[Item]]]:
        """Items issued in one month, two at least and not all, by their sum."""
        if self._known_by_month_total is None:
            self._known_by_month_total = self._find_by_month_total()
        return self._known_by_month_total

    def _find_by_month_total(self) -> dict[int, list[list[Item]]]:
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
