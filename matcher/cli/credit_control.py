"""Commands of credit control: statements of account, and what a person says of items: disputed, promised, not to be dunned."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from matcher.cli.common import IsoDate, as_of_option, did, known_at_option, note, open_books, with_books
from matcher.cli.decide import DRY_RUN, show_made
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, counted, data_record, formatted, show

F = TypeVar("F", bound=Callable[..., Any])


def _printing(command: F) -> F:
    """Adds --format with the forms of these commands."""
    return formatted(command, forms=("table", "json"), file=False)


def _noting(command: F) -> F:
    """Adds what each of them takes: --dry-run, --format and the books."""
    command = click.option("--dry-run", is_flag=True, help=DRY_RUN)(command)
    return with_books(_printing(command))


_WRITTEN = (
    Column("customer_id", "customer", priority=0), Column("name", kind=Kind.TEXT, priority=1), Column("entity", priority=3, once=True),
    Column("documents", kind=Kind.COUNT, priority=2, zeros=True), Column("closing", "balance", Kind.AMOUNT, priority=0, total=True),
    Column("currency", " ", priority=0, once=True), Column("file", kind=Kind.TEXT, priority=1),
)  # fmt: skip


@click.command(name="account-statement")
@click.argument("customers", nargs=-1, metavar="CUSTOMER...")
@click.option("--all", "everybody", is_flag=True, help="Of all customers that have something open.")
@click.option("--from", "since", type=IsoDate(), default=None, metavar="DATE", help="Movements since this day; default: of the month.")
@click.option("-o", "--out", "folder", required=True, metavar="DIR", help="Folder to write to; it is made if it is not there.")
@_printing
@with_books
@as_of_option
@known_at_option
def account_statement(
    customers: tuple[str, ...], folder: str, output: str, since: date | None, as_of: date | None, known_at: str, *, everybody: bool
) -> None:
    """Write statements of account: what a customer owes, document by document, and how it came to that.

    Of each customer and legal entity a page (.html) to be printed or sent, and a workbook (.xlsx) with cells in which the customer agrees,
    or says how much of a document he disputes and why. `import answers` takes that workbook back. --lang is the language of the files.

    \b
    matcher account-statement C104 --lang de -o statements
    matcher account-statement --all --as-of 2026-10-31 -o statements
    """
    if everybody == bool(customers):
        raise click.UsageError("name customers, or say --all")
    with busy("writing statements of account"):
        made = open_books().account_statements(folder, customers, as_of, since=since, known_at=known_at)
    did(files=2 * len(made))
    if output == "json":
        for one in made:
            data_record(one.to_dict())
        return
    rows = [
        one.to_dict() | {"closing": amount, "currency": currency, "file": one.files[1]}
        for one in made
        for currency, amount in one.closing.items()
    ]
    show(rows, _WRITTEN, output)
    note(f"{counted(len(made), 'statement of account', 'statements of account')}, a page and a workbook each.")


@click.command()
@click.argument("items", nargs=-1, required=True, metavar="ITEM[=AMOUNT]...")
@click.option("--settled", is_flag=True, help="What was disputed is settled: nothing of the items is disputed any more.")
@click.option("--reason", default="", metavar="CODE", help="A reason code such as price, quantity or damage.")
@click.option("--note", "said", default="", help="Why, in words; kept in the journal.")
@_noting
def dispute(items: tuple[str, ...], reason: str, said: str, output: str, *, settled: bool, dry_run: bool) -> None:
    """Say that a customer disputes items, or so much of each. No money moves.

    What is disputed stands in the aging's column of that name, in the discrepancies and in statements of account, and is not dunned.
    `undo` takes a dispute back that was a mistake; --settled ends one.
    """
    if not settled and not reason:
        raise click.UsageError("name a reason code with --reason, or say --settled")
    books = open_books()
    show_made(books.dispute(books.wanted(items), reason=reason, note=said, settled=settled, dry_run=dry_run), output, dry_run=dry_run)


@click.command()
@click.argument("items", nargs=-1, required=True, metavar="ITEM[=AMOUNT]...")
@click.option("--until", required=True, type=IsoDate(), metavar="DATE", help="The day by which it is paid.")
@click.option("--reason", default="", help="Who promised it, and how; kept in the journal.")
@_noting
def promise(items: tuple[str, ...], until: date, reason: str, output: str, *, dry_run: bool) -> None:
    """Say that a customer has promised to pay items, or so much of each, by a day. They are not dunned before it is over."""
    books = open_books()
    show_made(books.promise(books.wanted(items), until, reason=reason, dry_run=dry_run), output, dry_run=dry_run)


@click.command(name="dunning-hold")
@click.argument("items", nargs=-1, required=True, metavar="ITEM...")
@click.option("--until", type=IsoDate(), default=None, metavar="DATE", help="The first day on which they are dunned again.")
@click.option("--end", is_flag=True, help="They are dunned again from now on.")
@click.option("--reason", default="", help="Why; kept in the journal.")
@_noting
def dunning_hold(items: tuple[str, ...], until: date | None, reason: str, output: str, *, end: bool, dry_run: bool) -> None:
    """Keep items from being dunned until a day. They are counted and shown all the same."""
    if end == (until is not None):
        raise click.UsageError("name the day with --until, or say --end")
    books = open_books()
    show_made(books.dunning_hold(books.wanted(items), until, reason=reason, dry_run=dry_run), output, dry_run=dry_run)


COMMANDS = (account_statement, dispute, promise, dunning_hold)
