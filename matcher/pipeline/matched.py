"""`export matches`, slice after slice: the rows of a million lines are never held at once."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from matcher.exports.matches import of_lines
from matcher.exports.tables import Report
from matcher.ledger.fold import placed, told
from matcher.pipeline.session import Session
from matcher.store import slices
from matcher.store.slices import Slice


def reports(session: Session, as_of: date, lines: int = slices.LINES) -> Iterator[Report]:
    """The rows of `exports.matches.of_lines` as of a day, by what is known now: in their order, in one report at least.

    Args:
        session: the command's.
        as_of: the day.
        lines: from which a slice is full.
    """
    named = slices.names(session.store)
    for part in slices.slices(session.store, as_of, lines):
        yield _report(session, part, as_of, named)


def _report(session: Session, part: Slice, as_of: date, named: pl.DataFrame) -> Report:
    """The rows of a slice. Nothing else of it is left when the next one is read."""
    facts = slices.facts(session.store, part)
    state = placed(facts, as_of)
    return of_lines(state.lines, told(facts.items, state.settled, as_of), state.allocations, named)
