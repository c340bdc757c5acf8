"""Whole columns of text into amounts and dates, exactly and without a Python object per row.

The column forms of `matcher.money.parse` and of ISO dates; a property test holds them equal to the plain forms.
"""

from datetime import date

import polars as pl

from matcher import money

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
"""First and last day that the ERP's documents and rates may have: with any other one, counting days would leave the calendar."""

_AMOUNT = r"^[+-]?(?:\d+\.?\d*|\.\d+)$"
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
