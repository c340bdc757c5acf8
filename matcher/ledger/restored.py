"""A posting that was taken back stands again as a proposal, until the next run looks at its line."""

import polars as pl

from matcher import frames
from matcher.states import ASIDE, ENGINE, DecisionKind, LineState

FOLLOW_UP = (DecisionKind.HOLD, DecisionKind.ASSIGN, DecisionKind.NOTE, *ASIDE)
"""Kinds of decisions that say nothing of what a line pays."""
PROPOSALS = (DecisionKind.MATCH, DecisionKind.ACCEPT)
"""Kinds of decisions that post what the engine chose."""


def restored(decisions: pl.DataFrame, allocations: pl.DataFrame, known: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Findings and proposals of lines whose latest decision takes a posting of the engine's choice back.

    Args:
        decisions: columns of `frames.DECISION`, all of them.
        allocations: columns of `frames.ALLOCATION`, all of them.
        known: lines that a decision in force or a finding speaks of.

    Returns:
        Columns of `frames.FINDING`, and those of `frames.ALLOCATION`.
    """
    if not (decisions["kind"] == DecisionKind.UNDO).any():
        return frames.empty(frames.FINDING), frames.empty(frames.ALLOCATION)
    answers = decisions.filter(~pl.col("kind").is_in(FOLLOW_UP), pl.col("line_id") != "", ~pl.col("line_id").is_in(known.implode()))
    latest = answers.sort("batch", "ordinal").unique("line_id", keep="last").filter(pl.col("kind") == DecisionKind.UNDO)
    undone = latest.select("line_id", decision_id="reverses", why="reason")
    target = decisions.filter(pl.col("kind").is_in(PROPOSALS)).join(undone, on=["line_id", "decision_id"])
    proposals = allocations.join(target, on="decision_id", how="semi", maintain_order="left")
    target = target.join(proposals, on="decision_id", how="semi")
    because = pl.when(pl.col("why") != "").then(pl.concat_str(pl.lit(" ("), "why", pl.lit(")"))).otherwise(pl.lit(""))
    found = target.with_columns(
        state=pl.lit(LineState.PROPOSED), actor=pl.lit(ENGINE), reason=pl.concat_str(pl.lit("it was posted so and taken back"), because)
    )
    return found.select(list(frames.FINDING)).sort("line_id"), proposals.select(list(frames.ALLOCATION))
