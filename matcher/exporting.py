"""What goes out, by the library: aging, bridge, and files for other systems and for people. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from matcher import pipeline
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from matcher.frames import State
    from matcher.pipeline.aged import AgingReport, AgingRequest
    from matcher.pipeline.bridges import BridgeReport, BridgeRequest
    from matcher.pipeline.exports import Exported
    from matcher.pipeline.session import Session
    from matcher.pipeline.view import Asked


class ExportingMethods(ABC):
    """Reports and files. Each method opens the books, makes it and closes them."""

    kept: bool

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

    def export(
        self,
        what: str,
        path: str | Path,
        as_of: date | None = None,
        *,
        target: str = "generic",
        known_at: str = "",
        month: str = "",
        new: bool = False,
        since: int | None = None,
        locale: str = "",
        aging: AgingRequest | None = None,
    ) -> Exported:
        """Writes ``matches``, ``aging``, ``discrepancies``, ``bridge`` or ``receipts`` to a file, whole or not at all.

        Receipts, and what is new, get their name only when the books remember what they hold.

        Args:
            what: is written.
            path: of the file; its ending chooses the form.
            as_of: its day.
            target: of receipts, the ERP to write for.
            known_at: a batch or day, for what was known then.
            month: rows of this month (YYYY-MM) only, as of its last day.
            new: rows that were recorded after the latest export of this kind that was made so.
            since: rows that were recorded after this batch, to have such an export again.
            locale: de, fr or zh: CSV as a spreadsheet of that language reads it.
            aging: how an aging is made.

        Raises:
            MatcherError: ``usage.option`` for another word or file ending, ``file.unwritable``.
        """
        from matcher.exports.files import Outbox
        from matcher.pipeline.aged import AgingRequest
        from matcher.pipeline.exports import FileRequest

        asked = FileRequest(what, Path(path), month, new, since, locale, target, aging or AgingRequest())
        with Outbox() as outbox:
            with self._session(write=asked.records) as session:
                known = pipeline.view.known_at(session, known_at)
                done = pipeline.exports.export(session, asked, as_of, self._present_day(session), outbox, known)
            try:
                outbox.publish()
            except MatcherError as error:
                if not asked.records:
                    raise
                if new:
                    recorded = f"{error.what}; its rows are recorded as exported"
                    hint = f"Repeat the command with --since {done.since} in the place of --new."
                    raise MatcherError(error.code, recorded, error.where, hint) from error
                recorded = f"{error.what}; its documents are recorded as sent"
                raise MatcherError(error.code, recorded, error.where, "Repeat the command: it sends the same documents.") from error
            self.kept = True
            return done
