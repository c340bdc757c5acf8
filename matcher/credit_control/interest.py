"""Late interest, proposed and never posted: what each day's open balance bears, in exact fractions, rounded once for each document.

Interest runs from the day after the due date. A day bears interest on what was open at the end of the day before: who pays ten days
late pays for ten days. Money counts from its value date. What the bank took back is open again from the day of the return.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl

from matcher import money
from matcher.credit_control.interest_profiles import InterestProfile, InterestRules, RateTable
from matcher.frames import State

AGREED = "agreed"
"""Name of the profile of a rate that was agreed."""


@dataclass(frozen=True, slots=True)
class InterestTerms:
    """How interest is reckoned for a customer.

    Attributes:
        profile: of law; None where none is known.
        rate: per cent a year that was agreed, in the place of the profile's; None for none.
        day_basis: days of a year, in the place of the profile's.
    """

    profile: InterestProfile | None
    rate: Decimal | None = None
    day_basis: int | None = None


@dataclass(frozen=True, slots=True)
class InterestSegment:
    """Days of one balance and one rate: `open` minor units, `percent` a year or a day (`per`); `interest` is exact."""

    first: date
    last: date
    days: int
    open: int
    percent: Decimal
    per: str
    interest: Fraction


@dataclass(frozen=True, slots=True)
class ItemInterest:
    """The interest proposed for a document.

    Attributes:
        open: on the day, minor units.
        days: from the due date to the day, or to the day on which it was paid.
        interest: minor units of the document's currency, rounded half up once.
        fixed: lump sum in minor units of `fixed_currency`; 0 for none.
        profile: id of the profile, or `AGREED`.
        notes: what an accountant must know of the rates.
    """

    item_id: str
    document_no: str
    customer_id: str
    entity: str
    currency: str
    due_date: date
    open: int
    days: int
    interest: int
    fixed: int
    fixed_currency: str
    profile: str
    segments: tuple[InterestSegment, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "item_id": self.item_id, "document_no": self.document_no, "customer_id": self.customer_id, "entity": self.entity,
            "currency": self.currency, "due_date": self.due_date.isoformat(), "open_amount": money.render(self.open, self.currency),
            "days": self.days, "interest": money.render(self.interest, self.currency),
            "fixed": money.render(self.fixed, self.fixed_currency) if self.fixed else "", "fixed_currency": self.fixed_currency,
            "profile": self.profile, "notes": list(self.notes), "segments": self.parts(),
        }  # fmt: skip

    def parts(self) -> list[dict[str, object]]:
        """The segments as a machine is told."""
        return [_told(one, self.currency) for one in self.segments]


def _told(one: InterestSegment, currency: str) -> dict[str, object]:
    return {
        "first": one.first.isoformat(), "last": one.last.isoformat(), "days": one.days, "open_amount": money.render(one.open, currency),
        "percent": f"{one.percent:f}", "per": one.per,
    }  # fmt: skip


def interest(
    state: State, terms: Mapping[str, InterestTerms], rules: InterestRules, items: Iterable[str] | None = None
) -> list[ItemInterest]:
    """The interest on documents that are or were overdue, by due date and id; those without any are left out.

    Args:
        state: the books as of a day, until which interest runs.
        terms: by customer.
        rules: profiles and tables.
        items: ids of documents; None for all that are open.
    """
    named = None if items is None else list(items)
    chosen = pl.col("open") > 0 if named is None else pl.col("item_id").is_in(named)
    columns = ("item_id", "document_no", "customer_id", "entity", "currency", "open", "amount")
    due = pl.col("due_date").fill_null(pl.col("issue_date"))
    rows = state.items.filter(chosen, pl.col("amount") > 0, due < state.as_of).select(*columns, due=due).sort("due", "item_id")
    moved = _moves(state, rows["item_id"].to_list())
    made = []
    for item_id, number, customer, entity, currency, left, amount, due_date in rows.iter_rows():
        found = _of_item(moved.get(item_id, ()), due_date, state.as_of, terms.get(customer, InterestTerms(None)), rules)
        segments, profile, notes = found
        if not segments and not notes:
            continue
        fixed = _fixed(terms[customer].profile, amount, currency) if segments and profile != AGREED and customer in terms else (0, "")
        days = (segments[-1].last - due_date).days if segments else (state.as_of - due_date).days
        total = _rounded(sum((one.interest for one in segments), Fraction(0)))
        of = (item_id, number, customer, entity, currency, due_date, left, days, total)
        made.append(ItemInterest(*of, *fixed, profile, segments, notes))
    return made


def _moves(state: State, items: Sequence[str]) -> dict[str, list[tuple[date, int]]]:
    """What raised and lowered each item, by day; money on its value date."""
    valued = state.lines.select("line_id", "value_date")
    rows = (
        state.movements.filter(pl.col("item_id").is_in(items))
        .join(valued, on="line_id", how="left")
        .select("item_id", pl.coalesce("value_date", "effective_date"), "amount")
    )
    found: dict[str, list[tuple[date, int]]] = {}
    for item_id, day, amount in rows.iter_rows():
        found.setdefault(item_id, []).append((day, amount))
    return found


def _of_item(
    moves: Iterable[tuple[date, int]], due: date, as_of: date, terms: InterestTerms, rules: InterestRules
) -> tuple[tuple[InterestSegment, ...], str, tuple[str, ...]]:
    """The segments, the profile's name, and what must be known of the rates."""
    profile, first = terms.profile, due + timedelta(1)
    if terms.rate is not None:
        basis = terms.day_basis or (profile.day_basis if profile else 365)
        segments = segments_of(moves, first, as_of, _Flat(terms.rate, basis))
        return segments, AGREED, _minimum(terms.rate, profile, rules, due)
    if profile is None:
        return (), "", ("no late interest is known for the customer's country; see [interest] in matcher.toml",)
    basis = terms.day_basis or profile.day_basis
    if profile.per_day is not None:
        return segments_of(moves, first, as_of, _Flat(profile.per_day, 1)), profile.id, ()
    table = rules.tables.get(profile.table)
    if table is None:
        return segments_of(moves, first, as_of, _Flat(profile.points, basis)), profile.id, ()
    if table.on(first) is None:
        begins = f"the rates of {table.title} begin on {table.rates[0][0]}" if table.rates else f"no rate of {table.title} is known"
        return (), profile.id, (begins,)
    if profile.held:
        start = table.on(first)
        assert start is not None
        notes = _beyond(table, first)
        return segments_of(moves, first, as_of, _Flat(start + profile.points, basis)), profile.id, notes
    return segments_of(moves, first, as_of, _Floating(table, profile.points, basis)), profile.id, _beyond(table, as_of)


def _beyond(table: RateTable, day: date) -> tuple[str, ...]:
    if table.until is None or day <= table.until:
        return ()
    return (f"the rates of {table.title} end on {table.until}; the last one is used",)


def _minimum(rate: Decimal, profile: InterestProfile | None, rules: InterestRules, due: date) -> tuple[str, ...]:
    """Whether an agreed rate may be so low."""
    if profile is None or not profile.agreed_minimum:
        return ()
    table = rules.tables.get(profile.agreed_minimum)
    least = table.on(due) if table else None
    if least is None:
        return (f"the rate {profile.agreed_minimum} is not in [interest.rates], so that the least agreed rate is not checked",)
    return (f"the agreed rate of {rate} is below {least}, the least that {profile.id} allows",) if rate < least else ()


@dataclass(frozen=True, slots=True)
class _Flat:
    """One rate: per cent in `basis` days; a basis of 1 is a rate a day."""

    percent: Decimal
    basis: int

    def on(self, day: date) -> Decimal:
        return self.percent

    def changes(self, first: date, last: date) -> list[date]:
        return []


@dataclass(frozen=True, slots=True)
class _Floating:
    """A reference rate and points on it."""

    table: RateTable
    points: Decimal
    basis: int

    def on(self, day: date) -> Decimal:
        rate = self.table.on(day)
        assert rate is not None
        return rate + self.points

    def changes(self, first: date, last: date) -> list[date]:
        return self.table.changes(first, last)


def segments_of(moves: Iterable[tuple[date, int]], first: date, last: date, rate: _Flat | _Floating) -> tuple[InterestSegment, ...]:
    """The days from `first` to `last`, in parts of one balance and one rate; days on which nothing is open are left out.

    Args:
        moves: what raised and lowered the document, by day.
        first, last: days, both included.
        rate: what each day bears.
    """
    by_day: dict[date, int] = {}
    for day, amount in moves:
        by_day[day] = by_day.get(day, 0) + amount
    # a day bears interest on what was open at the end of the day before
    starts = {first, *(day + timedelta(1) for day in by_day if first <= day < last), *rate.changes(first, last)}
    made = []
    ordered = sorted(starts)
    for place, begin in enumerate(ordered):
        end = ordered[place + 1] - timedelta(1) if place + 1 < len(ordered) else last
        left = sum(amount for day, amount in by_day.items() if day < begin)
        if left > 0 and begin <= end:
            days, percent = (end - begin).days + 1, rate.on(begin)
            bears = Fraction(left) * Fraction(percent) * days / (100 * rate.basis)
            made.append(InterestSegment(begin, end, days, left, percent, "day" if rate.basis == 1 else "year", bears))
    return tuple(made)


def _fixed(profile: InterestProfile | None, amount: int, currency: str) -> tuple[int, str]:
    """The lump sum for a document; steps by size count in its own currency only where that is the lump sum's."""
    if profile is None or not profile.fixed:
        return 0, ""
    size = money.decimal(amount, currency) if currency == profile.fixed_currency else Decimal(0)
    lump = [sum_ for least, sum_ in profile.fixed if size >= least][-1]
    return int(lump.scaleb(money.scale(profile.fixed_currency))), profile.fixed_currency


def _rounded(exact: Fraction) -> int:
    """Half up: interest is never below zero."""
    return (exact + Fraction(1, 2)).__floor__()
