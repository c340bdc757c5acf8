"""Lines that do not count: setting them aside and counting them again, by decisions in the journal. Nothing is ever removed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from matcher.errors import MatcherError
from matcher.frames import State
from matcher.journal import decisions
from matcher.journal.decisions import Draft
from matcher.pipeline.item_snapshots import latest_decisions
from matcher.pipeline.session import Session
from matcher.states import SETTLING, DecisionKind, Exclusion, Outcome


class BookedLine(NamedTuple):
    """What a decision that excludes a line needs of it."""

    line_id: str
    currency: str
    booking_date: date

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "BookedLine":
        """From a row with columns of `frames.LINE`."""
        return cls(row["line_id"], row["currency"], row["booking_date"])


class _Standing(NamedTuple):
    """A decision in force that is about to be reversed."""

    decision_id: str
    line_id: str
    effective_date: date
    outcome: str


def booked_lines(frame: pl.DataFrame) -> list[BookedLine]:
    """Rows with columns of `frames.LINE`, in their order."""
    return [BookedLine._make(row) for row in frame.select(BookedLine._fields).iter_rows()]


def set_aside(state: State, lines: Iterable[BookedLine], outcome: Exclusion, counts_instead: str, reason: str) -> list[Draft]:
    """Decisions by which these lines no longer count. `counts_instead` names the line or the statement that stands in their place."""
    after = latest_decisions(state)
    return [
        Draft(
            DecisionKind.EXCLUDE, line.line_id, line.currency, line.booking_date,
            outcome=outcome, counts_instead=counts_instead, reason=reason, after=after.get(line.line_id, ""),
        )
        for line in lines
    ]  # fmt: skip


def count_again(state: State, line_ids: Iterable[str], reason: str, outcomes: Sequence[str]) -> list[Draft]:
    """Reversals of the decisions in force with these outcomes that set these lines aside.

    A line that waits because of its reference and was then taken out with its statement has two: it goes back to waiting.
    """
    standing = _standing(state, line_ids, (DecisionKind.EXCLUDE,))
    return [_reversal(decision, state, reason) for decision in standing if decision.outcome in outcomes]


def release(state: State, line_ids: Iterable[str], reason: str, *, undo: bool) -> list[Draft]:
    """Reversals of the postings on lines that are about to be set aside.

    Raises:
        MatcherError: ``line.posted`` when there are any and nobody asked for their reversal.
    """
    standing = _standing(state, line_ids, SETTLING)
    if standing and not undo:
        posted = sorted({decision.line_id for decision in standing})
        named = f"{', '.join(posted[:5])}{', ...' if len(posted) > 5 else ''}"
        raise MatcherError("line.posted", f"{len(posted)} lines that would no longer count have posted decisions (lines {named})")
    return [_reversal(decision, state, reason) for decision in standing]


def record(session: Session, command: str, summary: dict[str, object], drafts: Sequence[Draft]) -> None:
    """Appends the decisions as one batch."""
    made, shares = decisions.build(drafts, session.next_batch, session.actor, session.at)
    session.commit(command, summary, made, shares)


def needs_reason(reason: str) -> None:
    """Refuses an empty reason.

    Raises:
        MatcherError: ``decision.state``.
    """
    if not reason.strip():
        raise MatcherError("decision.state", "what counts and what does not is decided for a reason only", hint="Give one with --reason.")


def _standing(state: State, line_ids: Iterable[str], kinds: Sequence[str]) -> list[_Standing]:
    in_force = state.decisions.filter(pl.col("live") & pl.col("kind").is_in(kinds) & pl.col("line_id").is_in(list(line_ids)))
    return [_Standing._make(row) for row in in_force.select(_Standing._fields).iter_rows()]


def _reversal(decision: _Standing, state: State, reason: str) -> Draft:
    after = latest_decisions(state).get(decision.line_id, "")
    return Draft(
        DecisionKind.UNDO,
        decision.line_id,
        "",
        decision.effective_date,
        outcome=Outcome.UNEXPLAINED,
        reason=reason,
        reverses=decision.decision_id,
        after=after,
    )
