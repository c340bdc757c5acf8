"""Commands about what was sent to ERPs: outbox, ack."""

from datetime import date
from typing import Any

import click

from matcher.cli.common import as_of_option, heading, note, open_books, with_books
from matcher.cli.tables import Column, Kind, Tone, counted, show, with_format
from matcher.codes import NEEDS_PERSON
from matcher.errors import MatcherError
from matcher.states import Answered

_TONES = {"accepted": Tone.GOOD, "rejected": Tone.BAD, "unknown": Tone.BAD}
_COMPLETE = (
    "target", "state", "external_id", "record", "date", "customer_id", "currency", "amount", "line_id", "decision_id", "in_force",
    "sent_on", "age", "erp_number", "message", "listed_on",
)  # fmt: skip
_COLUMNS = (
    Column("target", priority=3), Column("state", priority=0, tones=_TONES), Column("external_id", "document", priority=1, least=20),
    Column("record", "kind", priority=2), Column("date", kind=Kind.DATE, priority=3), Column("customer_id", "customer", priority=2),
    Column("amount", kind=Kind.AMOUNT, priority=0, total=True), Column("currency", " ", priority=0, once=True),
    Column("age", "days", Kind.COUNT, priority=1, zeros=True), Column("erp_number", "number", priority=1),
    Column("said", "what the ERP says", Kind.TEXT, priority=1, wrap=True, least=16),
)  # fmt: skip
TAKEN = (
    "external_id", "result", "erp_number", "message", "target", "record", "customer_id", "currency", "amount", "line_id", "decision_id",
)  # fmt: skip
TAKEN_COLUMNS = (
    Column("external_id", "document", priority=0, least=20), Column("result", priority=0, tones=_TONES),
    Column("erp_number", "number", priority=1), Column("customer_id", "customer", priority=2), Column("record", "kind", priority=3),
    Column("amount", kind=Kind.AMOUNT, priority=1, total=True), Column("currency", " ", priority=1, once=True),
    Column("message", "what the ERP says", Kind.TEXT, priority=1, wrap=True, least=16),
)  # fmt: skip


@click.command()
@with_books
@with_format
@as_of_option
@click.option("--target", default="", metavar="NAME", help="Only documents for this ERP.")
@click.option("--state", default="", metavar="STATE", help="Only new, sent, accepted, rejected or unknown ones. Default: all but accepted.")
def outbox(output: str, as_of: date | None, target: str, state: str) -> None:
    """What was sent to the ERP, what it answered, and what is still to be sent.

    \b
    new        not sent yet: `matcher export receipts` sends it
    sent       sent, and neither answered nor seen in a list of open items
    accepted   booked by the ERP, as it says itself or as its list of open items shows
    rejected   refused by the ERP: decide anew, or send it again with `export receipts --rejected`
    unknown    nobody knows: ask there, then `matcher ack --resolve`; it is not sent again before
    """
    books = open_books()
    found = books.outbox(target=target, state=state, as_of=as_of)
    rows = [one.to_dict() | {"said": _said(one)} for one in found.documents]
    show(rows, _COLUMNS, output, complete=_COMPLETE, head=heading(books, "documents for the ERP", as_of=as_of) if rows else ())
    note(f"{', '.join(f'{count} {word}' for word, count in found.counts.items())}." if found.counts else "There is no document.")


def _said(one: Any) -> str:
    if one.listed_on:
        return f"accepted (by the list of {one.listed_on.isoformat()})"
    return str(one.message)


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE...]")
@with_books
@with_format
@click.option("--target", default="", metavar="NAME", help="The ERP that answers. Default: the one that the documents were sent to.")
@click.option(
    "--resolve", multiple=True, metavar="ID=WHAT", help="What you found out there: accepted:NUMBER, never-arrived or by-hand:NUMBER."
)
@click.option("--reason", default="", metavar="TEXT", help="How you know; needed with --resolve.")
@click.option("--dry-run", is_flag=True, help="Do everything but keep nothing.")
def ack(files: tuple[str, ...], output: str, target: str, resolve: tuple[str, ...], reason: str, dry_run: bool) -> None:
    """Take the ERP's answers in: which documents it accepted, under which number, which it rejected, and why.

    A file (.csv, .jsonl or .xlsx) has a row for each document: external_id, result (accepted, rejected or unknown), erp_number, message;
    or it is the result file of the target. The same answer twice changes nothing; one that contradicts an earlier one is refused, and
    then nothing of the file is kept.

    \b
    matcher ack --resolve ID=accepted:NUMBER --reason TEXT   the ERP has booked it under this number
    matcher ack --resolve ID=never-arrived --reason TEXT     it has not: the next export sends it again
    matcher ack --resolve ID=by-hand:NUMBER --reason TEXT    somebody has booked it there without any file

    Exit status 1 when a document was rejected, or nobody knows what became of it.
    """
    if bool(files) == bool(resolve):
        raise MatcherError("usage.option", "name the files of answers, or say with --resolve what you found out")
    if resolve and not reason.strip():
        raise MatcherError("usage.option", "say with --reason how you know")
    books = open_books()
    done = (
        books.resolve(resolve, reason=reason, target=target, dry_run=dry_run)
        if resolve
        else books.acknowledge(files, target=target, dry_run=dry_run)
    )
    rows = [taken_row(one) for one in done.taken]
    show(rows, TAKEN_COLUMNS, output, complete=TAKEN, head=heading(books, "answers of the ERP") if rows else ())
    words = {Answered.NEVER_ARRIVED: "never arrived"}
    counts = [f"{count} {words.get(word, word)}" for word in Answered if (count := done.count(word))]
    again = [f"{counted(done.known, 'answer')} known before"] if done.known else []
    note(f"{', '.join([*counts, *again]) or 'No answer'}.{' Dry run: nothing was kept.' if dry_run else ''}")
    if done.count(Answered.REJECTED) or done.count(Answered.UNKNOWN):
        note("See `matcher outbox` for what the ERP says, and `matcher queue` for the receipts that wait again.")
        click.get_current_context().exit(NEEDS_PERSON)


def taken_row(one: Any) -> dict[str, object]:
    """An answer that was taken, as a row."""
    from matcher import money

    about = {name: getattr(one, name) for name in ("target", "record", "customer_id", "currency", "line_id", "decision_id")}
    answer = {"external_id": one.answer.external_id, "result": str(one.answer.result), "erp_number": one.answer.number}
    return {**answer, "message": one.answer.message, **about, "amount": money.render(one.amount, one.currency)}


COMMANDS = (outbox, ack)
