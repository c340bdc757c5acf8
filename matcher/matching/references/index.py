"""The numbers of a company's open items in every form in which a text may hold them: what a text names by close reading, asked once.

Number keys (`keys`) name an item anywhere in the company. The shorter and damaged forms of here say something only of customers
that other evidence brings up, so the answer is kept by customer.
"""

from collections.abc import Iterable, Mapping

from matcher.matching.items.customer_items import number_of
from matcher.matching.records import Item
from matcher.matching.references.makes import shape
from matcher.matching.references.numbers import PLACE, STRONG, fragments, index_keys
from matcher.matching.references.text import Text

CROWD = 50
"""Items that share one form, from which they are sorted by customer before they are looked at."""

START = 4
"""Characters at the beginning of a fragment; none is shorter."""

FORMS = ("whole", "digits", "parts", "counter")
"""Forms that numbers have."""

_Carrier = tuple[str, str, str]
"""Customer, item, and the kind of reference that the form makes."""


class Numbers:
    """The items that were open when the batch began."""

    _known_by_form: Mapping[str, Mapping[str, list[_Carrier]]] | None = None
    _known_by_fragment: Mapping[str, list[_Carrier]] | None = None
    _known_lengths: Mapping[str, set[int]] | None = None
    _known_shapes: frozenset[str] | None = None

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = [(item, number_of(item)) for item in items]
        self._crowds: dict[tuple[str, str], dict[str, list[_Carrier]]] = {}

    def named(self, text: Text) -> "Named":
        """What a text names, by customer."""
        return Named(self, text)

    @property
    def by_form(self) -> Mapping[str, Mapping[str, list[_Carrier]]]:
        """Items by form and number of `text.index_keys`."""
        if self._known_by_form is None:
            self._known_by_form = self._find_by_form()
        return self._known_by_form

    def _find_by_form(self) -> Mapping[str, Mapping[str, list[_Carrier]]]:
        carriers: dict[str, dict[str, list[_Carrier]]] = {form: {} for form in FORMS}
        for item, number in self._items:
            for form, key, kind in index_keys(number):
                carriers[form].setdefault(key, []).append((item.customer_id, item.item_id, kind))
        return carriers

    @property
    def by_fragment(self) -> Mapping[str, list[_Carrier]]:
        """Items by their `text.fragments`."""
        if self._known_by_fragment is None:
            self._known_by_fragment = self._find_by_fragment()
        return self._known_by_fragment

    def _find_by_fragment(self) -> Mapping[str, list[_Carrier]]:
        carriers: dict[str, list[_Carrier]] = {}
        for item, number in self._items:
            for fragment, kind in fragments(number):
                carriers.setdefault(fragment, []).append((item.customer_id, item.item_id, kind))
        return carriers

    @property
    def lengths(self) -> Mapping[str, set[int]]:
        """How long the fragments are that begin with the same `START` characters."""
        if self._known_lengths is None:
            self._known_lengths = self._find_lengths()
        return self._known_lengths

    def _find_lengths(self) -> Mapping[str, set[int]]:
        lengths: dict[str, set[int]] = {}
        for fragment in self.by_fragment:
            lengths.setdefault(fragment[:START], set()).add(len(fragment))
        return lengths

    @property
    def shapes(self) -> frozenset[str]:
        """Of the documents' numbers, and of their digits alone."""
        if self._known_shapes is None:
            self._known_shapes = frozenset(shape(form) for _, number in self._items for form in (number.whole, number.digits))
        return self._known_shapes

    def crowd(self, form: str, key: str) -> Mapping[str, list[_Carrier]]:
        """The items of a number that many share, by customer."""
        by_customer = self._crowds.get((form, key))
        if by_customer is None:
            by_customer = self._crowds[form, key] = {}
            for carrier in self.by_form[form][key]:
                by_customer.setdefault(carrier[0], []).append(carrier)
        return by_customer


class Named:
    """What one text names."""

    _known_hits: list[tuple[str, str]] | None = None
    _known_few: Mapping[str, list[_Carrier]] | None = None
    _known_crowds: list[Mapping[str, list[_Carrier]]] | None = None
    _known_spaced: Mapping[str, dict[str, str]] | None = None

    def __init__(self, numbers: Numbers, text: Text) -> None:
        self._numbers, self._text = numbers, text

    def by(self, customer_id: str, keys: Mapping[str, str], *, spaced: bool = True) -> dict[str, str]:
        """Items of a customer, closed ones too, with the most telling kind of reference.

        Args:
            keys: items that number keys found, with the kind.
            spaced: whether to look for numbers with blanks in between, where nothing else names an item.
        """
        kinds = dict(keys)
        for named in (self._few, *self._crowds):
            for _, item_id, kind in named.get(customer_id, ()):
                best = kinds.get(item_id)
                if best is None or PLACE[kind] < PLACE[best]:
                    kinds[item_id] = kind
        if spaced and STRONG.isdisjoint(kinds.values()):
            kinds |= self._spaced.get(customer_id, {})
        return kinds

    @property
    def _hits(self) -> list[tuple[str, str]]:
        if self._known_hits is None:
            self._known_hits = self._find_hits()
        return self._known_hits

    def _find_hits(self) -> list[tuple[str, str]]:
        by_form = self._numbers.by_form
        return [(form, key) for form, keys in self._text.forms.items() for key in keys if key in by_form[form]] if self._text.tokens else []

    @property
    def _few(self) -> Mapping[str, list[_Carrier]]:
        if self._known_few is None:
            self._known_few = self._find_few()
        return self._known_few

    def _find_few(self) -> Mapping[str, list[_Carrier]]:
        by_customer: dict[str, list[_Carrier]] = {}
        for form, key in self._hits:
            carriers = self._numbers.by_form[form][key]
            for carrier in carriers if len(carriers) <= CROWD else ():
                by_customer.setdefault(carrier[0], []).append(carrier)
        return by_customer

    @property
    def _crowds(self) -> list[Mapping[str, list[_Carrier]]]:
        if self._known_crowds is None:
            self._known_crowds = [
                self._numbers.crowd(form, key) for form, key in self._hits if len(self._numbers.by_form[form][key]) > CROWD
            ]
        return self._known_crowds

    @property
    def _spaced(self) -> Mapping[str, dict[str, str]]:
        """Items whose number stands in the text with blanks or other characters in between."""
        if self._known_spaced is None:
            self._known_spaced = self._find_spaced()
        return self._known_spaced

    def _find_spaced(self) -> Mapping[str, dict[str, str]]:
        if not self._text.tokens:
            return {}
        carriers, kinds = self._numbers.by_fragment, dict[str, dict[str, str]]()
        for fragment in self._pieces():
            if fragment in carriers and self._text.holds(fragment):
                for customer_id, item_id, kind in carriers[fragment]:
                    mine = kinds.setdefault(customer_id, {})
                    mine[item_id] = min(kind, mine.get(item_id, kind), key=PLACE.__getitem__)
        return kinds

    def _pieces(self) -> set[str]:
        """Pieces of the text that begin as a fragment does, and are as long."""
        compact, lengths = self._text.compact, self._numbers.lengths
        return {
            compact[place : place + size]
            for place in range(len(compact) - START + 1)
            for size in lengths.get(compact[place : place + START], ())
        }
