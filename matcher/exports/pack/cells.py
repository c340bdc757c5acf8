"""The cells of a pack's tables: as text for people, and their sums by currency."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from matcher import languages, money
from matcher.amounts import percent, shown
from matcher.characters import visible
from matcher.exports.pack.record import Column, Kind, Table

ZERO = "–"
_ID = 10
"""Characters of an id that screens and pages show; commands take them for the whole."""
_WORD = re.compile(r"[a-z]+(?:_[a-z]+)+")


def said(text: str) -> str:
    """A text of the program in the reader's language."""
    return visible(languages.sentence(text))


def word(text: str) -> str:
    """A word of the program in the reader's language; those of the books are written with blanks."""
    told = said(text)
    return told.replace("_", " ") if _WORD.fullmatch(told) else told


def text(column: Column, row: Mapping[str, Any], currency: str) -> str:
    """A cell as people read it. `currency`: of the row's amounts."""
    value = row[column.name]
    if value is None or value == "":
        return ""
    match column.kind:
        case Kind.AMOUNT:
            return money.grouped(int(value), currency) if value else ZERO
        case Kind.COUNT:
            return f"{value:,}" if value else ZERO
        case Kind.SHARE:
            return percent(int(value), 2)
        case Kind.NUMBER:
            return str(value)
        case Kind.DATE:
            return languages.long_day(value) if isinstance(value, date) else str(value)
        case Kind.MOMENT:
            return str(value)[:16].replace("T", " ")
        case Kind.WORD | Kind.SENTENCE:
            return word(str(value))
        case Kind.ID:
            return visible(str(value))[:_ID]
        case Kind.TEXT | Kind.WIDE:
            return visible(str(value))


def currency_of(table: Table, row: Mapping[str, Any]) -> str:
    """The currency of a row's amounts; '' where the row has none."""
    return str(row.get(table.currency) or "") if table.currency else ""


def on_page(table: Table, *, entities: int) -> list[Column]:
    """The columns that the page shows: not those of the workbook alone, nor those in which nothing stands."""
    return [
        column
        for column in table.columns
        if not column.workbook
        and not (column.name == "entity" and entities < 2)
        and (table.whole or column.strong or not _blank(table.frame, column))
    ]


def _blank(frame: pl.DataFrame, column: Column) -> bool:
    values = frame[column.name].drop_nulls()
    if not values.len():
        return True
    return bool((values == "").all()) if values.dtype == pl.String else bool(column.kind.is_number and (values == 0).all())


def totals(table: Table, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The sums of the columns that have one, over all rows of the table: one row for each currency."""
    summed = [column.name for column in columns if column.total]
    if not summed or not table.frame.height:
        return []
    sums = [shown(pl.col(name)).alias(name) for name in summed]
    if not table.currency:
        return list(table.frame.select(sums).iter_rows(named=True))
    rows = table.frame.filter(pl.col(table.currency) != "")
    return list(rows.group_by(table.currency).agg(sums).sort(table.currency).iter_rows(named=True))
