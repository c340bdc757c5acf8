"""Cash by week: what is open, in the week in which it is expected, times the share that came in of such debts before; and how right it was.

Nothing is sold in a forecast: it is of documents that are open on its day. Where too little is known it has no number.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import polars as pl

from matcher.amounts import shown
from matcher.frames import Schema, State, of_rows
from matcher.ledger.aging import BUCKETS, bucket, labels
from matcher.ledger.figures import habits
from matcher.ledger.figures.payments import debts
from matcher.ledger.figures.ratio import Number, Ratio, fixed, minor
from matcher.ledger.figures.sums import Place
from matcher.states import MovementKind

HORIZON = 56
"""Days within which what is in a bucket counts as collected; a forecast of more weeks is no better known."""
WINDOW = 364
"""Days, up to the last ones that are over, in which debts entered a bucket."""
LEAST_DEBTS = 20
"""Debts that must have been in a bucket before a share of it is a probability."""
CHECKS = (4, 8)
"""Weeks ago of which the forecast is made again and compared."""
_CASH = (MovementKind.CASH.value, MovementKind.RETURN.value, MovementKind.REVERSAL.value, MovementKind.ERP.value)
_PLACE = list(Place._fields)


@dataclass(frozen=True, slots=True)
class BucketRate:
    """The share of a bucket that came in within eight weeks. `debts`: how many entered it; `share`: cash / what was open then."""

    bucket: str
    debts: int
    share: Ratio

    @property
    def known(self) -> bool:
        """Whether enough debts have been in it."""
        return self.debts >= LEAST_DEBTS and self.share.value is not None


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of a forecast, or all that comes after them (`last` is None). Amounts in minor units.

    Attributes:
        place: legal entity and currency.
        number: 1 for the first seven days.
        first, last: its days.
        open: undisputed debts that are expected then.
        cash: the same times the share of their bucket; None where no bucket of them has one.
        unknown: of `open` what is in buckets without a share, and in no `cash`.
    """

    place: Place
    number: int
    first: date
    last: date | None
    open: int
    cash: int | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Check:
    """A forecast of some weeks ago and what came of it, by legal entity and currency. Amounts in minor units.

    Attributes:
        place: legal entity and currency.
        weeks: how many weeks ago.
        made: the day.
        forecast: what it would have said for the days since; None where too little was known then.
        actual: what came in on the documents that were open then; None where the books had not begun.
        misses: sum of the weekly differences, each without its sign; None as `forecast`.
        why: why there is no number; '' where there is one.
    """

    place: Place
    weeks: int
    made: date
    forecast: int | None
    actual: int | None
    misses: int | None
    why: str = ""

    @property
    def error(self) -> Ratio | None:
        """Forecast less actual / actual x 100; None without a forecast."""
        known = self.forecast is not None and self.actual is not None
        return Ratio((self.forecast or 0) - (self.actual or 0), self.actual or 0, 100) if known else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Cash by week, as of a day.

    Attributes:
        as_of: the day.
        weeks: by legal entity and currency, then week; what is expected after them last.
        rates: shares of the buckets.
        checks: of earlier forecasts.
        disputed: open debts that are in no week, since they are disputed; minor units.
    """

    as_of: date
    weeks: tuple[Week, ...]
    rates: Mapping[Place, tuple[BucketRate, ...]]
    checks: tuple[Check, ...] = ()
    disputed: Mapping[Place, int] = field(default_factory=dict)


def forecast(state: State, weeks: int, since: Mapping[str, date], buckets: Sequence[int] = BUCKETS) -> Forecast:
    """The forecast of a day, without a look at earlier ones.

    What is expected on a day counts in its week; what should have come before, and did not, evenly over eight weeks.

    Args:
        state: the books as of the day.
        weeks: how many.
        since: the day of the first list of open items of each legal entity: what was paid before it is not known.
        buckets: last day of each aging bucket.
    """
    rates = bucket_rates(state, since, buckets)
    due = habits.expected(state, habits.payers(state))
    number = ((pl.col("expected") - pl.lit(state.as_of)).dt.total_days() - 1) // 7 + 1
    sums = (
        due.with_columns(number=pl.min_horizontal(number, weeks + 1), bucket=bucket(pl.col("days_past_due"), buckets))
        .with_columns(number=pl.when("late").then(0).otherwise("number"))
        .group_by(*_PLACE, "number", "bucket")
        .agg(open=shown(pl.col("open")))
    )
    found: dict[Place, dict[int, Counter[str]]] = {}
    for entity, currency, week, name, amount in sums.select(*_PLACE, "number", "bucket", "open").sort(pl.all()).iter_rows():
        by_week = found.setdefault(Place(entity, currency), {each: Counter() for each in range(1, weeks + 2)})
        for each, part in [(week, amount)] if week else _spread(amount, weeks):
            by_week[each][name] += part
    made = (
        _week(state.as_of, place, week, weeks, by_bucket, rates.get(place, ()))
        for place, by_week in sorted(found.items())
        for week, by_bucket in by_week.items()
    )
    return Forecast(state.as_of, tuple(made), rates, disputed=_disputed(state))


def checked(
    made: Forecast, now: State, earlier: Mapping[int, State], since: Mapping[str, date], buckets: Sequence[int] = BUCKETS
) -> Forecast:
    """The forecast with those of earlier days beside what came of them.

    Args:
        made: the forecast of now.
        now: the books as of its day.
        earlier: the books as of so many weeks ago; those of `CHECKS` as far as the books had begun.
        since: see `forecast`.
        buckets: last day of each aging bucket.
    """
    places = sorted({week.place for week in made.weeks})
    checks: list[Check] = []
    for weeks in CHECKS:
        day = made.as_of - timedelta(7 * weeks)
        if (then := earlier.get(weeks)) is not None:
            checks += _checks(now, then, places, since, buckets)
        else:
            checks += [Check(place, weeks, day, None, None, None, _unbegun(since.get(place.entity), day)) for place in places]
    return replace(made, checks=tuple(sorted(checks, key=lambda one: (one.place, one.weeks))))


def bucket_rates(state: State, since: Mapping[str, date], buckets: Sequence[int] = BUCKETS) -> dict[Place, tuple[BucketRate, ...]]:
    """Of the debts that entered a bucket in the last 52 weeks that are over: the share that came in within eight weeks, by amount.

    What is not due counts from its issue to eight weeks after its due date. Debts that were there before the first list of open items
    do not count: of those only the ones that stayed open are known.
    """
    names, offsets = labels(buckets), (None, 0, *buckets)
    of = debts(state).select("item_id", *_PLACE, "due", "issue_date")
    begun = pl.DataFrame(list(since.items()), schema={"entity": pl.String(), "since": pl.Date()}, orient="row")
    moved = state.movements.select("item_id", "amount", "effective_date", cash=pl.col("kind").is_in(_CASH)).join(of, on="item_id")
    age, amount = (pl.col("effective_date") - pl.col("due")).dt.total_days(), pl.col("amount")
    sums = {}
    for name, offset in zip(names, offsets, strict=True):
        before = pl.col("cash").not_() & (amount > 0) if offset is None else age <= offset
        within = age <= HORIZON + (offset or 0)
        sums[f"open {name}"] = shown(amount.filter(before))
        after = within if offset is None else within & (age > offset)
        sums[f"cash {name}"] = shown((-pl.col("amount")).filter(pl.col("cash") & after))
    by_item = moved.group_by("item_id").agg(**sums).join(of, on="item_id").join(begun, on="entity")
    found: dict[Place, list[BucketRate]] = {}
    for name, offset in zip(names, offsets, strict=True):
        entered = pl.col("due") + pl.duration(days=offset or 0)
        first = pl.col("issue_date") if offset is None else entered
        over = (pl.lit(state.as_of) - entered).dt.total_days().is_between(HORIZON, HORIZON + WINDOW)
        counted = by_item.filter(over & (first >= pl.col("since")) & (pl.col(f"open {name}") > 0))
        grouped = counted.group_by(_PLACE).agg(pl.len(), shown(pl.col(f"cash {name}")), shown(pl.col(f"open {name}")))
        rows = {Place(entity, currency): rest for entity, currency, *rest in grouped.iter_rows()}
        for place in sorted({Place(*row) for row in of.select(_PLACE).unique().iter_rows()}):
            count, cash, opened = rows.get(place, (0, 0, 0))
            found.setdefault(place, []).append(BucketRate(name, count, Ratio(cash, opened)))
    return {place: tuple(rates) for place, rates in found.items()}


def _spread(amount: int, weeks: int) -> list[tuple[int, int]]:
    """What should have come already, over the eight weeks in which a share of it may: by week; those that are not shown are later."""
    over = HORIZON // 7
    return [(min(week, weeks + 1), amount * week // over - amount * (week - 1) // over) for week in range(1, over + 1)]


def _week(as_of: date, place: Place, number: int, weeks: int, by_bucket: Mapping[str, int], rates: Iterable[BucketRate]) -> Week:
    shares = {rate.bucket: rate.share.value for rate in rates if rate.known}
    unknown = sum(amount for name, amount in by_bucket.items() if name not in shares)
    weighted: Number = sum((amount * (shares.get(name) or 0) for name, amount in by_bucket.items()), 0)
    first = as_of + timedelta(7 * (number - 1) + 1)
    some = any(name in shares for name, amount in by_bucket.items() if amount)
    cash = minor(weighted) if shares and (some or not sum(by_bucket.values())) else None
    return Week(place, number, first, None if number > weeks else first + timedelta(6), sum(by_bucket.values()), cash, unknown)


def _checks(now: State, then: State, places: Iterable[Place], since: Mapping[str, date], buckets: Sequence[int]) -> Iterable[Check]:
    weeks = (now.as_of - then.as_of).days // 7
    made = forecast(then, weeks, since, buckets)
    actual = _came_in(now, then)
    for place in places:
        mine = [week for week in made.weeks if week.place == place and week.last is not None]
        came = actual.get(place, {})
        whole = sum(came.values())
        why = _unbegun(since.get(place.entity), then.as_of)
        if not why and (not mine or any(week.cash is None for week in mine)):
            why = "too few debts had been paid by then"
        if why:
            yield Check(place, weeks, then.as_of, None, whole, None, why)
            continue
        said = {week.number: week.cash or 0 for week in mine}
        misses = sum(abs(said[number] - came.get(number, 0)) for number in said)
        yield Check(place, weeks, then.as_of, sum(said.values()), whole, misses)


def _unbegun(began: date | None, day: date) -> str:
    """Why nothing can be said of a day; '' where the books had begun by then."""
    if began is None:
        return "there is no list of open items"
    return f"the books begin on {began.isoformat()}" if began > day else ""


def _came_in(now: State, then: State) -> dict[Place, dict[int, int]]:
    """What came in, by week, on the debts that were open on an earlier day and not disputed."""
    open_then = habits.undisputed(then).select("item_id")
    number = ((pl.col("effective_date") - pl.lit(then.as_of)).dt.total_days() - 1) // 7 + 1
    later = now.movements.filter(pl.col("effective_date") > then.as_of, pl.col("kind").is_in(_CASH)).join(
        open_then, on="item_id", how="semi"
    )
    grouped = later.group_by(*_PLACE, number=number).agg(cash=shown(-pl.col("amount")))
    found: dict[Place, dict[int, int]] = {}
    for entity, currency, week, cash in grouped.select(*_PLACE, "number", "cash").iter_rows():
        found.setdefault(Place(entity, currency), {})[week] = cash
    return found


def _disputed(state: State) -> dict[Place, int]:
    rows = debts(state).filter(pl.col("open") > 0, pl.col("disputed_amount").fill_null(0) != 0)
    grouped = rows.group_by(_PLACE).agg(open=shown(pl.col("open"))).sort(_PLACE)
    return {Place(entity, currency): amount for entity, currency, amount in grouped.iter_rows()}


FORECAST: Schema = {
    **dict.fromkeys((*_PLACE, "what"), pl.String()),  # ``week``, ``later``, ``disputed`` or ``check``
    "number": pl.Int64(),  # of the week; of a check how many weeks ago it was made
    "first": pl.Date(),
    "last": pl.Date(),
    **dict.fromkeys(("open", "unknown", "cash", "actual", "misses"), pl.Int64()),
    "error": pl.String(),  # of a check per cent of the actual
    "note": pl.String(),
}
"""Columns of `table`. A week has ``open``, ``unknown`` and ``cash``; a check ``cash``, ``actual``, ``misses`` and ``error``."""
FORECAST_AMOUNTS = dict.fromkeys(("open", "unknown", "cash", "actual", "misses"), "currency")
"""Columns of minor units and the column of their currency, for `matcher.amounts.render`."""


def table(made: Forecast) -> pl.DataFrame:
    """A forecast as rows, in the columns of `FORECAST`: by legal entity and currency the weeks, what is disputed, the checks."""
    rows: list[tuple[object, ...]] = []
    for place in sorted({week.place for week in made.weeks} | made.disputed.keys()):
        for week in (one for one in made.weeks if one.place == place):
            what = "week" if week.last else "later"
            rows.append((*place, what, week.number, week.first, week.last, week.open, week.unknown, week.cash, None, None, "", ""))
        if place in made.disputed:
            rows.append((*place, "disputed", None, None, None, made.disputed[place], None, None, None, None, "", ""))
        for check in (one for one in made.checks if one.place == place):
            error = check.error.value if check.error else None
            said = "" if error is None else fixed(error, 1)
            days = (check.made + timedelta(1), made.as_of)
            rows.append((*place, "check", check.weeks, *days, None, None, check.forecast, check.actual, check.misses, said, check.why))
    return of_rows(rows, FORECAST)
