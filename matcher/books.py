"""The library's front door: one set of books, one method for each command.

Example:
    >>> import matcher
    >>> books = matcher.open("books")          # doctest: +SKIP
    >>> books.ingest(["october.sta"])          # doctest: +SKIP
    >>> books.run(as_of=date(2026, 10, 31))    # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from copy import copy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from matcher import actors, pipeline, review
from matcher import config as configuration
from matcher.auditing import AuditingMethods
from matcher.config import CONFIG_NAME, STORE_NAME
from matcher.credit_methods import CreditMethods
from matcher.deciding import DecisionMethods
from matcher.errors import MatcherError
from matcher.exporting import ExportingMethods
from matcher.looking import LookingMethods
from matcher.measuring import MeasuringMethods
from matcher.pipeline.session import Session, program_version
from matcher.progress import SILENT, Progress
from matcher.sending import SendingMethods
from matcher.states import Work
from matcher.store import Store, facts, journal, open_store
from matcher.store.waiting import Wait

if TYPE_CHECKING:
    from matcher.frames import State
    from matcher.pipeline.backtest import Backtest
    from matcher.pipeline.conflicts import ConflictResolution, Keep
    from matcher.pipeline.import_results import ImportResult
    from matcher.pipeline.imports import ImportKind
    from matcher.pipeline.ingest import FileResult, IngestOptions
    from matcher.pipeline.opening import Settings
    from matcher.pipeline.pack.report import Reported
    from matcher.pipeline.periods import Closing
    from matcher.pipeline.remittance.results import RemittanceResult
    from matcher.pipeline.rulebooks import Rules
    from matcher.pipeline.run import RunResult
    from matcher.pipeline.statements import StatementAccepted, StatementRejected
    from matcher.review.queue import WaitingLine

Clock = Callable[[], datetime]
AT_ONCE = Wait()
"""Busy books are not waited for."""
PATIENCE = 60
"""Seconds that work waits for busy books which has called an ERP meanwhile."""


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def open(directory: str | Path, *, actor: str = "", clock: Clock = utc_now, wait: float = 0) -> Books:
    """Opens the books in a directory.

    Args:
        directory: holds matcher.toml.
        actor: who decides; empty takes MATCHER_ACTOR, else the operating system's user.
        clock: tells the time that decisions are recorded with.
        wait: seconds that a method waits for the books when another process has them open; one that only reads waits ten at least.

    Raises:
        MatcherError: ``books.missing`` or ``config.invalid``.
    """
    return Books(configuration.find_books(str(directory)), actor=actor, clock=clock, wait=Wait(wait))


def init(directory: str | Path, *, encrypt: bool = False, actor: str = "") -> tuple[Path, bool]:
    """Makes a books directory. A matcher.toml that is there already is kept and checked.

    Args:
        directory: to make, or to check.
        encrypt: whether the books are encrypted; the key is looked for as `matcher.encryption` says.
        actor: who does it; empty as in `open`. What is there already is changed only by who may set it up.

    Returns:
        The path of matcher.toml, and whether it was written.

    Raises:
        MatcherError: see `opening.make`.
    """
    return pipeline.opening.make(Path(directory), encrypt=encrypt, actor=actors.named(actor))


class Books(AuditingMethods, CreditMethods, DecisionMethods, ExportingMethods, LookingMethods, MeasuringMethods, SendingMethods):
    """One set of books. Holds no connection: every method opens the file, does its work and closes it.

    Attributes:
        directory: where matcher.toml is.
        config: the checked matcher.toml, as the latest of these methods read it.
        actor: who decides; empty where nobody said so and the operating system does not know, which is enough for reading.
        kept: whether something that these methods did stays: a record in the books, or a file.
        earlier: whether something was read as it was before a command that has the books open.
        day: the day that the latest report looked from, where it was asked for without one; None before any.
    """

    def __init__(self, directory: Path, *, actor: str = "", clock: Clock = utc_now, wait: Wait = AT_ONCE) -> None:
        self.directory = directory
        self.config = configuration.load(directory / CONFIG_NAME)
        self.actor = actors.named(actor)
        self.kept = False
        self.earlier = False
        self.day: date | None = None
        self._clock = clock
        self._wait = wait
        self._shown: tuple[date, tuple[WaitingLine, ...]] | None = None
        self._names: list[str] = []

    def as_shown(self, as_of: date, lines: Sequence[WaitingLine]) -> Books:
        """These books for a decision on receipts as a person saw them; it is refused (``decision.changed``) when one has changed since."""
        made = copy(self)
        made._shown = (as_of, tuple(lines))
        return made

    @property
    def name(self) -> str:
        """The books' name; as it was when the month was closed of which the latest report tells."""
        return self._names[0] if self._names else self.config.books.name

    def today(self) -> date:
        """The clock's day."""
        return self._clock().date()

    def _patient(self) -> Books:
        """These books for work that opens them again and again: it waits for others, whose turn comes between."""
        made = copy(self)
        made._wait = Wait(max(PATIENCE, self._wait.seconds), reading=max(PATIENCE, self._wait.reading))
        return made

    @property
    def reads_only(self) -> bool:
        """Whether this person's role lets nothing be written."""
        return pipeline.roles.reads_only(self.config.policy, self.actor)

    def check_role(self, *works: Work) -> None:
        """Refuses who has none of these areas. Raises MatcherError: ``policy.role``."""
        pipeline.roles.check_any(self.config.policy, self.actor, works)

    def _present_day(self, session: Session) -> date:
        """Today, or the day of the latest line or list where the bank or the ERP is ahead of the clock: nothing is left out unasked."""
        self.day = max(self.today(), facts.latest_day(session.store) or date.min)
        return self.day

    @contextmanager
    def _session(
        self, *, write: bool, keep: bool = True, work: Work = Work.DECIDE, long: bool = False, itself: bool = False
    ) -> Iterator[Session]:
        if write and not self.actor:
            raise MatcherError("actor.unknown", "it is not known who decides")
        path = self.directory / STORE_NAME
        if not os.path.lexists(path):
            hint = f"Restore it from a backup; new books are made by `matcher init {self.directory}`."
            raise MatcherError("books.missing", f"there is no {STORE_NAME} in this directory", str(self.directory), hint)
        stores: list[Store] = []
        try:
            with ExitStack() as opened:

                def enter() -> tuple[Settings, Store]:
                    # one reading for each try to open: of it come the key that opens the books, what decides, and what the journal names
                    read = pipeline.opening.read(self.directory)
                    if write:
                        pipeline.roles.check(read.config.policy, self.actor, work)
                    stays = pipeline.roles.reads_only(read.config.policy, self.actor)
                    how = open_store(path, write=write, keep=keep, key=read.key(), long=long, itself=itself, upgrade=not stays)
                    return read, opened.enter_context(how)

                read, store = self._wait.until_free(enter, write=write)
                stores.append(store)
                self.earlier = self.earlier or store.earlier
                self.config = read.config
                at = self._clock().astimezone(UTC).isoformat(timespec="seconds")
                self._names = []
                session = Session(store, self.directory, read.config, read.digest, self.actor, at, program_version(), names=self._names)
                if write:
                    session.check_key()
                if write and self._shown:
                    review.queue.check_shown(session, *self._shown)
                yield session
        finally:
            self.kept = self.kept or any(store.committed for store in stores)

    def reading(self) -> AbstractContextManager[Session]:
        """A session that reads only, for tools that look at what a run would do.

        Raises:
            MatcherError: ``books.busy`` when another process writes.
        """
        return self._session(write=False)

    def ingest(
        self, files: Sequence[str | Path], options: IngestOptions | None = None, *, dry_run: bool = False, progress: Progress = SILENT
    ) -> list[FileResult]:
        """Reads bank statements into the books, and remittance advices that are among them; all files or none.

        Raises:
            MatcherError: whatever refuses a file.
        """
        from matcher.parsers.files import file_source
        from matcher.pipeline.remittance.ingesting import ingest_all

        sources = [file_source(path) for path in files]
        with self._session(write=True, keep=not dry_run, work=Work.IMPORT, long=True) as session:
            read = pipeline.layouts.with_own(options or pipeline.ingest.IngestOptions(), self.directory, session.config)
            return ingest_all(session, sources, read, progress)

    def import_files(
        self,
        kind: ImportKind,
        files: Sequence[str | Path],
        *,
        partial: bool = False,
        dry_run: bool = False,
        allow_closing: bool = False,
        allow_change: Collection[str] = (),
        reason: str = "",
        snapshot_date: date | None = None,
        layout: str = "",
        customer: str = "",
        entity: str = "",
        distinct: Collection[str] = (),
    ) -> ImportResult:
        """Reads open items, customers, rates or the cash book into the books; the files are one snapshot.

        Open items may be electronic invoices too (UBL, CII, a PDF with one inside, 数电票): they are changes, and close nothing.

        Args:
            kind: items, customers, rates or book: the ledger's own entries on our bank accounts.
            files: paths.
            partial: the files hold changes only: items that they do not list stay as they are.
            dry_run: do everything but keep nothing.
            allow_closing: let the list close more of what is open than ``policy.closing_percent``.
            allow_change: ids of items whose customer or document may change although they have postings; `reason` says why.
            snapshot_date: the day that a list of open items speaks of. Default: its own column, else the file's name, else today.
            layout: name of the layout of the files; empty detects it. See `layouts`.
            customer: id of the buyer of all electronic invoices. Default: whom each of them names.
            entity: id of the legal entity of open items that do not say it.
            distinct: numbers of electronic invoices that are no listed document of the same customer, day and amount.

        Raises:
            MatcherError: whatever refuses a file, with all of its `faults`; ``item.posted`` for a change that postings do not allow,
                ``items.closing``; ``snapshot.unclear`` and ``snapshot.future`` for a day that cannot be.
        """
        actors.check_reasons(reason)
        from matcher.parsers.files import file_source

        sources = [file_source(path) for path in files]
        allowed = pipeline.imports.Allowed(allow_change, reason, allow_closing)
        with self._session(write=True, keep=not dry_run, work=Work.IMPORT, long=True) as session:
            return pipeline.imports.import_files(
                session, kind, sources, partial=partial, allowed=allowed, snapshot_date=snapshot_date, layout=layout,
                named=pipeline.invoices.Named(entity, customer, distinct),
            )  # fmt: skip

    def import_remittance(self, files: Sequence[str | Path], *, dry_run: bool = False) -> RemittanceResult:
        """Takes remittance advices into the books; all files or none. They explain receipts from the next run on.

        Args:
            files: paths.
            dry_run: do everything but keep nothing.

        Raises:
            MatcherError: ``remittance.unknown``, and whatever refuses a file, with all of its `faults`.
        """
        from matcher.parsers.files import file_source
        from matcher.pipeline.remittance.importing import import_remittance

        sources = [file_source(path) for path in files]
        with self._session(write=True, keep=not dry_run, work=Work.IMPORT, long=True) as session:
            return import_remittance(session, sources)

    def run(
        self,
        as_of: date | None = None,
        *,
        precision: float | None = None,
        dry_run: bool = False,
        progress: Progress = SILENT,
        processes: int | None = None,
        engine: str | None = None,
    ) -> RunResult:
        """Matches every line that is still open, up to the day `as_of` if given. `precision` overrides the policy's for this run.

        `processes`: how many share the work; if not given as ``[engine]`` says, else one for each core. `engine`: ``local`` or ``spark``;
        if not given as ``[engine]`` says.
        """
        from matcher.engines import chosen
        from matcher.money import PPM

        ppm = None if precision is None else round(precision * PPM)
        own = self.config.engine
        writing = self._session(write=True, keep=not dry_run, work=Work.RUN, long=True)
        with chosen(engine or own.kind, own.master) as finder, writing as session:
            return pipeline.run.run(
                session, finder, self.rules().book, as_of or date.max, ppm, progress, processes or own.processes or None
            )  # fmt: skip

    def rules(self) -> Rules:
        """The rules that these books decide by. Raises MatcherError (``rules.invalid``) when their rules.toml is not valid."""
        return pipeline.rulebooks.of_books(self.directory)

    def backtest(self, rules: Rules | None = None, first: date | None = None, last: date | None = None) -> Backtest:
        """Replays past months with a rulebook, in memory: what it would have done with lines that are decided by now.

        Args:
            rules: default: the books' own.
            first, last: days in the first and the last month; default: all months that have lines.
        """
        from matcher.engines.duckdb import DuckDBEngine

        with self._session(write=False) as session:
            return pipeline.backtest.backtest(session, DuckDBEngine(), (rules or self.rules()).book, first, last)

    def shadows(self) -> pl.DataFrame:
        """What shadow rules would have made of the lines, when a run last looked at them; columns of `frames.SHADOW`."""
        with self._session(write=False) as session:
            return journal.shadows(session.store)

    def state(self, as_of: date | None = None) -> State:
        """The books' state: lines, items, allocations, decisions.

        As of a day; else as of today, or of the day of the latest line if that is later.
        """
        with self._session(write=False) as session:
            return pipeline.view.whole(session, as_of or self._present_day(session))

    def report(self, month: str, directory: str | Path, *, known_at: str = "", progress: Progress = SILENT) -> Reported:
        """Writes a month's pack, a page and a workbook, into a directory. Raises MatcherError; see `pack.report.report`."""
        from matcher.pipeline.pack.report import report

        with self._session(write=False) as session:
            done = report(session, month, Path(directory), known_at, progress)
        self.kept = True
        return done

    def accept_statement(self, statement_id: str, *, reason: str, replace: bool | None = None, undo: bool = False) -> StatementAccepted:
        """Takes a statement out of quarantine. Raises MatcherError; see `statements.accept`."""
        actors.check_reasons(reason)
        with self._session(write=True, work=Work.IMPORT) as session:
            return pipeline.statements.accept(session, statement_id, reason, replace=replace, undo=undo)

    def reject_statement(self, statement_id: str, *, reason: str, undo: bool = False) -> StatementRejected:
        """Keeps a statement out for good, or takes its acceptance back. Raises MatcherError; see `statements.reject`."""
        actors.check_reasons(reason)
        with self._session(write=True, work=Work.IMPORT) as session:
            return pipeline.statements.reject(session, statement_id, reason, undo=undo)

    def settle(self, line_id: str, keep: Keep, *, reason: str, undo: bool = False) -> ConflictResolution:
        """Says which lines of a conflict count. Raises MatcherError; see `conflicts.settle`."""
        actors.check_reasons(reason)
        with self._session(write=True, work=Work.IMPORT) as session:
            return pipeline.conflicts.settle(session, line_id, keep, reason, undo=undo)

    def close(self, month: str, *, as_reviewer: bool = False, force: bool = False, reason: str = "", dry_run: bool = False) -> Closing:
        """Closes a month (YYYY-MM) and every day before it. Raises MatcherError; see `periods.close`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run, work=Work.CLOSE) as session:
            return pipeline.periods.close(session, month, as_reviewer=as_reviewer, force=force, reason=reason)

    def reopen(self, month: str, *, reason: str) -> None:
        """Opens the latest closed month again. Raises MatcherError; see `periods.reopen`."""
        actors.check_reasons(reason)
        with self._session(write=True, work=Work.CLOSE) as session:
            pipeline.periods.reopen(session, month, reason)
