"""MT940 bytes to fields: which encoding a file is in, its lines, and the fields that the lines make.

SWIFT's own alphabet is a part of ASCII, and nothing in a file declares anything else; yet banks write names in UTF-8, in a
Windows code page or in a DOS one. So the bytes decide, over the whole file and not by its first page, and no byte is dropped.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from matcher.model import Problem
from matcher.parsers.base import MAX_LINE, Source

CHUNK_BYTES = 1 << 18
MAX_FIELD_LINES = 5_000
"""Longest field accepted, in lines; the format's own limit is six."""

END = "-"
"""Tag of the pseudo field that an end-of-message mark makes; its lines are the mark and what stands behind it."""
_BLOCK_END = "-}"

_OPTIONS = {"13": "CD", "25": "P", "28": "C", "34": "F", "60": "FM", "62": "FM", "64": "F", "65": "F", "90": "CD"}
TAGS = frozenset({"20", "21", "61", "86", "NS", "940", "942", *_OPTIONS}) | {tag + option for tag in _OPTIONS for option in _OPTIONS[tag]}
"""Every field of MT940, MT941, MT942 and MT950, and `NS`, MultiCash's variant of 86. All else at a line's start is text."""

_CLOCK = frozenset({"13", "20", "21", "25", "28"})
_MINUTES = re.compile(r"[0-5]\d(?!\d)")
_HOUR = re.compile(r"(?:^|\D)(?:[01]\d|2[0-3])$")
_ODD = frozenset("-{ä@\ufeff\t ") | {chr(n) for n in range(32)}
CONTROLS = "".join(map(chr, range(32))) + "\ufeff\x7f"
_INDENTED = re.compile(r"[\s@\"]*(:(?:61:\d{6}|6[02][FM]:[CD]\d|20:|25:|28C?:|86:).*)", re.S)
_ENVELOPE = re.compile(r"[{ä][1-5]:")
_BODY = re.compile(r".*?[{ä]4:[ \t]*(:.*)", re.S)

_ASCII = bytes(range(128))
_CURRENCY = re.compile(rb":6[02][FM]:[CD]\d{6}([A-Z]{3})")
_CENTRAL_EUROPE = frozenset({b"HUF", b"PLN", b"CZK", b"RON", b"HRK", b"SKK", b"SIT"})
_CYRILLIC = frozenset({b"MKD", b"RUB", b"RSD", b"BGN", b"UAH", b"BYN", b"KZT"})
_ONE_BYTE = "matcher.mt940.byte"


class FieldTooLongError(Exception):
    """A line or field is beyond the safety bound; the message says which."""


class Encoding(NamedTuple):
    """How to decode a file. `problem` is set when the bytes fit no single encoding with certainty.

    `letters` are those that stand in the places of ASCII's brackets in the national form of ISO 646.
    """

    name: str
    problem: Problem | None = None
    letters: Mapping[int, str] = MappingProxyType({})


class Field(NamedTuple):
    """One field: its tag, the line it starts at (from 1), and its lines without the tag."""

    tag: str
    line: int
    lines: list[str]


class Pair(NamedTuple):
    """A :61: of one line and its :86:, both without their tags; the text with its newlines. `line` is the :61:'s, from 1."""

    line: int
    head: str
    text: str


_new = tuple.__new__
_PAIR = re.compile(
    rf"^:61:([^\n]+)\n:86:([^\n]*(?:\n[^:\n{re.escape(''.join(sorted(_ODD - {chr(10)})))}][^\n]*){{0,50}})\n(?=:61:)", re.MULTILINE
)

_NATIONAL = {
    "German": (frozenset({b"EUR", b"CHF", b"DEM"}), "[\\]{|}~", "ÄÖÜäöüß"),
    "Swedish": (frozenset({b"SEK"}), "[\\]{|}", "ÄÖÅäöå"),
    "Danish and Norwegian": (frozenset({b"DKK", b"NOK"}), "[\\]{|}", "ÆØÅæøå"),
}
"""The national forms of ISO 646: the currencies of their countries, the ASCII characters, and the letters that took their places."""
_AS_LETTER = re.compile(rb"[a-zA-Z]([{|}])(?=[a-z])|[A-Z ]([\[\\\]])(?=[A-Z])")
"""An ASCII bracket where only a letter can be: SWIFT's alphabet has none of these characters."""
_BRACKETS = tuple(bytes([mark]) for mark in b"[\\]{|}")
_SEVERAL = 3
_MARK_OF_FORMAT = re.compile(r"(\{[1-5]:|-\}|\}(?=[{\r\n]|$)|[~|](?=\d\d))|[\[\\\]{|}~]+?")


def _as_one_byte(error: UnicodeError) -> tuple[str, int]:
    """Decoding error handler: the offending bytes are read as Windows-1252, or as themselves where that has a gap."""
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in bad), error.end


codecs.register_error(_ONE_BYTE, _as_one_byte)


def detect(source: Source) -> Encoding:
    """The file's encoding, from all of its bytes: ``ascii``, ``utf-8``, ``utf-8-sig``, ``utf-16``, or the likeliest code page."""
    head = source.head()
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and b"\0" in head[:64]:
        return Encoding("utf-16")
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    high: Counter[int] = Counter()
    seven: Counter[bytes] = Counter()
    valid, first_line, line = 0, 0, 1
    with source.open() as stream:
        while chunk := stream.read(CHUNK_BYTES):
            if not chunk.isascii() or decoder.getstate()[0]:
                above = chunk.translate(None, _ASCII)
                valid += len(decoder.decode(chunk).encode()) - (len(chunk) - len(above))
                high.update(above)
                first_line = first_line or line + _lines_before_high_byte(chunk)
            if any(mark in chunk for mark in _BRACKETS):
                seven.update(upper or lower for lower, upper in _AS_LETTER.findall(chunk))
            line += chunk.count(b"\n")
    if not high:
        return _seven_bits(seven, _CURRENCY.search(head))
    bad = sum(high.values()) - valid
    cut_inside_character = len(decoder.getstate()[0])
    if bad <= cut_inside_character:
        return Encoding("utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8")
    if valid > bad:
        message = "most of the text is UTF-8, some bytes are not; those were read as Windows-1252"
        return Encoding("utf-8", Problem("note.encoding", "warning", message, first_line))
    name = _code_page(high, _CURRENCY.search(head))
    message = f"the file is not UTF-8 and declares no encoding; read as {name}"
    return Encoding(name, Problem("note.encoding", "warning", message, first_line))


def _seven_bits(seen: Counter[bytes], currency: re.Match[bytes] | None) -> Encoding:
    """ASCII, or a national form of ISO 646 where brackets stand inside words."""
    code = currency.group(1) if currency else b""
    name = next((name for name, (codes, _, _) in _NATIONAL.items() if code in codes), "")
    if not name or (len(seen) < 2 and sum(seen.values()) < _SEVERAL):
        return Encoding("ascii")
    _, marks, letters = _NATIONAL[name]
    message = f"brackets stand inside words; read as the {name} letters that ISO 646 puts in their places"
    return Encoding("ascii", Problem("note.encoding", "warning", message), dict(zip(map(ord, marks), letters, strict=True)))


def _lines_before_high_byte(chunk: bytes) -> int:
    place = next((n for n, byte in enumerate(chunk) if byte > 127), 0)
    return chunk.count(b"\n", 0, place)


def _code_page(high: Counter[int], currency: re.Match[bytes] | None) -> str:
    """The code page in which most of the high bytes are letters: names are letters, the rest of a code page is not."""
    code = currency.group(1) if currency else b""
    candidates = ("cp1252", "cp850")
    if code in _CENTRAL_EUROPE:
        candidates = ("cp1250", "cp852")
    elif code in _CYRILLIC:
        candidates = ("cp1251", "cp866")

    def letters(name: str) -> int:
        return sum(count for byte, count in high.items() if bytes([byte]).decode(name, "ignore").isalpha())

    return max(candidates, key=letters)


class Lines:
    """The lines of a file, decoded, without line ends; carriage returns alone or in pairs end a line too.

    Attributes:
        unfinished: after the last line, whether that line had no line end.
    """

    def __init__(self, source: Source, encoding: str, letters: Mapping[int, str] = MappingProxyType({})) -> None:
        self._source = source
        self._letters = letters
        self._encoding = encoding
        self.unfinished = False

    def __iter__(self) -> Iterator[str]:
        for block in self.blocks():
            lines = block.split("\n")
            rest = lines.pop()
            yield from lines
            if rest:
                yield rest

    def blocks(self) -> Iterator[str]:
        """The lines in blocks of whole ones, a newline behind each; only the last line of all may lack its own.

        Raises:
            FieldTooLongError: a line is beyond the safety bound.
        """
        decoder = codecs.getincrementaldecoder(self._encoding)(_ONE_BYTE)
        rest = ""
        with self._source.open() as stream:
            while True:
                chunk = stream.read(CHUNK_BYTES)
                text = rest + decoder.decode(chunk, not chunk)
                pending = ""
                if "\r" in text:
                    if chunk and text[-1] == "\r":
                        text, pending = text[:-1], "\r"
                    text = text.replace("\r\n", "\n").replace("\r", "\n")
                text = self._translated(text)
                end = text.rfind("\n") + 1
                rest = text[end:] + pending
                if end:
                    yield text[:end]
                if not chunk:
                    break
                if len(rest) > MAX_LINE:
                    raise FieldTooLongError(f"a line is longer than {MAX_LINE} characters")
        self.unfinished = bool(rest.strip(CONTROLS))
        if rest:
            yield rest

    def _translated(self, text: str) -> str:
        """The text with national letters, but for the braces of envelopes and the signs that begin numbered parts."""
        if not self._letters:
            return text
        return _MARK_OF_FORMAT.sub(lambda match: match[0] if match[1] else match[0].translate(self._letters), text)


def fields(lines: Iterable[str]) -> Iterator[Field]:
    """The fields of a file in order, with an `END` field for each end-of-message mark. Envelopes and headings are left out.

    Raises:
        FieldTooLongError: a line or field is beyond the safety bound.
    """
    cutter = _Cutter()
    yield from cutter.feed(lines)
    yield from cutter.finish()


def fields_and_pairs(lines: Lines) -> Iterator[Field | list[Pair]]:
    """The same fields of a file's lines, where a :61: and the one :86: behind it come together when another :61: follows.

    Nearly all of a file are such pairs; they are found by one pattern, everything else is cut line by line.

    Raises:
        FieldTooLongError: a line or field is beyond the safety bound.
    """
    cutter = _Cutter()
    for block in lines.blocks():
        at = 0
        run: list[Pair] = []
        for match in _PAIR.finditer(block):
            begin, end = match.span()
            if begin > at:
                if run:
                    yield run
                    run = []
                yield from cutter.feed(block[at : begin - 1].split("\n"))
            at = end
            if not run:
                yield from cutter.finish()
            head, text = match.groups()
            run.append(_new(Pair, (cutter.number + 1, head, text)))
            cutter.number += text.count("\n") + 2
        if run:
            yield run
        rest = block[at:].split("\n")
        if not rest[-1]:
            rest.pop()
        yield from cutter.feed(rest)
    yield from cutter.finish()


class _Cutter:
    """Cuts lines into fields; `number` counts the lines, and the field that goes on is held until its end is seen."""

    def __init__(self) -> None:
        self.number = 0
        self._tag, self._start, self._body = "", 0, [""]

    def feed(self, lines: Iterable[str]) -> Iterator[Field]:
        """The fields that end within some lines."""
        tag, start, body, number = self._tag, self._start, self._body, self.number
        for line in lines:
            number += 1
            first = line[:1]
            if first != ":" and first in _ODD:
                line = _tidied(line, tag)
                first = line[:1]
                if line in (END, _BLOCK_END):
                    if tag:
                        yield Field(tag, start, body)
                    tag, start, body = END, number, [line]
                    continue
            if first == ":":
                end = line.find(":", 1, 6)
                name = line[1:end]
                if end > 0 and name in TAGS and not (name in _CLOCK and _is_wrapped_time(line[end + 1 :], tag, body)):
                    if tag:
                        yield Field(tag, start, body)
                    tag, start, body = name, number, [line[end + 1 :]]
                    continue
            body.append(line)
            if len(body) > MAX_FIELD_LINES:
                if tag not in ("", END):
                    raise FieldTooLongError(f"the field of line {start} has more than {MAX_FIELD_LINES} lines")
                del body[1:]
        self._tag, self._start, self._body, self.number = tag, start, body, number

    def finish(self) -> Iterator[Field]:
        """The field that goes on, which ends here."""
        if self._tag:
            yield Field(self._tag, self._start, self._body)
        self._tag, self._start, self._body = "", 0, [""]


def _tidied(line: str, tag: str) -> str:
    """A line that begins oddly, as the field machine should see it: without control characters, byte order mark or envelope.

    An envelope's block and ``-}`` end the message before them; a lone ``-`` does so unless it turns out to be a line of text.
    """
    if line[0] in CONTROLS:
        line = line.lstrip(CONTROLS)
    in_text = tag in ("86", "NS", "61")
    if line.startswith("-"):
        bare = line.rstrip(CONTROLS + " ")
        if bare.startswith((_BLOCK_END, "-å")) or (bare != END and not in_text):
            return _BLOCK_END
        return END if bare == END else line
    if _ENVELOPE.match(line) or (line.startswith('@"') and not in_text):
        body = _BODY.match(line)
        return body.group(1) if body else _BLOCK_END
    indented = _INDENTED.match(line)
    return indented.group(1) if indented else line


def _is_wrapped_time(content: str, tag: str, body: list[str]) -> bool:
    """Whether ``:20:31`` at a line's start is the rest of a time that the bank's 65-character wrap broke after the hour."""
    return tag in ("86", "NS") and bool(_MINUTES.match(content)) and bool(_HOUR.search(body[-1]))
