"""What a file is that no reader reads, told by its first bytes, and what to do with it."""

import re
import zipfile

from matcher.model import Problem
from matcher.parsers.archive import BROKEN
from matcher.parsers.base import Source

_PAGE = re.compile(rb"\A[\s\xef\xbb\xbf]*<(?:!doctype html|html)\b", re.IGNORECASE)
_QIF = re.compile(rb"\A[\s\xef\xbb\xbf]*!(?:Type:|Account|Option:|Clear:)", re.IGNORECASE)
_HEADER_LINE = rb"(?:[A-Za-z][A-Za-z-]{1,40}:|[ \t])[^\n]{0,998}\n"
_MAIL = re.compile(rb"\A(?:From [^\n]{1,200}\n)?(?:" + _HEADER_LINE + rb"){1,80}?(?:from|subject):", re.IGNORECASE)
_JSON = re.compile(rb"\A[\s\xef\xbb\xbf]*(?:\{\s*\"|\[\s*\{\s*\")")
_XML = rb"\A[\s\xef\xbb\xbf]*(?:<\?xml[^>]{0,200}>\s*)?"
_PIECE = re.compile(_XML + rb"<(?:[\w.-]{1,40}:)?(?:GrpHdr|Stmt|Rpt|Ntfctn|Acct|Bal|Ntry|NtryDtls|TxDtls)[\s>]")
_OTHERS = (
    (re.compile(rb"\A\s*%PDF-"), "a PDF document", "ask the bank for the statement as OFX, camt, MT940 or CSV"),
    (_QIF, "a QIF file, a format that names neither account nor currency", "ask the bank for OFX, camt, MT940 or CSV"),
    (_PAGE, "a web page without a table of bookings", "the bank's session may have ended: sign in and download again"),
    (re.compile(rb"\A(?:Rar!|7z\xbc\xaf|\x1f\x8b|BZh[1-9]1AY)"), "a packed file", "unpack it, then read what is inside"),
    (re.compile(rb"\A(?:\x89PNG|\xff\xd8\xff|GIF8)"), "a picture", "ask the bank for the statement as OFX, camt, MT940 or CSV"),
    (re.compile(rb"\A\{\\rtf"), "a text document", "ask the bank for the statement as OFX, camt, MT940 or CSV"),
    (_JSON, "a JSON file", "ask the bank for the statement as OFX, camt, MT940 or CSV"),
    (_MAIL, "a mail", "save what is attached to it, then read that"),
    (re.compile(_XML + rb"<[^>]{0,400}:xsd:pain\."), "a payment order or an answer to one, no statement", "ask the bank for camt.053"),
    (_PIECE, "a piece of a camt message without what stands around it", "take the whole file as the bank sends it"),
    (
        re.compile(rb"\A\xd0\xcf\x11\xe0"),
        "an Office file that is no workbook, or one with a password",
        "save it as XLSX without a password",
    ),
)


def named(head: bytes, source: Source) -> Problem | None:
    """What the file is, as a problem with what to do; None when its bytes do not tell."""
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _archive(source)
    for pattern, what, step in _OTHERS:
        if pattern.search(head[:4096]):
            code = "file.binary" if b"\0" in head else "file.unknown"
            return Problem(code, "fatal", f"this is {what}; {step}")
    return None


def _archive(source: Source) -> Problem | None:
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            inside = [info for info in archive.infolist() if not info.filename.endswith("/")]
    except BROKEN as error:
        message = f"this is a ZIP archive or a workbook that is damaged or was cut off ({str(error)[:80]}); download it again"
        return Problem("file.malformed", "fatal", message)
    if any(info.flag_bits & 1 for info in inside):
        return Problem("file.binary", "fatal", "this is a ZIP archive with a password; unpack it with the password that the bank gave you")
    if any(info.filename.startswith("xl/") for info in inside):
        return None
    if any(info.filename == "content.xml" for info in inside):
        return Problem("file.binary", "fatal", "this is an OpenDocument file; save it as XLSX")
    if any(info.filename.startswith("word/") for info in inside):
        return Problem("file.binary", "fatal", "this is a Word document; ask the bank for the statement as OFX, camt, MT940 or CSV")
    names = ", ".join(repr(info.filename[:60]) for info in inside[:3]) + (", ..." if len(inside) > 3 else "")
    return Problem("file.binary", "fatal", f"this is a ZIP archive that holds {names or 'nothing'}; unpack it, then read what is inside")
