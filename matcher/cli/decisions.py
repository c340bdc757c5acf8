"""`decisions`: what waits as a file that somebody without a terminal fills in, and the filled-in file played back."""

from typing import TYPE_CHECKING, Any

import click

from matcher.cli.common import IsoDate, data, note, open_books, say, with_books
from matcher.cli.decide import DRY_RUN, show_effects
from matcher.cli.filters import picked, sort_option, with_filters
from matcher.cli.helping import Group
from matcher.cli.progress import busy
from matcher.cli.tables import data_record
from matcher.codes import NEEDS_PERSON

if TYPE_CHECKING:
    from datetime import date

    from matcher.pipeline.decision_file.applying import RowResult


@click.group(cls=Group)
def decisions() -> None:
    """Decisions by file: XLSX or CSV for a colleague who decides in a spreadsheet."""


@decisions.command()
@click.argument("path", metavar="FILE")
@with_books
@click.option("--as-of", type=IsoDate(), metavar="DATE", help="The day to look from; default: today, or the latest line's day if later.")
@with_filters
@click.option("--held", is_flag=True, help="Receipts on hold, in the place of those that wait.")
@sort_option
def export(path: str, as_of: "date | None", sort: str | None, *, held: bool, **asked: Any) -> None:
    """Write what waits to FILE (.xlsx or .csv), a row for each receipt: what the bank said, what is proposed, and numbered choices.

    The columns from `decision` on are to be filled in; docs/accountant.md says how. The last column, hidden in XLSX, says what a row was
    made from: leave it as it is.
    """
    with busy("writing"):
        count = open_books().export_decisions(path, as_of, filters=picked(asked, held=held, sort=sort or ""))
    data(f"{path}\n")
    note(f"{count} receipt{'' if count == 1 else 's'} to decide.")


@decisions.command()
@click.argument("path", metavar="FILE")
@click.option("--dry-run", is_flag=True, help=DRY_RUN)
@click.option("--format", "output", type=click.Choice(["table", "json"]), default="table", help="How to print.")
@with_books
def apply(path: str, output: str, *, dry_run: bool) -> None:
    """Take the decisions that are filled in in FILE, each by itself: .xlsx or .csv, as the spreadsheet has saved it.

    A row whose receipt or proposal has changed since the file was written, or whose cells cannot be understood, is refused with the
    reason; the others are taken. Rows that nothing is filled in are left alone. A file that is read again decides nothing twice.

    Exit status 1 when a row was refused.
    """
    with busy("deciding"):
        results, empty = open_books().apply_decisions(path, dry_run=dry_run)
    refused = [one for one in results if one.result == "refused"]
    if output == "json":
        for one in results:
            data_record(one.to_dict())
    else:
        for one in results:
            _say(one)
        if dry_run:
            show_effects([made for one in results for made in one.made])
    counts = {"decided": "decided", "already": "decided so already", "refused": "refused"}
    told = [f"{sum(one.result == name for one in results)} {words}" for name, words in counts.items()]
    note(f"{path}: {', '.join(told)}, {empty} left empty.{' Dry run: nothing was kept.' if dry_run else ''}")
    if refused:
        click.get_current_context().exit(NEEDS_PERSON)


def _say(one: "RowResult") -> None:
    if one.result == "refused":
        note(f"row {one.number}: {one.code}: {one.what}")
    elif one.result == "already":
        say(f"row {one.number}  line {one.line_id}: {one.what}.")
    for made in one.made:
        say(f"row {one.number}  {made.decision_id}  {made.said}")


COMMANDS = (decisions,)
