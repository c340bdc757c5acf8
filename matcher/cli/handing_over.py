"""Commands `placement` and `declare-overdue`: what goes to a collection agency, and to a credit insurer."""

from datetime import date

import click

from matcher.cli.common import IsoDate, as_of_option, heading, note, open_books, with_books
from matcher.cli.dunning import with_currency
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, counted, show, with_format

_PLACED = (
    Column("customer_id", "customer", priority=0), Column("name", kind=Kind.TEXT, priority=2), Column("country", priority=4),
    Column("document_no", "document", priority=0), Column("due_date", "due", Kind.DATE, priority=1),
    Column("days_late", "days late", Kind.COUNT, priority=1), Column("open_amount", "open", Kind.AMOUNT, priority=2),
    Column("claim", kind=Kind.AMOUNT, priority=0, total=True), Column("interest", kind=Kind.AMOUNT, priority=1),
    Column("currency", " ", priority=0, once=True), Column("fixed", "lump sum", Kind.TEXT, priority=3),
    Column("last_level", "dunned", Kind.COUNT, priority=3),
    Column("last_sent", "sent on", Kind.DATE, priority=4), Column("entity", priority=4, once=True), Column("item_id", "item", priority=5),
)  # fmt: skip
_PLACED_COMPLETE = (
    "agency", "entity", "creditor", "customer_id", "customer_no", "name", "country", "item_id", "document_no", "issue_date", "due_date",
    "days_late", "currency", "open_amount", "claim", "interest", "fixed", "fixed_currency", "last_level", "last_sent",
)  # fmt: skip
_DECLARED = (
    Column("customer_id", "customer", priority=0), Column("name", kind=Kind.TEXT, priority=1), Column("country", priority=4),
    Column("documents", kind=Kind.COUNT, priority=2), Column("oldest_due", "oldest due", Kind.DATE, priority=1),
    Column("days_late", "days late", Kind.COUNT, priority=1), Column("overdue_amount", "overdue", Kind.AMOUNT, priority=0, total=True),
    Column("open_amount", "open", Kind.AMOUNT, priority=1, total=True), Column("currency", " ", priority=0, once=True),
    Column("disputed_amount", "disputed", Kind.AMOUNT, priority=3), Column("credits_amount", "credits", Kind.AMOUNT, priority=3),
    Column("insured_limit", "insured limit", Kind.TEXT, priority=0),
    Column("over_limit", "over the limit", Kind.AMOUNT, priority=1), Column("entity", priority=4, once=True),
)  # fmt: skip
_DECLARED_COMPLETE = (
    "entity", "customer_id", "name", "country", "currency", "documents", "oldest_due", "days_late", "open_amount", "overdue_amount",
    "disputed_amount", "credits_amount", "insured_limit", "limit_currency", "over_limit",
)  # fmt: skip


@click.command()
@click.argument("items", nargs=-1, metavar="ITEM...")
@with_books
@with_format
@as_of_option
@click.option("--agency", required=True, metavar="NAME", help="Who gets the documents.")
@click.option("--customer", default="", metavar="ID", help="Only this customer's.")
@click.option("--older-than", "days", type=click.IntRange(1), default=None, metavar="DAYS", help="Past due for so many days at least.")
@click.option("--hold-until", type=IsoDate(), default=None, metavar="DATE", help="Keep them from being dunned until this day.")
@click.option("--dry-run", is_flag=True, help="With --hold-until: keep nothing.")
def placement(
    items: tuple[str, ...], output: str, as_of: date | None, agency: str, customer: str, days: int | None, hold_until: date | None, *,
    dry_run: bool,
) -> None:  # fmt: skip
    """The placement file for a collection agency: overdue documents with their claim, interest and lump sum.

    Left out, as of the dunning list, is what is on its way, disputed, promised or on hold; of a document that is disputed in part the
    rest is claimed. Without --older-than the days of the last dunning level count. What the agency remits net of its fee comes in by
    `import remittance`; see docs/credit_control.md.

    \b
    matcher placement --agency "Inkasso Nord" --older-than 60 -o placement.xlsx
    """
    books = open_books()
    with busy("listing what is placed"):
        found = books.placement(agency, items, as_of, customer=customer, days=days or 0, hold_until=hold_until, dry_run=dry_run)
    head = heading(books, f"placed with {agency}", as_of=as_of) if found else ()
    show(
        [with_currency(one.to_dict(), "fixed", "fixed_currency", output) for one in found],
        _PLACED,
        output,
        complete=_PLACED_COMPLETE,
        head=head,
    )
    note(f"{counted(len(found), 'document')} placed with {agency}.")
    if dry_run:
        note("Dry run: nothing was kept.")


@click.command(name="declare-overdue")
@with_books
@with_format
@as_of_option
@click.option("--days", type=click.IntRange(1), default=None, metavar="DAYS", help="Past due for so many days; default: [insurance] days.")
def declare_overdue(output: str, as_of: date | None, days: int | None) -> None:
    """Customers to declare to a credit insurer: what is past due for so many days, what is open in all, and the insured limit.

    Limits are in [insurance.limits] of matcher.toml, or in the column insured_limit of the customer master.
    """
    books = open_books()
    with busy("listing what is overdue"):
        found = books.overdue_declaration(as_of, days=days or 0)
    head = heading(books, "overdue declaration", as_of=as_of) if found else ()
    show(
        [with_currency(one.to_dict(), "insured_limit", "limit_currency", output) for one in found],
        _DECLARED,
        output,
        complete=_DECLARED_COMPLETE,
        head=head,
    )
    if not found:
        note("Nothing is overdue for so long.")


COMMANDS = (placement, declare_overdue)
