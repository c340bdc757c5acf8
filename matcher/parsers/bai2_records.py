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


def lines(pieces: Iterable[str]) -> Iterator[str]:
    """The lines of a text that comes in pieces, without their ends.

    Raises:
        MatcherError: ``file.too_large`` when one is longer than `MAX_LINE`.
    """
    rest = ""
    for piece in pieces:
        found = (rest + piece).split("\n")
        rest = found.pop()
        if len(rest) > MAX_LINE:
            raise MatcherError("file.too_large", f"a line is longer than {MAX_LINE} characters")
        yield from found
    if rest:
        yield rest


def records(source: Iterable[str]) -> Iterator[Record]:
    """Logical records of a file's lines. Lines before the first file header are records with an empty code."""
    code, text, line, closed, begun = "", "", 0, True, False
    physical: list[str] = []
    more: list[More] = []
    shared = _SHARED
    for number, whole in enumerate(source, 1):
        piece = whole.strip(_PADDING)
        if not begun and piece.startswith("01,"):
            begun = True
            if _JOINED.search(piece) and not _SHARED.search(piece):
                # a file without line breaks
                shared = _JOINED
        parts = shared.split(piece) if piece.find("/", 0, -1) >= 0 else [piece]
        for at, part in enumerate(parts, 1):
            if not part:
                continue
            ends = part[-1] == "/" or at < len(parts)
            found = part[:2] if part[2:3] == "," else ""
            if (found == "88" and code) or not (found in CODES or not begun or (closed and (code != "16" or _UNKNOWN.match(part)))):
                more.append(More(found == "88", part.removesuffix("/")[3:] if found == "88" else part.removesuffix("/")))
                physical.append(part)
            else:
                if physical:
                    yield _record(code, text, line, more, physical)
                code = found if begun and found in CODES else ""
                text, line, physical = part.removesuffix("/"), number, [part]
                if more:
                    more = []
            closed = ends
    if physical:
        yield _record(code, text, line, more, physical)


def _record(code: str, text: str, line: int, more: list[More], physical: list[str]) -> Record:
    if not more:
        return Record(code, text[3:] if code else text, line, more, 1, physical[0])
    counted = 1 + sum(part.by_code for part in more)
    return Record(code, text[3:] if code else text, line, more, counted, "\n".join(physical))
