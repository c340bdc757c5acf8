"""A running balance proves a statement in any order of its rows, and never one from which money is missing or in which it is changed."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from matcher.parsers.csv.balance import RunningBalance, Verdict

DAY = date(2026, 10, 1)
amounts = st.lists(st.integers(-(10**6), 10**6).filter(bool), min_size=3, max_size=12).filter(sum)


def chain(opening: int, steps: list[int]) -> list[tuple[int, int]]:
    rows, balance = [], opening
    for step in steps:
        balance += step
        rows.append((step, balance))
    return rows


def verdicts(rows: list[tuple[int, int]]) -> tuple[Verdict, Verdict]:
    """By rows and by columns; both must say the same."""
    plain, columns = RunningBalance(), RunningBalance()
    for line, (amount, balance) in enumerate(rows, start=1):
        plain.add(amount, balance, DAY, line)
    columns.add_frame(
        pl.DataFrame(
            {
                "amount": [amount for amount, _ in rows],
                "balance": [balance for _, balance in rows],
                "booking_date": [DAY] * len(rows),
                "line": range(1, len(rows) + 1),
            }
        )
    )
    return plain.verdict(), columns.verdict()


@given(opening=st.integers(-(10**12), 10**12), steps=amounts, data=st.data())
def test_rows_in_any_order_are_proven(opening: int, steps: list[int], data: st.DataObject) -> None:
    rows = data.draw(st.permutations(chain(opening, steps)))
    plain, columns = verdicts(rows)
    assert plain == columns
    if not plain.turned:
        assert plain.line == 0
        assert plain.opening is not None
        assert plain.closing is not None
        assert plain.closing.amount - plain.opening.amount == sum(steps)


@given(opening=st.integers(-(10**12), 10**12), steps=amounts, data=st.data())
def test_a_row_that_is_missing_in_the_middle_or_changed_is_noticed(opening: int, steps: list[int], data: st.DataObject) -> None:
    rows = chain(opening, steps)
    place = data.draw(st.integers(1, len(rows) - 2))
    balances = [opening, *(balance for _, balance in rows)]
    changed = [*rows[:place], (rows[place][0] + 1, rows[place][1]), *rows[place + 1 :]]
    for damaged in (rows[:place] + rows[place + 1 :], changed):
        shuffled = data.draw(st.permutations(damaged))
        plain, columns = verdicts(shuffled)
        assert plain == columns
        if len(set(balances)) == len(balances) and plain.line == 0 and plain.opening is not None and plain.closing is not None:
            # what is taken for the whole must at least be a whole of its own: its ends differ by its sum
            assert plain.closing.amount - plain.opening.amount == sum(amount for amount, _ in damaged)
            assert not (plain.opening.amount == opening and plain.closing.amount == rows[-1][1])
