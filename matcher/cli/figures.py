"""Commands that measure: kpi, behaviour, forecast."""

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

import click

from matcher import languages
from matcher.cli.common import as_of_option, busy, heading, known_at_option, note, open_books, with_books
from matcher.cli.tables import Column, Kind, for_programs, show, with_format
from matcher.cli.tables.cells import grouped
from matcher.cli.tables.standard import days_overdue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.books import Books
    from matcher.cli.tables import Row
    from matcher.ledger.figures.forecast import BucketRate, Forecast
    from matcher.ledger.figures.key import Figure, KeyFigures

_FIGURE = (Column("figure", priority=0), Column("value", kind=Kind.NUMBER, priority=0), Column("unit", " ", priority=0))
_FIGURES = (
    *_FIGURE, Column("numerator", kind=Kind.NUMBER), Column("denominator", kind=Kind.NUMBER),
    Column("factor", "times", Kind.NUMBER, priority=3), Column("first", "since", Kind.DATE, priority=3),
)  # fmt: skip
_EXPLAINED = (*_FIGURE, Column("how", kind=Kind.TEXT, priority=0, wrap=True), Column("first", "since", Kind.DATE, priority=3))
month_option = click.option("--month", default="", metavar="YYYY-MM", help="A month; default: that of the day, up to it.")
entity_option = click.option("--entity", default="", metavar="ID", help="Of this legal entity only.")


@click.command()
@with_books
@with_format
@as_of_option
@known_at_option
@month_option
@entity_option
@click.option("--sales-days", type=click.IntRange(1, 3660), default=90, show_default=True, metavar="N", help="Days of sales for the DSO.")
@click.option("--by-currency", is_flag=True, help="Every currency by itself, also where all of them can be converted.")
@click.option("--explain", is_flag=True, help="Say in words which sums each figure is made of.")
def kpi(
    output: str, as_of: date | None, known_at: str, month: str, entity: str, sales_days: int, *, by_currency: bool, explain: bool
) -> None:
    """Key figures: days sales outstanding, how much of what was due came in, and how the matching did.

    Each legal entity has its own, and all together: in the base currency, at the closing rate, where every currency has a rate; else
    in each currency. Programs get all of them. A figure is its numerator divided by its denominator: -O json and --explain say what
    these are. Where the denominator is zero there is no figure.
    """
    books = open_books()
    with busy("adding up"):
        made = books.kpi(as_of, month=month, sales_days=sales_days, entity=entity, known_at=known_at)
    if for_programs(output):
        show([figure.to_dict() for figure in made.figures], list(made.figures[0].to_dict()) if made.figures else ["figure"], output)
    else:
        _tables(books, made, output, by_currency=by_currency, explain=explain)
    _notes(made)


def _tables(books: "Books", made: "KeyFigures", output: str, *, by_currency: bool, explain: bool) -> None:
    named: tuple[str, ...] = (books.config.books.name, "key figures", f"{made.span.first.isoformat()} - {made.span.last.isoformat()}")
    whole = {figure.place.entity for figure in made.figures if figure.converted}
    for (place, converted), figures in groupby(made.figures, lambda figure: (figure.place, figure.converted)):
        if not converted and not by_currency and place.entity in whole:
            continue
        whose = f"entity {place.entity}" if place.entity else "all entities"
        title = f"{whose}, all in {place.currency}" if converted else f"{whose}, {place.currency}"
        show([_row(figure) for figure in figures], _EXPLAINED if explain else _FIGURES, output, title=title, head=named)
        named = ()


def _row(figure: "Figure") -> dict[str, object]:
    record = figure.to_dict()
    return record | {"figure": figure.measure.words, "value": record["value"] or "-", "how": _how(figure)}


def _how(figure: "Figure") -> str:
    """The quotients with the words of their sums; the words stand once."""
    measure = figure.measure
    texts = []
    for place, ratio in enumerate(figure.ratios):
        over, under = (f" {languages.word(words)}" if not place else "" for words in (measure.over, measure.under))
        plus = f"{ratio.plus} + " if ratio.plus else ""
        times = f" x {ratio.factor}" if ratio.factor != 1 else ""
        sums = [grouped(figure.sum_text(value)) for value in (ratio.numerator, ratio.denominator)]
        texts.append(f"{plus}{sums[0]}{over} / {sums[1]}{under}{times}")
    return " + ".join(texts)


def _notes(made: "KeyFigures") -> None:
    if not made.figures:
        note("There is nothing to measure yet.")
    if made.begins:
        note(f"The books know sales before {made.begins.isoformat()} only of documents that were open then: DSO figures are too high.")
    if made.missing:
        note(f"No rate on or before {made.span.last.isoformat()}: {', '.join(made.missing)}. The whole is not in {made.rates.base}.")
    elif any(figure.converted for figure in made.figures):
        rates = ", ".join(f"{rate.per_base} {code} ({rate.day.isoformat()})" for code, rate in sorted(made.rates.by_currency.items()))
        note(f"Closing rates for 1 {made.rates.base}: {rates}.")


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

    books = open_books()
    with busy("adding up"):
        made = books.behaviour(customer, as_of, known_at=known_at)
    named = heading(books, "how customers pay", as_of=made.as_of)
    if not (expected and for_programs(output)):
        rows = [view.to_dict() | {"reasons": "; ".join(view.reasons)} for view in made.payers]
        if output == "json":
            rows = [view.to_dict() for view in made.payers]
        show(rows, _PAYERS, output, complete=list(rows[0]) if rows else ["customer_id"], head=named if rows else ())
    if expected or (customer and not for_programs(output)):
        frame = amounts.render(made.expected, {"open": "currency"})
        complete = [name for name in frame.columns if name != "delay"]
        show(list(frame.iter_rows(named=True)), _EXPECTED, output, complete=complete, title="Expected", head=() if made.payers else named)
    if customer and not for_programs(output):
        for view in made.payers:
            why = "; ".join(map(languages.sentence, view.reasons))
            note(f"{view.payer.currency}: grade {view.grade or '-'}: {why}.", told=True)
    if not made.payers:
        note("Nobody has paid in full in the last 52 weeks, and nobody owes anything.")


_WEEKS = (
    Column("number", "week", Kind.NUMBER, priority=0), Column("first", "from", Kind.DATE, priority=0),
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
    from matcher import amounts
    from matcher.ledger.figures.forecast import FORECAST_AMOUNTS, table

    books = open_books()
    with busy("adding up"):
        made = books.forecast(weeks, as_of, known_at=known_at)
    rows = list(amounts.render(table(made), FORECAST_AMOUNTS).iter_rows(named=True))
    if for_programs(output):
        show(rows, list(rows[0]) if rows else ["entity"], output)
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
        checks = [row | {"reason": row["note"]} for row in mine if row["what"] == "check"]
        show(checks, _CHECKS, output, title="Earlier forecasts")
        for row in mine:
            if row["what"] == "disputed":
                note(f"entity {entity}: {row['open']} {currency} are disputed and in no week.")


def _week(row: "Row") -> dict[str, object]:
    return dict(row) if row["what"] == "week" else dict(row) | {"number": "later"}


def _share(rate: "BucketRate", currency: str) -> dict[str, object]:
    from matcher.ledger.figures.ratio import amount, fixed

    value = rate.share.value
    sums = {"cash": amount(rate.share.numerator, currency), "open": amount(rate.share.denominator, currency)}
    share = fixed(value * 100, 1) if rate.known and value is not None else "-"
    return {"bucket": rate.bucket.replace("_", " "), "debts": rate.debts, **sums, "share": share, "currency": currency}


COMMANDS = (kpi, behaviour, forecast)
