"""What a decision needs to know of the items it names and of the line's earlier decisions."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher.frames import State


class ItemSnapshot(NamedTuple):
    """An open item, or what is left of a receipt, at the time of a decision.

    `open` after our postings, `open_amount` as the ERP's snapshot says, `amount` of the document; minor units.
    """

    item_id: str
    customer_id: str
    entity: str
    document_no: str
    currency: str
    issue_date: date
    open: int
    open_amount: int
    amount: int


def item_snapshots(state: State, item_ids: Collection[str]) -> dict[str, ItemSnapshot]:
    """The named items and credits that exist, by id."""
    named = pl.col("item_id").is_in(list(item_ids))
    credits = state.credits.filter(named).with_columns(open_amount="amount")
    found = (state.items.filter(named).select(ItemSnapshot._fields), credits.select(ItemSnapshot._fields))
    return {row[0]: ItemSnapshot._make(row) for rows in found for row in rows.iter_rows()}


def latest_decisions(state: State) -> dict[str, str]:
    """Id of the latest decision on each line that has one, reversed ones and reversals included."""
    return dict(state.decisions.select("line_id", "decision_id").iter_rows())
