"""Queries on what is reported more than once: excluded lines, references with two amounts, days that two statements cover."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from matcher import frames
from matcher.states import DecisionKind, Exclusion
from matcher.store.database import Store

EXCLUDED = f"""SELECT line_id, arg_max(outcome, (batch, ordinal)) AS outcome FROM log.decision
WHERE kind = '{DecisionKind.EXCLUDE}' AND decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '') GROUP BY line_id"""

_TEXTS = ("bank_reference", "counterparty_account", "counterparty_name", "remittance_information", "end_to_end_id", "creditor_reference")
_SHOWN = ", ".join(("line_id", "statement_id", "booking_date", "amount", "currency", *_TEXTS, "source_line", "line_key", "occurrence"))


def excluded(store: Store) -> dict[str, str]:
    """Lines that do not count, and why: conflict, refused or superseded."""
    return dict(store.run(EXCLUDED))


def of_shared_references(store: Store) -> pl.DataFrame:
    """Every line whose bank reference stands on lines of its account with other amounts too, with its statement's file.

    Columns of the lines, ``file``, and ``statements``: how many statements brought lines of the reference.
    """
    return store.frame(
        f"""WITH shared AS (
            SELECT account, bank_reference, count(DISTINCT statement_id) AS statements FROM raw.line WHERE bank_reference <> ''
            GROUP BY ALL HAVING count(DISTINCT amount) > 1
        )
        SELECT line.account, {", ".join(f"line.{name}" for name in _SHOWN.split(", "))}, f.name AS file, statements
        FROM raw.line AS line JOIN shared USING (account, bank_reference)
        JOIN raw.statement AS s USING (statement_id) JOIN raw.file AS f ON f.file_id = s.file_id AND f.kind = 'statement'
        ORDER BY line.account, bank_reference, booking_date, line_id"""
    )


def before_and_now(store: Store, statement_id: str, account: str, days: tuple[date, date]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Known lines of these days that a statement in quarantine lacks, and its entries that are not among the known lines.

    Lines that are set aside are no longer part of what was read; an entry that repeats one of them has its id in ``line_id``.
    """
    place = f"""SELECT {_SHOWN} FROM raw.line WHERE account = $account AND booking_date BETWEEN $first AND $last
        AND line_id NOT IN (SELECT line_id FROM ({EXCLUDED}))"""
    entries = f"SELECT {_SHOWN} FROM raw.quarantined_line WHERE statement_id = $statement"
    # one that waits for a person because of its reference is known all the same
    waiting = (
        f"SELECT line_key, occurrence FROM raw.line JOIN ({EXCLUDED}) AS a USING (line_id) WHERE a.outcome <> '{Exclusion.SUPERSEDED}'"
    )
    same = "o.line_key = t.line_key AND o.occurrence = t.occurrence"
    values = {"account": account, "first": days[0], "last": days[1], "statement": statement_id}
    gone = store.connection.sql(
        f"SELECT * FROM ({place}) AS t WHERE NOT EXISTS (SELECT 1 FROM ({entries}) AS o WHERE {same}) ORDER BY booking_date, line_id",
        params=values,
    ).pl()
    new = store.connection.sql(
        f"""SELECT * FROM ({entries}) AS t WHERE NOT EXISTS (SELECT 1 FROM ({place}) AS o WHERE {same})
            AND NOT EXISTS (SELECT 1 FROM ({waiting}) AS o WHERE {same}) ORDER BY booking_date, source_line, line_id""",
        params=values,
    ).pl()
    return gone, new


def look_alikes(store: Store, statement_id: str, others: Sequence[str]) -> list[str]:
    """Known lines that these other statements brought and whose key an entry of a statement in quarantine has too."""
    rows = store.run(
        """SELECT line_id FROM raw.line WHERE list_contains(?::VARCHAR[], statement_id)
            AND line_key IN (SELECT line_key FROM raw.quarantined_line WHERE statement_id = ?) ORDER BY ALL""",
        [list(others), statement_id],
    )
    return [row[0] for row in rows]


def lines_of(store: Store, line_ids: Sequence[str]) -> pl.DataFrame:
    """These lines as the bank wrote them, in the order of their ids."""
    columns = ", ".join(f'"{name}"' for name in frames.LINE)
    return store.frame(f"SELECT {columns} FROM raw.line WHERE list_contains(?::VARCHAR[], line_id) ORDER BY line_id", list(line_ids))
