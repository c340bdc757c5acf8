"""How customers pay: how late, whether it gets worse, on which weekday, with which discounts; and when what is open may be expected.

Means are exact fractions of whole days. Payments of the latest thirteen weeks weigh four times as much as those of the earliest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import comb

import polars as pl

from matcher.amounts import shown
from matcher.frames import Schema, State
from matcher.ledger.figures.payments import KEY, STEP, debts, payments
from matcher.ledger.figures.ratio import Ratio, fixed
from matcher.states import AllocationState

PRIOR = 5
"""Items that the mean of all customers of a legal entity counts for beside a customer's own."""
CHANCE = Fraction(1, 20)
"""How often at most a weekday that is found may be chance."""
LEAST_PAID = 3
"""Fully paid items from which a customer has a grade."""
GRADES = "ABCDE"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_Key = tuple[str, str, str]
_DISCOUNT, _UNEARNED = "discount", "discount_unearned"


@dataclass(frozen=True, slots=True)
class Payer:
    """How a customer of a legal entity pays in a currency. Days are weighted by amount unless it is said otherwise.

    Attributes:
        entity, customer_id, currency: of whom, to whom and in what.
        name: of the customer.
        items: debts that were fully paid in the last 52 weeks.
        late: days late, recent payments weighted more.
        plain: days late of an item on average, each item counted once, by its last payment.
        recent, before: days late of the last thirteen weeks, and of the thirty-nine before them.
        weekday: the day of the week on which he pays, 0 for Monday; None where it may be chance.
        pay_days: distinct days on which he paid.
        offered, earned, unearned: of the items those with a discount, and those of them where it was taken in its terms or beyond them.
        accounts: bank accounts that he paid from.
        open, overdue: undisputed open debts, and the part of them that is due; minor units.
        overdue_days: days overdue of all undisputed open debts, those that are not due with 0 days.
        delay: days after the due date that are expected of him.
    """

    entity: str
    customer_id: str
    currency: str
    name: str
    items: int
    late: Ratio
    plain: Ratio
    recent: Ratio
    before: Ratio
    weekday: int | None
    pay_days: int
    offered: int
    earned: int
    unearned: int
    accounts: int
    open: int
    overdue: int
    overdue_days: Ratio
    delay: Fraction

    @property
    def trend(self) -> Fraction | None:
        """Days by which he pays later than before; below zero when sooner, None where one of the two is not known."""
        now, then = self.recent.value, self.before.value
        return None if now is None or then is None else now - then


EXPECTED: Schema = {
    **dict.fromkeys((*KEY, "item_id", "document_no"), pl.String()),
    "due": pl.Date(),
    "open": pl.Int64(),
    "days_past_due": pl.Int64(),
    "delay": pl.Int64(),  # days after the due date that are expected of the customer
    "expected": pl.Date(),
    "late": pl.Boolean(),  # whether that day was before, and nothing came: then ``expected`` is the next day on which it may
}
"""Columns of `expected`: undisputed open debts."""


def payers(state: State, discount_grace_days: int = 0) -> tuple[Payer, ...]:
    """Every customer that has paid in the last 52 weeks or owes something, by legal entity, customer and currency."""
    paid = payments(state)
    parts = (_late(state, paid), _plain(paid), _discounts(state, paid, discount_grace_days), _accounts(state, paid), _open(state))
    found: dict[_Key, dict[str, int]] = {}
    for frame in parts:
        names = [name for name in frame.columns if name not in KEY]
        for entity, customer, currency, *values in frame.select(*KEY, *names).iter_rows():
            found.setdefault((entity, customer, currency), {}).update(zip(names, values, strict=True))
    days = _weekdays(paid)
    names_of = dict(state.customers.select("customer_id", "name").iter_rows())
    segments = _segments(found)
    return tuple(_payer(key, found[key], names_of.get(key[1], ""), days.get(key, ()), segments[key[0], key[2]]) for key in sorted(found))


def expected(state: State, known: Iterable[Payer]) -> pl.DataFrame:
    """When each undisputed open debt may be paid; columns of `EXPECTED`, in order of that day.

    The due date and the delay expected of the customer, at the earliest the day after the state's, then on to his weekday; where he has
    none, what falls on a weekend is expected on Monday.
    """
    of = pl.DataFrame(
        [(one.entity, one.customer_id, one.currency, int(fixed(one.delay, 0)), one.weekday) for one in known],
        schema={**dict.fromkeys(KEY, pl.String()), "delay": pl.Int64(), "weekday": pl.Int8()}, orient="row",
    )  # fmt: skip
    earliest = pl.lit(state.as_of + timedelta(1))
    usual = pl.col("due") + pl.duration(days="delay")
    ahead = pl.when(pl.col("weekday").is_not_null()).then((pl.col("weekday") + 8 - pl.col("day").dt.weekday()) % 7)
    weekend = pl.when(pl.col("day").dt.weekday() > 5).then(8 - pl.col("day").dt.weekday()).otherwise(0)
    return (
        undisputed(state)
        .join(of, on=KEY, how="left")
        .with_columns(pl.col("delay").fill_null(0))
        .with_columns(
            day=pl.max_horizontal(usual, earliest),
            late=usual < earliest,
            days_past_due=(pl.lit(state.as_of) - pl.col("due")).dt.total_days(),
        )
        .with_columns(expected=pl.col("day") + pl.duration(days=ahead.otherwise(weekend)))
        .select(*EXPECTED)
        .sort("expected", *KEY, "item_id")
    )


def undisputed(state: State) -> pl.DataFrame:
    """Open debts of which nothing is disputed."""
    return debts(state).filter(pl.col("open") > 0, pl.col("disputed_amount").fill_null(0) == 0)


def weekday(counts: Sequence[int]) -> int | None:
    """The day of the week that stands out among days on which a customer paid; None where it may be chance.

    If each working day were as likely as the others, the most frequent one would come as often as it does, or more often, in at most one
    case of twenty: binomial test with the exact tail, times five since any of the five days could have been the one.

    Args:
        counts: days on which he paid, Monday to Friday.
    """
    times, most = sum(counts), max(counts)
    tail = sum(comb(times, hits) * 4 ** (times - hits) for hits in range(most, times + 1))
    if list(counts).count(most) > 1 or 5 * Fraction(tail, 5**times) > CHANCE:
        return None
    return list(counts).index(most)


def grade(payer: Payer, bounds: Sequence[int]) -> tuple[str, tuple[str, ...]]:
    """A grade from A to E and its reasons in words; '' for a customer of whom too little is known.

    The worse of two counts: how late he has paid, and how long what he owes is overdue.

    Args:
        payer: how the customer pays.
        bounds: days up to which a customer has A, B, C and D.
    """
    counted = []
    late, overdue = payer.late.value, payer.overdue_days.value
    if late is not None and payer.items >= LEAST_PAID:
        counted.append((late, f"paid {payer.items} documents {fixed(late, 1)} days late"))
    if overdue:
        counted.append((overdue, f"what he owes is {fixed(overdue, 1)} days overdue"))
    if payer.items < LEAST_PAID and not overdue:
        return "", (f"only {payer.items} documents paid in 52 weeks",)
    reasons = [said for _, said in counted]
    if (change := payer.trend) is not None and abs(change) >= 1:
        reasons.append(f"pays {fixed(abs(change), 1)} days {'later' if change > 0 else 'sooner'} than before")
    if payer.unearned:
        reasons.append(f"took {payer.unearned} discounts beyond their terms")
    return grade_of(max(days for days, _ in counted), bounds), tuple(reasons)


def grade_of(days: Fraction, bounds: Sequence[int]) -> str:
    """The grade of a number of days."""
    return GRADES[sum(days > bound for bound in bounds)]


def _payer(key: _Key, sums: Mapping[str, int], name: str, days: Sequence[int], segment: Ratio) -> Payer:
    of = {each: sums.get(each, 0) for each in _SUMS}
    late = Ratio(of["late"], of["late_cash"])
    return Payer(
        key[0], key[1], key[2], name, of["items"], late, Ratio(of["plain"], of["items"]), Ratio(of["recent"], of["recent_cash"]),
        Ratio(of["before"], of["before_cash"]), weekday(days) if any(days) else None, sum(days), of["offered"], of["earned"],
        of["unearned"], of["accounts"], of["open"], of["overdue"], Ratio(of["overdue_days"], of["open"]),
        shrunk(late, of["items"], segment),
    )  # fmt: skip


_SUMS = (
    "items", "late", "late_cash", "plain", "recent", "recent_cash", "before", "before_cash", "offered", "earned", "unearned", "accounts",
    "open", "overdue", "overdue_days",
)  # fmt: skip


def shrunk(own: Ratio, items: int, segment: Ratio) -> Fraction:
    """(items x own mean + PRIOR x mean of the segment) / (items + PRIOR): who has paid little is taken to pay as the others do."""
    of_all, mine = segment.value or Fraction(0), own.value or Fraction(0)
    return (items * mine + PRIOR * of_all) / (items + PRIOR)


def _segments(found: Mapping[_Key, Mapping[str, int]]) -> dict[tuple[str, str], Ratio]:
    """Days late of all customers of a legal entity in a currency."""
    made: dict[tuple[str, str], Ratio] = {}
    for (entity, _, currency), sums in found.items():
        before = made.get((entity, currency), Ratio(0, 0))
        made[entity, currency] = Ratio(before.numerator + sums.get("late", 0), before.denominator + sums.get("late_cash", 0))
    return made


def _late(state: State, paid: pl.DataFrame) -> pl.DataFrame:
    cash, late, weight = pl.col("cash").cast(pl.Int128), pl.col("late").cast(pl.Int128), pl.col("weight").cast(pl.Int128)
    recent = (pl.lit(state.as_of) - pl.col("settled")).dt.total_days() < STEP
    return paid.group_by(KEY).agg(
        late=shown(weight * cash * late), late_cash=shown(weight * cash),
        recent=shown((cash * late).filter(recent)), recent_cash=shown(cash.filter(recent)),
        before=shown((cash * late).filter(~recent)), before_cash=shown(cash.filter(~recent)),
    )  # fmt: skip


def _plain(paid: pl.DataFrame) -> pl.DataFrame:
    by_item = paid.group_by(*KEY, "item_id").agg(pl.col("late").max())
    return by_item.group_by(KEY).agg(items=pl.len().cast(pl.Int64), plain=shown(pl.col("late")))


def _discounts(state: State, paid: pl.DataFrame, grace: int) -> pl.DataFrame:
    """Items with a discount, and how it was used; by customer."""
    terms = state.items.filter(pl.col("discount_ppm").fill_null(0) > 0).select("item_id", "discount_date")
    items = paid.group_by(*KEY, "item_id").agg(pl.col("settled").first()).join(terms, on="item_id")
    cleared = state.allocations.filter(
        pl.col("state") == AllocationState.POSTED, pl.col("adjustment") > 0, pl.col("adjustment_reason").is_in([_DISCOUNT, _UNEARNED])
    ).group_by("item_id").agg(beyond=(pl.col("adjustment_reason") == _UNEARNED).any())  # fmt: skip
    taken = items.join(cleared, on="item_id", how="left")
    late = pl.col("beyond") | (pl.col("settled") > pl.col("discount_date") + pl.duration(days=grace))
    return taken.group_by(KEY).agg(
        offered=pl.len().cast(pl.Int64), earned=(pl.col("beyond").is_not_null() & ~late.fill_null(value=False)).sum(),
        unearned=(pl.col("beyond").is_not_null() & late.fill_null(value=False)).sum(),
    )  # fmt: skip


def _accounts(state: State, paid: pl.DataFrame) -> pl.DataFrame:
    lines = state.lines.filter(pl.col("counterparty_account") != "").select("line_id", "counterparty_account")
    return paid.join(lines, on="line_id").group_by(KEY).agg(accounts=pl.col("counterparty_account").n_unique().cast(pl.Int64))


def _open(state: State) -> pl.DataFrame:
    amount = pl.col("open").cast(pl.Int128)
    days = (pl.lit(state.as_of) - pl.col("due")).dt.total_days().clip(lower_bound=0).cast(pl.Int128)
    return undisputed(state).group_by(KEY).agg(
        open=shown(amount), overdue=shown(amount.filter(days > 0)), overdue_days=shown(amount * days)
    )  # fmt: skip


def _weekdays(paid: pl.DataFrame) -> dict[_Key, tuple[int, ...]]:
    """Distinct days on which customers paid, Monday to Friday."""
    days = paid.filter(pl.col("line_id") != "").unique([*KEY, "day"])
    counts = days.group_by(*KEY, weekday=pl.col("day").dt.weekday()).len().filter(pl.col("weekday") <= len(WEEKDAYS))
    found: dict[_Key, list[int]] = {}
    for entity, customer, currency, number, count in counts.iter_rows():
        found.setdefault((entity, customer, currency), [0] * len(WEEKDAYS))[number - 1] = count
    return {key: tuple(value) for key, value in found.items()}
