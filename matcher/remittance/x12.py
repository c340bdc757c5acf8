"""ANSI X12 820, payment order and remittance advice, with or without its ISA and GS envelopes.

Segments (ASC X12, 004010): BPR total and date, TRN the payment's number, CUR currency, N1 the payer, RMR a document (02 number, 04 paid,
05 amount of the document, 06 discount), ADX an adjustment (01 amount, 02 reason), DTM day, REF other numbers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from matcher.errors import MatcherError
from matcher.remittance.amounts import amount, day, made_id, row
from matcher.remittance.reason_codes import ADX, UNKNOWN
from matcher.remittance.records import Advice, AdviceFile, AdviceKind, AdviceRow, IssuedDocument

_DEFAULT_CURRENCY = "USD"
_BARE = re.compile(rb"\s*ST([*|^~!])820\1")


@dataclass(slots=True)
class _Row:
    number: str
    paid: str
    gross: str
    discount: str
    place: str
    adjusted: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Message:
    """A transaction set on its way to an advice."""

    place: str
    segments: int = 0
    way: str = ""  # C: the payer sends the money; D: the sender collects it
    total: str = ""
    currency: str = _DEFAULT_CURRENCY
    trace: str = ""
    day: str = ""
    payer: str = ""
    account: str = ""
    rows: list[_Row] = field(default_factory=list)
    loose: list[tuple[str, str, str]] = field(default_factory=list)  # adjustments of the payment itself: amount, reason, place


def read(data: bytes, name: str, documents: Sequence[IssuedDocument]) -> AdviceFile | None:
    """The advices of an interchange; None for anything else, and for one without an 820.

    Raises:
        MatcherError: ``file.cut`` for a message without its end, ``file.malformed``, ``amount.*``, ``currency.unknown``.
    """
    del documents
    head = data.lstrip()
    if head.startswith(b"ISA") and len(head) > 105:
        separator, end = head[3:4].decode("latin-1"), head[105:106].decode("latin-1")
    elif bare := _BARE.match(data):
        separator = bare[1].decode()
        end = "~" if separator != "~" else "\n"
    else:
        return None
    text = data.decode("utf-8", "replace")
    messages = list(_messages(_segments(text, separator, end), name))
    return AdviceFile(tuple(_advice(message, name) for message in messages)) if messages else None


def _segments(text: str, separator: str, end: str) -> Iterator[tuple[int, list[str]]]:
    for number, segment in enumerate(text.split(end), 1):
        if stripped := segment.strip():
            yield number, stripped.split(separator)


def _messages(segments: Iterator[tuple[int, list[str]]], name: str) -> Iterator[_Message]:
    message: _Message | None = None
    for number, cells in segments:
        tag, place = cells[0], f"{name} segment {number}"
        if tag == "ST" and _at(cells, 1) == "820":
            message = _Message(place)
        elif message is not None:
            if tag == "SE":
                stated = _at(cells, 1)
                if stated.isdecimal() and int(stated) > message.segments + 2:
                    what = f"the message says that it has {stated} segments and has {message.segments + 2}"
                    raise MatcherError("file.cut", what, place)
                if message.way == "D":
                    raise MatcherError(
                        "file.malformed", "the message is about money that the sender collects (BPR03 D), which pays nothing", place
                    )
                yield message
                message = None
            else:
                message.segments += 1
                _take(message, tag, cells, place)
    if message is not None:
        raise MatcherError("file.cut", "the message has no end (SE)", name)


def _take(message: _Message, tag: str, cells: list[str], place: str) -> None:
    match tag:
        case "BPR":
            message.total, message.day, message.account, message.way = _at(cells, 2), _at(cells, 16), _at(cells, 9), _at(cells, 3)
        case "TRN":
            message.trace = message.trace or _at(cells, 2)
        case "CUR":
            message.currency = _at(cells, 2) or message.currency
        case "N1" if _at(cells, 1) == "PR":
            message.payer = _at(cells, 2)
        case "RMR":
            message.rows.append(_Row(_at(cells, 2), _at(cells, 4), _at(cells, 5), _at(cells, 6), place))
        case "ADX" if message.rows:
            message.rows[-1].adjusted.append((_at(cells, 1), _at(cells, 2)))
        case "ADX":
            message.loose.append((_at(cells, 1), _at(cells, 2), place))
        case "DTM" if not message.rows and not message.day:
            message.day = _at(cells, 2)


def _advice(message: _Message, name: str) -> Advice:
    currency, rows = message.currency, []
    for one in message.rows:
        # an adjustment that lowers the payment is negative in the file
        kept = [(-amount(text, currency, one.place), ADX.get(code, UNKNOWN), f"ADX {code}") for text, code in one.adjusted]
        gross = amount(one.gross, currency, one.place) if one.gross else None
        discount = abs(amount(one.discount, currency, one.place)) if one.discount else 0
        whole = gross if gross is not None else None
        paid = amount(one.paid, currency, one.place) if one.paid else (whole or 0) - discount - sum(part for part, *_ in kept)
        rows.append(row(one.number, paid, one.place, gross=gross, discount=discount, deductions=kept))
    rows += [_loose(amount(text, currency, place), code, place) for text, code, place in message.loose]
    total = amount(message.total, currency, message.place)
    number = message.trace or made_id(message.payer, total, [r.document_no for r in rows])
    return Advice(
        number, AdviceKind.PAYER, message.trace, "", message.payer, message.account, day(message.day), currency, total, tuple(rows), name
    )


def _loose(value: int, code: str, place: str) -> AdviceRow:
    return AdviceRow("", value, 0, 0, ADX.get(code, UNKNOWN), value, f"ADX {code}", place=place)


def _at(cells: list[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""
