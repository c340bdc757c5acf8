"""What was learned of payers, revoked by a person, and the revocation taken back."""

from matcher import ids
from matcher.errors import MatcherError
from matcher.journal import decisions
from matcher.journal.decisions import Draft
from matcher.matching import learn
from matcher.matching.naming import REFERENCE
from matcher.pipeline import lookup, naming
from matcher.pipeline.actions.base import Decided, Look, append
from matcher.pipeline.learned import Habit, habits
from matcher.pipeline.session import Session
from matcher.states import DecisionKind
from matcher.store import learned as store_learned


def revoke(session: Session, typed: str, customer: str, reason: str) -> Decided:
    """Says that an account or name that persons confirmed for a customer, or a way to name documents, is not to be taken as his any more.

    What was confirmed before counts no more, in every entity; what is confirmed later does.

    Raises:
        MatcherError: ``customer.*``; ``learned.unknown`` when nothing of it was confirmed for the customer; ``decision.state`` without a
            reason, and when it is revoked already.
    """
    if not reason.strip():
        raise MatcherError("decision.state", "what was learned is revoked for a reason only", hint="Give one with --reason.")
    customer_id = lookup.customer(session, customer)
    mine = [habit for habit in habits(session) if habit.customer_id == customer_id] + naming.references(session, [customer_id])
    keys = learn.KEYS | {REFERENCE: naming.key_of}
    named = [habit for habit in mine if keys[habit.kind](typed) == habit.key] or [habit for habit in mine if habit.value == typed]
    if not named:
        known = ", ".join(dict.fromkeys(habit.value for habit in mine[:8]))
        hint = f"Known of {customer_id}: {known}." if known else ""
        raise MatcherError("learned.unknown", f"nothing was learned of {typed!r} for {customer_id}", hint=hint)
    counting = [habit for habit in named if habit.counted]
    if not counting:
        raise MatcherError("decision.state", f"{typed!r} is revoked for {customer_id} already, by decision {named[0].revocation}")
    return _appended(session, counting, reason)


def _appended(session: Session, counting: list[Habit], reason: str) -> Decided:
    habit = counting[0]
    count = sum(one.counted for one in counting if one.kind == habit.kind)
    look = Look(session, ())
    draft = Draft(
        DecisionKind.REVOKE, "", "", look.today, customer_id=habit.customer_id, reason=reason, classified=habit.kind,
        refused=decisions.refusal([habit.key]), after=_after(session, habit.kind, habit.key, habit.customer_id),
    )  # fmt: skip
    (decided,) = append(look, "learned revoke", [draft])
    payments = "1 confirmed payment no longer counts" if count == 1 else f"{count} confirmed payments no longer count"
    said = f"Revoked: {habit.kind} {habit.value} for {habit.customer_id}; {payments}."
    return _told(decided, said)


def _after(session: Session, *parts: str) -> str:
    """What tells the decision from an earlier one of the same words: it is on no line."""
    return ids.of(store_learned.latest_on_no_line(session.store), *parts)


def take_back(session: Session, decision_id: str, reason: str) -> Decided | None:
    """Reverses a revocation: what it took counts again. None where the decision is none.

    Raises:
        MatcherError: ``decision.state`` when it is reversed already.
    """
    found = store_learned.revocation_of(session.store, decision_id)
    if found is None:
        return None
    customer_id, stands = found
    if not stands:
        raise MatcherError("decision.state", f"decision {decision_id} is reversed already")
    look = Look(session, ())
    draft = Draft(
        DecisionKind.UNDO, "", "", look.today, customer_id=customer_id, reason=reason, reverses=decision_id,
        after=store_learned.latest_on_no_line(session.store),
    )  # fmt: skip
    (decided,) = append(look, "undo", [draft])
    return _told(decided, f"Taken back: the revocation for {customer_id}; what was confirmed counts again.")


def _told(decided: Decided, said: str) -> Decided:
    return Decided(decided.decision_id, decided.kind, decided.line_id, decided.outcome, decided.customer_id, decided.effective_date, said)
