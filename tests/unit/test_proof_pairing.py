"""Which bank lines are which entries of the cash book: literal rows."""

import pytest
from proofs import Row, day, sets

from matcher.ledger.proof.slips import transposed
from matcher.ledger.proof.sums import Record, sums

LINE: Row = {"date": day(14), "amount": 64_000, "name": "Hafenbau Nordsee GmbH", "text": "KM-2026-00417 thanks", "reference": "R1"}
ENTRY: Row = {"date": day(15), "amount": 64_000}


@pytest.mark.parametrize(
    ("entry", "by"),
    [
        ({"reference": "R1"}, "the same reference"),
        ({"document": "r1"}, "the same reference"),
        ({"reference": "KM 2026 00417"}, "the same reference"),  # in the text, written otherwise
        ({"document": "KM-2026-00417", "date": day(90)}, "the same reference"),
        ({"reference": "00417-thanks"}, "amount and day alone"),
        ({"reference": "km-2026-00417 thanks"}, "the same reference"),  # two words of the text
        ({"document": "M-20"}, "amount and day alone"),  # a part of a word is no reference
        ({"name": "Hafenbau Nordsee"}, "the same name"),
        ({"name": "HAFENBAU NORDSEE GMBH", "date": day(40)}, "the same name"),
        ({"text": "Receipt Hafenbau"}, "the same name"),
        ({"text": "KM-2026-00417 thanks"}, "the same text"),
        ({}, "amount and day alone"),
        ({"date": day(24)}, "amount and day alone"),
        ({"date": day(25)}, ""),  # eleven days, and nothing but the amount
        ({"name": "Someone Else AG"}, ""),
        ({"name": "Someone Else AG", "reference": "R1"}, "the same reference"),
        ({"amount": 64_001}, ""),
        ({"amount": -64_000}, ""),
        ({"account": "other", "reference": "R1"}, ""),
    ],
)
def test_what_says_that_a_line_is_an_entry(entry: Row, by: str) -> None:
    assert sets([LINE], [{**ENTRY, **entry}]) == ({"L1 E1": by} if by else {})


@pytest.mark.parametrize(
    ("description", "name"), [("收到华信贸易货款", "上海华信贸易有限公司"), ("Zahlung Müller Söhne", "Mueller Soehne KG")]
)
def test_a_name_in_the_entry_s_text_in_any_writing(description: str, name: str) -> None:
    assert sets([{**LINE, "name": name}], [{**ENTRY, "text": description, "date": day(30)}]) == {"L1 E1": "the same name"}


def test_of_equal_amounts_as_many_are_paired_in_the_order_of_days() -> None:
    fees = [{"date": day(n), "amount": -500} for n in (1, 2, 20)]
    assert set(sets(fees, fees)) == {"L1 E1", "L2 E2", "L3 E3"}
    # of three lines and two entries of the same days none is known to be the third
    assert sets([{"date": day(1), "amount": -500}] * 3, [{"date": day(2), "amount": -500}] * 2) == {}


def test_the_nearest_day_says_which_of_two_with_one_reference_it_is() -> None:
    book = [{"date": day(13), "amount": 100, "reference": "R1"}, {"date": day(17), "amount": 100, "reference": "R1"}]
    assert sets([{"date": day(14), "amount": 100, "reference": "R1"}], book) == {"L1 E1": "the same reference"}
    even = [{**book[0], "date": day(12)}, {**book[1], "date": day(16)}]
    assert sets([{"date": day(14), "amount": 100, "reference": "R1"}], even) == {}


def test_a_reference_of_every_month_says_nothing_of_another_season() -> None:
    rent = {"amount": -50_000, "reference": "MV-4711"}
    bank = [{**rent, "date": day(n)} for n in (1, 31, 62)]
    book = [{**rent, "date": day(n)} for n in (2, 63, 200)]
    assert set(sets(bank, book)) == {"L1 E1", "L3 E2"}
    assert set(sets(bank[1:2], book[2:])) == {"L1 E1"}  # the only one of its number


def test_of_an_entry_that_was_booked_twice_one_is_left() -> None:
    twice = {"date": day(14), "amount": 100, "reference": "R1"}
    assert sets([twice], [twice, twice]) == {"L1 E1": "the same reference"}


def test_what_may_be_another_s_by_its_reference_is_nobody_s_by_less() -> None:
    book = [{"date": day(12), "amount": 100, "reference": "R1"}, {"date": day(16), "amount": 100, "reference": "R1"}]
    assert (
        sets([{"date": day(14), "amount": 100, "reference": "R1", "name": "Hafenbau"}], [{**one, "name": "Hafenbau"} for one in book]) == {}
    )


@pytest.mark.parametrize(
    "book",
    [
        [{"date": day(3), "amount": 100, "reference": "K9"}, {"date": day(9), "amount": -100, "reference": "K9"}],
        [{"date": day(3), "amount": 100, "document": "D1"}, {"date": day(9), "amount": -100, "document": "D1"}],
        [{"id": "GL-7001", "date": day(3), "amount": 100}, {"date": day(9), "amount": -100, "text": "wrong, see GL-7001"}],
        [{"date": day(3), "amount": 100, "name": "Hafenbau"}, {"date": day(9), "amount": -100, "name": "Hafenbau", "text": "Storno"}],
    ],
)
def test_entries_that_are_reversed_cancel_each_other(book: list[Row]) -> None:
    assert list(sets([], book).values()) == ["reversed in the book"]


def test_a_refund_is_no_reversal() -> None:
    book = [{"date": day(3), "amount": 100, "name": "Hafenbau"}, {"date": day(9), "amount": -100, "name": "Hafenbau", "text": "refund"}]
    assert sets([], book) == {}


def test_what_was_booked_again_after_a_reversal_is_the_line() -> None:
    book = [{"date": day(n), "amount": amount, "reference": "R1"} for n, amount in ((2, 100), (4, -100), (9, 100))]
    found = sets([{"date": day(9), "amount": 100, "reference": "R1"}], book)
    assert found == {"L1 E3": "the same reference", "E1 E2": "reversed in the book"}


def test_a_returned_payment_is_two_lines_and_two_entries() -> None:
    both = [{"date": day(2), "amount": 100, "reference": "R1"}, {"date": day(4), "amount": -100, "reference": "R1"}]
    assert set(sets(both, both)) == {"L1 E1", "L2 E2"}


def test_a_line_that_is_several_entries_of_one_reference() -> None:
    parts = [{"date": day(3), "amount": amount, "reference": "BATCH-77"} for amount in (100, 250, 49)]
    whole = {"date": day(6), "amount": 399, "text": "collective credit batch-77"}
    assert sets([whole], parts) == {"L1 E1 E2 E3": "sum of records with one reference"}
    assert sets([{**part, "text": "BATCH-77"} for part in parts], [{**whole, "reference": "BATCH-77"}]) == {
        "L1 L2 L3 E1": "sum of records with one reference"
    }


def test_a_sum_that_only_one_set_makes() -> None:
    parts = [{"date": day(3), "amount": amount} for amount in (10_011, 25_020, 4_907, 333)]
    assert sets([{"date": day(5), "amount": 35_031}], parts) == {"L1 E1 E2": "sum alone"}
    assert sets([{"date": day(15), "amount": 35_031}], parts) == {}
    assert sets([{"date": day(5), "amount": 300}], [{"date": day(3), "amount": amount} for amount in (100, 200, 150, 150)]) == {}
    named = [{**part, "name": "Someone Else AG"} for part in parts]
    assert sets([{"date": day(5), "amount": 35_031, "name": "Hafenbau"}], named) == {}


def test_all_receipts_of_a_day_are_a_deposit() -> None:
    cash = [{"date": day(3), "amount": 1_000 + n} for n in range(9)]
    assert sets([{"date": day(4), "amount": 9_036}], cash) == {"L1 E1 E2 E3 E4 E5 E6 E7 E8 E9": "sum alone"}


def test_a_record_that_may_be_in_two_sums_is_in_none() -> None:
    book = [Record(1, name, "main", day(3), amount) for name, amount in (("a", 100), ("b", 233), ("c", 333))]
    one, two = Record(0, "x", "main", day(3), 433), Record(0, "y", "main", day(4), 566)
    assert [found.whole.id for found in sums([one, *book])] == ["x"]
    assert sums([one, two, *book]) == []


def test_slips_of_the_pen_need_the_reference() -> None:
    line = {"date": day(3), "amount": 54_000, "reference": "Q77"}
    assert sets([line], [{"date": day(5), "amount": 45_000, "reference": "Q77"}]) == {"L1 E1": "digits transposed"}
    assert sets([line], [{"date": day(5), "amount": -54_000, "reference": "Q77"}]) == {"L1 E1": "opposite sides"}
    assert sets([line], [{"date": day(5), "amount": 45_000}]) == {}
    assert sets([line], [{"date": day(5), "amount": 44_000, "reference": "Q77"}]) == {}
    two = [{"date": day(5), "amount": 45_000, "reference": "Q77"}, {"date": day(6), "amount": 54_900, "reference": "Q77"}]
    assert sets([line], two) == {}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(54, 45, True), (-420, -240, True), (1_234, 1_243, True), (10, 1, True), (54, -45, False), (1_234, 4_231, False), (54, 54, False)],
)
def test_two_digits_next_to_each_other_changed_places(one: int, other: int, expected: bool) -> None:
    assert transposed(one, other) is expected


def test_the_order_of_the_files_does_not_matter() -> None:
    bank = [{"id": f"L{n}", "date": day(n % 9 + 1), "amount": 100 * (n % 4 + 1)} for n in range(20)]
    book = [{"id": f"E{n}", "date": day(n % 7 + 2), "amount": 100 * (n % 4 + 1)} for n in range(20)]
    assert sets(bank, book) == sets(bank[::-1], book[::-1])
