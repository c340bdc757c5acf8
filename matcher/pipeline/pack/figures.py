"""Key figures of the month, with the sums that they are made of, and those of the month before."""

from itertools import groupby

import polars as pl

from matcher import frames
from matcher.exports.pack.record import Column, Kind, Section, Table
from matcher.ledger.figures.key import Figure, KeyFigures
from matcher.pipeline import figures
from matcher.pipeline.pack.month import Month
from matcher.pipeline.session import Session

_FIGURE: frames.Schema = {
    "entity": pl.String(), "currency": pl.String(), "figure": pl.String(), "value": pl.String(), "before": pl.String(), "unit": pl.String(),
    "sums": pl.String(), "first": pl.Date(), "note": pl.String(),
}  # fmt: skip


def section(session: Session, month: Month) -> Section:
    """Every key figure of each legal entity and of all together: in the base currency where every currency has a rate."""
    now = _told(figures.kpi(session, month.state, figures.span(month.last, month.name), month.known))
    before = {_key(one): one.text for one in _told(month.before.figures)}
    rows = [
        (*one.place, one.measure.words, one.text, before.get(_key(one), ""), one.measure.unit, one.sums, one.first, one.note)
        for one in now
    ]  # fmt: skip
    columns = (
        Column("entity", "entity"), Column("currency", "currency"), Column("figure", "figure", Kind.SENTENCE),
        Column("value", "this month", Kind.NUMBER, strong=True), Column("before", "last month", Kind.NUMBER),
        Column("unit", "unit", Kind.WORD),
        Column("sums", "made of", Kind.WIDE), Column("first", "since", Kind.DATE), Column("note", "note", Kind.SENTENCE),
    )  # fmt: skip
    table = Table(
        "Key figures", "Key figures", columns, frames.of_rows(rows, _FIGURE), currency="", shown=90,
        note="Where a denominator is zero there is no figure. Of all entities together the entity is empty.",
        empty="There is nothing to measure.",
    )  # fmt: skip
    return Section(
        "figures",
        "Key figures",
        (table,),
        f"matcher kpi --month {month.name} --explain says which sums these are",
        "A figure is its numerator divided by its denominator; both are sums over the same movements as aging and bridge.",
    )


def _key(one: Figure) -> tuple[str, str, str]:
    return (one.place.entity, one.place.currency, one.measure.id)


def _told(made: KeyFigures) -> list[Figure]:
    """Of an entity with a whole in the base currency that alone; else each of its currencies."""
    whole = {one.place.entity for one in made.figures if one.converted}
    found: list[Figure] = []
    for (place, converted), mine in groupby(made.figures, lambda one: (one.place, one.converted)):
        if converted or place.entity not in whole:
            found += mine
    return found
