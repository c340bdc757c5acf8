"""The command that ages open items."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.common import as_of_option, heading, known_at_option, note, open_books, with_books
from matcher.cli.tables import for_programs, show, with_format

if TYPE_CHECKING:
    from matcher.pipeline.aged import AgingReport

BY = "Count the buckets from the due date or from the document's date."
BUCKETS = "Last day of each bucket, as in 30,60,90; or years, which are counted from the document's date. Default: matcher.toml's."


@click.command()
@with_books
@with_format
@as_of_option
@known_at_option
@click.option("--by", type=click.Choice(["due", "document"]), default=None, help=f"{BY}  [default: due]")
@click.option("--buckets", default="", metavar="DAYS|years", help=BUCKETS)
@click.option(
    "--group", type=click.Choice(["customer", "entity", "currency"]), default="customer", help="What a row is.", show_default=True
)
@click.option("--base", is_flag=True, help="Everything in the base currency, each item at the closing rate.")
@click.option("--detail", is_flag=True, help="One row for each item instead of each customer.")
def aging(output: str, as_of: date | None, known_at: str, by: str | None, buckets: str, group: str, *, base: bool, detail: bool) -> None:
    """Aged open items by customer: what is due, since when, and what is paid but not yet applied.

    Unapplied receipts and credits have columns of their own and are in no bucket; what is disputed stays in its bucket and is shown
    beside it too. Where there are several currencies, a second table has the total of each in the base currency at the closing rate:
    the rate of the day, or the latest before it (`import rates`). There is no total where a rate is missing; it is named.

    \b
    matcher aging --buckets years                 within 1 year, 1-2, 2-3 and over 3, by the document's date
    matcher aging --by document --buckets 30,60   days since the document's date
    """
    from matcher.pipeline.aged import request

    books = open_books()
    report = books.aging_report(as_of, request(by or "", buckets, group, base=base), known_at=known_at)
    frame = report.rows if detail else report.summary
    named = heading(books, "aged open items", *_made(report, base=base), as_of=as_of) if frame.height else ()
    currencies = sorted(frame["currency"].unique())
    head = [*named, *([", ".join(currencies)] if len(currencies) > 1 else [])]
    _show(report, output, head, group, detail=detail)
    if not frame.height:
        note("Nothing is open.")
    if report.totals["currency"].to_list() not in ([], [report.rates.base]):
        _totals(report, output, base=base)


def _made(report: "AgingReport", *, base: bool) -> Sequence[str]:
    from matcher.ledger.aging import AgedBy

    by = {AgedBy.DUE: "", AgedBy.DOCUMENT: "by document date", AgedBy.YEARS: "by document date"}[report.by]
    return [*filter(None, (by, f"in {report.rates.base}" if base else ""))]


def _show(report: "AgingReport", output: str, head: Sequence[str], group: str, *, detail: bool) -> None:
    from matcher import amounts
    from matcher.cli import aging_columns
    from matcher.ledger.aging import AGING_AMOUNTS, AgedBy, Group

    if detail:
        rendered = amounts.render(report.rows, AGING_AMOUNTS)
        rows = [row | {"name": report.names.get(row["customer_id"], "")} for row in rendered.iter_rows(named=True)]
        show(rows, aging_columns.DETAIL, output, complete=[*rendered.columns, "name"], head=head)
        return
    figures = dict.fromkeys((*report.buckets, "credits", "unapplied", "open_total", "disputed"), "currency")
    rendered = amounts.render(report.summary, figures)
    rows = list(rendered.iter_rows(named=True))
    if report.by == AgedBy.DUE:
        rows = [row | {"overdue": aging_columns.overdue(row, report.buckets)} for row in rows]
    show(rows, aging_columns.summary(report.buckets, report.by, Group(group)), output, complete=rendered.columns, head=head)


def _totals(report: "AgingReport", output: str, *, base: bool) -> None:
    """Each currency in the base currency, for people; and what cannot be converted."""
    from matcher.cli import aging_columns

    code = report.rates.base
    rows: list[dict[str, Any]] = [_total(row, code) for row in report.totals.iter_rows(named=True)]
    missing = report.rates.missing(report.totals["currency"])
    if not for_programs(output):
        columns = aging_columns.totals(complete=not missing)
        show(rows, columns, output, title=f"In {code} at the closing rate", currency="in")
    for currency in missing:
        note(f"{currency} has no rate on {report.as_of.isoformat()} or before: there is no total in {code}. See `matcher import rates`.")


def _total(row: dict[str, Any], base: str) -> dict[str, Any]:
    from matcher import money

    converted = "" if row["base_total"] is None else money.render(row["base_total"], base)
    return row | {"open_total": money.render(row["open_total"], row["currency"]), "base_total": converted, "in": base}


COMMANDS = (aging,)
