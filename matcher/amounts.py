"""Amounts in columns: the same text as `matcher.money.render` gives for one amount, and sums that cannot wrap.

polars sums Int64 without noticing an overflow; every sum of money over rows therefore goes through `total` or `running`.
"""

from collections.abc import Mapping

import polars as pl

from matcher import money


def total(amount: pl.Expr) -> pl.Expr:
    """Sum of a column of minor units, as Int64. An overflow raises, it never wraps."""
    return amount.cast(pl.Int128).sum().cast(pl.Int64)


def shown(amount: pl.Expr) -> pl.Expr:
    """Sum of a column of minor units over any number of rows, as Int128: for figures that are shown, and stored nowhere."""
    return amount.cast(pl.Int128).sum()


def running(amount: pl.Expr) -> pl.Expr:
    """Running sum of a column of minor units, as Int64. An overflow raises, it never wraps."""
    return amount.cast(pl.Int128).cum_sum().cast(pl.Int64)


def render(frame: pl.DataFrame, amounts: Mapping[str, str]) -> pl.DataFrame:
    """The frame with columns of minor units replaced by decimal text.

    Args:
        frame: any frame.
        amounts: for each column of minor units, the column that holds the currency of the same row.

    Returns:
        The same columns in the same order; a null amount stays null.

    Raises:
        MatcherError: ``currency.unknown`` when a row has an amount in a currency that is not in ISO 4217.
    """
    return frame.with_columns(_text(frame, column, currency) for column, currency in amounts.items())


def totals(frame: pl.DataFrame, amount: str, currency: str = "currency") -> dict[str, str]:
    """Decimal text of the sum of a column for each currency, in the order of the currencies' codes."""
    sums = frame.group_by(currency).agg(total(pl.col(amount))).sort(currency)
    return {code: money.render(minor, code) for code, minor in sums.select(currency, amount).iter_rows()}


def fraction(millionths: pl.Expr) -> pl.Expr:
    """Decimal text of millionths without needless zeros: 999500 is ``0.9995``, 1000000 is ``1``, null is empty."""
    whole = (millionths // money.PPM).cast(pl.String)
    rest = (millionths % money.PPM).cast(pl.String).str.zfill(6).str.strip_chars_end("0")
    return pl.when(rest == "").then(whole).otherwise(pl.concat_str(whole, pl.lit("."), rest)).fill_null("")


def _text(frame: pl.DataFrame, column: str, currency: str) -> pl.Expr:
    codes = frame.filter(pl.col(column).is_not_null())[currency].fill_null("").unique()
    by_places: dict[int, list[str]] = {}
    for code in codes:
        by_places.setdefault(money.scale(code), []).append(code)
    texts = [pl.when(pl.col(currency).is_in(group)).then(_fixed(pl.col(column), places)) for places, group in sorted(by_places.items())]
    return pl.coalesce(*texts, pl.lit(None, pl.String)).alias(column)


def _fixed(minor: pl.Expr, places: int) -> pl.Expr:
    if not places:
        return minor.cast(pl.String)
    digits, unit = minor.abs(), 10**places
    sign = pl.when(minor < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, (digits // unit).cast(pl.String), pl.lit("."), (digits % unit).cast(pl.String).str.zfill(places))


def percent(millionths: int, places: int | None = None) -> str:
    """A share as per cent: 999500 is ``99.95 %``.

    Args:
        millionths: the share.
        places: decimal places, rounded down, since what is shown must not be more than is known; None for as many as it has.
    """
    whole, rest = divmod(millionths, 10_000)
    digits = f"{rest:04d}"
    return f"{whole}.{digits.rstrip('0') or '0' if places is None else digits[:places]} %"
