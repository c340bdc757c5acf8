"""A first layout for a list that no layout reads, for a person to check: `matcher layout new FILE`.

What is guessed is marked with ``CHECK`` in a comment. Where nothing in the file tells a field, a line for it stands ready to be filled.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.errors import MatcherError
from matcher.openitems.layouts import cells, detect, grid
from matcher.openitems.layouts.detect import Found, Header
from matcher.openitems.layouts.library import Layouts, load_layout
from matcher.openitems.layouts.rows import body
from matcher.openitems.layouts.schema import Layout
from matcher.openitems.layouts.words import Kind, is_total, key, title_currency, vocabulary
from matcher.openitems.sheets import RawSheet

SHOWN = 5
"""Rows that are shown as they are read."""
_LEAST_FILLED = 3
_NEEDED: Mapping[Kind, Sequence[tuple[str, Sequence[str]]]] = {
    "items": (
        ("customer", ("customer", "customer_id", "customer_name")), ("document_no", ("document_no",)),
        ("issue_date", ("issue_date", "due_date")),
        ("amount", ("amount", "open_amount", "amount_local", "open_local", "debit", "credit", "buckets")),
    ),
    "customers": (("customer_id", ("customer_id", "customer_no")), ("name", ("name",))),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed layout.

    Attributes:
        toml: its text.
        found: the list as the layout reads it.
        begun_with: name of the layout that reads the list already; '' when none does.
    """

    toml: str
    found: Found
    begun_with: str


def propose(
    data: bytes, name: str, kind: Kind, layout: str = "my-erp", layouts: Layouts | None = None, opened: Sequence[RawSheet] | None = None
) -> Draft:
    """A layout for a list.

    Args:
        data: the file. name: for messages.
        kind: what the list holds.
        layout: name of the layout.
        layouts: those at hand: one that reads the list is what the proposal begins with.
        opened: the sheets of a workbook, where they are read already.

    Raises:
        MatcherError: ``layout.unknown`` when no row looks like a header, and what `grid.sheets` raises.
    """
    sheets = grid.sheets(data, name, (), (), lambda row: detect.score(row, kind), opened)
    blank = Layout(name=layout, system=_SYSTEM, kind=kind, groups=kind == "items")
    best = _read_already(data, name, kind, layouts, opened)
    if best is None:
        headers = [_header(blank, sheet) for sheet in sheets]
        best = max(headers, key=lambda one: (one.header.matched, len(one.header.titles)), default=None)
    if best is None or len(best.header.titles) < 2:
        raise MatcherError(
            "layout.unknown", "no row looks like a header: it would have several titles", name, "Export the list with its titles."
        )
    text = _Writer(best, kind).text(layout)
    made = load_layout(text, f"{layout}.toml")
    titles = best.header.titles
    columns, buckets = detect.assign(made, titles)
    header = Header(best.header.row, best.header.height, titles, columns, buckets)
    return Draft(text, Found(made, best.sheet, header), best.layout.name if best.layout is not blank else "")


def _read_already(data: bytes, name: str, kind: Kind, layouts: Layouts | None, opened: Sequence[RawSheet] | None) -> Found | None:
    if layouts is None:
        return None
    try:
        return detect.find(data, name, kind, layouts, "", opened)
    except MatcherError:
        return None


_SYSTEM = "a list of your own"


def _header(layout: Layout, sheet: grid.Sheet) -> Found:
    """The row that is most like a header: the one with the most known titles, else the first with several texts and no figures."""
    rows = sheet.rows[: grid.HEAD_ROWS]
    made: Found | None = None
    for place, row in enumerate(rows):
        columns, buckets = detect.assign(layout, row)
        one = Found(layout, sheet, Header(place, 1, list(row), columns, buckets))
        if made is None or one.header.matched > made.header.matched:
            made = one
    if made is None or made.header.matched < 2:
        texts = [
            n for n, row in enumerate(rows)
            if sum(1 for cell in row if cell) >= _LEAST_FILLED and not any(map(_is_figure, row)) and len(set(row)) == len(row)
        ]  # fmt: skip
        place = texts[0] if texts else 0
        row = rows[place] if rows else []
        columns, buckets = detect.assign(layout, row)
        made = Found(layout, sheet, Header(place, 1, list(row), columns, buckets))
    return made


def _is_figure(cell: str) -> bool:
    return bool(cell) and (isinstance(cell, (grid.Figure, grid.Day)) or cell[0].isdigit())


class _Writer:
    def __init__(self, found: Found, kind: Kind) -> None:
        self._found, self._kind, self._base = found, kind, found.layout
        header = found.header
        below = [row for row in found.sheet.rows[header.row + header.height :] if any(row)]
        self._below = [row for row in below if not is_total(next(filter(None, row)))]
        self._columns = dict(header.columns)
        self._guessed: dict[str, str] = {}
        if kind == "items":
            self._guess()

    def _at(self, place: int) -> list[str]:
        return [row[place] for row in self._below if place < len(row) and row[place]]

    def _guess(self) -> None:
        """Columns for what no title tells, by what their cells look like."""
        free = [n for n, title in enumerate(self._found.header.titles) if title and n not in self._columns.values()]
        free = [n for n in free if n not in self._found.header.buckets]
        have = {*self._columns, *(("buckets",) if self._found.header.buckets else ())}
        looks = {
            "issue_date": lambda cells_: all(cells.iso_dates([cell], "dmy")[0][:4].isdigit() and len(cell) >= 6 for cell in cells_),
            "amount": lambda cells_: all(cells.is_amount(cell) for cell in cells_) and any(_has_cents(cell) for cell in cells_),
            "document_no": lambda cells_: len(set(cells_)) == len(cells_) and all(any(map(str.isdigit, cell)) for cell in cells_),
            "customer": lambda cells_: len(set(cells_)) < len(cells_) or all(any(map(str.isalpha, cell)) for cell in cells_),
        }
        for name, fields in (_NEEDED["items"][2], _NEEDED["items"][3], _NEEDED["items"][1], _NEEDED["items"][0]):
            if have.isdisjoint(fields):
                place = next((n for n in free if (found := self._at(n)) and len(found) * 2 > len(self._below) and looks[name](found)), None)
                if place is not None:
                    self._columns[name] = place
                    self._guessed[name] = "CHECK told by what its cells look like"
                    free.remove(place)

    def text(self, name: str) -> str:
        """The layout's text."""
        found, sheet = self._found, self._found.sheet
        lines = [_line("name", name), _line("system", _SYSTEM, "CHECK which system the list is of"), _line("kind", self._kind)]
        marks = [title for title in dict.fromkeys(found.header.titles) if title and not title.startswith("#")][:4]
        lines.append(_line("marks", [[title] for title in marks], "titles that tell this list from others"))
        if sheet.encoding not in ("", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
            lines.append(_line("encodings", [sheet.encoding], "CHECK the bytes are no UTF-8 and fit this encoding"))
        if sheet.delimiter:
            lines.append(_line("delimiters", [sheet.delimiter]))
        lines += [*self._figures(), *self._dates(), *self._groups(), *self._names(), *self._kept()]
        return "\n".join([*lines, "", *self._column_lines(), *self._constants(), *self._values()]) + "\n"

    def _column_lines(self) -> list[str]:
        titles = self._found.header.titles
        lines = ["[columns]"]
        for field, place in sorted(self._columns.items(), key=lambda pair: pair[1]):
            alone = titles[place] and list(titles).count(titles[place]) == 1
            lines.append(_line(field, [titles[place] if alone else f"#{place + 1}"], self._guessed.get(field, "")))
        if self._found.header.buckets:
            lines.append("# the amounts by age are added up: " + ", ".join(titles[n] for n in self._found.header.buckets))
        have = {*self._columns, *(("buckets",) if self._found.header.buckets else ())}
        for field, fields in _NEEDED[self._kind]:
            if have.isdisjoint(fields) and not (field == "customer" and self._grouped()):
                lines.append(f'# {field} = ["..."]  # CHECK needed: name the column')
        unread = [
            title for n, title in enumerate(titles) if title and n not in self._columns.values() and n not in self._found.header.buckets
        ]
        return [*lines, f"# kept as extra information: {', '.join(unread)}"] if unread else lines

    def _figures(self) -> list[str]:
        if self._kind == "customers":
            return []
        places = [
            n
            for name in ("amount", "open_amount", "debit", "credit", "amount_local", "open_local")
            if (n := self._columns.get(name)) is not None
        ]
        written = [cell for place in [*places, *self._found.header.buckets] for cell in self._at(place)]
        marks = cells.decimal_mark(written)
        if marks.mark:
            return [_line("decimal", marks.mark)]
        return [_line("decimal", ",", f"CHECK {marks.unclear!r} has a decimal mark or a mark of thousands")] if marks.unclear else []

    def _dates(self) -> list[str]:
        places = [n for name in ("issue_date", "due_date") if (n := self._columns.get(name)) is not None]
        order, unclear = cells.day_order(cell for place in places for cell in self._at(place))
        if not unclear or order:
            return []
        form = "%d{0}%m{0}%Y" if unclear else ""
        return [_line("dates", [form.format("/" if "/" in unclear else "-")], f"CHECK day or month first: {unclear!r} does not tell")]

    def _grouped(self) -> bool:
        return self._kind == "items" and {"customer", "customer_id", "customer_name"}.isdisjoint(self._columns) and bool(self._headings())

    def _headings(self) -> int:
        if "issue_date" not in self._columns and "due_date" not in self._columns:
            return 0
        layout = Layout(name="x", system="x", groups=True, columns={"issue_date": [], "due_date": []})
        header = self._found.header
        return len(body(Found(layout, self._found.sheet, Header(header.row, 1, header.titles, self._columns, header.buckets))).headings)

    def _groups(self) -> list[str]:
        if self._kind == "items" and (self._grouped() or (self._base.groups and self._base.system != _SYSTEM)):
            return [_line("groups", True, "CHECK customers stand on rows of their own above their documents")]
        return []

    def _names(self) -> list[str]:
        if self._kind == "customers" and {"customer_id", "customer_no"}.isdisjoint(self._columns):
            return [_line("names", "id", "CHECK there is no number: the name is the key")]
        if self._kind == "items" and "customer_id" not in self._columns:
            return ['# names = "id"  # CHECK if a customer\'s name is its key; else names are looked up among the customers of the books']
        return []

    def _kept(self) -> list[str]:
        """Keys of the layout that reads the list already."""
        usual = Layout(name="x", system="x")
        names = ("header_rows", "sign", "lines", "unnumbered", "item_id")
        changed = [(name, getattr(self._base, name)) for name in names if getattr(self._base, name) != getattr(usual, name)]
        return [_line(name, value) for name, value in changed if (name, value) != ("header_rows", self._found.header.height)] + (
            [_line("header_rows", self._found.header.height)] if self._found.header.height > 1 else []
        )

    def _constants(self) -> list[str]:
        if self._kind == "customers":
            return []
        titles = self._found.header.titles
        lines = []
        if {"currency", "currency_local"}.isdisjoint(self._columns):
            told = next((code for title in titles if (code := title_currency(title))), "")
            lines.append(
                f'currency = "{told}"  # from the title'
                if told
                else '# currency = "EUR"  # CHECK the list names none: default is the books\' base currency'
            )
        if "entity" not in self._columns:
            lines.append('# entity = "1"  # CHECK needed when the books have several legal entities')
        return ["", "[constants]", *lines] if lines else []

    def _values(self) -> list[str]:
        """Words of the list that the vocabulary does not know, ready to be given a meaning."""
        own = {str(field): meant for field, meant in self._base.values.items()}
        lines: list[str] = []
        for field, meanings in own.items():
            lines += ["", f"[values.{field}]", *(_line(meant, words) for meant, words in meanings.items())]
        if (place := self._columns.get("entity")) is not None and "entity" not in own:
            words = json.dumps(list(dict.fromkeys(self._at(place)))[:20], ensure_ascii=False)
            lines += ["", "# [values.entity]  # CHECK needed when the books have several legal entities", f'# "1" = {words}']
        for field in ("document_type", "status") if self._kind == "items" else ():
            if (place := self._columns.get(field)) is None or field in own:
                continue
            known = vocabulary().values[field]
            unknown = [word for word in dict.fromkeys(self._at(place)) if key(word) not in known and not any(map(str.isdigit, word))][:20]
            if unknown:
                meant = "invoice" if field == "document_type" else "open"
                lines += ["", f"[values.{field}]", _line(meant, unknown, "CHECK what these words mean")]
        return lines


def _has_cents(cell: str) -> bool:
    return "." in cell or "," in cell or isinstance(cell, grid.Figure)


def _line(name: str, value: object, why: str = "") -> str:
    return f"{name} = {json.dumps(value, ensure_ascii=False)}" + (f"  # {why}" if why else "")
