"""Lines and entries of the cash book: one is one, in whatever order they come, and only where account, amount, currency and days allow."""

from datetime import date, timedelta

import polars as pl
from effort import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import frames
from matcher.matching.booked_entries import DAYS, LINE, booked_entries

START = date(2026, 10, 1)
REFERENCES = st.sampled_from(["", "R1", "R2", "INV-1"])
NAMES = st.sampled_from(["", "Hafenbau Nordsee GmbH", "Alster GmbH"])
LINES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from([100, 200]), NAMES, REFERENCES), max_size=6)
ENTRIES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from([100, 200]), NAMES, REFERENCES), max_size=6)


def lines(rows: list[tuple[int, int, str, str]]) -> pl.DataFrame:
    made = [
        (f"l{n}", "giro", amount, "EUR", START + timedelta(days=day), name, reference, "", "", "")
        for n, (day, amount, name, reference) in enumerate(rows)
    ]
    return frames.of_rows(made, {name: frames.LINE[name] for name in LINE})


def entries(rows: list[tuple[int, int, str, str]]) -> pl.DataFrame:
    made = [
        (f"e{n}", "giro", START + timedelta(days=day), amount, "EUR", "", reference, name, "", "")
        for n, (day, amount, name, reference) in enumerate(rows)
    ]
    return frames.of_rows(made, frames.BOOK_ENTRY)


@settings(max_examples=tries(200), deadline=None)
@given(LINES, ENTRIES)
def test_one_line_is_one_entry(bank: list[tuple[int, int, str, str]], ledger: list[tuple[int, int, str, str]]) -> None:
    found = booked_entries(lines(bank), entries(ledger))
    assert found["line_id"].is_unique().all()
    assert found["entry_id"].is_unique().all()
    for line_id, entry_id in found.select("line_id", "entry_id").iter_rows():
        line, entry = bank[int(line_id[1:])], ledger[int(entry_id[1:])]
        assert line[1] == entry[1]
        assert abs(line[0] - entry[0]) <= DAYS
        assert {line[2], line[3]} & {entry[2], entry[3]} - {""}
    backwards = booked_entries(lines(bank).reverse(), entries(ledger).reverse())
    assert backwards.equals(found)
