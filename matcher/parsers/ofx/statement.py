"""One statement of an OFX file while it is read, and the bank's word on a request."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Balance, Problem, Severity, StatementEnd, StatementStart, Transaction
from matcher.parsers.base import BATCH_ROWS, Event, ParseOptions, RowBatch
from matcher.parsers.ofx.elements import LISTS, OWN_ACCOUNT
from matcher.parsers.ofx.fields import amount, day, is_blank_date
from matcher.parsers.ofx.rows import RowReader, currency_of
from matcher.parsers.ofx.text import Survey

if TYPE_CHECKING:
    import polars as pl

_UNKNOWN_CURRENCY = "XXX"
_OTHER_NAMES = {"BRC": "BRL", "RMB": "CNY", "NIS": "ILS", "STG": "GBP"}
"""Names of currencies that banks write in the place of their ISO 4217 codes."""
_ACCOUNT_TYPES = {"CCSTMTRS": "CREDITCARD", "INVSTMTRS": "INVESTMENT"}
"""Statements whose element says what ACCTTYPE says elsewhere."""


@dataclass(slots=True)
class Status:
    """A STATUS aggregate: what the bank says of one request."""

    line: int
    code: str = ""
    severity: str = ""
    message: str = ""

    def take(self, name: str, text: str) -> None:
        """Keeps one of its leaves."""
        match name:
            case "CODE":
                self.code = text
            case "SEVERITY":
                self.severity = text
            case "MESSAGE":
                self.message = text

    @property
    def failed(self) -> bool:
        """Whether it says anything but 'done'."""
        return bool(self.code.strip("0"))

    def problem(self, beside_statement: bool) -> Problem:
        """The bank's message. Without any statement it is the file's answer; beside one it may mean that another account is missing."""
        severity: Severity = "warning" if beside_statement and self.severity.upper() == "ERROR" else "info"
        message = f"the bank answers {self.code} {self.severity}: {self.message}".rstrip(": ")
        return Problem("file.bank_message", severity, message[:500], self.line)


class OpenStatement:
    """Collects what belongs to one statement and hands out its events in order.

    Args:
        ordinal: number of the statement in the file, from 0.
        element: STMTRS, CCSTMTRS or INVSTMTRS; empty when transactions stand outside any.
        line: where it begins.
        organisation: the bank's name from the sign-on.
        survey: how the file writes amounts and dates.
        options: what the caller knows.
        out: where events are appended.

    Attributes:
        securities: transactions in securities so far, by element.
    """

    def __init__(
        self, ordinal: int, element: str, line: int, organisation: str, survey: Survey, options: ParseOptions, out: list[Event]
    ) -> None:
        self.ordinal = ordinal
        self.securities: Counter[str] = Counter()
        self._element = element
        self._line = line
        self._organisation = organisation
        self._survey = survey
        self._options = options
        self._out = out
        self._leaves: dict[str, str] = {}
        self._currency_line = line
        self._balance: str | None = None
        self._balance_date = ""
        self._balance_line = line
        self._reader: RowReader | None = None
        self._rows: list[Transaction] = []
        self._pending = 0

    def take(self, parent: str, name: str, text: str, line: int) -> None:
        """Keeps one leaf; of account, currency and period the first that is not empty counts."""
        match name:
            case "CURDEF":
                self._currency_line = line
                self._keep(name, text.upper())
            case "BALAMT" if parent == "LEDGERBAL":
                self._balance = text
            case "DTASOF" if parent == "LEDGERBAL":
                self._balance_date = text
            case "DTSTART" | "DTEND" if parent in LISTS:
                self._keep(name, text)
            case "ACCTID" | "BANKID" | "BROKERID" | "BRANCHID" | "ACCTTYPE" if parent in OWN_ACCOUNT:
                self._keep(name, text)

    def has_balance(self, line: int) -> None:
        """A LEDGERBAL begins."""
        self._balance = self._balance or ""
        self._balance_line = line

    def start(self, block: str = "") -> RowReader:
        """Announces the statement, once; `block` is its first transaction if there is one."""
        if self._reader:
            return self._reader
        leaf = self._leaves.get
        currency = self._currency(leaf("CURDEF", ""), block)
        account = leaf("ACCTID") or self._options.account
        if not account:
            self._say("account.missing", "warning", "the statement names no account")
        self._out.append(
            StatementStart(
                self.ordinal,
                account,
                currency,
                bank="/".join(filter(None, (self._organisation, leaf("BANKID") or leaf("BROKERID"), leaf("BRANCHID")))),
                account_type=leaf("ACCTTYPE") or _ACCOUNT_TYPES.get(self._element, ""),
                from_date=self._date("DTSTART"),
                to_date=self._date("DTEND"),
                line=self._line,
            )
        )
        self._reader = RowReader(self.ordinal, currency, self._survey, self._out)
        return self._reader

    def add(self, block: str, line: int, pending: bool) -> None:
        """Reads one transaction."""
        row = (self._reader or self.start(block)).read(block, line, pending)
        if isinstance(row, Problem):
            self._out.append(row)
            return
        self._pending += pending
        self._rows.append(row)
        if len(self._rows) >= BATCH_ROWS:
            self.flush()

    def add_run(self, leaves: "pl.DataFrame", line: int) -> None:
        """Reads the transactions of a run that begins on a line."""
        from matcher.parsers.ofx.columns import booked  # small files need none of its library

        reader = self._reader or self.start(leaves["raw"][0])
        for part in booked(leaves.with_columns(leaves["line"] + line), reader):
            if "amount" in part.columns:
                self.flush()
                self._out.append(RowBatch(self.ordinal, part))
            else:
                for block, at in part.iter_rows():
                    self.add(block, at, pending=False)

    def flush(self) -> None:
        """Hands out the rows read so far."""
        if self._rows:
            self._out.append(RowBatch(self.ordinal, self._rows))
            self._rows = []

    def end(self) -> None:
        """Hands out the rest of the rows, what is to be said of the statement, and its end."""
        reader = self.start()
        self.flush()
        closing = self._closing(reader.currency)
        if reader.without_id:
            self._say("note.identity", "info", f"entries without FITID: {reader.without_id}")
        if reader.against:
            which = "the types are taken, since all amounts have one sign" if reader.by_type else "the signs are taken"
            message = f"entries whose TRNTYPE says another direction than the sign of their amount: {reader.against}; {which}"
            self._say("statement.direction", "warning", message)
        if self._pending:
            self._say("note.pending", "info", f"announced entries, not booked and not counted: {self._pending}")
        if self.securities:
            named = ", ".join(f"{count} {name}" for name, count in sorted(self.securities.items()))
            self._say("note.securities", "info", f"transactions in securities are no bank entries and were left out: {named}")
        self._out.append(StatementEnd(self.ordinal, closing=closing, from_date=self._date("DTSTART"), to_date=self._date("DTEND")))

    def _keep(self, name: str, text: str) -> None:
        if text:
            self._leaves.setdefault(name, text)

    def _date(self, name: str) -> date | None:
        return _day(self._leaves.get(name, ""), self._survey)

    def _currency(self, stated: str, block: str) -> str:
        """CURDEF; else the CURRENCY of the first transaction, else the caller's word, else the code for 'no currency'."""
        if stated in money.SCALE:
            return stated
        if stated in _OTHER_NAMES:
            self._say("note.syntax", "warning", f"CURDEF {stated} is read as {_OTHER_NAMES[stated]}", self._currency_line)
            return _OTHER_NAMES[stated]
        reason = f"CURDEF {stated[:10]!r} is not an ISO 4217 currency code" if stated else "the statement names no currency"
        if currency := currency_of(block):
            self._say("note.currency", "warning", f"{reason}; {currency} is taken from its first transaction", self._currency_line)
            return currency
        if self._options.currency in money.SCALE:
            self._say("note.currency", "info", f"{reason}; {self._options.currency} is what the caller names", self._currency_line)
            return self._options.currency
        self._say("currency.unknown", "warning", f"{reason}; amounts are given without one", self._currency_line)
        return _UNKNOWN_CURRENCY

    def _closing(self, currency: str) -> Balance | None:
        line = self._balance_line
        if self._balance is None:
            if self._element != "INVSTMTRS":
                self._say("note.balance_missing", "info", "the statement has no LEDGERBAL", line)
            return None
        if not self._balance:
            self._say("note.balance_missing", "warning", "LEDGERBAL holds no amount", line)
            return None
        try:
            minor, exact = amount(self._balance, currency, self._survey.marks)
        except MatcherError as error:
            self._say("note.balance_missing", "warning", f"LEDGERBAL cannot be read: {error.what}", line)
            return None
        at = _day(self._balance_date, self._survey)
        if at is None and not is_blank_date(self._balance_date):
            self._say("note.syntax", "info", f"DTASOF {self._balance_date[:40]!r} is not a date; the balance has none", line)
        return Balance(minor, at, exact)

    def _say(self, code: str, severity: Severity, message: str, line: int = 0) -> None:
        self._out.append(Problem(code, severity, message, line or self._line, self.ordinal))


def _day(text: str, survey: Survey) -> date | None:
    try:
        parsed = day(text, survey.short_order)
    except MatcherError:
        return None
    return parsed and parsed.day
