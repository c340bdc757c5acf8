"""Statement files in: staging, identity, and the append that adds only what is new."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import duckdb
import polars as pl

from matcher import frames, ids
from matcher.states import StatementState
from matcher.store.database import Store
from matcher.store.hardening import in_memory
from matcher.store.staging import Staging

MEMORY = "96MB"
"""What the database may hold in memory while a file comes in; beyond it staged entries go to a temporary file beside the books."""

_ENTRY = ", ".join(f'incoming."{name}"' for name in frames.LINE if name not in ("line_id", "statement_id"))

# Only keys are moved about; the entries themselves stay where they were staged until they are appended. Windows and joins over all
# entries are kept to the few that need them: entries that have a twin, and entries that are known already.
_KEYED = """CREATE OR REPLACE TEMP TABLE keyed AS
SELECT statement_no, position, account, booking_date, bank_reference, staged_key AS line_key, 1::BIGINT AS occurrence
FROM incoming"""

_TWINS = "CREATE OR REPLACE TEMP TABLE twins AS SELECT statement_no, line_key FROM keyed GROUP BY ALL HAVING count(*) > 1"

# Twins are numbered in an order made of their contents, so that the order of rows in a file does not matter.
_NUMBER_TWINS = """UPDATE keyed SET occurrence = numbered.occurrence FROM (
    SELECT statement_no, position, row_number() OVER (PARTITION BY statement_no, line_key ORDER BY twin, position) AS occurrence FROM (
        SELECT statement_no, position, staged_key AS line_key, md5(concat_ws('|', value_date, counterparty_name, counterparty_account,
            remittance_information, creditor_reference, end_to_end_id, balance, raw)) AS twin
        FROM incoming SEMI JOIN twins ON twins.statement_no = incoming.statement_no AND line_key = staged_key
    )
) AS numbered WHERE numbered.statement_no = keyed.statement_no AND numbered.position = keyed.position"""

# The day is part of the key already; named as well it spares the reading of all other days.
_IDLE = """CREATE OR REPLACE TEMP TABLE idle AS
SELECT statement_no, position FROM keyed SEMI JOIN held USING (statement_no)
UNION ALL SELECT statement_no, position FROM keyed ANTI JOIN held USING (statement_no)
    SEMI JOIN raw.line USING (booking_date, line_key, occurrence)"""

# Two statements of one command may tell of the same entry: the first one brings it.
_IDLE_AGAIN = """INSERT INTO idle
WITH left_over AS (SELECT * FROM keyed ANTI JOIN idle USING (statement_no, position)),
again AS (SELECT line_key, occurrence FROM left_over GROUP BY ALL HAVING count(*) > 1)
SELECT statement_no, position FROM left_over SEMI JOIN again USING (line_key, occurrence)
QUALIFY row_number() OVER (PARTITION BY line_key, occurrence ORDER BY statement_no, position) > 1"""

_FRESH = f"""CREATE OR REPLACE TEMP VIEW fresh AS
SELECT *, {ids.LINE_ID_SQL} AS line_id FROM keyed ANTI JOIN idle USING (statement_no, position)"""

_SPECIAL = """CREATE OR REPLACE TEMP TABLE special AS
SELECT keyed.statement_no, keyed.position, occurrence, idle.position IS NULL AS brings
FROM keyed LEFT JOIN idle USING (statement_no, position) WHERE occurrence <> 1 OR idle.position IS NOT NULL"""

# An entry without a twin has the id that it was staged with.
_APPEND = f"""INSERT INTO raw.line BY NAME
SELECT CASE occurrence WHEN 1 THEN staged_id ELSE {ids.LINE_ID_SQL} END AS line_id, * EXCLUDE (staged_id) FROM (
    SELECT $batch AS batch, statement_id, {_ENTRY}, staged_key AS line_key, staged_id, coalesce(special.occurrence, 1) AS occurrence
    FROM incoming JOIN names USING (statement_no) LEFT JOIN special USING (statement_no, position) WHERE coalesce(brings, true)
)"""

_QUARANTINE = f"""INSERT INTO raw.quarantined_line BY NAME
SELECT {ids.LINE_ID_SQL} AS line_id, * FROM (
    SELECT $batch AS batch, statement_id, {_ENTRY}, line_key, occurrence FROM incoming JOIN keyed USING (statement_no, position)
    JOIN names USING (statement_no) JOIN held USING (statement_no)
)"""

_REPEATED = f"""INSERT INTO raw.repeated_line BY NAME
SELECT $batch AS batch, statement_id, {ids.LINE_ID_SQL} AS line_id FROM keyed
SEMI JOIN idle USING (statement_no, position) ANTI JOIN held USING (statement_no) JOIN names USING (statement_no)"""

_APPEND_DETAILS = f"""INSERT INTO raw.line_detail BY NAME
WITH parents AS (
    SELECT statement_no, position, line_id FROM fresh
    UNION ALL SELECT statement_no, position, {ids.LINE_ID_SQL} FROM keyed JOIN held USING (statement_no)
)
SELECT $batch AS batch, line_id, d.* EXCLUDE (statement_no, position) FROM incoming_detail AS d JOIN parents USING (statement_no, position)
WHERE line_id NOT IN (SELECT line_id FROM raw.line_detail) ORDER BY statement_no, position, ordinal"""

# Looked for before the append: most references are then told by one entry alone, and no stored line has to be compared with them.
_SHARED = """CREATE OR REPLACE TEMP TABLE shared AS
SELECT account, bank_reference FROM (
    SELECT account, bank_reference, amount FROM incoming ANTI JOIN idle USING (statement_no, position) WHERE bank_reference <> ''
    UNION ALL SELECT account, bank_reference, amount FROM raw.line
        SEMI JOIN (FROM fresh WHERE bank_reference <> '') USING (account, bank_reference)
) GROUP BY ALL HAVING min(amount) <> max(amount)"""

_COUNTS = """SELECT statement_no, count(*), count(*) FILTER (idle.position IS NULL), count(*) FILTER (
    idle.position IS NULL AND (account, bank_reference) IN (SELECT (account, bank_reference) FROM shared))
FROM keyed LEFT JOIN idle USING (statement_no, position) GROUP BY statement_no"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines of one statement: new, already known, and sharing the bank's reference with a line of another amount."""

    new: int
    known: int
    conflicting: int


def accounts(store: Store) -> list[tuple[str, str, str]]:
    """Account, entity and currency of the lines, each once."""
    return store.run("SELECT DISTINCT account, entity, currency FROM raw.line ORDER BY ALL")


def bound_memory(store: Store) -> None:
    """Bounds the memory that a file of any size may take."""
    store.run(f"SET memory_limit = '{MEMORY}'")
    store.run("SET preserve_insertion_order = false")


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
    held = store.frame("SELECT * FROM raw.quarantined_line WHERE statement_id = ? ORDER BY source_line, line_id", statement_id)
    numbered = held.with_row_index("position").with_columns(pl.lit(0).alias("statement_no"))
    parts = store.frame(
        "SELECT * FROM raw.line_detail WHERE line_id IN (SELECT line_id FROM raw.quarantined_line WHERE statement_id = ?)", statement_id
    )
    places = numbered.select("line_id", "position", "statement_no")
    area.add(numbered, parts.join(places, on="line_id"))


def identify(store: Store, area: Staging) -> None:
    """Gives every staged entry its key and its occurrence among twins of its statement."""
    area.finish()
    store.run(_KEYED)
    store.run(_TWINS)
    if store.scalar("SELECT count(*) FROM twins"):
        store.run(_NUMBER_TWINS)


def shift_occurrences(store: Store, statement_no: int, day: object, earlier: list[int]) -> None:
    """Counts a statement's entries of `day` on from those already known and from the `earlier` staged statements of that day."""
    store.run(
        """UPDATE keyed SET occurrence = occurrence + before.n FROM (
            SELECT line_key, max(occurrence) AS n FROM (
                SELECT line_key, occurrence FROM raw.line WHERE booking_date = ?
                UNION ALL SELECT line_key, occurrence FROM keyed WHERE booking_date = ? AND list_contains(?::BIGINT[], statement_no)
            ) GROUP BY line_key
        ) AS before WHERE before.line_key = keyed.line_key AND keyed.statement_no = ? AND keyed.booking_date = ?""",
        [day, day, earlier, statement_no, day],
    )


def compare(store: Store, statement_no: int, account: str, spans: Sequence[tuple[date, date]], earlier: list[int]) -> tuple[list[str], int]:
    """Of the days in `spans`: ids of known lines that the staged statement blocked_by, and how many of its entries are not known.

    Known is what the books hold, and what the `earlier` staged statements bring.
    """
    known = f"""WITH known AS (
        SELECT line_id, account, booking_date, line_key, occurrence FROM raw.line UNION ALL
        SELECT {ids.LINE_ID_SQL}, account, booking_date, line_key, occurrence FROM keyed WHERE list_contains(?::BIGINT[], statement_no)
    )"""
    missing: set[str] = set()
    new: set[int] = set()
    for first, last in set(spans):
        gone = store.run(
            known
            + """SELECT line_id FROM known WHERE account = ? AND booking_date BETWEEN ? AND ? AND NOT EXISTS (
                SELECT 1 FROM keyed AS k WHERE k.statement_no = ? AND k.line_key = known.line_key AND k.occurrence = known.occurrence)""",
            [earlier, account, first, last, statement_no],
        )
        fresh = store.run(
            known
            + """SELECT position FROM keyed AS k WHERE statement_no = ? AND booking_date BETWEEN ? AND ? AND NOT EXISTS (
                SELECT 1 FROM known WHERE known.account = k.account AND k.line_key = known.line_key AND k.occurrence = known.occurrence)""",
            [earlier, statement_no, first, last],
        )
        missing |= {row[0] for row in gone}
        new |= {row[0] for row in fresh}
    return sorted(missing), len(new)


def append(store: Store, batch: int, statement_ids: dict[int, str], held: list[int]) -> dict[int, Counts]:
    """Appends what is new, and which entries were known. Entries of `held` statements go to quarantine whole.

    Returns the counts per statement number.
    """
    store.run("CREATE OR REPLACE TEMP TABLE held AS SELECT unnest(?::BIGINT[]) AS statement_no", [held])
    store.run(_IDLE)
    if len(statement_ids) > 1:
        store.run(_IDLE_AGAIN)
    store.run(_FRESH)
    store.run(_SPECIAL)
    store.run(_SHARED)
    counted = store.run(_COUNTS)
    names = pl.DataFrame(
        {"statement_no": list(statement_ids), "statement_id": list(statement_ids.values())},
        schema={"statement_no": pl.Int64, "statement_id": pl.String},
    )
    store.connection.register("names", names)
    appends = [_APPEND]
    if held:
        appends.append(_QUARANTINE)
    if any(new < total for _, total, new, _ in counted):
        appends.append(_REPEATED)
    if store.scalar("SELECT count(*) FROM incoming_detail"):
        appends.append(_APPEND_DETAILS)
    for statement in appends:
        store.run(statement, {"batch": batch})
    store.connection.unregister("names")
    counts = {row[0]: (row[1], row[2], row[3]) for row in counted}
    found = {}
    for number in statement_ids:
        total, new, conflicting = counts.get(number, (0, 0, 0))
        found[number] = Counts(0, 0, 0) if number in held else Counts(new, total - new, conflicting)
    return found


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


def misnamed(store: Store, table: str) -> Iterator[tuple[int, list[str]]]:
    """Lines whose key or id is not the one that their contents make, piece by piece: how many were looked at, and their ids."""
    columns = "account, booking_date, amount, bank_reference, counterparty_account, counterparty_name, remittance_information"
    with _hasher().cursor() as hasher:
        for piece in store.pieces(f"SELECT line_id, line_key AS kept, occurrence, {columns} FROM {table}"):
            hasher.register("kept", piece.select("line_id", "kept", "occurrence", "account", "booking_date", "amount", ids.told()))
            wrong = hasher.execute(
                f"""SELECT line_id FROM (SELECT *, {ids.LINE_KEY_SQL} AS line_key FROM kept)
                WHERE line_key <> kept OR line_id <> {ids.LINE_ID_SQL}"""
            )
            yield piece.height, [row[0] for row in wrong.fetchall()]


@lru_cache(maxsize=1)
def _hasher() -> duckdb.DuckDBPyConnection:
    """A database that computes while the books are being read; to start one takes longer than an ordinary month's hashes."""
    return in_memory()
