"""Closing a month and opening it again: a checklist, one or two people, and a lock that holds every day up to its end."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher.amounts import totals
from matcher.errors import MatcherError
from matcher.ledger.periods import Locks, first_day, last_day
from matcher.ledger.proof.records import ProofState
from matcher.ledger.proof.words import verdict
from matcher.pipeline import proof
from matcher.pipeline.exclusions import needs_reason
from matcher.pipeline.pack import settings as of_pack
from matcher.pipeline.reports import blocks
from matcher.pipeline.session import Session
from matcher.pipeline.view import present
from matcher.states import NOT_RECEIVABLE, CloseState, LineState, PeriodAction
from matcher.store import approvals, facts, journal


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the checklist. `blocks`: the month is not closed before it is settled."""

    what: str
    settled: bool
    blocks: bool
    said: str

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {"what": self.what, "settled": self.settled, "blocks": self.blocks, "said": self.said}


@dataclass(frozen=True, slots=True)
class Closing:
    """What became of a month: ``closed``, ``prepared`` for another person, or ``blocked``; and the checklist."""

    month: str
    state: CloseState
    points: tuple[Point, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {"month": self.month, "state": self.state.value, "points": [point.to_dict() for point in self.points]}


def locks(session: Session) -> Locks:
    """The closed months of the books."""
    return Locks(journal.periods(session.store))


def close(session: Session, month: str, *, as_reviewer: bool = False, force: bool = False, reason: str = "") -> Closing:
    """Closes a month, and every day before it. What is decided later about these days counts from the first open one.

    Raises:
        MatcherError: ``usage.option`` for what is no month, or a close by force without a reason; ``period.locked`` when it is closed
            already; ``period.reviewer`` when one person would do the work of two.
    """
    last = last_day(month)
    locked = locks(session)
    if locked.through is not None and last <= locked.through:
        raise MatcherError("period.locked", f"{month} is closed already", hint="See `matcher status`.")
    if force and not reason.strip():
        raise MatcherError("usage.option", "who closes a month by force says why", hint="Add --reason TEXT.")
    points = checklist(session, month)
    unsettled = [point.what for point in points if point.blocks and not point.settled]
    if not force and unsettled:
        return Closing(month, CloseState.BLOCKED, points)
    if session.config.policy.close_by == 2 and not _reviewed(session, locked, month, as_reviewer=as_reviewer):
        _record(session, month, PeriodAction.PREPARE, reason)
        return Closing(month, CloseState.PREPARED, points)
    _record(session, month, PeriodAction.CLOSE, reason, unsettled)
    return Closing(month, CloseState.CLOSED, points)


def reopen(session: Session, month: str, reason: str) -> None:
    """Opens the latest closed month again.

    Raises:
        MatcherError: ``period.locked`` when it is not the latest closed month; ``decision.state`` without a reason; ``period.reviewer``
            when two people close a month and the one who closed it would open it.
    """
    needs_reason(reason)
    first_day(month)
    closed = locks(session).closed
    if not closed or closed[-1].month != month:
        which = f"the latest closed month is {closed[-1].month}" if closed else "no month is closed"
        raise MatcherError("period.locked", f"{month} cannot be opened: {which}")
    if session.config.policy.close_by == 2 and closed[-1].actor == session.actor:
        raise MatcherError("period.reviewer", f"{session.actor} closed {month}", hint="Let somebody else open it again.")
    _record(session, month, PeriodAction.REOPEN, reason)


def _reviewed(session: Session, locked: Locks, month: str, *, as_reviewer: bool) -> bool:
    """Whether another person has prepared the month and this one closes it."""
    preparer = locked.prepared.get(month)
    if not as_reviewer:
        return False
    if preparer is None:
        raise MatcherError("period.reviewer", f"nobody has prepared {month} yet", hint=f"Run `matcher close {month}` first.")
    if preparer == session.actor:
        raise MatcherError("period.reviewer", f"{session.actor} has prepared {month}")
    return True


def _record(session: Session, month: str, action: PeriodAction, reason: str, unsettled: Sequence[str] = ()) -> None:
    """`unsettled`: points of the checklist that a close by force passes over."""
    config = session.config
    settings = {
        "buckets": list(config.aging.buckets),
        "discount_grace_days": config.policy.discount_grace_days,
        "grades": list(config.credit.grades),
        "old_after_days": config.proof.old_after_days,
        "base_currency": config.books.base_currency,
    }
    kept = json.dumps(settings | of_pack.kept(config), sort_keys=True) if action == PeriodAction.CLOSE else ""
    journal.append_period(session.store, session.next_batch, month, action, reason, kept)
    command = "reopen" if action == PeriodAction.REOPEN else "close"
    passed_over = {"unsettled": list(unsettled)} if unsettled else {}
    session.commit(command, {"month": month, "action": action.value, "reason": reason, **passed_over})


def checklist(session: Session, month: str) -> tuple[Point, ...]:
    """What has to be settled before a month is closed, and what should be looked at."""
    first, last = first_day(month), last_day(month)
    today = date.fromisoformat(session.at[:10])
    hindering = [block for block in blocks(session) if block.day is None or block.day <= last]
    shown = [f"{block.code}: {block.message}" for block in hindering]
    state = present(session)
    lines = state.lines.filter(pl.col("booking_date") <= last)
    waiting = lines.filter((pl.col("state") == LineState.PROPOSED) | _unplaced())
    amounts = ", ".join(f"{amount} {code}" for code, amount in totals(waiting, "pending").items())
    late = lines.filter(pl.col("booking_date") >= first, pl.col("value_date") > last).height
    days = dict(facts.last_statement_days(session.store))
    silent = ", ".join(one.id for one in session.config.account if one.id not in days)
    early = [f"without any statement: {silent}"] if silent else []
    early += [f"account {account} ends on {day.isoformat()}" for account, day in days.items() if day < last]
    more = f"; and {len(shown) - 5} more" if len(shown) > 5 else ""
    # approved after the month is closed, it would count from the next one
    in_month = set(lines["line_id"]) | {""}
    submitted = sum(one.line_id in in_month for one in approvals.waiting(session.store))
    waits = "1 waits" if submitted == 1 else f"{submitted} wait"
    unapproved = f"{waits}; see `matcher queue --to-approve`" if submitted else ""
    return (
        Point("the month is over", today > last, True, "" if today > last else f"it ends on {last.isoformat()}"),
        Point("statements are complete and proven", not shown, True, "; ".join(shown[:5]) + more),
        Point("statements reach the end of the month", not early, False, "; ".join(early)),
        Point("no decision waits for approval", not submitted, True, unapproved),
        Point("every line is placed", not waiting.height, False, f"{waiting.height} wait: {amounts}" if waiting.height else ""),
        Point("no line has its value in the next month", not late, False, f"{late} lines" if late else ""),
        *_proven(session, last),
    )  # fmt: skip


def _proven(session: Session, last: date) -> tuple[Point, ...]:
    """Whether bank and cash book agree, where there is a cash book."""
    if not proof.has_book(session):
        return ()
    open_ones = [verdict(one).rstrip(".") for one in proof.proof(session, last).accounts if one.state != ProofState.AGREES]
    return (Point("bank and book agree", not open_ones, session.config.policy.close_on_proof, "; ".join(open_ones)),)


def _unplaced() -> pl.Expr:
    """Lines that nobody has decided and that may be business of the receivables ledger."""
    return (pl.col("state") == LineState.NONE) & ~pl.col("outcome").is_in(NOT_RECEIVABLE)
