"""How records are told to a machine: amounts as decimal text, shares as fractions, days in ISO form."""

from collections.abc import Sequence
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


def plain(record: object) -> dict[str, object]:
    """The fields of a record, days in ISO form; what is None stays so."""
    names: Sequence[str] = getattr(type(record), "__slots__", ())
    return {name: iso(getattr(record, name)) for name in names}


def iso(value: object) -> object:
    """A day in ISO form, anything else as it is."""
    return value.isoformat() if isinstance(value, date) else value
