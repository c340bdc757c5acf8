"""Yonyou YonBIP by calls: what is its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import items_file, lines_file

from live.desk import Desk, once
from live.stub import Call, Said, Trouble
from live.yonyou_bip_stub import Line, YonyouBip
from matcher.pipeline.actions.requests import AllocationRequest


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    system = YonyouBip()
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


def _operations(desk: Desk) -> list[str]:
    return [call.path.rpartition("/")[2] for call in desk.writes()]


def test_a_receipt_is_saved_under_its_external_id_and_says_what_it_settles(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    assert "1 accepted." in desk.push()
    assert _operations(desk) == ["saveandsubmit", "regClue"]
    saved, clue = desk.writes()
    (bill,) = desk.system.bills.values()
    assert saved.body["data"]["resubmitCheckKey"] == bill.external
    assert clue.body[0]["businessId"] == f"{bill.external}-1"
    assert clue.body[0]["srcBill"]["issueNo"] == 1
    assert bill.code in desk.do("outbox", "--state", "accepted", "-O", "json")


def test_a_settlement_that_is_refused_leaves_the_receipt_in_doubt_and_is_gone_on_with(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    (item,) = desk.system.receivables["INV-1"]
    item.left = 99_99
    assert "1 unknown." in desk.push(status=1)
    assert "核销金额大于未核销余额" in desk.do("outbox", "--state", "unknown", "-O", "json")
    item.left = 100_00
    assert "1 accepted." in desk.push()
    assert _operations(desk) == ["saveandsubmit", "regClue", "regClue"]
    assert item.left == 0


def test_a_settlement_that_was_registered_twice_is_seen_by_what_is_left_of_the_line(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    answer = desk.system.answer

    def forgets(call: Call) -> Said:
        said = answer(call)
        return Said(200, {"code": "200", "message": "", "data": {}}) if call.path.endswith("/regClue") else said

    desk.system.answer = forgets
    assert "1 accepted." in desk.push()
    assert _operations(desk) == ["saveandsubmit", "regClue"]
    assert desk.system.outstanding()["INV-1"] == 0


def test_without_submitting_a_receipt_waits_there_and_its_clue_with_it(desk: Desk) -> None:
    config = desk.books.directory / "matcher.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("submit = true", "submit = false"), encoding="utf-8")
    desk.pay("R1", "INV-1")
    assert "1 accepted." in desk.push()
    assert _operations(desk) == ["save", "regClue"]
    assert len(desk.system.clues) == 1
    assert desk.system.outstanding()["INV-1"] == 100_00


def test_instalments_are_named_by_what_was_pulled(desk: Desk) -> None:
    (first,) = desk.system.receivables["INV-1"]
    desk.system.receivables["INV-1"].append(Line(first.bill, f"{first.id}9", "INV-1", "C1", 100_00, 100_00))
    desk.do("pull", "items", "--target", desk.target)
    items = dict(desk.books.state().items.select("item_id", "document_no").iter_rows())
    (second,) = (key for key, number in items.items() if number == "INV-1" and key.endswith("9/2"))
    desk.pay("R1", second)
    assert "1 accepted." in desk.push()
    assert [one.left for one in desk.system.receivables["INV-1"]] == [100_00, 0]


def test_a_document_of_several_instalments_that_no_pull_has_named_is_refused_in_words(desk: Desk) -> None:
    (first,) = desk.system.receivables["INV-1"]
    rows = [{"item_id": "A1", "customer_id": "C1", "document_no": "INV-1", "amount": "100.00"}]
    desk.books.import_files("items", [items_file(desk.folder, rows)], allow_closing=True)
    desk.system.receivables["INV-1"].append(Line(first.bill, f"{first.id}9", "INV-1", "C1", 100_00, 100_00))
    desk.pay("R1", "A1")
    assert "1 unknown." in desk.push(status=1)
    assert "INV-1 has 2 instalments there" in desk.do("outbox", "--state", "unknown", "-O", "json")
    desk.system.receivables["INV-1"].pop()
    assert "1 accepted." in desk.push()


def test_money_that_is_paid_back_settles_what_its_receipt_left_on_account(desk: Desk) -> None:
    rows = [{"amount": "-100.00", "bank_reference": "R9", "booking_date": "2026-10-17"}]
    desk.books.ingest([lines_file(desk.folder, rows, "back.csv")])
    desk.lines = dict(desk.books.state().lines.select("bank_reference", "line_id").iter_rows())
    desk.books.on_account([desk.lines["R1"]], "C1")
    desk.push()
    desk.books.refund(desk.lines["R9"], [AllocationRequest(f"U-{desk.lines['R1']}")])
    desk.system.trouble = once(Trouble.LOSE, Trouble.LOSE)
    assert "1 accepted." in desk.push()
    assert [clue["verifyType"] for call in desk.writes() if "regClue" in call.path for clue in call.body] == ["14"]
    assert desk.system.bank() == 0
    assert desk.system.on_account() == 0


def test_money_on_account_is_not_applied_by_calls(desk: Desk) -> None:
    desk.books.on_account([desk.lines["R1"]], "C1")
    desk.push()
    desk.pay("R1", "INV-1")
    assert "do that there, in 核销" in " ".join(desk.push(status=3).split())


def test_a_closed_period_is_a_rejection(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.closed_until = "2099-12-31"
    assert "1 rejected." in desk.push(status=1)
    assert "当前会计期间已经结账" in desk.do("outbox", "--state", "rejected", "-O", "json")


def test_a_list_that_was_not_narrowed_says_nothing_of_a_document(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.push()
    desk.pay("R2", "INV-2")
    answer = desk.system.answer

    def widened(call: Call) -> Said:
        if call.path.endswith("/collection/list"):
            call.body["extVouchCode"] = next(iter(desk.system.bills.values())).external
        return answer(call)

    desk.system.answer = widened
    desk.system.trouble = once(Trouble.LOSE_BEFORE)
    assert "1 unknown." in desk.push(status=1)
    assert "other documents than the one that it was asked for" in desk.do("outbox", "--state", "unknown", "-O", "json")


def test_open_items_are_instalments_and_what_comes_as_one_row_is_a_list(desk: Desk) -> None:
    answer = desk.system.answer
    for name in ("INV-2", "INV-3", "INV-4"):
        desk.system.receivables[name][0].left = 0

    def alone(call: Call) -> Said:
        said = answer(call)
        if call.path.endswith("/arPublicEvent/list"):
            said.body["data"]["recordList"] = said.body["data"]["recordList"][0]
        return said

    desk.system.answer = alone
    desk.do("pull", "items", "--target", desk.target, "--allow-closing")
    (item,) = desk.books.state().items.filter(desk.books.state().items["status"] != "closed").iter_rows(named=True)
    (line,) = desk.system.receivables["INV-1"]
    assert item["item_id"] == f"{line.bill}/{line.id}/1"
    assert (str(item["due_date"]), item["currency"], item["open_amount"]) == ("2026-10-01", "EUR", 100_00)


def test_a_list_that_does_not_say_how_many_pages_it_has_is_read_to_a_page_that_is_not_full(desk: Desk) -> None:
    for number in range(10):
        desk.system.invoice(f"NEW-{number}", "C1", 10_00)
    answer = desk.system.answer

    def silent(call: Call) -> Said:
        said = answer(call)
        if call.path.endswith("/arPublicEvent/list"):
            del said.body["data"]["pageCount"]
        return said

    desk.system.answer = silent
    desk.do("pull", "items", "--target", desk.target)
    assert len(desk.books.state().items) == 14


def test_customers_come_by_their_ids_with_their_codes_and_stopped_ones_do_not(desk: Desk) -> None:
    assert list(desk.books.state().customers.select("customer_id", "customer_no", "name").iter_rows()) == [("C1", "K-C1", "C1 GmbH")]
