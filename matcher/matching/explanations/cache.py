"""The explanations of the receipts that wait: made when they are asked for, kept until a posting may have changed them.

It says what there is to decide about, and never what is posted.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, TypeVar

from matcher.matching.explanations.dependents import Dependents
from matcher.matching.explanations.looking import Found, Here, Looking
from matcher.matching.items.loaded import Taken
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Explanation, Item, Receipt
from matcher.rules.rulebook import Rulebook

T = TypeVar("T")

_Find = Callable[[Looking, Sequence[str]], Iterator[Found]]

COUNTED = 250
"""Receipts after which it is said how many are explained."""


def unsaid(count: int) -> None:
    """For those who need not know how far it is."""


def alone(receipts: Sequence[Receipt], here: Looking) -> Looking:
    """This process looks at all receipts."""
    return here


class _Answers(Generic[T]):
    """One answer for each waiting receipt, and those whose answer has to be found (again)."""

    def __init__(
        self, lines: Iterable[str], find: Callable[[Looking, Sequence[str]], Iterator[Found]], answer: Callable[[Found], T]
    ) -> None:
        self.find, self.answer = find, answer
        self.kept: dict[str, T] = {}
        self.outdated = set(lines)

    def refresh(self, lines: Sequence[str], looking: Looking) -> Iterator[Found]:
        """Finds the answers of these lines; they must be outdated. Gives what was found when it is kept."""
        for found in self.find(looking, lines) if lines else ():
            self.kept[found.line_id] = self.answer(found)
            self.outdated.remove(found.line_id)
            yield found

    def holds(self, line: str, afresh: Looking) -> bool:
        """Whether what is kept for a line, if anything is, is what is found now."""
        return line in self.outdated or all(self.kept[line] == self.answer(found) for found in self.find(afresh, [line]))

    def drop(self, line: str) -> None:
        self.kept.pop(line, None)
        self.outdated.discard(line)


class ExplanationCache:
    """The receipts of one legal entity that are not settled yet, and how the items that are still open explain them.

    All postings go through `take`, which invalidates what they may change. So whatever is kept equals what would be found from nothing:
    `differing` tells the lines where it does not, and there must never be any.
    """

    def __init__(
        self,
        receipts: Iterable[Receipt],
        pool: OpenItems,
        book: Rulebook,
        grace_days: int,
        explained: Callable[[int], None] = unsaid,
        looking: Callable[[Sequence[Receipt], Looking], Looking] = alone,
    ) -> None:
        """A cache in which nothing is explained yet.

        Args:
            receipts: of one legal entity.
            pool: what they may pay.
            book: the rules.
            grace_days: days after the discount date on which an early-payment discount is still accepted.
            explained: is told of so many receipts more that were explained for the first time; in the end of all.
            looking: who looks at the receipts, given in the order of their payers, if not this process at all of them.
        """
        self.pool = pool
        self._tell = explained
        self._waiting = {r.line_id: r for r in sorted(receipts, key=lambda r: (r.booking_date, r.line_id))}
        ranked = sorted(self._waiting, key=lambda line: _foremost(self._waiting[line]))
        self._rank = {line: rank for rank, line in enumerate(ranked)}
        self._book, self._grace_days = book, grace_days
        self._looking = looking([self._waiting[line] for line in ranked], self._afresh())
        self._dependents = Dependents(self._waiting.values())
        self._explanations = _Answers(self._waiting, lambda who, lines: who.explanations(lines), lambda found: found.explanations)
        self._plain = _Answers(self._waiting, lambda who, lines: who.plain(lines), lambda found: found.plain)
        self._naming = _Answers(self._waiting, lambda who, lines: who.names(lines), lambda found: found.names)
        self._unexplained = set(self._waiting)

    @property
    def waiting(self) -> Mapping[str, Receipt]:
        """The receipts that are not settled, by line id, in the order of booking dates and ids."""
        return MappingProxyType(self._waiting)

    @property
    def outdated(self) -> frozenset[str]:
        """Lines whose explanations have to be made: they were not asked for yet, or not since a posting that may change them."""
        return frozenset(self._explanations.outdated)

    def explanations(self, lines: Iterable[str]) -> dict[str, Sequence[Explanation]]:
        """The explanations of these waiting lines by the items as they are now, best first."""
        line_ids = list(lines)
        count = 0
        for found in self._refreshed(self._explanations, self._explanations.outdated.intersection(line_ids)):
            if found.line_id in self._unexplained:
                self._unexplained.remove(found.line_id)
                count += 1
            if count == COUNTED:
                self._tell(count)
                count = 0
        if count:
            self._tell(count)
        return {line: self._explanations.kept[line] for line in line_ids}

    def named_alone(self) -> set[str]:
        """Lines that name items in full whose sum is their amount, and that no other waiting line names."""
        for _ in self._refreshed(self._plain, self._plain.outdated):
            pass
        named = self._dependents.named
        return {line for line, items in self._plain.kept.items() if items and all(named[item_id] == 1 for item_id in items)}

    def naming(self) -> set[str]:
        """Lines whose text names an open item, plainly or damaged."""
        for _ in self._refreshed(self._naming, self._naming.outdated):
            pass
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
                taken = [Taken(s.item_id, self.pool.items[s.item_id].customer_id, s.item_amount + s.adjustment) for s in explanation.shares]
                closed[line] = self.pool.take(explanation)
                self._looking.took(taken)
                self._drop(line)
        affected = self._dependents.affected(self.pool) & self._waiting.keys()
        for outdated in (self._explanations.outdated, self._plain.outdated, self._naming.outdated):
            outdated |= affected
        return closed

    def differing(self) -> list[str]:
        """Waiting lines of which something is kept that would not be found from nothing now. Slow: it explains every line anew."""
        afresh, kept = self._afresh(), (self._explanations, self._plain, self._naming)
        return [line for line in self._waiting if not all(answers.holds(line, afresh) for answers in kept)]

    def _afresh(self) -> Looking:
        return Here(self._waiting, self.pool, self._book, self._grace_days)

    def _refreshed(self, answers: _Answers[T], outdated: Collection[str]) -> Iterator[Found]:
        """What was found of these lines, with a note of what it depends on. Those of one payer are looked at together.

        What one has brought into the processor's cache then serves the next.
        """
        for found in answers.refresh(sorted(outdated, key=self._rank.__getitem__), self._looking):
            self._dependents.note(found.line_id, found.looked)
            yield found

    def _drop(self, line: str) -> None:
        self._dependents.drop(self._waiting.pop(line))
        self._looking.drop(line)
        for answers in (self._explanations, self._plain, self._naming):
            answers.drop(line)


def _foremost(receipt: Receipt) -> str:
    """The customer that most speaks for, else the payer as the bank names him."""
    return receipt.payers[0].customer_id if receipt.payers else receipt.payer
