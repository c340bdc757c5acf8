"""Which layout a file has: every profile is tried on the first rows, and the one best fit is used.

Nothing is chosen between equals, and a table that no profile knows is said to be one, with what was recognised in it.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from matcher.model import Problem
from matcher.parsers.base import HEAD_BYTES, ParseOptions, Source
from matcher.parsers.csv.layout import Layout, Near, bind_header
from matcher.parsers.csv.library import available, shipped
from matcher.parsers.csv.ownership import is_common, owns_a_title
from matcher.parsers.csv.records import OPEN_QUOTE, Record, RecordReader
from matcher.parsers.csv.rows import RowError, RowReader
from matcher.parsers.csv.schema import Profile
from matcher.parsers.csv.shape import bind_shape
from matcher.parsers.csv.sheets import Workbook
from matcher.parsers.csv.special import SpecialRows
from matcher.parsers.csv.text import bare, bounded, decodings, fold
from matcher.parsers.csv.words import fields_of, looks_like_header

HEAD_RECORDS = 120
"""The header is looked for in this many records from the file's beginning."""
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
_FOREIGN = re.compile(
    rb"\A[\s\x01@\"\xef\xbb\xbf]*(?:OFXHEADER|<\?OFX|<OFX|\{1:|\{4:|:20:|:940:|01,[^\n]*\n\s*02,|[%\\]PDF|Rar!)"
    rb"|\n:(?:20|25|60[FM]|61|86):|<OFX>|\r01,[^\r]*\r\n?02,",
    re.IGNORECASE,
)
_BAI = re.compile(r"(?:01|02|03|16|49|88|98|99),")


@dataclass(frozen=True)
class Table:
    """The beginning of a file under one reading of its bytes.

    Attributes:
        encoding: '' for a workbook; no encoding's name for other typed tables. delimiter, quote: how it was cut into cells.
        records: the first records. folded: their cells folded. cut: whether the last one may be incomplete.
        sheet: number of the workbook's sheet. workbook: where it is from, None for text.
    """

    encoding: str
    delimiter: str
    quote: str
    records: Sequence[Record]
    folded: Sequence[Sequence[str]]
    cut: bool
    sheet: int = 0
    workbook: Workbook | None = None


@dataclass(frozen=True)
class Found:
    """The layout of a file and the reading of its bytes under which it fits. `named`: the caller asked for this layout."""

    layout: Layout
    table: Table
    named: bool


def foreign(head: bytes) -> bool:
    """Whether the contents are another format's: OFX, MT940, BAI2, PDF; or binary."""
    if _FOREIGN.search(head[:8192]):
        return True
    lines = head[:8192].decode("latin-1").split("\n")[:20]
    records = [line for line in lines if line.strip()]
    return len(records) > 1 and all(_BAI.match(line.lstrip()) for line in records)


def layouts(options: ParseOptions) -> Mapping[str, Profile] | Problem:
    """The profiles that take part: all, or the one the caller names.

    Raises:
        MatcherError: ``profile.invalid``.
    """
    profiles = available(options.profiles)
    if not options.profile:
        return profiles
    if options.profile not in profiles:
        return Problem("usage.option", "fatal", f"there is no layout {options.profile!r}; known are {', '.join(profiles)}")
    return {options.profile: profiles[options.profile]}


def text_tables(source: Source, profiles: Mapping[str, Profile]) -> Iterator[Table]:
    """The first records of a text under every reading that some profile asks for.

    Raises:
        TooLongError: when a line exceeds the bound.
    """
    head = source.head()
    complete = source.size <= HEAD_BYTES
    candidates = list(dict.fromkeys(e for profile in profiles.values() for e in profile.encodings))
    for encoding, text in decodings(head, complete, candidates):
        yield from _cuts(encoding, text, complete, profiles)


def damaged_tables(source: Source, profiles: Mapping[str, Profile]) -> Iterator[Table]:
    """The same for bytes that no encoding explains, as UTF-8 with marks in the place of what does not fit."""
    yield from _cuts("utf-8", source.head().decode("utf-8", "replace"), source.size <= HEAD_BYTES, profiles)


def _cuts(encoding: str, text: str, complete: bool, profiles: Mapping[str, Profile]) -> Iterator[Table]:
    for delimiter, quote in dict.fromkeys((d, profile.quote) for profile in profiles.values() for d in profile.delimiters):
        if delimiter in text:
            lines = bounded(io.StringIO(text.rstrip("\0"), newline=""))
            yield _table(islice(RecordReader(lines, delimiter, quote), HEAD_RECORDS), encoding, delimiter, quote, not complete)


def typed_table(titles: Sequence[str], encoding: str) -> Table:
    """A table of which only the titles are known beforehand."""
    head: list[Record] = [(1, list(titles), "")]
    return Table(encoding, "", "", head, _folded(head), False)


def sheet_tables(book: Workbook) -> list[Table]:
    """The first records of every sheet."""
    heads = [list(islice(sheet.records(), HEAD_RECORDS)) for sheet in book.sheets]
    return [Table("", "", "", head, _folded(head), False, place, book) for place, head in enumerate(heads)]


def _table(records: Iterator[Record], encoding: str, delimiter: str, quote: str, cut: bool) -> Table:
    rows = list(records)
    return Table(encoding, delimiter, quote, rows, _folded(rows), cut and len(rows) < HEAD_RECORDS)


def _folded(records: Sequence[Record]) -> list[list[str]]:
    return [[fold(bare(cell[:400])) for cell in cells] for _, cells, _ in records]


def choose(tables: Sequence[Table], profiles: Mapping[str, Profile], named: bool, resaved: bool = False) -> Found | Problem | None:
    """The one best fit; the problem that says why there is none; None when nothing here is a table of bookings.

    `resaved`: the encoding need not be one of the layout's.
    """
    fits: dict[str, Found] = {}
    nears: list[Near] = []
    for name, profile in profiles.items():
        for candidate in tables:
            if not _applies(profile, candidate, resaved):
                continue
            bound = fit(profile, candidate)
            if isinstance(bound, Near):
                nears.append(bound)
            elif bound and not _is_lure(found := Found(bound, candidate, named)):
                fits[name] = max(fits.get(name, found), found, key=lambda choice: choice.layout.score)
    by_header = [choice for choice in fits.values() if choice.layout.header]
    ranked = sorted(by_header or fits.values(), key=lambda choice: choice.layout.score, reverse=True)
    best = [choice for choice in ranked if choice.layout.score == ranked[0].layout.score]
    if len(best) > 1:
        # whoever wrote a layout of their own has seen the file
        best = [choice for choice in best if choice.layout.profile.name not in shipped()] or best
    if len(best) > 1:
        readable = {id(choice): _readable(choice) for choice in best}
        best = [choice for choice in best if readable[id(choice)] == max(readable.values())]
    if len(best) > 1:
        names = " and ".join(choice.layout.profile.name for choice in best)
        return Problem("file.ambiguous", "fatal", f"the contents fit the layouts {names} equally well", best[0].layout.line)
    if best:
        return best[0]
    if nears:
        near = max(nears, key=lambda near: (near.known / near.total, near.known))
        lacking = ", ".join(f"{name} ({_titles(near.profile, name)})" for name in near.missing)
        return Problem("column.missing", "fatal", f"the header is that of layout {near.profile.name}, but lacks: {lacking}", near.line)
    return _unknown(tables, profiles, named)


def _is_lure(choice: Found) -> bool:
    """Whether a common header fits, but neither balances nor what the rows hold speak for the layout."""
    layout = choice.layout
    if choice.named or not layout.common:
        return False
    unproven = "balance" not in layout.cells and not layout.profile.weak
    return unproven or (len(choice.table.records) > layout.ordinal + 1 and not _readable(choice))


def _readable(choice: Found) -> int:
    """How many of the first rows read as bookings: tells layouts with the same header texts from each other."""
    layout = choice.layout
    reader, special = RowReader(layout, "", layout.currency or layout.profile.currency or "EUR"), SpecialRows(layout.profile, layout.cells)
    count = 0
    for line, cells, raw in choice.table.records[layout.ordinal + 1 : layout.ordinal + 41]:
        try:
            if not special(cells):
                reader.read(line, reader.clean(cells, raw), raw)
                count += 1
        except RowError:
            continue
    return count


def _applies(profile: Profile, candidate: Table, resaved: bool) -> bool:
    if not candidate.delimiter:
        return True
    cut = candidate.delimiter in profile.delimiters and candidate.quote == profile.quote
    return cut and ((resaved and not profile.amounts.plain) or candidate.encoding in UNICODE or candidate.encoding in profile.encodings)


def fit(profile: Profile, candidate: Table) -> Layout | Near | None:
    """The profile bound to this table; a `Near` when its header lacks columns; None when it does not fit."""
    if profile.positional:
        return bind_shape(profile, candidate.records, candidate.cut)
    near: Near | None = None
    for ordinal, header in enumerate(candidate.folded):
        if not profile.placeholders and len(profile.vocabulary.intersection(header)) < 2:
            continue
        line, cells, _ = candidate.records[ordinal]
        bound = bind_header(profile, [bare(cell) for cell in cells], header, ordinal, line)
        if isinstance(bound, Layout):
            return replace(bound, common=is_common(profile, header, bound.strange))
        if bound and not near and owns_a_title(profile.vocabulary.intersection(header)):
            near = bound
    return near


def _titles(profile: Profile, name: str) -> str:
    column = getattr(profile.columns, name)
    return " or ".join(column) if isinstance(column, list) else name


def _unknown(tables: Sequence[Table], profiles: Mapping[str, Profile], named: bool) -> Problem | None:
    """Says what a table without a known layout seems to hold. Only header words are quoted, never cells of bookings."""
    if named:
        name = next(iter(profiles))
        return Problem("file.unknown", "fatal", f"the contents do not have the layout {name} that was asked for")
    if ours := _ours(tables):
        return ours
    rows = ((candidate, ordinal) for candidate in tables for ordinal in range(len(candidate.records)))
    heads = [(c, o) for c, o in rows if len(c.records[o][1]) > 1 and looks_like_header(c.records[o][1])]
    if heads:
        best, ordinal = max(heads, key=lambda pair: sum(bool(fields_of(cell)) for cell in pair[0].records[pair[1]][1]))
        line, cells, _ = best.records[ordinal]
        titles = [bare(cell.strip()) for cell in cells if cell.strip()]
        words = [f"{title!r} ({fields_of(title)[0]})" for title in titles if fields_of(title)]
        others = sum(not fields_of(title) for title in titles)
        message = f"a table whose header in row {line} no layout knows; recognised: {', '.join(words[:20])}; other cells: {others}"
        return Problem("file.unknown", "fatal", message, line)
    if tables and tables[0].workbook and not tables[0].workbook.encoding and not any(map(_first_booking_like, tables)):
        names = ", ".join(repr(sheet.name) for sheet in tables[0].workbook.sheets[:5])
        return Problem("file.unknown", "fatal", f"a workbook in which no sheet holds a table of bookings; its sheets are {names or 'none'}")
    for candidate in tables:
        if line := _first_booking_like(candidate):
            width = max(len(cells) for _, cells, _ in candidate.records)
            message = f"a table of up to {width} columns with dates and amounts from row {line} on, but no header that a layout knows"
            return Problem("file.unknown", "fatal", message, line)
    return None


_OUR_FILES = (
    ({"item_id", "customer_id"}, "open items", "import items"),
    ({"customer_id", "name"}, "customers", "import customers"),
    ({"advice_id", "document_no"}, "remittance advices", "import remittance"),
    ({"per_base", "currency"}, "exchange rates", "import rates"),
    ({"entry_id", "account"}, "entries of the ledger", "import book"),
)
"""Titles of the files that `matcher import` takes, what they are, and the command."""


def _ours(tables: Sequence[Table]) -> Problem | None:
    """Whether the table is one of this program's own files, given to the wrong command."""
    for table in tables:
        header = {cell.replace(" ", "_") for cell in (table.folded[0] if table.folded else ())}
        for titles, what, command in _OUR_FILES:
            if titles <= header and "booking_date" not in header:
                return Problem("file.unknown", "fatal", f"this is a list of {what}, no bank statement; use `matcher {command}`", 1)
    return None


_DATE_LIKE = re.compile(r"\d{1,4}[-./年]\d{1,2}[-./月]\d{1,4}日?.{0,20}|\d{1,2}[- ][^\W\d]{3,4}[- ]\d{2,4}|20\d{6}|19\d{6}")
_AMOUNT_LIKE = re.compile(r"[^\d\s]{0,4}\s?[-+]?\d[\d., '\u00a0\u202f]*[.,]\d{1,3}\s?[^\d\s]{0,4}")


def _first_booking_like(candidate: Table) -> int:
    """The line of the first of three or more rows that hold both a date and an amount; 0 when there are fewer."""
    lines = [line for line, cells, _ in candidate.records if cells is not OPEN_QUOTE and _is_booking_like(cells)]
    return lines[0] if len(lines) >= 3 or (lines and len(lines) * 2 > len(candidate.records)) else 0


def _is_booking_like(cells: Sequence[str]) -> bool:
    texts = [cell.strip() for cell in cells]
    return len(texts) > 2 and any(map(_DATE_LIKE.fullmatch, texts)) and any(map(_AMOUNT_LIKE.fullmatch, texts))
