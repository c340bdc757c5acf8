"""The open items that a person looks for by a name, a number or an amount, to put a receipt's money on."""

from datetime import date

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.ledger.fold import fold
from matcher.pipeline.choices.find import items_of_line
from matcher.pipeline.choices.records import OpenItem
from matcher.pipeline.session import Session
from matcher.store import item_search, near

MOST = 200
"""Items that one search shows."""


def open_items(session: Session, line_id: str, text: str) -> tuple[OpenItem, ...]:
    """Open items in the currency of a line whose document number, id, customer, his name, or amount is like the text, at most `MOST`.

    What is left of other receipts is not among them. Those that are due first come first.
    """
    state = fold(near.facts(session.store, [line_id], lines_only=True), date.max, session.config.books.base_currency)
    rows = list(state.lines.filter(pl.col("line_id") == line_id).iter_rows(named=True))
    if not rows or not text.strip():
        return ()
    line = rows[0]
    ids = item_search.items_like(session.store, text.strip(), _amount(text, line["currency"]), line["currency"], MOST)
    look = fold(near.facts(session.store, [line_id], ids), date.max, session.config.books.base_currency)
    wanted = set(ids)
    found = [item for item in items_of_line(look, line).values() if item.item_id in wanted and item.open]
    return tuple(sorted(found, key=lambda item: (item.due_date or item.issue_date, item.item_id)))


def _amount(text: str, currency: str) -> int | None:
    """The amount that was typed, in minor units; None where the text is none."""
    try:
        return money.parse(text.strip().replace(",", ""), currency)
    except MatcherError:
        return None
