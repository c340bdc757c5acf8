"""Customers and payers as frames, from plain names."""

import polars as pl


def customers(*names: str, entity: str = "", **fields: str) -> pl.DataFrame:
    """Customers C1, C2 ... of those names; `fields` are columns of the first one."""
    rows = [(f"C{n}", entity, name, "", "") for n, name in enumerate(names, 1)]
    columns = ["customer_id", "entity", "name", "trade_name", "alias"]
    made = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()), orient="row")
    first = pl.int_range(pl.len()) == 0
    return made.with_columns(pl.when(first).then(pl.lit(text)).otherwise(pl.col(column)).alias(column) for column, text in fields.items())


def payers(*names: str, entity: str = "1") -> pl.DataFrame:
    """Payers of one legal entity."""
    return pl.DataFrame({"entity": [entity] * len(names), "name": names}, schema={"entity": pl.String(), "name": pl.String()})
