"""Which open items and customers a line may be about. Equality joins inside the legal entity, each with a cap.

The joins are SQL text over named relations, run by an engine; names are met by `matcher.matching.names`. Amount is never a way to
find candidates, only a check on them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from matcher.matching.keys import account_key
from matcher.matching.names.matching import match_names


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate relations, each in a fixed order.

    Attributes:
        references: line_id, item_id, source, key, item_count, class.
        payers: line_id, customer_id, kind, similarity, margin: customers that account, name or customer number speak for.
    """

    references: pl.DataFrame
    payers: pl.DataFrame


NEARLY_EQUAL = 94
"""Likeness from which a name counts although another customer's is no less alike."""

KEY_CAP = 5
"""A number key that more documents carry than this names none of them (a year, a customer's own number)."""

REFERENCE_SQL = f"""
WITH carried AS (
    SELECT entity, key, count(DISTINCT document) AS item_count FROM item_keys GROUP BY entity, key
)
SELECT l.line_id, i.item_id, i.source, l.key, c.item_count,
    CASE WHEN l.class = 'whole' AND i.class = 'whole' THEN 'whole' WHEN i.class = 'tail' THEN 'tail'
         WHEN l.class = 'run' OR i.class = 'run' THEN 'run' ELSE 'digits' END AS class
FROM line_keys AS l
JOIN carried AS c ON c.entity = l.entity AND c.key = l.key AND c.item_count <= {KEY_CAP}
JOIN item_keys AS i ON i.entity = l.entity AND i.key = l.key
ORDER BY l.line_id, i.item_id, i.source, l.key
"""
"""Lines and items that share a number key: line_id, item_id, source, key, item_count, class."""

ACCOUNT_SQL = """
SELECT DISTINCT l.line_id, c.customer_id FROM line_accounts AS l JOIN customer_accounts AS c USING (account)
WHERE c.entity = '' OR c.entity = l.entity ORDER BY l.line_id, c.customer_id
"""
"""Lines whose payer account is known: line_id, customer_id."""

NUMBER_SQL = """
SELECT DISTINCT l.line_id, c.customer_id FROM line_keys AS l JOIN customer_numbers AS c USING (key)
WHERE c.entity = '' OR c.entity = l.entity ORDER BY l.line_id, c.customer_id
"""
"""Lines whose text holds a customer number."""

PAYER = {"line_id": pl.String(), "customer_id": pl.String(), "kind": pl.String(), "similarity": pl.Int64(), "margin": pl.Int64()}
"""Columns of `Candidates.payers`."""


def payers(accounts: pl.DataFrame, numbers: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Puts together what speaks for customers: pairs by account, pairs by customer number, and names with how they agree."""
    sure = (
        pairs.with_columns(kind=pl.lit(kind), similarity=pl.lit(100), margin=pl.lit(100))
        for pairs, kind in ((accounts, "account"), (numbers, "number"))
    )
    return pl.concat([frame.select(pl.col(n).cast(t) for n, t in PAYER.items()) for frame in (*sure, names)]).sort(list(PAYER))


def line_payers(lines: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """Customers whose name the payer's name of a line may be: columns of `PAYER`."""
    asked = lines.filter(pl.col("counterparty_name") != "").select("line_id", "entity", pl.col("counterparty_name").alias("name"))
    pairs = match_names(asked.select("entity", "name"), customers)
    # the second-best customer is rarely right, unless both are nearly equal
    pairs = pairs.filter((pl.col("margin") > 0) | (pl.col("similarity") >= NEARLY_EQUAL))
    return asked.join(pairs, on=["entity", "name"]).rename({"how": "kind"}).select(list(PAYER))


def customer_numbers(customers: pl.DataFrame) -> pl.DataFrame:
    """Customer numbers as number keys: customer_id, entity, key. Numbers of fewer than four characters say nothing."""
    key = pl.col("customer_no").str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "").str.strip_chars_start("0")
    return customers.select("customer_id", "entity", key.alias("key")).filter(pl.col("key").str.len_chars() >= 4)


def line_accounts(lines: pl.DataFrame) -> pl.DataFrame:
    """Payer accounts of lines: line_id, entity, account (normalised); only those that state one."""
    stated = lines.filter(pl.col("counterparty_account") != "")
    return stated.select("line_id", "entity", mapped("counterparty_account", account_key, "account")).filter(pl.col("account") != "")


def customer_accounts(customers: pl.DataFrame) -> pl.DataFrame:
    """Bank accounts of customers: customer_id, entity, account (normalised)."""
    split = customers.select("customer_id", "entity", pl.col("account").str.split("|")).explode("account")
    return split.with_columns(mapped("account", account_key, "account")).filter(pl.col("account") != "").unique(maintain_order=True)


def mapped(column: str, function: Callable[[str], str], alias: str) -> pl.Expr:
    """A Python function over the distinct values of a text column."""

    def apply(series: pl.Series) -> pl.Series:
        distinct = series.unique().to_list()
        return series.replace_strict(distinct, [function(v) for v in distinct], return_dtype=pl.String)

    return pl.col(column).map_batches(apply, return_dtype=pl.String).alias(alias)
