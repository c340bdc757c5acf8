"""`learned`: what decisions taught of payers' accounts and names, and of how they name documents."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from matcher.cli.common import note, open_books, reason_option, say, with_books
from matcher.cli.helping import Group
from matcher.cli.tables import Column, Kind, data_record, formatted, show, with_format

F = TypeVar("F", bound=Callable[..., Any])

_COLUMNS = (
    "kind", "value", "entity", "customer_id", "customer_name", "confirmed", "counted", "standing", "said", "lines", "by", "first", "last",
    "conflicts_with", "revocation", "revoked_by", "revoked_at", "reason",
)  # fmt: skip
_SHOWN = 3
"""Lines that are named in a table."""

_HABITS = (
    Column("kind", "payer's", priority=1), Column("value", kind=Kind.TEXT, priority=0, least=24),
    Column("customer", kind=Kind.TEXT, priority=0), Column("confirmed", kind=Kind.COUNT, priority=1),
    Column("by", kind=Kind.TEXT, priority=2),
    Column("first_day", "first", Kind.DATE, priority=4), Column("last_day", "last", Kind.DATE, priority=3),
    Column("from", "lines", Kind.TEXT, priority=4), Column("said", "standing", Kind.TEXT, priority=0, wrap=True),
)  # fmt: skip


def _as_decisions(command: F) -> F:
    return formatted(command, forms=("table", "json"), file=False)


@click.group(cls=Group)
def learned() -> None:
    """What decisions taught: whose account and whose name it is, and how a payer names documents."""


@learned.command(name="list")
@click.option("--customer", default="", metavar="ID|NAME", help="Of this customer: id, number, name, or part of a name.")
@click.option("--account", default="", metavar="TEXT", help="With this in the account number, the name or the way to name documents.")
@with_books
@with_format
def list_(output: str, customer: str, account: str) -> None:
    """Accounts and names of payers that persons confirmed, from which lines and by whom, and whether they count.

    What was confirmed twice for one customer counts: a run takes it to be the customer's. What was confirmed for two customers counts
    for neither. A way to name documents, a `reference`, counts from the third payment on: it puts choices in order, and no run looks at it.
    `learned revoke` says that something is not to count.
    """
    found = open_books().learned(customer, account=account)
    rows = [one.to_dict() for one in found]
    for row, one in zip(rows, found, strict=True):
        lines = one.habit.lines
        more = f", {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        row |= {"customer": f"{row['customer_id']} {one.customer_name}".strip()}
        row |= {"first_day": one.habit.first[:10], "last_day": one.habit.last[:10]}
        row["from"] = ", ".join(line[:10] for line in lines[-_SHOWN:]) + more
        if output != "json":
            row |= {"lines": " ".join(lines), "by": ", ".join(one.habit.by), "conflicts_with": " ".join(one.habit.others)}
    show(rows, _HABITS, output, complete=_COLUMNS)
    note(f"{len(rows)} learned." if rows else "Nothing is learned yet: a decision of a person on a receipt teaches.")


@learned.command()
@click.argument("account", metavar="ACCOUNT|NAME|WAY")
@click.option("--customer", required=True, metavar="ID|NAME", help="Whose it was taken to be.")
@click.option("--dry-run", is_flag=True, help="Check everything, and keep nothing.")
@with_books
@reason_option
@_as_decisions
def revoke(account: str, customer: str, reason: str, output: str, *, dry_run: bool) -> None:
    """Take a payer's account, name or way to name documents no longer to be a customer's.

    A way is named by `purchase-order`, `customer-number`, `number-end`, `whole-month`, or the payer's own number.
    What was confirmed before counts no more; what is confirmed from now on does. `undo DECISION` takes the revocation back.
    """
    decided = open_books().revoke_learned(account, customer, reason=reason, dry_run=dry_run)
    if output == "json":
        data_record(decided.to_dict())
    else:
        say(f"{decided.decision_id}  {decided.kind}")
        say(f"  {decided.said}")
    if dry_run:
        note("Dry run: nothing was kept.")


COMMANDS = (learned,)
