"""Cells as a person reads them: grouped amounts, short dates, shares as per cent; and the sums of columns."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from matcher import languages
from matcher.characters import visible
from matcher.cli.tables.columns import Column, Kind, Row, Said, Says, Table, Tone

_DECIMAL = re.compile(r"([+-]?)(\d+)(\.\d+)?")
SEPARATOR = " · "
"""Between the parts of a head line."""


def plain(value: Any) -> Any:
    """A cell as programs get it: a date as ISO text, anything else as it is."""
    return value.isoformat() if isinstance(value, date) else value


def day(value: Any) -> date | None:
    """The day of a cell, which is a date or ISO text; None where it is neither."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def day_in_words(value: date) -> str:
    """A day as a person writes it: 31 Oct 2026."""
    return f"{value.day} {languages.MONTHS[value.month - 1]} {value.year}"


def moment(value: Any) -> datetime | None:
    """The moment of a cell of ISO text, without its zone, which is UTC throughout; None where it is none."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None


def number(value: Any) -> Decimal | None:
    """The number of a cell; None where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value)
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def text(column: Column, row: Row, year: int | None = None) -> str:
    """A cell as a person reads it, on one line and without anything hidden.

    Args:
        column: of the cell.
        row: of the cell.
        year: dates of this year are shown without it; None shows every date as YYYY-MM-DD.
    """
    value = row[column.name]
    if value is None or value == "":
        return ""
    if column.shown is not None:
        return visible(column.shown(value))
    if column.kind == Kind.DATE:
        return _date(value, year)
    if column.kind == Kind.MOMENT:
        found = moment(value)
        return visible(str(value)) if found is None else found.isoformat(" ", "minutes")
    if column.kind == Kind.SHARE:
        return _share(value, up=column.up)
    if column.kind.is_number:
        return _number(value, zeros=column.zeros or column.kind not in (Kind.AMOUNT, Kind.COUNT))
    if isinstance(value, Said):
        return visible(languages.sentence(value))
    return visible(_said(column, str(plain(value))))


def _said(column: Column, text: str) -> str:
    """A cell in the person's language, where its words are the program's."""
    if column.says == Says.DATA:
        return text
    return languages.word(text) if column.says == Says.WORD else languages.sentence(text)


def _date(value: Any, year: int | None) -> str:
    found = day(value)
    if found is None:
        return visible(str(value))
    if found.year != year:
        return found.isoformat()
    short = languages.short_day(found)
    return f" {short[1:]}" if short.startswith("0") and languages.language() == "en" else short


def _share(value: Any, *, up: bool) -> str:
    found = number(value)
    if found is None:
        return visible(str(value))
    tenths, rest = divmod(found * 1000, 1)
    return f"{(tenths + bool(up and rest)) / 10:.1f} %"


def grouped(text: str) -> str:
    """Decimal text with its thousands grouped, 18280.80 as 18,280.80; another text as it is."""
    found = _DECIMAL.fullmatch(text)
    return text if found is None else f"{found[1]}{int(found[2]):,}{found[3] or ''}"


def _number(value: Any, *, zeros: bool) -> str:
    text = visible(str(value))
    if not zeros and (found := number(value)) is not None and not found:
        return ""
    return text if isinstance(value, bool) else grouped(text)


def aligned(texts: Sequence[str]) -> list[str]:
    """Numbers padded behind, so that their decimal points stand below each other when they are aligned to the right."""
    tails = [0 if (point := one.rfind(".")) < 0 or not one[-1:].isdigit() else len(one) - point for one in texts]
    most = max(tails, default=0)
    return [one + " " * (most - tail) if one else one for one, tail in zip(texts, tails, strict=True)]


def tone(column: Column, row: Row) -> Tone:
    """How a cell stands out: negative amounts always, anything else as its column says."""
    if column.tone is not None and (found := column.tone(row)):
        return found
    value = row[column.name]
    if found := column.tones.get(str(value), Tone.PLAIN):
        return found
    return Tone.BAD if column.kind == Kind.AMOUNT and str(value).startswith("-") else Tone.PLAIN


def totals(table: Table, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """A row of sums for each currency, in the order of the codes; none where a single row is its own sum.

    Args:
        table: the rows.
        columns: what of it is shown; those with `total` are summed.
    """
    summed = [column for column in columns if column.total]
    if not summed or len(table.rows) < 2:
        return []
    by_currency: dict[str, list[Row]] = {}
    for row in table.rows:
        by_currency.setdefault(str(row.get(table.currency) or ""), []).append(row)
    sums = [_total(code, rows, table.currency, columns) for code, rows in sorted(by_currency.items())]
    return [row for row in sums if any(row[column.name] and Decimal(row[column.name]) for column in summed)]


def _total(code: str, rows: Sequence[Row], currency: str, columns: Sequence[Column]) -> dict[str, Any]:
    sums: dict[str, Any] = {column.name: _sum(column, rows) if column.total else None for column in columns}
    return sums | {currency: code}


def _sum(column: Column, rows: Sequence[Row]) -> str | None:
    found = [number(row[column.name]) for row in rows if row[column.name] not in (None, "")]
    known = [one for one in found if one is not None]
    return str(sum(known, Decimal(0))) if known and len(known) == len(found) else None


def single_year(rows: Sequence[Row], columns: Sequence[Column]) -> int | None:
    """The year of all dates; None where they are of several, or there are none."""
    days = [day(row[column.name]) for column in columns if column.kind == Kind.DATE for row in rows if row[column.name]]
    years = {None if one is None else one.year for one in days}
    return years.pop() if len(years) == 1 else None


def split(table: Table) -> tuple[list[Column], tuple[str, ...]]:
    """The columns that go into the rows, and the parts of the head line: what all rows share stands there once."""
    shared: Mapping[str, str] = {
        column.name: next(iter(values))
        for column in table.columns
        if column.once and len(values := {text(column, row) for row in table.rows}) == 1
    }
    columns = [column for column in table.columns if column.name not in shared]
    parts = tuple(
        shared[column.name] if column.name == table.currency else f"{column.heading} {shared[column.name]}"
        for column in table.columns
        if shared.get(column.name)
    )
    return columns, (*(visible(languages.known(part)) for part in table.head), *parts)


def filled(table: Table, columns: Sequence[Column]) -> list[Column]:
    """Without columns in which nothing stands, unless they are of a group: of that an empty one says something too."""
    kept = [column for column in columns if column.group or any(text(column, row) for row in table.rows)]
    return kept or list(columns)
