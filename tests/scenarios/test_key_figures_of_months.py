"""Key figures of a month stay what they were, whatever is done after it; and they say what they are made of."""

import csv
import io
import json
from pathlib import Path

import pytest
import steady
from support import Row, copied, customers_file, items_file, lines_file, new_books
from teller import Teller

CUSTOMERS: list[Row] = [
    {"customer_id": "M1", "name": "Seilerei Ostheim GmbH", "account": "DE75512108001245126199"},
    {"customer_id": "M2", "name": "Gasthof Zur Linde", "account": "DE02100500000054540402"},
]
ITEMS: list[Row] = [
    {
        "item_id": "S1",
        "customer_id": "M1",
        "document_no": "R-5501",
        "amount": "2040.00",
        "issue_date": "2026-09-02",
        "due_date": "2026-09-30",
    },
    {
        "item_id": "S2",
        "customer_id": "M1",
        "document_no": "R-5502",
        "amount": "318.75",
        "issue_date": "2026-09-03",
        "due_date": "2026-10-30",
    },
    {
        "item_id": "S3",
        "customer_id": "M2",
        "document_no": "R-5503",
        "amount": "97.00",
        "issue_date": "2026-07-03",
        "due_date": "2026-08-30",
    },
]
OSTHEIM: Row = {"counterparty_name": "Seilerei Ostheim GmbH", "counterparty_account": "DE75512108001245126199"}
LINES: list[Row] = [
    {"bank_reference": "C01", "booking_date": "2026-09-15", "amount": "2040.00", "remittance_information": "R-5501", **OSTHEIM},
    {"bank_reference": "C02", "booking_date": "2026-09-22", "amount": "55.00", "counterparty_name": "Fundgeld"},
]
OCTOBER: list[Row] = [
    {"bank_reference": "C04", "booking_date": "2026-10-12", "amount": "318.75", "remittance_information": "R-5502", **OSTHEIM},
]
SEPTEMBER, LAST_DAY = ("kpi", "--month", "2026-09"), ("--as-of", "2026-09-30")


def begun(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        steady.install(monkeypatch)
        made = Teller(new_books(folder / "books"), monkeypatch, "2026-10-02")
        made.do("import", "customers", str(customers_file(folder, CUSTOMERS)))
        made.do("import", "items", str(items_file(folder, ITEMS)), "--snapshot-date", "2026-09-01")
        made.do("ingest", str(lines_file(folder, LINES)))
        made.do("run")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    steady.install(monkeypatch)
    return Teller(copied(tmp_path, begun), monkeypatch, "2026-10-02")


def rows(desk: Teller, *args: str) -> dict[str, dict[str, str]]:
    said = desk.do(*args, "-O", "json")
    made = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return {row["figure"]: row for row in made}


def test_a_figure_says_its_sums_its_days_and_what_is_not_known(desk: Teller) -> None:
    made = rows(desk, *SEPTEMBER)
    assert made["dso"]["value"] == "15.24"
    dso = {name: made["dso"][name] for name in ("numerator", "denominator", "factor", "first", "last")}
    assert dso == {"numerator": "415.75", "denominator": "2455.75", "factor": 90, "first": "2026-07-03", "last": "2026-09-30"}
    assert made["dso"]["note"] == "sales before 2026-09-01 are known only of documents that were open then"
    receipts = made["receipts_matched"]
    assert (receipts["value"], receipts["numerator"], receipts["denominator"]) == ("50.00", "1", "2")
    assert (made["unapplied_share"]["numerator"], made["unapplied_share"]["denominator"]) == ("55.00", "2095.00")
    assert (made["match_precision"]["value"], made["days_to_apply"]["value"]) == ("100.00", "17.00")


def test_figures_of_last_month_are_the_same_after_the_work_of_this_month(desk: Teller) -> None:
    before = desk.text("kpi", *LAST_DAY)
    desk.on("2026-10-20")
    desk.do("ingest", str(lines_file(desk.folder, OCTOBER, "october.csv")))
    desk.do("run")
    assert desk.text("kpi", *LAST_DAY) == before
    assert rows(desk, "kpi", "--month", "2026-10")["receipts_matched"]["value"] == "100.00"


def test_figures_of_a_closed_month_are_the_same_for_ever_and_an_open_one_s_as_they_were_known(desk: Teller) -> None:
    open_month = desk.text("kpi", *LAST_DAY)
    desk.do("close", "2026-09")
    assert desk.text("kpi", *LAST_DAY) == open_month
    desk.on("2026-10-20")
    desk.do("undo", "ref:C01", "--reason", "it was for somebody else")
    desk.do("on-account", "ref:C02", "--customer", "M2")
    assert desk.text("kpi", *LAST_DAY) == open_month
    desk.do("reopen", "2026-09", "--reason", "one receipt was wrong")
    made = rows(desk, *SEPTEMBER)
    assert (made["match_precision"]["value"], made["receipts_matched"]["value"]) == ("0.00", "50.00")  # taken back in October
    assert desk.text("kpi", *LAST_DAY, "--known-at", "2026-10-02") == open_month


def test_the_export_has_the_rows_of_the_command(desk: Teller) -> None:
    path = desk.folder / "kpi.csv"
    desk.do("export", "kpi", "-o", str(path), "--as-of", "2026-09-30")
    written = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    shown = rows(desk, *SEPTEMBER)
    assert {row["figure"]: row["value"] for row in written} == {name: row["value"] for name, row in shown.items()}


def test_what_does_not_exist_is_refused(desk: Teller) -> None:
    assert "there is no entity 'X'" in desk.do("kpi", "--entity", "X", status=2)
    assert "is no month" in desk.do("kpi", "--month", "2026-13", status=2)
    assert "begins after" in desk.do("kpi", "--month", "2026-10", "--as-of", "2026-09-30", status=2)


def test_explain_says_the_sums_in_words(desk: Teller) -> None:
    said = " ".join(desk.do(*SEPTEMBER, "--explain").split())
    assert "415.75 receivables / 2,455.75 credit sales x 90" in said
