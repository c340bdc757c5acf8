"""Amounts in columns say what `money` says of each amount."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.exceptions import InvalidOperationError

from matcher import money
from matcher.amounts import fraction, percent, render, running, total, totals
from matcher.errors import MatcherError

amounts = st.integers(-money.MAX_MINOR, money.MAX_MINOR)
rows = st.lists(st.tuples(amounts, st.sampled_from(("EUR", "JPY", "KWD", "CLF"))))


@given(rows)
def test_a_column_is_rendered_like_each_of_its_amounts(given: list[tuple[int, str]]) -> None:
    frame = pl.DataFrame(given, schema={"amount": pl.Int64, "currency": pl.String}, orient="row")
    assert render(frame, {"amount": "currency"})["amount"].to_list() == [money.render(minor, code) for minor, code in given]


@given(rows)
def test_totals_are_the_sums_for_each_currency(given: list[tuple[int, str]]) -> None:
    frame = pl.DataFrame(given, schema={"amount": pl.Int64, "currency": pl.String}, orient="row")
    codes = sorted({code for _, code in given})
    assert totals(frame, "amount") == {c: money.render(sum(minor for minor, code in given if code == c), c) for c in codes}


def test_an_amount_without_value_stays_without() -> None:
    frame = pl.DataFrame({"amount": [None, 5], "currency": ["", "EUR"]})
    assert render(frame, {"amount": "currency"})["amount"].to_list() == [None, "0.05"]


def test_an_amount_in_no_currency_is_refused() -> None:
    with pytest.raises(MatcherError, match=r"currency\.unknown"):
        render(pl.DataFrame({"amount": [5], "currency": [""]}), {"amount": "currency"})


@pytest.mark.parametrize("summed", [total, running])
def test_a_sum_beyond_64_bits_raises_and_never_wraps(summed: object) -> None:
    assert callable(summed)
    with pytest.raises(InvalidOperationError, match="conversion"):
        pl.DataFrame({"amount": [2**62, 2**62, 2**62]}).select(summed(pl.col("amount")))


@pytest.mark.parametrize(
    ("millionths", "text"), [(0, "0"), (1, "0.000001"), (400_000, "0.4"), (999_500, "0.9995"), (1_000_000, "1"), (None, "")]
)
def test_millionths_as_decimal_text(millionths: int | None, text: str) -> None:
    assert pl.DataFrame({"m": [millionths]}, schema={"m": pl.Int64}).select(fraction(pl.col("m"))).item() == text


@pytest.mark.parametrize(
    ("millionths", "places", "text"),
    [
        (999_500, None, "99.95 %"),
        (1_000_000, None, "100.0 %"),
        (999_990, 1, "99.9 %"),
        (999_990, 2, "99.99 %"),
        (85, 2, "0.00 %"),
        (85, None, "0.0085 %"),
    ],
)
def test_a_share_is_shown_rounded_down(millionths: int, places: int | None, text: str) -> None:
    assert percent(millionths, places) == text
