"""The pack as one web page: it loads nothing, runs nothing, and prints well."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from importlib.resources import files
from itertools import groupby
from typing import Any

from matcher import languages, money
from matcher.characters import visible
from matcher.exports.pack import cells, charts
from matcher.exports.pack.record import Bars, Calendar, Check, Day, Pack, Section, Table, Waterfall

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded, and nothing runs, whatever a text of the bank holds."""
_SUNDAY = 6
_MOST_DRAWN = 12
"""Waterfalls that are drawn beside their steps; of more the steps alone are told."""
_SHORT = 18
"""Rows of a table that is not parted between two pages of paper."""


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table as the page shows it. `label` spans the columns before the first number in a row of sums."""

    title: str
    headings: tuple[_Cell, ...]
    rows: tuple[tuple[_Cell, ...], ...]
    sums: tuple[tuple[_Cell, ...], ...]
    span: int
    short: bool
    more: str
    note: str
    empty: str


def page(pack: Pack) -> str:
    """The pack as an HTML document, in the reader's language."""
    from jinja2 import DictLoader, Environment, StrictUndefined

    names = ("pack.html", "blocks.html", "pack.css")
    folder = files("matcher.exports.pack").joinpath("templates")
    sources = {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}
    environment = Environment(
        loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    environment.globals.update(
        say=cells.said,
        word=cells.word,
        own=visible,
        day=languages.long_day,
        parts=_parts,
        grid=partial(_grid, entities=len(pack.entities)),
        waterfall=_waterfall,
        bars=_bars,
        amount=money.grouped,
        marks=_marks,
        weekend=_weekend,
        legend=_legend,
    )
    month = languages.known(f"{languages.MONTHS[pack.as_of.month - 1]} {pack.as_of.year}")
    return environment.get_template("pack.html").render(
        pack=pack, month=month, language=languages.language(), policy=POLICY, style=_safe(sources["pack.css"]), failing=_failing(pack)
    )


def _safe(text: str) -> Any:
    """A text of this program that is markup already."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - a style sheet of this package, and what the chart library drew


_TOGETHER = {Waterfall: "waterfalls", Bars: "charts"}


def _parts(section: Section) -> Iterator[tuple[str, Any]]:
    """The blocks of a section with the macro that shows each; charts of one kind that follow each other stand beside each other."""
    for kind, blocks in groupby(section.blocks, type):
        if kind in _TOGETHER:
            together = tuple(blocks)
            yield _TOGETHER[kind], (together, len(together) <= _MOST_DRAWN)
        else:
            yield from ((kind.__name__.lower(), block) for block in blocks)


@dataclass(frozen=True, slots=True)
class _Failing:
    """What does not hold: sums that do not come out, and what else is not settled."""

    sums: tuple[str, ...] = ()
    others: tuple[Check, ...] = field(default=())


def _failing(pack: Pack) -> _Failing:
    falls = (block for section in pack.sections for block in section.blocks if isinstance(block, Waterfall))
    sums = [check.what for check in pack.checks if check.ties and not check.settled] + [fall.title for fall in falls if fall.rest]
    return _Failing(tuple(sums), tuple(check for check in pack.checks if not check.settled and not check.ties))


def _grid(table: Table, *, entities: int) -> _Grid:
    columns = cells.on_page(table, entities=entities)
    classes = ["right" if column.kind.is_number else column.kind.value for column in columns]
    classes = [f"{name} strong" if column.strong else name for name, column in zip(classes, columns, strict=True)]

    def row(values: Mapping[str, Any]) -> tuple[_Cell, ...]:
        currency = cells.currency_of(table, values)
        return tuple(_Cell(cells.text(column, values, currency), kind) for column, kind in zip(columns, classes, strict=True))

    rows = tuple(row(values) for values in table.frame.head(table.shown).iter_rows(named=True))
    span = next((place for place, column in enumerate(columns) if column.total), 0)
    blank = dict.fromkeys((column.name for column in columns), None)
    sums = (
        tuple(_labelled(row(blank | values), values.get(table.currency), span) for values in cells.totals(table, columns)) if span else ()
    )
    hidden = table.frame.height > table.shown
    more = f"{table.shown:,} of {table.frame.height:,} rows; all are in the workbook, and the totals count all" if hidden else ""
    headings = tuple(_Cell(cells.word(column.heading), kind) for column, kind in zip(columns, classes, strict=True))
    return _Grid(table.title, headings, rows, sums, span, len(rows) <= _SHORT, more, table.note, table.empty)


def _labelled(cells_of: tuple[_Cell, ...], currency: str | None, span: int) -> tuple[_Cell, ...]:
    """A row of sums with its word in the place of the cells before the first sum, and its currency nowhere else."""
    label = _Cell(f"{cells.word('total')} {currency or ''}".rstrip(), "text")
    return (label, *(_Cell("", cell.kind) if cell.text == currency else cell for cell in cells_of[span:]))


def _waterfall(fall: Waterfall) -> Any:
    return _safe(charts.waterfall(fall))


def _bars(chart: Bars) -> Any:
    return _safe(charts.bars(chart, cells.word))


def _marks(calendar: Calendar) -> list[Day]:
    """The kinds of days that the calendar has, for its legend."""
    found = {day for _, days in calendar.rows for day in days}
    return [day for day in Day if day in found]


def _legend(day: Day) -> str:
    return f"{day.sign if day != Day.NONE else '□'} {cells.said(day.words)}"


def _weekend(day: date) -> bool:
    return day.weekday() >= _SUNDAY - 1
