"""The open items of one legal entity while its receipts are decided: what is open now, by customer and by amount."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from matcher.matching.items.customer_items import CustomerItems, oldest_first
from matcher.matching.items.repetition import Repetition
from matcher.matching.records import Explanation, Item
from matcher.matching.references.index import Numbers
from matcher.matching.references.makes import shape
from matcher.matching.references.numbers import compact

Rate = Callable[[str, date], int | None]
"""Millionths of a currency for one unit of the base currency on a day; None when unknown."""


MAX_SCANNED_ITEMS = 10
"""Items of one amount that are looked at one by one."""


class OpenItems:
    """What is open. Items are given once; every posting takes from them."""

    _known_numbers: Numbers | None = None

    def __init__(
        self,
        items: Iterable[Item],
        relatives: Mapping[str, frozenset[str]],
        countries: Mapping[str, str],
        rate: Rate,
        amounts: Mapping[tuple[str, int], int] | None = None,
        *,
        instalments_in_order: bool = True,
        repetition: Repetition | None = None,
    ) -> None:
        """Args: open items; per customer its parent, sisters and subsidiaries; per customer its country; rates.

        `amounts`: how many items had each amount open before any posting of ours, by currency; those of the open items unless given.
        `repetition`: how often documents of a customer have one amount; None where that is not known.
        `instalments_in_order`: whether of equal instalments of one document the first due is paid, where no other has fallen due.
        """
        self.items = {item.item_id: item for item in items}
        self.relatives, self.country, self.rate = relatives, countries, rate
        self.instalments_in_order, self.repetition = instalments_in_order, repetition
        members: dict[str, list[Item]] = defaultdict(list)
        self._of_amount: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
        self._of_reduced: dict[tuple[str, int], set[str]] = defaultdict(set)
        for item in self.items.values():
            members[item.customer_id].append(item)
            self._of_amount[item.currency, item.open][item.item_id] = None
            for discount, _ in item.steps:
                self._of_reduced[item.currency, item.open - discount].add(item.item_id)
        self._amounts = Counter((i.currency, i.open) for i in self.items.values()) if amounts is None else amounts
        self._customers = {customer: {item.item_id: item for item in sorted(mine, key=oldest_first)} for customer, mine in members.items()}
        self.size = sum(self._amounts.values())
        # what the purchase orders look like that the items carry
        self.order_shapes = frozenset(shape(compact(order.upper())) for order in {i.purchase_order for i in self.items.values()} if order)
        self._holdings: dict[tuple[str, str], CustomerItems] = {}
        self._versions: Counter[str] = Counter()
        self.taken = 0

    def holding(self, customer_id: str, currency: str) -> CustomerItems:
        """Open items of a customer in one currency."""
        holding = self._holdings.get((customer_id, currency))
        if holding is None:
            holding = CustomerItems([item for item in self.of_customer(customer_id) if item.currency == currency])
            self._holdings[customer_id, currency] = holding
        return holding

    @property
    def numbers(self) -> Numbers:
        """The numbers of the items that are open when it is first asked for."""
        if self._known_numbers is None:
            self._known_numbers = Numbers(self.items.values())
        return self._known_numbers

    def version(self, customer_id: str) -> int:
        """How often a posting has taken from the items of a customer."""
        return self._versions[customer_id]

    def of_customer(self, customer_id: str) -> Sequence[Item]:
        """Open items of a customer in all currencies, oldest first."""
        return list(self._customers.get(customer_id, {}).values())

    def rarity(self, currency: str, amount: int) -> int:
        """How many items had exactly that amount open before any posting of ours: a run that is repeated finds what the first one found."""
        return self._amounts.get((currency, amount), 0)

    def by_amount(self, currency: str, amount: int, most: int) -> list[Item]:
        """Open items with that open amount, if they are no more than `most`; else none."""
        ids = self._of_amount.get((currency, amount), ())
        return [self.items[i] for i in ids] if len(ids) <= most else []

    def may_have(self, customer_id: str, currency: str, amount: int) -> bool:
        """Whether a customer may have an open item of that amount, in full or less its discount: a cheap check, rarely true."""
        for ids in (self._of_amount.get((currency, amount), ()), self._of_reduced.get((currency, amount), ())):
            if len(ids) > MAX_SCANNED_ITEMS or any(i in self.items and self.items[i].customer_id == customer_id for i in ids):
                return True
        return False

    def fits(self, explanation: Explanation, times: int = 1) -> bool:
        """Whether the items still have what an explanation would take, or that several times over."""
        return all(
            (item := self.items.get(s.item_id)) is not None and abs(item.open) >= abs(s.item_amount + s.adjustment) * times
            for s in explanation.shares
        )

    def take(self, explanation: Explanation) -> list[Item]:
        """Takes what an explanation gives; returns the items that are closed by it, as they were."""
        closed = []
        for share in explanation.shares:
            item = self.items[share.item_id]
            remaining = item.open - share.item_amount - share.adjustment
            mine = self._customers[item.customer_id]
            del self._of_amount[item.currency, item.open][item.item_id]
            if remaining:
                self._of_amount[item.currency, remaining][item.item_id] = None
                self.items[item.item_id] = mine[item.item_id] = item._replace(open=remaining, discount=0)
            else:
                del self.items[item.item_id], mine[item.item_id]
                closed.append(item)
            self._holdings.pop((item.customer_id, item.currency), None)
            self._versions[item.customer_id] += 1
        self.taken += 1
        return closed
