"""Commands on statements: list, show, diff, accept, reject; and on conflicts of the bank's references: conflicts, settle."""

from typing import TYPE_CHECKING, cast

import click

from matcher.cli.common import note, open_books, with_books
from matcher.cli.helping import Group
from matcher.cli.tables import Column, Kind, Tone, counted, for_programs, show, show_facts, with_format
from matcher.cli.tables.standard import file_name, ten
from matcher.codes import NEEDS_PERSON

if TYPE_CHECKING:
    from matcher.pipeline.conflicts import Keep

_STATES = {"balanced": Tone.GOOD, "quarantined": Tone.BAD}
_STATEMENT = (
    Column("statement_id", "statement", priority=0, shown=ten), Column("account", priority=0), Column("number", priority=5),
    Column("first_booking_date", "from", Kind.DATE), Column("last_booking_date", "to", Kind.DATE),
    Column("count", "lines", Kind.COUNT, priority=2, total=True), Column("lines_new", "new", Kind.COUNT, priority=6),
    Column("lines_known", "known", Kind.COUNT, priority=6), Column("lines_excluded", "excluded", Kind.COUNT, priority=4),
    Column("opening", kind=Kind.AMOUNT, priority=5), Column("credit", kind=Kind.AMOUNT, priority=2, total=True),
    Column("debit", kind=Kind.AMOUNT, priority=2, total=True), Column("closing", kind=Kind.AMOUNT, priority=1),
    Column("missing", kind=Kind.AMOUNT, priority=0, tone=lambda row: Tone.BAD), Column("currency", " ", priority=0, once=True),
    Column("state", priority=1, tones=_STATES), Column("file", kind=Kind.TEXT, priority=3, shown=file_name, least=16),
)  # fmt: skip
_LINE = (
    Column("line_id", "line", priority=0, shown=ten), Column("booking_date", "booked", Kind.DATE),
    Column("value_date", "value", Kind.DATE, priority=3),
    Column("amount", kind=Kind.AMOUNT, priority=0, total=True), Column("currency", " ", priority=0, once=True),
    Column("counterparty_name", "counterparty", Kind.TEXT), Column("remittance_information", "text", Kind.TEXT, priority=2),
    Column("source_line", "row", Kind.COUNT, priority=4),
)  # fmt: skip
_DIFFERENCE = (
    Column("change", priority=0), Column("booking_date", "booked", Kind.DATE, priority=1),
    Column("amount_before", "amount before", Kind.AMOUNT, priority=0), Column("amount_now", "amount now", Kind.AMOUNT, priority=0),
    Column("currency", " ", priority=0, once=True), Column("text_before", kind=Kind.TEXT), Column("text_now", kind=Kind.TEXT),
    Column("reference_before", priority=5), Column("reference_now", priority=5), Column("line_before", priority=3, shown=ten),
    Column("line_now", priority=3, shown=ten), Column("statement_before", priority=4, shown=ten),
)  # fmt: skip
_CONFLICT = (
    Column("state", priority=3), Column("bank_reference", "bank reference", priority=0), Column("line_id", "line", priority=0, shown=ten),
    Column("booking_date", "booked", Kind.DATE), Column("amount", kind=Kind.AMOUNT, priority=0),
    Column("currency", " ", priority=0, once=True), Column("counts", priority=0), Column("account", priority=3, once=True),
    Column("counterparty_name", "counterparty", Kind.TEXT, priority=4), Column("remittance_information", "text", Kind.TEXT, priority=2),
    Column("statement_id", "statement", priority=3, shown=ten), Column("file", kind=Kind.TEXT, priority=5, shown=file_name),
    Column("source_line", "row", Kind.COUNT, priority=5), Column("decision_id", "decision", priority=5, shown=ten),
    Column("actor", "by", priority=5), Column("at", "at (UTC)", Kind.MOMENT, priority=5), Column("reason", kind=Kind.TEXT, priority=4),
)  # fmt: skip
_CONFLICT_COMPLETE = (
    "state", "account", "bank_reference", "line_id", "booking_date", "amount", "currency", "counts", "counterparty_name",
    "remittance_information", "statement_id", "file", "source_line", "decision_id", "actor", "at", "reason",
)  # fmt: skip


@click.group(cls=Group)
def statement() -> None:
    """Bank statements: what came in, what is in quarantine and why, and a person's verdict on what the bank told twice."""


@statement.command(name="list")
@with_books
@with_format
@click.option("--quarantined", is_flag=True, help="Only those in quarantine.")
def list_(output: str, quarantined: bool) -> None:
    """All statements, by account and date; `missing` is what opening + lines leaves to the closing balance."""
    books = open_books()
    rows = [row.to_dict() for row in books.statements() if not quarantined or row.state == "quarantined"]
    complete = (
        "statement_id", "account", "number", "first_booking_date", "last_booking_date", "opening", "credit", "debit", "closing",
        "currency", "count", "lines_new", "lines_known", "lines_excluded", "state", "missing", "file",
    )  # fmt: skip
    show(rows, _STATEMENT, output, complete=complete, head=(books.config.books.name, "statements") if rows else ())
    if not rows:
        note("No statement is in quarantine." if quarantined else "No statements.")


@statement.command(name="show")
@click.argument("statement_id", metavar="STATEMENT")
@with_books
@with_format
def show_(statement_id: str, output: str) -> None:
    """One statement: its balances, its lines, and what was found wrong with it. STATEMENT may be the beginning of an id.

    A table shows too where it differs from what was read before (see `diff`), and its conflicts (see `conflicts`).
    """
    view = open_books().statement(statement_id)
    if not for_programs(output):
        show_facts(view.row.to_dict(), output)
    columns = ("line_id", "booking_date", "value_date", "amount", "currency", "counterparty_name", "remittance_information", "source_line")
    show([line.to_dict() for line in view.lines], _LINE, output, complete=columns, title="Lines")
    if view.differences and not for_programs(output):
        show([difference.to_dict() for difference in view.differences], _DIFFERENCE, output, title="Told otherwise before")
    if view.conflicts and not for_programs(output):
        show([conflict.to_dict() for conflict in view.conflicts], _CONFLICT, output, title="One bank reference, several amounts")
    for problem in view.problems:
        note(f"{problem.severity}: {problem.code}: {problem.place}: {problem.message}")


@statement.command(name="diff")
@click.argument("statement_id", metavar="STATEMENT")
@with_books
@with_format
def diff_(statement_id: str, output: str) -> None:
    """How a statement tells its days otherwise than they were read before: lines only before, only now, and changed ones.

    Of a statement that was accepted, what its acceptance replaced.
    """
    rows = [difference.to_dict() for difference in open_books().statement_difference(statement_id)]
    show(rows, _DIFFERENCE, output)
    note(f"{counted(len(rows), 'difference')}.")


@statement.command(name="accept")
@click.argument("statement_id", metavar="STATEMENT")
@with_books
@click.option("--reason", required=True, help="Why it is right to take it as it is; kept in the journal.")
@click.option(
    "--replace/--add",
    default=None,
    help="Whether lines read before that it lacks stop counting, or stay. Default: a re-issued statement replaces them.",
)
@click.option("--undo", is_flag=True, help="Reverse the postings on lines that stop counting; else they are named and nothing is done.")
def accept_(statement_id: str, reason: str, replace: bool | None, undo: bool) -> None:
    """Take a statement out of quarantine as the bank sent it. Who, when and why stay in the journal.

    Of a re-issued statement the lines that `diff` shows as only before or changed no longer count.
    """
    done = open_books().accept_statement(statement_id, reason=reason, replace=replace, undo=undo)
    parts = [counted(done.new, "new line")]
    parts += [f"{done.known} already known"] if done.known else []
    parts += [f"{done.conflicting} conflicting"] if done.conflicting else []
    note(f"{', '.join(parts)}.")
    if done.taken_back:
        stop = counted(done.taken_back, "line read before no longer counts", "lines read before no longer count")
        note(f"{stop}{_reversed(done.undone)}.")
    if done.waiting:
        wait = counted(done.waiting, "line waits because of its bank reference", "lines wait because of their bank reference")
        note(f"{wait}. See `matcher statement conflicts`.")
        click.get_current_context().exit(NEEDS_PERSON)


@statement.command(name="reject")
@click.argument("statement_id", metavar="STATEMENT")
@with_books
@click.option("--reason", required=True, help="Why it does not count; kept in the journal.")
@click.option("--undo", is_flag=True, help="Reverse the postings on lines that stop counting; else they are named and nothing is done.")
def reject_(statement_id: str, reason: str, undo: bool) -> None:
    """Keep a statement out for good; or take out one that counts, so that everything is as without it.

    `accept` reverses either.
    """
    done = open_books().reject_statement(statement_id, reason=reason, undo=undo)
    parts = [counted(done.set_aside, "line no longer counts", "lines no longer count")] if done.set_aside else []
    parts += [counted(done.counted, "line counts again", "lines count again")] if done.counted else []
    note(f"Rejected{': ' if parts else ''}{', '.join(parts)}{_reversed(done.undone)}.")


def _reversed(postings: int) -> str:
    return f"; {counted(postings, 'posting was', 'postings were')} reversed" if postings else ""


@statement.command(name="conflicts")
@with_books
@with_format
@click.option("--all", "everything", is_flag=True, help="Also what is settled, and what one statement or balances show to be two entries.")
def conflicts_(output: str, everything: bool) -> None:
    """Lines whose bank reference stands on a line with another amount too, reference by reference; `counts` says which count.

    Exit status 1 while one of them waits: `settle` says which of the lines count.
    """
    conflicts = [conflict for conflict in open_books().conflicts() if everything or conflict.state == "open"]
    show([conflict.to_dict() for conflict in conflicts], _CONFLICT, output, complete=_CONFLICT_COMPLETE)
    waiting = sum(conflict.outcome == "conflict" for conflict in conflicts)
    note(f"{counted(waiting, 'line waits', 'lines wait')}.")
    if waiting:
        click.get_current_context().exit(NEEDS_PERSON)


@statement.command(name="settle")
@click.argument("line", metavar="LINE")
@with_books
@click.option(
    "--keep", type=click.Choice(["this", "other", "both"]), required=True, help="Which count: LINE, the one read before, or both."
)
@click.option("--reason", required=True, help="Why; kept in the journal.")
@click.option("--undo", is_flag=True, help="Reverse the postings on a line that stops counting; else it is named and nothing is done.")
def settle_(line: str, keep: str, reason: str, undo: bool) -> None:
    """Say which lines of one bank reference count. LINE is the one that is excluded. It can be said again otherwise."""
    done = open_books().settle(line, cast("Keep", keep), reason=reason, undo=undo)
    for line_id in done.counted:
        note(f"Line {line_id} counts now.")
    for line_id in done.set_aside:
        note(f"Line {line_id} no longer counts{_reversed(done.undone)}.")
    if not done.counted and not done.set_aside:
        note(f"Line {done.line_id} stays excluded.")


COMMANDS = (statement,)
