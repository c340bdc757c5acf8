"""What is wrong with the rows of a table: all of it is found before the table is refused, so that one look at the source mends it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import polars as pl

from matcher.errors import Fault, MatcherError

HEADER = -1
"""The row of a fault that is the header's."""


class RowFault(NamedTuple):
    """A fault of a row, counted from 0 (`HEADER` for the header): its code, what is wrong, and the next step if it is not the code's."""

    row: int
    code: str
    what: str
    hint: str = ""


class Places(Protocol):
    """What tells where rows stand in their file."""

    def places(self, rows: Sequence[int]) -> list[str]:
        """File and line of each row, in the order that is asked for."""


def where(frame: pl.DataFrame, wrong: Mapping[str, pl.Expr]) -> list[RowFault]:
    """A ``row.invalid`` for every row that fulfils one of the conditions, which are named by what they say. Null is not fulfilled."""
    if not wrong:
        return []
    hits = frame.select(condition.fill_null(value=False).alias(what) for what, condition in wrong.items())
    return [RowFault(row, "row.invalid", what) for what in hits.columns for row in hits[what].arg_true().to_list()]


def refuse(table: Places, found: Iterable[RowFault]) -> None:
    """Does nothing when there is no fault.

    Raises:
        MatcherError: the first fault in the order of the rows; the others are its `more`.
    """
    ordered = sorted(found, key=lambda fault: fault.row)  # faults of one row stay in the order of the checks
    if not ordered:
        return
    places = table.places([fault.row for fault in ordered])
    first, *more = (Fault(fault.code, fault.what, place) for fault, place in zip(ordered, places, strict=True))
    raise MatcherError(first.code, first.what, first.where, ordered[0].hint, more)


def together(errors: Sequence[MatcherError]) -> MatcherError:
    """Several errors as the first of them, with all the others as its `more`."""
    first, *others = errors
    more = [*first.more, *(fault for error in others for fault in error.faults)]
    return MatcherError(first.code, first.what, first.where, first.hint, more)
