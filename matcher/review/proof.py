"""The proof as people read it: a bank reconciliation statement, the 银行存款余额调节表 with both sides next to each other, four columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from matcher import money
from matcher.ledger.proof.balances import Balance, Source
from matcher.ledger.proof.cash import CashProof
from matcher.ledger.proof.records import AccountProof, Transit, TransitList
from matcher.review import cells

_BALANCE = {
    ("bank", Source.STATEMENT): "balance per bank statement", ("bank", Source.MOVEMENTS): "movements at the bank, no balance known",
    ("bank", Source.UNKNOWN): "balance per bank statement, not known", ("book", Source.ASSUMED): "balance per book, assumed",
    ("book", Source.MOVEMENTS): "movements in the book, no balance known",
}  # fmt: skip
_PER_BOOK = "balance per book"
ADJUSTED = {"bank": "adjusted bank balance", "book": "adjusted book balance"}
ERROR = {"bank": "bank error", "book": "book error"}
DIFFERENCE, UNEXPLAINED = "difference", "explained by nothing"
_ROWS = {
    "balance": "balance", "reversed": "reversed in the book", "error": "error", "adjusted": "adjusted",
    **{which.value: which.words for which in TransitList},
}  # fmt: skip
_LISTS = {"bank": (TransitList.BOOK_RECEIPT, TransitList.BOOK_PAYMENT), "book": (TransitList.BANK_CREDIT, TransitList.BANK_DEBIT)}
"""What is added to a side's balance, and what is taken off it: the other side has it already."""


@dataclass(frozen=True, slots=True)
class Position:
    """A row of the reconciliation statement. `amount` in minor units as it changes the balance; None where it is not known.

    `total` says whether it is a balance, and no item.
    """

    account: str
    currency: str
    side: str
    what: str
    amount: int | None
    id: str = ""
    day: date | None = None
    age: int | None = None
    state: str = ""
    kind: str = ""
    text: str = ""
    cleared: date | None = None
    other_leg: str = ""
    total: bool = False

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        record = {**cells.plain(self), "date": cells.day(self.day), "amount": cells.amount(self.amount, self.currency)}
        return {name: value for name, value in record.items() if name not in ("day", "total")}


def positions(proof: AccountProof) -> tuple[Position, ...]:
    """The reconciliation statement: the bank's side, the book's, the difference, and what it consists of."""
    return (*_side(proof, "bank"), *_side(proof, "book"), *_difference(proof))


def _side(proof: AccountProof, side: str) -> Iterator[Position]:
    balance, adjusted = (proof.bank, proof.adjusted_bank) if side == "bank" else (proof.book, proof.adjusted_book)
    about = (proof.account, proof.currency, side)
    yield Position(*about, _per(side, balance), balance.amount, _origin(balance), proof.as_of, total=True)
    for which in _LISTS[side]:
        for one in proof.of_list(which):
            yield Position(
                *about, which.words, one.amount, one.id, one.day, one.age, "old" if one.old else "", one.what, _text(one), one.cleared,
                one.other_leg,
            )  # fmt: skip
    for error in proof.errors:
        if error.side == side:
            yield Position(*about, ERROR[side], error.amount, error.of, text=error.text)
    yield Position(*about, ADJUSTED[side], adjusted, day=proof.as_of, total=True)


def _per(side: str, balance: Balance) -> str:
    return _BALANCE.get((side, balance.source), _PER_BOOK)


def _difference(proof: AccountProof) -> Iterator[Position]:
    about = (proof.account, proof.currency, "")
    yield Position(*about, DIFFERENCE, proof.difference, total=True)
    for slip in proof.slips:
        if not slip.stated:
            both = f"{slip.line_id[:10]} {_money(slip.line_amount, proof)} / {_money(slip.entry_amount, proof)}"
            yield Position(*about, slip.kind, slip.difference, slip.entry_id, slip.entry_date, text=both)
    if proof.unexplained:
        yield Position(*about, UNEXPLAINED, proof.unexplained)


def _text(one: Transit) -> str:
    return " ".join(filter(None, (one.name, one.text, one.reference if one.reference not in one.text else "")))


def _origin(balance: Balance) -> str:
    return balance.of[:10] if balance.source in (Source.STATEMENT, Source.RECORDED) else ""


def _money(minor: int, proof: AccountProof) -> str:
    return money.render(minor, proof.currency)


@dataclass(frozen=True, slots=True)
class Beside:
    """A row of the 余额调节表: the book's column and the bank's. `what` is a sentence of the program, `text` data. Minor units."""

    book_what: str = ""
    book_text: str = ""
    book_amount: int | None = None
    bank_what: str = ""
    bank_text: str = ""
    bank_amount: int | None = None


_SIGNS = ("add", "less")


def beside(proof: AccountProof) -> tuple[Beside, ...]:
    """Both sides next to each other: balance, what is added, what is taken off, errors, adjusted balance. All amounts as they are added."""
    rows: list[Beside] = []
    for book, bank in zip(_sections(proof, "book"), _sections(proof, "bank"), strict=True):
        for left, right in zip_longest(book, bank, fillvalue=("", "", None)):
            rows.append(Beside(*left, *right))
    return tuple(rows)


_Cell = tuple[str, str, int | None]


def _sections(proof: AccountProof, side: str) -> Iterator[list[_Cell]]:
    balance, adjusted = (proof.bank, proof.adjusted_bank) if side == "bank" else (proof.book, proof.adjusted_book)
    yield [(_per(side, balance), "", balance.amount)]
    for sign, which in zip(_SIGNS, _LISTS[side], strict=True):
        total, factor = proof.total(which), 1 if sign == "add" else -1
        items = [("", f"{one.day.isoformat()} {_text(one) or one.id}", factor * one.amount) for one in proof.of_list(which)]
        yield [(f"{sign}: {which.words}", "", factor * total), *items]
    yield [(ERROR[side], error.text, error.amount) for error in proof.errors if error.side == side]
    yield [(ADJUSTED[side], "", adjusted)]


def four_columns(proof: CashProof) -> tuple[dict[str, object], ...]:
    """The rows of the proof of cash, decimal text: side, what, opening, receipts, payments, closing; the last one is the difference."""
    currency, account = proof.closing.currency, proof.closing.account
    rows = []
    for side, what, four in (*((row.side, row.what, row.four) for row in proof.rows), ("", DIFFERENCE, proof.difference)):
        cells_of = four.to_dict(currency)
        if what in ("balance", "adjusted", DIFFERENCE):
            # a balance that nobody knows is no zero
            cells_of |= {name: None for name, known in _known(proof, side) if not known}
        rows.append({"account": account, "side": side, "what": _ROWS.get(what, what), **cells_of, "currency": currency})
    return tuple(rows)


def _known(proof: CashProof, side: str) -> Iterator[tuple[str, bool]]:
    for name, one in (("opening", proof.opening), ("closing", proof.closing)):
        balances = {"bank": [one.bank], "book": [one.book]}.get(side, [one.bank, one.book])
        yield name, all(balance.amount is not None for balance in balances)
