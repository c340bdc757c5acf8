"""Commands on statements: list, show, accept."""

import json
import os
from typing import Any

import click

from matcher.cli.common import note, open_books, show, with_books, with_format

_NUMBERS = ("opening", "credit", "debit", "closing", "count", "lines_new", "lines_known", "missing", "amount", "lines")


@click.group()
def statement() -> None:
    """Bank statements: what came in, what is in quarantine and why, and accepting one that the bank itself got wrong."""


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
        "currency", "count", "lines_new", "lines_known", "state", "missing", "file",
    )  # fmt: skip
    if output == "table":
        # a screen is narrow: ten digits of the id name a statement
        columns = ("statement", "account", "from", "to", "lines", "credit", "debit", "closing", "state", "missing", "file")
        for row in rows:
            row |= {"statement": row["statement_id"][:10], "from": row["first_booking_date"], "to": row["last_booking_date"]}
            row |= {"lines": row["count"], "file": os.path.basename(row["file"])}
    show(rows, columns, output, numbers=_NUMBERS, long=("file",))


@statement.command(name="show")
@click.argument("statement_id", metavar="STATEMENT")
@with_books
@with_format
def show_(statement_id: str, output: str) -> None:
    """One statement: its balances, its lines, and what was found wrong with it. STATEMENT may be the beginning of an id."""
    from matcher.pipeline.statements import find

    books = open_books()
    row = find(books.statements(), statement_id)
    lines = books.statement_lines(row["statement_id"])
    from matcher import money

    cells = [line | {"amount": money.render(line["amount"], line["currency"])} for line in lines.iter_rows(named=True)]
    if output == "table":
        facts = _cells(row)
        hidden = ("problems", "batch", "ordinal", "file_id")
        shown = [{"field": k.replace("_", " "), "value": v} for k, v in facts.items() if k not in hidden and v not in ("", None)]
        show(shown, ("field", "value"), output)
    columns = ("line_id", "booking_date", "value_date", "amount", "currency", "counterparty_name", "remittance_information", "source_line")
    show(cells, columns, output, numbers=(*_NUMBERS, "source_line"))
    for problem in json.loads(row["problems"]):
        place = f"{row['file']}:{problem['line']}" if problem["line"] else row["file"]
        note(f"{problem['severity']}: {problem['code']}: {place}: {problem['message']}")


@statement.command(name="accept")
@click.argument("statement_id", metavar="STATEMENT")
@with_books
@click.option("--reason", required=True, help="Why it is right to take it as it is; kept in the journal.")
def accept_(statement_id: str, reason: str) -> None:
    """Take a statement out of quarantine as the bank sent it. Who, when and why stay in the journal."""
    done = open_books().accept_statement(statement_id, reason=reason)
    note(f"{done.new} new lines, {done.known} already known, {done.conflicting} conflicting.")


COMMANDS = (statement,)
