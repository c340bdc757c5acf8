"""What only the whole column can tell: the order of day and month, and which mark is the decimal one.

Decided once for a file, before its first row is read; a file that does not tell is refused, never guessed.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from matcher.model import Problem
from matcher.parsers.csv.cells import CellError, DateReader, Exact, amount_reader
from matcher.parsers.csv.layout import Layout
from matcher.parsers.csv.records import Record
from matcher.parsers.csv.rows import Decided
from matcher.parsers.csv.special import SpecialRows
from matcher.parsers.csv.wallet import is_paid, order_key

_MOST_CLOSED = 200_000
_MARKS = re.compile(r"[.,]")


def month_first(text: str) -> bool | None:
    """Whether a date format has the month before the day; None when order cannot be mistaken (named month, or year first)."""
    if "%m" not in text:
        return None
    day, month = text.index("%d"), text.index("%m")
    year = min((text.index(code) for code in ("%Y", "%R", "%T") if code in text), default=len(text))
    if year < min(day, month):
        return None
    return month < day


def swapped(text: str) -> str:
    """The format with day and month exchanged."""
    return text.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")


def needed(layout: Layout, named: bool) -> bool:
    """Whether a file of this layout must be surveyed. `named`: the caller asked for the layout, which settles what is weak in it."""
    return _open_decimal(layout, named) or bool(_open_formats(layout, named)) or bool(layout.profile.amounts.neutral)


def _open_decimal(layout: Layout, named: bool) -> bool:
    """Whether the file must show its decimal mark: where the layout says so, and where the header does not show whose file it is."""
    return layout.profile.amounts.decimal == "auto" or (layout.common and not named)


def _open_formats(layout: Layout, named: bool) -> list[str]:
    """The formats whose order of day and month the file must show: those listed both ways, and all of a common header's."""
    formats = layout.profile.dates.formats
    weak = layout.common and not named
    return [text for text in formats if month_first(text) is not None and (weak or swapped(text) in formats)]


def survey(layout: Layout, records: Iterable[Record], named: bool) -> Decided | Problem:
    """Decides for the whole file, or says why it cannot be decided."""
    profile = layout.profile
    special = SpecialRows(profile, layout.cells)
    days: set[str] = set()
    figures: set[str] = set()
    closed: set[tuple[str, ...]] = set()
    paid: set[tuple[str, ...]] = set()
    for _, cells, _ in records:
        if means := special(cells):
            if means == "closed" and len(closed) < _MOST_CLOSED:
                closed.add(order_key(layout, cells))
            continue
        if profile.amounts.neutral and is_paid(layout, cells):
            paid.add(order_key(layout, cells))
        _gather(days, layout, ("booking_date", "value_date"), cells)
        _gather(figures, layout, ("amount", "credit", "debit", "balance"), cells)
    decimal: str | Problem = _decimal(layout, figures) if _open_decimal(layout, named) else ""
    if isinstance(decimal, Problem):
        return decimal
    if profile.amounts.decimal not in ("auto", decimal) and decimal:
        if any(_MARKS.search(figure) for figure in figures):
            message = f"the header is that of layout {profile.name}, whose decimal mark is {profile.amounts.decimal!r}, but not this file's"
            return Problem("amount.ambiguous", "fatal", message, layout.line)
        decimal = ""
    formats = _order(layout, days, named)
    if isinstance(formats, Problem):
        return formats
    return Decided(decimal, _grouping(layout, decimal) if decimal else "", formats, frozenset(closed - paid))


def _gather(into: set[str], layout: Layout, names: Sequence[str], cells: Sequence[str]) -> None:
    for name in names:
        for place in layout.cells.get(name, ()):
            if 0 <= place < len(cells) and (cell := cells[place]) and not isinstance(cell, Exact) and len(into) < 200_000:
                into.add(cell.strip())


def _order(layout: Layout, days: set[str], named: bool) -> tuple[str, ...] | Problem:
    profile = layout.profile
    formats = profile.dates.formats
    open_formats = _open_formats(layout, named)
    if not open_formats or not days:
        return ()
    orders = {month_first(text) for text in open_formats}
    tried = {order: [t if month_first(t) is order else swapped(t) for t in open_formats] for order in (True, False)}
    readers = {order: DateReader(texts) for order, texts in tried.items()}
    days = {day for day in days if any(_reads(reader, day) for reader in readers.values())}
    if not days:
        return ()
    only = {True: 0, False: 0}
    for day in days:
        fits = [order for order in (True, False) if _reads(readers[order], day)]
        if len(fits) == 1:
            only[fits[0]] += 1
    where = f"column {layout.column('booking_date')}"
    if only[True] and only[False]:
        return Problem("date.ambiguous", "fatal", f"{where}: some dates can only be day first and others only month first", layout.line)
    if not only[True] and not only[False]:
        return Problem("date.ambiguous", "fatal", f"{where}: no day is above 12, so day and month cannot be told apart", layout.line)
    order = bool(only[True])
    if order not in orders:
        usual = "month" if True in orders else "day"
        message = f"{where}: the header is that of layout {profile.name}, whose dates have the {usual} first, but these have not"
        return Problem("date.ambiguous", "fatal", message, layout.line)
    return tuple(text for text in formats if text not in open_formats or month_first(text) is order)


def _reads(reader: DateReader, day: str) -> bool:
    try:
        reader(day)
    except CellError:
        return False
    return True


def _decimal(layout: Layout, figures: set[str]) -> str | Problem:
    """The mark that every figure of the file allows, if any figure shows which it is."""
    fits = {}
    for mark in ".,":
        read = amount_reader(mark, _grouping(layout, mark), layout.profile.amounts.lakh)
        fits[mark] = all(_is_figure(read, figure) for figure in figures)
    if fits["."] != fits[","]:
        return "." if fits["."] else ","
    if fits["."] and not any(_MARKS.search(figure) for figure in figures):
        return "."
    why = "could be decimal marks or grouping" if fits["."] else "are not used in one way"
    return Problem("amount.ambiguous", "fatal", f"the points and commas in the amounts {why}", layout.line)


def _grouping(layout: Layout, decimal: str) -> str:
    # what a layout's bank writes says nothing of the bank whose file it may as well be
    usual = "" if layout.common else layout.profile.amounts.grouping
    return (usual or "., '").replace(decimal, "")


def _is_figure(read: Callable[[str], tuple[str, str]], figure: str) -> bool:
    try:
        read(figure)
    except CellError:
        return not any(c.isdigit() for c in figure)
    return True
