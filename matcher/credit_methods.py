"""Credit control, by the library: one method for each command. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING

from matcher import actors
from matcher.pipeline import actions

if TYPE_CHECKING:
    from matcher.pipeline.actions.base import Decided
    from matcher.pipeline.actions.requests import AllocationRequest
    from matcher.pipeline.session import Session


class CreditMethods(ABC):
    """Statements of account and their answers, disputes, promises, dunning, interest. Each method opens the books and closes them."""

    @abstractmethod
    def _session(self, *, write: bool, keep: bool = True) -> AbstractContextManager[Session]: ...

    @abstractmethod
    def _present_day(self, session: Session) -> date: ...

    def dispute(
        self, wanted: Sequence[AllocationRequest], *, reason: str = "", note: str = "", settled: bool = False, dry_run: bool = False
    ) -> list[Decided]:
        """Says that customers dispute items, or that what they disputed is settled; see `actions.item_notes.dispute`."""
        actors.check_reasons(reason, note)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.item_notes.dispute(session, wanted, reason, note, settled=settled)

    def promise(
        self, wanted: Sequence[AllocationRequest], until: date, *, reason: str = "", dry_run: bool = False
    ) -> list[Decided]:  # fmt: skip
        """Says that customers have promised to pay items by a day; see `actions.item_notes.promise`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.item_notes.promise(session, wanted, until, reason)

    def dunning_hold(
        self, wanted: Sequence[AllocationRequest], until: date | None, *, reason: str = "", dry_run: bool = False
    ) -> list[Decided]:  # fmt: skip
        """Says that items are not dunned until a day, or again; see `actions.item_notes.dunning_hold`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.item_notes.dunning_hold(session, wanted, until, reason)
