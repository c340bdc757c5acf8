"""The journal's tables: batches, decisions, allocations, exports; and what the latest run found."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date

import polars as pl

from matcher import columns, frames
from matcher.journal.chain import GENESIS, Head, JournalEntry
from matcher.ledger.fold import Facts
from matcher.store.database import Store

_LATEST = """WITH again AS (SELECT {key}, min(batch) AS first, max(batch) AS last FROM {table} GROUP BY {key} HAVING count(*) > 1),
    latest AS (SELECT t.* EXCLUDE (batch), coalesce(first, batch) AS first_seen, batch AS seen
        FROM {table} AS t LEFT JOIN again USING ({key}) WHERE batch = coalesce(last, batch))
SELECT {columns} FROM latest ORDER BY {key}"""
"""A batch holds a key once; most keys are in one batch, and only the others are compared."""

UNDECIDED = """WHERE f.line_id NOT IN (
    SELECT line_id FROM log.decision WHERE batch > (SELECT max(batch) FROM log.batch WHERE command = 'run'))"""
"""What the latest run found of a line holds until somebody decides on it. The rows stay as the run left them: so they are sealed."""

_HISTORY = """WITH ours AS (
    SELECT item_id, min(batch) AS posted_in FROM log.allocation GROUP BY item_id
), later AS (SELECT item_id FROM {table} JOIN ours USING (item_id) GROUP BY item_id HAVING max(batch) > min(posted_in))
SELECT item_id, batch, amount, CASE status WHEN 'closed' THEN 0 ELSE open_amount END AS open_amount
FROM {table} SEMI JOIN later USING (item_id) WHERE batch <= coalesce(?, batch) ORDER BY item_id, batch"""


def last_batch(store: Store) -> Head:
    """Number and hash of the latest batch; (0, genesis) in empty books."""
    rows = store.run("SELECT batch, hash FROM log.batch ORDER BY batch DESC LIMIT 1")
    return Head(int(rows[0][0]), str(rows[0][1])) if rows else Head(0, GENESIS)


def append_decided(store: Store, batch: int, decisions: pl.DataFrame, allocations: pl.DataFrame) -> None:
    """Appends what a batch decides."""
    store.append("log.decision", decisions)
    store.append("log.allocation", allocations.with_columns(pl.lit(batch, pl.Int64).alias("batch")))


def append(store: Store, batch: JournalEntry) -> None:
    """Appends a sealed batch; its rows are there already."""
    store.append("log.batch", pl.DataFrame([asdict(batch)]))


def batches(store: Store) -> list[JournalEntry]:
    """All batches, in order."""
    return [JournalEntry(**row) for row in store.frame("SELECT * FROM log.batch ORDER BY batch").iter_rows(named=True)]


def latest(store: Store) -> JournalEntry | None:
    """The latest batch; None in empty books."""
    rows = store.few("SELECT * FROM log.batch ORDER BY batch DESC LIMIT 1").iter_rows(named=True)
    return next((JournalEntry(**row) for row in rows), None)


def signed(store: Store, before: int | None = None) -> bool:
    """Whether any batch is signed; of those `before` a batch."""
    return bool(store.run("SELECT 1 FROM log.batch WHERE signature <> '' AND batch < coalesce(?, batch + 1) LIMIT 1", [before]))


def latest_with(store: Store, table: str) -> JournalEntry | None:
    """The latest batch that put a table anew, part by part; None when none did."""
    sql = "SELECT * FROM log.batch WHERE contains(contents, ?) ORDER BY batch DESC LIMIT 1"
    return next((JournalEntry(**row) for row in store.few(sql, f'"{table}/0":').iter_rows(named=True)), None)


def decisions(store: Store) -> pl.DataFrame:
    """All decisions, in order."""
    return store.frame("SELECT * FROM log.decision ORDER BY batch, ordinal").select(list(frames.DECISION))


def runners_up(store: Store, line_id: str) -> list[str]:
    """What is recorded of the best other explanations of a line."""
    sql = "SELECT runner_up FROM log.decision WHERE line_id = $1 UNION SELECT runner_up FROM work.finding WHERE line_id = $1 ORDER BY 1"
    return [str(row[0]) for row in store.run(sql, [line_id]) if row[0]]


def allocations(store: Store) -> pl.DataFrame:
    """All allocations, in the order of their decisions."""
    sql = "SELECT a.* FROM log.allocation AS a JOIN log.decision AS d USING (decision_id) ORDER BY d.batch, d.ordinal, a.ordinal"
    return store.frame(sql).select(list(frames.ALLOCATION))


def decided(store: Store) -> pl.DataFrame:
    """What the sums need of every decision: batch, decision_id, kind, line_id, reverses."""
    return store.frame("SELECT batch, decision_id, kind, line_id, reverses FROM log.decision ORDER BY batch, ordinal, decision_id")


def allocated(store: Store) -> pl.DataFrame:
    """Every allocation that is stored, with its batch, whether its decision exists or not."""
    return store.frame("SELECT * FROM log.allocation ORDER BY batch, decision_id, ordinal")


def item_bounds(store: Store) -> pl.DataFrame:
    """What can be settled of each item: item_id, ``least`` and ``most``, in minor units; the widest that any snapshot said of it."""
    return store.frame(
        """SELECT item_id, min(least(amount, open_amount, 0)) AS least, max(greatest(amount, open_amount, 0)) AS most
        FROM raw.item GROUP BY item_id ORDER BY item_id"""
    )


def count(store: Store, table: str) -> int:
    """Number of rows of a table."""
    return store.scalar(f"SELECT count(*) FROM {table}")


def items(
    store: Store, until: int | None = None, without: Collection[str] = (), table: str = "raw.item", *, few: bool = False
) -> pl.DataFrame:
    """The latest snapshot of every open item.

    Args:
        store: the books.
        until: as the books knew them after that batch; None for now.
        without: columns to leave out.
        table: where their rows are, when not all are asked for.
        few: whether they are few; see `Store.few`.
    """
    table = table if until is None else f"(FROM {table} WHERE batch <= {int(until)})"
    read = store.few if few else store.frame
    return _possible(read(_LATEST.format(key="item_id", table=table, columns=_columns(frames.ITEM, without))))


def named_items(store: Store, names: Collection[str]) -> frozenset[str]:
    """Which of the names are the id or the document number of an item."""
    sql = "SELECT item_id FROM raw.item WHERE item_id IN (SELECT unnest($1::VARCHAR[])) UNION "
    sql += "SELECT document_no FROM raw.item WHERE document_no IN (SELECT unnest($1::VARCHAR[]))"
    return frozenset(str(row[0]) for row in store.run(sql, [_texts(names)]))


def item_ids(store: Store, names: Collection[str]) -> list[str]:
    """Ids of the items of which one of the names is the id, or has ever been the document number."""
    sql = """SELECT DISTINCT item_id FROM raw.item WHERE item_id IN (SELECT unnest($1::VARCHAR[]))
        OR document_no IN (SELECT unnest($1::VARCHAR[])) ORDER BY item_id"""
    return [str(row[0]) for row in store.run(sql, [_texts(names)])]


def _texts(names: Collection[str]) -> list[str]:
    # what is no text is the name of nothing, and the database takes no half of a character
    return [name for name in names if name.encode(errors="ignore").decode() == name]


def _possible(rows: pl.DataFrame) -> pl.DataFrame:
    """Items without days and discounts that cannot be: an import refuses them, and older books must not fail at one.

    An item without a possible due date is due at issue; an impossible day of issue becomes the nearest possible one: the item counts.
    """
    days = [columns.possible(pl.col(name)).alias(name) for name in ("due_date", "discount_date", "closed_date") if name in rows.columns]
    ppm = pl.col("discount_ppm")
    issued = pl.col("issue_date").clip(columns.EARLIEST, columns.LATEST)
    return rows.with_columns(*days, issued, pl.when(ppm.is_between(0, 999_999)).then(ppm))


def history(store: Store, until: int | None = None, table: str = "raw.item", *, few: bool = False) -> pl.DataFrame:
    """The versions of items that a snapshot changed after we had posted on them; see `ledger.booked`.

    `until`, `table` and `few` as of `items`.
    """
    return (store.few if few else store.frame)(_HISTORY.format(table=table), until)


def sent(store: Store, until: int | None = None, table: str = "log.export", *, few: bool = False) -> pl.DataFrame:
    """The undone decisions whose receipt was exported, to whatever target; see `booked.SENT`.

    `until`, `table` and `few` as of `items`.
    """
    return (store.few if few else store.frame)(
        f"""SELECT decision_id, min(batch) AS batch FROM {table}
        SEMI JOIN (SELECT reverses AS decision_id FROM log.decision WHERE reverses <> '') AS d USING (decision_id)
        WHERE record <> 'reversal' AND batch <= coalesce(?, batch) GROUP BY decision_id ORDER BY decision_id""",
        until,
    )


def customers(store: Store, table: str = "raw.customer", *, few: bool = False) -> pl.DataFrame:
    """The latest record of every customer. `table` and `few` as of `items`."""
    return (store.few if few else store.frame)(_LATEST.format(key="customer_id", table=table, columns=_columns(frames.CUSTOMER)))


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
        findings=store.frame(f"SELECT * FROM work.finding AS f {UNDECIDED} ORDER BY line_id"),
        proposals=store.frame(f"SELECT * FROM work.proposal AS f {UNDECIDED} ORDER BY line_id, decision_id, ordinal"),
        history=history(store),
        sent=sent(store),
    )


def item_facts(store: Store) -> Facts:
    """What the open amounts of items are folded from, and no more; without lines and findings."""
    return Facts(
        lines=frames.empty(frames.LINE),
        items=items(store),
        customers=frames.empty(frames.CUSTOMER),
        decisions=decisions(store),
        allocations=allocations(store),
        findings=frames.empty(frames.FINDING),
        proposals=frames.empty(frames.ALLOCATION),
        history=history(store),
        sent=sent(store),
    )


def replace_findings(store: Store, findings: pl.DataFrame, proposals: pl.DataFrame, until: date) -> None:
    """Puts a run's findings in the place of the previous ones; those on lines of days after `until` stand, as it did not look at them."""
    for table in ("work.finding", "work.proposal"):
        if until == date.max:
            store.run(f"TRUNCATE {table}")
        else:
            later = f"SELECT line_id FROM (SELECT line_id FROM raw.line WHERE booking_date > ?) AS f {UNDECIDED}"
            store.run(f"DELETE FROM {table} WHERE line_id NOT IN ({later})", [until])
    store.append("work.finding", findings)
    store.append("work.proposal", proposals)
    store.replaced |= {"work.finding", "work.proposal"}


def replace_shadows(store: Store, line_ids: list[str], shadows: pl.DataFrame) -> None:
    """Puts what shadow rules say of these lines in the place of what they said before."""
    store.run("DELETE FROM work.shadow WHERE line_id IN (SELECT unnest(?::VARCHAR[]))", [line_ids])
    store.append("work.shadow", shadows)
    store.replaced.add("work.shadow")


def shadows(store: Store) -> pl.DataFrame:
    """What shadow rules said of lines, by line."""
    return store.frame("SELECT * FROM work.shadow ORDER BY line_id, rule").select(list(frames.SHADOW))


def drop_proposals_on(store: Store, item_ids: Iterable[str]) -> None:
    """Forgets what the latest run found for lines on which it proposed one of these items: they are no longer what it saw."""
    ids = list(item_ids)
    if not ids:
        return
    lines = "SELECT line_id FROM work.proposal WHERE item_id IN (SELECT unnest(?::VARCHAR[]))"
    store.run(f"DELETE FROM work.finding WHERE line_id IN ({lines})", [ids])
    store.run(f"DELETE FROM work.proposal WHERE line_id IN ({lines})", [ids])
    store.replaced |= {"work.finding", "work.proposal"}


def exported(store: Store, target: str) -> pl.DataFrame:
    """The documents that were exported to a target before, oldest first; the columns that an export hands back."""
    sql = "SELECT * EXCLUDE (batch, target) FROM log.export WHERE target = ? ORDER BY batch, external_id"
    return store.frame(sql, target)


def append_exported(store: Store, batch: int, target: str, sent: pl.DataFrame) -> None:
    """Keeps the documents of an export."""
    store.append("log.export", sent.with_columns(pl.lit(batch, pl.Int64).alias("batch"), pl.lit(target).alias("target")))
