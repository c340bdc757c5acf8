"""From a file's bytes to rows of cells: which encoding and delimiter a text has, and what the sheets of a workbook hold.

A number or a day of a workbook is marked (`Figure`, `Day`): it is exact, and the file's decimal mark and order of dates do not touch it.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from matcher.errors import MatcherError
from matcher.openitems.sheets import Area, RawSheet, raw_sheets

HEAD_ROWS = 80
"""Rows in which a header is looked for."""
_ASIAN = ("gb18030", "big5")
"""Encodings that decode nearly any bytes: they are believed only when they make more known titles than the others."""
_DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Figure(str):
    """A number of a workbook as plain decimal text."""

    __slots__ = ()


class Day(str):
    """A day of a workbook as ISO text."""

    __slots__ = ()


class Repeated(str):
    """What a cell that is merged over several rows says in all of them but the first."""

    __slots__ = ()


Row = list[str]


@dataclass(frozen=True)
class Sheet:
    """Rows of cells, trimmed.

    Attributes:
        lines: of the rows in the file.
        widths: cells of each row as it is written, empty ones at its end with them; none for a workbook.
        open_end: whether the text ends without the end of a line.
        currencies: by row and column, what the format of a workbook's figure shows beside it.
    """

    rows: list[Row]
    lines: Sequence[int]
    name: str = ""
    encoding: str = ""
    delimiter: str = ""
    widths: Sequence[int] = ()
    open_end: bool = False
    currencies: Mapping[tuple[int, int], str] = field(default_factory=dict)


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin as those of an XLSX or a binary XLS do."""
    return data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sheets(
    data: bytes,
    name: str,
    encodings: Sequence[str],
    delimiters: Sequence[str],
    score: Callable[[Row], int],
    opened: Sequence[RawSheet] | None = None,
) -> list[Sheet]:
    """What a file holds: the visible sheets of a workbook, or the one table of a text.

    Args:
        data: the file. name: for messages.
        encodings: to try for a text that is not Unicode, before the usual ones.
        delimiters: that a text may have; empty for any.
        score: how much a row looks like a header; the delimiter is the one with the best row.
        opened: the sheets of a workbook, where they are read already.

    Raises:
        MatcherError: ``file.empty``, ``file.binary``, ``file.encoding``, ``file.malformed``, ``file.cut``,
            ``file.too_large``, ``file.hostile``.
    """
    if not data.strip():
        raise MatcherError("file.empty", "the file is empty", name, "Export it again.")
    if opened is not None or is_workbook(data):
        return _workbook(raw_sheets(data, name) if opened is None else opened, name)
    encoding, text = _decoded(data, name, encodings, score)
    return [_table(text, name, encoding, delimiters, score)]


def _workbook(opened: Sequence[RawSheet], name: str) -> list[Sheet]:
    made = []
    for sheet in opened:
        rows = [_trimmed(row) for row in sheet.rows]
        _spread(rows, sheet.merged)
        if any(rows):
            made.append(Sheet(rows, range(sheet.first, sheet.first + len(rows)), sheet.name, currencies=sheet.currencies))
    if not made:
        raise MatcherError("file.empty", "no visible sheet holds anything", name, "Export it again.")
    return made


def _spread(rows: list[Row], merged: Sequence[Area]) -> None:
    """Repeats what cells say that are merged over rows of one column, in rows that hold something with a digit of their own."""
    for top, left, bottom, right in merged:
        if left != right or not 0 <= top < bottom or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            if any(any(map(str.isdigit, cell)) for cell in row if type(cell) is not Repeated):
                row += [""] * (left + 1 - len(row))
                row[left] = row[left] or Repeated(rows[top][left])


def _trimmed(values: Sequence[object]) -> Row:
    row = [value.strip() if type(value) is str else _cell(value) for value in values]
    while row and not row[-1]:
        row.pop()
    return row


def _cell(value: object) -> str:
    match value:
        case str():
            return value.strip()
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return Figure(value)
        case float():
            # the shortest decimal that means the same number: what the workbook holds, with an excess of digits where it has one
            text = repr(value)
            if "e" in text or "n" in text:
                text = f"{Decimal(text):f}"
            return Figure(text.removesuffix(".0"))
        case datetime():
            return Day(value.date().isoformat() if value.time() == time() else value.replace(microsecond=0).isoformat(" "))
        case date():
            return Day(value.isoformat())
        case None:
            return ""
    return str(value)


def _decoded(data: bytes, name: str, encodings: Sequence[str], score: Callable[[Row], int]) -> tuple[str, str]:
    """The encoding of a text, and the text. What is not Unicode is in the encoding whose header is understood best."""
    tried = next(([encoding] for mark, encoding in _BOMS if data.startswith(mark)), [])
    if not tried:
        zeros = data[:4096].count(0)
        if zeros:
            even = data[:4096:2].count(0)
            if zeros < len(data[:4096]) // 4:
                raise MatcherError("file.binary", "the file is neither text nor a workbook", name)
            tried = ["utf-16-be" if even > zeros - even else "utf-16-le"]
        else:
            tried = ["utf-8"]
    for encoding in tried:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError as error:
            bad = error
    if tried != ["utf-8"]:
        raise MatcherError("file.encoding", f"the bytes are not {tried[0].upper()}", name, "Export the file again as UTF-8.") from None
    best: tuple[int, str, str] | None = None
    for encoding in dict.fromkeys([*(one for one in encodings if one not in _ASIAN), "cp1252", *_ASIAN]):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        points = max((score(row) for row in _head(text, delimiter)), default=0) if (delimiter := _delimiter(text, (), score)) else 0
        if best is None or points > best[0]:
            best = (points, encoding, text)
    if best is None:
        line = data.count(b"\n", 0, bad.start) + 1
        raise MatcherError(
            "file.encoding", "the bytes are in no encoding that is known", f"{name}:{line}", "Export the file again as UTF-8."
        )
    return best[1], best[2]


def _delimiter(text: str, allowed: Sequence[str], score: Callable[[Row], int]) -> str:
    def points(delimiter: str) -> tuple[int, int]:
        rows = list(_head(text, delimiter))
        return max(map(score, rows), default=0), sum(len(row) > 1 for row in rows)

    return max(allowed or _DELIMITERS, key=points)


def _head(text: str, delimiter: str) -> list[Row]:
    part = text[:200_000]
    rows = []
    try:
        for cells in csv.reader(io.StringIO(part, newline=""), delimiter=delimiter):
            rows.append([cell.strip() for cell in cells])
            if len(rows) == HEAD_ROWS:
                break
    except csv.Error:
        pass  # what is wrong with it is said when all of it is read
    return rows


def _table(text: str, name: str, encoding: str, delimiters: Sequence[str], score: Callable[[Row], int]) -> Sheet:
    first_line, skipped = text[:40].partition("\n")[0].strip('\ufeff\r "'), 0
    delimiter = first_line[4:5] if first_line.casefold().startswith("sep=") and len(first_line) == 5 else ""
    if delimiter:
        skipped, text = 1, text.partition("\n")[2]
    delimiter = delimiter or _delimiter(text, delimiters, score)
    rows: list[Row] = []
    lines: list[int] = []
    widths: list[int] = []
    start, wrapped = 1, '="' in text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            rows.append(_text_row(cells, wrapped=wrapped))
            widths.append(len(cells))
            lines.append(start + skipped)
            start = reader.line_num + 1
    except csv.Error as error:
        at = f"{name}:{start + skipped}"
        if "end of data" in str(error):
            raise MatcherError("file.cut", "a quoted cell is not closed", at, "Export the file again.") from None
        raise MatcherError("file.malformed", "the quotes of a cell do not match", at, "Export the file again.") from None
    return Sheet(rows, lines, "", encoding, delimiter, widths, not text.endswith(("\n", "\r")))


def _text_row(cells: Row, *, wrapped: bool) -> Row:
    """The cells of a row; `wrapped` says that the text has cells such as ``="007"``, which keep their zeros so in a spreadsheet."""
    row = list(map(str.strip, cells))
    while row and not row[-1]:
        row.pop()
    if wrapped and any(cell[:2] == '="' for cell in row):
        row = [cell[2:-1] if cell[:2] == '="' and cell[-1:] == '"' else cell for cell in row]
    return row
