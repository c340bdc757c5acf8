"""Commands of the daily work: run, status, show, customer."""

from datetime import date
from typing import Any

import click

from matcher.cli.advices import show_advices
from matcher.cli.common import SHARE, IsoDate, as_of_option, did, heading, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Tone, counted, for_programs, show, show_facts, with_format
from matcher.cli.tables.standard import days_overdue, long_overdue, ten
from matcher.codes import NEEDS_PERSON

_OUTCOME, _STATE = Column("outcome", priority=0), Column("state", priority=0, tones={"posted": Tone.GOOD})
_LINES = Column("lines", kind=Kind.COUNT, total=True)
_AMOUNT, _PENDING = Column("amount", kind=Kind.AMOUNT, priority=0, total=True), Column("pending", "not applied", Kind.AMOUNT, total=True)
_CURRENCY = Column("currency", " ", priority=0, once=True)


@click.command()
@with_books
@with_format
@click.option("--as-of", type=IsoDate(), metavar="DATE", help="Look at lines up to this day only; all that is known counts.")
@click.option("--precision", type=SHARE, help="Share of postings that must be right; default: the policy's.")
@click.option("--processes", type=click.IntRange(1, 256), metavar="N", help="Processes that share the work; default: one for each core.")
@click.option("--engine", type=click.Choice(["local", "spark"]), help="Where to compute; default: as [engine] in matcher.toml says.")
@click.option("--explain-plan", is_flag=True, help="With Spark: list each stage with its tasks and the bytes that were shuffled.")
@click.option("--dry-run", is_flag=True, help="Do everything but keep nothing.")
def run(
    output: str,
    as_of: date | None,
    precision: float | None,
    processes: int | None,
    engine: str | None,
    *,
    explain_plan: bool,
    dry_run: bool,
) -> None:
    """Match everything that is still open, and print a summary by outcome.

    What is certain is posted; what is likely is proposed and waits for `accept` or `reject`; the rest is left with a reason.
    The closing words say on which classes of evidence it posted, and which only propose: see `matcher rules trust`.
    How many processes share the work changes nothing but the time; few lines are not shared.
    """
    from matcher import money

    books = open_books()
    with busy("reading the books") as progress:
        result = books.run(as_of, precision=precision, dry_run=dry_run, progress=progress, processes=processes, engine=engine)
    did(lines=result.considered, posted=result.posted, proposed=result.proposed)
    rows = [
        {"outcome": outcome, "state": state, "lines": lines, "currency": currency, "amount": money.render(amount, currency)}
        for (outcome, state, currency), (lines, amount) in result.by_outcome.items()
    ]
    named = heading(books, "matched", as_of=as_of)
    columns = (_OUTCOME, _STATE, _LINES, _AMOUNT, _CURRENCY)
    show(rows, columns, output, complete=("outcome", "state", "lines", "currency", "amount"), head=named)
    for what in result.notes:
        note(f"note: {what}")
    for stage in result.stages if explain_plan else ():
        note(f"stage {stage.number}: {stage.tasks} tasks, {stage.shuffle_written} bytes written to a shuffle, {stage.shuffle_read} read")
    if result.posted:
        note(f"Posted on {', '.join(f'{name} {count}' for name, count in result.by_class.items() if count)}.")
    ending = " Dry run: nothing was kept." if dry_run else ""
    note(f"{counted(result.considered, 'line')} looked at: {result.posted} posted, {result.proposed} proposed.{ending}")


_RECEIVABLES = (
    Column("entity", priority=0), Column("currency", priority=0), Column("items", kind=Kind.AMOUNT, priority=0),
    Column("unapplied", kind=Kind.AMOUNT, priority=0), Column("total", kind=Kind.AMOUNT, priority=0),
    Column("control", "control account", Kind.AMOUNT, priority=0), Column("difference", kind=Kind.AMOUNT, priority=0),
)  # fmt: skip


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
    named = heading(books, "status", as_of=as_of)
    rows = [group.to_dict() for group in report.groups]
    columns = (_OUTCOME, _STATE, _LINES, _AMOUNT, _PENDING, _CURRENCY)
    show(rows, columns, output, complete=("outcome", "state", "lines", "currency", "amount", "pending"), title="Lines", head=named)
    if report.receivables and not for_programs(output):
        empty = dict.fromkeys(("control", "difference"), "")
        shown = _RECEIVABLES if control else _RECEIVABLES[:-2]
        show([empty | one.to_dict() for one in report.receivables], shown, output, title="Receivables")
    for block in report.blocks:
        note(f"{block.code}: {block.message}")
    differing = [one for one in report.receivables if one.difference]
    for one in differing:
        record = one.to_dict()
        note(f"entity {one.entity}: the control account has {record['control']} {one.currency}, receivables are {record['total']}.")
    if report.rejected:
        note(f"{counted(report.rejected, 'receipt')} rejected by the ERP. See `matcher outbox --state rejected`.")
    if report.closed_through:
        note(f"Closed through {report.closed_through.isoformat()}.")
    waits = fail_if_waiting and books.queue(as_of, limit=1).waiting
    if report.blocks or differing or waits:
        click.get_current_context().exit(NEEDS_PERSON)


_PAID = (
    Column("item_id", "item", priority=0), Column("document_no", "document"), Column("customer_id", "customer"),
    Column("cash", kind=Kind.AMOUNT, priority=0, zeros=True), Column("adjustment", "cleared", Kind.AMOUNT),
    Column("reason", kind=Kind.TEXT, priority=2), Column("open", "left open", Kind.AMOUNT, zeros=True), Column("state", priority=2),
)  # fmt: skip
_DECIDED = (
    Column("at", "at (UTC)", Kind.MOMENT, priority=0), Column("kind", "decision", priority=0), Column("actor", "by", priority=0),
    Column("outcome", priority=2), Column("rule", priority=3), Column("reason", kind=Kind.TEXT),
    Column("in_force", "in force", priority=1), Column("decision_id", "id", priority=2, shown=ten),
)  # fmt: skip


@click.command(name="show")
@click.argument("line", metavar="LINE")
@with_books
@with_format
def show_line(line: str, output: str) -> None:
    """One line with its evidence: what the bank said, what was decided, and on what grounds. LINE may be the beginning of an id."""
    books = open_books()
    view = books.line(line)
    record = view.to_dict()
    if for_programs(output):
        show([record], list(record), output)
    else:
        show_facts(record, output)
    if view.allocations:
        # what no row has is left out
        cleared = any(allocation.adjustment for allocation in view.allocations)
        columns = [column for column in _PAID if cleared or column.name not in ("adjustment", "reason")]
        complete = ("item_id", "document_no", "customer_id", "cash", "adjustment", "reason", "open", "state", "decision_id")
        show([allocation.to_dict() for allocation in view.allocations], columns, output, complete=complete, title="What it pays")
    if not for_programs(output):
        show_advices(books.advices(line_id=str(view.facts["line_id"])), output)
    if view.decisions and not for_programs(output):
        rows = [decision.to_dict() | {"in_force": "yes" if decision.in_force else "no"} for decision in view.decisions]
        show(rows, _DECIDED, output, title="Decisions")


_OPEN = (
    Column("item_id", "item", priority=0), Column("document_no", "document", priority=1), Column("document_type", "type", priority=3),
    Column("issue_date", "issued", Kind.DATE, priority=4), Column("due_date", "due", Kind.DATE, priority=1),
    Column("days_past_due", "days overdue", Kind.COUNT, priority=2, shown=days_overdue, tone=long_overdue),
    Column("open_amount", "open", Kind.AMOUNT, priority=0, total=True), Column("disputed_amount", "disputed", Kind.AMOUNT, priority=3),
    Column("currency", " ", priority=0, once=True), Column("entity", priority=3, once=True),
)  # fmt: skip


@click.command()
@click.argument("customer_id", metavar="CUSTOMER")
@with_books
@with_format
@as_of_option
def customer(customer_id: str, output: str, as_of: date | None) -> None:
    """What a customer owes, item by item and by how long it is overdue, and how many receipts of his wait.

    The unapplied rest of a receipt is a row of its own below zero.
    """
    books = open_books()
    view = books.customer(customer_id, as_of)
    record = view.to_dict()
    rows: list[dict[str, Any]] = record["items"]  # type: ignore[assignment]
    complete = (
        "entity", "item_id", "document_no", "document_type", "issue_date", "due_date", "days_past_due", "bucket", "currency", "amount",
        "open_amount", "disputed_amount",
    )  # fmt: skip
    named = heading(books, " ".join(filter(None, (customer_id, view.name))), as_of=as_of)
    show(rows, _OPEN, output, complete=complete, head=named if rows else ())
    waits = counted(len(view.waiting), "receipt waits", "receipts wait")
    open_now = f"{counted(len(rows), 'item')} open" if rows else f"{customer_id} {view.name}: nothing is open"
    note(f"{open_now}; {waits}.")


COMMANDS = (run, status, show_line, customer)
