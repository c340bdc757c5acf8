"""Plain tables in bulk: chunks of the file go through polars as columns, a row becomes an object only where something is wrong.

The rules are those of `rows`; a property test holds both equal. A chunk that polars and the row reader might cut into cells
differently is read row by row instead, and so is every row with a cell that does not fit, which then says what is wrong with it.
"""

import contextlib
import csv
import io
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from matcher import money
from matcher.parsers.base import HEAD_BYTES, MAX_LINE, Event, Source
from matcher.parsers.csv.cells import CellError, currency_code
from matcher.parsers.csv.damaged import DAMAGED, IDENTIFYING
from matcher.parsers.csv.layout import MAX_PLAIN_WIDTH, Layout
from matcher.parsers.csv.reading import TableReading
from matcher.parsers.csv.records import Record, RecordReader
from matcher.parsers.csv.rows import NOT_PROVIDED, TEXT_FIELDS
from matcher.parsers.csv.text import TooLongError, bounded

CHUNK = 2 << 20
_MAX_BAD_ROWS = 200
_SEARCH = 200
_MAX_DIGITS = len(str(money.MAX_MINOR)) - 1
_SEPARATORS = (b"\x1c", b"\x1d", b"\x1e", b"\x1f", b"\0")
"""Blanks for Python and not for polars, and the zero byte: chunks with these are read row by row."""
_ISO = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
NAMES = [f"c{place}" for place in range(MAX_PLAIN_WIDTH)]
"""What columns of cells are called, whatever the header says."""


@dataclass(frozen=True)
class _Capsule:
    """An array handed over as it lies in memory: asked for its type by name, polars would import much more of its library first."""

    array: pa.Array

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        exported: tuple[object, object] = self.array.__arrow_c_array__(requested_schema)
        return exported


@dataclass(frozen=True)
class _Chunk:
    """Whole lines of the file, the number of the first, and their columns, which another thread makes; None where cuts are in doubt."""

    text: bytes
    line: int
    prepared: "Future[tuple[pl.DataFrame, pl.DataFrame | None] | None] | None"


class Utf8Error(Exception):
    """Bytes that are not UTF-8; `line` is where."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def read(source: Source, reading: TableReading, delimiter: str) -> Iterator[Event]:
    """The events of the file's rows after the header.

    Raises:
        TooLongError: when a line exceeds the bound.
        Utf8Error: when bytes are not UTF-8.
    """
    with source.open() as stream, ThreadPoolExecutor(1) as worker:
        line, rest = _skip(stream, reading.layout, delimiter)
        final, before = False, None
        while before or not final:
            block = b"" if final else stream.read(CHUNK)
            final = not block
            text, rest, sure = _cut(rest + block)
            long = len(rest) > CHUNK + MAX_LINE
            # one chunk is cut into cells while the rows of the one before it are handed on
            prepared = worker.submit(_prepared, text, reading.layout, delimiter, line) if text and sure else None
            ahead = _Chunk(text, line, prepared) if text else None
            if before:
                remainder, after = yield from _rows(before, reading, delimiter, final and not text and not rest)
                if remainder or after != line:
                    # the row reader drew the border elsewhere: what was cut ahead is cut again from there
                    rest, line, ahead, final = remainder + text + rest, after, None, final and not text
            if ahead:
                line += _count(text, "\n")
            if long:
                raise TooLongError(line)
            before = ahead
        if rest:
            yield from _slow(rest, reading, delimiter, line, True)


def _prepared(chunk: bytes, layout: Layout, delimiter: str, line: int) -> tuple[pl.DataFrame, pl.DataFrame | None] | None:
    frame = _frame(chunk, layout, delimiter, line)
    return None if frame is None else (frame, _typed(frame, layout, padded=False))


def _rows(chunk: _Chunk, reading: TableReading, delimiter: str, final: bool) -> Generator[Event, None, tuple[bytes, int]]:
    """The events of a chunk; gives what is left of it because its last record goes on, and the number of the next line."""
    prepared = chunk.prepared.result() if chunk.prepared else None
    if prepared is None:
        return (yield from _slow(chunk.text, reading, delimiter, chunk.line, final))
    yield from _emit(*prepared, reading)
    return b"", chunk.line + _count(chunk.text, "\n")


def _skip(stream: BinaryIO, layout: Layout, delimiter: str) -> tuple[int, bytes]:
    """Passes over everything up to and including the header; gives the next line's number and the bytes already read."""
    head = stream.read(HEAD_BYTES)
    text = io.StringIO(head.decode("utf-8-sig", "replace"), newline="")
    reader = RecordReader(iter(text), delimiter, '"')
    for ordinal, _ in enumerate(reader):
        if ordinal == layout.ordinal:
            break
    place = -1
    for _ in range(reader.line - 1):
        place = head.find(b"\n", place + 1)
        if place < 0:
            return reader.line, b""
    return reader.line, head[place + 1 :]


def _cut(data: bytes) -> tuple[bytes, bytes, bool]:
    """Splits at the last line end outside quotation marks; also tells whether it is surely outside."""
    end = data.rfind(b"\n") + 1
    if b'"' not in data:
        return data[:end], data[end:], True
    odd = _count(data[:end], '"') % 2
    place = end
    for _ in range(_SEARCH):
        if not odd:
            return data[:place], data[place:], True
        before = data.rfind(b"\n", 0, place - 1) + 1
        if before <= 0:
            break
        odd ^= data.count(b'"', before, place) % 2
        place = before
    return data[:end], data[end:], False


def _count(data: bytes, mark: str) -> int:
    """How often an ASCII character occurs: faster than `bytes.count` when it is frequent."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord(mark)))


def _slow(chunk: bytes, reading: TableReading, delimiter: str, line: int, final: bool) -> Generator[Event, None, tuple[bytes, int]]:
    """Reads a chunk row by row; gives what is left of it because its last record goes on, and the number of the next line."""
    text = io.StringIO(_decoded(chunk, line), newline="")
    records = RecordReader(bounded(text, line), delimiter, '"', line, final)
    yield from reading.records(records)
    return records.rest.encode(), records.line


def _decoded(chunk: bytes, line: int) -> str:
    try:
        return chunk.decode()
    except UnicodeDecodeError as error:
        raise Utf8Error(line + chunk.count(b"\n", 0, error.start)) from None


def _frame(chunk: bytes, layout: Layout, delimiter: str, line: int) -> pl.DataFrame | None:
    """The chunk's cells as columns of text with `line` and `raw`, or None when their boundaries are in any doubt."""
    odd_ends = b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n")
    if odd_ends or chunk[-1:] != b"\n" or any(mark in chunk for mark in _SEPARATORS):
        return None
    try:
        frame = pl.read_csv(
            chunk, has_header=False, separator=delimiter, quote_char='"', infer_schema=False, empty_string_is_null=False,
            schema=dict.fromkeys(NAMES[: layout.width], pl.String), raise_if_empty=False,
        )  # fmt: skip
    except pl.exceptions.PolarsError:
        return None
    if not frame.height or frame[NAMES[layout.width - 1]].null_count():
        return None
    characters = np.frombuffer(chunk, np.uint8)
    ends = np.flatnonzero(characters == ord("\n")) + 1
    if len(ends) != frame.height:
        inside = frame.select(pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True))).to_series()
        places = (inside.cast(pl.Int64) + 1).cum_sum().to_numpy()
        if int(places[-1]) != len(ends):
            return None
        ends = ends[places - 1]
        lines = np.concatenate(([0], places[:-1])) + line
        frame = frame.with_columns(pl.lit(True).alias("wrapped"))
    else:
        lines = np.arange(line, line + frame.height)
    starts = np.concatenate(([0], ends[:-1]))
    if int((ends - starts).max()) > csv.field_size_limit():
        return None
    offsets = pa.py_buffer(np.concatenate(([0], ends)).astype(np.int64))
    raw = pa.LargeStringArray.from_buffers(frame.height, offsets, pa.py_buffer(chunk))
    frame = frame.with_columns(pl.Series("line", lines, pl.Int64), pl.Series(_Capsule(raw)).str.strip_chars_end("\r\n").alias("raw"))
    if _quotes_pair(characters, delimiter):
        return frame
    return frame if "wrapped" not in frame.columns and _quotes_agree(frame, layout.width, delimiter) else None


def _quotes_pair(characters: npt.NDArray[np.uint8], delimiter: str) -> bool:
    """Whether every quotation mark opens at the start of a cell or closes at the end of one, so that none is inside a cell."""
    places = np.flatnonzero(characters == ord('"'))
    if not len(places):
        return True
    opening, closing = places[0::2], places[1::2]
    if len(opening) != len(closing) or int(closing[-1]) == len(characters) - 1:
        return False
    before = characters[np.maximum(opening - 1, 0)]
    after = characters[closing + 1]
    starts = (before == ord(delimiter)) | (before == ord("\n")) | (opening == 0)
    ends = (after == ord(delimiter)) | (after == ord("\n")) | (after == ord("\r"))
    return bool(starts.all() and ends.all())


def _quotes_agree(frame: pl.DataFrame, width: int, delimiter: str) -> bool:
    """Whether the rows that have a quotation mark inside a cell are cut into the same cells by the row reader."""
    cells = pl.col(NAMES[:width])
    doubtful = frame.filter(pl.any_horizontal(cells.str.contains('"', literal=True)))
    records = csv.reader(io.StringIO("\n".join(doubtful["raw"]), newline=""), delimiter=delimiter)
    rows = list(records)
    return [tuple(row) for row in rows] == doubtful.select(cells).rows()


def emit(frame: pl.DataFrame, reading: TableReading) -> Iterator[Event]:
    """The events of rows whose cells are columns of text called `NAMES`, with `line` and `raw`."""
    return _emit(frame, _typed(frame, reading.layout, padded=False), reading)


def _emit(frame: pl.DataFrame, typed: pl.DataFrame | None, reading: TableReading) -> Iterator[Event]:
    if typed is not None and typed["bad"].sum() > _MAX_BAD_ROWS:
        typed = _typed(frame, reading.layout, padded=True)
    bad = [] if typed is None else typed["bad"].arg_true().to_list()
    if typed is None or len(bad) > _MAX_BAD_ROWS:
        yield from reading.records(_records(frame, reading.layout.width))
        return
    begin = 0
    for place in [*bad, frame.height]:
        yield from _grouped(typed[begin:place], reading)
        yield from reading.records(_records(frame[place : place + 1], reading.layout.width))
        begin = place + 1


def _records(frame: pl.DataFrame, width: int) -> Iterator[Record]:
    for *cells, line, raw in frame.select(*NAMES[:width], "line", "raw").iter_rows():
        yield line, cells, raw + "\n"


def _grouped(typed: pl.DataFrame, reading: TableReading) -> Iterator[Event]:
    if typed.height:
        for group in typed.partition_by("account", "currency", maintain_order=True):
            account, currency = group["account"][0], group["currency"][0]
            yield from reading.statements.add_frame(account, currency, group.drop("account", "bad"))


def _typed(frame: pl.DataFrame, layout: Layout, padded: bool) -> pl.DataFrame | None:
    """The columns of `Transaction` with `account` and `bad`; None when there are too many currencies to be a statement.

    Texts are always trimmed, days and amounts only when they are `padded`: without that a padded one is merely a bad cell, which the
    row reader trims.
    """
    places = {name: NAMES[positions[0]] for name, positions in layout.cells.items()}
    trimmed = {name for name in places if padded or name == "account" or name in TEXT_FIELDS}
    column = {name: pl.col(place).str.strip_chars() if name in trimmed else pl.col(place) for name, place in places.items()}
    cells = frame.select(*(expression.alias(name) for name, expression in column.items()), "line", "raw")
    if "wrapped" in frame.columns:
        cells = cells.with_columns(pl.col(*places).str.replace_all(r"[\r\n]+", " "))
    codes = {name: _codes(cells[name]) for name in ("currency", "instructed_currency") if name in places}
    if any(mapping is None for mapping in codes.values()):
        return None
    own, instructed = codes["currency"] or {}, codes.get("instructed_currency") or {}
    values = [_replaced("currency", own), _minor("amount", "currency", own), _day("booking_date")]
    values += [_day("value_date")] if "value_date" in places else []
    values += [_minor("balance", "currency", own)] if "balance" in places else []
    if "instructed_amount" in places and instructed:
        values += [_minor("instructed_amount", "instructed_currency", instructed), _replaced("instructed_currency", instructed)]
    typed = cells.select(value.alias(value.meta.output_name()) for value in values)
    must = [typed[name].is_null() for name in ("currency", "amount", "booking_date")] + [
        cells[name] == "" for name in layout.profile.filled if name in places
    ]
    may = [(cells[name] != "") & typed[name].is_null() for name in ("value_date", "balance", "instructed_amount") if name in typed.columns]
    # the row reader says what a spreadsheet has damaged
    may += [cells[name].str.contains(DAMAGED) for name in IDENTIFYING if name in cells.columns]
    if "instructed_amount" in places and "instructed_amount" not in typed.columns:
        may.append(cells["instructed_amount"] != "")
        cells = cells.drop("instructed_amount")
    typed = typed.with_columns(pl.Series("bad", reduce(or_, must + may), pl.Boolean), *_settled(typed))
    text = [name for name in ("account", *TEXT_FIELDS, "line", "raw") if name in cells.columns]
    return pl.concat([typed, cells.select(text).with_columns(_provided(text))], how="horizontal")


def _settled(typed: pl.DataFrame) -> list[pl.Expr]:
    """The instructed amount with the sign of the amount, and its currency only where there is one."""
    if "instructed_amount" not in typed.columns:
        return []
    minor = pl.col("instructed_amount").abs()
    return [
        pl.when(pl.col("amount") < 0).then(-minor).otherwise(minor).alias("instructed_amount"),
        pl.when(minor.is_null()).then(pl.lit("")).otherwise(pl.col("instructed_currency")).alias("instructed_currency"),
    ]


def _provided(names: Sequence[str]) -> list[pl.Expr]:
    name = "end_to_end_id"
    return [pl.when(pl.col(name) == NOT_PROVIDED).then(pl.lit("")).otherwise(pl.col(name)).alias(name)] if name in names else []


def _codes(column: pl.Series) -> dict[str, str] | None:
    """ISO code of each text in a currency column; texts that name none are left out. None when the column is not one of currencies."""
    texts = column.unique()
    if len(texts) > len(money.SCALE):
        return None
    codes = {}
    for text in texts:
        with contextlib.suppress(CellError):
            codes[text] = currency_code(text)
    return codes


def _replaced(name: str, codes: Mapping[str, str]) -> pl.Expr:
    return pl.col(name).replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.String)


def _day(name: str) -> pl.Expr:
    column = pl.col(name)
    return pl.when(column.str.contains(_ISO)).then(column.str.to_date("%Y-%m-%d", strict=False)).alias(name)


def _minor(name: str, currency: str, codes: Mapping[str, str]) -> pl.Expr:
    """Minor units of plain decimals by the row's currency; null where the text is not one, or has places the currency lacks."""
    by_places: dict[int, list[str]] = {}
    for text, code in codes.items():
        by_places.setdefault(money.scale(code), []).append(text)
    column, units = pl.col(name), pl.lit(None, pl.Int64)
    for places, texts in sorted(by_places.items()):
        tail = f"[0-9]{{1,{places}}}0{{0,9}}" if places else "0{1,9}"
        # So many digits are below the largest amount for certain; the row reader decides about longer figures.
        digits = _MAX_DIGITS - places
        fits = column.str.contains(rf"^[+-]?(?:[0-9]{{1,{digits}}}(?:\.[0-9]{{0,{places}}}0{{0,9}})?|\.{tail})$")
        # A decimal of exactly the currency's places is, physically, the number of minor units.
        minor = column.cast(pl.Decimal(38, places), strict=False).to_physical().cast(pl.Int64, strict=False)
        units = pl.when(fits & pl.col(currency).is_in(texts)).then(minor).otherwise(units)
    return units.alias(name)
