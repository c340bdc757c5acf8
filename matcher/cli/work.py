"""Commands of the daily work: run, status, queue, show, and the verdicts."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.common import SHARE, IsoDate, as_of_option, busy, note, open_books, reason_option, say, show, with_books, with_format
from matcher.codes import NEEDS_PERSON

if TYPE_CHECKING:
    from matcher.frames import State

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
    note(f"{result.considered} lines looked at: {result.posted} posted, {result.proposed} proposed.{ending}")


@click.command()
@with_books
@with_format
@as_of_option
def status(output: str, as_of: date | None) -> None:
    """Counts and amounts by outcome, the statement chain, and what blocks the close.

    Exit status 1 when a statement is in quarantine, a line waits because of its bank reference, or the chain of an account is broken.
    """
    import polars as pl

    from matcher import money
    from matcher.amounts import shown

    books = open_books()
    state = books.state(as_of)
    columns = ("outcome", "state", "currency", "amount", "pending")
    grouped = (
        pl.concat([state.lines.select(columns), state.excluded.select(columns)])
        .group_by("outcome", "state", "currency")
        .agg(pl.len().alias("lines"), shown(pl.col("amount")), shown(pl.col("pending")))
    )
    rows = [
        row | {name: money.render(row[name], row["currency"]) for name in ("amount", "pending")}
        for row in grouped.sort("outcome", "state", "currency").iter_rows(named=True)
    ]
    show(rows, ("outcome", "state", "lines", "currency", "amount", "pending"), output, numbers=_NUMBERS, title="Lines")
    blocks = books.blocks()
    for block in blocks:
        note(f"{block.code}: {block.message}")
    if blocks:
        click.get_current_context().exit(NEEDS_PERSON)


@click.command()
@with_books
@with_format
@as_of_option
@click.option("--entity", default="", metavar="ID", help="Only this legal entity.")
@click.option("--account", default="", metavar="ID", help="Only this bank account.")
@click.option("--outcome", default="", metavar="WORD", help="Only lines with this outcome.")
@click.option("--limit", type=click.IntRange(1, 1_000_000_000), default=None, help="At most so many lines.")
def queue(output: str, as_of: date | None, limit: int | None, **filters: str) -> None:
    """Receipts that wait for a person: proposed ones first, the largest first."""
    lines = open_books().queue(as_of, **filters)
    rest = 0 if limit is None else max(0, lines.height - limit)
    rows = [_waiting(row) for row in lines.head(limit or lines.height).iter_rows(named=True)]
    columns: tuple[str, ...] = (
        "line_id", "account", "booking_date", "amount", "currency", "payer", "text", "outcome", "state", "confidence", "reason"
    )  # fmt: skip
    if output == "table":
        # a screen is narrow: ten digits of the id name a line, and the long texts share what is left
        columns = ("line", "date", "amount", "payer", "text", "outcome", "reason")
        for row in rows:
            row |= {"line": row["line_id"][:10], "date": row["booking_date"], "amount": f"{row['amount']} {row['currency']}"}
            row["outcome"] = row["outcome"] if row["state"] == "none" else f"{row['outcome']}, {row['state']}"
    show(rows, columns, output, numbers=_NUMBERS, long=("payer", "text", "reason"))
    waiting = "receipt waits" if lines.height == 1 else "receipts wait"
    note(f"{lines.height} {waiting}{f', {lines.height - rest} shown' if rest else ''}.")


def _waiting(row: dict[str, Any]) -> dict[str, Any]:
    from matcher import money

    confidence = "" if row["confidence"] is None else f"{row['confidence'] / 1_000_000:.6f}"
    amounts = {name: money.render(row[name], row["currency"]) for name in ("amount", "pending")}
    return row | amounts | {"payer": row["counterparty_name"], "text": row["remittance_information"], "confidence": confidence}


@click.command(name="show")
@click.argument("line", metavar="LINE")
@with_books
@with_format
def show_line(line: str, output: str) -> None:
    """One line with its evidence: what the bank said, what was decided, and on what grounds. LINE may be the beginning of an id."""
    from matcher.pipeline.verdicts import find_any_line

    state = open_books().state(date.max)
    row = find_any_line(state, line)
    _show_facts(row, output)
    _show_shares(state, row, output)
    if output == "table":
        _show_decisions(state, row)


def _show_facts(row: dict[str, Any], output: str) -> None:
    from matcher import money

    amounts = {
        name: None if row[name] is None else money.render(row[name], row["currency"])
        for name in ("amount", "applied", "pending", "balance", "charges")
    }
    facts = row | amounts
    told_by_explain = ("evidence", "confidence", "margin", "basis", "difference", "log_odds", "runner_up", "blocked_by")
    hidden = ("raw", "instructed_amount", "source_line", *told_by_explain)
    if output == "table":
        rows = [
            {"field": name.replace("_", " "), "value": value}
            for name, value in facts.items()
            if name not in hidden and value not in ("", None, False)
        ]
        show(rows, ("field", "value"), output)
    else:
        show([facts], [name for name in facts if name not in hidden], output)


def _show_shares(state: "State", row: dict[str, Any], output: str) -> None:
    import polars as pl

    from matcher import money

    shares = state.allocations.filter(pl.col("line_id") == row["line_id"]).join(
        state.items.select("item_id", "document_no", "customer_id", "open", pl.col("currency").alias("item_currency")),
        on="item_id",
        how="left",
    )
    rows = [
        share
        | {
            "cash": money.render(share["amount"], share["currency"]),
            "adjustment": money.render(share["adjustment"], share["item_currency"]),
        }
        | {"open": money.render(share["open"], share["item_currency"]), "reason": share["adjustment_reason"]}
        for share in shares.iter_rows(named=True)
    ]
    if rows:
        show(
            rows,
            ("item_id", "document_no", "customer_id", "cash", "adjustment", "reason", "open", "state", "decision_id"),
            output,
            numbers=_NUMBERS,
        )


def _show_decisions(state: "State", row: dict[str, Any]) -> None:
    import polars as pl

    made = state.decisions.filter(pl.col("line_id") == row["line_id"])
    rows = [d | {"in_force": "yes" if d["live"] else "no"} for d in made.iter_rows(named=True)]
    if rows:
        show(rows, ("at", "kind", "actor", "outcome", "rule", "reason", "in_force", "decision_id"), "table")


def _decided(results: list[Any]) -> None:
    for one in results:
        say(f"{one.decision_id}  {one.kind}  {one.line_id}  {one.outcome}")


@click.command()
@click.argument("lines", nargs=-1, required=True, metavar="LINE...")
@with_books
@reason_option
def accept(lines: tuple[str, ...], reason: str) -> None:
    """Post the proposals on these lines, all or none."""
    _decided(open_books().accept(lines, reason=reason))


@click.command()
@click.argument("lines", nargs=-1, required=True, metavar="LINE...")
@with_books
@reason_option
def reject(lines: tuple[str, ...], reason: str) -> None:
    """Refuse the proposals on these lines; the same items are not proposed for them again."""
    _decided(open_books().reject(lines, reason=reason))


@click.command()
@click.argument("line", metavar="LINE")
@click.argument("items", nargs=-1, required=True, metavar="ITEM[=AMOUNT]...")
@with_books
@reason_option
def allocate(line: str, items: tuple[str, ...], reason: str) -> None:
    """Put a line's money on items, in this order.

    ITEM is an item id or a document number; without an amount it gets what is open and left. `ITEM=98.00+2.00:discount`
    clears 2.00 beside the cash, for the reason named. An id that holds `=` itself is found first.
    """
    books = open_books()
    _decided(books.allocate(line, books.wanted(items), reason=reason))


@click.command()
@click.argument("decision", metavar="DECISION|LINE")
@with_books
@reason_option
def undo(decision: str, reason: str) -> None:
    """Reverse a decision, named by its id or by its line. Both stay in the journal; the line is open again."""
    _decided(open_books().undo(decision, reason=reason))


COMMANDS = (run, status, queue, show_line, accept, reject, allocate, undo)
