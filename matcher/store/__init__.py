"""The DuckDB file of a set of books: migrations, appends, snapshots. Remembers, never decides."""

from matcher.store.database import Store, create, open_store
from matcher.store.hardening import check_encryption

__all__ = ["Store", "check_encryption", "create", "open_store"]
