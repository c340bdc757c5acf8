"""Bank against book: from the balance of the bank's statement to that of the ledger's account, the items in transit, and four columns."""

from collections.abc import Iterable, Sequence

import polars as pl

from matcher import frames
from matcher.exports.pack.record import Check, Checks, Column, Kind, Section, Step, Table, Waterfall
from matcher.ledger.proof.cash import CashProof
from matcher.ledger.proof.records import AccountProof, ProofState, TransitList
from matcher.ledger.proof.words import verdict
from matcher.pipeline import proof
from matcher.pipeline.session import Session
from matcher.store import cash_book
from matcher.store.journal import Known

_ROWS = {
    "balance": "balance", "reversed": "reversed in the book", "error": "error", "adjusted": "adjusted",
    **{which.value: which.words for which in TransitList},
}  # fmt: skip
_TRANSIT: frames.Schema = {
    "account": pl.String(), "currency": pl.String(), "list": pl.String(), "date": pl.Date(), "age": pl.Int64(), "id": pl.String(),
    "name": pl.String(), "text": pl.String(), "amount": pl.Int64(), "cleared": pl.Date(),
}  # fmt: skip
_FOUR = ("opening", "receipts", "payments", "closing")
_CASH: frames.Schema = {
    "account": pl.String(), "currency": pl.String(), "side": pl.String(), "what": pl.String(), **dict.fromkeys(_FOUR, pl.Int64()),
}  # fmt: skip


def section(session: Session, month: str, known: Known | None) -> Section | None:
    """The proof on the last day of the month, and of its receipts and payments; None without a cash book."""
    batch = known.batch if known else None
    if cash_book.entries(session.store, batch).is_empty() and cash_book.balances(session.store, batch).is_empty():
        return None
    proven, cash = proof.cash(session, month, None, known)
    falls = [_fall(one) for one in proven.accounts if one.known]
    checks = Checks("", tuple(_checks(proven.accounts, proven.without)))
    return Section(
        "bank-and-book",
        "Bank against book",
        (*falls, checks, _transits(proven.accounts), _columns(cash)),
        "matcher proof; matcher proof --cash --month",
        "The balance of the statement, with what only one side has, is the balance of the ledger's account. A difference that nothing "
        "explains is named, never plugged.",
    )


def _fall(one: AccountProof) -> Waterfall:
    """From the bank's balance over the adjusted one to the book's."""
    lists = {which: one.total(which) for which in TransitList}
    steps = (
        Step("balance per bank statement", one.bank.amount or 0, level=True),
        Step(TransitList.BOOK_RECEIPT.words, lists[TransitList.BOOK_RECEIPT]),
        Step(TransitList.BOOK_PAYMENT.words, lists[TransitList.BOOK_PAYMENT]),
        Step("bank error", one.error_total("bank")),
        Step("adjusted bank balance", one.adjusted_bank or 0, level=True),
        Step(TransitList.BANK_CREDIT.words, -lists[TransitList.BANK_CREDIT]),
        Step(TransitList.BANK_DEBIT.words, -lists[TransitList.BANK_DEBIT]),
        Step("book error", -one.error_total("book")),
        Step("errors on one side", (one.unexplained or 0) - (one.difference or 0)),
        Step("explained by nothing", -(one.unexplained or 0)),
        Step("balance per book", one.book.amount or 0, level=True),
    )
    kept = tuple(step for step in steps if step.amount or step.level)
    return Waterfall(f"Book {one.account}", f"{one.account}, {one.currency}", one.currency, kept)


def _checks(accounts: Sequence[AccountProof], without: Sequence[str]) -> Iterable[Check]:
    for one in accounts:
        yield Check("bank and book agree", one.state == ProofState.AGREES, verdict(one).rstrip("."))
    for account in without:
        yield Check("bank and book agree", False, f"the cash book says nothing of account {account}")


def _transits(accounts: Sequence[AccountProof]) -> Table:
    rows = [
        (one.account, one.currency, item.list.words, item.day, item.age, item.id, item.name, _text(item.text, item.reference), item.amount,
         item.cleared)
        for one in accounts for item in one.transits
    ]  # fmt: skip
    columns = (
        Column("account", "account"), Column("list", "list", Kind.SENTENCE), Column("date", "date", Kind.DATE),
        Column("age", "days", Kind.COUNT), Column("name", "name", Kind.WIDE), Column("text", "text", Kind.WIDE),
        Column("amount", "amount", Kind.AMOUNT, total=True, strong=True), Column("currency", "currency"),
        Column("cleared", "cleared", Kind.DATE), Column("id", "line or entry", Kind.ID),
    )  # fmt: skip
    return Table("In transit", "Items in transit", columns, frames.of_rows(rows, _TRANSIT), empty="Nothing is in transit.")


def _text(text: str, reference: str) -> str:
    return " ".join(filter(None, (text, reference if reference not in text else "")))


def _columns(proofs: Sequence[CashProof]) -> Table:
    """The proof of cash: each side's row, adjusted to one."""
    rows: list[tuple[object, ...]] = []
    for one in proofs:
        about = (one.closing.account, one.closing.currency)
        for side, what, four in (*((row.side, row.what, row.four) for row in one.rows), ("", "difference", one.difference)):
            rows.append((*about, side, _ROWS.get(what, what), four.opening, four.receipts, four.payments, four.closing))
    columns = (
        Column("account", "account"), Column("currency", "currency"), Column("side", "side", Kind.WORD),
        Column("what", "what", Kind.SENTENCE), *(Column(name, name, Kind.AMOUNT, strong=name == "closing") for name in _FOUR),
    )  # fmt: skip
    note = "Opening + receipts - payments = closing in every row; balances that nobody has told are reckoned from what came in."
    return Table("Proof of cash", "Proof of cash", columns, frames.of_rows(rows, _CASH), note=note, whole=True)
