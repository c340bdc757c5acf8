"""Fxiaoke by calls: payments with details, what is void there, and codes with status 200."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from live.desk import Desk, always, once
from live.fxiaoke_stub import Fxiaoke, Payment
from live.stub import Call, Said, Trouble


@pytest.fixture(params=[False, True])
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Desk]:
    system = Fxiaoke()
    system.shows_void = request.param
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


def test_what_was_made_void_by_hand_is_taken_back_without_a_call(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.push()
    desk.system.payments[0].life_status = "invalid"
    desk.books.undo(desk.lines["R1"])
    assert "1 accepted." in desk.push()
    assert [call.path.rpartition("/")[2] for call in desk.writes()] == ["create"]


def test_a_payment_that_was_void_before_its_answer_came_is_rejected_and_not_booked_again(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.trouble = once(Trouble.LOSE)
    answer = desk.system.answer

    def voids(call: Call) -> Said:
        for one in desk.system.payments:
            one.life_status = "invalid"
        return answer(call)

    desk.system.answer = voids
    assert "1 rejected." in desk.push(status=1)
    assert "it is void there" in desk.do("outbox", "--state", "rejected", "-O", "json")
    assert len(desk.system.ids()) == 1


def test_a_payment_that_is_gone_is_not_thought_to_be_void(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.push()
    desk.system.payments.clear()
    desk.books.undo(desk.lines["R1"])
    desk.push(status=1)
    assert "is not there" in desk.do("outbox", "--state", "unknown", "-O", "json")


def test_one_that_is_refused_because_it_is_there_already_is_accepted(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    key: list[str] = []

    def arrives(call: Call) -> Trouble:
        if call.path.endswith("/create") and not key:
            key.append(call.body["data"]["object_data"]["field_a1B2c__c"])
            desk.system.payments.append(Payment("f" * 24, key[0], {"INV-1": 100_00}, {"INV-1": 0}))
        return Trouble.NONE

    desk.system.trouble = arrives
    assert "1 accepted." in desk.push()
    assert "f" * 24 in desk.do("outbox", "--state", "accepted", "-O", "json")


def test_a_field_that_finds_any_payment_is_not_trusted(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.payments.append(Payment("f" * 24, "of somebody else"))
    desk.system.trouble = once(Trouble.LOSE)
    desk.system._fits = lambda row, test: True
    desk.push(status=1)
    assert "payments are not found by the field field_a1B2c__c" in desk.do("outbox", "-O", "json")


def test_the_calls_of_a_day_that_are_used_up_end_the_push_at_once(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    answer = desk.system.answer
    desk.system.answer = lambda call: (
        Said(200, {"errorCode": 30002, "errorMessage": "当天访问频次超限"}) if call.path.endswith("/create") else answer(call)
    )
    assert "api.limited" in desk.push(status=5)
    assert desk.pauses == []
    assert desk.states() == {"R1": "new"}


def test_orders_are_open_items_and_pay_by_their_ids(desk: Desk) -> None:
    items = desk.books.state().items
    assert set(items["issue_date"].cast(pl.String)) == {"2026-09-01"}
    desk.pay("R1", "INV-1")
    desk.push()
    (call,) = desk.writes()
    details = call.body["data"]["details"]["OrderPaymentObj"]
    assert [one["order_id"] for one in details] == ["INV-1"]
    assert (call.body["currentOpenUserId"], call.body["corpId"]) == ("FSUID_1", "FSCID_1")


def test_a_list_without_a_count_is_none(desk: Desk) -> None:
    answer, head = desk.system.answer, desk.books.head()

    def uncounted(call: Call) -> Said:
        said = answer(call)
        said.body.get("data", {}).pop("total", None)
        return said

    desk.system.answer = uncounted
    assert "pull.page" in desk.do("pull", "--target", "fxiaoke", status=3)
    assert desk.books.head() == head


def test_a_wrong_permanent_code_is_told_with_its_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.pay("R1", "INV-1")
    monkeypatch.setenv("MATCHER_FXIAOKE_PERMANENT_CODE", "another-code")
    desk.system.trouble = always(Trouble.NONE)
    said = desk.push(status=2)
    assert "api.denied" in said
    assert "20015" in said
    assert "another-code" not in said
