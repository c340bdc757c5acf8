"""What the words and the other numbers of a payer's text say for or against an explanation of his receipt."""

import re
from collections.abc import Collection, Iterator, Sequence

from rapidfuzz.distance import OSA

from matcher.matching.explanations import chance, evidence
from matcher.matching.explanations.item_sets import CustomerContext, ItemSet
from matcher.matching.items.customer_items import number_of
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Receipt
from matcher.matching.references.makes import alike, shape
from matcher.matching.references.meanings import days
from matcher.matching.references.numbers import Number, compact
from matcher.matching.references.text import Text, says
from matcher.rules.rulebook import Words
from matcher.rules.vocabulary import BASES

_RUN = re.compile(r"\d+")
MIN_BEGINNING = 5
"""Fewest characters by which a word may be the beginning of a document's number that was cut."""

ENDS = 3
"""Digits at the beginning and at the end of a number by which it may be a document's."""

LONG_ORDER = 7
"""Fewest characters of an order's number that names its item for a payer of whom nothing is known."""

CLEARED = ("fee", "rounding", "withholding", "discount", "discount_net", "exchange")
"""Differences that are cleared without cash: no reason for one is left where another document has the amount to the cent."""

MOST_APART = 2
"""Numbers of a text beside those of the documents up to which an overpayment is believed; more may be documents that were not read."""


class Wording:
    """The text of one receipt, beside what it names."""

    _known_named: list[str] | None = None
    _known_ours: frozenset[str] | None = None
    _known_orders: frozenset[str] | None = None
    _known_ordered: bool | None = None
    _known_part: bool | None = None
    _known_speaks_of_else: bool | None = None

    def __init__(self, receipt: Receipt, text: Text, pool: OpenItems, words: Words) -> None:
        self.receipt, self.text, self.pool, self.words = receipt, text, pool, words

    def of(self, view: CustomerContext, item_set: ItemSet, difference: str, payer: Collection[str]) -> Iterator[str]:
        """Kinds of evidence for an explanation by a set of items with that difference, of a customer that `payer` speaks for."""
        if self._ordered:
            yield "text_order"
        if (difference == "part" or item_set.items[0].document_type == "instalment") and self._part:
            yield "text_part"
        many = difference == "over" and len(self.text.tokens) > len(item_set.items) + MOST_APART
        if many or (self._asked(item_set, difference) and self._says_more(view, item_set)):
            yield "text_more"
        if difference == "none" and item_set.basis in ("named", "order") and self._stands_alone(view, item_set):
            yield "reference_alone"
        if difference == "none" and item_set.basis == "named" and self._may_be_cut(view, item_set):
            yield "reference_begins"
        if difference == "none" and item_set.basis in ("named", "damaged") and self._dated_otherwise(view, item_set):
            yield "date_other"
        if item_set.basis in ("completed", "counted") and self._not_read(view, item_set):
            yield "text_more"
        paid = self.receipt.amount
        if difference == "over" and chance.owed(view, item_set.items, paid - sum(i.open for i in item_set.items)):
            yield "amount_rest_owed"
        if (difference == "part" and chance.owed(view, item_set.items, paid)) or (
            difference in CLEARED and chance.has(view, item_set.items, paid)
        ):
            yield "amount_of_others"
        if BASES[item_set.basis].carried_by == "none":
            yield from self._of_unnamed(view, item_set, payer)

    def _of_unnamed(self, view: CustomerContext, item_set: ItemSet, payer: Collection[str]) -> Iterator[str]:
        """For items that only payer and amount speak for: what the text says must be no reason to doubt."""
        if self._part and not self._ordered:
            yield "text_order"
        if self._speaks_of_else:
            yield "text_other"
        if self._other_order(item_set):
            yield "text_order_unknown"
        open_now, members = self.pool.items, {i.item_id for i in item_set.items}
        if open_now.keys().isdisjoint(view.refs):
            if any(item_id not in open_now for item_id in self.named):
                yield "reference_closed"
            # a number of another make is the payer's own; one of ours may be the customer's
            elif len(self._ours) > ("payer_number" in payer) or self._says_other(item_set) or self._of_another(view, members):
                yield "reference_unknown"
        elif any(item_id in open_now and item_id not in members for item_id in view.refs):
            yield "reference_left_out"
            return
        if self._ends_another(view, item_set):
            yield "reference_left_out"

    @property
    def named(self) -> list[str]:
        """Items, open or closed, that a number of five characters or more names by itself."""
        if self._known_named is None:
            self._known_named = evidence.named_items(self.receipt)
        return self._known_named

    def _stands_alone(self, view: CustomerContext, item_set: ItemSet) -> bool:
        """Whether the text has one number, which only the one item has: as a run of digits of its own, or as a long number of its order.

        Of several items, whether it has as many numbers as there are items, each of which only one of them has.
        """
        if len(item_set.items) > 1:
            return item_set.basis == "named" and self._stand_alone(item_set)
        item = item_set.items[0]
        kind, ordered = view.refs.get(item.item_id, ""), item_set.basis == "order"
        if kind != ("order" if ordered else "run") or len(self.text.numbered) != 1:
            return False
        (number,) = self.text.numbered
        if len(self.named) != (0 if ordered else 1) or (ordered and len(number) < LONG_ORDER):
            return False
        keys = {
            r.key
            for r in self.receipt.references
            if r.item_id == item.item_id and r.item_count == 1 and (r.source == "order" if ordered else r.kind == "run")
        }
        return number in keys or number.lstrip("0") in keys

    def _stand_alone(self, item_set: ItemSet) -> bool:
        members, numbers = {i.item_id for i in item_set.items}, self.text.numbered
        if len(numbers) != len(members) or set(self.named) != members:
            return False
        of = {r.key: r.item_id for r in self.receipt.references if r.source == "document" and r.item_count == 1}
        return {of.get(number) or of.get(number.lstrip("0"), "") for number in numbers} == members

    @property
    def _ours(self) -> frozenset[str]:
        """The numbers of the text that have the make of our documents' numbers, or have it when look-alike letters are digits."""
        if self._known_ours is None:
            self._known_ours = self._find_ours()
        return self._known_ours

    def _of_another(self, view: CustomerContext, members: Collection[str]) -> bool:
        """Whether the text has a number of letters and a few digits that has the make of our documents' numbers, or one that begins and
        ends as another document of the customer does: payers leave out what is between, say the year.
        """
        if not self.pool.numbers.shapes.isdisjoint(map(shape, self.text.lettered)):
            return True
        numbers = [number for number in self.text.numbered if number.isdecimal()]
        if not numbers:
            return False
        others = [number_of(item).digits for item in view.items if item.item_id not in members]
        return any(o.startswith(n[:ENDS]) and o.endswith(n[-ENDS:]) and len(o) > len(n) for n in numbers for o in others)

    def _find_ours(self) -> frozenset[str]:
        shapes, forms = self.pool.numbers.shapes, ((number, alike(number)) for number in self.text.numbered)
        return frozenset(
            number if shape(number) in shapes else read for number, read in forms if not shapes.isdisjoint(map(shape, (number, read)))
        )

    @property
    def _orders(self) -> frozenset[str]:
        """Numbers of the text that are orders: by the word before them, or because our items' orders look like that."""
        if self._known_orders is None:
            self._known_orders = self._find_orders()
        return self._known_orders

    def _find_orders(self) -> frozenset[str]:
        alike = {number for number in self.text.like_orders if shape(number) in self.pool.order_shapes}
        return self.text.orders | (alike - self._ours)

    @property
    def _ordered(self) -> bool:
        """Whether the text speaks of an order or of a payment in advance."""
        if self._known_ordered is None:
            self._known_ordered = says(self.text.spoken, self.words.prepayment)
        return self._known_ordered

    @property
    def _part(self) -> bool:
        """Whether the text speaks of a part payment."""
        if self._known_part is None:
            self._known_part = says(self.text.spoken, self.words.part)
        return self._known_part

    @property
    def _speaks_of_else(self) -> bool:
        """Whether the text says what the money is for, and not that it is for invoices."""
        if self._known_speaks_of_else is None:
            self._known_speaks_of_else = self.text.speaks_of(self.words.neutral, self.receipt.payer_name)
        return self._known_speaks_of_else

    def _other_order(self, item_set: ItemSet) -> bool:
        """Whether the text names orders, and none of them is that of these items."""
        carried = {compact(i.purchase_order.upper()) for i in item_set.items if i.purchase_order}
        return any(not any(number in order or order in number for order in carried) for number in self._orders)

    def _says_other(self, item_set: ItemSet) -> bool:
        """Whether the payer calls a number a document's, however short it is, that is none of these items'."""
        runs = [[run.lstrip("0") for run in _RUN.findall(i.document_no)] for i in item_set.items]
        return any(not any(number in mine or "".join(mine).endswith(number) for mine in runs) for number in self.text.said)

    def _asked(self, item_set: ItemSet, difference: str) -> bool:
        """Whether it matters for an explanation that more documents may be meant than those of it."""
        if difference in ("over", "part", "discount_late") or item_set.basis in ("single", "damaged"):
            return True
        # of a document that is named once several instalments would be paid
        return item_set.basis == "named" and len({i.document_no for i in item_set.items}) < len(item_set.items)

    def _says_more(self, view: CustomerContext, item_set: ItemSet) -> bool:
        """Whether the text speaks of more documents than these: by a count, a list that goes on, or a number of another document's."""
        text, size = self.text, len(item_set.items)
        if text.others or (text.total or 0) > size or text.goes_on:
            return True
        members, documents, open_now = {i.item_id for i in item_set.items}, {i.document_no for i in item_set.items}, self.pool.items
        if any(i not in members and not (i in open_now and open_now[i].document_no in documents) for i in self.named):
            return True
        if item_set.basis == "damaged":
            return False
        numbers = [number_of(i) for i in item_set.items]
        if any(text.ends_within(number.whole) for number in numbers) or self._begins_another(view, members, numbers):
            return True
        own = {form for number in numbers for form in (number.whole, number.digits, number.counter, number.reference)} - {""}

        def mine(number: str) -> bool:
            return any(number.endswith(form) or form.endswith(number) for form in own)

        # of two numbers that are listed beside each other one is not read
        if any(mine(first) != mine(second) for first, second in text.listed):
            return True
        return any(not mine(number) for number in self._ours)

    def _not_read(self, view: CustomerContext, item_set: ItemSet) -> bool:
        """Whether the text has numbers of our documents' make that none of these items has, and more or fewer items were added for them."""
        own = [form for item in item_set.items for form in number_of(item)[:2] if form]
        strange = sum(not any(number.endswith(form) or form.endswith(number) for form in own) for number in self._ours)
        return strange > 0 and strange != sum(item.item_id not in view.refs for item in item_set.items)

    def _may_be_cut(self, view: CustomerContext, item_set: ItemSet) -> bool:
        """Whether the number of the one item may be how that of another open item of its amount begins, the text being cut there."""
        item = item_set.items[0]
        if len(item_set.items) > 1 or self.pool.rarity(item.currency, item.open) < 2:
            return False
        others = [number_of(other).whole for other in view.holding.by_amount.get(item.open, ()) if other.document_no != item.document_no]
        if not others:
            return False
        own = number_of(item)
        end = own.counter.lstrip("0")
        # the word that names the item; one that is written in full is only cut where the text is
        words = [word for word in self.text.wholes if len(word) >= MIN_BEGINNING and word.endswith(end)]
        return any(
            other.startswith(word) and other != word for word in words if word != own.whole or word == self.text.last for other in others
        )

    def _dated_otherwise(self, view: CustomerContext, item_set: ItemSet) -> bool:
        """Whether the text names the day of another open item of that amount, whose number differs by one sign, and not its own."""
        item = item_set.items[0]
        if len(item_set.items) > 1 or self.pool.rarity(item.currency, item.open) < 2:
            return False
        written = days(self.receipt.text)
        if not written or item.issue_date in written:
            return False
        whole = number_of(item).whole
        return any(
            other.issue_date in written and OSA.distance(whole, number_of(other).whole, score_cutoff=1) == 1
            for other in view.holding.by_amount.get(item.open, ())
        )

    def _ends_another(self, view: CustomerContext, item_set: ItemSet) -> bool:
        """Whether a number that stands alone in the text is the end of another open item's number, and of none of these."""
        ends = [end for token in self.text.tokens if token.isdecimal() and len(end := token.lstrip("0")) >= ENDS]
        if not ends:
            return False
        members = {i.item_id for i in item_set.items}
        own = [number_of(i).digits for i in item_set.items]
        strange = [end for end in ends if not any(digits.endswith(end) for digits in own)]
        return bool(strange) and any(number_of(i).digits.endswith(end) for i in view.items if i.item_id not in members for end in strange)

    def _begins_another(self, view: CustomerContext, members: Collection[str], numbers: Sequence[Number]) -> bool:
        """Whether a word of the text that is none of these numbers is how the number of another open item of the customer begins."""
        own = {form for number in numbers for form in (number.whole, number.digits, number.counter, number.reference)}
        words = {word for word in self.text.wholes if len(word) >= MIN_BEGINNING} - own
        if not words:
            return False
        others = [number_of(item).whole for item in view.items if item.item_id not in members]
        return any(other.startswith(word) and other != word for word in words for other in others)
