"""A year of two customers: one pays on Thursdays, a little later each quarter; the other pays on no fixed day, and stops.

docs/figures.md shows what the commands print of it. After a change, write its examples anew with
`PYTHONPATH=tests .venv/bin/python tests/scenarios/test_payers.py --write`, and read the difference.
"""

import json
import re
import sys
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import steady
from support import CONFIG, Row, copied, items_file, lines_file, new_books, table, write
from teller import Teller

CUSTOMERS: list[Row] = [
    {"customer_id": "C1", "name": "Seilerei Ostheim GmbH", "account": "DE75512108001245126199", "credit_limit": "9000", "owner": "ben"},
    {"customer_id": "C2", "name": "Gasthof Zur Linde", "account": "DE02100500000054540402", "credit_limit": "1500", "owner": "ida"},
]
TARGETS = "\n[collection_targets.ben]\namount = 5000\n[credit]\ngrades = [3, 10, 30, 60]\n"
TODAY = "2026-10-31"
COMMANDS = ("kpi", "behaviour", "forecast", "exposure", "team")
PAGE = Path(__file__).parents[2] / "docs" / "figures.md"


def year() -> tuple[list[Row], list[Row]]:
    """Invoices of January to October, due after thirty days, and the receipts that paid them."""
    items: list[Row] = []
    lines: list[Row] = []
    for number in range(40):
        issue = date(2026, 1, 6) + timedelta(7 * number)
        due = issue + timedelta(30)
        for customer, amount, paid in (
            ("C1", 1000 + number, due + timedelta(1 + 7 * (number // 14))),  # due on Thursdays; 1, 8, then 15 days late
            ("C2", 500 + number, due + timedelta(number * 3 % 11)),
        ):
            while customer == "C1" and paid.weekday() != 3:
                paid += timedelta(1)
            name = f"{customer}-{number:02}"
            items.append({
                "item_id": name, "customer_id": customer, "document_no": f"RE-{name}", "issue_date": issue.isoformat(),
                "due_date": due.isoformat(), "amount": f"{amount}.00",
            })  # fmt: skip
            if paid <= date(2026, 10, 31) and not (customer == "C2" and number >= 30):
                whose = CUSTOMERS[0 if customer == "C1" else 1]
                lines.append({
                    "bank_reference": f"B-{name}", "booking_date": paid.isoformat(), "value_date": paid.isoformat(),
                    "amount": f"{amount}.00", "remittance_information": f"RE-{name}", "counterparty_name": whose["name"],
                    "counterparty_account": whose["account"],
                })  # fmt: skip
    return items, sorted(lines, key=lambda line: (line["booking_date"], line["bank_reference"]))


def made(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        steady.install(monkeypatch)
        desk = Teller(new_books(folder / "books", CONFIG + TARGETS), monkeypatch, TODAY)
        items, lines = year()
        customers = write(folder, "customers.csv", table(tuple(CUSTOMERS[0]), CUSTOMERS))
        desk.do("import", "customers", str(customers))
        desk.do("import", "items", str(items_file(folder, items)), "--snapshot-date", "2026-01-02")
        desk.do("ingest", str(lines_file(folder, lines)))
        desk.do("run", "--as-of", TODAY)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    steady.install(monkeypatch)
    return Teller(copied(tmp_path, made), monkeypatch, TODAY)


def told(desk: Teller, *args: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in desk.run(*args, "--as-of", TODAY, "-O", "json").stdout.splitlines()]


def test_habits_a_grade_and_its_reasons(desk: Teller) -> None:
    ostheim, linde = told(desk, "behaviour")
    said = {name: ostheim[name] for name in ("items", "weekday", "pay_days", "days_late", "trend", "grade", "accounts", "overdue", "open")}
    assert said == {
        "items": 36, "weekday": "Thursday", "pay_days": 36, "days_late": "14.2", "trend": "8.7", "grade": "C", "accounts": 1,
        "overdue": "3111.00", "open": "4150.00",
    }  # fmt: skip
    assert ostheim["reasons"] == [
        "paid 36 documents 14.2 days late",
        "what he owes is 6.7 days overdue",
        "pays 8.7 days later than before",
    ]
    assert (linde["weekday"], linde["grade"], linde["reasons"][1]) == ("", "C", "what he owes is 26.9 days overdue")


def test_open_items_are_expected_on_the_customer_s_weekday(desk: Teller) -> None:
    said = desk.do("behaviour", "--customer", "Ostheim", "--as-of", TODAY)
    assert "grade C: paid 36 documents 14.2 days late" in said
    days = {row["document_no"]: row["expected"] for row in told(desk, "behaviour", "--customer", "C1", "--expected")}
    assert days == {"RE-C1-36": "2026-11-05", "RE-C1-37": "2026-11-05", "RE-C1-38": "2026-11-12", "RE-C1-39": "2026-11-19"}


def test_a_forecast_says_how_wrong_it_was(desk: Teller) -> None:
    rows = told(desk, "forecast")
    weeks = [row for row in rows if row["what"] == "week"]
    assert (weeks[0]["first"], weeks[0]["open"], weeks[0]["cash"], weeks[0]["unknown"]) == ("2026-11-01", "2238.00", "1949.48", "265.75")
    four, eight = (row for row in rows if row["what"] == "check")
    # the guest house stopped paying in September
    assert (four["number"], four["cash"], four["actual"], four["error"]) == (4, "7859.00", "4134.00", "90.1")
    assert (eight["number"], eight["actual"]) == (8, "7746.00")
    assert desk.rows("forecast", "--as-of", TODAY)[0]["cash"] == "1949.48"


def test_there_is_no_forecast_before_enough_was_paid(desk: Teller) -> None:
    rows = [json.loads(line) for line in desk.run("forecast", "--as-of", "2026-03-20", "-O", "json").stdout.splitlines()]
    assert {row["cash"] for row in rows if row["what"] == "week"} == {""}
    assert [row["note"] for row in rows if row["what"] == "check"] == ["too few debts had been paid by then"] * 2
    assert "There is no forecast yet" in desk.do("forecast", "--as-of", "2026-03-20")


def test_exposure_against_the_limit_of_the_customers_file(desk: Teller) -> None:
    first, second = told(desk, "exposure")
    assert (first["customer_id"], first["limit"], first["open"], first["excess"], first["used"]) == (
        "C2", "1500.00", "5345.00", "3845.00", "356.3",
    )  # fmt: skip
    assert first["alerts"] == ["over the limit", "grade fell from B to C"]
    assert (second["customer_id"], second["alerts"]) == ("C1", [])
    assert "Gasthof" in desk.do("exposure", "--alerts", "--as-of", TODAY)
    assert "Ostheim" not in desk.do("exposure", "--alerts", "--as-of", TODAY)


def test_targets_of_collection_and_decisions_of_the_month(desk: Teller) -> None:
    rows = told(desk, "team")
    assert next(row for row in rows if row["part"] == "collected") | {"part": ""} == dict.fromkeys(rows[0], "") | {
        "owner": "ben", "currency": "EUR", "cash": "5165.00", "target": "5000.00", "reached": "103.3",
    }  # fmt: skip
    (engine,) = (row for row in rows if row["part"] == "work")
    assert (engine["actor"], engine["decisions"], engine["undone"], engine["precision"]) == ("engine", 66, 0, "100.0")


def test_bounds_and_targets_that_cannot_be_are_refused(desk: Teller) -> None:
    path = desk.folder / "books" / "matcher.toml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("[3, 10, 30, 60]", "[3, 3, 30, 60]"), encoding="utf-8")
    assert "are not four rising numbers of days" in desk.do("behaviour", status=2)
    path.write_text(good.replace("amount = 5000", "amount = 5000.001"), encoding="utf-8")
    assert "config.invalid" in desk.do("team", "--as-of", TODAY, status=2)
    path.write_text(good.replace("amount = 5000", 'amount = 5000\ncurrency = "XYZ"'), encoding="utf-8")
    assert "'XYZ' is not an ISO 4217 currency code" in desk.do("team", status=2)


def test_grades_of_a_closed_month_keep_their_bounds(desk: Teller) -> None:
    desk.on("2026-11-02")
    desk.do("close", "2026-10")
    before = told(desk, "behaviour")
    path = desk.folder / "books" / "matcher.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[3, 10, 30, 60]", "[1, 2, 3, 4]"), encoding="utf-8")
    assert told(desk, "behaviour") == before


def test_a_list_has_the_same_columns_when_nothing_is_in_it(desk: Teller, tmp_path: Path) -> None:
    full = {command: desk.run(command, "-O", "csv", "--as-of", TODAY).stdout.splitlines() for command in COMMANDS}
    new_books(tmp_path / "empty")
    empty = {command: desk.run(command, "-O", "csv", "--books", str(tmp_path / "empty")).stdout.splitlines() for command in COMMANDS}
    for command, rows in full.items():
        assert len(rows) > 1
        assert empty[command] == rows[:1]


def rewritten(page: str, desk: Teller) -> str:
    """The page with what its commands print."""
    desk.monkeypatch.setenv("COLUMNS", "100")

    def printed(block: re.Match[str]) -> str:
        result = desk.run(*block[1].split())
        return f"```console\n$ matcher {block[1]}\n{result.stdout.rstrip()}\n{result.stderr}```"

    return re.sub(r"```console\n\$ matcher (.*)\n(?:.*\n)*?```", printed, page)


def test_the_page_shows_what_the_commands_print(desk: Teller) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewritten(page, desk).splitlines() == page.splitlines()


if __name__ == "__main__" and "--write" in sys.argv:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        steady.install(patch)
        PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), Teller(copied(Path(name), made), patch, TODAY)), encoding="utf-8")
