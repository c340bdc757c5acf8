"""Which cached explanations a posting invalidates."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from matcher.matching.explanations.build import RARE_AMOUNT_MAX_ITEMS
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Item, Receipt


class Dependents:
    """Receipts that wait, by what their explanations depend on: items they refer to, customers looked at, items of their amount.

    Attributes:
        named: how many of the waiting lines refer to an item.
    """

    def __init__(self, receipts: Iterable[Receipt]) -> None:
        self.named: Counter[str] = Counter()
        self._referring: dict[str, list[str]] = defaultdict(list)
        self._looking: dict[str, set[str]] = defaultdict(set)
        self._asking: dict[tuple[str, int], list[str]] = defaultdict(list)
        for receipt in receipts:
            line = receipt.line_id
            self._asking[receipt.currency, receipt.amount].append(line)
            for item_id in _items_of(receipt):
                self.named[item_id] += 1
                self._referring[item_id].append(line)

    def note(self, line: str, customers: Iterable[str]) -> None:
        """Notes that a line's explanations depend on the items of these customers."""
        for customer in customers:
            self._looking[customer].add(line)

    def drop(self, receipt: Receipt) -> None:
        """Drops a receipt that no longer waits."""
        for item_id in _items_of(receipt):
            self.named[item_id] -= 1

    def affected(self, taken: Iterable[Item], pool: OpenItems) -> set[str]:
        """Lines whose explanations may change, some of which may no longer wait. `taken`: items, as they were before the posting."""
        lines: set[str] = set()
        customers, amounts = set(), set()
        for item in taken:
            lines.update(self._referring.get(item.item_id, ()))
            customers.add(item.customer_id)
            amounts.add((item.currency, item.open))
            if left := pool.items.get(item.item_id):
                amounts.add((item.currency, left.open))
        lines.update(*(self._looking[customer] for customer in customers & self._looking.keys()))
        # an amount that has become rare brings up customers whom nothing else does
        lines.update(*(self._asking[amount] for amount in amounts & self._asking.keys() if pool.by_amount(*amount, RARE_AMOUNT_MAX_ITEMS)))
        return lines


def _items_of(receipt: Receipt) -> set[str]:
    return {reference.item_id for reference in receipt.references}
