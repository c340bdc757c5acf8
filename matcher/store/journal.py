"""The journal's tables: batches, decisions, allocations, exports; and what the latest run found."""

from collections.abc import Collection, Iterable
from dataclasses import asdict

import polars as pl

from matcher import columns, frames
from matcher.journal.chain import GENESIS, Batch
from matcher.journal.fold import Facts
from matcher.store.database import Store

_LATEST = """WITH again AS (SELECT {key}, min(batch) AS first, max(batch) AS last FROM {table} GROUP BY {key} HAVING count(*) > 1),
    latest AS (SELECT t.* EXCLUDE (batch), coalesce(first, batch) AS first_seen, batch AS seen
        FROM {table} AS t LEFT JOIN again USING ({key}) WHERE batch = coalesce(last, batch))
SELECT {columns} FROM latest ORDER BY {key}"""
"""A batch holds a key once; most keys are in one batch, and only the others are compared."""


def last_batch(store: Store) -> tuple[int, str]:
    """Number and hash of the latest batch; (0, genesis) in empty books."""
    rows = store.run("SELECT batch, hash FROM log.batch ORDER BY batch DESC LIMIT 1")
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, GENESIS)


def append(store: Store, batch: Batch, decisions: pl.DataFrame, allocations: pl.DataFrame) -> None:
    """Appends a sealed batch with its rows."""
    store.append("log.batch", pl.DataFrame([asdict(batch)]))
    store.append("log.decision", decisions)
    store.append("log.allocation", allocations)


def batches(store: Store) -> list[Batch]:
    """All batches, in order."""
    return [Batch(**row) for row in store.frame("SELECT * FROM log.batch ORDER BY batch").iter_rows(named=True)]


def decisions(store: Store) -> pl.DataFrame:
    """All decisions, in order."""
    return store.frame("SELECT * FROM log.decision ORDER BY batch, ordinal").select(list(frames.DECISION))


def allocations(store: Store) -> pl.DataFrame:
    """All allocations, in the order of their decisions."""
    sql = "SELECT a.* FROM log.allocation AS a JOIN log.decision AS d USING (decision_id) ORDER BY d.batch, d.ordinal, a.ordinal"
    return store.frame(sql).select(list(frames.ALLOCATION))


def items(store: Store, until: int | None = None, without: Collection[str] = ()) -> pl.DataFrame:
    """The latest snapshot of every open item; with `until`, as the books knew them after that batch. `without`: columns to leave out."""
    table = "raw.item" if until is None else f"(FROM raw.item WHERE batch <= {int(until)})"
    return _possible(store.frame(_LATEST.format(key="item_id", table=table, columns=_columns(frames.ITEM, without))))


def named_items(store: Store, names: Collection[str]) -> frozenset[str]:
    """Which of the names are the id or the document number of an item."""
    # what is no text is the name of nothing, and the database takes no half of a character
    texts = [name for name in names if name.encode(errors="ignore").decode() == name]
    sql = "SELECT item_id FROM raw.item WHERE item_id IN (SELECT unnest($1::VARCHAR[])) UNION "
    sql += "SELECT document_no FROM raw.item WHERE document_no IN (SELECT unnest($1::VARCHAR[]))"
    return frozenset(str(row[0]) for row in store.run(sql, [texts]))


def _possible(found: pl.DataFrame) -> pl.DataFrame:
    """Items without days and discounts that cannot be: an import refuses them, and older books must not fail at one.

    An item without a possible due date is due at issue; an impossible day of issue becomes the nearest possible one: the item counts.
    """
    days = [columns.possible(pl.col(name)).alias(name) for name in ("due_date", "discount_date", "closed_date") if name in found.columns]
    ppm = pl.col("discount_ppm")
    issued = pl.col("issue_date").clip(columns.EARLIEST, columns.LATEST)
    return found.with_columns(*days, issued, pl.when(ppm.is_between(0, 999_999)).then(ppm))


def customers(store: Store) -> pl.DataFrame:
    """The latest record of every customer."""
    return store.frame(_LATEST.format(key="customer_id", table="raw.customer", columns=_columns(frames.CUSTOMER)))


def _columns(schema: frames.Schema, without: Collection[str] = ()) -> str:
    return ", ".join(f'"{name}"' for name in schema if name not in without)


def facts(store: Store, without: Collection[str] = ()) -> Facts:
    """Everything that state is folded from. `without`: columns of lines and items that the caller does not ask for."""
    return Facts(
        lines=store.frame(f"SELECT {_columns(frames.LINE, without)} FROM raw.line ORDER BY line_id"),
        items=items(store, without=without),
        customers=customers(store),
        decisions=decisions(store),
        allocations=allocations(store),
        findings=store.frame("SELECT * FROM work.finding ORDER BY line_id"),
        proposals=store.frame("SELECT * FROM work.proposal ORDER BY line_id, decision_id, ordinal"),
    )


def replace_findings(store: Store, findings: pl.DataFrame, proposals: pl.DataFrame) -> None:
    """Puts the latest run's findings in the place of the previous ones."""
    store.run("TRUNCATE work.finding")
    store.run("TRUNCATE work.proposal")
    store.append("work.finding", findings)
    store.append("work.proposal", proposals)


def replace_shadows(store: Store, line_ids: list[str], shadows: pl.DataFrame) -> None:
    """Puts what shadow rules say of these lines in the place of what they said before."""
    store.run("DELETE FROM work.shadow WHERE line_id IN (SELECT unnest(?::VARCHAR[]))", [line_ids])
    store.append("work.shadow", shadows)


def shadows(store: Store) -> pl.DataFrame:
    """What shadow rules said of lines, by line."""
    return store.frame("SELECT * FROM work.shadow ORDER BY line_id, rule").select(list(frames.SHADOW))


def drop_findings(store: Store, line_ids: list[str]) -> None:
    """Forgets what the latest run found for lines that a person has since decided on."""
    for table in ("work.finding", "work.proposal"):
        store.run(f"DELETE FROM {table} WHERE list_contains(?::VARCHAR[], line_id)", [line_ids])


def drop_proposals_on(store: Store, item_ids: Iterable[str]) -> None:
    """Forgets what the latest run found for lines on which it proposed one of these items: they are no longer what it saw."""
    wanted = list(item_ids)
    if not wanted:
        return
    sql = "SELECT DISTINCT line_id FROM work.proposal WHERE item_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY ALL"
    rows = store.run(sql, [wanted])
    drop_findings(store, [str(row[0]) for row in rows])


def exported(store: Store, target: str) -> pl.DataFrame:
    """The documents that were exported to a target before, oldest first; the columns that an export hands back."""
    sql = "SELECT * EXCLUDE (batch, target) FROM log.export WHERE target = ? ORDER BY batch, external_id"
    return store.frame(sql, target)


def append_exported(store: Store, batch: int, target: str, sent: pl.DataFrame) -> None:
    """Keeps the documents of an export."""
    store.append("log.export", sent.with_columns(pl.lit(batch, pl.Int64).alias("batch"), pl.lit(target).alias("target")))
