"""A profile bound to one file: which cell holds what.

The header is found by its words, wherever it is. `matcher.parsers.csv.shape` does the same for layouts without header.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from matcher.parsers.csv.cells import CellError, currency_code
from matcher.parsers.csv.schema import CURRENCY, Column, Directed, Join, Profile
from matcher.parsers.csv.text import fold

MIN_SHARE = 0.6
"""Share of a header row's cells that a layout must know before it may claim the file."""


MAX_PLAIN_WIDTH = 2_000
_UNIQUE = ("booking_date", "value_date", "amount", "credit", "debit", "indicator", "balance")
NOWHERE = -1
"""The place of a column that one of the directions has not."""
_POSITION = re.compile(r"#([1-9]\d?)")


@dataclass(frozen=True)
class Layout:
    """A profile bound to a file.

    Attributes:
        cells: for every field the positions (from 0) of its cells; several are joined, or are the credit's and the debit's.
        header: the header row's folded cells; empty for a layout without header. titles: the same as written.
        ordinal: which record the header is, counted from 0; -1 without header.
        line: the header's line.
        width: number of cells of a full row.
        currency: the one a header text names, as in ``Amount (EUR)``.
        known: how many of the header's cells the layout knows. total: how many it has.
        strange: header cells the layout does not know.
        doubled: fields of days and money whose title stands more than once, so that it cannot be told which is meant.
        common: the header is one that many banks use, so it does not show that the file is of this layout's bank.
    """

    profile: Profile
    cells: Mapping[str, tuple[int, ...]]
    header: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    ordinal: int = -1
    line: int = 0
    width: int = 0
    currency: str = ""
    known: int = 0
    total: int = 0
    strange: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    common: bool = False

    def column(self, name: str) -> str:
        """What to call a field's column in a message: its header text, else its position."""
        places = self.cells.get(name, ())
        if not places:
            return name
        return self.titles[next(place for place in places if place != NOWHERE)] if self.titles else f"{places[0] + 1} ({name})"

    @property
    def score(self) -> tuple[float, int]:
        """Share and number of header cells known: the better fit is the larger."""
        return (self.known / self.total if self.total else 1.0, self.known)


@dataclass(frozen=True)
class Near:
    """A header row that nearly fits: it is the layout's, but columns are missing."""

    profile: Profile
    line: int
    missing: tuple[str, ...]
    known: int
    total: int


@lru_cache(maxsize=2_000)
def _alias(text: str) -> re.Pattern[str] | str:
    folded = fold(text)
    if CURRENCY not in folded:
        return folded
    return re.compile(re.escape(folded).replace(re.escape(CURRENCY), r"(\S{1,12})"))


def _find(texts: Sequence[str], header: Sequence[str]) -> tuple[int, str] | None:
    """Position of the first of the alias texts in the header, and the currency its placeholder caught."""
    for text in texts:
        if place := _POSITION.fullmatch(text):
            if int(place[1]) <= len(header):
                return int(place[1]) - 1, ""
            continue
        alias = _alias(text)
        if isinstance(alias, str):
            if alias in header:
                return header.index(alias), ""
            continue
        for position, cell in enumerate(header):
            if (match := alias.fullmatch(cell)) and (code := _code(match[1])):
                return position, code
    return None


def _by_place(column: Column) -> bool:
    """Whether a column is told by its place, so that a second one of its title is no matter."""
    return isinstance(column, list) and any(map(_POSITION.fullmatch, column))


def _code(text: str) -> str:
    try:
        return currency_code(text)
    except CellError:
        return ""


def _places(column: Column, header: Sequence[str]) -> tuple[tuple[int, ...], str]:
    if isinstance(column, Join):
        hits = [_find([text], header) for text in column.join if isinstance(text, str)]
        return tuple(hit[0] for hit in hits if hit), ""
    if isinstance(column, Directed):
        both = [_find(part, header) for part in (column.credit, column.debit) if isinstance(part, list)]
        none = [part == [] for part in (column.credit, column.debit)]
        whole = all(hit or empty for hit, empty in zip(both, none, strict=True))
        return (tuple(hit[0] if hit else NOWHERE for hit in both) if whole and any(both) else ()), ""
    hit = _find(column, header) if isinstance(column, list) else None
    return ((hit[0],), hit[1]) if hit else ((), "")


def required(profile: Profile) -> tuple[str, ...]:
    """The fields whose columns must be there."""
    return tuple(dict.fromkeys((*profile.core(), *profile.required)))


def _knows(profile: Profile, cell: str) -> bool:
    if cell in profile.vocabulary:
        return True
    for text in profile.placeholders:
        alias = _alias(text)
        match = None if isinstance(alias, str) else alias.fullmatch(cell)
        if match and _code(match[1]):
            return True
    return False


def bind_header(profile: Profile, titles: Sequence[str], header: Sequence[str], ordinal: int, line: int) -> Layout | Near | None:
    """The layout of a file whose header is this row; a `Near` when most but not all of it fits; None when it does not.

    Args:
        profile: the layout.
        titles: the row's cells. header: the same folded.
        ordinal, line: where the row is.
    """
    filled = [cell for cell in header if cell]
    known = sum(_knows(profile, cell) for cell in filled)
    if known < 2 or (not profile.open and known / len(filled) < MIN_SHARE):
        return None
    places: dict[str, tuple[int, ...]] = {}
    currency = ""
    for name, column in profile.columns.given().items():
        positions, beside = _places(column, header)
        if positions:
            places[name] = positions
            currency = currency or (beside if name in ("amount", "credit", "debit") else "")
    must = required(profile)
    missing = tuple(name for name in must if name not in places)
    if missing:
        near = known >= 3 and 2 * len(missing) <= len(must)
        return Near(profile, line, missing, known, len(filled)) if near else None
    doubled = tuple(
        name
        for name in _UNIQUE
        if name in places and header.count(header[places[name][0]] or None) > 1 and not _by_place(getattr(profile.columns, name))
    )
    strange = tuple(cell for cell in filled if not _knows(profile, cell))
    return Layout(
        profile=profile, cells=places, header=tuple(header), titles=tuple(title.strip() for title in titles), ordinal=ordinal, line=line,
        width=len(header), currency=currency, known=known, total=len(filled), strange=strange, doubled=doubled,
    )  # fmt: skip


def is_plain(layout: Layout, head: bytes, encoding: str, delimiter: str, quote: str) -> bool:
    """Whether a table can be read in bulk: ASCII marks, one signed column of bare figures, ISO dates, nothing to join or leave out."""
    if head.count(b"\r") != head.count(b"\r\n"):
        return False
    profile = layout.profile
    plain = profile.amounts.style == "signed" and profile.amounts.plain and not profile.amounts.reversed
    usual = profile.dates.formats == ["%Y-%m-%d"] and not profile.special and not profile.cells.blank and not profile.cells.formula
    rows = not profile.rows.continuation and not profile.rows.ragged and not profile.kinds
    balance = not (profile.balance.before or profile.balance.drift or profile.balance.owed)
    single = all(len(places) == 1 for places in layout.cells.values()) and {"account", "currency"} <= layout.cells.keys()
    extra = {"credit", "debit", "indicator", "charges", "fee", "time"} & layout.cells.keys()
    text = encoding in ("utf-8", "utf-8-sig") and delimiter in ",;\t" and quote == '"'
    return plain and usual and rows and balance and single and not extra and text and layout.width <= MAX_PLAIN_WIDTH
