"""Factors against a published table, selection in proportion to amounts, and textbook evaluations."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import MatcherError
from matcher.ledger.monetary_unit import Evaluation, Finding, evaluate, factor, interval, select, start

PUBLISHED = {
    99: "4.61 6.64 8.41 10.05 11.61",
    95: "3.00 4.75 6.30 7.76 9.16 10.52 11.85 13.15 14.44 15.71 16.97 18.21 19.45 20.67 21.89 23.10 24.31 25.50 26.70 27.88 29.07",
    90: "2.31 3.89 5.33 6.69 8.00 9.28 10.54 11.78 13.00 14.21 15.41 16.60 17.79 18.96 20.13 21.30 22.46 23.61 24.76 25.91 27.05",
    80: "1.61 3.00 4.28 5.52 6.73 7.91 9.08 10.24 11.38 12.52 13.66 14.78 15.90 17.02 18.13 19.24 20.34 21.44 22.54 23.64 24.73",
    50: "0.70 1.68 2.68 3.68 4.68 5.68 6.67 7.67 8.67 9.67 10.67 11.67 12.67 13.67 14.67 15.67 16.67 17.67 18.67 19.67 20.67",
}
"""AICPA, Audit Sampling: confidence factors for monetary-unit sample evaluation, by confidence and number of overstatements."""
AMOUNTS = st.lists(st.integers(1, 5_000_00), min_size=1, max_size=60)


@pytest.mark.parametrize("confidence", PUBLISHED)
def test_factors_are_those_of_the_published_table(confidence: int) -> None:
    wanted = [int(text.replace(".", "")) for text in PUBLISHED[confidence].split()]
    found = [factor(errors, confidence) for errors in range(len(wanted))]
    # the table rounds up, with a few cells of it one hundredth off
    assert max(abs(one - other) for one, other in zip(wanted, found, strict=True)) <= 1
    assert sum(one != other for one, other in zip(wanted, found, strict=True)) <= 2
    assert found[:3] == wanted[:3]


def test_the_interval_is_what_is_tolerable_over_the_factor() -> None:
    assert interval(300_000_00, 0, 95) == 100_000_00
    assert interval(125_000_00, 25_000_00, 95) == (125_000_00 * 100 - 25_000_00 * 160) // 300
    for materiality, expected, confidence in ((100, 90, 95), (2, 0, 95), (10_000, 100, 96)):
        with pytest.raises(MatcherError, match=r"usage\.option"):
            interval(materiality, expected, confidence)


@given(AMOUNTS, st.integers(1, 2_000_00), st.integers(0, 10**9))
def test_the_intervals_cover_the_population(amounts: list[int], step: int, draw: int) -> None:
    first = draw % step + 1
    found = select(amounts, step, first)
    certain = sum(amounts[place] for place in found.certain)
    assert certain + found.rest == sum(amounts)
    assert set(found.certain) == {place for place, amount in enumerate(amounts) if amount >= step}
    # whole intervals, and one more or less for the part that is left over
    assert 0 <= len(found.drawn) - found.rest // step <= 1
    assert sorted({*found.certain, *found.drawn}) == sorted([*found.certain, *found.drawn])


@given(AMOUNTS, st.integers(1, 400))
def test_each_start_counts_once_so_a_chance_is_exactly_the_amount_over_the_interval(amounts: list[int], step: int) -> None:
    small = [amount % 400 + 1 for amount in amounts]
    hits = [0] * len(small)
    for first in range(1, step + 1):
        for place in select(small, step, first).drawn:
            hits[place] += 1
    assert hits == [amount if amount < step else 0 for amount in small]


def test_over_many_seeds_postings_are_drawn_in_proportion_to_their_amounts() -> None:
    rng = random.Random(7)
    amounts = [rng.randint(1_00, 900_00) for _ in range(40)]
    step, seeds = 1_000_00, 3_000
    hits = [0] * len(amounts)
    for seed in range(seeds):
        for place in select(amounts, step, start(str(seed), "EUR", step)).drawn:
            hits[place] += 1
    for amount, count in zip(amounts, hits, strict=True):
        chance = amount / step
        assert abs(count - seeds * chance) < 4 * (seeds * chance * (1 - chance)) ** 0.5 + 1


def test_a_seed_gives_the_same_start_and_currencies_have_their_own() -> None:
    assert start("a", "EUR", 1000) == start("a", "EUR", 1000)
    assert len({start(seed, code, 10**9) for seed in "abc" for code in ("EUR", "USD")}) == 6


def test_no_misstatement_leaves_basic_precision_alone() -> None:
    assert evaluate([Finding(500, 0, certain=False)], 10_000, 95, drawn_from=True) == Evaluation(0, 0, 0, 30_000, 0, 30_000)
    assert evaluate([Finding(50_000, 0, certain=True)], 10_000, 95, drawn_from=False) == Evaluation(0, 0, 0, 0, 0, 0)


def test_a_textbook_sample_comes_out_as_worked_by_hand() -> None:
    """Interval 5,000 at 90 %: 50 is 49, 400 is 300, 8,000 is 6,000; the last is above the interval, so it stands for itself."""
    found = evaluate(
        [Finding(50_00, 1_00, certain=False), Finding(400_00, 100_00, certain=False), Finding(8_000_00, 2_000_00, certain=True)],
        5_000_00,
        90,
        drawn_from=True,
    )
    assert (found.errors, found.known) == (3, 2_000_00)
    assert found.projected == 1_250_00 + 100_00
    assert found.basic == 11_550_00
    # 0.58 x 1,250.00 + 0.44 x 100.00
    assert found.incremental == 725_00 + 44_00
    assert found.limit == 2_000_00 + 1_350_00 + 11_550_00 + 769_00


@given(st.lists(st.tuples(st.integers(1, 999), st.integers(0, 999)), max_size=12), st.integers(50, 98))
def test_the_limit_grows_with_confidence_and_with_every_misstatement(rows: list[tuple[int, int]], confidence: int) -> None:
    findings = [Finding(amount, wrong % (amount + 1), certain=False) for amount, wrong in rows]
    found = evaluate(findings, 1_000, confidence, drawn_from=True)
    assert found.limit >= found.known + found.projected
    assert evaluate(findings, 1_000, confidence + 1, drawn_from=True).limit >= found.limit
    assert evaluate([*findings, Finding(10, 5, certain=False)], 1_000, confidence, drawn_from=True).limit >= found.limit
