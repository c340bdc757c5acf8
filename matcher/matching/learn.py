"""What settled receipts teach: whose account and whose name it was. Only what always meant one customer, and more than once.

What a person has revoked teaches no more; what is confirmed after that does.
"""

from collections.abc import Callable

import polars as pl

from matcher.frames import Schema
from matcher.matching.candidates import PAYER
from matcher.matching.keys import account_key, name_key

LEAST = 2
"""Settled receipts of an account or a name before it counts as its customer's: one may have been an exception."""

ACCOUNT, NAME = "account", "name"
COLUMNS: dict[str, str] = {ACCOUNT: "counterparty_account", NAME: "counterparty_name"}
"""What is learned of a payer, and the line's column that tells it."""

KEYS: dict[str, Callable[[str], str]] = {ACCOUNT: account_key, NAME: name_key}

REVOCATION: Schema = {"kind": pl.String(), "key": pl.String(), "customer_id": pl.String(), "revoked_in": pl.Int64()}
"""What a person has revoked: the kind and key, of which customer, and the batch of the journal; several rows where it was done again."""


def confirmations(settled: pl.DataFrame, kind: str, revoked: pl.DataFrame | None = None) -> pl.DataFrame:
    """What each settled receipt says of its payer's account or name: entity, key, customer_id, line_id, and whether it ``counts``.

    Args:
        settled: lines that persons posted; columns of `frames.LINE`, customer_id, and ``confirmed_in``, the batch of the decision.
        kind: of `COLUMNS`.
        revoked: columns of `REVOCATION`.
    """
    paid = settled.filter((pl.col("customer_id") != "") & (pl.col("amount") > 0))
    told = _keyed(paid, kind, "customer_id", "line_id", "confirmed_in")
    if revoked is None or revoked.is_empty():
        return told.drop("confirmed_in").with_columns(counts=pl.lit(value=True))
    latest = revoked.filter(pl.col("kind") == kind).group_by("key", "customer_id").agg(pl.col("revoked_in").max())
    marked = told.join(latest, on=["key", "customer_id"], how="left", maintain_order="left")
    return marked.with_columns(counts=pl.col("confirmed_in") > pl.col("revoked_in").fill_null(-1)).drop("confirmed_in", "revoked_in")


def learned(settled: pl.DataFrame, lines: pl.DataFrame, revoked: pl.DataFrame | None = None) -> pl.DataFrame:
    """Customers to whom earlier receipts of a line's account or name went: columns of `candidates.PAYER`, kind ``learned``.

    Args:
        settled, revoked: see `confirmations`.
        lines: lines to be decided; columns of `frames.LINE`.
    """
    frames = [lines.select("line_id", pl.lit("").alias("customer_id")).clear()]
    for kind in COLUMNS:
        told = confirmations(settled, kind, revoked).filter("counts")
        taught = told.group_by("entity", "key").agg(pl.col("customer_id"), pl.len().alias("times"))
        sure = taught.filter((pl.col("times") >= LEAST) & (pl.col("customer_id").list.n_unique() == 1))
        whose = sure.select("entity", "key", pl.col("customer_id").list.first())
        if whose.is_empty():
            continue
        frames.append(_keyed(lines, kind, "line_id").join(whose, on=["entity", "key"]).select("line_id", "customer_id"))
    pairs = pl.concat(frames).unique().sort("line_id", "customer_id")
    return pairs.with_columns(kind=pl.lit("learned"), similarity=pl.lit(100), margin=pl.lit(100)).select(
        pl.col(name).cast(dtype) for name, dtype in PAYER.items()
    )


def _keyed(lines: pl.DataFrame, kind: str, *further: str) -> pl.DataFrame:
    """entity, key and further columns of the lines that state an account or name."""
    column, form = COLUMNS[kind], KEYS[kind]
    stated = lines.filter(pl.col(column) != "").select("entity", pl.col(column).alias("key"), *further)
    forms = {text: form(text) for text in stated["key"].unique().to_list()}
    keyed = stated.with_columns(pl.col("key").replace_strict(forms, return_dtype=pl.String, default=""))
    return keyed.filter(pl.col("key") != "")
