"""What the state of a few lines and items is folded from, and no more.

A person's verdict concerns one line of a million. What decides about it is near: the decisions on the line, the items that these and its
proposal name, all decisions that moved these items, and the reversals of all of them. Folded, these facts give the same rows for the lines
and items as the whole books do; tests/properties/test_near.py holds the two equal.
"""

from collections.abc import Collection

import polars as pl

from matcher import frames
from matcher.ledger.movements import Facts
from matcher.ledger.unapplied import PREFIX
from matcher.store import item_notes, journal
from matcher.store.database import Store
from matcher.store.few import blank

FEW = 1000
"""Lines and items of which `Store.few` reads the facts."""

_LINES = f"""CREATE OR REPLACE TEMP TABLE near_line AS SELECT unnest($lines::VARCHAR[]) AS line_id
    UNION SELECT substr(item_id, {len(PREFIX) + 1}) FROM (SELECT unnest($items::VARCHAR[]) AS item_id)
    WHERE starts_with(item_id, '{PREFIX}')"""
_ITEMS = f"""CREATE OR REPLACE TEMP TABLE near_item AS
    SELECT unnest($items::VARCHAR[]) AS item_id
    UNION SELECT item_id FROM log.allocation SEMI JOIN near_line USING (line_id)
    UNION SELECT item_id FROM work.proposal AS f SEMI JOIN near_line USING (line_id) {journal.UNDECIDED}"""
_NO_ITEMS = "CREATE OR REPLACE TEMP TABLE near_item (item_id VARCHAR)"
# the rest of a line is an item too, and what others take of it moves the line
_CREDIT_LINES = f"""INSERT INTO near_line SELECT DISTINCT substr(item_id, {len(PREFIX) + 1}) FROM near_item
    WHERE starts_with(item_id, '{PREFIX}') AND substr(item_id, {len(PREFIX) + 1}) NOT IN (SELECT line_id FROM near_line)"""
_CUSTOMERS = "CREATE OR REPLACE TEMP TABLE near_customer AS SELECT unnest($customers::VARCHAR[]) AS customer_id"
_CREDITS = (
    f"INSERT INTO near_item SELECT '{PREFIX}' || line_id FROM near_line WHERE '{PREFIX}' || line_id NOT IN (SELECT item_id FROM near_item)"
)
CHANGING = frozenset({"log.decision", "raw.item"})
"""Tables without whose rows a batch changes no line and no item; see `changed`."""
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
        UNION SELECT decision_id FROM log.item_note SEMI JOIN near_item USING (item_id)
        UNION SELECT decision_id FROM log.decision SEMI JOIN near_line USING (line_id)
    )
    SELECT decision_id FROM near UNION SELECT decision_id FROM log.decision WHERE reverses IN (SELECT decision_id FROM near)"""

# Rows are found by their ids alone and fetched by their places: to read wide rows of a million for the sake of a few takes a second.
_VERSIONS = """CREATE OR REPLACE TEMP TABLE near_version AS
    FROM raw.item WHERE rowid IN (SELECT rowid FROM raw.item WHERE item_id IN (SELECT item_id FROM near_item))"""
_NAMED = """CREATE OR REPLACE TEMP TABLE near_named AS FROM raw.customer WHERE rowid IN (
    SELECT rowid FROM raw.customer WHERE customer_id IN (
        SELECT customer_id FROM near_customer
        UNION SELECT customer_id FROM log.decision SEMI JOIN near_line USING (line_id)
        UNION SELECT customer_id FROM work.finding SEMI JOIN near_line USING (line_id)))"""
_LINE_ROWS = "rowid IN (SELECT rowid FROM raw.line WHERE line_id IN (SELECT line_id FROM near_line))"


def of_customer(store: Store, customer_id: str) -> Facts:
    """What a customer's account is folded from: all items that any list says are his, and all lines whose money anything says is his."""
    items = store.run("SELECT DISTINCT item_id FROM raw.item WHERE customer_id = ? ORDER BY 1", [customer_id])
    found = store.run("SELECT line_id FROM work.finding WHERE customer_id = ? ORDER BY 1", [customer_id])
    lines = [*journal.lines_of_customers(store, [customer_id]), *(str(row[0]) for row in found)]
    return facts(store, lines, [str(row[0]) for row in items], customer_ids=[customer_id])


def facts(
    store: Store, line_ids: Collection[str], item_ids: Collection[str] = (), *, customer_ids: Collection[str] = (), lines_only: bool = False
) -> Facts:
    """What these lines and items are folded from, with these customers and those that decisions and findings name for the lines.

    The items that the lines' decisions and proposals name are among them, unless `lines_only`: that gives no state of any item.
    """
    few = len(line_ids) + len(item_ids) <= FEW
    store.run(_LINES, {"lines": list(line_ids), "items": list(item_ids)})
    store.run(_NO_ITEMS if lines_only else _ITEMS, {} if lines_only else {"items": list(item_ids)})
    store.run(_CUSTOMERS, {"customers": list(customer_ids)})
    _complete(store)
    store.run(_NAMED)
    query = "SELECT f.* FROM {table} AS f SEMI JOIN near_line USING (line_id) {undecided} ORDER BY {order}"
    read = store.few if few else store.frame
    return _facts(
        store,
        journal.customers(store, "near_named", few=few),
        read(query.format(table="work.finding", undecided=journal.UNDECIDED, order="line_id")),
        read(query.format(table="work.proposal", undecided=journal.UNDECIDED, order="line_id, decision_id, ordinal")),
        few=few,
    )


def changed(store: Store, batch: int) -> Facts | None:
    """What is folded of the lines and items that a batch changes: lines it decided, items that its postings and reversals move or that it
    brings anew. Without customers and findings. None: it changes none.
    """
    for statement in (_CHANGED_LINES, _CHANGED_ITEMS):
        store.run(statement, {"batch": batch})
    count = store.scalar("SELECT (SELECT count(*) FROM near_line) + (SELECT count(*) FROM near_item)")
    if not count:
        return None
    _complete(store)
    nothing = (frames.empty(schema) for schema in (frames.CUSTOMER, frames.FINDING, frames.ALLOCATION))
    # a run changes most of the books: their texts would be a second gigabyte for a million lines, and sums need none
    return _facts(store, *nothing, few=count <= FEW, without=frames.UNSUMMED)


def _complete(store: Store) -> None:
    """Adds the credits that are left of the lines, and the lines that credits are left of; then the decisions on all of them."""
    for statement in (_CREDIT_LINES, _CREDITS, _DECISIONS):
        store.run(statement)


def _facts(
    store: Store, customers: pl.DataFrame, findings: pl.DataFrame, proposals: pl.DataFrame, *, few: bool, without: Collection[str] = ()
) -> Facts:
    """The facts of the lines, items and decisions in near_line, near_item and near_decision. `without`: as of `journal.facts`."""
    read = store.few if few else store.frame
    columns = ", ".join(f'"{name}"' for name in frames.LINE if name not in without)
    store.run(_VERSIONS)
    return Facts(
        lines=read(f"SELECT {columns} FROM raw.line WHERE {_LINE_ROWS} ORDER BY line_id"),
        items=journal.items(store, without=without, table="near_version", few=few),
        customers=customers,
        decisions=read(f"SELECT *{blank(without)} FROM log.decision SEMI JOIN near_decision USING (decision_id) ORDER BY batch, ordinal"),
        allocations=read(
            """SELECT a.* FROM log.allocation AS a JOIN log.decision AS d USING (decision_id)
            SEMI JOIN near_decision USING (decision_id) ORDER BY d.batch, d.ordinal, a.ordinal"""
        ).select(list(frames.ALLOCATION)),
        findings=findings,
        proposals=proposals,
        versions=journal.versions(store, table="near_version", few=few),
        sent=journal.sent(store, table="(FROM log.export SEMI JOIN near_decision USING (decision_id))", few=few),
        snapshots=journal.snapshots(store),
        credits=journal.credits(store, table="(FROM log.credit SEMI JOIN near_line USING (line_id))", few=few),
        periods=journal.periods(store),
        item_notes=item_notes.read(store, "(FROM log.item_note SEMI JOIN near_item USING (item_id))", few=few),
    )
