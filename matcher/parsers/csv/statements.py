"""Statements of one file: one for each account and currency, numbered in the order they are met, their rows batched."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from matcher.model import Balance, ControlTotals, Problem, StatementEnd, StatementStart, Transaction
from matcher.parsers.base import BATCH_ROWS, Event, RowBatch
from matcher.parsers.csv.balance import RunningBalance

if TYPE_CHECKING:
    import polars as pl

_MOST_FRAMED = 10 * BATCH_ROWS
"""Rows kept back in frames so that a file of many accounts does not fall into batches of a few rows."""


@dataclass
class Outside:
    """What the file says of its statement outside the table's rows."""

    opening: Balance | None = None
    closing: Balance | None = None
    totals: ControlTotals = field(default_factory=ControlTotals)


@dataclass
class _Open:
    number: int
    account: str
    currency: str
    line: int
    rows: list[Transaction] = field(default_factory=list)
    frames: "list[pl.DataFrame]" = field(default_factory=list)
    chain: RunningBalance = field(default_factory=RunningBalance)


class Statements:
    """Collects the rows of a file and yields its events.

    Args:
        template: what is known of every statement before its first row.
    """

    def __init__(self, template: StatementStart) -> None:
        self._template = template
        self._open: dict[tuple[str, str], _Open] = {}
        self._buffered = 0
        self._framed = 0
        self.booked = 0
        self.pending = 0

    def __len__(self) -> int:
        return len(self._open)

    @property
    def currency(self) -> str:
        """The currency of the first statement; empty before it."""
        return next((statement.currency for statement in self._open.values()), "")

    def add(self, account: str, row: Transaction) -> Iterator[Event]:
        """Takes one row; yields what is ready."""
        statement = self._open.get((account, row.currency))
        if statement is None:
            statement, start = self._start(account, row.currency, row.line)
            yield start
        if statement.frames:
            yield from self._release(statement)
        statement.rows.append(row)
        if row.pending:
            self.pending += 1
        else:
            self.booked += 1
            statement.chain.add(row.amount, row.balance, row.booking_date, row.line)
        self._buffered += 1
        if self._buffered >= BATCH_ROWS:
            yield from self.flush()

    def add_frame(self, account: str, currency: str, frame: "pl.DataFrame") -> Iterator[Event]:
        """Takes booked rows of one account and currency as a frame with the columns of `Transaction`."""
        statement = self._open.get((account, currency))
        if statement is None:
            statement, start = self._start(account, currency, int(frame["line"][0]))
            yield start
        if statement.rows:
            yield from self._release(statement)
        statement.frames.append(frame)
        self.booked += frame.height
        self._framed += frame.height
        if frame.height >= BATCH_ROWS or sum(part.height for part in statement.frames) >= BATCH_ROWS:
            yield from self._release(statement)
        elif self._framed >= _MOST_FRAMED:
            yield from self.flush()

    def empty(self, account: str, currency: str, line: int) -> Iterator[Event]:
        """Opens a statement that has no rows."""
        yield self._start(account, currency, line)[1]

    def flush(self) -> Iterator[Event]:
        """Yields the rows collected so far."""
        for statement in self._open.values():
            yield from self._release(statement)

    def finish(self, outside: Outside) -> Iterator[Event]:
        """Yields the rows left, then the end of every statement and what its running balance says."""
        yield from self.flush()
        alone = len(self._open) == 1
        for statement in self._open.values():
            verdict = statement.chain.verdict()
            if verdict.line:
                yield Problem("statement.unbalanced", "warning", _broken(statement, verdict.turned), verdict.line, statement.number)
            elif verdict.opening is None and not (alone and outside.opening and outside.closing):
                message = f"{_name(statement)}: the file gives no balances, so its completeness cannot be proven"
                yield Problem("statement.unproven", "info", message, statement.line, statement.number)
            opening = (outside.opening if alone else None) or verdict.opening
            closing = (outside.closing if alone else None) or verdict.closing
            yield StatementEnd(statement.number, closing=closing, opening=opening, totals=outside.totals if alone else ControlTotals())

    def _release(self, statement: _Open) -> Iterator[Event]:
        """Yields what has been collected of one statement: rows or frames, never both."""
        if statement.rows:
            rows, statement.rows = statement.rows, []
            self._buffered -= len(rows)
            yield RowBatch(statement.number, rows)
        frames, statement.frames = statement.frames, []
        # a chunk of the file in which a column is empty throughout has no such column
        for _, alike in groupby(frames, key=lambda frame: frame.columns):
            frame = _together(list(alike))
            self._framed -= frame.height
            statement.chain.add_frame(frame)
            yield RowBatch(statement.number, frame)

    def _start(self, account: str, currency: str, line: int) -> tuple[_Open, StatementStart]:
        number = len(self._open)
        statement = self._open[account, currency] = _Open(number, account, currency, line)
        return statement, replace(self._template, statement=number, account=account, currency=currency, line=line)


def _together(frames: "list[pl.DataFrame]") -> "pl.DataFrame":
    """One frame of frames with the same columns."""
    import polars as pl

    return pl.concat(frames)


def _name(statement: _Open) -> str:
    return f"account {statement.account}" if statement.account else "the account"


def _broken(statement: _Open, turned: bool) -> str:
    if turned:
        why = "only with credit and debit exchanged; the layout's sign convention is wrong for this file"
        return f"{_name(statement)}: the running balance follows the lines {why}"
    return f"{_name(statement)}: the running balance does not follow from the line before by this line's amount"
