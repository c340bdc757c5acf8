"""Errors that persons stated for the proof of bank against book, and withdrew again."""

import polars as pl

from matcher.ledger.proof.kept import PROOF_ERROR
from matcher.store.database import Store
from matcher.store.journal import until


def append(store: Store, batch: int, rows: pl.DataFrame) -> None:
    """Appends what a batch states and withdraws; columns of `PROOF_ERROR` but batch, actor and at."""
    store.append("log.proof_error", rows.with_columns(pl.lit(batch, pl.Int64).alias("batch")))


def read(store: Store, batch: int | None = None) -> pl.DataFrame:
    """All that was stated and withdrawn, in the order in which it was; columns of `PROOF_ERROR`; as known after a batch."""
    found = store.few(
        f"""SELECT e.*, b.actor, b."at" FROM {until("log.proof_error", batch)} AS e JOIN log.batch AS b USING (batch)
        ORDER BY batch, error_id"""
    )
    return found.select(pl.col(name).cast(kind) for name, kind in PROOF_ERROR.items())
