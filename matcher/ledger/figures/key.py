"""Key figures of receivables and of the matching, each with the sums that it is made of.

The formulas of receivables are those that the Credit Research Foundation uses, with the period's own sales in the place of its monthly
average; amounts are those of the sub-ledger, so that they agree with aging and bridge. A figure whose denominator is zero is none.
"""

from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import reduce

import polars as pl

from matcher.frames import Schema
from matcher.ledger.figures.rates import ClosingRates
from matcher.ledger.figures.ratio import Number, Ratio, amount, fixed
from matcher.ledger.figures.sums import Place, Span, Sums


def days_sales_outstanding(sums: Sums, span: Span) -> Ratio:
    """Receivables at the end / credit sales x days of the sales. Source: Credit Research Foundation, DSO."""
    return Ratio(sums.receivables, sums.sales, span.sales_days)


def best_possible_dso(sums: Sums, span: Span) -> Ratio:
    """Debts that are not due / credit sales x days: the DSO of customers who all pay in time. Source: Credit Research Foundation."""
    return Ratio(sums.current, sums.sales, span.sales_days)


def average_days_delinquent(sums: Sums, span: Span) -> Ratio:
    """DSO less best possible DSO. Source: Credit Research Foundation, ADD."""
    return Ratio(sums.receivables - sums.current, sums.sales, span.sales_days)


def count_back_dso(sums: Sums, span: Span) -> Ratio:
    """Sales of the latest months are taken off receivables: whole months count with their days, the last one by its share.

    It does not swing with the season. None where more is open than was ever sold. Source: the count-back or exhaustion method.
    """
    left, days, (year, month) = sums.receivables, 0, (span.last.year, span.last.month)
    if left <= 0:
        return Ratio(0, 1)
    length = span.last.day
    earliest = min(sums.monthly_sales, default=(year + 1, 1))
    while (year, month) >= earliest:
        sold = max(sums.monthly_sales.get((year, month), 0), 0)
        if left <= sold:
            return Ratio(left, sold, length, days)
        left, days = left - sold, days + length
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        length = monthrange(year, month)[1]
    return Ratio(left, 0, length, days)


def true_dso(sums: Sums, span: Span) -> tuple[Ratio, ...]:
    """Open debts x days since their issue / credit sales of their month, summed over the months. Source: Oracle Receivables, True DSO."""
    return tuple(Ratio(days, sums.monthly_sales.get(month, 0)) for month, days in sorted(sums.invoice_days.items()))


def collection_effectiveness(sums: Sums, span: Span) -> Ratio:
    """(opening + credit sales - closing) / (opening + credit sales - closing not due) x 100: the share collected of what could be.

    Of the period. Source: Credit Research Foundation, collection effectiveness index.
    """
    due = sums.opening + sums.period_sales
    return Ratio(due - sums.receivables, due - sums.current, 100)


def receipts_matched(sums: Sums, span: Span) -> Ratio:
    """Receipts that the engine applied alone / receipts of the period that may pay documents x 100, by number."""
    return Ratio(sums.auto, sums.receipts, 100)


def receipts_value_matched(sums: Sums, span: Span) -> Ratio:
    """The same by amount of the receipts."""
    return Ratio(sums.auto_value, sums.receipts_value, 100)


def documents_matched(sums: Sums, span: Span) -> Ratio:
    """Documents that the engine applied cash to / documents that receipts of the period pay, posted or proposed, x 100, by number."""
    return Ratio(sums.auto_parts, sums.parts, 100)


def documents_value_matched(sums: Sums, span: Span) -> Ratio:
    """The same by cash."""
    return Ratio(sums.auto_parts_value, sums.parts_value, 100)


def match_precision(sums: Sums, span: Span) -> Ratio:
    """Postings of the engine that no person took back or corrected / postings of the engine in the period x 100."""
    return Ratio(sums.decisions - sums.wrong, sums.decisions, 100)


def unapplied_share(sums: Sums, span: Span) -> Ratio:
    """What no document has taken of the receipts of the period, on account or unidentified / these receipts x 100, by amount."""
    return Ratio(sums.unapplied, sums.receipts_value, 100)


def unapplied_age(sums: Sums, span: Span) -> Ratio:
    """All that is unapplied on the last day, weighted by amount: days since it was booked."""
    return Ratio(sums.left_days, sums.left)


def days_to_apply(sums: Sums, span: Span) -> Ratio:
    """Days from the value date to the decision, weighted by the cash applied; of the period's receipts. What was early counts as 0 days."""
    return Ratio(sums.applied_days, sums.applied)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a key figure is.

    Attributes:
        id: in files.
        words: for people.
        unit: ``days`` or ``%``.
        over, under: what its numerator and denominator are.
        of: the function that makes it.
        money: whether numerator and denominator are amounts; else they are numbers.
        sales: whether it is of the days of the sales; else of the period.
    """

    id: str
    words: str
    unit: str
    over: str
    under: str
    of: Callable[[Sums, Span], Ratio | tuple[Ratio, ...]]
    money: bool = True
    sales: bool = False


_RECEIPTS, _BY_ENGINE = "receipts of the period", "receipts applied by the engine"
_DOCUMENTS, _OF_ENGINE = "documents that these receipts pay, posted or proposed", "documents applied by the engine"
_ADD = "receivables less debts not due yet"
MEASURES = (
    Measure("dso", "days sales outstanding", "days", "receivables", "credit sales", days_sales_outstanding, sales=True),
    Measure("best_possible_dso", "best possible DSO", "days", "debts not due yet", "credit sales", best_possible_dso, sales=True),
    Measure("average_days_delinquent", "average days delinquent", "days", _ADD, "credit sales", average_days_delinquent, sales=True),
    Measure(
        "count_back_dso", "count-back DSO", "days", "receivables left for the earliest month", "credit sales of that month",
        count_back_dso, sales=True,
    ),
    Measure("true_dso", "true DSO", "days", "open debts times days since issue", "credit sales of their month", true_dso, sales=True),
    Measure(
        "collection_effectiveness", "collection effectiveness index", "%", "opening receivables and credit sales less closing receivables",
        "opening receivables and credit sales less debts not due yet", collection_effectiveness,
    ),
    Measure("receipts_matched", "receipts matched by rules", "%", _BY_ENGINE, _RECEIPTS, receipts_matched, money=False),
    Measure("receipts_value_matched", "amounts matched by rules", "%", _BY_ENGINE, _RECEIPTS, receipts_value_matched),
    Measure("documents_matched", "documents matched by rules", "%", _OF_ENGINE, _DOCUMENTS, documents_matched, money=False),
    Measure("documents_value_matched", "document amounts matched", "%", _OF_ENGINE, _DOCUMENTS, documents_value_matched),
    Measure(
        "match_precision", "match precision", "%", "postings of the engine that stand", "postings of the engine", match_precision,
        money=False,
    ),
    Measure("unapplied_share", "unapplied cash", "%", "not applied of these receipts", _RECEIPTS, unapplied_share),
    Measure("unapplied_age", "age of unapplied cash", "days", "unapplied cash times days since booking", "unapplied cash", unapplied_age),
    Measure("days_to_apply", "days to apply", "days", "cash applied times days from value to decision", "cash applied", days_to_apply),
)  # fmt: skip
"""All key figures, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure of a legal entity in a currency.

    Attributes:
        measure: what it is.
        place: of which legal entity ('' for all), in which currency.
        converted: whether amounts of several currencies, or of another one, are in it, at the closing rates of the last day.
        ratios: the quotients whose sum it is; most have one.
        span: its days.
        note: what should be known of it; '' for nothing.
    """

    measure: Measure
    place: Place
    converted: bool
    ratios: tuple[Ratio, ...]
    span: Span
    note: str = ""

    @property
    def first(self) -> date:
        """The first of its days."""
        return self.span.sales_first if self.measure.sales else self.span.first

    @property
    def value(self) -> Fraction | None:
        """In days or per cent; None where there is none."""
        values = [ratio.value for ratio in self.ratios]
        if not values or any(value is None for value in values):
            return None
        return sum((value for value in values if value is not None), Fraction(0))

    @property
    def text(self) -> str:
        """Decimal text, a share rounded down; '' where there is no figure."""
        return "" if self.value is None else fixed(self.value, down=self.measure.unit == "%")

    def sum_text(self, value: Number) -> str:
        """A numerator or denominator as decimal text."""
        return amount(value, self.place.currency) if self.measure.money else fixed(value, 0)

    @property
    def sums(self) -> str:
        """The quotients with their sums, as in ``31 + 57.00 / 6252.00 x 30``."""
        texts = []
        for ratio in self.ratios:
            plus = f"{ratio.plus} + " if ratio.plus else ""
            times = f" x {ratio.factor}" if ratio.factor != 1 else ""
            texts.append(f"{plus}{self.sum_text(ratio.numerator)} / {self.sum_text(ratio.denominator)}{times}")
        return " + ".join(texts)

    def to_dict(self) -> dict[str, object]:
        """As a machine is told. A figure that is the sum of several quotients has them in ``sums`` alone."""
        one = self.ratios[0] if len(self.ratios) == 1 else None
        return {
            "entity": self.place.entity,
            "currency": self.place.currency,
            "converted": self.converted,
            "figure": self.measure.id,
            "value": self.text,
            "unit": self.measure.unit,
            "numerator": self.sum_text(one.numerator) if one else "",
            "denominator": self.sum_text(one.denominator) if one else "",
            "factor": one.factor if one else None,
            "plus": one.plus if one else None,
            "sums": self.sums,
            "numerator_is": self.measure.over,
            "denominator_is": self.measure.under,
            "first": self.first.isoformat(),
            "last": self.span.last.isoformat(),
            "note": self.note,
        }


KPI: Schema = {
    **dict.fromkeys(("entity", "currency"), pl.String()),
    "converted": pl.Boolean(),
    **dict.fromkeys(("figure", "value", "unit", "numerator", "denominator"), pl.String()),
    "factor": pl.Int64(),
    "plus": pl.Int64(),
    **dict.fromkeys(("sums", "numerator_is", "denominator_is", "first", "last", "note"), pl.String()),
}
"""Columns of `table`."""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Key figures of a span.

    Attributes:
        span: the days.
        figures: by legal entity, then currency; what is in the base currency follows its parts, all entities come last.
        rates: how amounts were converted.
        missing: currencies without a rate: where they are, there is no whole in the base currency.
        begins: the day of the first list of open items, where sales before it are asked for; None where all of them are known.
    """

    span: Span
    figures: tuple[Figure, ...]
    rates: ClosingRates
    missing: tuple[str, ...]
    begins: date | None = None


def key_figures(
    parts: Mapping[Place, Sums], span: Span, rates: ClosingRates, since: Mapping[str, date], entities: Collection[str] = ()
) -> KeyFigures:
    """All key figures: of each legal entity and currency, of each entity in the base currency, and of all entities together.

    Args:
        parts: see `sums.sums`.
        span: the days.
        rates: closing rates of the last day.
        since: the day of the first list of open items of each legal entity: of earlier sales only what was open then is known.
        entities: only these; all of them where it is empty.
    """
    chosen = {place: sums for place, sums in parts.items() if not entities or place.entity in entities}
    figures: list[Figure] = []
    names = sorted({place.entity for place in chosen})
    for name in names if len(names) < 2 else (*names, ""):
        of_name = [(place, sums) for place, sums in chosen.items() if name in ("", place.entity)]
        begins = max((since[one] for one in ([name] if name else names) if one in since), default=date.min)
        for currency in sorted({place.currency for place, _ in of_name}):
            together = _whole(sums for place, sums in of_name if place.currency == currency)
            figures += _of_place(Place(name, currency), together, span, begins, converted=False)
        if {place.currency for place, _ in of_name} - {rates.base} and all(rates.has(place.currency) for place, _ in of_name):
            in_base = (sums.converted(_converter(rates, place.currency)) for place, sums in of_name)
            figures += _of_place(Place(name, rates.base), _whole(in_base), span, begins, converted=True)
    missing = sorted({place.currency for place in chosen if not rates.has(place.currency)})
    begins = max((since[name] for name in names if name in since), default=date.min)
    return KeyFigures(span, tuple(figures), rates, tuple(missing), begins if begins > span.sales_first else None)


def _converter(rates: ClosingRates, currency: str) -> Callable[[Number], Number]:
    return lambda minor: rates.converted(minor, currency)


def _whole(parts: Iterable[Sums]) -> Sums:
    return reduce(Sums.__add__, parts, Sums())


def _of_place(place: Place, sums: Sums, span: Span, begins: date, *, converted: bool) -> list[Figure]:
    made = []
    for measure in MEASURES:
        found = measure.of(sums, span)
        ratios, note = found if isinstance(found, tuple) else (found,), ""
        if measure.of is true_dso and any(date(*month, 1) < begins for month in sums.invoice_days):
            # a quotient with the sales of a month of which only the rest is known says nothing
            ratios, note = (), f"something is open of months before {begins.isoformat()}, whose sales are not known"
        elif (measure.sales and span.sales_first < begins) or (measure.of is collection_effectiveness and span.first < begins):
            note = f"sales before {begins.isoformat()} are known only of documents that were open then"
        made.append(Figure(measure, place, converted, ratios, span, note))
    return made


def table(made: KeyFigures) -> pl.DataFrame:
    """Key figures as rows, in the columns of `KPI`: decimal text, '' where there is no figure."""
    return pl.DataFrame([figure.to_dict() for figure in made.figures], schema=KPI)
