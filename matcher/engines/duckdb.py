"""The default engine: DuckDB in memory."""

import duckdb
import polars as pl

from matcher.matching import candidates as rules
from matcher.matching.candidates import Candidates
from matcher.matching.normalise import item_keys, line_keys


class DuckDBEngine:
    """Runs the candidate SQL in an embedded in-memory database."""

    def candidates(self, lines: pl.DataFrame, items: pl.DataFrame, customers: pl.DataFrame) -> Candidates:
        """See `matcher.engines.base.Engine`."""
        relations = {
            "line_keys": line_keys(lines),
            "item_keys": item_keys(items),
            "line_accounts": rules.line_accounts(lines),
            "customer_accounts": rules.customer_accounts(customers),
            "line_names": rules.line_names(lines),
            "customer_names": rules.customer_names(customers),
            "customer_numbers": rules.customer_numbers(customers),
        }
        with duckdb.connect() as connection:
            for name, frame in relations.items():
                connection.register(name, frame)
            statements = (rules.REFERENCE_SQL, rules.ACCOUNT_SQL, rules.NUMBER_SQL, rules.NAME_SQL)
            references, accounts, numbers, names = (connection.sql(sql).pl() for sql in statements)
        told = pl.concat([accounts, names]).select("line_id").unique()
        untold = relations["line_names"].join(told, on="line_id", how="anti")
        fuzzy = rules.fuzzy_by_entity(untold, relations["customer_names"])
        return Candidates(references, rules.payers(accounts, numbers, names, fuzzy))
