"""Appending and reading what came in: files, statements, open items, customers, rates."""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import polars as pl

from matcher import columns, frames
from matcher.ledger.chain import Repetition, StatementSpan
from matcher.states import NOT_COUNTING, SET_APART, DecisionKind, StatementState
from matcher.store.database import Store
from matcher.store.journal import customers, items, until


def _latest_rulings(batch: int | None = None) -> str:
    """The latest ruling on each statement that has one: accepted, rejected, replaced, or the state it was given back."""
    rulings = until("raw.statement_ruling", batch)
    return f"(SELECT * FROM {rulings} QUALIFY row_number() OVER (PARTITION BY statement_id ORDER BY batch DESC) = 1)"


_NOT_COUNTING = ", ".join(f"'{state}'" for state in NOT_COUNTING)
_SET_APART = ", ".join(f"'{state}'" for state in SET_APART)
_EXCLUDE, _ACCEPTED, _REJECTED = (f"'{word}'" for word in (DecisionKind.EXCLUDE, StatementState.ACCEPTED, StatementState.REJECTED))

_DAYS = ("from_date", "to_date", "first_booking_date", "last_booking_date", "first_day", "last_day", "opening_date", "closing_date")
_ITEM_COLUMNS = [name for name in frames.ITEM if name not in ("first_seen", "seen")]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, with the columns of `statements` that decisions on it ask for. Minor units; `number` is the bank's."""

    statement_id: str
    batch: int
    account: str
    entity: str
    number: str
    currency: str
    format: str
    first_day: date | None
    last_day: date | None
    opening: int | None
    closing: int | None
    count: int
    lines_new: int
    lines_known: int
    lines_conflicting: int
    state: str
    precise: bool
    problems: str
    since: int

    @property
    def span(self) -> StatementSpan:
        """What the chain needs of it."""
        return StatementSpan(
            self.statement_id, self.account, self.first_day, self.last_day, self.opening, self.closing, self.count, self.format, self.number
        )


def statement_records(frame: pl.DataFrame) -> list[Statement]:
    """Rows of `statements` as records, in their order."""
    return [Statement(*row) for row in frame.select(field.name for field in fields(Statement)).iter_rows()]


def file_known(store: Store, file_id: str, kind: str) -> bool:
    """Whether a file of that kind with the same bytes was read before."""
    return bool(store.scalar("SELECT count(*) FROM raw.file WHERE file_id = ? AND kind = ?", file_id, kind))


def append_file(store: Store, record: dict[str, Any]) -> None:
    """Records a file that was read. A name whose bytes are no text is kept with their numbers."""
    store.append("raw.file", pl.DataFrame([record | {"name": record["name"].encode("utf-8", "backslashreplace").decode()}]))


def append_statements(store: Store, records: list[dict[str, Any]]) -> None:
    """Records statements; dates and balances may be null."""
    typed = {
        **dict.fromkeys(_DAYS, pl.Date()),
        **dict.fromkeys(("opening", "closing"), pl.Int64()),
        "state": pl.String(),
    }
    store.append("raw.statement", pl.DataFrame(records, schema_overrides=typed, infer_schema_length=None))


def statements(store: Store, batch: int | None = None) -> pl.DataFrame:
    """All statements, by account and date; ``state`` is what a person's latest ruling says, else what it was when it came in.

    ``lines_excluded`` counts the lines that it brought and that do not count; ``since`` is the batch in which it
    came to count, or in which it was rejected. With a `batch`, as the books knew them after it.
    """
    decided = until("log.decision", batch)
    return store.frame(
        f"""WITH away AS (
            SELECT statement_id, count(*) AS n FROM {until("raw.line", batch)} WHERE line_id IN (
                SELECT line_id FROM {decided} WHERE kind = {_EXCLUDE}
                    AND decision_id NOT IN (SELECT reverses FROM {decided} WHERE reverses <> '')
            ) GROUP BY statement_id
        ), accepted AS (
            SELECT statement_id, max(batch) AS batch FROM {until("raw.statement_ruling", batch)} SEMI JOIN (
                SELECT batch FROM log.batch WHERE command = 'statement accept'
            ) AS b USING (batch) WHERE ruling = {_ACCEPTED} GROUP BY statement_id
        )
        SELECT s.* REPLACE (coalesce(v.ruling, s.state) AS state, coalesce(v.lines_new, s.lines_new) AS lines_new,
            coalesce(v.lines_known, s.lines_known) AS lines_known, coalesce(v.lines_conflicting, s.lines_conflicting) AS lines_conflicting),
            coalesce(v.reason, '') AS reason, coalesce(v.replaced_by, '') AS replaced_by,
            f.name AS file, f.format, coalesce(away.n, 0) AS lines_excluded,
            CASE v.ruling WHEN {_REJECTED} THEN v.batch ELSE coalesce(accepted.batch, s.batch) END AS since
        FROM {until("raw.statement", batch)} AS s LEFT JOIN {_latest_rulings(batch)} AS v USING (statement_id)
        LEFT JOIN away USING (statement_id) LEFT JOIN accepted USING (statement_id)
        LEFT JOIN raw.file AS f ON f.file_id = s.file_id AND f.kind = 'statement'
        ORDER BY account, first_day, last_day, statement_id"""
    )


def append_ruling(store: Store, batch: int, statement: Statement, ruling: StatementState, reason: str, replaced_by: str = "") -> None:
    """Records what was ruled on a statement. The counts of its lines are kept with the ruling."""
    record = {
        "batch": batch,
        "statement_id": statement.statement_id,
        "ruling": ruling.value,
        "lines_new": statement.lines_new,
        "lines_known": statement.lines_known,
        "lines_conflicting": statement.lines_conflicting,
        "reason": reason,
        "replaced_by": replaced_by,
    }
    store.append("raw.statement_ruling", pl.DataFrame([record]))


def state_before(store: Store, statement_id: str) -> StatementState:
    """The state of a statement before its latest ruling."""
    rulings = store.run("SELECT ruling FROM raw.statement_ruling WHERE statement_id = ? ORDER BY batch DESC", [statement_id])
    if len(rulings) > 1:
        return StatementState(rulings[1][0])
    return StatementState(store.run("SELECT state FROM raw.statement WHERE statement_id = ?", [statement_id])[0][0])


def statement_facts(store: Store, batch: int | None = None) -> list[StatementSpan]:
    """What the chain needs of every statement that counts; as the books knew them after a batch, if one is given."""
    counting = store.frame(
        f"""SELECT s.statement_id, s.account, s.first_day, s.last_day, s.opening, s.closing, s.count, f.format, s.number
        FROM {until("raw.statement", batch)} AS s JOIN raw.file AS f ON f.file_id = s.file_id AND f.kind = 'statement'
        LEFT JOIN {_latest_rulings(batch)} AS v USING (statement_id)
        WHERE coalesce(v.ruling, s.state) NOT IN ({_NOT_COUNTING})
        ORDER BY s.batch, f.name, s.ordinal"""
    )
    # a statement that was accepted again was read again: only what it repeated then holds
    repeated: dict[str, list[Repetition]] = {}
    for statement_id, *repetition in store.run(
        f"""SELECT r.statement_id, l.statement_id AS brought_by, count(*), sum(l.amount)::BIGINT
        FROM (FROM {until("raw.repeated_line", batch)} QUALIFY batch = max(batch) OVER (PARTITION BY statement_id)) AS r
        JOIN raw.line AS l USING (line_id)
        GROUP BY ALL ORDER BY ALL"""
    ):
        repeated.setdefault(statement_id, []).append(Repetition(*repetition))
    return [replace(StatementSpan(*row), repeats=tuple(repeated.get(row[0], ()))) for row in counting.iter_rows()]


def append_items(store: Store, batch: int, snapshot: pl.DataFrame, closed: pl.DataFrame) -> dict[str, int]:
    """Appends what a snapshot changes: new and changed items, and those that it no longer lists (`closed`, as rows)."""
    latest = items(store).select(_ITEM_COLUMNS)
    changed = snapshot.select(_ITEM_COLUMNS).join(latest, on=_ITEM_COLUMNS, how="anti", nulls_equal=True)
    new = changed.join(latest, on="item_id", how="anti").height
    rows = pl.concat([changed, closed.select(_ITEM_COLUMNS)]) if closed.height else changed
    store.append("raw.item", rows.with_columns(pl.lit(batch, pl.Int64).alias("batch")))
    return {"rows": snapshot.height, "new": new, "changed": changed.height - new, "closed": closed.height}


def append_customers(store: Store, batch: int, snapshot: pl.DataFrame) -> dict[str, int]:
    """Appends new and changed customers."""
    latest = customers(store)
    changed = snapshot.join(latest, on=list(frames.CUSTOMER), how="anti", nulls_equal=True)
    new = changed.join(latest, on="customer_id", how="anti").height
    store.append("raw.customer", changed.with_columns(pl.lit(batch, pl.Int64).alias("batch")))
    return {"rows": snapshot.height, "new": new, "changed": changed.height - new}


def append_rates(store: Store, batch: int, rates: pl.DataFrame, base: str) -> dict[str, int]:
    """Appends rates for one unit of a base currency that are new or corrected."""
    latest = store.frame(f"SELECT date, currency, arg_max(per_base, batch) AS per_base FROM raw.rate WHERE {_OF_BASE} GROUP BY ALL", base)
    changed = rates.join(latest, on=["date", "currency", "per_base"], how="anti")
    store.append("raw.rate", changed.with_columns(pl.lit(batch, pl.Int64).alias("batch")))
    return {"rows": rates.height, "new": changed.height}


_OF_BASE = """batch NOT IN (SELECT batch FROM log.batch
    WHERE command = 'import rates' AND coalesce(json_extract_string(summary, '$.base_currency'), $1) <> $1)"""
"""Rates of a base currency. An earlier version of the program did not keep whose they are: those count for any."""


def rate_bases(store: Store, batch: int | None = None) -> list[str]:
    """The base currencies that the books hold rates for, as far as they know them, in the order of their codes; as known after a batch."""
    sql = f"""SELECT DISTINCT json_extract_string(summary, '$.base_currency') AS base FROM {until("log.batch", batch)}
        WHERE command = 'import rates' AND batch IN (SELECT batch FROM raw.rate) AND base IS NOT NULL ORDER BY base"""
    return [str(base) for (base,) in store.run(sql)]


def rates(store: Store, base: str, batch: int | None = None) -> pl.DataFrame:
    """The latest rate of each day and currency: date, currency, per_base (decimal text); as the books knew them after a batch, if given.

    Those for other base currencies are left out, and one that no import takes any more.
    """
    sql = f"""SELECT date, currency, arg_max(per_base, batch) AS per_base FROM {until("raw.rate", batch)}
        WHERE {_OF_BASE} GROUP BY ALL ORDER BY currency, date"""
    positive = pl.col("per_base").str.contains(r"^[0-9]{1,12}(\.[0-9]{1,12})?$") & pl.col("per_base").str.contains("[1-9]")
    return store.frame(sql, base).filter(positive & columns.possible(pl.col("date")).is_not_null())


def last_statement_days(store: Store) -> list[tuple[str, date]]:
    """The last day that the statements of each account cover."""
    return store.run("SELECT account, max(last_day) FROM raw.statement WHERE last_day IS NOT NULL GROUP BY account ORDER BY account")


def statement_places(store: Store) -> list[tuple[str, str, int]]:
    """Id, file and place in the file of every statement."""
    return store.run("SELECT statement_id, file_id, ordinal FROM raw.statement ORDER BY ALL")


def intakes(store: Store) -> pl.DataFrame:
    """Every time that a statement came in: when its file was read, and when a person took it out of quarantine.

    Columns of the statement, its ``state`` then, ``held`` (its lines went to quarantine), and what is stored of it from that time:
    ``stored_count`` and ``stored_sum`` over its new lines and those that were known. A line of no such time has no statement's columns.
    """
    return store.frame(
        f"""WITH took AS (
            SELECT batch, statement_id, state, state IN ({_SET_APART}) AS held, lines_new, lines_known FROM raw.statement
            UNION ALL
            SELECT batch, statement_id, ruling, false, lines_new, lines_known FROM raw.statement_ruling
            SEMI JOIN (SELECT batch FROM log.batch WHERE command = 'statement accept') AS b USING (batch) WHERE ruling = {_ACCEPTED}
        ), entries AS (
            SELECT batch, statement_id, false AS held, amount FROM raw.line
            UNION ALL SELECT r.batch, r.statement_id, false, l.amount FROM raw.repeated_line AS r LEFT JOIN raw.line AS l USING (line_id)
            UNION ALL SELECT batch, statement_id, true, amount FROM raw.quarantined_line
        ), stored AS (
            SELECT batch, statement_id, held, count(amount) AS stored_count, sum(amount)::BIGINT AS stored_sum
            FROM entries GROUP BY ALL
        )
        SELECT statement_id, batch, held, took.state, s.opening, s.closing, s.count, s.credit, s.debit, s.problems,
            took.lines_new, took.lines_known, coalesce(stored_count, 0) AS stored_count, coalesce(stored_sum, 0) AS stored_sum
        FROM took FULL JOIN stored USING (statement_id, batch, held)
        LEFT JOIN raw.statement AS s USING (statement_id) ORDER BY ALL"""
    )


def latest_day(store: Store) -> date | None:
    """The latest day on which a bank booked a line or of which a list of open items speaks; None in empty books."""
    sql = "SELECT greatest((SELECT max(booking_date) FROM raw.line), (SELECT max(snapshot_date) FROM raw.snapshot))"
    found: date | None = store.run(sql)[0][0]
    return found
