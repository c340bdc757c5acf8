"""The parser: finds the layout of a file and reads it in the way its contents ask for.

What reads in bulk is imported only when a file asks for it: its libraries take longer to load than most files to read.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from weakref import WeakKeyDictionary

from matcher.errors import MatcherError
from matcher.model import FileInfo, Problem
from matcher.parsers.base import MAX_LINE, Event, ParseOptions, Source
from matcher.parsers.csv import detect, sheets
from matcher.parsers.csv.detect import Found, Table
from matcher.parsers.csv.layout import Layout, is_plain
from matcher.parsers.csv.reading import TableReading
from matcher.parsers.csv.records import RecordReader
from matcher.parsers.csv.rows import Decided
from matcher.parsers.csv.shape import skipped
from matcher.parsers.csv.sheets import Workbook
from matcher.parsers.csv.survey import needed, survey
from matcher.parsers.csv.text import TooLongError, choose_encoding, first_undecodable, lines

_PARQUET = b"PAR1"
_RESAVED = "cp1252"
"""What a spreadsheet in Western Europe saves a table as, whatever its encoding was."""


class CsvParser:
    """Reads statements that are tables. Format ids are ``csv:PROFILE``."""

    name = "csv"

    def __init__(self) -> None:
        # a source is recognised and then read: what was found of it the first time need not be looked for again
        self._recognised: WeakKeyDictionary[Source, tuple[ParseOptions, Found | Problem | None]] = WeakKeyDictionary()

    def recognise(self, head: bytes, source: Source, options: ParseOptions) -> str:
        """``csv:PROFILE``; ``csv`` for a table that cannot be read, so that `parse` says why; '' for anything else.

        Raises:
            MatcherError: ``profile.invalid`` for a layout of `options.profiles`.
        """
        choice = self._find(head, source, options)
        self._recognised[source] = (options, choice)
        if isinstance(choice, Found):
            return f"csv:{choice.layout.profile.name}"
        return "csv" if choice else ""

    def parse(self, source: Source, options: ParseOptions) -> Iterator[Event]:
        """The file's statements, one for each account and currency.

        Raises:
            MatcherError: ``profile.invalid`` for a layout of `options.profiles`.
        """
        if not source.size:
            yield Problem("file.empty", "fatal", "the file is empty")
            return
        asked, choice = self._recognised.pop(source, (None, None))
        if asked != options:
            choice = self._find(source.head(), source, options)
        if choice is None:
            yield Problem("file.unknown", "fatal", "the contents are not a table of bookings")
        elif isinstance(choice, Problem):
            yield choice
        elif choice.table.encoding == _PARQUET.decode():
            yield from _read_parquet(source, options, choice)
        elif choice.table.workbook:
            yield from _read_workbook(choice.table.workbook, options, choice)
        else:
            yield from _read_text(source, options, choice)

    def _find(self, head: bytes, source: Source, options: ParseOptions) -> "Found | Problem | None":
        if head[:4] == _PARQUET:
            return _find_parquet(source, options)
        what = sheets.kind(head)
        if what == "zip" and not sheets.is_workbook(source):
            return None
        if not what and (detect.foreign(head) or head[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"):
            return None
        profiles = detect.layouts(options)
        if isinstance(profiles, Problem):
            return profiles
        named = bool(options.profile)
        try:
            if what:
                return detect.choose(detect.sheet_tables(sheets.load(source, what)), profiles, named)
            tables = list(detect.text_tables(source, profiles))
            choice = detect.choose(tables, profiles, named)
            if not isinstance(choice, Found) and (resaved := _resaved(head, tables)):
                again = detect.choose(resaved, profiles, named, resaved=True)
                choice = again if isinstance(again, Found) else choice
            if not isinstance(choice, Found) and (bad := first_undecodable(source, "utf-8")):
                damaged = detect.choose(list(detect.damaged_tables(source, profiles)), profiles, named)
                if isinstance(damaged, Found):
                    return Problem(
                        "file.encoding", "fatal", f"the bytes of line {bad[0]} are not UTF-8, nor any encoding of the layout", bad[0]
                    )
        except TooLongError as error:
            return _too_long(error)
        except MatcherError as error:
            return Problem(error.code, "fatal", error.what)
        return choice


def _resaved(head: bytes, tables: Sequence[Table]) -> list[Table]:
    """The readings of a file that another program may have saved again; none where it is UTF-8 with damage."""
    utf8 = not head.decode("utf-8", "ignore").isascii()
    return [] if utf8 else [table for table in tables if table.encoding == _RESAVED]


def _read_text(source: Source, options: ParseOptions, choice: Found) -> Iterator[Event]:
    layout, table = choice.layout, choice.table
    if is_plain(layout, source.head(), table.encoding, table.delimiter, table.quote):
        yield from _read_plain(source, options, choice)
        return
    encoding = choose_encoding(source, table.encoding, layout.profile.encodings)
    if isinstance(encoding, int):
        yield FileInfo(f"csv:{layout.profile.name}", table.encoding)
        yield Problem("file.encoding", "fatal", f"the bytes of line {encoding} are not {table.encoding}", encoding)
        return
    yield FileInfo(f"csv:{layout.profile.name}", encoding)
    if encoding not in detect.UNICODE and encoding not in layout.profile.encodings:
        message = f"the bytes are {encoding}, which this bank does not write: the file was saved again by another program"
        yield Problem("note.encoding", "warning", message)
    try:
        decided: Decided | Problem = Decided()
        if needed(layout, choice.named):
            ahead = iter(RecordReader(lines(source, encoding), table.delimiter, table.quote))
            decided = survey(layout, islice(ahead, layout.ordinal + 1, None), choice.named)
        if isinstance(decided, Problem):
            yield decided
            return
        records = iter(RecordReader(lines(source, encoding), table.delimiter, table.quote))
        before = list(islice(records, layout.ordinal)) if layout.header else skipped(layout, table.records)
        if layout.header:
            next(records)
        reading = TableReading(layout, options, decided, before)
        if problem := reading.unreadable():
            yield problem
            return
        yield from reading.records(records)
        yield from reading.notes()
        yield from reading.end()
    except TooLongError as error:
        yield _too_long(error)


def _read_workbook(book: Workbook, options: ParseOptions, choice: Found) -> Iterator[Event]:
    """Reads every sheet that has the layout; the others are named. All sheets' rows make the statements together."""
    yield FileInfo(f"csv:{choice.layout.profile.name}", book.encoding)
    layouts: dict[int, Layout] = {}
    for place, table in enumerate(detect.sheet_tables(book)):
        layout = choice.layout if place == choice.table.sheet else detect.fit(choice.layout.profile, table)
        if isinstance(layout, Layout):
            layouts[place] = layout
        elif any(any(cells) for _, cells, _ in table.records):
            yield Problem("note.syntax", "info", f"sheet {book.sheets[place].name!r} has no table of this layout and was left out")
    yield from _left_out(book, layouts)
    reading: TableReading | None = None
    for place, layout in layouts.items():
        records = book.sheets[place].records()
        before = list(islice(records, layout.ordinal)) if layout.header else skipped(layout, list(book.sheets[place].records()))
        decided = (
            survey(layout, islice(book.sheets[place].records(), layout.ordinal + 1, None), choice.named)
            if needed(layout, choice.named)
            else Decided()
        )
        if isinstance(decided, Problem):
            yield decided
            return
        if layout.header:
            next(records)
        reading = TableReading(layout, options, decided, before, statements=reading.statements if reading else None)
        if problem := reading.unreadable():
            yield problem
            return
        yield from reading.records(records)
        yield from reading.notes()
    if reading:
        yield from reading.end()


def _left_out(book: Workbook, layouts: dict[int, Layout]) -> Iterator[Problem]:
    """Takes out the sheets that nobody sees, and those whose rows all stand on another one, and says so."""
    if not all(book.sheets[place].hidden for place in layouts):
        for place in [place for place in layouts if book.sheets[place].hidden]:
            del layouts[place]
            yield Problem("note.sheet", "warning", f"sheet {book.sheets[place].name!r} is hidden and was left out")
    rows = {place: Counter(_bookings(book, place, layout)) for place, layout in layouts.items()} if len(layouts) > 1 else {}
    for place, mine in reversed(rows.items()):
        others = (other for other in layouts if other != place and mine <= rows[other])
        if mine and (other := next(others, None)) is not None:
            del layouts[place]
            names = f"sheet {book.sheets[place].name!r} repeats rows of sheet {book.sheets[other].name!r}"
            yield Problem("note.sheet", "warning", f"{names} and nothing else; it was left out")


def _bookings(book: Workbook, place: int, layout: Layout) -> Iterator[tuple[str, ...]]:
    """The rows below a sheet's header, without blank cells at their ends."""
    for _, cells, _ in islice(book.sheets[place].records(), layout.ordinal + 1, None):
        if any(cells):
            yield tuple(cells)


def _find_parquet(source: Source, options: ParseOptions) -> Found | Problem | None:
    from matcher.parsers.csv import parquet

    profiles = detect.layouts(options)
    if isinstance(profiles, Problem):
        return profiles
    try:
        table = detect.typed_table(parquet.titles(source), _PARQUET.decode())
    except MatcherError as error:
        return Problem(error.code, "fatal", error.what)
    plain = {name: profile for name, profile in profiles.items() if profile.amounts.plain}
    choice = detect.choose([table], plain or profiles, bool(options.profile))
    if isinstance(choice, Found) and not is_plain(choice.layout, b"", "utf-8", ",", '"'):
        return Problem("file.unknown", "fatal", f"layout {choice.layout.profile.name} is not read from Parquet files")
    return choice


def _read_parquet(source: Source, options: ParseOptions, choice: Found) -> Iterator[Event]:
    from matcher.parsers.csv import parquet

    yield FileInfo(f"csv:{choice.layout.profile.name}", "")
    reading = TableReading(choice.layout, options, Decided(), ())
    if problem := reading.unreadable():
        yield problem
        return
    try:
        yield from parquet.read(source, reading)
        yield from reading.notes()
        yield from reading.end()
    except MatcherError as error:
        yield Problem(error.code, "fatal", error.what)


def _read_plain(source: Source, options: ParseOptions, choice: Found) -> Iterator[Event]:
    from matcher.parsers.csv import columnar

    layout, table = choice.layout, choice.table
    yield FileInfo(f"csv:{layout.profile.name}", table.encoding)
    reading = TableReading(layout, options, Decided(), table.records[: layout.ordinal])
    if problem := reading.unreadable():
        yield problem
        return
    try:
        yield from columnar.read(source, reading, table.delimiter)
        yield from reading.notes()
        yield from reading.end()
    except columnar.Utf8Error as error:
        yield Problem("file.encoding", "fatal", f"the bytes of line {error.line} are not UTF-8", error.line)
    except TooLongError as error:
        yield _too_long(error)


def _too_long(error: TooLongError) -> Problem:
    return Problem("file.too_large", "fatal", f"line {error.line} is longer than {MAX_LINE} characters", error.line)


PARSER = CsvParser()
