"""The one tokenizer for OFX 1.x (SGML, leaves mostly unclosed) and OFX 2.x (XML).

It knows no grammar, only tags, text, comments and CDATA, so that a file which mixes both styles or breaks either is still read
to its end. A transaction is handed out whole: one token with its source text, found by plain string search where the block is
regular. Memory stays flat: only the text from the last unfinished token on is kept.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from matcher.parsers.base import MAX_LINE
from matcher.parsers.ofx.elements import BOUNDARIES, SPELLED_OTHERWISE, TRANSACTIONS
from matcher.parsers.ofx.runs import Run, Runs

if TYPE_CHECKING:
    import polars as pl

MAX_TOKEN = MAX_LINE
"""Longest transaction, comment or CDATA section accepted, in characters."""

_OPEN, _CLOSE = "<STMTTRN>", "</STMTTRN>"
_ASIDES = (
    (re.compile(r"<!--"), "-->"),
    (re.compile(r"<!\[CDATA\["), "]]>"),
    (re.compile(r"<\?(?:xml|OFX)\b", re.IGNORECASE), ">"),
    (re.compile(r"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)\b", re.IGNORECASE), ">"),
)
_LONGEST_OPENING = 10
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._-]{0,62})((?:[\s/][^<>]{0,440})?)>")
_MAX_TAG = 512
"""Characters after a ``<`` within which a tag must have ended; the pattern above matches none that is longer."""


class Kind(IntEnum):
    """What a token is."""

    BLOCK = 1
    """A whole transaction, end tag included."""
    BROKEN_BLOCK = 2
    """A transaction without end tag, up to where something else begins or the file ends. Its `name` is the tag that follows, such as
    ``/BANKTRANLIST`` or ``STMTTRN``; empty at the end of the file."""
    OPEN = 3
    CLOSE = 4
    DOUBTFUL_TAG = 5
    """A tag that is not in capitals: part of the text inside a free text, an unknown element elsewhere."""
    TEXT = 6
    LITERAL = 7
    """Text of a CDATA section: its entities are not entities."""
    COMMENT = 8
    ENTITY = 9
    """An entity definition. Never followed."""
    UNENDED = 10
    """The rest of the file, from a comment, CDATA section or declaration on that never ends."""
    RUN = 11
    """Many regular transactions at once; they are in the token's `leaves`."""


class Token(NamedTuple):
    """A piece of the file: `name` is an element's name in capitals, `text` its source text, `line` the 1-based line it starts on.

    A run has no text; its `leaves` are those of `matcher.parsers.ofx.runs.Run`.
    """

    kind: Kind
    name: str
    text: str
    line: int
    leaves: "pl.DataFrame | None" = None


class TokenTooLongError(Exception):
    """A transaction, comment or CDATA section is longer than `MAX_TOKEN`; `line` is where it begins."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


def tag_name(tag: re.Match[str]) -> str:
    """The element's name in capitals; '' for a name that is spelled otherwise and unknown, such as ``<br>`` in a memo."""
    name = tag[2]
    if name.isupper():
        return name
    capitals = name.upper()
    return capitals if capitals in SPELLED_OTHERWISE else ""


class Scanner:
    """Tokens of a text that comes in pieces.

    Args:
        pieces: the file's text.
        newline: the character that ends a physical line.
        in_runs: whether regular transactions that follow each other come as one token.

    Raises:
        TokenTooLongError: while iterating.
    """

    def __init__(self, pieces: Iterator[str], newline: str = "\n", in_runs: bool = False) -> None:
        self._pieces = pieces
        self._newline = newline
        self._in_runs = in_runs
        self._finder = Runs(newline)
        self._runs: dict[int, Run] | None = None
        self._buffer = ""
        self._position = 0
        self._complete = False
        self._asides = False
        self._line = 1
        self._counted = 0

    def __iter__(self) -> Iterator[Token]:
        while True:
            buffer, position = self._buffer, self._position
            start = buffer.find("<", position)
            if start > position or (start < 0 and self._ends_here()):
                self._position = start if start >= 0 else len(buffer)
                gap = buffer[position : self._position]
                if gap and not gap.isspace():
                    yield Token(Kind.TEXT, "", gap, self._line_at(position))
            if start < 0:
                if self._complete:
                    return
                self._fill()
            elif self._in_runs and buffer.startswith(_OPEN, start) and (run := self._run(start)):
                self._position = run.end
                yield Token(Kind.RUN, "STMTTRN", "", self._line_at(start), run.leaves)
            elif buffer.startswith(_OPEN, start) and (end := self._regular_end(start)):
                self._position = end
                yield Token(Kind.BLOCK, "STMTTRN", buffer[start:end], self._line_at(start))
            elif token := self._markup(start):
                yield token
            elif len(buffer) - start > MAX_TOKEN:
                raise TokenTooLongError(self._line_at(start))
            else:
                self._fill()

    def _ends_here(self) -> bool:
        return self._complete or len(self._buffer) - self._position > MAX_TOKEN

    def _run(self, start: int) -> Run | None:
        """The run that begins at a transaction's opening tag. All runs of a buffer are found when the first one is asked for."""
        if self._runs is None:
            self._runs = self._finder.find(self._buffer, start)
        return self._runs.get(start)

    def _regular_end(self, start: int) -> int:
        """Where a transaction ends that has its end tag and no comment, CDATA section or other transaction inside; else 0."""
        find = self._buffer.find
        following = find(_OPEN, start + len(_OPEN))
        # only up to the next transaction: with no end tag in sight, scanning to the end of the buffer each time is quadratic
        end = find(_CLOSE, start, following if following >= 0 else len(self._buffer))
        if end < 0 or (self._asides and find("<!", start, end) >= 0):
            return 0
        return end + len(_CLOSE)

    def _undecided(self, start: int, boundary: int) -> bool:
        """Whether a transaction that another element ends may yet be a regular one: its end tag may come before the next one."""
        buffer = self._buffer
        if self._complete or len(buffer) - start > MAX_TOKEN or not buffer.startswith(_OPEN, start):
            return False
        return buffer.find(_OPEN, boundary) < 0 and buffer.find(_CLOSE, boundary) < 0

    def _line_at(self, position: int) -> int:
        """The line of a position. Positions are asked for in order, so every character is looked at once."""
        self._line += self._buffer.count(self._newline, self._counted, position)
        self._counted = position
        return self._line

    def _fill(self) -> None:
        piece = next(self._pieces, None)
        if piece is None:
            self._complete = True
            return
        self._line_at(self._position)
        self._buffer = self._buffer[self._position :] + piece
        self._position = self._counted = 0
        self._asides = "<!" in self._buffer
        self._runs = None

    def _markup(self, start: int) -> Token | None:
        """The token at a ``<``; None when more text is needed to tell."""
        line = self._line_at(start)
        if end := self._aside(start):
            if end < 0:
                return None
            return self._aside_token(start, end, line)
        tag = _TAG.match(self._buffer, start)
        if tag is None:
            if not self._complete and len(self._buffer) - start < _MAX_TAG and self._buffer.find(">", start) < 0:
                return None
            self._position = start + 1
            return Token(Kind.TEXT, "", "<", line)
        name = tag_name(tag)
        if name in TRANSACTIONS and not tag[1]:
            return self._irregular_block(start, tag, name)
        self._position = tag.end()
        if not name:
            return Token(Kind.DOUBTFUL_TAG, "", tag[0], line)
        return Token(Kind.CLOSE if tag[1] else Kind.OPEN, name, tag[0], line)

    def _aside(self, start: int) -> int:
        """Where a comment, CDATA section or declaration ends; 0 when there is none, -1 when its end is not read yet.

        One that the file never ends reaches to the file's last character, like everything after an open comment.
        """
        buffer = self._buffer
        if buffer[start + 1 : start + 2] not in ("!", "?", ""):
            return 0
        if not self._complete and len(buffer) - start < _LONGEST_OPENING:
            return -1
        for opening, closing in _ASIDES:
            if match := opening.match(buffer, start):
                end = buffer.find(closing, match.end())
                if closing == ">" and buffer.find("<", match.end(), end if end >= 0 else None) >= 0:
                    return 0  # damaged, and something else begins: that must not be swallowed
                if end >= 0:
                    return end + len(closing)
                return len(buffer) if self._complete else -1
        return 0

    def _aside_token(self, start: int, end: int, line: int) -> Token:
        text = self._buffer[start:end]
        self._position = end
        if text.startswith("<!--"):
            return Token(Kind.COMMENT if text.endswith("-->") else Kind.UNENDED, "", text, line)
        if text.startswith("<![CDATA["):
            return Token(Kind.LITERAL, "", text[9:-3], line) if text.endswith("]]>") else Token(Kind.UNENDED, "", text, line)
        if not text.endswith(">"):
            return Token(Kind.UNENDED, "", text, line)
        return Token(Kind.ENTITY if "<!ENTITY" in text.upper() else Kind.COMMENT, "", text, line)

    def _irregular_block(self, start: int, opening: re.Match[str], name: str) -> Token | None:
        """A transaction found tag by tag; None when its end is not read yet."""
        position, line, following = opening.end(), self._line_at(start), ""
        closed = opening[3].endswith("/")
        while not closed:
            position = self._buffer.find("<", position)
            if position < 0:
                if not self._complete:
                    return None
                position = len(self._buffer)
                break
            if aside := self._aside(position):
                if aside < 0:
                    return None
                position = aside
                continue
            tag = _TAG.match(self._buffer, position)
            if tag is None:
                if not self._complete and len(self._buffer) - position < _MAX_TAG:
                    return None
                position += 1
                continue
            met = tag_name(tag)
            if met == name and tag[1]:
                closed = True
            elif met in BOUNDARIES:
                if self._undecided(start, tag.start()):
                    return None
                following = tag[1] + met
                break
            position = tag.end()
        text = self._buffer[start:position]
        self._position = position
        return Token(Kind.BLOCK, name, text, line) if closed else Token(Kind.BROKEN_BLOCK, following, text, line)
