"""Cuts a BAI2 file into logical records.

A physical record is ``code,fields/``. Files in the field leave out the closing '/', put several records on one line, pad lines
to 80 columns, or wrap a long text without the 88 that should continue it. A '/' ends a record only as the last character that
is not blank, because it is also a common character in references and text.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from matcher.errors import MatcherError
from matcher.parsers.base import MAX_LINE

CODES = frozenset(("01", "02", "03", "16", "49", "88", "98", "99"))
_SHAPES = "|".join(
    (
        r"01,[^,/]*,[^,/]*,\d*,",
        r"02,[^,/]*,[^,/]*,\d?,\d*,",
        r"03,[^,/]+,(?:[A-Z]{3})?,",
        r"16,\d{3},[+-]?\d*,",
        r"49,[+-]?\d*,\d+",
        r"88,",
        r"98,[+-]?\d*,\d+,",
        r"99,[+-]?\d*,\d+,",
    )
)
"""What the start of a record looks like, closely enough not to be found in a text by chance."""
_SHARED = re.compile(rf"/[ \t]+(?={_SHAPES})")
_JOINED = re.compile(rf"/[ \t]*(?={_SHAPES})")
_UNKNOWN = re.compile(r"\d\d,")
_PADDING = " \t\r\0\x1a\f\ufeff"


class More(NamedTuple):
    """A continuation: by an 88 record, or a bare line."""

    by_code: bool
    text: str


class Record(NamedTuple):
    """A logical record.

    Attributes:
        code: its record code; '' for a line that is no record.
        text: its fields, without code and closing '/'.
        line: where it begins.
        more: its continuations, in order.
        physical: physical records it consists of, as the file's own counts count them.
        raw: its source text.
    """

    code: str
    text: str
    line: int
    more: list[More]
    physical: int
    raw: str


def blocks(pieces: Iterable[str]) -> Iterator[tuple[str, str]]:
    """A text that comes in pieces as blocks of whole lines, each with the character that parts its lines.

    Raises:
        MatcherError: ``file.too_large`` when a line is longer than `MAX_LINE`.
    """
    rest, mark = "", ""
    for piece in pieces:
        mark = mark or ("\r" if "\r" in piece[:-1] and "\n" not in piece else "\n")
        block, separator, rest = (rest + piece).rpartition(mark)
        if len(rest) > MAX_LINE:
            raise MatcherError("file.too_large", f"a line is longer than {MAX_LINE} characters")
        if separator:
            yield block, mark
    if rest:
        yield rest, mark


class Cutter:
    """Makes logical records of lines. Lines before the first record are records with an empty code.

    Attributes:
        line: lines so far.
    """

    def __init__(self, line: int = 0, orderly: bool = False) -> None:
        self.line = line
        self._begun = orderly
        self._shared = _SHARED
        self._closed = True
        self._code = self._text = ""
        self._start = 0
        self._physical: list[str] = []
        self._more: list[More] = []

    @property
    def orderly(self) -> bool:
        """Whether the records are cut at line ends: a first one was seen, and it did not share its line."""
        return self._begun and self._shared is _SHARED

    def feed(self, lines: Iterable[str]) -> Iterator[Record]:
        """Takes lines and gives the records that end in them; the last one may go on."""
        for whole in lines:
            self.line += 1
            piece = whole.strip(_PADDING)
            if not self._begun and piece[:2] in CODES and piece[2:3] == ",":
                self._begun = True
                if _JOINED.search(piece) and not _SHARED.search(piece):
                    # a file without line breaks
                    self._shared = _JOINED
            parts = self._shared.split(piece) if piece.find("/", 0, -1) >= 0 else [piece]
            for at, part in enumerate(parts, 1):
                if part:
                    yield from self._take(part, part[-1] == "/" or at < len(parts))

    def finish(self) -> Iterator[Record]:
        """What follows begins a record of its own, or nothing does."""
        if self._physical:
            yield _record(self._code, self._text, self._start, self._more, self._physical)
        self._physical, self._more, self._code = [], [], ""

    def _take(self, part: str, ends: bool) -> Iterator[Record]:
        code = part[:2] if part[2:3] == "," else ""
        plain = part.removesuffix("/")
        begins = code in CODES or not self._begun or (self._closed and (self._code != "16" or _UNKNOWN.match(part)))
        if (code == "88" and self._code) or not begins:
            self._more.append(More(code == "88", plain[3:] if code == "88" else plain))
            self._physical.append(part)
        else:
            yield from self.finish()
            self._code = code if self._begun and code in CODES else ""
            self._text, self._start, self._physical = plain, self.line, [part]
        self._closed = ends


def records(pieces: Iterable[str]) -> Iterator[Record]:
    """Logical records of a text that comes in pieces.

    Raises:
        MatcherError: see `blocks`.
    """
    cutter = Cutter()
    for block, mark in blocks(pieces):
        yield from cutter.feed(block.split(mark))
    yield from cutter.finish()


def shares_lines(text: str) -> bool:
    """Whether a text has a line in which a second record follows another."""
    return ("/ " in text or "/\t" in text) and _SHARED.search(text) is not None


def _record(code: str, text: str, line: int, more: list[More], physical: list[str]) -> Record:
    if not more:
        return Record(code, text[3:] if code else text, line, more, 1, physical[0])
    counted = 1 + sum(part.by_code for part in more)
    return Record(code, text[3:] if code else text, line, more, counted, "\n".join(physical))
