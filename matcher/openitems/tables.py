"""Tables in the contract's layout (CSV, Parquet or XLSX) into checked, typed frames.

Every cell is read as text first. A column is declared by name and kind; what is declared is checked for the whole column at
once, and only when something is wrong is the file walked again to name the lines. Everything that is wrong is found, not the first of it.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from matcher import columns, money
from matcher.characters import identifier_fault
from matcher.errors import MatcherError
from matcher.openitems.cut import is_cut
from matcher.openitems.faults import HEADER, RowFault, refuse
from matcher.openitems.sheets import RawSheet, raw_sheets

_MOST_PLACES = "CLF"
"""A currency with as many decimal places as any; a percentage has so many at most, too."""

Kind = Literal["text", "id", "amount", "date", "word", "percent", "currency"]


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column.

    Attributes:
        name: header text.
        kind: how its cells are read; ``id`` is a text that hides nothing (`matcher.characters`), ``amount`` uses the row's ``currency``
            column, ``percent`` becomes millionths.
        required: every row must have it.
        words: for ``word``, what a cell may hold.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    words: tuple[str, ...] = ()


def checked(table: "Table", declared: Sequence[Column]) -> "tuple[pl.DataFrame, Table]":
    """A table's rows with the declared columns typed, and ``extra``: the other columns as a JSON object per row ('' when none).

    The second value tells the line of a row, for checks across columns.

    Raises:
        MatcherError: see `typed`; all that is wrong in one error.
    """
    frame, found = typed(table, declared)
    refuse(table, found)
    return frame, table


def typed(table: "Table", declared: Sequence[Column], apart: Collection[str] = ()) -> tuple[pl.DataFrame, list[RowFault]]:
    """The rows as `checked` gives them, where a cell that cannot be read is empty or null, and all that is wrong with them.

    The faults are ``column.missing``, ``row.width``, ``row.invalid``, ``amount.*``, ``date.invalid``, ``currency.unknown`` and
    ``value.unknown``. What follows of another fault is none of its own: an amount in an unknown currency, a cell of a shifted row.

    Args:
        table: as text.
        declared: columns that are looked for.
        apart: columns that are read elsewhere, and are no part of ``extra``.
    """
    columns = [c.name for c in declared if c.required and c.name not in table.frame.columns]
    found = [RowFault(HEADER, "column.missing", f"there is no column {', '.join(columns)}")] if columns else []
    present = {c.name for c in declared} & set(table.frame.columns)
    # of an id only ordinary spaces are taken off: with other signs around it, it is another text, and refused
    ids = {c.name for c in declared if c.kind == "id"}
    frame = table.frame.with_columns(pl.col(n).fill_null("").str.strip_chars(" " if n in ids else None) for n in present)
    frame = frame.with_columns(pl.lit("").alias(c.name) for c in declared if c.name not in present)
    others = [n for n in table.frame.columns if n not in present and n not in apart]
    result = frame.select(*(_typed(c) for c in declared), _extra(frame, others))
    wide = {fault.row for fault in table.wide}
    for column in declared:
        if column.name in present:
            found += [fault for fault in _faults(column, frame, result) if fault.row not in wide]
    return result, [*found, *table.wide]


@dataclass(frozen=True)
class Table:
    """A table as text, and where its rows stand in the file."""

    frame: pl.DataFrame
    name: str
    data: bytes | None  # the CSV text, to find a row's line
    first: int = 2  # line of the first row, where there is no CSV text
    wide: tuple[RowFault, ...] = ()  # rows with more cells than the header
    lines: Sequence[int] | None = None  # line of each row, where the reader of a layout knows them
    header: int = 1  # line of the header, then
    layout: str = ""  # name of the layout; '' for the contract's own columns

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, object]], name: str) -> "Table":
        """A table from mappings, as if its cells had been written in a file; its lines are the places of the rows, from 1.

        Dates, decimals and whole numbers become text, None an empty cell, a list of texts the form ``a|b``. Floats are refused:
        an amount must not have been through one.

        Raises:
            MatcherError: ``row.invalid`` for a cell of another type.
        """
        names = list(dict.fromkeys(key for row in rows for key in row))
        cells = [[_plain(row.get(key), key, f"{name}:{number}") for key in names] for number, row in enumerate(rows, 1)]
        return cls(pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String()), orient="row"), name, None, first=1)

    def without_rows(self) -> "Table":
        """The same without the rows: enough to tell where one stood."""
        return replace(self, frame=self.frame.clear())

    def where(self, row: int) -> str:
        """File and line of a row (counted from 0)."""
        return self.places([row])[0]

    def places(self, rows: Sequence[int]) -> list[str]:
        """File and line of each of these rows, in their order. The file is walked once for all of them."""
        if (known := self.lines) is not None:
            return [f"{self.name}:{self.header if row == HEADER else known[row]}" for row in rows]
        if self.data is None:
            return [f"{self.name}:{1 if row == HEADER else row + self.first}" for row in rows]
        lines = {HEADER: 1}
        last = max(rows, default=HEADER)
        wanted = set(rows)
        for row, line, _ in _walk(self.data.decode("utf-8-sig")):
            if row in wanted:
                lines[row] = line
            if row >= last:
                break
        return [f"{self.name}:{lines[row]}" for row in rows]


def _walk(text: str, *, strict: bool = False) -> Iterator[tuple[int, int, list[str]]]:
    """Each row of CSV text that holds something: its number (`HEADER` for the header), the line it begins on, and its cells.

    Raises:
        csv.Error: when `strict`, for quotes that do not match; its text is the number of the line.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=strict)
    row, start = HEADER - 1, 1
    try:
        for cells in reader:
            # the header counts whatever it holds; a row of empty cells is an empty line
            if (cells and row < HEADER) or any(cell.strip() for cell in cells):
                row += 1
                yield row, start, cells
            start = reader.line_num + 1
    except csv.Error:
        raise csv.Error(str(reader.line_num)) from None


def _plain(value: object, column: str, where: str) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case Decimal():
            return f"{value:f}"
        case bool() | float():
            raise MatcherError("row.invalid", f"{column} is a {type(value).__name__}; write text, a decimal or a whole number", where)
        case int():
            return str(value)
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case list() | tuple() if all(isinstance(part, str) for part in value):
            return "|".join(value)
    raise MatcherError("row.invalid", f"{column} is a {type(value).__name__}; write text, a decimal or a date", where)


def text_table(data: bytes, name: str, opened: Sequence[RawSheet] | None = None) -> Table:
    """A file's rows as text. `opened` are the sheets of a workbook, where they are read already.

    Raises:
        MatcherError: ``file.empty``, ``file.binary``, ``file.encoding``, ``file.malformed`` or ``file.cut``, alone.
    """
    if not data.strip():
        raise MatcherError("file.empty", "the file is empty", name)
    if data[:4] == b"PAR1":
        try:
            raw = pl.read_parquet(io.BytesIO(data))
            return Table(pl.DataFrame([columns.written(column) for column in raw.get_columns()]), name, None)
        except pl.exceptions.PolarsError as error:
            raise MatcherError("file.malformed", "the Parquet file cannot be read", name) from error
    if data[:4] == b"PK\x03\x04" or opened is not None:
        return Table(_xlsx(raw_sheets(data, name) if opened is None else opened, name), name, None)
    return _csv(data, name)


def _csv(data: bytes, name: str) -> Table:
    if b"\0" in data:
        raise MatcherError("file.binary", "the file is neither text nor XLSX nor Parquet", name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MatcherError("file.encoding", "the bytes are not UTF-8", f"{name}:{line}") from None
    wide: tuple[RowFault, ...] = ()
    lines = text.split("\n")
    if text.count('"') % 2 and lines[-1].count('"') % 2:
        raise MatcherError("file.cut", "a quoted cell is not closed", f"{name}:{len(lines)}", "Export the file again.")
    if lines[-1] and (cut := _cut_line(text)):
        raise MatcherError("file.cut", "the list ends within this row", f"{name}:{cut}", "Export the file again, whole.")
    try:
        frame = pl.read_csv(text.encode(), infer_schema=False)
    except pl.exceptions.PolarsError:
        wide = _too_wide(text, name)
        try:
            frame = pl.read_csv(text.encode(), infer_schema=False, truncate_ragged_lines=True)
        except pl.exceptions.PolarsError:
            raise MatcherError("file.malformed", "the text is not comma-separated values", name) from None
    if len(set(frame.columns)) != len(frame.columns) or any("_duplicated_" in c for c in frame.columns):
        raise MatcherError("file.malformed", "two columns have one name", f"{name}:1")
    frame = frame.rename({c: c.strip() for c in frame.columns})
    blank = pl.all_horizontal(pl.all().fill_null("").str.strip_chars() == "")
    if frame.select(blank.any()).item():
        frame = frame.filter(~blank)
    if text.count('"') % 2:
        raise MatcherError("file.cut", "a quoted cell is not closed", f"{name}:{text.count(chr(10)) + 1}")
    return Table(frame, name, data, wide=wide)


def _cut_line(text: str) -> int:
    """The line of the last row of a text without a line end behind it, when it looks cut within that row; else 0."""
    try:
        header, *rows = _walk(text)
    except (csv.Error, ValueError):
        return 0
    if len(rows) < 2:
        return 0
    *others, (_, line, last) = rows
    width = len(header[2])
    told = header[2][-1].strip() in _AMOUNTS and all(len(cells) == width for *_, cells in others)
    amount = last[-1].strip() if told and len(last) == width else None
    amounts = [cells[-1].strip() for *_, cells in others] if told else []
    return line if is_cut(len(last), (len(cells) for *_, cells in others), amount, amounts) else 0


def _too_wide(text: str, name: str) -> tuple[RowFault, ...]:
    """The rows with more cells than the header, of a text that has such rows or is not CSV at all."""
    wide, width = [], 0
    try:
        for row, _, cells in _walk(text, strict=True):
            width = width or len(cells)
            if len(cells) > width:
                wide.append(RowFault(row, "row.width", f"the row has {len(cells)} cells, the header {width}"))
    except csv.Error as error:
        raise MatcherError("file.malformed", "the quotes of a cell do not match", f"{name}:{error}") from None
    if not wide:
        raise MatcherError("file.malformed", "the text is not comma-separated values", name)
    return tuple(wide)


_AMOUNTS = ("amount", "open_amount", "disputed_amount")
_DAYS = ("issue_date", "date")
"""Columns of days by which rows without titles are known."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def one_sheet(sheets: Sequence[RawSheet], name: str) -> None:
    """Refuses a workbook in the contract's columns whose other sheets hold rows, too: they would be missing.

    Raises:
        MatcherError: ``layout.ambiguous``.
    """
    header = [_cell(cell).strip() for cell in sheets[0].rows[0]] if sheets else []
    days = [place for place, title in enumerate(header) if title in _DAYS]
    for sheet in sheets[1:]:
        again = [_cell(cell).strip() for cell in sheet.rows[0]] == header
        if again or any(_DAY.match(_cell(row[place])) for row in sheet.rows for place in days if place < len(row)):
            what = f"the sheets {sheets[0].name!r} and {sheet.name!r} both hold rows"
            raise MatcherError("layout.ambiguous", what, name, "Put the rows into one sheet, or hide the one that is not to be read.")


def _xlsx(sheets: Sequence[RawSheet], name: str) -> pl.DataFrame:
    if not sheets:
        raise MatcherError("file.empty", "the first sheet is empty", name)
    rows = sheets[0].rows
    header = [_cell(c).strip() for c in rows[0]]
    if len(set(header)) != len(header):
        raise MatcherError("file.malformed", "two columns have one name", f"{name}:1")
    body = [[_cell(c) for c in row] for row in rows[1:]]
    return pl.DataFrame(body, schema=dict.fromkeys(header, pl.String()), orient="row")


def _cell(value: Any) -> str:
    """A spreadsheet cell as text. Whole floats lose their '.0'; a date-time at midnight is a date."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text.removesuffix(" 00:00:00") if hasattr(value, "isoformat") else text


def _typed(column: Column) -> pl.Expr:
    cell = pl.col(column.name)
    match column.kind:
        case "amount":
            return columns.amount(cell, pl.col("currency")).alias(column.name)
        case "date":
            return columns.possible(columns.iso_date(cell)).alias(column.name)
        case "percent":
            return columns.amount(cell, pl.lit(_MOST_PLACES)).alias(column.name)
        case _:
            return cell


def _extra(frame: pl.DataFrame, others: list[str]) -> pl.Expr:
    if not others:
        return pl.lit("").alias("extra")
    cells = [pl.col(c).fill_null("") for c in sorted(others)]
    stated = pl.any_horizontal(c != "" for c in cells)
    named = pl.when(stated).then(pl.struct(cells).struct.json_encode()).otherwise(pl.lit(""))
    return named.alias("extra")


def _faults(column: Column, frame: pl.DataFrame, result: pl.DataFrame) -> list[RowFault]:
    """All that is wrong with the cells of a column: `frame` has them as text, `result` as they were read."""
    cells = frame[column.name]
    empty = [RowFault(row, "row.invalid", f"{column.name} is empty") for row in _rows(cells == "")] if column.required else []
    match column.kind:
        case "text":
            return empty
        case "id":
            return empty + _id_faults(column, cells)
        case "word":
            bad, code, among = ~cells.is_in([*column.words, ""]), "value.unknown", ", ".join(column.words)
            return empty + [RowFault(row, code, f"{column.name} {cells[row]!r} is none of {among}") for row in _rows(bad)]
        case "currency":
            bad, code = ~cells.is_in([*money.SCALE, ""]), "currency.unknown"
            return empty + [RowFault(row, code, f"{cells[row]!r} is not an ISO 4217 currency code") for row in _rows(bad)]
        case "date":
            return empty + _date_faults(column, cells, result[column.name])
        case "amount" | "percent":
            return empty + _amount_faults(column, frame, result[column.name])


def _rows(bad: pl.Series) -> list[int]:
    return bad.arg_true().to_list() if bad.any() else []


def _id_faults(column: Column, cells: pl.Series) -> list[RowFault]:
    # all but plain letters, digits and signs of ASCII are looked at one by one
    odd = ((row, cells[row]) for row in _rows(cells.str.contains("[^!-~]")))
    return [RowFault(row, "row.invalid", f"{column.name} {cell[:40]!r} {fault}") for row, cell in odd if (fault := identifier_fault(cell))]


def _date_faults(column: Column, cells: pl.Series, days: pl.Series) -> list[RowFault]:
    rows = _rows(days.is_null() & (cells != ""))
    if not rows:
        return []
    bad = cells.gather(rows)
    outside = pl.select(columns.iso_date(pl.lit(bad)).is_not_null()).to_series()
    years = f"lies outside the years {columns.EARLIEST.year} to {columns.LATEST.year}"
    return [
        RowFault(row, "date.invalid", f"{column.name} {cell[:40]!r} {years if is_day else 'is not a date like 2026-10-31'}")
        for row, cell, is_day in zip(rows, bad, outside, strict=True)
    ]


def _amount_faults(column: Column, frame: pl.DataFrame, amounts: pl.Series) -> list[RowFault]:
    cells = frame[column.name]
    rows = _rows(amounts.is_null() & (cells != ""))
    if not rows:
        return []
    currencies = [_MOST_PLACES] * len(rows) if column.kind == "percent" else frame["currency"].gather(rows).to_list()
    found = []
    for row, currency in zip(rows, currencies, strict=True):
        # in an unknown currency, which is a fault of its own, a cell may still be no number at all
        known = currency if currency in money.SCALE else _MOST_PLACES
        try:
            money.parse(cells[row], known)
        except MatcherError as error:
            found.append(RowFault(row, error.code, f"{column.name}: {error.what}"))
        else:
            if known == currency:
                found.append(RowFault(row, "amount.invalid", f"{column.name} {cells[row][:40]!r} is not an amount"))
    return found
