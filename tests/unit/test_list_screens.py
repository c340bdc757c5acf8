"""A list on pages of 80, 100 and 130 columns, sign by sign; and what a page that shows no colour or no such signs gets."""

import lists
import pytest

from matcher.cli.tables import Column, Kind
from matcher.cli.tables.columns import Table
from matcher.cli.tables.terminal import Page, lines

SCREENS = {
    ("LATIN", 80): """\
Brennhof group · receipts that wait · 31 Oct 2026 · entity 1
                                                      not                   days
line        date    payer                amount   applied       confidence  late
────────────────────────────────────────────────────────────────────────────────
5ab7942aa3   9 Oct  TIDEWATER PROCE…  15,845.00            USD      99.9 %
561e1f7b6a   7 Oct  BAECKEREITECHNI…   2,318.45  2,318.45  EUR      64.2 %   120
365f7a9113  29 Oct  BAECKEREITECHNI…    -643.00   -643.00  EUR                 3
────────────────────────────────────────────────────────────────────────────────
total                                  1,675.45  1,675.45  EUR
total                                 15,845.00            USD
Not shown: text, state (a wider screen, or -O csv).
""",
    ("LATIN", 100): """\
Brennhof group · receipts that wait · 31 Oct 2026 · entity 1
                                                                          not                   days
line        date    payer              text                  amount   applied       confidence  late
────────────────────────────────────────────────────────────────────────────────────────────────────
5ab7942aa3   9 Oct  TIDEWATER PROCES…  WIRE IN EX-2026-…  15,845.00            USD      99.9 %
561e1f7b6a   7 Oct  BAECKEREITECHNIK…  Rechnung vom 15.…   2,318.45  2,318.45  EUR      64.2 %   120
365f7a9113  29 Oct  BAECKEREITECHNIK…  RUECKLASTSCHRIFT…    -643.00   -643.00  EUR                 3
────────────────────────────────────────────────────────────────────────────────────────────────────
total                                                      1,675.45  1,675.45  EUR
total                                                     15,845.00            USD
Not shown: state (a wider screen, or -O csv).
""",
    ("LATIN", 130): """\
Brennhof group · receipts that wait · 31 Oct 2026 · entity 1
                                                                                          not                       days
line        date    payer                          text                      amount   applied       confidence      late  state
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
5ab7942aa3   9 Oct  TIDEWATER PROCESS SYSTEMS INC  WIRE IN EX-2026-0111   15,845.00            USD      99.9 %            posted
561e1f7b6a   7 Oct  BAECKEREITECHNIK OHLSEN GMBH   Rechnung vom 15.9.      2,318.45  2,318.45  EUR      64.2 %       120  proposed
365f7a9113  29 Oct  BAECKEREITECHNIK OHLSEN GMBH   RUECKLASTSCHRIFT AC04    -643.00   -643.00  EUR                     3  none
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
total                                                                      1,675.45  1,675.45  EUR
total                                                                     15,845.00            USD
""",
    ("CHINESE", 80): """\
Brennhof group · receipts that wait · 31 Oct 2026 · entity 1
                                                            not
line        date    payer                     amount    applied       confidence
────────────────────────────────────────────────────────────────────────────────
368d86ad10  16 Oct  昆山裕丰印染有限…     28,730.00   28,730.00  CNY      85.0 %
7d68d067ca  23 Oct  王晓蓓             1,234,567                 JPY
0b1e2c121e  28 Oct  苏州市吴中区科学…     12,000.125             BHD
────────────────────────────────────────────────────────────────────────────────
total                                     12,000.125             BHD
total                                     28,730.00   28,730.00  CNY
total                                  1,234,567                 JPY
Not shown: text, days late, state (a wider screen, or -O csv).
""",
    ("CHINESE", 100): """\
Brennhof group · receipts that wait · 31 Oct 2026 · entity 1
                                                                          not                   days
line        date    payer            text                   amount    applied       confidence  late
────────────────────────────────────────────────────────────────────────────────────────────────────
368d86ad10  16 Oct  昆山裕丰印染有…  货款 转账          28,730.00   28,730.00  CNY      85.0 %
7d68d067ca  23 Oct  王晓蓓           代付货款 转账…  1,234,567                 JPY                91
0b1e2c121e  28 Oct  苏州市吴中区科…  研发补助           12,000.125             BHD
────────────────────────────────────────────────────────────────────────────────────────────────────
total                                                   12,000.125             BHD
total                                                   28,730.00   28,730.00  CNY
total                                                1,234,567                 JPY
Not shown: state (a wider screen, or -O csv).
""",
    ("CHINESE", 130): """\
Brennhof group · receipts that wait · 31 Oct 2026 · entity 1
                                                                                                        not                   days
line        date    payer                   text                                          amount    applied       confidence  late
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
368d86ad10  16 Oct  昆山裕丰印染有限公司    货款 转账                                 28,730.00   28,730.00  CNY      85.0 %
7d68d067ca  23 Oct  王晓蓓                  代付货款 转账 上海临澜环保工程有限公…  1,234,567                 JPY                91
0b1e2c121e  28 Oct  苏州市吴中区科学技术局  研发补助                                  12,000.125             BHD
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
total                                                                                 12,000.125             BHD
total                                                                                 28,730.00   28,730.00  CNY
total                                                                              1,234,567                 JPY
Not shown: state (a wider screen, or -O csv).
""",
}
"""What is shown, by list and width of the page."""


@pytest.mark.parametrize(("name", "width"), SCREENS)
def test_a_list_on_a_page(name: str, width: int) -> None:
    shown = list(lines(lists.of(getattr(lists, name)), Page(width)))
    assert shown == SCREENS[name, width].splitlines()


def test_colour_marks_what_is_negative_or_long_overdue_and_changes_no_sign() -> None:
    plain = list(lines(lists.of(lists.LATIN), Page(100)))
    coloured = list(lines(lists.of(lists.LATIN), Page(100, colour=True)))
    marked = [line.partition("\x1b[31m")[2].partition("\x1b")[0] for line in coloured if "\x1b[31m" in line]
    assert marked == ["120", "-643.00"]
    for code in ("0", "1", "2", "31", "32"):
        coloured = [line.replace(f"\x1b[{code}m", "") for line in coloured]
    assert coloured == plain


def test_a_page_that_has_no_other_signs_is_ascii() -> None:
    for line in lines(lists.of(lists.LATIN), Page(80, signs=False)):
        assert line.isascii()
    assert any("TIDEWATER PROCE~" in line for line in lines(lists.of(lists.LATIN), Page(80, signs=False)))


def test_columns_of_one_group_fall_away_together_and_an_empty_one_is_shown_with_the_others_only() -> None:
    names = ("1-30", "31-60", "61-90", ">90")
    buckets = tuple(Column(name, kind=Kind.AMOUNT, group="buckets") for name in names)
    columns = (Column("customer", priority=0), *buckets, Column("open", kind=Kind.AMOUNT, priority=0))
    rows = [{"customer": "C1", "1-30": "10.00", "31-60": "20.00", "61-90": "30.00", ">90": "0.00", "open": "60.00", "currency": "EUR"}]
    table = Table(rows, columns, columns)
    headings = [next(iter(lines(table, Page(width)))).split() for width in (41, 40, 35)]
    assert headings == [["customer", *names, "open"], ["customer", *names[:3], "open"], ["customer", "open"]]
    assert list(lines(table, Page(35)))[-1] == "3 columns not shown (-O csv)."


def test_a_column_that_all_rows_share_stands_above_the_table() -> None:
    table = lists.of(lists.LATIN[1:])
    assert next(iter(lines(table, Page(130)))) == "Brennhof group · receipts that wait · 31 Oct 2026 · entity 1 · EUR"


def test_dates_of_several_years_are_shown_in_full() -> None:
    rows = [*lists.LATIN[:1], lists.LATIN[1] | {"booking_date": "2025-12-31"}]
    shown = list(lines(lists.of(rows), Page(100)))
    assert [line[12:22] for line in shown[4:6]] == ["2026-10-09", "2025-12-31"]


def test_nothing_is_shown_of_no_rows_but_its_head_line() -> None:
    assert list(lines(lists.of([]), Page(80))) == ["Brennhof group · receipts that wait · 31 Oct 2026"]
