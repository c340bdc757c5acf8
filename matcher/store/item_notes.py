"""What decisions say of items; it moves no money."""

import polars as pl

from matcher import frames
from matcher.store.database import Store


def append(store: Store, batch: int, notes: pl.DataFrame) -> None:
    """Appends what a batch's decisions say of items; columns of `frames.ITEM_NOTE`."""
    store.append("log.item_note", notes.with_columns(pl.lit(batch, pl.Int64).alias("batch")))


def read(store: Store, table: str = "log.item_note", *, few: bool = False) -> pl.DataFrame:
    """What decisions said of items; columns of `frames.ITEM_NOTE`.

    Args:
        store: the books.
        table: where the rows are, when not all are asked for.
        few: whether they are few; see `Store.few`.
    """
    found = (store.few if few else store.frame)(f"SELECT * FROM {table} ORDER BY batch, decision_id, item_id")
    return found.select(list(frames.ITEM_NOTE))
