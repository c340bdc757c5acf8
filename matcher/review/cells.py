"""How records are told to a machine: amounts as decimal text, shares as fractions, days in ISO form."""

from datetime import date

from matcher import money
from matcher.money import PPM


def amount(minor: int | None, currency: str) -> str | None:
    """Decimal text of minor units."""
    return None if minor is None else money.render(minor, currency)


def share(ppm: int | None) -> float | None:
    """Millionths as a fraction."""
    return None if ppm is None else ppm / PPM


def day(value: date | None) -> str:
    """A day in ISO form; '' for none."""
    return value.isoformat() if value else ""
