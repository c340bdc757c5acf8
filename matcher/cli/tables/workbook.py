"""Lists as an XLSX workbook, a sheet each: real dates, real numbers, a header that stays, a filter; every text is a text."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from matcher import money
from matcher.characters import visible
from matcher.cli.tables import cells
from matcher.cli.tables.columns import Column, Kind, Row, Table
from matcher.display.widths import width
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook's times have no zone; always the same, so that the same rows give the same bytes
MOST_ROWS, MOST_CHARACTERS, LONGEST_NAME = 1_048_000, 32_767, 31
"""What a sheet takes: rows, characters of a cell, characters of its name."""
FIRST_YEAR = 1900
"""Earlier days are no dates in a spreadsheet."""
WIDEST, NARROWEST = 60, 8
"""Of a column, in characters."""
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def workbook(tables: Sequence[Table]) -> bytes:
    """The lists as one workbook, with all columns that programs get.

    Raises:
        MatcherError: ``usage.option`` when a list has more rows than a sheet takes.
    """
    from xlsxwriter.workbook import Workbook

    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
        book.set_properties({"created": CREATED})
        formats = _Formats(book)
        names: list[str] = []
        for table in tables:
            names.append(_sheet_name(table, names))
            _fill(book.add_worksheet(names[-1]), table, formats)
        if not tables:
            book.add_worksheet()
    return buffer.getvalue()


def _sheet_name(table: Table, taken: Sequence[str]) -> str:
    name = _NOT_IN_NAMES.sub(" ", visible(table.title)).strip()[:LONGEST_NAME].strip() or f"Sheet{len(taken) + 1}"
    used = {one.casefold() for one in taken}
    return name if name.casefold() not in used else f"{name[: LONGEST_NAME - 4]} {len(taken) + 1}"


class _Formats:
    """How cells look, each made once."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Format] = {}
        look = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
        self.header, self.number_header = book.add_format(look), book.add_format(look | {"align": "right"})
        self.head = book.add_format({"italic": True})

    def of(self, column: Column, currency: str, *, bold: bool = False) -> "Format":
        """Of a cell of the column in a row of this currency."""
        if column.kind == Kind.AMOUNT:
            places = money.SCALE.get(currency, 2)
            digits = f"#,##0{'.' if places else ''}{'0' * places}"
            pattern = f"{digits};[Red]-{digits}"
        else:
            pattern = _PATTERNS.get(column.kind, "General")
        key = (pattern, bold)
        if key not in self._made:
            self._made[key] = self._book.add_format({"num_format": pattern, "bold": bold})
        return self._made[key]


_PATTERNS = {
    Kind.DATE: "yyyy-mm-dd", Kind.MOMENT: "yyyy-mm-dd hh:mm", Kind.COUNT: "#,##0", Kind.SHARE: "0.0000%", Kind.WORD: "@", Kind.TEXT: "@",
}  # fmt: skip
"""Four places show a share as it is stored, never rounded up."""


def _fill(sheet: "Worksheet", table: Table, formats: _Formats) -> None:
    if len(table.rows) > MOST_ROWS:
        raise MatcherError("usage.option", f"a sheet takes {MOST_ROWS:,} rows, the list has {len(table.rows):,}", hint="Write CSV instead.")
    columns = table.complete
    head = [visible(part) for part in table.head]
    top = 0
    if head:
        sheet.write_string(0, 0, cells.SEPARATOR.join(head)[:MOST_CHARACTERS], formats.head)
        top = 1
    for place, column in enumerate(columns):
        header = formats.number_header if column.kind.is_number else formats.header
        sheet.write_string(top, place, visible(column.name.replace("_", " ")), header)
        sheet.set_column(place, place, _width(column, table.rows))
    for number, row in enumerate(table.rows, start=top + 1):
        _write_row(sheet, number, columns, row, table.currency, formats)
    last = top + len(table.rows)
    sheet.freeze_panes(top + 1, 0)
    if columns:
        sheet.autofilter(top, 0, max(last, top + 1), len(columns) - 1)
    for number, sums in enumerate(cells.totals(table, columns), start=last + 2):
        # a line stays free between, so that the filter leaves the sums alone
        _write_row(sheet, number, columns, sums, table.currency, formats, bold=True)
        if columns and not sums[columns[0].name]:
            sheet.write_string(number, 0, "total", formats.of(Column("label"), "", bold=True))
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)


def _write_row(
    sheet: "Worksheet", number: int, columns: Sequence[Column], row: Row, currency: str, formats: _Formats, *, bold: bool = False
) -> None:
    code = str(row.get(currency) or "")
    for place, column in enumerate(columns):
        value = row[column.name]
        if value is None or value == "":
            continue
        form = formats.of(column, code, bold=bold)
        typed = _typed(column, value)
        if isinstance(typed, datetime):
            sheet.write_datetime(number, place, typed, form)
        elif isinstance(typed, Decimal):
            sheet.write_number(number, place, float(typed), form)
        elif isinstance(typed, bool):
            sheet.write_boolean(number, place, typed, formats.of(Column(""), "", bold=bold))
        else:
            sheet.write_string(number, place, visible(typed)[:MOST_CHARACTERS], formats.of(Column("text"), "", bold=bold))


def _typed(column: Column, value: Any) -> "datetime | Decimal | bool | str":
    if isinstance(value, bool):
        return value
    if column.kind == Kind.DATE and (found := cells.day(value)) and found.year >= FIRST_YEAR:
        return datetime(found.year, found.month, found.day)  # noqa: DTZ001 - as above
    if column.kind == Kind.MOMENT and (moment := cells.moment(value)):
        return moment
    if column.kind.is_number and (number := cells.number(value)) is not None:
        return number
    return str(cells.plain(value))


def _width(column: Column, rows: Sequence[Row]) -> int:
    """Of a column, in characters, with room for the filter's button in its heading."""
    texts = (cells.text(column, row) if column.shown is None else str(row[column.name] or "") for row in rows)
    return min(WIDEST, max(NARROWEST, 4 + len(column.name), *map(width, texts)) + 1)
