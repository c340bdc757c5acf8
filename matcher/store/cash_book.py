"""The ledger's own entries on our bank accounts, and the balances that it told of them."""

import polars as pl

from matcher import frames
from matcher.states import BookRowKind
from matcher.store.database import Store
from matcher.store.journal import until


def append_rows(store: Store, batch: int, rows: pl.DataFrame) -> dict[str, int]:
    """Appends entries and balances that are new, or say something else than before. `rows`: columns of `frames.BOOK_ROW`."""
    balance = pl.col("kind") == BookRowKind.BALANCE
    counts = _append(store, batch, "raw.book_entry", rows.filter(~balance).select(list(frames.BOOK_ENTRY)), entries(store))
    told = _append(store, batch, "raw.book_balance", rows.filter(balance).select(list(frames.BOOK_BALANCE)), balances(store))
    return {name: counts[name] + told[name] for name in counts}


def _append(store: Store, batch: int, table: str, rows: pl.DataFrame, latest: pl.DataFrame) -> dict[str, int]:
    changed = rows.join(latest, on=rows.columns, how="anti", nulls_equal=True)
    new = changed.join(latest, on="entry_id", how="anti").height
    if changed.height:
        store.append(table, changed.with_columns(pl.lit(batch, pl.Int64).alias("batch")))
    return {"rows": rows.height, "new": new, "changed": changed.height - new}


def entries(store: Store, batch: int | None = None) -> pl.DataFrame:
    """The entries as they were imported last, columns of `frames.BOOK_ENTRY`, in the order of their ids; as known after a batch."""
    return _latest(store, "raw.book_entry", frames.BOOK_ENTRY, batch)


def balances(store: Store, batch: int | None = None) -> pl.DataFrame:
    """The balances likewise, columns of `frames.BOOK_BALANCE`."""
    return _latest(store, "raw.book_balance", frames.BOOK_BALANCE, batch)


def _latest(store: Store, table: str, schema: frames.Schema, batch: int | None) -> pl.DataFrame:
    found = store.few(
        f"FROM {until(table, batch)} QUALIFY row_number() OVER (PARTITION BY entry_id ORDER BY batch DESC) = 1 ORDER BY entry_id"
    )
    return found.select(pl.col(name).cast(kind) for name, kind in schema.items())
