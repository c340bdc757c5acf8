"""The default engine: DuckDB in memory."""

import duckdb
import polars as pl

from matcher import sandbox
from matcher.engines.base import Stage
from matcher.errors import MatcherError
from matcher.matching import candidates as rules
from matcher.matching.candidates import Candidates
from matcher.matching.keys import item_keys, line_keys
from matcher.rules.rulebook import Rulebook


class DuckDBEngine:
    """Runs the candidate SQL in an embedded in-memory database."""

    def candidates(self, lines: pl.DataFrame, items: pl.DataFrame, customers: pl.DataFrame) -> Candidates:
        """See `matcher.engines.base.Engine`.

        Raises:
            MatcherError: ``memory.short``.
        """
        relations = {
            "line_keys": line_keys(lines),
            "item_keys": item_keys(items),
            "line_accounts": rules.line_accounts(lines),
            "customer_accounts": rules.customer_accounts(customers),
            "customer_numbers": rules.customer_numbers(customers),
        }
        questions = (rules.REFERENCE_SQL, rules.ACCOUNT_SQL, rules.NUMBER_SQL)
        try:
            with duckdb.connect(config=sandbox.SETTINGS) as connection:
                sandbox.confine(connection)
                sandbox.lock(connection)
                for name, frame in relations.items():
                    connection.register(name, frame)
                references, accounts, numbers = (connection.sql(sql).pl() for sql in questions)
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:  # it has no file but the one that memory spills to
            raise MatcherError("memory.short", "matching could not get the memory that it needs") from error
        return Candidates(references, rules.payers(accounts, numbers, rules.line_payers(lines, customers)))

    def share(self, book: Rulebook, grace_days: int) -> None:
        """See `matcher.engines.base.Engine`."""

    def stages(self) -> tuple[Stage, ...]:
        """See `matcher.engines.base.Engine`."""
        return ()
