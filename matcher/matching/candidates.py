"""Which open items and customers a line may be about. Equality joins inside the selling company, each with a cap.

The joins are SQL text over named relations, run by an engine; the fuzzy part compares only names that account and exact name
left undecided. Amount is never a way to find candidates, only a check on them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from matcher.matching.normalise import account_key, name_key


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate relations, each in a fixed order.

    Attributes:
        references: line_id, item_id, source, key, carriers, class.
        payers: line_id, customer_id, kind, likeness, margin: customers that account, name or customer number speak for.
    """

    references: pl.DataFrame
    payers: pl.DataFrame


KEY_CAP = 5
"""A number key that more items carry than this names none of them (a year, a customer's own number)."""

NAME_CUTOFF = 82
"""Least similarity, 0 to 100, at which a fuzzy name is a candidate at all."""

REFERENCE_SQL = f"""
WITH carried AS (
    SELECT entity, key, count(DISTINCT item_id) AS carriers FROM item_keys GROUP BY entity, key
)
SELECT l.line_id, i.item_id, i.source, l.key, c.carriers,
    CASE WHEN l.class = 'whole' AND i.class = 'whole' THEN 'whole' WHEN i.class = 'tail' THEN 'tail'
         WHEN l.class = 'run' OR i.class = 'run' THEN 'run' ELSE 'digits' END AS class
FROM line_keys AS l
JOIN carried AS c ON c.entity = l.entity AND c.key = l.key AND c.carriers <= {KEY_CAP}
JOIN item_keys AS i ON i.entity = l.entity AND i.key = l.key
ORDER BY l.line_id, i.item_id, i.source, l.key
"""
"""Lines and items that share a number key: line_id, item_id, source, key, carriers, class."""

ACCOUNT_SQL = """
SELECT DISTINCT l.line_id, c.customer_id FROM line_accounts AS l JOIN customer_accounts AS c USING (account)
WHERE c.entity = '' OR c.entity = l.entity ORDER BY l.line_id, c.customer_id
"""
"""Lines whose payer account is known: line_id, customer_id."""

NAME_SQL = """
SELECT DISTINCT l.line_id, c.customer_id FROM line_names AS l JOIN customer_names AS c USING (name)
WHERE c.entity = '' OR c.entity = l.entity ORDER BY l.line_id, c.customer_id
"""
"""Lines whose payer name equals a customer's name, trade name or alias once both are normalised."""


NUMBER_SQL = """
SELECT DISTINCT l.line_id, c.customer_id FROM line_keys AS l JOIN customer_numbers AS c USING (key)
WHERE c.entity = '' OR c.entity = l.entity ORDER BY l.line_id, c.customer_id
"""
"""Lines whose text holds a customer number."""

PAYER = {"line_id": pl.String(), "customer_id": pl.String(), "kind": pl.String(), "likeness": pl.Int64(), "margin": pl.Int64()}
"""Columns of `Candidates.payers`."""


def payers(accounts: pl.DataFrame, numbers: pl.DataFrame, names: pl.DataFrame, fuzzy: pl.DataFrame) -> pl.DataFrame:
    """Puts together what speaks for customers: pairs by account, by customer number, by equal name, and the most alike names."""
    sure = [pairs.with_columns(kind=pl.lit(kind), likeness=pl.lit(100), margin=pl.lit(100)) for pairs, kind in
            ((accounts, "account"), (numbers, "number"), (names, "equal"))]
    alike = fuzzy.with_columns(kind=pl.lit("alike"))
    return pl.concat([frame.select(pl.col(n).cast(t) for n, t in PAYER.items()) for frame in (*sure, alike)]).sort(list(PAYER))


def customer_numbers(customers: pl.DataFrame) -> pl.DataFrame:
    """Customer numbers as number keys: customer_id, entity, key. Numbers of fewer than four characters say nothing."""
    key = pl.col("customer_no").str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "").str.strip_chars_start("0")
    return customers.select("customer_id", "entity", key.alias("key")).filter(pl.col("key").str.len_chars() >= 4)


def line_accounts(lines: pl.DataFrame) -> pl.DataFrame:
    """Payer accounts of lines: line_id, entity, account (normalised); only those that state one."""
    known = lines.filter(pl.col("counterparty_account") != "")
    return known.select("line_id", "entity", _mapped("counterparty_account", account_key, "account")).filter(pl.col("account") != "")


def line_names(lines: pl.DataFrame) -> pl.DataFrame:
    """Payer names of lines: line_id, entity, name (normalised); only those that state one."""
    known = lines.filter(pl.col("counterparty_name") != "")
    return known.select("line_id", "entity", _mapped("counterparty_name", name_key, "name")).filter(pl.col("name") != "")


def customer_accounts(customers: pl.DataFrame) -> pl.DataFrame:
    """Bank accounts of customers: customer_id, entity, account (normalised)."""
    split = customers.select("customer_id", "entity", pl.col("account").str.split("|")).explode("account")
    return split.with_columns(_mapped("account", account_key, "account")).filter(pl.col("account") != "").unique(maintain_order=True)


def customer_names(customers: pl.DataFrame) -> pl.DataFrame:
    """Names, trade names and aliases of customers: customer_id, entity, name (normalised)."""
    split = customers.select(
        "customer_id", "entity", pl.concat_str("name", "trade_name", "alias", separator="|").str.split("|").alias("name")
    )
    named = split.explode("name").with_columns(_mapped("name", name_key, "name"))
    return named.filter(pl.col("name") != "").unique(maintain_order=True)


_Best = tuple[str, str, int, int]


def fuzzy_customers(names: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The customer whose name is most like each line's: line_id, customer_id, likeness and margin (0 to 100).

    The margin is the distance to the best name of another customer; a tie has margin 0.
    """
    columns = {"line_id": pl.String(), "customer_id": pl.String(), "likeness": pl.Int64(), "margin": pl.Int64()}
    choices = known.sort("name", "customer_id")
    wanted = names.get_column("name").unique().sort().to_list()
    if not wanted or not choices.height:
        return pl.DataFrame(schema=columns)
    people = choices["customer_id"].unique().sort().to_list()
    number = {customer: n for n, customer in enumerate(people)}
    owners = np.array([number[customer] for customer in choices["customer_id"]], dtype=np.int64)
    best = [found for part in _slices(wanted, 512) for found in _closest(part, choices["name"].to_list(), owners, people)]
    table = pl.DataFrame(
        best, schema={"name": pl.String(), "customer_id": pl.String(), "likeness": pl.Int64(), "margin": pl.Int64()}, orient="row"
    )
    return names.join(table, on="name").select(list(columns)).sort("line_id")


def fuzzy_by_entity(names: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`fuzzy_customers` inside each selling company."""
    parts = [
        fuzzy_customers(names.filter(pl.col("entity") == entity), known.filter(pl.col("entity").is_in(["", entity])))
        for entity in names["entity"].unique().sort()
    ]
    return pl.concat(parts) if parts else fuzzy_customers(names, known)


def _closest(wanted: Sequence[str], choices: Sequence[str], owners: NDArray[np.int64], people: Sequence[str]) -> list[_Best]:
    scores = process.cdist(wanted, choices, scorer=fuzz.token_sort_ratio, score_cutoff=NAME_CUTOFF - 20, dtype=np.uint8)
    found = []
    for name, row in zip(wanted, scores, strict=True):
        first = int(row.argmax())
        if row[first] >= NAME_CUTOFF:
            other = int(row[owners != owners[first]].max(initial=0))
            found.append((name, people[int(owners[first])], int(row[first]), int(row[first]) - other))
    return found


def _slices(values: Sequence[str], size: int) -> list[Sequence[str]]:
    return [values[i : i + size] for i in range(0, len(values), size)]


def _mapped(column: str, function: Callable[[str], str], alias: str) -> pl.Expr:
    """A Python function over the distinct values of a text column."""

    def apply(series: pl.Series) -> pl.Series:
        distinct = series.unique().to_list()
        return series.replace_strict(distinct, [function(v) for v in distinct], return_dtype=pl.String)

    return pl.col(column).map_batches(apply, return_dtype=pl.String).alias(alias)
