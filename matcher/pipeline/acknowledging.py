"""What ERPs answer: result files, and what a person found out there. An answer is recorded once, and none contradicts another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any

import polars as pl

from matcher.errors import MatcherError
from matcher.exports import erp
from matcher.exports.erp.base import Answer
from matcher.frames import of_rows
from matcher.ledger import outbox as ledger
from matcher.ledger.outbox import ANSWER
from matcher.openitems.faults import together
from matcher.parsers.base import Source
from matcher.pipeline import answer_files, receipts
from matcher.pipeline.receipts import Sending
from matcher.pipeline.session import Session
from matcher.states import Answered, Sent
from matcher.store import journal
from matcher.store import outbox as store

_WORDS = {"accepted": Answered.ACCEPTED, "never-arrived": Answered.NEVER_ARRIVED, "by-hand": Answered.ACCEPTED}
_SHORTEST = 6
"""Characters of the beginning of an id that a person may type."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was recorded, with the document that it is about."""

    target: str
    answer: Answer
    record: str
    decision_id: str
    line_id: str
    customer_id: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What was taken: the new answers in the order of the files, and how many were known before."""

    taken: tuple[Taken, ...]
    known: int

    def count(self, result: Answered) -> int:
        """How many new answers say so."""
        return sum(one.answer.result == result for one in self.taken)


class _Book:
    """What was sent to a target, what was answered, and how it stands."""

    def __init__(self, session: Session, target: str) -> None:
        self.target = target
        sent = store.exports(session.store, target)
        self.rows = {row["external_id"]: row for row in sent.iter_rows(named=True)}
        self.versions: dict[str, int] = {}
        for row in self.rows.values():
            if row["record"] != "reversal":
                self.versions[row["decision_id"]] = max(row["version"], self.versions.get(row["decision_id"], 0))
        answers = store.answers(session.store, target)
        self.said: dict[str, list[Mapping[str, Any]]] = {}
        for row in answers.iter_rows(named=True):
            self.said.setdefault(row["external_id"], []).append(row)
        self.stand = ledger.standings(sent, answers)

    def is_known(self, one: Answer, digest: str) -> bool:
        """Whether the answer says nothing new. Raises MatcherError: ``ack.contradicts``."""
        before, now = self.said.get(one.external_id, []), self.stand[one.external_id]
        if digest and any(row["digest"] == digest for row in before):
            return True
        if one.result == Answered.ACCEPTED and now.number and one.number and now.number != one.number:
            raise _contradicts(one, f"accepted as {now.number} before, and now as {one.number}")
        if now.state == Sent.ACCEPTED:
            if one.result != Answered.ACCEPTED:
                raise _contradicts(one, f"accepted{f' as {now.number}' if now.number else ''} before, and now {one.result}")
            return not one.number or bool(now.number)
        row = self.rows[one.external_id]
        replaced = row["record"] != "reversal" and self.versions[row["decision_id"]] > row["version"]
        if one.result == Answered.ACCEPTED and now.state in (Sent.REJECTED, Sent.NEW) and replaced:
            raise _contradicts(one, f"{now.state} before, and sent in a new version since; now accepted")
        latest = before[-1] if before and now.answered_in else None
        return latest is not None and (latest["result"], latest["message"]) == (one.result, one.message)

    def taken(self, one: Answer) -> Taken:
        """The answer with its document."""
        row = self.rows[one.external_id]
        return Taken(
            self.target, one, row["record"], row["decision_id"], row["line_id"], row["customer_id"], row["currency"],
            row["amount"] or row["applied"],
        )  # fmt: skip


def _contradicts(one: Answer, what: str) -> MatcherError:
    return MatcherError("ack.contradicts", f"document {one.external_id} was {what}", one.place)


def take(session: Session, sources: Sequence[Source], target: str = "") -> Acknowledged:
    """Takes result files, all or none.

    Args:
        session: of the command.
        sources: the files.
        target: that they answer for; '' finds it by the documents.

    Raises:
        MatcherError: ``ack.unreadable``, ``ack.unknown``, ``ack.contradicts``, with all `faults`; ``usage.option`` where the documents were
            sent to several targets; what makes a file unreadable.
    """
    books = {name: _Book(session, name) for name in ([erp.load(target).name] if target else store.targets(session.store))}
    read = [answer_files.read(session, source, target or None, list(books)) for source in sources]
    faults = [fault for _, _, found in read for fault in found]
    told = list(chain.from_iterable(((one, digest) for one in answers) for answers, digest, _ in read))
    unknown = [one for one, _ in told if not any(one.external_id in book.rows for book in books.values())]
    faults += [MatcherError("ack.unknown", f"document {one.external_id} was never sent", one.place) for one in unknown]
    if faults:
        raise together(faults)
    book = _book_of([one.external_id for one, _ in told], books)
    return _record(session, book, told, {digest: source.name for source, (_, digest, _) in zip(sources, read, strict=True)})


def _book_of(ids: Sequence[str], books: Mapping[str, _Book]) -> _Book | None:
    fitting = [book for book in books.values() if all(one in book.rows for one in ids)]
    if len(fitting) > 1 and ids:
        names = ", ".join(book.target for book in fitting)
        raise MatcherError("usage.option", f"these documents were sent to {names}: name one with --target")
    if ids and not fitting:
        raise MatcherError("usage.option", "the files answer for several targets: give those of each by themselves, with --target")
    return fitting[0] if ids else None


def _record(session: Session, book: _Book | None, told: Iterable[tuple[Answer, str]], sources: Mapping[str, str]) -> Acknowledged:
    taken, known, faults = dict[str, tuple[Taken, str]](), 0, list[MatcherError]()
    for one, digest in told:
        assert book is not None
        earlier = taken.get(one.external_id)
        try:
            if earlier is not None:
                if (earlier[0].answer.result, earlier[0].answer.number) != (one.result, one.number):
                    raise _contradicts(one, f"{earlier[0].answer.result}, and {one.result}, by the same files")
                known += 1
            elif book.is_known(one, digest):
                known += 1
            else:
                taken[one.external_id] = book.taken(one), digest
        except MatcherError as error:
            faults.append(error)
    if faults:
        raise together(faults)
    if taken and book is not None:
        _append(session, book.target, taken.values(), sources)
    return Acknowledged(tuple(one for one, _ in taken.values()), known)


def record(session: Session, target: str, answers: Iterable[Answer], source: str) -> Acknowledged:
    """Records what a system answered to calls.

    Args:
        session: of the command.
        target: that was called.
        answers: of documents that were sent to it.
        source: who answered, for the log: the host.

    Raises:
        MatcherError: ``ack.contradicts``.
    """
    return _record(session, _Book(session, target), [(one, "") for one in answers], {"": source})


def _append(session: Session, target: str, taken: Iterable[tuple[Taken, str]], sources: Mapping[str, str]) -> None:
    batch = session.next_batch
    rows = [
        (
            batch,
            target,
            one.answer.external_id,
            str(one.answer.result),
            one.answer.number,
            one.answer.message,
            sources.get(digest, ""),
            digest,
        )
        for one, digest in taken
    ]
    store.append_answers(session.store, of_rows(rows, ANSWER))
    counts = {word.value: sum(row[3] == word for row in rows) for word in Answered}
    session.commit("ack", {"target": target, **{word: count for word, count in counts.items() if count}})


def resolve(session: Session, told: Sequence[str], reason: str, target: str, as_of: date) -> Acknowledged:
    """Records what a person found out in the ERP.

    Args:
        session: of the command.
        told: ``ID=accepted[:NUMBER]``: the ERP has booked it; ``ID=never-arrived``: it has not, and the next export sends it again;
            ``ID=by-hand[:NUMBER]``: somebody has booked there what no file could tell. Of an id a unique beginning will do.
        reason: how it is known.
        target: '' where one target only has these documents.
        as_of: the day up to which decisions are looked at for documents that were never sent.

    Raises:
        MatcherError: ``usage.option``, ``ack.unknown``, ``ack.contradicts``.
    """
    parsed = [_told(text) for text in told]
    named = [target] if target else store.targets(session.store)
    books = {name: _Book(session, erp.load(name).name) for name in named}
    by_hand = [typed for typed, word, _ in parsed if word == "by-hand"]
    if by_hand:
        if len(named) != 1:
            raise MatcherError("usage.option", "name the target of what was booked by hand with --target")
        _by_hand(session, books[named[0]], by_hand, as_of)
        books = {name: _Book(session, name) for name in named}
    every = set(chain.from_iterable(book.rows for book in books.values()))
    answers = [Answer(_id(typed, every), _WORDS[word], number, reason) for typed, word, number in parsed]
    return _record(session, _book_of([one.external_id for one in answers], books), [(one, "") for one in answers], {})


def _told(text: str) -> tuple[str, str, str]:
    typed, sign, rest = text.partition("=")
    word, _, number = rest.partition(":")
    if not sign or word not in _WORDS or (number and word == "never-arrived"):
        raise MatcherError("usage.option", f"{text!r} is neither ID=accepted:NUMBER, ID=never-arrived nor ID=by-hand:NUMBER")
    return typed.strip(), word, number.strip()


def _id(typed: str, every: Iterable[str]) -> str:
    found = [one for one in every if one == typed or (len(typed) >= _SHORTEST and one.startswith(typed))]
    if len(found) != 1:
        raise MatcherError("ack.unknown", f"{'several documents begin' if found else 'no document that was sent begins'} with {typed!r}")
    return found[0]


def _by_hand(session: Session, book: _Book, typed: Sequence[str], as_of: date) -> None:
    """Remembers documents that no file told as sent: their decisions stand in the ERP from now on."""
    no_file = replace(erp.load(book.target), render=lambda batch: (), run=None, endings=())
    made = receipts.make(session, "", as_of, no_file, Sending(dry_run=True)).export
    every = pl.concat([made.sent, made.unsent])
    ids = {one for text in typed for one in every["external_id"] if one == text or (len(text) >= _SHORTEST and one.startswith(text))}
    fresh = every.filter(pl.col("external_id").is_in(ids - book.rows.keys())).with_columns(batch_id=pl.lit("by-hand"))
    if fresh.height:
        journal.append_exported(session.store, session.next_batch, book.target, fresh)
