"""The proof of an account as records: balances, the four lists, what is wrong, and whether both sides agree."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import polars as pl

from matcher import money
from matcher.ledger.proof.balances import Balance, Source


class TransitList(StrEnum):
    """What only one side has. `side` is who has it; `words` are people's.

    The Chinese form names the same four: 银行已收企业未收, 银行已付企业未付, 企业已收银行未收, 企业已付银行未付.
    """

    side: str
    words: str

    def __new__(cls, word: str, side: str = "", words: str = "") -> "TransitList":
        """A word and its properties."""
        made = str.__new__(cls, word)
        made._value_, made.side, made.words = word, side, words
        return made

    BANK_CREDIT = "bank_credit_not_booked", "bank", "bank credited, not booked"
    BANK_DEBIT = "bank_debit_not_booked", "bank", "bank debited, not booked"
    BOOK_RECEIPT = "book_receipt_not_at_bank", "book", "booked receipt, not at bank"
    BOOK_PAYMENT = "book_payment_not_at_bank", "book", "booked payment, not at bank"


class ProofState(StrEnum):
    """Whether the sides of an account agree."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNPROVEN = "unproven"  # a balance is assumed or not known: nothing is proven


@dataclass(frozen=True, slots=True)
class Transit:
    """A line or an entry that the other side has not: an item in transit.

    Attributes:
        list: which of the four.
        id: of the line or entry.
        day: booking date.
        amount: minor units, as its own side has it: money in above zero.
        age: days from its date to the day of the proof.
        old: whether it is older than `[proof] old_after_days`.
        what: what it is, as far as known: a word of `states.LineClass` or `states.Outcome`.
        name: of the other party.
        text: of the bank, or of the book.
        reference: of the bank, or of the book.
        cleared: the later day on which the other side has it; None where it has not, as far as known.
        matched_with: what it then is on the other side, separated by spaces.
        other_leg: of a transfer between two of our accounts the line or entry on the other account.
    """

    list: TransitList
    id: str
    day: date
    amount: int
    age: int
    old: bool
    what: str = ""
    name: str = ""
    text: str = ""
    reference: str = ""
    cleared: date | None = None
    matched_with: str = ""
    other_leg: str = ""

    def to_dict(self, currency: str) -> dict[str, object]:
        """As a machine is told."""
        return {
            "list": self.list.value, "side": self.list.side, "id": self.id, "date": self.day.isoformat(),
            "amount": money.render(self.amount, currency), "age": self.age, "old": self.old, "what": self.what, "name": self.name,
            "text": self.text, "reference": self.reference, "cleared": self.cleared.isoformat() if self.cleared else "",
            "matched_with": self.matched_with, "other_leg": self.other_leg,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slip:
    """A line and an entry that are the same money with an error on one side; see `slips`. Amounts in minor units.

    `stated` says whether a person has said which side is wrong; its amount then stands among the errors.
    """

    line_id: str
    entry_id: str
    line_date: date
    entry_date: date
    line_amount: int
    entry_amount: int
    kind: str
    stated: bool = False

    @property
    def difference(self) -> int:
        """By how much the bank's amount is above the book's."""
        return self.line_amount - self.entry_amount

    def to_dict(self, currency: str) -> dict[str, object]:
        """As a machine is told."""
        amounts = {name: money.render(getattr(self, name), currency) for name in ("line_amount", "entry_amount", "difference")}
        return {
            "line_id": self.line_id, "entry_id": self.entry_id, "line_date": self.line_date.isoformat(),
            "entry_date": self.entry_date.isoformat(), **amounts, "kind": self.kind, "stated": self.stated,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatedError:
    """An error that a person names: of the ``book`` or the ``bank``, what its balance is changed by (minor units), and why.

    `of` is the line or entry that is wrong as a whole and will be taken back; it then is no item in transit. `id`, `by` and `on` (ISO
    date) are of one that is kept: see `kept`.
    """

    side: str
    amount: int
    text: str
    of: str = ""
    id: str = ""
    by: str = ""
    on: str = ""

    def to_dict(self, currency: str) -> dict[str, object]:
        """As a machine is told."""
        kept = {"error_id": self.id, "actor": self.by, "kept_on": self.on}
        return {"side": self.side, "amount": money.render(self.amount, currency), "text": self.text, "of": self.of, **kept}


@dataclass(frozen=True, slots=True)
class AccountProof:
    """The proof of one account on one day. Amounts in minor units of its currency.

    Attributes:
        account, currency, as_of: of what.
        bank: the statement balance.
        book: the book balance.
        transits: the four lists: by list, then by date.
        slips: pairs with an error on one side.
        errors: what a person stated.
        paired: lines and entries up to the day that are paired or cancel each other.
        by: how many groups of those were found by what.
        hints: sentences on what may be behind a difference.
    """

    account: str
    currency: str
    as_of: date
    bank: Balance
    book: Balance
    transits: tuple[Transit, ...] = ()
    slips: tuple[Slip, ...] = ()
    errors: tuple[StatedError, ...] = ()
    paired: int = 0
    by: tuple[tuple[str, int], ...] = ()
    hints: tuple[str, ...] = ()

    def of_list(self, which: TransitList) -> tuple[Transit, ...]:
        """The items of one list."""
        return tuple(one for one in self.transits if one.list == which)

    def total(self, which: TransitList) -> int:
        """Sum of one list; payments are below zero."""
        return sum(one.amount for one in self.of_list(which))

    def error_total(self, side: str) -> int:
        """Sum of the errors that were stated of a side."""
        return sum(one.amount for one in self.errors if one.side == side)

    @property
    def adjusted_bank(self) -> int | None:
        """Statement balance, with what only the book has and the bank's errors."""
        if self.bank.amount is None:
            return None
        return self.bank.amount + self.total(TransitList.BOOK_RECEIPT) + self.total(TransitList.BOOK_PAYMENT) + self.error_total("bank")

    @property
    def adjusted_book(self) -> int | None:
        """Book balance, with what only the bank has and the book's errors."""
        if self.book.amount is None:
            return None
        return self.book.amount + self.total(TransitList.BANK_CREDIT) + self.total(TransitList.BANK_DEBIT) + self.error_total("book")

    @property
    def difference(self) -> int | None:
        """By how much the adjusted bank balance is above the adjusted book balance; None where a balance is not known."""
        if self.adjusted_bank is None or self.adjusted_book is None:
            return None
        return self.adjusted_bank - self.adjusted_book

    @property
    def unexplained(self) -> int | None:
        """What of the difference is no slip that was found: an amount that nothing explains."""
        if self.difference is None:
            return None
        return self.difference - sum(slip.difference for slip in self.slips if not slip.stated)

    @property
    def state(self) -> ProofState:
        """Whether both sides agree, and by balances that somebody has told."""
        if self.difference:
            return ProofState.DIFFERS
        return ProofState.AGREES if self.known else ProofState.UNPROVEN

    @property
    def known(self) -> bool:
        """Whether somebody has told both balances."""
        return self.bank.source == Source.STATEMENT and self.book.source in (Source.STATED, Source.RECORDED)

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        names = ("adjusted_bank", "adjusted_book", "difference", "unexplained")
        amounts = {name: _text(getattr(self, name), self.currency) for name in names}
        totals = {which.value: money.render(self.total(which), self.currency) for which in TransitList}
        return {
            "account": self.account, "currency": self.currency, "as_of": self.as_of.isoformat(), "state": self.state.value,
            "bank_balance": _text(self.bank.amount, self.currency), "bank_balance_from": self.bank.source.value,
            "book_balance": _text(self.book.amount, self.currency), "book_balance_from": self.book.source.value, **amounts,
            "totals": totals, "items": [one.to_dict(self.currency) for one in self.transits],
            "slips": [one.to_dict(self.currency) for one in self.slips], "errors": [one.to_dict(self.currency) for one in self.errors],
            "paired": self.paired, "paired_by": dict(self.by), "hints": list(self.hints),
        }  # fmt: skip


def _text(amount: int | None, currency: str) -> str:
    return "" if amount is None else money.render(amount, currency)


PLACED = {
    "account": pl.String(), "currency": pl.String(), "side": pl.String(), "list": pl.String(), "id": pl.String(), "date": pl.Date(),
    "amount": pl.Int64(), "age": pl.Int64(), "old": pl.Boolean(), "what": pl.String(), "name": pl.String(), "text": pl.String(),
    "reference": pl.String(), "matched_with": pl.String(), "matched_by": pl.String(), "cleared": pl.Date(),
}  # fmt: skip
"""Where every line and entry up to the day is: in one of the four lists, ``paired``, ``reversed``, ``slip`` or ``error``."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of the accounts that have a cash book.

    Attributes:
        as_of: the day.
        accounts: one each.
        placed: columns of `PLACED`: every line and entry once.
        without: accounts with lines of the bank of which the cash book says nothing.
    """

    as_of: date
    accounts: tuple[AccountProof, ...]
    placed: pl.DataFrame = field(repr=False)
    without: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether all accounts agree."""
        return all(one.state == ProofState.AGREES for one in self.accounts)

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        accounts: Sequence[AccountProof] = self.accounts
        return {"as_of": self.as_of.isoformat(), "accounts": [one.to_dict() for one in accounts], "without": list(self.without)}
