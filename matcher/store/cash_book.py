"""The ledger's own entries on our bank accounts."""

import polars as pl

from matcher import frames
from matcher.store.database import Store


def append_entries(store: Store, batch: int, rows: pl.DataFrame) -> dict[str, int]:
    """Appends entries that are new, or say something else than before. `rows`: columns of `frames.BOOK_ENTRY`."""
    latest = entries(store)
    changed = rows.select(list(frames.BOOK_ENTRY)).join(latest, on=list(frames.BOOK_ENTRY), how="anti", nulls_equal=True)
    new = changed.join(latest, on="entry_id", how="anti").height
    store.append("raw.book_entry", changed.with_columns(pl.lit(batch, pl.Int64).alias("batch")))
    return {"rows": rows.height, "new": new, "changed": changed.height - new}


def entries(store: Store) -> pl.DataFrame:
    """The entries as they were imported last, columns of `frames.BOOK_ENTRY`, in the order of their ids."""
    found = store.few("""FROM raw.book_entry QUALIFY row_number() OVER (PARTITION BY entry_id ORDER BY batch DESC) = 1 ORDER BY entry_id""")
    return found.select(pl.col(name).cast(kind) for name, kind in frames.BOOK_ENTRY.items())
