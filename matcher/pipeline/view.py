"""The books' state: of everything, or of the few lines that a command is about."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from matcher.errors import MatcherError
from matcher.frames import Owed, State
from matcher.ledger import fold as folding
from matcher.ledger.fold import Placed, fold
from matcher.ledger.movements import Facts
from matcher.ledger.periods import Locks
from matcher.pipeline import lookup
from matcher.pipeline.session import Session
from matcher.store import journal, memory, near
from matcher.store import owed as owing
from matcher.store.journal import Known


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report of a day is made with.

    Attributes:
        known: what the books knew then; None for now.
        buckets: last day of each aging bucket.
        discount_grace_days: days after the discount date on which a discount still counts as earned.
        grades: days late up to which a customer has the grades A to D.
        old_after_days: age from which an item in transit is old.
    """

    known: Known | None
    buckets: tuple[int, ...]
    discount_grace_days: int
    grades: tuple[int, ...]
    old_after_days: int


def asked_for(session: Session, as_of: date, known: Known | None = None) -> Asked:
    """A day of a closed month is told by what was known, and with the settings that held, when it was closed: the same for ever."""
    config = session.config
    closed = Locks(journal.periods(session.store)).closing(as_of)
    if closed is None or (known is not None and known.batch < closed.batch):
        session.names.append(config.books.name)
        return Asked(known, config.aging.buckets, config.policy.discount_grace_days, config.credit.grades, config.proof.old_after_days)
    settings = json.loads(closed.settings)
    # a month that was closed by an earlier version kept less
    session.names.append(settings.get("pack", {}).get("books", config.books.name))
    grades = tuple(settings.get("grades", config.credit.grades))
    old = settings.get("old_after_days", config.proof.old_after_days)
    return Asked(Known(closed.batch, closed=True), tuple(settings["buckets"]), settings["discount_grace_days"], grades, old)


def base_currency(session: Session, known: Known | None = None) -> str:
    """The books' base currency: the one that rates were told in when a month was closed, where that is what is known."""
    if known is not None and known.closed:
        for close in Locks(journal.periods(session.store)).closed:
            if close.batch == known.batch:
                return str(json.loads(close.settings).get("base_currency", session.config.books.base_currency))
    return session.config.books.base_currency


def known_at(session: Session, text: str) -> Known | None:
    """What the books knew after a batch, given by its number, or at the end of a day; None for ''.

    Raises:
        MatcherError: ``usage.option`` for anything else, and for a day before the first batch.
    """
    if not text:
        return None
    batch = journal.batch_until(session.store, text)
    if batch is None:
        raise MatcherError(
            "usage.option", f"{text!r} is no batch and no day of these books", hint="`matcher verify --head` prints the latest batch."
        )
    return Known(batch)


def whole(session: Session, as_of: date, known: Known | None = None, without: Collection[str] = (), *, moving: bool = True) -> State:
    """The state of all that is in the books, as of a day; by what is known now, or was then.

    `without`: columns of lines and items that nobody asks for; see `journal.facts`. `moving`: whether anybody asks for the movements.
    """
    base = base_currency(session, known)
    return fold(_released(session, journal.facts(session.store, without, known)), as_of, base, moving=moving)


def placed(session: Session, as_of: date, known: Known | None = None, without: Collection[str] = ()) -> Placed:
    """What became of lines as of a day, as in `whole`, and nothing of documents and what is owed.

    `without`: columns of lines that nobody asks for.
    """
    return folding.placed(_released(session, journal.facts(session.store, without, known, lines_alone=True)), as_of)


def owed(session: Session, as_of: date, known: Known | None = None, without: Collection[str] = ()) -> Owed:
    """What is owed as of a day, as in `whole`, and nothing of what becomes of lines: two thirds of the time and memory.

    `without`: columns of items, and texts of lines, that nobody asks for.
    """
    return folding.owed(_released(session, owing.facts(session.store, without, known)), as_of, base_currency(session, known))


def _released(session: Session, facts: Facts) -> Facts:
    """The facts, and the database without what it keeps of the rows they were read from. Nobody but the fold holds them."""
    memory.release(session.store)
    return facts


def present(session: Session) -> State:
    """Everything that is known, whatever its date: decisions are taken on this, never on an earlier day's view."""
    return whole(session, date.max)


def of_lines(session: Session, typed: Sequence[str]) -> tuple[State, list[str]]:
    """The same of a few lines and the items that they name, and the lines' ids in the order in which they are given.

    Args:
        session: the command's.
        typed: ids of lines, beginnings of ids, or bank references.

    Raises:
        MatcherError: ``line.unknown`` or ``line.ambiguous``.
    """
    named = [lookup.line(session, text) for text in typed]
    return near_state(session, named), named


def near_state(session: Session, line_ids: Sequence[str], item_ids: Sequence[str] = ()) -> State:
    """The state of a few lines and items, by their ids."""
    return fold(near.facts(session.store, line_ids, item_ids), date.max, session.config.books.base_currency)


def of_customer(session: Session, as_of: date, customer_id: str) -> State:
    """The state of a customer's items and lines as of a day, by what is known now, and of what these are decided together with."""
    known = [customer_id] if journal.texts([customer_id]) else []
    facts = near.of_customer(session.store, customer_id) if known else near.facts(session.store, [])
    return fold(facts, as_of, session.config.books.base_currency)


def any_line(state: State, line_id: str) -> dict[str, Any]:
    """A line of the state, whether it counts or not.

    Raises:
        MatcherError: ``line.unknown``.
    """
    for frame in (state.lines, state.excluded):
        for row in frame.filter(pl.col("line_id") == line_id).iter_rows(named=True):
            return row
    raise MatcherError("line.unknown", f"no line has the id {line_id!r}")
