"""Commands that measure: kpi and team."""

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

import click

from matcher import languages
from matcher.cli.common import as_of_option, known_at_option, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, for_programs, show, with_format
from matcher.cli.tables.cells import grouped

if TYPE_CHECKING:
    from matcher.books import Books
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
    from matcher.ledger.figures.key import KPI

    books = open_books()
    with busy("adding up"):
        made = books.kpi(as_of, month=month, sales_days=sales_days, entity=entity, known_at=known_at)
    if for_programs(output):
        show([figure.to_dict() for figure in made.figures], list(KPI), output)
    else:
        _tables(books, made, output, by_currency=by_currency, explain=explain)
    _notes(made)


def _tables(books: "Books", made: "KeyFigures", output: str, *, by_currency: bool, explain: bool) -> None:
    named: tuple[str, ...] = (books.name, "key figures", f"{made.span.first.isoformat()} - {made.span.last.isoformat()}")
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
    """The sums with their words, which stand once."""
    measure, sums = figure.measure, figure.sums
    over, slash, under = sums.partition(" / ")
    if not slash:
        return languages.sentence(figure.note)
    first, space, rest = under.partition(" ")
    words = languages.word(measure.over), languages.word(measure.under)
    return f"{_grouped(over)} {words[0]} / {_grouped(first)} {words[1]}{space}{' '.join(map(_grouped, rest.split(' ')))}"


def _grouped(text: str) -> str:
    return " ".join(map(grouped, text.split(" ")))


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


_WORK = (
    Column("actor", "who", priority=0), Column("decisions", kind=Kind.COUNT, priority=0), Column("undone", kind=Kind.COUNT, priority=1),
    Column("precision", "% right", Kind.NUMBER, priority=0), Column("applied", kind=Kind.AMOUNT, priority=0),
    Column("days", "days to apply", Kind.NUMBER, priority=1), Column("currency", " ", priority=0, once=True),
)  # fmt: skip
_WAITING = (
    Column("owner", priority=0, shown=lambda owner: owner or "-"), Column("lines", kind=Kind.COUNT, priority=0),
    Column("waiting", "amount", Kind.AMOUNT, priority=0, total=True), Column("age", "days old", Kind.NUMBER, priority=0),
    Column("currency", " ", priority=0, once=True),
)  # fmt: skip
_TEAM = (
    "part", "actor", "owner", "currency", "decisions", "undone", "precision", "applied", "days", "lines", "waiting", "age", "cash",
    "target", "reached",
)  # fmt: skip
_COLLECTED = (
    Column("owner", priority=0), Column("cash", "collected", Kind.AMOUNT, priority=0, zeros=True),
    Column("target", kind=Kind.AMOUNT, priority=0), Column("reached", "% of target", Kind.NUMBER, priority=0),
    Column("currency", " ", priority=0, once=True),
)  # fmt: skip


@click.command()
@with_books
@with_format
@as_of_option
@known_at_option
@month_option
def team(output: str, as_of: date | None, known_at: str, month: str) -> None:
    """Who decided what in a month, how much of it stands, how soon it was applied; what waits with whom; and targets of collection.

    Whoever looks after a customer is the column owner of the customers' file; targets are `[collection_targets]` of matcher.toml. They are
    held against the cash applied to the documents of these customers.
    """
    books = open_books()
    with busy("adding up"):
        made = books.team(as_of, month=month, known_at=known_at)
    parts = made.to_dicts()
    if for_programs(output):
        rows = [{"part": part} | row for part, found in parts.items() for row in found]
        show([dict.fromkeys(_TEAM, "") | row for row in rows], _TEAM, output)
        return
    named: tuple[str, ...] = (books.name, "team", f"{made.team.first.isoformat()} - {made.team.last.isoformat()}")
    for part, columns, title in (("work", _WORK, "Decisions"), ("waiting", _WAITING, "Waiting"), ("collected", _COLLECTED, "Collected")):
        if parts[part]:
            show(parts[part], columns, output, title=title, head=named)
            named = ()
    if not any(parts.values()):
        note("There is nothing to measure yet.")


COMMANDS = (kpi, team)
