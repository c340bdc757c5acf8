"""OFX, QFX and QBO statement files: OFX 1.x (SGML) and OFX 2.x (XML), read by one state machine over one tokenizer.

A file holds any number of statements (STMTRS, CCSTMTRS, INVSTMTRS), often several of one account. OFX states a closing balance
(LEDGERBAL) and no opening one, so the balance equation cannot be told from one file. Of investment statements the bank
transactions are read (INVBANKTRAN); trades and income of securities are counted and named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Balance, FileInfo, Problem, Severity, StatementEnd, StatementStart, Transaction
from matcher.parsers.base import BATCH_ROWS, Batch, Event, ParseOptions, Source
from matcher.parsers.ofx_fields import amount, clean, day, is_blank_date, unescape
from matcher.parsers.ofx_rows import RowReader, currency_of
from matcher.parsers.ofx_text import Survey, decoded, looks_like_ofx, survey
from matcher.parsers.ofx_tokens import STATEMENTS, Kind, Scanner, Token, TokenTooLong

ACCOUNTS = frozenset({"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"})
SECURITY_TRANSACTIONS = frozenset(
    "BUYDEBT BUYMF BUYOPT BUYOTHER BUYSTOCK CLOSUREOPT INCOME INVEXPENSE JRNLFUND JRNLSEC MARGININTEREST REINVEST RETOFCAP "
    "SELLDEBT SELLMF SELLOPT SELLOTHER SELLSTOCK SPLIT TRANSFER".split()
)
_AGGREGATES = (
    STATEMENTS
    | ACCOUNTS
    | frozenset(
        "OFX SONRS FI STATUS STMTTRNRS CCSTMTTRNRS INVSTMTTRNRS BANKMSGSRSV1 CREDITCARDMSGSRSV1 INVSTMTMSGSRSV1 BANKTRANLIST BANKTRANLISTP "
        "INVTRANLIST INVBANKTRAN INVPOSLIST INVBAL BALLIST BAL LEDGERBAL AVAILBAL ACCTINFO SECLIST".split()
    )
)
"""Elements that hold others and matter here. Any other name is taken for a leaf; it then holds no text and its end tag is passed over."""

_WITHOUT_STATEMENT = {
    "ACCTINFO": "a list of accounts",
    "STMTRQ": "a request for a statement",
    "CCSTMTRQ": "a request for a statement",
    "INVSTMTRQ": "a request for a statement",
    "STMTENDRS": "closing information without transactions",
    "CCSTMTENDRS": "closing information without transactions",
    "PROFRS": "a profile of the bank's services",
}
_LISTS = frozenset({"BANKTRANLIST", "INVTRANLIST"})
_OWN = ACCOUNTS | STATEMENTS
"""Where a statement's own account is named; some banks leave the aggregate out."""

_AFTER_BROKEN = frozenset({"STMTTRN", "STMTTRNP", "/BANKTRANLIST", "/BANKTRANLISTP", "/INVBANKTRAN", "/INVTRANLIST"})
"""What may follow a transaction; anything else after one without end tag shows that a part of the file is missing."""

_TRANSACTION = "<STMTTRN>"
_UNKNOWN_CURRENCY = "XXX"
_MAX_TEXT = 65_536
"""Characters of a leaf outside transactions that are kept; no field read here is longer."""


@dataclass
class _Status:
    """A STATUS aggregate: what the bank says of one request."""

    line: int
    code: str = ""
    severity: str = ""
    message: str = ""

    @property
    def failed(self) -> bool:
        """Whether it says anything but 'done'."""
        return bool(self.code.strip("0"))


@dataclass
class _Statement:
    """A statement while it is read."""

    ordinal: int
    element: str
    line: int
    account: str = ""
    bank: str = ""
    branch: str = ""
    account_type: str = ""
    currency: str = ""
    currency_line: int = 0
    from_date: date | None = None
    to_date: date | None = None
    balance: str | None = None
    balance_date: str = ""
    balance_line: int = 0
    reader: RowReader | None = None
    rows: list[Transaction] = field(default_factory=list)
    pending: int = 0
    securities: Counter[str] = field(default_factory=Counter)


class _Reader:
    """Folds tokens into events."""

    def __init__(self, seen: Survey, options: ParseOptions) -> None:
        self._survey = seen
        self._options = options
        self._out: list[Event] = []
        self._stack: list[str] = []
        self._leaf = ""
        self._leaf_line = 0
        self._text = ""
        self._statement: _Statement | None = None
        self._count = 0
        self._organisation = ""
        self._status = _Status(0)
        self._failed: list[_Status] = []
        self._instead: set[str] = set()
        self._transactions = 0
        self._ended = False
        self._cut_line = 0

    def read(self, tokens: Iterable[Token]) -> Iterator[Event]:
        """All events of the file after `FileInfo`."""
        for token in tokens:
            kind = token.kind
            if kind is Kind.BLOCK:
                self._transaction(token)
            elif kind is Kind.OPEN:
                self._opens(token)
            elif kind is Kind.CLOSE:
                self._closes(token.name)
            elif kind is Kind.TEXT or kind is Kind.LITERAL:
                if self._leaf and len(self._text) < _MAX_TEXT:
                    self._text += unescape(token.text) if kind is Kind.TEXT else token.text
                self._transactions += token.text.count(_TRANSACTION)
            elif kind is Kind.BROKEN_BLOCK:
                self._broken(token)
            elif kind is Kind.ENTITY:
                yield Problem("file.hostile", "fatal", "the file defines entities, which are never followed", token.line)
                return
            else:
                self._comment(token)
            if self._out:
                yield from self._out
                self._out.clear()
        yield from self._end_of_file()

    # structure

    def _opens(self, token: Token) -> None:
        self._leaf_ends()
        name = token.name
        if name in _WITHOUT_STATEMENT:
            self._instead.add(name)
        if name not in _AGGREGATES:
            if name in SECURITY_TRANSACTIONS and self._statement and "INVTRANLIST" in self._stack:
                self._statement.securities[name] += 1
            if not token.text.endswith("/>"):
                self._leaf, self._leaf_line, self._text = name, token.line, ""
            return
        if name in STATEMENTS:
            self._statement_ends()
            self._statement = self._new_statement(name, token.line)
        elif name == "STATUS":
            self._status = _Status(token.line)
        elif name == "LEDGERBAL" and self._statement:
            self._statement.balance_line = token.line
            self._statement.balance = self._statement.balance or ""
        elif name == "OFX":
            self._ended = False
        self._stack.append(name)
        if token.text.endswith("/>"):
            self._closes(name)

    def _closes(self, name: str) -> None:
        self._leaf_ends()
        if name in STATEMENTS and name not in self._stack:
            # some banks close CCSTMTRS with </STMTRS>
            name = next((open_name for open_name in reversed(self._stack) if open_name in STATEMENTS), name)
        elif name == "OFX":
            self._ended = True
            self._statement_ends()
        if name not in self._stack:
            return
        while True:
            popped = self._stack.pop()
            if popped in STATEMENTS:
                self._statement_ends()
            elif popped == "STATUS" and self._status.failed:
                self._failed.append(self._status)
            if popped == name:
                return

    def _leaf_ends(self) -> None:
        if not self._leaf:
            return
        name, text = self._leaf, clean(self._text)
        self._leaf = self._text = ""
        parent = self._stack[-1] if self._stack else ""
        if parent == "STATUS":
            match name:
                case "CODE":
                    self._status.code = text
                case "SEVERITY":
                    self._status.severity = text
                case "MESSAGE":
                    self._status.message = text
        elif parent == "FI" and name == "ORG":
            self._organisation = text
        elif self._statement:
            self._statement_leaf(self._statement, parent, name, text)

    def _statement_leaf(self, statement: _Statement, parent: str, name: str, text: str) -> None:
        match name:
            case "CURDEF":
                statement.currency, statement.currency_line = statement.currency or text.upper(), self._leaf_line
            case "BALAMT" if parent == "LEDGERBAL":
                statement.balance = text
            case "DTASOF" if parent == "LEDGERBAL":
                statement.balance_date = text
            case "DTSTART" if parent in _LISTS:
                statement.from_date = statement.from_date or self._date(text)
            case "DTEND" if parent in _LISTS:
                statement.to_date = statement.to_date or self._date(text)
            case "ACCTID" if parent in _OWN:
                statement.account = statement.account or text
            case "BANKID" | "BROKERID" if parent in _OWN:
                statement.bank = statement.bank or text
            case "BRANCHID" if parent in _OWN:
                statement.branch = statement.branch or text
            case "ACCTTYPE" if parent in _OWN:
                statement.account_type = statement.account_type or text

    def _date(self, text: str) -> date | None:
        try:
            found = day(text, self._survey.short_order)
        except MatcherError:
            return None
        return found and found.day

    # statements

    def _new_statement(self, element: str, line: int) -> _Statement:
        self._count += 1
        return _Statement(self._count - 1, element, line)

    def _started(self, statement: _Statement, block: str = "") -> RowReader:
        """The statement's row reader; the first call announces the statement."""
        if statement.reader:
            return statement.reader
        currency = self._currency(statement, block)
        account = statement.account or self._options.account
        if not account:
            self._say("account.missing", "warning", "the statement names no account", statement.line)
        kind = {"CCSTMTRS": "CREDITCARD", "INVSTMTRS": "INVESTMENT"}.get(statement.element, "")
        self._out.append(
            StatementStart(
                statement.ordinal,
                account,
                currency,
                bank="/".join(filter(None, (self._organisation, statement.bank, statement.branch))),
                account_type=statement.account_type or kind,
                from_date=statement.from_date,
                to_date=statement.to_date,
                line=statement.line,
            )
        )
        statement.currency = currency
        statement.reader = RowReader(currency, self._survey)
        return statement.reader

    def _currency(self, statement: _Statement, block: str) -> str:
        """CURDEF; else the CURRENCY of the first transaction, else the caller's word, else the code for 'no currency'."""
        if statement.currency in money.SCALE:
            return statement.currency
        line = statement.currency_line or statement.line
        said = (
            f"CURDEF {statement.currency[:10]!r} is not an ISO 4217 currency code"
            if statement.currency
            else "the statement names no currency"
        )
        if found := currency_of(block):
            self._say("note.currency", "warning", f"{said}; {found} is taken from its first transaction", line)
            return found
        if self._options.currency in money.SCALE:
            self._say("note.currency", "info", f"{said}; {self._options.currency} is what the caller names", line)
            return self._options.currency
        self._say("currency.unknown", "warning", f"{said}; amounts are given without one", line)
        return _UNKNOWN_CURRENCY

    def _statement_ends(self) -> None:
        statement, self._statement = self._statement, None
        if statement is None:
            return
        reader = self._started(statement)
        self._flush(statement)
        closing = self._closing(statement)
        if reader.without_id:
            self._say("note.identity", "info", f"{reader.without_id} entries have no FITID", statement.line, statement.ordinal)
        if statement.pending:
            message = f"{statement.pending} announced entries are not booked and not counted"
            self._say("note.pending", "info", message, statement.line, statement.ordinal)
        if statement.securities:
            named = ", ".join(f"{count} {name}" for name, count in sorted(statement.securities.items()))
            message = f"transactions in securities are no bank entries and were left out: {named}"
            self._say("note.securities", "info", message, statement.line, statement.ordinal)
        self._out.append(StatementEnd(statement.ordinal, closing=closing, from_date=statement.from_date, to_date=statement.to_date))

    def _closing(self, statement: _Statement) -> Balance | None:
        line = statement.balance_line or statement.line
        if statement.balance is None:
            if statement.element != "INVSTMTRS":
                self._say("note.balance_missing", "info", "the statement has no LEDGERBAL", line, statement.ordinal)
            return None
        if not statement.balance:
            self._say("note.balance_missing", "warning", "LEDGERBAL holds no amount", line, statement.ordinal)
            return None
        try:
            minor, exact = amount(statement.balance, statement.currency, self._survey.marks)
        except MatcherError as error:
            self._say("note.balance_missing", "warning", f"LEDGERBAL cannot be read: {error.what}", line, statement.ordinal)
            return None
        at = self._date(statement.balance_date)
        if at is None and not is_blank_date(statement.balance_date):
            message = f"DTASOF {statement.balance_date[:40]!r} is not a date; the balance has none"
            self._say("note.syntax", "warning", message, line, statement.ordinal)
        return Balance(minor, at, exact)

    def _flush(self, statement: _Statement) -> None:
        if statement.rows:
            self._out.append(Batch(statement.ordinal, statement.rows))
            statement.rows = []

    # transactions

    def _transaction(self, token: Token) -> None:
        self._leaf_ends()
        pending = token.name == "STMTTRNP"
        statement = self._statement
        if statement is None:
            self._say("note.syntax", "warning", "a transaction stands outside any statement", token.line)
            statement = self._statement = self._new_statement("", token.line)
        reader = statement.reader or self._started(statement, token.text)
        row = reader.read(token.text, token.line, pending)
        self._transactions += token.text.count(_TRANSACTION)
        if reader.notes:
            self._out += reader.notes
            reader.notes.clear()
        if isinstance(row, Problem):
            self._say(row.code, row.severity, row.message, row.line, statement.ordinal)
            return
        statement.pending += pending
        statement.rows.append(row)
        if len(statement.rows) >= BATCH_ROWS:
            self._flush(statement)

    def _broken(self, token: Token) -> None:
        """A transaction without its end tag: what else is missing with it nobody can know, so it is not booked."""
        self._leaf_ends()
        self._transactions += token.text.count(_TRANSACTION)
        statement = self._statement
        if statement:
            self._started(statement)
        if token.name not in _AFTER_BROKEN:
            self._cut_line = self._cut_line or token.line
        message = "the transaction has no end tag; it and what followed it may be incomplete"
        self._say("row.invalid", "error", message, token.line, statement.ordinal if statement else None)

    def _comment(self, token: Token) -> None:
        if count := token.text.count(_TRANSACTION):
            self._transactions += count
            self._say("note.syntax", "warning", f"{count} transactions stand in a comment and were left out", token.line)

    def _say(self, code: str, severity: Severity, message: str, line: int = 0, statement: int | None = None) -> None:
        self._out.append(Problem(code, severity, message, line, statement))

    # the end

    def _end_of_file(self) -> Iterator[Event]:
        self._leaf_ends()
        complete = self._ended and "OFX" not in self._stack
        if complete:
            self._statement_ends()
        elif self._statement:
            self._started(self._statement)
            self._flush(self._statement)
        self._bank_messages()
        if self._cut_line:
            self._say("file.cut", "fatal", "a transaction breaks off, and with it a part of the file", self._cut_line)
        elif not complete:
            self._say("file.cut", "fatal", "the file ends without </OFX>; transactions may be missing")
        elif self._transactions != self._survey.transactions:
            message = f"the text holds {self._survey.transactions} transactions, {self._transactions} were met while reading"
            self._say("file.malformed", "fatal", message)
        elif not self._count:
            inside = sorted({_WITHOUT_STATEMENT[name] for name in self._instead})
            what = " and ".join(inside) or ("a message of the bank" if self._failed else "an answer to a sign-on")
            self._say("file.no_statement", "info", f"the file holds {what}, no statement")
        yield from self._out

    def _bank_messages(self) -> None:
        for status in self._failed:
            # without any statement the message is the answer; beside one it may mean that another account is missing
            severity: Severity = "warning" if self._count and status.severity.upper() == "ERROR" else "info"
            said = f"the bank answers {status.code} {status.severity}: {status.message}".rstrip(": ")
            self._say("file.bank_message", severity, said[:500], status.line)


class _OfxParser:
    """OFX 1.x and 2.x."""

    name = "ofx"

    def recognise(self, head: bytes, source: Source, options: ParseOptions) -> str:
        """``ofx1`` or ``ofx2``, by the header or the OFX element."""
        return looks_like_ofx(head)

    def parse(self, source: Source, options: ParseOptions) -> Iterator[Event]:
        """The file's statements; see `matcher.parsers.base`."""
        seen = survey(source)
        yield FileInfo(seen.format, seen.encoding)
        yield from seen.problems
        tokens = Scanner(decoded(source, seen.codec, seen.errors), seen.newline)
        try:
            yield from _Reader(seen, options).read(tokens)
        except TokenTooLong as error:
            yield Problem("file.too_large", "fatal", "a transaction or comment never ends, or is longer than a megabyte", error.line)


PARSER = _OfxParser()
