"""Layouts of the ERP's lists: how cells are read, which layout is taken, and what refuses a list."""

import io
from collections.abc import Sequence
from datetime import date, datetime, time

import polars as pl
import pytest
import xlsxwriter

from matcher.codes import BAD_INPUT, USAGE
from matcher.errors import MatcherError
from matcher.openitems.layouts import cells
from matcher.openitems.layouts.convert import Context
from matcher.openitems.layouts.grid import Day, Figure
from matcher.openitems.layouts.library import available, load_layout
from matcher.openitems.layouts.propose import propose
from matcher.openitems.layouts.words import key, title_currency
from matcher.openitems.readers import FileRead, How, read_file

Cell = str | int | float | date | None
NAMES = {"C1": "Muster GmbH", "C2": "Acme Ltd", "C3": "Acme Ltd", "10001": "Nord eG", "20002": "Svea AB"}
HEAD = "Kundennr.;Art;Rechnungsnr.;Datum;Fällig;Währung;Betrag;Offen\n"


def how(entities: Sequence[str] = ("1",), layout: str = "", own: dict[str, str] | None = None) -> How:
    rows = [(number, "", name, "", "", "SEK" if number == "20002" else "") for number, name in NAMES.items()]
    known = pl.DataFrame(rows, schema=["customer_id", "customer_no", "name", "trade_name", "alias", "currency"], orient="row")
    return How(available(own or {}), layout, Context({one: f"Haus {one}" for one in entities}, "EUR", known))


def read(data: str | bytes, how_: How | None = None, kind: str = "items") -> FileRead:
    made = how_ or how()
    return read_file(kind, data.encode() if isinstance(data, str) else data, "list.csv", [*made.context.entities], how=made)


def refused(data: str | bytes, how_: How | None = None, kind: str = "items") -> MatcherError:
    with pytest.raises(MatcherError) as error:
        read(data, how_, kind)
    return error.value


def book(rows: Sequence[Sequence[Cell]], *others: tuple[str, bool, Sequence[Sequence[Cell]]]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"default_date_format": "dd.mm.yyyy"}) as file:
        for name, hidden, lines in (("Liste", False, rows), *others):
            sheet = file.add_worksheet(name)
            for place, line in enumerate(lines):
                for column, cell in enumerate(line):
                    sheet.write(place, column, datetime.combine(cell, time()) if isinstance(cell, date) else cell)
            if hidden:
                sheet.hide()
    return made.getvalue()


@pytest.mark.parametrize(
    ("cell", "mark", "plain"),
    [
        ("1.234,50", ",", "1234.50"), ("1,234.50", ".", "1234.50"), ("1 234,50 €", ",", "1234.50"), ("1'234.50", ".", "1234.50"),
        ("-12,00", ",", "-12.00"), ("12,00-", ",", "-12.00"), ("(12.00)", ".", "-12.00"), ("12,00 H", ",", "-12.00"),
        ("12,00 S", ",", "12.00"), ("£1,250.00", ".", "1250.00"), ("EUR 5", "", "5"), ("1,00,000.00", ".", "100000.00"),
        ("-", ".", ""), ("12.345.67", ".", "12.345.67"), ("1.2,3", ",", "1.2,3"), ("=1+1", ".", "=1+1"), ("zwölf", ",", "zwölf"),
        ("(5", ".", "(5"), ("-(5)", ".", "-(5)"),
    ],
)  # fmt: skip
def test_an_amount_becomes_a_plain_decimal_or_stays(cell: str, mark: cells.Mark, plain: str) -> None:
    assert cells.plain_amounts([cell], mark) == [plain]


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        (["1.234,50", "99"], ","), (["1,234.50"], "."), (["12.5"], "."), (["1.234.567"], ","), (["1234.567"], "."), (["99", "100"], ""),
        (["1.234", "5,00"], ","),
    ],
)  # fmt: skip
def test_all_amounts_together_tell_the_decimal_mark(written: list[str], mark: str) -> None:
    assert cells.decimal_mark(written).mark == mark


def test_an_amount_that_could_be_two_things_is_none() -> None:
    assert cells.decimal_mark(["1.234", "5"]) == ("", "1.234")
    assert cells.decimal_mark([Figure("1.234")]) == ("", "")


@pytest.mark.parametrize(
    ("cell", "order", "iso"),
    [
        ("31.10.2026", "", "2026-10-31"), ("31.10.26", "", "2026-10-31"), ("03/04/2026", "mdy", "2026-03-04"),
        ("03/04/2026", "dmy", "2026-04-03"), ("2026/9/1", "", "2026-09-01"), ("20261031", "", "2026-10-31"),
        ("2026年9月1日", "", "2026-09-01"), ("1 Sep 2026", "", "2026-09-01"), ("Oct 31, 2026", "", "2026-10-31"),
        ("3. März 2026", "", "2026-03-03"), ("2026-10-31T00:00:00", "", "2026-10-31"), ("31.13.2026", "", "31.13.2026"),
        ("morgen", "", "morgen"), ("46000", "", "46000"),
    ],
)  # fmt: skip
def test_a_date_becomes_iso_or_stays(cell: str, order: cells.Order, iso: str) -> None:
    assert cells.iso_dates([cell, Day("2026-01-02")], order) == [iso, "2026-01-02"]


def test_all_dates_together_tell_whether_the_day_comes_first() -> None:
    assert cells.day_order(["03/04/2026", "13/04/2026"]) == ("dmy", "")
    assert cells.day_order(["03/04/2026", "04/13/2026"]) == ("mdy", "")
    assert cells.day_order(["03/04/2026", "04/04/2026"]) == ("", "03/04/2026")
    assert cells.order_in_words("As of October 31, 2026") == "mdy"
    assert cells.order_in_words("As at 31 October 2026") == "dmy"


def test_titles_are_compared_without_case_spaces_accents_and_punctuation() -> None:
    assert key("Fällig  am:") == key("FALLIGAM") == "falligam"
    assert (title_currency("Betrag EUR"), title_currency("Amount (£)"), title_currency("Amount ($)")) == ("EUR", "GBP", "")


def test_what_an_item_is_told_by_does_not_depend_on_its_row() -> None:
    first = read(HEAD + "C1;Rechnung;RE-1;01.09.2026;;EUR;10,00;10,00\nC1;Gutschrift;RE-1;02.09.2026;;EUR;-5,00;-5,00\n")
    second = read(HEAD + "\nC1;Gutschrift;RE-1;02.09.2026;;EUR;-5,00;-5,00\nC1;Rechnung;RE-1;01.09.2026;;EUR;10,00;10,00\n")
    assert sorted(first.frame["item_id"]) == sorted(second.frame["item_id"]) == ["1:credit_note:RE-1", "1:invoice:RE-1"]


def test_credits_that_are_all_positive_get_their_sign_and_others_keep_it() -> None:
    unsigned = read(HEAD + "C1;Rechnung;RE-1;01.09.2026;;EUR;10,00;10,00\nC1;Gutschrift;GS-1;02.09.2026;;EUR;5,00;5,00\n")
    assert unsigned.frame["amount"].to_list() == [1000, -500]
    mixed = HEAD + "C1;Gutschrift;GS-2;01.09.2026;;EUR;-10,00;-10,00\nC1;Gutschrift;GS-1;02.09.2026;;EUR;5,00;5,00\n"
    assert refused(mixed).where == "list.csv:3"


def test_customers_are_found_by_name_when_exactly_one_has_it() -> None:
    by_name = "Kunde;Rechnung;Datum;Betrag\nMuster GmbH;R1;21.09.2026;10,00\n"
    assert read(by_name).frame["customer_id"].to_list() == ["C1"]
    wrong = refused(by_name + "Acme Ltd;R2;21.09.2026;10,00\nNiemand AG;R3;21.09.2026;10,00\n")
    assert [(fault.where, fault.code) for fault in wrong.faults] == [("list.csv:3", "value.unknown"), ("list.csv:4", "value.unknown")]
    assert "2 customers: C2, C3" in wrong.what


def test_a_number_with_leading_zeros_is_the_customer_s() -> None:
    assert read(HEAD + "0000010001;Rechnung;R1;01.09.2026;;EUR;1,00;1,00\n").frame["customer_id"].to_list() == ["10001"]


def test_totals_that_do_not_add_up_refuse_the_list_with_both_figures() -> None:
    rows = HEAD + "C1;Rechnung;R1;01.09.2026;;EUR;10,00;10,00\nC1;Rechnung;R2;01.09.2026;;EUR;20,00;15,00\n"
    assert read(rows + "Summe;;;;;;30,00;25,00\n").notes == ("2 totals of the list agreed with its rows",)
    wrong = refused(rows + "Summe;;;;;;30,00;26,00\n")
    assert (wrong.code, wrong.where, wrong.exit_code) == ("items.totals", "list.csv:4", BAD_INPUT)
    assert "26.00" in wrong.what
    assert "25.00" in wrong.what


def test_totals_of_each_currency_are_held_against_its_rows() -> None:
    rows = HEAD + "C1;Rechnung;R1;01.09.2026;;EUR;10,00;10,00\nC1;Rechnung;R2;01.09.2026;;USD;20,00;20,00\n"
    assert read(rows + "Summe;;;;;EUR;10,00;10,00\nSumme;;;;;USD;20,00;20,00\n").notes == ("4 totals of the list agreed with its rows",)
    assert refused(rows + "Summe;;;;;EUR;10,00;10,00\nSumme;;;;;USD;20,00;21,00\n").where == "list.csv:5"
    assert read(rows + "Summe;;;;;;17,00;17,00\n").notes == ("2 totals over several currencies could not be held against the rows",)


def test_a_total_is_never_an_item_and_a_customer_called_total_is_one() -> None:
    text = "Customer No;Customer;Invoice;Invoice Date;Amount\nC9;Total Energies SE;R1;2026-09-21;10.00\nTotal;;;;10.00\n"
    assert read(text).frame["document_no"].to_list() == ["R1"]


@pytest.mark.parametrize(
    ("row", "code", "line"),
    [
        ("C1;Rechnung;R1;31.13.2026;;EUR;10,00;10,00", "date.invalid", 3),
        ("C1;Rechnung;R1;01.09.2026;;EUR;zehn;10,00", "amount.invalid", 3),
        ("C1;Rechnung;R1;01.09.2026;;EUR;10,001;10,00", "amount.decimals", 3),
        ("C1;Rechnung;R1;01.09.2026;;XQQ;10,00;10,00", "currency.unknown", 3),
        ("C1;Irgendwas;R1;01.09.2026;;EUR;10,00;10,00", "value.unknown", 3),
        (";Rechnung;R1;01.09.2026;;EUR;10,00;10,00", "row.invalid", 3),
        ("C1;Rechnung;;01.09.2026;;EUR;10,00;10,00", "row.invalid", 3),
        ("C1;Rechnung;R0;01.09.2026;;EUR;10,00;10,00", "row.invalid", 3),
        ("C1;Rechnung;R1;01.09.2026;;EUR;10,00;20,00", "row.invalid", 3),
        ("C1;Rechnung;R1;01.09.2026;;EUR;10,00;10,00;;x", "row.width", 3),
        ('C1;Rechnung;"R1;01.09.2026;;EUR;10,00;10,00', "file.cut", 3),
    ],
)
def test_a_fault_is_named_with_its_line(row: str, code: str, line: int) -> None:
    error = refused(f"{HEAD}C1;Rechnung;R0;01.09.2026;;EUR;10,50;10,50\n{row}\n")
    assert (error.code, error.where) == (code, f"list.csv:{line}")


def test_a_formula_is_text() -> None:
    read_ = read(HEAD + 'C1;Rechnung;=2+3;01.09.2026;;EUR;10,00;10,00\nC1;Rechnung;="00042";01.09.2026;;EUR;10,00;10,00\n')
    assert read_.frame["document_no"].to_list() == ["=2+3", "00042"]


def test_a_workbook_has_exact_numbers_and_days_below_its_titles() -> None:
    head = ["Kundennr.", "Rechnungsnr.", "Datum", "Währung", "Betrag"]
    made = read(book([["Offene Posten"], [], head, ["C1", 4711.0, date(2026, 9, 1), "EUR", 1234.1]]))
    assert made.frame.select("document_no", "issue_date", "amount").row(0) == ("4711", date(2026, 9, 1), 123410)
    dust = refused(book([head, ["C1", "R1", date(2026, 9, 1), "EUR", 1.005]]))
    assert (dust.code, dust.where) == ("amount.decimals", "list.csv:2")


def test_of_a_workbook_hidden_sheets_are_not_read_and_two_lists_are_refused() -> None:
    rows: list[list[Cell]] = [["Kundennr.", "Rechnungsnr.", "Datum", "Währung", "Betrag"], ["C1", "R1", date(2026, 9, 1), "EUR", 5]]
    assert read(book(rows, ("Alt", True, rows), ("Notiz", False, [["nichts"]]))).frame.height == 1
    both = refused(book(rows, ("Zweite", False, rows)))
    assert (both.code, both.exit_code) == ("layout.ambiguous", BAD_INPUT)
    assert "'Liste' and 'Zweite'" in both.what


def test_day_or_month_and_mark_are_asked_for_when_nothing_tells() -> None:
    dates = "Customer No,Invoice,Invoice Date,Amount\nC1,R1,03/04/2026,10.00\n"
    assert refused(dates).code == "date.ambiguous"
    assert refused("Customer No,Invoice,Invoice Date,Amount\nC1,R1,2026-09-01,1.234\n").code == "amount.ambiguous"
    own = 'name = "mine"\nsystem = "x"\ndates = ["%m/%d/%Y"]\ndecimal = "."\n'
    assert read(dates, how(layout="mine", own={"mine": own})).frame["issue_date"].to_list() == [date(2026, 3, 4)]


def test_the_due_date_tells_which_order_is_possible() -> None:
    text = "Customer No,Invoice,Invoice Date,Due Date,Amount\nC1,R1,03/04/2026,02/05/2026,10.00\n"
    assert read(text).frame.select("issue_date", "due_date").row(0) == (date(2026, 4, 3), date(2026, 5, 2))


def test_a_list_of_no_layout_says_what_is_known_and_what_is_lacking() -> None:
    error = refused("Kundennr.;Name;Währung;Ort;Status\nC1;Muster GmbH;EUR;Kiel;x\n")
    assert (error.code, error.hint) == ("layout.unknown", "Use `matcher import customers`.")
    error = refused("Kundennr.;Rechnungsnr.;Datum;Ort\nC1;R1;01.09.2026;Kiel\n")
    assert error.exit_code == BAD_INPUT
    assert "'Kundennr.' as customer_id, 'Rechnungsnr.' as document_no" in error.what
    assert "an amount is not found" in error.what
    assert error.hint.startswith("`matcher layout new list.csv`")
    assert refused("a;b;c\n1;2;3\n").code == "layout.unknown"


def test_items_are_not_taken_for_customers() -> None:
    assert refused(HEAD + "C1;Rechnung;R1;01.09.2026;;EUR;10,00;10,00\n", kind="customers").hint == "Use `matcher import items`."


def test_of_two_layouts_that_fit_equally_one_must_be_named() -> None:
    own = {name: f'name = "{name}"\nsystem = "x"\nmarks = [["Kundennr."]]\n' for name in ("eins", "zwei")}
    text = HEAD + "C1;Rechnung;R1;01.09.2026;;EUR;10,00;10,00\n"
    error = refused(text, how(own=own))
    assert (error.code, error.exit_code) == ("layout.ambiguous", BAD_INPUT)
    assert "eins and zwei" in error.what
    assert read(text, how(layout="zwei", own=own)).table.layout == "zwei"


def test_a_layout_of_the_books_takes_the_place_of_a_shipped_one() -> None:
    own = {"generic": 'name = "generic"\nsystem = "x"\ngeneric = true\nitem_id = ["document_no"]\n'}
    assert read(HEAD + "C1;Rechnung;R1;01.09.2026;;EUR;10,00;10,00\n", how(own=own)).frame["item_id"].to_list() == ["R1"]


def test_the_red_invoices_of_china_are_credit_notes() -> None:
    head = "单据日期,单据类型,单据号,客户编码,币种,金额,余额,到期日\n"
    rows = "2026-10-01,销售专用发票,X1,C1,人民币,9.00,9.00,2026-10-31\n2026-10-08,红字销售专用发票,X2,C1,人民币,-2.00,-2.00,2026-10-31\n"
    assert read(head + rows).frame["document_type"].to_list() == ["invoice", "credit_note"]


def test_constants_values_and_signs_of_a_layout() -> None:
    own = """
name = "mine"
system = "x"
sign = "by_type"
names = "id"
[columns]
customer_name = ["Wer"]
document_no = ["Was"]
document_type = ["Wie"]
issue_date = ["Wann"]
amount = ["Wieviel"]
[constants]
entity = "2"
currency = "USD"
[values.document_type]
invoice = ["A"]
credit_note = ["B"]
left_out = ["C"]
"""
    text = "Wer|Was|Wie|Wann|Wieviel\nIrgendwer|1|A|2026-09-01|10.00\nIrgendwer|2|B|2026-09-01|4.00\nX|3|C|2026-09-01|4.00\n"
    frame = read(text, how(("1", "2"), layout="mine", own={"mine": own})).frame
    assert frame.select("entity", "customer_id", "document_type", "currency", "amount").rows() == [
        ("2", "Irgendwer", "invoice", "USD", 1000), ("2", "Irgendwer", "credit_note", "USD", -400)
    ]  # fmt: skip


def test_a_column_of_nothing_but_codes_is_the_currency_whatever_it_is_called() -> None:
    text = "Customer No,Invoice,Invoice Date,Amount,Geld\nC1,R1,2026-09-01,10.00,GBP\nC1,R2,2026-09-01,10.00,\n"
    read_ = read(text)
    assert read_.frame["currency"].to_list() == ["GBP", "EUR"]
    assert read_.notes == ("1 row names no currency; the base currency EUR is taken",)


def test_no_amount_gets_the_currency_of_the_books_while_its_customer_has_another() -> None:
    head = "Kundennr.;Rechnungsnr.;Datum;Betrag;Offen\n"
    assert read(head + "C1;R1;01.10.2026;1,00;1,00\n").frame["currency"].to_list() == ["EUR"]
    error = refused(head + "C1;R1;01.10.2026;1,00;1,00\n20002;R2;31.10.2026;5,00;5,00\n")
    assert (error.code, error.where, "20002 has SEK" in error.what) == ("currency.unknown", "list.csv:3", True)


def test_a_printed_list_has_its_customer_above_the_table() -> None:
    rows = [
        "Debitoren Einzelpostenliste", "", "Debitor              10001", "-" * 60,
        "| Belegnr   |BArt|Belegdatum|Nettofällig|Betrag in HW   |HWähr|Zuordnung|",
        "|1400000123 |DR  |01.10.2026|31.10.2026 |     1.190,00  |EUR  |x        |",
        "|1400000129 |DG  |05.10.2026|05.10.2026 |       119,00- |EUR  |x        |",
        "| *         |    |          |           |     1.071,00  |EUR  |         |",
    ]  # fmt: skip
    frame = read("\n".join(rows)).frame
    found = frame.select("customer_id", "document_no", "document_type", "amount", pl.col("due_date").cast(pl.String)).rows()
    assert found == [
        ("10001", "1400000123", "invoice", 119000, "2026-10-31"),
        ("10001", "1400000129", "credit_note", -11900, "2026-10-05"),
    ]


def test_several_legal_entities_must_be_told() -> None:
    text = HEAD + "C1;Rechnung;R1;01.09.2026;;EUR;10,00;10,00\n"
    assert refused(text, how(("1", "2"))).code == "column.missing"
    named = "Buchungskreis;Kundennr.;Rechnungsnr.;Datum;Betrag\nHaus 2;C1;R1;21.09.2026;1,00\n1;C1;R2;21.09.2026;1,00\n"
    assert read(named, how(("1", "2"))).frame["entity"].to_list() == ["2", "1"]
    assert refused(named.replace("Haus 2", "Haus 3"), how(("1", "2"))).code == "value.unknown"


def test_lines_of_one_document_must_say_the_same_of_it() -> None:
    head = "ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,InvoiceAmountDue,Currency\n"
    same = head + "Muster GmbH,R1,21/09/2026,21/10/2026,10.00,10.00,EUR\nMuster GmbH,R1,21/09/2026,21/10/2026,10.00,10.00,EUR\n"
    assert read(same).frame.height == 1
    assert refused(same.replace("10.00,10.00,EUR\nM", "11.00,10.00,EUR\nM")).where == "list.csv:3"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('name = "x"\nsystem = "y"\nkolumns = 1\n', "kolumns"),
        ('name = "x"\nsystem = "y"\n[columns]\nname = ["N"]\n', "'name' is no column of items"),
        ('name = "x"\nsystem = "y"\n[values.document_type]\nbill = ["N"]\n', "'bill' is none of"),
        ('name = "x"\nsystem = "y"\nencodings = ["latin-99"]\n', "no encoding 'latin-99'"),
        ('name = "x"\nsystem = "y"\nitem_id = ["entity"]\n', "item_id must hold document_no"),
        ('name = "x"\nsystem = "y"\n[constants]\ncurrency = "EURO"\n', "not an ISO 4217"),
    ],
)
def test_a_layout_that_is_wrong_names_its_key(text: str, says: str) -> None:
    with pytest.raises(MatcherError) as error:
        load_layout(text, "x.toml")
    assert (error.value.code, error.value.exit_code, error.value.where) == ("layout.invalid", USAGE, "x.toml")
    assert says in error.value.what


def test_a_proposed_layout_reads_the_list_that_it_was_made_for() -> None:
    text = "Vorgang;Wer;Wann;Wieviel\nA-1;Muster GmbH;01.02.2026;1.234,50\nA-2;Nord eG;15.02.2026;99,00\nSumme;;;1.333,50\n"
    draft = propose(text.encode(), "list.csv", "items", "mine")
    assert draft.toml.count("CHECK told by what its cells look like") == 4
    made = read(text, how(own={"mine": draft.toml}))
    assert made.table.layout == "mine"
    assert made.frame.select("customer_id", "document_no", "amount").rows() == [("C1", "A-1", 123450), ("10001", "A-2", 9900)]
    assert "1 total of the list agreed with its rows" in made.notes


def test_a_proposal_for_a_known_list_begins_with_its_layout() -> None:
    text = ",Date,Transaction type,Num,Due date,Open balance\nMuster GmbH,,,,,\n,09/21/2026,Payment,,,-5.00\n"
    draft = propose(text.encode(), "list.csv", "items", "mine", available({}))
    assert draft.begun_with == "quickbooks"
    assert "unnumbered = true" in draft.toml
    assert read(text, how(own={"mine": draft.toml})).frame["document_type"].to_list() == ["on_account"]


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\x00\x01\x02\x03" * 40, b"PK\x03\x04 nothing", bytes(range(256)) * 4, b'"', b";;;;\n;;;\n"]
)
def test_what_is_no_list_is_refused_with_a_code(data: bytes) -> None:
    assert refused(data).exit_code == BAD_INPUT


def test_a_draft_that_is_unpaid_is_no_receivable() -> None:
    head = "Number,Invoice Partner Display Name,Invoice Date,Due Date,Total,Amount Due,Currency,Payment Status,Status\n"
    rows = "INV/1,Muster GmbH,2026-10-01,2026-10-31,9.00,9.00,EUR,Not Paid,Posted\n"
    rows += "INV/2,Muster GmbH,2026-10-02,2026-10-31,8.00,8.00,EUR,Not Paid,Cancelled\n"
    assert read(head + rows).frame["document_no"].to_list() == ["INV/1"]


def test_a_total_in_the_column_of_the_numbers_is_no_document() -> None:
    head = "Kundennr.;Rechnungsnr.;Datum;Betrag;Offen\n"
    rows = "C1;R1;01.10.2026;1,00;1,00\nC1;R2;02.10.2026;2,00;2,00\nC1;Summe Kunde;31.10.2026;3,00;3,00\n"
    assert read(head + rows).frame["document_no"].to_list() == ["R1", "R2"]


@pytest.mark.parametrize("number", ["1,8E+09", "1.80000001E+09", "2E9"])
def test_a_number_that_a_spreadsheet_has_damaged_names_no_document(number: str) -> None:
    error = refused(f"Kundennr.;Rechnungsnr.;Datum;Betrag;Offen\nC1;{number};13.10.2026;1,00;1,00\n")
    assert (error.code, error.where) == ("row.invalid", "list.csv:2")


@pytest.mark.parametrize(
    ("head", "row", "says"),
    [
        ("Betrag;Offen", "$1,190.00;$1,190.00", "the sign $"), ("Betrag;Offen", "¥500.00;¥500.00", "the sign ¥"),
        ("Amount $;Open", "5.00;5.00", "the sign $"), ("Betrag;Offen;Währung", "EUR 100,00;100,00;USD", "in EUR"),
    ],
)  # fmt: skip
def test_no_amount_gets_a_currency_that_its_own_sign_is_not_of(head: str, row: str, says: str) -> None:
    error = refused(f"Kundennr.;Rechnungsnr.;Datum;{head}\nC1;R1;13.10.2026;{row}\n")
    assert (error.code, error.where, says in error.what) == ("currency.unknown", "list.csv:2", True)


def test_documents_under_the_headings_of_their_age_come_in() -> None:
    head = "Date,Transaction type,Num,Customer,Due date,Amount,Open balance,Currency\n"
    rows = "1 - 30 days past due,,,,,,,\n10/13/2026,Invoice,R1,Muster GmbH,10/31/2026,9.00,9.00,EUR\n"
    rows += "Total for 1 - 30 days past due,,,,,9.00,9.00,\n"
    foot = '"Monday, November 30, 2026 09:15 AM GMT-0",,,,,,,\n'
    assert read(head + rows + foot).frame["document_no"].to_list() == ["R1"]


def test_the_side_of_a_total_is_not_what_it_is_called() -> None:
    head = "Konto;Name;Belegfeld 1;Datum;Fälligkeit;Betrag;S/H\n"
    rows = "C1;Muster GmbH;R1;13.10.2026;31.10.2026;100,00;S\nC1;Muster GmbH;R2;14.10.2026;31.10.2026;30,00;H\n;;;;;70,00;S\n"
    assert read(head + rows).frame["amount"].to_list() == [10000, -3000]


@pytest.mark.parametrize("title", ["Amount Remaining", "Open amount in local currency"])
def test_what_is_open_in_the_company_s_currency_is_not_of_the_document_s(title: str) -> None:
    error = refused(f"Kundennr.;Rechnungsnr.;Datum;Currency;Amount (Foreign Currency);{title}\nC1;R1;13.10.2026;USD;100.00;92.00\n")
    assert (error.code, "company's currency" in error.what) == ("column.missing", True)


def test_a_row_that_says_that_more_were_to_come_is_named() -> None:
    head = "Kundennr.;Rechnungsnr.;Datum;Betrag;Offen\n"
    found = read(head + "C1;R1;13.10.2026;1,00;1,00\n... 1 weitere Zeilen;;;;\n")
    assert any("lines 3, 1 in all" in note for note in found.notes)


def test_a_number_and_a_name_of_two_customers_are_a_question() -> None:
    head = "Kundennr.;Kundenname;Rechnungsnr.;Datum;Betrag;Offen\n"
    assert read(head + "C1;Muster GmbH;R1;13.10.2026;1,00;1,00\n").frame["customer_id"].to_list() == ["C1"]
    error = refused(head + "C1;Nord eG;R1;13.10.2026;1,00;1,00\n")
    assert (error.code, "customer C1" in error.what, "customer 10001" in error.what) == ("value.unknown", True, True)


def test_payments_of_sage_have_no_number_and_come_in() -> None:
    head = "No;Date;Type;Ref;Details;Amount;O/S;A/C\n"
    rows = "1;01/10/2026;SI;INV1;x;100.00;100.00;C1\n2;21/10/2026;SA;;Payment;40.00;40.00;C1\n"
    found = read(head + rows).frame
    assert found.select("item_id", "document_type", "document_no", "open_amount").rows() == [
        ("1", "invoice", "INV1", 10000), ("2", "on_account", "SA 2026-10-21", -4000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "above",
    ["Kundennr. 10001", "Customer No.: 10001", "Kunde;10001", "Kunde: Nord eG", "客户编码：10001", "Customer number 10001;;Nord eG"],
)
def test_the_one_customer_of_a_list_may_stand_above_its_titles(above: str) -> None:
    found = read(f"Offene Posten\n{above}\nRechnungsnr.;Datum;Betrag;Offen\nR1;13.10.2026;1,50;1,50\n").frame
    assert found["customer_id"].to_list() == ["10001"]


def test_a_list_without_any_customer_is_refused() -> None:
    assert refused("Offene Posten\nRechnungsnr.;Datum;Betrag;Offen\nR1;13.10.2026;1,50;1,50\n").code == "layout.unknown"
    named = refused("Kunde: Niemand AG\nRechnungsnr.;Datum;Betrag;Offen\nR1;13.10.2026;1,50;1,50\n")
    assert (named.code, named.where) == ("value.unknown", "list.csv:1")


def test_a_currency_without_cents_needs_no_decimal_mark() -> None:
    rows = 'Customer No,Invoice,Date,Currency,Amount\nC1,R1,2026-10-13,JPY,"12,345"\nC1,R2,2026-10-14,日元,"1,200"\n'
    assert read(rows).frame["amount"].to_list() == [12345, 1200]
    assert refused(rows.replace("日元", "EUR")).code == "amount.ambiguous"
    assert read(rows.replace(",Currency", "").replace(",JPY", "").replace(",日元", "").replace(",Amount", ",Amount JPY")).frame.height == 2


def test_a_name_is_that_of_a_customer_whatever_its_legal_form_is_written_like() -> None:
    head = "Kunde;Rechnung;Datum;Betrag\n"
    for name in ("MUSTER G.m.b.H.", "Muster Gesellschaft mit beschränkter Haftung", "Muster, GmbH"):
        assert read(f"{head}{name};R1;21.09.2026;10,00\n").frame["customer_id"].to_list() == ["C1"]
    assert refused(head + "Acme Limited;R1;21.09.2026;10,00\n").code == "value.unknown"  # two customers
    # an exact name counts before a like one
    assert read(head + "Nord eG;R1;21.09.2026;10,00\n").frame["customer_id"].to_list() == ["10001"]


@pytest.mark.parametrize(
    "above",
    ["Stand: 31.10.2026", "Offene Posten per 31.10.2026", "As at 31 October 2026", "Aged receivables as of Oct 31, 2026",
     "截至2026年10月31日",     "Stichtag;31.10.2026", "截止日期：2026-10-31", "Situation au 31/10/2026"],
)  # fmt: skip
def test_the_day_of_a_list_may_stand_above_its_titles(above: str) -> None:
    found = read(f"{above}\nKundennr.;Rechnungsnr.;Datum;Betrag\nC1;R1;21.10.2026;1,50\n")
    assert found.day == date(2026, 10, 31)


@pytest.mark.parametrize("above", ["Gedruckt am 31.10.2026", "01.10.2026 - 31.10.2026", "Stand", "Stand: 31.10.2026 und 30.09.2026"])
def test_other_days_above_the_titles_are_not_the_list_s(above: str) -> None:
    assert read(f"{above}\nKundennr.;Rechnungsnr.;Datum;Betrag\nC1;R1;21.10.2026;1,50\n").day is None
