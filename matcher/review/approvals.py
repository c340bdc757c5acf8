"""The decisions that wait for approval by another person."""

from dataclasses import dataclass

from matcher import money
from matcher.pipeline.actions import four_eyes
from matcher.pipeline.session import Session
from matcher.store import approvals


@dataclass(frozen=True, slots=True)
class WaitingDecision:
    """A decision that waits.

    Attributes:
        kind: of the decision that it would become.
        line_id: its first line; '' for none.
        items: what it would be put on, or clear.
        amount, cleared: cash, and what would be cleared without; minor units of `currency`.
        actor, at, reason: who took it, when and why.
    """

    decision_id: str
    kind: str
    line_id: str
    customer_id: str
    items: tuple[str, ...]
    amount: int
    cleared: int
    currency: str
    actor: str
    at: str
    reason: str

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "decision_id": self.decision_id, "kind": self.kind, "line_id": self.line_id, "customer_id": self.customer_id,
            "items": list(self.items), "amount": money.render(self.amount, self.currency),
            "cleared": money.render(self.cleared, self.currency), "currency": self.currency, "actor": self.actor, "at": self.at,
            "reason": self.reason,
        }  # fmt: skip


def waiting(session: Session) -> tuple[WaitingDecision, ...]:
    """All of them, the oldest first."""
    found = []
    for one in approvals.waiting(session.store):
        drafts = [four_eyes.decode(told) for told in one.drafts]
        shares = [share for draft in drafts for share in draft.allocations]
        first = drafts[0]
        cash, cleared = sum(share.amount for share in shares), sum(share.adjustment for share in shares)
        found.append(
            WaitingDecision(
                one.decision_id, first.kind, first.line_id, first.customer_id, tuple(share.item_id for share in shares), cash, cleared,
                first.currency, one.actor, one.at, one.reason,
            )
        )  # fmt: skip
    return tuple(found)
