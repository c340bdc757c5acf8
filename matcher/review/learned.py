"""What the books have learned of payers, as a person looks at it."""

from dataclasses import dataclass

from matcher.matching.keys import account_key
from matcher.matching.names import search
from matcher.pipeline import learned, lookup, naming
from matcher.pipeline.learned import Habit
from matcher.pipeline.session import Session
from matcher.store import open_items


@dataclass(frozen=True, slots=True)
class LearnedHabit:
    """What persons confirmed of a payer, with the customer's name, and in words whether it counts."""

    habit: Habit
    customer_name: str
    said: str

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        habit = self.habit
        return {
            "kind": habit.kind, "value": habit.value, "entity": habit.entity, "customer_id": habit.customer_id,
            "customer_name": self.customer_name, "confirmed": len(habit.lines), "counted": habit.counted, "standing": habit.standing.value,
            "said": self.said, "lines": list(habit.lines), "by": list(habit.by), "first": habit.first, "last": habit.last,
            "conflicts_with": list(habit.others), "revocation": habit.revocation, "revoked_by": habit.revoked_by,
            "revoked_at": habit.revoked_at, "reason": habit.reason,
        }  # fmt: skip


def listing(session: Session, customer: str = "", account: str = "") -> tuple[LearnedHabit, ...]:
    """What was learned, by customer.

    Args:
        session: of the command.
        customer: id, number or name; '' for all.
        account: a part of the account or name; '' for all.

    Raises:
        MatcherError: ``customer.unknown``, ``customer.ambiguous``.
    """
    customer_id = lookup.customer(session, customer) if customer else ""
    known = learned.habits(session) + naming.references(session)
    found = sorted(
        (one for one in known if not customer_id or one.customer_id == customer_id),
        key=lambda one: (one.customer_id, one.kind, one.key, one.entity),
    )
    if account:
        number, words = account_key(account), search.words(account)
        found = [one for one in found if (number and number in account_key(one.value)) or search.has(words, one.value)]
    names = open_items.names_of(session.store, [one.customer_id for one in found])
    return tuple(LearnedHabit(one, names.get(one.customer_id, ""), learned.said(one)) for one in found)
