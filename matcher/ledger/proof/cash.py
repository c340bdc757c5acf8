"""The proof of cash: opening balance, receipts, payments and closing balance of a month, of bank and book, adjusted to one row.

A proof of the closing balance alone does not show a receipt that stands in the wrong month, nor money that was moved at the month's end
and back again; four columns do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from matcher import money
from matcher.ledger.proof import pairing
from matcher.ledger.proof.assemble import Material, prove
from matcher.ledger.proof.records import AccountProof, Proof, Slip, StatedError, TransitList


@dataclass(frozen=True, slots=True)
class Four:
    """Opening, receipts, payments and closing, minor units. Payments are above zero: opening + receipts - payments = closing."""

    opening: int = 0
    receipts: int = 0
    payments: int = 0
    closing: int = 0

    def __add__(self, other: "Four") -> "Four":
        """The sum of both, column by column."""
        return Four(
            self.opening + other.opening, self.receipts + other.receipts, self.payments + other.payments, self.closing + other.closing
        )

    def __sub__(self, other: "Four") -> "Four":
        """What this one has more."""
        return self + Four(-other.opening, -other.receipts, -other.payments, -other.closing)

    @property
    def foots(self) -> bool:
        """Whether the row adds up across."""
        return self.opening + self.receipts - self.payments == self.closing

    def to_dict(self, currency: str) -> dict[str, object]:
        """As a machine is told."""
        return {name: money.render(getattr(self, name), currency) for name in ("opening", "receipts", "payments", "closing")}


@dataclass(frozen=True, slots=True)
class CashRow:
    """A row: of the ``bank`` or the ``book``, and what it is: `balance`, a `TransitList`, ``reversed``, ``error`` or ``adjusted``."""

    side: str
    what: str
    four: Four


@dataclass(frozen=True, slots=True)
class CashProof:
    """The proof of cash of an account for the days after `opening.as_of` to `closing.as_of`.

    Attributes:
        opening, closing: the proofs of both days.
        rows: the bank's, then the book's; each side ends with its adjusted row.
    """

    opening: AccountProof
    closing: AccountProof
    rows: tuple[CashRow, ...]

    def adjusted(self, side: str) -> Four:
        """The adjusted row of a side."""
        return next(row.four for row in self.rows if row.side == side and row.what == "adjusted")

    @property
    def difference(self) -> Four:
        """What the bank's adjusted row has more than the book's."""
        return self.adjusted("bank") - self.adjusted("book")

    @property
    def known(self) -> bool:
        """Whether all four balances have been told by somebody."""
        return self.opening.known and self.closing.known

    @property
    def agrees(self) -> bool:
        """Whether both sides reach one row, by known balances, and each row adds up across."""
        return self.known and self.difference == Four() and all(row.four.foots for row in self.rows)

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        currency = self.closing.currency
        return {
            "account": self.closing.account, "currency": currency, "from": self.opening.as_of.isoformat(),
            "to": self.closing.as_of.isoformat(), "agrees": self.agrees,
            "rows": [{"side": row.side, "what": row.what, **row.four.to_dict(currency)} for row in self.rows],
            "difference": self.difference.to_dict(currency),
        }  # fmt: skip


def prove_month(material: Material, before: date, last: date) -> tuple[Proof, tuple[CashProof, ...]]:
    """The proof on the last day of a month, and the four columns of each account since the day `before` it.

    Raises:
        MatcherError: see `assemble.prove`.
    """
    closing = prove(material, last)
    errors = {one.account: [error for error in one.errors if error.of and _day_of(material, error) <= before] for one in closing.accounts}
    stated = _stated_before(material, before, last)
    opening = prove(replace(material, errors=errors, stated=stated), before)
    both = zip(opening.accounts, closing.accounts, strict=True)
    return closing, tuple(prove_cash(material, *pair) for pair in both)


def _day_of(material: Material, error: StatedError) -> date:
    found: date = material.records.filter((pl.col("side") == error.side) & (pl.col("id") == error.of))["date"].item()
    return found


def _stated_before(material: Material, before: date, last: date) -> Mapping[str, int]:
    """Book balances at the beginning, of those that a person stated for the end: less the entries between, where none was recorded."""
    found = {}
    for account, amount in material.stated.items():
        if not material.balances.filter((pl.col("account") == account) & (pl.col("date") <= before)).is_empty():
            continue
        book = material.records.filter((pl.col("account") == account) & (pl.col("side") == "book"))
        found[account] = amount - _sum(book.filter((pl.col("date") > before) & (pl.col("date") <= last))["amount"])
    return found


def prove_cash(material: Material, opening: AccountProof, closing: AccountProof) -> CashProof:
    """The four columns between two proofs of one account that were made of the same material."""
    mine = material.records.filter(
        (pl.col("account") == closing.account) & (pl.col("date") > opening.as_of) & (pl.col("date") <= closing.as_of)
    )
    rows = []
    for side, other, ours, theirs in (("bank", "book", opening.bank, closing.bank), ("book", "bank", opening.book, closing.book)):
        amounts = mine.filter(pl.col("side") == side)["amount"]
        receipts, payments = _sum(amounts.filter(amounts > 0)), -_sum(amounts.filter(amounts < 0))
        mine_rows = [CashRow(side, "balance", Four(ours.amount or 0, receipts, payments, theirs.amount or 0))]
        lists = [which for which in TransitList if which.side == other]
        mine_rows += [CashRow(side, which.value, _in_transit(which, opening, closing)) for which in lists]
        if side == "book" and (four := _reversals(material, mine)) != Four():
            mine_rows.append(CashRow(side, "reversed", four))
        mine_rows += [CashRow(side, "error", four) for four in _errors(closing, opening, side)]
        total = Four()
        for row in mine_rows:
            total += row.four
        rows += [*mine_rows, CashRow(side, "adjusted", total)]
    return CashProof(opening, closing, tuple(rows))


def _in_transit(which: TransitList, opening: AccountProof, closing: AccountProof) -> Four:
    """What was in transit at the beginning came in the month and belongs before it; what is in transit at the end belongs into it."""
    before, after = opening.total(which), closing.total(which)
    moved = after - before
    receipt = which in (TransitList.BANK_CREDIT, TransitList.BOOK_RECEIPT)
    return Four(before, moved if receipt else 0, 0 if receipt else -moved, after)


def _reversals(material: Material, mine: pl.DataFrame) -> Four:
    """Reversing entries of the month: they are no payments and no receipts, but take back what stands in the other column."""
    cancelled = material.groups.filter(pl.col("by") == pairing.REVERSED)
    dated = material.records.filter(pl.col("side") == "book").join(cancelled, on=["side", "id"])
    later = dated.sort("date", "id").group_by("group", maintain_order=True).last()
    amounts = mine.join(later, on=["side", "id"], how="semi")["amount"]
    paid, received = -_sum(amounts.filter(amounts < 0)), _sum(amounts.filter(amounts > 0))
    return Four(0, -paid - received, -paid - received, 0)


def _errors(closing: AccountProof, opening: AccountProof, side: str) -> list[Four]:
    """Errors that were stated, in the columns that they change."""
    slips = [slip for slip in closing.slips if slip.stated]
    found = []
    for error in closing.errors:
        change = error.amount if error.side == "book" else -error.amount
        slip = next((one for one in slips if one.difference == change and error.of in ("", one.line_id, one.entry_id)), None)
        if slip is not None:
            slips.remove(slip)
        if error.side == side:
            before = max(slip.line_date, slip.entry_date) <= opening.as_of if slip else error in opening.errors
            found.append(Four(error.amount, 0, 0, error.amount) if before else _error(error, slip))
    return found


def _error(error: StatedError, slip: Slip | None) -> Four:
    """An error of the month. Of one without a pair the sign tells the column: too much was paid out, or too much received."""
    if slip is None:
        return Four(0, min(error.amount, 0), -max(error.amount, 0), error.amount)
    wrong, right = slip.entry_amount, slip.line_amount
    if error.side == "bank":
        wrong, right = right, wrong
    return Four(0, max(right, 0) - max(wrong, 0), max(-right, 0) - max(-wrong, 0), error.amount)


def _sum(amounts: pl.Series) -> int:
    return int(amounts.cast(pl.Int128).sum())
