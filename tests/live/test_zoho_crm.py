"""Zoho CRM by calls: documents of several records, and how customers stand."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from live.desk import Desk, once
from live.stub import Call, Said, Trouble
from live.zoho_crm_stub import ZohoCrm
from matcher.pipeline.actions.requests import AllocationRequest


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    system = ZohoCrm()
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


def test_of_a_document_that_is_there_in_part_the_rest_is_written(desk: Desk) -> None:
    asked = [AllocationRequest("INV-1", "40.00"), AllocationRequest("INV-2", "50.00")]
    desk.books.allocate(desk.lines["R1"], asked)
    desk.system.trouble = once(Trouble.NONE, Trouble.REJECT)
    assert "1 unknown." in desk.push(status=1)
    assert "its first step is booked, and then: INVALID_DATA" in desk.do("outbox", "-O", "json")
    desk.push()
    assert desk.states() == {"R1": "accepted"}
    assert [len(call.body["data"]) for call in desk.writes()] == [1, 1, 1, 1]
    assert desk.system.outstanding() == {"INV-1": 60_00, "INV-2": 50_00, "INV-3": 100_00, "INV-4": 100_00}
    assert desk.system.on_account() == 10_00


def test_how_customers_stand_is_told_again_and_again_under_the_same_keys(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    assert "1 row. Dry run: nothing is sent." in desk.do("push", "customers", "--target", "zoho-crm", "--dry-run")
    assert desk.writes() == []
    desk.system.trouble = once(Trouble.LOSE, Trouble.ERROR, Trouble.LIMIT)
    assert "1 row told of 2026-" in desk.do("push", "customers", "--target", "zoho-crm")
    (before,) = desk.system.modules["Customer_Standings"].values()
    assert (before["Customer_ID"], before["Open_Amount"], before["Last_Payment_Amount"]) == ("C1", 300, 100)
    desk.pay("R2", "INV-2")
    desk.do("push", "customers", "--target", "zoho-crm")
    (after,) = desk.system.modules["Customer_Standings"].values()
    assert (after["id"], after["External_ID"]) == (before["id"], before["External_ID"])
    assert after["Open_Amount"] == 200
    assert "Nothing was sent." not in desk.push(), "documents are another thing"


def test_the_file_of_how_customers_stand_has_the_same_rows(desk: Desk) -> None:
    path = desk.folder / "customers.json"
    desk.do("export", "customers", "--target", "zoho-crm", "-o", str(path))
    desk.do("push", "customers", "--target", "zoho-crm")
    (call,) = desk.writes()
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(call.body, default=float))


def test_a_customer_that_is_not_taken_is_named_with_the_words(desk: Desk) -> None:
    desk.system.refuses = {"C1"}
    said = desk.do("push", "customers", "--target", "zoho-crm", status=1)
    assert "INVALID_DATA invalid data Customer_ID" in " ".join(said.split())
    assert "0 rows told" in said


def test_a_call_that_is_refused_as_a_whole_refuses_all_of_its_customers(desk: Desk) -> None:
    answer = desk.system.answer

    def refuses(call: Call) -> Said:
        told = {"code": "INVALID_MODULE", "message": "the module name given seems to be invalid", "status": "error"}
        return Said(400, told) if call.path.endswith("/upsert") else answer(call)

    desk.system.answer = refuses
    assert "INVALID_MODULE" in desk.do("push", "customers", "--target", "zoho-crm", "-O", "json", status=1)


def test_options_of_documents_do_not_go_with_customers(desk: Desk) -> None:
    assert "usage.option" in desk.do("push", "customers", "--target", "zoho-crm", "--all", status=2)
    assert "usage.option" in desk.do("pull", "items", "--target", "zoho-crm", status=2)


def test_a_system_that_shows_no_customers_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"):
        monkeypatch.setenv(f"MATCHER_ZOHO_BOOKS_{word}", "text")
    toml = desk.books.directory / "matcher.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + '[target.zoho-books.api]\norganization = "1"\n', encoding="utf-8")
    assert "target.no_form" in desk.do("push", "customers", "--target", "zoho-books", status=3)
