"""Opens a workbook once what it asks for is known."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from matcher.errors import MatcherError
from matcher.workbooks.apart import try_apart
from matcher.workbooks.bounds import BOUNDS, Bounds, too_many
from matcher.workbooks.claims import Claims, key
from matcher.workbooks.formats import Place, currencies

_BLOCK = 1 << 20
_ASIDE = (
    "media", "drawings", "charts", "embeddings", "pivottables", "pivotcache", "externallinks", "printersettings", "diagrams", "theme",
    "tables", "querytables", "ctrlprops", "persons", "threadedcomments", "customproperty", "calcchain.xml", "vbaproject.bin",
)  # fmt: skip
"""What stands beside sheets in the folder ``xl`` and is no part of their cells."""
_DIRECTORY_ENTRY = b"PK\x01\x02"
_ARCHIVES = (".zip", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_DAMAGED = (
    CalamineError, zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError, RuntimeError, OverflowError,
    etree.XMLSyntaxError,
)  # fmt: skip


class OpenedSheet(NamedTuple):
    """A sheet with cells.

    Attributes:
        hidden: whether the program that shows the workbook does not show it.
        currencies: of an XLSX file, the cells whose format shows a currency, if they are asked for; see `formats`.
    """

    cells: CalamineSheet
    hidden: bool
    currencies: Mapping[Place, str] = {}


def sheets(stream: BinaryIO, size: int, bounds: Bounds = BOUNDS, *, formats: bool = False) -> list[OpenedSheet]:
    """The sheets of a workbook that hold cells: charts and dialogues are none.

    Args:
        stream: the file, at its beginning. size: its bytes.
        bounds: how much is read.
        formats: whether currencies that number formats show are told.

    Raises:
        MatcherError: ``file.too_large`` or ``file.hostile`` beyond the bounds, ``file.binary`` for kinds of workbooks that are not read,
            ``file.malformed`` for one that is damaged or protected by a password.
    """
    if size > bounds.size:
        raise MatcherError("file.too_large", f"the workbook has more than {bounds.size >> 20} MB")
    data = stream.read(bounds.size + 1)
    shown: Mapping[str, Mapping[Place, str]] = {}
    with _malformed_is("the workbook is damaged"):
        if data[:4] == b"PK\x03\x04":
            data = _looked_through(data, bounds)
            shown = currencies(data) if formats else {}
        else:
            try_apart(data, bounds)
    opened: list[OpenedSheet] = []
    with _malformed_is("the workbook cannot be opened; it may be protected by a password"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        cells = 0
        for index, about in enumerate(book.sheets_metadata):
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(index)
            cells += (sheet.total_height + 1) * (sheet.total_width + 1)
            if cells > bounds.cells:
                raise too_many(sheet.total_height, sheet.total_width)
            opened.append(OpenedSheet(sheet, about.visible != SheetVisibleEnum.Visible, shown.get(about.name, {})))
    return opened


@contextmanager
def _malformed_is(what: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise MatcherError("file.malformed", f"{what}: {str(error)[:120]}") from None
    except BaseException as error:
        # What goes wrong inside calamine's own code arrives as a class that can only be told by its name.
        if type(error).__name__ != "PanicException":
            raise
        raise MatcherError("file.malformed", what) from None


def _looked_through(data: bytes, bounds: Bounds) -> bytes:
    """The XML parts of an XLSX file as an archive of their own, once all of them were read and counted."""
    # every entry begins so; the directory is not parsed before it is known to be small
    if data.count(_DIRECTORY_ENTRY) > bounds.parts:
        raise MatcherError("file.too_large", f"the workbook has more than {bounds.parts} parts")
    plain = io.BytesIO()
    claims = Claims(bounds)
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(plain, "w") as unpacked:
        entries = _entries(packed)
        total = 0
        for entry in entries:
            claims.begin(entry.filename)
            with packed.open(entry) as part, unpacked.open(zipfile.ZipInfo(entry.filename), "w", force_zip64=True) as copy:
                size = 0
                while block := part.read(_BLOCK):
                    size += len(block)
                    total += len(block)
                    if max(size / max(entry.compress_size, 1), total / len(data)) > bounds.ratio and total > bounds.ratio_free:
                        raise MatcherError("file.hostile", "a part of the workbook swells beyond reason")
                    if total > bounds.unpacked:
                        raise MatcherError("file.too_large", f"the workbook unpacks to more than {bounds.unpacked >> 20} MB")
                    claims.read(block)
                    copy.write(block)
                claims.end()
    claims.settle(plain)
    return plain.getvalue()


def _entries(packed: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The parts that tell what stands in the sheets; pictures, macros and printers' settings are left out."""
    parts: dict[str, zipfile.ZipInfo] = {}
    for entry in packed.infolist():
        name = key(entry.filename)
        if name in parts:
            raise MatcherError("file.malformed", "two parts of the workbook have one name")
        if entry.flag_bits & 1:
            raise MatcherError("file.malformed", "the workbook is protected by a password")
        if name.endswith(_ARCHIVES):
            raise MatcherError("file.hostile", "the workbook holds another archive")
        parts[name] = entry
    kind = "ODS" if {"content.xml", "mimetype"} & parts.keys() else "XLSB" if any(n.endswith("workbook.bin") for n in parts) else ""
    if kind or "[content_types].xml" not in parts:
        raise MatcherError("file.binary", f"the file is a workbook of the kind {kind}" if kind else "the ZIP archive holds no workbook")
    return [entry for name, entry in parts.items() if _is_wanted(name)]


def _is_wanted(name: str) -> bool:
    folder, _, rest = name.partition("/")
    inside = folder == "xl" and rest.partition("/")[0] not in _ASIDE
    return name in ("[content_types].xml", "_rels/.rels") or (inside and name.endswith((".xml", ".rels")))
