"""The documents for ERPs: which are new, sent, accepted, rejected, or in doubt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.exports import erp
from matcher.exports.erp.base import ExportRequest
from matcher.exports.erp.documents import documents
from matcher.frames import State
from matcher.ledger import outbox as ledger
from matcher.ledger.outbox import Standing
from matcher.pipeline.receipts import standings
from matcher.pipeline.session import Session
from matcher.pipeline.view import present
from matcher.states import Sent
from matcher.store import outbox as store

_ORDER = (Sent.REJECTED, Sent.UNKNOWN, Sent.SENT, Sent.NEW, Sent.ACCEPTED)
_GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class OutboxDocument:
    """A document for an ERP, and how it stands.

    Attributes:
        booked_on: the date to book on.
        amount: minor units of `currency`: the money that it brings, else what it applies.
        standing: whether its decision is in force, or for a reversal is not.
        sent_on: the day of the latest sending; None for what is new.
        age: days since it was sent; None for what is new.
        number: the ERP's.
        message: the ERP's words, or a person's reason.
        listed_on: the day of the list of open items that shows it as booked, where the ERP has not answered.
    """

    target: str
    state: Sent
    external_id: str
    record: str
    booked_on: date
    customer_id: str
    currency: str
    amount: int
    line_id: str
    decision_id: str
    standing: bool
    sent_on: date | None = None
    age: int | None = None
    number: str = ""
    message: str = ""
    listed_on: date | None = None

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "target": self.target, "state": str(self.state), "external_id": self.external_id, "record": self.record,
            "date": self.booked_on.isoformat(), "customer_id": self.customer_id, "currency": self.currency,
            "amount": money.render(self.amount, self.currency), "line_id": self.line_id, "decision_id": self.decision_id,
            "in_force": self.standing, "sent_on": self.sent_on.isoformat() if self.sent_on else None, "age": self.age,
            "erp_number": self.number, "message": self.message, "listed_on": self.listed_on.isoformat() if self.listed_on else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """Documents: rejected ones first, then those in doubt, those without an answer, new and accepted ones.

    Attributes:
        as_of: the day of the ages.
        documents: that were asked for.
        counts: how many there are in all, by state.
    """

    as_of: date
    documents: tuple[OutboxDocument, ...]
    counts: Mapping[Sent, int]


def page(session: Session, as_of: date, target: str = "", state: str = "") -> OutboxPage:
    """The documents of one target, or of all that anything was sent to or that matcher.toml has a table of; all but accepted ones.

    Args:
        session: of the command.
        as_of: the day of the ages; new documents of later days are left out.
        target: name; '' for all.
        state: only these; '' for all that are not accepted.

    Raises:
        MatcherError: ``usage.option`` for a target or state that does not exist.
    """
    if state and state not in set(Sent):
        raise MatcherError("usage.option", f"{state!r} is no state of a document; known are {', '.join(Sent)}")
    names = [erp.load(target).name] if target else sorted({*store.targets(session.store), *session.config.target} or {_GENERIC})
    books, moments = present(session), store.moments(session.store)
    every = [one for name in names for one in _of_target(session, name, books, as_of, moments)]
    counts = {word: sum(one.state == word for one in every) for word in _ORDER}
    shown = [one for one in every if (one.state == state if state else one.state != Sent.ACCEPTED)]
    return OutboxPage(as_of, tuple(sorted(shown, key=_key)), {word: count for word, count in counts.items() if count})


def _key(one: OutboxDocument) -> tuple[object, ...]:
    return (one.target, _ORDER.index(one.state), -(one.age or 0), one.booked_on, one.line_id, one.external_id)


def _of_target(session: Session, target: str, books: State, as_of: date, moments: Mapping[int, str]) -> Iterable[OutboxDocument]:
    sent = store.exports(session.store, target)
    stand = standings(session, target, sent)
    live = set(books.decisions.filter("live")["decision_id"])
    of_id = {row["external_id"]: row for row in sent.iter_rows(named=True)}
    for key, one in stand.items():
        if one.state != Sent.NEW:
            yield _sent(target, of_id[key], one, live, moments, as_of)
    yield from _new(target, session.config.books.name, books, as_of, sent, stand)


def _about(target: str, row: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: row[name] for name in ("external_id", "record", "customer_id", "currency", "line_id", "decision_id")}
    return {"target": target, "booked_on": row["effective_date"], "amount": row["amount"] or row["applied"], **named}


def _sent(
    target: str, row: Mapping[str, Any], one: Standing, live: set[str], moments: Mapping[int, str], as_of: date
) -> OutboxDocument:  # fmt: skip
    day = date.fromisoformat(moments[one.sent_in][:10])
    standing = (row["decision_id"] in live) != (row["record"] == "reversal")
    return OutboxDocument(
        **_about(target, row), state=one.state, standing=standing, sent_on=day, age=max(0, (as_of - day).days), number=one.number,
        message=one.message, listed_on=one.listed_on,
    )  # fmt: skip


def _new(
    target: str, name: str, books: State, as_of: date, sent: pl.DataFrame, stand: Mapping[str, Standing]
) -> Iterable[OutboxDocument]:  # fmt: skip
    of = ledger.of_state
    job = ExportRequest(
        "", name, as_of, sent.select(list(erp.SENT)), of(stand, Sent.ACCEPTED), of(stand, Sent.REJECTED, Sent.NEW), of(stand, Sent.NEW),
        of(stand, Sent.UNKNOWN),
    )  # fmt: skip
    for row in documents(books, job).iter_rows(named=True):
        one = stand.get(row["external_id"])
        yield OutboxDocument(**_about(target, row), state=Sent.NEW, standing=True, message=one.message if one else "")
