from datetime import date

import pytest

from matcher.errors import MatcherError
from matcher.parsers.ofx.fields import Day, Marks, amount, clean, day, decimal_mark, is_blank_date, six_digits, unescape

DOT, COMMA, BOTH, NONE = Marks(dot=True), Marks(comma=True), Marks(comma=True, dot=True), Marks()


@pytest.mark.parametrize(
    ("text", "marks", "minor"),
    [
        ("12.34", NONE, 1234),
        ("+00000000000115.8000", NONE, 11580),
        (" - 10.00", NONE, -1000),
        ("\u221210.00", NONE, -1000),
        ("-.5", NONE, -50),
        ("12.", NONE, 1200),
        ("-33.3", NONE, -3330),
        ("12,34", NONE, 1234),
        (",5", NONE, 50),
        ("0,125000", Marks(comma=True), 12),
        ("1.234,56", COMMA, 123456),
        ("1,234.56", DOT, 123456),
        ("1,23,456.00", DOT, 12345600),
        ("1.234.567", NONE, 123456700),
        ("1,234,567", NONE, 123456700),
        ("1 234,56", COMMA, 123456),
        ("1\u202f234\u202f567", COMMA, 123456700),
        ("1'234.50", DOT, 123450),
        ("1,234", DOT, 123400),
        ("1.234", COMMA, 123400),
    ],
)
def test_amounts_in_the_forms_banks_write(text: str, marks: Marks, minor: int) -> None:
    assert amount(text, "EUR", marks)[0] == minor


@pytest.mark.parametrize("marks", [NONE, COMMA, BOTH])
def test_a_comma_before_three_digits_is_refused_without_evidence_and_never_a_decimal_comma(marks: Marks) -> None:
    with pytest.raises(MatcherError, match="the file does not tell which"):
        amount("1,234", "EUR", marks)


def test_a_point_before_three_digits_is_the_specifications_decimal_point() -> None:
    assert amount("1.234", "EUR", NONE) == (123, "1.234")
    assert amount("1.234", "KWD", NONE) == (1234, "")
    with pytest.raises(MatcherError):
        amount("1.234", "EUR", BOTH)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        ",",
        "-",
        "NaN",
        "inf",
        "1E3",
        "$120",
        "120 EUR",
        "12.34-",
        "(12.34)",
        "1.2.3",
        "1,2,3",
        "1.23,456,7",
        "--1",
        "1 23",
        "٣",
        "null",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(MatcherError) as caught:
        amount(text, "EUR", DOT)
    assert caught.value.code == "amount.invalid"


@pytest.mark.parametrize("text", ["10000000000000.01", "9" * 19, "1" + "0" * 5000])
def test_an_amount_beyond_the_bound_is_refused_as_such(text: str) -> None:
    with pytest.raises(MatcherError) as caught:
        amount(text, "EUR", NONE)
    assert caught.value.code == "amount.range"


def test_padding_with_zeros_is_no_size() -> None:
    assert amount("0" * 5000 + "7.50", "EUR", NONE) == (750, "")


@pytest.mark.parametrize(
    ("cell", "mark"),
    [
        ("12.5", "."),
        ("12,5", ","),
        ("1.234,5", ","),
        ("1,234.5", "."),
        ("0,125", ","),
        ("1234,567", ","),
        ("1,234", ""),
        ("-1.234", ""),
        ("12", ""),
        ("1,2,3", ""),
    ],
)
def test_only_a_cell_beyond_doubt_shows_the_decimal_mark(cell: str, mark: str) -> None:
    assert decimal_mark(cell) == mark


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261031", Day(date(2026, 10, 31), "")),
        ("20261031235900.000[-5:EST]", Day(date(2026, 10, 31), "235900.000[-5:EST]")),
        ("20260101000000[+1:CET]", Day(date(2026, 1, 1), "000000[+1:CET]")),
        ("20180804093914:014", Day(date(2018, 8, 4), "093914:014")),
        ("2026-10-31", Day(date(2026, 10, 31), "")),
        ("2026-10-31T08:00:00", Day(date(2026, 10, 31), "08:00:00")),
        ("20260231", None),
        ("201120000000", None),
        ("00000000", None),
        ("2026", None),
        ("31/10/2026", None),
        ("18991231", None),
        ("", None),
    ],
)
def test_the_day_stays_the_banks_own(text: str, expected: Day | None) -> None:
    assert day(text) == expected


def test_six_digits_need_the_files_order() -> None:
    with pytest.raises(MatcherError) as caught:
        day("051026")
    assert caught.value.code == "date.ambiguous"
    assert day("051026", "DMY") == Day(date(2026, 10, 5), "")
    assert day("310226", "DMY") is None
    assert six_digits("051099", "DMY") == date(1999, 10, 5)


@pytest.mark.parametrize(("text", "blank"), [("", True), ("00000000000000", True), (" ", True), ("20261031", False), ("x", False)])
def test_zeros_say_nothing(text: str, blank: bool) -> None:
    assert is_blank_date(text) is blank


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Smith &amp; Co", "Smith & Co"),
        ("&amp;lt;b&amp;gt;", "<b>"),
        ("AT&T &c R&D;", "AT&T &c R&D;"),
        ("&#233;&#xE9;&eacute;", "ééé"),
        ("a&nbsp;b", "a b"),
        ("a&#10;b&#0;c&#xD800;", "a b&#0;c&#xD800;"),
        ("&copyright", "&copyright"),
    ],
)
def test_entities(text: str, expected: str) -> None:
    assert unescape(text) == expected


def test_text_is_put_on_one_line() -> None:
    assert clean("  INV 1 \r\n   INV 2\t") == "INV 1 INV 2"
