"""Who did what in a month: decisions and how many of them stand, what was applied and how soon, what waits, and targets of collection."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from matcher.amounts import shown
from matcher.frames import State
from matcher.ledger import unapplied
from matcher.ledger.figures.rates import ClosingRates
from matcher.ledger.figures.ratio import Ratio, minor
from matcher.ledger.followup import follow_up
from matcher.states import ENGINE, NOT_RECEIVABLE, SETTLING, AllocationState, DecisionKind, LineState

OWNER = "owner"
"""Column of the customers' file: who looks after the customer."""
COUNTED = (*SETTLING, DecisionKind.WRITE_OFF.value, DecisionKind.REJECT.value)
"""Kinds of decisions that are counted."""


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody decided in a month, in one currency.

    Attributes:
        actor: the person, or ``engine``.
        currency: of the lines; '' for decisions that are on no line.
        decisions: number of them.
        undone: of these, taken back since.
        applied: cash of those in force on documents; minor units.
        days: cash times the days from its value date to the decision / cash.
    """

    actor: str
    currency: str
    decisions: int
    undone: int
    applied: int
    days: Ratio

    @property
    def precision(self) -> Ratio:
        """Decisions that stand / decisions x 100."""
        return Ratio(self.decisions - self.undone, self.decisions, 100)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Receipts that wait, by who has them and currency; '' for nobody. `age`: amount times days since booking / amount."""

    owner: str
    currency: str
    lines: int
    amount: int
    age: Ratio


@dataclass(frozen=True, slots=True)
class Collected:
    """What came in from the customers of an owner, in one currency; minor units.

    Attributes:
        owner: as the customers' file says.
        currency: of the target; where there is none, the base currency.
        cash: cash applied to their documents in the month, converted at the closing rate; None where a currency has no rate.
        target: of the month; None where there is none.
    """

    owner: str
    currency: str
    cash: int | None
    target: int | None

    @property
    def reached(self) -> Fraction | None:
        """Per cent of the target."""
        return None if self.cash is None or self.target is None else Ratio(self.cash, self.target, 100).value


@dataclass(frozen=True, slots=True)
class Team:
    """Of a month, or of a part of it."""

    first: date
    last: date
    work: tuple[Work, ...]
    waiting: tuple[Waiting, ...]
    collected: tuple[Collected, ...]


def team(state: State, first: date, rates: ClosingRates, targets: Mapping[str, tuple[int, str]], wrong: Collection[str] = ()) -> Team:
    """The measures of the days from `first` to the state's.

    Args:
        state: the books as of the last day.
        first: the first day.
        rates: closing rates of the last day.
        targets: by owner the amount that is to come in, minor units, and its currency.
        wrong: ids of the engine's postings that a person took back and did not make again just so.
    """
    return Team(first, state.as_of, _work(state, first, wrong), _waiting(state), _collected(state, first, rates, targets))


def _work(state: State, first: date, wrong: Collection[str]) -> tuple[Work, ...]:
    day = pl.col("at").str.slice(0, 10).str.to_date(strict=False)
    reversed_ids = state.decisions.filter(pl.col("reverses") != "")["reverses"]
    by_engine = pl.col("actor") == ENGINE
    undone = (
        pl.when(by_engine).then(pl.col("decision_id").is_in(list(wrong))).otherwise(pl.col("decision_id").is_in(reversed_ids.implode()))
    )
    lines = state.lines.select("line_id", "currency", value=pl.coalesce("value_date", "booking_date"))
    made = (
        state.decisions.filter(pl.col("kind").is_in(COUNTED))
        .with_columns(day=day, undone=undone)
        .filter(pl.col("day").is_between(first, state.as_of))
        .join(lines, on="line_id", how="left")
        .with_columns(pl.col("currency").fill_null(""))
    )
    on_document = (pl.col("state") == AllocationState.POSTED) & ~pl.col("item_id").str.starts_with(unapplied.PREFIX)
    cash = state.allocations.filter(on_document, pl.col("amount") > 0).select("decision_id", cash="amount")
    applied = (
        made.join(cash, on="decision_id")
        .with_columns(days=(pl.col("day") - pl.col("value")).dt.total_days().clip(lower_bound=0).cast(pl.Int128))
        .group_by("actor", "currency")
        .agg(applied=shown(pl.col("cash")), weighted=shown(pl.col("cash").cast(pl.Int128) * pl.col("days")))
    )
    counts = made.group_by("actor", "currency").agg(decisions=pl.len().cast(pl.Int64), undone=pl.col("undone").sum().cast(pl.Int64))
    rows = counts.join(applied, on=["actor", "currency"], how="left").sort("actor", "currency")
    return tuple(
        Work(actor, currency, count, taken_back, cash or 0, Ratio(weighted or 0, cash or 0))
        for actor, currency, count, taken_back, cash, weighted in rows.select(
            "actor", "currency", "decisions", "undone", "applied", "weighted"
        ).iter_rows()
    )


def _waiting(state: State) -> tuple[Waiting, ...]:
    owners = follow_up(state.decisions).owners
    waits = (pl.col("state") != LineState.POSTED) & (pl.col("amount") > 0) & ~pl.col("outcome").is_in(NOT_RECEIVABLE)
    owner = pl.col("line_id").replace_strict(owners, default="", return_dtype=pl.String())
    days = (pl.lit(state.as_of) - pl.col("booking_date")).dt.total_days().cast(pl.Int128)
    amount = pl.col("pending").cast(pl.Int128)
    grouped = (
        state.lines.filter(waits)
        .with_columns(owner=owner)
        .group_by("owner", "currency")
        .agg(lines=pl.len().cast(pl.Int64), amount=shown(amount), weighted=shown(amount * days))
    )
    rows = grouped.sort("owner", "currency").select("owner", "currency", "lines", "amount", "weighted").iter_rows()
    return tuple(Waiting(who, currency, count, cash, Ratio(weighted, cash)) for who, currency, count, cash, weighted in rows)


def _collected(state: State, first: date, rates: ClosingRates, targets: Mapping[str, tuple[int, str]]) -> tuple[Collected, ...]:
    """By owner; those with a target always, others where something came in."""
    owners = {
        customer: who
        for customer, extra in state.customers.select("customer_id", "extra").iter_rows()
        if (who := str((json.loads(extra) if extra else {}).get(OWNER, "") or "").strip())
    }
    on_document = (pl.col("state") == AllocationState.POSTED) & ~pl.col("item_id").str.starts_with(unapplied.PREFIX)
    cash = (
        state.allocations.filter(on_document, pl.col("effective_date").is_between(first, state.as_of), pl.col("item_amount") != 0)
        .join(state.lines.filter(pl.col("amount") != 0).select("line_id"), on="line_id", how="semi")
        .select("item_id", "item_amount")
        .join(state.items.select("item_id", "customer_id", "currency"), on="item_id")
        .with_columns(owner=pl.col("customer_id").replace_strict(owners, default="", return_dtype=pl.String()))
        .filter(pl.col("owner") != "")
        .group_by("owner", "currency")
        .agg(cash=shown(pl.col("item_amount")))
    )
    found: dict[str, dict[str, int]] = {}
    for who, currency, amount in cash.select("owner", "currency", "cash").iter_rows():
        found.setdefault(who, {})[currency] = amount
    return tuple(_of_owner(who, found.get(who, {}), rates, targets.get(who)) for who in sorted(found.keys() | targets.keys()))


def _of_owner(owner: str, cash: Mapping[str, int], rates: ClosingRates, target: tuple[int, str] | None) -> Collected:
    currency = target[1] if target else rates.base
    goal = target[0] if target else None
    if any(code != currency and not (rates.has(code) and rates.has(currency)) for code in cash):
        return Collected(owner, currency, None, goal)
    whole = sum((rates.between(value, code, currency) for code, value in sorted(cash.items())), Fraction(0))
    return Collected(owner, currency, minor(whole), goal)
