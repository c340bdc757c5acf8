"""Commands `dunning` and `interest`: what may be dunned, and what late interest comes to. Neither moves money."""

from datetime import date
from typing import TYPE_CHECKING

import click

from matcher import languages, money
from matcher.cli.common import as_of_option, heading, known_at_option, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, counted, data_record, for_programs, show, with_format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.credit_control.dunning import DunningLetter
    from matcher.pipeline.credit_control.dunning import DunningList

_LETTER = (
    Column("customer_id", "customer", priority=0), Column("name", kind=Kind.TEXT, priority=2), Column("entity", priority=3, once=True),
    Column("level", kind=Kind.COUNT, priority=0), Column("last_level", "sent before", Kind.COUNT, priority=3),
    Column("documents", kind=Kind.TEXT, priority=1), Column("oldest_due", "oldest due", Kind.DATE, priority=1),
    Column("amount", kind=Kind.AMOUNT, priority=0, total=True), Column("credits", kind=Kind.AMOUNT, priority=3),
    Column("interest", kind=Kind.AMOUNT, priority=2), Column("receipts_waiting", "receipts waiting", Kind.COUNT, priority=1),
    Column("waiting_amount", "of them open", Kind.AMOUNT, priority=3), Column("currency", " ", priority=0, once=True),
    Column("payment_reference", "payment reference", Kind.TEXT, priority=4), Column("our_account", "our account", priority=5),
)  # fmt: skip
_ITEM = (
    Column("customer_id", "customer", priority=0), Column("document_no", "document", priority=0), Column("due_date", "due", Kind.DATE),
    Column("days_late", "days late", Kind.COUNT, priority=1), Column("open_amount", "open", Kind.AMOUNT, priority=1),
    Column("amount", "asked for", Kind.AMOUNT, priority=0, total=True), Column("currency", " ", priority=0, once=True),
    Column("level", kind=Kind.COUNT, priority=0), Column("last_level", "sent before", Kind.COUNT, priority=3),
    Column("last_sent", "sent on", Kind.DATE, priority=4), Column("left_out", "left out", Kind.TEXT, priority=0, wrap=True),
    Column("note", kind=Kind.TEXT, priority=2, wrap=True), Column("item_id", "item", priority=4), Column("entity", priority=4, once=True),
)  # fmt: skip
_LETTER_COMPLETE = (
    "customer_id", "name", "entity", "currency", "level", "last_level", "documents", "oldest_due", "amount", "credits", "interest",
    "payment_reference", "our_account", "payment_code", "receipts_waiting", "waiting_amount",
)  # fmt: skip
_ITEM_COMPLETE = (
    "customer_id", "entity", "item_id", "document_no", "issue_date", "due_date", "days_late", "currency", "open_amount", "amount", "level",
    "last_level", "last_sent", "payment_reference", "left_out", "note",
)  # fmt: skip
_INTEREST = (
    Column("customer_id", "customer", priority=0), Column("document_no", "document", priority=0), Column("due_date", "due", Kind.DATE),
    Column("days", kind=Kind.COUNT, priority=1), Column("open_amount", "open", Kind.AMOUNT, priority=1, zeros=True),
    Column("interest", kind=Kind.AMOUNT, priority=0, total=True, zeros=True), Column("currency", " ", priority=0, once=True),
    Column("fixed", "lump sum", Kind.TEXT, priority=1),
    Column("profile", priority=2), Column("note", kind=Kind.TEXT, priority=1, wrap=True), Column("item_id", "item", priority=4),
    Column("entity", priority=4, once=True),
)  # fmt: skip
_INTEREST_COMPLETE = (
    "customer_id", "entity", "item_id", "document_no", "due_date", "days", "currency", "open_amount", "interest", "fixed",
    "fixed_currency", "profile", "note",
)  # fmt: skip
_SEGMENT = (
    Column("document_no", "document", priority=0, once=True), Column("first", "from", Kind.DATE, priority=0),
    Column("last", "to", Kind.DATE, priority=0), Column("days", kind=Kind.COUNT, priority=0),
    Column("open_amount", "open", Kind.AMOUNT, priority=0), Column("percent", "per cent", priority=0), Column("per", priority=0),
)  # fmt: skip


@click.command()
@with_books
@with_format
@as_of_option
@known_at_option
@click.option("--customer", default="", metavar="ID", help="Only this customer's.")
@click.option("--detail", is_flag=True, help="One row for each document instead of each customer.")
@click.option("--left-out", is_flag=True, help="The overdue documents that are not dunned, and why.")
@click.option("--sent", is_flag=True, help="Record that these letters were sent: what was dunned at a level is not listed at it again.")
@click.option("--dry-run", is_flag=True, help="With --sent: keep nothing.")
def dunning(
    output: str, as_of: date | None, known_at: str, customer: str, *, detail: bool, left_out: bool, sent: bool, dry_run: bool
) -> None:
    """What may be dunned on a day, by customer and level. Nothing is sent from here.

    Levels go by days past due ([dunning] levels in matcher.toml; 7, 21, 35 unless said). Left out is what is disputed, promised, on hold,
    or on its way: a receipt is proposed for it, an advice announces it, or money of the customer that is not applied covers it. Credits
    and receipts that wait are shown beside what is asked for; nothing is set off. Too little to ask for are documents below [dunning]
    least_amount and customers below least_total. `export dunning` writes the documents to a file.
    """
    if sent and known_at:
        raise click.UsageError("--sent records what is known now, and takes no --known-at")
    books = open_books()
    with busy("listing what may be dunned"):
        made, decided = books.dunning(as_of, customer=customer, known_at=known_at, sent=sent, dry_run=dry_run)
    head = heading(books, "dunning list", as_of=as_of)
    if detail or left_out:
        items = made.dunning.left_out if left_out else [item for letter in made.dunning.letters for item in letter.items]
        told = str if for_programs(output) else languages.sentence
        rows = [item.to_dict() | {"left_out": told(item.left_out), "note": told("; ".join(item.notes))} for item in items]
        show(rows, _ITEM, output, complete=_ITEM_COMPLETE, head=head if rows else ())
    else:
        rows = list(_letters(made))
        waits = any(row["receipts_waiting"] for row in rows)
        columns = _LETTER if waits else tuple(one for one in _LETTER if one.name not in ("receipts_waiting", "waiting_amount"))
        show(rows, columns, output, complete=_LETTER_COMPLETE, head=head if rows else ())
    note(f"{counted(len(made.dunning.letters), 'letter')}.")
    if made.dunning.left_out and not left_out:
        out = counted(len(made.dunning.left_out), "overdue document is left out", "overdue documents are left out")
        note(f"{out}: matcher dunning --left-out says why.")
    if unseen := made.waiting.unseen_said():
        note(f"Receipts that no run has looked at: {unseen}. Run matcher run first, so that nobody is asked for money that is here.")
    if decided:
        note(f"{counted(len(decided), 'document was recorded as dunned', 'documents were recorded as dunned')}.")
    if dry_run:
        note("Dry run: nothing was kept.")


def _letters(made: "DunningList") -> "Iterator[dict[str, object]]":
    from matcher.pipeline.credit_control.dunning import reference_of
    from matcher.pipeline.credit_control.receipts_waiting import Waiting

    for letter in made.dunning.letters:
        code = made.codes[letter.customer_id, letter.entity, letter.currency]
        waits = made.waiting.of.get((letter.customer_id, letter.entity, letter.currency), Waiting())
        yield {
            "customer_id": letter.customer_id, "name": letter.name, "entity": letter.entity, "currency": letter.currency,
            "level": letter.level, "last_level": letter.last_level or None,
            "documents": " ".join(item.document_no or item.item_id for item in letter.items),
            "oldest_due": letter.oldest_due.isoformat(), "amount": money.render(letter.amount, letter.currency),
            "credits": money.render(letter.credits, letter.currency) if letter.credits else "",
            "interest": _interest(made, letter), "payment_reference": reference_of(letter),
            "our_account": made.accounts[letter.entity, letter.currency], "payment_code": code,
            "receipts_waiting": waits.receipts or None,
            "waiting_amount": money.render(waits.amount, letter.currency) if waits.receipts else "",
        }  # fmt: skip


def with_currency(record: dict[str, object], amount: str, currency: str, output: str) -> dict[str, object]:
    """The record; for people its amount has its currency beside it, which need not be that of the row."""
    if for_programs(output) or not record[amount]:
        return record
    return record | {amount: f"{record[amount]} {record[currency]}"}


def _interest(made: "DunningList", letter: "DunningLetter") -> str:
    found = [made.interest[item.item_id].interest for item in letter.items if item.item_id in made.interest]
    return money.render(sum(found), letter.currency) if found else ""


@click.command()
@click.argument("items", nargs=-1, metavar="ITEM...")
@with_books
@with_format
@as_of_option
@known_at_option
@click.option("--customer", default="", metavar="ID", help="All open items of this customer.")
@click.option("--detail", is_flag=True, help="The days, balances and rates that it is reckoned from.")
def interest(items: tuple[str, ...], output: str, as_of: date | None, known_at: str, customer: str, *, detail: bool) -> None:
    """Late interest on items, on a customer's open ones, or on all open ones: a proposal, which is never posted.

    Each day after the due date bears interest on what was open the day before, by the law of the customer's country or by what
    [interest] in matcher.toml says; it is rounded once for each document. A lump sum that the law gives is shown beside it. What is
    not known is said, and nothing is reckoned for it. See docs/credit_control.md.
    """
    books = open_books()
    with busy("reckoning interest"):
        found = books.interest(items, as_of, customer=customer, known_at=known_at)
    head = heading(books, "late interest, proposed", as_of=as_of) if found else ()
    if output == "json":
        for one in found:
            data_record(one.to_dict())
    elif detail:
        rows = [part | {"document_no": one.document_no} for one in found for part in one.parts()]
        show(rows, _SEGMENT, output, head=head)
    else:
        told = str if for_programs(output) else languages.sentence
        rows = [with_currency(one.to_dict(), "fixed", "fixed_currency", output) | {"note": told("; ".join(one.notes))} for one in found]
        show(rows, _INTEREST, output, complete=_INTEREST_COMPLETE, head=head)
    if not found:
        note("No interest: nothing of these is overdue.")
    elif not for_programs(output):
        note("A proposal: nothing was posted.")


COMMANDS = (dunning, interest)
