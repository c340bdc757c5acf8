"""What an auditor asks of the books, by the library: one method for each command. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from matcher import pipeline
from matcher.store import journal

if TYPE_CHECKING:
    from matcher.journal.chain import Head
    from matcher.pipeline.check import Check
    from matcher.pipeline.session import Session


class AuditingMethods(ABC):
    """Proofs of the books. Each method opens them, reads and closes them."""

    @abstractmethod
    def _session(self, *, write: bool, itself: bool = False) -> AbstractContextManager[Session]: ...

    def verify(self, expect: str = "") -> list[Check]:
        """Recomputes what the journal sealed and every conservation sum, from the rows themselves.

        Args:
            expect: a hash of `head` that was noted before; the books must still hold all that it stood for.

        Raises:
            MatcherError: ``usage.option`` when `expect` is no such hash, ``books.damaged``, ``journal.key``.
        """
        with self._session(write=False, itself=True) as session:
            return pipeline.verify.verify(session, expect)

    def head(self) -> Head:
        """Number and hash of the latest batch: they stand for everything that the books hold."""
        with self._session(write=False, itself=True) as session:
            return journal.last_batch(session.store)
