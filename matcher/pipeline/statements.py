"""A person's verdict on a statement in quarantine."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from matcher.errors import MatcherError
from matcher.ledger.chain import StatementFact, adjoining_day
from matcher.pipeline.session import Session
from matcher.store import facts, lines
from matcher.store.staging import staging


@dataclass(frozen=True, slots=True)
class StatementAccepted:
    """A statement that was taken out of quarantine, and what became of its lines."""

    statement_id: str
    new: int
    known: int
    conflicting: int


def find(statements: pl.DataFrame, given: str) -> dict[str, Any]:
    """The statement of that id, or of that beginning of an id.

    Raises:
        MatcherError: ``statement.unknown`` when there is none, or more than one.
    """
    found = statements.filter(pl.col("statement_id").str.starts_with(given.lower())) if given else statements.clear()
    if found.height != 1:
        what = "no statement has" if not found.height else f"{found.height} statements have"
        raise MatcherError("statement.unknown", f"{what} an id that begins with {given!r}")
    return found.row(0, named=True)


def accept(session: Session, given: str, reason: str) -> StatementAccepted:
    """Takes a statement out of quarantine as the bank sent it; its lines come in like those of any other, repetitions left out.

    Raises:
        MatcherError: ``statement.unknown``; ``decision.state`` when it is not in quarantine, when amounts cannot be booked to
            the last digit, or when no reason is given.
    """
    statement = find(facts.statements(session.store), given)
    name = statement["statement_id"]
    if statement["state"] not in ("quarantined", "report"):
        raise MatcherError("decision.state", f"statement {name} is not in quarantine but {statement['state']}")
    if not reason.strip():
        raise MatcherError("decision.state", "a statement is taken out of quarantine for a reason only", hint="Give one with --reason.")
    if '"note.precision"' in statement["problems"]:
        raise MatcherError("decision.state", f"statement {name} has amounts with more decimal places than {statement['currency']}")
    with staging(session.store, session.directory) as area:
        lines.stage_quarantined(session.store, area, name)
        lines.identify(session.store, area)
        fact = _fact(statement)
        if (day := adjoining_day(fact, facts.statement_facts(session.store))) is not None:
            lines.shift_occurrences(session.store, 0, day, [])
        count = lines.append(session.store, {0: name}, [])[0]
    record = {"batch": session.next_batch, "statement_id": name, "verdict": "accepted", "reason": reason}
    facts.append_verdict(
        session.store, record | {"lines_new": count.new, "lines_known": count.known, "lines_conflicting": count.conflicting}
    )
    session.commit("statement accept", {"statement": name, "reason": reason, "new": count.new, "known": count.known})
    return StatementAccepted(name, count.new, count.known, count.conflicting)


def _fact(row: dict[str, Any]) -> StatementFact:
    days: tuple[date | None, ...] = (row["first_booking_date"], row["from_date"], row["opening_date"])
    first = next((day for day in days if day is not None), None)
    last = row["last_booking_date"] or row["to_date"] or row["closing_date"]
    return StatementFact(row["statement_id"], row["account"], first, last, row["opening"], row["closing"], row["count"])
