"""What confirmed payments taught of how payers name their documents: listed beside accounts and names, and used to order choices alone."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from matcher.matching import naming
from matcher.matching.naming import Document, Naming, Payment
from matcher.pipeline.learned import Habit, Revoked, Standing, revoked, revoked_by
from matcher.pipeline.session import Session
from matcher.store import learned as store_learned

_SEEN = 2
"""Payments that show a way before anything is said of it: one is no habit."""

_DID = {
    Naming.ORDER: "wrote the number of its purchase order",
    Naming.CUSTOMER: "wrote its customer number",
    Naming.END: "wrote the end of the document's number",
    Naming.MONTH: "paid all documents of a month at once",
}


class _Told(NamedTuple):
    """A confirmed payment and the ways that it shows."""

    line_id: str
    customer_id: str
    confirmed_in: int
    actor: str
    at: str
    ways: frozenset[str]


def references(session: Session, customer_ids: Collection[str] | None = None) -> list[Habit]:
    """The ways in which payers named the documents of their confirmed payments, by customer and way; none that was seen only once.

    Args:
        session: of the command.
        customer_ids: of these payers; None for all. A number of its own that another payer writes too is found out with all only.
    """
    told = list(_payments(session, customer_ids))
    rows = store_learned.revocations(session.store)
    gone, why = _revoked_in(rows), revoked_by(rows)
    found = []
    for customer, mine in groupby(sorted(told, key=lambda one: (one.customer_id, one.confirmed_in, one.line_id)), key=itemgetter(1)):
        payments = list(mine)
        for way in sorted({way for one in payments for way in one.ways}):
            shown = [one for one in payments if way in one.ways]
            if len(shown) < _SEEN:
                continue
            since = gone.get((way, customer), -1)
            by = why.get((naming.REFERENCE, way, customer), Revoked("", "", "", ""))
            found.append(
                Habit(
                    naming.REFERENCE, worded(way), way, "", customer, tuple(one.line_id for one in shown),
                    sum(one.confirmed_in > since for one in shown), tuple(sorted({one.actor for one in shown})),
                    min(one.at for one in shown), max(one.at for one in shown), (), on_record=False, revocation=by.decision_id,
                    revoked_by=by.actor, revoked_at=by.at, reason=by.reason, payments=sum(one.confirmed_in > since for one in payments),
                )
            )  # fmt: skip
    return _with_conflicts(found)


def worded(way: str) -> str:
    """A way as people are told: words, or the payer's own number."""
    return naming.WORDS[Naming(way)] if way in naming.WORDS else way


def key_of(typed: str) -> str:
    """The way that a person means by its word, its words, or the payer's own number."""
    bare = typed.strip().lower()
    named = (way.value for way, words in naming.WORDS.items() if bare in (way.value, words.lower()))
    return next(named, "".join(filter(str.isalnum, typed.upper())))


def _with_conflicts(found: list[Habit]) -> list[Habit]:
    """A number of its own that two payers write is neither's."""
    from dataclasses import replace

    writing: dict[str, set[str]] = {}
    for habit in found:
        if habit.counted and habit.key not in naming.WORDS:
            writing.setdefault(habit.key, set()).add(habit.customer_id)
    others = {habit.key: writing.get(habit.key, set()) for habit in found}
    return [replace(one, others=tuple(sorted(others[one.key] - {one.customer_id}))) if one.counted else one for one in found]


def _revoked_in(rows: Any) -> Mapping[tuple[str, str], int]:
    taken = revoked(rows).filter(kind=naming.REFERENCE)
    latest: dict[tuple[str, str], int] = {}
    for key, customer, batch in taken.select("key", "customer_id", "revoked_in").iter_rows():
        latest[key, customer] = max(batch, latest.get((key, customer), -1))
    return latest


def _payments(session: Session, customer_ids: Collection[str] | None) -> Iterator[_Told]:
    rows = store_learned.payments(session.store, customer_ids)
    customers = rows["customer_id"].unique().to_list()
    if not customers:
        return
    numbers = store_learned.numbers_of(session.store, customers)
    months: dict[tuple[str, str, str], dict[date, int]] = {}
    for customer, entity, currency, month, count in store_learned.months_of(session.store, customers).iter_rows():
        months.setdefault((customer, entity, currency), {})[month] = count
    for (line_id, customer), mine in groupby(rows.iter_rows(named=True), key=itemgetter("line_id", "customer_id")):
        of_line = list(mine)
        first = of_line[0]
        places = {(row["owner"], row["entity"], row["currency"]) for row in of_line}
        own = (customer, first["entity"], first["currency"])
        documents = tuple(Document(row["item_id"], row["document_no"], row["purchase_order"], row["issue_date"]) for row in of_line)
        theirs = months.get(own, {}) if places == {own} else {}
        shown = naming.ways(Payment(first["text"], numbers.get(customer, ()), documents, theirs))
        yield _Told(line_id, customer, first["confirmed_in"], first["actor"], first["at"], shown)


def news(session: Session, lines: Mapping[str, str]) -> dict[str, str]:
    """What a confirmation has just taught of how a payer names documents, in a sentence for each line where it taught anything.

    Args:
        session: of the command; the decisions are appended.
        lines: the customer of each line.
    """
    if not lines:
        return {}
    known = references(session, set(lines.values()))
    if any(habit.key not in naming.WORDS and set(habit.lines) & lines.keys() for habit in known):
        known = references(session)
    said: dict[str, list[str]] = {}
    for habit in known:
        for line_id in habit.lines:
            if lines.get(line_id) == habit.customer_id and (sentence := _news(habit)):
                said.setdefault(line_id, []).append(sentence)
    return {line_id: " ".join(sentences) for line_id, sentences in said.items()}


def _news(habit: Habit) -> str:
    n, customer_id = habit.counted, habit.customer_id
    did = _DID[Naming(habit.key)] if habit.key in naming.WORDS else f"wrote its own number {habit.value}"
    if habit.standing == Standing.ONE_MORE:
        return f"In {n} confirmed payments {customer_id} {did}: one more, and it orders the choices for its receipts."
    if habit.standing == Standing.COUNTS and n == naming.LEAST:
        return f"In {n} confirmed payments {customer_id} {did}: from now on it orders the choices for its receipts."
    return ""
