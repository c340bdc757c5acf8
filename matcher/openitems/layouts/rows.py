"""Rows below a header: documents, headings with a customer, totals, and what stands between them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from matcher.openitems.layouts import cells
from matcher.openitems.layouts.detect import Found, Header
from matcher.openitems.layouts.grid import Row
from matcher.openitems.layouts.words import is_total, key, label_and_value, vocabulary

AMOUNTS = ("amount", "open_amount", "amount_local", "open_local", "debit", "credit", "paid_amount", "credited_amount")
_SHARES = ("percentage", "percent", "prozent", "占比")
_COUNT = re.compile(r"^(\d{1,6})\s+[^\W\d_]+")
"""How many documents there are, in the column of their numbers."""
_DRAWN = frozenset("-=_—–+| ")


@dataclass(frozen=True)
class Heading:
    """A customer on a row of its own: its texts, and the row in the sheet."""

    row: int
    texts: Sequence[str]


@dataclass(frozen=True)
class Total:
    """A row of sums.

    Attributes:
        row: in the sheet.
        label: its first text.
        first, last: the documents, counted from 0, that stand between the heading before and the row; None for a heading with sums of what
            follows it until `last`.
        starts: other documents at which what it sums may begin.
    """

    row: int
    label: str
    first: int
    last: int
    starts: tuple[int, ...] = ()


@dataclass
class Body:
    """What the rows below a header are.

    Attributes:
        documents: their rows in the sheet.
        headings: those that hold a customer.
        heading_of: of each document the place of its heading in `headings`, -1 without.
        totals: rows of sums.
        unread: rows with a text or two and nothing else, such as ``3 more rows``.
    """

    documents: list[int] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    heading_of: list[int] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)


def figures(found: Found) -> list[int]:
    """The columns that hold amounts."""
    header = found.header
    return sorted({*(header.columns[name] for name in AMOUNTS if name in header.columns), *header.buckets})


def is_amount_column(header: Header, place: int) -> bool:
    """Whether a column holds amounts."""
    return place in {*(header.columns[name] for name in AMOUNTS if name in header.columns), *header.buckets}


def body(found: Found) -> Body:
    """Tells the rows of a list from each other."""
    return _Reader(found).read()


class _Reader:
    def __init__(self, found: Found) -> None:
        self._found = found
        columns = found.header.columns
        self._days = [columns[name] for name in ("issue_date", "due_date") if name in columns]
        self._number = columns.get("document_no", columns.get("item_id", -1))
        self._figures = figures(found)
        self._indicator = columns.get("indicator", -1)
        self._groups = found.layout.groups
        self._customers = found.layout.kind == "customers"
        self._body = Body()
        self._starts: list[int] = [0]
        self._pending: Total | None = None

    def read(self) -> Body:
        header, sheet = self._found.header, self._found.sheet
        repeated = [sheet.rows[header.row + n] for n in range(header.height)]
        nameless = {"customer_id", "customer", "customer_name"}.isdisjoint({*header.columns, *self._found.layout.constants})
        for place in range(header.row if self._groups or nameless else 0):
            # the first or only customer of some lists stands above the header
            texts = label_and_value(sheet.rows[place])
            if len(texts) > 1 and key(texts[0]) in vocabulary().groups:
                self._heading(place, texts, texts[0], summed=False)
        for place in range(header.row + header.height, len(sheet.rows)):
            row = sheet.rows[place]
            if not row or row in repeated or not any(row):
                continue
            if self._customers:
                self._customer(place, row)
            else:
                self._one(place, row)
        self._end_pending()
        self._unnamed_total()
        return self._body

    def _unnamed_total(self) -> None:
        """Takes the last document for a total where it has no number, or their count for one, and is the sum of the others."""
        if self._customers or len(self._body.documents) < 3:
            return
        *others, last = self._body.documents
        row = self._found.sheet.rows[last]
        number = row[self._number] if 0 <= self._number < len(row) else ""
        counted = _COUNT.match(number)
        kind = self._found.header.columns.get("document_type", -1)
        if (number and not (counted and int(counted[1]) == len(others))) or (0 <= kind < len(row) and row[kind]):
            return
        sums = [place for place in self._figures if place < len(row) and row[place]]
        if sums and all(self._adds_up(place, others, last) for place in sums):
            self._body.documents.pop()
            self._body.heading_of.pop()
            label = next((cell for n, cell in enumerate(row) if cell and n not in self._figures), "")
            self._body.totals.append(Total(last, label, 0, len(others), (0,)))

    def _adds_up(self, place: int, others: Sequence[int], last: int) -> bool:
        """Whether the last cell of a column is the sum of the others."""
        rows = self._found.sheet.rows
        column = [row[place] if place < len(row := rows[n]) else "" for n in (*others, last)]
        plain = cells.plain_amounts(column, cells.decimal_mark(column).mark)
        try:
            *parts, whole = (Decimal(cell or 0) for cell in plain)
        except InvalidOperation:
            return False
        return bool(whole) and sum(parts) == whole

    def _customer(self, place: int, row: Row) -> None:
        filled = [cell for cell in row if cell]
        if not (set("".join(filled)) <= _DRAWN or is_total(filled[0])):
            self._document(place)

    def _one(self, place: int, row: Row) -> None:
        width = len(row)
        dated = any(n < width and is_day(row[n]) for n in self._days)
        numbered = 0 <= self._number < width and bool(row[self._number])
        if dated and numbered and not is_total(row[self._number]):
            self._document(place)
            return
        filled = [cell for cell in row if cell]
        if set("".join(filled)) <= _DRAWN:
            return
        summed = any(n < width and row[n] for n in self._figures)
        if summed and (key(filled[0]).startswith(_SHARES) or all("%" in row[n] for n in self._figures if n < width and row[n])):
            return  # shares of the total
        if len(filled) == 1 and not summed and not numbered and (dated or key(filled[0]) in vocabulary().buckets):
            return  # the time of printing, or an age whose documents stand below
        label = next((cell for n, cell in enumerate(row) if cell and n not in self._figures and n != self._indicator), "")
        if (not dated or numbered) and summed and (not label or self._calls_total(row)):
            self._total(place, label)
        elif not dated and self._groups and (summed or len(filled) <= 4):
            self._heading(place, row, label, summed=summed)
        elif dated or summed or len(filled) > 2:
            self._document(place)
        else:
            self._body.unread.append(place)

    def _calls_total(self, row: Row) -> bool:
        return any(is_total(cell) for n, cell in enumerate(row) if cell and n not in self._figures)

    def _document(self, place: int) -> None:
        self._body.documents.append(place)
        self._body.heading_of.append(len(self._body.headings) - 1)

    def _total(self, place: int, label: str) -> None:
        self._end_pending()
        count = len(self._body.documents)
        self._body.totals.append(Total(place, label, self._starts[-1], count, tuple({0: 0, **dict.fromkeys(self._starts[-4:])})))
        self._starts.append(count)

    def _heading(self, place: int, row: Row, label: str, *, summed: bool) -> None:
        self._end_pending()
        count = len(self._body.documents)
        texts = [cell for n, cell in enumerate(row) if cell and n not in self._figures]
        texts = label_and_value(texts) if len(texts) == 1 else texts
        before = self._body.headings[-1] if self._body.headings else None
        labelled = len(texts) > 1 and key(texts[0]) in vocabulary().groups
        if before is not None and labelled and self._body.heading_of[-1:] != [len(self._body.headings) - 1] and len(before.texts) > 1:
            # lines of one heading: the number, the name, the town
            self._body.headings[-1] = Heading(before.row, [*before.texts, *texts])
            return
        self._body.headings.append(Heading(place, texts))
        self._starts.append(count)
        if summed:
            self._pending = Total(place, label, count, count)

    def _end_pending(self) -> None:
        """A heading with sums ends where the next heading or total stands."""
        if (total := self._pending) is not None:
            self._pending = None
            self._body.totals.append(Total(total.row, total.label, total.first, len(self._body.documents), (total.first,)))


@lru_cache(maxsize=5_000)
def is_day(cell: str) -> bool:
    """Whether a cell of a column of dates may hold one: a label that stands there by chance has no digits."""
    return any(map(str.isdigit, cell)) and not is_total(cell)
