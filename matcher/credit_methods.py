"""Credit control, by the library: one method for each command. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from matcher import actors, pipeline
from matcher.pipeline import actions

if TYPE_CHECKING:
    from matcher.credit_control.interest import ItemInterest
    from matcher.exports.credit_control.bundles import Member
    from matcher.pipeline.actions.base import Decided
    from matcher.pipeline.actions.requests import AllocationRequest
    from matcher.pipeline.credit_control.answers import AnswersTaken
    from matcher.pipeline.credit_control.dunning import DunningList
    from matcher.pipeline.credit_control.handing_over import DeclaredCustomer, PlacedItem
    from matcher.pipeline.credit_control.statements import StatementWritten
    from matcher.pipeline.session import Session


class CreditMethods(ABC):
    """Statements of account and their answers, disputes, promises, dunning, interest. Each method opens the books and closes them."""

    @abstractmethod
    def _session(self, *, write: bool, keep: bool = True) -> AbstractContextManager[Session]: ...

    @abstractmethod
    def _present_day(self, session: Session) -> date: ...

    def account_statements(
        self, folder: str | Path, customers: Sequence[str] = (), as_of: date | None = None, *, since: date | None = None, known_at: str = ""
    ) -> list[StatementWritten]:
        """Writes statements of account to a folder, two files each; of all customers with something open where none is named.

        Args:
            folder: is made if it is not there.
            customers: id, number or name.
            as_of: the day; else today.
            since: the first day of which movements are listed; else the first of the day's month.
            known_at: a batch or day (YYYY-MM-DD), for what was known then.

        Raises:
            MatcherError: see `statements.statements` and `statements.write`.
        """
        from matcher.pipeline.credit_control import statements

        with self._session(write=False) as session:
            known = pipeline.view.known_at(session, known_at)
            told = statements.statements(session, customers, as_of or self._present_day(session), since, known)
            return statements.write(session, told, Path(folder))

    def import_answers(self, files: Sequence[str | Path], *, dry_run: bool = False) -> AnswersTaken:
        """Takes customers' answers on statements of account into the books; all files or none. See `answers.take`."""
        from matcher.parsers.files import file_source
        from matcher.pipeline.credit_control import answers

        sources = [file_source(path) for path in files]
        with self._session(write=True, keep=not dry_run) as session:
            return answers.take(session, sources)

    def dunning(
        self, as_of: date | None = None, *, customer: str = "", known_at: str = "", sent: bool = False, dry_run: bool = False
    ) -> tuple[DunningList, list[Decided]]:
        """What may be dunned on a day, by customer; with `sent`, records that these letters were sent, and gives the decisions.

        Raises:
            MatcherError: see `dunning.listing` and `dunning.record`.
        """
        from matcher.pipeline.credit_control import dunning

        with self._session(write=sent, keep=not dry_run) as session:
            made = dunning.listing(session, as_of or self._present_day(session), customer, pipeline.view.known_at(session, known_at))
            return made, dunning.record(session, made) if sent else []

    def interest(
        self, items: Sequence[str] = (), as_of: date | None = None, *, customer: str = "", known_at: str = ""
    ) -> list[ItemInterest]:  # fmt: skip
        """Late interest proposed for items, a customer's or all open ones, up to a day; see `interest.proposals`. Nothing is posted."""
        from matcher.pipeline.credit_control import interest

        with self._session(write=False) as session:
            known = pipeline.view.known_at(session, known_at)
            return interest.proposals(session, items, customer, as_of or self._present_day(session), known)

    def evidence(self, path: str | Path, items: Sequence[str] = (), as_of: date | None = None, *, customer: str = "") -> list[Member]:
        """Writes all that the books hold of items, or of a customer's open ones, to a ZIP archive; its members with their hashes.

        Raises:
            MatcherError: see `review.evidence.evidence`; ``file.unwritable``.
        """
        from matcher.review import evidence_file

        with self._session(write=False) as session:
            return evidence_file.write(session, Path(path), items, customer, as_of or self._present_day(session))

    def placement(
        self, agency: str, items: Sequence[str] = (), as_of: date | None = None, *, customer: str = "", days: int = 0,
        hold_until: date | None = None, dry_run: bool = False,
    ) -> list[PlacedItem]:  # fmt: skip
        """What is given to a collection agency; see `handing_over.placement`. `hold_until`: none of it is dunned before this day."""
        actors.check_reasons(agency)
        from matcher.pipeline.credit_control import handing_over

        with self._session(write=hold_until is not None, keep=not dry_run) as session:
            return handing_over.placement(session, agency, items, as_of or self._present_day(session), customer, days, hold_until)

    def overdue_declaration(self, as_of: date | None = None, *, days: int = 0) -> list[DeclaredCustomer]:
        """What is declared to a credit insurer as overdue; see `handing_over.declaration`."""
        from matcher.pipeline.credit_control import handing_over

        with self._session(write=False) as session:
            return handing_over.declaration(session, as_of or self._present_day(session), days)

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
