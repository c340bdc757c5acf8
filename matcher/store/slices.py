"""What the lines of a few days are folded from, slice after slice: a million lines are told without being held at once.

Folded, a slice gives the same lines and allocations as the whole books do; tests/properties/test_near.py holds the two equal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher import columns, frames
from matcher.ledger.movements import Facts
from matcher.ledger.unapplied import PREFIX
from matcher.store.database import Store
from matcher.store.journal import UNDECIDED

LINES = 100_000
"""Lines from which a slice is full."""

ASKED = {
    name: frames.LINE[name]
    for name in (
        "line_id", "account", "entity", "booking_date", "amount", "currency", "bank_reference", "counterparty_name",
        "remittance_information",
    )
}  # fmt: skip
"""Columns of the lines of a slice."""
NAMED = {name: frames.ITEM[name] for name in ("item_id", "document_no", "entity", "customer_id", "currency", "issue_date")}
"""Columns of the items of a slice: of those that it allocates to."""

_BETWEEN = """(account > $first::VARCHAR OR (account = $first::VARCHAR AND booking_date >= $first_day::DATE))
    AND (account < $last::VARCHAR OR (account = $last::VARCHAR AND booking_date <= $last_day::DATE))"""
_LINES = f"CREATE OR REPLACE TEMP TABLE slice_line AS SELECT line_id FROM raw.line WHERE {_BETWEEN}"
# what others take of the rest of a line moves the line
_DECISIONS = f"""CREATE OR REPLACE TEMP TABLE slice_decision AS
    WITH mine AS (
        SELECT decision_id FROM log.decision SEMI JOIN slice_line USING (line_id)
        UNION SELECT decision_id FROM log.allocation SEMI JOIN slice_line USING (line_id)
        UNION SELECT decision_id FROM log.allocation
            WHERE starts_with(item_id, '{PREFIX}') AND substr(item_id, {len(PREFIX) + 1}) IN (SELECT line_id FROM slice_line)
    )
    SELECT decision_id FROM mine UNION SELECT decision_id FROM log.decision WHERE reverses IN (SELECT decision_id FROM mine)"""
_ITEMS = f"""CREATE OR REPLACE TEMP TABLE slice_item AS
    SELECT batch, {", ".join(NAMED)} FROM raw.item WHERE item_id IN (
        SELECT item_id FROM log.allocation SEMI JOIN slice_decision USING (decision_id)
        UNION SELECT item_id FROM work.proposal SEMI JOIN slice_line USING (line_id))"""
_NOTHING = "''"
_UNTOLD = ", ".join(f"{_NOTHING} AS {name}" for name, kind in frames.EXPLAINED.items() if kind == pl.String())
_PLAIN = f"* REPLACE ({_UNTOLD})"


@dataclass(frozen=True, slots=True)
class Slice:
    """Lines that follow each other by account and booking date: from an account and day to another, both among them."""

    first: str
    first_day: date
    last: str
    last_day: date


def slices(store: Store, as_of: date, lines: int = LINES) -> Iterator[Slice]:
    """The lines booked up to a day, in slices of about so many, by account and day; one slice at least."""
    days = store.run(
        "SELECT account, booking_date, count(*) FROM raw.line WHERE booking_date <= ? GROUP BY ALL ORDER BY account, booking_date",
        [as_of],
    )
    begun: tuple[str, date] | None = None
    count = 0
    for place, (account, day, booked) in enumerate(days):
        begun = begun or (account, day)
        count += booked
        if count >= lines or place == len(days) - 1:
            yield Slice(*begun, account, day)
            begun, count = None, 0
    if not days:
        yield Slice("", as_of, "", as_of)


def facts(store: Store, part: Slice) -> Facts:
    """What the lines of a slice and their allocations are folded from: `ASKED` of the lines, `NAMED` of the items, no accounts."""
    values = {"first": part.first, "first_day": part.first_day, "last": part.last, "last_day": part.last_day}
    store.run(_LINES, values)
    store.run(_DECISIONS)
    store.run(_ITEMS)
    found = f"FROM work.{{table}} AS f SEMI JOIN slice_line USING (line_id) {UNDECIDED} ORDER BY {{order}}"
    return Facts(
        lines=store.frame(f"SELECT {', '.join(ASKED)} FROM raw.line SEMI JOIN slice_line USING (line_id) ORDER BY line_id"),
        items=_possible(store.frame(f"SELECT {_LATEST} FROM slice_item GROUP BY item_id ORDER BY item_id")),
        customers=frames.empty(frames.CUSTOMER),
        decisions=store.frame(f"SELECT {_PLAIN} FROM log.decision SEMI JOIN slice_decision USING (decision_id) ORDER BY batch, ordinal"),
        allocations=store.frame(
            """SELECT a.* FROM log.allocation AS a JOIN log.decision AS d USING (decision_id)
            SEMI JOIN slice_decision USING (decision_id) ORDER BY d.batch, d.ordinal, a.ordinal"""
        ).select(list(frames.ALLOCATION)),
        findings=store.frame(f"SELECT {_PLAIN} {found.format(table='finding', order='line_id')}"),
        proposals=store.frame(f"SELECT f.* {found.format(table='proposal', order='line_id, decision_id, ordinal')}"),
    )


_LATEST = ", ".join(["item_id", *(f"arg_max({name}, batch) AS {name}" for name in NAMED if name != "item_id")])


def _possible(items: pl.DataFrame) -> pl.DataFrame:
    """Items with possible days of issue; see `store.journal`."""
    return items.with_columns(pl.col("issue_date").clip(columns.EARLIEST, columns.LATEST))


def names(store: Store) -> pl.DataFrame:
    """Ids and names of all customers, by the latest records."""
    return store.frame("SELECT customer_id, arg_max(name, batch) AS name FROM raw.customer GROUP BY customer_id ORDER BY customer_id")
