"""A statement that tells days again: how it differs from what was read before, and what its acceptance takes back."""

import json
from collections.abc import Sequence

import polars as pl

from matcher.frames import State
from matcher.journal.decisions import Draft
from matcher.ledger.chain import StatementSpan, adjoining_days, common_days, neighbours
from matcher.ledger.fold import live
from matcher.ledger.reissues import Line, StatementChange, differences
from matcher.pipeline import exclusions
from matcher.pipeline.exclusions import BookedLine
from matcher.pipeline.session import Session
from matcher.states import ACCEPTABLE, DecisionKind, Exclusion, StatementState
from matcher.store import facts, journal, lines, reissues
from matcher.store.facts import Statement


def is_reissue(row: Statement) -> bool:
    """Whether the guard held the statement because it tells days otherwise than before."""
    return any(problem["code"] == "statement.reissued" for problem in json.loads(row.problems))


def difference(session: Session, row: Statement) -> list[StatementChange]:
    """How a statement differs from what was read of its days before: for one that is held now, for one that was accepted then."""
    if row.state in ACCEPTABLE:
        return _of_held(session, row)
    taken = reissues.lines_of(session.store, taken_back(session, row.statement_id)).to_dicts()
    if not taken:
        return []
    brought = lines.of_statement(session.store, row.statement_id).to_dicts()
    days = [line["booking_date"] for line in taken]
    return differences(taken, brought, [(min(days), max(days))])


def _of_held(session: Session, row: Statement) -> list[StatementChange]:
    fact, known = row.span, facts.statement_facts(session.store)
    if fact.first_day is None or fact.last_day is None or adjoining_days(fact, known):
        return []
    if not any(share_a_day(fact, k) for k in known):
        return []
    beside = neighbours(fact, known)
    gone, new = reissues.before_and_now(session.store, fact.statement_id, fact.account, (fact.first_day, fact.last_day))
    return differences(gone.filter(~pl.col("statement_id").is_in(beside)).to_dicts(), new.to_dicts(), common_days(fact, known))


def share_a_day(statement: StatementSpan, other: StatementSpan) -> bool:
    """Whether two statements of one account tell of a common day."""
    if statement.account != other.account or not (statement.first_day and statement.last_day and other.first_day and other.last_day):
        return False
    return statement.first_day <= other.last_day and other.first_day <= statement.last_day


def like_neighbours(session: Session, row: Statement) -> list[str]:
    """Lines of statements that go on to this one or from it within a day, and that look like entries of its own."""
    fact, known = row.span, facts.statement_facts(session.store)
    if adjoining_days(fact, known) or not (beside := neighbours(fact, known)):
        return []
    return reissues.look_alikes(session.store, row.statement_id, beside)


def taken_back(session: Session, statement_id: str) -> list[str]:
    """Lines that do not count because this statement was accepted in their place."""
    decisions = live(journal.decisions(session.store))
    ours = (
        (pl.col("kind") == DecisionKind.EXCLUDE) & (pl.col("outcome") == Exclusion.SUPERSEDED) & (pl.col("counts_instead") == statement_id)
    )
    return decisions.filter(pl.col("live") & ours)["line_id"].unique().sort().to_list()


def brought(state: State, row: Statement) -> list[str]:
    """Lines that count because of this statement: those it brought, and those it told again after they had been taken back."""
    set_aside = state.decisions.filter(pl.col("kind") == DecisionKind.EXCLUDE)
    taken = set_aside.filter(pl.col("outcome") == Exclusion.SUPERSEDED)["decision_id"]
    told_again = state.decisions.filter((pl.col("batch") == row.since) & pl.col("reverses").is_in(taken.implode()))["line_id"]
    # what it brought at an earlier time may have come back with another statement since
    earlier = set_aside.filter(pl.col("batch") < row.since)["line_id"]
    own = (pl.col("statement_id") == row.statement_id) & ~pl.col("line_id").is_in(earlier.implode())
    return state.lines.filter(own | pl.col("line_id").is_in(told_again.implode()))["line_id"].to_list()


def replace(session: Session, state: State, row: Statement, gone: Sequence[Line], reason: str, *, undo: bool) -> list[Draft]:
    """Decisions by which lines that a statement no longer holds do not count.

    Statements of the same days that balances prove are marked as replaced, where this one has balances too: the chain goes through it.

    Raises:
        MatcherError: ``line.posted`` when any of them has postings and `undo` is false.
    """
    named = [line["line_id"] for line in gone]
    posted = exclusions.release(state, named, reason, undo=undo)
    if named:
        _mark_replaced(session, row, reason)
    return posted + exclusions.set_aside(state, [BookedLine.of(line) for line in gone], Exclusion.SUPERSEDED, row.statement_id, reason)


def _mark_replaced(session: Session, row: Statement, reason: str) -> None:
    fact = row.span
    if not fact.proven or fact.first_day is None or fact.last_day is None:
        return
    inside = {
        k.statement_id
        for k in facts.statement_facts(session.store)
        if k.account == fact.account and k.first_day and k.last_day and fact.first_day <= k.first_day and k.last_day <= fact.last_day
    }
    for old in facts.statement_records(facts.statements(session.store).filter(pl.col("statement_id").is_in(list(inside)))):
        facts.append_ruling(session.store, session.next_batch, old, StatementState.REPLACED, reason, row.statement_id)


def give_back(session: Session, state: State, row: Statement, reason: str) -> list[Draft]:
    """The reverse of `replace`: the lines count again, and the statements stand where they stood."""
    replaced = (pl.col("state") == StatementState.REPLACED) & (pl.col("replaced_by") == row.statement_id)
    for old in facts.statement_records(facts.statements(session.store).filter(replaced)):
        before = facts.state_before(session.store, old.statement_id)
        facts.append_ruling(session.store, session.next_batch, old, before, reason)
    return exclusions.count_again(state, taken_back(session, row.statement_id), reason, (Exclusion.SUPERSEDED,))
