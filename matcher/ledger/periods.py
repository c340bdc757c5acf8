"""Closed months: which days are locked, and since when.

A month is closed whole, and with it every day before it: an open month between two closed ones would have no opening figures. What comes
to be known later of a locked day takes effect on the first open day.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from matcher.errors import MatcherError
from matcher.frames import Schema
from matcher.states import PeriodAction

PERIOD: Schema = {
    "batch": pl.Int64(),
    "month": pl.String(),  # as in 2026-10
    "action": pl.String(),  # `states.PeriodAction`
    "reason": pl.String(),
    "settings": pl.String(),  # of a close what its reports are made with, as JSON
    "actor": pl.String(),
    "at": pl.String(),
}
"""What was done to months, in order of batch."""


@dataclass(frozen=True, slots=True)
class Close:
    """A month that is closed. `batch` closed it; its reports show what was known then. `settings`: as in `PERIOD`."""

    month: str
    last_day: date
    batch: int
    settings: str
    actor: str
    at: str


class Locks:
    """Which days are locked, now and as of every batch."""

    def __init__(self, periods: pl.DataFrame) -> None:
        """`periods`: columns of `PERIOD`."""
        self._batches: list[int] = []
        self._through: list[date | None] = []
        closed: list[Close] = []
        self.prepared: dict[str, str] = {}
        for row in periods.sort("batch").select(*PERIOD).iter_rows(named=True):
            if row["action"] == PeriodAction.PREPARE:
                self.prepared[row["month"]] = row["actor"]
                continue
            if row["action"] == PeriodAction.CLOSE:
                closed.append(Close(row["month"], last_day(row["month"]), row["batch"], row["settings"], row["actor"], row["at"]))
            else:
                closed = [close for close in closed if close.month < row["month"]]
            self.prepared.pop(row["month"], None)
            self._batches.append(row["batch"])
            self._through.append(closed[-1].last_day if closed else None)
        self.closed: tuple[Close, ...] = tuple(closed)

    @property
    def through(self) -> date | None:
        """The last locked day; None when no month is closed."""
        return self._through[-1] if self._through else None

    @property
    def first_open(self) -> date:
        """The first day that is not locked."""
        return self.through + timedelta(1) if self.through else date.min

    def as_of(self, batch: int) -> date | None:
        """The last day that was locked when a batch was appended."""
        place = bisect_left(self._batches, batch)
        return self._through[place - 1] if place else None

    def closing(self, day: date) -> Close | None:
        """The close that locked a day; None for an open day."""
        return next((close for close in self.closed if close.last_day >= day), None)

    def moved(self, frame: pl.DataFrame, day: str = "effective_date", recorded: str = "recorded") -> pl.DataFrame:
        """The frame with each day that was locked when its row was recorded in the place of the first day that was open then."""
        if not self._batches or not frame.height:
            return frame
        open_from = pl.DataFrame(
            [(batch, through + timedelta(1) if through else date.min) for batch, through in zip(self._batches, self._through, strict=True)],
            schema={"locked_in": pl.Int64(), "open_from": pl.Date()},
            orient="row",
        )
        places = frame.select(pl.col(recorded).alias("recorded").cast(pl.Int64) - 1).with_row_index("row").sort("recorded")
        found = places.join_asof(open_from, left_on="recorded", right_on="locked_in", strategy="backward").sort("row")
        return frame.with_columns(pl.max_horizontal(day, found["open_from"]).alias(day))


def last_day(month: str) -> date:
    """The last day of a month as in 2026-10.

    Raises:
        MatcherError: ``usage.option`` for what is no month.
    """
    first = first_day(month)
    return (first.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


def first_day(month: str) -> date:
    """The first day of a month as in 2026-10. Raises as `last_day`."""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise MatcherError("usage.option", f"{month!r} is no month", hint="Write it as in 2026-10.") from None
