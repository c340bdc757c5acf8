"""Amounts in the base currency, at the closing rate of a day: the latest rate of that day or before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from matcher import money
from matcher.ledger.figures.ratio import Number


@dataclass(frozen=True, slots=True)
class ClosingRate:
    """Units of a currency for one unit of the base currency, as the rates file has it, and the day that it is of."""

    currency: str
    per_base: str
    day: date


@dataclass(frozen=True, slots=True)
class ClosingRates:
    """The closing rates of a day, by currency; the base currency has none and needs none."""

    base: str
    by_currency: Mapping[str, ClosingRate]

    def has(self, currency: str) -> bool:
        """Whether amounts in a currency can be converted."""
        return currency == self.base or currency in self.by_currency

    def converted(self, minor: Number, currency: str) -> Number:
        """Minor units of the base currency, exactly. Raises KeyError where there is no rate: ask `has` first."""
        if currency == self.base:
            return minor
        places = money.scale(self.base) - money.scale(currency)
        return Fraction(minor) * Fraction(10) ** places / Fraction(self.by_currency[currency].per_base)

    def between(self, minor: Number, currency: str, other: str) -> Fraction:
        """Minor units of another currency, exactly, by way of the base currency. Raises as `converted`."""
        if currency == other:
            return Fraction(minor)
        in_base = Fraction(self.converted(minor, currency))
        if other == self.base:
            return in_base
        places = money.scale(other) - money.scale(self.base)
        return in_base * Fraction(10) ** places * Fraction(self.by_currency[other].per_base)


def closing_rates(rates: pl.DataFrame, day: date, base: str) -> ClosingRates:
    """The closing rates of a day.

    Args:
        rates: date, currency, per_base (decimal text above zero).
        day: later rates do not count.
        base: the base currency.
    """
    latest = rates.filter(pl.col("date") <= day).sort("currency", "date").unique("currency", keep="last", maintain_order=True)
    rows = latest.select("currency", "per_base", "date").iter_rows()
    return ClosingRates(base, {row[0]: ClosingRate(*row) for row in rows})
