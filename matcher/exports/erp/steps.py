"""Documents that a system's interface takes in several calls, a call in each line of a file, and what came back.

A line has the document's `external_id`, `step` of `steps`, the `method` and the `path` behind the system's address, the `key` that makes
the call safe to repeat, and the `body`. A text ``${1.Payment.Id}`` stands for what the answer to step 1 of the same document has at that
place. Who makes the calls does them in their order, leaves out the rest of a document after a step that failed, and writes each line again
with the answer, as it came, under `response`; null where none came.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from matcher.errors import MatcherError
from matcher.exports.erp.base import Answer, File
from matcher.exports.erp.calls import Outcome, json_text, records, text_of
from matcher.exports.erp.writing import made
from matcher.states import Answered


@dataclass(frozen=True, slots=True)
class Step:
    """A call: method, path, and what is sent; None for nothing."""

    method: str
    path: str
    body: Mapping[str, object] | None = None


def key(external_id: str, number: int) -> str:
    """What makes a step safe to repeat: at most 24 characters."""
    return f"{external_id}-{number}"


def steps_file(name: str, documents: Iterable[tuple[str, Sequence[Step]]]) -> File:
    """JSON Lines of all steps. Decimals are numbers with their own digits, dates are text."""
    lines = [
        json_text(
            {
                "external_id": external_id, "step": number, "steps": len(steps), "method": one.method, "path": one.path,
                "key": key(external_id, number), "body": one.body,
            }
        )
        for external_id, steps in documents
        for number, one in enumerate(steps, 1)
    ]  # fmt: skip
    return made(name, "".join(line + "\n" for line in lines).encode(errors="backslashreplace"))


def answers(data: bytes, name: str, read: Callable[[Mapping[str, object]], Outcome]) -> Sequence[Answer]:
    """The answers of a file of steps.

    A document is accepted when all its steps are; its number is all their numbers with spaces between. It is rejected when its first step
    is, and nothing stands there. One of which some steps are booked and others not is unknown, and says how many.

    Args:
        data: of the file.
        name: of the file.
        read: what an answer of the system means.

    Raises:
        MatcherError: ``ack.unreadable`` for a line that names no document or step, and what makes a file unreadable.
    """
    found: dict[str, dict[int, Outcome]] = {}
    counts, places = dict[str, int](), dict[str, str]()
    for place, record in records(data, name):
        external_id, step, steps = text_of(record.get("external_id")), record.get("step"), record.get("steps")
        if not external_id or not isinstance(step, int) or not isinstance(steps, int) or "response" not in record:
            raise MatcherError("ack.unreadable", "the line has no `external_id`, `step`, `steps` or `response`", place)
        response = record["response"]
        outcome = read(response) if isinstance(response, dict) else (Answered.UNKNOWN, "", text_of(response))
        found.setdefault(external_id, {})[step] = outcome
        counts[external_id] = steps
        places.setdefault(external_id, place)
    return [_whole(external_id, outcomes, counts[external_id], places[external_id]) for external_id, outcomes in found.items()]


def _whole(external_id: str, outcomes: Mapping[int, Outcome], steps: int, place: str) -> Answer:
    ordered = [outcomes[number] for number in sorted(outcomes)]
    booked = [number for result, number, _ in ordered if result == Answered.ACCEPTED]
    numbers = " ".join(dict.fromkeys(filter(None, booked)))
    words = "; ".join(dict.fromkeys(message for _, _, message in ordered if message))
    if len(booked) == steps:
        return Answer(external_id, Answered.ACCEPTED, numbers, "", place)
    if not booked and ordered[0][0] == Answered.REJECTED:
        return Answer(external_id, Answered.REJECTED, "", words, place)
    said = f"{len(booked)} of {steps} steps are booked"
    return Answer(external_id, Answered.UNKNOWN, numbers, f"{said}: {words}" if words else said, place)
