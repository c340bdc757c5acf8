"""Finds the table in an unknown file: the rows that hold a day and a figure, and the row of titles above them.

Titles in any language and any number of rows before them do not matter: what a booking looks like is the same everywhere.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.parsers.csv.cells import CellError, Exact
from matcher.parsers.csv.detect import Table
from matcher.parsers.csv.guess import day_formats, is_figure
from matcher.parsers.csv.records import OPEN_QUOTE
from matcher.parsers.csv.text import bare
from matcher.parsers.csv.words import fields_of

_LEAST_CELLS = 3
_LEAST_WITHOUT_TITLES = 2
_DAY_LIKE = re.compile(r"\d{1,4}[-./年 ]|\d{8}|[A-Za-z]{3}")
_MOST_TITLE = 80
_GARBLED = re.compile(r"[A-Za-zÀ-ſ][Ͱ-׿฀-๿]|[Ͱ-׿฀-๿][A-Za-zÀ-ſ]|[^\W\d_][¤¦¬®¯±-³¹¼-¿]|[À-ÿ]{4,}")


@dataclass(frozen=True)
class Body:
    """The table of a file.

    Attributes:
        table: the reading of the bytes. header: which of its records holds the titles; -1 without. titles: them.
        rows: the cells of the bookings. others: the cells of further rows below the titles.
        day: the column of the day by which the rows were found.
    """

    table: Table
    header: int
    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    others: Sequence[Sequence[str]]
    day: int

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.titles) if self.titles else max(map(len, self.rows))

    def column(self, place: int) -> list[str]:
        """A column's cells in the rows, '' where a row is too short."""
        return [row[place] if place < len(row) else "" for row in self.rows]

    def title(self, place: int) -> str:
        """A column's title; '' when it has none."""
        return self.titles[place] if place < len(self.titles) else ""


def find(tables: Sequence[Table]) -> Body | None:
    """The table with the most bookings among several readings of a file; None when there is none."""
    bodies = [body for table in tables if (body := _body(table))]
    return max(bodies, key=_score, default=None)


def _score(body: Body) -> tuple[int, int, int, int]:
    return len(body.rows), -_garbled(body), sum(bool(fields_of(title)) for title in body.titles), body.width


def _garbled(body: Body) -> int:
    """How often the text looks like one that was decoded as another language's: letters of two scripts in a word, signs after letters."""
    words = " ".join(cell for row in (body.titles, *body.rows[:20]) for cell in row)
    return sum(len(found) for found in _GARBLED.findall(words))


def is_day(cell: str) -> bool:
    """Whether a cell is a day in some format."""
    if isinstance(cell, Exact):
        return re.fullmatch(r"\d{4}-\d\d-\d\d.*", cell) is not None
    return 5 <= len(cell) <= 40 and any(c.isdigit() for c in cell) and _DAY_LIKE.search(cell) is not None and bool(day_formats(cell))


def plain(cell: str) -> str:
    """A cell without blanks and the formula that protects its zeros."""
    return cell if isinstance(cell, Exact) else bare(cell.strip())


def figure(cell: str) -> bool:
    """Whether a cell holds a sum of money, or could."""
    try:
        return bool(cell) and any(c.isdigit() for c in cell) and is_figure(cell)
    except CellError:
        return False


def _body(table: Table) -> Body | None:
    records = [(place, [plain(cell) for cell in cells]) for place, (_, cells, _) in enumerate(table.records) if cells is not OPEN_QUOTE]
    days = {place: [n for n, cell in enumerate(cells) if is_day(cell)] for place, cells in records if len(cells) >= _LEAST_CELLS}
    counted = Counter(n for columns in days.values() for n in columns)
    if not counted:
        return None
    day = min(counted, key=lambda n: (-counted[n], n))
    dated = [(place, cells) for place, cells in records if day in days.get(place, ())]
    booked = [place for place, cells in dated if any(figure(cell) for n, cell in enumerate(cells) if n not in days[place])]
    if not booked:
        return None
    first = booked[0]
    width = max(len(cells) for place, cells in records if place in booked)
    header = next((place for place, cells in reversed(records) if place < first and _is_header(cells, day, width)), -1)
    if header < 0 and len(booked) < _LEAST_WITHOUT_TITLES:
        return None
    by_place = dict(records)
    titles = by_place[header] if header >= 0 else []
    others = [cells for place, cells in records if place > header and place not in booked and any(cells) and list(cells) != list(titles)]
    return Body(table, header, titles, [by_place[place] for place in booked], others, day)


def _is_header(cells: Sequence[str], day: int, width: int) -> bool:
    filled = [cell for cell in cells if cell]
    if len(filled) < _LEAST_CELLS - 1 or 2 * len(filled) < width or day >= len(cells) or not cells[day]:
        return False
    return not any(figure(cell) or is_day(cell) or len(cell) > _MOST_TITLE for cell in filled)
