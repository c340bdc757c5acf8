"""What the engine proposes, accepted or refused by a person."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from matcher.errors import MatcherError
from matcher.journal import decisions
from matcher.journal.decisions import Draft
from matcher.ledger import unapplied
from matcher.matching.repeated import kind_of
from matcher.pipeline import listed, sealed
from matcher.pipeline.actions import limits, returning, rulings
from matcher.pipeline.actions.base import Decided, Line, Look, append, needs, only_once
from matcher.pipeline.actions.words import with_words
from matcher.pipeline.booked import REFUSAL
from matcher.pipeline.repeated_now import repeated_now
from matcher.pipeline.selection import ON_ACCOUNT, Selection
from matcher.pipeline.session import Session
from matcher.states import DecisionKind, LineClass, LineState, Outcome

_TAKEN_OVER = (
    "customer_id", "outcome", "rule", "confidence", "margin", "basis", "difference", "log_odds", "evidence", "runner_up", "blocked_by",
)  # fmt: skip
"""What a person who accepts a proposal takes over from it."""


def accept(session: Session, chosen: Selection, reason: str) -> list[Decided]:
    """Posts the proposals on these lines, all or none.

    Of a line whose money the engine found to be a customer's, and to pay nothing that is open, all goes on his account.

    Raises:
        MatcherError: ``line.*``, ``decision.state`` when a line has no proposal, ``decision.amount``; ``usage.option`` without a line;
            ``books.altered`` when the proposals are not those of the latest run; ``policy.limit`` for more than the person may clear;
            ``decision.changed`` when a line has another proposal by now than the one that was shown, or is not like earlier ones any more.
    """
    named = chosen.line_ids
    look = _looked(session, named)
    _check_repeated(look, named)
    drafts: list[Draft] = []
    for line_id in named:
        line = look.line(line_id)
        _check_shown(look, line, chosen.shown.get(line_id))
        if look.proposed(line_id):
            drafts.append(_accepted(look, line, reason))
            given = drafts[-1].allocations
            limits.check(look, given, look.items([share.item_id for share in given]))
            decided = {draft.line_id for draft in drafts} | set(named)
            rests = look.rests_decided([share.item_id for share in given], reason)
            drafts += [rest for rest in rests if rest.line_id not in decided]
        elif line.state == LineState.PROPOSED and line.other_line:
            drafts += returning.drafts(look, line, look.line(line.other_line), reason)
        elif _is_non_receivable(line):
            drafts.append(_non_receivable(look, line, reason))
        elif line.outcome in ON_ACCOUNT and line.state == LineState.NONE and line.payer and line.pending > 0:
            drafts.append(look.draft(DecisionKind.ON_ACCOUNT, line, reason, outcome=Outcome.ON_ACCOUNT, customer_id=line.payer))
        else:
            raise MatcherError("decision.state", f"line {line_id} has no proposal to accept")
    return with_words(look, append(look, "accept", drafts))


def _check_shown(look: Look, line: Line, shown: str | None) -> None:
    """Refuses a proposal that is not the one that the person saw."""
    proposed = look.proposed(line.line_id)
    shares = [(one.item_id, one.amount, one.item_amount, one.adjustment, one.adjustment_reason) for one in proposed]
    if shown is not None and shown != listed.proposal_key(line.customer_id, line.other_line, line.pending, shares):
        what = f"line {line.line_id} has another proposal than the one that you were shown, or none any more"
        raise MatcherError("decision.changed", what)


def _check_repeated(look: Look, named: Sequence[str]) -> None:
    """Refuses what is proposed because of what persons said of other lines, where they took that back, or a document now is open for it."""
    lines = [line for line in map(look.line, named) if _is_non_receivable(line)]
    proposed = {line.line_id: kind for line in lines if (kind := _proposed_kind(look, line)[0])}
    if not proposed:
        return
    found = repeated_now(look.session, list(proposed))
    if stale := [line_id for line_id in sorted(proposed) if found.get(line_id) != proposed[line_id]]:
        what = f"line {stale[0]} was proposed as {proposed[stale[0]]} because of lines like it, and that does not hold any more"
        hint = "Run `matcher run` again, or say what it is: `matcher classify LINE --as KIND`."
        raise MatcherError("decision.changed", what, hint=hint)


def reject(session: Session, chosen: Selection, reason: str) -> list[Decided]:
    """Refuses the proposals on these lines; the same set of items is not proposed for the line again.

    Raises:
        MatcherError: ``line.*``; ``decision.state`` when a line has no proposal; the others as in `accept`.
    """
    look = _looked(session, chosen.line_ids)
    drafts = []
    for line_id in chosen.line_ids:
        line = look.line(line_id)
        _check_shown(look, line, chosen.shown.get(line_id))
        refused = [allocation.item_id for allocation in look.proposed(line_id)]
        if not refused and line.state == LineState.PROPOSED and line.other_line:
            refused = [unapplied.item_id(line.other_line)]
        if not refused and _is_non_receivable(line):
            refused = [kind] if (kind := _proposed_kind(look, line)[0]) else sorted(REFUSAL)
        if not refused:
            raise MatcherError("decision.state", f"line {line_id} has no proposal to reject")
        items = decisions.refusal(refused)
        drafts.append(look.draft(DecisionKind.REJECT, line, reason, outcome=Outcome.UNEXPLAINED, refused=items))
    return with_words(look, append(look, "reject", drafts))


def _is_non_receivable(line: Line) -> bool:
    """Whether the proposal is that the ledger has the line already, or that it is what lines like it were."""
    return line.state == LineState.PROPOSED and line.outcome == Outcome.NON_RECEIVABLE and not line.other_line


def _proposed_kind(look: Look, line: Line) -> tuple[str, str]:
    """What persons said of lines like it, or '' where the ledger has it; and the sentence for it."""
    found = look.state.lines.filter(pl.col("line_id") == line.line_id).select("rule", "reason").row(0)
    return kind_of(found[0]), found[1]


def _non_receivable(look: Look, line: Line, reason: str) -> Draft:
    kind, why = _proposed_kind(look, line)
    about: dict[str, Any] = {"outcome": Outcome.NON_RECEIVABLE, "classified": kind or LineClass.BOOKED_ELSEWHERE.value}
    return look.draft(DecisionKind.CLASSIFY, line, reason or why, **about)


def _looked(session: Session, named: Sequence[str]) -> Look:
    needs(named, "line")
    only_once(named)
    rulings.check_lines(session, named)
    sealed.require_proposals(session, named)
    look = Look(session, named)
    others = [other for other in look.state.lines.filter(pl.col("line_id").is_in(named))["other_line"] if other]
    return Look(session, [*named, *(other for other in others if other not in named)]) if others else look


def _accepted(look: Look, line: Line, reason: str) -> Draft:
    found = look.state.lines.filter(pl.col("line_id") == line.line_id).select(_TAKEN_OVER).row(0, named=True)
    allocations = look.proposed(line.line_id)
    if line.state == LineState.POSTED:
        # the rest of a receipt that was posted before: a credit against an invoice, on the day that somebody says so
        spent = sum(a.amount for a in allocations) == line.pending
        fields: dict[str, Any] = {"customer_id": line.customer_id, "outcome": Outcome.MATCHED if spent else Outcome.ON_ACCOUNT}
        issued = [item.issue_date for item in look.items([a.item_id for a in allocations]).values()]
        day = look.open_day(look.today, line.booking_date, *issued)
        return look.draft(DecisionKind.SET_OFF, line, reason, allocations, effective_date=day, **fields)
    kind = DecisionKind.REFUND if line.amount < 0 else DecisionKind.ACCEPT
    if kind == DecisionKind.REFUND:
        found["outcome"] = Outcome.MATCHED
    if not found["customer_id"]:
        found["customer_id"] = line.payer
    return look.draft(kind, line, reason, allocations, **found)
