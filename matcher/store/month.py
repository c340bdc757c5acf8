"""What was done to the books, batch by batch: what a month's pack tells of people."""

import polars as pl

from matcher.journal.chain import Head
from matcher.store.database import Store
from matcher.store.journal import until


def head(store: Store, batch: int) -> Head:
    """Number and hash of a batch; (0, genesis) for books that had none."""
    from matcher.journal.chain import GENESIS

    rows = store.run("SELECT batch, hash FROM log.batch WHERE batch = ?", [batch])
    return Head(int(rows[0][0]), str(rows[0][1])) if rows else Head(0, GENESIS)


def batches(store: Store, after: int, batch: int | None) -> pl.DataFrame:
    """The batches after one and up to another, in order: batch, command, actor, at, summary (JSON)."""
    sql = f"""SELECT batch, command, actor, "at", summary FROM {until("log.batch", batch)} WHERE batch > ? ORDER BY batch"""
    return store.frame(sql, after)


def rulings(store: Store, after: int, batch: int | None) -> pl.DataFrame:
    """What persons ruled on statements in these batches: batch, account, number, statement_id, ruling, reason, actor, at."""
    return store.frame(
        f"""SELECT v.batch, s.account, s.number, statement_id, v.ruling, v.reason, b.actor, b."at"
        FROM {until("raw.statement_ruling", batch)} AS v JOIN raw.statement AS s USING (statement_id)
        JOIN log.batch AS b ON b.batch = v.batch WHERE v.batch > ? ORDER BY v.batch, statement_id""",
        after,
    )
