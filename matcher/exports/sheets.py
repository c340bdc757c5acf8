"""A table that people fill in, as XLSX or CSV. No text of it can be run by a spreadsheet, and the same table gives the same bytes."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from matcher.characters import RANGES
from matcher.errors import MatcherError
from matcher.exports.files import write_bytes

Cell = str | Decimal | date | None

_FIRST_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - a file property without a time zone
_HIDDEN = frozenset(chr(point) for first, last in RANGES for point in range(first, last + 1))
_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_MOST_CHARACTERS = 32_000
"""Characters of a cell; a spreadsheet takes 32,767."""
_MOST_IN_LIST = 255
"""Characters of a drop-down list that stands with its cells."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        name: its header.
        width: characters.
        filled: whether people fill it in; all other cells are locked.
        hidden: whether it is not shown.
        words: what may be filled in, as a drop-down list; () for anything.
        about: what a person is told who comes to one of its cells.
    """

    name: str
    width: int = 12
    filled: bool = False
    hidden: bool = False
    words: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook.

    Attributes:
        title: on its tab.
        columns: in their order.
        rows: a cell for each column.
        heading: lines above the header.
    """

    title: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    heading: tuple[str, ...] = ()


def write(path: Path, title: str, columns: Sequence[SheetColumn], rows: Sequence[Sequence[Cell]]) -> None:
    """Writes a table, whole or not at all.

    Args:
        path: ends with ``.xlsx`` or ``.csv``.
        title: of the sheet.
        columns: in their order.
        rows: a cell for each column.

    Raises:
        MatcherError: ``usage.option`` for another ending, ``file.unwritable``.
    """
    match path.suffix.lower():
        case ".xlsx":
            write_bytes(path, [_xlsx([_sheet(title, columns, rows)])])
        case ".csv":
            write_bytes(path, _csv(columns, rows))
        case _:
            raise MatcherError("usage.option", f"{path.name!r} must end with .xlsx or .csv", str(path))


def _csv(columns: Sequence[SheetColumn], rows: Sequence[Sequence[Cell]]) -> Iterator[bytes]:
    """UTF-8 with a mark, which tells spreadsheets that it is."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    yield text.getvalue().encode("utf-8-sig", "backslashreplace")


def _safe(cell: Cell) -> str:
    """The cell as text; what a spreadsheet would run gets an apostrophe in front, also where hidden characters stand before it."""
    if not isinstance(cell, str):
        return "" if cell is None else cell.isoformat() if isinstance(cell, date) else f"{cell:f}"
    return safe(cell)


def safe(text: str) -> str:
    """A text with an apostrophe in front if a spreadsheet would run it, also where hidden characters stand before what it would run."""
    shown = text.lstrip("".join(_HIDDEN & set(text)) + " ")
    return f"'{text}" if shown.startswith(_STARTS) or text.startswith(_STARTS) else text


def workbook(title: str, columns: Sequence[SheetColumn], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet without protection, for other programs to read; a cell for each column in every row."""
    return _xlsx([_sheet(title, columns, rows)], protected=False)


def filled_in(sheets: Sequence[Sheet]) -> bytes:
    """A workbook of several sheets, whose cells are locked but for those that are filled in."""
    return _xlsx(sheets)


def _sheet(title: str, columns: Sequence[SheetColumn], rows: Sequence[Sequence[Cell]]) -> Sheet:
    return Sheet(title, tuple(columns), tuple(tuple(row) for row in rows))


def _xlsx(sheets: Sequence[Sheet], *, protected: bool = True) -> bytes:
    from xlsxwriter import Workbook  # it takes longer to load than most commands take

    stream = io.BytesIO()
    # texts stay texts: none becomes a formula, a number or a link
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(stream, options) as book:
        book.set_properties({"created": _FIRST_DAY})
        formats = _Formats(book)
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.title), sheet, formats, protected=protected)
    return stream.getvalue()


def _fill(made: Any, sheet: Sheet, formats: "_Formats", *, protected: bool) -> None:
    top = len(sheet.heading)
    for number, line in enumerate(sheet.heading):
        made.write_string(number, 0, _plain(line), formats.heading)
    made.freeze_panes(top + 1, 0)
    made.autofilter(top, 0, top + max(len(sheet.rows), 1), len(sheet.columns) - 1)
    if protected:
        made.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    for place, column in enumerate(sheet.columns):
        made.set_column(place, place, column.width, formats.of(column, ""), {"hidden": True} if column.hidden else {})
        made.write_string(top, place, column.name, formats.head)
        _validate(made, place, column, top + 1, len(sheet.rows))
    for number, row in enumerate(sheet.rows, top + 1):
        for place, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            _put(made, number, place, cell, formats, column)


class _Formats:
    """The looks of cells, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[bool, str], Any] = {}
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.heading = book.add_format({"bold": True})

    def of(self, column: SheetColumn, number: str) -> Any:
        """Of a column's cells that have a number format; cells that are filled in are texts, so that nothing in them is changed."""
        shape = "@" if column.filled else number
        if (column.filled, shape) not in self._made:
            look = {"locked": not column.filled, "valign": "top", "text_wrap": True, "num_format": shape or "General"}
            self._made[column.filled, shape] = self._book.add_format(look | ({"bg_color": "#FFF8DC", "border": 1} if column.filled else {}))
        return self._made[column.filled, shape]


def _put(sheet: Any, row: int, place: int, cell: Cell, formats: _Formats, column: SheetColumn) -> None:
    match cell:
        case None | "":
            sheet.write_blank(row, place, None, formats.of(column, ""))
        case Decimal():
            places = max(0, -int(cell.as_tuple().exponent))
            sheet.write_number(row, place, float(cell), formats.of(column, "#,##0" + ("." + "0" * places if places else "")))
        case date():
            sheet.write_datetime(row, place, datetime(cell.year, cell.month, cell.day), formats.of(column, "yyyy-mm-dd"))  # noqa: DTZ001
        case str():
            sheet.write_string(row, place, _plain(cell), formats.of(column, ""))


def _plain(text: str) -> str:
    """A text that an XML file can hold."""
    kept = "".join(c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"))
    return kept if len(kept) <= _MOST_CHARACTERS else kept[: _MOST_CHARACTERS - 1] + "…"


def _validate(sheet: Any, place: int, column: SheetColumn, first: int, count: int) -> None:
    """The drop-down list and the words for a column's cells, from a row on."""
    if not column.filled or not count:
        return
    words = len(",".join(column.words)) <= _MOST_IN_LIST and bool(column.words)
    rule: dict[str, Any] = {"validate": "list", "source": list(column.words)} if words else {"validate": "any"}
    if words:
        rule |= {"error_title": column.name, "error_message": "Choose one of the list, or leave the cell empty."}
    if column.about:
        rule |= {"input_title": column.name[:32], "input_message": column.about[:255]}
    sheet.data_validation(first, place, first + count - 1, place, rule)
