"""Calls of a system's interface, one in each line of a file, and what the system answered to them.

A line has the document's `external_id`, the `path` that is called and the `body`. Who makes the calls, a program of the user's, adds what
belongs to the day: address, session, token. It writes each line again with the system's answer, as it came, under `response`; null where
none came. That file is the answer: the external id stands beside it, whatever the system repeats of it or not.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcher.errors import MatcherError
from matcher.exports.erp.base import Answer, File
from matcher.exports.erp.writing import made
from matcher.states import Answered

Outcome = tuple[Answered, str, str]
"""What became of a document, the system's number of it, and its words."""
_SPLITTING = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"})
"""JSON allows these inside strings, but many readers split lines at them."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the document that it books, the path behind the system's address, and what is sent there."""

    external_id: str
    path: str
    body: Mapping[str, object]


def calls_file(name: str, calls: Iterable[Call]) -> File:
    """JSON Lines, a call in each. Decimals are numbers with their own digits, dates are text."""
    lines = (json_text({"external_id": one.external_id, "path": one.path, "body": one.body}) + "\n" for one in calls)
    return made(name, "".join(lines).encode(errors="backslashreplace"))


def json_text(value: object) -> str:
    """JSON of a value in one line. A `Decimal` is a number with its own digits, which no float would keep; a date is ISO text."""
    match value:
        case None | bool() | int():
            return json.dumps(value)
        case Decimal():
            return f"{value:f}"
        case date():
            return f'"{value.isoformat()}"'
        case str():
            text = json.dumps(value, ensure_ascii=False)
            return text if text.isascii() else text.translate(_SPLITTING)
        case Mapping():
            return "{" + ",".join(f"{json_text(str(key))}:{json_text(one)}" for key, one in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(json_text(one) for one in value) + "]"
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def records(data: bytes, name: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The objects of an answer file with their places: JSON Lines, one object, or a list of objects.

    Raises:
        MatcherError: ``ack.unreadable``, ``file.encoding``, ``file.empty``.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MatcherError("file.encoding", "the bytes are not UTF-8", name) from None
    if not text.strip():
        raise MatcherError("file.empty", "the file is empty", name)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        every = [(f"{name}:{number}", _parsed(line, f"{name}:{number}")) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    else:
        every = [(name, one) for one in (whole if isinstance(whole, list) else [whole])]
    for place, record in every:
        if not isinstance(record, dict):
            raise MatcherError("ack.unreadable", "the line is no JSON object", place)
        yield place, record


def answers(data: bytes, name: str, read: Callable[[Mapping[str, object]], Outcome]) -> Sequence[Answer]:
    """The answers of a file of calls.

    Args:
        data: of the file.
        name: of the file.
        read: what an answer of the system means.

    Raises:
        MatcherError: ``ack.unreadable`` for a line that has no `external_id` or no `response`, and what makes a file unreadable.
    """
    found = list[Answer]()
    for place, record in records(data, name):
        external_id = text_of(record.get("external_id"))
        if not external_id:
            raise MatcherError("ack.unreadable", "the row names no document", place)
        if "response" not in record:
            raise MatcherError("ack.unreadable", "the call has no `response`", place, "Write null where the system gave no answer.")
        response = record["response"]
        result, number, message = read(response) if isinstance(response, dict) else (Answered.UNKNOWN, "", text_of(response))
        found.append(Answer(external_id, result, number, message, place))
    return found


def at(value: object, *keys: str | int) -> object:
    """What stands at a place inside an answer; None where it has no such place."""
    for key in keys:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def text_of(value: object) -> str:
    """A value of an answer as text in one line; '' for none."""
    return "" if value is None else " ".join(str(value).split())


def _parsed(line: str, place: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise MatcherError("ack.unreadable", "the line is no JSON object", place) from None
