"""A second opinion on an OFX file: the ofxparse library reads it too, and every difference is named with who is right.

ofxparse 0.21 is right about most of what it reads, but raises on empty elements, moves dates by their time zone, takes
``1,234`` for 1.234 and ``NaN`` for an amount, passes over bad entries in silence and grows with the square of the file. So it is
guarded: the file is decoded and cut into statements and transactions here, by other means than the product's own reader uses,
and given to it in small documents with a canonical header, without zones and empty elements. The whole file is held in memory.
"""

import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib import import_module
from itertools import pairwise
from typing import Any, Literal

from matcher import money
from matcher.model import Balance, Problem, StatementEnd, StatementStart, Transaction
from matcher.parsers.base import ParseOptions, RowBatch, Source
from matcher.parsers.ofx.fields import eight_digits
from matcher.parsers.ofx.parser import PARSER
from matcher.parsers.ofx.text import Survey, decoded, survey

CHUNK = 1000
"""Transactions handed to ofxparse at once: its time grows with their square."""

MAX_ENTRIES = 50
"""Differing entries named for one statement; their number is always told."""

Agreement = Literal["ours", "theirs", "unclear"]

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_STATEMENT = re.compile(r"<(?:CC|INV)?STMTRS>", re.IGNORECASE)
_END = "</STMTTRN>"
_BLOCK = re.compile(
    rf"<STMTTRN>(?:(?!<STMTTRN>).)*?{_END}|<STMTTRN>.*?(?=<STMTTRN>|</BANKTRANLIST>|</(?:CC|INV)?STMTRS>|</OFX>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_LEDGER = re.compile(r"<LEDGERBAL>(.*?)(?:</LEDGERBAL>|<AVAILBAL>|</(?:CC|INV)?STMTRS>|\Z)", re.DOTALL | re.IGNORECASE)
_ZONE = re.compile(r"(<DT[A-Z]+>[^<\[\r\n]*)\[[^\]<]*\]?", re.IGNORECASE)
_EMPTY = re.compile(r"<[A-Z0-9.]+\s*/>|<([A-Z0-9.]+)>\s*(?:</\1>|(?=<))", re.IGNORECASE)
_CLOSED_LEAF = re.compile(r"</[A-Z0-9.]+>", re.IGNORECASE)
_IDENTITY = re.compile(r"<FITID>[^<]*", re.IGNORECASE)
_NAMES = "PAYEE|BANKACCTTO|CCACCTTO|CURRENCY|ORIGCURRENCY|IMAGEDATA"
_AGGREGATE = re.compile(rf"<({_NAMES})>.*?</\1>", re.DOTALL | re.IGNORECASE)
_DECIMAL = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
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
class ReadingDifference:
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
    verdict: Agreement
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


@dataclass(frozen=True, slots=True)
class _Block:
    """The source text of one transaction and the line it begins on."""

    text: str
    line: int

    def cell(self, element: str) -> str:
        """What stands after an element's tag."""
        return _cell(self.text, element)


def second_opinion(source: Source, options: ParseOptions) -> list[ReadingDifference]:
    """Reads the file with ofxparse as well and names every difference; an empty list means agreement in all counts, dates and amounts."""
    seen = survey(source)
    text = _plain("".join(decoded(source, seen.codec, seen.errors)))
    ours, problems = _read_ours(source, options)
    parts = list(_parts(text, seen.newline))
    refused = [
        ReadingDifference(
            None, "file", problem.code, "", "ours", f"{problem.message}; its text holds {len(_BLOCK.findall(text))} transactions"
        )
        for problem in problems
        if problem.severity == "fatal"
    ]
    if refused:
        return refused
    if len(ours) != len(parts):
        return [
            ReadingDifference(None, "statements", str(len(ours)), str(len(parts)), "unclear", "statements counted by their opening tags")
        ]
    judge = _Judge(
        seen,
        {problem.line: problem.message for problem in problems if problem.severity == "error" or problem.code == "note.balance_marker"},
        {problem.statement: problem.message for problem in problems if problem.code == "note.balance_missing"},
    )
    differences: list[ReadingDifference] = []
    for number, (part, blocks) in enumerate(parts):
        differences += _compare(number, part, blocks, ours.get(number, _Ours()), judge)
    return differences


def _plain(text: str) -> str:
    """The text without comments and without markup inside CDATA sections, every line keeping its number."""
    text = _COMMENT.sub(lambda match: re.sub(r"[^\r\n]", "", match[0]), text)
    return _CDATA.sub(lambda match: re.sub(r"[<>]", "", match[1]), text)


def _parts(text: str, newline: str) -> Iterator[tuple[str, list[_Block]]]:
    """Every statement's text, up to the next one's start, and its transactions."""
    starts = [match.start() for match in _STATEMENT.finditer(text)]
    line, counted = 1, 0
    for start, end in pairwise([*starts, len(text)]):
        blocks = []
        for match in _BLOCK.finditer(text, start, end):
            line += text.count(newline, counted, match.start())
            counted = match.start()
            blocks.append(_Block(match[0], line))
        yield text[start:end], blocks


def _read_ours(source: Source, options: ParseOptions) -> tuple[dict[int, _Ours], list[Problem]]:
    ours: dict[int, _Ours] = {}
    problems: list[Problem] = []
    for event in PARSER.parse(source, options):
        match event:
            case StatementStart():
                ours[event.statement] = _Ours(event.currency)
            case RowBatch():
                ours[event.statement].rows += [row for row in event.records() if not row.pending]
            case StatementEnd():
                ours[event.statement].closing = event.closing
            case Problem():
                problems.append(event)
    return ours, problems


def _compare(number: int, part: str, blocks: Sequence[_Block], ours: _Ours, judge: "_Judge") -> list[ReadingDifference]:
    """All differences of one statement, sums first, then entries."""
    theirs, closing = _read_theirs(blocks, part)
    differences: list[ReadingDifference] = []
    entries = list(_entries(number, blocks, ours.rows, theirs, judge))
    read = [entry for entry in theirs if entry.amount is not None and entry.amount.is_finite()]
    worst: Agreement = (
        "theirs" if any(e.verdict == "theirs" for e in entries) else "unclear" if any(e.verdict == "unclear" for e in entries) else "ours"
    )
    sums = (
        ("transactions", str(len(ours.rows)), str(len(read))),
        ("credit", f"{_total(ours.rows, 1):f}", f"{sum((e.amount for e in read if e.amount and e.amount > 0), Decimal(0)):f}"),
        ("debit", f"{-_total(ours.rows, -1):f}", f"{-sum((e.amount for e in read if e.amount and e.amount < 0), Decimal(0)):f}"),
    )
    for what, mine, other in sums:
        if Decimal(mine) != Decimal(other):
            differences.append(
                ReadingDifference(number, what, mine, other, worst, f"see the entries below: {len(entries)} of {len(blocks)} differ")
            )
    stated = _decimal_of(ours.closing, ours.currency)
    if stated != closing:
        verdict, reason = judge.closing(number, _cell(_ledger(part), "BALAMT"), stated, closing)
        differences.append(ReadingDifference(number, "closing", _shown(stated), _shown(closing), verdict, reason))
    return differences + entries[:MAX_ENTRIES]


def _total(rows: Sequence[Transaction], sign: int) -> Decimal:
    return sum((_decimal(row) for row in rows if row.amount * sign > 0 or (row.exact and (row.exact[0] == "-") == (sign < 0))), Decimal(0))


def _decimal(row: Transaction) -> Decimal:
    return Decimal(row.exact) if row.exact else money.decimal(row.amount, row.currency)


def _decimal_of(balance: Balance | None, currency: str) -> Decimal | None:
    if balance is None:
        return None
    return Decimal(balance.exact) if balance.exact else money.decimal(balance.amount, currency)


def _entries(
    number: int, blocks: Sequence[_Block], rows: Sequence[Transaction], theirs: Sequence[_Theirs], judge: "_Judge"
) -> Iterator[ReadingDifference]:
    """Differences entry by entry. Our rows come in the file's order, so a block that is not the next row's source was not booked."""
    position = 0
    for index, (block, other) in enumerate(zip(blocks, theirs, strict=True), 1):
        where = f"entry {index} (line {block.line})"
        row = rows[position] if position < len(rows) and _plain(rows[position].raw) == block.text else None
        if row is None:
            if not other.failure:
                verdict, reason = judge.not_booked(block)
                yield ReadingDifference(number, where, "", f"{other.day} {_shown(other.amount)}", verdict, reason)
            continue
        position += 1
        mine = _decimal(row)
        if other.failure:
            verdict, reason = judge.amount(block.cell("TRNAMT"), mine, None)
            yield ReadingDifference(number, where, f"{row.booking_date} {mine:f}", other.failure, verdict, reason)
            continue
        if mine != other.amount:
            verdict, reason = judge.amount(block.cell("TRNAMT"), mine, other.amount)
            yield ReadingDifference(number, f"amount of {where}", f"{mine:f}", _shown(other.amount), verdict, reason)
        if row.booking_date != other.day:
            verdict, reason = judge.day(block.cell("DTPOSTED"), row.booking_date)
            yield ReadingDifference(number, f"date of {where}", str(row.booking_date), str(other.day), verdict, reason)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says who is right, by the source text and by how the file as a whole writes amounts and dates."""

    survey: Survey
    said: Mapping[int, str]
    """What our reading says of the rows that it did not book, by line."""
    said_of_balance: Mapping[int | None, str]
    """What it says of balances that it did not take, by statement."""

    def not_booked(self, block: _Block) -> tuple[Agreement, str]:
        """Whether a row that only ofxparse books was left out for a reason that we name."""
        if block.line in self.said:
            return "ours", self.said[block.line]
        return "theirs", "the entry is missing in our reading and nothing is said of it"

    def amount(self, cell: str, ours: Decimal | None, theirs: Decimal | None) -> tuple[Agreement, str]:
        """Who reads an amount's cell right."""
        marks = self.survey.marks
        if _DECIMAL.fullmatch(cell) and not (marks.comma and "." in cell):
            right = Decimal(cell)
            if right in (ours, theirs):
                return ("ours" if ours == right else "theirs"), "a plain decimal, read as it stands"
            return "unclear", "neither reading is the plain decimal written"
        if theirs is None:
            return "ours", "ofxparse does not read it"
        if not theirs.is_finite():
            return "ours", "not a finite number"
        if ours is None:
            return "ours", "the cell cannot be read with certainty"
        if marks.comma != marks.dot:
            return "ours", f"the file's other amounts show {'a comma' if marks.comma else 'a point'} as decimal mark"
        return "unclear", "the cell is no plain decimal"

    def closing(self, statement: int, cell: str, ours: Decimal | None, theirs: Decimal | None) -> tuple[Agreement, str]:
        """Who reads a closing balance right."""
        if ours is None and statement in self.said_of_balance:
            return "ours", self.said_of_balance[statement]
        return self.amount(cell, ours, theirs)

    def day(self, cell: str, ours: date) -> tuple[Agreement, str]:
        """Who reads a date's cell right."""
        if eight_digits(cell) == ours:
            return "ours", "the bank's own day as written"
        if self.survey.short_order and len(cell) == 6:
            return "ours", "the only order in which all dates of the file are days not after it was made"
        return "unclear", "the date is written in another form than the specification's"


def _read_theirs(blocks: Sequence[_Block], part: str) -> tuple[list[_Theirs], Decimal | None]:
    """What ofxparse makes of every block, and of the closing balance."""
    theirs = [_Theirs(failure="ofxparse does not return it")] * len(blocks)
    closing: Decimal | None = None
    for start in range(0, max(len(blocks), 1), CHUNK):
        chunk = range(start, min(start + CHUNK, len(blocks)))
        statement = _parse([_guarded(blocks[index].text, index) for index in chunk], _ledger(part) if not start else "")
        if isinstance(statement, str):
            for index in chunk:
                theirs[index] = _Theirs(failure=f"ofxparse raises {statement}")
            continue
        for transaction in statement.transactions:
            if (number := _number(transaction.id)) in chunk:
                theirs[number] = _Theirs(transaction.date and transaction.date.date(), Decimal(transaction.amount))
        for discarded in statement.discarded_entries:
            if (number := _number(discarded["content"].find("fitid"))) in chunk:
                theirs[number] = _Theirs(failure="ofxparse discards it")
        if not start:
            closing = getattr(statement, "balance", None)
    return theirs, closing


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
    body = _IDENTITY.sub("", _AGGREGATE.sub("", body))
    return f"<STMTTRN>{_guarded_leaves(body)}<FITID>{index}</STMTTRN>\n"


def _ended(block: str) -> bool:
    return block[-len(_END) :].upper() == _END


def _guarded_leaves(text: str) -> str:
    return _CLOSED_LEAF.sub("", _EMPTY.sub("", _ZONE.sub(r"\1", text)))


def _ledger(part: str) -> str:
    match = _LEDGER.search(part)
    return match[1] if match else ""


def _cell(text: str, element: str) -> str:
    match = re.search(rf"<{element}>([^<]*)", text, re.IGNORECASE)
    return match[1].strip() if match else ""


def _shown(amount: Decimal | None) -> str:
    try:
        return "" if amount is None else f"{amount:f}"
    except InvalidOperation:
        return str(amount)
