"""The decisions on a line."""

from dataclasses import dataclass

import polars as pl

from matcher.frames import State
from matcher.journal.decisions import refused_items
from matcher.review import cells
from matcher.states import AllocationState, DecisionKind


@dataclass(frozen=True, slots=True)
class LineDecision:
    """A decision on a line. `in_force`: it is not reversed, and is no reversal. `items` are those it posts, or those it refused."""

    at: str
    kind: str
    actor: str
    outcome: str
    rule: str
    reason: str
    in_force: bool
    decision_id: str
    items: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {**cells.plain(self), "items": list(self.items)}


def decisions_on(state: State, line_id: str) -> tuple[LineDecision, ...]:
    """All decisions on a line, the oldest first."""
    posted = state.allocations.filter((pl.col("line_id") == line_id) & (pl.col("state") == AllocationState.POSTED))
    items = dict(posted.group_by("decision_id", maintain_order=True).agg("item_id").iter_rows())
    return tuple(
        LineDecision(
            made["at"], made["kind"], made["actor"], made["outcome"], made["rule"], made["reason"], made["live"], made["decision_id"],
            refused_items(made["refused"]) if made["kind"] == DecisionKind.REJECT else tuple(items.get(made["decision_id"], ())),
        )
        for made in state.decisions.filter(pl.col("line_id") == line_id).iter_rows(named=True)
    )  # fmt: skip
