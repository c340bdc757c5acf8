"""What was sent to ERPs and what they answered."""

from collections.abc import Collection

import polars as pl

from matcher.ledger.outbox import ANSWER
from matcher.states import Answered
from matcher.store.database import Store
from matcher.store.journal import texts

_REJECTED = f"""SELECT e.line_id, e.target, e.external_id, a.message FROM (
        SELECT target, external_id, max(batch) AS batch, any_value(line_id) AS line_id, any_value(decision_id) AS decision_id
        FROM log.export WHERE record <> 'reversal' GROUP BY target, external_id
    ) AS e JOIN (
        SELECT target, external_id, max(batch) AS batch, arg_max(result, batch) AS result, arg_max(message, batch) AS message
        FROM log.answer GROUP BY target, external_id HAVING bool_and(result <> '{Answered.ACCEPTED}')
    ) AS a USING (target, external_id)
    WHERE a.batch > e.batch AND a.result = '{Answered.REJECTED}' AND e.line_id <> ''
        AND e.decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '')"""
REJECTED = f"SELECT DISTINCT line_id FROM ({_REJECTED})"
"""Lines of which an ERP has rejected a document, and whose decision stands."""


def external_ids(store: Store, line_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Ids of the documents that were exported for lines."""
    sql = "SELECT line_id, external_id FROM log.export WHERE line_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY ALL"
    found: dict[str, tuple[str, ...]] = {}
    for line_id, external_id in store.run(sql, [list(line_ids)]):
        found[str(line_id)] = (*found.get(str(line_id), ()), str(external_id))
    return found


def exports(store: Store, target: str) -> pl.DataFrame:
    """All documents that were sent to a target, in the order of batches: columns of `erp.SENT` and ``batch``."""
    return store.frame("SELECT * EXCLUDE (target) FROM log.export WHERE target = ? ORDER BY batch, external_id", target)


def pushed(store: Store, target: str) -> dict[str, str]:
    """The documents of a target whose latest sending was a call and no file, with its moment, ISO 8601 in UTC."""
    sql = """SELECT e.external_id, b."at" FROM (
            SELECT external_id, max(batch) AS batch FROM log.export WHERE target = ? GROUP BY external_id
        ) AS e JOIN log.batch AS b USING (batch) WHERE b.command = 'push' ORDER BY 1"""
    return {str(key): str(at) for key, at in store.run(sql, [target])}


def targets(store: Store) -> list[str]:
    """Names of the targets that something was sent to."""
    return [str(name) for (name,) in store.run("SELECT DISTINCT target FROM log.export ORDER BY 1")]


def answers(store: Store, target: str) -> pl.DataFrame:
    """What is known of the documents of a target; columns of `outbox.ANSWER`."""
    return store.frame("SELECT * FROM log.answer WHERE target = ? ORDER BY batch, external_id", target).select(list(ANSWER))


def append_answers(store: Store, rows: pl.DataFrame) -> None:
    """Keeps answers; columns of `outbox.ANSWER`."""
    store.append("log.answer", rows)


def rejected(store: Store, line_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Of these lines those of which an ERP has rejected a document: target and the ERP's words."""
    sql = f"SELECT line_id, min((target, message)) FROM ({_REJECTED}) WHERE line_id IN (SELECT unnest(?::VARCHAR[])) GROUP BY line_id"
    rows = store.run(sql, [texts(line_ids)])
    return {str(line): (str(found[0]), str(found[1])) for line, found in rows}


def rejected_lines(store: Store) -> int:
    """How many lines are posted of which an ERP has rejected a document."""
    return store.scalar(f"SELECT count(*) FROM ({REJECTED})")


def moments(store: Store) -> dict[int, str]:
    """When each batch was appended, ISO 8601 in UTC."""
    return {int(batch): str(at) for batch, at in store.run('SELECT batch, "at" FROM log.batch')}
