"""The numbers of a company's open items in every form in which a text may hold them: what a text names by close reading, asked once.

Number keys (`normalise`) name an item anywhere in the company. The shorter and damaged forms of here say something only of customers
that other evidence brings up, so the answer is kept by customer.
"""

from collections.abc import Iterable, Mapping

from matcher.matching.holding import number_of
from matcher.matching.lazy import lazy
from matcher.matching.records import Item
from matcher.matching.text import RANK, STRONG, Text, fragments, index_keys

CROWD = 50
"""Items that share one form, from which they are sorted by customer before they are looked at."""

_Carrier = tuple[str, str, str]
"""Customer, item, and the kind of reference that the form makes."""


class Numbers:
    """The items that were open when the batch began."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = list(items)
        self._crowds: dict[tuple[str, str], dict[str, list[_Carrier]]] = {}

    def named(self, text: Text) -> "Named":
        """What a text names, by customer."""
        return Named(self, text)

    @lazy
    def _forms(self) -> tuple[dict[tuple[str, str], list[_Carrier]], dict[str, list[_Carrier]]]:
        by_key: dict[tuple[str, str], list[_Carrier]] = {}
        by_fragment: dict[str, list[_Carrier]] = {}
        for item in self._items:
            customer_id, item_id, own = item.customer_id, item.item_id, number_of(item)
            for key, kind in index_keys(own).items():
                by_key.setdefault(key, []).append((customer_id, item_id, kind))
            for fragment, kind in fragments(own):
                by_fragment.setdefault(fragment, []).append((customer_id, item_id, kind))
        return by_key, by_fragment

    @lazy
    def by_key(self) -> Mapping[tuple[str, str], list[_Carrier]]:
        """Items by the forms of `text.index_keys`."""
        return self._forms[0]

    @lazy
    def by_fragment(self) -> Mapping[str, list[_Carrier]]:
        """Items by their `text.fragments`."""
        return self._forms[1]

    @lazy
    def lengths(self) -> list[int]:
        """How long the fragments are."""
        return sorted({len(fragment) for fragment in self.by_fragment})

    def crowd(self, key: tuple[str, str]) -> Mapping[str, list[_Carrier]]:
        """The items of a form that many share, by customer."""
        found = self._crowds.get(key)
        if found is None:
            found = self._crowds[key] = {}
            for carrier in self.by_key[key]:
                found.setdefault(carrier[0], []).append(carrier)
        return found


class Named:
    """What one text names."""

    def __init__(self, numbers: Numbers, text: Text) -> None:
        self._numbers, self._text = numbers, text

    def by(self, customer_id: str, keys: Mapping[str, str], *, spaced: bool = True) -> dict[str, str]:
        """Items of a customer, closed ones too, with the most telling kind of reference.

        Args:
            keys: items that number keys found, with the kind.
            spaced: whether to look for numbers with blanks in between, where nothing else names an item.
        """
        found = dict(keys)
        for _, item_id, kind in (*self._few.get(customer_id, ()), *(one for crowd in self._crowds for one in crowd.get(customer_id, ()))):
            found[item_id] = min(kind, found.get(item_id, kind), key=RANK.index)
        if spaced and STRONG.isdisjoint(found.values()):
            found |= self._spaced.get(customer_id, {})
        return found

    @lazy
    def _hits(self) -> list[tuple[str, str]]:
        return [key for key in self._text.keys if key in self._numbers.by_key] if self._text.tokens else []

    @lazy
    def _few(self) -> Mapping[str, list[_Carrier]]:
        found: dict[str, list[_Carrier]] = {}
        for key in self._hits:
            carriers = self._numbers.by_key[key]
            for carrier in carriers if len(carriers) <= CROWD else ():
                found.setdefault(carrier[0], []).append(carrier)
        return found

    @lazy
    def _crowds(self) -> list[Mapping[str, list[_Carrier]]]:
        return [self._numbers.crowd(key) for key in self._hits if len(self._numbers.by_key[key]) > CROWD]

    @lazy
    def _spaced(self) -> Mapping[str, dict[str, str]]:
        """Items whose number stands in the text with blanks or other characters in between."""
        if not self._text.tokens:
            return {}
        compact, known = self._text.compact, self._numbers.by_fragment
        pieces = {compact[n : n + size] for size in self._numbers.lengths for n in range(len(compact) - size + 1)}
        found: dict[str, dict[str, str]] = {}
        for fragment in pieces & known.keys():
            if self._text.holds(fragment):
                for customer_id, item_id, kind in known[fragment]:
                    mine = found.setdefault(customer_id, {})
                    mine[item_id] = min(kind, mine.get(item_id, kind), key=RANK.index)
        return found
