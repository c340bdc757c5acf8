"""`export matches`, slice after slice: the rows of a million lines are never held at once."""

from collections.abc import Iterator
from datetime import date

from matcher.exports.matches import matches
from matcher.exports.tables import Report
from matcher.ledger.fold import placed, told
from matcher.pipeline.session import Session
from matcher.store import slices


def reports(session: Session, as_of: date) -> Iterator[Report]:
    """The rows of `exports.matches.matches` as of a day, by what is known now: in their order, in one report at least."""
    named = slices.names(session.store)
    for part in slices.slices(session.store, as_of):
        facts = slices.facts(session.store, part)
        state = placed(facts, as_of)
        yield matches(state.lines, told(facts.items, state.posted, as_of), state.allocations, named)
