"""The journal is told as a story: when, who, what in words, and why."""

from pathlib import Path

import pytest
from support import Row, filled, items_file
from teller import Teller

CUSTOMERS: list[Row] = [{"customer_id": "C1", "name": "Blue Ridge Water Inc."}, {"customer_id": "C2", "name": "Ostwerft KG"}]
ITEMS: list[Row] = [
    {"item_id": "A1", "customer_id": "C1", "document_no": "RG4085/26", "amount": "640.00"},
    {"item_id": "A2", "customer_id": "C1", "document_no": "RG4099/26", "amount": "75.00"},
    {"item_id": "A3", "customer_id": "C2", "document_no": "RG4100/26", "amount": "30.00"},
]
LINES: list[Row] = [
    {"bank_reference": "ZV 1", "amount": "640.00", "counterparty_name": "BLUE RIDGE WATER", "remittance_information": "RG4085/26 secret"},
    {
        "bank_reference": "ZV 2",
        "amount": "100.00",
        "counterparty_name": "Ewald Pfannkuch",
        "counterparty_account": "DE77500700100999888777",
    },
    {"bank_reference": "ZV 3", "amount": "7.00", "counterparty_name": "Bank"},
]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    made = Teller(filled(tmp_path, items=ITEMS, customers=CUSTOMERS, lines=LINES), monkeypatch)
    made.do("run", actor="ben")
    return made


def _said(desk: Teller, *args: str) -> list[tuple[str, str, str]]:
    return [(row["actor"], row["said"], row["reason"]) for row in desk.told("log", *args)]


def test_an_item_is_told_from_its_import_to_its_closing(desk: Teller) -> None:
    rule = desk.told("explain", "ref:ZV 1")[0]["chosen"]["rule"]
    posted = f"posted 640.00 EUR of Blue Ridge Water Inc. on RG4085/26 by rule {rule} with 99.9 %"
    first = [("ada", "imported RG4085/26: 640.00 EUR, 640.00 EUR open", ""), ("engine", posted, "")]
    assert _said(desk, "rg 4085 26") == _said(desk, "A1") == first
    entry = desk.told("log", "A1")[1]
    assert (entry["run"], entry["run_by"], entry["amount"], entry["items"]) == (1, "ben", "640.00", ["A1"])
    assert "engine (run 1, by ben)" in desk.do("log", "A1")
    desk.do("undo", "--run", "1", "--reason", "wrong list")
    again = (
        "ada",
        "took back: posted 640.00 EUR of Blue Ridge Water Inc. on RG4085/26, by the engine (run by ben), with run 1",
        "wrong list",
    )
    assert _said(desk, "A1") == [*first, again]
    desk.do("reject", "ref:ZV 1", "--reason", "ask first")
    desk.do("allocate", "ref:ZV 1", "A1=600.00+40.00:discount", actor="eva")
    desk.do("import", "items", str(items_file(desk.folder, [{**ITEMS[0], "status": "closed"}, *ITEMS[1:]], "later.csv")))
    assert _said(desk, "A1")[3:] == [
        ("ada", "refused RG4085/26 for 640.00 EUR of BLUE RIDGE WATER", "ask first"),
        ("eva", "put 600.00 EUR of Blue Ridge Water Inc. on RG4085/26 600.00 EUR and 40.00 EUR cleared as discount", ""),
        ("ada", "RG4085/26 closed by the ERP", ""),
    ]


def test_a_line_is_told_from_its_coming_and_nothing_of_its_text(desk: Teller) -> None:
    desk.do("on-account", "ref:ZV 2", "--customer", "C1", "--reason", "deposit")
    line = desk.told("log", "ref:ZV 2")[0]["line_id"]
    desk.do("set-off", f"U-{line}", "A2")
    desk.do("export", "receipts", "-o", str(desk.folder / "out.jsonl"))
    story = _said(desk, f"U-{line[:8]}")
    assert [said for _, said, _ in story[:3]] == [
        "100.00 EUR of Ewald Pfannkuch came in with lines.csv",
        "put what is left of 100.00 EUR of Blue Ridge Water Inc. on account",
        "set off 75.00 EUR of Blue Ridge Water Inc. against RG4099/26",
    ]
    assert {said.split()[0] for _, said, _ in story[3:]} == {"sent"}
    assert _said(desk, line) == story
    assert [row["kind"] for row in desk.told("log", "RG4099/26")] == ["changed", "set_off", "export"]
    assert "secret" not in desk.do("log") + desk.do("log", "ref:ZV 1", "--format", "json")


def test_all_that_was_done_is_told_once_with_who_and_why(desk: Teller) -> None:
    desk.do("classify", "ref:ZV 3", "--as", "fee", "--gl", "4970", "--reason", "bank fee")
    desk.do("note", "ref:ZV 2", "calls back")
    desk.do("hold", "ref:ZV 2", "--until", "2026-12-15", "--owner", "eva")
    desk.do("write-off", "A3", "--reason", "rounding")
    desk.do("allocate", "ref:ZV 2", "A2")
    desk.do("learned", "revoke", "DE77500700100999888777", "--customer", "C1", "--reason", "a factor")
    desk.do("close", "2026-09", "--force", "--reason", "audit")
    desk.do("reopen", "2026-09", "--reason", "a late document")
    told = _said(desk)
    assert told[:3] == [
        ("ada", "imported items from items.csv: 3 rows, 3 new, 0 changed, 0 closed; list of 2026-11-01", ""),
        ("ada", "imported customers from customers.csv: 2 rows, 2 new, 0 changed", ""),
        ("ada", "took in lines.csv: 3 new lines", ""),
    ]
    assert told[3] == ("ben", "run 1: 1 posted, 2 left", "")
    assert told[5:] == [
        ("ada", "classified 7.00 EUR of Bank as fee, ledger account 4970", "bank fee"),
        ("ada", "noted on 100.00 EUR of Ewald Pfannkuch", "calls back"),
        ("ada", "set 100.00 EUR of Ewald Pfannkuch aside until 2026-12-15, owner eva", ""),
        ("ada", "wrote off RG4100/26 30.00 EUR cleared as rounding", "rounding"),
        ("ada", "put 75.00 EUR of Blue Ridge Water Inc. on RG4099/26", ""),
        ("ada", "revoked the account DE77500700100999888777 of C1 Blue Ridge Water Inc.", "a factor"),
        ("ada", "closed 2026-09", "audit"),
        ("ada", "opened 2026-09 again", "a late document"),
    ]
    assert _said(desk, "--limit", "2") == told[-2:]
    assert "The latest 2 are shown; --limit shows more." in desk.do("log", "--limit", "2")
    assert _said(desk, "--actor", "ben") == told[3:4]
    assert _said(desk, "--actor", "engine") == told[4:5]
    assert _said(desk, "--since", "2026-11-02") == []
    assert _said(desk, "--since", "2026-11-01") == told


def test_a_decision_and_a_customer_have_their_story(desk: Teller) -> None:
    (made,) = desk.told("allocate", "ref:ZV 2", "A3")
    desk.do("undo", made["decision_id"], "--reason", "another one")
    assert [said.split()[0] for _, said, _ in _said(desk, made["decision_id"][:9])] == ["put", "took"]
    assert [said for _, said, _ in _said(desk, "--customer", "ostwerft")] == [
        "imported RG4100/26: 30.00 EUR, 30.00 EUR open",
        "customer Ostwerft KG imported",
        "put 30.00 EUR of Ostwerft KG on RG4100/26",
        "took back: put 30.00 EUR of Ostwerft KG on RG4100/26, by ada",
    ]
    assert "usage.option" in desk.do("log", "A3", "--customer", "C2", status=2)
    assert "item.unknown" in desk.do("log", "RG9999", status=2)
