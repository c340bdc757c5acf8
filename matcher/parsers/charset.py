"""Which encoding the bytes of a text file are in, and the file as text, piece by piece.

The bytes decide, the file's own declaration only advises: a byte order mark, then strict UTF-8, then the declared charset,
then cp1252. Text that is valid UTF-8 but for a few bytes stays UTF-8, so that one damaged byte does not garble every name.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from matcher.model import Problem
from matcher.parsers.base import Source

CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Charset:
    """How to decode a file.

    Attributes:
        name: Python's name of the encoding.
        errors: ``strict``, or ``replace`` when single bytes do not fit.
        problem: what to tell the user, if anything.
    """

    name: str
    errors: str = "strict"
    problem: Problem | None = None


def sniff(source: Source, declared: str = "") -> Charset:
    """The encoding of a file; reads it once through. `declared` is the charset the file names for itself, or ''."""
    head = source.head(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Charset(name, "replace")
    plain, fits = True, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _raw(source):
            if plain and chunk.isascii():
                continue
            plain = False
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        fits = False
    if not fits:
        return _legacy(source, _codec(declared))
    if plain:
        return Charset("ascii")
    if declared and _codec(declared) != "utf-8":
        return Charset("utf-8", problem=_note(f"the file says {declared[:20]} and holds UTF-8"))
    return Charset("utf-8")


def text(source: Source, charset: Charset) -> Iterator[str]:
    """The file's text in pieces of about a megabyte."""
    decoder = codecs.getincrementaldecoder(charset.name)(charset.errors)
    for chunk in _raw(source):
        yield decoder.decode(chunk)
    rest = decoder.decode(b"", final=True)
    if rest:
        yield rest


def _raw(source: Source) -> Iterator[bytes]:
    with source.open() as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _note(message: str) -> Problem:
    return Problem("note.encoding", "info", message)


def _codec(declared: str) -> str:
    try:
        return codecs.lookup(declared).name if declared else ""
    except LookupError:
        return ""


def _legacy(source: Source, declared: str) -> Charset:
    """The encoding of a file that is not clean UTF-8; `declared` is a codec's canonical name or ''."""
    beyond, damaged = 0, 0
    for piece in text(source, Charset("utf-8", "replace")):
        if not piece.isascii():
            beyond += len(piece) - len(piece.encode("ascii", "ignore"))
            damaged += piece.count("\ufffd")
    if beyond > 2 * damaged:
        problem = Problem("file.encoding", "warning", f"{damaged} characters are not valid UTF-8 and were replaced")
        return Charset("utf-8", "replace", problem)
    for name in (declared, "cp1252"):
        if name and name not in ("utf-8", "ascii") and _decodes(source, name):
            return Charset(name, problem=None if name == declared else _note("the bytes are not UTF-8; read as Windows-1252"))
    return Charset("iso8859-1", problem=_note("the bytes are neither UTF-8 nor Windows-1252; read as ISO-8859-1"))


def _decodes(source: Source, name: str) -> bool:
    try:
        for _ in text(source, Charset(name)):
            pass
    except (UnicodeError, LookupError):
        return False
    return True
