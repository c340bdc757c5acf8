"""The explanations of the receipts that wait: made when they are asked for, kept until a posting may have changed them.

It says what there is to decide about, and never what is posted.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from matcher.matching.explanations.build import ExplanationBuilder
from matcher.matching.explanations.dependents import Dependents
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Explanation, Item, Receipt
from matcher.rules.rulebook import Rulebook

T = TypeVar("T")

COUNTED = 250
"""Receipts after which it is said how many are explained."""


def unsaid(count: int) -> None:
    """For those who need not know how far it is."""


class _Answers(Generic[T]):
    """One answer for each waiting receipt, and those whose answer has to be found (again)."""

    def __init__(self, lines: Iterable[str], find: Callable[[str], T]) -> None:
        self.find = find
        self.kept: dict[str, T] = {}
        self.outdated = set(lines)

    def refresh(self, lines: Iterable[str]) -> None:
        """Finds the answers of these lines; they must be outdated."""
        for line in lines:
            self.kept[line] = self.find(line)
            self.outdated.remove(line)

    def holds(self, line: str, now: T) -> bool:
        """Whether what is kept for a line, if anything is, is what is found now."""
        return line in self.outdated or self.kept[line] == now

    def drop(self, line: str) -> None:
        self.kept.pop(line, None)
        self.outdated.discard(line)


class ExplanationCache:
    """The receipts of one legal entity that are not settled yet, and how the items that are still open explain them.

    All postings go through `take`, which invalidates what they may change. So whatever is kept equals what would be found from nothing:
    `differing` tells the lines where it does not, and there must never be any.
    """

    def __init__(
        self, receipts: Iterable[Receipt], pool: OpenItems, book: Rulebook, grace_days: int, explained: Callable[[int], None] = unsaid
    ) -> None:
        """A cache in which nothing is explained yet.

        Args:
            receipts: of one legal entity.
            pool: what they may pay.
            book: the rules.
            grace_days: days after the discount date on which an early-payment discount is still accepted.
            explained: is told of so many receipts more that were explained for the first time; in the end of all.
        """
        self.pool = pool
        self._tell = explained
        self._book, self._grace_days = book, grace_days
        self._waiting = {r.line_id: r for r in sorted(receipts, key=lambda r: (r.booking_date, r.line_id))}
        self._rank = {line: rank for rank, line in enumerate(sorted(self._waiting, key=lambda line: _foremost(self._waiting[line])))}
        self._builders = {line: self._builder(receipt) for line, receipt in self._waiting.items()}
        self._dependents = Dependents(self._waiting.values())
        self._explanations = _Answers(self._waiting, self._explain)
        self._plain = _Answers(self._waiting, lambda line: _ids(self._builders[line]))
        self._naming = _Answers(self._waiting, self._names)
        self._answers = (self._explanations, self._plain, self._naming)
        self._unexplained = set(self._waiting)

    @property
    def waiting(self) -> Mapping[str, Receipt]:
        """The receipts that are not settled, by line id, in the order of booking dates and ids."""
        return MappingProxyType(self._waiting)

    @property
    def outdated(self) -> frozenset[str]:
        """Lines whose explanations have to be made: they were not asked for yet, or not since a posting that may change them."""
        return frozenset(self._explanations.outdated)

    def explanations(self, lines: Iterable[str]) -> dict[str, list[Explanation]]:
        """The explanations of these waiting lines by the items as they are now, best first."""
        line_ids = list(lines)
        outdated = self._by_customer(self._explanations.outdated.intersection(line_ids))
        for start in range(0, len(outdated), COUNTED):
            part = outdated[start : start + COUNTED]
            self._explanations.refresh(part)
            if first := self._unexplained.intersection(part):
                self._unexplained -= first
                self._tell(len(first))
        return {line: self._explanations.kept[line] for line in line_ids}

    def named_alone(self) -> set[str]:
        """Lines that name items in full whose sum is their amount, and that no other waiting line names."""
        self._plain.refresh(list(self._plain.outdated))
        named = self._dependents.named
        return {line for line, items in self._plain.kept.items() if items and all(named[item_id] == 1 for item_id in items)}

    def naming(self) -> set[str]:
        """Lines whose text names an open item, plainly or damaged."""
        self._naming.refresh(self._by_customer(self._naming.outdated))
        return {line for line, names in self._naming.kept.items() if names}

    def take(self, postings: Iterable[tuple[str, Explanation]]) -> dict[str, list[Item]]:
        """Posts the explanations of waiting lines one after the other; what the items no longer have room for is left out.

        Returns:
            For each line that was posted, the items that it closed, as they were before. These lines wait no longer.
        """
        closed: dict[str, list[Item]] = {}
        for line, explanation in postings:
            if self.pool.fits(explanation):
                self._dependents.before(explanation, self.pool)
                closed[line] = self.pool.take(explanation)
                self._drop(line)
        affected = self._dependents.affected(self.pool) & self._waiting.keys()
        for answers in self._answers:
            answers.outdated |= affected
        return closed

    def differing(self) -> list[str]:
        """Waiting lines of which something is kept that would not be found from nothing now. Slow: it explains every line anew."""
        differing = []
        for line, receipt in self._waiting.items():
            anew = self._builder(receipt)
            same = self._explanations.holds(line, anew.explanations()) and self._plain.holds(line, _ids(anew))
            if not same or not self._naming.holds(line, _names(anew)):
                differing.append(line)
        return differing

    def _builder(self, receipt: Receipt) -> ExplanationBuilder:
        return ExplanationBuilder(receipt, self.pool, self._book, self._grace_days)

    def _explain(self, line: str) -> list[Explanation]:
        builder = self._builders[line]
        explanations = builder.explanations()
        self._dependents.note(line, builder.looked)
        return explanations

    def _names(self, line: str) -> bool:
        builder = self._builders[line]
        names = _names(builder)
        self._dependents.note(line, builder.looked)
        return names

    def _drop(self, line: str) -> None:
        self._dependents.drop(self._waiting.pop(line))
        del self._builders[line]
        for answers in self._answers:
            answers.drop(line)

    def _by_customer(self, lines: Iterable[str]) -> list[str]:
        """Lines in such an order that what one has brought into the processor's cache serves the next: those of one payer together."""
        return sorted(lines, key=self._rank.__getitem__)


def _ids(builder: ExplanationBuilder) -> list[str]:
    return [item.item_id for item in builder.plain()]


def _names(builder: ExplanationBuilder) -> bool:
    """Whether the text names an open item. Without a number in it nothing does, and no customer's items are looked at."""
    receipt = builder.receipt
    numbered = (
        bool(receipt.references or receipt.advices) or any(map(str.isdigit, receipt.text)) or any(map(str.isdigit, receipt.end_to_end_id))
    )
    return numbered and builder.names()


def _foremost(receipt: Receipt) -> str:
    """The customer that most speaks for, else the payer as the bank names him."""
    return receipt.payers[0].customer_id if receipt.payers else receipt.payer
