"""Document numbers, payment references and order numbers of the items, written when they are asked for."""

from collections.abc import Callable
from datetime import date

import numpy as np

from benchmarks.month.draws import Ints
from benchmarks.month.items import CREDIT_NOTE, Items, number_keys
from benchmarks.month.parties import Parties
from benchmarks.month.places import COUNTRIES
from benchmarks.month.references import SCHEMES
from benchmarks.month.styles import Number, Style, write

_EPOCH = date(1970, 1, 1).toordinal()
_LOWER = (1 << 32) - 1


class _Dates(dict[int, tuple[date, str, str]]):
    """Days as dates and as they are written, made once each."""

    def __missing__(self, day: int) -> tuple[date, str, str]:
        one = date.fromordinal(day + _EPOCH)
        self[day] = one, one.isoformat(), f"{one:%d.%m.%Y}"
        return self[day]


class Documents:
    """Everything that is printed on an invoice. Items are named by their position."""

    def __init__(self, who: Parties, items: Items, rank: Ints) -> None:
        """`rank` is the position of each item in the ERP's file."""
        self._who, self._items, self._rank = who, items, rank
        self._keys = number_keys(who, items)
        self._sorted = np.unique(self._keys[items.closed_day < 0])
        self._everything = frozenset(self._keys.tolist())
        self._dates = _Dates()

    def iso(self, day: int) -> str:
        """A day as YYYY-MM-DD."""
        return self._dates[day][1]

    def dotted(self, day: int) -> str:
        """A day as DD.MM.YYYY."""
        return self._dates[day][2]

    def style(self, item: int) -> Style:
        """How the item's number is written."""
        return self._who.series[self._who.customers.series.item(self._items.customer.item(item))].style

    def parts(self, item: int) -> Number:
        """What the item's number is made of."""
        customer = self._items.customer.item(item)
        issued = self._dates[self._items.issue.item(item)][0]
        return Number(
            issued.year, issued.month, issued.day, self._items.count.item(item), self._who.customers.number(customer), customer % 7
        )

    def full(self, item: int) -> str:
        """The document number as issued."""
        text = write(self.style(item).full, self.parts(item))
        return f"CN-{text}" if self._items.type.item(item) == CREDIT_NOTE else text

    def reference(self, item: int) -> str:
        """The structured payment reference of the item; empty when its customer's country has none."""
        scheme = self.scheme(item)
        return SCHEMES[scheme](str(2_100_000_000 + self._rank.item(item) * 11)) if scheme else ""

    def scheme(self, item: int) -> str:
        """The kind of structured reference that the item carries, or nothing."""
        return COUNTRIES[self._who.customers.country.item(self._items.customer.item(item))].scheme

    def order(self, item: int) -> str:
        """The customer's order number on the item; empty when it has none."""
        order = self._items.order.item(item)
        return order_text(self._who.customers.order_style.item(self._items.customer.item(item)), order) if order >= 0 else ""

    def exists(self, item: int) -> Callable[[int], bool]:
        """Whether another counter in the place of the item's makes the number of another open item."""
        key = self._keys.item(item)
        group, own = key & ~_LOWER, key & _LOWER

        def one(count: int) -> bool:
            wanted = group | (count & _LOWER)
            at = int(np.searchsorted(self._sorted, wanted))
            return count != own and at < len(self._sorted) and self._sorted.item(at) == wanted

        return one

    def unissued(self, item: int, ahead: int) -> str:
        """A number like that of the item, with the next counter behind it by `ahead` or more that no item has."""
        key = self._keys.item(item) + ahead
        while key in self._everything:
            key += 1
        return write(self.style(item).full, self.parts(item)._replace(counter=key & _LOWER))

    def nearest(self, item: int) -> int:
        """The counter of another open item next to this one in its series; the item's own when it stands alone."""
        key = self._keys.item(item)
        at = int(np.searchsorted(self._sorted, key))
        for near in (at + 1, at - 1):
            if 0 <= near < len(self._sorted) and self._sorted.item(near) >> 32 == key >> 32:
                return int(self._sorted.item(near) & _LOWER)
        return int(key & _LOWER)


def order_text(style: int, order: int) -> str:
    """An order number in one of six styles; the third and the last two look like bare invoice counters."""
    match style:
        case 0:
            return f"45{order % 10**8:08d}"
        case 1:
            return f"PO-{order % 100_000:05d}"
        case 2:
            return str(order * 7919 % 900_000 + 10_000)
        case 3:
            return f"B26/{order % 10_000:04d}"
        case 4:
            return str(10_000 + order * 13 % 30_000)
        case _:
            return f"{2026 - order % 2}{order * 31 % 10_000:04d}"
