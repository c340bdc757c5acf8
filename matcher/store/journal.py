"""The journal's tables: batches, decisions, allocations, exports; and what the latest run found."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date

import polars as pl

from matcher import frames
from matcher.journal.chain import GENESIS, Batch
from matcher.journal.fold import Facts
from matcher.store.database import Store

_LATEST = """WITH again AS (SELECT {key}, min(batch) AS first, max(batch) AS last FROM {table} GROUP BY {key} HAVING count(*) > 1),
    latest AS (SELECT t.* EXCLUDE (batch), coalesce(first, batch) AS first_seen, batch AS seen
        FROM {table} AS t LEFT JOIN again USING ({key}) WHERE batch = coalesce(last, batch))
SELECT {columns} FROM latest ORDER BY {key}"""
"""A batch holds a key once; most keys are in one batch, and only the others are compared."""


_HISTORY = """WITH ours AS (
    SELECT item_id, min(batch) AS posted_in FROM log.allocation JOIN log.decision USING (decision_id) GROUP BY item_id
), later AS (SELECT item_id FROM raw.item JOIN ours USING (item_id) GROUP BY item_id HAVING max(batch) > min(posted_in))
SELECT item_id, batch, amount, CASE status WHEN 'closed' THEN 0 ELSE open_amount END AS open_amount
FROM raw.item SEMI JOIN later USING (item_id) WHERE batch <= coalesce(?, batch) ORDER BY item_id, batch"""


_TOUCHED = """CREATE OR REPLACE TEMP TABLE touched_line AS SELECT DISTINCT line_id FROM log.decision WHERE batch = $batch;
CREATE OR REPLACE TEMP TABLE touched_item AS
    SELECT item_id FROM log.allocation SEMI JOIN (
        SELECT decision_id FROM log.decision WHERE batch = $batch
        UNION SELECT reverses FROM log.decision WHERE batch = $batch AND reverses <> ''
    ) AS d USING (decision_id)
    UNION SELECT item_id FROM raw.item SEMI JOIN (SELECT item_id FROM log.allocation) AS a USING (item_id) WHERE batch = $batch;
CREATE OR REPLACE TEMP TABLE touched_decision AS
    WITH near AS (
        SELECT decision_id FROM log.allocation SEMI JOIN touched_item USING (item_id)
        UNION SELECT decision_id FROM log.decision SEMI JOIN touched_line USING (line_id)
    )
    SELECT decision_id FROM near UNION SELECT decision_id FROM log.decision WHERE reverses IN (SELECT decision_id FROM near)"""
"""What a batch changes: lines it decided, items that its postings and reversals move or that it brings anew; and all decisions on them."""


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
    return store.frame(_LATEST.format(key="item_id", table=table, columns=_columns(frames.ITEM, without)))


def history(store: Store, until: int | None = None) -> pl.DataFrame:
    """The versions of items that a snapshot changed after we had posted on them; see `journal.booked`. `until`: known after that batch."""
    return store.frame(_HISTORY, until)


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
        history=history(store),
    )


def touched(store: Store, batch: int) -> Facts:
    """What the state of the lines and items is folded from that a batch changes, and no more; without findings."""
    for statement in _TOUCHED.split(";"):
        store.connection.execute(statement, {"batch": batch} if "$batch" in statement else None)
    mine = "(FROM raw.item SEMI JOIN touched_item USING (item_id))"
    found = Facts(
        lines=store.frame(f"SELECT {_columns(frames.LINE)} FROM raw.line SEMI JOIN touched_line USING (line_id) ORDER BY line_id"),
        items=store.frame(_LATEST.format(key="item_id", table=mine, columns=_columns(frames.ITEM))),
        customers=frames.empty(frames.CUSTOMER),
        decisions=store.frame("SELECT * FROM log.decision SEMI JOIN touched_decision USING (decision_id) ORDER BY batch, ordinal"),
        allocations=store.frame(
            """SELECT a.* FROM log.allocation AS a JOIN log.decision AS d USING (decision_id)
            SEMI JOIN touched_decision USING (decision_id) ORDER BY d.batch, d.ordinal, a.ordinal"""
        ),
        findings=frames.empty(frames.FINDING),
        proposals=frames.empty(frames.ALLOCATION),
        history=history(store).join(store.frame("FROM touched_item"), on="item_id", how="semi", maintain_order="left"),
    )
    for name in ("touched_line", "touched_item", "touched_decision"):
        store.run(f"DROP TABLE {name}")
    return found


def replace_findings(store: Store, findings: pl.DataFrame, proposals: pl.DataFrame, until: date) -> None:
    """Puts a run's findings in the place of the previous ones; those on lines of days after `until` stand, as it did not look at them."""
    for table in ("work.finding", "work.proposal"):
        if until == date.max:
            store.run(f"TRUNCATE {table}")
        else:
            store.run(f"DELETE FROM {table} WHERE line_id NOT IN (SELECT line_id FROM raw.line WHERE booking_date > ?)", [until])
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


def exported(store: Store, target: str) -> pl.DataFrame:
    """The documents that were exported to a target before, oldest first; the columns that an export hands back."""
    sql = "SELECT * EXCLUDE (batch, target) FROM log.export WHERE target = ? ORDER BY batch, external_id"
    return store.frame(sql, target)


def append_exported(store: Store, batch: int, target: str, sent: pl.DataFrame) -> None:
    """Keeps the documents of an export."""
    store.append("log.export", sent.with_columns(pl.lit(batch, pl.Int64).alias("batch"), pl.lit(target).alias("target")))
