"""A decision file's rows as they were filled in: CSV in the forms that spreadsheets save, or XLSX.

A row whose cells may not be what was typed is not guessed at: it carries the fault, and is refused when the file is applied.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from matcher.errors import MatcherError
from matcher.pipeline.decision_file.columns import FILLED, KEY, FilledRow, header_places

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
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""What XLSX and the older binary form begin with."""
_NAMED_DELIMITER = re.compile(r"sep=(.)\r?\n")
_POWER = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_ERRORS = ("#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def rows(data: bytes, name: str) -> list[FilledRow]:
    """The rows of a decision file that have a key, or anything filled in.

    Args:
        data: the file's bytes.
        name: of the file, for messages.

    Raises:
        MatcherError: ``file.empty``, ``file.too_large``, ``file.binary``, ``file.malformed``; ``column.missing`` for a file that is none of
            this kind; what `workbooks.sheets` raises.
    """
    if not data.strip():
        raise MatcherError("file.empty", "the file is empty", name)
    if data[:4] in _WORKBOOKS:
        found = _in_workbook(data, name)
    else:
        text, sure = _text(data, name)
        found = _in_text(text, name, sure=sure)
    if found is None:
        raise MatcherError("column.missing", f"there is no row with the columns decision and {KEY}", name, _HINT)
    return found


def table(data: bytes, name: str, wanted: set[str], hint: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of another file that people fill in, below the row that has all `wanted` columns: number and cells by column.

    Raises:
        MatcherError: as `rows`; `hint` says what file it should be.
    """
    if not data.strip():
        raise MatcherError("file.empty", "the file is empty", name)
    for grid in _grids(data, name):
        numbered = iter(grid)
        for number, cells in numbered:
            head = [cell.strip() for cell in cells]
            if wanted <= set(head):
                below = ((row, dict(zip(head, (cell.strip() for cell in found), strict=False))) for row, found in numbered if any(found))
                return [(row, {one: told.get(one, "") for one in wanted}) for row, told in below]
            if number > _HEADER_ROWS:
                break
    raise MatcherError("column.missing", f"there is no row with the columns {', '.join(sorted(wanted))}", name, hint)


def _grids(data: bytes, name: str) -> Iterator[Iterable[tuple[int, Sequence[str]]]]:
    """Every way to read a file as rows with their numbers: a sheet that is shown, or CSV with any delimiter."""
    if data[:4] in _WORKBOOKS:
        yield from _sheets(data, name)
        return
    text, _ = _text(data, name)
    for delimiter in _DELIMITERS:
        with suppress(csv.Error):
            yield list(enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1))


_HINT = "Fill in a file that `matcher decisions export` has written, and leave its columns as they are."


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


def _in_text(text: str, name: str, *, sure: bool) -> list[FilledRow] | None:
    """The rows of CSV text; None where no row is the header of a decision file."""
    match = _NAMED_DELIMITER.match(text)
    for delimiter in (match[1],) if match else _DELIMITERS:
        try:
            grid = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            grid = []
        if (found := _filled(enumerate(grid, 1), sure=sure)) is not None:
            return found
    if text.count('"') % 2:
        raise MatcherError("file.malformed", "a quoted cell is not closed", name)
    return None


def _in_workbook(data: bytes, name: str) -> list[FilledRow] | None:
    """The rows of the first sheet that is shown and has the header of a decision file."""
    for grid in _sheets(data, name):
        if (found := _filled(grid)) is not None:
            return found
    return None


def _sheets(data: bytes, name: str) -> Iterator[Iterator[tuple[int, Sequence[str]]]]:
    """The rows of each sheet that is shown, with their numbers."""
    from matcher import workbooks  # its library takes longer to load than most files to read

    try:
        sheets = [sheet.cells for sheet in workbooks.sheets(io.BytesIO(data), len(data)) if not sheet.hidden]
    except MatcherError as error:
        raise error.at(name) from None
    for sheet in sheets:
        first = (sheet.start or (0, 0))[0] + 1
        yield ((number, [_cell(value) for value in cells]) for number, cells in enumerate(sheet.to_python(), first))


def _cell(value: Any) -> str:
    """A cell of a workbook as text: whole numbers without places, days as ISO dates."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _filled(grid: Iterable[tuple[int, Sequence[str]]], *, sure: bool = True) -> list[FilledRow] | None:
    """Rows below the header; None where there is none. `grid`: rows with their numbers."""
    numbered = iter(grid)
    places: dict[str, int] = {}
    for number, cells in numbered:
        places = header_places(cells)
        if {"decision", KEY} <= places.keys():
            break
        if number > _HEADER_ROWS:
            return None
    else:
        return None
    return list(_below(numbered, places, sure=sure))


def _below(grid: Iterable[tuple[int, Sequence[str]]], places: dict[str, int], *, sure: bool) -> Iterator[FilledRow]:
    for number, cells in grid:
        told = {name: cells[place].strip() for name, place in places.items() if place < len(cells)}
        filled = {name: told[name] for name in FILLED if told.get(name)}
        if told.get(KEY) or filled:
            fault = next((fault for name, text in filled.items() if (fault := _fault(name, text, sure=sure))), None)
            yield FilledRow(number, told.get(KEY, ""), filled, fault)


def _fault(column: str, text: str, *, sure: bool) -> tuple[str, str] | None:
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
    if text.startswith(_FORMULA):
        return "row.invalid", f"{column} begins like a formula; begin it with a letter or a number"
    return None
