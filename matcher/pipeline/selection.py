"""Which lines a person means: ids, numbers of the latest queue, or all that filters let through."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from matcher.errors import MatcherError
from matcher.filters import SORTS, Filters
from matcher.pipeline import lookup, view
from matcher.pipeline.session import Session
from matcher.states import LineState, Outcome
from matcher.store import queue

_NUMBERS = re.compile(r"@?(\d{1,5})(?:-@?(\d{1,5}))?")
_MANY = 10_000
"""Numbers in one range, at most: more is a slip of the fingers."""


ON_ACCOUNT = (Outcome.ON_ACCOUNT, Outcome.DUPLICATE, Outcome.CLOSED_ITEM)
"""Outcomes of receipts that pay nothing that is open: whose money it is being known, to accept one puts it on account."""

APPROVAL = "waits for approval by another person"
"""Why a line is left alone on which a decision waits."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Lines that a command is about.

    Attributes:
        line_ids: each once, in the order in which they were named.
        shown: of those that were named by a number, what the list showed as proposed; see `listed.proposal_key`.
    """

    line_ids: tuple[str, ...]
    shown: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        return iter(self.line_ids)


def lines(session: Session, typed: Sequence[str]) -> Selection:
    """The lines that were typed: see `lookup.line`; ranges and lists of numbers, ``1-7,9``, too.

    Raises:
        MatcherError: ``line.unknown``, ``line.ambiguous``; ``usage.option`` for a line that is named twice.
    """
    ids: dict[str, None] = {}
    shown: dict[str, str] = {}
    for text in (part for one in typed for part in _parts(one)):
        line_id = lookup.line(session, text)
        if line_id in ids:
            raise MatcherError("usage.option", f"line {line_id} is named twice")
        ids[line_id] = None
        if seen := lookup.numbered(session, text):
            shown[line_id] = seen.key
    return Selection(tuple(ids), shown)


def _parts(text: str) -> Iterator[str]:
    """What a text names one by one: the numbers of a range or list, else the text itself."""
    found = [_NUMBERS.fullmatch(piece.strip()) for piece in text.split(",")]
    if ("-" not in text and "," not in text) or not all(found):
        yield text
        return
    for match in found:
        assert match
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last - first >= _MANY:
            raise MatcherError("usage.option", f"{match[0]!r} is no range of numbers")
        yield from (f"@{number}" for number in range(first, last + 1))


def proposed(session: Session, as_of: date, filters: Filters) -> Selection:
    """The lines with a proposal that wait as of a day and that the filters let through, in the queue's order."""
    return Selection(queue.waiting(session.store, as_of, replace(filters, state=LineState.PROPOSED), None).line_ids)


def acceptable(session: Session, as_of: date, filters: Filters) -> Selection:
    """The same; where an outcome of `ON_ACCOUNT` is asked for also the lines without a proposal whose money is a known customer's."""
    if filters.outcome not in ON_ACCOUNT:
        return proposed(session, as_of, filters)
    ids = waiting(session, as_of, filters).line_ids
    lines_of = view.near_state(session, ids).lines
    is_a_customers = (pl.col("payer") != "") & (pl.col("pending") > 0)
    kept = set(lines_of.filter((pl.col("state") == LineState.PROPOSED) | is_a_customers)["line_id"])
    return Selection(tuple(line_id for line_id in ids if line_id in kept))


def waiting(session: Session, as_of: date, filters: Filters) -> Selection:
    """All lines that wait as of a day and that the filters let through, in the queue's order."""
    return Selection(queue.waiting(session.store, as_of, filters, None).line_ids)


def without(selection: Selection, others: Collection[str]) -> Selection:
    """The lines that are not among the others."""
    return replace(selection, line_ids=tuple(line_id for line_id in selection.line_ids if line_id not in others))


def checked(session: Session, filters: Filters, rules: Collection[str]) -> Filters:
    """The filters, each with a value that exists: a word that means nothing must not look like an empty queue.

    Args:
        session: the command's.
        filters: as they were typed; a customer by number or name.
        rules: ids of the rulebook's rules.

    Raises:
        MatcherError: ``usage.option`` with the values that exist, ``customer.unknown`` with the nearest.
    """
    accounts = queue.accounts_of(session.store)
    config = session.config
    known: dict[str, Collection[str]] = {
        "account": {account for account, _ in accounts} | {account.id for account in config.account},
        "entity": {entity for _, entity in accounts} | {entity.id for entity in config.entity},
        "outcome": [outcome.value for outcome in Outcome],
        "state": (LineState.PROPOSED, LineState.NONE),
        "sort": SORTS,
    }
    if filters.rule:
        known["rule"] = rules
    if filters.owner:
        known["owner"] = queue.owners(session.store)
    for name, values in known.items():
        typed = getattr(filters, name)
        if typed and typed.partition("@")[0] not in values and typed not in values:
            raise MatcherError("usage.option", f"there is no {name} {typed!r}", hint=_hint(name, typed, values))
    return replace(filters, customer=lookup.customer(session, filters.customer)) if filters.customer else filters


def _hint(name: str, typed: str, values: Collection[str]) -> str:
    if not values:
        return f"These books have no {name} yet."
    near = difflib.get_close_matches(typed, sorted(values), 1)
    listed_values = ", ".join(sorted(values))
    return f"{f'Did you mean {near[0]}? ' if near else ''}There are: {listed_values}."
