"""Layouts without a header: recognised by the shape of the first rows."""

import re
from collections.abc import Sequence

from matcher.parsers.csv.layout import Layout
from matcher.parsers.csv.records import OPEN_QUOTE, Record
from matcher.parsers.csv.rows import Decided, RowError, RowReader
from matcher.parsers.csv.schema import Column, Directed, Join, Profile
from matcher.parsers.csv.special import SpecialRows

SHAPE_ROWS = 40
"""So many rows must fit before a layout without header may claim the file, or all when there are fewer."""


def bind_shape(profile: Profile, records: Sequence[Record], cut: bool) -> Layout | None:
    """The layout of a file whose first rows all read as bookings or special rows of this profile.

    Args:
        profile: a layout without header.
        records: the first records of the file.
        cut: whether the last of them may be incomplete.
    """
    rows = [record for record in records if record[1] is OPEN_QUOTE or any(cell.strip() for cell in record[1])]
    rows = (rows[:-1] if cut else rows)[:SHAPE_ROWS]
    places = {name: _positions(column) for name, column in profile.columns.given().items()}
    layout = Layout(profile, places, width=max(profile.widths), known=len(places), total=len(places))
    if not rows or max(place for positions in places.values() for place in positions) >= layout.width:
        return None
    marks = (Decided(".", ","), Decided(",", ".")) if profile.amounts.decimal == "auto" else (Decided(),)
    fits = any(_all_fit(layout, RowReader(layout, "", profile.currency or "EUR", mark), rows) for mark in marks)
    return layout if fits else None


def _all_fit(layout: Layout, reader: RowReader, rows: Sequence[Record]) -> bool:
    profile, special = layout.profile, SpecialRows(layout.profile, layout.cells)
    shape = [(int(place) - 1, re.compile(text)) for place, text in profile.shape.items()]
    booked = 0
    for line, cells, raw in rows:
        means = special(cells)
        if means and means != "pending":
            continue
        if len(cells) not in profile.widths or not all(p.fullmatch(cells[i].strip()) for i, p in shape if i < len(cells)):
            return False
        try:
            reader.read(line, reader.clean(cells, raw), raw)
        except RowError as error:
            # A figure with too many places still has the shape of a figure; everything else does not fit.
            if means != "pending" and error.code != "amount.decimals":
                return False
        booked += 1
    return booked > 0


def _positions(column: Column) -> tuple[int, ...]:
    if isinstance(column, int):
        return (column - 1,)
    if isinstance(column, Directed):
        return (*_positions(column.credit), *_positions(column.debit))
    return tuple(place - 1 for place in column.join if isinstance(place, int)) if isinstance(column, Join) else ()


def skipped(layout: Layout, records: Sequence[Record]) -> list[Record]:
    """The rows of the file's beginning that are no bookings: where a layout without header keeps its facts."""
    special = SpecialRows(layout.profile, layout.cells)
    return [record for record in records if special(record[1]) == "skip"]
