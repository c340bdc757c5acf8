"""Whether a books file has the tables and triggers that the program gives it: without them rows can be changed unseen."""

from functools import cache

import duckdb

from matcher.store.database import NAME, Store, migrate

# A macro of the file would stand in the place of the database's own function of that name, so that these are named with their schema.
_TABLES = f"""SELECT schema_name || '.' || table_name, sql FROM system.main.duckdb_tables() WHERE database_name = '{NAME}' AND NOT internal
UNION ALL SELECT schema_name || '.' || view_name, sql FROM system.main.duckdb_views() WHERE database_name = '{NAME}' AND NOT internal
UNION ALL SELECT schema_name || '.' || function_name, function_type FROM system.main.duckdb_functions() WHERE database_name = '{NAME}'"""
_TRIGGERS = f"SELECT trigger_name, sql FROM system.main.duckdb_triggers() WHERE database_name = '{NAME}'"

Named = frozenset[tuple[str, str]]
"""What a file has: names, and the SQL text that makes each."""


def odd_tables(store: Store) -> list[str]:
    """Tables that are not as the program makes them: missing, with other columns, or views; and whatever else is there beside them."""
    return _differing(store, _TABLES, _expected()[0])


def odd_triggers(store: Store) -> list[str]:
    """Triggers that are missing, or other than the program makes them."""
    return _differing(store, _TRIGGERS, _expected()[1])


def _differing(store: Store, sql: str, expected: Named) -> list[str]:
    return sorted({str(name) for name, _ in expected ^ set(store.run(sql))})


@cache
def _expected() -> tuple[Named, Named]:
    """Tables and triggers of new books."""
    connection = duckdb.connect()
    try:
        connection.execute(f"ATTACH ':memory:' AS {NAME}")
        connection.execute(f"USE {NAME}")
        migrate(connection)
        return frozenset(connection.execute(_TABLES).fetchall()), frozenset(connection.execute(_TRIGGERS).fetchall())
    finally:
        connection.close()
