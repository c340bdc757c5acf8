"""Lines of which persons have said what they are."""

from collections.abc import Collection

import polars as pl

from matcher.states import DecisionKind
from matcher.store.database import Store


def on_accounts_of(store: Store, line_ids: Collection[str]) -> tuple[list[str], dict[tuple[str, str], list[int]]]:
    """Ids of the lines that were classified, if it was taken back too, on the accounts of some lines; and these lines' amounts.

    The amounts, in minor units, stand by legal entity and currency.
    """
    asked = "SELECT entity, account, currency, amount FROM raw.line WHERE line_id IN (SELECT unnest($1::VARCHAR[]))"
    said = f"""SELECT DISTINCT line_id FROM log.decision JOIN raw.line USING (line_id)
        WHERE log.decision.kind = '{DecisionKind.CLASSIFY}' AND account IN (SELECT account FROM ({asked})) ORDER BY 1"""
    ids = list(line_ids)
    places: dict[tuple[str, str], list[int]] = {}
    for entity, _, currency, amount in store.run(f"{asked} ORDER BY ALL", [ids]):
        places.setdefault((str(entity), str(currency)), []).append(int(amount))
    return [str(row[0]) for row in store.run(said, [ids])], places


def everything(store: Store) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines that persons classified, and these decisions, with ``live``; excluded lines are none."""
    standing = "decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '')"
    said = f"SELECT line_id, kind, classified, {standing} AS live FROM log.decision WHERE kind = '{DecisionKind.CLASSIFY}'"
    away = f"SELECT line_id FROM log.decision WHERE kind = '{DecisionKind.EXCLUDE}' AND {standing}"
    decisions = store.few(f"{said} ORDER BY batch, ordinal")
    if decisions.is_empty():
        return decisions, decisions
    lines = store.few(
        f"""SELECT line_id, entity, account, amount, counterparty_name, remittance_information FROM raw.line
        WHERE line_id IN (SELECT line_id FROM ({said})) AND line_id NOT IN ({away}) ORDER BY line_id"""
    )
    return lines, decisions


def words_on_rules(store: Store, commands: Collection[str]) -> list[tuple[str, str, str]]:
    """Actor, command and summary of what these commands kept, the oldest first."""
    rows = store.run(
        "SELECT actor, command, summary FROM log.batch WHERE command IN (SELECT unnest(?::VARCHAR[])) ORDER BY batch", [list(commands)]
    )
    return [(str(actor), str(command), str(summary)) for actor, command, summary in rows]


def are_there(store: Store) -> bool:
    """Whether persons have classified any line."""
    return store.scalar(f"SELECT count(*) FROM (FROM log.decision WHERE kind = '{DecisionKind.CLASSIFY}' LIMIT 1)") > 0
