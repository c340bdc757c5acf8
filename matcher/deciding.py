"""What a person decides, by the library: one method for each command. `matcher.books.Books` has them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from matcher import actors, pipeline
from matcher.errors import MatcherError
from matcher.pipeline import actions, selection
from matcher.states import Work

if TYPE_CHECKING:
    from matcher.filters import Filters
    from matcher.pipeline.actions.base import Decided
    from matcher.pipeline.actions.requests import AllocationRequest
    from matcher.pipeline.decision_file.applying import RowResult
    from matcher.pipeline.line_rules import RuleDecision, RuleTrial
    from matcher.pipeline.selection import Selection
    from matcher.pipeline.session import Session


class DecisionMethods(ABC):
    """Decisions. Each method opens the books, appends and closes them; with `dry_run` nothing is kept, and all is checked the same.

    Every one raises MatcherError as the function does that it calls.
    """

    @abstractmethod
    def _session(self, *, write: bool, keep: bool = True, work: Work = Work.DECIDE) -> AbstractContextManager[Session]: ...

    @abstractmethod
    def _present_day(self, session: Session) -> date: ...

    def _selected(
        self,
        session: Session,
        line_ids: Sequence[str],
        filters: Filters | None,
        but: Sequence[str] = (),
        pick: Callable[[Session, date, Filters], Selection] = selection.proposed,
    ) -> Selection:
        """The lines that are named, or else those that `pick` finds and that the filters let through; but some."""
        if filters is None:
            chosen = selection.lines(session, line_ids)
        else:
            rules = {rule.id for rule in pipeline.rulebooks.of_books(session.directory).book.rule} if filters.rule else ()
            chosen = pick(session, self._present_day(session), selection.checked(session, filters, rules))
        return selection.without(chosen, selection.lines(session, but).line_ids) if but else chosen

    def accept(
        self, line_ids: Sequence[str] = (), *, filters: Filters | None = None, but: Sequence[str] = (), choice: int = 0, reason: str = "",
        dry_run: bool = False, shown: Sequence[Decided] | None = None,
    ) -> list[Decided]:  # fmt: skip
        """Posts the proposals on these lines, or on all that filters let through but some; see `actions.proposals.accept`.

        `choice` takes another one of the choices for a single line, counted from 1; see `actions.choosing.choose`. `shown`: what a dry
        run came to; anything else is refused then with ``decision.changed``.
        """
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            chosen = self._selected(session, line_ids, filters, but, selection.acceptable)
            if choice:
                if len(chosen.line_ids) != 1:
                    raise MatcherError("usage.option", "a choice is taken for one line at a time")
                return actions.choosing.choose(session, chosen.line_ids[0], choice, reason)
            made = actions.proposals.accept(session, chosen, reason) if chosen.line_ids or filters is None else []
            if shown is not None and [_done(one) for one in made] != [_done(one) for one in shown]:
                raise MatcherError("decision.changed", "other proposals wait by now than those that you were shown")
            return made

    def reject(
        self,
        line_ids: Sequence[str] = (),
        *,
        filters: Filters | None = None,
        but: Sequence[str] = (),
        reason: str = "",
        dry_run: bool = False,
    ) -> list[Decided]:
        """Refuses the proposals on these lines, or on all that filters let through but some; see `actions.proposals.reject`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            chosen = self._selected(session, line_ids, filters, but)
            return actions.proposals.reject(session, chosen, reason) if chosen.line_ids or filters is None else []

    def allocate(self, line_id: str, wanted: Sequence[AllocationRequest], *, reason: str = "", dry_run: bool = False) -> list[Decided]:
        """Puts a line's money on items as a person says; see `actions.allocating.allocate`."""
        actors.check_reasons(reason, *(request.adjustment_reason for request in wanted))
        with self._session(write=True, keep=not dry_run) as session:
            return actions.allocating.allocate(session, line_id, wanted, reason)

    def wanted(self, texts: Sequence[str]) -> list[AllocationRequest]:
        """Reads ``ITEM[=CASH[@ITEM_AMOUNT][+ADJUSTMENT:REASON]]``; see `actions.requests.read`."""
        with self._session(write=False) as session:
            return actions.requests.read(session, texts)

    def on_account(self, line_ids: Sequence[str], customer: str, *, reason: str = "", dry_run: bool = False) -> list[Decided]:
        """Puts what is left of lines on a customer's account; see `actions.credits.on_account`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.credits.on_account(session, line_ids, customer, reason)

    def set_off(self, credit: str, wanted: Sequence[AllocationRequest], *, reason: str = "", dry_run: bool = False) -> list[Decided]:
        """A credit against invoices, without money; see `actions.credits.set_off`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.credits.set_off(session, credit, wanted, reason)

    def write_off(self, wanted: Sequence[AllocationRequest], *, reason: str, note: str = "", dry_run: bool = False) -> list[Decided]:
        """Clears items without money, for a reason code; see `actions.credits.write_off`."""
        actors.check_reasons(reason, note)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.credits.write_off(session, wanted, reason, note)

    def refund(self, line_id: str, wanted: Sequence[AllocationRequest], *, reason: str = "", dry_run: bool = False) -> list[Decided]:
        """Money going out pays credits back; see `actions.credits.refund`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.credits.refund(session, line_id, wanted, reason)

    def return_line(self, line_id: str, of: str, *, reason: str = "", dry_run: bool = False) -> list[Decided]:
        """Records that a line is the bank's return of an earlier one; see `actions.returning.return_line`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.returning.return_line(session, line_id, of, reason)

    def classify(
        self, line_ids: Sequence[str], kind: str, *, gl_account: str = "", other: str = "", reason: str = "", dry_run: bool = False
    ) -> list[Decided]:
        """Says that lines are no receivables, and what they are; see `actions.placing.classify`."""
        actors.check_reasons(reason, gl_account)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.placing.classify(session, line_ids, kind, reason, gl_account=gl_account, other=other)

    def hold(
        self,
        line_ids: Sequence[str],
        until: date,
        *,
        filters: Filters | None = None,
        owner: str = "",
        reason: str = "",
        dry_run: bool = False,
    ) -> list[Decided]:
        """Sets lines, or all that filters let through, aside until a day; see `actions.placing.hold`."""
        actors.check_reasons(reason, owner)
        with self._session(write=True, keep=not dry_run) as session:
            named = self._selected(session, line_ids, filters, pick=selection.waiting).line_ids
            return actions.placing.hold(session, named, until, reason, owner) if named or filters is None else []

    def assign(
        self, line_ids: Sequence[str], owner: str, *, filters: Filters | None = None, reason: str = "", dry_run: bool = False
    ) -> list[Decided]:
        """Says who follows lines, or all that filters let through, up; see `actions.placing.assign`."""
        actors.check_reasons(reason, owner)
        with self._session(write=True, keep=not dry_run) as session:
            named = self._selected(session, line_ids, filters, pick=selection.waiting).line_ids
            return actions.placing.assign(session, named, owner, reason) if named or filters is None else []

    def note(self, line_ids: Sequence[str], text: str, *, dry_run: bool = False) -> list[Decided]:
        """Keeps a note on lines; see `actions.placing.note`."""
        actors.check_reasons(text)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.placing.note(session, line_ids, text)

    def revoke_learned(self, account_or_name: str, customer: str, *, reason: str, dry_run: bool = False) -> Decided:
        """Says that a payer's account or name is no longer taken to be a customer's; see `actions.learning.revoke`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.learning.revoke(session, account_or_name, customer, reason)

    def proposed_rules(self) -> list[RuleTrial]:
        """Rules for lines that persons have classified alike, tried on the books; see `line_rules.trials`."""
        with self._session(write=False) as session:
            return pipeline.line_rules.trials(session)

    def accept_rule(self, rule_id: str) -> RuleDecision:
        """Puts a proposed rule into rules.toml; see `line_rules.accept`."""
        with self._session(write=True) as session:
            return pipeline.line_rules.accept(session, rule_id)

    def decline_rule(self, rule_id: str, *, reason: str = "") -> RuleDecision:
        """Says that a rule is not wanted; see `line_rules.decline`."""
        actors.check_reasons(reason)
        with self._session(write=True) as session:
            return pipeline.line_rules.decline(session, rule_id, reason)

    def check_right(self, line_ids: Sequence[str], *, reason: str = "") -> list[Decided]:
        """Says that postings chosen for a check are right; see `sampling.right`."""
        actors.check_reasons(reason)
        with self._session(write=True) as session:
            return pipeline.sampling.right(session, line_ids, reason)

    def check_wrong(self, line_ids: Sequence[str], *, reason: str = "") -> list[Decided]:
        """Takes postings back that were chosen for a check and are wrong; see `sampling.wrong`."""
        actors.check_reasons(reason)
        with self._session(write=True) as session:
            return pipeline.sampling.wrong(session, line_ids, reason)

    def approve(self, decisions: Sequence[str], *, reject: bool = False, reason: str = "", dry_run: bool = False) -> list[Decided]:
        """Posts decisions that wait for another person, or takes them off; see `actions.approving`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run, work=Work.APPROVE) as session:
            return (actions.approving.dismiss if reject else actions.approving.approve)(session, decisions, reason)

    def apply_decisions(self, path: str | Path, *, dry_run: bool = False) -> tuple[list[RowResult], int]:
        """Takes the decisions that are filled in in a file, each by itself; what became of each row, and how many are left empty.

        Raises:
            MatcherError: for a file that is no decision file; see `decision_file.reading.rows`. What is wrong with a row is in its result.
        """
        from matcher.parsers.files import file_source
        from matcher.pipeline.decision_file import applying, reading

        source = file_source(path)
        with source.open() as stream:
            rows = reading.rows(stream.read(), source.name)
        refused: dict[int, MatcherError] = {}
        together = True
        while True:
            try:
                with self._session(write=True, keep=not dry_run) as session:
                    results = applying.apply(session, rows, self._present_day(session), refused, together=together)
                return results, sum(not row.cells for row in rows)
            except applying.SpoiledError as spoiled:
                if spoiled.row:
                    refused[spoiled.row] = spoiled.error
                together = together and bool(spoiled.row)

    def undo(self, decision_or_line: str, *, reason: str = "", dry_run: bool = False) -> list[Decided]:
        """Reverses a decision; see `actions.undoing.undo`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.undoing.undo(session, decision_or_line, reason)

    def undo_decisions(self, decisions_or_lines: Sequence[str], *, reason: str = "", dry_run: bool = False) -> list[Decided]:
        """Reverses several decisions at once, all or none; see `actions.undoing.undo_decisions`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.undoing.undo_decisions(session, decisions_or_lines, reason)

    def undo_run(self, number: int = 0, *, reason: str = "", dry_run: bool = False) -> list[Decided]:
        """Reverses what a run posted, the latest for 0; see `actions.undoing.undo_run`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.undoing.undo_run(session, number, reason)

    def undo_rule(self, rule: str, *, since: date | None = None, reason: str = "", dry_run: bool = False) -> list[Decided]:
        """Reverses what a rule posted; see `actions.undoing.undo_rule`."""
        actors.check_reasons(reason)
        with self._session(write=True, keep=not dry_run) as session:
            return actions.undoing.undo_rule(session, rule, since, reason)


def _done(one: Decided) -> tuple[object, ...]:
    """What a decision does to money."""
    return (one.kind, one.line_id, one.customer_id, one.effects, one.left, one.currency)
