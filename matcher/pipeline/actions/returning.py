"""What the bank takes back: an earlier line is undone on the day of the return, and what it had paid is open again."""

from collections.abc import Sequence

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.journal.decisions import Draft
from matcher.ledger import unapplied
from matcher.matching.returns import FEE
from matcher.model import Allocation
from matcher.pipeline import lookup
from matcher.pipeline.actions.base import Decided, Line, Look, append, text
from matcher.pipeline.actions.words import with_words
from matcher.pipeline.session import Session
from matcher.states import AllocationState, DecisionKind, LineState, Outcome


def return_line(session: Session, typed: str, of: str, reason: str) -> list[Decided]:
    """Records that a line is the return of an earlier one, with or without the bank's fee.

    What the earlier line had paid or cleared is open again from the day of the return; both lines leave the queue.

    Raises:
        MatcherError: ``line.*``; ``decision.state`` when the lines do not fit or one is decided otherwise; ``decision.amount``.
    """
    named = [lookup.line(session, typed), lookup.line(session, of)]
    look = Look(session, named)
    return with_words(look, append(look, "return", drafts(look, look.line(named[0]), look.line(named[1]), reason)))


def drafts(look: Look, line: Line, of: Line, reason: str) -> list[Draft]:
    """The decisions: one on the returning line, and one on the returned line where nobody had decided on it.

    Raises:
        MatcherError: as `return_line`.
    """
    _check(look, line, of)
    check_unused(look, of)
    mirrored = _mirrored(look, of)
    customer = of.payer or of.customer_id
    payer = customer if of.state == LineState.POSTED else of.payer
    rest = of.pending
    if rest and payer and of.amount > 0:
        mirrored.append(Allocation(unapplied.item_id(of.line_id), -rest, -rest, item_open=-of.amount))
    outcome = Outcome.OUTGOING if line.amount < 0 else Outcome.MATCHED if mirrored else Outcome.NON_RECEIVABLE
    about = {"other_line": of.line_id, "outcome": outcome, "customer_id": customer if mirrored else ""}
    made = [look.draft(DecisionKind.RETURN, line, reason, mirrored, **about)]
    if of.state != LineState.POSTED:
        known = Outcome.ON_ACCOUNT if payer and of.amount > 0 else Outcome.NON_RECEIVABLE if of.amount > 0 else Outcome.OUTGOING
        made.append(look.draft(DecisionKind.RETURN, of, reason, other_line=line.line_id, outcome=known, customer_id=payer))
    return made


def returned_by(look: Look, line_id: str) -> str:
    """Id of the line by which the bank took a line back; '' when none did."""
    rows = look.state.decisions.filter(pl.col("live"), pl.col("kind") == DecisionKind.RETURN, pl.col("other_line") == line_id).select(
        "line_id", "effective_date"
    )
    booked = {line.line_id: line.booking_date for line in [look.line(other) for other in rows["line_id"] if _there(look, other)]}
    own = look.line(line_id).booking_date if _there(look, line_id) else None
    # of a pair both name each other: the later line is the return
    return next((other for other, day in booked.items() if own is None or day >= own), "")


def _there(look: Look, line_id: str) -> bool:
    return look.state.lines.filter(pl.col("line_id") == line_id).height > 0


def _check(look: Look, line: Line, of: Line) -> None:
    if line.line_id == of.line_id or line.amount * of.amount >= 0:
        raise MatcherError("decision.state", f"line {line.line_id} cannot be the return of line {of.line_id}: one is paid in, one out")
    if line.currency != of.currency or line.account != of.account:
        raise MatcherError("decision.state", f"lines {line.line_id} and {of.line_id} are of two accounts or currencies")
    if line.booking_date < of.booking_date:
        raise MatcherError("decision.state", f"line {line.line_id} was booked before line {of.line_id}", hint="Name them the other way.")
    if line.state == LineState.POSTED:
        raise MatcherError("decision.state", f"line {line.line_id} is decided already", hint=f"See `matcher undo {line.line_id}`.")
    taken = look.state.decisions.filter(pl.col("live"), pl.col("kind") == DecisionKind.RETURN, pl.col("other_line") == of.line_id)
    if taken.height:
        raise MatcherError("decision.state", f"line {of.line_id} was returned by line {taken['line_id'][0]} already")
    if abs(line.amount) < abs(of.amount):
        what = f"line {line.line_id} takes back {text(abs(line.amount), line.currency)} of {text(abs(of.amount), of.currency)}"
        raise MatcherError("decision.amount", what, hint="A return is of the whole amount, with or without the bank's fee.")
    kept = abs(line.amount) - abs(of.amount)
    if kept > max(FEE * 10 ** money.scale(line.currency), abs(line.charges or 0)):
        what = f"line {line.line_id} is {text(kept, line.currency)} more than line {of.line_id}, which is no fee of a bank"
        raise MatcherError("decision.amount", what, hint="Name the line that it takes back; the rest of a return leaves the queue with it.")


def check_unused(look: Look, of: Line, but: Sequence[DecisionKind] = ()) -> None:
    """Refuses to take money away that others have used as a credit: what they paid with it would stay paid.

    Args:
        look: at the books.
        of: the line whose money it is.
        but: kinds of decisions that may have used it.

    Raises:
        MatcherError: ``decision.state``, with the decision to take back first.
    """
    others = (pl.col("item_id") == unapplied.item_id(of.line_id)) & (pl.col("state") == AllocationState.POSTED)
    allowed = look.state.decisions.filter(pl.col("kind").is_in(but)).get_column("decision_id")
    standing = (
        look.state.allocations.filter(others, ~pl.col("decision_id").is_in(allowed.implode()))
        .group_by("decision_id", maintain_order=True)
        .agg(pl.col("item_amount").sum())
    )
    used = standing.filter(pl.col("item_amount") != 0)["decision_id"].to_list()
    if used:
        what = f"money of line {of.line_id} was used as a credit by decision {used[0]}"
        raise MatcherError("decision.state", what, hint=f"Take that back first: `matcher undo {used[0]}`.")


def _mirrored(look: Look, of: Line) -> list[Allocation]:
    """The opposite of what the money of a line was put on."""
    standing: Sequence[tuple[str, int, int, int, str, int]] = (
        look.state.allocations.filter(pl.col("line_id") == of.line_id, pl.col("state") == AllocationState.POSTED)
        .group_by("item_id", "adjustment_reason", maintain_order=True)
        .agg(pl.col("amount", "item_amount", "adjustment").sum(), pl.col("item_open").last())
        .select("item_id", "amount", "item_amount", "adjustment", "adjustment_reason", "item_open")
        .rows()
    )
    return [
        Allocation(item, -amount, -item_amount, -adjustment, why, item_open)
        for item, amount, item_amount, adjustment, why, item_open in standing
        if amount or adjustment
    ]
