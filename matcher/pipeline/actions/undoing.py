"""Decisions taken back: one, all of a run, or all of a rule. Both the decision and its reversal stay in the journal."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from matcher.errors import MatcherError
from matcher.journal.decisions import Draft
from matcher.ledger.booked import booked
from matcher.pipeline import lookup
from matcher.pipeline.actions import approving, learning, payers, returning
from matcher.pipeline.actions.base import Decided, Look, append, needs
from matcher.pipeline.actions.words import with_words
from matcher.pipeline.session import Session
from matcher.states import ENGINE, SETTLING, DecisionKind, Exclusion, Outcome
from matcher.store import journal

_BY_RUN = (
    DecisionKind.MATCH, DecisionKind.ACCEPT, DecisionKind.ON_ACCOUNT, DecisionKind.REFUND, DecisionKind.SET_OFF, DecisionKind.RETURN,
)  # fmt: skip
"""Kinds of decisions that are taken back together with the run, or the command about several lines, that made them."""


class _Target(NamedTuple):
    decision_id: str
    kind: str
    line_id: str
    outcome: str
    effective_date: date
    batch: int
    other_line: str
    customer_id: str
    live: bool


def undo(session: Session, typed: str, reason: str) -> list[Decided]:
    """Reverses a decision, named by its id or by its line (then the line's latest decision in force).

    The reversal takes effect on the day of the decision, unless that day is locked or the ERP has booked it by now: then on the first day
    that is open and that the ERP has not spoken of. A pair of lines is taken back together.

    Raises:
        MatcherError: ``decision.unknown``, ``line.*``, ``decision.state`` when it is reversed already or another decision rests on it.
    """
    line_id, decision_id = lookup.decision(session, typed)
    if not line_id and (revocation := learning.take_back(session, decision_id, reason)):
        return [revocation]
    if approving.waits(session, line_id, decision_id):
        return approving.dismiss(session, [decision_id or line_id], reason)
    items = journal.items_of(session.store, decision_id) if not line_id else ()
    look = Look(session, [line_id] if line_id else [], items)
    target = _target(look, line_id, decision_id)
    others = {target.other_line, *(journal.returning(session.store, line_id) if line_id else ())} - {"", line_id}
    if others:
        look = Look(session, [line_id, *sorted(others)])
    _check(look, target)
    targets = [target, *_paired(look, target)]
    _keep_payers(look, targets)
    try:
        return with_words(look, append(look, "undo", [_reversal(look, one, reason) for one in targets]))
    except MatcherError as error:
        if error.code != "decision.amount" or target.kind != DecisionKind.RETURN or not target.other_line:
            raise
        # the money would go back to a document that has no room for it any more
        hint = f"Take the receipt back with its return: `matcher undo {line_id} {target.other_line}`."
        raise MatcherError(error.code, error.what, hint=hint) from error


def undo_run(session: Session, number: int, reason: str) -> list[Decided]:
    """Reverses everything that a run posted, or that a person accepted of several lines at once, and that still stands.

    `number` counts both together from 1; 0 is the latest.

    Raises:
        MatcherError: ``run.unknown``; ``decision.state`` when nothing of it stands, or something rests on it.
    """
    runs = journal.run_batches(session.store)
    if not 0 <= number <= len(runs) or not runs:
        raise MatcherError(
            "run.unknown", f"there is no run {number or 'yet'}" if not runs else f"there are {len(runs)} runs, and no {number}"
        )
    batch = runs[number - 1]
    look = Look(session, (), (), facts=journal.facts(session.store))
    return _undo_all(look, pl.col("batch") == batch, f"run {number or len(runs)}", reason, {"run": number or len(runs)})


def undo_decisions(session: Session, typed: Sequence[str], reason: str) -> list[Decided]:
    """Reverses several decisions, such as those of one command, all or none; named as in `undo`. What rests on each other goes together.

    Raises:
        MatcherError: ``usage.option`` without any; ``decision.unknown``, ``line.*``; ``decision.state`` when one does not stand any more,
            or something rests on it that is not taken back, too; ``approval.waits`` when one waits for another person.
    """
    needs(typed, "decision")
    look = Look(session, (), (), facts=journal.facts(session.store))
    named = [lookup.decision(session, one) for one in typed]
    for line_id, decision_id in named:
        if approving.waits(session, line_id, decision_id):
            what = f"decision {decision_id} waits for approval" if decision_id else f"a decision waits on line {line_id}"
            raise MatcherError("approval.waits", what, hint=f"Take it off by itself: `matcher undo {decision_id or line_id}`.")
    targets = [_target(look, *one) for one in named]
    lines = {target.line_id for target in targets}
    chosen: set[str] = set()
    for target in targets:
        _check(look, target, lines)
        chosen |= {target.decision_id, *(one.decision_id for one in _paired(look, target))}
    which = pl.col("decision_id").is_in(list(chosen))
    return with_words(look, _undo_all(look, which, "these decisions", reason, {}, whole=len(chosen)))


def undo_rule(session: Session, rule: str, since: date | None, reason: str) -> list[Decided]:
    """Reverses what a rule posted and what still stands, if it was posted since a day. `rule`: its id, in whatever version.

    Raises:
        MatcherError: ``rule.unknown`` when nothing stands that it posted; ``decision.state`` when something rests on it.
    """
    named = (pl.col("rule") == rule) | pl.col("rule").str.starts_with(f"{rule}@")
    by_engine = (pl.col("actor") == ENGINE) & named
    if since is not None:
        by_engine &= pl.col("at").str.slice(0, 10) >= since.isoformat()
    look = Look(session, (), (), facts=journal.facts(session.store))
    return _undo_all(look, by_engine, f"rule {rule}", reason, {"rule": rule})


def _undo_all(look: Look, which: pl.Expr, what: str, reason: str, summary: dict[str, object], *, whole: int = 0) -> list[Decided]:
    """`whole`: decisions of whatever kind that must all stand."""
    kinds = [DecisionKind.MATCH] if "rule" in summary else _BY_RUN
    standing = look.state.decisions.filter(pl.col("live") & which & (pl.lit(whole > 0) | pl.col("kind").is_in(kinds)))
    if standing.height < whole:
        raise MatcherError("decision.state", f"{whole - standing.height} of {whole} decisions do not stand any more")
    if not standing.height:
        code = "rule.unknown" if "rule" in summary else "decision.state"
        raise MatcherError(code, f"nothing stands that {what} posted")
    targets = [_Target(*row) for row in standing.select(_Target._fields).iter_rows()]
    mine = [target.decision_id for target in targets]
    returned = look.state.decisions.filter(
        pl.col("live"), pl.col("kind") == DecisionKind.RETURN, pl.col("other_line") != "", ~pl.col("decision_id").is_in(mine)
    )
    rests = {target.line_id for target in targets} & set(returned["other_line"])
    if rests:
        raise MatcherError("decision.state", f"line {min(rests)} was returned by the bank", hint="Take the return back first.")
    acknowledged = _acknowledged(look)
    items = _items_by_decision(look)
    drafts = [_reversal(look, target, reason, acknowledged, items) for target in targets]
    _keep_payers(look, targets)
    return append(look, "undo", drafts, summary)


def _keep_payers(look: Look, targets: Sequence[_Target]) -> None:
    """Keeps whose the money certainly is of lines that were posted before a run had to say so: it is his credit now.

    A line that the bank took back was nobody's credit before that was said either: it stands as the run left it.
    """
    posted = [target.line_id for target in targets if target.kind in SETTLING and target.kind != DecisionKind.RETURN and target.line_id]
    found = payers.news(look, posted)
    if found.height:
        journal.append_credits(look.session.store, look.session.next_batch, found)


def _target(look: Look, line_id: str, decision_id: str) -> _Target:
    """The decision; where only the line is named, its latest one in force."""
    named = pl.col("decision_id") == decision_id if decision_id else pl.col("live")
    rows = look.state.decisions.filter((pl.col("line_id") == line_id) & named)
    settling = rows.filter(pl.col("kind").is_in([*SETTLING, DecisionKind.EXCLUDE, DecisionKind.REJECT]))
    found = settling if settling.height and not decision_id else rows
    if not found.height:
        raise MatcherError("decision.unknown", f"no decision in force on line {line_id}")
    return [_Target._make(row) for row in found.select(_Target._fields).iter_rows()][-1]


def _check(look: Look, target: _Target, together: Collection[str] = ()) -> None:
    """`together`: lines whose decisions are taken back with it."""
    if not target.live:
        raise MatcherError("decision.state", f"decision {target.decision_id} is reversed already, or is itself a reversal")
    if (target.kind, target.outcome) == (DecisionKind.EXCLUDE, Exclusion.SUPERSEDED):
        hint = (
            "Take the statement in again with `matcher statement accept`, or take out the one in its place with `matcher statement reject`."
        )
        raise MatcherError("decision.state", f"line {target.line_id} was taken out with its statement", hint=hint)
    if _alone_in_a_settlement(look, target):
        what = f"decision {target.decision_id} is one of several that settled a conflict"
        raise MatcherError("decision.state", what, hint="Say it otherwise with `matcher statement settle`.")
    if target.kind in SETTLING and target.kind != DecisionKind.RETURN and (other := returning.returned_by(look, target.line_id)):
        if other in together:
            return
        what = f"line {target.line_id} was returned by line {other}"
        raise MatcherError("decision.state", what, hint=f"Take that back first: `matcher undo {other}`.")


def _alone_in_a_settlement(look: Look, target: _Target) -> bool:
    """Whether reversing only this would let two amounts of one reference count unasked: its line would not go back to waiting."""
    if (target.kind, target.outcome) != (DecisionKind.EXCLUDE, Exclusion.REFUSED):
        return False
    waits = (pl.col("line_id") == target.line_id) & (pl.col("kind") == DecisionKind.EXCLUDE) & (pl.col("outcome") == Exclusion.CONFLICT)
    return look.state.decisions.filter(pl.col("live") & waits).is_empty()


def _paired(look: Look, target: _Target) -> Sequence[_Target]:
    """The decision on the other line that was taken in the same command."""
    if not target.other_line:
        return ()
    other = (pl.col("line_id") == target.other_line) & (pl.col("other_line") == target.line_id) & (pl.col("batch") == target.batch)
    rows = look.state.decisions.filter(pl.col("live") & other)
    return [_Target._make(row) for row in rows.select(_Target._fields).iter_rows()]


def _acknowledged(look: Look) -> dict[str, list[tuple[int, date]]]:
    """The lists that show postings of ours on an item as booked: batch and day of each."""
    facts = look.facts
    held = booked(facts.versions, facts.decisions, facts.allocations, facts.sent).filter(pl.col("booked") != 0)
    spoken: dict[str, list[tuple[int, date]]] = {}
    for item, batch, day in held.join(facts.snapshots, on="batch").select("item_id", "batch", "snapshot_date").iter_rows():
        spoken.setdefault(item, []).append((batch, day))
    return spoken


def _items_by_decision(look: Look) -> dict[str, list[str]]:
    return dict(look.facts.allocations.group_by("decision_id").agg("item_id").iter_rows())


def _reversal(
    look: Look,
    target: _Target,
    reason: str,
    acknowledged: dict[str, list[tuple[int, date]]] | None = None,
    items: dict[str, list[str]] | None = None,
) -> Draft:
    spoken = _acknowledged(look) if acknowledged is None else acknowledged
    of = _items_by_decision(look) if items is None else items
    # a list that came before the decision speaks of other postings on the item
    days = [day for item in of.get(target.decision_id, ()) for batch, day in spoken.get(item, ()) if batch > target.batch]
    day = target.effective_date
    if days:
        # the ERP had booked it on that day: what it says of the day stays true
        day = max(day, min(max(days) + timedelta(1), max(look.today, day)))
    return Draft(
        DecisionKind.UNDO, target.line_id, _currency(look, target), look.open_day(day), outcome=Outcome.UNEXPLAINED,
        customer_id=target.customer_id, reason=reason, reverses=target.decision_id, after=look.after(target.line_id),
    )  # fmt: skip


def _currency(look: Look, target: _Target) -> str:
    """Of the decision's line; '' for one that is on no line."""
    found = look.facts.lines.filter(pl.col("line_id") == target.line_id)["currency"].to_list()
    return str(found[0]) if found else ""
