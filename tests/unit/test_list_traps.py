"""What a list says that is easily read as something else: other units, other currencies, other signs, other days, half a file."""

import io
from collections.abc import Sequence
from datetime import date

import pytest
import xlsxwriter
from test_layouts import HEAD, Cell, book, how, read, refused

from matcher.openitems.layouts import cells

PLAIN = "Kundennr.;Rechnungsnr.;Datum;Betrag;Offen\n"
TITLES: list[Cell] = ["Kundennr.", "Rechnungsnr.", "Datum", "Währung", "Betrag"]


@pytest.mark.parametrize("written", ["[45,00]", "（45,00）", "<45,00>", "(45,00)", "[45,00 EUR]"])
def test_an_amount_in_brackets_of_any_kind_is_negative(written: str) -> None:
    found = read(PLAIN + f"C1;R1;21.09.2026;145,00;145,00\nC1;G1;21.09.2026;{written};{written}\n")
    assert found.frame["amount"].to_list() == [14500, -4500]


def test_credits_with_and_without_a_minus_beside_their_side_are_a_question() -> None:
    head = "Konto;Belegfeld 1;Datum;Betrag;S/H\n"
    error = refused(head + "C1;R1;13.10.2026;100,00;S\nC1;R2;14.10.2026;-30,00;H\nC1;R3;14.10.2026;40,00;H\n")
    assert (error.code, error.where) == ("amount.invalid", "list.csv:3")
    alike = read(head + "C1;R1;13.10.2026;100,00;S\nC1;R2;14.10.2026;-30,00;H\nC1;R3;14.10.2026;-40,00;H\n")
    assert alike.frame["amount"].to_list() == [10000, -3000, -4000]


@pytest.mark.parametrize(
    ("written", "order"),
    [
        (["26/10/05", "26/10/21", "26/09/30"], "ymd"), (["26-10-05", "25-12-31"], "ymd"), (["05/10/26", "21/10/26"], "dmy"),
        (["10/05/26", "10/21/26"], "mdy"), (["25.10.26", "26.10.26"], ""), (["31/10/26", "30/11/26", "25/12/25"], "dmy"),
        (["26/10/05"], ""), (["2026/10/05", "31/10/26", "30/09/26"], "dmy"),
    ],
)  # fmt: skip
def test_two_digits_of_a_year_may_stand_first(written: list[str], order: str) -> None:
    assert cells.day_order(written)[0] == order


def test_dates_with_the_year_first_are_read_so_or_asked_for() -> None:
    found = read(PLAIN + "C1;R1;26/10/05;1,00;1,00\nC1;R2;26/10/21;1,00;1,00\n")
    assert found.frame["issue_date"].to_list() == [date(2026, 10, 5), date(2026, 10, 21)]
    assert refused(PLAIN + "C1;R1;26/10/05;1,00;1,00\n").code == "date.ambiguous"
    due = "Kundennr.;Rechnungsnr.;Datum;Fällig;Betrag\nC1;R1;25/10/26;24/11/26;1,00\n"
    assert read(due).frame["issue_date"].to_list() == [date(2026, 10, 25)]


@pytest.mark.parametrize(
    "text",
    [
        "Kundennr.;Rechnungsnr.;Datum;Betrag TEUR;Offen (TEUR)\nC1;R1;13.10.2026;1,50;1,50\n",
        "Kundennr.;Rechnungsnr.;Datum;Betrag (T€)\nC1;R1;13.10.2026;1,50\n",
        "Customer No;Invoice;Date;Amount (in thousands)\nC1;R1;13.10.2026;1.50\n",
        "Customer No;Invoice;Date;Amount ('000)\nC1;R1;13.10.2026;1.50\n",
        "客户编码;单据号;单据日期;金额(万元)\nC1;R1;2026-10-13;1.50\n",
        "Offene Posten;;;;\nAlle Beträge in TEUR;;;;\n" + PLAIN + "C1;R1;13.10.2026;1,50;1,50\n",
        "Open items (figures in thousands of EUR);;;;\n" + PLAIN + "C1;R1;13.10.2026;1,50;1,50\n",
        "应收账款明细;;;;\n单位：千元;;;;\n" + PLAIN + "C1;R1;13.10.2026;1,50;1,50\n",
    ],
)
def test_thousands_are_never_read_as_single_units(text: str) -> None:
    assert refused(text).code == "amount.unit"


def test_a_customer_whose_name_sounds_like_a_unit_is_none() -> None:
    assert read("Liste der Mio Mare GmbH;;;;\n" + PLAIN + "C1;R1;13.10.2026;1,50;1,50\n").frame.height == 1


@pytest.mark.parametrize(
    "above",
    [
        "All amounts in USD",
        "Alle Beträge in US-Dollar (USD)",
        "Amounts are shown in USD.",
        "Currency: USD",
        "Währung;USD",
        "币种：美元",
        "金额单位：USD",
    ],
)
def test_the_currency_may_stand_above_the_titles(above: str) -> None:
    found = read(f"{above}\n{PLAIN}C1;R1;13.10.2026;1,50;1,50\n")
    assert found.frame["currency"].to_list() == ["USD"]
    assert found.notes == ("The list names no currency but above its titles: USD is taken",)


def test_a_currency_above_the_titles_that_the_rows_contradict_is_a_fault() -> None:
    rows = "Kundennr.;Rechnungsnr.;Datum;Betrag;Währung\nC1;R1;13.10.2026;1,50;USD\nC1;R2;13.10.2026;1,50;EUR\n"
    error = refused("All amounts in USD\n" + rows)
    assert (error.code, error.where) == ("currency.unknown", "list.csv:4")
    # a parameter of the report is no statement about its amounts
    assert read("Hauswährung: EUR\n" + rows).frame["currency"].to_list() == ["USD", "EUR"]


def test_a_running_balance_is_not_what_is_open() -> None:
    head = "Konto;Belegnr;Datum;Soll;Haben;Saldo\n"
    rows = "C1;R1;13.10.2026;100,00;;100,00\nC1;Z1;14.10.2026;;60,00;40,00\nC1;R2;15.10.2026;200,00;;240,00\n"
    found = read(head + rows + "C2;R3;15.10.2026;7,00;;7,00\n")
    assert found.frame["open_amount"].to_list() == [10000, -6000, 20000, 700]
    assert any("'Saldo' is a running balance" in note for note in found.notes)
    newest_first = read(head + "".join(reversed(rows.splitlines(keepends=True))))
    assert newest_first.frame["open_amount"].to_list() == [20000, -6000, 10000]
    # a credit and the rest of an invoice that it paid only look so
    two = read(PLAIN + "C1;G1;13.10.2026;-100,00;-100,00\nC1;R1;14.10.2026;150,00;50,00\n")
    assert two.frame["open_amount"].to_list() == [-10000, 5000]


def test_a_balance_that_may_be_what_is_open_is_a_question() -> None:
    rows = "C1;G1;13.10.2026;-100,00;-100,00\nC1;R1;14.10.2026;150,00;50,00\nC1;G2;14.10.2026;-50,00;0,00\nC1;G3;14.10.2026;-5,00;-5,00\n"
    error = refused(PLAIN + rows)
    assert (error.code, error.where) == ("amount.ambiguous", "list.csv:1")


def test_a_sheet_that_goes_on_without_titles_is_not_left_out() -> None:
    rows: list[list[Cell]] = [TITLES, ["C1", "R1", date(2026, 9, 1), "EUR", 5]]
    more: list[list[Cell]] = [["C1", "R2", date(2026, 9, 2), "EUR", 7]]
    error = refused(book(rows, ("Liste (2)", False, more)))
    assert (error.code, "'Liste (2)'" in error.what) == ("layout.ambiguous", True)
    beside = read(book(rows, ("Notiz", False, [["gedruckt am", date(2026, 9, 2)]]), ("Alt", True, more)))
    assert beside.notes == ("The sheet 'Notiz' holds no list and was not read",)


def test_a_sheet_beside_the_columns_of_this_program_is_not_left_out() -> None:
    titles: list[Cell] = ["item_id", "entity", "customer_id", "document_type", "document_no", "issue_date", "currency", "amount"]
    row: list[Cell] = ["I1", "1", "C1", "invoice", "R1", "2026-09-01", "EUR", "5.00"]
    for more in ([titles, ["I2", *row[1:]]], [["I2", *row[1:]]]):
        assert refused(book([titles, row], ("Teil 2", False, more))).code == "layout.ambiguous"
    assert read(book([titles, row], ("Notiz", False, [["nichts"]]))).frame.height == 1


CONTRACT = "item_id,entity,customer_id,document_type,document_no,issue_date,currency,amount,open_amount\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN + "C1;R1;13.10.2026;1,50;1,50\nC1;R2;13.10.2026;10,50",
        PLAIN + "C1;R1;13.10.2026;1,50;1,50\nC1;R2;13.10.2026;10,50;10,5",
        PLAIN + "C1;R1;13.10.2026;1,50;1,50\nC1;R2;13.10.2026;10,50;1",
        PLAIN + 'C1;R1;13.10.2026;1,50;1,50\nC1;R2;13.10.2026;10,50;"10,5',
        CONTRACT + "I1,1,C1,invoice,R1,2026-09-01,EUR,10.00,10.00\nI2,1,C1,invoice,R2,2026-09-01,EUR,1190.00",
        CONTRACT + "I1,1,C1,invoice,R1,2026-09-01,EUR,10.00,10.00\nI2,1,C1,invoice,R2,2026-09-01,EUR,1190.00,119",
        CONTRACT + 'I1,1,C1,invoice,R1,2026-09-01,EUR,10.00,10.00\nI2,1,C1,invoice,R2,2026-09-01,EUR,1190.00,"119',
    ],
)
def test_a_list_that_ends_within_its_last_row_is_cut(text: str) -> None:
    error = refused(text)
    assert (error.code, error.where) == ("file.cut", "list.csv:3")


@pytest.mark.parametrize(
    "text",
    [
        PLAIN + "C1;R1;13.10.2026;1,50;1,50\nC1;R2;13.10.2026;10,50;10,50",
        PLAIN + "C1;R1;13.10.2026;1,50;1,5\nC1;R2;13.10.2026;10,50;10,5",
        PLAIN + "C1;R1;13.10.2026;1,50;1,50\nC1;R2;13.10.2026;10,50;10,50\nSumme;;;12,00",
        CONTRACT + "I1,1,C1,invoice,R1,2026-09-01,EUR,10.00,10.00\nI2,1,C1,invoice,R2,2026-09-01,EUR,1190.00,1190.00",
        CONTRACT + "I1,1,C1,invoice,R1,2026-09-01,EUR,10.00\nI2,1,C1,invoice,R2,2026-09-01,EUR,1190.00",
    ],
)
def test_a_list_without_a_line_end_behind_its_last_row_is_whole(text: str) -> None:
    assert read(text).frame.height == 2


def test_a_column_of_value_dates_is_no_currency() -> None:
    found = read("Kundennr.;Rechnungsnr.;Datum;Valuta;Betrag;Offen\nC1;R1;13.10.2026;14.10.2026;1,50;1,50\n")
    assert found.frame["currency"].to_list() == ["EUR"]
    dutch = read("Kundennr.;Rechnungsnr.;Datum;Valuta;Betrag;Offen\nC1;R1;13.10.2026;USD;1,50;1,50\n")
    assert dutch.frame["currency"].to_list() == ["USD"]


def merged(rows: Sequence[Sequence[Cell]], *ranges: tuple[int, int, int]) -> bytes:
    """A workbook in which cells of a column are one: column, first and last row."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as file:
        sheet = file.add_worksheet("Liste")
        for place, line in enumerate(rows):
            for column, cell in enumerate(line):
                sheet.write(place, column, cell)
        for column, first, last in ranges:
            sheet.merge_range(first, column, last, column, rows[first][column])
    return made.getvalue()


def test_cells_that_are_merged_count_for_each_of_their_rows_but_for_amounts() -> None:
    rows: list[list[Cell]] = [
        TITLES,
        ["C1", "R1", "21.09.2026", "EUR", 5],
        [None, "R2", "22.09.2026", None, 7],
        ["C2", "R3", "22.09.2026", "EUR", 9],
    ]
    assert read(merged(rows, (0, 1, 2), (3, 1, 2))).frame["customer_id"].to_list() == ["C1", "C1", "C2"]
    amounts: list[list[Cell]] = [TITLES, ["C1", "R1", "21.09.2026", "EUR", 5], ["C1", "R2", "22.09.2026", "EUR", None]]
    error = refused(merged(amounts, (4, 1, 2)))
    assert (error.code, error.where) == ("row.invalid", "list.csv:3")


def test_payments_that_are_positive_beside_negative_credit_notes_are_a_question() -> None:
    rows = "C1;Gutschrift;G1;21.09.2026;;EUR;-10,00;-10,00\nC1;Zahlung;Z1;21.09.2026;;EUR;8,00;8,00\n"
    error = refused(HEAD + rows)
    assert (error.code, error.where) == ("amount.invalid", "list.csv:3")
    as_written = 'name = "mine"\nsystem = "x"\nsign = "signed"\n'
    assert read(HEAD + rows, how(layout="mine", own={"mine": as_written})).frame["amount"].to_list() == [-1000, 800]
    both = read(HEAD + "C1;Zahlung;Z1;21.09.2026;;EUR;-8,00;-8,00\nC1;Zahlung;Z2;21.09.2026;;EUR;3,00;3,00\n")
    assert both.notes == ("1 payment on account is a debit as it is written",)


@pytest.mark.parametrize(
    "last", ["Alle;;;4,00;3,00", ";;13.10.2026;4,00;3,00", "C1;2 Belege;13.10.2026;4,00;3,00", "10.11.2026;;;4,00;3,00"]
)
def test_a_last_row_that_is_the_sum_of_the_others_and_has_no_number_is_their_total(last: str) -> None:
    found = read(PLAIN + f"C1;R1;13.10.2026;1,50;1,50\nC1;R2;13.10.2026;2,50;1,50\n{last}\n")
    assert found.frame["document_no"].to_list() == ["R1", "R2"]


def test_a_total_that_is_not_called_so_is_no_document_without_a_number() -> None:
    head = "Customer,Type,Date,Num,Due date,Open balance\n"
    rows = "Muster GmbH,Invoice,09/21/2026,R1,,5.00\nMuster GmbH,Invoice,09/22/2026,R2,,6.00\n"
    assert read(head + rows + "Muster GmbH,,09/30/2026,,,11.00\n").frame["document_no"].to_list() == ["R1", "R2"]
    paid = read(head + rows + "Muster GmbH,Payment,09/30/2026,,,11.00\n")
    assert paid.frame["document_no"].to_list() == ["R1", "R2", "Payment 2026-09-30"]


def test_a_document_that_is_due_before_it_is_issued_is_named() -> None:
    head = "Kundennr.;Rechnungsnr.;Datum;Fällig;Betrag\n"
    one = "C1;R1;21.09.2026;20.09.2026;1,00\nC1;R2;21.09.2026;21.10.2026;1,00\nC1;R3;21.09.2026;21.10.2026;1,00\n"
    assert "1 document is due before it is issued: 'R1'" in read(head + one).notes
    swapped = "Kundennr.;Rechnungsnr.;Datum;Fällig;Betrag\nC1;R1;21.10.2026;21.09.2026;1,00\nC1;R2;22.10.2026;22.09.2026;1,00\n"
    assert refused(swapped).code == "row.invalid"


def formatted(currency: str | None, *formats: str) -> bytes:
    """A list whose amounts of 5 have these number formats."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as file:
        sheet = file.add_worksheet("Liste")
        sheet.write_row(1, 1, ["Kundennr.", "Rechnungsnr.", "Datum", "Betrag", *(["Währung"] if currency else [])])
        for row, code in enumerate(formats, 2):
            sheet.write_row(row, 1, ["C1", f"R{row}", "21.09.2026"])
            sheet.write_number(row, 4, 5, file.add_format({"num_format": code}))
            sheet.write(row, 5, currency or "")
    return made.getvalue()


@pytest.mark.parametrize(
    ("code", "currency"),
    [
        ('#,##0.00\\ "USD"', "USD"), ("[$$-409]#,##0.00", "USD"), ("#,##0.00\\ [$CHF]", "CHF"),
        ("[$£-809]#,##0.00;[Red]-[$£-809]#,##0.00", "GBP"),
        ("#,##0.00", "EUR"), ("#,##0.00\\ [$€-407]", "EUR"), ("[$-407]#,##0.00", "EUR"),
    ],
)  # fmt: skip
def test_the_format_of_a_cell_shows_its_currency(code: str, currency: str) -> None:
    assert read(formatted(None, code)).frame["currency"].to_list() == [currency]
    assert read(formatted(currency, code)).frame["currency"].to_list() == [currency]


@pytest.mark.parametrize("code", ['#,##0.00\\ "USD"', "[$$-409]#,##0.00", '"$"#,##0.00', "[$¥-804]#,##0.00"])
def test_a_format_that_shows_another_currency_than_the_column_is_a_fault(code: str) -> None:
    error = refused(formatted("EUR", "#,##0.00\\ [$€-407]", code))
    assert (error.code, error.where) == ("currency.unknown", "list.csv:4")
