"""The second person: what waits for approval is posted, or taken off."""

from collections.abc import Sequence

from matcher import actors
from matcher.errors import MatcherError
from matcher.journal.decisions import Draft
from matcher.pipeline.actions import four_eyes, limits, rulings
from matcher.pipeline.actions.base import Decided, Look, append, needs
from matcher.pipeline.actions.words import with_words
from matcher.pipeline.session import Session
from matcher.states import DecisionKind
from matcher.store import approvals
from matcher.store.approvals import Submitted


def approve(session: Session, typed: Sequence[str], reason: str) -> list[Decided]:
    """Posts decisions that wait, in the name of who took them; who approves is kept with each.

    Raises:
        MatcherError: ``approval.unknown``, ``approval.self``, ``policy.*``; whatever the decisions themselves would raise by now.
    """
    made = []
    for one in _named(session, typed):
        if actors.same_person(session.actor, one.actor):
            raise MatcherError("approval.self", f"decision {one.decision_id} was taken by {one.actor!r}")
        kept = [four_eyes.decode(told) for told in one.drafts]
        named = [share.item_id for draft in kept for share in draft.allocations]
        look = Look(session, [draft.line_id for draft in kept if draft.line_id], named)
        for draft in kept:
            if draft.line_id:
                look.line(draft.line_id)  # that it still counts
        rulings.check_approver(look, kept)
        drafts = [draft._replace(effective_date=look.open_day(draft.effective_date), after=look.after(draft.line_id)) for draft in kept]
        if kept[0].kind != DecisionKind.RETURN:
            limits.check(look, [share for draft in drafts for share in draft.allocations], look.items(named))
        end = _end(DecisionKind.APPROVE, look, one, reason)
        made += with_words(look, append(look, "approve", drafts, approved=end, taken_by=one.actor))
    return made


def dismiss(session: Session, typed: Sequence[str], reason: str) -> list[Decided]:
    """Takes decisions off that wait: they post nothing any more. Raises MatcherError: ``approval.unknown``, ``policy.*``."""
    return [made for one in _named(session, typed) for made in _dismissed(session, one, reason)]


def waits(session: Session, line_id: str, decision_id: str) -> bool:
    """Whether this decision, or without one any on the line, waits for approval."""
    if decision_id:
        return any(one.decision_id == decision_id for one in approvals.waiting(session.store))
    return line_id in approvals.lines_waiting(session.store)


def _dismissed(session: Session, one: Submitted, reason: str) -> list[Decided]:
    look = Look(session, [one.line_id] if one.line_id else [])
    return with_words(look, append(look, "dismiss", [_end(DecisionKind.DISMISS, look, one, reason)]))


def _end(kind: DecisionKind, look: Look, one: Submitted, reason: str) -> Draft:
    first = four_eyes.decode(one.drafts[0])
    return Draft(kind, one.line_id, first.currency, look.today, customer_id=first.customer_id, reason=reason, reverses=one.decision_id)


def _named(session: Session, typed: Sequence[str]) -> list[Submitted]:
    """The decisions that wait of these ids, beginnings of ids, or lines."""
    needs(typed, "decision")
    rulings.check_person(session.config.policy, session.actor, [])
    waiting = approvals.waiting(session.store)
    found: dict[str, Submitted] = {}
    for text in typed:
        plain = text.strip().lower()
        fits = [one for one in waiting if plain and one.decision_id.startswith(plain)]
        fits = fits or [one for one in waiting if plain and any(told["line_id"].startswith(plain) for told in one.drafts)]
        if len(fits) != 1:
            raise MatcherError("approval.unknown", f"{len(fits) or 'no'} decision{'s' if len(fits) > 1 else ''} that wait named {text!r}")
        found[fits[0].decision_id] = fits[0]
    return list(found.values())
