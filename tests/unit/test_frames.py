"""The frames of a `State` are held against their schemas, so that a column that is lost or changes its type is found where it happens."""

from datetime import date

import polars as pl
import pytest
from states import Books

from matcher.frames import ALLOCATION, CUSTOMER, DECISION, FINDING, ITEM, LINE, STATE_ALLOCATION, STATE_ITEM, STATE_LINE, check, empty
from matcher.ledger.fold import Facts, fold


def facts(**changed: pl.DataFrame) -> Facts:
    plain = {
        "lines": empty(LINE), "items": empty(ITEM), "customers": empty(CUSTOMER), "decisions": empty(DECISION),
        "allocations": empty(ALLOCATION), "findings": empty(FINDING), "proposals": empty(ALLOCATION),
    }  # fmt: skip
    return Facts(**(plain | changed))


def test_a_frame_with_its_columns_in_any_order_and_more_of_them_is_right() -> None:
    frame = empty(STATE_LINE | {"more": pl.String()})
    check("State.lines", frame.select(reversed(frame.columns)), STATE_LINE)


def test_each_column_that_is_missing_or_of_another_type_is_named() -> None:
    frame = empty(STATE_ITEM).drop("open", "terms").cast({"amount": pl.Float64()})
    with pytest.raises(TypeError, match=r"^State\.items: amount is Float64, not Int64; open is missing, not Int64$"):
        check("State.items", frame, STATE_ITEM, left_out={"terms"})


def test_a_fold_of_nothing_has_all_columns() -> None:
    state = fold(facts(), date(2026, 3, 31), "EUR")
    assert set(state.lines.columns) == set(STATE_LINE)
    assert set(state.items.columns) == set(STATE_ITEM)
    assert set(state.allocations.columns) == set(STATE_ALLOCATION)


def test_columns_that_nobody_asked_for_are_not_missed() -> None:
    state = fold(facts(lines=empty(LINE).drop("raw"), items=empty(ITEM).drop("extra")), date(2026, 3, 31), "EUR")
    assert "raw" not in state.lines.columns


def test_a_fold_finds_an_amount_that_is_no_whole_number() -> None:
    line = empty(LINE).cast({"charges": pl.Float64()})
    with pytest.raises(TypeError, match=r"^State\.lines: charges is Float64, not Int64$"):
        fold(facts(lines=line), date(2026, 3, 31), "EUR")


def test_the_small_books_of_tests_have_the_same_columns() -> None:
    books = Books()
    books.item("I1", 100_00)
    books.line("L1", 60_00)
    books.post("D1", "L1", {"I1": 60_00})
    state = books.state()
    check("State.lines", state.lines, STATE_LINE)
    check("State.items", state.items, STATE_ITEM)
    check("State.allocations", state.allocations, STATE_ALLOCATION)
