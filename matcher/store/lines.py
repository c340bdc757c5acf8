"""Statement files in: staging, identity, and the append that adds only what is new."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import polars as pl

from matcher import frames, ids
from matcher.states import StatementState
from matcher.store.database import Store
from matcher.store.hardening import in_memory
from matcher.store.staging import Staging


def accounts(store: Store) -> list[tuple[str, str, str]]:
    """Account, entity and currency of the lines, each once."""
    return store.run("SELECT DISTINCT account, entity, currency FROM raw.line ORDER BY ALL")


def stage(area: Staging, frame: pl.DataFrame, details: pl.DataFrame | None, place: dict[str, Any]) -> None:
    """Stages booked entries. `place` holds statement_no, position (of the first row), account and entity."""
    fixed = [pl.lit(place[name]).alias(name) for name in ("statement_no", "account", "entity")]
    numbered = frame.with_row_index("position", offset=place["position"]).filter(~pl.col("pending"))
    shifted = None
    if details is not None:
        shifted = details.with_columns(pl.col("position") + place["position"], pl.lit(place["statement_no"]).alias("statement_no"))
    area.add(numbered.rename({"line": "source_line"}).with_columns(fixed), shifted)


def stage_quarantined(store: Store, area: Staging, statement_id: str) -> None:
    """Stages the entries that a statement in quarantine holds, as statement 0 of the command."""
    entries = store.frame("SELECT * FROM raw.quarantined_line WHERE statement_id = ? ORDER BY source_line, line_id", statement_id)
    numbered = entries.with_row_index("position").with_columns(pl.lit(0).alias("statement_no"))
    parts = store.frame(
        "SELECT * FROM raw.line_detail WHERE line_id IN (SELECT line_id FROM raw.quarantined_line WHERE statement_id = ?)", statement_id
    )
    places = numbered.select("line_id", "position", "statement_no")
    area.add(numbered, parts.join(places, on="line_id"))


def of_statement(store: Store, statement_id: str) -> pl.DataFrame:
    """The lines that came with a statement, whether they count or are in quarantine, in the file's order."""
    columns = ", ".join(f'"{name}"' for name in frames.LINE)
    rejected = f"'{StatementState.REJECTED}'"
    ruling = "(SELECT arg_max(ruling, batch) FROM raw.statement_ruling AS v WHERE v.statement_id = l.statement_id)"
    return store.frame(
        f"""SELECT {columns} FROM raw.line AS l WHERE statement_id = ? AND coalesce({ruling}, '') <> {rejected}
        UNION ALL SELECT {columns} FROM raw.quarantined_line AS l WHERE statement_id = ? AND coalesce({ruling}, {rejected}) = {rejected}
        ORDER BY source_line, line_id""",
        statement_id,
        statement_id,
    )


def ids_beginning(store: Store, table: str, text: str) -> list[tuple[str, str]]:
    """Ids that begin with a text, in order, each with the id of its line: of `raw.line` or `log.decision`. None begins with nothing."""
    name = "line_id" if table == "raw.line" else "decision_id"
    # what is no text begins no id, and the database takes no half of a character
    if not text or text.encode(errors="ignore").decode() != text:
        return []
    return [(row[0], row[1]) for row in store.run(f"SELECT {name}, line_id FROM {table} WHERE starts_with({name}, ?) ORDER BY 1", [text])]


def amounts(store: Store) -> pl.DataFrame:
    """Amount and currency of every line that is stored, whether it counts or not: line_id, amount, currency."""
    return store.frame("SELECT line_id, amount, currency FROM raw.line ORDER BY line_id")


def totals(store: Store) -> list[tuple[str, str, int, int]]:
    """Account, currency, number and sum of the lines that came in."""
    return store.run("SELECT account, currency, count(*), sum(amount) FROM raw.line GROUP BY ALL ORDER BY ALL")


def misnamed(store: Store, table: str) -> Iterator[tuple[int, list[str]]]:
    """Lines whose key or id is not the one that their contents make, piece by piece: how many were looked at, and their ids."""
    columns = "account, booking_date, amount, bank_reference, counterparty_account, counterparty_name, remittance_information"
    if not store.scalar(f"SELECT count(*) FROM (FROM {table} LIMIT 1)"):
        return  # to start a database takes longer than to see that it would have nothing to do
    with closing(in_memory()) as hasher:
        for piece in store.pieces(f"SELECT line_id, line_key AS kept, occurrence, {columns} FROM {table}"):
            hasher.register("kept", piece.select("line_id", "kept", "occurrence", "account", "booking_date", "amount", ids.told()))
            wrong = hasher.execute(
                f"""SELECT line_id FROM (SELECT *, {ids.LINE_KEY_SQL} AS line_key FROM kept)
                WHERE line_key <> kept OR line_id <> {ids.LINE_ID_SQL}"""
            )
            yield piece.height, [row[0] for row in wrong.fetchall()]
