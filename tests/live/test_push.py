"""Documents go out by calls: once, whatever the net does, and what ends a push leaves what was done."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from live.desk import Desk, always, once
from live.stub import Call, Said, Trouble
from matcher.errors import MatcherError
from matcher.exports.erp.live import wire
from matcher.pipeline.live import booking, connecting


def test_what_is_new_goes_out_once_and_its_numbers_come_back(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.pay("R2", "INV-2")
    assert "2 documents, control total 200.00 EUR. Dry run: nothing is sent." in desk.push("--dry-run")
    assert desk.system.calls == []
    assert "2 accepted." in desk.push()
    assert "ACC-PAY-2026-00001" in desk.do("outbox", "--state", "accepted")
    assert desk.system.outstanding() == {"INV-1": 0, "INV-2": 0, "INV-3": 100_00, "INV-4": 100_00}
    assert "Nothing was sent." in desk.push()
    assert len(desk.writes()) == 2
    told = desk.do("log", desk.lines["R1"])
    assert told.index("sent the receipt") < told.index("accepted as")


def test_what_was_undone_is_cancelled_there_and_booked_anew(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.push()
    desk.books.undo(desk.lines["R1"])
    desk.pay("R1", "INV-2")
    assert "2 accepted." in desk.push()
    assert [one.docstatus for one in desk.system.documents] == [2, 1]
    assert desk.system.outstanding()["INV-1"] == 100_00
    assert desk.system.outstanding()["INV-2"] == 0


@pytest.mark.parametrize("trouble", [Trouble.LOSE, Trouble.ERROR_DONE, Trouble.GARBLED, Trouble.REDIRECT, Trouble.LATE])
def test_an_answer_that_is_lost_is_asked_for(desk: Desk, trouble: Trouble) -> None:
    desk.pay("R1", "INV-1")
    desk.system.trouble = once(trouble)
    if trouble == Trouble.REDIRECT:
        assert "api.answer" in desk.push(status=3)
        assert desk.states() == {"R1": "new"}
    elif trouble == Trouble.LATE:  # done only when the next call comes: which is the one that asks
        assert "1 accepted" in desk.push()
    else:
        assert "1 accepted." in desk.push()
    desk.push()
    assert len(desk.system.ids()) == 1


@pytest.mark.parametrize("trouble", [Trouble.LOSE_BEFORE, Trouble.ERROR])
def test_what_never_arrived_is_sent_again_when_it_can_no_longer_arrive(desk: Desk, trouble: Trouble) -> None:
    desk.pay("R1", "INV-1")
    desk.system.trouble = once(trouble)
    assert "1 accepted." in desk.push()
    assert len(desk.writes()) == 2
    assert max(desk.pauses) > 110, "a worker of the system may still be at it for two minutes"


def test_a_rejected_document_waits_again_with_the_words(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.pay("R2", "INV-2")
    desk.system.trouble = once(Trouble.REJECT)
    assert "1 accepted, 1 rejected." in desk.push(status=1)
    assert "417: Customer C1 is frozen" in desk.do("outbox", "--state", "rejected")
    assert "Nothing was sent." in desk.push()
    assert "1 accepted." in desk.push("--rejected")
    assert sorted(desk.states().values()) == ["accepted", "accepted"]


def test_too_many_calls_are_waited_for_as_long_as_the_system_says(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.trouble = once(Trouble.LIMIT, Trouble.LIMIT)
    assert "1 accepted." in desk.push()
    assert desk.pauses == [3.0, 3.0]


def test_a_system_that_takes_no_calls_ends_the_push_and_what_was_done_stays(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.pay(f"R{number}", f"INV-{number}")
    left = [Trouble.NONE]
    desk.system.trouble = lambda call: Trouble.NONE if not call.writes else left.pop() if left else Trouble.LIMIT
    assert "api.limited" in desk.push(status=5)
    assert sorted(desk.states().values()) == ["accepted", "new", "new"]
    desk.system.trouble = always(Trouble.NONE)
    assert "2 accepted." in desk.push()
    assert len(desk.system.ids()) == 3


def test_a_system_that_goes_down_in_the_middle_leaves_nothing_in_doubt_unasked(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.pay("R2", "INV-2")

    def falls(call: Call) -> Trouble:
        desk.system.down = desk.system.down or call.writes
        return Trouble.LOSE if call.writes else Trouble.NONE

    desk.system.trouble = falls
    assert "api.unreachable" in desk.push(status=5)
    assert sorted(desk.states().values()) == ["new", "unknown"]
    assert "api.unreachable" in desk.push(status=5)
    desk.system.down, desk.system.trouble = False, always(Trouble.NONE)
    assert "2 accepted." in desk.push()
    assert len(desk.system.ids()) == 2


def test_nobody_there(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    toml = desk.books.directory / "matcher.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("url = ", 'url = "http://127.0.0.1:9" #'), encoding="utf-8")
    assert "api.unreachable: 127.0.0.1: no connection could be made, 5 times" in desk.push(status=5)
    assert desk.states() == {"R1": "new"}


def test_who_is_not_let_in_sends_nothing_and_no_secret_is_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.pay("R1", "INV-1")
    monkeypatch.setenv("MATCHER_DEBUG", "1")
    monkeypatch.setenv("MATCHER_ERPNEXT_SECRET", "wrong-secret")
    said = desk.push(status=2)
    assert "api.denied" in said
    assert "wrong-secret" not in said
    assert desk.states() == {"R1": "new"}
    for bad in ("two\nlines", "ümlaut", " blank"):
        monkeypatch.setenv("MATCHER_ERPNEXT_SECRET", bad)
        assert "api.secret: MATCHER_ERPNEXT_SECRET: " in (said := desk.push(status=2))
        assert bad not in said
    monkeypatch.delenv("MATCHER_ERPNEXT_SECRET")
    monkeypatch.setattr("matcher.exports.erp.live.secret.import_module", _no_keyring)
    assert "neither MATCHER_ERPNEXT_SECRET nor the keyring entry matcher / erpnext.secret is set" in desk.push(status=2)


def _no_keyring(name: str) -> None:
    raise ImportError(name)


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://erp.example.com", "must begin with https://"),
        ("https://ada:pass@erp.example.com", "must be an address"),
        ("ftp://erp.example.com", "must be an address"),
        ("https://erp.example.com/?token=1", "must be an address"),
    ],
)
def test_what_is_no_safe_address_is_refused(desk: Desk, url: str, what: str) -> None:
    toml = desk.books.directory / "matcher.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("url = ", f'url = "{url}" #'), encoding="utf-8")
    assert f"target.setting: matcher.toml: target.erpnext.api.url: {what}" in (said := desk.push(status=2))
    assert "pass@" not in said


def test_a_target_without_a_live_connection_is_named(desk: Desk) -> None:
    assert "datev has no live connection; those that have one are " in desk.do("push", "--target", "datev", status=2)
    assert "there is no export target 'sap-r2'" in desk.do("pull", "--target", "sap-r2", status=2)


def test_two_pushes_at_once_are_one_too_many(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    with connecting.alone(desk.books.directory, "erpnext"):
        assert "push.busy" in desk.push(status=5)
    assert desk.system.calls == []


def test_what_no_call_has_a_form_for_is_refused_before_anything_is_sent(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.books.on_account([desk.lines["R2"]], "C1")
    desk.push()
    desk.pay("R2", "INV-2")
    desk.pay("R3", "INV-3")
    assert "target.no_form" in desk.push(status=3)
    assert "1 accepted." in (said := desk.push("--skip-unsupported", status=1))
    assert "Left out: decision" in said


def test_a_decision_that_is_undone_while_nobody_knows_is_asked_for_first(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    lost: list[Call] = []

    def loses(call: Call) -> Trouble:
        if lost:
            return Trouble.LOSE_BEFORE
        lost.extend([call] if call.writes else [])
        return Trouble.LOSE if call.writes else Trouble.NONE

    desk.system.trouble = loses
    assert "api.unreachable" in desk.push(status=5)
    desk.books.undo(desk.lines["R1"])
    desk.pay("R1", "INV-2")
    desk.system.trouble = always(Trouble.NONE)
    assert "3 accepted." in desk.push()
    assert [one.docstatus for one in desk.system.documents] == [2, 1]


def test_without_asking_the_system_would_have_it_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stub tells a push that does not ask from one that does."""
    desk.pay("R1", "INV-1")
    desk.system.invoices["INV-1"]["outstanding_amount"] = 900_00
    desk.system.trouble = once(Trouble.LOSE)
    monkeypatch.setattr(booking, "_asked", lambda at, step: None)
    desk.push()
    assert len(desk.system.ids()) == 2


def test_a_push_that_is_killed_is_taken_up_again(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.pay(f"R{number}", f"INV-{number}")
    program = subprocess.Popen(
        [sys.executable, "-m", "matcher", "--books", str(desk.books.directory), "--actor", "ada", "push", "--target", "erpnext"],
        env=os.environ | desk.system.secrets, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    writes = [0]

    def kills(call: Call) -> Trouble:
        writes[0] += call.writes
        if writes[0] == 2:
            program.send_signal(signal.SIGKILL)
        return Trouble.NONE

    desk.system.trouble = kills
    program.wait()
    assert program.returncode == -signal.SIGKILL
    assert set(desk.states().values()) == {"sent"}
    desk.system.trouble = always(Trouble.NONE)
    assert "3 accepted." in desk.push()
    assert len(desk.system.ids()) == len(set(desk.system.ids())) == 3


def test_what_a_system_says_is_bounded_and_without_what_let_us_in(desk: Desk, tmp_path: Path) -> None:
    with desk.books.reading() as session:
        _, live, about = connecting.prepared(session, "erpnext")
    from matcher.exports.erp.live import secrets_of

    with wire.Wire(live, about, secrets_of("erpnext", live.secrets)) as line:
        said = line.without_secrets("key api-key and api-secret " + "x" * 9999)
    assert said.startswith("key *** and *** xxx")
    assert len(said) == wire.MAX_WORDS


def test_no_call_goes_to_another_host(desk: Desk) -> None:
    from matcher.exports.erp.live import Request, secrets_of

    with desk.books.reading() as session:
        _, live, about = connecting.prepared(session, "erpnext")
    with wire.Wire(live, about, secrets_of("erpnext", live.secrets)) as line, pytest.raises(MatcherError, match="another host") as refused:
        line.ask(Request("GET", "https://elsewhere.example.com/api"))
    assert refused.value.code == "api.answer"


@pytest.mark.parametrize("status", [404, 417])
def test_an_error_in_the_place_of_an_answer_does_not_say_that_nothing_is_there(desk: Desk, status: int) -> None:
    desk.pay("R1", "INV-1")
    desk.system.trouble = once(Trouble.LOSE)
    answer = desk.system.answer

    def hides(call: Call) -> Said:
        return answer(call) if call.writes or not desk.writes() else Said(status, {"exception": "no such thing"})

    desk.system.answer = hides
    assert ("api.answer" if status == 417 else "1 unknown") in desk.push(status=3 if status == 417 else 1)
    desk.system.answer = answer
    assert "1 accepted." in desk.push()
    assert len(desk.system.ids()) == 1
