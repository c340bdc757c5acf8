"""Whose the money of a line certainly is, where no run has looked at the line yet."""

from collections.abc import Collection

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
    found = _certain(look, [line.line_id])
    return str(found["customer_id"][0]) if found.height else ""


def news(look: Look, line_ids: Collection[str]) -> pl.DataFrame:
    """Whose the money of lines is of which no run has said so, since it posted them: line_id, customer_id.

    Once the posting is taken back it is a credit of whoever paid.
    """
    unknown = set(line_ids) - set(look.facts.credits["line_id"])
    return _certain(look, sorted(unknown))


def _certain(look: Look, line_ids: Collection[str]) -> pl.DataFrame:
    rows = look.state.lines.filter(pl.col("line_id").is_in(list(line_ids)), pl.col("amount") > 0).select(list(frames.LINE))
    nothing = pl.DataFrame(schema={"line_id": pl.String(), "customer_id": pl.String()})
    return certain_payer(rows, journal.customers(look.session.store), nothing) if rows.height else nothing
