"""Who follows a line up, what was noted on it, and until when it is on hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from matcher.states import DecisionKind


@dataclass(frozen=True, slots=True)
class FollowUp:
    """By line: who has it, and the notes on it, the oldest first. They hold whatever day is asked for."""

    owners: Mapping[str, str]
    notes: Mapping[str, str]


NOBODY = FollowUp({}, {})


def follow_up(decisions: pl.DataFrame) -> FollowUp:
    """Of the decisions in force; `decisions`: columns of `frames.STATE_DECISION`."""
    kinds = [DecisionKind.ASSIGN, DecisionKind.HOLD, DecisionKind.NOTE]
    live = decisions.filter("live", pl.col("kind").is_in(kinds)).sort("batch", "ordinal")
    given = live.filter(pl.col("kind") != DecisionKind.NOTE, pl.col("owner") != "")
    owners = dict(given.select("line_id", "owner").iter_rows())
    noted = live.filter(pl.col("kind") == DecisionKind.NOTE).group_by("line_id").agg(pl.col("reason").str.join("; "))
    return FollowUp(owners, dict(noted.select("line_id", "reason").iter_rows()))
