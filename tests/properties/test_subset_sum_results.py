"""The search for sets of open items says what looking at every set says, within any budget."""

import random
from itertools import combinations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.subset_sum import UNCONFIRMED, check

from matcher.matching.subset_sum.bits import reach
from matcher.matching.subset_sum.groups import Meter, expand, groups_of
from matcher.matching.subset_sum.search import exact_sets
from matcher.matching.subset_sum.sums import Found, few, meet

MOST = 10


class Case(NamedTuple):
    amounts: list[int]
    target: int
    classes: list[int] | None
    max_size: int | None


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Few items of few amounts, so that equal amounts, twins and ambiguities are frequent."""
    value = st.integers(1, draw(st.sampled_from((4, 30, 10**12)))).flatmap(lambda n: st.sampled_from((n, n, n, -n)))
    of_class = draw(st.lists(value, min_size=1, max_size=6))
    owners = draw(st.lists(st.integers(0, len(of_class) - 1), min_size=1, max_size=MOST))
    amounts = [of_class[owner] for owner in owners]
    paid = draw(st.lists(st.booleans(), min_size=len(amounts), max_size=len(amounts)))
    off = draw(st.sampled_from((0, 0, 0, 1, -3)))
    target = sum(amount for amount, taken in zip(amounts, paid, strict=True) if taken) + off
    return Case(amounts, target, draw(st.sampled_from((owners, None))), draw(st.none() | st.integers(1, MOST)))


def answers(case: Case) -> list[tuple[int, ...]]:
    """Every answer, preferred first, by looking at every set of positions."""
    owners = case.classes or range(len(case.amounts))
    found: dict[tuple[int, ...], tuple[int, ...]] = {}
    for size in range(1, min(case.max_size or MOST, len(case.amounts)) + 1):
        # sets of one size come in lexicographic order, so the first of a multiset takes the first members of each class
        for one in combinations(range(len(case.amounts)), size):
            if sum(case.amounts[p] for p in one) == case.target:
                found.setdefault(tuple(sorted(owners[p] for p in one)), one)
    return sorted(found.values(), key=lambda one: (len(one), one))


@given(cases())
def test_the_verdict_is_that_of_every_set(case: Case) -> None:
    every = answers(case)
    verdict = exact_sets(case.amounts, case.target, classes=case.classes, max_size=case.max_size)
    assert verdict.kind == ("impossible", "unique", "ambiguous")[min(len(every), 2)]
    assert list(verdict.sets) == every[:3]
    assert verdict.count == len(every)
    assert not check(case.amounts, case.target, verdict, classes=case.classes, max_size=case.max_size)


@given(cases())
def test_each_part_alone_finds_what_there_is(case: Case) -> None:
    every = answers(case)
    pool = groups_of(case.amounts, case.target, case.classes)
    if pool is None:
        assert not every
        return
    most = min(case.max_size or MOST, pool.size)

    def sets(found: Found) -> list[tuple[int, ...]]:
        return sorted((one for pick in found.picks for one in expand(pool, pick, 1000)), key=lambda one: (len(one), one))

    halves = meet(pool, most, 2**10, 1000, Meter(10**6))
    assert (halves.whole, halves.count, sets(halves)) == (True, len(every), every)
    bits = reach(pool, most, 1000, Meter(10**8))
    if bits.whole:
        assert (bits.count, sets(bits)) == (len(every), every)
    else:
        assert max(map(abs, case.amounts)) > 30
    up_to_six = few(pool, 6, most, 1000, Meter(10**6))
    assert up_to_six.whole == (most <= 6)
    assert sets(up_to_six) == [one for one in every if len(one) <= 6]


@given(cases(), st.integers(0, 3000))
def test_a_small_budget_changes_no_verdict_into_another(case: Case, budget: int) -> None:
    whole = exact_sets(case.amounts, case.target, classes=case.classes, max_size=case.max_size)
    short = exact_sets(case.amounts, case.target, classes=case.classes, max_size=case.max_size, budget=budget)
    assert short.work <= budget
    if budget >= whole.work:
        assert short == whole
    if short.kind != "exhausted":
        assert short.kind == whole.kind


@given(cases())
def test_turned_signs_and_larger_units_change_nothing(case: Case) -> None:
    plain = exact_sets(case.amounts, case.target, classes=case.classes, max_size=case.max_size)
    turned = [-100 * amount for amount in case.amounts]
    other = exact_sets(turned, -100 * case.target, classes=case.classes, max_size=case.max_size)
    assert (other.kind, other.sets, other.count) == (plain.kind, plain.sets, plain.count)


@pytest.mark.parametrize("seed", range(40))
def test_larger_pools_hold_before_the_checker(seed: int) -> None:
    chance = random.Random(seed)
    size = chance.choice((18, 24, 33, 45, 70))
    top = chance.choice((40, 3_000, 10**6, 10**11))
    amounts = [chance.randint(1, top) * chance.choice((1, 1, 1, 1, -1)) for _ in range(size)]
    classes = [amounts.index(amount) for amount in amounts]
    target = sum(chance.sample(amounts, chance.randint(1, 8))) + chance.choice((0, 0, 1))
    bound = chance.choice((None, None, 3, 5, 8))
    budget = chance.choice((300_000, 30_000))
    verdict = exact_sets(amounts, target, classes=classes, max_size=bound, budget=budget)
    assert verdict == exact_sets(amounts, target, classes=classes, max_size=bound, budget=budget)
    assert check(amounts, target, verdict, classes=classes, max_size=bound).partition(UNCONFIRMED)[0] == ""
