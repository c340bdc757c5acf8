"""What an auditor asks of the books, by the library: one method for each command. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from matcher import pipeline
from matcher.pipeline.session import program_version
from matcher.progress import SILENT, Progress
from matcher.store import journal

if TYPE_CHECKING:
    from matcher.journal.chain import Head
    from matcher.pipeline.audit_sample import AuditSample, Evaluated
    from matcher.pipeline.check import Check
    from matcher.pipeline.drill import Drill
    from matcher.pipeline.session import Session
    from matcher.store.waiting import Wait


class AuditingMethods(ABC):
    """Proofs of the books. Each method opens them, reads and closes them."""

    directory: Path
    _clock: Callable[[], datetime]
    _wait: Wait

    @abstractmethod
    def _session(self, *, write: bool, itself: bool = False) -> AbstractContextManager[Session]: ...

    def verify(self, expect: str = "", *, since: str = "") -> list[Check]:
        """Recomputes what the journal sealed and every conservation sum, from the rows themselves.

        Args:
            expect: a hash of `head` that was noted before; the books must still hold all that it stood for.
            since: ``batch N HASH`` as it was noted, or a file of such lines or of an exported journal: nothing before may have changed.

        Raises:
            MatcherError: ``usage.option`` when `expect` is no such hash, or `since` no head; ``row.invalid`` for what is no exported
                journal; ``books.damaged``, ``journal.key``.
        """
        noted = pipeline.since.read(since) if since else None
        with self._session(write=False, itself=True) as session:
            return pipeline.verify.verify(session, expect, noted)

    def audit_sample(
        self,
        month: str,
        materiality: Sequence[str],
        *,
        confidence: int = 95,
        expected: Sequence[str] = (),
        seed: str = "",
        by: str = "all",
    ) -> AuditSample:
        """A monetary-unit sample of a month's postings.

        Args:
            month: YYYY-MM.
            materiality: ``AMOUNT`` in the base currency, or ``CUR=AMOUNT``, for each currency.
            confidence: percent.
            expected: misstatements that are expected, in the same form.
            seed: any text; the same one draws the same postings. Default: of the journal's head.
            by: ``all``, ``rules`` or ``people``: whose postings.

        Raises:
            MatcherError: ``usage.option``, ``amount.*``, ``currency.unknown``.
        """
        with self._session(write=False) as session:
            planned = pipeline.audit_sample.plan(session, month, confidence, materiality, expected, seed, by)
            return pipeline.audit_sample.draw(session, planned)

    def evaluate_sample(self, path: str | Path) -> tuple[AuditSample, tuple[Evaluated, ...]]:
        """What the misstatements come to that an auditor filled in: the sample is drawn again, and the file must be that sample.

        Raises:
            MatcherError: ``sample.differs``, ``sample.unfinished``, ``row.invalid``, ``amount.*``, ``column.missing``; what makes a file
                unreadable.
        """
        from matcher.parsers.files import file_source
        from matcher.pipeline import audit_sample_file

        source = file_source(path)
        with source.open() as stream:
            planned, typed = audit_sample_file.read(stream.read(), source.name)
        with self._session(write=False) as session:
            sample = pipeline.audit_sample.draw(session, planned)
        found = audit_sample_file.misstatements(sample, typed, source.name)
        return sample, pipeline.audit_sample.evaluated(sample, found)

    def drill(self, *, place: str | Path = "", timer: Callable[[], float] = monotonic, progress: Progress = SILENT) -> Drill:
        """Rehearses the restore on a copy; see `pipeline.drill.rehearse`. The books are only read.

        Args:
            place: folder for the copy; empty for the system's own.
            timer: tells seconds from any beginning.
            progress: is told of each step.
        """
        folder = Path(place) if place else None
        at = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        return self._wait.until_free(
            lambda: pipeline.drill.rehearse(self.directory, at=at, version=program_version(), timer=timer, place=folder, progress=progress),
            write=False,
        )

    def head(self) -> Head:
        """Number and hash of the latest batch: they stand for everything that the books hold."""
        with self._session(write=False, itself=True) as session:
            return journal.last_batch(session.store)
