"""Workbooks and what calls itself one, told by their first bytes: XLSX and BIFF, SpreadsheetML, HTML tables.

Every sheet becomes records like those of a text file. A number becomes the shortest decimal that means the same floating-point
number, a date its literal day; both are marked `Exact`, so that the layout's decimal mark and date order do not touch them.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Literal

from lxml import etree
from python_calamine import CalamineSheet

from matcher import workbooks
from matcher.errors import MatcherError
from matcher.parsers.archive import BROKEN
from matcher.parsers.base import Source
from matcher.parsers.csv.cells import Exact
from matcher.parsers.csv.damaged import KEPT_DIGITS, Rounded
from matcher.parsers.csv.records import Record
from matcher.parsers.csv.text import decodings
from matcher.workbooks import MAX_COLUMNS, MAX_ROWS

Kind = Literal["", "zip", "ole", "spreadsheetml", "html"]

MAX_SIZE = 48 << 20
"""Bytes of a workbook that is written as text."""
_CHARSET = re.compile(rb"charset=[\"']?([\w-]{2,30})", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook. `records` gives its rows, any number of times; a record's line is the row's number."""

    name: str
    records: Callable[[], Iterator[Record]]
    hidden: bool = False


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
    except BROKEN:
        return False


def load(source: Source, what: Kind) -> Workbook:
    """The workbook's sheets.

    Raises:
        MatcherError: ``file.too_large``, ``file.hostile`` or ``file.malformed``.
    """
    if what in ("zip", "ole"):
        return _packed(source)
    if source.size > MAX_SIZE:
        raise MatcherError("file.too_large", f"the workbook has more than {MAX_SIZE >> 20} MB")
    return _spreadsheetml(source) if what == "spreadsheetml" else _html(source)


@contextmanager
def _malformed_is(what: str) -> Iterator[None]:
    try:
        yield
    except (etree.LxmlError, ValueError) as error:
        raise MatcherError("file.malformed", f"{what}: {str(error)[:120]}") from None


def _packed(source: Source) -> Workbook:
    with source.open() as stream:
        opened = workbooks.sheets(stream, source.size)
    return Workbook(tuple(Sheet(sheet.cells.name, partial(_calamine_rows, sheet.cells), sheet.hidden) for sheet in opened))


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
    exact = Decimal(text)
    plain = f"{exact:f}"
    kind = Rounded if abs(exact) >= 10**KEPT_DIGITS else Exact
    return kind(plain.rstrip("0").rstrip(".") if "." in plain else plain)


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
                sheets.append(Sheet(_attribute(element, "Name"), partial(iter, rows), _is_hidden(element)))
                rows, position = [], 0
    return Workbook(tuple(sheets), "utf-8")


def _is_hidden(sheet: etree._Element) -> bool:
    visible = next((part for part in sheet.iter() if isinstance(part.tag, str) and etree.QName(part).localname == "Visible"), None)
    return visible is not None and (visible.text or "").strip() in ("SheetHidden", "SheetVeryHidden")


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if etree.QName(str(key)).localname == name), "")


def _index(element: etree._Element, usual: int, most: int) -> int:
    text = _attribute(element, "Index")
    position = int(text) if text.isdecimal() and len(text) < 9 else usual
    if position > most or position < usual:
        raise MatcherError("file.malformed", f"a row or cell claims position {position}")
    return position


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
