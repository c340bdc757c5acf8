"""The DuckDB file of a set of books: migrations, appends, snapshots. Remembers, never decides."""

from matcher.store.database import Store, create, open_store

__all__ = ["Store", "create", "open_store"]
