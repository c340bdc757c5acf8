"""Whose the money of a line certainly is, where no run has looked at the line yet."""

import polars as pl

from matcher import frames
from matcher.matching.payer import certain_payer
from matcher.pipeline.actions.base import Line, Look
from matcher.states import LineState
from matcher.store import journal


def of_line(look: Look, line: Line) -> str:
    """The customer whose money it certainly is; '' when nobody knows."""
    if line.payer or line.state == LineState.POSTED:
        return line.payer
    row = look.state.lines.filter(pl.col("line_id") == line.line_id).select(list(frames.LINE))
    nothing = pl.DataFrame(schema={"line_id": pl.String(), "customer_id": pl.String()})
    found = certain_payer(row, journal.customers(look.session.store), nothing)
    return str(found["customer_id"][0]) if found.height else ""
