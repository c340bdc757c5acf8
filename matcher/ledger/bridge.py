"""From what customers owed on one day to what they owe on another: every step between the two, in figures that add up by construction."""

from datetime import date

import polars as pl

from matcher.amounts import total
from matcher.frames import Schema
from matcher.states import MovementKind

STEPS = tuple(kind.value for kind in MovementKind)
BRIDGE: Schema = {
    "entity": pl.String(),
    "customer_id": pl.String(),
    "currency": pl.String(),
    "opening": pl.Int64(),
    **{step: pl.Int64() for step in STEPS},
    "closing": pl.Int64(),
}
"""Columns of `bridge`; each step is a kind of movement."""


def bridge(moved: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """What was open before a first day, what moved up to a last day, and what is open then; columns of `BRIDGE`, minor units.

    Args:
        moved: columns of `frames.MOVEMENT`.
        first: its movements are the first ones that are shown as steps.
        last: its movements are the last ones.
    """
    amount, day, kind = pl.col("amount"), pl.col("effective_date"), pl.col("kind")
    within = (day >= first) & (day <= last)
    return (
        moved.filter(day <= last)
        .group_by("entity", "customer_id", "currency")
        .agg(
            opening=total(amount.filter(day < first)),
            **{step: total(amount.filter(within & (kind == step))) for step in STEPS},
            closing=total(amount),
        )
        .filter(pl.any_horizontal(pl.col("opening", "closing", *STEPS) != 0))
        .select(*BRIDGE)
        .sort("entity", "customer_id", "currency")
    )
