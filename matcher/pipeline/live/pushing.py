"""The documents of the outbox, by calls: each is recorded as sent before it is called, and as answered after.

A push that is killed leaves every document new, sent or answered. The next one asks the system for those that were sent and have no
answer, by their external ids: what is there is accepted, what is not never arrived and is sent again.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from matcher.errors import MatcherError
from matcher.exports.erp.base import Answer, ExportBatch, Refused
from matcher.exports.erp.exporting import no_form
from matcher.exports.erp.live import wire
from matcher.exports.erp.live.base import Wait
from matcher.exports.erp.records import Document
from matcher.pipeline import receipts
from matcher.pipeline.acknowledging import Taken
from matcher.pipeline.live.booking import Booked, book, with_numbers
from matcher.pipeline.live.connecting import Connected, prepared
from matcher.pipeline.live.doubts import GROUP, ask, doubts, open_of, recorded
from matcher.pipeline.receipts import ReceiptsMade, Sending
from matcher.pipeline.session import Session
from matcher.progress import SILENT, Progress
from matcher.states import Answered, Sent
from matcher.store import journal

TRIES = 2
"""How often a document is sent by one push whose answer is lost, and that is not there afterwards."""
NOT_CALLED = "the push ended before it was sent"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did, or with a dry run would do.

    Attributes:
        batch: control figures of what was to be sent at the beginning.
        documents: of a dry run, those that would be sent.
        taken: what the system answered, in the order in which it was recorded; the latest of each document counts.
        refused: documents that the interface has no form for, or that wait for the number of another one.
        left_rejected: documents that it rejected before, and that are not sent again.
        left_unknown: documents of which nobody knows what became.
        error: what ended it before its time; what was done stays.
        remarks: what signing in has to say.
    """

    batch: ExportBatch
    documents: tuple[Document, ...] = ()
    taken: tuple[Taken, ...] = ()
    refused: tuple[Refused, ...] = ()
    left_rejected: int = 0
    left_unknown: int = 0
    error: MatcherError | None = None
    remarks: tuple[str, ...] = ()

    def latest(self) -> tuple[Taken, ...]:
        """The latest answer of each document, in the order of their first ones."""
        found: dict[str, Taken] = {}
        for one in self.taken:
            found[one.answer.external_id] = one
        return tuple(found.values())

    def count(self, result: Answered) -> int:
        """How many documents the latest answer says so of."""
        return sum(one.answer.result == result for one in self.latest())


def preview(session: Session, name: str, how: Sending, as_of: date) -> Pushed:
    """What a push would send. Nothing is called, and no secret is looked for.

    Raises:
        MatcherError: ``usage.option``, ``target.*``.
    """
    target, live, _ = prepared(session, name)
    made = receipts.make(session, "", as_of, target, replace(how, dry_run=True))
    waiting = [Refused(one, wait.why) for one in made.export.documents if (wait := live.waits(one))]
    left = {one.document.external_id for one in waiting}
    documents = tuple(one for one in made.export.documents if one.external_id not in left)
    return Pushed(made.export.batch, documents, (), (*made.export.refused, *waiting), made.left_rejected, made.left_unknown)


def push(at: Connected, how: Sending, day: Callable[[Session], date], progress: Progress = SILENT) -> Pushed:
    """Sends what is new, and asks for what was sent by calls and has no answer.

    Args:
        at: the system.
        how: which documents.
        day: the day up to which decisions are told.
        progress: is told of the documents.

    Raises:
        MatcherError: ``target.*``, before anything is sent. What ends a push later is in `Pushed.error`.
    """
    return _Push(at, how, day, progress).run()


class _Push:
    """One push. The books are open only while it reads what to send, and while it records."""

    def __init__(self, at: Connected, how: Sending, day: Callable[[Session], date], progress: Progress) -> None:
        self.at, self.how, self.day, self.progress = at, how, day, progress
        self.name = at.target.name
        self.made: ReceiptsMade | None = None
        self.first: ReceiptsMade | None = None
        self.head = -1
        """Batch of the journal that `made` was made at, or that this push has appended since."""
        self.accepted_since = False
        self.taken: list[Taken] = []
        self.numbers: dict[str, str] = {}
        self.tried: Counter[str] = Counter()
        self.held: set[str] = set()
        """Bank lines, and decisions on none, on which nothing more is sent now."""
        self.again: set[str] = set()
        """Documents that were tried, never arrived, and are tried once more."""
        self.lost: dict[str, float] = {}
        """Documents whose answer was lost and that are not there yet, by when they were called."""

    def run(self) -> Pushed:
        """All of it."""
        error: MatcherError | None = None
        try:
            self._ask_what_is_open()
            self._check_forms()
            while True:
                while group := self._next():
                    self._send(group)
                if not self._ask_what_was_lost():
                    break
        except _Ended as ended:
            error = ended.error
        return self._result(error)

    def _ask_what_is_open(self) -> None:
        with self.at.opened(write=False) as session:
            known = open_of(session, self.name)
            waiting = known.waiting(called_only=True)
            age = known.age(waiting, session.at)
        if waiting:
            self.progress.stage("asking what became of earlier documents", len(waiting))
            if (rest := self.at.live.settle - age) > 0:
                wire.pause(rest)
            self._resolve(waiting)

    def _resolve(self, ids: frozenset[str]) -> None:
        with self.at.opened(write=False) as session:
            every = doubts(session, self.name, ids, self.day(session))
        try:
            for taken in ask(self.at, every, self.progress):
                self._keep(taken)
        except MatcherError as error:
            raise _Ended(error) from None
        self.made = None

    def _check_forms(self) -> None:
        """Makes what is to be sent, and refuses it as a whole where the system has no form for a document of it."""
        with self.at.opened(write=False) as session:
            self._make(session)
            needed = self._lacking_numbers()
        if needed:
            self.progress.stage("asking for the numbers of earlier documents", len(needed))
            self._resolve(needed)
            with self.at.opened(write=False) as session:
                self._make(session)
        assert self.made is not None
        self.first = self.made
        if self.made.export.refused and not self.how.skip_unsupported:
            raise no_form(self.at.target, self.made.export.refused)
        self.progress.stage("sending documents", len(self.made.export.documents))

    def _make(self, session: Session) -> None:
        self.head = journal.last_batch(session.store).batch
        self.made = receipts.make(session, "", self.day(session), self.at.target, replace(self.how, skip_unsupported=True))
        self.accepted_since = False

    def _lacking_numbers(self) -> frozenset[str]:
        """Documents that were sent before and whose number one of these needs."""
        assert self.made is not None
        stand, export = self.made.standings, self.made.export
        every = (*export.documents, *(one.document for one in export.refused))
        named = {name for one in every for name in _named(one) if name in stand}
        return frozenset(name for name in named if not stand[name].number and stand[name].state != Sent.NEW)

    def _next(self) -> list[Document]:
        """The next documents, recorded as sent: no two of one bank line, and none that waits for the number of another one."""
        with self.at.opened(write=True) as session:
            if self.made is None or journal.last_batch(session.store).batch != self.head:
                self._make(session)
            group = self._group()
            if not group and self.accepted_since:
                self._make(session)
                group = self._group()
            if group:
                assert self.made is not None
                ids = [one.external_id for one in group]
                rows = self.made.export.sent.filter(pl.col("external_id").is_in(ids))
                journal.append_exported(session.store, session.next_batch, self.name, rows)
                batch = session.commit("push", {"target": self.name, "host": self.at.wire.host, "count": len(group)})
                self.head = batch.batch
        return group

    def _group(self) -> list[Document]:
        assert self.made is not None
        found: list[Document] = []
        places = set(self.held)
        for document in self.made.export.documents:
            place = document.line.id if document.line else document.decision_id
            ready = with_numbers(document, self.numbers)
            if place in places or self._is_done(document.external_id) or self.at.live.waits(ready):
                places.add(place)
                continue
            found.append(ready)
            places.add(place)
            if len(found) == GROUP:
                break
        return found

    def _is_done(self, external_id: str) -> bool:
        return bool(self.tried[external_id]) and external_id not in self.again

    def _send(self, group: Sequence[Document]) -> None:
        answers: list[Answer] = []
        error: MatcherError | None = None
        assert self.made is not None
        told = {key: one.number for key, one in self.made.standings.items() if one.number} | self.numbers
        for one in group:
            if error is not None:
                answers.append(Answer(one.external_id, Answered.NEVER_ARRIVED, "", NOT_CALLED))
                continue
            self.tried[one.external_id] += 1
            self.again.discard(one.external_id)
            booked = book(self.at, one, told, asked_first=self.how.all or self.how.rejected)
            answers.append(self._answer(one, booked))
            told[one.external_id] = answers[-1].number
            error = booked.error
            self.progress.done(1)
        self._keep(recorded(self.at, answers, self._at_head))
        if error is not None:
            raise _Ended(error)

    def _answer(self, one: Document, booked: Booked) -> Answer:
        place = one.line.id if one.line else one.decision_id
        if booked.lost:
            self.lost[one.external_id] = wire.now()
        if booked.outcome is None:
            self.held.add(place)
            return Answer(one.external_id, Answered.NEVER_ARRIVED, "", NOT_CALLED)
        if booked.outcome.result != Answered.ACCEPTED:
            self.held.add(place)
        return Answer(one.external_id, booked.outcome.result, booked.outcome.number, booked.outcome.message)

    def _at_head(self, session: Session) -> None:
        """Notes that the journal's latest batch is ours, unless somebody else has appended one before it."""
        last = journal.last_batch(session.store).batch
        self.head = last if last == self.head + 1 else -1

    def _keep(self, taken: Sequence[Taken]) -> None:
        self.taken += taken
        for one in taken:
            if one.answer.result == Answered.ACCEPTED:
                self.accepted_since = True
                self.numbers[one.answer.external_id] = one.answer.number

    def _ask_what_was_lost(self) -> bool:
        """Asks for documents whose answer was lost, once they can no longer arrive; whether any of them is to be sent again."""
        if not self.lost:
            return False
        self.progress.stage("asking for documents whose answer was lost", len(self.lost))
        if (rest := max(self.lost.values()) + self.at.live.settle - wire.now()) > 0:
            wire.pause(rest)
        lost, self.lost = frozenset(self.lost), {}
        before = len(self.taken)
        self._resolve(lost)
        again = False
        for one in self.taken[before:]:
            if one.answer.result == Answered.ACCEPTED:
                self.held.discard(one.line_id or one.decision_id)
            if one.answer.result == Answered.NEVER_ARRIVED and self.tried[one.answer.external_id] < TRIES:
                self.held.discard(one.line_id or one.decision_id)
                self.again.add(one.answer.external_id)
            again = True
        return again

    def _result(self, error: MatcherError | None) -> Pushed:
        made = self.made or self.first
        if made is None:
            return Pushed(ExportBatch("", "", date.min, 0, {}), taken=tuple(self.taken), error=error)
        first = (self.first or made).export.batch
        waiting = [Refused(one, wait.why) for one in made.export.documents if (wait := self._waits(one))]
        return Pushed(
            first, (), tuple(self.taken), (*made.export.refused, *waiting), made.left_rejected, made.left_unknown, error
        )  # fmt: skip

    def _waits(self, one: Document) -> Wait | None:
        return None if self.tried[one.external_id] else self.at.live.waits(with_numbers(one, self.numbers))


class _Ended(Exception):
    """What ends a push before its time."""

    def __init__(self, error: MatcherError) -> None:
        self.error = error
        super().__init__(error.code)


def _named(one: Document) -> tuple[str, ...]:
    """External ids of other documents that this one is about."""
    return tuple(filter(None, (one.reverses, one.receipt, *(part.receipt for part in one.parts))))
