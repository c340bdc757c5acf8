"""Lines of which persons have said what they are."""

from collections.abc import Collection

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
