"""How much memory the database has while a command runs."""

from matcher.store.database import Store

INGEST = "96MB"
"""What the database may hold in memory while a file comes in; beyond it staged entries go to a temporary file beside the books."""
MUCH = 64_000_000
"""Bytes of rows read that are worth giving back."""


def bound(store: Store) -> None:
    """Bounds the memory that a file of any size may take."""
    store.run(f"SET memory_limit = '{INGEST}'")
    store.run("SET preserve_insertion_order = false")


def release(store: Store) -> None:
    """Gives back what the database keeps of the rows it has read: nobody reads them again once they are in frames.

    Of a million lines that is 300 MB. What is in temporary tables stays in memory.
    """
    used = dict(store.run("SELECT tag, memory_usage_bytes FROM duckdb_memory()"))
    read = used.get("BASE_TABLE", 0)
    if read < MUCH:
        return
    limit = store.run("SELECT current_setting('memory_limit')")[0][0]
    store.run(f"SET memory_limit = '{sum(used.values()) - read + MUCH} B'")
    store.run(f"SET memory_limit = '{limit}'")
