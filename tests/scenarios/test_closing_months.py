"""Months are closed and opened again: what was told of them stays, and what comes later stands in the first open month."""

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
    {"item_id": "S1", "customer_id": "M1", "document_no": "R-5501", "amount": "2040.00"},
    {"item_id": "S2", "customer_id": "M1", "document_no": "R-5502", "amount": "318.75"},
    {"item_id": "S3", "customer_id": "M2", "document_no": "R-5503", "amount": "97.00"},
]
OSTHEIM: Row = {"counterparty_name": "Seilerei Ostheim GmbH", "counterparty_account": "DE75512108001245126199"}
LINES: list[Row] = [
    {"bank_reference": "C01", "booking_date": "2026-09-15", "amount": "2040.00", "remittance_information": "R-5501", **OSTHEIM},
    {"bank_reference": "C02", "booking_date": "2026-09-22", "amount": "55.00", "counterparty_name": "Fundgeld"},
    {"bank_reference": "C03", "booking_date": "2026-09-28", "amount": "700.00", "remittance_information": "Anzahlung Seile", **OSTHEIM},
]
TWO = "\n[policy]\nclose_by = 2\n"
AGING = ("--as-of", "2026-09-30")


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


def _ledger(desk: Teller) -> tuple[bytes, bytes]:
    return desk.text("aging", *AGING), desk.text("discrepancies", *AGING)


def test_screens_of_a_closed_day_count_lines_and_name_the_books_as_then(desk: Teller) -> None:
    desk.do("close", "2026-09")
    screens = (("status", *AGING), ("aging", *AGING), ("kpi", "--month", "2026-09"), ("bridge", "--month", "2026-09"))
    before = [desk.do(*words) for words in screens]
    desk.on("2026-10-20")
    desk.do("undo", "ref:C01", "--reason", "it was for somebody else")
    desk.do("on-account", "ref:C02", "--customer", "M2")
    settings = desk.folder / "books" / "matcher.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('name = "Test"', 'name = "Renamed"', 1), encoding="utf-8")
    assert [desk.do(*words) for words in screens] == before
    now = desk.do("status", "--as-of", "2026-10-20")
    assert now.startswith("Renamed")
    assert not before[0].startswith("Renamed")


def test_a_closed_month_stays_the_same_whatever_comes(desk: Teller) -> None:
    before = _ledger(desk)
    said = desk.do("close", "2026-09")
    assert "2 wait: 755.00 EUR" in said
    assert _ledger(desk) == before
    desk.on("2026-10-20")
    desk.do("undo", "ref:C01", "--reason", "it was for somebody else")
    desk.do("on-account", "ref:C02", "--customer", "M2")
    desk.do("set-off", "U-ref:C03", "R-5502")
    desk.do("write-off", "R-5503", "--reason", "bad_debt")
    desk.do("run")
    newer = [item for item in ITEMS if item["item_id"] != "S2"] + [
        {"item_id": "S9", "customer_id": "M2", "document_no": "R-5509", "amount": "12.00", "issue_date": "2026-09-29"}
    ]
    path = items_file(desk.folder, newer, "later.csv")
    assert "Late: 1 document" in desk.do("import", "items", str(path), "--snapshot-date", "2026-10-15", "--allow-closing")
    assert _ledger(desk) == before
    assert desk.do("verify").count("FAILS") == 0
    now = desk.open()
    assert now["R-5501"] == "2040.00", "the undo counts in October"
    assert now["R-5509"] == "12.00", "the late document too"
    assert now["C02"] == "-55.00"
    assert "R-5509" not in desk.open("--as-of", "2026-09-30")


def test_a_decision_about_a_closed_month_says_from_when_it_counts(desk: Teller) -> None:
    desk.do("close", "2026-09")
    desk.on("2026-10-20")
    said = desk.do("undo", "ref:C01", "--reason", "it was for somebody else")
    assert "September 2026 is closed: it counts from 2026-10-01" in said
    assert "R-5501" not in desk.open("--as-of", "2026-09-30")
    assert desk.open("--as-of", "2026-10-01")["R-5501"] == "2040.00"
    (told,) = desk.told("on-account", "ref:C02", "--customer", "M2")
    assert told["effective_date"] == "2026-10-01"


def test_a_month_that_is_not_over_or_is_closed_already_is_not_closed(desk: Teller) -> None:
    assert "NO" in desk.do("close", "2026-10", status=1)
    assert "period.locked" in desk.do("reopen", "2026-09", "--reason", "why not", status=4)
    assert "September" not in desk.do("close", "2026-09", "--dry-run")
    desk.do("close", "2026-09")
    assert "period.locked" in desk.do("close", "2026-09", status=4)
    assert "period.locked" in desk.do("close", "2026-08", status=4), "every day before it is closed too"
    assert "usage.option" in desk.do("close", "2026-13", status=2)
    assert "usage.option" in desk.do("close", "2026-10", "--force", status=2), "by force only with a reason"
    desk.do("close", "2026-10", "--force", "--reason", "sold on the 2nd")
    assert "period.locked" in desk.do("reopen", "2026-09", "--reason", "too far back", status=4)
    assert "decision.state" in desk.do("reopen", "2026-10", status=2)
    desk.do("reopen", "2026-10", "--reason", "too early")
    assert "Closed through 2026-09-30." in desk.do("status")


def test_two_people_close_a_month_where_the_books_ask_for_it(desk: Teller) -> None:
    config = desk.folder / "books" / "matcher.toml"
    config.write_text(config.read_text(encoding="utf-8") + TWO, encoding="utf-8")
    assert "nobody has prepared" in desk.do("close", "2026-09", "--as-reviewer", actor="ben", status=4)
    assert "prepared" in desk.do("close", "2026-09", status=1)
    assert "Closed through" not in desk.do("status")
    assert "period.reviewer" in desk.do("close", "2026-09", "--as-reviewer", status=4)
    desk.do("close", "2026-09", "--as-reviewer", actor="ben")
    assert "Closed through 2026-09-30." in desk.do("status")
    assert "period.reviewer" in desk.do("reopen", "2026-09", "--reason", "a slip", actor="ben", status=4)
    desk.do("reopen", "2026-09", "--reason", "a slip")
    assert "Closed through" not in desk.do("status")


def test_a_month_that_is_opened_again_shows_what_is_decided_then(desk: Teller) -> None:
    desk.do("close", "2026-09")
    desk.do("reopen", "2026-09", "--reason", "the deposit was forgotten")
    desk.do("on-account", "ref:C02", "--customer", "M2")
    assert desk.open("--as-of", "2026-09-30")["C02"] == "-55.00"
    before = _ledger(desk)
    desk.do("close", "2026-09")
    assert _ledger(desk) == before


def test_what_was_known_then_is_told_by_batch_and_by_day(desk: Teller) -> None:
    first = desk.text("aging", *AGING)
    batch = desk.do("verify", "--head").split()[1]
    desk.on("2026-10-05")
    desk.do("undo", "ref:C01", "--reason", "it was for somebody else")
    assert desk.text("aging", *AGING) != first
    assert desk.text("aging", *AGING, "--known-at", batch) == first
    assert desk.text("aging", *AGING, "--known-at", "2026-10-04") == first
    assert desk.text("aging", *AGING, "--known-at", "2026-10-05") != first
    refused = desk.do("aging", "--known-at", "2026-01-01", status=2)
    assert "matcher verify --head" in refused
    assert "matcher log" not in refused


def test_the_control_account_is_held_against_what_customers_owe(desk: Teller) -> None:
    owed = sum(round(float(amount) * 100) for amount in desk.open().values())
    assert owed == -284_25  # two invoices less the deposit
    desk.do("status", "--control", "1=-284.25")
    said = desk.do("status", "--control", "1=-280.00", status=1)
    assert "4.25" in said
    desk.do("status", "--fail-if-waiting", status=1)
    desk.do("on-account", "ref:C02", "--customer", "M2")
    desk.do("on-account", "ref:C03", "--customer", "M1")
    desk.do("status", "--fail-if-waiting")
