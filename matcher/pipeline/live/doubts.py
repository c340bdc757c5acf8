"""Documents of which the books do not know what became: the system is asked for each by its external id."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from matcher.errors import MatcherError
from matcher.exports import erp
from matcher.exports.erp.assembling import records
from matcher.exports.erp.base import Answer, ExportRequest
from matcher.exports.erp.documents import as_sent, documents
from matcher.exports.erp.records import Document
from matcher.ledger import outbox as ledger
from matcher.ledger.outbox import Standing
from matcher.pipeline import acknowledging, receipts
from matcher.pipeline.acknowledging import Taken
from matcher.pipeline.live.booking import book
from matcher.pipeline.live.connecting import Connected
from matcher.pipeline.session import Session
from matcher.pipeline.view import present
from matcher.progress import Progress
from matcher.states import Answered, Sent
from matcher.store import journal
from matcher.store import outbox as store

GROUP = 20
"""Documents that are recorded together: so many at most are asked for when a push was killed."""
ABSENT = "asked: it is not there"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A document to ask for.

    Attributes:
        called: it was sent by a call, and no file that somebody may still load: if it is not there, it never arrived.
        whole: its contents are known to be those that were sent, so that what is missing of it may be booked: it would be sent so today,
            or its decision was undone, whose allocations stay as they were.
        told: the numbers that the system has told of all documents, by their external ids.
    """

    document: Document
    called: bool
    whole: bool
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Open:
    """What the books do not know of a target's documents: how each stands, and since when those that were called wait."""

    standings: Mapping[str, Standing]
    called: Mapping[str, str]

    def waiting(self, *, called_only: bool) -> frozenset[str]:
        """Documents without an answer, or of unknown fate."""
        found = ledger.of_state(self.standings, Sent.SENT, Sent.UNKNOWN)
        return found & self.called.keys() if called_only else found

    def age(self, ids: frozenset[str], at: str) -> float:
        """Seconds since the latest of these was called."""
        moments = [datetime.fromisoformat(self.called[key]) for key in ids if key in self.called]
        return min(((datetime.fromisoformat(at) - one).total_seconds() for one in moments), default=float("inf"))


def open_of(session: Session, target: str) -> Open:
    """What the books do not know of a target's documents."""
    return Open(receipts.standings(session, target, store.exports(session.store, target)), store.pushed(session.store, target))


def doubts(session: Session, target: str, ids: frozenset[str], as_of: date) -> tuple[Doubt, ...]:
    """These documents, as they were sent, to ask for. Reversals come last: what they take back is asked for first."""
    if not ids:
        return ()
    sent, state = store.exports(session.store, target), present(session)
    stand, called = receipts.standings(session, target, sent), store.pushed(session.store, target)
    of, told = ledger.of_state, {key: one.number for key, one in stand.items() if one.number}
    job = ExportRequest(
        "", session.config.books.name, as_of, sent.select(list(erp.SENT)), of(stand, Sent.ACCEPTED) - ids,
        of(stand, Sent.REJECTED, Sent.NEW), ids, of(stand, Sent.UNKNOWN) - ids, journal.allocations(session.store),
        told,
    )  # fmt: skip
    today = documents(state, job).filter(pl.col("external_id").is_in(ids))
    standing = {one.external_id: one for one in records(today, state, job)}
    gone = records(as_sent(state, job, ids - standing.keys()), state, job)
    every = sorted((*standing.values(), *gone), key=lambda one: (bool(one.reverses), one.date, one.external_id))
    live = set(state.decisions.filter("live")["decision_id"])
    return tuple(
        Doubt(one, one.external_id in called, one.external_id in standing or one.decision_id not in live, told) for one in every
    )  # fmt: skip


def ask(at: Connected, every: Sequence[Doubt], progress: Progress) -> Iterator[tuple[Taken, ...]]:
    """Asks for documents, and records what is found; of one that is there in part the rest is booked.

    Raises:
        MatcherError: ``api.*``; what was answered before is recorded.
    """
    told = dict(every[0].told) if every else {}
    for group in (every[first : first + GROUP] for first in range(0, len(every), GROUP)):
        answers: list[Answer] = []
        error: MatcherError | None = None
        for one in group:
            found = book(at, one.document, told, only_ask=True)
            if found.outcome and found.outcome.result == Answered.UNKNOWN and one.whole and not found.error:
                found = book(at, one.document, told)
            error = found.error
            if error is not None:
                break
            if found.outcome is not None:
                result, number, message = found.outcome
                told[one.document.external_id] = number
                answers.append(Answer(one.document.external_id, result, number, message))
            elif one.called:
                answers.append(Answer(one.document.external_id, Answered.NEVER_ARRIVED, "", ABSENT))
            progress.done(1)
        if answers:
            yield recorded(at, answers)
        if error is not None:
            raise error


def recorded(at: Connected, answers: Sequence[Answer], after: Callable[[Session], None] = lambda session: None) -> tuple[Taken, ...]:
    """Records answers. `after`: is told of the session when they are recorded."""
    with at.opened(write=True) as session:
        taken = acknowledging.record(session, at.target.name, answers, at.wire.host)
        after(session)
    return taken.taken
