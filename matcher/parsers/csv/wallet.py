"""Wallets such as Alipay and WeChat: a third of their rows is neither income nor expense by their word, and is money all the same.

What comes back and what is drawn out is told by other columns; an order that was called off cancels what was paid back for it. The
head of such a file counts and sums its rows by that word, which proves that none is missing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from matcher import money
from matcher.model import Problem
from matcher.parsers.csv.facts import FoundFacts
from matcher.parsers.csv.layout import Layout
from matcher.parsers.csv.text import bare, fold

_WORDS = {"credit": "money in", "debit": "money out", "neutral": "neither"}


def order_key(layout: Layout, cells: Sequence[str]) -> tuple[str, ...]:
    """What a refund has in common with its order: the order's number, else the other side and the amount."""

    number = _text(layout, cells, "end_to_end_id")
    return (number,) if number else (_text(layout, cells, "counterparty_name"), _text(layout, cells, "amount"))


def is_paid(layout: Layout, cells: Sequence[str]) -> bool:
    """Whether a row's word is that of money out."""
    return fold(_text(layout, cells, "indicator")) in map(fold, layout.profile.amounts.debit)


def _text(layout: Layout, cells: Sequence[str], name: str) -> str:
    cell = next((cells[place] for place in layout.cells.get(name, ()) if place < len(cells)), "")
    cell = bare(cell.strip()).strip()
    return "" if cell in layout.profile.cells.blank else cell


@dataclass
class ByWord:
    """Rows and sums, in minor units, by what the indicator's word says: ``credit``, ``debit`` or ``neutral``.

    Orders that were called off stand apart: some files count them by their word, some among what is neither, some not at all.
    """

    rows: dict[str, tuple[int, int]] = field(default_factory=lambda: dict.fromkeys(_WORDS, (0, 0)))
    closed: dict[str, tuple[int, int]] = field(default_factory=lambda: dict.fromkeys(_WORDS, (0, 0)))
    _orders: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _paid_back: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def add(self, word: str, minor: int, closed: bool) -> None:
        """Counts a row."""
        kind = self.closed if closed else self.rows
        count, total = kind[word]
        kind[word] = count + 1, total + abs(minor)

    def add_order(self, key: tuple[str, ...], minor: int, closed: bool) -> None:
        """Counts an order that was called off, or what was paid back for it."""
        (self._orders if closed else self._paid_back)[key] += abs(minor)

    def problems(self, facts: FoundFacts, currency: str, line: int) -> Iterator[Problem]:
        """Where these are not what the file says of itself."""
        called_off = tuple(map(sum, zip(*self.closed.values(), strict=True)))
        total, held = facts.texts.get("count", ""), sum(count for count, _ in (*self.rows.values(), *self.closed.values()))
        if total.isdecimal() and int(total) not in (held, held - called_off[0]):
            yield _differs(f"number of rows {total}", str(held), line)
        for word, called in _WORDS.items():
            more = called_off if word == "neutral" else self.closed[word]
            count, minor = facts.texts.get(f"{word}_count", ""), facts.amount(word, currency)
            counts, sums = zip(self.rows[word], tuple(map(sum, zip(self.rows[word], more, strict=True))), strict=True)
            if count.isdecimal() and int(count) not in counts:
                yield _differs(f"number of rows with {called} {count}", str(counts[0]), line)
            if minor is not None and abs(minor) not in sums:
                said = f"sum of rows with {called} {money.render(abs(minor), currency)}"
                yield _differs(said, money.render(sums[0], currency), line)
        if odd := sum(minor != self._orders[key] for key, minor in self._paid_back.items()):
            message = f"orders that were called off, for which another sum was paid back than they were of: {odd}; all of it was left out"
            yield Problem("note.neutral", "warning", message, line)


def _differs(said: str, found: str, line: int) -> Problem:
    return Problem("statement.totals", "warning", f"the file says {said}, it holds {found}", line)
