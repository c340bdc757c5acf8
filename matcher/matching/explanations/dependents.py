"""Which cached explanations a posting invalidates."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from matcher.matching.explanations.advised import item_ids
from matcher.matching.explanations.build import RARE_AMOUNT_MAX_ITEMS
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Explanation, Receipt


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
        self._taken: dict[str, str] = {}  # items of the postings to come, with their customers
        self._amounts: dict[tuple[str, int], bool] = {}  # amounts that items of theirs have or will have, and whether they were rare
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

    def before(self, explanation: Explanation, pool: OpenItems) -> None:
        """Notes what a posting is about to take from the items."""
        for share in explanation.shares:
            item = pool.items[share.item_id]
            self._taken[item.item_id] = item.customer_id
            for open_amount in (item.open, item.open - share.item_amount - share.adjustment):
                self._amounts.setdefault((item.currency, open_amount), _rare(pool, item.currency, open_amount))

    def affected(self, pool: OpenItems) -> set[str]:
        """Lines whose explanations the postings noted since the last call may change; some of them may no longer wait."""
        lines: set[str] = set()
        lines.update(*(self._referring.get(item_id, ()) for item_id in self._taken))
        lines.update(*(self._looking.get(customer, ()) for customer in set(self._taken.values())))
        for amount, was_rare in self._amounts.items():
            # a rare amount brings up customers whom nothing else does
            if amount in self._asking and (was_rare or _rare(pool, *amount)):
                lines.update(self._asking[amount])
        self._taken.clear()
        self._amounts.clear()
        return lines


def _rare(pool: OpenItems, currency: str, amount: int) -> bool:
    return bool(pool.by_amount(currency, amount, RARE_AMOUNT_MAX_ITEMS))


def _items_of(receipt: Receipt) -> set[str]:
    named = {reference.item_id for reference in receipt.references}
    return named.union(item_ids(receipt)) if receipt.advices else named
