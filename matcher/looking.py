"""What a person looks up, by the library: one method for each command. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING

from matcher import review

if TYPE_CHECKING:
    from matcher.pipeline.session import Session
    from matcher.review.items import ItemsPage
    from matcher.review.learned import LearnedHabit
    from matcher.review.log import LogPage


class LookingMethods(ABC):
    """Listings. Each method opens the books, reads and closes them."""

    @abstractmethod
    def _session(self, *, write: bool, keep: bool = True) -> AbstractContextManager[Session]: ...

    @abstractmethod
    def _present_day(self, session: Session) -> date: ...

    def items(
        self,
        customer: str = "",
        *,
        search: str = "",
        amount: str = "",
        entity: str = "",
        currency: str = "",
        overdue: bool = False,
        closed: bool = False,
        sort: str = "due",
        limit: int | None = None,
    ) -> ItemsPage:
        """Open items, with what is left of receipts: by customer (id, number or name), a part of a number or name, an amount.

        Args:
            customer, search, amount, entity, currency: see `review.items.ItemQuery`.
            overdue: only debts that were due before today.
            closed: also what has nothing open.
            sort: ``due``, ``amount`` (the largest first) or ``customer``.
            limit: at most so many.

        Raises:
            MatcherError: see `review.items.page`.
        """
        query = review.items.ItemQuery(customer, search, amount, entity, currency, overdue, closed, sort, limit)
        with self._session(write=False) as session:
            return review.items.page(session, self._present_day(session), query)

    def learned(self, customer: str = "", *, account: str = "") -> tuple[LearnedHabit, ...]:
        """Payers' accounts and names that decisions taught; see `review.learned.listing`."""
        with self._session(write=False) as session:
            return review.learned.listing(session, customer, account)

    def log(
        self, subject: str = "", *, customer: str = "", actor: str = "", since: date | None = None, limit: int | None = None
    ) -> LogPage:
        """What happened to a line, an item, a decision or a customer, or in all, the oldest first; see `review.log.story_of`."""
        with self._session(write=False) as session:
            return review.log.story_of(session, subject, customer=customer, actor=actor, since=since, limit=limit)
