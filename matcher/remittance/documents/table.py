"""The rows of an advice with their columns of amounts, under one way of writing amounts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from matcher.remittance.documents.figures import Figure, Style, figures
from matcher.remittance.documents.issued import DAY, Issued, Named
from matcher.remittance.documents.lines import Line
from matcher.remittance.documents.words import Head, Label, head, label
from matcher.remittance.reason_codes import UNKNOWN, reason_of

_HEAD_LINES = 3
_HEAD_GAP = 2.5
"""Of a line's height: heads of columns stand no further above each other, and above the first row."""

_LONG_NUMBER = 4
"""Digits from which a number is taken for a document's even on a line that says what else it is about."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that has amounts.

    Attributes:
        line: as read.
        place: its number among the lines of the advice.
        label: what its words say of the amounts.
        figures: the amounts.
        named: where it writes the document; None for a line about none.
        document: the number in the books; '' for none.
        several: whether it names several documents, or one that may be several.
        unknown: a number on it that may be a document's and is none of the books'; '' for none.
        bare: whether nothing but amounts and days stands on it.
    """

    line: Line
    place: int
    label: Label
    figures: tuple[Figure, ...]
    named: Named | None
    document: str
    several: bool
    unknown: str
    bare: bool

    @property
    def is_row(self) -> bool:
        """Whether it is about a document of the books."""
        return self.named is not None


def entries(lines: Sequence[Line], issued: Issued, style: Style, currency: str) -> list[Entry]:
    """The lines with amounts, in order."""
    found: list[Entry] = []
    for place, line in enumerate(lines):
        named = issued.named(line)
        days = tuple(match.span() for match in DAY.finditer(line.text))
        taken = (*((one.start, one.end) for one in named), *days)
        amounts = figures(line, style, currency, taken)
        if not amounts:
            continue
        spans = (*taken, *((amount.start, amount.end) for amount in amounts))
        document, best, several = _document(named)
        told = label(_words(line, spans)) if best is None else Label.NONE
        if best is None and told is Label.NONE and place:
            told = _boxed(lines, place, amounts, issued)
        unknown = _unknown(line, spans, issued, best is not None)
        bare = not any(map(str.isalnum, _words(line, spans)))
        found.append(Entry(line, place, told, amounts, best, document, several, unknown, bare))
    return found


def _document(named: Sequence[Named]) -> tuple[str, Named | None, bool]:
    if not named:
        return "", None, False
    shared = frozenset.intersection(*(one.documents for one in named))
    if len(shared) != 1:
        return "", named[0], True
    return next(iter(shared)), min(named, key=lambda one: (len(one.documents), one.start)), False


def _words(line: Line, spans: Iterable[tuple[int, int]]) -> str:
    told = list(line.text)
    for start, end in spans:
        told[start:end] = " " * (end - start)
    return "".join(told)


def words_of(entry: Entry) -> str:
    """What a line says beside its amounts, days and document."""
    days = [match.span() for match in DAY.finditer(entry.line.text)]
    spans = [*days, *((figure.start, figure.end) for figure in entry.figures)]
    if entry.named:
        spans.append((entry.named.start, entry.named.end))
    words = [word for word in _words(entry.line, spans).split() if not any(map(str.isdigit, word)) and any(map(str.isalpha, word))]
    return " ".join(words)


def _boxed(lines: Sequence[Line], place: int, amounts: Sequence[Figure], issued: Issued) -> Label:
    """What the words straight above an amount say, where it stands in a box of its own and not in the table.

    Between such a box and the table are the heads of the table's columns.
    """
    above = lines[place - 1]
    if any(map(str.isdigit, above.text)) or above.page != lines[place].page:
        return Label.NONE
    for line in lines[place + 1 :]:
        if issued.named(line):
            return Label.NONE
        if line.cells > 1 and not any(map(str.isdigit, line.text)):
            break
    else:
        return Label.NONE
    told = {label(" ".join(word.text for word in above.words if word.left <= one.right and one.left <= word.right)) for one in amounts}
    return max(told)


def _unknown(line: Line, spans: Iterable[tuple[int, int]], issued: Issued, row: bool) -> str:
    told = _words(line, spans)
    least = 1 if reason_of(told) in ("", UNKNOWN) else _LONG_NUMBER
    for word in told.split():
        if issued.looks_like_ours(word) or (not row and sum(map(str.isdigit, word)) >= least and not word.endswith("%")):
            return word.strip(".,;:()#")
    return ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of amounts: its place, what its head says, and its amount on each row about a document.

    Where columns are counted, `number` is its own and `count` how many there are; else both are 0.
    """

    left: int
    right: int
    head: Head
    cells: tuple[Figure | None, ...]
    number: int = 0
    count: int = 0

    @property
    def full(self) -> bool:
        """Whether each row has an amount in it."""
        return None not in self.cells

    @property
    def amounts(self) -> list[int]:
        """The amount on each row, 0 where there is none."""
        return [cell.amount if cell else 0 for cell in self.cells]

    def of(self, entry: Entry) -> list[Figure]:
        """The amounts of another line that stand in it; where columns are counted, one that stands alone may be of any."""
        if self.count:
            found = entry.figures
            return [found[self.number]] if len(found) == self.count else list(found) if len(found) == 1 else []
        return [one for one in entry.figures if one.left <= self.right and self.left <= one.right]


def columns(rows: Sequence[Entry], lines: Sequence[Line]) -> list[Column]:
    """The columns of the rows: amounts whose places overlap."""
    spans: list[tuple[int, int]] = []
    for left, right in sorted((one.left, one.right) for row in rows for one in row.figures):
        if spans and left <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(right, spans[-1][1]))
        else:
            spans.append((left, right))
    heads = _heads(rows[0], lines, spans)
    found = []
    for (left, right), told in zip(spans, heads, strict=True):
        cells = [[one for one in row.figures if one.left <= right and left <= one.right] for row in rows]
        if all(len(cell) < 2 for cell in cells):
            found.append(Column(left, right, told, tuple(cell[0] if cell else None for cell in cells)))
    return found


def counted(rows: Sequence[Entry], lines: Sequence[Line]) -> list[Column]:
    """The columns of text without places: the amounts of each row counted from the left, where all rows have as many.

    Their heads are the last words of the line above.
    """
    if len({len(row.figures) for row in rows}) != 1:
        return []
    cells = list(zip(*(row.figures for row in rows), strict=True))
    above = lines[rows[0].place - 1] if rows[0].place else None
    words = [word.text for word in above.words] if above and not any(map(str.isdigit, above.text)) else []
    told = [head(word) for word in words]
    off = {Head.DISCOUNT, Head.DEDUCTION} & {*told}
    if off and len(cells) < len(off) + 2:
        return []  # a column of the head is empty on every row, so counting would take one for another
    heads = told[-len(cells) :] if len(told) >= len(cells) else [Head.NONE] * len(cells)
    return [Column(0, 0, heads[number], mine, number, len(cells)) for number, mine in enumerate(cells)]


def said(first: Entry, lines: Sequence[Line]) -> set[Head]:
    """What the heads of columns say, of columns without amounts as well."""
    return {head(text) for line in _head_lines(first, lines) for text, _, _ in _cells(line)}


def _head_lines(first: Entry, lines: Sequence[Line]) -> Iterator[Line]:
    """Up to three lines without amounts, close above the first row and each other, the lowest first."""
    below = first.line
    for line in reversed(lines[max(0, first.place - _HEAD_LINES) : first.place]):
        if line.page != below.page or below.top - line.top > _HEAD_GAP * line.height or line.cells < 2:
            return
        yield line
        below = line


def _cells(line: Line) -> Iterator[tuple[str, int, int]]:
    """Text, left and right of each cell."""
    for _, group in groupby(line.words, lambda word: word.cell):
        words = list(group)
        yield " ".join(word.text for word in words), words[0].left, words[-1].right


def _heads(first: Entry, lines: Sequence[Line], spans: Sequence[tuple[int, int]]) -> list[Head]:
    """What stands above each column, or close beside that."""
    told: list[list[str]] = [[] for _ in spans]
    for line in _head_lines(first, lines):
        aside = []
        for text, left, right in _cells(line):
            shared = [min(right, end) - max(left, start) for start, end in spans]
            best = max(range(len(spans)), key=shared.__getitem__)
            if shared[best] >= 0:
                told[best].insert(0, text)
            elif -shared[best] < _HEAD_GAP * line.height:
                aside.append((best, text))
        for best, text in aside:
            if not told[best]:
                told[best].append(text)
    return [head(" ".join(words)) for words in told]
