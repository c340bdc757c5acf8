"""Everything that is wrong with a file of the ERP is in one error: every column, every check, every row, with its line."""

import pytest
from support import ITEM_COLUMNS, Row, table

from matcher.errors import MatcherError
from matcher.openitems import readers
from matcher.openitems.tables import Column, Table, checked

ITEM = {
    "item_id": "I1", "entity": "1", "customer_id": "C1", "document_type": "invoice", "document_no": "RE-1", "issue_date": "2026-09-01",
    "currency": "EUR", "amount": "100.00",
}  # fmt: skip


def faults(kind: str, data: str, entities: tuple[str, ...] = ("1",)) -> list[tuple[str, str, str]]:
    with pytest.raises(MatcherError) as refused:
        readers.read_file(kind, data.encode(), "f.csv", entities if kind == "items" else None)
    first = refused.value.faults[0]
    assert (refused.value.code, refused.value.what, refused.value.where) == first
    assert refused.value.more == refused.value.faults[1:]
    return [(fault.where, fault.code, fault.what) for fault in refused.value.faults]


def item_faults(*rows: Row) -> list[tuple[str, str, str]]:
    return faults("items", table(ITEM_COLUMNS, [{**ITEM, "item_id": f"I{n}", **row} for n, row in enumerate(rows)]))


def test_all_faults_of_items_by_line_and_then_by_column() -> None:
    assert item_faults(
        {"amount": "1,5", "due_date": "soon", "document_type": "bill"},
        {},
        {"item_id": "I1", "customer_id": "", "entity": "9", "open_amount": "200.00"},
        {"currency": "EURO", "amount": "1.00", "open_amount": "what"},
        {"document_type": "credit_note", "terms": "net 9999", "discount_pct": "100"},
        {"amount": "1.005", "disputed_amount": "x", "issue_date": "1600-01-01"},
        {"terms": "100/10 net 30", "due_date": "2026-02-30"},
        {"item_id": "A\tB"},
        {"document_no": " ", "status": "gone"},
    ) == [
        ("f.csv:2", "value.unknown", "document_type 'bill' is none of invoice, credit_note, debit_note, instalment, on_account"),
        ("f.csv:2", "date.invalid", "due_date 'soon' is not a date like 2026-10-31"),
        ("f.csv:2", "amount.invalid", "amount: '1,5' is not an amount"),
        ("f.csv:4", "row.invalid", "customer_id is empty"),
        ("f.csv:4", "row.invalid", "item_id comes a second time"),
        ("f.csv:4", "row.invalid", "open_amount lies beyond amount"),
        ("f.csv:4", "value.unknown", "entity '9' is not in matcher.toml"),
        ("f.csv:5", "currency.unknown", "'EURO' is not an ISO 4217 currency code"),
        ("f.csv:5", "amount.invalid", "open_amount: 'what' is not an amount"),
        ("f.csv:6", "row.invalid", "terms are of more than 3660 days"),
        ("f.csv:6", "row.invalid", "discount_pct is not from 0 to below 100"),
        ("f.csv:6", "row.invalid", "a credit note's amount is positive (credit notes are negative)"),
        ("f.csv:7", "date.invalid", "issue_date '1600-01-01' lies outside the years 1900 to 2200"),
        ("f.csv:7", "amount.decimals", "amount: '1.005' has more decimal places than EUR (2)"),
        ("f.csv:7", "amount.invalid", "disputed_amount: 'x' is not an amount"),
        ("f.csv:8", "date.invalid", "due_date '2026-02-30' is not a date like 2026-10-31"),
        ("f.csv:8", "row.invalid", "terms have a discount that is not from 0 to below 100 per cent, with four places at most"),
        ("f.csv:9", "row.invalid", "item_id 'A\\tB' holds the hidden character U+0009"),
        ("f.csv:10", "row.invalid", "document_no is empty"),
        ("f.csv:10", "value.unknown", "status 'gone' is none of open, part_paid, closed"),
    ]


def test_all_faults_of_customers_and_rates() -> None:
    customers = "customer_id,name,terms\nC1,Anna,net 9999\nC1,,\n,Bo,9/99999 net 3\n"
    assert faults("customers", customers) == [
        ("f.csv:2", "row.invalid", "terms are of more than 3660 days"),
        ("f.csv:3", "row.invalid", "name is empty"),
        ("f.csv:3", "row.invalid", "customer_id comes a second time"),
        ("f.csv:4", "row.invalid", "customer_id is empty"),
        ("f.csv:4", "row.invalid", "terms are of more than 3660 days"),
    ]
    rates = "date,currency,per_base\n2026-10-01,USD,1.1\n2026-10-01,USD,0\n1.10.2026,XQQ,\n1.10.2026,GBP,1\n1.10.2026,GBP,1\n"
    assert faults("rates", rates) == [
        ("f.csv:3", "row.invalid", "per_base is not a decimal from 0.000000001 to 1000000000"),
        ("f.csv:3", "row.invalid", "date and currency come a second time"),
        ("f.csv:4", "date.invalid", "date '1.10.2026' is not a date like 2026-10-31"),
        ("f.csv:4", "currency.unknown", "'XQQ' is not an ISO 4217 currency code"),
        ("f.csv:4", "row.invalid", "per_base is empty"),
        ("f.csv:5", "date.invalid", "date '1.10.2026' is not a date like 2026-10-31"),
        ("f.csv:6", "date.invalid", "date '1.10.2026' is not a date like 2026-10-31"),
    ]


def test_missing_columns_and_rows_that_are_too_wide_do_not_hide_the_other_faults() -> None:
    head = "item_id,entity,customer_id,document_no,issue_date,currency"
    assert faults("items", f"{head}\nI1,1,C1,RE-1,soon,EUR\nI2,1,C1,RE,2,2026-09-01,EUR\nI3,1,C1,RE-3,2026-09-01,EUX\n") == [
        ("f.csv:1", "column.missing", "there is no column document_type, amount"),
        ("f.csv:2", "date.invalid", "issue_date 'soon' is not a date like 2026-10-31"),
        ("f.csv:3", "row.width", "the row has 7 cells, the header 6"),
        ("f.csv:4", "currency.unknown", "'EUX' is not an ISO 4217 currency code"),
    ]


def test_lines_are_those_of_the_file_whatever_stands_between_the_rows() -> None:
    """Empty lines, rows of empty cells and cells of several lines."""
    text = 'date,currency,per_base\n\n2026-10-01,USD,bad\n , ,\n,,\n2026-10-02,"USD\n\n",bad\n\n2026-10-03,USD,bad\n2026-10-03,USD,1\n'
    assert [place for place, _, what in faults("rates", text) if what.startswith("per_base")] == ["f.csv:3", "f.csv:6", "f.csv:10"]


def test_a_table_of_rows_names_them_all_too() -> None:
    rows = [{"customer_id": "C1"}, {"customer_id": "", "name": "x"}]
    with pytest.raises(MatcherError) as refused:
        readers.customer_rows(rows)
    assert [fault.where for fault in refused.value.faults] == ["customers:1", "customers:2"]
    with pytest.raises(MatcherError) as refused:
        checked(Table.of_rows([{"a": "x"}, {"a": ""}, {"a": "y"}], "t"), [Column("a", "date", required=True)])
    assert [fault.where for fault in refused.value.faults] == ["t:1", "t:2", "t:3"]


def test_an_error_keeps_its_other_faults_when_its_place_is_filled_in() -> None:
    with pytest.raises(MatcherError) as refused:
        readers.customers(b"customer_id,name,country\n,,DE\n", "f.csv")
    assert refused.value.at("elsewhere").more == refused.value.more
    assert len(refused.value.more) == 1
    assert str(refused.value).count("is empty") == 1
