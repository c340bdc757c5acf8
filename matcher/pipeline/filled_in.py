"""Tables that people fill in and send back: CSV in the forms that spreadsheets save, or XLSX. Their rows, below the header."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from matcher.errors import MatcherError

MOST_BYTES = 64 << 20
"""Of a CSV file."""

_HEADER_ROWS = 20
"""Rows among which the header is looked for: somebody may have put a title above it."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t"
_NAMED_DELIMITER = re.compile(r"sep=(.)\r?\n")
_POWER = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_ERRORS = ("#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!")
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

Places = Callable[[Sequence[str]], dict[str, int]]
"""Where the columns stand in a row that is the header; nothing for any other row."""


class Filled(NamedTuple):
    """A table that was filled in.

    Attributes:
        rows: those below the header, each with its number; the first row of a sheet is 1.
        places: where the columns stand.
        sure: whether letters beyond ASCII are what was typed.
    """

    rows: list[tuple[int, Sequence[str]]]
    places: dict[str, int]
    sure: bool


def below(data: bytes, name: str, places: Places) -> Filled | None:
    """The rows of the first table whose header is recognised; None where none is.

    Args:
        data: the file's bytes.
        name: of the file, for messages.
        places: recognises the header.

    Raises:
        MatcherError: ``file.empty``, ``file.too_large``, ``file.binary``, ``file.malformed``; what `workbooks.sheets` raises.
    """
    if not data.strip():
        raise MatcherError("file.empty", "the file is empty", name)
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return _in_workbook(data, name, places)
    text, sure = _text(data, name)
    return _in_text(text, name, places, sure=sure)


def table(data: bytes, name: str, wanted: set[str], hint: str) -> list[tuple[int, dict[str, str]]]:
    """The rows below the first row that has all `wanted` columns: number, and cells by column. Empty rows are left out.

    Raises:
        MatcherError: as `below`; ``column.missing`` where no row is the header: `hint` says what file it should be.
    """

    def places(cells: Sequence[str]) -> dict[str, int]:
        head = {cell.strip(): place for place, cell in enumerate(cells)}
        return {one: head[one] for one in wanted} if wanted <= head.keys() else {}

    found = below(data, name, places)
    if found is None:
        raise MatcherError("column.missing", f"there is no row with the columns {', '.join(sorted(wanted))}", name, hint)
    rows = [(number, cells) for number, cells in found.rows if any(cells)]
    at = found.places.items()
    return [(number, {one: cells[place].strip() if place < len(cells) else "" for one, place in at}) for number, cells in rows]


def _text(data: bytes, name: str) -> tuple[str, bool]:
    """The text of a file, and whether its letters beyond ASCII are sure."""
    if len(data) > MOST_BYTES:
        raise MatcherError("file.too_large", f"the file has more than {MOST_BYTES >> 20} MB", name)
    encoding = next((known for mark, known in _MARKS if data.startswith(mark)), "")
    if not encoding and data[1:2] == b"\0":
        encoding = "utf-16-le"
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        if encoding:
            raise MatcherError("file.malformed", "the text breaks off or is damaged", name) from None
        # the program that saved it used another encoding, and does not say which one
        return data.decode("latin-1"), False
    if "\0" in text:
        raise MatcherError("file.binary", "the file is neither text nor a workbook", name)
    return text, True


def _in_text(text: str, name: str, places: Places, *, sure: bool) -> Filled | None:
    """The rows of CSV text; None where no row is the header."""
    match = _NAMED_DELIMITER.match(text)
    for delimiter in (match[1],) if match else _DELIMITERS:
        try:
            grid = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            grid = []
        if (found := _filled(enumerate(grid, 1), places, sure=sure)) is not None:
            return found
    if text.count('"') % 2:
        raise MatcherError("file.malformed", "a quoted cell is not closed", name)
    return None


def _in_workbook(data: bytes, name: str, places: Places) -> Filled | None:
    """The rows of the first sheet that is shown and has the header."""
    from matcher import workbooks  # its library takes longer to load than most files to read

    try:
        sheets = [sheet.cells for sheet in workbooks.sheets(io.BytesIO(data), len(data)) if not sheet.hidden]
    except MatcherError as error:
        raise error.at(name) from None
    for sheet in sheets:
        first = (sheet.start or (0, 0))[0] + 1
        grid = ((number, [_cell(value) for value in cells]) for number, cells in enumerate(sheet.to_python(), first))
        if (found := _filled(grid, places, sure=True)) is not None:
            return found
    return None


def _cell(value: Any) -> str:
    """A cell of a workbook as text: whole numbers without places, days as ISO dates."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _filled(grid: Iterable[tuple[int, Sequence[str]]], places: Places, *, sure: bool) -> Filled | None:
    """Rows below the header; None where there is none. `grid`: rows with their numbers."""
    numbered = iter(grid)
    for number, cells in numbered:
        if found := places(cells):
            return Filled(list(numbered), found, sure)
        if number > _HEADER_ROWS:
            return None
    return None


def fault(column: str, text: str, *, sure: bool) -> tuple[str, str] | None:
    """Why a cell cannot be taken for what was typed into it."""
    if not sure and not text.isascii():
        return "file.encoding", f"{column} holds letters whose encoding the file does not say; save it as XLSX or as CSV UTF-8"
    if _POWER.fullmatch(text):
        return (
            "row.invalid",
            f"{column} is {text!r}: a long number that the spreadsheet has shortened; type it into a cell formatted as text",
        )
    if text.upper() in _ERRORS:
        return "row.invalid", f"{column} is {text!r}, a spreadsheet's error"
    if text.startswith(FORMULA):
        return "row.invalid", f"{column} begins like a formula; begin it with a letter or a number"
    return None
