"""Bytes of an OFX file to text, and what one look over the whole file decides: encoding, decimal mark, order of short dates.

The header of an OFX file often names a wrong encoding, so the bytes decide: byte order mark, then UTF-8 if the whole file is
valid UTF-8, then the declared charset, then Windows-1252. How amounts are written is settled for the file, never for one
cell: ``1,234`` alone cannot be read, beside ``12.50`` it can.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from matcher.model import Problem
from matcher.parsers.base import Source
from matcher.parsers.ofx.elements import EITHER_WAY, MONEY_IN, MONEY_OUT, MONEY_OUT_OF_BANK_ACCOUNTS
from matcher.parsers.ofx.fields import SHORT_ORDERS, Marks, decimal_mark, eight_digits, six_digits

CHUNK_BYTES = 1 << 20
_CARRY = 128
"""Characters of the chunk before that are looked at again, so that no cell is missed at a boundary."""

_SIGN = re.compile(r"OFXHEADER\s*[:=]|<\?OFX\b|<OFX(?:\s[^<>]*)?>", re.IGNORECASE)
_FRAGMENT = re.compile(r"[\s\ufeff]*<(?:BANKTRANLIST|CCSTMTRS|STMTRS|STMTTRNRS|CCSTMTTRNRS|BANKMSGSRSV1|CREDITCARDMSGSRSV1)>")
"""How a piece of an OFX file begins whose root was left out."""
_BODY = re.compile(r"<OFX\b", re.IGNORECASE)
_XML = re.compile(r"<\?(?:xml|OFX)\b", re.IGNORECASE)
_VERSION = re.compile(r"""\bVERSION\s*[:=]\s*["']?([12])\d\d""")
_XML_ENCODING = re.compile(r"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)""", re.IGNORECASE)
_KEYS = re.compile(r"(ENCODING|CHARSET)\s*:(.*?)(?=(?:ENCODING|CHARSET|COMPRESSION|OLDFILEUID|NEWFILEUID)\s*:|[\r\n<]|$)", re.IGNORECASE)
_CODEC = re.compile(r"ascii|utf-8|cp\d+|iso8859-\d+|koi8-\w|gb\w+|big5\w*|euc\w+|shift_jis\w*|mac-\w+|tis-620|hp-roman8")
_COMMA_CELL = re.compile(r"AMT\s*>([^<\r\n]*,[^<\r\n]*)")
_CELL = re.compile(r"AMT\s*>([^<\r\n]+)")
_SHORT_DATE = re.compile(r"<DT[A-Z]+>\s*(\d{6})\s*[<\r\n]")
_NEWEST = re.compile(r"<(?:DTSERVER|DTEND)>\s*(\d{8})")
_TYPE = re.compile(r"<TRNTYPE>\s*([A-Za-z]+)")
_MINUS, _NO_MINUS = re.compile(r"<TRNAMT>\s*-"), re.compile(r"<TRNAMT>\s*\+?[\d.,]")
_TRANSACTION = "<STMTTRN>"

Signs = Literal["amount", "type"]
"""What tells in which direction an entry goes: its amount's sign, as the standard says, or only its type."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file is as a whole, known before its first transaction is read.

    Attributes:
        format: ``ofx1`` (SGML header or none) or ``ofx2`` (XML declarations).
        encoding: Python name of what the bytes are; ``ascii`` when no other byte occurs.
        codec: codec to decode with; `errors` its error handling.
        problems: what is to be said of the encoding.
        newline: the character that ends a physical line.
        marks: how amounts are written.
        short_order: order of six-digit dates, one of `SHORT_ORDERS`; empty when they cannot be told apart.
        transactions: how often ``<STMTTRN>`` occurs in the text, comments included.
        signs: ``type`` where all amounts have one sign and every entry's type says its direction, against that sign for some.
    """

    format: str
    encoding: str
    codec: str
    errors: str
    problems: tuple[Problem, ...]
    newline: str
    marks: Marks
    short_order: str
    transactions: int
    signs: Signs = "amount"


def looks_like_ofx(head: bytes) -> str:
    """``ofx1`` or ``ofx2`` when the first bytes of a file are OFX, else ''."""
    text = head.decode(_marked(head)[0] or "latin-1", "ignore")
    return _format(text) if _SIGN.search(text) or _FRAGMENT.match(text) else ""


def decoded(source: Source, codec: str, errors: str = "strict") -> Iterator[str]:
    """The file's text in pieces of about a megabyte.

    Raises:
        UnicodeDecodeError: bytes do not fit the codec and `errors` is ``strict``.
    """
    decoder = codecs.getincrementaldecoder(codec)(errors)
    with source.open() as stream:
        while data := stream.read(CHUNK_BYTES):
            yield decoder.decode(data)
        yield decoder.decode(b"", True)


def survey(source: Source) -> Survey:
    """Looks over the whole file once, or twice when amounts with a comma occur."""
    head = source.head()
    codec, name = _marked(head)
    text = head.decode(codec or "latin-1", "replace")
    declared = _declared(text)
    for attempt, errors in _attempts(codec, declared):
        seen = _Seen(text)
        try:
            seen.watch(decoded(source, attempt, errors))
        except UnicodeDecodeError:
            continue
        dot = seen.comma_cells and any(decimal_mark(cell) == "." for cell in _cells(source, attempt, errors))
        used = "ascii" if seen.ascii and not codec else name or attempt
        return Survey(
            format=_format(text),
            encoding=used,
            codec=attempt,
            errors=errors,
            problems=() if seen.ascii else _encoding_problems(used, bool(codec), declared, seen.damaged),
            newline="\n" if "\n" in text or "\r" not in text else "\r",
            marks=Marks(comma=seen.comma, dot=bool(dot)),
            short_order=seen.short_order(),
            transactions=seen.transactions,
            signs=seen.signs(),
        )
    raise AssertionError("latin-1 decodes any bytes")


def _attempts(codec: str, declared: str) -> Iterator[tuple[str, str]]:
    """Codecs to try, best first. A marked encoding is certain, so damaged bytes in it are shown as such."""
    if codec:
        yield codec, "replace"
        return
    yield "utf-8", "strict"
    if declared:
        yield declared, "strict"
    yield "cp1252", "strict"
    # five bytes have no meaning in Windows-1252; this one reads them as control characters instead of failing
    yield "latin-1", "strict"


def _marked(head: bytes) -> tuple[str, str]:
    """Codec and its plain name, told by a byte order mark or by the zero bytes of UTF-16; empty when nothing tells."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", "utf-8"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "utf-16"
    start = head[:512]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > len(start) // 4 and not even:
        return "utf-16-le", "utf-16-le"
    if even > len(start) // 4 and not odd:
        return "utf-16-be", "utf-16-be"
    return "", ""


def _header(text: str) -> str:
    body = _BODY.search(text)
    return text[: body.start()] if body else text[:4096]


def _format(text: str) -> str:
    header = _header(text)
    version = _VERSION.search(header)
    return "ofx2" if _XML.search(header) and not (version and version[1] == "1") else "ofx1"


def _declared(text: str) -> str:
    """The codec that the header names, '' when it names none that is known."""
    header = _header(text)
    if match := _XML_ENCODING.search(header):
        return _codec(match[1])
    keys = {key.upper(): value.strip().upper() for key, value in _KEYS.findall(header)}
    encoding, charset = keys.get("ENCODING", ""), keys.get("CHARSET", "")
    if encoding in ("UNICODE", "UTF8", "UTF-8"):
        return "utf-8"
    return _codec(f"cp{charset}" if charset.isdecimal() else charset) or ("" if encoding == "USASCII" else _codec(encoding))


def _codec(name: str) -> str:
    """Python's name of a character set; '' for unknown ones and for codecs that are not character sets."""
    if not re.fullmatch(r"[\w.-]{2,40}", name, re.ASCII):
        return ""
    if re.fullmatch(r"(?:iso-?)?8859-1", name, re.IGNORECASE):
        return "cp1252"  # what is called Latin-1 in bank files is Windows-1252, as on the web
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return ""
    return "cp1252" if codec == "iso8859-1" else codec if _CODEC.fullmatch(codec) else ""


def _encoding_problems(used: str, marked: bool, declared: str, damaged: bool) -> tuple[Problem, ...]:
    if damaged:
        return (Problem("note.encoding", "warning", f"some bytes are not valid {used}; the characters they stand for are lost"),)
    if used == declared or (used == "utf-8" and not declared):
        return ()
    if marked or not declared:
        declaration = f"the header names {declared}" if declared else "no character set is declared"
        return (Problem("note.encoding", "info", f"{declaration}; read as {used}"),)
    return (Problem("note.encoding", "warning", f"the header names {declared}, the bytes are {used}"),)


def _cells(source: Source, codec: str, errors: str) -> Iterator[str]:
    for text in _overlapping(decoded(source, codec, errors)):
        yield from _CELL.findall(text)


def _overlapping(texts: Iterable[str]) -> Iterator[str]:
    carry = ""
    for text in texts:
        yield carry + text
        carry = (carry + text)[-_CARRY:]


class _Seen:
    """What a pass over the text collects."""

    def __init__(self, head: str) -> None:
        self.ascii = True
        self.damaged = False
        self.transactions = 0
        self.comma_cells = False
        self.comma = False
        match = _NEWEST.search(head)
        self._newest = eight_digits(match[1]) if match else None
        self._short: set[str] = set()
        self._types: set[str] = set()
        self._minus = self._no_minus = self._card = False

    def watch(self, texts: Iterable[str]) -> None:
        """Looks at every piece."""
        carry = ""
        for text in texts:
            if self.ascii and not text.isascii():
                self.ascii = False
            if not self.ascii and not self.damaged:
                self.damaged = "\ufffd" in text
            # a tag that begins in the last characters of a piece is counted with the next one
            self.transactions += (carry[-len(_TRANSACTION) + 1 :] + text).count(_TRANSACTION)
            whole = carry + text
            for cell in _COMMA_CELL.findall(whole):
                self.comma_cells = True
                self.comma = self.comma or decimal_mark(cell) == ","
            self._short.update(_SHORT_DATE.findall(whole))
            self._types.update(_TYPE.findall(whole))
            self._minus = self._minus or bool(_MINUS.search(whole))
            self._no_minus = self._no_minus or bool(_NO_MINUS.search(whole))
            self._card = self._card or "<CCSTMTRS>" in whole
            carry = whole[-_CARRY:]

    def signs(self) -> Signs:
        """Whether the amounts are written without the sign that the types ask for."""
        types = {name.upper() for name in self._types}
        out = MONEY_OUT if self._card else MONEY_OUT | MONEY_OUT_OF_BANK_ACCOUNTS
        against = (types & out - EITHER_WAY and not self._minus) or (types & MONEY_IN and not self._no_minus)
        return "type" if against and types <= out | MONEY_IN else "amount"

    def short_order(self) -> str:
        """The one order in which every six-digit date of the file is a real day that is not after the file was made."""
        last = self._newest and self._newest + timedelta(days=62)
        fitting = [order for order in SHORT_ORDERS if all(_plausible(six_digits(text, order), last) for text in self._short)]
        return fitting[0] if self._short and len(fitting) == 1 else ""


def _plausible(day: date | None, last: date | None) -> bool:
    return day is not None and (last is None or last - timedelta(days=3660) < day <= last)
