"""Rows as bytes: the SQL form and the plain form agree, and no two rows have the same bytes."""

from datetime import date
from hashlib import sha256

import duckdb
from effort import tries
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.journal import encoding

COLUMNS = {"batch": "BIGINT", "name": "VARCHAR", "day": "DATE", "text": "VARCHAR", "yes": "BOOLEAN"}
TEXT = st.one_of(st.none(), st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8))
NASTY = st.sampled_from(["", ";", "0;", ":", "1:", "\x1f", "~", "é", "n0:", "日本", "'", '"'])
CELL = st.one_of(TEXT, NASTY)
DAY = st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2200, 1, 1)))
ROW = st.tuples(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), CELL, DAY, CELL, st.one_of(st.none(), st.booleans()))


@settings(max_examples=tries(200), deadline=None)
@given(ROW)
@example((1, "a\x1fb", None, None, None))
@example((None, None, None, "", True))
def test_both_forms_of_a_row_are_the_same_bytes(row: tuple[object, ...]) -> None:
    with duckdb.connect() as connection:
        names = ", ".join(f"?::{kind} AS {name}" for name, kind in COLUMNS.items())
        sql = f"SELECT encode({encoding.row_sql(COLUMNS)}), sha256({encoding.row_sql(COLUMNS)}) FROM (SELECT {names})"
        ((found, digest),) = connection.execute(sql, list(row)).fetchall()
    assert found == encoding.row(COLUMNS, row)
    assert digest == sha256(found).hexdigest()


@settings(max_examples=tries(500))
@given(ROW, ROW)
@example((1, "a\x1fb", None, "c", None), (1, "a", None, "b\x1fc", None))
@example((1, None, None, "", None), (1, "", None, None, None))
@example((1, "ab", None, "", None), (1, "a", None, "b", None))
def test_two_rows_have_two_forms(one: tuple[object, ...], other: tuple[object, ...]) -> None:
    assert (encoding.row(COLUMNS, one) == encoding.row(COLUMNS, other)) == (one == other)


FIELDS = st.lists(st.one_of(CELL, st.integers(-20, 20)), max_size=4)


@settings(max_examples=tries(500))
@given(FIELDS, FIELDS)
@example(["1"], [1])
@example([None], [""])
@example(["a", "b"], ["as1:b"])
def test_two_records_have_two_forms(one: list[str | int | None], other: list[str | int | None]) -> None:
    same = [(type(cell), cell) for cell in one] == [(type(cell), cell) for cell in other]
    assert (encoding.fields(*one) == encoding.fields(*other)) == same


def test_a_digest_is_of_its_table_and_columns_too() -> None:
    rows = [bytes(32), b"\1" * 32]
    found = {
        encoding.table_digest(table, columns, rows)
        for table in ("raw.item", "raw.rate")
        for columns in (COLUMNS, COLUMNS | {"more": "DATE"}, {**COLUMNS, "day": "VARCHAR"})
    }
    assert len(found) == 6
    assert {count for count, _ in found} == {2}
    assert encoding.table_digest("t", COLUMNS, rows) == encoding.table_digest("t", COLUMNS, [b"".join(rows)])
