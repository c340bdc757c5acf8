"""The command that holds the bank against the ledger's cash book: proof."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from matcher import languages, money
from matcher.cli.common import as_of_option, did, heading, known_at_option, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Said, Tone, counted, data_record, for_programs, show, with_format
from matcher.cli.tables.standard import ten
from matcher.codes import NEEDS_PERSON
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from matcher.books import Books
    from matcher.ledger.proof.cash import CashProof
    from matcher.ledger.proof.records import AccountProof, Proof

_FORMS = ("statement", "table", "cash")
_POSITIONS = (
    Column("what", " ", Kind.TEXT, priority=0, wrap=True), Column("date", kind=Kind.DATE, priority=1),
    Column("age", "days", Kind.COUNT, priority=2, tone=lambda row: Tone.BAD if row["state"] else Tone.PLAIN),
    Column("state", " ", priority=2, tones={"old": Tone.BAD}), Column("text", kind=Kind.TEXT, priority=1),
    Column("kind", priority=3), Column("cleared", "cleared on", Kind.DATE, priority=3), Column("id", priority=1, shown=ten),
    Column("amount", kind=Kind.AMOUNT, priority=0, zeros=True), Column("currency", " ", priority=0, once=True),
)  # fmt: skip
_COMPLETE = (
    "account", "side", "what", "id", "date", "age", "state", "kind", "text", "cleared", "other_leg", "amount", "currency",
)  # fmt: skip
_BESIDE = (
    Column("book", kind=Kind.TEXT, priority=0, wrap=True), Column("book_amount", "amount", Kind.AMOUNT, priority=0, zeros=True),
    Column("bank", kind=Kind.TEXT, priority=0, wrap=True), Column("bank_amount", "amount", Kind.AMOUNT, priority=0, zeros=True),
    Column("currency", " ", priority=0, once=True),
)  # fmt: skip
_CASH = (
    Column("side", priority=0), Column("what", " ", Kind.TEXT, priority=0, wrap=True),
    *(Column(name, kind=Kind.AMOUNT, priority=0, zeros=True) for name in ("opening", "receipts", "payments", "closing")),
    Column("currency", " ", priority=0, once=True),
)  # fmt: skip
_SHOWN = 5
"""Hints and slips that are said below a proof."""


@click.command()
@with_books
@with_format
@as_of_option
@known_at_option
@click.option("--month", default="", metavar="YYYY-MM", help="The proof of cash of this month; with another --form as of its last day.")
@click.option(
    "--account", multiple=True, metavar="ID", help="Only this account, by id or number; repeatable. Default: all of the cash book."
)
@click.option("--form", type=click.Choice(_FORMS), default=None, help="How to set it; default: statement, table in Chinese.")
@click.option("--book-balance", multiple=True, metavar="ACCOUNT=AMOUNT", help="The ledger's balance of an account on the day; repeatable.")
@click.option("--keep", is_flag=True, help="Keep these errors: the proofs of this day and of later ones know them.")
@click.option("--withdraw", multiple=True, metavar="ID", help="A kept error that is none from this day on; repeatable.")
@click.option(
    "--error", multiple=True, metavar="SIDE=AMOUNT:TEXT",
    help="An error that the proof corrects, as in 'book=180.00:cheque 1402'; @ID behind the amount names a line or entry; repeatable.",
)  # fmt: skip
def proof(
    output: str, as_of: date | None, known_at: str, month: str, account: tuple[str, ...], form: str | None, book_balance: tuple[str, ...],
    error: tuple[str, ...], withdraw: tuple[str, ...], *, keep: bool,
) -> None:  # fmt: skip
    """Bank lines held against the ledger's cash book (`import book`): what only one side has, and whether both agree.

    \b
    --form statement   bank reconciliation statement: both balances, each adjusted by what only the other side has
    --form table       the same with both sides next to each other (银行存款余额调节表)
    --form cash        four columns of a month: opening, receipts, payments, closing

    No amount is ever plugged: what is left is named as one that nothing explains. The book's balance is --book-balance, else a row of kind
    `balance` in the cash book's file and the entries after it. Without either nothing is proven, and the proof says what it assumes.

    An error that is stated with --error is of this proof alone; --keep keeps it, with who stated it and when. A kept one holds until its
    line or entry is corrected, or until it is withdrawn.

    Exit status 1 when the sides differ, or a balance is not known.
    """
    from matcher.ledger.periods import last_day

    if month and as_of:
        raise MatcherError("usage.option", "--month has a day of its own; leave --as-of out")
    if known_at and (keep or withdraw):
        raise click.UsageError("what is kept or withdrawn is known from now on, and takes no --known-at")
    chosen = form or ("cash" if month else "table" if languages.language() == "zh" else "statement")
    books = open_books()
    said: dict[str, Any] = {"accounts": account, "balances": book_balance, "errors": error, "known_at": known_at}
    said |= {"keep": keep, "withdraw": withdraw}
    columns: tuple[CashProof, ...] = ()
    with busy("proving"):
        if chosen == "cash":
            month = month or f"{as_of or books.today():%Y-%m}"
            result, columns = books.proof_of_cash(month, **said)
        else:
            result = books.proof(last_day(month) if month else as_of, **said)
    if columns:
        _show_cash(books, columns, output)
    elif output == "json":
        for one in result.accounts:
            data_record(one.to_dict())
    elif chosen == "table" and not for_programs(output):
        _show_beside(books, result, output)
    else:
        _show_statement(books, result, output)
    did(accounts=len(result.accounts), differing=sum(bool(one.difference) for one in result.accounts))
    _say(result, columns)
    if not result.agrees or not all(one.agrees for one in columns):
        click.get_current_context().exit(NEEDS_PERSON)


def _head(books: "Books", account: str, as_of: date) -> tuple[str, ...]:
    return heading(books, "bank reconciliation", account, as_of=as_of)


def _show_statement(books: "Books", result: "Proof", output: str) -> None:
    from matcher.review.proof import positions

    rows = [[position.to_dict() for position in positions(one)] for one in result.accounts]
    if for_programs(output):
        show([row for part in rows for row in part], _POSITIONS, output, complete=_COMPLETE)
        return
    for one, part in zip(result.accounts, rows, strict=True):
        used = [column for column in _POSITIONS if column.name not in ("kind", "cleared", "state") or any(row[column.name] for row in part)]
        show(part, used, output, complete=_COMPLETE, head=_head(books, one.account, one.as_of), title=_title(result, one.account))


def _title(result: "Proof", account: str) -> str:
    return f"Account {account}" if len(result.accounts) > 1 else ""


def _show_beside(books: "Books", result: "Proof", output: str) -> None:
    from matcher.review.proof import beside

    for one in result.accounts:
        rows = [
            {
                "book": Said(row.book_what) if row.book_what else row.book_text, "book_amount": _amount(row.book_amount, one),
                "bank": Said(row.bank_what) if row.bank_what else row.bank_text, "bank_amount": _amount(row.bank_amount, one),
                "currency": one.currency,
            }
            for row in beside(one)
        ]  # fmt: skip
        show(rows, _BESIDE, output, head=_head(books, one.account, one.as_of), title=_title(result, one.account))


def _amount(minor: int | None, proof: "AccountProof") -> str | None:
    return None if minor is None else money.render(minor, proof.currency)


def _show_cash(books: "Books", columns: Sequence["CashProof"], output: str) -> None:
    from matcher.review.proof import four_columns

    if output == "json":
        for one in columns:
            data_record(one.to_dict())
        return
    complete = ("account", "side", "what", "opening", "receipts", "payments", "closing", "currency")
    if for_programs(output):
        show([row for one in columns for row in four_columns(one)], _CASH, output, complete=complete)
        return
    for one in columns:
        head = heading(books, "proof of cash", one.closing.account, as_of=one.closing.as_of)
        title = f"Account {one.closing.account}" if len(columns) > 1 else ""
        show(four_columns(one), _CASH, output, complete=complete, head=head, title=title)


def _say(result: "Proof", columns: Sequence["CashProof"]) -> None:
    from matcher.ledger.proof.pairing import BY_DAY, BY_SUM
    from matcher.ledger.proof.words import verdict

    for one in result.accounts:
        note(verdict(one))
        for slip in [slip for slip in one.slips if not slip.stated][:_SHOWN]:
            change, opposite = (money.render(sign * slip.difference, one.currency) for sign in (1, -1))
            of = f"{one.account}:" if len(result.accounts) > 1 else ""
            note(f"{slip.entry_id}: say which side is wrong, --error '{of}book={change}:TEXT' or --error '{of}bank={opposite}:TEXT'.")
        for error in [error for error in one.errors if error.id][:_SHOWN]:
            note(f"{error.id}, kept by {error.by} on {error.on}: {error.side}={money.render(error.amount, one.currency)}, {error.text}.")
        for hint in one.hints[:_SHOWN]:
            note(f"{hint}.")
        weak = {by: count for by, count in one.by if by in (BY_DAY, BY_SUM)}
        if n := weak.get(BY_DAY):
            note(f"{counted(n, 'pair')} by amount and day alone; of equal amounts the order of days says which is which.")
        if n := weak.get(BY_SUM):
            note(f"{counted(n, 'group')} by a sum alone.")
        if old := sum(item.old for item in one.transits):
            note(f"{counted(old, 'item')} in transit for too long, marked old.")
    for four in columns:
        if not four.agrees and four.closing.difference == 0 and four.known:
            note(f"Account {four.closing.account}: the columns differ, although the closing balances agree.")
    if result.without:
        note(f"No cash book for: {', '.join(result.without)}.")


COMMANDS = (proof,)
