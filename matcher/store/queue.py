"""Which lines wait for a person."""

from collections.abc import Iterable, Mapping
from datetime import date

from matcher.states import NOT_RECEIVABLE, SETTLING, DecisionKind, LineState, Outcome
from matcher.store.database import Store
from matcher.store.journal import UNDECIDED


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_WAITING = f"""WITH in_force AS (
    SELECT line_id, kind, effective_date FROM log.decision
    WHERE kind IN ({_words((DecisionKind.EXCLUDE, *SETTLING))})
        AND decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '')
), done AS (
    SELECT line_id FROM in_force WHERE kind = '{DecisionKind.EXCLUDE}' OR effective_date <= $as_of
), found AS (
    SELECT line_id, outcome, state FROM work.finding AS f {UNDECIDED}
), waiting AS (
    SELECT l.line_id, l.amount, l.entity, l.account, coalesce(f.state, '{LineState.NONE}') AS state,
        coalesce(f.outcome, CASE WHEN l.amount < 0 THEN '{Outcome.OUTGOING}' ELSE '{Outcome.UNEXPLAINED}' END) AS outcome
    FROM (FROM raw.line ANTI JOIN done USING (line_id) WHERE booking_date <= $as_of) AS l LEFT JOIN found AS f USING (line_id)
)
SELECT line_id, count(*) OVER () FROM waiting WHERE outcome NOT IN ({_words(NOT_RECEIVABLE)}) {{filters}}
ORDER BY state <> '{LineState.PROPOSED}', amount DESC, line_id {{limit}}"""
"""As `journal.fold` has it: what an excluded line waits for is said elsewhere, and a posted one waits for nothing."""

FILTERS = ("entity", "account", "outcome")
"""Columns of which one word may be asked for."""


def waiting(store: Store, as_of: date, filters: Mapping[str, str], limit: int | None) -> tuple[list[str], int]:
    """Ids of the receipts that wait as of a day, proposed ones first, then the largest; and how many they are in all.

    Args:
        store: the books.
        as_of: lines and decisions of later days are left out.
        filters: of `FILTERS`; '' for all.
        limit: at most so many ids.
    """
    wanted = {name: text for name, text in filters.items() if text}
    sql = _WAITING.format(
        filters=" ".join(f"AND {name} = ${name}" for name in FILTERS if name in wanted),
        limit="" if limit is None else f"LIMIT {int(limit)}",
    )
    rows = store.run(sql, {"as_of": as_of, **wanted})
    return [str(row[0]) for row in rows], int(rows[0][1]) if rows else 0
