"""Bank statements in BAI2 (Cash Management Balance Reporting Specifications, version 2).

An account record (03) to its trailer (49) is a statement; the same account comes again for another day, another group or as a
correction. Amounts have no decimal point: the currency tells their places. Every level ends with a control total and a count of
records, and all of them are checked.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import count
from typing import TYPE_CHECKING

from matcher import money
from matcher.errors import MatcherError
from matcher.model import FileInfo, Problem, Severity, StatementEnd, StatementStart, Transaction
from matcher.parsers.bai2.codes import CLOSING_LEDGER, MOVEMENTS, NON_MONETARY, OPENING_LEDGER
from matcher.parsers.bai2.fields import account_of, counterparty, day, detail, fields_of, summaries, whole
from matcher.parsers.bai2.levels import Account, Group, Level, balance, totals, value_date
from matcher.parsers.bai2.records import Record
from matcher.parsers.bai2.runs import HELPERS, Run, as_run, records_and_runs, taken_apart, value_dates
from matcher.parsers.base import BATCH_ROWS, Event, ParseOptions, RowBatch, Source
from matcher.parsers.charset import sniff, text

if TYPE_CHECKING:
    import polars as pl

DEFAULT_CURRENCY = "USD"
"""The currency when neither account nor group names one (specification, record 02)."""

_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?[\s\0]*01,[^,\r\n]*,[^,\r\n]*,\d{6}(?:\d\d)?,[^,\r\n]*,[^,\r\n]*,")
_GROUP = re.compile(rb"[\r\n/]\s*02,")
_NOT_COUNTED = {"2": "a deletion", "4": "a test"}


class Bai2Parser:
    """Reads BAI2 files."""

    name = "bai2"

    def recognise(self, head: bytes, source: Source, options: ParseOptions) -> str:
        """``bai2`` when the file begins with a file header and a group header follows."""
        return "bai2" if _HEAD.match(head) and _GROUP.search(head) else ""

    def parse(self, source: Source, options: ParseOptions) -> Iterator[Event]:
        """The statements of a file."""
        charset = sniff(source)
        yield FileInfo("bai2", charset.name)
        if charset.problem:
            yield charset.problem
        reading = _Reading(options)
        try:
            for piece in records_and_runs(text(source, charset)):
                yield from reading.take_run(piece) if isinstance(piece, Run) else reading.take(piece)
        except MatcherError as error:
            yield Problem(error.code, "fatal", error.what, reading.line)
            return
        yield from reading.finish()


class _Reading:
    """Follows the records of one file.

    Attributes:
        line: where the record begins that is being read.
    """

    def __init__(self, options: ParseOptions) -> None:
        self.line = 0
        self._options = options
        self._numbers = count()
        self._statements = 0
        self._physical = 0
        self._file: Level | None = None
        self._group: Group | None = None
        self._account: Account | None = None
        self._file_day: date | None = None
        self._file_id = ""
        self._seen = False
        self._take = {
            "01": self._file_header,
            "02": self._group_header,
            "03": self._account_header,
            "16": self._transaction,
            "49": self._account_trailer,
            "98": self._group_trailer,
            "99": self._file_trailer,
        }

    def take(self, record: Record) -> Iterable[Event]:
        """Takes a record."""
        self.line = record.line
        self._physical += record.physical
        read = self._take.get(record.code)
        if read is not None:
            return read(record)
        if not self._seen and self._group is None:
            return [self._note("note.syntax", "info", "text in front of the file header was left out")]
        return [self._note("row.invalid", "error", "the line is no record of BAI2 and was left out")]

    def take_run(self, run: Run) -> Iterator[Event]:
        """Takes a run of transactions."""
        for part in taken_apart(run):
            account = self._account
            if isinstance(part, Run) or account is None or not account.plain:
                for record in (part if isinstance(part, Run) else as_run(part)).records():
                    yield from self.take(record)
            else:
                yield from self._columns(part, account)

    def _columns(self, entries: "pl.DataFrame", account: Account) -> Iterator[Event]:
        """Books ordinary transactions of a plain account."""
        import polars as pl

        assert account.day is not None
        if account.rows:
            yield RowBatch(account.number, account.rows)
            account.rows = []
        days, unreadable = value_dates(entries, account.day)
        rows = entries.with_columns(
            days,
            (pl.col("stated") * pl.col("sign")).alias("amount"),
            pl.lit(account.day).alias("booking_date"),
            pl.lit(account.currency).alias("currency"),
        )
        credits = int((rows["amount"] >= 0).sum())
        account.credits += credits
        account.debits += rows.height - credits
        account.total += int(rows["stated"].sum())
        account.unreadable += unreadable
        self._physical += int(rows["lines"].sum())
        self.line = rows["line"][-1]
        yield RowBatch(account.number, rows.drop(HELPERS))

    def finish(self) -> Iterator[Event]:
        """The file is at its end."""
        if not self._seen:
            yield self._note("file.malformed", "fatal", "there is no file header (01)")
        elif level := self._account or self._group or self._file:
            yield self._note("file.cut", "fatal", f"the file ends, and the {level.name} has no trailer yet")
        elif not self._statements:
            yield self._note("file.no_statement", "fatal", "the file holds no account (03)")

    def _note(self, code: str, severity: Severity, message: str) -> Problem:
        return Problem(code, severity, message, self.line, self._account.number if self._account else None)

    def _file_header(self, record: Record) -> Iterator[Event]:
        yield from self._unclosed(self._file, self._group, self._account)
        self._seen = True
        _, _, made, _, self._file_id, _, _, version = fields_of(record, 8)
        self._file = Level("file", self._physical - record.physical)
        self._group = None
        self._file_day = None
        try:
            self._file_day = day(made)
        except MatcherError as error:
            yield self._note(error.code, "warning", f"file header: {error.what}")
        if version not in ("2", ""):
            yield self._note("note.syntax", "warning", f"the file says it is BAI version {version[:5]}, not 2")

    def _group_header(self, record: Record) -> Iterator[Event]:
        yield from self._unclosed(self._group, self._account)
        _, bank, status, as_of, _, currency, _ = fields_of(record, 7)
        group = self._group = Group("group", self._physical - record.physical, currency=currency.upper(), bank=bank)
        if self._file is not None:
            self._file.children += 1
        else:
            yield self._note("row.invalid", "error", "the group stands outside of any file; what was sent with it is unknown")
        try:
            group.day = day(as_of)
            if group.day is None:
                yield self._note("note.date_missing", "info", "the group has no date; the file's date stands in")
        except MatcherError as error:
            yield self._note(error.code, "warning", f"group header: {error.what}; the file's date stands in")
        group.day = group.day or self._file_day
        if status in _NOT_COUNTED:
            group.uncounted = True
            yield self._note("note.group_status", "warning", f"the group is {_NOT_COUNTED[status]}; its lines are not counted")
        elif status == "3":
            yield self._note("note.group_status", "info", "the group corrects one that was sent before")

    def _account_header(self, record: Record) -> Iterator[Event]:
        yield from self._unclosed(self._account)
        group = self._group
        if group is None:
            yield self._note("note.syntax", "warning", "an account stands outside of any group")
            group = Group("group", self._physical, day=self._file_day)
        group.children += 1
        number, own = account_of(record)
        currency = own or group.currency or self._options.currency or DEFAULT_CURRENCY
        account = Account("account", self._physical - record.physical, currency=currency, day=group.day, uncounted=group.uncounted)
        try:
            for summary in summaries(record):
                account.total += summary.amount or 0
                account.stated.setdefault(summary.code, (summary.amount, summary.items))
        except MatcherError as error:
            yield self._note(error.code, "warning", f"balances and totals of the account: {error.what}")
        self._account = account
        self._statements += 1
        if currency not in money.SCALE:
            yield self._note("currency.unknown", "error", f"the account's currency {currency[:10]!r} is not in ISO 4217; it was not read")
            return
        account.number = next(self._numbers)
        number = number or self._options.account
        if not number:
            yield self._note("account.missing", "warning", "the account has no number")
        opening = balance(account, OPENING_LEDGER)
        yield StatementStart(
            account.number, number, currency, opening, group.bank, "", self._file_id, account.day, account.day, record.line
        )

    def _transaction(self, record: Record) -> Iterable[Event]:
        account = self._account
        try:
            if account is None:
                raise MatcherError("row.invalid", "it stands outside of any account")
            row = self._row(record, account)
        except MatcherError as error:
            return [self._note(error.code, "error", f"transaction refused: {error.what}")]
        if row is None:
            return [self._note("note.syntax", "info", "a record with text only (type 890) was left out")]
        rows = account.rows
        rows.append(row)
        if len(rows) < BATCH_ROWS:
            return ()
        account.rows = []
        return [RowBatch(account.number, rows)]

    def _row(self, record: Record, account: Account) -> Transaction | None:
        entry = detail(record)
        if entry.code == NON_MONETARY:
            return None
        stated = whole(entry.amount)
        if stated is None:
            raise MatcherError("row.invalid", "it has no amount")
        account.total += stated
        movement = MOVEMENTS.get(entry.code)
        if movement is None:
            raise MatcherError("value.unknown", f"type code {entry.code[:10]!r} is neither a credit nor a debit")
        if account.number < 0:
            raise MatcherError("currency.unknown", f"the account's currency {account.currency[:10]!r} is not in ISO 4217")
        if account.day is None:
            raise MatcherError("row.invalid", "neither its group nor the file has a date")
        amount = stated * movement.sign
        if not account.uncounted:
            if amount >= 0:
                account.credits += 1
            else:
                account.debits += 1
        name, number, bank = counterparty(entry.labels, amount >= 0) if entry.labels else ("", "", "")
        return Transaction(
            account.day,
            amount,
            account.currency,
            value_date(entry.value_date, account),
            entry.bank_reference,
            name,
            number,
            bank,
            entry.text,
            "",
            entry.labels.get("EREF") or entry.customer_reference,
            "",
            entry.code,
            movement.kind,
            "",
            None,
            "",
            "",
            None,
            None,
            movement.reversal,
            account.uncounted,
            entry.time,
            "",
            record.line,
            record.raw,
        )

    def _account_trailer(self, record: Record) -> Iterator[Event]:
        account = self._account
        if account is None:
            yield self._note("note.syntax", "warning", "an account trailer (49) stands outside of any account")
            return
        total, number = fields_of(record, 2)
        yield from self._check(account, total, self._group)
        yield from self._count_records(account, number)
        yield from self._end_account(account)

    def _end_account(self, account: Account) -> Iterator[Event]:
        self._account = None
        if account.number < 0:
            return
        if account.rows:
            yield RowBatch(account.number, account.rows)
        if account.unreadable:
            yield self._note("note.syntax", "info", f"{account.unreadable} value dates could not be read and were left out")
        yield StatementEnd(account.number, balance(account, CLOSING_LEDGER), totals=totals(account))

    def _group_trailer(self, record: Record) -> Iterator[Event]:
        yield from self._unclosed(self._account)
        group, self._group = self._group, None
        if group is None:
            yield self._note("note.syntax", "warning", "a group trailer (98) stands outside of any group")
            return
        total, children, number = fields_of(record, 3)
        yield from self._check(group, total, self._file)
        yield from self._count_children(group, children, "accounts")
        yield from self._count_records(group, number)

    def _file_trailer(self, record: Record) -> Iterator[Event]:
        yield from self._unclosed(self._group, self._account)
        file, self._file, self._group = self._file, None, None
        if file is None:
            yield self._note("note.syntax", "warning", "a file trailer (99) stands outside of any file")
            return
        total, children, number = fields_of(record, 3)
        yield from self._check(file, total, None)
        yield from self._count_children(file, children, "groups")
        yield from self._count_records(file, number)

    def _unclosed(self, *levels: Level | None) -> Iterator[Event]:
        """Ends what should have been ended by its own trailer, from the inside out."""
        for level in reversed(levels):
            if level is not None:
                yield self._note("statement.totals", "warning", f"the {level.name} has no trailer, so its control total is missing")
                if isinstance(level, Account):
                    if self._group is not None:
                        self._group.total += level.total
                    yield from self._end_account(level)

    def _check(self, level: Level, text: str, parent: Level | None) -> Iterator[Event]:
        """Compares a control total; a blank one is zero. The parent adds up what is stated, so that one fault is told once."""
        try:
            stated = whole(text, bound=False) or 0
        except MatcherError as error:
            yield self._note("statement.totals", "warning", f"control total of the {level.name}: {error.what}")
            return
        if parent is not None:
            parent.total += stated
        if stated != level.total:
            message = f"the control total of the {level.name} is {stated}, its amounts make {level.total}"
            yield self._note("statement.totals", "warning", message)

    def _count_records(self, level: Level, text: str) -> Iterator[Event]:
        counted = self._physical - level.start
        if text and text.lstrip("0") != str(counted):
            message = f"the {level.name} says it has {text[:12]} records, it has {counted}"
            yield self._note("statement.totals", "warning", message)

    def _count_children(self, level: Level, text: str, what: str) -> Iterator[Event]:
        if text and (text.lstrip("0") or "0") != str(level.children):
            message = f"the {level.name} says it has {text[:12]} {what}, it has {level.children}"
            yield self._note("statement.totals", "warning", message)


PARSER = Bai2Parser()
