"""Monetary-unit samples: which postings an auditor looks at, and what the misstatements found in them say of all postings.

Every unit of money has the same chance, so a posting's chance is its amount. Selection is systematic: the amounts are laid end to end,
and from a start within the first interval every interval-th unit takes the posting that it lies in. A posting as large as the
interval is taken for certain and is outside what is drawn from.

Source: AICPA, Audit Sampling (guide of 2014), chapter 6: interval, tainting, projected misstatement, basic precision, incremental
allowance; the upper limit is Stringer's bound with Poisson factors (Stringer 1963; Leslie, Teitlebaum and Anderson, Dollar-Unit Sampling,
1979). Amounts are minor units of one currency; nothing here is a float.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from hashlib import sha256

from matcher.errors import MatcherError

EXPANSION = {99: 190, 95: 160, 90: 150, 85: 140, 80: 130, 75: 125, 70: 120, 63: 115, 50: 100}
"""By confidence in percent, in hundredths: how far an expected misstatement must be expanded (AICPA, Audit Sampling, expansion factors)."""
LEAST, MOST = 50, 99
"""Percent of confidence."""


@cache
def factor(errors: int, confidence: int) -> int:
    """Confidence factor in hundredths, rounded up as the published tables are: with 95 % 3.00 for no error, 4.75 for one, 6.30 for two.

    It is the mean of the Poisson distribution with which so many errors or fewer have a chance of 1 - confidence.

    Args:
        errors: misstatements that were found.
        confidence: percent, from 50 to 99.
    """
    low, high = 0, 100 * (4 * errors + 10)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _at_most(errors, Decimal(middle) / 100) * 100 <= 100 - confidence else (middle, high)
    return high


def _at_most(errors: int, mean: Decimal) -> Decimal:
    """Chance of so many cases or fewer, where `mean` are expected."""
    with localcontext(prec=50):
        term = total = (-mean).exp()
        for number in range(1, errors + 1):
            term *= mean / number
            total += term
        return total


def interval(materiality: int, expected: int, confidence: int) -> int:
    """Sampling interval: what is tolerable, less the expected misstatement expanded, over the factor for no error; rounded down.

    Raises:
        MatcherError: ``usage.option`` when nothing is left of what is tolerable, or a misstatement is expected with a confidence that has
            no expansion factor.
    """
    if expected and confidence not in EXPANSION:
        known = ", ".join(map(str, EXPANSION))
        raise MatcherError("usage.option", f"with an expected misstatement the confidence is one of {known}")
    tolerable = materiality * 100 - expected * EXPANSION.get(confidence, 0)
    found = tolerable // factor(0, confidence)
    if found < 1:
        raise MatcherError("usage.option", "the materiality leaves no sampling interval above the expected misstatement")
    return found


def start(seed: str, currency: str, step: int) -> int:
    """The first unit that is drawn, from 1 to the interval: the same for the same seed and currency."""
    return int(sha256(f"monetary unit {currency} {seed}".encode()).hexdigest(), 16) % step + 1


@dataclass(frozen=True, slots=True)
class Selection:
    """What is taken of a population.

    Attributes:
        certain: places of the amounts as large as the interval.
        drawn: places of the others that a drawn unit lies in, in order.
        rest: sum of the amounts that are not certain: what the drawn ones stand for.
    """

    certain: tuple[int, ...]
    drawn: tuple[int, ...]
    rest: int


def select(amounts: Sequence[int], step: int, first: int) -> Selection:
    """The amounts that are looked at.

    Args:
        amounts: of all postings, above zero, in their order.
        step: the sampling interval.
        first: the first unit drawn, from 1 to the interval.
    """
    certain, drawn, passed, unit = list[int](), list[int](), 0, first
    for place, amount in enumerate(amounts):
        if amount >= step:
            certain.append(place)
            continue
        passed += amount
        if unit <= passed:
            drawn.append(place)
            unit += step
    return Selection(tuple(certain), tuple(drawn), passed)


@dataclass(frozen=True, slots=True)
class Finding:
    """A posting that was looked at. `misstatement`: how much of its amount is wrong; `certain`: that it was taken for certain."""

    amount: int
    misstatement: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the findings say of all postings, in one direction.

    Attributes:
        errors: how many are misstated.
        known: the misstatements of those taken for certain.
        projected: what the others stand for: tainting times the interval.
        basic: basic precision, the limit if no drawn posting were misstated.
        incremental: what more the found ones add to the limit.
        limit: `known`, `projected`, `basic` and `incremental` together, rounded up.
    """

    errors: int
    known: int
    projected: int
    basic: int
    incremental: int
    limit: int


def evaluate(findings: Sequence[Finding], step: int, confidence: int, *, drawn_from: bool) -> Evaluation:
    """Projects misstatements of one direction and bounds them.

    The taintings t1 >= t2 >= ... of the drawn postings give: projected = interval x sum of t; basic = interval x R0; incremental =
    interval x sum of (Ri - Ri-1 - 1) x ti, with the factor Ri for i errors.

    Args:
        findings: misstatements at or above zero.
        step: the sampling interval.
        confidence: percent.
        drawn_from: whether any posting was not certain; without one there is no sampling risk.
    """
    wrong = [one for one in findings if one.misstatement]
    known = sum(one.misstatement for one in wrong if one.certain)
    taintings = sorted((Fraction(one.misstatement, one.amount) for one in wrong if not one.certain), reverse=True)
    steps = [Fraction(factor(n, confidence) - factor(n - 1, confidence), 100) - 1 for n in range(1, len(taintings) + 1)]
    projected = step * sum(taintings, Fraction())
    basic = Fraction(step * factor(0, confidence), 100) if drawn_from else Fraction()
    incremental = step * sum((more * tainting for more, tainting in zip(steps, taintings, strict=True)), Fraction())
    limit = known + projected + basic + incremental
    return Evaluation(len(wrong), known, _up(projected), _up(basic), _up(incremental), _up(limit))


def _up(amount: Fraction) -> int:
    """Whole minor units, rounded up: what is shown must not be better than what is known."""
    return -((-amount.numerator) // amount.denominator)
