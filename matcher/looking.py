"""What a person looks at, by the library: one method for each command that changes nothing. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matcher import pipeline, review
from matcher.filters import Filters
from matcher.ledger.periods import last_day
from matcher.pipeline import listed, selection

if TYPE_CHECKING:
    from matcher.ledger.proof.cash import CashProof
    from matcher.ledger.proof.records import Proof
    from matcher.openitems.layouts.library import Layouts
    from matcher.openitems.layouts.words import Kind
    from matcher.pipeline.choices.records import Choice, OpenItem
    from matcher.pipeline.lists import ProposedLayout
    from matcher.pipeline.reports import Block
    from matcher.pipeline.rulebooks import Rules
    from matcher.pipeline.sampling import Sampled
    from matcher.pipeline.session import Session
    from matcher.pipeline.trust import Standing
    from matcher.review.advices import AdviceView
    from matcher.review.approvals import WaitingDecision
    from matcher.review.customer import CustomerView
    from matcher.review.explanation import LineExplanation
    from matcher.review.items import ItemsPage
    from matcher.review.learned import LearnedHabit
    from matcher.review.line import LineView
    from matcher.review.log import LogPage
    from matcher.review.queue import QueuePage, Waiting, WaitingLine
    from matcher.review.statement import ConflictLine, DifferenceRow, StatementRow, StatementView
    from matcher.review.status import StatusView


class LookingMethods(ABC):
    """Looks at the books. Each method opens them, reads and closes them."""

    directory: Path
    actor: str

    @abstractmethod
    def _session(self, *, write: bool, keep: bool = True) -> AbstractContextManager[Session]: ...

    @abstractmethod
    def _present_day(self, session: Session) -> date: ...

    @property
    @abstractmethod
    def reads_only(self) -> bool:
        """Whether this person's role lets nothing be written."""

    @abstractmethod
    def rules(self) -> Rules:
        """The rules that these books decide by."""

    def trust(self) -> Standing:
        """How each class of evidence stands in these books: what was posted on it, and what persons said of that."""
        with self._session(write=False) as session:
            return pipeline.trust.standing(session, self.rules().book)

    def proof(
        self,
        as_of: date | None = None,
        *,
        accounts: Sequence[str] = (),
        balances: Sequence[str] = (),
        errors: Sequence[str] = (),
        known_at: str = "",
        keep: bool = False,
        withdraw: Sequence[str] = (),
    ) -> Proof:
        """Bank lines held against the ledger's cash book, with the four lists of items in transit; see `pipeline.proof`.

        Args:
            as_of: the day. One of a closed month is told as it was known then.
            accounts: ids or numbers; () for all that the cash book has entries of.
            balances: book balances on the day, ``ACCOUNT=AMOUNT``; else those that the cash book's file told.
            errors: what a person says is wrong, ``book=AMOUNT:TEXT`` or ``bank=AMOUNT:TEXT``.
            known_at: a batch or day, for what was known then.
            keep: whether the proofs of this day and later ones know these errors from now on.
            withdraw: ids of kept errors that are none from this day on.

        Raises:
            MatcherError: ``book.missing`` without a cash book, ``account.unknown``, ``usage.option``; ``period.locked`` where something
                is kept or withdrawn in a closed month.
        """
        with self._session(write=keep or bool(withdraw)) as session:
            day = as_of or self._present_day(session)
            said = pipeline.proof.Said(accounts, balances, errors)
            self._keep_errors(session, day, said, keep, withdraw)
            return pipeline.proof.proof(session, day, said, pipeline.view.known_at(session, known_at))

    @staticmethod
    def _keep_errors(session: Session, day: date, said: pipeline.proof.Said, keep: bool, withdraw: Sequence[str]) -> None:
        if withdraw:
            pipeline.proof_errors.withdraw(session, withdraw, day)
        if keep:
            pipeline.proof_errors.keep(session, pipeline.proof.proof(session, day, said))

    def proof_of_cash(
        self,
        month: str,
        *,
        accounts: Sequence[str] = (),
        balances: Sequence[str] = (),
        errors: Sequence[str] = (),
        known_at: str = "",
        keep: bool = False,
        withdraw: Sequence[str] = (),
    ) -> tuple[Proof, tuple[CashProof, ...]]:
        """The proof on the last day of a month (YYYY-MM), and each account's proof of cash in four columns. Arguments as of `proof`."""
        with self._session(write=keep or bool(withdraw)) as session:
            said = pipeline.proof.Said(accounts, balances, errors)
            self._keep_errors(session, last_day(month), said, keep, withdraw)
            return pipeline.proof.cash(session, month, said, pipeline.view.known_at(session, known_at))

    def layouts(self) -> Layouts:
        """The layouts of open items and customers: the shipped ones, and those in `layouts` of these books.

        Raises:
            MatcherError: ``layout.invalid``.
        """
        from matcher.openitems.layouts.library import available

        return available(pipeline.layouts.own_lists(self.directory))

    def propose_layout(self, file: str | Path, *, kind: Kind = "items", name: str = "my-erp") -> ProposedLayout:
        """A layout for a list of open items or customers that none reads, with its first rows as that layout reads them.

        Args:
            file: the list.
            kind: what it holds.
            name: of the layout.

        Raises:
            MatcherError: ``layout.unknown`` when the file has no titles; whatever makes it unreadable.
        """
        from matcher.parsers.files import file_source

        with self._session(write=False) as session:
            context = pipeline.lists.context_of(session)
            return pipeline.lists.proposed(file_source(file), kind, name, context, self.layouts())

    def queue(
        self, as_of: date | None = None, *, filters: Filters | None = None, limit: int | None = None, number: bool = False, **asked: Any
    ) -> QueuePage:
        """Receipts that wait for a person, at most `limit` of them: proposed ones first, then the largest, unless ``filters.sort``.

        Args:
            as_of: the day to look from.
            filters: which of them.
            limit: at most so many.
            number: keep what is shown, so that this person may name lines by their numbers.
            asked: fields of `Filters`, in the place of `filters`.

        Raises:
            MatcherError: ``usage.option`` for a value that does not exist, ``customer.unknown``.
        """
        with self._session(write=False) as session:
            wanted = filters or Filters(**asked)
            rules = {rule.id for rule in self.rules().book.rule} if wanted.rule else ()
            page = review.queue.page(session, as_of or self._present_day(session), selection.checked(session, wanted, rules), limit)
        if number and not self.reads_only:
            listed.remember(self.directory, self.actor, [listed.Listed(line.line_id, line.key) for line in page.lines])
        return page

    def waiting(self, filters: Filters | None = None, first: int = 0) -> Waiting:
        """The ids of all receipts that wait, in the queue's order, with records of the `first` of them.

        Raises:
            MatcherError: as `queue` does.
        """
        with self._session(write=False) as session:
            wanted = filters or Filters()
            rules = {rule.id for rule in self.rules().book.rule} if wanted.rule else ()
            return review.queue.waiting(session, self._present_day(session), selection.checked(session, wanted, rules), first)

    def waiting_lines(self, line_ids: Sequence[str], as_of: date) -> tuple[WaitingLine, ...]:
        """Records of receipts, as of a day, in the order in which they are named; one that is decided has what is left of it."""
        with self._session(write=False) as session:
            return review.queue.lines_of(session, as_of, line_ids) if line_ids else ()

    def open_items(self, line_id: str, text: str) -> tuple[OpenItem, ...]:
        """Open items that may be paid by a line, whosever they are; see `pipeline.choices.open_items`."""
        with self._session(write=False) as session:
            return pipeline.choices.open_items(session, line_id, text)

    def choices(self, line_id: str, *, number: bool = False) -> tuple[Choice, ...]:
        """What a person may choose for a line, numbered from 1; see `pipeline.choices.find`. `number`: keep what is shown."""
        with self._session(write=False) as session:
            named = pipeline.lookup.line(session, line_id)
            found = pipeline.choices.of_line(session, named)
        if number and not self.reads_only:
            listed.remember_choices(self.directory, self.actor, named, [one.digest for one in found])
        return found

    def export_decisions(self, path: str | Path, as_of: date | None = None, *, filters: Filters | None = None) -> int:
        """Writes what waits to a file that people fill in, .xlsx or .csv; how many receipts. See `review.decision_file.write`."""
        with self._session(write=False) as session:
            wanted = filters or Filters()
            rules = {rule.id for rule in self.rules().book.rule} if wanted.rule else ()
            checked = selection.checked(session, wanted, rules)
            return review.decision_file.write(session, Path(path), as_of or self._present_day(session), checked)

    def sample(self) -> tuple[tuple[Sampled, ...], Standing]:
        """The postings that wait for a person to check them, and how the classes of evidence stand."""
        with self._session(write=False) as session:
            book = self.rules().book
            return pipeline.sampling.waiting(session, book), pipeline.trust.standing(session, book)

    def to_approve(self) -> tuple[WaitingDecision, ...]:
        """The decisions that wait for approval by another person, the oldest first."""
        with self._session(write=False) as session:
            return review.approvals.waiting(session)

    def look_at(self, line_id: str) -> tuple[LineExplanation, tuple[Choice, ...]]:
        """What `explain` and `choices` tell of a line, read together. Raises MatcherError as they do."""
        with self._session(write=False) as session:
            return review.explanation.explanation(session, line_id, self.rules().book), pipeline.choices.of_line(session, line_id)

    def line(self, line_id: str) -> LineView:
        """One line with what was decided on it. Raises MatcherError; see `review.line.line`."""
        with self._session(write=False) as session:
            return review.line.line(session, line_id)

    def advices(self, state: str = "", line_id: str = "") -> list[AdviceView]:
        """Remittance advices, in the order in which they came.

        Args:
            state: a word of `review.advices.STATES`; '' for all.
            line_id: only those about this line.

        Raises:
            MatcherError: ``line.unknown`` or ``line.ambiguous``.
        """
        from matcher.review import advices

        with self._session(write=False) as session:
            return advices.of_line(session, pipeline.lookup.line(session, line_id)) if line_id else advices.listing(session, state)

    def explain(self, line_id: str) -> LineExplanation:
        """Why a line was matched so, or why it was not. Raises MatcherError; see `review.explanation.explanation`."""
        with self._session(write=False) as session:
            return review.explanation.explanation(session, line_id, self.rules().book)

    def status(self, as_of: date | None = None, *, control: Sequence[str] = ()) -> StatusView:
        """Lines by outcome, receivables, and what keeps the month from being closed. `control`: see `review.status.controls`."""
        with self._session(write=False) as session:
            return review.status.status(session, as_of or self._present_day(session), control)

    def customer(self, customer_id: str, as_of: date | None = None) -> CustomerView:
        """What a customer owes, and the receipts of his that wait. Raises MatcherError: ``customer.unknown``."""
        with self._session(write=False) as session:
            day = as_of or self._present_day(session)
            then = pipeline.view.asked_for(session, day)
            if then.known is None:
                state = pipeline.view.of_customer(session, day, customer_id)
            else:
                state = pipeline.view.whole(session, day, then.known)
        return review.customer.customer(state, customer_id, then.buckets)

    def customers_beginning(self, text: str, limit: int) -> tuple[tuple[str, str], ...]:
        """Ids and names of customers whose id or name begins so, whatever the case; at most `limit`, by id."""
        with self._session(write=False) as session:
            return pipeline.lookup.customers_beginning(session, text, limit)

    def statements(self) -> tuple[StatementRow, ...]:
        """All statements with their sums, balances and state."""
        with self._session(write=False) as session:
            return review.statement.statements(session)

    def statement(self, statement_id: str) -> StatementView:
        """One statement with its lines and what was found wrong with it. Raises MatcherError: ``statement.unknown``."""
        with self._session(write=False) as session:
            return review.statement.statement(session, statement_id)

    def statement_difference(self, statement_id: str) -> tuple[DifferenceRow, ...]:
        """How a statement tells its days otherwise than they were read before. Raises MatcherError: ``statement.unknown``."""
        with self._session(write=False) as session:
            return review.statement.differences(session, statement_id)

    def conflicts(self) -> tuple[ConflictLine, ...]:
        """Lines whose bank reference stands on a line with another amount too."""
        with self._session(write=False) as session:
            return review.statement.conflict_lines(session)

    def blocks(self) -> list[Block]:
        """What keeps the month from being closed: quarantined statements and breaks in the chain."""
        with self._session(write=False) as session:
            return pipeline.reports.blocks(session)

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
        as_of: date | None = None,
    ) -> ItemsPage:
        """Open items, with what is left of receipts: by customer (id, number or name), a part of a number or name, an amount.

        Args:
            customer, search, amount, entity, currency: see `review.items.ItemQuery`.
            overdue: only debts that were due before today.
            closed: also what has nothing open.
            sort: ``due``, ``amount`` (the largest first) or ``customer``.
            limit: at most so many.
            as_of: what was open on this day; None for now, by all that is known. A day of a closed month is told as it was known then.

        Raises:
            MatcherError: see `review.items.page`.
        """
        query = review.items.ItemQuery(customer, search, amount, entity, currency, overdue, closed, sort, limit)
        with self._session(write=False) as session:
            if as_of is None:
                return review.items.page(session, self._present_day(session), query)
            then = pipeline.view.asked_for(session, as_of)
            past = review.items.Past(pipeline.view.whole(session, as_of, then.known), then.discount_grace_days)
            return review.items.page(session, as_of, query, past)

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
