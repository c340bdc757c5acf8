"""Counts what a parser yields and proves it: balance equation and control totals, statement by statement.

The balance equation is invariant 3 of docs/architecture.md: opening + lines = closing, exactly.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from matcher import money
from matcher.model import Balance, ControlTotals, FileInfo, Problem, StatementEnd, StatementStart, Transaction
from matcher.parsers.base import Event, RowBatch

if TYPE_CHECKING:
    import polars as pl

MAX_PROBLEMS = 1000
"""Problems of one code kept for a file; beyond it they are counted in one closing message."""


@dataclass(slots=True)
class EntryTally:
    """Count, sums and days of entries. Amounts in minor units, `credit` and `debit` positive."""

    count: int = 0
    credit_count: int = 0
    credit: int = 0
    debit: int = 0
    credit_excess: Decimal = Decimal(0)
    debit_excess: Decimal = Decimal(0)
    first_booking_date: date | None = None
    last_booking_date: date | None = None

    def add(self, rows: Sequence[Transaction]) -> None:
        """Counts entries."""
        if not rows:
            return
        amounts = [row.amount for row in rows]
        credits_ = [amount for amount in amounts if amount > 0]
        credit = sum(credits_)
        self.count += len(rows)
        self.credit_count += len(credits_)
        self.credit += credit
        self.debit += credit - sum(amounts)
        for row in rows:
            if row.exact:
                self._add_excess(row)
        days = {row.booking_date for row in rows}
        self.first_booking_date = min(days if self.first_booking_date is None else {*days, self.first_booking_date})
        self.last_booking_date = max(days if self.last_booking_date is None else {*days, self.last_booking_date})

    def _add_excess(self, row: Transaction) -> None:
        excess = abs(Decimal(row.exact)) - abs(money.decimal(row.amount, row.currency))
        if row.exact[0] == "-":
            self.debit_excess += excess
        else:
            self.credit_excess += excess

    def plus(self, other: "EntryTally") -> "EntryTally":
        """Both counted as one."""
        days = ("first_booking_date", "last_booking_date")
        added = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name not in days}
        first = [d for d in (self.first_booking_date, other.first_booking_date) if d is not None]
        last = [d for d in (self.last_booking_date, other.last_booking_date) if d is not None]
        return EntryTally(**added, first_booking_date=min(first, default=None), last_booking_date=max(last, default=None))

    def add_frame(self, frame: "pl.DataFrame") -> None:
        """Counts the entries of a columnar batch."""
        if not frame.height:
            return
        import polars as pl

        amount = pl.col("amount").cast(pl.Int128)
        got = frame.select(
            credit=amount.filter(amount > 0).sum(),
            debit=amount.filter(amount < 0).sum(),
            credit_count=(amount > 0).sum(),
            first=pl.col("booking_date").min(),
            last=pl.col("booking_date").max(),
        ).row(0, named=True)
        self.count += frame.height
        self.credit += int(got["credit"])
        self.debit -= int(got["debit"])
        self.credit_count += got["credit_count"]
        self.first_booking_date = min(filter(None, (self.first_booking_date, got["first"])))
        self.last_booking_date = max(filter(None, (self.last_booking_date, got["last"])))


@dataclass(slots=True)
class StatementTally:
    """What was read of one statement, and what it says of itself.

    Attributes:
        booked: the entries that count.
        pending: announced entries; they count nowhere.
    """

    start: StatementStart
    currency: str
    opening: Balance | None
    closing: Balance | None = None
    totals: ControlTotals = field(default_factory=ControlTotals)
    from_date: date | None = None
    to_date: date | None = None
    ended: bool = False
    booked: EntryTally = field(default_factory=EntryTally)
    pending: EntryTally = field(default_factory=EntryTally)

    def add(self, rows: Sequence[Transaction]) -> None:
        """Counts entries, booked and pending ones apart."""
        pending = [row for row in rows if row.pending]
        self.booked.add([row for row in rows if not row.pending] if pending else rows)
        self.pending.add(pending)

    def add_frame(self, frame: "pl.DataFrame") -> None:
        """Counts the entries of a columnar batch."""
        import polars as pl

        waiting = pl.col("pending") if "pending" in frame.columns else pl.lit(value=False)
        self.booked.add_frame(frame.filter(~waiting))
        self.pending.add_frame(frame.filter(waiting))

    @property
    def precise(self) -> bool:
        """Whether every amount and balance fits the currency's minor units."""
        balances = (b for b in (self.opening, self.closing) if b is not None)
        return not self.booked.credit_excess and not self.booked.debit_excess and not any(b.exact for b in balances)

    @property
    def balanced(self) -> bool | None:
        """Whether opening + lines = closing; None when a balance is missing."""
        if self.opening is None or self.closing is None:
            return None
        return self._exact(self.opening) + self._signed() == self._exact(self.closing)

    def _exact(self, balance: Balance) -> Decimal:
        return Decimal(balance.exact) if balance.exact else money.decimal(balance.amount, self.currency)

    def _signed(self) -> Decimal:
        sums = self.booked
        return money.decimal(sums.credit - sums.debit, self.currency) + sums.credit_excess - sums.debit_excess

    def text(self, minor: int, excess: Decimal = Decimal(0)) -> str:
        """Decimal text of a sum of this statement; one that tells no currency has no lines either."""
        if not self.currency:
            return str(minor)
        return f"{money.decimal(minor, self.currency) + excess:f}" if excess else money.render(minor, self.currency)

    def problems(self) -> Iterator[Problem]:
        """What does not hold: balance equation, then each control total the file states."""
        here, line = self.start.statement, self.start.line
        if not self.precise:
            yield Problem("note.precision", "warning", "an amount or balance has more decimal places than the currency", line, here)
        if self.balanced is False:
            assert self.opening is not None
            assert self.closing is not None
            gap = self._exact(self.closing) - self._exact(self.opening) - self._signed()
            than = f"{abs(gap):f} {self.currency} {'lower' if gap < 0 else 'higher'} than opening balance plus entries"
            message = f"account {self.start.account}: the closing balance is {than}"
            yield Problem("statement.unbalanced", "warning", message, line, here)
        stated, counted = self.totals, self.booked
        for what, expected, actual in (
            ("number of entries", stated.count, counted.count),
            ("number of credits", stated.credit_count, counted.credit_count),
            ("number of debits", stated.debit_count, counted.count - counted.credit_count),
        ):
            if expected is not None and expected != actual:
                yield Problem("statement.totals", "warning", f"the file says {what} {expected}, it holds {actual}", line, here)
        for what, expected, actual in (("sum of credits", stated.credit, counted.credit), ("sum of debits", stated.debit, counted.debit)):
            if expected is not None and expected != actual:
                message = f"the file says {what} {self.text(expected)}, its lines make {self.text(actual)}"
                yield Problem("statement.totals", "warning", message, line, here)


@dataclass
class FileTally:
    """Folds the events of one file. Pass every event through `watch`, then read the attributes."""

    info: FileInfo | None = None
    statements: dict[int, StatementTally] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)

    def watch(self, events: Iterable[Event]) -> Iterator[Event]:
        """Passes events through, counting; the tally's own problems follow each statement's end."""
        for event in events:
            yield event
            match event:
                case RowBatch(statement=number, rows=rows):
                    if isinstance(rows, Sequence):
                        self.statements[number].add(rows)
                    else:
                        self.statements[number].add_frame(rows)
                case StatementStart():
                    self.statements[event.statement] = StatementTally(
                        event, event.currency, event.opening, from_date=event.from_date, to_date=event.to_date
                    )
                case StatementEnd():
                    for problem in self._end(event):
                        self._note(problem)
                        yield problem
                case Problem():
                    self._note(event)
                case FileInfo():
                    self.info = event

    def _end(self, end: StatementEnd) -> Iterator[Problem]:
        tally = self.statements[end.statement]
        tally.ended = True
        tally.currency = end.currency or tally.currency
        tally.opening = end.opening or tally.opening
        tally.closing = end.closing
        tally.totals = end.totals
        tally.from_date = end.from_date or tally.from_date
        tally.to_date = end.to_date or tally.to_date
        yield from tally.problems()

    def _note(self, problem: Problem) -> None:
        seen = self._seen[problem.code] = self._seen.get(problem.code, 0) + 1
        if seen <= MAX_PROBLEMS:
            self.problems.append(problem)
        elif seen == MAX_PROBLEMS + 1:
            self.problems.append(Problem(problem.code, problem.severity, "and further ones of this kind, not listed"))

    @property
    def outcome(self) -> str:
        """`reject`, `partial`, `empty`, `read_with_warnings` or `read`, as in contract section 2."""
        # an amount with more places than its currency was read to its last digit: it is the books that cannot hold it
        worst = {problem.severity for problem in self.problems if problem.code != "note.precision"}
        if "fatal" in worst:
            return "reject"
        if "error" in worst:
            return "partial"
        if not self.statements:
            return "empty"
        return "read_with_warnings" if "warning" in worst else "read"
