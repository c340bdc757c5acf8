"""One of the choices that a person was shown for a receipt, taken."""

from matcher import money
from matcher.errors import MatcherError
from matcher.pipeline import listed, lookup, sealed
from matcher.pipeline.actions import allocating, credits, proposals, rulings
from matcher.pipeline.actions.base import Decided, Look
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.choices.find import choices
from matcher.pipeline.choices.records import Choice
from matcher.pipeline.selection import Selection
from matcher.pipeline.session import Session


def choose(session: Session, typed: str, number: int, reason: str) -> list[Decided]:
    """Takes the choice of that number, counted from 1: accepts the proposal, allocates to its items, or puts the money on account.

    Raises:
        MatcherError: ``line.*``; ``usage.option`` when there is no such choice; ``decision.changed`` when the choices shown last for this
            line were others; whatever the decision itself raises.
    """
    line_id = lookup.line(session, typed)
    Look(session, [line_id]).line(line_id)  # that the line does not count comes first
    rulings.check_lines(session, [line_id])
    sealed.require_proposals(session, [line_id])
    found = choices(session, line_id)
    if not 0 < number <= len(found):
        what = f"line {line_id} has {len(found)} choices, and no number {number}"
        raise MatcherError("usage.option", what, hint=f"See `matcher explain {line_id}`.")
    chosen = found[number - 1]
    shown = listed.recall(session.directory, session.actor, listed.CHOICES) or ()
    seen = [one.key for one in shown if one.line_id == line_id]
    if seen and seen != [one.digest for one in found]:
        raise MatcherError("decision.changed", f"line {line_id} has other choices than those that you were shown")
    return take(session, line_id, chosen, reason)


def take(session: Session, line_id: str, chosen: Choice, reason: str) -> list[Decided]:
    """Takes a choice: accepts the proposal, allocates to its items, or puts the money on account.

    Raises:
        MatcherError: whatever the decision itself raises.
    """
    if chosen.proposed:
        return proposals.accept(session, Selection((line_id,)), reason)
    if not chosen.shares:
        return credits.on_account(session, [line_id], chosen.customer_id, reason)
    currency = Look(session, [line_id]).line(line_id).currency
    wanted = []
    for share in chosen.shares:
        adjustment = money.render(share.adjustment, share.item.currency) if share.adjustment else ""
        cash = money.render(share.cash, currency)
        settled = "" if share.settled is None else money.render(share.settled, share.item.currency)
        wanted.append(AllocationRequest(share.item.item_id, cash, adjustment, share.reason, settled))
    return allocating.allocate(session, line_id, wanted, reason)
