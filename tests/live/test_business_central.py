"""Business Central by calls: what is its own."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from live.business_central_stub import COMPANY, JOURNAL, BusinessCentral
from live.desk import Desk, always, once
from live.stub import Call, Said, Trouble
from matcher.errors import MatcherError
from matcher.exports.erp.targets.business_central import Settings
from matcher.exports.erp.targets.business_central_live import LIVE, Connected
from matcher.pipeline.actions.requests import AllocationRequest


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    system = BusinessCentral()
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


def test_a_receipt_is_one_transaction_with_a_line_for_what_is_cleared(desk: Desk) -> None:
    desk.books.allocate(desk.lines["R1"], [AllocationRequest("INV-1", "98.00", "2.00", "discount")])
    desk.push()
    (call,) = desk.writes()
    assert [one["url"].rpartition("/")[2] for one in call.body["requests"]] == ["customerPayments", "customerPayments", "journalLines",
                                                                               "Microsoft.NAV.post"]  # fmt: skip
    assert [one["body"].get("amount") for one in call.body["requests"]] == [Decimal("-100.00"), Decimal("-2.00"), Decimal("2.00"), None]
    assert (desk.system.outstanding()["INV-1"], desk.system.bank(), desk.system.on_account()) == (0, 100_00, 2_00)


def test_a_refusal_leaves_no_line_in_the_journal(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.closed_until = "2099-12-31"
    assert "1 rejected." in desk.push(status=1)
    assert "not within your range of allowed posting dates" in desk.do("outbox", "--state", "rejected", "-O", "json")
    assert desk.system.ledger.lines == []
    desk.system.closed_until = ""
    assert "1 accepted." in desk.push("--rejected")


def test_lines_that_a_refusal_leaves_behind_are_in_doubt(desk: Desk) -> None:
    """A server that knows no transactions: 17.0 and before."""
    desk.pay("R1", "INV-1")
    answer = desk.system.answer

    def half(call: Call) -> Said:
        if call.path.endswith("$batch"):
            desk.system._told(call.body["requests"][0])
            return desk.system.rejected(call)
        return answer(call)

    desk.system.answer = half
    assert "1 unknown." in desk.push(status=1)
    assert "it stands in the journal and is not posted" in desk.do("outbox", "--state", "unknown", "-O", "json")
    desk.system.answer = answer
    desk.push()
    assert desk.states() == {"R1": "unknown"}
    desk.system._post()
    assert "1 accepted." in desk.push()


def test_nothing_is_posted_while_lines_of_others_stand_in_the_journal(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    line = {
        "documentNumber": "G04001",
        "externalDocumentNumber": "",
        "amount": 1,
        "description": "",
        "comment": "",
        "postingDate": "2026-03-04",
    }
    desk.system.ledger.lines = [line]
    said = " ".join(desk.push(status=3).split())
    assert "stands document 'G04001'" in said
    assert "Post or delete there what stands in the journal" in said
    assert desk.states() == {"R1": "new"}
    desk.system.ledger.lines = [line | {"customerNumber": "C1"}]
    assert "stands document 'G04001'" in " ".join(desk.push(status=3).split())
    desk.system.ledger.lines = []
    assert "1 accepted." in desk.push()


def test_what_was_reversed_there_before_its_answer_came_is_rejected(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.trouble = once(Trouble.LOSE)
    handle = desk.system.handle

    def reverses(call: Call) -> tuple[Said | None, float]:
        for number in desk.system.ledger.posted:
            desk.system.take_back(number.lower())
        return handle(call)

    desk.system.handle = reverses
    assert "1 rejected." in desk.push(status=1)
    assert "it is reversed there" in desk.do("outbox", "--state", "rejected", "-O", "json")


def test_a_deadlock_in_a_batch_is_asked_for_and_repeated(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    answer, left = desk.system.answer, [{"responses": [{"id": "x", "status": 409, "body": {"error": {"message": "a deadlock"}}}]}]
    desk.system.answer = lambda call: Said(200, left.pop()) if left and call.writes else answer(call)
    assert "1 accepted." in desk.push()
    assert desk.pauses == [pytest.approx(600, abs=5)]
    assert len(desk.system.ids()) == 1


def test_settings_must_be_ids(desk: Desk) -> None:
    for company, journal in (("", JOURNAL), (COMPANY, "GENERAL")):
        with pytest.raises(MatcherError) as caught:
            LIVE.refuses(None, Settings(company=company, journals={"giro": journal}))  # type: ignore[arg-type]
        assert caught.value.code == "target.setting"
    with pytest.raises(ValueError, match="must be https://login"):
        Connected(tenant="contoso.com", token_server="https://login.example.com")


def test_a_list_without_a_count_is_none(desk: Desk) -> None:
    head, answer = desk.books.head(), desk.system.answer

    def uncounted(call: Call) -> Said:
        said = answer(call)
        said.body.pop("@odata.count", None)
        return said

    desk.system.trouble, desk.system.answer = always(Trouble.NONE), uncounted
    assert "pull.page" in desk.do("pull", "--target", "business-central", status=3)
    assert desk.books.head() == head
