"""What a person means: lines, decisions, items and customers by what people call them."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from matcher.errors import MatcherError
from matcher.ledger import unapplied
from matcher.matching.names import search
from matcher.pipeline import listed
from matcher.pipeline.listed import Listed
from matcher.pipeline.session import Session
from matcher.store import lines, names
from matcher.store.names import CustomerNames, NamedItem

REFERENCE = "ref:"
"""What a bank reference begins with in the place of a line's id."""

_NUMBER = re.compile(r"(@?)(\d{1,5})")
_PARTS = re.compile(r"[^\W\d_]+|\d+")


def line(session: Session, typed: str) -> str:
    """Id of the line of that id or beginning of an id, with that bank reference as ``ref:TEXT``, or with that number in the latest queue.

    It is found whether it counts or not. Digits alone, at most five, are a number where this person has looked at the queue.

    Raises:
        MatcherError: ``line.unknown`` or ``line.ambiguous``.
    """
    if shown := numbered(session, typed):
        return shown.line_id
    if typed.lower().startswith(REFERENCE):
        return _referred(session, typed[len(REFERENCE) :])
    matches = lines.ids_beginning(session.store, "raw.line", typed.lower())
    if not matches:
        raise MatcherError("line.unknown", f"no line has the id {typed!r}")
    if len(matches) > 1:
        raise MatcherError("line.ambiguous", f"{len(matches)} lines have ids that begin with {typed!r}")
    return matches[0][0]


def numbered(session: Session, typed: str) -> Listed | None:
    """The line of that number, as ``7`` or ``@7``, in the latest queue that this person saw; None where the text is no number.

    Raises:
        MatcherError: ``line.unknown`` when the queue had no such number.
    """
    match = _NUMBER.fullmatch(typed)
    if not match:
        return None
    seen = listed.recall(session.directory, session.actor)
    if seen is None and not match[1]:
        return None
    if seen is None or not 0 < int(match[2]) <= len(seen):
        what = "no queue was shown to you yet"
        if seen is not None:
            what = f"your latest queue shows {len(seen)} lines, and no number {match[2]}"
        raise MatcherError("line.unknown", what, hint="Look at `matcher queue`; its numbers hold until you look again.")
    return seen[int(match[2]) - 1]


def _referred(session: Session, reference: str) -> str:
    found = names.lines_referred(session.store, reference)
    if not found:
        raise MatcherError("line.unknown", f"no line has the bank reference {reference!r}")
    if len(found) > 1:
        raise MatcherError("line.ambiguous", f"{len(found)} lines have the bank reference {reference!r}: {', '.join(found[:5])}")
    return found[0]


def decision(session: Session, typed: str) -> tuple[str, str]:
    """Ids of the line and the decision of that id or beginning of an id; without a decision where a line is named.

    The line is '' for a decision on none.

    Raises:
        MatcherError: ``decision.unknown``, ``line.unknown`` or ``line.ambiguous``, also when it begins the ids of both.
    """
    if shown := numbered(session, typed):
        return shown.line_id, ""
    by_id = lines.ids_beginning(session.store, "log.decision", typed.lower())
    if len(by_id) > 1:
        raise MatcherError("decision.unknown", f"{len(by_id)} decisions have ids that begin with {typed!r}")
    if not by_id:
        return line(session, typed), ""
    (decision_id, line_id) = by_id[0]
    others = [name for name, _ in lines.ids_beginning(session.store, "raw.line", typed.lower()) if name != line_id]
    if others and typed.lower() != decision_id:
        what = f"decision {decision_id} and line {others[0]} have ids that begin with {typed!r}"
        raise MatcherError("line.ambiguous", what)
    return line_id, decision_id


def customer(session: Session, typed: str) -> str:
    """Id of the customer of that id, customer number, name, or part of a name that no other one has.

    Raises:
        MatcherError: ``customer.unknown`` with the nearest, ``customer.ambiguous`` with all that may be meant.
    """
    if typed and names.customers_called(session.store, [typed]):
        return typed
    alike = customers_like(session, typed)
    same = [one for one in alike if _named_so(one, typed)]
    # a piece of a number is a slip of the fingers as often as not, and would be another customer's money
    meant = same or [one for one in alike if search.has(search.words(typed), *_names(one))]
    if len(meant) > 1:
        listed = ", ".join(f"{one.customer_id} ({one.name})" for one in meant[:8])
        more = f" and {len(meant) - 8} more" if len(meant) > 8 else ""
        raise MatcherError("customer.ambiguous", f"{typed!r} may mean {len(meant)} customers: {listed}{more}")
    if meant:
        return meant[0].customer_id
    near = [f"{customer_id} ({name})" if name else customer_id for customer_id, name in names.nearest_customers(session.store, typed)]
    raise MatcherError("customer.unknown", f"there is no customer {typed!r}", hint=f"Did you mean {' or '.join(near)}?" if near else "")


def customers_beginning(session: Session, typed: str, limit: int) -> tuple[tuple[str, str], ...]:
    """Ids and names of customers whose id or name begins so, whatever the case."""
    return names.customers_beginning(session.store, typed, limit)


def customers_like(session: Session, typed: str) -> list[CustomerNames]:
    """Customers with a name that has every word that was typed, or a part of it, and those with it in their number; by id.

    Accents, case, umlaut spellings and traditional or simplified characters do not count.
    """
    if not typed.strip():
        return []
    wanted, number = search.words(typed), typed.strip().casefold()
    found = names.customers_written(session.store, typed, search.spellings(typed))
    return [
        one
        for one in found
        if number in one.customer_no.casefold() or number in one.customer_id.casefold() or search.has(wanted, *_names(one))
    ]


def _names(one: CustomerNames) -> list[str]:
    return [one.name, *one.trade_name.split("|"), *one.alias.split("|")]


def _named_so(one: CustomerNames, typed: str) -> bool:
    """Whether that is the customer's number or whole name."""
    numbers = {one.customer_no.casefold(), one.customer_id.casefold()}
    return typed.strip().casefold() in numbers or search.words(typed) in [search.words(name) for name in _names(one)]


class Meant(NamedTuple):
    """The items that a name may mean, the surest kind of likeness alone: of several a person chooses."""

    typed: str
    items: tuple[NamedItem, ...]


def item(session: Session, typed: str) -> Meant:
    """The items that a person may mean by an id, a document number as anybody writes it, or ``U-LINE``.

    Raises:
        MatcherError: ``item.unknown`` with the nearest document numbers.
    """
    exact = names.items_called(session.store, typed)
    if exact:
        by_id = [found for found in exact if found.item_id == typed]
        return Meant(typed, tuple(by_id[:1] or exact))
    if typed[: len(unapplied.PREFIX)].upper() == unapplied.PREFIX and (rest := typed[len(unapplied.PREFIX) :]):
        try:
            return Meant(typed, (NamedItem(unapplied.item_id(line(session, rest)), "", ""),))
        except MatcherError as error:
            if error.code != "line.unknown" or not parts(typed):
                raise
    written = parts(typed)
    if written:
        found = names.items_ending(session.store, written[-1])
        alike = [one for one in found if _fits(written, one.document_no) or _fits(written, one.item_id)]
        if alike:
            return Meant(typed, tuple(alike))
    near = names.nearest_items(session.store, typed)
    hint = f"Did you mean {' or '.join(near)}?" if near else ""
    raise MatcherError("item.unknown", f"no open item has the id or document number {typed!r}", hint=hint)


def parts(text: str) -> tuple[str, ...]:
    """Letters and numbers of a name, each alike however it is written: case, signs between them and leading zeros do not count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return tuple(part.lstrip("0") or "0" if part.isdigit() else part for part in _PARTS.findall(plain))


def _fits(typed: Sequence[str], name: str) -> bool:
    """Whether a name ends with what was typed, part by part, or is the same without its signs."""
    own = parts(name)
    return own[-len(typed) :] == tuple(typed) or (len(typed) > 1 and "".join(own) == "".join(typed))
