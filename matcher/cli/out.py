"""Commands that give out: export, verify."""

from datetime import date
from typing import TYPE_CHECKING

import click

from matcher.cli.aged import BUCKETS, BY
from matcher.cli.common import as_of_option, data, known_at_option, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Tone, counted, show, with_format
from matcher.codes import CATALOGUE, NEEDS_PERSON

if TYPE_CHECKING:
    from matcher.pipeline.check import Check


@click.command()
@click.argument("what", type=click.Choice(["matches", "aging", "discrepancies", "bridge", "receipts"]), metavar="TARGET")
@click.option("-o", "--out", "path", required=True, metavar="PATH", help="File to write; its ending chooses the form.")
@click.option("--target", default="generic", metavar="NAME", help="For receipts: the ERP to write for.", show_default=True)
@click.option("--month", default="", metavar="YYYY-MM", help="Rows of this month, as of its last day.")
@click.option("--new", is_flag=True, help="Only what was recorded since the last export with --new.")
@click.option("--since", type=click.IntRange(min=0), metavar="BATCH", help="Only what was recorded after this batch: a --new again.")
@click.option("--locale", type=click.Choice(["de", "fr", "zh"]), default=None, help="CSV as a spreadsheet of that language reads it.")
@click.option("--by", type=click.Choice(["due", "document"]), default=None, help=f"For an aging. {BY}  [default: due]")
@click.option("--buckets", default="", metavar="DAYS|years", help=f"For an aging. {BUCKETS}")
@with_books
@as_of_option
@known_at_option
def export(
    what: str, path: str, target: str, as_of: date | None, known_at: str, month: str, locale: str | None, by: str | None, buckets: str,
    *, new: bool, since: int | None,
) -> None:  # fmt: skip
    """Write a file for another system, or for people: TARGET is matches, aging, discrepancies, bridge or receipts.

    \b
    matches        every line and what it was applied to
    aging          every open item with its bucket, and in the base currency at the closing rate
    discrepancies  where money and documents disagree
    bridge         every step from the opening to the closing balance of a month, by customer
    receipts       posted receipts for the ERP (.jsonl or .csv), with external ids, batch count and control totals

    The others are .csv, .xlsx, .parquet, .json or .jsonl. A workbook has real dates and numbers, a filter, and its sums as formulas.
    --locale de and fr write CSV with semicolons and decimal commas, zh with commas; all for a spreadsheet that is double-clicked.

    --month takes of matches and discrepancies what was booked or decided in it; of aging the state of its last day; of receipts all up
    to that day. --new is remembered by the books: the next one begins where it ended; the closing words
    name the batch with which --since makes the same file again.

    Exporting receipts again sends the same documents under the same ids.
    """
    from matcher.pipeline.aged import request

    with busy(f"exporting {what}"):
        aging = request(by or "", buckets)
        done = open_books().export(
            what, path, as_of, target=target, known_at=known_at, month=month, new=new, since=since, locale=locale or "", aging=aging
        )
    for file in done.files:
        data(f"{file}\n")
    if what == "receipts":
        totals = ", ".join(f"{text} {code}" for code, text in done.control_totals.items()) or "nothing"
        note(f"{counted(done.rows, 'document')}, control total {totals}, batch {done.batch_id}.")
    else:
        after = f" recorded after batch {done.since}" if done.since is not None else ""
        note(f"{counted(done.rows, 'row')}{after}.")
    for currency in done.missing:
        note(f"{currency} has no rate: its rows have no amount in the base currency, and there is no sum of it.")
    note(f"Journal head: batch {done.head.batch}, {done.head.hash}.")


_CHECKS = (
    Column("check", kind=Kind.TEXT, priority=0, wrap=True), Column("checked", kind=Kind.COUNT, zeros=True),
    Column("result", kind=Kind.TEXT, priority=0, wrap=True, tone=lambda row: Tone.BAD if row["result"].startswith("FAILS") else Tone.GOOD),
)  # fmt: skip


@click.command()
@with_books
@with_format
@click.option("--head", is_flag=True, help="Check nothing: print number and hash of the journal's latest batch, to be noted elsewhere.")
@click.option("--expect", default="", metavar="HASH", help="Check too that the journal still holds the batch with this hash.")
def verify(output: str, *, head: bool, expect: str) -> None:
    """Recompute everything from the stored rows: what the journal sealed, statement equations, every sum of money.

    \b
    matcher verify --head            prints "batch N HASH": it stands for all that the books hold
    matcher verify --expect HASH     fails when that batch is no longer there, or no longer the same

    Exit status 1 when a check does not hold.
    """
    if head:
        click.echo("batch {} {}".format(*open_books().head()))
        return
    with busy("verifying"):
        checks = open_books().verify(expect)
    rows = [{"check": c.name, "checked": c.checked, "result": _result(c)} for c in checks]
    show(rows, _CHECKS, output)
    failed = [check for check in checks if check.failure]
    if broken := sum(check.code == "verify.failed" for check in failed):
        note(f"verify.failed: {broken} of {len(checks)} checks do not hold. Do not post further; see docs/runbook.md.")
    elif failed:
        note(f"{failed[0].code}: {failed[0].failure}. {CATALOGUE[failed[0].code].next_step}")
    if failed:
        click.get_current_context().exit(NEEDS_PERSON)


def _result(check: "Check") -> str:
    if check.failure:
        return f"FAILS: {check.failure}"
    return f"holds ({check.note})" if check.note else "holds"


COMMANDS = (export, verify)
