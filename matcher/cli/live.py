"""Commands that call an ERP: push, pull."""

from typing import TYPE_CHECKING

import click

from matcher.cli.common import did, heading, note, open_books, reason_option, with_books
from matcher.cli.importing import remarks, show_result
from matcher.cli.out import preview
from matcher.cli.outbox import TAKEN, TAKEN_COLUMNS, taken_row
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, counted, show, with_format
from matcher.codes import NEEDS_PERSON
from matcher.errors import MatcherError
from matcher.states import Answered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matcher.books import Books
    from matcher.pipeline.live.pushing import Pushed

_REFUSED = (
    Column("customer_id", "customer", priority=0), Column("currency", " ", priority=1, once=True),
    Column("message", "what the system says", Kind.TEXT, priority=0, wrap=True, least=16),
)  # fmt: skip
_TARGET = click.option("--target", required=True, metavar="NAME", help="The ERP; docs/erp.md lists those that can be called.")


@click.command()
@click.argument("what", default="receipts", type=click.Choice(["customers", "receipts"]))
@with_books
@with_format
@_TARGET
@click.option("--all", "everything", is_flag=True, help="Also what a file has sent and nobody has answered, if the ERP does not have it.")
@click.option("--rejected", is_flag=True, help="Also what the ERP has rejected, as it was.")
@click.option("--skip-unsupported", is_flag=True, help="Leave out what the ERP has no form for (exit status 1).")
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and call nothing.")
def push(what: str, output: str, target: str, *, everything: bool, rejected: bool, skip_unsupported: bool, dry_run: bool) -> None:
    """Send the documents of the outbox to the ERP by calls of its interface, and take its answers in.

    With `customers`, tell a CRM how each customer stands today, as `matcher export customers` writes it: every row again, under keys that
    never change. Nothing is recorded of that, and the options for documents do not go with it.

    Nothing is booked twice: each document is recorded as sent before it is called, and one whose answer was lost is looked for there by
    its external id before anything is repeated. A push that was broken off, or killed, is taken up again by the same command.

    Address and settings stand in [target.NAME.api] of matcher.toml; keys and tokens only in environment variables
    (MATCHER_ERPNEXT_KEY) or in the system keyring. Needs the extra erp: pip install 'matcher-recon[erp]'.

    Exit status 1 when a document was rejected or left out, or nobody knows what became of it; 5 when the ERP cannot be reached or takes no
    more calls: what was done stays, and the same command goes on.
    """
    from matcher.pipeline.receipts import Sending

    books = open_books()
    if what == "customers":
        if everything or rejected or skip_unsupported:
            raise MatcherError("usage.option", "--all, --rejected and --skip-unsupported are for documents")
        _push_customers(books, target, output, dry_run=dry_run)
        return
    how = Sending(everything, rejected, skip_unsupported, dry_run)
    with busy(f"pushing to {target}") as progress:
        done = books.push(target, how=how, progress=progress)
    if dry_run:
        preview(done.documents, done.refused, output)
        totals = ", ".join(f"{text} {code}" for code, text in done.batch.control_totals.items()) or "nothing"
        note(f"{counted(len(done.documents), 'document')}, control total {totals}. Dry run: nothing is sent.")
    else:
        rows = [taken_row(one) for one in done.latest()]
        show(rows, TAKEN_COLUMNS, output, complete=TAKEN, head=heading(books, "answers of the ERP") if rows else ())
        note(f"{_counts(done) or 'Nothing was sent'}.")
        did(**{str(word): done.count(word) for word in Answered})
    _left_out(done, dry_run=dry_run)
    if done.error is not None:
        raise done.error
    if done.refused or done.count(Answered.REJECTED) or done.count(Answered.UNKNOWN) or done.count(Answered.NEVER_ARRIVED):
        click.get_current_context().exit(NEEDS_PERSON)


def _push_customers(books: "Books", target: str, output: str, *, dry_run: bool) -> None:
    with busy(f"pushing to {target}") as progress:
        done = books.push_customers(target, dry_run=dry_run, progress=progress)
    rows = [{"customer_id": one.customer_id, "currency": one.currency, "message": one.message} for one in done.refused]
    if rows or output != "table":
        show(
            rows,
            _REFUSED,
            output,
            complete=tuple(one.name for one in _REFUSED),
            head=heading(books, "customers that were not taken") if rows else (),
        )
    told = counted(done.rows - len(rows), "row")
    note(f"{counted(done.rows, 'row')}. Dry run: nothing is sent." if dry_run else f"{told} told of {done.as_of.isoformat()}.")
    did(rows=done.rows, refused=len(rows))
    if rows:
        click.get_current_context().exit(NEEDS_PERSON)


def _counts(done: "Pushed") -> str:
    words = {Answered.NEVER_ARRIVED: "not there: the next push sends it again"}
    return ", ".join(f"{count} {words.get(word, word)}" for word in Answered if (count := done.count(word)))


def _left_out(done: "Pushed", *, dry_run: bool) -> None:
    for one in done.refused if not dry_run else ():
        note(f"Left out: decision {one.document.decision_id} of {one.document.date.isoformat()}: {one.why}.")
    if done.left_rejected:
        were = f"{counted(done.left_rejected, 'document')} left out that the ERP rejected"
        note(f"{were}: decide anew, or send them again with --rejected. See `matcher outbox --state rejected`.")
    if done.count(Answered.REJECTED) or done.count(Answered.UNKNOWN):
        note("See `matcher outbox` for what the ERP says, and `matcher queue` for the receipts that wait again.")


@click.command()
@click.argument("kinds", nargs=-1, type=click.Choice(["customers", "items"]))
@with_books
@with_format
@_TARGET
@click.option("--allow-closing", is_flag=True, help="Let the list close more open items than policy.closing_percent by leaving them out.")
@click.option(
    "--allow-change",
    multiple=True,
    metavar="ITEM",
    help="Let this item's customer or document change although it has postings; repeatable.",
)
@click.option("--save", default="", metavar="DIR", help="Also write the lists to this folder, as they were imported.")
@reason_option
@click.option("--dry-run", is_flag=True, help="Read and check everything, and keep nothing.")
def pull(
    kinds: tuple[str, ...], output: str, target: str, *, allow_closing: bool, allow_change: tuple[str, ...], save: str, reason: str,
    dry_run: bool,
) -> None:  # fmt: skip
    """Read open items and customers from the ERP by calls of its interface, and import them as a list of today.

    Both lists are read to their end before anything is imported; a page that fails, a list that changes while it is read, or one that is
    not as long as the ERP says, changes nothing. From then on all is as with `matcher import items`: what the list no longer has is closed
    by the ERP, and what a list may not change is refused.

    Documents that were sent as a file and have no answer are asked for, too.

    Settings and secrets as of `matcher push`.
    """
    books = open_books()
    with busy(f"pulling from {target}") as progress:
        done = books.pull(
            target, kinds or ("customers", "items"), allow_closing=allow_closing, allow_change=allow_change, reason=reason,
            dry_run=dry_run, progress=progress,
        )  # fmt: skip
    for one in done.imported:
        show_result(one, output)
        for text in remarks(one):
            note(text)
    did(rows=sum(one.rows for one in done.imported), new=sum(one.new for one in done.imported))
    if done.taken:
        note(f"{counted(len(done.taken), 'document')} answered for: see `matcher outbox`.")
    if save:
        _save(save, done.files)
    if dry_run:
        note("Dry run: nothing was kept.")


def _save(folder: str, files: "Sequence[tuple[str, bytes]]") -> None:
    from functools import partial
    from pathlib import Path

    from matcher.exports.files import Outbox

    if not Path(folder).is_dir():
        raise MatcherError("file.unwritable", "is no folder", folder)
    with Outbox() as outbox:
        for name, data in files:
            outbox.add(Path(folder) / name, partial(_whole, data))
        outbox.publish()


def _whole(data: bytes) -> "Iterator[bytes]":
    yield data


COMMANDS = (push, pull)
