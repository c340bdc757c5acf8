"""Tables in the contract's layout (CSV, Parquet or XLSX) into checked, typed frames.

Every cell is read as text first. A column is declared by name and kind; what is declared is checked for the whole column at
once, and only when something is wrong is the file walked again to name the line.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NoReturn

import polars as pl

from matcher import columns, money
from matcher.characters import identifier_fault
from matcher.errors import MatcherError

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


def read(data: bytes, name: str, declared: Sequence[Column]) -> "tuple[pl.DataFrame, Table]":
    """A file's rows with the declared columns typed, and ``extra``: the other columns as a JSON object per row ('' when none).

    The second value tells the line of a row, for checks across columns.

    Raises:
        MatcherError: ``file.empty``, ``file.binary``, ``file.encoding``, ``file.malformed``, ``column.missing``, ``row.width``,
            ``row.invalid``, ``amount.*``, ``date.invalid``, ``currency.unknown`` or ``value.unknown``, with file and line.
    """
    return checked(_text_table(data, name), declared)


def checked(table: "Table", declared: Sequence[Column]) -> "tuple[pl.DataFrame, Table]":
    """`read` for a table that is at hand as text."""
    missing = [c.name for c in declared if c.required and c.name not in table.frame.columns]
    if missing:
        raise MatcherError("column.missing", f"there is no column {', '.join(missing)}", f"{table.name}:1")
    present = {c.name for c in declared} & set(table.frame.columns)
    # of an id only ordinary spaces are taken off: with other signs around it, it is another text, and refused
    ids = {c.name for c in declared if c.kind == "id"}
    frame = table.frame.with_columns(pl.col(n).fill_null("").str.strip_chars(" " if n in ids else None) for n in present)
    frame = frame.with_columns(pl.lit("").alias(c.name) for c in declared if c.name not in present)
    typed = frame.select(*(_typed(c) for c in declared), _extra(frame, [n for n in table.frame.columns if n not in present]))
    for column in declared:
        _check(column, frame, typed, table)
    return typed, table


@dataclass(frozen=True)
class Table:
    """A table as text, and where its rows stand in the file."""

    frame: pl.DataFrame
    name: str
    data: bytes | None  # the CSV text, to find a row's line
    first: int = 2  # line of the first row, where there is no CSV text

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
        return f"{self.name}:{self.line(row)}"

    def line(self, row: int) -> int:
        """1-based line of a row in the file."""
        if self.data is None:
            return row + self.first
        reader = csv.reader(io.StringIO(self.data.decode("utf-8-sig"), newline=""))
        start, at = 1, -2
        for cells in reader:
            at += bool(cells)
            if at == row:
                break
            start = reader.line_num + 1
        return start


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


def _text_table(data: bytes, name: str) -> Table:
    if not data.strip():
        raise MatcherError("file.empty", "the file is empty", name)
    if data[:4] == b"PAR1":
        try:
            raw = pl.read_parquet(io.BytesIO(data))
            return Table(pl.DataFrame([columns.written(column) for column in raw.get_columns()]), name, None)
        except pl.exceptions.PolarsError as error:
            raise MatcherError("file.malformed", "the Parquet file cannot be read", name) from error
    if data[:4] == b"PK\x03\x04":
        return Table(_xlsx(data, name), name, None)
    return Table(_csv(data, name), name, data)


def _csv(data: bytes, name: str) -> pl.DataFrame:
    if b"\0" in data:
        raise MatcherError("file.binary", "the file is neither text nor XLSX nor Parquet", name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MatcherError("file.encoding", "the bytes are not UTF-8", f"{name}:{line}") from None
    try:
        frame = pl.read_csv(text.encode(), infer_schema=False)
    except pl.exceptions.PolarsError:
        _diagnose(text, name)
    if len(set(frame.columns)) != len(frame.columns) or any("_duplicated_" in c for c in frame.columns):
        raise MatcherError("file.malformed", "two columns have one name", f"{name}:1")
    frame = frame.rename({c: c.strip() for c in frame.columns})
    blank = pl.all_horizontal(pl.all().str.strip_chars() == "")
    if frame.select(blank.any()).item():
        frame = frame.filter(~blank)
    if text.count('"') % 2:
        raise MatcherError("file.cut", "a quoted cell is not closed", f"{name}:{text.count(chr(10)) + 1}")
    return frame


def _diagnose(text: str, name: str) -> NoReturn:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    width = 0
    try:
        for cells in reader:
            width = width or len(cells)
            if len(cells) > width:
                raise MatcherError("row.width", f"the row has {len(cells)} cells, the header {width}", f"{name}:{reader.line_num}")
    except csv.Error:
        raise MatcherError("file.malformed", "the quotes of a cell do not match", f"{name}:{reader.line_num}") from None
    raise MatcherError("file.malformed", "the text is not comma-separated values", name)


def _xlsx(data: bytes, name: str) -> pl.DataFrame:
    from matcher import workbooks  # its library takes longer to load than most files to read

    try:
        sheets = workbooks.sheets(io.BytesIO(data), len(data))
    except MatcherError as error:
        raise error.at(name) from None
    rows = sheets[0].to_python() if sheets else []
    if not rows:
        raise MatcherError("file.empty", "the first sheet is empty", name)
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
            # a percentage has at most four places here: the column form of an amount in a four-place unit
            return (columns.amount(cell, pl.lit("CLF"))).alias(column.name)
        case _:
            return cell


def _extra(frame: pl.DataFrame, others: list[str]) -> pl.Expr:
    if not others:
        return pl.lit("").alias("extra")
    cells = [pl.col(c).fill_null("") for c in sorted(others)]
    stated = pl.any_horizontal(c != "" for c in cells)
    named = pl.when(stated).then(pl.struct(cells).struct.json_encode()).otherwise(pl.lit(""))
    return named.alias("extra")


def _check(column: Column, frame: pl.DataFrame, typed: pl.DataFrame, table: Table) -> None:
    cells = frame[column.name]
    if column.required and (row := _first((cells == "").to_list() if (cells == "").any() else [])) is not None:
        raise MatcherError("row.invalid", f"{column.name} is empty", table.where(row))
    if column.kind == "id":
        _check_ids(column, cells, table)
    elif column.kind == "word":
        bad = ~cells.is_in([*column.words, ""])
        if (row := _first(bad)) is not None:
            raise MatcherError("value.unknown", f"{column.name} {cells[row]!r} is none of {', '.join(column.words)}", table.where(row))
    elif column.kind == "currency":
        bad = ~cells.is_in([*money.SCALE, ""])
        if (row := _first(bad)) is not None:
            raise MatcherError("currency.unknown", f"{cells[row]!r} is not an ISO 4217 currency code", table.where(row))
    elif column.kind != "text" and (row := _first(typed[column.name].is_null() & (cells != ""))) is not None:
        _refuse_cell(column, cells[row], frame, row, table)


def _check_ids(column: Column, cells: pl.Series, table: Table) -> None:
    # all but plain letters, digits and signs of ASCII are looked at one by one
    odd = cells.str.contains("[^!-~]")
    for row in odd.arg_true() if odd.any() else ():
        if fault := identifier_fault(cells[row]):
            raise MatcherError("row.invalid", f"{column.name} {cells[row][:40]!r} {fault}", table.where(row))


def _refuse_cell(column: Column, cell: str, frame: pl.DataFrame, row: int, table: Table) -> NoReturn:
    where = table.where(row)
    if column.kind == "date":
        if frame.slice(row, 1).select(columns.iso_date(pl.col(column.name)).is_not_null()).item():
            years = f"{columns.EARLIEST.year} to {columns.LATEST.year}"
            raise MatcherError("date.invalid", f"{column.name} {cell[:40]!r} lies outside the years {years}", where)
        raise MatcherError("date.invalid", f"{column.name} {cell[:40]!r} is not a date like 2026-10-31", where)
    try:
        money.parse(cell, "CLF" if column.kind == "percent" else frame["currency"][row])
    except MatcherError as error:
        raise MatcherError(error.code, f"{column.name}: {error.what}", where) from None
    raise MatcherError("amount.invalid", f"{column.name} {cell[:40]!r} is not an amount", where)


def _first(bad: "pl.Series | list[bool]") -> int | None:
    series = pl.Series(bad, dtype=pl.Boolean)
    return series.arg_max() if series.any() else None
