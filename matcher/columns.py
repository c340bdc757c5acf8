"""Whole columns of text into amounts and dates, exactly and without a Python object per row.

The column forms of `matcher.money.parse` and of ISO dates; a property test holds them equal to the plain forms.
"""

import polars as pl

from matcher import money
from matcher.days import EARLIEST as EARLIEST
from matcher.days import LATEST as LATEST

_AMOUNT = r"^[+-]?(?:\d+\.?\d*|\.\d+)$"
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
"""Days from 1970-01-01 to the first day of the year 1 and to the last one of 9999."""
_PLACES = 4  # no ISO 4217 currency has more


def scales(currency: pl.Expr) -> pl.Expr:
    """Decimal places of each row's currency; null when the code is not in ISO 4217."""
    return currency.replace_strict(list(money.SCALE), list(money.SCALE.values()), default=None, return_dtype=pl.Int64)


def well_formed_amount(text: pl.Expr) -> pl.Expr:
    """Whether a cell is a plain decimal: '.' as mark, no grouping, no exponent, at most 15 digits before the mark."""
    return text.str.contains(_AMOUNT) & (text.str.extract(r"^[+-]?0*(\d*)", 1).str.len_chars() <= 15)


def amount(text: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Minor units of plain decimals; null where `well_formed_amount` is false or digits beyond the currency's places are not zero."""
    places = scales(currency)
    whole = text.str.extract(r"^[+-]?(\d*)", 1)
    fraction = text.str.extract(r"\.(\d*)$", 1).fill_null("")
    head = fraction.str.slice(0, _PLACES).str.pad_end(_PLACES, "0").cast(pl.Int64, strict=False)
    unit = pl.lit(10, pl.Int64).pow(_PLACES - places)
    tail_is_zero = fraction.str.slice(_PLACES).str.strip_chars("0") == ""
    minor = (
        pl.when(whole == "").then(pl.lit("0")).otherwise(whole).cast(pl.Int64, strict=False) * pl.lit(10, pl.Int64).pow(places)
        + head // unit
    )
    signed = pl.when(text.str.starts_with("-")).then(-minor).otherwise(minor)
    usable = well_formed_amount(text) & tail_is_zero & (head % unit == 0) & (minor <= money.MAX_MINOR)
    return pl.when(usable).then(signed)


def iso_date(text: pl.Expr) -> pl.Expr:
    """Dates of ``YYYY-MM-DD`` cells; null where a cell is not one."""
    return pl.when(text.str.contains(r"^\d{4}-\d{2}-\d{2}$")).then(text.str.to_date("%Y-%m-%d", strict=False))


def possible(day: pl.Expr) -> pl.Expr:
    """Days from `EARLIEST` to `LATEST`; null for any other."""
    return pl.when(day.is_between(EARLIEST, LATEST)).then(day)


def written(column: pl.Series) -> pl.Series:
    """A typed column as the text that it would be in a table.

    A day outside of the years 1 to 9999, which polars ends the program over, becomes a text that is no date.

    Raises:
        polars.exceptions.PolarsError: for values that have no text.
    """
    if column.dtype not in (pl.Date, pl.Datetime):
        return column.cast(pl.String)
    days = column.to_physical() if column.dtype == pl.Date else column.dt.timestamp("ms") // 86_400_000
    odd = (days < _FIRST_DAY) | (days > _LAST_DAY)
    safe = pl.select(pl.when(~odd).then(column)).to_series()
    # a day without a time of day is written as a day
    text = safe.cast(pl.String) if column.dtype == pl.Date else safe.dt.to_string("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
    return pl.select(pl.when(odd).then("day " + days.cast(pl.String)).otherwise(text).alias(column.name)).to_series()
