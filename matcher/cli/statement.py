"""Commands on statements: list, show, diff, accept, reject; and on conflicts of the bank's references: conflicts, settle."""

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import click

from matcher.cli.common import note, open_books, show, with_books, with_format
from matcher.codes import NEEDS_PERSON

if TYPE_CHECKING:
    import polars as pl

    from matcher.ledger.reissues import StatementChange
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


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    from matcher import money

    amounts = {n: None if row[n] is None else money.render(row[n], row["currency"]) for n in ("opening", "credit", "debit", "closing")}
    known = None not in (row["opening"], row["closing"])
    gap = row["closing"] - row["opening"] - row["credit"] + row["debit"] if known else 0
    return row | amounts | {"missing": money.render(gap, row["currency"]) if gap else ""}


@statement.command(name="list")
@with_books
@with_format
@click.option("--quarantined", is_flag=True, help="Only those in quarantine.")
def list_(output: str, quarantined: bool) -> None:
    """All statements, by account and date; `missing` is what opening + lines leaves to the closing balance."""
    rows = [_cells(row) for row in open_books().statements().iter_rows(named=True) if not quarantined or row["state"] == "quarantined"]
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
    from matcher.pipeline.statements import find

    books = open_books()
    row = find(books.statements(), statement_id)
    lines = books.statement_lines(row["statement_id"])
    from matcher import money

    cells = [line | {"amount": money.render(line["amount"], line["currency"])} for line in lines.iter_rows(named=True)]
    if output == "table":
        facts = _cells(row)
        hidden = ("problems", "batch", "since", "ordinal", "file_id")
        shown = [{"field": k.replace("_", " "), "value": v} for k, v in facts.items() if k not in hidden and v not in ("", None)]
        show(shown, ("field", "value"), output)
    columns = ("line_id", "booking_date", "value_date", "amount", "currency", "counterparty_name", "remittance_information", "source_line")
    show(cells, columns, output, numbers=(*_NUMBERS, "source_line"))
    if output == "table":
        if found := books.statement_difference(row["statement_id"]):
            show(_difference_rows(found), _narrow(_DIFFERENCE), output, numbers=_NUMBERS, title="Told otherwise before")
        mine = set(lines["line_id"])
        told = [one for one in _conflict_rows(books.conflicts()) if one["state"] != "beside"]
        groups = {(one["account"], one["bank_reference"]) for one in told if one["line_id"] in mine}
        if shared := [one for one in told if (one["account"], one["bank_reference"]) in groups]:
            show(shared, _narrow(_CONFLICT), output, numbers=_NUMBERS, title="One bank reference, several amounts")
    for problem in json.loads(row["problems"]):
        place = f"{row['file']}:{problem['line']}" if problem["line"] else row["file"]
        note(f"{problem['severity']}: {problem['code']}: {place}: {problem['message']}")


def _narrow(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that a screen has room for."""
    left_out = ("account", "file", "source_line", "decision_id", "actor", "at", "statement_before", "reference_before", "reference_now")
    return tuple(name for name in columns if name not in (*left_out, "counterparty_name"))


def _difference_rows(found: Iterable["StatementChange"]) -> list[dict[str, Any]]:
    from matcher import money

    rows = []
    for one in found:
        row: dict[str, Any] = {"change": one.change}
        for side, line in (("before", one.before), ("now", one.now)):
            texts = [line["counterparty_name"], line["remittance_information"]] if line else []
            row |= {
                f"amount_{side}": money.render(line["amount"], line["currency"]) if line else None,
                f"text_{side}": " / ".join(text for text in texts if text),
                f"reference_{side}": line["bank_reference"] if line else "",
                f"line_{side}": line["line_id"] if line else "",
            }
            if line:
                row |= {"booking_date": line["booking_date"], "currency": line["currency"]}
        rows.append(row | {"statement_before": one.before["statement_id"] if one.before else ""})
    return rows


def _conflict_rows(listing: "pl.DataFrame") -> list[dict[str, Any]]:
    from matcher import money

    return [row | {"amount": money.render(row["amount"], row["currency"])} for row in listing.iter_rows(named=True)]


@statement.command(name="diff")
@click.argument("statement_id", metavar="STATEMENT")
@with_books
@with_format
def diff_(statement_id: str, output: str) -> None:
    """How a statement tells its days otherwise than they were read before: lines only before, only now, and changed ones.

    Of a statement that was accepted, what its acceptance replaced.
    """
    rows = _difference_rows(open_books().statement_difference(statement_id))
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
    rows = [row for row in _conflict_rows(open_books().conflicts()) if everything or row["state"] == "open"]
    show(
        rows,
        _narrow(_CONFLICT) if output == "table" else _CONFLICT,
        output,
        numbers=(*_NUMBERS, "source_line"),
        long=("remittance_information", "reason"),
    )
    waiting = sum(row["outcome"] == "conflict" for row in rows)
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
