"""Commands that give out: export, verify."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.aged import BUCKETS, BY
from matcher.cli.common import as_of_option, data, known_at_option, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Tone, counted, show, with_format
from matcher.codes import CATALOGUE, NEEDS_PERSON
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.exports.erp.base import Refused
    from matcher.exports.erp.records import Document
    from matcher.pipeline.check import Check
    from matcher.pipeline.exports import Exported


_SENDING = (
    Column("external_id", "document", priority=1, least=20), Column("record", "kind", priority=0),
    Column("date", kind=Kind.DATE, priority=2), Column("customer", kind=Kind.TEXT, priority=1),
    Column("amount", kind=Kind.AMOUNT, priority=0, total=True), Column("currency", " ", priority=0, once=True),
    Column("refused", kind=Kind.TEXT, priority=0, wrap=True, tone=lambda row: Tone.BAD),
)  # fmt: skip


@click.command()
@click.argument(
    "what",
    type=click.Choice(
        ["matches", "aging", "discrepancies", "bridge", "proof", "receipts", "dunning", "kpi", "forecast", "journal", "customers"]
    ),
    metavar="TARGET",
)
@click.option("-o", "--out", "path", default="", metavar="PATH", help="File to write; its ending chooses the form.")
@click.option("--target", default="generic", metavar="NAME", help="For receipts the ERP, for customers the CRM.", show_default=True)
@click.option(
    "--all", "everything", is_flag=True, help="For receipts: also all that was sent before and is not accepted, under the same ids."
)
@click.option("--rejected", is_flag=True, help="For receipts: also what the ERP has rejected, as it was.")
@click.option("--skip-unsupported", is_flag=True, help="For receipts: leave out what the ERP has no form for (exit status 1).")
@click.option("--dry-run", is_flag=True, help="For receipts: show what would be sent, and write nothing.")
@click.option("--month", default="", metavar="YYYY-MM", help="Rows of this month, as of its last day.")
@click.option("--new", is_flag=True, help="Only what was recorded since the last export with --new.")
@click.option("--since", type=click.IntRange(min=0), metavar="BATCH", help="Only what was recorded after this batch: a --new again.")
@click.option("--locale", type=click.Choice(["de", "fr", "zh"]), default=None, help="CSV as a spreadsheet of that language reads it.")
@click.option("--by", type=click.Choice(["due", "document"]), default=None, help=f"For an aging. {BY}  [default: due]")
@click.option("--buckets", default="", metavar="DAYS|years", help=f"For an aging. {BUCKETS}")
@with_books
@as_of_option
@known_at_option
def export(what: str, path: str, as_of: date | None, known_at: str, dry_run: bool, **options: Any) -> None:
    """Write a file for another system, or for people: TARGET is one of the words below.

    \b
    matches        every line and what it was applied to
    aging          every open item with its bucket, and in the base currency at the closing rate
    discrepancies  where money and documents disagree
    bridge         every step from the opening to the closing balance of a month, by customer
    proof          every bank line and entry of the cash book, and where the proof has it
    dunning        what may be dunned, document by document, with level, interest and payment code
    kpi            key figures of the month of the day, up to it
    forecast       cash of the next eight weeks, and how right earlier forecasts were
    customers      how each customer stands, for a CRM: open, due, disputed, last payment, days late, money expected
    receipts       posted receipts for the ERP, with external ids, batch count and control totals
    journal        every batch with its hash, for `matcher verify --since` (.jsonl; .csv and .parquet to look at)

    The others are .csv, .xlsx, .parquet, .json or .jsonl. A workbook has real dates and numbers, a filter, and its sums as formulas.
    --locale de and fr write CSV with semicolons and decimal commas, zh with commas; all for a spreadsheet that is double-clicked.

    --month takes of matches and discrepancies what was booked or decided in it; of aging the state of its last day; of receipts all up
    to that day. --new is remembered by the books: the next one begins where it ended; the closing words
    name the batch with which --since makes the same file again.

    Receipts are sent once. What was sent and is not answered is sent again with --all, under the same ids and with the same contents;
    what nobody knows the fate of is never sent again before somebody has asked (see `matcher ack`).
    """
    from matcher.pipeline.aged import request
    from matcher.pipeline.receipts import Sending

    if not path and not dry_run:
        raise MatcherError("usage.option", "name the file to write with -o")
    if what != "receipts" and (dry_run or options["everything"] or options["rejected"] or options["skip_unsupported"]):
        raise MatcherError("usage.option", "--all, --rejected, --skip-unsupported and --dry-run are for receipts")
    how = Sending(options["everything"], options["rejected"], options["skip_unsupported"], dry_run)
    with busy(f"exporting {what}"):
        done = open_books().export(
            what, path or _usual(options["target"]), as_of, target=options["target"], known_at=known_at, month=options["month"],
            new=options["new"], since=options["since"], locale=options["locale"] or "", how=how,
            aging=request(options["by"] or "", options["buckets"]),
        )  # fmt: skip
    if dry_run:
        preview(done.documents, done.refused, "table")
    for file in done.files:
        data(f"{file}\n")
    if what == "receipts":
        _sent(done, dry_run)
    else:
        after = f" recorded after batch {done.since}" if done.since is not None else ""
        note(f"{counted(done.rows, 'row')}{after}.")
    for currency in done.missing:
        note(f"{currency} has no rate: its rows have no amount in the base currency, and there is no sum of it.")
    note(f"Journal head: batch {done.head.batch}, {done.head.hash}.")
    if done.refused:
        click.get_current_context().exit(NEEDS_PERSON)


def _usual(target: str) -> str:
    """Name of a file as the target writes it, for a preview."""
    from matcher.exports import erp

    return f"receipts{(erp.load(target).endings or ('.jsonl',))[0]}"


def preview(documents: "Sequence[Document]", refused: "Sequence[Refused]", output: str) -> None:
    """Documents that would be sent, and those that would not."""
    rows = [_document(one, "") for one in documents] + [_document(one.document, one.why) for one in refused]
    show(rows, _SENDING, output)


def _document(one: "Document", why: str) -> dict[str, Any]:
    from matcher import money

    moved = one.amount or one.applied or sum(part.settled for part in one.parts if part.settled > 0)
    return {
        "external_id": one.external_id, "record": str(one.kind), "date": one.date.isoformat(),
        "customer": f"{one.customer.id} {one.customer.name}".strip(), "amount": money.render(moved, one.currency), "currency": one.currency,
        "refused": why,
    }  # fmt: skip


def _sent(done: "Exported", dry_run: bool) -> None:
    totals = ", ".join(f"{text} {code}" for code, text in done.control_totals.items()) or "nothing"
    note(
        f"{counted(done.rows, 'document')}, control total {totals}, batch {done.batch_id}.{' Dry run: nothing is sent.' if dry_run else ''}"
    )
    for one in done.refused if not dry_run else ():
        note(f"Left out: decision {one.document.decision_id} of {one.document.date.isoformat()}: {one.why}.")
    if done.refused:
        note(f"{counted(len(done.refused), 'document')} left out: the ERP has no form. Book by hand, then see `matcher ack --resolve`.")
    if done.left_sent:
        note(f"{counted(done.left_sent, 'document')} left out that were sent before and have no answer; --all sends them again.")
    if done.left_rejected:
        were = f"{counted(done.left_rejected, 'document')} left out that the ERP rejected"
        note(f"{were}: decide anew, or send them again with --rejected. See `matcher outbox --state rejected`.")
    if done.left_unknown:
        note(f"{counted(done.left_unknown, 'document')} left out of which nobody knows what became. See `matcher outbox --state unknown`.")


_CHECKS = (
    Column("check", kind=Kind.TEXT, priority=0, wrap=True), Column("checked", kind=Kind.COUNT, zeros=True),
    Column("result", kind=Kind.TEXT, priority=0, wrap=True, tone=lambda row: Tone.BAD if row["result"].startswith("FAILS") else Tone.GOOD),
)  # fmt: skip


@click.command()
@with_books
@with_format
@click.option("--head", is_flag=True, help="Check nothing: print number and hash of the journal's latest batch, to be noted elsewhere.")
@click.option("--expect", default="", metavar="HASH", help="Check too that the journal still holds the batch with this hash.")
@click.option("--since", default="", metavar="HEAD", help="Check too that nothing has changed before this head; or a file that holds some.")
def verify(output: str, *, head: bool, expect: str, since: str) -> None:
    """Recompute everything from the stored rows: what the journal sealed, statement equations, every sum of money.

    \b
    matcher verify --head            prints "batch N HASH": it stands for all that the books hold
    matcher verify --expect HASH     fails when that batch is no longer there, or no longer the same
    matcher verify --since HEAD      names the first batch that has changed since "batch N HASH" was noted

    HEAD may be a file with that line in it, with several of them, or a journal that `matcher export journal` has written.

    Exit status 1 when a check does not hold.
    """
    if head:
        click.echo("batch {} {}".format(*open_books().head()))
        return
    with busy("verifying"):
        checks = open_books().verify(expect, since=since)
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
