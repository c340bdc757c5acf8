"""The open items of a legal entity for a process that looks at some of its receipts: made customer by customer, as they are asked for.

Where the receipts are shared, each process would otherwise make all items of the company. What concerns all of them is told by the one
that settles: how many have an amount, what numbers look like, and which few items have the amount of a receipt.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from matcher.matching.items.customer_items import CustomerItems, oldest_first
from matcher.matching.items.open_items import OpenItems
from matcher.matching.items.snapshot import Snapshot
from matcher.matching.records import Item
from matcher.matching.references.index import Named, Numbers
from matcher.matching.references.text import Text


class Taken(NamedTuple):
    """What a posting took from an item, in minor units."""

    item_id: str
    customer_id: str
    amount: int


class LoadedItems(OpenItems):
    """As `OpenItems`. `items` has those of the customers that were loaded; whoever refers to an item of another loads him first."""

    def __init__(self, snapshot: Snapshot) -> None:  # that of OpenItems would make every item
        self._source = snapshot.items
        self.items = {}
        self.relatives, self.country, self.rate = snapshot.relatives, snapshot.countries, snapshot.rate
        self.instalments_in_order, self.repetition = snapshot.instalments_in_order, snapshot.repetition
        self._amounts = {(currency, amount): count for currency, amount, count in snapshot.amounts.iter_rows()}
        self.size = sum(self._amounts.values())
        self.order_shapes = snapshot.order_shapes
        self._customers: dict[str, dict[str, Item]] = {}
        self._holdings: dict[tuple[str, str], CustomerItems] = {}
        self._versions: Counter[str] = Counter()
        self.taken = 0
        self._known_numbers = _EachNumbers(self, snapshot.shapes)
        self._first: dict[str, tuple[Item, ...]] = {}
        self._later: dict[str, list[Taken]] = defaultdict(list)
        self._has: dict[str, set[tuple[str, int]]] = {}
        self._rare: Mapping[tuple[str, int], Collection[tuple[str, str]]] = {}

    def load(self, customers: Iterable[str]) -> None:
        """Makes the items of these customers, if they are not made yet."""
        found: dict[str, list[Item]] = {customer: [] for customer in customers if customer not in self._customers}
        for item in self._source.of(found.keys()) if found else ():
            found[item.customer_id].append(item)
        for customer, items in found.items():
            self._loaded(customer, items)

    def load_items(self, item_ids: Collection[str]) -> None:
        """Makes the items of the customers who have one of these."""
        self.load(self._source.owners(item_ids) if item_ids else ())

    def _loaded(self, customer: str, items: list[Item]) -> None:
        self._first[customer] = tuple(items)
        self._customers[customer] = {item.item_id: item for item in sorted(items, key=oldest_first)}
        has = self._has[customer] = set()
        for item in items:
            self.items[item.item_id] = item
            has.add((item.currency, item.open))
            has.update((item.currency, item.open - discount) for discount, _ in item.steps)
        for taken in self._later.pop(customer, ()):
            self._take(taken)

    def tell(self, rare: Mapping[tuple[str, int], Collection[tuple[str, str]]]) -> None:
        """Which items, with their customers, have an amount that few have; of the receipts that are asked about next."""
        self._rare = rare
        self.load(customer for items in rare.values() for _, customer in items)

    def note(self, taken: Iterable[Taken]) -> None:
        """Takes what was posted since."""
        for one in taken:
            if one.customer_id in self._customers:
                self._take(one)
            else:
                self._later[one.customer_id].append(one)
        self.taken += 1

    def _take(self, taken: Taken) -> None:
        item = self.items[taken.item_id]
        mine, remaining = self._customers[item.customer_id], item.open - taken.amount
        if remaining:
            self.items[item.item_id] = mine[item.item_id] = item._replace(open=remaining, discount=0)
            self._has[item.customer_id].add((item.currency, remaining))
        else:
            del self.items[item.item_id], mine[item.item_id]
        self._holdings.pop((item.customer_id, item.currency), None)
        self._versions[item.customer_id] += 1

    def of_customer(self, customer_id: str) -> list[Item]:
        """As of `OpenItems`."""
        if customer_id not in self._customers:
            self.load((customer_id,))
        return list(self._customers[customer_id].values())

    def numbers_of(self, customer_id: str) -> Numbers:
        """The numbers of a customer's items, those included that were open at first."""
        self.load((customer_id,))
        return Numbers(self._first[customer_id])

    def by_amount(self, currency: str, amount: int, most: int) -> list[Item]:
        """As of `OpenItems`, for the receipts that `tell` was about."""
        return [self.items[item_id] for item_id, _ in self._rare.get((currency, amount), ())]

    def may_have(self, customer_id: str, currency: str, amount: int) -> bool:
        """As of `OpenItems`."""
        if customer_id not in self._customers:
            self.load((customer_id,))
        return (currency, amount) in self._has[customer_id]


class _EachNumbers(Numbers):
    """The numbers of each customer by themselves."""

    def __init__(self, pool: LoadedItems, shapes: frozenset[str]) -> None:
        super().__init__(())
        self._known_shapes = shapes  # of all customers
        self._pool = pool
        self._of: dict[str, Numbers] = {}

    def named(self, text: Text) -> Named:
        """What a text names, by customer."""
        return _EachNamed(self, text)

    def of(self, customer_id: str) -> Numbers:
        """Those of a customer."""
        numbers = self._of.get(customer_id)
        if numbers is None:
            numbers = self._of[customer_id] = self._pool.numbers_of(customer_id)
        return numbers


class _EachNamed(Named):
    """What one text names, looked up for each customer when it is asked for."""

    def __init__(self, numbers: _EachNumbers, text: Text) -> None:
        super().__init__(numbers, text)
        self._each, self._by = numbers, dict[str, Named]()

    def by(self, customer_id: str, keys: Mapping[str, str], *, spaced: bool = True) -> dict[str, str]:
        """As of `Named`."""
        named = self._by.get(customer_id)
        if named is None:
            named = self._by[customer_id] = Named(self._each.of(customer_id), self._text)
        return named.by(customer_id, keys, spaced=spaced)
