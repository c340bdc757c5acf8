"""Appending and reading what came in: files, statements, open items, customers, rates."""

from datetime import date
from typing import Any

import polars as pl

from matcher import frames
from matcher.ledger.chain import StatementFact
from matcher.store.database import Store
from matcher.store.journal import customers, items

_ITEM_COLUMNS = [name for name in frames.ITEM if name not in ("first_seen", "seen")]


def file_known(store: Store, file_id: str, kind: str) -> bool:
    """Whether a file of that kind with the same bytes was read before."""
    return bool(store.scalar("SELECT count(*) FROM raw.file WHERE file_id = ? AND kind = ?", file_id, kind))


def append_file(store: Store, record: dict[str, Any]) -> None:
    """Records a file that was read."""
    store.append("raw.file", pl.DataFrame([record]))


def append_statements(store: Store, records: list[dict[str, Any]]) -> None:
    """Records statements; dates and balances may be null."""
    typed = {
        **dict.fromkeys(("from_date", "to_date", "first_booking_date", "last_booking_date", "opening_date", "closing_date"), pl.Date()),
        **dict.fromkeys(("opening", "closing"), pl.Int64()),
    }
    store.append("raw.statement", pl.DataFrame(records, schema_overrides=typed, infer_schema_length=None))


def statements(store: Store) -> pl.DataFrame:
    """All statements, by account and date. One that a person took out of quarantine has the state ``accepted``."""
    return store.frame(
        """SELECT s.* REPLACE (coalesce(v.verdict, s.state) AS state, coalesce(v.lines_new, s.lines_new) AS lines_new,
            coalesce(v.lines_known, s.lines_known) AS lines_known, coalesce(v.lines_conflicting, s.lines_conflicting) AS lines_conflicting),
            coalesce(v.reason, '') AS reason, f.name AS file, f.format
        FROM raw.statement AS s LEFT JOIN raw.statement_verdict AS v USING (statement_id)
        LEFT JOIN raw.file AS f ON f.file_id = s.file_id AND f.kind = 'statement'
        ORDER BY account, first_booking_date, last_booking_date, statement_id"""
    )


def append_verdict(store: Store, record: dict[str, Any]) -> None:
    """Records a person's verdict on a statement."""
    store.append("raw.statement_verdict", pl.DataFrame([record]))


def statement_facts(store: Store) -> list[StatementFact]:
    """What the chain needs of every statement that counts."""
    rows = store.run(
        """SELECT s.statement_id, s.account, coalesce(first_booking_date, from_date, opening_date, closing_date),
            coalesce(last_booking_date, to_date, closing_date, opening_date), opening, closing, s.count, f.format
        FROM raw.statement AS s JOIN raw.file AS f ON f.file_id = s.file_id AND f.kind = 'statement'
        WHERE s.state NOT IN ('quarantined', 'report') OR s.statement_id IN (SELECT statement_id FROM raw.statement_verdict)
        ORDER BY s.batch, f.name, s.ordinal"""
    )
    return [StatementFact(*row) for row in rows]


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


def append_rates(store: Store, batch: int, rates: pl.DataFrame) -> dict[str, int]:
    """Appends rates that are new or corrected."""
    latest = store.frame("SELECT date, currency, arg_max(per_base, batch) AS per_base FROM raw.rate GROUP BY ALL")
    changed = rates.join(latest, on=["date", "currency", "per_base"], how="anti")
    store.append("raw.rate", changed.with_columns(pl.lit(batch, pl.Int64).alias("batch")))
    return {"rows": rates.height, "new": changed.height}


def rates(store: Store) -> pl.DataFrame:
    """The latest rate of each day and currency: date, currency, per_base (decimal text)."""
    sql = "SELECT date, currency, arg_max(per_base, batch) AS per_base FROM raw.rate GROUP BY ALL ORDER BY currency, date"
    return store.frame(sql)


def line_sums(store: Store) -> pl.DataFrame:
    """Per statement, how many lines are stored and their sum: statement_id, stored_count, stored_sum."""
    sql = "SELECT statement_id, count(*) AS stored_count, sum(amount)::BIGINT AS stored_sum FROM raw.line GROUP BY statement_id"
    return store.frame(sql + " ORDER BY statement_id")


def latest_booking_date(store: Store) -> date | None:
    """The latest day on which a bank booked a line; None in empty books."""
    found: date | None = store.run("SELECT max(booking_date) FROM raw.line")[0][0]
    return found
