"""What the journal holds about a line, an item, a decision or a customer, or about everything: the rows that a story is told from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from matcher.ledger.unapplied import PREFIX
from matcher.store.database import Store
from matcher.store.journal import texts

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the story is about. At most one of the first four; without any it is about everything.

    Attributes:
        line_id, item_id, decision_id, customer_id: ids.
        actor: only what this person did, or the engine; '' for all.
        since: a day in ISO form; '' for all days.
        limit: at most so many of each kind of row, the latest; None for all.
    """

    line_id: str = ""
    item_id: str = ""
    decision_id: str = ""
    customer_id: str = ""
    actor: str = ""
    since: str = ""
    limit: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it is about everything."""
        return not (self.line_id or self.item_id or self.decision_id or self.customer_id)


_OF = {
    "line_id": f"""SELECT decision_id FROM log.decision WHERE line_id = $subject OR other_line = $subject
        UNION SELECT decision_id FROM log.allocation WHERE item_id = '{PREFIX}' || $subject""",
    "item_id": """SELECT decision_id FROM log.allocation WHERE item_id = $subject
        UNION SELECT decision_id FROM log.item_note WHERE item_id = $subject
        UNION SELECT decision_id FROM log.decision WHERE counts_instead = $subject OR (refused <> ''
            AND classified = '' AND list_contains(from_json(refused, '["VARCHAR"]'), $subject))""",
    "decision_id": """SELECT $subject AS decision_id
        UNION SELECT reverses FROM log.decision WHERE decision_id = $subject AND reverses <> ''""",
    "customer_id": """SELECT decision_id FROM log.decision WHERE customer_id = $subject
        UNION SELECT decision_id FROM log.allocation WHERE item_id IN (SELECT item_id FROM raw.item WHERE customer_id = $subject)""",
}
_CHOSEN = """WITH near AS ({of})
    SELECT decision_id FROM near UNION SELECT decision_id FROM log.decision WHERE reverses IN (SELECT decision_id FROM near)"""


def decisions(store: Store, scope: Scope) -> list[Row]:
    """The decisions of a story, the latest first, with the facts of their lines: columns of `frames.DECISION` and the line's own."""
    conditions, values = ["true"], dict[str, object]()
    for name, of in _OF.items():
        if subject := getattr(scope, name):
            conditions.append(f"d.decision_id IN ({_CHOSEN.format(of=of)})")
            values["subject"] = subject
    if scope.actor:
        conditions.append("d.actor = $actor")
        values["actor"] = scope.actor
    if scope.since:
        conditions.append('d."at" >= $since')
        values["since"] = scope.since
    sql = f"""WITH chosen AS (
            SELECT decision_id FROM log.decision AS d WHERE {" AND ".join(conditions)}
            ORDER BY batch DESC, ordinal DESC {_limit(scope)}
        )
        SELECT * FROM log.decision SEMI JOIN chosen USING (decision_id) ORDER BY batch DESC, ordinal DESC"""
    return _named(store, sql, values)


def by_id(store: Store, decision_ids: Collection[str]) -> list[Row]:
    """Decisions by their ids."""
    return _named(store, "SELECT * FROM log.decision WHERE decision_id IN (SELECT unnest($ids::VARCHAR[]))", {"ids": list(decision_ids)})


def allocations(store: Store, decision_ids: Collection[str]) -> list[Row]:
    """What decisions put on items, in order."""
    sql = """SELECT decision_id, line_id, item_id, amount, currency, item_amount, adjustment, adjustment_reason FROM log.allocation
        WHERE decision_id IN (SELECT unnest($ids::VARCHAR[])) ORDER BY decision_id, ordinal"""
    return _named(store, sql, {"ids": list(decision_ids)})


def item_notes(store: Store, decision_ids: Collection[str]) -> dict[str, Row]:
    """What decisions say of items, by decision."""
    sql = """SELECT decision_id, item_id, amount, currency, code FROM log.item_note
        WHERE decision_id IN (SELECT unnest($ids::VARCHAR[])) ORDER BY decision_id"""
    return {row["decision_id"]: row for row in _named(store, sql, {"ids": list(decision_ids)})}


def lines(store: Store, line_ids: Collection[str]) -> dict[str, Row]:
    """Amount, currency, payer's name and bank reference of lines."""
    sql = """SELECT line_id, amount, currency, counterparty_name, bank_reference FROM raw.line
        WHERE rowid IN (SELECT rowid FROM raw.line WHERE line_id IN (SELECT unnest($ids::VARCHAR[])))"""
    return {row["line_id"]: row for row in _named(store, sql, {"ids": list(line_ids)})}


def items(store: Store, item_ids: Collection[str]) -> dict[str, Row]:
    """Document number and currency of items, as their latest record has them."""
    sql = """SELECT item_id, arg_max(document_no, batch) AS document_no, arg_max(currency, batch) AS currency FROM raw.item
        WHERE item_id IN (SELECT unnest($ids::VARCHAR[])) GROUP BY item_id"""
    return {row["item_id"]: row for row in _named(store, sql, {"ids": list(item_ids)})}


def batches(store: Store) -> list[Row]:
    """Number, command, person, time and summary of every batch, and whether it has decisions."""
    sql = """SELECT batch, command, actor, "at", summary, batch IN (SELECT batch FROM log.decision) AS decided
        FROM log.batch ORDER BY batch"""
    return _named(store, sql, {})


def files(store: Store) -> dict[int, list[str]]:
    """Names of the files that each batch took in."""
    found: dict[int, list[str]] = {}
    for row in _named(store, "SELECT batch, name FROM raw.file ORDER BY batch, name", {}):
        found.setdefault(row["batch"], []).append(row["name"])
    return found


def versions(store: Store, scope: Scope) -> list[Row]:
    """All versions of the item, or of the customer's items, in order of item and batch."""
    where = "item_id = $subject" if scope.item_id else "item_id IN (SELECT item_id FROM raw.item WHERE customer_id = $subject)"
    if not (scope.item_id or scope.customer_id):
        return []
    return _named(store, f"SELECT * FROM raw.item WHERE {where} ORDER BY item_id, batch", {"subject": scope.item_id or scope.customer_id})


def records(store: Store, customer_id: str) -> list[Row]:
    """The batches that brought a customer's record."""
    return _named(store, "SELECT batch, name FROM raw.customer WHERE customer_id = $id ORDER BY batch", {"id": customer_id})


def arrival(store: Store, line_id: str) -> list[Row]:
    """The batch that brought a line, and its statement."""
    return _named(store, "SELECT batch, statement_id FROM raw.line WHERE line_id = $id", {"id": line_id})


def rulings(store: Store, statement_id: str) -> list[Row]:
    """What was ruled on a statement, in order."""
    sql = "SELECT batch, statement_id, ruling, reason, replaced_by FROM raw.statement_ruling WHERE statement_id = $id ORDER BY batch"
    return _named(store, sql, {"id": statement_id})


def credits(store: Store, scope: Scope) -> list[Row]:
    """Whose the money of undecided lines was found to be, the latest first; '' takes it back."""
    if scope.item_id or scope.decision_id:
        return []
    subject = scope.line_id or scope.customer_id
    column = "line_id" if scope.line_id else "customer_id"
    where = f"WHERE {column} = $subject" if subject else ""
    sql = f"SELECT batch, line_id, customer_id FROM log.credit {where} ORDER BY batch DESC, line_id {_limit(scope)}"
    return _named(store, sql, {"subject": subject} if subject else {})


def exports(store: Store, scope: Scope, decision_ids: Collection[str]) -> list[Row]:
    """Documents that were sent of a line, a customer, or of these decisions."""
    values: dict[str, object] = {"subject": scope.line_id or scope.customer_id}
    where = "line_id = $subject" if scope.line_id else "customer_id = $subject"
    if scope.item_id or scope.decision_id:
        where, values = "decision_id IN (SELECT unnest($ids::VARCHAR[]))", {"ids": list(decision_ids)}
    sql = f"""SELECT batch, target, external_id, record, decision_id, line_id, customer_id, batch_id FROM log.export WHERE {where}
        ORDER BY batch, external_id"""
    return _named(store, sql, values)


def answers(store: Store, scope: Scope, decision_ids: Collection[str]) -> list[Row]:
    """What ERPs answered of the documents that `exports` gives."""
    sent = {(row["target"], row["external_id"]): row for row in exports(store, scope, decision_ids)}
    sql = """SELECT batch, target, external_id, result, erp_number, message, source FROM log.answer
        WHERE external_id IN (SELECT unnest($ids::VARCHAR[])) ORDER BY batch, external_id"""
    found = _named(store, sql, {"ids": [key for _, key in sent]}) if sent else []
    return [{**sent[row["target"], row["external_id"]], **row} for row in found if (row["target"], row["external_id"]) in sent]


def _limit(scope: Scope) -> str:
    return "" if scope.limit is None else f"LIMIT {int(scope.limit)}"


def _named(store: Store, sql: str, values: Mapping[str, object]) -> list[Row]:
    """The rows of a query with the names of its columns. What is no text is not asked for."""
    checked = {name: texts(value) if isinstance(value, list) else value for name, value in values.items()}
    return [*store.rows(sql, checked)]
