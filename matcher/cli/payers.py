"""Commands about payers: behaviour, forecast, exposure."""

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

import click

from matcher import languages
from matcher.cli.common import as_of_option, heading, known_at_option, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Said, Tone, for_programs, show, with_format
from matcher.cli.tables.cells import grouped
from matcher.cli.tables.standard import days_overdue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.cli.tables import Row
    from matcher.ledger.figures.forecast import BucketRate, Forecast


def _signed(value: object) -> str:
    text = str(value)
    return text if text.startswith("-") or not text.strip("0.") else f"+{text}"


_PAYERS = (
    Column("entity", priority=4, once=True), Column("customer_id", "customer", priority=0), Column("name", kind=Kind.TEXT, priority=1),
    Column("grade", priority=0), Column("items", "paid", Kind.COUNT, priority=1), Column("days_late", "days late", Kind.NUMBER, priority=0),
    Column("days_late_plain", "plain", Kind.NUMBER, priority=3), Column("trend", kind=Kind.NUMBER, priority=1, shown=_signed),
    Column("weekday", "pays on", priority=2), Column("discounts_taken", "discounts", Kind.COUNT, priority=4),
    Column("discounts_unearned", "unearned", Kind.COUNT, priority=3), Column("accounts", kind=Kind.COUNT, priority=4),
    Column("overdue", kind=Kind.AMOUNT, priority=2, total=True), Column("open", kind=Kind.AMOUNT, priority=1, total=True),
    Column("currency", " ", priority=0, once=True),
)  # fmt: skip
_EXPECTED = (
    Column("expected", kind=Kind.DATE, priority=0), Column("document_no", "document", priority=0), Column("item_id", "item", priority=4),
    Column("due", kind=Kind.DATE), Column("days_past_due", "days overdue", Kind.COUNT, priority=2, shown=days_overdue),
    Column("open", kind=Kind.AMOUNT, priority=0, total=True), Column("currency", " ", priority=0, once=True),
)  # fmt: skip


@click.command()
@click.option("--customer", default="", metavar="ID|NAME", help="This customer only, with the day on which each open item may be expected.")
@with_books
@with_format
@as_of_option
@known_at_option
@click.option("--expected", is_flag=True, help="The open items of all customers with the day on which each may be expected.")
def behaviour(output: str, customer: str, as_of: date | None, known_at: str, *, expected: bool) -> None:
    """How customers pay: days late, trend, weekday, discounts, and a grade from A to E.

    Counted are debts that were paid in full in the last 52 weeks; days are weighted by amount, and payments of the latest thirteen weeks
    weigh four times as much as those of the earliest. A weekday is named only where it is no chance. The bounds of the grades are
    `credit.grades` of matcher.toml.
    """
    from matcher import amounts
    from matcher.review.behaviour import PAYER

    books = open_books()
    with busy("adding up"):
        made = books.behaviour(customer, as_of, known_at=known_at)
    named = heading(books, "how customers pay", as_of=made.as_of)
    if not (expected and for_programs(output)):
        rows = [view.to_dict() | {"reasons": "; ".join(view.reasons)} for view in made.payers]
        if output == "json":
            rows = [view.to_dict() for view in made.payers]
        show(rows, _PAYERS, output, complete=PAYER, head=named if rows else ())
    if expected or (customer and not for_programs(output)):
        frame = amounts.render(made.expected, {"open": "currency"})
        complete = [name for name in frame.columns if name != "delay"]
        show(list(frame.iter_rows(named=True)), _EXPECTED, output, complete=complete, title="Expected", head=() if made.payers else named)
    if customer and not for_programs(output):
        for view in made.payers:
            why = "; ".join(map(languages.sentence, view.reasons))
            currency, grade = view.payer.currency, view.grade or "-"
            note(f"{currency}: grade {grade}: {why}.")
    if not made.payers:
        note("Nobody has paid in full in the last 52 weeks, and nobody owes anything.")


_WEEKS = (
    Column("number", "week", priority=0), Column("first", "from", Kind.DATE, priority=0),
    Column("last", "to", Kind.DATE, priority=2), Column("open", "expected", Kind.AMOUNT, priority=1, total=True),
    Column("unknown", "without a share", Kind.AMOUNT, priority=2, total=True),
    Column("cash", "forecast", Kind.AMOUNT, priority=0, total=True, zeros=True), Column("currency", " ", priority=0, once=True),
)  # fmt: skip
_SHARES = (
    Column("bucket", priority=0), Column("debts", kind=Kind.COUNT, zeros=True), Column("cash", "came in", Kind.AMOUNT),
    Column("open", kind=Kind.AMOUNT), Column("share", "%", Kind.NUMBER, priority=0), Column("currency", " ", priority=0, once=True),
)  # fmt: skip
_CHECKS = (
    Column("number", "weeks ago", Kind.NUMBER, priority=0), Column("first", "from", Kind.DATE, priority=2),
    Column("cash", "forecast", Kind.AMOUNT, priority=0, zeros=True), Column("actual", kind=Kind.AMOUNT, priority=0, zeros=True),
    Column("error", "error %", Kind.NUMBER, priority=0), Column("misses", "weekly misses", Kind.AMOUNT, priority=2),
    Column("reason", "no forecast since", Kind.TEXT, priority=1, wrap=True), Column("currency", " ", priority=0, once=True),
)  # fmt: skip


@click.command()
@with_books
@with_format
@as_of_option
@known_at_option
@click.option("--weeks", type=click.IntRange(1, 26), default=8, show_default=True, metavar="N", help="How many weeks.")
@click.option("--shares", is_flag=True, help="Show the share of each bucket that came in within eight weeks, and of what.")
def forecast(output: str, as_of: date | None, known_at: str, weeks: int, *, shares: bool) -> None:
    """Cash of the next weeks from what is open today, and how right the forecasts of four and eight weeks ago would have been.

    An open item counts in the week in which the customer's habits let it be expected (see `matcher behaviour`), times the share of its
    bucket that came in within eight weeks before; one that should have come already counts evenly over eight weeks. Disputed items are
    in no week. Where too few debts are known there is no number.
    """
    import polars as pl

    from matcher import amounts
    from matcher.ledger.figures.forecast import FORECAST, FORECAST_AMOUNTS, table

    books = open_books()
    with busy("adding up"):
        made = books.forecast(weeks, as_of, known_at=known_at)
    rendered = amounts.render(table(made), FORECAST_AMOUNTS).with_columns(pl.col(*FORECAST_AMOUNTS).fill_null(""))
    rows = list(rendered.iter_rows(named=True))
    if for_programs(output):
        show(rows, list(FORECAST), output)
    else:
        _forecast_tables(heading(books, "cash forecast", as_of=made.as_of), made, rows, output, shares=shares)
    if not rows:
        note("Nothing is open.")
    elif all(week.cash is None for week in made.weeks):
        note(
            "There is no forecast yet: too few debts have been paid since the books began. What is expected is by due date and habit alone."
        )


def _forecast_tables(named: tuple[str, ...], made: "Forecast", rows: "Sequence[Row]", output: str, *, shares: bool) -> None:
    from matcher.ledger.figures.sums import Place

    for (entity, currency), found in groupby(rows, lambda row: (row["entity"], row["currency"])):
        mine = list(found)
        title = f"entity {entity}"
        show([_week(row) for row in mine if row["what"] in ("week", "later")], _WEEKS, output, title=title, head=named)
        named = ()
        if shares:
            show([_share(rate, currency) for rate in made.rates.get(Place(entity, currency), ())], _SHARES, output, title="Shares")
        checks = [{**row, "reason": row["note"]} for row in mine if row["what"] == "check"]
        show(checks, _CHECKS, output, title="Earlier forecasts")
        for row in mine:
            if row["what"] == "disputed":
                note(f"entity {entity}: {row['open']} {currency} are disputed and in no week.")


def _week(row: "Row") -> dict[str, object]:
    return {**row, "number": row["number"] if row["what"] == "week" else Said("later")}


def _share(rate: "BucketRate", currency: str) -> dict[str, object]:
    from matcher.ledger.figures.ratio import amount, fixed

    value = rate.share.value
    sums = {"cash": amount(rate.share.numerator, currency), "open": amount(rate.share.denominator, currency)}
    share = fixed(value * 100, 1) if rate.known and value is not None else "-"
    return {"bucket": rate.bucket.replace("_", " "), "debts": rate.debts, **sums, "share": share, "currency": currency}


_EXPOSURES = (
    Column("customer_id", "customer", priority=0), Column("name", kind=Kind.TEXT, priority=1), Column("grade", priority=3),
    Column("limit", kind=Kind.AMOUNT, priority=1, zeros=True), Column("open", kind=Kind.AMOUNT, priority=0),
    Column("unapplied", kind=Kind.AMOUNT, priority=2), Column("net", kind=Kind.AMOUNT, priority=3),
    Column("excess", kind=Kind.AMOUNT, priority=2, shown=lambda value: "" if str(value).startswith("-") else grouped(str(value))),
    Column("used", "% used", Kind.NUMBER, priority=1), Column("overdue", kind=Kind.AMOUNT, priority=1),
    Column("insured", kind=Kind.AMOUNT, priority=4, zeros=True), Column("uninsured", kind=Kind.AMOUNT, priority=4),
    Column("currency", " ", priority=0, once=True),
    Column("reason", "look at", Kind.TEXT, priority=0, wrap=True, tone=lambda row: Tone.BAD if row["reason"] else Tone.PLAIN),
)  # fmt: skip


@click.command()
@with_books
@with_format
@as_of_option
@known_at_option
@click.option("--alerts", is_flag=True, help="Only customers that should be looked at.")
def exposure(output: str, as_of: date | None, known_at: str, *, alerts: bool) -> None:
    """What each customer owes against his credit limit, those furthest beyond it first.

    The limit is the column credit_limit of the customers' file, insured_limit what an insurer covers, both in the customer's currency.
    What is owed is the open documents of all legal entities; receipts that no document has taken yet stand beside it and do not lower
    it. Other currencies are converted at the closing rate of the day.
    """
    from matcher.review.exposure import EXPOSURE

    books = open_books()
    with busy("adding up"):
        made = books.exposure(as_of, known_at=known_at)
    rows = []
    for one in made.customers:
        if one.exposure.alerts or not alerts:
            row = one.to_dict() | {"reason": "; ".join(map(languages.sentence, one.exposure.alerts))}
            if output != "json":
                row |= {"alerts": "; ".join(one.exposure.alerts), "converted": " ".join(one.exposure.converted)}
            rows.append(row)
    show(rows, _EXPOSURES, output, complete=EXPOSURE, head=heading(books, "exposure", as_of=made.as_of) if rows else ())
    if not made.customers:
        note("Nobody owes anything, and nobody has a limit.")
    elif not any(one.exposure.limit is not None for one in made.customers):
        note("No customer has a limit: give it in the column credit_limit of the customers' file.")
    if said := made.rates_said:
        note(f"Closing rates for 1 {made.base}: {said}.")


COMMANDS = (behaviour, forecast, exposure)
