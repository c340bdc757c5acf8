"""The lines of a page, whatever it came from: words with places, in cells, in the order in which a person reads them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from matcher.remittance.documents.apart import RawPage, RawWord

_CELL_GAP = 0.55
"""Of a word's height: a wider gap is between two cells; a blank is half as wide."""

_LINE_OVERLAP = 0.5
"""Of the lower word's height: words that share more stand on one line."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its place from left to right in any unit, and the number of its cell in the line."""

    text: str
    left: int
    right: int
    cell: int


@dataclass(frozen=True)
class Line:
    """A line of words, from left to right; `page` counts from 1, `top` is its place on the page, `height` that of its words."""

    words: tuple[Word, ...]
    page: int
    top: int
    height: int

    @cached_property
    def text(self) -> str:
        """Its words, with a blank between those of a cell and a tab between cells."""
        parts = []
        for before, word in zip((None, *self.words), self.words, strict=False):
            parts.append(("" if before is None else " " if before.cell == word.cell else "\t") + word.text)
        return "".join(parts)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each word begins in `text`."""
        places, place = [], 0
        for word in self.words:
            places.append(place)
            place += len(word.text) + 1
        return tuple(places)

    @property
    def cells(self) -> int:
        """How many cells it has."""
        return len({word.cell for word in self.words})

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Left and right of the words that hold characters of `text` from start to end."""
        held = [word for word, at in zip(self.words, self.starts, strict=True) if at < end and at + len(word.text) > start]
        return min(word.left for word in held), max(word.right for word in held)


def of_pages(pages: Sequence[RawPage]) -> tuple[Line, ...]:
    """The lines of a document."""
    return tuple(line for number, page in enumerate(pages, start=1) for line in _of_page(page.words, number))


def _of_page(words: Iterable[RawWord], page: int) -> list[Line]:
    rows: list[list[RawWord]] = []
    for word in sorted(words, key=lambda word: (word.top + word.bottom, word.left, word.text)):
        for row in rows[-2:]:
            last = row[0]
            shared = min(last.bottom, word.bottom) - max(last.top, word.top)
            if shared > _LINE_OVERLAP * min(last.bottom - last.top, word.bottom - word.top):
                row.append(word)
                break
        else:
            rows.append([word])
    return [_line(sorted(row, key=lambda word: (word.left, word.right, word.text)), page) for row in rows]


def _line(row: Sequence[RawWord], page: int) -> Line:
    words: list[Word] = []
    cell, last = 0, None
    for word in row:
        if last and word.left - last.right > _CELL_GAP * max(1, min(word.bottom - word.top, last.bottom - last.top)):
            cell += 1
        last = word
        words += [Word(part, word.left, word.right, cell) for part in _plain(word.text).split()]
    height = max((word.bottom - word.top for word in row), default=1)
    return Line(tuple(words), page, min(word.top for word in row), max(1, height))


_MOST_WORDS = 200


def bounded(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines, with one of very many words as several."""
    made = []
    for line in lines:
        for start in range(0, len(line.words), _MOST_WORDS):
            part = line.words[start : start + _MOST_WORDS]
            made.append(line if part == line.words else Line(part, line.page, line.top, line.height))
    return tuple(made)


_LINE_HEIGHT = 100
_COLUMN = re.compile(r"\t+| *\| *| *; +| {2,}")


def of_text(text: str) -> tuple[Line, ...]:
    """The lines of plain text: two blanks, a tab or a bar begin a cell. The unit is a character."""
    lines = []
    for number, told in enumerate(_plain(text).splitlines()):
        row = told.expandtabs(8) if "\t" in told else told
        place = len(row) - len(row.lstrip("> "))
        words: list[Word] = []
        cell = 0
        for match in re.finditer(r"[^\s|]+", row[place:]):
            left = place + match.start()
            if words and _COLUMN.search(row[words[-1].right : left]):
                cell += 1
            words.append(Word(match[0], left, left + len(match[0]), cell))
        if words:
            lines.append(Line(tuple(words), 1, number * _LINE_HEIGHT, _LINE_HEIGHT))
    return tuple(lines)


_CELL_WIDTH = 1000


def of_cells(rows: Iterable[Sequence[tuple[int, str]]]) -> tuple[Line, ...]:
    """The lines of tables whose cells are known: for each row the number of the column and the text."""
    lines = []
    for number, row in enumerate(rows):
        words = []
        for column, text in row:
            left = column * _CELL_WIDTH
            words += [Word(part, left, left + _CELL_WIDTH - 1, column) for part in _plain(text).split()]
        if words:
            lines.append(Line(tuple(words), 1, number * _LINE_HEIGHT, _LINE_HEIGHT))
    return tuple(lines)


def shown(lines: Iterable[Line]) -> str:
    """The lines as text for a person."""
    return "\n".join(
        "  ".join(" ".join(word.text for word in cell) for _, cell in groupby(line.words, lambda word: word.cell)) for line in lines
    )


def _plain(text: str) -> str:
    """One form for characters that look alike: full-width digits, ligatures, the many blanks and dashes."""
    plain = unicodedata.normalize("NFKC", text)
    return plain.translate(
        {0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2013: "-", 0x2014: "-", 0x2212: "-", 0x00AD: None, 0x2019: "'", 0x200B: None}
    )
