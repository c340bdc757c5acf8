"""Entries of the statements that a command reads: told from each other, compared with what is known, appended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher import frames, ids
from matcher.states import StatementState
from matcher.store.database import Store
from matcher.store.reissues import EXCLUDED
from matcher.store.staging import Staging

_ENTRY = ", ".join(f'incoming."{name}"' for name in frames.LINE if name not in ("line_id", "statement_id"))

# Only keys are moved about; the entries themselves stay where they were staged until they are appended. Windows and joins over all
# entries are kept to the few that need them: entries that have a twin, and entries that are known already.
_KEYED = """CREATE OR REPLACE TEMP TABLE keyed AS
SELECT statement_no, position, account, booking_date, bank_reference, staged_key AS line_key, 1::BIGINT AS occurrence,
    false AS renamed
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

# Two statements of one command may tell of the same entry: the first one brings it, that has it under the key that it was given.
_IDLE_AGAIN = """INSERT INTO idle
WITH left_over AS (SELECT * FROM keyed ANTI JOIN idle USING (statement_no, position)),
again AS (SELECT line_key, occurrence FROM left_over GROUP BY ALL HAVING count(*) > 1)
SELECT statement_no, position FROM left_over SEMI JOIN again USING (line_key, occurrence)
QUALIFY row_number() OVER (PARTITION BY line_key, occurrence ORDER BY renamed, statement_no, position) > 1"""

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


_OFTEN = 50
"""Lines of one reference that are looked at: a word that stands on more of them says nothing about any single line."""

# A person or a reference of the payer does not change between two downloads of one entry: where both tell it, it tells two apart.
_MAY_BE_ONE = " AND ".join(
    f"(g.{name} = '' OR n.{name} = '' OR g.{name} = n.{name})" for name in ("counterparty_account", "end_to_end_id", "creditor_reference")
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines of one statement: new, already known, and sharing the bank's reference with a line of another amount."""

    new: int
    known: int
    conflicting: int


class Gone(NamedTuple):
    """A known line that a staged statement lacks. `told`: name, account and text. `counts`: it is not set aside."""

    line_id: str
    day: date
    amount: int
    told: tuple[str, ...]
    line_key: str
    occurrence: int
    counts: bool


class New(NamedTuple):
    """An entry of a staged statement that is not known."""

    position: int
    day: date
    amount: int
    told: tuple[str, ...]
    referenced: bool


class Twin(NamedTuple):
    """A staged entry that looks like a known line: its id, the amount, and the running balance after the line and after the entry."""

    line_id: str
    amount: int
    balance: int | None
    balance_here: int | None

    @property
    def another(self) -> bool:
        """Whether the running balances show two entries."""
        return self.balance is not None and self.balance_here is not None and self.balance != self.balance_here


class StagedLines:
    """The staged entries of a command, each with its key and its occurrence among twins of its statement. The books know them from
    `append` on.

    All tables that the queries here have in common are made by them and are of this connection alone.
    """

    def __init__(self, store: Store, area: Staging) -> None:
        """`area`: where they wait; nothing is added to it any more."""
        self._store = store
        area.finish()
        store.run(_KEYED)
        store.run(_TWINS)
        if store.scalar("SELECT count(*) FROM twins"):
            store.run(_NUMBER_TWINS)

    def shift_occurrences(self, statement_no: int, day: object, earlier: list[int]) -> None:
        """Counts a statement's entries of `day` on from those already known and from the `earlier` staged statements of that day."""
        self._store.run(
            """UPDATE keyed SET occurrence = occurrence + before.n FROM (
                SELECT line_key, max(occurrence) AS n FROM (
                    SELECT line_key, occurrence FROM raw.line WHERE booking_date = ?
                    UNION ALL SELECT line_key, occurrence FROM keyed WHERE booking_date = ? AND list_contains(?::BIGINT[], statement_no)
                ) GROUP BY line_key
            ) AS before WHERE before.line_key = keyed.line_key AND keyed.statement_no = ? AND keyed.booking_date = ?""",
            [day, day, earlier, statement_no, day],
        )

    def compare(self, statement_no: int, account: str, spans: Sequence[tuple[date, date]], earlier: list[int]) -> tuple[list[str], int]:
        """Of the days in `spans`: ids of known lines that the staged statement lacks, and how many of its entries are not known.

        Known is what the books hold, and what the `earlier` staged statements bring.
        """
        known = f"""WITH known AS (
            SELECT line_id, account, booking_date, line_key, occurrence FROM raw.line UNION ALL
            SELECT {ids.LINE_ID_SQL}, account, booking_date, line_key, occurrence FROM keyed WHERE list_contains(?::BIGINT[], statement_no)
        )"""
        missing: set[str] = set()
        new: set[int] = set()
        for first, last in set(spans):
            gone = self._store.run(
                known
                + """SELECT line_id FROM known WHERE account = ? AND booking_date BETWEEN ? AND ? AND NOT EXISTS (
                    SELECT 1 FROM keyed AS k WHERE k.statement_no = ? AND k.line_key = known.line_key
                        AND k.occurrence = known.occurrence)""",
                [earlier, account, first, last, statement_no],
            )
            fresh = self._store.run(
                known
                + """SELECT position FROM keyed AS k WHERE statement_no = ? AND booking_date BETWEEN ? AND ? AND NOT EXISTS (
                    SELECT 1 FROM known WHERE known.account = k.account AND k.line_key = known.line_key
                        AND k.occurrence = known.occurrence)""",
                [earlier, statement_no, first, last],
            )
            missing |= {row[0] for row in gone}
            new |= {row[0] for row in fresh}
        return sorted(missing), len(new)

    def doubtful(
        self, statement_no: int, account: str, days: tuple[date, date], earlier: list[int], counted_not: Sequence[str]
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
        entries = f"SELECT {staged}, keyed.account, line_key, occurrence FROM keyed JOIN incoming USING (statement_no, position)"
        before = f"""SELECT {fields}, account, line_key, occurrence FROM raw.line
            WHERE account = $account AND booking_date BETWEEN $first AND $last AND NOT list_contains($excluded::VARCHAR[], line_id)"""
        if earlier:
            here = "keyed.account = $account AND keyed.booking_date BETWEEN $first AND $last"
            before += f" UNION ALL {entries} WHERE {here} AND list_contains($earlier::BIGINT[], statement_no)"
        values = {"account": account, "first": days[0], "last": days[1], "number": statement_no, "excluded": list(counted_not)}
        rows = self._store.connection.execute(
            f"""WITH before AS ({before}), gone AS (
                SELECT {fields} FROM before AS b WHERE NOT EXISTS (
                    SELECT 1 FROM keyed AS k WHERE k.statement_no = $number AND k.line_key = b.line_key AND k.occurrence = b.occurrence)
            ), new AS (
                SELECT * FROM ({entries} WHERE statement_no = $number AND (keyed.booking_date IN (SELECT booking_date FROM gone)
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

    def told_otherwise(
        self, statement_no: int, account: str, days: tuple[date, date], earlier: list[int], counted_not: Sequence[str]
    ) -> tuple[list[Gone], list[New]]:
        """Known lines of these days that a staged statement lacks, those with a reference, and its entries that are not known."""
        told = "counterparty_name, counterparty_account, remittance_information"
        staged = f"""SELECT keyed.position, {ids.LINE_ID_SQL} AS line_id, keyed.statement_no, keyed.account, keyed.booking_date, amount,
            keyed.bank_reference, {told}, keyed.line_key, keyed.occurrence FROM keyed JOIN incoming USING (statement_no, position)"""
        before = f"""WITH staged AS ({staged}), before AS (
            SELECT line_id, account, booking_date, amount, bank_reference, {told}, line_key, occurrence FROM raw.line
            UNION ALL SELECT line_id, account, booking_date, amount, bank_reference, {told}, line_key, occurrence FROM staged
                WHERE list_contains($earlier::BIGINT[], statement_no)
        )"""
        values = {"earlier": earlier, "account": account, "number": statement_no}
        gone = self._store.connection.execute(
            f"""{before} SELECT line_id, booking_date, amount, ({told}), line_key, occurrence,
                NOT list_contains($excluded::VARCHAR[], line_id) AS counts
            FROM before AS b WHERE account = $account AND bank_reference <> '' AND booking_date BETWEEN $first AND $last AND NOT EXISTS (
                SELECT 1 FROM keyed AS k WHERE k.statement_no = $number AND k.line_key = b.line_key AND k.occurrence = b.occurrence)
            QUALIFY row_number() OVER (PARTITION BY line_id ORDER BY {told}) = 1 ORDER BY booking_date, line_id""",
            values | {"first": days[0], "last": days[1], "excluded": list(counted_not)},
        ).fetchall()
        new = self._store.connection.execute(
            f"""{before} SELECT position, booking_date, amount, ({told}), bank_reference <> '' FROM staged AS s WHERE statement_no = $number
            AND NOT EXISTS (SELECT 1 FROM before AS b
                WHERE b.account = $account AND b.line_key = s.line_key AND b.occurrence = s.occurrence) ORDER BY position""",
            values,
        ).fetchall()
        return [Gone(*row) for row in gone], [New(*row) for row in new]

    def on_day(self, statement_no: int, day: date, earlier: list[int]) -> list[Twin]:
        """A statement's entries of a day that are known already: from the books, or from the `earlier` staged statements."""
        rows = self._store.run(
            f"""WITH known AS (
                SELECT line_id, line_key, occurrence, amount, balance FROM raw.line WHERE booking_date = ?
                UNION ALL SELECT {ids.LINE_ID_SQL}, line_key, occurrence, amount, balance FROM keyed
                    JOIN incoming USING (statement_no, position) WHERE keyed.booking_date = ? AND list_contains(?::BIGINT[], statement_no)
            )
            SELECT DISTINCT known.line_id, incoming.amount, known.balance, incoming.balance FROM keyed
            JOIN incoming USING (statement_no, position)
            JOIN known ON known.line_key = keyed.line_key AND known.occurrence = keyed.occurrence
            WHERE statement_no = ? AND keyed.booking_date = ? ORDER BY ALL""",
            [day, day, earlier, statement_no, day],
        )
        return [Twin(*row) for row in rows]

    def take_as_known(self, statement_no: int, pairs: Sequence[tuple[New, Gone]]) -> None:
        """Gives entries of a staged statement the keys of the known lines that they are."""
        columns = [[new.position for new, _ in pairs], [gone.line_key for _, gone in pairs], [gone.occurrence for _, gone in pairs]]
        self._store.run(
            """UPDATE keyed SET line_key = known.line_key, occurrence = known.occurrence, renamed = true FROM (
                SELECT unnest(?::BIGINT[]) AS position, unnest(?::VARCHAR[]) AS line_key, unnest(?::BIGINT[]) AS occurrence
            ) AS known WHERE keyed.statement_no = ? AND keyed.position = known.position""",
            [*columns, statement_no],
        )

    def repeated_lines(self, statement_no: int, line_ids: Sequence[str]) -> list[str]:
        """Which of these known lines a staged statement tells."""
        rows = self._store.run(
            """SELECT line_id FROM raw.line AS known WHERE list_contains(?::VARCHAR[], line_id) AND EXISTS (SELECT 1 FROM keyed
                WHERE keyed.statement_no = ? AND keyed.line_key = known.line_key AND keyed.occurrence = known.occurrence) ORDER BY ALL""",
            [list(line_ids), statement_no],
        )
        return [row[0] for row in rows]

    def append(self, batch: int, statement_ids: dict[int, str], held: list[int]) -> dict[int, Counts]:
        """Appends what is new, and which entries were known. Entries of `held` statements go to quarantine whole.

        Returns the counts per statement number.
        """
        self._store.run("CREATE OR REPLACE TEMP TABLE held AS SELECT unnest(?::BIGINT[]) AS statement_no", [held])
        self._store.run(_IDLE)
        if len(statement_ids) > 1:
            self._store.run(_IDLE_AGAIN)
        self._store.run(_FRESH)
        self._store.run(_SPECIAL)
        self._store.run(_SHARED)
        counted = self._store.run(_COUNTS)
        names = pl.DataFrame(
            {"statement_no": list(statement_ids), "statement_id": list(statement_ids.values())},
            schema={"statement_no": pl.Int64, "statement_id": pl.String},
        )
        self._store.connection.register("names", names)
        appends = [_APPEND]
        if held:
            appends.append(_QUARANTINE)
        if any(new < total for _, total, new, _ in counted):
            appends.append(_REPEATED)
        if self._store.scalar("SELECT count(*) FROM incoming_detail"):
            appends.append(_APPEND_DETAILS)
        for statement in appends:
            self._store.run(statement, {"batch": batch})
        self._store.connection.unregister("names")
        counts = {row[0]: (row[1], row[2], row[3]) for row in counted}
        counted_lines = {}
        for number in statement_ids:
            total, new, conflicting = counts.get(number, (0, 0, 0))
            counted_lines[number] = Counts(0, 0, 0) if number in held else Counts(new, total - new, conflicting)
        return counted_lines

    def conflicting(self, statement_ids: dict[int, str], proven: Sequence[str], replaced: Sequence[str]) -> pl.DataFrame:
        """Lines that the staged statements brought with `append` and whose bank reference another statement told before with another
        amount.

        Left out are pairs that one statement tells side by side, and pairs of statements that are both proven: both were booked.

        Args:
                statement_ids: the staged statements, by their number in the command.
            proven: those of them that their balances prove.
            replaced: lines that another decision sets aside.

        Returns:
            line_id, booking_date, currency, statement_id, bank_reference, amount, source_line, and one other line in ``other_id``
            and its statement in ``other_statement``; a row for each pair, by booking date and id.
        """
        mine = pl.DataFrame({"statement_no": list(statement_ids), "statement_id": list(statement_ids.values())})
        self._store.connection.register("mine", mine)
        pairs = self._store.frame(
            f"""WITH counted AS (
                SELECT * FROM raw.line WHERE bank_reference <> '' AND line_id NOT IN (SELECT line_id FROM ({EXCLUDED}))
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
            SELECT n.line_id, n.booking_date, n.currency, n.statement_id, n.bank_reference, n.amount, n.source_line, k.line_id AS other_id,
                k.statement_id AS other_statement
            FROM near AS n JOIN near AS k ON k.account = n.account AND k.bank_reference = n.bank_reference
            WHERE n.statement_no IS NOT NULL AND k.amount <> n.amount AND k.statement_id <> n.statement_id AND NOT (k.proven AND n.proven)
                AND (k.statement_no IS NULL OR (k.booking_date, k.line_id) < (n.booking_date, n.line_id))
                AND NOT EXISTS (SELECT 1 FROM keyed WHERE keyed.statement_no = n.statement_no
                    AND keyed.line_key = k.line_key AND keyed.occurrence = k.occurrence)
            ORDER BY n.booking_date, n.line_id, k.booking_date, k.line_id""",
            list(replaced),
            list(proven),
        )
        self._store.connection.unregister("mine")
        return pairs

    def references(self, statement_ids: Sequence[str]) -> pl.DataFrame:
        """Account, day and bank reference of the lines that statements have brought, where they have one, in the order of the files."""
        return self._store.frame(
            """SELECT statement_id, account, booking_date, bank_reference FROM raw.line
            WHERE list_contains(?::VARCHAR[], statement_id) AND bank_reference <> '' ORDER BY statement_id, source_line, line_id""",
            list(statement_ids),
        )
