"""Amounts in the base currency at the closing rate: the rate of the day, or the latest one before it.

Each row is converted by itself and rounded half to even, in whole numbers; a total in the base currency is the sum of the converted
rows, so that it can be added up again from what is shown. An amount whose currency has no rate is converted to nothing at all: no total
is made without it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.frames import Schema

RATE: Schema = {"date": pl.Date(), "currency": pl.String(), "per_base": pl.String()}
"""Exchange rates as they are imported: units of the currency for one unit of the base currency, decimal text."""


@dataclass(frozen=True, slots=True)
class ClosingRate:
    """The rate that a currency is converted at.

    Attributes:
        currency: of the amounts.
        per_base: units of it for one unit of the base currency, decimal text as imported.
        day: that the rate is of: the day asked for, or the latest one before it.
    """

    currency: str
    per_base: str
    day: date

    def to_dict(self) -> dict[str, str]:
        """As a machine is told."""
        return {"currency": self.currency, "per_base": self.per_base, "rate_date": self.day.isoformat()}


class ClosingRates:
    """The rates of one day.

    Attributes:
        base: the base currency.
        day: the day that they close.
        rates: by currency, without the base currency's own.
    """

    def __init__(self, rates: pl.DataFrame, base: str, day: date) -> None:
        """`rates`: columns of `RATE`, one row for each day and currency."""
        self.base, self.day = base, day
        latest = rates.filter(pl.col("date") <= day, pl.col("currency") != base).sort("date").group_by("currency").last().sort("currency")
        rows = latest.select("currency", "per_base", "date").iter_rows()
        self.rates = {currency: ClosingRate(currency, per_base, of) for currency, per_base, of in rows}
        self._factors: dict[str, tuple[int, int]] = {}

    def missing(self, currencies: Iterable[str]) -> tuple[str, ...]:
        """Those that have no rate on the day or before it, in the order of their codes."""
        return tuple(sorted({currency for currency in currencies if currency != self.base and currency not in self.rates}))

    def used(self, currencies: Iterable[str]) -> tuple[ClosingRate, ...]:
        """The rates of these currencies, in the order of their codes."""
        return tuple(self.rates[currency] for currency in sorted(set(currencies)) if currency in self.rates)

    def convert(self, minor: int, currency: str) -> int:
        """Minor units of a currency in minor units of the base currency, half to even.

        Raises:
            MatcherError: ``rate.missing``; ``amount.range`` for more than any amount; ``currency.unknown``.
        """
        if currency == self.base:
            return minor
        numerator, denominator = self._factor(currency)
        whole, rest = divmod(minor * numerator, denominator)
        converted = whole + (2 * rest > denominator or (2 * rest == denominator and whole & 1))
        if abs(converted) > money.MAX_MINOR:
            raise MatcherError("amount.range", f"{money.render(minor, currency)} {currency} is more than any amount in {self.base}")
        return converted

    def converted(self, frame: pl.DataFrame, amounts: Sequence[str], prefix: str = "", currency: str = "currency") -> pl.DataFrame:
        """The frame with columns of minor units in the base currency; null where there is no rate.

        Args:
            frame: any frame.
            amounts: its columns of minor units.
            prefix: of the new columns' names; '' puts them in the place of the amounts.
            currency: the column that says what the amounts are in.

        Raises:
            MatcherError: as `convert` does, but for a missing rate.
        """
        told = frame[currency].unique().to_list()
        lost = set(self.missing(told))
        factors = {code: (1, 1) if code == self.base else self._factor(code) for code in told if code not in lost}
        if 2 * max(_most(frame, amounts), 1) * max((max(factor) for factor in factors.values()), default=1) < _FITS:
            found = self._columns(frame, amounts, currency, factors)
            if _most(found, amounts) <= money.MAX_MINOR:
                return frame.with_columns(found[name].cast(pl.Int64).alias(f"{prefix}{name}") for name in amounts)
        codes = frame[currency].to_list()
        columns = []
        for name in amounts:
            pairs = zip(frame[name].to_list(), codes, strict=True)
            values = [None if minor is None or code in lost else self.convert(minor, code) for minor, code in pairs]
            columns.append(pl.Series(f"{prefix}{name}", values, pl.Int64()))
        return frame.with_columns(columns)

    @staticmethod
    def _columns(frame: pl.DataFrame, amounts: Sequence[str], currency: str, factors: Mapping[str, tuple[int, int]]) -> pl.DataFrame:
        """What `convert` gives for each row of some columns, as Int128."""
        rows = [(code, *factor) for code, factor in factors.items()]
        table = pl.DataFrame(rows, schema={currency: pl.String(), "numerator": pl.Int128(), "denominator": pl.Int128()}, orient="row")
        joined = frame.select(currency, *amounts).join(table, on=currency, how="left", maintain_order="left")
        over, under, one = pl.col("numerator"), pl.col("denominator"), pl.lit(1, pl.Int128)
        for name in amounts:
            product = pl.col(name).cast(pl.Int128) * over
            joined = joined.with_columns(product.alias(name), cut=product // under)
            # whatever division does below zero, this one rounds down as Python's
            joined = joined.with_columns(rest=pl.col(name) - pl.col("cut") * under)
            below = pl.col("rest") < 0
            joined = joined.with_columns(
                cut=pl.when(below).then(pl.col("cut") - one).otherwise("cut"),
                rest=pl.when(below).then(pl.col("rest") + under).otherwise("rest"),
            )
            left = under - pl.col("rest")
            up = (pl.col("rest") > left) | ((pl.col("rest") == left) & (pl.col("cut") % pl.lit(2, pl.Int128) != 0))
            joined = joined.with_columns(pl.when(up).then(pl.col("cut") + one).otherwise("cut").alias(name))
        return joined.select(amounts)

    def _factor(self, currency: str) -> tuple[int, int]:
        """What minor units of a currency are multiplied and divided by."""
        if currency in self._factors:
            return self._factors[currency]
        if currency not in self.rates:
            raise MatcherError("rate.missing", f"there is no rate for {currency} on {self.day.isoformat()} or before")
        places = Fraction(10) ** (money.scale(self.base) - money.scale(currency))
        factor = places / Fraction(self.rates[currency].per_base)
        self._factors[currency] = factor.numerator, factor.denominator
        return self._factors[currency]


_FITS = 1 << 126
"""What is below it has room for its double in 128 bits."""


def _most(frame: pl.DataFrame, names: Sequence[str]) -> int:
    """The largest amount of some columns, whatever its sign."""
    ends = frame.select(pl.col(name).cast(pl.Int128).abs().max() for name in names).row(0)
    return max((int(end) for end in ends if end is not None), default=0)
