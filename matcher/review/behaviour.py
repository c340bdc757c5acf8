"""How customers pay, as people and programs read it; and when what is open may be expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from matcher.frames import State
from matcher.ledger.figures import habits
from matcher.ledger.figures.habits import WEEKDAYS, Payer
from matcher.ledger.figures.ratio import fixed
from matcher.review import cells

PAYER = (
    "entity", "customer_id", "name", "currency", "grade", "items", "days_late", "days_late_plain", "trend", "weekday", "pay_days",
    "discounts", "discounts_taken", "discounts_unearned", "accounts", "open", "overdue", "days_overdue", "expected_delay", "reasons",
)  # fmt: skip
"""What a machine is told of a payer."""


@dataclass(frozen=True, slots=True)
class PayerView:
    """How a customer pays, the grade from A to E that comes of it ('' where too little is known), and its reasons in words."""

    payer: Payer
    grade: str
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told: days with one decimal place, '' where there is no figure."""
        one = self.payer
        return {
            "entity": one.entity, "customer_id": one.customer_id, "name": one.name, "currency": one.currency, "grade": self.grade,
            "items": one.items, "days_late": _days(one.late.value), "days_late_plain": _days(one.plain.value), "trend": _days(one.trend),
            "weekday": "" if one.weekday is None else WEEKDAYS[one.weekday], "pay_days": one.pay_days, "discounts": one.offered,
            "discounts_taken": one.earned, "discounts_unearned": one.unearned, "accounts": one.accounts,
            "open": cells.amount(one.open, one.currency), "overdue": cells.amount(one.overdue, one.currency),
            "days_overdue": _days(one.overdue_days.value), "expected_delay": fixed(one.delay, 1), "reasons": list(self.reasons),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How customers pay, as of a day.

    Attributes:
        as_of: the day.
        payers: by legal entity, customer and currency.
        expected: when their undisputed open debts may be paid; columns of `habits.EXPECTED`, minor units.
        bounds: days up to which a customer has the grades A to D.
    """

    as_of: date
    payers: tuple[PayerView, ...]
    expected: pl.DataFrame
    bounds: tuple[int, ...]


def behaviour(state: State, bounds: Sequence[int], discount_grace_days: int, customer_id: str = "") -> Behaviour:
    """How customers pay; of one of them if named.

    Args:
        state: the books as of a day.
        bounds: days up to which a customer has the grades A to D.
        discount_grace_days: after the discount date, on which a discount still counts as taken in its terms.
        customer_id: '' for all.
    """
    known = habits.payers(state, discount_grace_days)
    expected = habits.expected(state, known)
    if customer_id:
        known = tuple(payer for payer in known if payer.customer_id == customer_id)
        expected = expected.filter(pl.col("customer_id") == customer_id)
    views = (PayerView(payer, *habits.grade(payer, bounds)) for payer in known)
    return Behaviour(state.as_of, tuple(views), expected, tuple(bounds))


def _days(value: Fraction | None) -> str:
    return "" if value is None else fixed(value, 1)
