"""One document and its calls: each is made once, and what became of one whose answer was lost is asked before anything is repeated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from matcher.errors import MatcherError
from matcher.exports.erp.live.base import Outcome, Reply, Request, Step
from matcher.exports.erp.live.wire import Lost
from matcher.exports.erp.records import Document
from matcher.pipeline.live.connecting import Connected
from matcher.states import Answered


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of a document.

    Attributes:
        outcome: None where nothing of it stands there.
        lost: a call went out whose answer is missing, and it is not there yet: it may still arrive.
        error: what ends the push; the outcome holds all the same.
    """

    outcome: Outcome | None
    lost: bool = False
    error: MatcherError | None = None


def book(at: Connected, document: Document, told: Mapping[str, str], *, asked_first: bool = True, only_ask: bool = False) -> Booked:
    """Makes the calls of a document that are not booked yet, one after the other.

    Args:
        at: the system.
        document: with the numbers of others as far as they are known.
        told: these numbers, of all documents, by their external ids.
        asked_first: whether also a call that is safe to repeat is asked for beforehand: an earlier push may have made it.
        only_ask: make no call that books.
    """
    done: list[Outcome] = []
    about = replace(at.about, told=told)
    try:
        while (step := at.live.step(document, about, tuple(done))) is not None:
            found = _asked(at, step) if asked_first or not step.safe else None
            if found is None and only_ask:
                return Booked(_partly(done, "the rest is not there") if done else None)
            if found is None:
                found = _made(at, step)
            if found.result != Answered.ACCEPTED:
                return Booked(_partly(done, found.message) if done else found)
            done.append(found)
    except Lost as lost:
        return Booked(_partly(done, lost.why) if done else Outcome(Answered.UNKNOWN, "", lost.why), lost=True)
    except MatcherError as error:
        unsure = isinstance(error.__cause__, Lost)
        if unsure:
            return Booked(Outcome(Answered.UNKNOWN, "", str(error.__cause__)), lost=True, error=error)
        return Booked(_partly(done, error.what) if done else None, error=error)
    return Booked(Outcome(Answered.ACCEPTED, _numbers(done)))


def _asked(at: Connected, step: Step) -> Outcome | None:
    """Raises MatcherError ``api.answer`` for an error in the place of an answer: that it is not there must be said."""
    reply = at.wire.ask(step.find)
    if not reply.ok and reply.status != 404:
        what = f"it was asked for a document, and the answer is {reply.status}{f': {reply.text}' if reply.text else ''}"
        raise MatcherError("api.answer", what, at.wire.host)
    found = step.found(reply)
    return found and found._replace(message=at.wire.without_secrets(found.message))


def _made(at: Connected, step: Step) -> Outcome:
    """Raises Lost when it may be booked, and MatcherError with that as its cause when that cannot even be asked."""
    request = step.request if isinstance(step.request, Request) else step.request()
    if isinstance(request, Outcome):
        return request
    try:
        outcome = _said(at, step, at.wire.tell(request))
        if outcome.result != Answered.UNKNOWN:
            return outcome
        lost = Lost(outcome.message or "the answer does not say what became of it")
    except Lost as error:
        lost = error
    try:
        found = _asked(at, step)
    except MatcherError as error:
        raise error from lost
    if found is None:
        raise lost
    return found


def _said(at: Connected, step: Step, reply: Reply) -> Outcome:
    """What a reply means. To read it the system may have to be asked: where that fails the call is made all the same."""
    try:
        outcome = step.read(reply)
    except MatcherError as error:
        raise error from Lost("it was called, and what the answer means cannot be asked for")
    return outcome._replace(message=at.wire.without_secrets(outcome.message))


def _numbers(done: Sequence[Outcome]) -> str:
    return " ".join(dict.fromkeys(one.number for one in done if one.number))


def _partly(done: Sequence[Outcome], why: str) -> Outcome:
    booked = "its first step is booked" if len(done) == 1 else f"its first {len(done)} steps are booked"
    known = f" as {numbers}" if (numbers := _numbers(done)) else ""
    # no number: it would be another one than that of the whole document
    return Outcome(Answered.UNKNOWN, "", f"{booked}{known}, and then: {why}")


def with_numbers(document: Document, numbers: dict[str, str]) -> Document:
    """A document with the system's numbers of others that were told since it was made."""
    parts = tuple(
        replace(part, receipt_number=numbers[part.receipt]) if not part.receipt_number and numbers.get(part.receipt) else part
        for part in document.parts
    )
    return replace(
        document, parts=parts, reverses_number=document.reverses_number or numbers.get(document.reverses, ""),
        receipt_number=document.receipt_number or numbers.get(document.receipt, ""),
    )  # fmt: skip
