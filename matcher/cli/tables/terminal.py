"""A list as a table of text that fits a page: columns fall away by priority, free texts are cut, ids and amounts never are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matcher import languages
from matcher.characters import visible
from matcher.cli.tables import cells
from matcher.cli.tables.columns import Column, Kind, Row, Table, Tone
from matcher.cli.tables.fit import GAP, Need, chosen, widths
from matcher.display.widths import cut, padded, widest, width, wrapped

LEAST_WRAPPED = 20
"""Least width of a column whose texts go on in further lines."""
WIDEST_WORD = 34
"""An id or a word of this length, which is that of the longest IBAN, is never cut."""
_CODES = {Tone.DIM: "2", Tone.GOOD: "32", Tone.BAD: "31"}


@dataclass(frozen=True, slots=True)
class Page:
    """Where a table is shown.

    Attributes:
        width: columns of the page.
        colour: whether escape codes for colour may be used.
        signs: whether it can show signs that are not ASCII.
        more: how to see columns that do not fit.
    """

    width: int = 100
    colour: bool = False
    signs: bool = True
    more: str = "-O csv"

    @property
    def mark(self) -> str:
        """What stands for the rest of a text that is cut."""
        return "…" if self.signs else "~"

    @property
    def rule(self) -> str:
        """What a line across the table is made of."""
        return "─" if self.signs else "-"

    @property
    def separator(self) -> str:
        """What stands between the parts of a head line."""
        return cells.SEPARATOR if self.signs else " - "

    def painted(self, text: str, code: str) -> str:
        """The text in a colour, where there is colour."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text


@dataclass(frozen=True, slots=True)
class _Body:
    """One column ready to be set: the text and tone of each of its cells, those of the sums last."""

    column: Column
    texts: list[str]
    tones: list[Tone]

    def need(self) -> Need:
        full = widest(self.texts)
        word = max(map(width, self.column.heading.split()), default=0)
        most = LEAST_WRAPPED if self.column.wrap else self.column.least if self.column.kind == Kind.TEXT else WIDEST_WORD
        least = full if self.column.kind.is_number else min(full, most)
        blank = not any(self.texts)
        return Need(max(least, word), max(full, word), width(self.column.heading), self.column.priority, self.column.group, blank)


def lines(table: Table, page: Page) -> Iterator[str]:
    """The table line by line, without line ends. None is wider than the page, unless a single id is."""
    columns, head = cells.split(table)
    title = visible(languages.sentence(table.title))
    if title and not table.head:
        head, title = (title, *head), ""
    year = cells.single_year(table.rows, columns) if table.head else None
    if year is not None and not any(str(year) in part for part in head):
        head = (*head, languages.sentence(f"dates of {year}"))
    if head:
        yield from (page.painted(line, "1") for line in _head(head, page))
    if title:
        yield page.painted(cut(title, page.width, page.mark), "1")
    if not table.rows or not columns:
        return
    sums = cells.totals(table, columns)
    bodies = [_body(table, column, sums, year) for column in columns]
    needs = [body.need() for body in bodies]
    kept = chosen(needs, page.width)
    spread = [min(given, page.width) for given in widths([needs[place] for place in kept], page.width)]
    shown = [bodies[place] for place in kept]
    yield from _set(shown, spread, len(table.rows), page)
    if sums:
        yield from _sums(shown, spread, table, sums, page)
    hidden = (body.column for place, body in enumerate(bodies) if place not in kept and not needs[place].blank)
    left_out = [column.heading if column.heading.strip() else languages.word(column.name) for column in hidden]
    if left_out:
        yield page.painted(_left_out(left_out, page), "2")


def _head(parts: Sequence[str], page: Page) -> Iterator[str]:
    """The head line, which goes on in a further one between two of its parts."""
    line = ""
    for part in parts:
        longer = f"{line}{page.separator}{part}" if line else part
        if line and width(longer) > page.width:
            yield cut(line, page.width, page.mark)
            longer = part
        line = longer
    yield cut(line, page.width, page.mark)


def _body(table: Table, column: Column, sums: Sequence[dict[str, Any]], year: int | None) -> _Body:
    rows = [*table.rows, *sums]
    texts = [cells.text(column, row, year) for row in rows]
    tones = [cells.tone(column, row) if one else Tone.PLAIN for one, row in zip(texts, rows, strict=True)]
    return _Body(column, cells.aligned(texts) if column.kind.is_number else texts, tones)


def _set(bodies: Sequence[_Body], spread: Sequence[int], rows: int, page: Page) -> Iterator[str]:
    across = page.rule * (sum(spread) + GAP * (len(spread) - 1))
    headings = [wrapped(body.column.heading, given) for body, given in zip(bodies, spread, strict=True)]
    height = max(map(len, headings))
    for line in range(height):
        texts = [(one[line - height + len(one)] if line >= height - len(one) else "", "1") for one in headings]
        yield _line(bodies, spread, texts, page)
    yield page.painted(across, "2")
    for place in range(rows):
        yield from _row(bodies, spread, place, page)


def _sums(bodies: Sequence[_Body], spread: Sequence[int], table: Table, sums: Sequence[Row], page: Page) -> Iterator[str]:
    """The sums, with the word for them before the first number: texts have no sum, so it has their room."""
    yield page.painted(page.rule * (sum(spread) + GAP * (len(spread) - 1)), "2")
    before = next((place for place, body in enumerate(bodies) if body.column.kind.is_number), len(bodies))
    room = sum(spread[:before]) + GAP * (before - 1)
    coded = any(body.column.name == table.currency for body in bodies[before:])
    for place, row in enumerate(sums, start=len(table.rows)):
        total = languages.word("total")
        label = cut(total if coded or len(sums) == 1 else f"{total} {row[table.currency]}", room, page.mark) if before else ""
        rest = [(body.texts[place], _CODES.get(body.tones[place], "1")) for body in bodies[before:]]
        line = _line(bodies[before:], spread[before:], rest, page)
        yield (page.painted(label, "1") + " " * (room + GAP - width(label)) if before else "") + line


def _row(bodies: Sequence[_Body], spread: Sequence[int], place: int, page: Page) -> Iterator[str]:
    parts = [
        wrapped(body.texts[place], given) if body.column.wrap else [cut(body.texts[place], given, page.mark)]
        for body, given in zip(bodies, spread, strict=True)
    ]
    for line in range(max(map(len, parts))):
        texts = [
            (part[line] if line < len(part) else "", _CODES.get(body.tones[place], "")) for part, body in zip(parts, bodies, strict=True)
        ]
        yield _line(bodies, spread, texts, page)


def _line(bodies: Sequence[_Body], spread: Sequence[int], texts: Sequence[tuple[str, str]], page: Page) -> str:
    line, behind = "", 0
    for body, given, (text, code) in zip(bodies, spread, texts, strict=True):
        if shown := text.strip():
            full = padded(text, given, right=body.column.kind.is_number)
            before = len(full) - len(full.lstrip())
            line += " " * (behind + before) + page.painted(shown, code)
            behind = width(full) - before - width(shown)
        else:
            behind += given
        behind += GAP
    return line


def _left_out(names: Sequence[str], page: Page) -> str:
    """What is not shown, in one line."""
    for count in range(len(names), 0, -1):
        rest = f" and {len(names) - count} more" if count < len(names) else ""
        rest = languages.known(rest) if rest else ""
        text = languages.known(f"Not shown: {', '.join(names[:count])}{rest} (a wider screen, or {page.more}).")
        if width(text) <= page.width:
            return text
    return cut(languages.known(f"{len(names)} columns not shown ({page.more})."), page.width, page.mark)
