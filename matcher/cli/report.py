"""The command that writes a month's pack."""

from pathlib import Path

import click

from matcher.cli.common import data, known_at_option, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.codes import NEEDS_PERSON


@click.command()
@click.option("--month", required=True, metavar="YYYY-MM", help="The month.")
@click.option("-o", "--out", "directory", required=True, metavar="DIR", help="Directory to write to; it is made if it is not there.")
@with_books
@known_at_option
def report(month: str, directory: str, known_at: str) -> None:
    """Write the month-end pack: one web page that needs nothing beside it, and one workbook.

    What became of every line; the way from the ERP's list and from the bank to what customers owe; statements day by day; aging with
    the month before; the bridge; what waits; refunds due, discounts and returns; who decided, what was cleared without cash and what
    was let through; and who signs. It is in the language of --lang.

    A closed month is told as it was known when it was closed: the same bytes for ever. Exit status 1 when a sum does not come out.
    """
    with busy("reporting the month") as step:
        done = open_books().report(month, Path(directory), known_at=known_at, progress=step)
    for file in done.files:
        data(f"{file}\n")
    note(f"{month}: {done.state}.")
    note(f"Journal head: batch {done.head.batch}, {done.head.hash}.")
    if not done.ties:
        note("A sum of the pack does not come out; its first page says which. Run `matcher verify`.")
        click.get_current_context().exit(NEEDS_PERSON)


COMMANDS = (report,)
