"""What the state of a few lines and items is folded from, and no more.

A person's verdict concerns one line of a million. What decides about it is near: the decisions on the line, the items that these and its
proposal name, all decisions that moved these items, and the reversals of all of them. Folded, these facts give the same rows for the lines
and items as the whole books do; tests/properties/test_near.py holds the two equal.
"""

from collections.abc import Collection

import polars as pl

from matcher import frames
from matcher.journal.fold import Facts
from matcher.store import journal
from matcher.store.database import Store

_LINES = "CREATE OR REPLACE TEMP TABLE near_line AS SELECT unnest($lines::VARCHAR[]) AS line_id"
_ITEMS = f"""CREATE OR REPLACE TEMP TABLE near_item AS
    SELECT unnest($items::VARCHAR[]) AS item_id
    UNION SELECT item_id FROM log.allocation SEMI JOIN near_line USING (line_id)
    UNION SELECT item_id FROM work.proposal AS f SEMI JOIN near_line USING (line_id) {journal.UNDECIDED}"""
_CHANGED_LINES = "CREATE OR REPLACE TEMP TABLE near_line AS SELECT DISTINCT line_id FROM log.decision WHERE batch = $batch"
_CHANGED_ITEMS = """CREATE OR REPLACE TEMP TABLE near_item AS
    SELECT item_id FROM log.allocation SEMI JOIN (
        SELECT decision_id FROM log.decision WHERE batch = $batch
        UNION SELECT reverses FROM log.decision WHERE batch = $batch AND reverses <> ''
    ) AS d USING (decision_id)
    UNION SELECT item_id FROM raw.item SEMI JOIN (SELECT item_id FROM log.allocation) AS a USING (item_id) WHERE batch = $batch"""
_DECISIONS = """CREATE OR REPLACE TEMP TABLE near_decision AS
    WITH near AS (
        SELECT decision_id FROM log.allocation SEMI JOIN near_item USING (item_id)
        UNION SELECT decision_id FROM log.decision SEMI JOIN near_line USING (line_id)
    )
    SELECT decision_id FROM near UNION SELECT decision_id FROM log.decision WHERE reverses IN (SELECT decision_id FROM near)"""


def facts(store: Store, line_ids: Collection[str], item_ids: Collection[str] = ()) -> Facts:
    """What these lines and items are folded from, with the customers that decisions and findings name for the lines.

    The items that the lines' decisions and proposals name are among them.
    """
    store.run(_LINES, {"lines": list(line_ids)})
    store.run(_ITEMS, {"items": list(item_ids)})
    store.run(_DECISIONS)
    named = """(FROM raw.customer WHERE customer_id IN (
        SELECT customer_id FROM log.decision SEMI JOIN near_line USING (line_id)
        UNION SELECT customer_id FROM work.finding SEMI JOIN near_line USING (line_id)))"""
    found = "SELECT f.* FROM {table} AS f SEMI JOIN near_line USING (line_id) {undecided} ORDER BY {order}"
    return _facts(
        store,
        journal.customers(store, named),
        store.frame(found.format(table="work.finding", undecided=journal.UNDECIDED, order="line_id")),
        store.frame(found.format(table="work.proposal", undecided=journal.UNDECIDED, order="line_id, decision_id, ordinal")),
    )


def changed(store: Store, batch: int) -> Facts | None:
    """What is folded of the lines and items that a batch changes: lines it decided, items that its postings and reversals move or that it
    brings anew. Without customers and findings. None: it changes none.
    """
    for statement in (_CHANGED_LINES, _CHANGED_ITEMS):
        store.run(statement, {"batch": batch})
    if not store.run("SELECT 1 FROM near_line UNION ALL SELECT 1 FROM near_item LIMIT 1"):
        return None
    store.run(_DECISIONS)
    return _facts(store, frames.empty(frames.CUSTOMER), frames.empty(frames.FINDING), frames.empty(frames.ALLOCATION))


def _facts(store: Store, customers: pl.DataFrame, findings: pl.DataFrame, proposals: pl.DataFrame) -> Facts:
    """The facts of the lines, items and decisions in near_line, near_item and near_decision."""
    columns = ", ".join(f'"{name}"' for name in frames.LINE)
    return Facts(
        lines=store.frame(f"SELECT {columns} FROM raw.line SEMI JOIN near_line USING (line_id) ORDER BY line_id"),
        items=journal.items(store, table="(FROM raw.item SEMI JOIN near_item USING (item_id))"),
        customers=customers,
        decisions=store.frame("SELECT * FROM log.decision SEMI JOIN near_decision USING (decision_id) ORDER BY batch, ordinal"),
        allocations=store.frame(
            """SELECT a.* FROM log.allocation AS a JOIN log.decision AS d USING (decision_id)
            SEMI JOIN near_decision USING (decision_id) ORDER BY d.batch, d.ordinal, a.ordinal"""
        ).select(list(frames.ALLOCATION)),
        findings=findings,
        proposals=proposals,
        history=journal.history(store, table="(FROM raw.item SEMI JOIN near_item USING (item_id))"),
        sent=journal.sent(store, table="(FROM log.export SEMI JOIN near_decision USING (decision_id))"),
    )
