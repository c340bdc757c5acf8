"""Whatever the statements of an account: a missing one with money in it is always reported, and a complete trail never is."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from matcher.ledger.chain import Repetition, StatementSpan, breaks

START = date(2026, 1, 1)

movements = st.integers(-3, 3)  # few different balances, so that they meet by chance all the time
spans = st.tuples(st.sampled_from([0, 0, 0, 1, 2]), st.sampled_from([0, 0, 0, 1, 5]))  # days to the next one's first, and to its last


@st.composite
def trails(draw: st.DrawFn) -> list[StatementSpan]:
    """Statements as a bank sends them, several a day and some sharing a day with the next, between a first and a last day of their own.

    Before and after them balances alone could be read in another order, and nothing could tell.
    """
    day, balance = START, 0
    found: list[StatementSpan] = []
    steps = draw(st.lists(st.tuples(spans, movements), min_size=1, max_size=9))
    for place, ((pause, length), amount) in enumerate([((0, 0), 1), *steps, ((0, 0), 1)]):
        edge = place in (0, len(steps) + 1)
        first = day + timedelta(1 if edge else pause)
        last = first + timedelta(length)
        count = 2 if amount else draw(st.sampled_from([0, 2]))
        found.append(StatementSpan(f"s{place}", "giro", first, last, balance, balance + amount, count, "mt940"))
        day, balance = last + timedelta(1 if place == 0 else 0), balance + amount
    return found


@given(trails(), st.data())
def test_a_complete_trail_has_no_gap_and_one_without_a_statement_has(trail: list[StatementSpan], data: st.DataObject) -> None:
    assert breaks(data.draw(st.permutations(trail))) == []
    for dropped in trail[1:-1]:
        left = [f for f in trail if f is not dropped]
        found = breaks(left)
        assert bool(found) == (dropped.opening != dropped.closing)
        assert breaks(data.draw(st.permutations(left))) == found
        if dropped.opening is not None and dropped.closing is not None:
            # where it looks like several, they add up to what is missing
            assert sum(gap.difference for gap in found) == dropped.closing - dropped.opening


@given(trails(), st.sampled_from(["mt940", "yearly"]), st.data())
def test_numbers_name_the_missing_statement(trail: list[StatementSpan], style: str, data: st.DataObject) -> None:
    start = 3 if style == "mt940" else 250
    numbered = [replace(f, number=f"{(n + start - 1) % 252 + 1:05}/001") for n, f in enumerate(trail)]
    assert breaks(data.draw(st.permutations(numbered))) == []
    for dropped in numbered[1:-1]:
        found = breaks(data.draw(st.permutations([f for f in numbered if f is not dropped])))
        if dropped.opening != dropped.closing:
            assert found
        assert {gap.missing for gap in found} <= {"", str(int(dropped.number[:5]))}


@given(
    st.lists(st.integers(-3, 3), min_size=4, max_size=14),
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 8)), min_size=1, max_size=6),
    st.data(),
)
def test_downloads_that_overlap_are_no_gap_in_whatever_order_they_come(
    amounts: list[int], windows: list[tuple[int, int]], data: st.DataObject
) -> None:
    """One entry a day; each download covers some days, and brings what no earlier one has brought."""
    brought: dict[int, str] = {}
    facts = []
    for place, (first, length) in enumerate(data.draw(st.permutations([*windows, (0, len(amounts))]))):
        days = range(first, min(first + length, len(amounts)))
        if not days:
            continue
        name, repeats = f"d{place}", {}
        for day in days:
            if day in brought:
                old = repeats.get(brought[day], Repetition(brought[day], 0, 0))
                repeats[brought[day]] = Repetition(old.statement_id, old.count + 1, old.amount + amounts[day])
            else:
                brought[day] = name
        opening, closing = sum(amounts[: days[0]]), sum(amounts[: days[-1] + 1])
        span = (START + timedelta(days[0]), START + timedelta(days[-1]))
        facts.append(StatementSpan(name, "giro", *span, opening, closing, len(days), "csv", "", tuple(repeats.values())))
    assert breaks(facts) == []
