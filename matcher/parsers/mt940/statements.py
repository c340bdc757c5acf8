"""Messages of MT940 made into statements: pages joined, rows in batches, control totals.

A bank splits a long statement into messages ("pages"): all but the last close with :62M:, all but the first open with :60M:. Pages of
different accounts may alternate in a file.
"""

from dataclasses import dataclass, field
from operator import attrgetter

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Balance, ControlTotals, Problem, StatementEnd, StatementStart, Transaction
from matcher.parsers.base import BATCH_ROWS, Event, RowBatch
from matcher.parsers.mt940.entry import Entry
from matcher.parsers.mt940.fields import WrittenBalance, WrittenSum

_pending = attrgetter("pending")


@dataclass(slots=True)
class Message:
    """What the fields of one message have said so far. `started` says that its statement has begun.

    Attributes:
        opens_page, closes_page: its opening (closing) balance is an intermediate one, :60M: (:62M:).
        closed, ended: a :62a: was seen, an end-of-message mark was seen; late: an entry stood behind either.
        interim: it has fields that only MT942 has.
        null_balance: the bank writes a balance field and says in it that there is none.
        sums: :90C: and :90D: by tag.
        held: entries read before the currency was known.
    """

    line: int
    account: str = ""
    bank: str = ""
    number: str = ""
    currency: str = ""
    opening: WrittenBalance | None = None
    closing: WrittenBalance | None = None
    closing_line: int = 0
    opens_page: bool = False
    closes_page: bool = False
    closed: bool = False
    ended: bool = False
    interim: bool = False
    null_balance: bool = False
    sums: dict[str, WrittenSum] = field(default_factory=dict)
    held: list[Entry] = field(default_factory=list)
    entries: int = 0
    late: bool = False
    started: bool = False

    @property
    def has_body(self) -> bool:
        """Whether the message is past its heading."""
        return self.opening is not None or self.entries > 0 or self.closed or self.ended

    @property
    def expects_balances(self) -> bool:
        """Whether balances belong into the message: MT942 has none."""
        return not self.interim or self.opening is not None or self.closing is not None


@dataclass(slots=True)
class _Statement:
    """A statement that has begun. `counted`: its rows are counted, as it may turn out to be a `report` (MT942) with sums."""

    index: int
    account: str
    number: str
    currency: str
    line: int
    counted: bool
    report: bool = False
    closing: Balance | None = None
    pages: int = 1
    credit: int = 0
    debit: int = 0
    credit_count: int = 0
    debit_count: int = 0
    zero_count: int = 0
    pending: int = 0
    sums: dict[str, WrittenSum] = field(default_factory=dict)


class Statements:
    """Turns messages and rows into the parser's events, appended to `events`; the caller takes those away."""

    def __init__(self, events: list[Event], account: str) -> None:
        self.events = events
        self.count = 0
        self._default_account = account
        self._current: _Statement | None = None
        self._between_pages: dict[str, _Statement] = {}
        self._rows: list[Transaction] = []

    @property
    def index(self) -> int | None:
        """The present statement's number, None between statements."""
        return self._current.index if self._current else None

    def add(self, message: Message, row: Transaction) -> None:
        """A row of the message; begins its statement if it has not begun."""
        if not message.started:
            self.begin(message)
        self._rows.append(row)
        if len(self._rows) >= BATCH_ROWS:
            self._flush()

    def begin(self, message: Message) -> None:
        """Begins the message's statement, or goes on with the one whose next page the message is. Its currency is known."""
        message.started = True
        account = message.account or self._default_account
        opening = self._balance(message.opening, message)
        before = self._between_pages.pop(account, None)
        if before is not None and message.opens_page and _same_statement(before, message):
            if _same_amount(before.closing, opening):
                before.pages += 1
                self._current = before
                return
            text = f"account {account}: this page's opening balance is not the closing balance of the page before it"
            self.events.append(Problem("statement.gap", "warning", text, message.line, before.index))
        if before is not None:
            self._finish(before)
        self._current = _Statement(self.count, account, message.number, message.currency, message.line, counted=opening is None)
        self.count += 1
        self.events.append(
            StatementStart(
                self._current.index,
                account,
                message.currency,
                opening,
                bank=message.bank,
                number=message.number,
                from_date=opening.date if opening else None,
                line=message.line,
            )
        )
        if not account:
            self.events.append(Problem("account.missing", "warning", "the message names no account", message.line, self._current.index))

    def close(self, message: Message) -> None:
        """The message is over: its statement ends, or waits for the next page."""
        if not message.started:
            self.begin(message)
        self._flush()
        statement = self._current
        assert statement is not None
        self._current = None
        statement.closing = self._balance(message.closing, message)
        statement.report = not message.expects_balances
        statement.sums = message.sums if statement.pages == 1 else {}
        if message.closes_page and statement.closing is not None:
            self._between_pages[statement.account] = statement
        else:
            self._finish(statement)

    def finish(self) -> None:
        """The file is over: statements that still wait for a page end with the closing balance of their last one."""
        for statement in self._between_pages.values():
            self._finish(statement)
        self._between_pages.clear()

    def _flush(self) -> None:
        rows, statement = self._rows, self._current
        if not rows or statement is None:
            return
        self.events.append(RowBatch(statement.index, rows))
        self._rows = []
        if not statement.counted:
            statement.pending += sum(map(_pending, rows))
            return
        for row in rows:
            if row.pending:
                statement.pending += 1
            elif row.amount > 0:
                statement.credit += row.amount
                statement.credit_count += 1
            elif row.amount < 0:
                statement.debit -= row.amount
                statement.debit_count += 1
            else:
                statement.zero_count += 1

    def _finish(self, statement: _Statement) -> None:
        if statement.pending:
            text = f"{statement.pending} expected entries are not booked"
            self.events.append(Problem("note.pending", "info", text, statement.line, statement.index))
        totals = self._totals(statement)
        closing = statement.closing
        self.events.append(StatementEnd(statement.index, closing, totals=totals, to_date=closing.date if closing else None))

    def _totals(self, statement: _Statement) -> ControlTotals:
        """The :90C: and :90D: sums, as far as they can be held against the lines.

        An interim report may leave out entries below its floor limit (:34F:), and its sums may run from the last statement on: then they
        exceed the lines without anything being wrong. Sums below the lines are wrong in any report. Entries of nothing are counted on
        neither side.
        """
        credit, debit = statement.sums.get("90C"), statement.sums.get("90D")
        credit_sum, debit_sum = self._minor(credit, statement), self._minor(debit, statement)
        if statement.report:
            pairs = [(credit_sum, statement.credit), (debit_sum, statement.debit)]
            if not statement.zero_count:
                pairs += [(credit.entries, statement.credit_count)] if credit else []
                pairs += [(debit.entries, statement.debit_count)] if debit else []
            excess = [stated - counted for stated, counted in pairs if stated is not None]
            if any(excess) and min(excess) >= 0:
                text = "the report's sums cover more than its lines: entries below its floor limit, or of earlier reports"
                self.events.append(Problem("note.totals", "info", text, statement.line, statement.index))
                return ControlTotals()
        if statement.zero_count:
            return ControlTotals(credit=credit_sum, debit=debit_sum)
        return ControlTotals(None, credit and credit.entries, debit and debit.entries, credit_sum, debit_sum)

    def _minor(self, written: WrittenSum | None, statement: _Statement) -> int | None:
        if written is None or written.currency != statement.currency:
            return None
        try:
            minor, exact = money.parse_exact(written.amount, written.currency)
        except MatcherError:
            return None
        return None if exact else minor

    def _balance(self, written: WrittenBalance | None, message: Message) -> Balance | None:
        if written is None:
            return None
        if written.currency and written.currency != message.currency:
            text = f"a balance is in {written.currency}, the statement in {message.currency}; it was left out"
            self.events.append(Problem("currency.mixed", "warning", text, message.closing_line or message.line, self.index))
            return None
        try:
            return written.balance(message.currency)
        except MatcherError as error:
            self.events.append(Problem(error.code, "error", error.what, message.closing_line or message.line, self.index))
            return None


def _same_statement(page: _Statement, message: Message) -> bool:
    """Whether a message is of the statement that a page is of: the numbers in :28C: agree before the slash, leading zeros aside."""
    first, second = (number.partition("/")[0].strip().lstrip("0") for number in (page.number, message.number))
    return page.currency == message.currency and first == second


def _same_amount(first: Balance | None, second: Balance | None) -> bool:
    return first is not None and second is not None and (first.amount, first.exact) == (second.amount, second.exact)
