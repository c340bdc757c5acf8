"""The day of a list of open items: from an option, a column, the file's name, or none of them."""

from datetime import date

import pytest
from support import ITEM_COLUMNS, table

from matcher.errors import MatcherError
from matcher.openitems import readers
from matcher.openitems.dating import Dated, day_in, day_of, in_words
from matcher.states import DatedBy

TODAY = date(2026, 11, 29)
OCTOBER = date(2026, 10, 31)
ITEM = {
    "item_id": "I1", "entity": "1", "customer_id": "C1", "document_type": "invoice", "document_no": "RE-1", "issue_date": "2026-09-01",
    "currency": "EUR", "amount": "100.00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("items_2026-10-31.csv", OCTOBER),
        ("OP-Liste 31.10.2026.xlsx", OCTOBER),
        ("open_items_20261031.parquet", OCTOBER),
        ("open_items_20261031235959.csv", OCTOBER),
        ("20261031_2359_items.csv", OCTOBER),
        ("items-2026-10.csv", OCTOBER),
        ("items-2024-02.csv", date(2024, 2, 29)),
        ("2026-10/items_2026-10-31.csv", OCTOBER),
        ("items_2026-10-31_of_2026-10.csv", OCTOBER),
        ("2026-10-31 2026-10-31.csv", OCTOBER),
        ("2026-09-30/items.csv", None),
        ("C:\\2026-09-30\\items.csv", None),
        ("items.csv", None),
        ("items_12345678.csv", None),
        ("items_2026-13-01.csv", None),
        ("items_2026-02-30.csv", None),
        ("items-500-2.csv", None),
        ("items-1200-10.csv", None),
        ("items_120261031.csv", None),
        ("items-2026-11.csv", None),  # of a month that is not over
        ("items-2026-12.csv", date(2026, 12, 31)),
    ],
)
def test_a_name_says_a_day_or_none(name: str, day: date | None) -> None:
    assert day_in(name, TODAY) == day


@pytest.mark.parametrize(
    "name", ["2026-09-30_2026-10-31.csv", "2026-09_2026-10.csv", "2026-09_export_20261102.csv", "1 30.09.2026 20261031"]
)
def test_a_name_with_several_days_is_unclear(name: str) -> None:
    with pytest.raises(MatcherError) as refused:
        day_in(name, TODAY)
    assert (refused.value.code, refused.value.where) == ("snapshot.unclear", name)
    assert "--snapshot-date" in str(refused.value)


@pytest.mark.parametrize(
    ("files", "stated", "found"),
    [
        ([("2026-09-30 2026-10-31.csv", date(2026, 8, 31))], OCTOBER, Dated(OCTOBER, DatedBy.OPTION)),
        ([("items_2026-09-30.csv", OCTOBER)], None, Dated(OCTOBER, DatedBy.COLUMN)),
        ([("items_2026-10-31.csv", None)], None, Dated(OCTOBER, DatedBy.NAME)),
        ([("a_2026-10.csv", None), ("b_20261031.csv", None), ("c.csv", None)], None, Dated(OCTOBER, DatedBy.NAME)),
        ([("a_2026-10.csv", None), ("b.csv", OCTOBER)], None, Dated(OCTOBER, DatedBy.COLUMN)),
        ([("items.csv", None)], None, Dated(TODAY, DatedBy.TODAY)),
        ([("items.csv", TODAY)], None, Dated(TODAY, DatedBy.COLUMN)),
    ],
)
def test_a_person_a_column_a_name_and_today_in_this_order(files: list[tuple[str, date | None]], stated: date | None, found: Dated) -> None:
    assert day_of(files, stated, TODAY) == found


@pytest.mark.parametrize(
    ("files", "stated", "code", "words"),
    [
        ([("a.csv", None)], date(2026, 11, 30), "usage.option", "2026-11-30 is later than today, 2026-11-29"),
        ([("a.csv", date(2026, 11, 30))], None, "snapshot.future", "2026-11-30, which is later than today, 2026-11-29"),
        ([("a_2026-11-30.csv", None)], None, "snapshot.future", "later than today"),
        ([("a_2026-12.csv", None)], None, "snapshot.future", "of 2026-12-31"),
        ([("a_2026-09.csv", None), ("b_2026-10.csv", None)], None, "snapshot.unclear", "a_2026-09.csv of 2026-09-30, b_2026-10.csv of"),
        ([("a.csv", OCTOBER), ("b_2026-11-01.csv", None)], None, "snapshot.unclear", "a.csv of 2026-10-31"),
    ],
)
def test_a_day_that_cannot_be_is_refused(files: list[tuple[str, date | None]], stated: date | None, code: str, words: str) -> None:
    with pytest.raises(MatcherError) as refused:
        day_of(files, stated, TODAY)
    assert refused.value.code == code
    assert words in refused.value.what


@pytest.mark.parametrize("column", ["snapshot_date", "as_of", "stichtag", "Stichtag"])
@pytest.mark.parametrize(("cells", "day"), [(("2026-10-31", " 2026-10-31"), OCTOBER), (("", ""), None)])
def test_a_column_says_the_day_and_is_no_part_of_an_item(column: str, cells: tuple[str, str], day: date | None) -> None:
    rows = [{**ITEM, "item_id": f"I{n}", column: cell, "region": "north"} for n, cell in enumerate(cells)]
    read = readers.read_file("items", table((*ITEM_COLUMNS, column, "region"), rows).encode(), "items.csv")
    assert read.day == day
    assert read.frame["extra"].to_list() == ['{"region":"north"}'] * 2


@pytest.mark.parametrize(
    ("cells", "code", "line"),
    [
        (("2026-10-31", "2026-10-30"), "snapshot.unclear", 3),
        (("2026-10-31", ""), "snapshot.unclear", 3),
        (("31.10.2026", "31.10.2026"), "date.invalid", 2),
        (("2026-02-30", "2026-02-30"), "date.invalid", 2),
    ],
)
def test_a_column_that_says_no_one_day_is_refused_and_not_looked_at_when_a_person_says_it(
    cells: tuple[str, str], code: str, line: int
) -> None:
    data = table((*ITEM_COLUMNS, "as_of"), [{**ITEM, "item_id": f"I{n}", "as_of": cell} for n, cell in enumerate(cells)]).encode()
    with pytest.raises(MatcherError) as refused:
        readers.read_file("items", data, "items.csv")
    assert (refused.value.code, refused.value.where) == (code, f"items.csv:{line}")
    assert readers.read_file("items", data, "items.csv", dated=True).frame.height == 2


def test_two_columns_that_say_two_days_are_refused() -> None:
    data = table((*ITEM_COLUMNS, "as_of", "stichtag"), [{**ITEM, "as_of": "2026-10-31", "stichtag": "2026-10-30"}]).encode()
    with pytest.raises(MatcherError, match=r"snapshot\.unclear: items\.csv:2: as_of is 2026-10-31, stichtag is 2026-10-30"):
        readers.read_file("items", data, "items.csv")


def test_a_day_in_words() -> None:
    assert in_words(date(2026, 3, 1)) == "1 Mar 2026"
    assert Dated(OCTOBER, DatedBy.NAME).said() == "list of 31 Oct 2026, by the file's name"
