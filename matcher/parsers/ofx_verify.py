"""A second opinion on an OFX file: the ofxparse library reads it too, and every difference is named with who is right.

ofxparse 0.21 is right about most of what it reads, but raises on empty elements, moves dates by their time zone, takes
``1,234`` for 1.234 and ``NaN`` for an amount, passes over bad entries in silence and grows with the square of the file. So it is
guarded: the file is decoded and cut into statements and transactions here, by other means than the product's own reader uses,
and given to it in small documents with a canonical header, without zones and empty elements. The whole file is held in memory.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib import import_module
from typing import Any, Literal

from matcher import money
from matcher.model import Balance, Problem, StatementEnd, StatementStart, Transaction
from matcher.parsers.base import Batch, ParseOptions, Source
from matcher.parsers.ofx import PARSER
from matcher.parsers.ofx_fields import eight_digits
from matcher.parsers.ofx_text import Survey, decoded, survey

CHUNK = 1000
"""Transactions handed to ofxparse at once: its time grows with their square."""

MAX_ENTRIES = 50
"""Differing entries named for one statement; their number is always told."""

Verdict = Literal["ours", "theirs", "unclear"]
_OURS: Verdict = "ours"
_THEIRS: Verdict = "theirs"

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_STATEMENT = re.compile(r"<(?:CC|INV)?STMTRS>", re.IGNORECASE)
_END = "</STMTTRN>"
_BLOCK = re.compile(rf"<STMTTRN>.*?(?:{_END}|(?=<STMTTRN>|</BANKTRANLIST>|</(?:CC|INV)?STMTRS>|</OFX>)|\Z)", re.DOTALL | re.IGNORECASE)
_LEDGER = re.compile(r"<LEDGERBAL>(.*?)(?:</LEDGERBAL>|<AVAILBAL>|</(?:CC|INV)?STMTRS>|\Z)", re.DOTALL | re.IGNORECASE)
_ZONE = re.compile(r"(<DT[A-Z]+>[^<\[\r\n]*)\[[^\]<]*\]?", re.IGNORECASE)
_EMPTY = re.compile(r"<[A-Z0-9.]+\s*/>|<([A-Z0-9.]+)>\s*(?:</\1>|(?=<))", re.IGNORECASE)
_CLOSED_LEAF = re.compile(r"</[A-Z0-9.]+>", re.IGNORECASE)
_IDENTITY = re.compile(r"<FITID>[^<]*", re.IGNORECASE)
_NAMES = "PAYEE|BANKACCTTO|CCACCTTO|CURRENCY|ORIGCURRENCY|IMAGEDATA"
_AGGREGATE = re.compile(rf"<({_NAMES})>.*?</\1>", re.DOTALL | re.IGNORECASE)
_PLAIN = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_HEADER = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:UTF-8
CHARSET:NONE
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

"""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two readings differ.

    Attributes:
        statement: the statement's number in the file, from 0; None when it concerns the file.
        what: what differs, such as ``credit`` or ``amount of entry 3 (line 41)``.
        ours, theirs: what each of the readings says; empty when it says nothing.
        verdict: who is right by the source text.
        reason: why.
    """

    statement: int | None
    what: str
    ours: str
    theirs: str
    verdict: Verdict
    reason: str


@dataclass
class _Ours:
    """The product's reading of one statement."""

    currency: str = ""
    rows: list[Transaction] = field(default_factory=list)
    closing: Balance | None = None


@dataclass(frozen=True, slots=True)
class _Theirs:
    """ofxparse's reading of one transaction; `failure` is its complaint, or the kind of exception it died of."""

    day: date | None = None
    amount: Decimal | None = None
    failure: str = ""


def second_opinion(source: Source, options: ParseOptions) -> list[Difference]:
    """Reads the file with ofxparse as well and names every difference; an empty list means agreement in all counts, dates and amounts."""
    seen = survey(source)
    text = _COMMENT.sub("", "".join(decoded(source, seen.codec, seen.errors)))
    ours, problems = _read_ours(source, options)
    parts = [text[a.start() : b] for a, b in _spans(text)]
    found: list[Difference] = []
    for problem in problems:
        if problem.severity == "fatal":
            total = str(sum(len(_BLOCK.findall(part)) for part in parts))
            found.append(Difference(None, "file", problem.code, f"{total} transactions", "ours", problem.message))
    if len(ours) != len(parts) and found:
        return found
    if len(ours) != len(parts):
        found.append(Difference(None, "statements", str(len(ours)), str(len(parts)), "unclear", "statements counted by their opening tags"))
        return found
    judge = _Judge(seen)
    for number, part in enumerate(parts):
        found += _compare(number, part, ours.get(number, _Ours()), problems, judge)
    return found


def _spans(text: str) -> Iterator[tuple[re.Match[str], int]]:
    starts = list(_STATEMENT.finditer(text))
    for position, start in enumerate(starts):
        yield start, starts[position + 1].start() if position + 1 < len(starts) else len(text)


def _read_ours(source: Source, options: ParseOptions) -> tuple[dict[int, _Ours], list[Problem]]:
    ours: dict[int, _Ours] = {}
    problems: list[Problem] = []
    for event in PARSER.parse(source, options):
        match event:
            case StatementStart():
                ours[event.statement] = _Ours(event.currency)
            case Batch():
                assert isinstance(event.rows, list)
                ours[event.statement].rows += [row for row in event.rows if not row.pending]
            case StatementEnd():
                ours[event.statement].closing = event.closing
            case Problem():
                problems.append(event)
    return ours, problems


def _compare(number: int, part: str, ours: _Ours, problems: Sequence[Problem], judge: "_Judge") -> list[Difference]:
    """All differences of one statement, sums first, then entries."""
    blocks = _BLOCK.findall(part)
    theirs, closing = _read_theirs(blocks, part)
    found: list[Difference] = []
    entries = list(_entries(number, blocks, ours.rows, theirs, problems, judge))
    read = [entry for entry in theirs if entry.amount is not None and entry.amount.is_finite()]
    worst: Verdict = (
        "theirs" if any(e.verdict == "theirs" for e in entries) else "unclear" if any(e.verdict == "unclear" for e in entries) else "ours"
    )
    sums = (
        ("transactions", str(len(ours.rows)), str(len(read))),
        ("credit", f"{_total(ours.rows, 1):f}", f"{sum((e.amount for e in read if e.amount and e.amount > 0), Decimal(0)):f}"),
        ("debit", f"{-_total(ours.rows, -1):f}", f"{-sum((e.amount for e in read if e.amount and e.amount < 0), Decimal(0)):f}"),
    )
    for what, mine, other in sums:
        if Decimal(mine) != Decimal(other):
            found.append(Difference(number, what, mine, other, worst, f"see the entries below: {len(entries)} of {len(blocks)} differ"))
    stated = _decimal_of(ours.closing, ours.currency)
    if stated != closing:
        cell = _cell(_ledger(part), "BALAMT")
        verdict, reason = judge.amount(cell, stated, closing)
        found.append(Difference(number, "closing", _shown(stated), _shown(closing), verdict, reason))
    return found + entries[:MAX_ENTRIES]


def _total(rows: Sequence[Transaction], sign: int) -> Decimal:
    return sum((_decimal(row) for row in rows if row.amount * sign > 0 or (row.exact and (row.exact[0] == "-") == (sign < 0))), Decimal(0))


def _decimal(row: Transaction) -> Decimal:
    return Decimal(row.exact) if row.exact else money.decimal(row.amount, row.currency)


def _decimal_of(balance: Balance | None, currency: str) -> Decimal | None:
    if balance is None:
        return None
    return Decimal(balance.exact) if balance.exact else money.decimal(balance.amount, currency)


def _entries(
    number: int, blocks: Sequence[str], rows: Sequence[Transaction], theirs: Sequence[_Theirs], problems: Sequence[Problem], judge: "_Judge"
) -> Iterator[Difference]:
    """Differences entry by entry. Our rows come in the file's order, so a block that is not the next row's source was not booked."""
    position = 0
    for index, (block, other) in enumerate(zip(blocks, theirs, strict=True), 1):
        row = rows[position] if position < len(rows) and _COMMENT.sub("", rows[position].raw) == block else None
        if row is None:
            yield from _not_booked(number, index, block, other, problems)
            continue
        position += 1
        where = f"entry {index} (line {row.line})"
        mine = _decimal(row)
        if other.failure:
            yield Difference(
                number, where, f"{row.booking_date} {mine:f}", other.failure, *judge.amount(_cell(block, "TRNAMT"), mine, None)
            )
            continue
        if mine != other.amount:
            yield Difference(
                number, f"amount of {where}", f"{mine:f}", _shown(other.amount), *judge.amount(_cell(block, "TRNAMT"), mine, other.amount)
            )
        if row.booking_date != other.day:
            verdict, reason = judge.day(_cell(block, "DTPOSTED"), row.booking_date)
            yield Difference(number, f"date of {where}", str(row.booking_date), str(other.day), verdict, reason)


def _not_booked(number: int, index: int, block: str, other: _Theirs, problems: Sequence[Problem]) -> Iterator[Difference]:
    """An entry that we did not book: both agree when ofxparse refuses it as well."""
    if other.failure:
        return
    if any(problem.code == "note.balance_marker" and problem.statement == number for problem in problems) and not _cell(
        block, "FITID"
    ).strip("0"):
        verdict, reason = _OURS, "a balance written as a transaction is no booking"
    elif not _ended(block):
        verdict, reason = _OURS, "the entry has no end tag, so it may be incomplete"
    elif other.day is None:
        verdict, reason = _OURS, "there is no booking date"
    elif _PLAIN.fullmatch(_cell(block, "TRNAMT")) and eight_digits(_cell(block, "DTPOSTED")):
        verdict, reason = _THEIRS, "date and amount are as the specification wants them"
    else:
        verdict, reason = _OURS, "date or amount cannot be read with certainty"
    yield Difference(number, f"entry {index}", "", f"{other.day} {_shown(other.amount)}", verdict, reason)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says who is right, by the source text and by how the file as a whole writes amounts and dates."""

    survey: Survey

    def amount(self, cell: str, ours: Decimal | None, theirs: Decimal | None) -> tuple[Verdict, str]:
        """Who reads an amount's cell right."""
        marks = self.survey.marks
        if _PLAIN.fullmatch(cell) and not (marks.comma and "." in cell):
            right = Decimal(cell)
            if right in (ours, theirs):
                return (_OURS if ours == right else _THEIRS), "a plain decimal, read as it stands"
            return "unclear", "neither reading is the plain decimal written"
        if theirs is None:
            return _OURS, "ofxparse does not read it"
        if not theirs.is_finite():
            return _OURS, "not a finite number"
        if ours is None:
            return _OURS, "the cell cannot be read with certainty"
        if marks.comma != marks.dot:
            return _OURS, f"the file's other amounts show {'a comma' if marks.comma else 'a point'} as decimal mark"
        return "unclear", "the cell is no plain decimal"

    def day(self, cell: str, ours: date) -> tuple[Verdict, str]:
        """Who reads a date's cell right."""
        if eight_digits(cell) == ours:
            return _OURS, "the bank's own day as written"
        if self.survey.short_order and len(cell) == 6:
            return _OURS, "the only order in which all dates of the file are days not after it was made"
        return "unclear", "the date is written in another form than the specification's"


def _read_theirs(blocks: Sequence[str], part: str) -> tuple[list[_Theirs], Decimal | None]:
    """What ofxparse makes of every block, and of the closing balance."""
    found = [_Theirs(failure="ofxparse does not return it")] * len(blocks)
    closing: Decimal | None = None
    for start in range(0, max(len(blocks), 1), CHUNK):
        chunk = range(start, min(start + CHUNK, len(blocks)))
        statement = _parse([_guarded(blocks[index], index) for index in chunk], _ledger(part) if not start else "")
        if isinstance(statement, str):
            for index in chunk:
                found[index] = _Theirs(failure=f"ofxparse raises {statement}")
            continue
        for transaction in statement.transactions:
            if (number := _number(transaction.id)) in chunk:
                found[number] = _Theirs(transaction.date and transaction.date.date(), Decimal(transaction.amount))
        for discarded in statement.discarded_entries:
            if (number := _number(discarded["content"].find("fitid"))) in chunk:
                found[number] = _Theirs(failure="ofxparse discards it")
        if not start:
            closing = getattr(statement, "balance", None)
    return found, closing


def _number(fitid: Any) -> int:
    """The position that `_guarded` wrote into an entry's FITID, -1 when ofxparse did not keep it."""
    text = fitid.contents[0] if getattr(fitid, "contents", None) else fitid
    return int(text) if str(text or "").strip().isdecimal() else -1


def _parse(blocks: Sequence[str], ledger: str) -> Any:
    """ofxparse's statement for some transactions, or the name of the exception it raises."""
    balance = f"<LEDGERBAL>{_guarded_leaves(ledger)}</LEDGERBAL>" if _cell(ledger, "BALAMT") else ""
    document = (
        f"{_HEADER}<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>XXX<BANKACCTFROM><ACCTID>1</BANKACCTFROM>\n"
        f"<BANKTRANLIST>{''.join(blocks)}</BANKTRANLIST>{balance}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )
    library: Any = import_module("ofxparse.ofxparse")
    rejected: Any = import_module("bs4.exceptions").ParserRejectedMarkup
    complaints = (library.OfxParserException, rejected, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # bs4 deplores being given SGML, and its own old names
        try:
            return library.OfxParser.parse(io.BytesIO(document.encode("utf-8", "replace")), fail_fast=False).accounts[0].statement
        except complaints as error:
            return type(error).__name__


def _guarded(block: str, index: int) -> str:
    """A transaction that ofxparse survives: its number for FITID, no aggregates, zones, CDATA, empty elements and end tags of leaves."""
    body = block[len("<STMTTRN>") : -len(_END) if _ended(block) else None]
    body = _IDENTITY.sub("", _AGGREGATE.sub("", _CDATA.sub("", body)))
    return f"<STMTTRN>{_guarded_leaves(body)}<FITID>{index}</STMTTRN>\n"


def _ended(block: str) -> bool:
    return block[-len(_END) :].upper() == _END


def _guarded_leaves(text: str) -> str:
    return _CLOSED_LEAF.sub("", _EMPTY.sub("", _ZONE.sub(r"\1", text)))


def _ledger(part: str) -> str:
    found = _LEDGER.search(part)
    return found[1] if found else ""


def _cell(text: str, element: str) -> str:
    found = re.search(rf"<{element}>([^<]*)", text, re.IGNORECASE)
    return found[1].strip() if found else ""


def _shown(amount: Decimal | None) -> str:
    try:
        return "" if amount is None else f"{amount:f}"
    except InvalidOperation:
        return str(amount)
