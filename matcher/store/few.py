"""Frames of few rows, made of Python values: what hands large ones over takes longer to start than these take to read."""

from collections.abc import Collection, Sequence
from typing import Any

import polars as pl

from matcher import frames

_DATE = "DATE"
_DTYPES = {
    "VARCHAR": pl.String(), "BIGINT": pl.Int64(), "INTEGER": pl.Int32(), _DATE: pl.Date(), "BOOLEAN": pl.Boolean(), "DOUBLE": pl.Float64(),
}  # fmt: skip


def frame(description: Sequence[Sequence[Any]], rows: Sequence[Sequence[object]]) -> pl.DataFrame | None:
    """The rows of a query as a frame; None where a day is none that Python's calendar has, which comes as text.

    Args:
        description: name and DuckDB's type of each column, as of a DB-API cursor.
        rows: all of them.
    """
    kinds = {str(name): str(kind) for name, kind, *_ in description}
    days = [place for place, kind in enumerate(kinds.values()) if kind == _DATE]
    if any(isinstance(row[place], str) for row in rows for place in days):
        return None
    return frames.of_rows(rows, {name: _DTYPES[kind] for name, kind in kinds.items()})


def blank(without: Collection[str]) -> str:
    """What puts empty texts in the place of evidence that nobody asks for, behind the star of a query."""
    named = [f"'' AS {name}" for name in ("evidence", "runner_up", "blocked_by") if name in without]
    return f" REPLACE ({', '.join(named)})" if named else ""
