"""What goes out, by the library: aging, bridge, and files for other systems and for people. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from matcher import pipeline

if TYPE_CHECKING:
    from matcher.frames import State
    from matcher.pipeline.aged import AgingReport, AgingRequest
    from matcher.pipeline.bridges import BridgeReport, BridgeRequest
    from matcher.pipeline.session import Session
    from matcher.pipeline.view import Asked


class ExportingMethods(ABC):
    """Reports and files. Each method opens the books, makes it and closes them."""

    @abstractmethod
    def _session(self, *, write: bool, keep: bool = True) -> AbstractContextManager[Session]: ...

    @abstractmethod
    def _present_day(self, session: Session) -> date: ...

    def _report(self, as_of: date | None, known_at: str = "") -> tuple[State, Asked]:
        with self._session(write=False) as session:
            day = as_of or self._present_day(session)
            then = pipeline.view.asked_for(session, day, pipeline.view.known_at(session, known_at))
            return pipeline.view.whole(session, day, then.known), then

    def aging(self, as_of: date | None = None, *, known_at: str = "") -> pl.DataFrame:
        """Aged open items and unapplied receipts, in minor units; see `matcher.ledger.aging`.

        A day of a closed month is told as it was known then. `known_at`: a batch or day (YYYY-MM-DD), for what was known then.
        """
        from matcher.ledger.aging import aging

        state, then = self._report(as_of, known_at)
        return aging(state, then.buckets)

    def aging_summary(self, as_of: date | None = None, *, known_at: str = "") -> pl.DataFrame:
        """Totals of `aging` by customer and currency."""
        from matcher.ledger.aging import aging_summary

        state, then = self._report(as_of, known_at)
        return aging_summary(state, then.buckets)

    def aging_report(self, as_of: date | None = None, asked: AgingRequest | None = None, *, known_at: str = "") -> AgingReport:
        """The aging with its totals and rates: by due or document date, in other buckets or years, in the base currency.

        Args:
            as_of: its day.
            asked: how it is made; `matcher.pipeline.aged.request` makes one of words.
            known_at: a batch or day, for what was known then.

        Raises:
            MatcherError: ``config.invalid`` for impossible buckets; ``rate.missing``.
        """
        with self._session(write=False) as session:
            known = pipeline.view.known_at(session, known_at)
            return pipeline.aged.report(session, as_of or self._present_day(session), asked or pipeline.aged.AgingRequest(), known)

    def bridge(
        self,
        month: str = "",
        asked: BridgeRequest | None = None,
        *,
        first: date | None = None,
        last: date | None = None,
        known_at: str = "",
    ) -> BridgeReport:
        """Every step from one balance of the receivables to another, and on to the control account.

        Args:
            month: as in 2026-10; or `first` and `last`, the days. Default: this month up to the present day.
            asked: of which customer or entity, and the balances of control accounts.
            first, last: days.
            known_at: a batch or day, for what was known then.

        Raises:
            MatcherError: see `bridges.period` and `bridges.bridge`.
        """
        with self._session(write=False) as session:
            days = pipeline.bridges.period(month, first, last, present=self._present_day(session))
            known = pipeline.view.known_at(session, known_at)
            return pipeline.bridges.bridge(session, days, asked or pipeline.bridges.BridgeRequest(), known)
