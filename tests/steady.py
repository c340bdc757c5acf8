"""A rulebook whose points and confidences stand still, so that what `explain` prints can be written down."""

import pytest

from matcher.rules import rulebook
from matcher.rules.rulebook import Calibration, Rulebook

POINTS = {
    "reference_whole": 30, "reference_digits": 30, "reference_left_out": -30, "reference_shared": -10, "payer_account": 8, "payer_name": 10,
    "payer_name_other": -25, "amount_unique": 15, "amount_rare": 10, "amount_sum": 20, "difference_discount": 40, "difference_part": -12,
    "difference_part_even": 4, "difference_part_small": -30, "difference_over": -15, "difference_fee_even": 5, "difference_fee": -8,
    "date_due": 2, "twin_oldest": -20, "twin_younger": -30, "set_ambiguous": -40,
}  # fmt: skip
"""Points of the kinds that stories use; all others give one."""

STEPS = ((-40, 20_000), (0, 300_000), (20, 900_000), (30, 990_000), (40, 999_700), (60, 999_990))


def book(steps: tuple[tuple[int, int], ...] = STEPS) -> Rulebook:
    """The shipped rules, by steady points; `steps` of confidence are those of every rule."""
    shipped = rulebook.default()
    evidence = {kind: POINTS.get(kind, 1) for kind in shipped.evidence}
    table = Calibration(version=7, measured="three invented months", rule={rule.id: steps for rule in shipped.rule})
    return shipped.changed(evidence=evidence, calibration=table)


def install(monkeypatch: pytest.MonkeyPatch, steps: tuple[tuple[int, int], ...] = STEPS) -> Rulebook:
    """Makes the steady book the default one."""
    steady = book(steps)
    monkeypatch.setattr(rulebook, "default", lambda: steady)
    return steady
