"""What was recorded after a batch: for exports that hold only what is new."""

from matcher.states import REST
from matcher.store.database import Store


def latest_of(store: Store, command: str) -> int:
    """Number of the latest batch of a command; 0 when there is none."""
    return int(store.run("SELECT coalesce(max(batch), 0) FROM log.batch WHERE command = ?", [command])[0][0])


def changed_since(store: Store, batch: int) -> dict[str, list[str]]:
    """Ids of the lines that came in or were decided on after a batch, and of the items that were listed or settled after it."""
    lines = """SELECT line_id FROM raw.line WHERE batch > $1 UNION SELECT line_id FROM log.decision WHERE batch > $1
        UNION SELECT line_id FROM log.credit WHERE batch > $1"""
    undone = "SELECT reverses FROM log.decision WHERE batch > $1"
    items = f"""SELECT item_id FROM raw.item WHERE batch > $1 UNION SELECT item_id FROM log.allocation WHERE batch > $1
        UNION SELECT item_id FROM log.allocation WHERE decision_id IN ({undone})"""
    found = {
        name: [str(row[0]) for row in store.run(f"FROM ({sql}) ORDER BY ALL", [batch])]
        for name, sql in (("line_id", lines), ("item_id", items))
    }
    rests = [f"{REST}{line_id}" for line_id in found["line_id"]]
    return {name: [one for one in ids if one] for name, ids in (("line_id", found["line_id"]), ("item_id", [*found["item_id"], *rests]))}
