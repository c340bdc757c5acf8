"""The rulebook on the command line: a controller writes a rule, tests it, lets it run in the shadow, and replays the past with it."""

import json
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from support import CONFIG, copy_of, customers_file, items_file, lines_file, write

from matcher import codes

CUSTOMERS = [
    {"customer_id": "C1", "name": "Alsterwerft GmbH", "account": "DE75512108001245126199"},
    {"customer_id": "C2", "name": "Musikhaus Tonart GmbH"},
]
ITEMS = [
    {"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00417", "amount": "1190.00"},
    {"item_id": "I2", "customer_id": "C1", "document_no": "RE-2026-00431", "amount": "773.50"},
    {"item_id": "I3", "customer_id": "C1", "document_no": "RE-2026-00450", "amount": "1190.00", "due_date": "2026-11-01"},
    {"item_id": "I4", "customer_id": "C2", "document_no": "RE-2026-00502", "amount": "318.45"},
]
OTHERS = [{"item_id": f"X{n}", "customer_id": "C9", "document_no": f"ZB/{n}", "amount": f"{5_000 + n}.10"} for n in range(200)]
"""What else is open: an amount is rare only among many."""

ALSTER = {"counterparty_name": "Alsterwerft GmbH", "counterparty_account": "DE75512108001245126199"}
SEPTEMBER = [
    {**ALSTER, "booking_date": "2026-09-21", "amount": "1190.00", "remittance_information": "RE-2026-00417", "bank_reference": "A"},
    {**ALSTER, "booking_date": "2026-09-24", "amount": "773.50", "remittance_information": "RE-2026-00431", "bank_reference": "B"},
]
OCTOBER = [
    {"booking_date": "2026-10-05", "amount": "318.45", "counterparty_name": "MUSIKHAUS TONART", "bank_reference": "C"},
]
OWN = """
[mode]
name-amount = "propose"

[[rule]]
id = "house-name"
version = 1
title = "A payer of the customer's very name pays its one item of that amount"
mode = "shadow"
before = "name-amount"
basis = ["single"]
needs = [["payer_name"], ["amount_unique"]]

[[rule.example]]
says = "the name and the amount"
line = { amount = "318.45", counterparty_name = "Musikhaus Tonart" }
items = [{ item_id = "1", customer_id = "C", document_no = "RE-2026-00502", amount = "318.45" }]
customers = [{ customer_id = "C", name = "Musikhaus Tonart GmbH" }]
expect = { state = "posted", items = { 1 = "318.45" } }

[[rule.example]]
says = "the name, and an amount that is no item's"
line = { amount = "300.00", counterparty_name = "Musikhaus Tonart" }
items = [{ item_id = "1", customer_id = "C", document_no = "RE-2026-00502", amount = "318.45" }]
customers = [{ customer_id = "C", name = "Musikhaus Tonart GmbH" }]
expect = { applies = false }
"""


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months: September is posted by rules, October waits. Copied, never used."""
    folder = tmp_path_factory.mktemp("months") / "books"
    folder.mkdir()
    write(folder, "matcher.toml", CONFIG + "[policy]\nprecision = 0.99\n")
    with pytest.MonkeyPatch.context() as monkeypatch:
        desk = Desk(folder, monkeypatch)
        desk.do("init", ".")
        desk.do("import", "customers", str(customers_file(folder, CUSTOMERS)))
        desk.do("import", "items", str(items_file(folder, ITEMS + OTHERS)))
        desk.do("ingest", str(lines_file(folder, SEPTEMBER, "september.csv")), str(lines_file(folder, OCTOBER, "october.csv")))
        desk.do("run", "--as-of", "2026-09-30")
    return folder


@pytest.fixture
def desk(two_months: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(copy_of(two_months, tmp_path), monkeypatch)


def rows(desk: Desk, *args: str, status: int = 0) -> list[dict[str, Any]]:
    """The JSON rows of a command."""
    result = desk.run(*args, "--format", "json")
    assert result.exit_code == status, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def line_of(desk: Desk, reference: str) -> str:
    desk.do("export", "matches", "-o", "m.jsonl", "--as-of", "2026-12-31")
    found = [json.loads(line) for line in (desk.folder / "m.jsonl").read_text(encoding="utf-8").splitlines()]
    return str(next(row["line_id"] for row in found if row["bank_reference"] == reference))


def counts(desk: Desk, *args: str, status: int = 0) -> dict[tuple[str, str], dict[str, int]]:
    """What backtest counts, without zeros, by rule and part."""
    found = rows(desk, "rules", "backtest", *args, status=status)
    return {(r["rule"], r["part"]): {k: v for k, v in r.items() if k not in ("rule", "part") and v} for r in found}


@pytest.mark.usefixtures("companies_once")
def test_a_rule_of_ones_own_from_the_first_draft_to_the_replay(desk: Desk) -> None:
    write(desk.folder, "rules.toml", OWN)
    assert "valid" in desk.do("rules", "check")
    tested = rows(desk, "rules", "test", "house-name")
    assert [row["result"] for row in tested] == ["as expected", "as expected"]
    (shown,) = rows(desk, "rules", "show", "house-name")
    assert (shown["mode"], shown["needs"]) == ("shadow", "payer_name, amount_unique")
    assert shown["conditions"].startswith("items: one open item of the customer, by its amount; ")

    desk.do("run", "--as-of", "2026-10-31")
    line = line_of(desk, "C")
    said = desk.do("explain", line)
    assert "matched, proposed" in said  # as if the rule did not exist
    assert "name-amount@4" in said
    assert "Shadow rule house-name@1 would have posted it (" in said
    assert "%): I4 318.45." in said

    desk.do("accept", line)
    before = desk.contents()
    assert counts(desk) == {
        ("named-full", "live"): {"same": 2},
        ("(a person)", "live"): {"by_hand": 1},
        ("house-name", "would post"): {"gained": 1},
    }
    trusted = write(desk.folder, "trusted.toml", 'trust = ["house-name"]\n' + OWN.replace('"shadow"', '"post"'))
    assert counts(desk, "--rules", str(trusted)) == {("named-full", "live"): {"same": 2}, ("house-name", "live"): {"gained": 1}}
    untrusted = write(desk.folder, "untrusted.toml", OWN.replace('"shadow"', '"post"'))
    assert counts(desk, "--rules", str(untrusted))["(a person)", "live"] == {"by_hand": 1}
    assert desk.contents() == before


def test_a_flip_is_listed_with_what_was_and_what_would_be(desk: Desk) -> None:
    line = line_of(desk, "A")
    desk.do("undo", line, "--reason", "paid for the second one")
    desk.do("allocate", line, "I3")
    before = desk.contents()
    september = ("--to", "2026-09")
    assert counts(desk, *september, status=codes.NEEDS_PERSON) == {("named-full", "live"): {"same": 1, "flipped": 1}}
    (flip,) = rows(desk, "rules", "backtest", "--lines", *september, status=codes.NEEDS_PERSON)
    assert (flip["change"], flip["amount"], flip["currency"], flip["rule_before"]) == ("flipped", "1190.00", "EUR", "anna")
    assert (flip["before"], flip["rule_now"], flip["now"]) == ("I3=1190.00", "named-full@3", "I1=1190.00")
    assert "Flipped" in desk.do("rules", "backtest", status=codes.NEEDS_PERSON)
    own = write(desk.folder, "careful.toml", '[mode]\nnamed-full = "propose"\n')
    assert counts(desk, "--rules", str(own), *september) == {
        ("named-full", "live"): {"lost": 1},
        ("(a person)", "live"): {"by_hand": 1},
    }
    assert {kind for found in counts(desk, "--from", "2026-10").values() for kind in found} == {"new"}
    assert desk.contents() == before


def test_a_month_is_replayed_on_what_was_open_then_whatever_the_erp_has_booked_since(desk: Desk) -> None:
    booked = [{**row, "status": "closed", "open_amount": "0.00"} if row["item_id"] in ("I1", "I2") else row for row in ITEMS + OTHERS]
    desk.do("import", "items", str(items_file(desk.folder, booked, "later.csv")))
    desk.do("run", "--as-of", "2026-10-31")
    assert counts(desk, "--to", "2026-09") == {("named-full", "live"): {"same": 2}}
    october = counts(desk, "--from", "2026-10")
    assert sum(sum(found.values()) for found in october.values()) == sum(found.get("same", 0) for found in october.values()) >= 1


def test_the_journal_says_by_which_rulebook_a_run_decided(desk: Desk) -> None:
    import duckdb

    write(desk.folder, "rules.toml", "[limits]\nfee = 40\n")
    desk.do("run", "--as-of", "2026-10-31")
    with duckdb.connect(str(desk.file), read_only=True) as connection:
        found = connection.execute("SELECT summary FROM log.batch WHERE command = 'run' ORDER BY batch").fetchall()
    first, second = (json.loads(row[0]) for row in found)
    assert first["rules"] == second["rules"]
    assert first["rulebook"] != second["rulebook"]


@pytest.mark.usefixtures("companies_once")
def test_a_changed_point_is_told_and_keeps_its_rules_from_posting(desk: Desk) -> None:
    write(desk.folder, "rules.toml", "[evidence]\nreference_whole = 30\n")
    found = rows(desk, "rules", "check")
    held = {row["rule"]: row["message"] for row in found if row["code"] == "rules.unmeasured"}
    assert held["named-full"] == "only proposes, since its confidence is not measured (evidence.reference_whole)"
    assert counts(desk, "--to", "2026-09") == {("named-full", "live"): {"lost": 2}}
    write(desk.folder, "rules.toml", "trust = true\n[evidence]\nreference_whole = 30\n")
    assert counts(desk, "--to", "2026-09") == {("named-full", "live"): {"same": 2}}


def test_without_books_the_shipped_rules_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from matcher.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MATCHER_BOOKS", raising=False)
    result = CliRunner().invoke(main, ["rules", "show", "--format", "csv"])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("place,rule,mode,title,confidence,conditions,")


def test_an_item_that_is_paid_over_two_months_has_in_each_what_was_open_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "matcher.toml", CONFIG + "[policy]\nprecision = 0.99\n")
    desk = Desk(tmp_path, monkeypatch)
    desk.do("init", ".")
    item = {"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00417", "amount": "1190.00"}
    parts = [
        {**ALSTER, "booking_date": "2026-09-21", "amount": "700.00", "remittance_information": "RE-2026-00417", "bank_reference": "A"},
        {**ALSTER, "booking_date": "2026-10-21", "amount": "490.00", "remittance_information": "RE-2026-00417", "bank_reference": "B"},
    ]
    desk.do("import", "customers", str(customers_file(tmp_path, CUSTOMERS)))
    desk.do("import", "items", str(items_file(tmp_path, [item])))
    desk.do("ingest", str(lines_file(tmp_path, parts)))
    desk.do("allocate", line_of(desk, "A"), "I1=700.00")
    desk.do("import", "items", str(items_file(tmp_path, [{**item, "open_amount": "490.00", "status": "part_paid"}], "october.csv")))
    desk.do("run")
    desk.do("import", "items", str(items_file(tmp_path, [{**item, "open_amount": "0.00", "status": "closed"}], "november.csv")))
    assert counts(desk, "--to", "2026-09") == {("named-part", "live"): {"gained": 1}}
    assert counts(desk, "--from", "2026-10") == {("named-full", "live"): {"same": 1}}


def test_books_without_lines_have_nothing_to_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "matcher.toml", CONFIG)
    desk = Desk(tmp_path, monkeypatch)
    desk.do("init", ".")
    assert counts(desk) == {}
    assert desk.run("rules", "backtest", "--from", "October").exit_code == codes.USAGE


def test_a_line_that_does_not_count_is_not_replayed(desk: Desk) -> None:
    again = {**SEPTEMBER[0], "amount": "773.50", "remittance_information": "RE-2026-00431"}  # the bank's reference, another amount
    told = desk.run("ingest", str(lines_file(desk.folder, [again], "again.csv")))
    assert "conflict" in told.output
    assert counts(desk, "--to", "2026-09") == {("named-full", "live"): {"same": 2}}
