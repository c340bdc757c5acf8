"""Files of targets: CSV, XLSX and JSON, whole in memory, the same rows in the same bytes, and no text that a spreadsheet would run."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcher.exports import sheets
from matcher.exports.erp.base import File

Cell = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Style:
    """How a system wants its CSV files.

    Attributes:
        delimiter: between cells.
        decimal: between whole units and cents.
        day: of dates, as `date.strftime` has it; ISO 8601 by default.
        encoding: of the text; ``utf-8-sig`` is UTF-8 with the mark that spreadsheets need. What it cannot hold becomes ``?``.
        line_end: behind each row.
        header: whether the first row has the titles.
        quote_all: whether every cell stands in quotation marks.
        safe: whether text that a spreadsheet would run gets an apostrophe in front; a system that takes the apostrophe for a part
            of the text, and that no spreadsheet comes before, does without.
    """

    delimiter: str = ","
    decimal: str = "."
    day: str = "%Y-%m-%d"
    encoding: str = "utf-8"
    line_end: str = "\r\n"
    header: bool = True
    quote_all: bool = False
    safe: bool = True


PLAIN = Style()


def csv_file(name: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]], style: Style = PLAIN) -> File:
    """A CSV file. Amounts are `Decimal` with the places that they are to have; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(
        text, delimiter=style.delimiter, lineterminator=style.line_end, quoting=csv.QUOTE_ALL if style.quote_all else csv.QUOTE_MINIMAL
    )
    if style.header:
        writer.writerow(titles)
    for row in rows:
        if len(row) != len(titles):
            raise ValueError(f"a row of {len(row)} cells under {len(titles)} titles")
        writer.writerow([_shown(cell, style) for cell in row])
    return made(name, text.getvalue().encode(style.encoding, "replace"))


def xlsx_file(name: str, title: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> File:
    """A workbook of one sheet with real numbers and dates; all cells may be changed."""
    columns = [sheets.SheetColumn(one, max(12, min(len(one) + 2, 40))) for one in titles]
    cells = [[str(cell) if isinstance(cell, int) else cell for cell in row] for row in rows]
    return made(name, sheets.workbook(title, columns, cells))


def json_lines_file(name: str, records: Iterable[Mapping[str, object]]) -> File:
    """JSON Lines: one object for each record, its keys in their order. Decimals and dates are text."""
    return made(name, b"".join(_json(record) + b"\n" for record in records))


def json_file(name: str, value: object) -> File:
    """One JSON value, indented. Decimals and dates are text."""
    return made(name, json.dumps(value, ensure_ascii=False, indent=1, default=_plain).encode() + b"\n")


def made(name: str, data: bytes) -> File:
    """A file of these bytes."""
    return File(name, lambda: iter((data,)))


def day(when: date, pattern: str) -> str:
    """A day, with four digits of the year whatever the operating system."""
    return when.strftime(pattern.replace("%Y", f"{when.year:04}"))


def _shown(cell: Cell, style: Style) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return f"{cell:f}".replace(".", style.decimal)
        case date():
            return day(cell, style.day)
        case int():
            return str(cell)
        case _:
            return sheets.safe(cell) if style.safe else cell


def _json(record: Mapping[str, object]) -> bytes:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=_plain)
    # JSON allows these inside strings, but many readers split lines at them
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085").encode(errors="backslashreplace")


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
