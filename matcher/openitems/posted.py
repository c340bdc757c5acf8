"""What a snapshot may not change of an item that money was posted on.

The postings were decided on the item as it was: in its currency, for its entity, customer and document, within its amount. A snapshot
that says something else of it would make those postings wrong without anybody having decided so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from matcher import money
from matcher.amounts import total
from matcher.ledger.fold import live

DECIDED_ON = ("currency", "entity", "customer_id", "document_type", "document_no")
"""Columns that a posting was decided on."""

_BY_A_PERSON = ("customer_id", "document_type", "document_no")


@dataclass(frozen=True, slots=True)
class Change:
    """A row of a snapshot that changes an item with postings.

    Attributes:
        item_id: of the item.
        row: of the snapshot, counted from 0.
        what: the changes in words, e.g. ``currency EUR to JPY``.
        allowable: whether a person may allow it: the sums of the books stay right.
    """

    item_id: str
    row: int
    what: str
    allowable: bool


def settled(decisions: pl.DataFrame, allocations: pl.DataFrame) -> pl.DataFrame:
    """What decisions in force have settled of each item: item_id and ``settled`` (cash and adjustments, the item's minor units)."""
    in_force = live(decisions).filter(pl.col("live")).select("decision_id")
    standing = allocations.join(in_force, on="decision_id", how="semi")
    return standing.group_by("item_id").agg(total(pl.col("item_amount") + pl.col("adjustment")).alias("settled")).sort("item_id")


def changes(known: pl.DataFrame, snapshot: pl.DataFrame, posted: pl.DataFrame) -> list[Change]:
    """The rows of a snapshot that change what postings were decided on, in their order.

    Args:
        known: the items as the books hold them, columns of `frames.ITEM`.
        snapshot: the items as they come in.
        posted: `settled`.
    """
    columns = (*DECIDED_ON, "amount")
    both = (
        snapshot.select("item_id", *columns)
        .with_row_index("row")
        .join(posted, on="item_id", how="inner")
        .join(known.select("item_id", *(pl.col(name).alias(f"known_{name}") for name in columns)), on="item_id", how="inner")
        .filter(pl.any_horizontal(pl.col(name) != pl.col(f"known_{name}") for name in columns))
        .sort("row")
    )
    changed = []
    for row in both.iter_rows(named=True):
        told = {name: f"{name} {row[f'known_{name}']} to {row[name]}" for name in DECIDED_ON if row[name] != row[f"known_{name}"]}
        if amount := _amount(row["known_amount"], row["amount"], row["settled"], row["known_currency"], row["currency"]):
            told["amount"] = amount
        if told:
            changed.append(Change(row["item_id"], row["row"], ", ".join(told.values()), set(told) <= set(_BY_A_PERSON)))
    return changed


def _amount(before: int, now: int, taken: int, known_currency: str, currency: str) -> str:
    """What is wrong with a new amount: it has another sign, or is less than what is settled already. '' when nothing is."""
    sign = -1 if before < 0 else 1
    if before == now or taken * sign <= now * sign:
        return ""
    has, wants = money.render(taken, known_currency), money.render(now, currency)
    return f"amount {money.render(before, known_currency)} to {wants}, where {has} is settled"


def changed_subjects(known: pl.DataFrame, snapshot: pl.DataFrame) -> Iterable[str]:
    """Ids of items that are no longer what a proposal on them was made for: another currency, entity, customer, document or amount."""
    columns = ["item_id", *DECIDED_ON, "amount"]
    return known.join(snapshot.select("item_id"), on="item_id", how="semi").join(snapshot, on=columns, how="anti")["item_id"].to_list()
