"""Finds the parser for a file by its contents. Built-in and installed parsers register the same way."""

from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from itertools import pairwise

from matcher.errors import MatcherError
from matcher.model import Problem
from matcher.parsers.base import Event, ParseOptions, Parser, Source

GROUP = "matcher.parsers"
UNKNOWN_TABLE = "csv"


@cache
def installed() -> EntryPoints:
    """The registered parsers. Asked for once: finding them reads the metadata of all installed packages."""
    return entry_points(group=GROUP)


@cache
def names() -> tuple[str, ...]:
    """Names of all registered parsers, without importing them.

    Raises:
        MatcherError: ``config.invalid`` when two installed packages register one name.
    """
    found = sorted(point.name for point in installed())
    for first, second in pairwise(found):
        if first == second:
            raise MatcherError("config.invalid", f"two installed packages register a parser named {first!r}")
    return tuple(found)


@cache
def load(name: str) -> Parser:
    """The parser of that name.

    Raises:
        MatcherError: ``usage.option`` when there is none.
    """
    for point in installed():
        if point.name == name:
            parser: Parser = point.load()
            return parser
    raise MatcherError("usage.option", f"there is no format {name!r}; known are {', '.join(names())}")


def detect(source: Source, options: ParseOptions) -> tuple[Parser, str] | Problem:
    """The one parser that recognises the contents and the format's id, or the problem that says why there is none."""
    if not source.size:
        return Problem("file.empty", "fatal", "the file is empty")
    head = source.head()
    claims = [(parser, found) for parser in map(load, names()) if (found := parser.recognise(head, source, options))]
    # a table of no known layout is claimed only so that its reader can say what it recognised: whoever knows the file goes first
    claims = [claim for claim in claims if claim[1] != UNKNOWN_TABLE] or claims
    if len(claims) == 1:
        return claims[0]
    if claims:
        return Problem("file.ambiguous", "fatal", "the contents fit " + " and ".join(found for _, found in claims))
    if b"\0" in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return Problem("file.binary", "fatal", "the contents are binary and of no known format")
    return Problem("file.unknown", "fatal", "no reader recognises the contents")


def read(source: Source, options: ParseOptions, format_name: str = "") -> Iterator[Event]:
    """Events of a file: detected by content, or read with the named parser."""
    if format_name:
        yield from load(format_name).parse(source, options)
        return
    found = detect(source, options)
    if isinstance(found, Problem):
        yield found
        return
    parser, _ = found
    yield from parser.parse(source, options)
