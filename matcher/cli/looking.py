"""Commands by which a person looks things up: items, log."""

from datetime import date
from typing import Any

import click

from matcher.cli.common import SECONDS, WAIT, IsoDate, heading, keep, note, open_books, with_books
from matcher.cli.tables import Column, Kind, show, with_format
from matcher.cli.tables.standard import days_overdue, ten

_COLUMNS = (
    "entity", "customer_id", "customer_name", "item_id", "document_no", "document_type", "issue_date", "due_date", "days_overdue",
    "currency", "amount", "open", "discount", "discount_date", "found_by",
)  # fmt: skip
_ITEMS = (
    Column("document", priority=0), Column("customer", kind=Kind.TEXT, priority=0), Column("due_date", "due", Kind.DATE, priority=1),
    Column("days_overdue", "overdue", Kind.COUNT, priority=1, shown=days_overdue), Column("open", kind=Kind.AMOUNT, priority=0, total=True),
    Column("currency", " ", priority=0, once=True), Column("amount", kind=Kind.AMOUNT, priority=3),
    Column("document_type", "type", priority=3), Column("issue_date", "issued", Kind.DATE, priority=4),
)  # fmt: skip
_FOUND_BY = Column("found_by", "found by", priority=0)


@click.command()
@click.option("--customer", default="", metavar="ID|NAME", help="Of this customer: id, number, name, or part of a name.")
@click.option("--search", default="", metavar="TEXT", help="With this in a document number, reference, or customer's number or name.")
@click.option("--amount", default="", metavar="AMOUNT", help="With just that open, or less its discount; also a customer's whole account.")
@click.option("--entity", default="", metavar="ID", help="Only this legal entity.")
@click.option("--currency", default="", metavar="CODE", help="Only this currency.")
@click.option("--overdue", is_flag=True, help="Only debts that were due before today, or before the day of --as-of.")
@click.option("--all", "closed", is_flag=True, help="Also documents that have nothing open.")
@click.option("--sort", type=click.Choice(["due", "amount", "customer"]), default="due", help="In which order.", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1_000_000_000), default=None, help="At most so many.")
@click.option("--as-of", type=IsoDate(), metavar="DATE", help="What was open on this day; now, by all that is known, if left out.")
@with_books
@with_format
def items(output: str, **asked: Any) -> None:
    """Open items, with the unapplied rests U-LINE of receipts.

    --search finds a document number however it is written: case, spaces, prefix and leading zeros do not matter, and a part is enough.
    In names accents and case do not matter. What matches has to match every option.
    """
    books = open_books()
    page = books.items(**asked)
    rows = [item.to_dict() for item in page.items]
    for row in rows:
        row["document"] = row["item_id"] if row["document_type"] == "unapplied" else row["document_no"] or row["item_id"]
        row["customer"] = " ".join(filter(None, (str(row["customer_id"]), str(row["customer_name"]))))
    columns = (*_ITEMS, _FOUND_BY) if asked["amount"] else _ITEMS
    show(rows, columns, output, complete=_COLUMNS, head=heading(books, "open items", as_of=asked["as_of"]) if rows else ())
    for sentence in page.notes:
        note(sentence)
    sums = ", ".join(f"{total.to_dict()['open']} {total.currency}" for total in page.totals) or "nothing"
    many = sum(total.items for total in page.totals)
    shown = f"; {len(rows)} of {page.matching} shown" if len(rows) < page.matching else ""
    closed = f" --all shows {page.closed} more with nothing open." if page.closed else ""
    note(f"{many} open: {sums}{shown}.{closed}")


_LOG = (
    "at", "batch", "run", "actor", "run_by", "kind", "said", "reason", "decision_id", "line_id", "customer_id", "items", "amount",
    "currency", "rule", "confidence", "reverses",
)  # fmt: skip
_PAGE = 200
"""Entries that a table shows where nobody says how many."""

_STORY = (
    Column("at", "at (UTC)", Kind.MOMENT, priority=0), Column("who", kind=Kind.TEXT, priority=0, wrap=True),
    Column("said", "what", Kind.TEXT, priority=0, wrap=True), Column("reason", kind=Kind.TEXT, priority=2, wrap=True),
    Column("line_id", "line", priority=2, shown=ten), Column("decision_id", "decision", priority=3, shown=ten),
)  # fmt: skip


@click.command()
@click.argument("subject", required=False, default="", metavar="LINE|ITEM|DECISION")
@click.option("--customer", default="", metavar="ID|NAME", help="All that happened to a customer's items and money.")
@click.option("--actor", "by", default="", metavar="NAME", help="Only what this person did; 'engine' for what rules posted.")
@click.option("--since", type=IsoDate(), metavar="DATE", help="Only from this day on.")
@click.option("--limit", type=click.IntRange(1, 1_000_000_000), default=None, help="At most so many, the latest.")
@click.option("--wait", type=SECONDS, metavar="SECONDS", expose_value=False, callback=keep, help=WAIT)
@click.option("--books", metavar="DIR", expose_value=False, callback=keep, help="Books directory.")
@with_format
def log(output: str, subject: str, customer: str, by: str, since: date | None, limit: int | None) -> None:
    """The journal as a story, the oldest first: when, who, what, and the reason that was given.

    Of a LINE all that happened to its money, of an ITEM all from its import to its closing, also what was taken back. Without either all
    that was done in these books. A table shows the latest 200 unless --limit says otherwise.
    """
    most = limit or (_PAGE if output == "table" else None)
    books = open_books()
    page = books.log(subject, customer=customer, actor=by, since=since, limit=most)
    rows = [entry.to_dict() for entry in page.entries]
    for row, entry in zip(rows, page.entries, strict=True):
        run = f"run {entry.run}" if entry.run else ""
        whose = ", ".join(filter(None, (run, f"by {entry.run_by}" if entry.run_by else "")))
        row["who"] = f"{entry.actor} ({whose})" if entry.run_by else entry.actor
        row["items"] = row["items"] if output == "json" else " ".join(entry.items)
    show(rows, _STORY, output, complete=_LOG, head=heading(books, "journal") if rows else ())
    if page.earlier:
        note(f"The latest {len(rows)} are shown; --limit shows more.")
    elif not rows:
        note("Nothing of that is in the journal.")


COMMANDS = (items, log)
