"""What the payer wrote: remittance information, structured reference and end-to-end id of every line, by its kind."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from benchmarks.month import damage, phrases
from benchmarks.month.documents import Documents, order_text
from benchmarks.month.draws import Bits, Dice, Ints
from benchmarks.month.items import Items
from benchmarks.month.kinds import KINDS, Kind
from benchmarks.month.knobs import Knobs
from benchmarks.month.known import shown_numbers
from benchmarks.month.noise import Noise
from benchmarks.month.parties import Parties
from benchmarks.month.places import COUNTRIES
from benchmarks.month.plan import WRITTEN, Plan
from benchmarks.month.styles import write

_AGAIN, _OTHERS = 0xA6A1, 0x07E5  # apart from the draws of the text itself
_ORDER_PLACES = (49, 24, 12, 36)
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


class Text(NamedTuple):
    """The three places in which a bank hands on what the payer wrote."""

    remittance: str
    creditor_reference: str = ""
    end_to_end_id: str = ""


class Texts:
    """Writes the texts of a month, one line at a time."""

    def __init__(self, noise: Noise, who: Parties, month: Plan, items: Items, documents: Documents, chance: Bits, knobs: Knobs) -> None:
        self._knobs = knobs
        self._noise, self._who, self._month, self._items, self._documents, self._chance = noise, who, month, items, documents, chance
        self._named = {line: item for item, line in zip(_where(items), items.named_by[items.named_by >= 0].tolist(), strict=True)}
        self._numbers: dict[int, frozenset[str]] = {}
        self._ordered = frozenset(items.order.tolist())
        self._of_customer: tuple[Ints, Ints] | None = None
        self._writers: dict[str, Callable[[int, Dice], Text]] = {
            "readable": self._number, "prefix_missing": self._number, "blanks_inserted": self._number, "end_to_end_only": self._number,
            "zeros_missing": self._number, "column_wrap": self._number, "ocr_swap": self._number, "typo": self._number,
            "typo_other": self._number, "truncated": self._number, "restarting_number": self._number,
            "no_reference_unique": self._nothing, "no_reference_twins": self._nothing, "old_reference": self._earlier,
            "purchase_order": self._order, "customer_number": self._customer_number,
            "list": self._list, "list_netted": self._list, "list_discount": self._list, "list_short": self._list_short,
            "list_range": self._range, "list_cut": self._list_cut, "first_plus_others": self._first, "advice_only": self._advice,
            "all_due": self._all_due, "batch_unlisted": self._batch, "closed_item": self._earlier, "prepayment": self._prepayment,
            "fee_refund": _fixed(phrases.FEES), "interest": _fixed(phrases.INTEREST), "tax_refund": _fixed(phrases.TAXES),
            "own_transfer": _fixed(phrases.TRANSFERS), "provider_payout": self._numbered(phrases.PAYOUTS),
            "unrelated": self._unrelated, "outgoing": self._numbered(phrases.OUTGOING),
            "list_partly_named": self._list_partly, "list_short_paid": self._list, "list_over_paid": self._list, "list_group": self._list,
            "deposit": _fixed(phrases.DEPOSITS), "unknown_document": self._unissued, "returned": self._borrowed(phrases.RETURNS),
            "customer_other": self._borrowed(phrases.OTHER_PURPOSES),
        }  # fmt: skip

    def write(self, line: int) -> Text:
        """The texts of a line. A duplicate repeats those of the payment it repeats, or says the same in other words."""
        copied = self._month.copy_of.item(line)
        if copied >= 0:
            again = Dice(self._chance.item(line) ^ _AGAIN)
            return self._respelt(copied, again) if again.below(1000) < self._knobs.duplicate_respelt else self.write(copied)
        kind, dice = KINDS[self._month.kind.item(line)], Dice(self._chance.item(line))
        if kind.family == "amount":
            text = self._about_amount(line, dice)
        elif kind.family == "structured":
            text = self._structured(line, dice)
        else:
            text = self._writers[kind.name](line, dice)
        text = self._beside_others(line, kind, text)
        return text if text.end_to_end_id or kind.family in ("other", "outgoing") else text._replace(end_to_end_id=_own_id(dice))

    def _respelt(self, line: int, dice: Dice) -> Text:
        """The text of a payment written anew: its numbers in another form, or none."""
        if dice.chance(20):
            return self._nothing(line, dice)
        if self._month.size.item(line) > 1:
            return self._list(line, dice)
        return self._numbered_as(dice.one(("readable", "prefix_missing", "blanks_inserted", "zeros_missing")), line, dice)

    def _beside_others(self, line: int, kind: Kind, text: Text) -> Text:
        """The text with the number of somebody else's document behind it, in some lines of customers."""
        dice = Dice(self._chance.item(line) ^ _OTHERS)
        if self._month.customer.item(line) < 0 or kind.name == "list_cut" or dice.below(1000) >= self._knobs.collisions:
            return text
        day = self._documents.iso(self._month.day.item(line) - dice.below(40)).replace("-", "")
        number = day if dice.chance(8) else dice.one(phrases.NUMBERS_OF_OTHERS).format(r=self._of_somebody_else(line, dice))
        return text._replace(remittance=f"{text.remittance} {number}".strip())

    def _of_somebody_else(self, line: int, dice: Dice) -> str:
        """The counter or the digits of a document that another customer has."""
        customer = self._month.customer.item(line)
        item = dice.below(len(self._items))
        for _ in range(8):
            if self._items.customer.item(item) != customer:
                break
            item = dice.below(len(self._items))
        if self._items.customer.item(item) == customer:
            return str(dice.below(900_000) + 100_000)
        style, parts = self._documents.style(item), self._documents.parts(item)
        number = write(dice.one((style.tail, *style.bare)), parts)
        return number if number not in self._own_numbers(customer) else str(dice.below(900_000) + 100_000)

    def _first_item(self, line: int) -> int:
        return self._month.first.item(line)

    def _phrase(self, line: int, dice: Dice, number: str) -> str:
        """The number in a sentence of the payer's language, sometimes with other numbers around it."""
        customer = self._month.customer.item(line)
        country = COUNTRIES[self._who.customers.country.item(customer)]
        phrase = dice.one(phrases.TEXTS[self._noise.name][country.language])
        day = self._month.day.item(line) - 5 - dice.below(40)
        text = phrase.format(r=number, d=self._documents.dotted(day), c=self._who.customers.number(customer))
        if dice.chance(self._noise.chatter):
            text += " " + dice.one(
                (
                    f"Tel {dice.below(900) + 100} {dice.below(9_000_000) + 1_000_000}",
                    f"our ref {dice.below(90_000) + 10_000}",
                    self._documents.dotted(day),
                )
            )
        return text

    def _number(self, line: int, dice: Dice) -> Text:
        return self._numbered_as(KINDS[self._month.kind.item(line)].name, line, dice)

    def _numbered_as(self, way: str, line: int, dice: Dice) -> Text:
        """The one item of the line, its number written in one of the ways of a single reference."""
        item = self._first_item(line)
        number = self._hurt(way, item, dice)
        if way == "end_to_end_only":
            return Text(self._nothing(line, dice).remittance, "", number.replace(" ", ""))
        return Text(self._phrase(line, dice, number))

    def _hurt(self, way: str, item: int, dice: Dice) -> str:
        full, style, parts = self._documents.full(item), self._documents.style(item), self._documents.parts(item)
        match way:
            case "prefix_missing":
                return write(dice.one(style.bare), parts) if style.bare else full
            case "blanks_inserted":
                return damage.blanks(full, dice)
            case "zeros_missing":
                return write(style.short, parts) if style.short else full
            case "column_wrap":
                return damage.wrapped(full, dice)
            case "ocr_swap":
                return damage.look_alike(full, self._noise.look_alikes, dice)
            case "typo":
                return damage.mistyped(style, parts, self._noise.typos, self._documents.exists(item), dice)
            case "typo_other":
                return damage.other_number(style, parts, self._documents.exists(item), self._documents.nearest(item), dice)
            case "truncated":
                return damage.truncated(full, self._noise.cut_front, dice)
            case "restarting_number":
                return write(style.tail, parts)
            case _:
                return full

    def _structured(self, line: int, dice: Dice) -> Text:
        """Mostly in its own place, sometimes in the free text and in groups of four."""
        reference = self._documents.reference(self._first_item(line))
        if dice.chance(75):
            return Text("" if dice.chance(60) else self._nothing(line, dice).remittance, reference)
        if dice.chance(50) and reference.isalnum():
            reference = " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))
        return Text(reference)

    def _about_amount(self, line: int, dice: Dice) -> Text:
        kind, way, item = KINDS[self._month.kind.item(line)].name, WRITTEN[self._month.written.item(line)], self._first_item(line)
        if way == "none":
            return self._nothing(line, dice)
        if way == "structured" and self._documents.scheme(item):
            return self._structured(line, dice)
        if kind in ("part_payment", "instalment") and dice.chance(60):
            return Text(dice.one(phrases.PARTS).format(r=self._hurt(way, item, dice)))
        return self._numbered_as(way, line, dice)

    def _nothing(self, line: int, dice: Dice) -> Text:
        language = COUNTRIES[self._who.customers.country.item(self._month.customer.item(line))].language
        return Text(dice.one(phrases.NOTHING.get(language, phrases.NOTHING["en"])))

    def _earlier(self, line: int, dice: Dice) -> Text:
        """A document that was closed before the month."""
        hurt = (
            self._knobs.closed_damaged
            and KINDS[self._month.kind.item(line)].name == "closed_item"
            and dice.below(1000) < self._knobs.closed_damaged
        )
        if hurt:
            way = dice.one(("prefix_missing", "blanks_inserted", "zeros_missing", "ocr_swap", "truncated", "typo"))
            return Text(self._phrase(line, dice, self._hurt(way, self._named[line], dice)))
        return Text(self._phrase(line, dice, self._documents.full(self._named[line])))

    def _order(self, line: int, dice: Dice) -> Text:
        return Text(dice.one(phrases.ORDERS).format(r=self._documents.order(self._first_item(line))))

    def _customer_number(self, line: int, dice: Dice) -> Text:
        return Text(dice.one(phrases.CUSTOMER_NUMBERS).format(r=self._who.customers.number(self._month.customer.item(line))))

    def _fulls(self, line: int) -> list[str]:
        first = self._first_item(line)
        return [self._documents.full(item) for item in range(first, first + self._month.size.item(line))]

    def _list(self, line: int, dice: Dice) -> Text:
        return Text(self._phrase(line, dice, dice.one(self._noise.list_marks).join(self._fulls(line))))

    def _list_short(self, line: int, dice: Dice) -> Text:
        return Text(self._phrase(line, dice, damage.shortened(self._fulls(line), dice)))

    def _range(self, line: int, dice: Dice) -> Text:
        fulls = self._fulls(line)
        return Text(dice.one(phrases.RANGES).format(a=fulls[0], b=fulls[-1], t=fulls[-1][-4:]))

    def _list_cut(self, line: int, dice: Dice) -> Text:
        whole = self._list(line, dice).remittance
        return Text(whole[: min(dice.one(self._noise.text_cuts), len(whole) * 3 // 5)].rstrip())

    def _list_partly(self, line: int, dice: Dice) -> Text:
        """The first numbers alone; now and then a word says that there are more."""
        shown = self._fulls(line)[: shown_numbers(self._month.size.item(line))]
        return Text(self._phrase(line, dice, dice.one(self._noise.list_marks).join(shown) + dice.one(phrases.GOES_ON)))

    def _first(self, line: int, dice: Dice) -> Text:
        size = self._month.size.item(line)
        return Text(dice.one(phrases.OTHERS).format(r=self._documents.full(self._first_item(line)), n=size - 1))

    def advice_number(self, line: int) -> str:
        """The number of the remittance advice of a line."""
        return f"AV{4_200_000 + line * 3}"

    def _advice(self, line: int, dice: Dice) -> Text:
        return Text(dice.one(phrases.ADVICE).format(r=self.advice_number(line)))

    def _all_due(self, line: int, dice: Dice) -> Text:
        first = self._first_item(line)
        last = int(self._items.due[first : first + self._month.size.item(line)].max())
        return Text(dice.one(phrases.UP_TO).format(d=self._documents.dotted(last)))

    def _batch(self, line: int, dice: Dice) -> Text:
        return Text("" if dice.chance(15) else dice.one(phrases.BATCH).format(n=self._month.size.item(line)))

    def _prepayment(self, line: int, dice: Dice) -> Text:
        customer = self._month.customer.item(line)
        # an order that no item carries
        place = next((place for place in _ORDER_PLACES if customer * 50 + place not in self._ordered), _ORDER_PLACES[0])
        order = order_text(self._who.customers.order_style.item(customer), customer * 50 + place)
        return Text(dice.one(phrases.PREPAYMENTS).format(r=order))

    def _unissued(self, line: int, dice: Dice) -> Text:
        """A number of the customer's series that nobody was given, and that is no slip of the pen for one of the customer's own."""
        item, number = self._some_item(line, dice), ""
        own = self._own_numbers(self._month.customer.item(line))
        for _ in range(40):
            number = self._documents.unissued(item, 1 + dice.below(900))
            if not any(damage.one_slip(number, other) for other in own):
                break
        return Text(self._phrase(line, dice, number))

    def _own_numbers(self, customer: int) -> frozenset[str]:
        """The numbers of a customer's documents, as issued and their counters alone."""
        if customer not in self._numbers:
            order, start, end = self._items_of(customer)
            items = order[start:end].tolist()
            tails = {write(self._documents.style(item).tail, self._documents.parts(item)) for item in items}
            self._numbers[customer] = frozenset(tails | {self._documents.full(item) for item in items})
        return self._numbers[customer]

    def _items_of(self, customer: int) -> tuple[Ints, int, int]:
        """All items in the order of their customers, and where those of one begin and end."""
        if self._of_customer is None:
            order = np.argsort(self._items.customer, kind="stable")
            self._of_customer = order, self._items.customer[order]
        order, owners = self._of_customer
        start, end = (int(np.searchsorted(owners, customer, side=side)) for side in _SIDES)
        return order, start, end

    def _some_item(self, line: int, dice: Dice) -> int:
        """An item of the line's customer, or of any where it has none."""
        order, start, end = self._items_of(self._month.customer.item(line))
        return order.item(start + dice.below(end - start)) if end > start else dice.below(len(order))

    def _borrowed(self, of: tuple[str, ...]) -> Callable[[int, Dice], Text]:
        """One of some phrases, the number in it that of somebody else's document in half of the cases."""
        return lambda line, dice: Text(
            dice.one(of).format(r=self._of_somebody_else(line, dice) if dice.chance(50) else dice.below(900_000) + 10_000)
        )

    def _unrelated(self, line: int, dice: Dice) -> Text:
        """Numbers of strangers; some have the digits of one of our counters."""
        item = dice.below(len(self._items))
        number = (
            write(self._documents.style(item).tail, self._documents.parts(item)) if dice.chance(20) else str(dice.below(9_000_000) + 10_000)
        )
        return Text(dice.one(phrases.UNRELATED).format(r=number))

    def _numbered(self, of: tuple[str, ...]) -> Callable[[int, Dice], Text]:
        return lambda _, dice: Text(dice.one(of).format(r=dice.below(9_000_000) + 10_000))


def _where(items: Items) -> list[int]:
    found: list[int] = (items.named_by >= 0).nonzero()[0].tolist()
    return found


def _fixed(of: tuple[str, ...]) -> Callable[[int, Dice], Text]:
    return lambda _, dice: Text(dice.one(of))


def _own_id(dice: Dice) -> str:
    """The payer's own end-to-end id: nothing, the word for nothing, or a number that means something to him alone."""
    turn = dice.below(10)
    if turn < 4:
        return ""
    if turn < 6:
        return "NOTPROVIDED"
    return f"{dice.one(('E2E', 'P', '', 'TX-'))}{dice.below(10**10)}"
