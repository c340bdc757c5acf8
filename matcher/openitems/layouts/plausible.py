"""What the rows of a list as a whole make likely: that it was cut off, that its days are read in the wrong order."""

from collections.abc import Sequence
from typing import NamedTuple

from matcher.openitems.cut import is_cut
from matcher.openitems.layouts import cells
from matcher.openitems.layouts.detect import Header
from matcher.openitems.layouts.grid import Sheet
from matcher.openitems.layouts.rows import Body, is_amount_column


def by_terms(issued: Sequence[str], due: Sequence[str]) -> cells.Order:
    """The order of day, month and year in which no document is due before it is issued, where the others have some; '' when none tells."""
    fits: list[cells.Order] = []
    seen: list[list[list[str]]] = []
    orders: tuple[cells.Order, ...] = ("dmy", "mdy", "ymd")
    for order in orders:
        days = [cells.iso_dates(column, order) for column in (issued, due)]
        if days not in seen and all(not second or first <= second for first, second in zip(*days, strict=True)):
            fits.append(order)
        seen.append(days)
    return fits[0] if len(fits) == 1 else ""


class Early(NamedTuple):
    """Documents that are due before they are issued, of those that have both days."""

    wrong: int
    dated: int

    @property
    def most(self) -> bool:
        """Whether the days as they were read cannot be right."""
        return self.wrong > 1 and self.wrong * 2 > self.dated


def due_early(issued: Sequence[str], due: Sequence[str]) -> Early:
    """Counts documents whose due date, as ISO text, is before their issue date."""
    both = [(first, second) for first, second in zip(issued, due, strict=True) if cells.is_iso(first) and cells.is_iso(second)]
    return Early(sum(second < first for first, second in both), len(both))


def cut_row(sheet: Sheet, body: Body, header: Header) -> int | None:
    """The last document, counted from 0, when a text ends within it; None when it seems whole.

    See `is_cut`.
    """
    if not sheet.open_end or len(body.documents) < 2 or body.documents[-1] != len(sheet.rows) - 1:
        return None
    *others, last = body.documents
    width = sheet.widths[others[0]]

    def end(row: int) -> str:
        return cells_[width - 1] if width <= len(cells_ := sheet.rows[row]) else ""

    told = is_amount_column(header, width - 1)
    amounts = [end(row) for row in others] if told else []
    cut = is_cut(sheet.widths[last], (sheet.widths[row] for row in others), end(last) if told else None, amounts)
    return len(others) if cut else None
