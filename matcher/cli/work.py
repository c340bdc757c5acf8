"""Commands of the daily work: run, status, show, customer."""

from datetime import date
from typing import Any

import click

from matcher.cli.common import SHARE, IsoDate, as_of_option, busy, note, open_books, show, with_books, with_format
from matcher.codes import NEEDS_PERSON

_NUMBERS = ("lines", "amount", "pending", "open", "points", "cash", "adjustment", "confidence")


@click.command()
@with_books
@with_format
@click.option("--as-of", type=IsoDate(), metavar="DATE", help="Look at lines up to this day only; all that is known counts.")
@click.option("--precision", type=SHARE, help="Share of postings that must be right; default: the policy's.")
@click.option("--dry-run", is_flag=True, help="Do everything but keep nothing.")
def run(output: str, as_of: date | None, precision: float | None, dry_run: bool) -> None:
    """Match everything that is still open, and print a summary by outcome.

    What is certain is posted; what is likely is proposed and waits for `accept` or `reject`; the rest is left with a reason.
    The closing words say on which classes of evidence it posted, and which only propose: see `matcher rules trust`.
    """
    from matcher import money

    books = open_books()
    with busy("matching"):
        result = books.run(as_of, precision=precision, dry_run=dry_run)
    rows = [
        {"outcome": outcome, "state": state, "lines": lines, "currency": currency, "amount": money.render(amount, currency)}
        for (outcome, state, currency), (lines, amount) in result.by_outcome.items()
    ]
    show(rows, ("outcome", "state", "lines", "currency", "amount"), output, numbers=_NUMBERS)
    for what in result.notes:
        note(f"note: {what}")
    ending = " Dry run: nothing was kept." if dry_run else ""
    if result.posted:
        note(f"Posted on {', '.join(f'{name} {count}' for name, count in result.by_class.items() if count)}.")
    note(f"{result.considered} lines looked at: {result.posted} posted, {result.proposed} proposed.{ending}")


@click.command()
@with_books
@with_format
@as_of_option
@click.option("--control", multiple=True, metavar="ACCOUNT=AMOUNT", help="The control account's balance in the general ledger.")
@click.option("--fail-if-waiting", is_flag=True, help="Exit status 1 while a receipt waits for a person.")
def status(output: str, as_of: date | None, control: tuple[str, ...], *, fail_if_waiting: bool) -> None:
    """Counts and amounts by outcome, what customers owe, the statement chain, and what blocks the close.

    With --control what customers owe is held against the general ledger; the account is an entity's control_account or id, the amount
    in the base currency, or as in '1400=5021.50 USD'.

    Exit status 1 when a statement is in quarantine, a line waits because of its bank reference, the chain of an account is broken, or
    the control account differs.
    """
    books = open_books()
    report = books.status(as_of, control=control)
    columns = ("outcome", "state", "lines", "currency", "amount", "pending")
    show([group.to_dict() for group in report.groups], columns, output, numbers=_NUMBERS, title="Lines")
    if output == "table" and report.receivables:
        names: tuple[str, ...] = ("entity", "currency", "items", "unapplied", "total")
        if control:
            names = (*names, "control", "difference")
        rows = [dict.fromkeys(names, "") | one.to_dict() for one in report.receivables]
        show(rows, names, output, numbers=names[2:], title="Receivables")
    for block in report.blocks:
        note(f"{block.code}: {block.message}")
    differing = [one for one in report.receivables if one.difference]
    for one in differing:
        record = one.to_dict()
        note(f"entity {one.entity}: the control account has {record['control']} {one.currency}, receivables are {record['total']}.")
    if report.closed_through:
        note(f"Closed through {report.closed_through.isoformat()}.")
    waits = fail_if_waiting and books.queue(as_of, limit=1).waiting
    if report.blocks or differing or waits:
        click.get_current_context().exit(NEEDS_PERSON)


@click.command(name="show")
@click.argument("line", metavar="LINE")
@with_books
@with_format
def show_line(line: str, output: str) -> None:
    """One line with its evidence: what the bank said, what was decided, and on what grounds. LINE may be the beginning of an id."""
    view = open_books().line(line)
    record = view.to_dict()
    if output == "table":
        facts = [{"field": name.replace("_", " "), "value": value} for name, value in record.items() if value not in ("", None, False)]
        show(facts, ("field", "value"), output)
    else:
        show([record], list(record), output)
    if view.allocations:
        columns: tuple[str, ...] = ("item_id", "document_no", "customer_id", "cash", "adjustment", "reason", "open", "state", "decision_id")
        if output == "table":
            # a screen is narrow: what no row has is left out, and the decisions have a table of their own
            cleared = any(allocation.adjustment for allocation in view.allocations)
            columns = tuple(name for name in columns[:-1] if cleared or name not in ("adjustment", "reason"))
        show([allocation.to_dict() for allocation in view.allocations], columns, output, numbers=_NUMBERS)
    if output == "table" and view.decisions:
        rows = [decision.to_dict() | {"in_force": "yes" if decision.in_force else "no"} for decision in view.decisions]
        show(rows, ("at", "kind", "actor", "outcome", "rule", "reason", "in_force", "decision_id"), output)


@click.command()
@click.argument("customer_id", metavar="CUSTOMER")
@with_books
@with_format
@as_of_option
def customer(customer_id: str, output: str, as_of: date | None) -> None:
    """What a customer owes, item by item and by how long it is overdue, and how many receipts of his wait.

    The unapplied rest of a receipt is a row of its own below zero.
    """
    view = open_books().customer(customer_id, as_of)
    record: dict[str, Any] = view.to_dict()
    columns: tuple[str, ...] = (
        "entity", "item_id", "document_no", "document_type", "issue_date", "due_date", "days_past_due", "bucket", "currency", "amount",
        "open_amount", "disputed_amount",
    )  # fmt: skip
    rows: list[dict[str, Any]] = record["items"]
    if output == "table":
        columns = ("item", "document", "type", "due", "days overdue", "open")
        for row in rows:
            row |= {"item": row["item_id"], "document": row["document_no"], "type": row["document_type"], "due": row["due_date"]}
            row |= {"days overdue": max(0, row["days_past_due"]) or "", "open": f"{row['open_amount']} {row['currency']}"}
    show(rows, columns, output, numbers=(*_NUMBERS, "days_past_due", "days overdue", "open_amount", "disputed_amount"))
    sums = ", ".join(f"{amount} {currency}" for currency, amount in record["open"].items()) or "nothing"
    waits = f"{len(view.waiting)} {'receipt waits' if len(view.waiting) == 1 else 'receipts wait'}"
    note(f"{' '.join(filter(None, (customer_id, view.name)))}: {sums} open; {waits}.")


COMMANDS = (run, status, show_line, customer)
