"""Which layout a list has, and where its header stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from matcher.errors import MatcherError
from matcher.openitems.layouts import cells, grid
from matcher.openitems.layouts.grid import HEAD_ROWS, Row, Sheet
from matcher.openitems.layouts.library import Layouts
from matcher.openitems.layouts.schema import Layout
from matcher.openitems.layouts.words import Kind, is_total, key, label_and_value, title_keys, vocabulary
from matcher.openitems.sheets import RawSheet

_LEAST: Mapping[Kind, int] = {"items": 3, "customers": 2}
"""Columns that a header must have to be recognised as one."""
_NEEDS: Mapping[Kind, Sequence[tuple[str, Sequence[str]]]] = {
    "items": (
        ("a customer", ("customer_id", "customer", "customer_name")),
        ("a document number", ("document_no",)),
        ("a date of the document", ("issue_date", "due_date")),
        ("an amount", ("amount", "amount_local", "open_amount", "open_local", "debit", "credit", "buckets")),
    ),
    "customers": (("a number", ("customer_id", "customer_no")), ("a name", ("name",))),
}


@dataclass(frozen=True)
class Header:
    """A header in a sheet.

    Attributes:
        row, height: its first row, counted from 0, and how many rows it takes.
        titles: text of each column.
        columns: field to column; ``buckets`` are several.
        buckets: columns of an aged list.
    """

    row: int
    height: int
    titles: Sequence[str]
    columns: Mapping[str, int]
    buckets: Sequence[int] = ()

    @property
    def matched(self) -> int:
        """How many columns are recognised."""
        return len(self.columns) + len(self.buckets)


@dataclass(frozen=True)
class Found:
    """A list with the layout that reads it. `unread`: the visible sheets beside it that hold no list."""

    layout: Layout
    sheet: Sheet
    header: Header
    missing: Sequence[str] = field(default=())
    unread: Sequence[str] = field(default=())

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """The better layout has the higher one."""
        return not self.missing, not self.layout.generic, len(self.layout.marks), self.header.matched


def find(data: bytes, name: str, kind: Kind, layouts: Layouts, wanted: str = "", opened: Sequence[RawSheet] | None = None) -> Found:
    """The layout of a list, and its header.

    Args:
        data: the file. name: for messages.
        kind: what the list is to hold.
        layouts: those at hand.
        wanted: name of the layout to use; empty detects.
        opened: the sheets of a workbook, where they are read already.

    Raises:
        MatcherError: ``layout.unknown`` when none fits, ``layout.ambiguous`` when several do equally, ``usage.option`` for a name that
            is none, and what `grid.sheets` raises.
    """
    candidates = [layouts.named(wanted, kind)] if wanted else [one for one in layouts.known.values() if one.kind == kind]
    encodings = list(dict.fromkeys(encoding for layout in candidates for encoding in layout.encodings))
    delimiters = candidates[0].delimiters if wanted else ()
    sheets = grid.sheets(data, name, encodings, delimiters, lambda row: score(row, kind), opened)
    found = [one for sheet in sheets for layout in candidates if (one := _fit(layout, sheet, bool(wanted))) is not None]
    fitting = [one for one in found if not one.missing]
    if not wanted and (other := _other_kind(sheets, kind, layouts, fitting)):
        hint = f"Use `matcher import {other}`."
        raise MatcherError("layout.unknown", f"this is a list of {_KINDS[other]}, not of {_KINDS[kind]}", name, hint)
    if not fitting:
        raise _unknown(found, sheets, name, kind, wanted)
    names = list(dict.fromkeys(one.sheet.name for one in fitting if one.rank[:2] == max(fitting, key=lambda o: o.rank).rank[:2]))
    if len(names) > 1:  # a list that nobody looks at would be missing
        listed = " and ".join(repr(sheet) for sheet in names[:3])
        raise MatcherError(
            "layout.ambiguous", f"several sheets hold a list: {listed}", name, "Export one of them alone, or hide the others."
        )
    own = [one for one in fitting if one.layout.name in layouts.own]
    best = max(own or fitting, key=lambda one: one.rank)
    equal = [one.layout.name for one in (own or fitting) if one.rank == best.rank]
    if len(equal) > 1:
        hint = f"Name one with --layout, such as --layout {equal[0]}."
        raise MatcherError("layout.ambiguous", f"the layouts {' and '.join(equal)} fit equally", name, hint)
    beside = [sheet for sheet in sheets if sheet.name != best.sheet.name]
    if on := next((sheet.name for sheet in beside if _goes_on(best.header, sheet)), ""):
        what = f"the sheet {on!r} holds rows as {best.sheet.name!r} does, but no titles"
        raise MatcherError("layout.ambiguous", what, name, "Put the rows into one sheet, or hide the sheet that is not to be read.")
    return replace(best, unread=tuple(sheet.name for sheet in beside))


def _goes_on(header: Header, sheet: Sheet) -> bool:
    """Whether a sheet without titles has documents in the columns of another one."""
    columns = header.columns
    if not (days := [columns[name] for name in ("issue_date", "due_date") if name in columns]):
        return False
    figures = [columns[name] for name in _NEEDS["items"][3][1] if name in columns]

    def holds(row: Row, places: Sequence[int], like: Callable[[str], bool]) -> bool:
        return any(place < len(row) and like(row[place]) for place in places)

    return any(holds(row, days, cells.is_date) and holds(row, figures, cells.is_amount) for row in sheet.rows)


def _other_kind(sheets: Sequence[Sheet], kind: Kind, layouts: Layouts, fitting: Sequence[Found]) -> Kind | None:
    """The kind of list that a file is, where it is not the one that is asked for. Documents have customers, but customers no documents."""
    if any(not one.layout.generic for one in fitting):
        return None
    other: Kind = "customers" if kind == "items" else "items"
    if kind == "items" and fitting:
        return None
    found = [one for sheet in sheets for layout in layouts.known.values() if layout.kind == other and (one := _fit(layout, sheet, False))]
    return other if any(not one.missing for one in found) else None


def score(row: Row, kind: Kind) -> int:
    """How many cells of a row are known titles of columns."""
    known = _all_keys(kind)
    return sum(1 for cell in row if cell and len(cell) < 80 and not known.isdisjoint(title_keys(cell))) if len(row) > 1 else 0


@lru_cache
def _all_keys(kind: Kind) -> frozenset[str]:
    words = vocabulary()
    strong = {one for keys in words.columns[kind].values() for one in keys}
    return frozenset(strong | {one for keys in words.weak[kind].values() for one in keys} | (words.buckets if kind == "items" else set()))


def _fit(layout: Layout, sheet: Sheet, wanted: bool) -> Found | None:
    """How a layout reads a sheet; None when its marks are not there, or no row looks like a header."""
    best: Found | None = None
    rows = sheet.rows[:HEAD_ROWS]
    heights = dict.fromkeys((layout.header_rows, 1, 2)) if layout.generic or wanted else (layout.header_rows,)
    for height in heights:
        for place in range(len(rows) - height + 1):
            if sum(1 for cell in rows[place] if cell) < (1 if height > 1 else 2):
                continue
            titles = _titles(rows[place : place + height])
            keys = {one for title in titles for one in title_keys(title)}
            if not wanted and not _marked(layout, keys):
                continue
            columns, buckets = assign(layout, titles)
            if "currency" in columns and _holds_days(sheet, place + height, columns["currency"]):
                # Valuta is the currency in some languages and the value date in others
                columns, buckets = assign(layout, [title if n != columns["currency"] else "" for n, title in enumerate(titles)])
            header = Header(place, height, titles, columns, buckets)
            if header.matched < _LEAST[layout.kind]:
                continue
            lacking = missing(layout, header)
            headed = _headed(layout, sheet, header)
            if "a customer" in lacking and not headed and _customer_above(sheet, place):
                lacking = [words for words in lacking if words != "a customer"]
            elif not lacking and not _has_customers(layout, header, headed=headed):
                lacking = ["a customer"]
            one = Found(layout, sheet, header, lacking)
            # of two rows that are understood alike the upper one is the header, the other one repeats it
            if best is None or (not one.missing, header.matched, -height) > (not best.missing, best.header.matched, -best.header.height):
                best = one
    return best


def _holds_days(sheet: Sheet, first: int, column: int) -> bool:
    below = [row[column] for row in sheet.rows[first : first + HEAD_ROWS] if column < len(row) and row[column]]
    return bool(below) and all(map(cells.is_date, below))


def _has_customers(layout: Layout, header: Header, *, headed: bool) -> bool:
    """Whether customers are in a column, or on rows of their own soon below the header."""
    if layout.kind == "customers":
        return True
    if not {"customer_id", "customer", "customer_name"}.isdisjoint({*header.columns, *layout.constants}):
        return not (layout.generic and layout.groups)
    return headed


def _headed(layout: Layout, sheet: Sheet, header: Header) -> bool:
    """Whether rows below the header are neither documents nor sums: they may be headings."""
    if layout.kind == "customers":
        return False
    days = [header.columns[name] for name in ("issue_date", "due_date") if name in header.columns]
    below = sheet.rows[header.row + header.height : header.row + header.height + HEAD_ROWS]
    undated = (row for row in below if row and not any(place < len(row) and any(map(str.isdigit, row[place])) for place in days))
    return any(layout.groups or not any(map(is_total, row)) for row in undated)


def _customer_above(sheet: Sheet, place: int) -> bool:
    """Whether a row above the header says whose the whole list is."""
    groups = vocabulary().groups
    told = (label_and_value(row) for row in sheet.rows[:place])
    return any(len(texts) > 1 and groups.get(key(texts[0])) == "customer" for texts in told)


def _marked(layout: Layout, keys: set[str]) -> bool:
    if any(key(text) in keys for text in layout.without):
        return False
    return all(any(key(text) in keys for text in mark) for mark in layout.marks)


def _titles(rows: Sequence[Row]) -> list[str]:
    """Texts of a header's columns; of several rows together, where a text above stands for the columns to its right that have none."""
    width = max(map(len, rows))
    parts = [row + [""] * (width - len(row)) for row in rows]
    for upper in parts[:-1]:
        last = ""
        for place, cell in enumerate(upper):
            last = cell or last
            if not cell and parts[-1][place]:
                upper[place] = last
    return [" ".join(dict.fromkeys(cell for part in parts if (cell := part[place]))) for place in range(width)]


def missing(layout: Layout, header: Header) -> list[str]:
    """What a list of the layout's kind needs and the header does not have, in words."""
    have = {*header.columns, *layout.constants, *(("buckets",) if header.buckets else ())}
    lacking = []
    for words, fields in _NEEDS[layout.kind]:
        if have.isdisjoint(fields) and not (words == "a customer" and layout.groups):
            if layout.kind == "customers" and words == "a number" and layout.names == "id":
                continue
            lacking.append(words)
    return lacking


def assign(layout: Layout, titles: Sequence[str]) -> tuple[dict[str, int], list[int]]:
    """Which column holds which field, and the columns of an aged list."""
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        for one in title_keys(title):
            places.setdefault(one, place)
    for place in range(len(titles)):
        places[f"#{place + 1}"] = place
    own = {str(name): tuple(text if text.startswith("#") else key(text) for text in texts) for name, texts in layout.columns.items()}
    columns: dict[str, int] = {}
    taken: set[int] = set()
    words = vocabulary()
    sources: list[Mapping[str, tuple[str, ...]]] = [own]
    sources += [words.columns[layout.kind], words.weak[layout.kind]] if layout.vocabulary else []
    buckets = [place for one, place in places.items() if one in words.buckets and layout.kind == "items"]
    for texts in sources:
        for name, keys in texts.items():
            if name in columns or (name in own and texts is not own) or name in layout.constants:
                continue
            if texts is words.weak.get(layout.kind) and _served(name, columns):
                continue
            free = (places[one] for one in keys if one in places and places[one] not in taken and places[one] not in buckets)
            if (found := next(free, None)) is not None:
                columns[name] = found
                taken.add(found)
    return columns, sorted(set(buckets) - taken)


def _served(name: str, columns: Mapping[str, int]) -> bool:
    """Whether a field that has only a weak column is not in need of it."""
    if name in ("amount", "open_amount"):
        return not columns.keys().isdisjoint(("amount", "open_amount", "debit", "amount_local"))
    if name in ("customer_id", "customer_name"):
        return not columns.keys().isdisjoint(("customer_id", "customer", "customer_name"))
    return False


def _unknown(found: Sequence[Found], sheets: Sequence[Sheet], name: str, kind: Kind, wanted: str) -> MatcherError:
    """The refusal of a list that no layout reads: what is recognised, what is lacking, which layout comes nearest, and the next step."""
    hint = f"`matcher layout new {name}` proposes a layout for it."
    near = max(found, key=lambda one: (-len(one.missing), one.rank), default=None)
    if near is None:
        shown = next((row for sheet in sheets for row in sheet.rows[:HEAD_ROWS] if len(row) > 1), [])
        titles = ", ".join(repr(cell[:30]) for cell in shown[:8] if cell)
        what = f"no row looks like the header of {_LISTS[kind]}" + (f"; the first with several cells holds {titles}" if titles else "")
        return MatcherError("layout.unknown", what, name, hint)
    header = near.header
    known = ", ".join(
        f"{header.titles[place]!r} as {column}" for column, place in sorted(header.columns.items(), key=lambda pair: pair[1])[:12]
    )
    place = f"{name}:{near.sheet.lines[header.row]}"
    fits = f"the layout {wanted} does not fit" if wanted else "no layout fits"
    what = f"{fits} this list: recognised are {known or 'only amounts by age'}; {' and '.join(near.missing)} is not found"
    nearest = "" if near.layout.generic or wanted else f"; the nearest layout is {near.layout.name}"
    return MatcherError("layout.unknown", what + nearest, place, hint)


_KINDS: Mapping[Kind, str] = {"items": "open items", "customers": "customers"}
_LISTS: Mapping[Kind, str] = {"items": "a list of open items", "customers": "a list of customers"}
