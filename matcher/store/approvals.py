"""Decisions that wait for another person."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matcher.states import ENGINE, DecisionKind
from matcher.store.database import Store

SUBMITTED = "submitted"
"""Key of a batch's summary: by the id of each decision that waits, what it would append."""


class Submitted(NamedTuple):
    """A decision that waits: who took it and when, on which line ('' for none), why, and what it would append, each with its fields."""

    decision_id: str
    line_id: str
    actor: str
    at: str
    reason: str
    drafts: Sequence[Mapping[str, Any]]


def waiting(store: Store) -> list[Submitted]:
    """The decisions that wait for another person, in the order in which they were taken."""
    sql = f"""SELECT decision_id, line_id, d.actor, d.at, reason, summary FROM log.decision AS d JOIN log.batch AS b USING (batch)
        WHERE kind = '{DecisionKind.SUBMIT}' AND decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '')
        ORDER BY batch, ordinal"""
    return [
        Submitted(name, line_id, actor, at, reason, json.loads(summary)[SUBMITTED][name])
        for name, line_id, actor, at, reason, summary in store.run(sql)
    ]


def lines_waiting(store: Store) -> dict[str, Submitted]:
    """The same by the lines that they are about."""
    return {str(draft["line_id"]): one for one in waiting(store) for draft in one.drafts if draft["line_id"]}


def wrongly_approved(store: Store) -> list[str]:
    """Ids of decisions that do not fit: an approval of nothing that waited, one that waits and has allocations all the same, and one that
    names somebody who approved it, without an approval.
    """
    sql = f"""SELECT decision_id FROM log.decision AS a WHERE kind IN ('{DecisionKind.APPROVE}', '{DecisionKind.DISMISS}')
        AND reverses NOT IN (SELECT decision_id FROM log.decision WHERE kind = '{DecisionKind.SUBMIT}')
        UNION SELECT decision_id FROM log.allocation SEMI JOIN
        (FROM log.decision WHERE kind IN ('{DecisionKind.SUBMIT}', '{DecisionKind.APPROVE}', '{DecisionKind.DISMISS}'))
        USING (decision_id)
        UNION SELECT decision_id FROM log.decision WHERE run_by <> '' AND actor <> '{ENGINE}'
        AND batch NOT IN (SELECT batch FROM log.decision WHERE kind = '{DecisionKind.APPROVE}') ORDER BY 1"""
    return [str(row[0]) for row in store.run(sql)]


def approvals(store: Store) -> list[tuple[str, str, str]]:
    """Each approval with who gave it, and who had taken the decision: decision_id, approver, actor."""
    sql = f"""SELECT a.decision_id, a.actor, s.actor FROM log.decision AS a JOIN log.decision AS s ON s.decision_id = a.reverses
        WHERE a.kind = '{DecisionKind.APPROVE}' ORDER BY a.batch, a.ordinal"""
    return [(str(row[0]), str(row[1]), str(row[2])) for row in store.run(sql)]
