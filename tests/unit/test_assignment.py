"""One answer for lines that compete: best together, never more than an item has, bounded, and the same in any order."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import pytest
from engine import explained, item, pool

from matcher.matching.decisions import assignment as module
from matcher.matching.decisions.assignment import Assignment, assign
from matcher.matching.records import Explanation, Item

Options = Mapping[str, Sequence[Explanation]]


def solve(options: Options, items: Sequence[Item]) -> Assignment:
    return assign(sorted(options), options, pool(items))


def given(answer: Assignment, options: Options) -> int:
    return sum(options[line][place].points for line, place in answer.chosen.items() if place >= 0)


def test_lines_that_do_not_compete_get_their_best() -> None:
    options = {"L1": [explained(50, ("1", 10)), explained(40, ("2", 20))], "L2": [explained(30, ("2", 20))], "L3": []}
    assert solve(options, [item("1", 10), item("2", 20)]) == Assignment({"L1": 0, "L2": 0, "L3": -1}, frozenset())


def test_of_two_lines_with_one_item_the_stronger_claim_is_served() -> None:
    options = {"L1": [explained(30, ("1", 10))], "L2": [explained(50, ("1", 10))]}
    assert solve(options, [item("1", 10)]).chosen == {"L1": -1, "L2": 0}


def test_of_equal_claims_the_first_line_is_served() -> None:
    options = {"L1": [explained(50, ("1", 10))], "L2": [explained(50, ("1", 10))]}
    assert solve(options, [item("1", 10)]).chosen == {"L1": 0, "L2": -1}


def test_the_best_for_all_together_beats_the_best_for_the_first() -> None:
    """Serving the strongest claim first would give 60 points and leave the second line with nothing."""
    options = {"L1": [explained(60, ("1", 10)), explained(55, ("2", 10))], "L2": [explained(50, ("1", 10))]}
    answer = solve(options, [item("1", 10), item("2", 10)])
    assert answer.chosen == {"L1": 1, "L2": 0}
    assert given(answer, options) == 105


def test_an_item_with_room_for_both_serves_both() -> None:
    options = {"L1": [explained(50, ("1", 40))], "L2": [explained(50, ("1", 60))]}
    assert solve(options, [item("1", 100)]).chosen == {"L1": 0, "L2": 0}
    assert solve(options, [item("1", 99)]).chosen == {"L1": 0, "L2": -1}


def test_a_credit_note_is_netted_once() -> None:
    options = {"L1": [explained(50, ("1", 100), ("2", -20))], "L2": [explained(40, ("3", 70), ("2", -20))]}
    items = [item("1", 100), item("2", -20), item("3", 70)]
    assert solve(options, items).chosen == {"L1": 0, "L2": -1}


def test_an_explanation_that_speaks_against_itself_is_not_chosen_to_make_room() -> None:
    options = {"L1": [explained(60, ("1", 10)), explained(-5, ("2", 10))], "L2": [explained(50, ("1", 10))]}
    assert solve(options, [item("1", 10), item("2", 10)]).chosen == {"L1": 0, "L2": -1}


def test_a_chain_of_lines_is_solved_as_a_whole() -> None:
    """Each line would rather have the item that the next one needs."""
    options = {f"L{n}": [explained(60, (str(n + 1), 10)), explained(55, (str(n), 10))] for n in range(6)}
    options["L6"] = [explained(90, ("6", 10))]
    answer = solve(options, [item(str(n), 10) for n in range(7)])
    assert answer.chosen == {**{f"L{n}": 1 for n in range(6)}, "L6": 0}
    assert given(answer, options) == best_by_trying(options, {str(n): 10 for n in range(7)})


def best_by_trying(options: Options, left: Mapping[str, int]) -> int:
    """Points of the best answer, by looking at every one."""
    if not options:
        return 0
    line, rest = next(iter(options)), dict(list(options.items())[1:])
    best = best_by_trying(rest, left)
    for one in options[line]:
        after = {**left, **{s.item_id: left[s.item_id] - s.item_amount for s in one.shares}}
        if min(after.values()) >= 0:
            best = max(best, one.points + best_by_trying(rest, after))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_competing_lines_get_the_best_answer_there_is(seed: int) -> None:
    numbers = [(seed * 7919 + n * 104_729) % 97 for n in range(60)]
    items = {str(n): 10 + numbers[n] % 20 for n in range(4)}
    options: dict[str, list[Explanation]] = {}
    for number in range(5):
        mine = [numbers[10 * number + n] for n in range(10)]
        found = [explained(20 + mine[k] % 60, (str(mine[k + 3] % 4), 5 + mine[k + 6] % 15)) for k in range(3)]
        options[f"L{number}"] = sorted(found, key=lambda one: -one.points)
    answer = solve(options, [item(i, amount) for i, amount in items.items()])
    taken = dict.fromkeys(items, 0)
    for line, place in answer.chosen.items():
        if place >= 0:
            for share in options[line][place].shares:
                taken[share.item_id] += share.item_amount
    assert all(taken[i] <= items[i] for i in items)
    assert given(answer, options) == best_by_trying(options, items)


def test_the_order_in_which_lines_are_given_does_not_change_the_points() -> None:
    options = {
        "L1": [explained(60, ("1", 10)), explained(41, ("2", 10))],
        "L2": [explained(50, ("1", 10)), explained(42, ("3", 10))],
        "L3": [explained(47, ("2", 10))],
    }
    stock = pool([item(str(n), 10) for n in (1, 2, 3)])
    assert {given(assign(order, options, stock), options) for order in permutations(options)} == {60 + 42 + 47}


def test_more_steps_than_the_bound_are_not_taken_and_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_STEPS", 50)
    lines = [f"L{n:02d}" for n in range(14)]
    options = {line: [explained(50, ("1", 10)), explained(49, ("2", 10)), explained(48, ("3", 10))] for line in lines}
    answer = solve(options, [item(str(n), 10) for n in (1, 2, 3)])
    assert answer.unsolved == frozenset(lines)
    served = [options[line][place].shares[0].item_id for line, place in answer.chosen.items() if place >= 0]
    assert len(served) == len(set(served))


def test_a_component_within_the_bound_is_solved_although_another_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_STEPS", 50)
    options: dict[str, list[Explanation]] = {
        f"L{n:02d}": [explained(50, ("1", 10)), explained(49, ("2", 10)), explained(48, ("3", 10))] for n in range(14)
    }
    options |= {"M1": [explained(60, ("8", 10)), explained(50, ("9", 10))], "M2": [explained(60, ("8", 10))]}
    answer = solve(options, [item(n, 10) for n in "12389"])
    assert (answer.chosen["M1"], answer.chosen["M2"]) == (1, 0)
    assert not answer.unsolved & {"M1", "M2"}


def test_more_lines_than_a_person_can_compare_all_go_to_one() -> None:
    """Every second line wants an item of its neighbour too: one chain of competing lines, longer than is searched."""
    lines = module.MOST_LINES + 1
    options = {f"L{n:03d}": [explained(50, (str(n), 10)), explained(40, (str(n + 1), 10))] for n in range(lines)}
    options["L000"] = [explained(50, ("1", 10))]
    items = [item(str(n), 10) for n in range(lines + 1)]
    assert solve(options, items).unsolved == frozenset(options)
    fewer = {line: options[line] for line in sorted(options)[: module.MOST_LINES]}
    assert not solve(fewer, items).unsolved
