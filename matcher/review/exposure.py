"""Exposure and team measures, as people and programs read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from matcher.ledger.figures.exposure import Exposure
from matcher.ledger.figures.rates import ClosingRates
from matcher.ledger.figures.ratio import fixed
from matcher.ledger.figures.team import Team
from matcher.review.cells import amount

EXPOSURE = (
    "customer_id", "name", "currency", "limit", "open", "unapplied", "net", "excess", "overdue", "insured", "uninsured", "used", "grade",
    "grade_before", "converted", "alerts",
)  # fmt: skip
"""What a machine is told of an exposure."""


@dataclass(frozen=True, slots=True)
class ExposureView:
    """What a customer owes against his limit."""

    exposure: Exposure

    def to_dict(self) -> dict[str, object]:
        """As a machine is told: amounts as decimal text, '' where one is not known."""
        one = self.exposure
        amounts = {
            "limit": one.limit, "open": one.open, "unapplied": one.unapplied, "net": one.net, "excess": one.excess, "overdue": one.overdue,
            "insured": one.insured, "uninsured": one.uninsured,
        }  # fmt: skip
        return {
            "customer_id": one.customer_id, "name": one.name, "currency": one.currency,
            **{name: amount(value, one.currency) or "" for name, value in amounts.items()},
            "used": "" if one.used is None else fixed(one.used, 1), "grade": one.grade, "grade_before": one.grade_before,
            "converted": list(one.converted), "alerts": list(one.alerts),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExposuresView:
    """All customers, as of a day; `rates`: the closing rates that other currencies were converted at."""

    as_of: date
    customers: tuple[ExposureView, ...]
    rates: ClosingRates

    @property
    def base(self) -> str:
        """The base currency."""
        return self.rates.base

    @property
    def rates_said(self) -> str:
        """The rates that were used; '' where nothing was converted."""
        used = {code for one in self.customers for code in (*one.exposure.converted, one.exposure.currency) if one.exposure.converted}
        rates = (self.rates.by_currency[code] for code in sorted(used) if code in self.rates.by_currency)
        return ", ".join(f"{rate.per_base} {rate.currency} ({rate.day.isoformat()})" for rate in rates)


@dataclass(frozen=True, slots=True)
class TeamView:
    """Who did what in a month."""

    team: Team

    def to_dicts(self) -> dict[str, list[dict[str, object]]]:
        """As a machine is told, by part: ``work``, ``waiting`` and ``collected``."""
        made = self.team
        work: list[dict[str, object]] = [
            {
                "actor": one.actor, "currency": one.currency, "decisions": one.decisions, "undone": one.undone,
                "precision": _text(one.precision.value, down=True), "applied": amount(one.applied, one.currency) if one.currency else "",
                "days": _text(one.days.value),
            }
            for one in made.work
        ]  # fmt: skip
        waiting: list[dict[str, object]] = [
            {
                "owner": one.owner, "currency": one.currency, "lines": one.lines, "waiting": amount(one.amount, one.currency),
                "age": _text(one.age.value),
            }
            for one in made.waiting
        ]  # fmt: skip
        collected: list[dict[str, object]] = [
            {
                "owner": one.owner, "currency": one.currency, "cash": amount(one.cash, one.currency) or "",
                "target": amount(one.target, one.currency) or "", "reached": _text(one.reached, down=True),
            }
            for one in made.collected
        ]  # fmt: skip
        return {"work": work, "waiting": waiting, "collected": collected}


def view(as_of: date, made: Iterable[Exposure], rates: ClosingRates) -> ExposuresView:
    """Exposures of a day, and the closing rates that they were converted at."""
    return ExposuresView(as_of, tuple(map(ExposureView, made)), rates)


def _text(value: object, *, down: bool = False) -> str:
    return fixed(value, 1, down=down) if isinstance(value, Fraction) else ""
