"""The command that leads from one balance of the receivables to another, and on to the control account."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.common import IsoDate, known_at_option, note, open_books, with_books
from matcher.cli.tables import Column, Kind, Tone, for_programs, show, with_format
from matcher.cli.tables.cells import day_in_words
from matcher.cli.tables.standard import ten
from matcher.codes import NEEDS_PERSON

if TYPE_CHECKING:
    from matcher.pipeline.bridges import BridgeReport

Row = dict[str, Any]

_AMOUNT = Column("amount", kind=Kind.AMOUNT, priority=0, zeros=True)
_STEPS = (
    Column("figure", priority=0, wrap=True, tone=lambda row: Tone.BAD if row["step"] == "unexplained" else Tone.PLAIN),
    Column("reason", priority=1), _AMOUNT, Column("currency", " ", priority=0, once=True),
    Column("movements", kind=Kind.COUNT, priority=3), Column("entity", priority=0, once=True),
)  # fmt: skip
_BETWEEN = (
    Column("figure", priority=0, wrap=True), Column("customer_id", "customer", priority=2),
    Column("customer_name", "name", Kind.TEXT, priority=3), Column("document", priority=0), Column("date", kind=Kind.DATE, priority=1),
    _AMOUNT, Column("currency", " ", priority=0, once=True), Column("decision_id", "decision", priority=2, shown=ten),
    Column("line_id", "line", priority=3, shown=ten), Column("entity", priority=4, once=True),
)  # fmt: skip
COMPLETE = (
    "entity", "customer_id", "customer_name", "currency", "step", "reason", "amount", "movements", "first_day", "last_day", "item_id",
    "document_no", "line_id", "decision_id", "date",
)  # fmt: skip
"""Columns for programs: the steps, then what lies between closing balance and control account."""
_CONTROL = "The control account's balance on the last day, which is then itemised: 1400=5021.50, or '1400=5021.50 USD'."


@click.command()
@with_books
@with_format
@click.option("--month", default="", metavar="YYYY-MM", help="Of this month. Default: this month, up to the present day.")
@click.option("--from", "first", type=IsoDate(), metavar="DATE", help="From this day on, instead of a month.")
@click.option("--to", "last", type=IsoDate(), metavar="DATE", help="Up to this day.")
@click.option("--customer", default="", metavar="ID|NAME", help="Of this customer only.")
@click.option("--entity", default="", metavar="ID", help="Of this legal entity only.")
@click.option("--group", type=click.Choice(["entity", "customer"]), default="entity", help="Whose bridge it is.", show_default=True)
@click.option("--base", is_flag=True, help="In the base currency; what exchange rates did is a step of its own.")
@click.option("--control", multiple=True, metavar="ACCOUNT=AMOUNT", help=_CONTROL)
@known_at_option
def bridge(
    output: str, month: str, first: date | None, last: date | None, customer: str, entity: str, group: str, control: tuple[str, ...],
    known_at: str, *, base: bool,
) -> None:  # fmt: skip
    """From what customers owed to what they owe: every step of a month, by legal entity and currency.

    Opening balance, invoices, credit notes, receipts, discounts, write-offs and so on to the closing balance, which is the total of the
    aging of the last day. Every figure is a sum over the same movements, so it adds up by itself.

    With --base opening and closing are the aging's totals in the base currency, each at the closing rate of its day, every step is at the
    closing rate of the last day, and what is left is what exchange rates did.

    With --control it goes on to the control account of the general ledger: what was posted here and is not booked in the ERP yet, what
    was taken back here and is booked there still, unapplied receipts that the ERP does not list, and what the ERP listed after the month
    was closed, each by item. The account is an entity's control_account or its id. Exit status 1 when something is not explained.
    """
    from matcher.pipeline.bridges import BridgeRequest

    books = open_books()
    asked = BridgeRequest(group == "customer", customer, entity, control, base)
    report = books.bridge(month, asked, first=first, last=last, known_at=known_at)
    if for_programs(output):
        show(list(_records(report)), COMPLETE, output, complete=COMPLETE)
    else:
        begin, end = day_in_words(report.period.first), day_in_words(report.period.last)
        head = (books.name, "receivables", f"from {begin} to {end}")
        _show(report, output, head, by_customer=group == "customer")
    if not report.rows.height:
        note("Nothing was open and nothing moved.")
    for said in _remarks(report):
        note(said)
    if report.unexplained:
        click.get_current_context().exit(NEEDS_PERSON)


def _records(report: "BridgeReport") -> Iterator[Row]:
    """Rows of both parts with all columns."""
    from matcher import amounts

    blank = dict.fromkeys(COMPLETE, "") | {"movements": None, "date": None}
    days = {"first_day": report.period.first, "last_day": report.period.last}
    for frame in (report.rows, report.control):
        for row in amounts.render(frame, {"amount": "currency"}).iter_rows(named=True):
            yield blank | days | row | {"customer_name": report.names.get(row["customer_id"], "")}


def _show(report: "BridgeReport", output: str, head: tuple[str, ...], *, by_customer: bool) -> None:
    """A table for each entity and currency, or a row for each customer; then what lies between the two balances, item by item."""
    from matcher.ledger.bridge import Step
    from matcher.ledger.control import ControlStep

    words = {step.value: step.word for step in (*Step, *ControlStep)}
    records = [row | {"figure": words[row["step"]]} for row in _records(report)]
    steps, items = records[: report.rows.height], records[report.rows.height :]
    blocks: dict[tuple[str, str], list[Row]] = {}
    for row in (*steps, *(row | {"figure": words[row["step"]]} for row in _added(report))):
        blocks.setdefault((row["entity"], row["currency"]), []).append(row)
    if by_customer:
        _wide(report, output, head)
    else:
        several = len(blocks) > 1
        plain = {"entity", "currency"} if several else set()
        plain |= set() if any(row["reason"] for row in steps) else {"reason"}
        columns = tuple(column for column in _STEPS if column.name not in plain)
        for place, ((entity, currency), rows) in enumerate(blocks.items()):
            show(rows, columns, output, title=f"entity {entity}, {currency}" if several else "", head=() if place else head)
    between = [row | {"document": row["document_no"] or row["item_id"]} for row in items if row["item_id"]]
    if between:
        show(between, _BETWEEN, output, title="Between closing balance and control account")


def _wide(report: "BridgeReport", output: str, head: tuple[str, ...]) -> None:
    """A row for each customer and currency, with a column for each step that there is."""
    from matcher.ledger.bridge import Step

    rows: dict[tuple[str, str, str], Row] = {}
    for row in report.rows.iter_rows(named=True):
        key = (row["entity"], row["customer_id"], row["currency"])
        sums = rows.setdefault(key, {})
        sums[row["step"]] = sums.get(row["step"], 0) + row["amount"]
    present = [step for step in Step if any(step in sums for sums in rows.values())]
    ends = (Step.OPENING, Step.CLOSING)
    columns = (
        Column("entity", priority=4, once=True), Column("customer_id", "customer", priority=0),
        Column("customer_name", "name", Kind.TEXT, priority=1),
        *(Column(step, step.word, Kind.AMOUNT, priority=0 if step in ends else 2, total=True) for step in present),
        Column("currency", " ", priority=0, once=True),
    )  # fmt: skip
    show([_wide_row(key, sums, present, report) for key, sums in rows.items()], columns, output, head=head)


def _wide_row(key: tuple[str, str, str], sums: Row, present: Sequence[str], report: "BridgeReport") -> Row:
    from matcher import money

    entity, customer, currency = key
    about = {"entity": entity, "customer_id": customer, "customer_name": report.names.get(customer, ""), "currency": currency}
    return about | {str(step): money.render(sums.get(step, 0), currency) for step in present}


def _added(report: "BridgeReport") -> Iterator[Row]:
    """What lies between the two balances, added up by step."""
    import polars as pl

    from matcher import amounts
    from matcher.amounts import total

    sums = report.control.group_by("entity", "currency", "step", maintain_order=True).agg(
        amount=total(pl.col("amount")), movements=pl.col("item_id").filter(pl.col("item_id") != "").len()
    )
    for row in amounts.render(sums, {"amount": "currency"}).iter_rows(named=True):
        yield row | {"reason": "", "movements": row["movements"] or None}


def _remarks(report: "BridgeReport") -> Iterator[str]:
    from matcher import money

    for (entity, currency), left in report.unexplained.items():
        yield f"entity {entity}: {money.render(left, currency)} {currency} of the control account are not explained."
        listed = report.listed_on.get(entity)
        if listed is None:
            yield f"entity {entity}: no list of open items is of that day or an earlier one."
        elif listed < report.period.last:
            yield f"entity {entity}: the latest list of open items up to then is of {listed.isoformat()}."


COMMANDS = (bridge,)
