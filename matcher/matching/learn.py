"""What settled receipts teach: whose account and whose name it was. Only what always meant one customer, and more than once."""

from collections.abc import Callable

import polars as pl

from matcher.matching.candidates import PAYER
from matcher.matching.keys import account_key, name_key

LEAST = 2
"""Settled receipts of an account or a name before it counts as its customer's: one may have been an exception."""


def learned(settled: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Customers to whom earlier receipts of a line's account or name went: columns of `candidates.PAYER`, kind ``learned``.

    Args:
        settled: lines that persons posted; columns of `frames.LINE`, and customer_id.
        lines: lines to be decided.
    """
    frames = [lines.select("line_id", pl.lit("").alias("customer_id")).clear()]
    paid = settled.filter((pl.col("customer_id") != "") & (pl.col("amount") > 0))
    for column, form in (("counterparty_account", account_key), ("counterparty_name", name_key)):
        taught = _keyed(paid, column, form, "customer_id").group_by("entity", "key").agg(pl.col("customer_id"), pl.len().alias("times"))
        sure = taught.filter((pl.col("times") >= LEAST) & (pl.col("customer_id").list.n_unique() == 1))
        whose = sure.select("entity", "key", pl.col("customer_id").list.first())
        if whose.is_empty():
            continue
        frames.append(_keyed(lines, column, form, "line_id").join(whose, on=["entity", "key"]).select("line_id", "customer_id"))
    pairs = pl.concat(frames).unique().sort("line_id", "customer_id")
    return pairs.with_columns(kind=pl.lit("learned"), similarity=pl.lit(100), margin=pl.lit(100)).select(
        pl.col(name).cast(dtype) for name, dtype in PAYER.items()
    )


def _keyed(lines: pl.DataFrame, column: str, form: Callable[[str], str], further: str) -> pl.DataFrame:
    """entity, key and one more column of the lines that state an account or name."""
    stated = lines.filter(pl.col(column) != "").select("entity", pl.col(column).alias("key"), further)
    forms = {text: form(text) for text in stated["key"].unique().to_list()}
    keyed = stated.with_columns(pl.col("key").replace_strict(forms, return_dtype=pl.String, default=""))
    return keyed.filter(pl.col("key") != "")
