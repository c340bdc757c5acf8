"""Quotients of sums: exact, with the sums beside them, and printed with a fixed number of decimal places."""

from dataclasses import dataclass
from fractions import Fraction

from matcher import money

Number = int | Fraction
"""Minor units, counts and days are whole; what was converted at a rate is a fraction of a minor unit."""

PLACES = 2
"""Decimal places of figures."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure as (plus + numerator / denominator x factor).

    Attributes:
        numerator, denominator: the sums that it is made of.
        factor: days of the period, or 100 for per cent.
        plus: whole days that stand before the quotient.
    """

    numerator: Number
    denominator: Number
    factor: int = 1
    plus: int = 0

    @property
    def value(self) -> Fraction | None:
        """The figure; None where the denominator is zero, or below it: a share of nothing is no figure."""
        if self.denominator <= 0:
            return None
        return self.plus + Fraction(self.numerator) / Fraction(self.denominator) * self.factor


def fixed(value: Number, places: int = PLACES, *, down: bool = False) -> str:
    """Decimal text with that many places, halves away from zero.

    Args:
        value: any exact number.
        places: after the decimal point.
        down: cut instead: a share that is nearly all of it must not read as all of it.
    """
    exact = Fraction(value)
    size, unit = abs(exact.numerator) * 10**places, exact.denominator
    scaled = size // unit if down else (2 * size + unit) // (2 * unit)
    whole, rest = divmod(scaled, 10**places)
    sign = "-" if exact < 0 and scaled else ""
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def minor(value: Number) -> int:
    """Whole minor units of an amount that was converted, halves away from zero."""
    return int(fixed(value, 0))


def amount(value: Number, currency: str) -> str:
    """Decimal text of an amount in minor units, with the currency's own number of places."""
    return money.render(minor(value), currency)
