"""What a decision needs to know of the items it names and of the line's earlier decisions."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher.frames import State


class ItemSnapshot(NamedTuple):
    """An open item at the time of a decision. `open` after our postings, `open_amount` as the ERP's snapshot says; minor units."""

    item_id: str
    customer_id: str
    entity: str
    document_no: str
    currency: str
    issue_date: date
    open: int
    open_amount: int


def item_snapshots(state: State, item_ids: Collection[str]) -> dict[str, ItemSnapshot]:
    """The named items that exist, by id."""
    rows = state.items.filter(pl.col("item_id").is_in(list(item_ids)))
    return {row[0]: ItemSnapshot._make(row) for row in rows.select(ItemSnapshot._fields).rows()}


def latest_decisions(state: State) -> dict[str, str]:
    """Id of the latest decision on each line that has one, reversed ones and reversals included."""
    return dict(state.decisions.select("line_id", "decision_id").iter_rows())
