"""Commands on statements: list, show, diff, accept, reject; and on conflicts of the bank's references: conflicts, settle."""

import os
from typing import TYPE_CHECKING, Any, cast

import click

from matcher.cli.common import note, open_books, show, with_books, with_format
from matcher.codes import NEEDS_PERSON

if TYPE_CHECKING:
    from matcher.pipeline.conflicts import Keep

_NUMBERS = (
    "opening", "credit", "debit", "closing", "count", "lines_new", "lines_known", "lines_excluded", "missing", "amount", "lines",
    "excluded",
    "amount_before", "amount_now",
)  # fmt: skip
_CONFLICT = (
    "state", "account", "bank_reference", "line_id", "booking_date", "amount", "currency", "counts", "counterparty_name",
    "remittance_information", "statement_id", "file", "source_line", "decision_id", "actor", "at", "reason",
)  # fmt: skip
_DIFFERENCE = (
    "change", "booking_date", "amount_before", "amount_now", "currency", "text_before", "text_now", "reference_before", "reference_now",
    "line_before", "line_now", "statement_before",
)  # fmt: skip


@click.group()
def statement() -> None:
    """Bank statements: what came in, what is in quarantine and why, and a person's verdict on what the bank told twice."""


@statement.command(name="list")
@with_books
@with_format
@click.option("--quarantined", is_flag=True, help="Only those in quarantine.")
def list_(output: str, quarantined: bool) -> None:
    """All statements, by account and date; `missing` is what opening + lines leaves to the closing balance."""
    rows: list[dict[str, Any]] = [row.to_dict() for row in open_books().statements() if not quarantined or row.state == "quarantined"]
    columns: tuple[str, ...] = (
        "statement_id", "account", "number", "first_booking_date", "last_booking_date", "opening", "credit", "debit", "closing",
        "currency", "count", "lines_new", "lines_known", "lines_excluded", "state", "missing", "file",
    )  # fmt: skip
    if output == "table":
        # a screen is narrow: ten digits of the id name a statement
        excluded = ("excluded",) if any(row["lines_excluded"] for row in rows) else ()
        columns = ("statement", "account", "from", "to", "lines", *excluded, "credit", "debit", "closing", "state", "missing", "file")
        for row in rows:
            row |= {"statement": row["statement_id"][:10], "from": row["first_booking_date"], "to": row["last_booking_date"]}
            row |= {"lines": row["count"], "excluded": row["lines_excluded"], "file": os.path.basename(row["file"])}
    show(rows, columns, output, numbers=_NUMBERS, long=("file",))


@statement.command(name="show")
@click.argument("statement_id", metavar="STATEMENT")
@with_books
@with_format
def show_(statement_id: str, output: str) -> None:
    """One statement: its balances, its lines, and what was found wrong with it. STATEMENT may be the beginning of an id.

    A table shows too where it differs from what was read before (see `diff`), and its conflicts (see `conflicts`).
    """
    view = open_books().statement(statement_id)
    if output == "table":
        facts = [{"field": name.replace("_", " "), "value": value} for name, value in view.row.to_dict().items() if value not in ("", None)]
        show(facts, ("field", "value"), output)
    columns = ("line_id", "booking_date", "value_date", "amount", "currency", "counterparty_name", "remittance_information", "source_line")
    show([line.to_dict() for line in view.lines], columns, output, numbers=(*_NUMBERS, "source_line"))
    if output == "table" and view.differences:
        rows = [difference.to_dict() for difference in view.differences]
        show(rows, _narrow(_DIFFERENCE), output, numbers=_NUMBERS, title="Told otherwise before")
    if output == "table" and view.conflicts:
        rows = [conflict.to_dict() for conflict in view.conflicts]
        show(rows, _narrow(_CONFLICT), output, numbers=_NUMBERS, title="One bank reference, several amounts")
    for problem in view.problems:
        note(f"{problem.severity}: {problem.code}: {problem.place}: {problem.message}")


def _narrow(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that a screen has room for."""
    left_out = ("account", "file", "source_line", "decision_id", "actor", "at", "statement_before", "reference_before", "reference_now")
    return tuple(name for name in columns if name not in (*left_out, "counterparty_name"))


@statement.command(name="diff")
@click.argument("statement_id", metavar="STATEMENT")
@with_books
@with_format
def diff_(statement_id: str, output: str) -> None:
    """How a statement tells its days otherwise than they were read before: lines only before, only now, and changed ones.

    Of a statement that was accepted, what its acceptance replaced.
    """
    rows = [difference.to_dict() for difference in open_books().statement_difference(statement_id)]
    show(rows, _narrow(_DIFFERENCE) if output == "table" else _DIFFERENCE, output, numbers=_NUMBERS, long=("text_before", "text_now"))
    note(f"{len(rows)} differences.")


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
    note(f"{done.new} new lines, {done.known} already known, {done.conflicting} conflicting.")
    if done.taken_back:
        note(f"{done.taken_back} lines read before no longer count; {done.undone} postings on them were reversed.")
    if done.waiting:
        note(f"{done.waiting} lines wait because of their bank reference. See `matcher statement conflicts`.")
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
    note(f"{done.set_aside} lines no longer count, {done.counted} count again; {done.undone} postings were reversed.")


@statement.command(name="conflicts")
@with_books
@with_format
@click.option("--all", "everything", is_flag=True, help="Also what is settled, and what one statement or balances show to be two entries.")
def conflicts_(output: str, everything: bool) -> None:
    """Lines whose bank reference stands on a line with another amount too, reference by reference; `counts` says which count.

    Exit status 1 while one of them waits: `settle` says which of the lines count.
    """
    conflicts = [conflict for conflict in open_books().conflicts() if everything or conflict.state == "open"]
    show(
        [conflict.to_dict() for conflict in conflicts],
        _narrow(_CONFLICT) if output == "table" else _CONFLICT,
        output,
        numbers=(*_NUMBERS, "source_line"),
        long=("remittance_information", "reason"),
    )
    waiting = sum(conflict.outcome == "conflict" for conflict in conflicts)
    note(f"{waiting} lines wait.")
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
        note(f"Line {line_id} no longer counts; {done.undone} postings were reversed.")
    if not done.counted and not done.set_aside:
        note(f"Line {done.line_id} stays excluded.")


COMMANDS = (statement,)
