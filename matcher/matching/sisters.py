"""Documents of another legal entity that a receipt names: nothing is matched with them, but a person is told."""

from collections.abc import Mapping

import polars as pl

from matcher.matching.keys import line_keys

LEAST = 5
"""Fewest characters of a number that names a document of another entity."""

MOST = 5
"""Documents that may have a number; one that more have names none of them."""

DOCUMENT = ("item_id", "entity", "document_no", "payment_reference")
"""Columns of documents."""


def named_elsewhere(lines: pl.DataFrame, documents: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """Lines that name an open document of another entity: line_id, reason.

    Args:
        lines: columns that `keys.line_keys` reads; lines that nothing explains.
        documents: columns of `DOCUMENT`, of what is open in all entities.
        names: of the entities, by id.
    """
    numbers = pl.concat(
        documents.select("item_id", "entity", "document_no", pl.col(column).str.to_uppercase().alias("key"))
        for column in ("document_no", "payment_reference")
    ).with_columns(pl.col("key").str.replace_all(r"[^\p{L}\p{N}]", ""))
    keys = line_keys(lines).filter(pl.col("key").str.len_chars() >= LEAST).select("line_id", pl.col("entity").alias("ours"), "key")
    carried = numbers.join(keys.select("key").unique(), on="key", how="semi").unique(["item_id", "key"])
    rare = carried.filter(pl.col("item_id").n_unique().over("key") <= MOST)
    met = keys.join(rare, on="key").filter(pl.col("entity") != pl.col("ours"))
    first = met.sort("line_id", pl.col("key").str.len_chars(), "item_id", descending=[False, True, False]).unique(
        "line_id", keep="first", maintain_order=True
    )
    rows = [
        (line_id, f"the named document {number} is of entity {entity}, {names.get(entity, entity)}, and the line of entity {ours}")
        for line_id, number, entity, ours in first.select("line_id", "document_no", "entity", "ours").iter_rows()
    ]
    return pl.DataFrame(rows, schema={"line_id": pl.String(), "reason": pl.String()}, orient="row")
