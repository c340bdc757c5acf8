"""Commands that give out: aging, export, verify."""

from datetime import date
from typing import TYPE_CHECKING

import click

from matcher.cli.common import as_of_option, data, heading, known_at_option, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Tone, counted, show, with_format
from matcher.codes import CATALOGUE, NEEDS_PERSON

if TYPE_CHECKING:
    from matcher.pipeline.check import Check


@click.command()
@with_books
@with_format
@as_of_option
@known_at_option
@click.option("--detail", is_flag=True, help="One row for each item instead of each customer.")
def aging(output: str, as_of: date | None, known_at: str, detail: bool) -> None:
    """Aged open items by customer: what is due, since when, and what is paid but not yet applied."""
    from matcher import amounts
    from matcher.cli import aging_columns
    from matcher.ledger.aging import AGING_AMOUNTS

    books = open_books()
    frame = books.aging(as_of, known_at=known_at) if detail else books.aging_summary(as_of, known_at=known_at)
    rendered = amounts.render(frame, dict.fromkeys(AGING_AMOUNTS if detail else frame.columns[4:], "currency"))
    rows = list(rendered.iter_rows(named=True))
    currencies = sorted(frame["currency"].unique())
    named = heading(books, "aged open items", as_of=as_of) if rows else ()
    head = [*named, *([", ".join(currencies)] if len(currencies) > 1 else [])]
    if detail:
        show(rows, aging_columns.DETAIL, output, complete=rendered.columns, head=head)
    else:
        buckets = rendered.columns[4:-4]
        with_overdue = [row | {"overdue": aging_columns.overdue(row, buckets)} for row in rows]
        show(with_overdue, aging_columns.summary(buckets), output, complete=rendered.columns, head=head)
    if not rows:
        note("Nothing is open.")


@click.command()
@click.argument("what", type=click.Choice(["matches", "aging", "discrepancies", "receipts"]), metavar="TARGET")
@click.option("-o", "--out", "path", required=True, metavar="PATH", help="File to write; its ending chooses the form.")
@click.option("--target", default="generic", metavar="NAME", help="For receipts: the ERP to write for.", show_default=True)
@with_books
@as_of_option
@known_at_option
def export(what: str, path: str, target: str, as_of: date | None, known_at: str) -> None:
    """Write a file for another system: TARGET is matches, aging, discrepancies or receipts.

    \b
    matches        every line and what it was applied to (.csv, .parquet, .json, .jsonl)
    aging          every open item with its bucket
    discrepancies  where money and documents disagree
    receipts       posted receipts for the ERP (.jsonl or .csv), with external ids, batch count and control totals

    Exporting receipts again sends the same documents under the same ids.
    """
    with busy(f"exporting {what}"):
        done = open_books().export(what, path, as_of, target=target, known_at=known_at)
    for file in done.files:
        data(f"{file}\n")
    if what == "receipts":
        totals = ", ".join(f"{text} {code}" for code, text in done.control_totals.items()) or "nothing"
        note(f"{counted(done.rows, 'document')}, control total {totals}, batch {done.batch_id}.")
    else:
        note(f"{counted(done.rows, 'row')}.")
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


COMMANDS = (aging, export, verify)
