"""Which lines wait for a person."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from matcher import money
from matcher.errors import MatcherError
from matcher.filters import Filters
from matcher.ledger.restored import FOLLOW_UP, PROPOSALS
from matcher.states import NOT_RECEIVABLE, SETTLING, DecisionKind, LineState, Outcome
from matcher.store.database import Store
from matcher.store.journal import UNDECIDED, latest_with
from matcher.store.outbox import REJECTED


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_TAKEN_BACK = "SELECT reverses FROM log.decision WHERE reverses <> '' AND effective_date <= $as_of"
_DONE = f"""done AS (
    SELECT line_id FROM log.decision {{near}}
    WHERE (kind = '{DecisionKind.EXCLUDE}' AND decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> ''))
        OR (kind IN ({_words(SETTLING)}) AND effective_date <= $as_of AND decision_id NOT IN ({_TAKEN_BACK}))
)"""
"""Lines that are excluded or posted: the first are told elsewhere, the others wait for nothing. As `ledger.fold` has it."""

_ABOUT = "outcome, state, customer_id, rule, confidence"
_FOUND = f"found AS (SELECT line_id, {_ABOUT} FROM work.finding AS f {UNDECIDED})"
_OURS = f"(outcome NOT IN ({_words(NOT_RECEIVABLE)}) OR state = '{LineState.PROPOSED}')"
_UNTOUCHED = f"CASE WHEN amount < 0 THEN '{Outcome.OUTGOING}' ELSE '{Outcome.UNEXPLAINED}' END"
_LINE = "line_id, amount, entity, account, booking_date, currency"
_IN_FORCE = "decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '')"
_HELD = f"""SELECT line_id FROM log.decision WHERE kind = '{DecisionKind.HOLD}'
    AND {_IN_FORCE}
    GROUP BY line_id HAVING arg_max(until, (batch, ordinal)) > $as_of"""
"""Lines that are on hold on the day, as was said last, whenever that was."""
_OWNED = f"""SELECT line_id FROM log.decision WHERE kind IN ('{DecisionKind.HOLD}', '{DecisionKind.ASSIGN}') AND owner <> ''
    AND {_IN_FORCE} GROUP BY line_id HAVING arg_max(owner, (batch, ordinal)) = $owner"""

_RESTORED = f"""restored AS (
    SELECT l.line_id, d.outcome, d.customer_id, d.rule, d.confidence FROM (
        SELECT line_id, arg_max(kind, (batch, ordinal)) AS kind, arg_max(reverses, (batch, ordinal)) AS reverses
        FROM log.decision {{near}} WHERE kind NOT IN ({_words(FOLLOW_UP)}) GROUP BY line_id
    ) AS l JOIN log.decision AS d ON d.decision_id = l.reverses
    WHERE l.kind = '{DecisionKind.UNDO}' AND d.kind IN ({_words(PROPOSALS)})
        AND l.reverses IN (SELECT decision_id FROM log.allocation)
)"""
"""Lines whose posting was taken back and stands again as a proposal; see `ledger.restored`."""
_STATE = f"coalesce(f.state, CASE WHEN r.line_id IS NULL THEN '{LineState.NONE}' ELSE '{LineState.PROPOSED}' END)"
_OUTCOME = f"coalesce(f.outcome, r.outcome, {_UNTOUCHED})"
_REST = "coalesce(f.customer_id, r.customer_id, '') AS customer_id, coalesce(f.rule, r.rule, '') AS rule, "
_REST += "coalesce(f.confidence, r.confidence) AS confidence"
_JOINED = "LEFT JOIN found AS f USING (line_id) LEFT JOIN restored AS r USING (line_id)"

_WHOLE = f"""{_DONE.format(near="")}, {_FOUND}, {_RESTORED.format(near="")}, waiting AS (
    SELECT {_LINE}, {_OUTCOME} AS outcome, {_STATE} AS state, {_REST}
    FROM (FROM raw.line ANTI JOIN done USING (line_id) WHERE booking_date <= $as_of) {_JOINED}
    UNION ALL SELECT {_LINE}, {_ABOUT} FROM raw.line SEMI JOIN done USING (line_id) JOIN found USING (line_id)
    WHERE state = '{LineState.PROPOSED}' AND booking_date <= $as_of
)"""

_RECENT = "SEMI JOIN recent USING (line_id)"
_SINCE_RUN = f"""recent AS (
    SELECT line_id FROM raw.line WHERE batch > $run OR booking_date > $until UNION SELECT line_id FROM log.decision WHERE batch > $run
), {_DONE.format(near=_RECENT)}, {_FOUND}, {_RESTORED.format(near=_RECENT)}, waiting AS (
    SELECT {_LINE}, {_ABOUT} FROM raw.line JOIN (
        SELECT line_id, {_ABOUT} FROM work.finding AS f {UNDECIDED} AND {_OURS}
    ) USING (line_id) WHERE booking_date <= least($as_of, $until)
    UNION ALL SELECT {_LINE}, {_OUTCOME}, {_STATE}, {_REST}
    FROM (FROM raw.line SEMI JOIN recent USING (line_id) ANTI JOIN done USING (line_id) WHERE booking_date <= $as_of) {_JOINED}
    WHERE f.line_id IS NULL OR booking_date > $until
)"""
"""The same after a run: of the days that it looked at, every line that it did not post and that nobody decided on since has a finding, and
so has what it offers of lines that were posted before.
"""

_REFUSED = f"""refused AS (
    SELECT {_LINE}, outcome, '{LineState.NONE}' AS state, customer_id, '' AS rule, NULL::BIGINT AS confidence
    FROM (FROM raw.line ANTI JOIN waiting USING (line_id) WHERE booking_date <= $as_of) JOIN (
        SELECT line_id, arg_max(outcome, (batch, ordinal)) AS outcome, arg_max(customer_id, (batch, ordinal)) AS customer_id
        FROM log.decision WHERE kind IN ({_words(SETTLING)}) AND {_IN_FORCE} AND line_id IN ({REJECTED}) GROUP BY line_id
    ) USING (line_id)
)"""
"""Lines that are posted here, and that the ERP did not take: a person decides anew, or has it mended there."""

_CHOSEN = f"""WITH {{waiting}}, {_REFUSED}, everything AS (
    SELECT *, count(*) OVER () AS everything FROM (FROM waiting WHERE {_OURS} UNION ALL FROM refused)
    WHERE line_id {{held}} IN ({_HELD})
), chosen AS MATERIALIZED (FROM everything {{texts}} {{filters}})"""
_PAGE = (
    _CHOSEN
    + """
SELECT * FROM (
    SELECT row_number() OVER (ORDER BY {order}) AS place, line_id, '' AS of_currency, 0 AS sum, 0 AS all_of_them
    FROM (FROM chosen ORDER BY {order} {limit})
    UNION ALL SELECT count(*), '', currency, sum(amount), max(everything) FROM chosen GROUP BY currency
) ORDER BY of_currency, place"""
)
"""The ids in their order, each with its place; then by currency how many there are, their sum, and how many wait in all."""

_PROPOSED_FIRST = f"state <> '{LineState.PROPOSED}'"
SORTS = {
    "": f"{_PROPOSED_FIRST}, amount DESC, line_id",
    "amount": "amount DESC, line_id",
    "date": "booking_date, amount DESC, line_id",
    "confidence": "confidence DESC NULLS LAST, amount DESC, line_id",
    "customer": "customer_id = '', customer_id, amount DESC, line_id",
    "payer": "lower(counterparty_name), amount DESC, line_id",
    "account": "account, booking_date, amount DESC, line_id",
    "outcome": "outcome, amount DESC, line_id",
}
"""The orders in which the queue may be asked for; '' is proposed ones first, then the largest."""

_TEXTS = ("counterparty_name", "counterparty_account", "remittance_information", "creditor_reference", "end_to_end_id", "bank_reference")
"""Columns of a line that a search looks through."""

_FINEST = "CLF"
"""A currency with as many decimal places as any has."""


@dataclass(frozen=True, slots=True)
class Found:
    """Receipts that wait.

    Attributes:
        line_ids: the first of them in the order asked for.
        count: how many the filters let through. waiting: how many wait in all.
        sums: amounts of those that the filters let through, minor units by currency.
    """

    line_ids: tuple[str, ...]
    count: int
    waiting: int
    sums: Mapping[str, int]


def waiting(store: Store, as_of: date, filters: Filters, limit: int | None) -> Found:
    """The receipts that wait as of a day.

    Args:
        store: the books.
        as_of: lines and decisions of later days are left out.
        filters: which of them.
        limit: at most so many ids; at least 1.

    Raises:
        MatcherError: ``usage.option`` for another limit, ``amount.*`` for an amount that is none.
    """
    if limit is not None and limit < 1:
        raise MatcherError("usage.option", f"a limit of {limit} lines shows none")
    since = _latest_run(store, as_of)
    clauses, values = _clauses(store, as_of, filters)
    wants_texts = bool(filters.search) or filters.sort == "payer"
    sql = _PAGE.format(
        waiting=_SINCE_RUN if since else _WHOLE,
        held="" if filters.held else "NOT",
        # the bank's texts are the larger part of the books, and are read for a condition only
        texts=f"JOIN (SELECT line_id, {', '.join(_TEXTS)} FROM raw.line) AS l USING (line_id)" if wants_texts else "",
        filters=f"WHERE {' AND '.join(clauses)}" if clauses else "",
        order=SORTS[filters.sort],
        limit=f"LIMIT {int(limit)}" if limit else "",
    )
    rows = store.run(sql, {"as_of": as_of, **values, **since})
    sums = [row for row in rows if not row[1]]
    if not sums:
        return Found((), 0, waiting(store, as_of, Filters(held=filters.held), 1).waiting if clauses else 0, {})
    ids = tuple(str(row[1]) for row in rows[: -len(sums)])
    return Found(ids, sum(row[0] for row in sums), sums[0][4], {row[2]: int(row[3]) for row in sums})


def posted(store: Store, as_of: date, after: date | None) -> int:
    """How many receipts booked up to a day, and after the other one if it is given, are posted: to items, or on account."""
    kinds = _words(kind for kind in SETTLING if kind != DecisionKind.CLASSIFY)
    sql = f"""SELECT count(*) FROM raw.line
        WHERE amount > 0 AND booking_date <= $as_of AND booking_date > coalesce($after, DATE '0001-01-01') AND line_id IN (
            SELECT line_id FROM log.decision
            WHERE kind IN ({kinds}) AND effective_date <= $as_of AND decision_id NOT IN ({_TAKEN_BACK}))"""
    return int(store.run(sql, {"as_of": as_of, "after": after})[0][0])


def _clauses(store: Store, as_of: date, asked: Filters) -> tuple[list[str], dict[str, object]]:
    """Conditions on a receipt, and the values that they name."""
    values: dict[str, object] = {}
    clauses = []
    for column, value in (
        ("entity", asked.entity), ("account", asked.account), ("outcome", asked.outcome), ("customer_id", asked.customer),
        ("state", asked.state),
    ):  # fmt: skip
        if value:
            clauses.append(f"{column} = ${column}")
            values[column] = value
    if asked.rule:
        clauses.append("(rule = $rule OR split_part(rule, '@', 1) = $rule)")
        values["rule"] = asked.rule
    if asked.owner:
        clauses.append(f"line_id IN ({_OWNED})")
        values["owner"] = asked.owner
    if asked.min_confidence is not None:
        clauses.append("confidence >= $min_confidence")
        values["min_confidence"] = asked.min_confidence
    if asked.older_than is not None:
        clauses.append("booking_date < $older")
        values["older"] = as_of - timedelta(days=asked.older_than)
    if asked.min_amount or asked.max_amount:
        clauses.append(_between(store, asked.min_amount, asked.max_amount))
    if asked.search:
        named = "SELECT customer_id FROM raw.customer WHERE contains(lower(name), $search) OR contains(lower(customer_id), $search)"
        told = " OR ".join(f"contains(lower({column}), $search)" for column in _TEXTS)
        clauses.append(f"({told} OR customer_id IN ({named}))")
        values["search"] = asked.search.lower()
    return clauses, values


def _between(store: Store, least: str, most: str) -> str:
    """A condition that bounds amounts, in the minor units of each currency that there is; of money that goes out, how much it is."""
    parts = []
    for (currency,) in store.run("SELECT DISTINCT currency FROM raw.line ORDER BY 1"):
        unit = 10 ** (money.scale(_FINEST) - money.scale(currency))
        bounds = [f"abs(amount) >= {-(-money.parse(least, _FINEST) // unit)}"] if least else []
        bounds += [f"abs(amount) <= {money.parse(most, _FINEST) // unit}"] if most else []
        parts.append(" AND ".join([f"currency = '{currency}'", *bounds]))
    return f"({' OR '.join(parts)})" if parts else "true"


def owners(store: Store) -> list[str]:
    """Everybody to whom lines were given."""
    return [str(row[0]) for row in store.run("SELECT DISTINCT owner FROM log.decision WHERE owner <> '' ORDER BY 1")]


def accounts_of(store: Store) -> list[tuple[str, str]]:
    """Accounts that have lines, with their legal entities."""
    return [(str(row[0]), str(row[1])) for row in store.run("SELECT DISTINCT account, entity FROM raw.line ORDER BY ALL")]


def _latest_run(store: Store, as_of: date) -> dict[str, object]:
    """Batch and last day of the run that put the findings that stand; nothing when another command put them, or when a decision is of a
    day after `as_of`: to an earlier day a line may wait that the run found posted.
    """
    batch = latest_with(store, "work.finding")
    if batch is None or batch.command != "run" or store.run("SELECT 1 FROM log.decision WHERE effective_date > ? LIMIT 1", [as_of]):
        return {}
    until = json.loads(batch.summary)["as_of"]
    return {"run": batch.batch, "until": date.fromisoformat(until) if until else date.max}
