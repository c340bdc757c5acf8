"""The levels of a BAI2 file while it is read: file, group and account, and what the trailer of each must agree with."""

from dataclasses import dataclass, field
from datetime import date

from matcher.errors import MatcherError
from matcher.model import Balance, ControlTotals, Transaction
from matcher.parsers.bai2.codes import TOTAL_CREDITS, TOTAL_DEBITS
from matcher.parsers.bai2.fields import day


@dataclass(slots=True)
class Level:
    """One level of the file with what its trailer must agree with.

    Attributes:
        name: for messages.
        start: physical records in front of it.
        total: sum of amounts (account), or of the stated totals of the level below.
        children: groups of the file, accounts of a group.
    """

    name: str
    start: int
    total: int = 0
    children: int = 0


@dataclass(slots=True)
class Group(Level):
    """`uncounted`: it is a test or a deletion, and its lines count nowhere."""

    day: date | None = None
    currency: str = ""
    bank: str = ""
    uncounted: bool = False


@dataclass(slots=True)
class Account(Level):
    """`number` is the statement's ordinal, -1 when it cannot be read; `stated` are amount and items by type code."""

    number: int = -1
    currency: str = ""
    day: date | None = None
    uncounted: bool = False
    rows: list[Transaction] = field(default_factory=list)
    stated: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    credits: int = 0
    debits: int = 0
    unreadable: int = 0

    @property
    def plain(self) -> bool:
        """Whether its transactions are booked by what they say alone."""
        return self.number >= 0 and self.day is not None and not self.uncounted


def balance(account: Account, code: str) -> Balance | None:
    """A stated balance; those of a group that is not counted would not fit its lines."""
    amount = account.stated.get(code, (None, None))[0]
    return None if amount is None or account.uncounted else Balance(amount, account.day)


def value_date(text: str, account: Account) -> date | None:
    """A transaction's value date, ``0`` being the account's day; one that cannot be read is counted and left out."""
    if not text or text == "0":
        return account.day if text else None
    try:
        return day(text)
    except MatcherError:
        account.unreadable += 1
        return None


def totals(account: Account) -> ControlTotals:
    """Total credits and debits, where the stated number of items says that they are about the lines of this statement.

    Many banks send totals with only some of the transactions, or with none.
    """
    credit, credits = account.stated.get(TOTAL_CREDITS, (None, None))
    debit, debits = account.stated.get(TOTAL_DEBITS, (None, None))
    return ControlTotals(
        credit=credit if credits == account.credits and credits else None,
        debit=debit if debits == account.debits and debits else None,
    )
