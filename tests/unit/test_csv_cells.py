"""Cells to values: amounts, dates and currencies as banks write them."""

from datetime import date

import pytest

from matcher.parsers.csv.cells import CellError, DateReader, Exact, amount_reader, currency_code
from matcher.parsers.csv.sheets import number

POINT, COMMA = amount_reader(".", ",'"), amount_reader(",", ". '")


@pytest.mark.parametrize(
    ("cell", "plain", "currency"),
    [
        ("1,234.56", "1234.56", ""),
        ("11'373.94", "11373.94", ""),
        ("$1,036.47", "1036.47", ""),
        ("-$7,971.39", "-7971.39", ""),
        ("$-5.00", "-5.00", ""),
        ("(12.00)", "-12.00", ""),
        ("12.00-", "-12.00", ""),
        ("− 12.00", "-12.00", ""),
        ("+ £1,100.00", "1100.00", "GBP"),
        ("￥２８.１６", "28.16", ""),
        ("CNY 123.18", "123.18", "CNY"),
        ("CNY13.50", "13.50", "CNY"),
        ("1,11,800.00", "", ""),
        ("98,800.00 DR", "-98800.00", ""),
        ("98,800.00Cr.", "98800.00", ""),
        ("'8.50", "8.50", ""),
        ("12,34.00", "", ""),
        ("1,23", "", ""),
        ("1.234,56", "", ""),
        ("NaN", "", ""),
        ("1E3", "", ""),
        ("--5", "", ""),
        ("-5-", "", ""),
        ("", "", ""),
        ("-", "", ""),
        ("5 USD 6", "", ""),
        ("1,234'567.00", "", ""),
        ("9" * 200, "", ""),
    ],
)
def test_amounts_with_a_point(cell: str, plain: str, currency: str) -> None:
    if plain:
        assert POINT(cell) == (plain, currency)
    else:
        with pytest.raises(CellError) as caught:
            POINT(cell)
        assert caught.value.code == "amount.invalid"


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("-3,18 €", "-3.18"),
        ("1.234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1 234,5", "1234.5"),
        ("USD 9.126,07", "9126.07"),
        ("2.000", "2000."),
    ],
)
def test_amounts_with_a_comma(cell: str, plain: str) -> None:
    assert COMMA(cell)[0] == plain


@pytest.mark.parametrize("cell", ["2.00", "1.23", "1,234.56", "1.2345,00"])
def test_a_point_that_groups_nothing_is_refused_not_dropped(cell: str) -> None:
    with pytest.raises(CellError):
        COMMA(cell)


def test_indian_grouping() -> None:
    read = amount_reader(".", ",", lakh=True)
    assert read("1,11,80,000.50")[0] == "11180000.50"
    assert read("118,000.50")[0] == "118000.50"
    with pytest.raises(CellError):
        read("1,1,800.00")


@pytest.mark.parametrize("cell", ["5.00 €", "(5.00)", "1,200.00", "５.00", "5 000"])
def test_a_bare_figure_is_nothing_else(cell: str) -> None:
    with pytest.raises(CellError):
        amount_reader(".", "", bare=True)(cell)


@pytest.mark.parametrize(
    ("formats", "cell", "day", "time"),
    [
        (["%d.%m.%Y", "%d.%m.%y"], "05.02.26", date(2026, 2, 5), ""),
        (["%d.%m.%Y"], "5.2.2026", date(2026, 2, 5), ""),
        (["%Y-%m-%d"], "2026-02-05 23:59:59 +0000", date(2026, 2, 5), "23:59:59 +0000"),
        (["%m/%d/%Y"], "02/05/2026 11:30 PM", date(2026, 2, 5), "11:30 PM"),
        (["%Y%m%d"], "20260205", date(2026, 2, 5), ""),
        (["%d-%b-%Y"], "05-MÄR-2026", date(2026, 3, 5), ""),
        (["%d %b %Y"], "05 Sept. 2026", date(2026, 9, 5), ""),
        (["%Y.%m.%d."], "2026.02.05.", date(2026, 2, 5), ""),
        (["%Y年%m月%d日"], "２０２６年2月5日", date(2026, 2, 5), ""),
        (["%d/%m/%y"], "05/02/71", date(1971, 2, 5), ""),
        (["%d.%m.%Y"], Exact("2026-02-05 01:00:00"), date(2026, 2, 5), "01:00:00"),
        (["%Y%m%d"], Exact("20260205"), date(2026, 2, 5), ""),
    ],
)
def test_dates_keep_their_day(formats: list[str], cell: str, day: date, time: str) -> None:
    assert DateReader(formats)(cell) == (day, time)


@pytest.mark.parametrize("cell", ["31.02.2026", "2026-02-05", "05.13.2026", "05.02.20266", "heute", "", "5.2", "05.02.2026 x"])
def test_other_texts_are_no_dates(cell: str) -> None:
    with pytest.raises(CellError) as caught:
        DateReader(["%d.%m.%Y"])(cell)
    assert caught.value.code == "date.invalid"


def test_a_date_without_year_takes_it_from_the_period_or_is_refused() -> None:
    read = DateReader(["%m/%d"], (date(2025, 12, 20), date(2026, 1, 19)))
    assert read("12/29")[0] == date(2025, 12, 29)
    assert read("01/05")[0] == date(2026, 1, 5)
    for cell, period in (
        ("06/01", (date(2025, 12, 20), date(2026, 1, 19))),
        ("01/05", (None, None)),
        ("01/05", (date(2025, 1, 1), date(2026, 2, 1))),
    ):
        with pytest.raises(CellError):
            DateReader(["%m/%d"], period)(cell)


def test_a_name_of_the_29th_of_february_needs_a_leap_year() -> None:
    assert DateReader(["%d.%m"], (date(2023, 12, 1), date(2024, 12, 1)))("29.02")[0] == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "code"), [("eur", "EUR"), (" € ", "EUR"), ("人民币", "CNY"), ("RMB", "CNY"), ("R$", "BRL"), ("zł", "PLN")]
)
def test_currencies(text: str, code: str) -> None:
    assert currency_code(text) == code


@pytest.mark.parametrize("text", ["$", "¥", "XXY", "", "EURO"])
def test_an_ambiguous_sign_is_no_currency(text: str) -> None:
    with pytest.raises(CellError) as caught:
        currency_code(text)
    assert caught.value.code == "currency.unknown"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("250.0", "250"),
        ("1234.56", "1234.56"),
        ("1e+20", "1" + "0" * 20),
        ("1e-05", "0.00001"),
        ("-0.1", "-0.1"),
        ("20260119.0", "20260119"),
    ],
)
def test_numbers_of_workbooks_are_exact_decimals(written: str, plain: str) -> None:
    assert number(repr(float(written))) == plain
