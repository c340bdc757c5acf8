"""Commands of credit control by which a person says something of items: disputed, promised, not to be dunned."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from matcher.cli.common import IsoDate, open_books, with_books
from matcher.cli.decide import DRY_RUN, show_made
from matcher.cli.tables import formatted

F = TypeVar("F", bound=Callable[..., Any])


def _noting(command: F) -> F:
    """Adds what each of them takes: --dry-run, --format and the books."""
    command = click.option("--dry-run", is_flag=True, help=DRY_RUN)(command)
    return with_books(formatted(command, forms=("table", "json"), file=False))


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


COMMANDS = (dispute, promise, dunning_hold)
