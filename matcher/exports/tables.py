"""Frames as files: CSV, Parquet or JSON by the file's ending.

CSV is what spreadsheets open, and a spreadsheet runs a cell that begins with ``=`` as a formula. Text from a bank line can hold
anything its payer typed, so in CSV such a cell gets an apostrophe in front, which spreadsheets take as "this is text"
(https://owasp.org/www-community/attacks/CSV_Injection). Cells that are numbers stay as they are. Parquet and JSON keep the
text as it is: nothing runs it there.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import polars as pl

from matcher.amounts import render
from matcher.characters import RANGES
from matcher.errors import MatcherError
from matcher.exports.files import atomic

CHUNK_ROWS = 50_000
# what shows nothing may stand before it: a program that takes it off would run the rest
_HIDDEN = "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in RANGES if last != 0xDFFF)
_STARTS_FORMULA = rf"^[{_HIDDEN}]*[=+\-@\t\r\n＝＋－＠]"
_IS_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"


def neutralise(frame: pl.DataFrame) -> pl.DataFrame:
    """Text cells that a spreadsheet would run get an apostrophe in front; numbers, dates and other text stay as they are."""
    risky = {name: pl.col(name).str.contains(_STARTS_FORMULA) & ~pl.col(name).str.contains(_IS_NUMBER) for name in _texts(frame)}
    return frame.with_columns(
        pl.when(is_risky).then(pl.concat_str(pl.lit("'"), name)).otherwise(pl.col(name)).alias(name) for name, is_risky in risky.items()
    )


def csv_chunks(frame: pl.DataFrame) -> Iterator[bytes]:
    """The frame as CSV: UTF-8, header, commas, line feeds, neutralised, empty text as nothing."""
    for start in range(0, max(frame.height, 1), CHUNK_ROWS):
        part = neutralise(frame.slice(start, CHUNK_ROWS))
        blank = part.with_columns(pl.when(pl.col(name) != "").then(name).alias(name) for name in _texts(part))
        yield blank.write_csv(include_header=start == 0).encode()


def json_lines(frame: pl.DataFrame) -> Iterator[bytes]:
    """The frame as JSON Lines: one object for each row."""
    for start in range(0, frame.height, CHUNK_ROWS):
        yield _one_line(frame.slice(start, CHUNK_ROWS).write_ndjson()).encode()


def write(frame: pl.DataFrame, path: Path, amounts: Mapping[str, str] | None = None, about: Mapping[str, str] | None = None) -> None:
    """Writes a frame to a file, whole or not at all. The same frame gives the same bytes.

    Args:
        frame: the rows, in the order they are to have.
        path: ends with ``.csv``, ``.parquet``, ``.json`` (one array) or ``.jsonl``.
        amounts: columns that still hold minor units, and the column of their currency; they are written as decimal text.
        about: words about the file and their values. Parquet keeps them as metadata; the other forms have rows only.

    Raises:
        MatcherError: ``usage.option`` for another ending, ``file.unwritable``, ``currency.unknown``.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise MatcherError("usage.option", f"{path.name!r} must end with {', '.join(_WRITERS)}", str(path))
    rendered = render(frame, amounts or {})
    with atomic(path) as stream:
        stream.writelines(_parquet(rendered, about) if writer is _parquet else writer(rendered))


def _texts(frame: pl.DataFrame) -> list[str]:
    return [name for name, kind in frame.schema.items() if kind == pl.String]


def _one_line(text: str) -> str:
    # JSON allows these inside strings, but many readers split lines at them.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def _json_array(frame: pl.DataFrame) -> Iterator[bytes]:
    yield b"["
    for start in range(0, frame.height, CHUNK_ROWS):
        rows = _one_line(frame.slice(start, CHUNK_ROWS).write_ndjson()).rstrip("\n").replace("\n", ",\n")
        yield (",\n" if start else "\n").encode() + rows.encode()
    yield b"\n]\n"


def _parquet(frame: pl.DataFrame, about: Mapping[str, str] | None = None) -> Iterator[bytes]:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, metadata=dict(about or {}) or None)
    yield buffer.getvalue()


_WRITERS: dict[str, Callable[[pl.DataFrame], Iterator[bytes]]] = {
    ".csv": csv_chunks,
    ".parquet": _parquet,
    ".json": _json_array,
    ".jsonl": json_lines,
}
