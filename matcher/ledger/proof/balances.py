"""The two balances that a proof begins with: the bank's on a day, by its statements, and the book's, by what a person or the file said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import polars as pl

from matcher.ledger.trail import Step

_BEFORE = timedelta(31)
"""How long before the first entry that is known a statement's opening balance is the balance of a day."""

BALANCE = {"account": pl.String(), "date": pl.Date(), "amount": pl.Int64(), "entry_id": pl.String()}
"""Balances of the book that its file told: at the end of a day."""


class Source(StrEnum):
    """Where a balance comes from."""

    STATEMENT = "statement"  # closing balance of a statement, with the lines after it
    STATED = "stated"  # by a person, with the command
    RECORDED = "recorded"  # a row of the cash book's file, with the entries after it
    ASSUMED = "assumed"  # the first statement's opening balance, with the entries
    MOVEMENTS = "movements"  # none is known: the sum of what came in
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance at the end of a day, minor units; None where it is not known.

    Attributes:
        amount: of it.
        source: where it comes from.
        of: id of the statement, or of the row of the cash book.
        since: day of the balance from which it was reckoned.
    """

    amount: int | None
    source: Source
    of: str = ""
    since: date | None = None


def statement_balance(steps: Sequence[Step], lines: pl.DataFrame, day: date) -> Balance:
    """The bank's balance at the end of a day.

    Args:
        steps: the account's chain (`chain.in_order`).
        lines: all lines of the account that count: statement_id, date, amount.
        day: the day.
    """
    until = lines.filter(pl.col("date") <= day)
    ended = [place for place, step in enumerate(steps) if step.last <= day]
    if not ended:
        if not steps or day < steps[0].first - _BEFORE:
            return Balance(None, Source.UNKNOWN)
        return Balance(steps[0].opening + _sum(until), Source.STATEMENT, steps[0].statement_id, steps[0].first)
    last = steps[ended[-1]]
    told = [step.statement_id for step in steps[: ended[-1] + 1]]
    later = [step.statement_id for step in steps[ended[-1] + 1 :]]
    beside = ~pl.col("statement_id").is_in(told) & (pl.col("date") > last.last)
    after = until.filter(pl.col("statement_id").is_in(later) | beside)
    return Balance(last.closing + _sum(after), Source.STATEMENT, last.statement_id, last.last)


def book_balance(stated: int | None, recorded: pl.DataFrame, entries: pl.DataFrame, day: date, opening: Step | None) -> Balance:
    """The book's balance at the end of a day: as stated, else as recorded, else as the first statement lets assume.

    Args:
        stated: by a person for just this day.
        recorded: rows of `BALANCE` of the account.
        entries: all entries of the account: date, amount.
        day: the day.
        opening: the first statement of the account's chain; None without one.
    """
    if stated is not None:
        return Balance(stated, Source.STATED, since=day)
    until = entries.filter(pl.col("date") <= day)
    known = recorded.filter(pl.col("date") <= day).sort("date").tail(1)
    for since, amount, name in known.select("date", "amount", "entry_id").iter_rows():
        return Balance(amount + _sum(until.filter(pl.col("date") > since)), Source.RECORDED, name, since)
    if opening is not None:
        return Balance(opening.opening + _sum(until), Source.ASSUMED, opening.statement_id, opening.first)
    return Balance(_sum(until), Source.MOVEMENTS)


def _sum(frame: pl.DataFrame) -> int:
    return int(frame["amount"].cast(pl.Int128).sum())
