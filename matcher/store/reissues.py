"""Queries on what is reported more than once: excluded lines, references with two amounts, days that two statements cover."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from matcher import frames, ids
from matcher.states import DecisionKind, Exclusion, StatementState
from matcher.store.database import Store

_EXCLUDED = f"""SELECT line_id, arg_max(outcome, (batch, ordinal)) AS outcome FROM log.decision
WHERE kind = '{DecisionKind.EXCLUDE}' AND decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '') GROUP BY line_id"""

_OFTEN = 50
"""Lines of one reference that are looked at: a word that stands on more of them says nothing about any single line."""

_TEXTS = ("bank_reference", "counterparty_account", "counterparty_name", "remittance_information", "end_to_end_id", "creditor_reference")
_SHOWN = ", ".join(("line_id", "statement_id", "booking_date", "amount", "currency", *_TEXTS, "source_line", "line_key", "occurrence"))

# A person or a reference of the payer does not change between two downloads of one entry: where both tell it, it tells two apart.
_MAY_BE_ONE = " AND ".join(
    f"(g.{name} = '' OR n.{name} = '' OR g.{name} = n.{name})" for name in ("counterparty_account", "end_to_end_id", "creditor_reference")
)


def excluded(store: Store) -> dict[str, str]:
    """Lines that do not count, and why: conflict, refused or superseded."""
    return dict(store.run(_EXCLUDED))


def conflicting(store: Store, statement_ids: dict[int, str], proven: Sequence[str], replaced: Sequence[str]) -> pl.DataFrame:
    """Lines that the staged statements brought and whose bank reference another statement told before with another amount.

    Left out are pairs that one statement tells side by side, and pairs of statements that are both proven: both were booked.

    Args:
        store: the books; the staged statements' lines are appended already.
        statement_ids: the staged statements, by their number in the command.
        proven: those of them that their balances prove.
        replaced: lines that another decision sets aside.

    Returns:
        line_id, booking_date, currency, statement_id, bank_reference, amount, source_line, and one other line in ``other_id``; a row for
        each pair, by booking date and id.
    """
    mine = pl.DataFrame({"statement_no": list(statement_ids), "statement_id": list(statement_ids.values())})
    store.connection.register("mine", mine)
    found = store.frame(
        f"""WITH counted AS (
            SELECT * FROM raw.line WHERE bank_reference <> '' AND line_id NOT IN (SELECT line_id FROM ({_EXCLUDED}))
                AND NOT list_contains(?::VARCHAR[], line_id)
        ), shared AS (
            SELECT account, bank_reference FROM counted SEMI JOIN (
                SELECT DISTINCT account, bank_reference FROM counted SEMI JOIN mine USING (statement_id)
            ) AS brought USING (account, bank_reference) GROUP BY ALL HAVING count(DISTINCT amount) > 1
        ), near AS (
            SELECT counted.*, mine.statement_no,
                coalesce(list_contains(?::VARCHAR[], statement_id) OR s.state = '{StatementState.BALANCED}', false) AS proven
            FROM counted SEMI JOIN shared USING (account, bank_reference) LEFT JOIN mine USING (statement_id)
            LEFT JOIN (SELECT statement_id, state FROM raw.statement) AS s USING (statement_id)
            QUALIFY row_number() OVER (PARTITION BY account, bank_reference ORDER BY booking_date, line_id) <= {_OFTEN}
        )
        SELECT n.line_id, n.booking_date, n.currency, n.statement_id, n.bank_reference, n.amount, n.source_line, k.line_id AS other_id
        FROM near AS n JOIN near AS k ON k.account = n.account AND k.bank_reference = n.bank_reference
        WHERE n.statement_no IS NOT NULL AND k.amount <> n.amount AND k.statement_id <> n.statement_id AND NOT (k.proven AND n.proven)
            AND (k.statement_no IS NULL OR (k.booking_date, k.line_id) < (n.booking_date, n.line_id))
            AND NOT EXISTS (SELECT 1 FROM keyed WHERE keyed.statement_no = n.statement_no
                AND keyed.line_key = k.line_key AND keyed.occurrence = k.occurrence)
        ORDER BY n.booking_date, n.line_id, k.booking_date, k.line_id""",
        list(replaced),
        list(proven),
    )
    store.connection.unregister("mine")
    return found


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


def doubtful(
    store: Store, statement_no: int, account: str, days: tuple[date, date], earlier: list[int], counted_not: Sequence[str]
) -> tuple[list[str], int]:
    """Known lines that a staged statement lacks where it has a new entry of the same amount that may be the same money.

    It has the day and another text, or the bank's reference and another day: so a bank looks that changed an entry between two
    downloads. Entries of one day with different references of the bank, or with different payers' accounts, are two.

    Returns:
        Ids of the known lines, and how many entries of the statement stand against them.
    """
    fields = "line_id, booking_date, amount, bank_reference, counterparty_account, end_to_end_id, creditor_reference"
    staged = fields.replace("line_id", f"{ids.LINE_ID_SQL} AS line_id").replace("booking_date", "keyed.booking_date AS booking_date")
    staged = staged.replace("bank_reference", "keyed.bank_reference AS bank_reference")
    told = f"SELECT {staged}, keyed.account, line_key, occurrence FROM keyed JOIN incoming USING (statement_no, position)"
    before = f"""SELECT {fields}, account, line_key, occurrence FROM raw.line
        WHERE account = $account AND booking_date BETWEEN $first AND $last AND NOT list_contains($excluded::VARCHAR[], line_id)"""
    if earlier:
        here = "keyed.account = $account AND keyed.booking_date BETWEEN $first AND $last"
        before += f" UNION ALL {told} WHERE {here} AND list_contains($earlier::BIGINT[], statement_no)"
    values = {"account": account, "first": days[0], "last": days[1], "number": statement_no, "excluded": list(counted_not)}
    rows = store.connection.execute(
        f"""WITH before AS ({before}), gone AS (
            SELECT {fields} FROM before AS b WHERE NOT EXISTS (
                SELECT 1 FROM keyed AS k WHERE k.statement_no = $number AND k.line_key = b.line_key AND k.occurrence = b.occurrence)
        ), new AS (
            SELECT * FROM ({told} WHERE statement_no = $number AND (keyed.booking_date IN (SELECT booking_date FROM gone)
                OR keyed.bank_reference IN (SELECT bank_reference FROM gone WHERE bank_reference <> ''))) AS t
            WHERE NOT EXISTS (SELECT 1 FROM before AS b WHERE b.line_key = t.line_key AND b.occurrence = t.occurrence)
        )
        SELECT g.line_id, n.line_id FROM gone AS g JOIN new AS n ON n.booking_date = g.booking_date AND n.amount = g.amount
        WHERE (g.bank_reference = '' OR n.bank_reference = '') AND {_MAY_BE_ONE}
        UNION ALL
        SELECT g.line_id, n.line_id FROM gone AS g JOIN new AS n ON n.bank_reference = g.bank_reference AND n.amount = g.amount
        WHERE g.bank_reference <> '' AND n.booking_date <> g.booking_date""",
        values | ({"earlier": earlier} if earlier else {}),
    ).fetchall()
    return sorted({row[0] for row in rows}), len({row[1] for row in rows})


def repeated_lines(store: Store, statement_no: int, line_ids: Sequence[str]) -> list[str]:
    """Which of these known lines a staged statement tells."""
    rows = store.run(
        """SELECT line_id FROM raw.line AS known WHERE list_contains(?::VARCHAR[], line_id) AND EXISTS (SELECT 1 FROM keyed
            WHERE keyed.statement_no = ? AND keyed.line_key = known.line_key AND keyed.occurrence = known.occurrence) ORDER BY ALL""",
        [list(line_ids), statement_no],
    )
    return [row[0] for row in rows]


def before_and_now(store: Store, statement_id: str, account: str, days: tuple[date, date]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Known lines of these days that a statement in quarantine blocked_by, and its entries that are not among the known lines.

    Lines that are set aside are no longer part of what was read; an entry that repeats one of them has its id in ``line_id``.
    """
    place = f"""SELECT {_SHOWN} FROM raw.line WHERE account = $account AND booking_date BETWEEN $first AND $last
        AND line_id NOT IN (SELECT line_id FROM ({_EXCLUDED}))"""
    held = f"SELECT {_SHOWN} FROM raw.quarantined_line WHERE statement_id = $statement"
    # one that waits for a person because of its reference is known all the same
    waiting = (
        f"SELECT line_key, occurrence FROM raw.line JOIN ({_EXCLUDED}) AS a USING (line_id) WHERE a.outcome <> '{Exclusion.SUPERSEDED}'"
    )
    same = "o.line_key = t.line_key AND o.occurrence = t.occurrence"
    values = {"account": account, "first": days[0], "last": days[1], "statement": statement_id}
    gone = store.connection.sql(
        f"SELECT * FROM ({place}) AS t WHERE NOT EXISTS (SELECT 1 FROM ({held}) AS o WHERE {same}) ORDER BY booking_date, line_id",
        params=values,
    ).pl()
    new = store.connection.sql(
        f"""SELECT * FROM ({held}) AS t WHERE NOT EXISTS (SELECT 1 FROM ({place}) AS o WHERE {same})
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
