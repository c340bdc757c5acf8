"""Whether a books file has the tables and triggers that the program gives it: without them rows can be changed unseen."""

import duckdb

from matcher.store.database import Store, migrate

_TABLES = """SELECT schema_name || '.' || table_name, sql FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal
UNION ALL SELECT schema_name || '.' || view_name, sql FROM duckdb_views() WHERE database_name = current_database() AND NOT internal
UNION ALL SELECT schema_name || '.' || function_name, coalesce(macro_definition, '') FROM duckdb_functions()
    WHERE database_name = current_database() AND NOT internal"""

_TRIGGERS = "SELECT trigger_name, sql FROM duckdb_triggers() WHERE database_name = current_database()"


def odd_tables(store: Store) -> list[str]:
    """Tables that are not as the program makes them: missing, with other columns, or views; and whatever else is there beside them."""
    return _odd(store, _TABLES)


def odd_triggers(store: Store) -> list[str]:
    """Triggers that are missing, or other than the program makes them."""
    return _odd(store, _TRIGGERS)


def _odd(store: Store, sql: str) -> list[str]:
    made = duckdb.connect()
    try:
        migrate(made)
        expected = set(made.execute(sql).fetchall())
    finally:
        made.close()
    return sorted({str(name) for name, _ in expected ^ set(store.run(sql))})
