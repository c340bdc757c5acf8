"""Reports as files: CSV, XLSX, Parquet or JSON by the file's ending.

CSV is what spreadsheets open, and a spreadsheet runs a cell that begins with ``=`` as a formula. Text from a bank line can hold
anything its payer typed, so in CSV such a cell gets an apostrophe in front, which spreadsheets take as "this is text"
(https://owasp.org/www-community/attacks/CSV_Injection). Cells that are numbers stay as they are. Parquet and JSON keep the
text as it is: nothing runs it there. Parquet has types, too: amounts are DECIMAL with four places, the most that a currency has.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from matcher.amounts import fraction, render
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
    return _csv(iter([frame]))


def _csv(frames: Iterator[pl.DataFrame]) -> Iterator[bytes]:
    for place, whole in enumerate(_parts(frames)):
        part = neutralise(whole)
        blank = part.with_columns(pl.when(pl.col(name) != "").then(name).alias(name) for name in _texts(part))
        yield blank.write_csv(include_header=place == 0).encode()


def json_lines(frame: pl.DataFrame) -> Iterator[bytes]:
    """The frame as JSON Lines: one object for each row."""
    return _json_lines(iter([frame]))


def _json_lines(frames: Iterator[pl.DataFrame]) -> Iterator[bytes]:
    for part in _parts(frames):
        if part.height:
            yield _one_line(part.write_ndjson()).encode()


def _parts(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The rows of all frames, some at a time; a first part without rows where there are none."""
    some = False
    for frame in frames:
        for start in range(0, frame.height, CHUNK_ROWS):
            some = True
            yield frame.slice(start, CHUNK_ROWS)
    if not some:
        yield frame.clear()


@dataclass(frozen=True, slots=True)
class Report:
    """Rows of a report, and what their columns hold.

    Attributes:
        frame: the rows, in the order they are to have; it may have more columns than are written.
        amounts: columns that hold minor units, and the column of their currency.
        shares: columns that hold millionths.
        numbers: columns of other numbers as decimal text; empty text for none.
        columns: what is written, in order; () for all.
        totals: amounts that have a sum for each currency below a sheet.
        sums: amounts that are the sum of those above them in their own column, by the row's number: the first row of that sum.
    """

    frame: pl.DataFrame
    amounts: Mapping[str, str] = field(default_factory=dict)
    shares: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    sums: Mapping[int, int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are written."""
        return self.columns or tuple(self.frame.columns)


def rendered(report: Report) -> pl.DataFrame:
    """The report as text and dates: amounts with their currency's own places, shares without needless zeros."""
    texts = render(report.frame, report.amounts).with_columns(fraction(pl.col(name)).alias(name) for name in report.shares)
    return texts.select(report.names)


def typed(report: Report) -> pl.DataFrame:
    """The report with types: amounts and other numbers exact decimals, shares floating point."""
    texts = render(report.frame, report.amounts)
    decimals = [pl.col(name).cast(pl.Decimal(_DIGITS, _PLACES)).alias(name) for name in report.amounts]
    # by way of the text, whose nearest float it is
    shares = [pl.when(pl.col(name).is_not_null()).then(fraction(pl.col(name))).cast(pl.Float64).alias(name) for name in report.shares]
    numbers = [pl.when(pl.col(name) != "").then(name).cast(pl.Decimal(_DIGITS, _RATE_PLACES)).alias(name) for name in report.numbers]
    return texts.with_columns(*decimals, *shares, *numbers).select(report.names)


_DIGITS, _PLACES, _RATE_PLACES = 38, 4, 12


def write(report: Report, path: Path, about: Mapping[str, str] | None = None, locale: str = "") -> None:
    """Writes a report to a file, whole or not at all; see `chunks`. Raises MatcherError: ``file.unwritable`` too."""
    with atomic(path) as stream:
        stream.writelines(chunks(report, path, about, locale))


def chunks(report: Report, path: Path, about: Mapping[str, str] | None = None, locale: str = "") -> Iterator[bytes]:
    """The bytes of a report. The same rows give the same bytes.

    Args:
        report: what is written.
        path: ends with ``.csv``, ``.xlsx``, ``.parquet``, ``.json`` (one array) or ``.jsonl``.
        about: words about the file and their values. Parquet keeps them as metadata; the other forms have rows only.
        locale: how a CSV file is written, one of `LOCALES`; '' for the form that programs read.

    Raises:
        MatcherError: ``usage.option`` for another ending, for an unknown locale, and for a locale of another form;
            ``currency.unknown``.
    """
    suffix = path.suffix.lower()
    if suffix not in ENDINGS:
        raise MatcherError("usage.option", f"{path.name!r} must end with {', '.join(ENDINGS)}", str(path))
    if locale and (locale not in LOCALES or suffix != ".csv"):
        what = f"{locale!r} is none of {', '.join(LOCALES)}" if locale not in LOCALES else "only CSV is written for a locale"
        raise MatcherError("usage.option", what, str(path))
    match suffix:
        case ".parquet":
            return _parquet(typed(report), about)
        case ".xlsx":
            from matcher.exports.report_sheets import workbook

            return iter([workbook(report, path.stem)])
        case ".csv" if locale:
            return local_csv(report, LOCALES[locale])
        case _:
            return _TEXT_FORMS[suffix](iter([rendered(report)]))


def streamed(reports: Iterator[Report], path: Path, locale: str = "") -> Iterator[bytes] | None:
    """The bytes that `chunks` gives of the rows of all reports together; None for a form that is only written whole."""
    suffix = path.suffix.lower()
    if locale or suffix not in _TEXT_FORMS:
        return None
    return _TEXT_FORMS[suffix](rendered(report) for report in reports)


@dataclass(frozen=True, slots=True)
class Locale:
    """How a spreadsheet of a country reads CSV. `mark`: the decimal mark; `day`: the form of a date."""

    separator: str
    mark: str
    day: str


LOCALES = {"de": Locale(";", ",", "%d.%m.%Y"), "fr": Locale(";", ",", "%d/%m/%Y"), "zh": Locale(",", ".", "%Y-%m-%d")}


def local_csv(report: Report, locale: Locale) -> Iterator[bytes]:
    """The report as CSV for a spreadsheet of a country: with a byte order mark, which says that it is UTF-8, and its own line ends."""
    frame = neutralise(rendered(report))
    numbers = [name for name in (*report.amounts, *report.shares, *report.numbers) if name in frame.columns]
    local = frame.with_columns(pl.col(name).str.replace(".", locale.mark, literal=True) for name in numbers)
    blank = local.with_columns(pl.when(pl.col(name) != "").then(name).alias(name) for name in _texts(local))
    text = blank.write_csv(separator=locale.separator, date_format=locale.day, line_terminator="\r\n", include_bom=True)
    yield text.encode()


def _texts(frame: pl.DataFrame) -> list[str]:
    return [name for name, kind in frame.schema.items() if kind == pl.String]


def _one_line(text: str) -> str:
    # JSON allows these inside strings, but many readers split lines at them.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def _json_array(frames: Iterator[pl.DataFrame]) -> Iterator[bytes]:
    yield b"["
    for place, part in enumerate(_parts(frames)):
        if part.height:
            rows = _one_line(part.write_ndjson()).rstrip("\n").replace("\n", ",\n")
            yield (",\n" if place else "\n").encode() + rows.encode()
    yield b"\n]\n"


def _parquet(frame: pl.DataFrame, about: Mapping[str, str] | None = None) -> Iterator[bytes]:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, metadata=dict(about or {}) or None)
    yield buffer.getvalue()


_TEXT_FORMS: dict[str, Callable[[Iterator[pl.DataFrame]], Iterator[bytes]]] = {".csv": _csv, ".json": _json_array, ".jsonl": _json_lines}
ENDINGS = (".csv", ".xlsx", ".parquet", ".json", ".jsonl")
