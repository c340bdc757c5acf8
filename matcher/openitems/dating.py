"""The day that a list of open items speaks of: what a person, a column, the list's title or the file's name says, else today."""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher import columns
from matcher.errors import MatcherError
from matcher.openitems.faults import RowFault
from matcher.states import DatedBy

DAY_COLUMNS = ("snapshot_date", "as_of", "stichtag")
"""Columns that say the day of the whole list, in any case of letters. They are no part of an item."""

_SAID = {
    DatedBy.OPTION: "by --snapshot-date",
    DatedBy.COLUMN: "by the file's own column",
    DatedBy.TITLE: "by what stands above its titles",
    DatedBy.NAME: "by the file's name",
    DatedBy.TODAY: "the day of the import, since neither a column nor the file's name says another",
}
_DAYS = re.compile(
    r"(?<!\d)(?:(?P<y1>\d{4})-(?P<m1>\d\d)-(?P<d1>\d\d)(?!\d)"
    r"|(?P<y2>20\d\d)(?P<m2>\d\d)(?P<d2>\d\d)(?:\d{4}|\d{6})?(?!\d)"  # with or without the time of day
    r"|(?P<d3>\d\d)\.(?P<m3>\d\d)\.(?P<y3>\d{4})(?!\d))",
    re.ASCII,
)
_MONTHS = re.compile(r"(?<!\d)(\d{4})-(\d\d)(?!-?\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Dated:
    """The day of a list of open items, and what told it."""

    day: date
    by: DatedBy

    def said(self) -> str:
        """In words, such as ``list of 31 Oct 2026, by the file's name``."""
        return f"list of {in_words(self.day)}, {_SAID[self.by]}"


def in_words(day: date) -> str:
    """A day such as ``31 Oct 2026``."""
    return f"{day.day} {calendar.month_abbr[day.month]} {day.year}"


def day_of(files: Sequence[tuple[str, date | None]], stated: date | None, today: date, *, titled: bool = False) -> Dated:
    """The one day of a list that may be in several files.

    Args:
        files: name of each file, and the day that its own column says.
        stated: the day that a person says; it stands above all others.
        today: the day of the import; no list is of a later one.
        titled: whether what the files say stands above their titles, in no column.

    Raises:
        MatcherError: ``usage.option`` when the stated day is later than today, ``snapshot.future`` when the files' day is,
            ``snapshot.unclear`` when a name holds several days, or the files do not say the same one.
    """
    if stated is not None:
        if stated > today:
            raise MatcherError("usage.option", f"--snapshot-date {stated} is later than today, {today}", hint="Name the day of the list.")
        return Dated(stated, DatedBy.OPTION)
    days: dict[date, str] = {}
    for name, told_day in files:
        if (day := told_day or day_in(name, today)) is not None:
            days.setdefault(day, name)
    if len(days) > 1:
        words = ", ".join(f"{name} of {day}" for day, name in days.items())
        raise MatcherError("snapshot.unclear", f"the files are of several days: {words}", next(iter(days.values())))
    if not days:
        return Dated(today, DatedBy.TODAY)
    ((day, name),) = days.items()
    if day > today:
        raise MatcherError("snapshot.future", f"the list is of {day}, which is later than today, {today}", name)
    by = DatedBy.TITLE if titled else DatedBy.COLUMN
    return Dated(day, by if any(told_day for _, told_day in files) else DatedBy.NAME)


def day_in(name: str, today: date) -> date | None:
    """The day in a file's name: 2026-10-31, 20261031, 31.10.2026, or 2026-10 for the last day of a month that is over. None without one.

    Raises:
        MatcherError: ``snapshot.unclear`` when it holds several.
    """
    base = re.split(r"[/\\]", name)[-1]
    days = sorted(set(_days(base)))
    months = sorted(set(_months(_DAYS.sub(" ", base))))
    # a month beside a day within it says nothing more
    others = [month for month in months if not days or (month.year, month.month) != (days[0].year, days[0].month)]
    if len(days) > 1 or len(others) > 1 or (days and others):
        words = ", ".join([*map(str, days), *(f"{month:%Y-%m}" for month in others)])
        raise MatcherError("snapshot.unclear", f"the file's name holds several days: {words}", name)
    if days:
        return days[0]
    # of the month that is running the name does not say how much of it the list has seen
    return next((end for end in others if (end.year, end.month) != (today.year, today.month) or end <= today), None)


def _days(text: str) -> Iterator[date]:
    for found in _DAYS.finditer(text):
        parts = [found[f"{part}1"] or found[f"{part}2"] or found[f"{part}3"] for part in "ymd"]
        try:
            day = date(*map(int, parts))
        except ValueError:
            continue
        if columns.EARLIEST <= day <= columns.LATEST:
            yield day


def _months(text: str) -> Iterator[date]:
    """The last day of every month that a text names."""
    for year, month in _MONTHS.findall(text):
        if columns.EARLIEST.year <= int(year) <= columns.LATEST.year and 1 <= int(month) <= 12:
            yield date(int(year), int(month), calendar.monthrange(int(year), int(month))[1])


def columns_of(table: pl.DataFrame) -> list[str]:
    """The columns of a table, as text, that say the day of the list."""
    return [name for name in table.columns if name.lower() in DAY_COLUMNS]


def told(table: pl.DataFrame, names: Sequence[str]) -> tuple[date | None, list[RowFault]]:
    """The day that the columns say, the same in every row, and what is wrong with them. Columns of empty cells say nothing."""
    found: list[RowFault] = []
    days: dict[date, str] = {}
    for name in names:
        cells = table[name].fill_null("").str.strip_chars()
        first = cells[0] if len(cells) else ""
        if (other := (cells != first)).any():
            row = other.arg_max() or 0
            what = f"{name} is {cells[row][:40]!r} here and {first[:40]!r} in the first row; a list is of one day"
            found.append(RowFault(row, "snapshot.unclear", what))
        elif first:
            day = pl.select(columns.possible(columns.iso_date(pl.lit(first)))).item()
            if day is None:
                found.append(RowFault(0, "date.invalid", f"{name} {first[:40]!r} is not a date like 2026-10-31"))
            else:
                days.setdefault(day, name)
    if len(days) > 1:
        words = ", ".join(f"{name} is {day}" for day, name in days.items())
        found.append(RowFault(0, "snapshot.unclear", f"{words}; a list is of one day"))
    return next(iter(days), None), found
