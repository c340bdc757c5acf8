"""Finds the parser for a file by its contents. Built-in and installed parsers register the same way."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from itertools import pairwise

from matcher.errors import MatcherError
from matcher.model import Problem
from matcher.parsers import signatures
from matcher.parsers.base import Event, ParseOptions, Parser, Source

GROUP = "matcher.parsers"
OURS = "matcher-recon"
"""The distribution whose readers are this program's own: what they raise is a defect here, and is said as one."""
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
    listed = sorted(point.name for point in installed())
    for first, second in pairwise(listed):
        if first == second:
            raise MatcherError("config.invalid", f"two installed packages register a parser named {first!r}")
    return tuple(listed)


@cache
def load(name: str) -> Parser:
    """The parser of that name.

    Raises:
        MatcherError: ``usage.option`` when there is none, ``parser.failed`` when an installed package cannot be imported.
    """
    for point in installed():
        if point.name == name:
            with _named(name):
                parser: Parser = point.load()
                return parser
    raise MatcherError("usage.option", f"there is no format {name!r}; known are {', '.join(names())}")


@contextmanager
def _named(name: str) -> Iterator[None]:
    """What a reader of another package raises, as ``parser.failed`` with the package's name."""
    try:
        yield
    except (MatcherError, MemoryError):
        raise
    except Exception as error:
        # asked for only now: the name of a package is read from its files
        (point,) = (entry for entry in installed() if entry.name == name)
        package = point.dist.name if point.dist else "an unknown package"
        if package == OURS:
            raise
        what = f"the reader {name!r} of the package {package} failed ({type(error).__name__})"
        raise MatcherError("parser.failed", what) from error


def detect(source: Source, options: ParseOptions, failed: list[MatcherError] | None = None) -> tuple[str, str] | Problem:
    """The name of the one parser that recognises the contents and the format's id, or the problem that says why there is none.

    Args:
        source: the file.
        options: of the command.
        failed: takes what readers of other packages failed at, which keeps nobody else from reading the file.
    """
    if not source.size:
        return Problem("file.empty", "fatal", "the file is empty")
    head = source.head()
    claims, broken = list[tuple[str, str]](), list[MatcherError]()
    for name in names():
        try:
            with _named(name):
                if format_id := load(name).recognise(head, source, options):
                    claims.append((name, format_id))
        except MatcherError as error:
            if error.code != "parser.failed":
                raise
            broken.append(error)
    if failed is not None:
        failed += broken
    # a table of no known layout is claimed only so that its reader can say what it recognised: whoever knows the file goes first
    known = [claim for claim in claims if claim[1] != UNKNOWN_TABLE]
    if broken and not known:
        return Problem(broken[0].code, "fatal", broken[0].what)
    claims = known or claims
    if len(claims) == 1:
        return claims[0]
    if claims:
        return Problem("file.ambiguous", "fatal", "the contents fit " + " and ".join(format_id for _, format_id in claims))
    if problem := signatures.named(head, source):
        return problem
    if b"\0" in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return Problem("file.binary", "fatal", "the contents are binary and of no known format")
    return Problem("file.unknown", "fatal", "no reader recognises the contents")


def read(source: Source, options: ParseOptions, format_name: str = "") -> Iterator[Event]:
    """Events of a file: detected by content, or read with the named parser."""
    name = format_name
    if not name:
        failed: list[MatcherError] = []
        detected = detect(source, options, failed)
        if isinstance(detected, Problem):
            yield detected
            return
        for error in failed:
            yield Problem(error.code, "info", error.what)
        name = detected[0]
    parser = load(name)
    with _named(name):
        yield from parser.parse(source, options)
