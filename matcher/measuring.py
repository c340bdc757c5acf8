"""What is measured, by the library: one method for each command. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING

from matcher import pipeline, review

if TYPE_CHECKING:
    from matcher.frames import State
    from matcher.ledger.figures.forecast import Forecast
    from matcher.ledger.figures.key import KeyFigures
    from matcher.pipeline.session import Session
    from matcher.pipeline.view import Asked
    from matcher.review.behaviour import Behaviour


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
        from matcher.ledger.periods import last_day

        with self._session(write=False) as session:
            day = as_of or self._present_day(session)
            if month and as_of is None:
                day = min(day, last_day(month))
            days = pipeline.figures.span(day, month, sales_days)
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

    def _state_of(self, session: Session, day: date, known_at: str) -> tuple[State, Asked]:
        """The state of a day, and what it is told with; of a closed month what was known when it was closed."""
        then = pipeline.view.asked_for(session, day, pipeline.view.known_at(session, known_at))
        return pipeline.view.whole(session, day, then.known), then
