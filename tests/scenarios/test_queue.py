"""The queue on the command line: what is proposed on two lines a receipt, and one decision for many."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import steady
from support import Row, filled
from teller import Teller

CUSTOMERS: list[Row] = [
    {"customer_id": "100004", "name": "Hoffmann Rohrbau GmbH"},
    {"customer_id": "100012", "name": "Hotel Seeblick GmbH", "account": "DE75512108001245126199"},
    {"customer_id": "200001", "name": "昆山裕丰印染有限公司"},
]
ITEMS: list[Row] = [
    {"item_id": "1", "customer_id": "100004", "document_no": "RG4101/26", "amount": "1190.00"},
    {"item_id": "2", "customer_id": "100004", "document_no": "RG4102/26", "amount": "310.40"},
    {"item_id": "3", "customer_id": "100012", "document_no": "RG4103/26", "amount": "640.00"},
    {"item_id": "4", "customer_id": "100012", "document_no": "RG4104/26", "amount": "640.00", "due_date": "2026-10-20"},
    {"item_id": "5", "customer_id": "200001", "document_no": "RG4105/26", "amount": "28730.00"},
]
SEEBLICK: Row = {"counterparty_name": "Hotel Seeblick GmbH", "counterparty_account": "DE75512108001245126199"}
LINES: list[Row] = [
    {
        "bank_reference": "B1",
        "amount": "1165.00",
        "counterparty_name": "Hoffmann Rohrbau",
        "remittance_information": "RG4101/26 abzgl. Gebuehr",
    },
    {"bank_reference": "B2", "amount": "640.00", "remittance_information": "Zimmer", **SEEBLICK},
    {"bank_reference": "B3", "amount": "28730.00", "counterparty_name": "昆山裕丰印染有限公司", "remittance_information": "货款"},
    {"bank_reference": "B4", "amount": "500.00", "counterparty_name": "Hotel Seeblick, Anzahlung", "booking_date": "2026-09-01"},
    {"bank_reference": "B5", "amount": "12.00", "counterparty_name": "Kiosk"},
]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    steady.install(monkeypatch)
    made = Teller(filled(tmp_path, items=ITEMS, customers=CUSTOMERS, lines=LINES), monkeypatch)
    monkeypatch.setenv("COLUMNS", "80")
    made.do("run")
    return made


def _numbers(desk: Teller, *args: str) -> dict[str, int]:
    """Numbers of the lines that a queue shows, by bank reference."""
    lines = {row["line_id"]: row["bank_reference"] for row in desk.rows("matches")}
    desk.do("queue", *args)
    return {lines[row["line_id"]]: n for n, row in enumerate(desk.told("queue", *args), 1)}


def _state(desk: Teller, reference: str) -> set[tuple[str, str]]:
    return {(row["state"], row["document_no"]) for row in desk.rows("matches") if row["bank_reference"] == reference}


def test_a_receipt_has_two_lines_what_the_bank_said_and_what_is_proposed(desk: Teller) -> None:
    shown = desk.do("queue", "--as-of", "2026-10-31").splitlines()
    assert shown[0] == "31 Oct 2026: 5 receipts wait, 31,047.00 EUR. 0 of 5 receipts are posted (0 %)."
    first = next(n for n, line in enumerate(shown) if "昆山裕丰" in line)
    assert shown[first].lstrip().startswith("1  15 Oct  28,730.00 EUR  昆山裕丰印染有限公司")
    assert shown[first + 1].strip() == "-> 200001 昆山裕丰印染有限公司  RG4105/26  exact  due 01 Oct, 14 days late"
    (fee,) = (n for n, line in enumerate(shown) if "1,165.00 EUR" in line)
    assert shown[fee + 1].strip().startswith("-> 100004 Hoffmann Rohrbau GmbH  RG4101/26  25.00 ")
    assert any(line.startswith("Post proposals:   matcher accept ") for line in shown)


def test_numbers_of_the_queue_name_lines_until_it_is_looked_at_again(desk: Teller) -> None:
    numbers = _numbers(desk)
    said = desk.do("accept", f"{numbers['B3']}", "--reason", "checked")
    assert "for 200001; RG4105/26 28730.00 EUR" in said
    assert "4 receipts still wait." in said
    assert _state(desk, "B3") == {("posted", "RG4105/26")}
    # another person has looked at nothing
    assert desk.do("accept", "@1", status=2, actor="ben").startswith("line.unknown: no queue was shown to you yet")
    assert "no number 6" in desk.do("accept", "1-9", status=2)
    assert "is no range" in desk.do("accept", "5-2", status=2)
    assert "named twice" in desk.do("accept", "1,1", status=2)


def test_a_number_after_an_empty_queue_begins_no_id(desk: Teller) -> None:
    ids = {row["line_id"][:length] for row in desk.told("queue") for length in range(1, 6)}
    number = next(text for text in sorted(ids) if text.isdecimal() and text[0] != "0")
    assert "0 receipts wait" in desk.do("queue", "--search", "nobody")
    said = desk.do("accept", number, status=2)
    assert said.startswith(f"line.unknown: your latest queue shows 0 lines, and no number {number}")


def test_a_list_is_taken_apart_once_for_a_whole_range(desk: Teller) -> None:
    from matcher.pipeline import listed

    _numbers(desk)
    taken_apart: list[str] = []

    def loads(text: str) -> object:
        taken_apart.append(text)
        return json.loads(text)

    desk.monkeypatch.setattr(listed, "json", SimpleNamespace(loads=loads, dumps=json.dumps))
    desk.do("accept", "1-3", "--dry-run")
    assert len(taken_apart) <= 1


def test_a_form_without_numbers_leaves_those_on_the_screen(desk: Teller) -> None:
    numbers = _numbers(desk)
    for form in ("json", "csv"):
        desk.do("queue", "--sort", "date", "--limit", "2", "-O", form)
    assert "for 200001; RG4105/26 28730.00 EUR" in desk.do("accept", f"{numbers['B3']}", "--dry-run")


def test_what_was_shown_is_what_is_posted(desk: Teller) -> None:
    numbers = _numbers(desk)
    desk.do("reject", "ref:B1", "--reason", "no fee was agreed", actor="ben")
    said = desk.do("accept", f"{numbers['B1']}", status=4)
    assert said.startswith("decision.changed: line ")
    assert _state(desk, "B1") == {("none", "")}


def test_filters_pick_and_a_value_that_does_not_exist_is_refused(desk: Teller) -> None:
    def found(*args: str) -> set[str]:
        return set(_numbers(desk, *args))

    assert found() == {"B1", "B2", "B3", "B4", "B5"}
    assert found("--customer", "100004") == {"B1"}
    assert found("--min-amount", "640.00", "--max-amount", "1165") == {"B1", "B2"}
    assert found("--search", "seeblick") == {"B2", "B4"}
    assert found("--search", "裕丰") == {"B3"}
    assert found("--older-than", "40", "--as-of", "2026-10-31") == {"B4"}
    assert found("--account", "giro", "--entity", "1") == {"B1", "B2", "B3", "B4", "B5"}
    assert found("--min-confidence", "99.99") == set()
    desk.do("assign", "ref:B5", "--owner", "tom")
    assert found("--owner", "tom") == {"B5"}
    desk.do("hold", "--search", "kiosk", "--until", "2026-12-24")
    assert found("--held") == {"B5"}
    assert "B5" not in found()
    assert [row["amount"] for row in desk.told("queue", "--sort", "amount")] == ["28730.00", "1165.00", "640.00", "500.00"]
    for option, value, told in (
        ("--outcome", "dublicate", "Did you mean duplicate?"),
        ("--account", "FOO", "There are: giro, service."),
        ("--entity", "9", "There are: 1, 2."),
        ("--owner", "tim", "Did you mean tom?"), ("--rule", "named-ful", "Did you mean named-full?"),
    ):  # fmt: skip
        said = desk.do("queue", option, value, status=2)
        assert said.startswith(f"usage.option: there is no {option[2:]} '{value}'. ")
        assert told in said
    assert desk.do("queue", "--customer", "10000", status=2).startswith("customer.unknown")


def test_a_piece_of_a_number_names_no_customer(desk: Teller) -> None:
    for command in (("queue",), ("accept",), ("on-account", "ref:B4"), ("items",)):
        said = desk.do(*command, "--customer", "0012", status=2)
        assert said.startswith("customer.unknown: there is no customer '0012'"), said


def test_many_at_once_and_all_of_it_back(desk: Teller) -> None:
    before = desk.text("aging")
    shown = desk.do("accept", "--min-amount", "600", "--except", "ref:B2", "--dry-run")
    assert "RG4105/26" in shown
    assert desk.text("aging") == before
    said = desk.do("accept", "--min-amount", "600", "--except", "ref:B2", "--reason", "checked")
    assert "2 decisions; all of them back: matcher undo --run last." in said
    assert (_state(desk, "B1"), _state(desk, "B2") == {("posted", "RG4103/26")}) == ({("posted", "RG4101/26")}, False)
    assert "2 postings taken back" in desk.do("undo", "--run", "last", "--reason", "not yet")
    assert desk.text("aging") == before
    assert "name lines, or pick them by filters, not both" in desk.do("accept", "1", "--customer", "100004", status=2)
    assert "name a line, or pick lines by a filter" in desk.do("accept", status=2)
    assert "No receipt with a proposal fits" in desk.do("accept", "--customer", "100012", "--min-confidence", "100")


def test_what_waits_for_approval_is_not_said_to_be_taken_back_with_a_run(desk: Teller) -> None:
    config = desk.folder / "books" / "matcher.toml"
    config.write_text(config.read_text("utf-8") + "[policy]\nfour_eyes_above = 600\n", encoding="utf-8")
    said = desk.do("accept", "--min-amount", "600")
    assert "3 of 3 decisions wait for approval: matcher queue --to-approve." in said
    assert "undo --run" not in said


def test_what_changes_while_a_person_is_asked_is_not_posted(desk: Teller) -> None:
    terminal = SimpleNamespace(isatty=lambda: True)
    desk.monkeypatch.setattr("matcher.cli.decide.sys", SimpleNamespace(stdin=terminal, stdout=terminal))

    def said_yes_after_lunch(*_: object, **__: object) -> bool:
        desk.do("reject", "ref:B1", "--reason", "no fee was agreed", actor="ben")
        desk.do("run", actor="ben")
        return True

    desk.monkeypatch.setattr("click.confirm", said_yes_after_lunch)
    said = desk.do("accept", "--min-amount", "600", status=4)
    assert "decision.changed: other proposals wait by now than those that you were shown" in said
    assert _state(desk, "B3") == {("proposed", "RG4105/26")}
    desk.monkeypatch.setattr("click.confirm", lambda *_, **__: True)
    assert "2 decisions; all of them back" in desk.do("accept", "--min-amount", "600")


def test_a_choice_is_taken_by_its_number(desk: Teller) -> None:
    told = desk.told("explain", "ref:B2")[0]["choices"]
    assert [[item["document_no"] for item in one["items"]] for one in told][:2] == [["RG4103/26"], ["RG4104/26"]]
    desk.do("accept", "ref:B2", "--choice", "2", "--reason", "by phone")
    assert _state(desk, "B2") == {("posted", "RG4104/26")}
    # the customer of a line without proposal is found by a part of his name
    told = desk.told("explain", "ref:B4")[0]["choices"]
    assert {one["customer_id"] for one in told} == {"100012"}
    (account,) = (one["choice"] for one in told if not one["items"])
    said = desk.do("accept", "ref:B4", "--choice", str(account))
    assert "Put on account" in said
    assert desk.open()["B4"] == "-500.00"
    assert "has 0 choices, and no number 1" in desk.do("accept", "ref:B5", "--choice", "1", status=2)
    assert "one line at a time" in desk.do("accept", "ref:B1", "ref:B3", "--choice", "1", status=2)


def test_a_choice_that_is_another_one_by_now_is_refused(desk: Teller) -> None:
    desk.do("explain", "ref:B2")
    desk.do("write-off", "RG4104/26=1.00", "--reason", "rounding", actor="ben")
    assert desk.do("accept", "ref:B2", "--choice", "2", status=4).startswith("decision.changed: ")
    assert _state(desk, "B2") == {("proposed", "RG4103/26")}


def test_choices_are_those_that_were_shown_though_others_were_looked_at_since(desk: Teller) -> None:
    for line in ("ref:B2", "ref:B4", "ref:B5"):
        desk.do("explain", line)
    desk.do("write-off", "RG4104/26=1.00", "--reason", "rounding", actor="ben")
    assert desk.do("accept", "ref:B2", "--choice", "2", status=4).startswith("decision.changed: ")
    assert _state(desk, "B2") == {("proposed", "RG4103/26")}
    desk.do("explain", "ref:B2")
    assert "Put on account" in desk.do("accept", "ref:B2", "--choice", "2")


def test_groups_say_how_many_and_how_much(desk: Teller) -> None:
    shown = desk.do("queue", "--group", "customer").splitlines()
    assert "100004 Hoffmann Rohrbau GmbH: 1, 1,165.00 EUR (1)" in shown
    assert any(line.startswith("no customer known: ") for line in shown)


def test_no_line_of_the_queue_is_wider_than_the_page(desk: Teller) -> None:
    from rich.cells import cell_len

    for columns in (80, 100, 130):
        desk.monkeypatch.setenv("COLUMNS", str(columns))
        assert max(cell_len(line) for line in desk.do("queue").splitlines()) <= columns
