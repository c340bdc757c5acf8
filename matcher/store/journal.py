"""The journal's tables: batches, decisions, allocations, exports; and what the latest run found."""

import re
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import TypedDict

import polars as pl

from matcher import columns, frames
from matcher.journal.chain import GENESIS, Head, JournalEntry
from matcher.ledger.movements import Facts
from matcher.states import SETTLING, DecisionKind, PeriodAction
from matcher.store import item_notes
from matcher.store.database import Store
from matcher.store.few import blank
from matcher.store.snapshots import snapshots as lists_of_items

_AGAIN = """usual AS (SELECT mode(batch) AS batch FROM {table}),
    perhaps AS (SELECT DISTINCT {key} FROM {table} WHERE batch <> (SELECT batch FROM usual)),
    again AS (SELECT {key}, min(batch) AS first, max(batch) AS last FROM {table} SEMI JOIN perhaps USING ({key})
        GROUP BY {key} HAVING count(*) > 1)"""
"""The keys that several batches hold: a batch holds a key once, so each of them is also in another batch than the one with most rows."""

_LATEST = (
    "WITH "
    + _AGAIN
    + """,
    latest AS (SELECT t.* EXCLUDE (batch), coalesce(first, batch) AS first_seen, batch AS seen
        FROM {table} AS t LEFT JOIN again USING ({key}) WHERE batch = coalesce(last, batch))
SELECT {columns} FROM latest ORDER BY {key}"""
)
"""A batch holds a key once; most keys are in one batch, and only the others are compared."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ANSWERS = ", ".join(f"'{kind}'" for kind in (*SETTLING, DecisionKind.REJECT, DecisionKind.EXCLUDE))
UNDECIDED = f"""WHERE f.line_id NOT IN (
    SELECT line_id FROM log.decision WHERE kind IN ({_ANSWERS}) AND batch > (SELECT max(batch) FROM log.batch WHERE command = 'run')
        AND decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> ''))"""
"""What the latest run found of a line holds until somebody decides on it, and again when that is taken back. The rows stay as the run left
them: so they are sealed.
"""

_VERSIONS = (
    "WITH "
    + _AGAIN.replace("{key}", "item_id")
    + """
SELECT item_id, batch, amount, CASE status WHEN 'closed' THEN 0 ELSE open_amount END AS open_amount, closed_date
FROM {table} SEMI JOIN again USING (item_id) ORDER BY item_id, batch"""
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the books knew after a batch. `closed`: that batch closed a month, and kept what stood of undecided lines."""

    batch: int
    closed: bool = False


def until(table: str, batch: int | None) -> str:
    """A table, or its rows up to a batch, for a query to read from."""
    return table if batch is None else f"(FROM {table} WHERE batch <= {int(batch)})"


class About(TypedDict):
    """What `Facts` has beside lines, items and decisions."""

    versions: pl.DataFrame
    sent: pl.DataFrame
    snapshots: pl.DataFrame
    credits: pl.DataFrame
    periods: pl.DataFrame
    item_notes: pl.DataFrame


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


def decisions(store: Store, batch: int | None = None, without: Collection[str] = ()) -> pl.DataFrame:
    """All decisions, in order; those up to a batch if one is given. `without`: see `facts`."""
    return store.frame(f"SELECT *{blank(without)} FROM {until('log.decision', batch)} ORDER BY batch, ordinal")[list(frames.DECISION)]


def runners_up(store: Store, line_id: str) -> list[str]:
    """What is recorded of the best other explanations of a line."""
    sql = "SELECT runner_up FROM log.decision WHERE line_id = $1 UNION SELECT runner_up FROM work.finding WHERE line_id = $1 ORDER BY 1"
    return [str(row[0]) for row in store.run(sql, [line_id]) if row[0]]


def allocations(store: Store, batch: int | None = None) -> pl.DataFrame:
    """All allocations, in the order of their decisions; those up to a batch if one is given."""
    sql = f"""SELECT a.* FROM {until("log.allocation", batch)} AS a JOIN log.decision AS d USING (decision_id)
        ORDER BY d.batch, d.ordinal, a.ordinal"""
    return store.frame(sql).select(list(frames.ALLOCATION))


def returning(store: Store, line_id: str) -> list[str]:
    """Ids of the lines that a decision, in force or not, calls the return of a line, or what it returns."""
    sql = "SELECT DISTINCT line_id FROM log.decision WHERE kind = 'return' AND other_line = ? ORDER BY 1"
    return [str(row[0]) for row in store.run(sql, [line_id])]


def items_of(store: Store, decision_id: str) -> list[str]:
    """Ids of the items that a decision names."""
    sql = "SELECT item_id FROM (FROM log.allocation UNION ALL BY NAME FROM log.item_note) WHERE decision_id = $1 GROUP BY ALL ORDER BY 1"
    return [str(row[0]) for row in store.run(sql, [decision_id])]


def batch_until(store: Store, text: str) -> int | None:
    """The batch of that number, or the last one of a day given as YYYY-MM-DD or before it; None when there is none."""
    sql = "batch = CAST($1 AS BIGINT)" if text.isdecimal() else """left("at", 10) <= $1"""
    if not text.isdecimal() and not _DAY.fullmatch(text):
        return None
    found = store.run(f"SELECT max(batch) FROM log.batch WHERE {sql}", [text[:18]])[0][0]
    return None if found is None else int(found)


def lines_of_customers(store: Store, customer_ids: Collection[str]) -> list[str]:
    """Ids of the lines whose money decisions or runs gave to one of these customers."""
    sql = """SELECT line_id FROM log.decision WHERE line_id <> '' AND customer_id IN (SELECT unnest($1::VARCHAR[]))
        UNION SELECT line_id FROM log.credit WHERE customer_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY 1"""
    return [str(row[0]) for row in store.run(sql, [texts(customer_ids)])]


def credits_listed(store: Store) -> list[str]:
    """Ids of the ERP's credits that are known to be what is left of a line, or that a person said are not."""
    return [str(row[0]) for row in store.run(f"SELECT counts_instead FROM log.decision WHERE kind = '{DecisionKind.LISTED}' ORDER BY 1")]


def run_batches(store: Store) -> list[int]:
    """The batches of the runs, and of those that accepted several lines at once, in order: the first is run 1."""
    sql = """SELECT batch FROM log.batch WHERE command = 'run' OR (command = 'accept' AND json_array_length(summary, '$.lines') > 1)
        ORDER BY batch"""
    return [int(row[0]) for row in store.run(sql)]


def summaries(store: Store, key: str) -> list[tuple[int, str, str]]:
    """Number, command and summary of the batches that took decisions back, and of those whose summary has a key, in order."""
    sql = "SELECT batch, command, summary FROM log.batch WHERE command = 'undo' OR contains(summary, ?) ORDER BY batch"
    return [(int(batch), str(command), str(summary)) for batch, command, summary in store.run(sql, [f'"{key}":'])]


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
    store: Store, batch: int | None = None, without: Collection[str] = (), table: str = "raw.item", *, few: bool = False
) -> pl.DataFrame:
    """The latest snapshot of every open item.

    Args:
        store: the books.
        batch: as the books knew them after it; None for now.
        without: columns to leave out.
        table: where their rows are, when not all are asked for.
        few: whether they are few; see `Store.few`.
    """
    read = store.few if few else store.frame
    return _possible(read(_LATEST.format(key="item_id", table=until(table, batch), columns=_columns(frames.ITEM, without))))


def texts(names: Collection[str]) -> list[str]:
    """The names that a query can be asked for."""
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


def versions(store: Store, batch: int | None = None, table: str = "raw.item", *, few: bool = False) -> pl.DataFrame:
    """All versions of the items that a snapshot changed; columns of `booked.VERSION`. Arguments as of `items`."""
    found = (store.few if few else store.frame)(_VERSIONS.format(table=until(table, batch)))
    return found.with_columns(columns.possible(pl.col("closed_date")))


def sent(store: Store, batch: int | None = None, table: str = "log.export", *, few: bool = False) -> pl.DataFrame:
    """The undone decisions whose receipt was exported, to whatever target; see `booked.SENT`. Arguments as of `items`."""
    return (store.few if few else store.frame)(
        f"""SELECT decision_id, min(batch) AS batch FROM {until(table, batch)}
        SEMI JOIN (SELECT reverses AS decision_id FROM log.decision WHERE reverses <> '') AS d USING (decision_id)
        WHERE record <> 'reversal' GROUP BY decision_id ORDER BY decision_id"""
    )


def snapshots(store: Store, batch: int | None = None) -> pl.DataFrame:
    """The day that each list of open items speaks of; columns of `frames.SNAPSHOT`."""
    lists = [one for one in lists_of_items(store) if batch is None or one.batch <= batch]
    return frames.of_rows([(one.batch, one.day, entity) for one in lists for entity in one.entities or ("",)], frames.SNAPSHOT)


def credits(store: Store, batch: int | None = None, table: str = "log.credit", *, few: bool = False) -> pl.DataFrame:
    """Whose the money of undecided lines is, as runs found it; columns of `frames.CREDIT`. Arguments as of `items`."""
    return (store.few if few else store.frame)(f"SELECT batch, line_id, customer_id FROM {until(table, batch)} ORDER BY batch, line_id")


def periods(store: Store, batch: int | None = None) -> pl.DataFrame:
    """What was done to months; columns of `periods.PERIOD`."""
    sql = f"""SELECT p.batch, p.month, p.action, p.reason, p.settings, b.actor, b."at"
        FROM {until("log.period", batch)} AS p JOIN log.batch AS b USING (batch) ORDER BY p.batch"""
    return store.few(sql)


def append_period(store: Store, batch: int, month: str, action: PeriodAction, reason: str, settings: str) -> None:
    """Records what is done to a month. With a close, what stands of undecided lines is kept."""
    store.run("INSERT INTO log.period VALUES (?, ?, ?, ?, ?)", [batch, month, action.value, reason, settings])
    if action == PeriodAction.CLOSE:
        for name in ("finding", "proposal"):
            store.run(f"INSERT INTO log.closed_{name} SELECT ?, f.* FROM work.{name} AS f {UNDECIDED}", [batch])


def append_credits(store: Store, batch: int, found: pl.DataFrame) -> None:
    """Keeps whose the money of undecided lines is where that is news. `found`: line_id, customer_id; '' takes it back."""
    store.append("log.credit", found.select("line_id", "customer_id", batch=pl.lit(batch, pl.Int64)))


def customers(store: Store, table: str = "raw.customer", batch: int | None = None, *, few: bool = False) -> pl.DataFrame:
    """The latest record of every customer. Arguments as of `items`."""
    columns_of = _columns(frames.CUSTOMER)
    return (store.few if few else store.frame)(_LATEST.format(key="customer_id", table=until(table, batch), columns=columns_of))


def _columns(schema: frames.Schema, without: Collection[str] = ()) -> str:
    return ", ".join(f'"{name}"' for name in schema if name not in without)


def facts(store: Store, without: Collection[str] = (), known: Known | None = None, *, lines_alone: bool = False) -> Facts:
    """Everything that state is folded from.

    Args:
        store: the books.
        without: columns of lines and items that nobody asks for; ``evidence`` and ``runner_up`` of others are then empty.
        known: what the books knew then; None for now. What runs found of undecided lines is kept for closed months only: for any other
            batch before the latest run there is none.
        lines_alone: leaves out items and customers: what became of lines is told without them.
    """
    batch = known.batch if known else None
    found, proposed = _found(store, known, without)
    return Facts(
        lines=store.frame(f"SELECT {_columns(frames.LINE, without)} FROM {until('raw.line', batch)} ORDER BY line_id"),
        items=frames.empty(frames.ITEM) if lines_alone else items(store, batch, without),
        customers=frames.empty(frames.CUSTOMER) if lines_alone else customers(store, batch=batch),
        decisions=decisions(store, batch, without),
        allocations=allocations(store, batch),
        findings=found,
        proposals=proposed,
        **about(store, batch),
    )


def findings(store: Store, known: Known | None = None) -> pl.DataFrame:
    """What the latest run found of lines that nobody has decided since; by what is known now, or was then."""
    return _found(store, known)[0]


def _found(store: Store, known: Known | None, without: Collection[str] = ()) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Findings and proposals, as they stand or stood."""
    order = {"finding": "line_id", "proposal": "line_id, decision_id, ordinal"}
    if known is not None and known.closed:
        sql = "SELECT * EXCLUDE (batch){0} FROM log.closed_{1} WHERE batch = {2} ORDER BY {3}"
        finding, proposal = (sql.format(of, name, known.batch, order[name]) for name, of in (("finding", blank(without)), ("proposal", "")))
        return store.frame(finding), store.frame(proposal)
    run = latest_with(store, "work.finding") if known is not None else None
    if known is not None and (run is None or run.batch > known.batch):
        return frames.empty(frames.FINDING), frames.empty(frames.ALLOCATION)
    return store.frame(f"SELECT *{blank(without)} FROM work.finding AS f {UNDECIDED} ORDER BY {order['finding']}"), store.frame(
        f"SELECT * FROM work.proposal AS f {UNDECIDED} ORDER BY {order['proposal']}"
    )


def about(store: Store, batch: int | None = None) -> About:
    """What facts have beside lines, items and decisions; as the books knew it after a batch, if one is given."""
    return {
        "versions": versions(store, batch),
        "sent": sent(store, batch),
        "snapshots": snapshots(store, batch),
        "credits": credits(store, batch),
        "periods": periods(store, batch),
        "item_notes": item_notes.read(store, until("log.item_note", batch)),
    }


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
