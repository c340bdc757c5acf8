"""Which open items add up to a payment: verdicts on literal pools, and the bounds of the search."""

import tracemalloc
from dataclasses import replace

import pytest
from oracles import subset_sum
from oracles.subset_sum import check

from matcher.matching.subset_sum import bits
from matcher.matching.subset_sum.bits import reach
from matcher.matching.subset_sum.groups import COUNT_CAP, Meter, groups_of
from matcher.matching.subset_sum.search import SubsetSumResult, exact_sets
from matcher.matching.subset_sum.window import TRIES, window

# no two subsets of these have one sum: each is more than all before it together
LADDER = [3**power * 100 + 7 for power in range(15)]


def spread(count: int, top: int) -> list[int]:
    """Amounts without a pattern, the same ones always."""
    return [pow(7, 3 * i + 5, 1_000_000_007) * 31 % top + 1 for i in range(count)]


def test_one_set_is_unique() -> None:
    verdict = exact_sets([120_00, 80_50, 45_99, 310_00], 126_49)
    assert (verdict.kind, verdict.sets, verdict.count) == ("unique", ((1, 2),), 1)


def test_no_set_is_impossible() -> None:
    verdict = exact_sets([120_00, 80_50, 45_99], 200_00)
    assert (verdict.kind, verdict.sets, verdict.count) == ("impossible", (), 0)


def test_a_target_off_the_common_divisor_is_impossible_at_once() -> None:
    assert exact_sets([50 * n for n in range(1, 400)], 1_001).kind == "impossible"


def test_twins_of_one_class_are_one_answer_and_the_oldest_is_taken() -> None:
    verdict = exact_sets([49_00, 30_00, 49_00, 49_00], 98_00, classes=[1, 2, 1, 1])
    assert (verdict.kind, verdict.sets) == ("unique", ((0, 2),))


def test_equal_amounts_of_different_classes_are_different_answers() -> None:
    verdict = exact_sets([49_00, 30_00, 49_00, 49_00], 98_00, classes=[1, 2, 3, 1])
    assert (verdict.kind, verdict.sets, verdict.count) == ("ambiguous", ((0, 2), (0, 3)), 2)


def test_a_credit_note_is_netted() -> None:
    verdict = exact_sets([200_00, -35_00, 90_00, 410_00], 255_00)
    assert (verdict.kind, verdict.sets) == ("unique", ((0, 1, 2),))


def test_the_empty_set_is_no_answer_to_zero() -> None:
    assert exact_sets([200, 300], 0).kind == "impossible"
    assert exact_sets([], 0).kind == "impossible"
    assert exact_sets([200, 300, -500], 0).sets == ((0, 1, 2),)


def test_money_going_back_is_searched_like_money_coming_in() -> None:
    assert exact_sets([-120_00, -80_50, 10_00], -110_00).sets == ((0, 2),)


def test_fewest_items_come_first_and_then_the_oldest() -> None:
    verdict = exact_sets([10, 20, 30, 40, 50, 60], 60, alternatives=4)
    assert verdict.sets == ((5,), (0, 4), (1, 3), (0, 1, 2))
    assert verdict.count == 4


def test_a_bound_on_the_size_leaves_larger_sets_out() -> None:
    assert exact_sets([10, 20, 30, 70], 60).kind == "unique"
    assert exact_sets([10, 20, 30, 70], 60, max_size=2).kind == "impossible"
    assert exact_sets([10, 20, 30, 60], 60, max_size=2).sets == ((3,),)
    assert exact_sets([10], 10, max_size=0).kind == "impossible"


def test_pairs_and_triples_among_five_hundred_are_decided() -> None:
    amounts = spread(500, 10**9)
    paid = amounts[3] + amounts[77] + amounts[401]
    verdict = exact_sets(amounts, paid, max_size=3)
    assert (verdict.kind, verdict.sets) == ("unique", ((3, 77, 401),))
    assert exact_sets(amounts, paid + 1, max_size=3).kind == "impossible"
    assert exact_sets(amounts, paid, max_size=2).kind == "impossible"


def test_amounts_of_the_largest_size_stay_exact() -> None:
    amounts = [10**15 - place for place in range(500)]
    assert exact_sets(amounts, sum(amounts)).count == 1
    assert exact_sets(amounts, sum(amounts) - amounts[70]).sets == (tuple(p for p in range(500) if p != 70),)
    assert exact_sets(amounts, sum(amounts) - 1).kind == "impossible"


def test_sums_beyond_62_bits_have_no_verdict_unless_they_are_out_of_reach() -> None:
    amounts = [2**61 + 1, 2**61 + 2, 2**61 + 4]
    assert exact_sets(amounts, 2**62 + 3).kind == "exhausted"
    assert exact_sets(amounts, 2**63).kind == "impossible"


def test_many_answers_are_counted_up_to_the_cap_and_the_oldest_named() -> None:
    verdict = exact_sets([25_00] * 40, 500_00)
    assert (verdict.kind, verdict.count) == ("ambiguous", COUNT_CAP)
    assert verdict.sets == (tuple(range(20)), (*range(19), 20), (*range(19), 21))


def test_a_hundred_subscriptions_of_one_class_are_decided() -> None:
    amounts = [19_90] * 100 + [49_00] * 3
    classes = [0] * 100 + [1] * 3
    verdict = exact_sets(amounts, 60 * 19_90 + 49_00, classes=classes)
    assert (verdict.kind, verdict.sets) == ("unique", ((*range(60), 100),))


@pytest.mark.parametrize("steps", [0, 500, 2_000, 20_000])
def test_a_search_that_reaches_its_budget_says_so(steps: int) -> None:
    amounts = spread(60, 10**14)
    verdict = exact_sets(amounts, sum(amounts[::2]), budget=steps)
    assert (verdict.kind, verdict.sets, verdict.count) == ("exhausted", (), None)
    assert verdict.work <= steps


def test_among_five_hundred_two_answers_are_found() -> None:
    for amounts in (spread(500, 90_000_00), [-a if i % 12 == 0 else a for i, a in enumerate(spread(500, 90_000_00))]):
        target = sum(amounts[40:70])
        verdict = exact_sets(amounts, target)
        assert verdict.kind == "ambiguous"
        assert not check(amounts, target, verdict)


def test_windows_are_sets_of_the_whole_pool() -> None:
    amounts = spread(120, 5_000_00)
    target = sum(amounts[:30])
    pool = groups_of(amounts, target, None)
    assert pool is not None
    found = [window(pool, number, pool.size, 5, Meter(10**7)) for number in range(len(TRIES))]
    picks = [pick for one in found for pick in one.picks]
    assert len(picks) > 5
    assert all(sum(pool.values[g] * n for g, n in pick) == pool.target for pick in picks)
    assert not any(one.whole for one in found)


def test_a_round_pool_of_a_hundred_is_proven_by_its_others() -> None:
    amounts = [(place * 37 % 400 + 1) * 100_00 for place in range(90)] + [1_234_56, 77_77_10, 9_000_01]
    assert exact_sets(amounts, 5_000_002_03).kind == "impossible"


def test_reachable_sums_take_no_more_memory_than_the_sums_of_use() -> None:
    amounts = [*range(1, 21), 2**31 + 1]
    pool = groups_of(amounts, 2**31 + 30, None)
    assert pool is not None
    tracemalloc.start()
    found = reach(pool, pool.size, 3, Meter(10**6))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.picks) > 3
    assert peak < 1_000_000


def test_layers_too_large_to_keep_still_prove_that_there_is_no_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bits, "KEPT_BITS", 0)
    amounts = [2 * n for n in range(3, 40)] + [201]
    for target, whole in ((203, True), (120, False)):
        pool = groups_of(amounts, target, None)
        assert pool is not None
        found = reach(pool, pool.size, 3, Meter(10**6))
        assert (found.whole, found.picks) == (whole, ())


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="zero"):
        exact_sets([5, 0], 5)
    with pytest.raises(ValueError, match="equal within a class"):
        exact_sets([5, 6], 5, classes=[1, 1])
    with pytest.raises(ValueError, match="as many classes"):
        exact_sets([5, 6], 5, classes=[1])
    with pytest.raises(ValueError, match="two answers"):
        exact_sets([5, 6], 5, alternatives=1)


GOOD = SubsetSumResult("unique", ((0, 2),), 1, 10)


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        (GOOD, ""),
        (replace(GOOD, sets=((0, 1),)), "does not add up"),
        (replace(GOOD, sets=((0, 3),)), "passes over an older item"),
        (replace(GOOD, sets=((0, 0, 2),)), "no set of positions"),
        (replace(GOOD, sets=((0, 9),)), "no set of positions"),
        (replace(GOOD, sets=()), "unique, but"),
        (replace(GOOD, count=None), "unique, but"),
        (SubsetSumResult("impossible", (), 0, 10), "there are 1 answers, not 0"),
        (SubsetSumResult("exhausted", (), None, 10), ""),
        (SubsetSumResult("exhausted", ((0, 2),), None, 10), "exhausted, but"),
        (SubsetSumResult("ambiguous", ((0, 2),), None, 10), "ambiguous, but"),
        (SubsetSumResult("ambiguous", ((0, 3), (0, 2)), None, 10), "order of preference"),
    ],
)
def test_the_checker_sees_what_is_wrong(verdict: SubsetSumResult, says: str) -> None:
    amounts, classes = [10, 90, 30, 30], [0, 1, 2, 2]
    found = check(amounts, 40, verdict, classes=classes)
    assert says in found
    assert bool(says) == bool(found)


def test_the_checker_counts_anew() -> None:
    amounts = [10, 20, 30, 60]
    verdict = exact_sets(amounts, 60)
    assert not check(amounts, 60, verdict)
    assert check(amounts, 60, replace(verdict, count=3)) == "there are 2 answers, not 3"
    assert "more than 1 items" in check(amounts, 60, verdict, max_size=1)
    either = SubsetSumResult("ambiguous", ((0,), (1,)), None, 1)
    assert not check([5, 5], 5, either)
    assert "passes over" in check([5, 5], 5, either, classes=[0, 0])


def test_the_checker_says_when_it_cannot_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subset_sum, "MAX_SUMS", 20)
    verdict = exact_sets(LADDER, sum(LADDER[::2]))
    assert verdict.sets == (tuple(range(0, 15, 2)),)
    assert check(LADDER, sum(LADDER[::2]), verdict).startswith(subset_sum.UNCONFIRMED)
