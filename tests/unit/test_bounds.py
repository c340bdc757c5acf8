"""Exact bounds of a rate."""

from math import isclose

import pytest

from matcher.rules.bounds import at_least, at_most, below


def test_bounds_are_those_of_clopper_and_pearson() -> None:
    # no error among n: 1 - 0.05 ** (1 / n); the others from published tables of the 90 % interval
    assert at_most(0, 3_000) == pytest.approx(1 - 0.05 ** (1 / 3_000), rel=1e-9)
    assert at_most(1, 10) == pytest.approx(0.3942, abs=5e-5)
    assert at_most(5, 100) == pytest.approx(0.1023, abs=5e-5)
    assert at_least(5, 100) == pytest.approx(0.0199, abs=5e-5)
    assert at_most(7, 7) == 1
    assert at_most(0, 0) is None
    assert at_least(0, 50) == 0


def test_a_bound_is_where_so_few_become_unlikely() -> None:
    for wrong, count in ((3, 60_000), (250, 20_000), (40, 41), (100_000, 1_000_000)):
        bound = at_most(wrong, count)
        assert bound is not None
        assert isclose(below(wrong, count, bound), 0.05, rel_tol=1e-6)


def test_the_probability_of_few_cases() -> None:
    # of four coins: 1, 5, 11, 15 and 16 of 16
    assert [round(below(most, 4, 0.5) * 16, 9) for most in range(5)] == [1, 5, 11, 15, 16]
    assert [below(1, 3, rate) for rate in (0.0, 1.0)] == [1, 0]
