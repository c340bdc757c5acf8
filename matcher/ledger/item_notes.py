"""What people said of items: disputed, promised, not to be dunned, dunned. None of it moves money.

Of each kind the latest word counts: a later dispute says what is disputed now, and one over nothing says that it is settled.
"""

import polars as pl

from matcher import frames
from matcher.states import DecisionKind


def latest(notes: pl.DataFrame, in_force: pl.DataFrame) -> pl.DataFrame:
    """The latest note of each item and kind, by item and kind.

    Args:
        notes: columns of `frames.ITEM_NOTE`.
        in_force: decisions in force on a day, columns of `frames.DECISION`.

    Returns:
        Columns of `frames.STATE_ITEM_NOTE`.
    """
    if not notes.height:
        return frames.empty(frames.STATE_ITEM_NOTE)
    by = in_force.select("decision_id", "kind", "actor", "at", "effective_date", "until", "reason", "batch", "ordinal")
    ordered = notes.join(by, on="decision_id").sort("item_id", "kind", "batch", "ordinal", "decision_id")
    return ordered.unique(["item_id", "kind"], keep="last", maintain_order=True).select(*frames.STATE_ITEM_NOTE)


def of_kind(notes: pl.DataFrame, kind: DecisionKind) -> pl.DataFrame:
    """The notes of one kind that still say something: a dispute over nothing is settled, a hold over nothing has ended."""
    return notes.filter(pl.col("kind") == kind, pl.col("amount") != 0)


def disputed(items: pl.DataFrame, notes: pl.DataFrame) -> pl.DataFrame:
    """The items with what is disputed of them: what the ERP lists, or what was said here where that is more.

    Both speak of one and the same dispute, so they are not added up.
    """
    said = of_kind(notes, DecisionKind.DISPUTE).select("item_id", said="amount")
    if not said.height or "disputed_amount" not in items.columns:
        return items
    with_said = items.join(said, on="item_id", how="left", maintain_order="left")
    return with_said.with_columns(disputed_amount=pl.max_horizontal("disputed_amount", "said")).drop("said")
