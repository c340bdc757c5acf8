"""Workbooks and what calls itself one, told by their first bytes: XLSX and BIFF, SpreadsheetML, HTML tables.

Every sheet becomes records like those of a text file. A number becomes the shortest decimal that means the same floating-point
number, a date its literal day; both are marked `Exact`, so that the layout's decimal mark and date order do not touch them.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import BinaryIO, Literal

from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from matcher.errors import MatcherError
from matcher.parsers.base import Source
from matcher.parsers.csv.cells import Exact
from matcher.parsers.csv.records import Record
from matcher.parsers.csv.text import decodings

Kind = Literal["", "zip", "ole", "spreadsheetml", "html"]

MAX_UNPACKED = 512 << 20
"""Bytes that the parts of an XLSX file may have unpacked, all together."""
MAX_CELLS = 12_000_000
"""Cells of the rectangle that a sheet claims: readers of workbooks lay it out in full."""
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_SIZE = 48 << 20
"""Bytes of a workbook that is not packed."""
_BLOCK = 1 << 20
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]{0,400}?\br="(\d{1,9})"')
_WIDE = re.compile(rb'\br="([A-Z]{2,3})\d{1,7}"')
_EMPTY_ROW = re.compile(rb"<(?:\w+:)?row\b")
_CHARSET = re.compile(rb"charset=[\"']?([\w-]{2,30})", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook. `records` gives its rows, any number of times; a record's line is the row's number."""

    name: str
    records: Callable[[], Iterator[Record]]


@dataclass(frozen=True)
class Workbook:
    """The sheets of a file, and the encoding where it is text; '' for packed and binary workbooks."""

    sheets: tuple[Sheet, ...]
    encoding: str = ""


def kind(head: bytes) -> Kind:
    """What the first bytes of a file are: a packed workbook, a binary one, one of the two written as text, or none of these."""
    if head[:4] == b"PK\x03\x04":
        return "zip"
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "ole"
    start = head[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").lower().replace(b"\0", b"")
    if not start.startswith(b"<"):
        return ""
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "spreadsheetml"
    return "html" if re.match(rb"<(?:!doctype html|html|table|head|meta|body|style|div)\b", start) or b"<table" in start else ""


def is_workbook(source: Source) -> bool:
    """Whether a ZIP file holds a workbook rather than something else."""
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            return any(name.startswith("xl/workbook.") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return False


def load(source: Source, what: Kind) -> Workbook:
    """The workbook's sheets.

    Raises:
        MatcherError: ``file.too_large``, ``file.hostile`` or ``file.malformed``.
    """
    if what == "zip":
        with source.open() as stream, _malformed_is("the workbook is damaged"):
            _check_archive(stream)
    elif source.size > MAX_SIZE:
        raise MatcherError("file.too_large", f"the workbook has more than {MAX_SIZE >> 20} MB")
    if what in ("zip", "ole"):
        return _packed(source)
    return _spreadsheetml(source) if what == "spreadsheetml" else _html(source)


@contextmanager
def _malformed_is(what: str) -> Iterator[None]:
    try:
        yield
    except (CalamineError, zipfile.BadZipFile, zlib.error, etree.LxmlError, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise MatcherError("file.malformed", f"{what}: {str(error)[:120]}") from None
    except BaseException as error:
        # What goes wrong inside calamine's own code arrives as a class that can only be told by its name.
        if type(error).__name__ != "PanicException":
            raise
        raise MatcherError("file.malformed", what) from None


def _check_archive(stream: BinaryIO) -> None:
    """Unpacks every part once, counting: sizes that an archive states of itself are not believed."""
    unpacked = 0
    with zipfile.ZipFile(stream) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED or len(entries) > 5_000:
            raise MatcherError("file.too_large", f"the workbook unpacks to more than {MAX_UNPACKED >> 20} MB")
        for entry in entries:
            if entry.filename.lower().endswith((".zip", ".xlsx", ".xls")):
                raise MatcherError("file.hostile", "the workbook holds another archive")
            with archive.open(entry) as part:
                extent = _Extent() if entry.filename.startswith("xl/worksheets/") else None
                while block := part.read(_BLOCK):
                    unpacked += len(block)
                    if unpacked > MAX_UNPACKED:
                        raise MatcherError("file.too_large", f"the workbook unpacks to more than {MAX_UNPACKED >> 20} MB")
                    if extent:
                        extent.add(block)


class _Extent:
    """The rectangle that a sheet's cells claim, told from its markup without building anything."""

    def __init__(self) -> None:
        self._rows, self._columns, self._rest = 0, 26, b""

    def add(self, block: bytes) -> None:
        """Looks at the next part of the markup."""
        text = self._rest + block
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise MatcherError("file.hostile", "the workbook defines entities")
        numbers = [int(found) for found in _ROW.findall(text)]
        self._rows = max([self._rows, len(_EMPTY_ROW.findall(text)), *numbers])
        self._columns = max([self._columns, *map(_column_number, set(_WIDE.findall(text)))])
        self._rest = text[-500:]
        if self._rows > MAX_ROWS or self._rows * self._columns > MAX_CELLS:
            raise MatcherError("file.too_large", f"a sheet claims {self._rows} rows and {self._columns} columns")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _packed(source: Source) -> Workbook:
    with source.open() as stream, _malformed_is("the workbook cannot be opened; it may be protected by a password"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(stream.read()))
        sheets = [book.get_sheet_by_index(index) for index in range(len(book.sheet_names))]
    for sheet in sheets:
        if sheet.total_height * max(sheet.total_width, 1) > MAX_CELLS:
            raise MatcherError("file.too_large", f"sheet {sheet.name!r} has {sheet.total_height} rows and {sheet.total_width} columns")
    return Workbook(tuple(Sheet(sheet.name, partial(_calamine_rows, sheet)) for sheet in sheets))


def _calamine_rows(sheet: CalamineSheet) -> Iterator[Record]:
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield _record(number, [_text(value) for value in row])


def _record(number: int, cells: list[str]) -> Record:
    while cells and not cells[-1]:
        cells.pop()
    return number, cells, "\t".join(cells) + "\n"


def _text(value: object) -> str:
    """A cell's text. Strings are trimmed, since `Exact` cells must not be trimmed later."""
    match value:
        case str():
            return value.strip().replace("\r", "").replace("\n", " ")
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return number(repr(value))
        case datetime():
            moment = value.replace(microsecond=0)
            return Exact(moment.date() if moment.time() == time() else moment.isoformat(" "))
        case date():
            return Exact(value.isoformat())
        case time() | timedelta():
            return str(value)
        case _:
            return ""


def number(text: str) -> Exact:
    """The plain decimal of a number as Python writes it: no exponent, no trailing ``.0``."""
    plain = f"{Decimal(text):f}"
    return Exact(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def _spreadsheetml(source: Source) -> Workbook:
    with source.open() as stream:
        data = stream.read()
    markup = data.replace(b"\0", b"")
    if b"<!DOCTYPE" in markup or b"<!ENTITY" in markup:
        raise MatcherError("file.hostile", "the workbook defines entities")
    sheets: list[Sheet] = []
    with _malformed_is("the workbook's XML is damaged"):
        rows: list[Record] = []
        position = 0
        for _, element in etree.iterparse(io.BytesIO(data), events=("end",), resolve_entities=False, no_network=True, load_dtd=False):
            name = etree.QName(element).localname
            if name == "Row":
                position = _index(element, position + 1, MAX_ROWS)
                rows.append(_record(position, _row_cells(element)))
                element.clear()
            elif name == "Worksheet":
                sheets.append(Sheet(_attribute(element, "Name"), partial(iter, rows)))
                rows, position = [], 0
    return Workbook(tuple(sheets), "utf-8")


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if etree.QName(str(key)).localname == name), "")


def _index(element: etree._Element, usual: int, most: int) -> int:
    text = _attribute(element, "Index")
    found = int(text) if text.isdecimal() and len(text) < 9 else usual
    if found > most or found < usual:
        raise MatcherError("file.malformed", f"a row or cell claims position {found}")
    return found


def _row_cells(row: etree._Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if not isinstance(cell.tag, str) or etree.QName(cell).localname != "Cell":
            continue
        place = _index(cell, len(cells) + 1, MAX_COLUMNS)
        cells += [""] * (place - 1 - len(cells))
        data = next((part for part in cell if isinstance(part.tag, str) and etree.QName(part).localname == "Data"), None)
        text = "".join(str(piece) for piece in data.itertext()).strip() if data is not None else ""
        cells.append(_typed(text, _attribute(data, "Type") if data is not None else ""))
        across = _attribute(cell, "MergeAcross")
        cells += [""] * (min(int(across), MAX_COLUMNS) if across.isdecimal() and len(across) < 6 else 0)
    return cells


def _typed(text: str, what: str) -> str:
    if what == "Number" and re.fullmatch(r"[-+]?\d{1,20}(\.\d{0,30})?([eE][-+]?\d{1,2})?", text, re.ASCII):
        # The file holds the digits of a floating-point number; its shortest form is the figure that was meant.
        return number(repr(float(text)))
    if what == "DateTime" and re.match(r"\d{4}-\d{2}-\d{2}", text):
        return Exact(text[:10] if text[10:].strip("T0:.") == "" else text[:19].replace("T", " "))
    return text


def _html(source: Source) -> Workbook:
    with source.open() as stream:
        data = stream.read()
    charset = _CHARSET.search(data[:4096])
    named = [charset[1].decode("ascii").lower()] if charset else []
    readings = decodings(data, True, [name for name in [*named, "cp1252", "gb18030", "iso-8859-1"] if _known(name)])
    if not readings:
        raise MatcherError("file.encoding", "the bytes fit no encoding")
    encoding, text = readings[0]
    with _malformed_is("the HTML is damaged"):
        root = etree.fromstring(text.encode(), etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True))
        rows = [] if root is None else [_record(place, _html_cells(row)) for place, row in enumerate(root.iter("tr"), 1)]
    return Workbook((Sheet("", lambda: iter(rows)),), encoding)


def _known(encoding: str) -> bool:
    try:
        "".encode(encoding)
    except LookupError:
        return False
    return True


def _html_cells(row: etree._Element) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren("td", "th"):
        cells.append(" ".join("".join(str(piece) for piece in cell.itertext()).split()))
        span = cell.get("colspan") or ""
        cells += [""] * (min(int(span), 100) - 1 if span.isdecimal() and len(span) < 4 and int(span) else 0)
    return cells
