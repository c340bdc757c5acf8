"""Who looks at the receipts of a legal entity: this process at all of them, or several at some each.

What is found of a receipt follows from the receipt and the items as they are, whoever looks. It is looked at again only when the items
have changed, by the one that has looked before: he has kept what did not change.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from matcher.matching.explanations.advised import item_ids
from matcher.matching.explanations.build import ExplanationBuilder
from matcher.matching.items.loaded import LoadedItems, Taken
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Explanation, Payer, Receipt, Reference
from matcher.model import Allocation
from matcher.rules.rulebook import Rulebook


class Found(NamedTuple):
    """What was found of a line, by the items as they are.

    Attributes:
        plain: for `Looking.plain`: ids of the items that number keys name without doubt and that have the amount.
        names: for `Looking.names`: whether the text names an open item.
        explanations: for `Looking.explanations`: best first.
        looked: customers among whose items it was sought.
    """

    line_id: str
    plain: Sequence[str] = ()
    names: bool = False
    explanations: Sequence[Explanation] = ()
    looked: Collection[str] = ()


class Looking(Protocol):
    """Looks at waiting receipts. All answers are of the items as they are now, in the order of the lines or in another."""

    def plain(self, lines: Sequence[str]) -> Iterator[Found]:
        """What number keys name without doubt."""
        ...

    def names(self, lines: Sequence[str]) -> Iterator[Found]:
        """Whether texts name open items, plainly or damaged."""
        ...

    def explanations(self, lines: Sequence[str]) -> Iterator[Found]:
        """All explanations."""
        ...

    def took(self, taken: Sequence[Taken]) -> None:
        """Is told what a posting took from the items, after it was taken."""
        ...

    def drop(self, line: str) -> None:
        """Nothing is asked about a line any more."""
        ...


class Here:
    """This process looks."""

    def __init__(self, receipts: Mapping[str, Receipt], pool: OpenItems, book: Rulebook, grace_days: int) -> None:
        """`receipts`: by line id; those that are asked about."""
        self._receipts, self._pool, self._book, self._grace_days = receipts, pool, book, grace_days
        self._builders: dict[str, ExplanationBuilder] = {}

    def plain(self, lines: Sequence[str]) -> Iterator[Found]:
        """As of `Looking`."""
        for line in lines:
            yield Found(line, plain=[item.item_id for item in self._builder(line).plain()])

    def names(self, lines: Sequence[str]) -> Iterator[Found]:
        """As of `Looking`. Without a number in it a text names nothing, and no customer's items are looked at."""
        for line in lines:
            builder = self._builder(line)
            yield Found(line, names=_numbered(builder.receipt) and builder.names(), looked=builder.looked)

    def explanations(self, lines: Sequence[str]) -> Iterator[Found]:
        """As of `Looking`."""
        for line in lines:
            builder = self._builder(line)
            yield Found(line, explanations=builder.explanations(), looked=builder.looked)

    def took(self, taken: Sequence[Taken]) -> None:
        """The items of this process are those that it was taken from."""

    def drop(self, line: str) -> None:
        """As of `Looking`."""
        self._builders.pop(line, None)

    def _builder(self, line: str) -> ExplanationBuilder:
        builder = self._builders.get(line)
        if builder is None:
            builder = self._builders[line] = ExplanationBuilder(self._receipts[line], self._pool, self._book, self._grace_days)
        return builder


class Question(NamedTuple):
    """What another process is asked.

    Attributes:
        what: ``plain``, ``names`` or ``explanations``.
        taken: what was taken from the items since the question before.
        dropped: lines that nothing is asked about any more.
        rare: items, with their customers, that have the amount of one of the lines, where few have it.
    """

    what: str
    lines: Sequence[str]
    taken: Sequence[Taken]
    dropped: Sequence[str]
    rare: Mapping[tuple[str, int], Collection[tuple[str, str]]]


class Part:
    """The side of a process that looks at some of the receipts, and settles nothing."""

    def __init__(self, pool: LoadedItems, receipts: Iterable[Receipt], book: Rulebook, grace_days: int) -> None:
        self.pool = pool
        by_line = {receipt.line_id: receipt for receipt in receipts}
        self._here = Here(by_line, self.pool, book, grace_days)
        theirs = by_line.values()
        self.pool.load_items({r.item_id for one in theirs for r in one.references} | {i for one in theirs for i in item_ids(one)})
        self.pool.load({payer.customer_id for one in theirs for payer in one.payers})

    def answer(self, question: Question) -> list[tuple[object, ...]]:
        """A row of `packed` for each line."""
        for line in question.dropped:
            self._here.drop(line)
        if question.taken:
            self.pool.note(Taken._make(one) for one in question.taken)
        self.pool.tell(question.rare)
        look = {"plain": self._here.plain, "names": self._here.names, "explanations": self._here.explanations}[question.what]
        return [packed(found) for found in look(question.lines)]


def packed(found: Found) -> tuple[object, ...]:
    """As plain values: an explanation takes half the time on its way to another process."""
    explained = [(*e[:5], [tuple(share) for share in e.shares], *e[6:]) for e in found.explanations]
    return found.line_id, list(found.plain), found.names, explained, list(found.looked)


def unpacked(row: tuple[Any, ...]) -> Found:
    """What `packed` made a row of."""
    line, plain, names, explained, looked = row
    explanations = [Explanation._make((*e[:5], tuple([Allocation._make(share) for share in e[5]]), *e[6:])) for e in explained]
    return Found(line, plain, names, explanations, looked)


def packed_receipt(receipt: Receipt) -> tuple[object, ...]:
    """As plain values."""
    return (*receipt[:-3], [tuple(one) for one in receipt.references], [tuple(one) for one in receipt.payers], receipt.advices)


def unpacked_receipt(row: tuple[Any, ...]) -> Receipt:
    """What `packed_receipt` made a row of."""
    *head, references, payers, advices = row
    return Receipt._make((*head, tuple(map(Reference._make, references)), tuple(map(Payer._make, payers)), advices))


def _numbered(receipt: Receipt) -> bool:
    return (
        bool(receipt.references or receipt.advices) or any(map(str.isdigit, receipt.text)) or any(map(str.isdigit, receipt.end_to_end_id))
    )
