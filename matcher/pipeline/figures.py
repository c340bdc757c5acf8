"""Key figures: the state that they are of, and what else they need of the books."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.frames import TEXTS, UNTOLD, State
from matcher.ledger import conversion, trust
from matcher.ledger.figures import forecast as cash
from matcher.ledger.figures import habits, key
from matcher.ledger.figures import team as measures
from matcher.ledger.figures.exposure import Exposure, exposures
from matcher.ledger.figures.forecast import Forecast
from matcher.ledger.figures.key import KeyFigures
from matcher.ledger.figures.rates import ClosingRates, closing_rates
from matcher.ledger.figures.sums import Span, aged, sums
from matcher.ledger.figures.team import Team
from matcher.ledger.periods import first_day, last_day
from matcher.pipeline.rates import of_base
from matcher.pipeline.session import Session
from matcher.pipeline.trust import answers
from matcher.pipeline.view import Asked, asked_for, base_currency, whole
from matcher.states import ENGINE
from matcher.store import journal, memory
from matcher.store.journal import Known

WEEKS, MOST_WEEKS = 8, 26
"""Weeks of a forecast, where nobody says otherwise, and the most of one."""
FELL_WITHIN = 91
"""Days within which a grade that fell is said."""
SALES_DAYS = 90
"""Days of sales that receivables are compared with, where nobody says otherwise."""


def span(as_of: date, month: str = "", sales_days: int = SALES_DAYS) -> Span:
    """The days of figures: a month, up to the day where that lies in it; else the month of the day up to it.

    Raises:
        MatcherError: ``usage.option`` for what is no month, one that begins after the day, and for less than one day of sales.
    """
    first = first_day(month) if month else as_of.replace(day=1)
    last = min(last_day(month), as_of) if month else as_of
    if last < first:
        raise MatcherError("usage.option", f"{month} begins after {as_of.isoformat()}")
    if sales_days < 1:
        raise MatcherError("usage.option", f"{sales_days} is no number of days")
    return Span(first, last, last - timedelta(sales_days - 1))


def kpi(session: Session, state: State, days: Span, known: Known | None = None, entity: str = "") -> KeyFigures:
    """Key figures of a span.

    Args:
        session: the command's.
        state: as of the last day of the span.
        days: see `span`.
        known: what the books knew when `state` was folded; None for now.
        entity: only of this legal entity.

    Raises:
        MatcherError: ``usage.option`` for an entity that is not in matcher.toml.
    """
    entities = [one.id for one in session.config.entity]
    if entity and entity not in entities:
        raise MatcherError("usage.option", f"there is no entity {entity!r}; known are {', '.join(entities)}")
    parts = sums(state, days, _taken_back(session, state, known))
    closing = conversion.ClosingRates(_rates(session, known), base_currency(session, known), days.last)
    chosen = [entity] if entity else ()
    return key.key_figures(parts, days, rates(session, days.last, known), first_lists(session, known), chosen, aged(state, closing))


def _taken_back(session: Session, state: State, known: Known | None) -> list[str]:
    """Ids of the engine's postings that a person took back and did not make again just so; a whole run is taken back for other reasons."""
    by_persons = state.decisions.filter("live", pl.col("actor") != ENGINE)
    allocations = journal.allocations(session.store, known.batch if known else None)
    memory.release(session.store)
    return trust.taken_back(state.decisions, allocations, by_persons, answers(session).undos)["decision_id"].to_list()


def rates(session: Session, day: date, known: Known | None = None) -> ClosingRates:
    """The closing rates of a day."""
    return closing_rates(_rates(session, known), day, base_currency(session, known))


def _rates(session: Session, known: Known | None) -> pl.DataFrame:
    return of_base(session, base_currency(session, known), known.batch if known else None)


def first_lists(session: Session, known: Known | None = None) -> dict[str, date]:
    """The day of the first list of open items of each legal entity."""
    lists = journal.snapshots(session.store, known.batch if known else None)
    return dict(lists.group_by("entity").agg(pl.col("snapshot_date").min()).iter_rows())


def kpi_table(session: Session, state: State, known: Known | None) -> pl.DataFrame:
    """Key figures of the month of the state's day up to it, as rows for a file."""
    return key.table(kpi(session, state, span(state.as_of), known))


def forecast(session: Session, state: State, weeks: int, then: Asked) -> Forecast:
    """Cash by week, and what became of the forecasts of four and eight weeks ago.

    Args:
        session: the command's.
        state: the books as of the day.
        weeks: how many.
        then: what the state is told with; see `view.asked_for`.

    Raises:
        MatcherError: ``usage.option`` for a number of weeks that is none.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise MatcherError("usage.option", f"{weeks} is no number of weeks from 1 to {MOST_WEEKS}")
    since = first_lists(session, then.known)
    made = cash.forecast(state, weeks, since, then.buckets)
    earlier: dict[int, State] = {}
    for ago in cash.CHECKS:
        day = state.as_of - timedelta(7 * ago)
        if since and day >= min(since.values()):
            earlier[ago] = whole(session, day, asked_for(session, day, then.known).known, (*UNTOLD, *TEXTS))
    return cash.checked(made, state, earlier, since, then.buckets)


def forecast_table(session: Session, state: State, then: Asked) -> pl.DataFrame:
    """Cash of the next eight weeks, as rows for a file."""
    return cash.table(forecast(session, state, WEEKS, then))


def exposure(session: Session, state: State, then: Asked) -> tuple[tuple[Exposure, ...], ClosingRates]:
    """What each customer owes against his limit, with the grades of now and of thirteen weeks ago; and the closing rates."""
    day = state.as_of - timedelta(FELL_WITHIN)
    since = first_lists(session, then.known)
    before: dict[str, str] = {}
    if since and day >= min(since.values()):
        asked = asked_for(session, day, then.known)
        before = _grades(whole(session, day, asked.known, (*UNTOLD, *TEXTS)), asked)
    closing = rates(session, state.as_of, then.known)
    return exposures(state, closing, _grades(state, then), before), closing


def _grades(state: State, then: Asked) -> dict[str, str]:
    """The worst grade of each customer that has one."""
    found: dict[str, str] = {}
    for payer in habits.payers(state, then.discount_grace_days):
        letter, _ = habits.grade(payer, then.grades)
        found[payer.customer_id] = max(letter, found.get(payer.customer_id, ""))
    return {customer: letter for customer, letter in found.items() if letter}


def team(session: Session, state: State, first: date, known: Known | None) -> Team:
    """Who did what from a day to the state's.

    Raises:
        MatcherError: ``config.invalid`` for a target that has more digits than its currency.
    """
    base = session.config.books.base_currency
    targets = {name: _target(name, one.amount, one.currency or base) for name, one in session.config.collection_targets.items()}
    return measures.team(state, first, rates(session, state.as_of, known), targets, _taken_back(session, state, known))


def _target(name: str, amount: Decimal, currency: str) -> tuple[int, str]:
    try:
        return money.parse(f"{amount:f}", currency), currency
    except MatcherError as error:
        raise MatcherError("config.invalid", f"collection_targets.{name}: {error.what}") from error
