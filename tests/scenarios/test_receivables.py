"""Aging, bridge and exports of a month with two currencies, through the command line."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest
import steady
from python_calamine import CalamineWorkbook
from support import Row, copied, customers_file, items_file, lines_file, new_books, write
from teller import Teller

CUSTOMERS: list[Row] = [
    {"customer_id": "M1", "name": "Seilerei Ostheim GmbH", "account": "DE75512108001245126199"},
    {"customer_id": "M2", "name": "Gasthof Zur Linde", "account": "DE02100500000054540402"},
]
ITEMS: list[Row] = [
    {"item_id": "S1", "customer_id": "M1", "document_no": "R-5501", "amount": "2040.00", "issue_date": "2026-08-20"},
    {"item_id": "S2", "customer_id": "M1", "document_no": "R-5502", "amount": "318.75", "issue_date": "2025-09-29"},
    {"item_id": "S3", "customer_id": "M2", "document_no": "R-5503", "amount": "97.00", "issue_date": "2026-09-03"},
    {"item_id": "S4", "customer_id": "M2", "document_no": "R-5504", "amount": "110.00", "currency": "USD", "issue_date": "2026-09-04"},
    {"item_id": "S5", "customer_id": "M2", "document_no": "R-5505", "amount": "1.00", "currency": "USD", "issue_date": "2026-09-04"},
]
OSTHEIM: Row = {"counterparty_name": "Seilerei Ostheim GmbH", "counterparty_account": "DE75512108001245126199"}
LINES: list[Row] = [
    {"bank_reference": "C01", "booking_date": "2026-09-15", "amount": "2040.00", "remittance_information": "R-5501", **OSTHEIM},
    {"bank_reference": "C03", "booking_date": "2026-09-28", "amount": "700.00", "remittance_information": "Anzahlung Seile", **OSTHEIM},
]
RATES = "date,currency,per_base\n2026-08-31,USD,1.2\n2026-09-28,USD,1.1\n"
AS_OF = ("--as-of", "2026-09-30")
TODAY = "2026-10-02"


def september(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        steady.install(monkeypatch)
        made = Teller(new_books(folder / "books"), monkeypatch, TODAY)
        made.do("import", "customers", str(customers_file(folder, CUSTOMERS)))
        made.do("import", "items", str(items_file(folder, ITEMS)), "--snapshot-date", "2026-09-30")
        made.do("ingest", str(lines_file(folder, LINES)))
        made.do("run")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    steady.install(monkeypatch)
    return Teller(copied(tmp_path, september), monkeypatch, TODAY)


def rates(desk: Teller, text: str = RATES) -> None:
    desk.do("import", "rates", str(write(desk.folder, "rates.csv", text)))


def steps(desk: Teller, *args: str) -> list[tuple[str, str, str]]:
    return [(row["currency"], row["step"], row["amount"]) for row in desk.told("bridge", *args)]


def test_the_aging_is_in_base_currency_at_the_closing_rate_whose_day_is_said(desk: Teller) -> None:
    rates(desk)
    said = desk.do("aging", *AS_OF)
    assert "In EUR at the closing rate" in said
    assert "1.1" in said
    assert "-343.34" not in said
    rows = desk.told("aging", *AS_OF, "--base")
    assert [(row["customer_id"], row["currency"], row["open_total"]) for row in rows] == [
        ("M1", "EUR", "-381.25"), ("M2", "EUR", "197.91"),  # 97.00 + 100.00 + 0.91
    ]  # fmt: skip
    assert "-183.34" in said  # -381.25 + 97.00 + 100.91
    exported = {row["document_no"]: row for row in desk.rows("aging", *AS_OF)}
    assert [exported["R-5504"][name] for name in ("base_open_amount", "base_currency", "per_base", "rate_date")] == [
        "100.00", "EUR", "1.1", "2026-09-28",
    ]  # fmt: skip
    assert exported["R-5505"]["base_open_amount"] == "0.91"
    assert (exported["C03"]["customer_name"], exported["C03"]["text"]) == ("Seilerei Ostheim GmbH", "Anzahlung Seile")


def test_key_figures_in_the_base_currency_are_of_the_aging_s_sums(desk: Teller) -> None:
    more = [
        {
            "item_id": f"T{n}",
            "customer_id": "M2",
            "document_no": f"R-56{n:02}",
            "amount": "0.10",
            "currency": "USD",
            "issue_date": "2026-09-04",
        }
        for n in range(20)
    ]
    desk.do("import", "items", str(items_file(desk.folder, [*ITEMS, *more], "more.csv")), "--snapshot-date", "2026-09-30")
    rates(desk)  # 0.10 USD are 0.0909... EUR: 0.09 each, and 1.82 all together
    (aged,) = desk.told("aging", *AS_OF, "--base", "--group", "currency")
    assert aged["open_total"] == "-181.54"  # 1.80 more than without them
    made = [row for row in desk.told("kpi", "--month", "2026-09") if row["converted"]]
    assert {row["figure"]: row["numerator"] for row in made}["dso"] == aged["open_total"]


def test_a_column_without_a_title_is_named_where_it_is_not_shown(desk: Teller) -> None:
    rates(desk)
    desk.monkeypatch.setenv("COLUMNS", "74")
    desk.do(
        "import",
        "items",
        str(
            items_file(desk.folder, [*ITEMS, {**ITEMS[0], "item_id": "S9", "document_no": "R-9", "amount": "9999999999999.99"}], "big.csv")
        ),
    )
    said = desk.do("aging", *AS_OF)
    assert "Not shown: in (" in said


def test_a_missing_rate_is_named_and_nothing_is_added_up_without_it(desk: Teller) -> None:
    said = desk.do("aging", *AS_OF)
    assert "USD has no rate on 2026-09-30 or before: there is no total in EUR." in said
    assert "total" not in said.partition("In EUR at the closing rate")[2].partition("USD has no rate")[0]
    assert "rate.missing" in desk.do("aging", *AS_OF, "--base", status=2)
    assert "USD has no rate" in desk.do("export", "aging", "-o", "a.xlsx", *AS_OF)


def test_receipts_for_the_erp_are_a_workbook_too(desk: Teller) -> None:
    desk.do("export", "receipts", "-o", "receipts.xlsx")
    assert (desk.folder / "receipts.batch.json").exists()
    head, *rows = CalamineWorkbook.from_path(str(desk.folder / "receipts.xlsx")).get_sheet_by_index(0).to_python()
    (paid,) = [dict(zip(head, row, strict=True)) for row in rows if row[0] == "receipt"]
    assert (paid["amount"], paid["amount_applied"], paid["document_no"]) == (2040.0, 2040.0, "R-5501")
    assert paid["booking_date"].isoformat() == "2026-09-15"
    (total,) = [row for row in rows if row[0] == "total EUR"]
    assert total[head.index("amount_applied")] == 2040.0


def test_the_bridge_ties_in_the_base_currency_with_what_rates_did(desk: Teller) -> None:
    rates(desk, "date,currency,per_base\n2026-08-31,USD,1.2\n2026-09-28,USD,1.1\n2026-10-05,USD,1.25\n")
    desk.on("2026-10-06")
    desk.do("write-off", "S5", "--reason", "bad_debt")
    october = ("--from", "2026-10-01", "--to", "2026-10-06", "--base")
    told = {step: amount for _, step, amount in steps(desk, *october)}
    was, now = (desk.told("aging", "--as-of", day, "--base", "--group", "entity") for day in ("2026-09-30", "2026-10-06"))
    assert (told["opening"], told["closing"]) == (was[0]["open_total"], now[0]["open_total"])
    assert told["write_offs"] == "-0.80"
    # 111.00 USD were 100.91 EUR, 110.00 USD are 88.00 EUR
    assert told["exchange_effect"] == "-12.11"
    assert {row["currency"] for row in desk.told("bridge", *october, "--group", "customer")} == {"EUR"}
    assert "change of exchange rates" in desk.do("bridge", *october)
    assert "leave --base out" in desk.do("bridge", *october, "--control", "1=1.00", status=2)


def test_the_bridge_in_the_base_currency_needs_the_rates_of_both_days(desk: Teller) -> None:
    rates(desk, "date,currency,per_base\n2026-09-28,USD,1.1\n")
    assert "rate.missing" not in desk.do("bridge", "--month", "2026-09", "--base")
    assert "rate.missing" in desk.do("bridge", "--from", "2026-09-28", "--to", "2026-09-29", "--base", status=2)


def test_rates_of_another_base_currency_convert_nothing_and_closed_months_keep_theirs(desk: Teller) -> None:
    rates(desk)
    desk.do("close", "2026-09", "--force", "--reason", "lines wait")
    closed = desk.do("aging", *AS_OF)
    settings = desk.folder / "books" / "matcher.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('base_currency = "EUR"', 'base_currency = "USD"'), encoding="utf-8")
    october = ("--as-of", "2026-10-02")
    for command in (("aging", *october), ("run",), ("kpi", "--month", "2026-10"), ("report", "--month", "2026-10", "-o", "pack")):
        assert "rate.base" in desk.do(*command, status=2), command
    assert desk.do("aging", *AS_OF) == closed
    # a rate that was told for the other base currency as well is news
    rates(desk, "date,currency,per_base\n2026-09-28,EUR,0.9\n2026-09-28,USD,1.1\n")
    assert "in USD" in desk.do("aging", *october).replace("In USD", "in USD")
    assert {row["currency"] for row in desk.told("aging", *october, "--base")} == {"USD"}
    assert desk.do("aging", *AS_OF) == closed
    settings.write_text(settings.read_text(encoding="utf-8").replace('base_currency = "USD"', 'base_currency = "EUR"'), encoding="utf-8")
    assert "1.1" in desk.do("aging", *october)


def test_by_document_in_years_and_in_groups(desk: Teller) -> None:
    def ages(*args: str) -> dict[str, str]:
        return {row["document_no"]: row["bucket"] for row in desk.told("aging", *AS_OF, "--detail", *args)}

    assert ages("--buckets", "years")["R-5502"] == "1-2y"
    assert ages("--by", "document", "--buckets", "10,40")["R-5503"] == "11-40"
    (euro, dollar) = desk.told("aging", *AS_OF, "--group", "entity", "--buckets", "years")
    assert (euro["1-2y"], euro["0-1y"], euro["unapplied"], euro["currency"]) == ("318.75", "97.00", "-700.00", "EUR")
    assert (dollar["0-1y"], "customer_id" in dollar) == ("111.00", False)
    assert "within 1 year" in desk.do("aging", *AS_OF, "--buckets", "years")
    for wrong in (("--buckets", "years", "--by", "due"), ("--buckets", "a,b"), ("--buckets", "60,30")):
        assert desk.run("aging", *wrong).exit_code == 2


def test_the_bridge_of_a_month_ties_to_the_aging_and_to_the_control_account(desk: Teller) -> None:
    assert steps(desk, "--month", "2026-09", "--entity", "1") == [
        ("EUR", "opening", "2358.75"), ("EUR", "invoices", "97.00"), ("EUR", "receipts", "-2040.00"), ("EUR", "unapplied", "-700.00"),
        ("EUR", "closing", "-284.25"), ("USD", "opening", "0.00"), ("USD", "invoices", "111.00"), ("USD", "closing", "111.00"),
    ]  # fmt: skip
    # the ledger has what the ERP has booked: none of the receipts yet
    control = ("bridge", "--month", "2026-09", "--control", "1=2455.75")
    said = desk.do(*control)
    assert "posted here, not yet booked in the ERP" in said
    assert "not explained" not in said
    between = [row for row in desk.told(*control) if row["step"] in ("not_booked", "not_listed")]
    assert [(row["step"], row["document_no"] or row["item_id"][:2], row["amount"]) for row in between] == [
        ("not_booked", "R-5501", "2040.00"), ("not_listed", "U-", "700.00"),
    ]  # fmt: skip
    said = desk.do("bridge", "--month", "2026-09", "--control", "1=2455.85", status=1)
    assert "entity 1: 0.10 EUR of the control account are not explained." in said
    # once the ERP has booked the receipt, nothing of it lies between
    newer = [item for item in ITEMS if item["item_id"] != "S1"]
    desk.do("import", "items", str(items_file(desk.folder, newer, "later.csv")), "--snapshot-date", "2026-10-02", "--allow-closing")
    rows = desk.told("bridge", "--month", "2026-09", "--control", "1=415.75")
    assert [row["step"] for row in rows if row["currency"] == "EUR"][-2:] == ["not_listed", "control"]


def test_what_the_erp_listed_after_the_close_explains_its_control_account_and_moves_no_figure(desk: Teller) -> None:
    desk.do("close", "2026-09")
    before = steps(desk, "--month", "2026-09")
    newer = [*ITEMS, {"item_id": "S9", "customer_id": "M2", "document_no": "R-5509", "amount": "12.00", "issue_date": "2026-09-29"}]
    desk.on("2026-10-20")
    desk.do("import", "items", str(items_file(desk.folder, newer, "later.csv")), "--snapshot-date", "2026-10-15")
    assert steps(desk, "--month", "2026-09") == before
    rows = desk.told("bridge", "--month", "2026-09", "--control", "1=2467.75")
    (late,) = [row for row in rows if row["step"] == "known_later"]
    assert (late["document_no"], late["amount"], late["date"]) == ("R-5509", "12.00", "2026-09-29")
    assert "unexplained" not in [row["step"] for row in rows]
    assert ("EUR", "invoices", "12.00") in steps(desk, "--month", "2026-10")


def test_a_closed_month_is_the_same_bytes_by_document_and_in_base_currency(desk: Teller) -> None:
    rates(desk)

    def told() -> list[bytes]:
        kinds = ((), ("--by", "document"), ("--buckets", "years"))
        aged = [desk.text("aging", *AS_OF, *kind) for kind in kinds]
        month = [desk.text(what, "--month", "2026-09") for what in ("aging", "bridge", "matches", "discrepancies")]
        screens = [desk.do("aging", *AS_OF, "--base").encode(), desk.do("bridge", "--month", "2026-09").encode()]
        return [*aged, *month, *screens]

    before = told()
    desk.do("close", "2026-09")
    assert told() == before
    desk.on("2026-10-20")
    rates(desk, "date,currency,per_base\n2026-09-28,USD,1.3\n2026-09-30,USD,1.4\n")
    desk.do("undo", "ref:C01", "--reason", "it was for somebody else")
    desk.do("set-off", "U-ref:C03", "R-5502")
    renamed = [{**CUSTOMERS[0], "name": "Seilwerk Ostheim AG"}, CUSTOMERS[1]]
    desk.do("import", "customers", str(customers_file(desk.folder, renamed, "renamed.csv")))
    desk.do("run")
    assert told() == before
    assert desk.told("aging", "--base")[1]["open_total"] == "176.28"  # 97.00 + 78.57 + 0.71


BOOK = (
    "entry_id,account,date,amount,currency,description,reference,counterparty_name,kind\n"
    "B0,giro,2026-08-31,1000.00,EUR,,,,balance\nB1,giro,2026-09-02,80.00,EUR,Takings,,,entry\n"
)


def test_the_settings_of_today_change_nothing_of_a_closed_month(desk: Teller) -> None:
    rates(desk, "date,currency,per_base\n2026-09-28,USD,1.1\n2026-09-28,EUR,0.5\n")
    desk.do("import", "book", str(write(desk.folder, "book.csv", BOOK)))
    desk.do("close", "2026-09", "--force", "--reason", "the book is late")

    def told() -> list[str]:
        figures = [desk.do(what, *AS_OF, "-O", "csv") for what in ("exposure", "kpi")]
        proof = desk.do("proof", *AS_OF, "-O", "csv", status=1)
        return [proof, *figures, desk.do("aging", *AS_OF, "--base", "-O", "csv"), desk.text("aging", *AS_OF).decode()]

    before = told()
    config = desk.folder / "books" / "matcher.toml"
    changed = config.read_text(encoding="utf-8").replace('base_currency = "EUR"', 'base_currency = "USD"')
    assert 'base_currency = "USD"' in changed
    config.write_text(f"{changed}\n[proof]\nold_after_days = 3\n", encoding="utf-8")
    assert told() == before


def test_a_batch_that_is_yet_to_come_has_nothing_behind_it(desk: Teller) -> None:
    assert "999 is no batch of these books" in desk.do("export", "matches", "-o", "x.csv", "--since", "999", status=2)
    assert not (desk.folder / "x.csv").exists()


def test_a_balance_that_is_given_twice_is_a_question(desk: Teller) -> None:
    said = desk.do("bridge", "--month", "2026-09", "--control", "1=2455.75", "--control", "1=1.00", status=2)
    assert "the control account of entity 1 in EUR is given twice" in said
    said = desk.do("proof", "--book-balance", "giro=1.00", "--book-balance", "giro=2.00", status=2)
    assert "the balance of account giro is given twice" in said


def test_currencies_are_not_added_up_a_second_time(desk: Teller) -> None:
    said = desk.do("aging", *AS_OF, "--group", "currency").partition("In EUR")[0]
    assert said.count("111.00") == 2  # its bucket and the sum of it


def test_a_german_reads_no_english_between(desk: Teller) -> None:
    desk.do("import", "book", str(write(desk.folder, "book.csv", BOOK)))
    said = desk.do("--lang", "de", "close", "2026-09", "--dry-run")
    assert "not proven" not in said
    assert "Gesellschaft 1, EUR" in desk.do("--lang", "de", "bridge", "--month", "2026-09")
    assert "something is open" not in desk.do("--lang", "de", "kpi", "--month", "2026-09", "--explain")


def test_new_rows_only_once_and_from_then_on(desk: Teller) -> None:
    plain = desk.rows("matches")
    assert len(desk.rows("matches", "--new")) == len(plain) == 2
    assert desk.rows("matches", "--new") == []
    desk.do("undo", "ref:C01", "--reason", "another one's")
    said = desk.do("export", "matches", "-o", "lost.csv", "--new")
    batch = said.partition("1 row recorded after batch ")[2].partition(".")[0]
    (again,) = desk.rows("matches", "--since", batch)
    assert again["bank_reference"] == "C01"
    assert len(desk.rows("aging", "--new")) == 7  # each kind for itself: of the aging this is the first
    desk.do("set-off", "U-ref:C03", "R-5502=100.00")
    assert {row["document_no"] for row in desk.rows("aging", "--new")} == {"C03", "R-5502"}
    assert desk.rows("aging", "--new") == []
    assert "exported aging: 2 rows" in desk.do("log")
    assert desk.do("verify").count("FAILS") == 0
    for wrong in (
        ("export", "bridge", "--new"),
        ("export", "receipts", "--new"),
        ("export", "aging", "--new", "--since", "1"),
        ("export", "receipts", "--locale", "de"),
    ):
        assert "usage.option" in desk.do(*wrong, "-o", "x.csv", status=2)


def test_rows_of_one_month_and_a_month_is_no_day(desk: Teller) -> None:
    october = {"bank_reference": "C09", "booking_date": "2026-10-01", "amount": "5.00", "counterparty_name": "Fundgeld"}
    desk.do("ingest", str(lines_file(desk.folder, [october], "october.csv")))
    assert {row["bank_reference"] for row in desk.rows("matches", "--month", "2026-09")} == {"C01", "C03"}
    assert {row["bank_reference"] for row in desk.rows("matches", "--month", "2026-10")} == {"C09"}
    assert desk.rows("aging", "--month", "2026-09") == desk.rows("aging", *AS_OF)
    assert "usage.option" in desk.do("export", "aging", "-o", "x.csv", "--month", "2026-09", *AS_OF, status=2)


def test_every_export_for_people(desk: Teller) -> None:
    rates(desk)
    for what in ("matches", "aging", "discrepancies", "bridge"):
        desk.do("export", what, "-o", f"{what}.xlsx", "--month", "2026-09")
        desk.do("export", what, "-o", f"{what}.parquet", "--month", "2026-09")
        desk.do("export", what, "-o", f"{what}.de.csv", "--month", "2026-09", "--locale", "de")
        rows = desk.rows(what, "--month", "2026-09")
        sheet = CalamineWorkbook.from_path(desk.folder / f"{what}.xlsx").get_sheet_by_index(0).to_python()
        packed = pl.read_parquet(desk.folder / f"{what}.parquet")
        german = (desk.folder / f"{what}.de.csv").read_text(encoding="utf-8-sig")
        local = list(csv.DictReader(io.StringIO(german, newline=""), delimiter=";"))
        assert sheet[0] == packed.columns == german.splitlines()[0].split(";")
        assert packed.height == len(rows) == len(local)
        assert "customer_name" in packed.columns
    aged = pl.read_parquet(desk.folder / "aging.parquet")
    assert aged.schema["open_amount"] == pl.Decimal(38, 4)
    assert "2040,00" in (desk.folder / "matches.de.csv").read_text(encoding="utf-8-sig")
    assert "15.09.2026" in (desk.folder / "matches.de.csv").read_text(encoding="utf-8-sig")
