"""What a person makes of a posting that was held back: to decide its line otherwise is to refuse it."""

from collections.abc import Sequence

import polars as pl

from matcher.frames import State
from matcher.journal.decisions import Draft
from matcher.ledger.trust import OF_RULE
from matcher.rules.classes import HELD_BACK
from matcher.states import SETTLING, AllocationState, DecisionKind, LineState


def otherwise(state: State, drafts: Sequence[Draft]) -> dict[str, tuple[str, ...]]:
    """Lines that these drafts reject or settle otherwise than the posting that was held back; with the columns of `OF_RULE`."""
    given = {
        draft.line_id: {(a.item_id, a.amount, a.adjustment) for a in draft.allocations}
        for draft in drafts
        if draft.line_id and draft.kind in (*SETTLING, DecisionKind.REJECT)
    }
    mine = pl.col("line_id").is_in(list(given))
    found: dict[str, tuple[str, ...]] = {}
    for line_id, *told in state.lines.filter(mine, pl.col("state") == LineState.PROPOSED).select("line_id", *OF_RULE).iter_rows():
        if told[-1].startswith(HELD_BACK):
            offered = state.allocations.filter(pl.col("line_id") == line_id, pl.col("state") == AllocationState.PROPOSED)
            if given[line_id] != set(offered.select("item_id", "amount", "adjustment").rows()):
                found[line_id] = tuple(told)
    return found
