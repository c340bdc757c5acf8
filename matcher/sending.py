"""What goes to other systems and what comes back from ERPs, by the library. `matcher.books.Books` has these methods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from matcher import actors, pipeline
from matcher.errors import MatcherError
from matcher.progress import SILENT, Progress
from matcher.states import Work

if TYPE_CHECKING:
    from matcher.pipeline.acknowledging import Acknowledged
    from matcher.pipeline.aged import AgingRequest
    from matcher.pipeline.exports import Exported
    from matcher.pipeline.live.feeding import FedCustomers
    from matcher.pipeline.live.pulling import Pulled
    from matcher.pipeline.live.pushing import Pushed
    from matcher.pipeline.outbox import OutboxPage
    from matcher.pipeline.receipts import Sending
    from matcher.pipeline.session import Session


class SendingMethods(ABC):
    """Exports, the outbox, and the answers of ERPs."""

    kept: bool

    @abstractmethod
    def _session(self, *, write: bool, keep: bool = True, work: Work = Work.SEND) -> AbstractContextManager[Session]: ...

    @abstractmethod
    def today(self) -> date:
        """The clock's day."""

    @abstractmethod
    def _patient(self) -> SendingMethods: ...

    @abstractmethod
    def _present_day(self, session: Session) -> date: ...

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
        how: Sending | None = None,
    ) -> Exported:
        """Writes ``matches``, ``aging``, ``discrepancies`` and the other words of `pipeline.exports.WHAT` to a file, whole or not at all.

        Receipts, and what is new, get their name only when the books remember what they hold.

        Args:
            what: is written.
            path: of the file; its ending chooses the form.
            as_of: its day.
            target: of receipts the ERP, of customers the CRM to write for.
            known_at: a batch or day, for what was known then.
            month: rows of this month (YYYY-MM) only, as of its last day.
            new: rows that were recorded after the latest export of this kind that was made so.
            since: rows that were recorded after this batch, to have such an export again.
            locale: de, fr or zh: CSV as a spreadsheet of that language reads it.
            aging: how an aging is made.
            how: of receipts, which of them; by default those that are new.

        Raises:
            MatcherError: ``usage.option`` for another word or file ending, ``file.unwritable``; ``target.*``.
        """
        from matcher.exports.files import Outbox
        from matcher.pipeline.aged import AgingRequest
        from matcher.pipeline.exports import FileRequest

        asked = FileRequest(what, Path(path), month, new, since, locale, target, how or pipeline.receipts.NEW, aging or AgingRequest())
        with Outbox() as outbox:
            with self._session(write=asked.records, work=Work.SEND) as session:
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
                raise MatcherError(
                    error.code, recorded, error.where, "Repeat the command with --all: it sends the same documents."
                ) from error
            self.kept = self.kept or not asked.sending.dry_run
            return done

    def outbox(self, *, target: str = "", state: str = "", as_of: date | None = None) -> OutboxPage:
        """How the documents of ERPs stand; see `pipeline.outbox.page`."""
        with self._session(write=False) as session:
            return pipeline.outbox.page(session, as_of or self._present_day(session), target, state)

    def acknowledge(self, files: Sequence[str | Path], *, target: str = "", dry_run: bool = False) -> Acknowledged:
        """Takes what an ERP answered into the books, all files or none; see `pipeline.acknowledging.take`."""
        from matcher.parsers.files import file_source

        sources = [file_source(path) for path in files]
        with self._session(write=True, keep=not dry_run, work=Work.SEND) as session:
            return pipeline.acknowledging.take(session, sources, target)

    def resolve(self, told: Sequence[str], *, reason: str, target: str = "", dry_run: bool = False) -> Acknowledged:
        """Records what a person found out in the ERP: ``ID=accepted[:NUMBER]``, ``ID=never-arrived`` or ``ID=by-hand[:NUMBER]``.

        See `pipeline.acknowledging.resolve`.
        """
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run, work=Work.SEND) as session:
            return pipeline.acknowledging.resolve(session, told, reason, target, self._present_day(session))

    def push(self, target: str, *, how: Sending | None = None, progress: Progress = SILENT) -> Pushed:
        """Sends the documents of the outbox by calls of the ERP's interface, and records what it answers; see `pipeline.live.pushing`.

        Args:
            target: name of an ERP with a live connection.
            how: which documents, or with a dry run what would be sent; nothing is called then.
            progress: is told of the documents.

        Raises:
            MatcherError: ``usage.option``, ``target.*``, ``api.secret``, ``push.busy``, before anything is sent. What ends it later is the
                `error` of the result.
        """
        from matcher.pipeline.live import connecting, pushing

        asked = how or pipeline.receipts.NEW
        if asked.dry_run:
            with self._session(write=False) as session:
                return pushing.preview(session, target, asked, self._present_day(session))
        with connecting.connected(self._opener(Work.SEND), target) as at:
            return pushing.push(at, asked, self._present_day, progress)

    def push_customers(self, target: str, as_of: date | None = None, *, dry_run: bool = False, progress: Progress = SILENT) -> FedCustomers:
        """Tells a CRM by calls of its interface how customers stand; see `pipeline.live.feeding`.

        Args:
            target: name of a system with a live connection that shows it.
            as_of: the day of which it is told; the present day when None.
            dry_run: count the rows, and call nothing.
            progress: is told of the rows.

        Raises:
            MatcherError: ``target.no_form`` where the system does not show it; as `push`, and ``api.*``.
        """
        from matcher.pipeline.live import connecting, feeding

        with connecting.connected(self._opener(Work.SEND), target) as at:
            return feeding.feed(at, as_of or self.today(), dry_run=dry_run, progress=progress)

    def pull(
        self,
        target: str,
        kinds: Sequence[str] = ("customers", "items"),
        *,
        allow_closing: bool = False,
        allow_change: Sequence[str] = (),
        reason: str = "",
        dry_run: bool = False,
        progress: Progress = SILENT,
    ) -> Pulled:
        """Reads open items and customers from the ERP's interface, as a snapshot of today; see `pipeline.live.pulling`.

        Args:
            target: name of an ERP with a live connection.
            kinds: the lists to read.
            allow_closing, allow_change, reason: as of an import.
            dry_run: read and check everything, and keep nothing.
            progress: is told of the rows.

        Raises:
            MatcherError: as `push`, ``api.*``, ``pull.*``, and what refuses the lists; then nothing is imported.
        """
        from matcher.pipeline.imports import Allowed
        from matcher.pipeline.live import connecting, pulling

        actors.check_reasons(reason)
        allowed = Allowed(allow_change, reason, allow_closing)
        with connecting.connected(self._opener(Work.IMPORT, keep=not dry_run), target) as at:
            return pulling.pull(at, kinds, self.today(), self._present_day, allowed, ask=not dry_run, progress=progress)

    def _opener(self, work: Work, *, keep: bool = True) -> Callable[..., AbstractContextManager[Session]]:
        """What opens the books for a while: between two calls, waiting for others who have them open. Roles are checked before any call."""
        with self._session(write=True, keep=False, work=work):
            pass
        patient = self._patient()
        return lambda *, write: patient._session(write=write, keep=keep, work=work)
