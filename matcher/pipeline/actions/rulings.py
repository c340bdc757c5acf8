"""What the policy says of a decision before it is taken: who may, how much, and whether another decision waits on its line."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.journal.decisions import Draft
from matcher.pipeline import roles
from matcher.pipeline.actions import four_eyes
from matcher.pipeline.session import Session
from matcher.policy_settings import ELSEWHERE, Limit, Person, Policy, Role
from matcher.states import DecisionKind
from matcher.store import approvals

if TYPE_CHECKING:
    from matcher.pipeline.actions.base import Look

_BESIDE = (DecisionKind.NOTE, DecisionKind.ASSIGN)
"""Decisions that may be taken on a line while another one waits."""


_AS_OTHERS = {DecisionKind.DISMISS.value: {DecisionKind.APPROVE.value, DecisionKind.UNDO.value}}
"""Who may approve a decision may take it off, and so may who takes decisions back."""


class Allowed(NamedTuple):
    """What is said of a person: by name and by role. None where nothing is said."""

    person: Person | None
    role: Role | None

    @property
    def limits(self) -> list[Role]:
        """Both, as far as they are there."""
        return [one for one in (self.person, self.role) if one is not None]


def allowed(policy: Policy, actor: str) -> Allowed:
    """What the policy says of a person, however the name is spelled."""
    return Allowed(roles.person(policy, actor), policy.roles.get(roles.role_of(policy, actor)))


def strictest(limits: Iterable[Limit]) -> Limit | None:
    """The stricter of limits, in each of their kinds; None where there is none."""
    every = list(limits)
    amounts = [one.amount for one in every if one.amount is not None]
    percents = [one.percent for one in every if one.percent is not None]
    return Limit(amount=min(amounts, default=None), percent=min(percents, default=None)) if amounts or percents else None


def check_person(policy: Policy, actor: str, kinds: Iterable[str]) -> None:
    """Refuses a person who is not listed, or whose role does not allow these kinds of decisions.

    Raises:
        MatcherError: ``policy.people``, ``policy.role``.
    """
    who = allowed(policy, actor)
    if policy.people_only and who.person is None:
        raise MatcherError("policy.people", f"{actor!r} is not listed")
    for kind in dict.fromkeys(kinds):
        asked = _AS_OTHERS.get(kind, {kind})
        if any(one.may is not None and asked.isdisjoint(one.may) for one in who.limits):
            raise MatcherError("policy.role", f"{roles.named(policy, actor)} may not {kind.replace('_', ' ')}")


def check_approver(look: "Look", drafts: Sequence[Draft]) -> None:
    """Refuses who may not approve decisions of these kinds, or so large ones. Raises MatcherError: ``policy.approver``."""
    policy, actor = look.session.config.policy, look.session.actor
    for one in allowed(policy, actor).limits:
        for draft in drafts:
            kind = ELSEWHERE if one.approves and ELSEWHERE in one.approves and four_eyes.elsewhere(look, draft) else draft.kind
            who = roles.named(policy, actor)
            if one.approves is not None and kind not in one.approves:
                raise MatcherError("policy.approver", f"{who} may not approve what is {kind.replace('_', ' ')}")
            scale, size = money.scale(draft.currency), four_eyes.size(look, draft)
            if one.approve_up_to is not None and size > (most := int(one.approve_up_to.scaleb(scale))):
                has, may = money.render(size, draft.currency), money.render(most, draft.currency)
                raise MatcherError("policy.approver", f"{has} {draft.currency} are more than the {may} that {actor} may approve")


def check(look: "Look", drafts: Sequence[Draft], *, approved: Sequence[str] = ()) -> None:
    """Refuses what the policy does not allow. `approved`: ids of decisions that waited, and are posted now.

    Raises:
        MatcherError: ``policy.*``, ``approval.waits``.
    """
    policy, actor = look.session.config.policy, look.session.actor
    check_person(policy, actor, [DecisionKind.APPROVE] if approved else [draft.kind for draft in drafts])
    _check_waiting(look, drafts, approved)
    for one in allowed(policy, actor).limits:
        _check_total(one.total, drafts, actor)
        _check_refunds(one.refund, drafts, actor)
    if not policy.write_off_disputed:
        _check_disputed(look, drafts)


def _check_waiting(look: "Look", drafts: Sequence[Draft], approved: Sequence[str]) -> None:
    deciding = [draft for draft in drafts if draft.kind not in (*_BESIDE, DecisionKind.DISMISS)]
    check_lines(look.session, [line_id for draft in deciding for line_id in (draft.line_id, draft.other_line) if line_id], approved)


def check_lines(session: Session, line_ids: Iterable[str], approved: Sequence[str] = ()) -> None:
    """Refuses lines on which a decision waits that is none of those `approved`. Raises MatcherError: ``approval.waits``."""
    lines = {line_id: one for line_id, one in approvals.lines_waiting(session.store).items() if one.decision_id not in approved}
    for line_id in line_ids:
        if line_id in lines:
            one = lines[line_id]
            raise MatcherError("approval.waits", f"decision {one.decision_id} of {one.actor} waits on line {line_id}")


def _check_total(most: Decimal | None, drafts: Sequence[Draft], actor: str) -> None:
    cleared: dict[str, int] = {}
    for draft in drafts:
        if draft.kind != DecisionKind.RETURN:
            # an adjustment is in its item's currency, which is the line's wherever no cash is converted
            cleared[draft.currency] = cleared.get(draft.currency, 0) + sum(abs(share.adjustment) for share in draft.allocations)
    for currency, amount in cleared.items():
        # what clears nothing may be on no line, and has no currency then
        if most is not None and amount and amount > int(most.scaleb(money.scale(currency))):
            has, may = money.render(amount, currency), money.render(int(most.scaleb(money.scale(currency))), currency)
            raise MatcherError("policy.limit", f"{has} {currency} in all are more than the {may} that {actor} may clear at once")


def _check_refunds(most: Decimal | None, drafts: Sequence[Draft], actor: str) -> None:
    for draft in drafts:
        amount = abs(sum(share.amount for share in draft.allocations))
        if most is not None and draft.kind == DecisionKind.REFUND and amount > int(most.scaleb(money.scale(draft.currency))):
            has, may = money.render(amount, draft.currency), money.render(int(most.scaleb(money.scale(draft.currency))), draft.currency)
            raise MatcherError("policy.limit", f"{has} {draft.currency} are more than the {may} that {actor} may pay back")


def _check_disputed(look: "Look", drafts: Sequence[Draft]) -> None:
    named = [share.item_id for draft in drafts if draft.kind == DecisionKind.WRITE_OFF for share in draft.allocations]
    disputed = look.state.items.filter(pl.col("item_id").is_in(named), pl.col("disputed_amount") != 0)
    for item_id in disputed["item_id"]:
        raise MatcherError("policy.disputed", f"item {item_id} is disputed")
