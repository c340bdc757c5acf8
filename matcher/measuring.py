"""What is measured, by the library: one method for each command. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING

from matcher import frames, pipeline, review

if TYPE_CHECKING:
    from matcher.frames import State
    from matcher.ledger.figures.forecast import Forecast
    from matcher.ledger.figures.key import KeyFigures
    from matcher.ledger.figures.sums import Span
    from matcher.pipeline.session import Session
    from matcher.pipeline.view import Asked
    from matcher.review.behaviour import Behaviour
    from matcher.review.exposure import ExposuresView, TeamView


class MeasuringMethods(ABC):
    """Measures receivables and work. Each method opens the books, reads and closes them."""

    @abstractmethod
    def _session(self, *, write: bool, keep: bool = True) -> AbstractContextManager[Session]: ...

    @abstractmethod
    def _present_day(self, session: Session) -> date: ...

    def kpi(self, as_of: date | None = None, *, month: str = "", sales_days: int = 90, entity: str = "", known_at: str = "") -> KeyFigures:
        """Key figures of a month (YYYY-MM), or of the month of the day up to it, each with the sums that it is made of.

        Args:
            as_of: the last day; default: the end of the month, else today.
            month: as in 2026-10.
            sales_days: days of sales that receivables are compared with.
            entity: only of this legal entity.
            known_at: a batch or day (YYYY-MM-DD), for what was known then.

        Raises:
            MatcherError: ``usage.option``; see `pipeline.figures`.
        """
        with self._session(write=False) as session:
            days = self._days(session, as_of, month, sales_days)
            state, then = self._state_of(session, days.last, known_at)
            return pipeline.figures.kpi(session, state, days, then.known, entity)

    def behaviour(self, customer: str = "", as_of: date | None = None, *, known_at: str = "") -> Behaviour:
        """How customers pay, with a grade each, and when their open debts may be expected.

        Args:
            customer: id, number, name or part of a name; '' for all.
            as_of: the day to look from; default: today.
            known_at: a batch or day (YYYY-MM-DD), for what was known then.

        Raises:
            MatcherError: ``customer.unknown``, ``customer.ambiguous``, ``usage.option``.
        """
        with self._session(write=False) as session:
            named = pipeline.lookup.customer(session, customer) if customer else ""
            state, then = self._state_of(session, as_of or self._present_day(session), known_at)
        return review.behaviour.behaviour(state, then.grades, then.discount_grace_days, named)

    def forecast(self, weeks: int = 8, as_of: date | None = None, *, known_at: str = "") -> Forecast:
        """Cash by week of what is open, by legal entity and currency, and what became of earlier forecasts.

        Args:
            weeks: how many, from 1 to 26.
            as_of: the day to look from; default: today.
            known_at: a batch or day (YYYY-MM-DD), for what was known then.

        Raises:
            MatcherError: ``usage.option``.
        """
        with self._session(write=False) as session:
            state, then = self._state_of(session, as_of or self._present_day(session), known_at)
            return pipeline.figures.forecast(session, state, weeks, then)

    def exposure(self, as_of: date | None = None, *, known_at: str = "") -> ExposuresView:
        """What each customer owes against his credit limit, those furthest beyond it first.

        Args:
            as_of: the day to look from; default: today.
            known_at: a batch or day (YYYY-MM-DD), for what was known then.

        Raises:
            MatcherError: ``usage.option``.
        """
        with self._session(write=False) as session:
            state, then = self._state_of(session, as_of or self._present_day(session), known_at)
            made, rates = pipeline.figures.exposure(session, state, then)
        return review.exposure.view(state.as_of, made, rates)

    def team(self, as_of: date | None = None, *, month: str = "", known_at: str = "") -> TeamView:
        """Who decided what in a month, what waits with whom, and what came in against the targets.

        Args:
            as_of: the last day; default: the end of the month, else today.
            month: as in 2026-10; default: that of the day.
            known_at: a batch or day (YYYY-MM-DD), for what was known then.

        Raises:
            MatcherError: ``usage.option``; ``config.invalid`` for a target that cannot be.
        """
        with self._session(write=False) as session:
            days = self._days(session, as_of, month)
            state, then = self._state_of(session, days.last, known_at)
            return review.exposure.TeamView(pipeline.figures.team(session, state, days.first, then.known))

    def _days(self, session: Session, as_of: date | None, month: str, sales_days: int = 90) -> Span:
        """The days of a month, up to the present one where it is not over."""
        from matcher.ledger.periods import last_day

        day = as_of or self._present_day(session)
        return pipeline.figures.span(min(day, last_day(month)) if month and as_of is None else day, month, sales_days)

    def _state_of(self, session: Session, day: date, known_at: str) -> tuple[State, Asked]:
        """The state of a day, and what it is told with; of a closed month what was known when it was closed."""
        then = pipeline.view.asked_for(session, day, pipeline.view.known_at(session, known_at))
        return pipeline.view.whole(session, day, then.known, (*frames.UNTOLD, *frames.TEXTS)), then
