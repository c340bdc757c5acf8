"""A person's verdict on a statement: accept one from quarantine, reject one, and take a verdict back."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import polars as pl

from matcher.errors import MatcherError
from matcher.ledger.chain import adjoining_days
from matcher.ledger.reissues import StatementChange, contradictory
from matcher.pipeline import conflicts, exclusions, reissues, view
from matcher.pipeline.admission import loose_days
from matcher.pipeline.exclusions import BookedLine, booked_lines
from matcher.pipeline.session import Session
from matcher.states import ACCEPTABLE, NOT_COUNTING, DecisionKind, Exclusion, StatementState
from matcher.store import facts, lines
from matcher.store import reissues as repeated
from matcher.store.facts import Statement
from matcher.store.staged_lines import StagedLines
from matcher.store.staging import staging

_FROM_THE_BEGINNING = (StatementState.BALANCED, StatementState.UNPROVEN)
"""States of a statement that has counted since it came in."""


@dataclass(frozen=True, slots=True)
class StatementAccepted:
    """A statement that was taken out of quarantine, and what became of its lines.

    Attributes:
        statement_id: of the statement.
        new: its lines that count now and did not before.
        known: its lines that were read before.
        conflicting: its lines whose bank reference has another amount too.
        waiting: those of them that do not count until a person settles the conflict.
        taken_back: lines read before that no longer count, because it lacks them.
        undone: postings on them that were reversed.
    """

    statement_id: str
    new: int
    known: int
    conflicting: int
    waiting: int = 0
    taken_back: int = 0
    undone: int = 0


@dataclass(frozen=True, slots=True)
class StatementRejected:
    """A statement that does not count: lines that no longer do, lines that count again, and postings that were reversed."""

    statement_id: str
    set_aside: int
    counted: int
    undone: int


def find(statements: pl.DataFrame, typed_id: str) -> dict[str, Any]:
    """The row of the statement of that id, or of that beginning of an id, for a screen.

    Raises:
        MatcherError: ``statement.unknown`` when there is none, or more than one.
    """
    rows = statements.filter(pl.col("statement_id").str.starts_with(typed_id.lower())) if typed_id else statements.clear()
    if rows.height != 1:
        what = "no statement has" if not rows.height else f"{rows.height} statements have"
        raise MatcherError("statement.unknown", f"{what} an id that begins with {typed_id!r}")
    return rows.row(0, named=True)


def named(session: Session, typed_id: str) -> Statement:
    """The statement that `find` finds, for a decision on it. Raises as it does."""
    statements = facts.statements(session.store)
    name = find(statements, typed_id)["statement_id"]
    return facts.statement_records(statements.filter(pl.col("statement_id") == name))[0]


def accept(session: Session, typed_id: str, reason: str, *, replace: bool | None = None, undo: bool = False) -> StatementAccepted:
    """Takes a statement out of quarantine as the bank sent it; its lines come in like those of any other, repetitions left out.

    Args:
        session: of the command.
        typed_id: id of the statement, or its beginning.
        reason: why; kept in the journal.
        replace: whether lines of its days that were read before and that it lacks stop counting. None does so for one that was held
            as re-issued, and refuses any other one that would need the choice.
        undo: whether postings on such lines are reversed in the same step.

    Raises:
        MatcherError: ``statement.unknown``; ``decision.state`` when it is not in quarantine, when amounts cannot be booked to
            the last digit, when no reason is given, or when `replace` has to be said; ``line.posted`` when a line that would stop
            counting has postings and `undo` is false.
    """
    statement = named(session, typed_id)
    name = statement.statement_id
    _check(session, statement, reason)
    if statement.state == StatementState.REJECTED and facts.state_before(session.store, name) in _FROM_THE_BEGINNING:
        return _restore(session, statement, reason)
    gone = _gone(session, statement, replace)
    superseded = [line_id for line_id, outcome in repeated.excluded(session.store).items() if outcome == Exclusion.SUPERSEDED]
    state = view.present(session)
    drafts = reissues.replace(session, state, statement, [change.before for change in gone if change.before], reason, undo=undo)
    undone = sum(draft.kind == DecisionKind.UNDO for draft in drafts)
    with staging(session.store) as area:
        lines.stage_quarantined(session.store, area, name)
        entries = StagedLines(session.store, area)
        read = facts.statement_facts(session.store)
        days = adjoining_days(statement.span, read)
        for day in days:
            entries.shift_occurrences(0, day, [])
        if replace is False and not days:
            # a person says that what looks like an entry read before on a day that both share is a further one
            for day, _ in loose_days(entries, statement.span, 0, read, []):
                entries.shift_occurrences(0, day, [])
        again = entries.repeated_lines(0, superseded) if superseded else []
        count = entries.append(session.next_batch, {0: name}, [])[0]
        new_conflicts = (
            conflicts.find(entries, {0: name}, [], [change.before["line_id"] for change in gone if change.before])
            if count.conflicting
            else []
        )
    drafts += exclusions.count_again(state, again, reason, (Exclusion.SUPERSEDED,)) + [conflict.draft() for conflict in new_conflicts]
    new, known = count.new + len(again), count.known - len(again)
    row = dataclasses.replace(statement, lines_new=new, lines_known=known, lines_conflicting=count.conflicting)
    facts.append_ruling(session.store, session.next_batch, row, StatementState.ACCEPTED, reason)
    taken = len([change for change in gone if change.before])
    summary = {"statement": name, "reason": reason, "new": new, "known": known, "taken_back": taken, "undone": undone}
    exclusions.record(session, "statement accept", summary, drafts)
    return StatementAccepted(name, new, known, count.conflicting, len(new_conflicts), taken, undone)


def _restore(session: Session, statement: Statement, reason: str) -> StatementAccepted:
    """Lets a statement count again that had counted from the beginning until it was rejected."""
    _check_last(session, statement)
    name, before = statement.statement_id, facts.state_before(session.store, statement.statement_id)
    state = view.present(session)
    away = state.excluded.filter(
        (pl.col("statement_id") == name) & (pl.col("outcome") == Exclusion.SUPERSEDED) & (pl.col("counts_instead") == "")
    )
    drafts = exclusions.count_again(state, away["line_id"], reason, (Exclusion.SUPERSEDED,))
    facts.append_ruling(session.store, session.next_batch, statement, before, reason)
    exclusions.record(session, "statement accept", {"statement": name, "reason": reason, "new": away.height}, drafts)
    return StatementAccepted(name, away.height, statement.count - away.height, 0)


def _check(session: Session, statement: Statement, reason: str) -> None:
    name = statement.statement_id
    if statement.state not in ACCEPTABLE:
        raise MatcherError("decision.state", f"statement {name} is not in quarantine but {statement.state}")
    if not reason.strip():
        raise MatcherError("decision.state", "a statement is taken out of quarantine for a reason only", hint="Give one with --reason.")
    _check_currency(session, statement)
    if not statement.precise:
        raise MatcherError("decision.state", f"statement {name} has amounts with more decimal places than {statement.currency}")


def _check_currency(session: Session, statement: Statement) -> None:
    name, account = statement.statement_id, statement.account
    ours = {entry.id: entry.currency for entry in session.config.account}.get(account, statement.currency)
    others = {statement.currency, *lines.of_statement(session.store, name)["currency"]} - {ours}
    if others:
        raise MatcherError("currency.mixed", f"statement {name} has amounts in {min(others)}, account {account!r} is in {ours}")


def _gone(session: Session, statement: Statement, replace: bool | None) -> list[StatementChange]:
    """Differences whose earlier line stops counting."""
    changes = reissues.difference(session, statement)
    if replace is None and contradictory(changes) and not reissues.is_reissue(statement):
        what = f"statement {statement.statement_id} tells days otherwise than they were read before"
        raise MatcherError("decision.state", what, hint="See `matcher statement diff`, then say --replace or --add.")
    replacing = reissues.is_reissue(statement) if replace is None else replace
    if replacing and (alike := reissues.like_neighbours(session, statement)):
        what = f"entries of statement {statement.statement_id} look like those of the statement it adjoins (lines {', '.join(alike[:3])})"
        raise MatcherError(
            "decision.state", what, hint="Which of them it replaces cannot be told: reject it, and ingest a file of the whole day."
        )
    return [change for change in changes if change.before] if replacing else []


def reject(session: Session, typed_id: str, reason: str, *, undo: bool = False) -> StatementRejected:
    """Says that a statement in quarantine stays out for good; or takes out one that counts, so that everything is as without it.

    Either can be reversed by accepting the statement.

    Raises:
        MatcherError: ``statement.unknown``; ``decision.state`` for a statement that is rejected already or replaced, that counts and
            after which another one told the same days, or without a reason; ``line.posted`` as in `accept`.
    """
    exclusions.needs_reason(reason)
    statement = named(session, typed_id)
    name, word = statement.statement_id, statement.state
    if word in (StatementState.REJECTED, StatementState.REPLACED):
        raise MatcherError("decision.state", f"statement {name} does not count: it is {word}")
    away: list[BookedLine] = []
    drafts = []
    posted = []
    counted = 0
    if word not in ACCEPTABLE:
        _check_last(session, statement)
        state = view.present(session)
        away = booked_lines(state.lines.filter(pl.col("line_id").is_in(reissues.brought(state, statement))))
        posted = exclusions.release(state, [line.line_id for line in away], reason, undo=undo)
        back = reissues.give_back(session, state, statement, reason)
        counted = len({draft.line_id for draft in back})
        waiting = booked_lines(state.excluded.filter((pl.col("statement_id") == name) & (pl.col("outcome") == Exclusion.CONFLICT)))
        drafts = [*posted, *exclusions.set_aside(state, [*away, *waiting], Exclusion.SUPERSEDED, "", reason), *back]
    facts.append_ruling(session.store, session.next_batch, statement, StatementState.REJECTED, reason)
    summary = {"statement": name, "reason": reason, "set_aside": len(away), "counted": counted, "undone": len(posted)}
    exclusions.record(session, "statement reject", summary, drafts)
    return StatementRejected(name, len(away), counted, len(posted))


def _check_last(session: Session, statement: Statement) -> None:
    """Refuses a statement of whose days a later one tells: lines of that one were left out as known from this, or stand for them."""
    fact = statement.span
    later = facts.statements(session.store).filter(
        (pl.col("account") == statement.account) & (pl.col("since") > statement.since) & ~pl.col("state").is_in(NOT_COUNTING)
    )
    for other in facts.statement_records(later):
        if reissues.share_a_day(fact, other.span):
            what = f"statement {other.statement_id} was read after {fact.statement_id} and tells days of it"
            raise MatcherError("decision.state", what, hint="Reject that one first.")
