"""Which lines wait for a person."""

import json
from collections.abc import Iterable, Mapping
from datetime import date

from matcher.errors import MatcherError
from matcher.ledger.restored import FOLLOW_UP, PROPOSALS
from matcher.states import NOT_RECEIVABLE, SETTLING, DecisionKind, LineState, Outcome
from matcher.store.database import Store
from matcher.store.journal import UNDECIDED, latest_with


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_TAKEN_BACK = "SELECT reverses FROM log.decision WHERE reverses <> '' AND effective_date <= $as_of"
_DONE = f"""done AS (
    SELECT line_id FROM log.decision {{near}}
    WHERE (kind = '{DecisionKind.EXCLUDE}' AND decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> ''))
        OR (kind IN ({_words(SETTLING)}) AND effective_date <= $as_of AND decision_id NOT IN ({_TAKEN_BACK}))
)"""
"""Lines that are excluded or posted: the first are told elsewhere, the others wait for nothing. As `ledger.fold` has it."""

_FOUND = f"found AS (SELECT line_id, outcome, state FROM work.finding AS f {UNDECIDED})"
_OURS = f"(outcome NOT IN ({_words(NOT_RECEIVABLE)}) OR state = '{LineState.PROPOSED}')"
_UNTOUCHED = f"CASE WHEN amount < 0 THEN '{Outcome.OUTGOING}' ELSE '{Outcome.UNEXPLAINED}' END"
_LINE = "line_id, amount, entity, account"
_HELD = f"""SELECT line_id FROM log.decision WHERE kind = '{DecisionKind.HOLD}'
    AND decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '')
    GROUP BY line_id HAVING arg_max(until, (batch, ordinal)) > $as_of"""
"""Lines that are on hold on the day, as was said last, whenever that was."""

_RESTORED = f"""restored AS (
    SELECT l.line_id, d.outcome FROM (
        SELECT line_id, arg_max(kind, (batch, ordinal)) AS kind, arg_max(reverses, (batch, ordinal)) AS reverses
        FROM log.decision {{near}} WHERE kind NOT IN ({_words(FOLLOW_UP)}) GROUP BY line_id
    ) AS l JOIN log.decision AS d ON d.decision_id = l.reverses
    WHERE l.kind = '{DecisionKind.UNDO}' AND d.kind IN ({_words(PROPOSALS)})
        AND l.reverses IN (SELECT decision_id FROM log.allocation)
)"""
"""Lines whose posting was taken back and stands again as a proposal; see `ledger.restored`."""
_STATE = f"coalesce(f.state, CASE WHEN r.line_id IS NULL THEN '{LineState.NONE}' ELSE '{LineState.PROPOSED}' END)"
_OUTCOME = f"coalesce(f.outcome, r.outcome, {_UNTOUCHED})"
_JOINED = "LEFT JOIN found AS f USING (line_id) LEFT JOIN restored AS r USING (line_id)"

_WHOLE = f"""{_DONE.format(near="")}, {_FOUND}, {_RESTORED.format(near="")}, waiting AS (
    SELECT {_LINE}, {_STATE} AS state, {_OUTCOME} AS outcome
    FROM (FROM raw.line ANTI JOIN done USING (line_id) WHERE booking_date <= $as_of) {_JOINED}
    UNION ALL SELECT {_LINE}, state, outcome FROM raw.line SEMI JOIN done USING (line_id) JOIN found USING (line_id)
    WHERE state = '{LineState.PROPOSED}' AND booking_date <= $as_of
)"""

_RECENT = "SEMI JOIN recent USING (line_id)"
_SINCE_RUN = f"""recent AS (
    SELECT line_id FROM raw.line WHERE batch > $run OR booking_date > $until UNION SELECT line_id FROM log.decision WHERE batch > $run
), {_DONE.format(near=_RECENT)}, {_FOUND}, {_RESTORED.format(near=_RECENT)}, waiting AS (
    SELECT {_LINE}, state, outcome FROM raw.line JOIN (
        SELECT line_id, outcome, state FROM work.finding AS f {UNDECIDED} AND {_OURS}
    ) USING (line_id) WHERE booking_date <= least($as_of, $until)
    UNION ALL SELECT {_LINE}, {_STATE}, {_OUTCOME}
    FROM (FROM raw.line SEMI JOIN recent USING (line_id) ANTI JOIN done USING (line_id) WHERE booking_date <= $as_of) {_JOINED}
    WHERE f.line_id IS NULL OR booking_date > $until
)"""
"""The same after a run: of the days that it looked at, every line that it did not post and that nobody decided on since has a finding, and
so has what it offers of lines that were posted before.
"""

_PAGE = f"""WITH {{waiting}}
SELECT line_id, count(*) OVER () FROM waiting WHERE {_OURS} AND line_id NOT IN ({_HELD}) {{filters}}
ORDER BY state <> '{LineState.PROPOSED}', amount DESC, line_id {{limit}}"""

FILTERS = ("entity", "account", "outcome")
"""Columns of which one word may be asked for."""


def waiting(store: Store, as_of: date, filters: Mapping[str, str], limit: int | None) -> tuple[list[str], int]:
    """Ids of the receipts that wait as of a day, proposed ones first, then the largest; and how many they are in all.

    Args:
        store: the books.
        as_of: lines and decisions of later days are left out.
        filters: of `FILTERS`; '' for all.
        limit: at most so many ids; at least 1.

    Raises:
        MatcherError: ``usage.option`` for another limit.
    """
    if limit is not None and limit < 1:
        raise MatcherError("usage.option", f"a limit of {limit} lines shows none")
    values: dict[str, object] = {name: text for name, text in filters.items() if text}
    since = _latest_run(store, as_of)
    sql = _PAGE.format(
        waiting=_SINCE_RUN if since else _WHOLE,
        filters=" ".join(f"AND {name} = ${name}" for name in FILTERS if name in values),
        limit="" if limit is None else f"LIMIT {int(limit)}",
    )
    rows = store.run(sql, {"as_of": as_of, **values, **since})
    return [str(row[0]) for row in rows], int(rows[0][1]) if rows else 0


def _latest_run(store: Store, as_of: date) -> dict[str, object]:
    """Batch and last day of the run that put the findings that stand; nothing when another command put them, or when a decision is of a
    day after `as_of`: to an earlier day a line may wait that the run found posted.
    """
    batch = latest_with(store, "work.finding")
    if batch is None or batch.command != "run" or store.run("SELECT 1 FROM log.decision WHERE effective_date > ? LIMIT 1", [as_of]):
        return {}
    until = json.loads(batch.summary)["as_of"]
    return {"run": batch.batch, "until": date.fromisoformat(until) if until else date.max}
