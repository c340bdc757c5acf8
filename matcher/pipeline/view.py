"""The books' state: of everything, or of the few lines that a command is about."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from matcher.errors import MatcherError
from matcher.frames import State
from matcher.ledger.fold import fold
from matcher.pipeline import lookup
from matcher.pipeline.session import Session
from matcher.store import journal, near


def whole(session: Session, as_of: date) -> State:
    """The state of all that is in the books, as of a day."""
    return fold(journal.facts(session.store), as_of, session.config.books.base_currency)


def present(session: Session) -> State:
    """Everything that is known, whatever its date: decisions are taken on this, never on an earlier day's view."""
    return whole(session, date.max)


def of_lines(session: Session, typed_ids: Sequence[str], items: Sequence[str] = ()) -> tuple[State, list[str]]:
    """The same of a few lines and the items that they and `items` name, and the lines' ids in the order in which they are given.

    Args:
        session: the command's.
        typed_ids: ids of lines, or beginnings of ids.
        items: ids or document numbers of items.

    Raises:
        MatcherError: ``line.unknown`` or ``line.ambiguous``.
    """
    named = [lookup.line(session, text) for text in typed_ids]
    facts = near.facts(session.store, named, journal.item_ids(session.store, items) if items else ())
    return fold(facts, date.max, session.config.books.base_currency), named


def any_line(state: State, line_id: str) -> dict[str, Any]:
    """A line of the state, whether it counts or not.

    Raises:
        MatcherError: ``line.unknown``.
    """
    for frame in (state.lines, state.excluded):
        for row in frame.filter(pl.col("line_id") == line_id).iter_rows(named=True):
            return row
    raise MatcherError("line.unknown", f"no line has the id {line_id!r}")
