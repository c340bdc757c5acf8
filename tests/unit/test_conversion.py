"""Amounts in the base currency, row by row."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher import money
from matcher.errors import MatcherError
from matcher.ledger.conversion import RATE, ClosingRates

DAY = date(2026, 10, 31)


def rates(*rows: tuple[date, str, str], base: str = "EUR", day: date = DAY) -> ClosingRates:
    return ClosingRates(pl.DataFrame(rows, schema=RATE, orient="row"), base, day)


@pytest.mark.parametrize(
    ("minor", "currency", "per_base", "base", "expected"),
    [
        (108_00, "USD", "1.08", "EUR", 100_00),
        (100_00, "USD", "1.08", "EUR", 92_59),  # 92.5925...
        (1, "USD", "2", "EUR", 0),  # half a cent goes to the even one
        (3, "USD", "2", "EUR", 2),
        (5, "USD", "2", "EUR", 2),
        (-1, "USD", "2", "EUR", 0),
        (-3, "USD", "2", "EUR", -2),
        (1_000, "JPY", "160", "EUR", 6_25),  # no places to two
        (100_000, "KWD", "0.33", "EUR", 303_03),  # three places to two: 303.0303...
        (100_00, "EUR", "0.0625", "JPY", 1_600),
        (12_34, "EUR", "1", "EUR", 12_34),
    ],
)
def test_literal_conversions(minor: int, currency: str, per_base: str, base: str, expected: int) -> None:
    assert rates((DAY, currency, per_base), base=base).convert(minor, currency) == expected


def test_the_rate_of_the_day_or_the_latest_before_it_and_its_day_is_told() -> None:
    known = rates((date(2026, 10, 1), "USD", "1.10"), (date(2026, 10, 30), "USD", "1.08"), (date(2026, 11, 1), "USD", "1.00"))
    assert [rate.to_dict() for rate in known.used(["USD", "EUR"])] == [{"currency": "USD", "per_base": "1.08", "rate_date": "2026-10-30"}]
    assert rates((DAY, "USD", "1.07"), (date(2026, 10, 30), "USD", "1.08")).rates["USD"].day == DAY


def test_what_has_no_rate_is_named_and_converted_to_nothing() -> None:
    known = rates((date(2026, 11, 1), "GBP", "0.85"), (DAY, "USD", "2"))
    assert known.missing(["USD", "GBP", "EUR", "CHF"]) == ("CHF", "GBP")
    frame = pl.DataFrame({"currency": ["EUR", "USD", "GBP"], "open_amount": [1_00, 2_00, 3_00]})
    assert known.converted(frame, ["open_amount"], "base_")["base_open_amount"].to_list() == [1_00, 1_00, None]
    with pytest.raises(MatcherError, match=r"rate\.missing.*GBP on 2026-10-31"):
        known.convert(1, "GBP")


def test_an_amount_beyond_all_is_refused_and_does_not_wrap() -> None:
    with pytest.raises(MatcherError, match=r"amount\.range"):
        rates((DAY, "USD", "0.000000001")).convert(money.MAX_MINOR, "USD")


@given(
    minor=st.integers(-(10**12), 10**12),
    rate=st.decimals("0.0001", "10000", places=6, allow_nan=False),
    currency=st.sampled_from(["USD", "JPY", "KWD", "CLF"]),
    base=st.sampled_from(["EUR", "HUF", "KRW"]),
)
def test_it_is_what_exact_fractions_say(minor: int, rate: Decimal, currency: str, base: str) -> None:
    step = Fraction(1, 10 ** money.scale(base))
    steps = Fraction(money.decimal(minor, currency)) / Fraction(rate) / step
    told = rates((DAY, currency, str(rate)), base=base).convert(minor, currency)
    assert told == round(steps)  # of a fraction: half to even
