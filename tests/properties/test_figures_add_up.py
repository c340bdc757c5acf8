"""Figures add up, and are what they were: sums of parts are those of the whole, and a day is told by what is known of it."""

from datetime import date
from fractions import Fraction

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from states import random_books, shuffled

from matcher.frames import State
from matcher.ledger.figures import key
from matcher.ledger.figures.rates import ClosingRate, ClosingRates
from matcher.ledger.figures.sums import BY_MONTH, PLAIN, Place, Span, Sums, sums
from matcher.states import NOT_RECEIVABLE

SPAN = Span(date(2026, 3, 1), date(2026, 3, 31), date(2026, 1, 1))
RATES = ClosingRates("EUR", {code: ClosingRate(code, rate, SPAN.last) for code, rate in (("JPY", "161.3"), ("KWD", "0.3331"))})
_NUMBER = st.integers(-(10**12), 10**12)
_MONTHS = st.dictionaries(st.tuples(st.integers(2024, 2026), st.integers(1, 12)), _NUMBER, max_size=4)


@st.composite
def some_sums(draw: st.DrawFn) -> Sums:
    return Sums(**{name: draw(_NUMBER) for name in PLAIN}, **{name: draw(_MONTHS) for name in BY_MONTH})


PLACES = st.builds(Place, st.sampled_from(("1", "2", "3")), st.sampled_from(("EUR", "JPY", "KWD")))
SINGLE = [measure.id for measure in key.MEASURES if measure.id not in ("count_back_dso", "true_dso")]


@given(st.dictionaries(PLACES, some_sums(), min_size=2, max_size=5))
def test_the_sums_of_the_parts_are_those_of_the_whole(parts: dict[Place, Sums]) -> None:
    made = key.key_figures(parts, SPAN, RATES, {})
    by_currency = [figure for figure in made.figures if not figure.converted and figure.place.entity]
    several = len({place.entity for place in parts}) > 1
    for name in SINGLE:
        mine = [figure for figure in by_currency if figure.measure.id == name]
        money = mine[0].measure.money
        whole = [figure for figure in made.figures if figure.measure.id == name and not figure.place.entity]
        for figure in whole:
            added = [one for one in mine if figure.converted or one.place.currency == figure.place.currency]
            for side in ("numerator", "denominator"):
                values = [(getattr(one.ratios[0], side), one.place.currency) for one in added]
                exact = sum(Fraction(RATES.converted(value, code) if figure.converted and money else value) for value, code in values)
                assert getattr(figure.ratios[0], side) == exact
        assert bool(whole) == several


@given(random_books(), st.integers(0, 3))
def test_sums_do_not_depend_on_the_order_of_rows(books: object, seed: int) -> None:
    state = books.state()  # type: ignore[attr-defined]
    assert sums(shuffled(state, seed), SPAN) == sums(state, SPAN)


@given(random_books())
def test_receipts_are_counted_as_one_by_one(books: object) -> None:
    state: State = books.state()  # type: ignore[attr-defined]
    found = sums(state, SPAN)
    for place, made in found.items():
        lines = state.lines.filter((pl.col("entity") == place.entity) & (pl.col("currency") == place.currency)).to_dicts()
        mine = [line for line in lines if line["amount"] > 0 and line["outcome"] not in NOT_RECEIVABLE]
        period = [line for line in mine if line["booking_date"] >= SPAN.first]
        assert (made.receipts, made.receipts_value) == (len(period), sum(line["amount"] for line in period))
        assert made.unapplied == sum(max(line["pending"], 0) for line in period)
        assert made.left == sum(max(line["pending"], 0) for line in mine)
        assert made.left_days == sum(max(line["pending"], 0) * (SPAN.last - line["booking_date"]).days for line in mine)
        posted = [
            a for a in state.allocations.to_dicts() if a["state"] == "posted" and a["line_id"] in {line["line_id"] for line in period}
        ]
        assert made.auto_parts_value == sum(abs(a["amount"]) for a in posted)
        assert 0 <= made.auto <= made.receipts
        assert 0 <= made.auto_parts <= made.parts
