"""A second person where the policy asks for one, and what the policy refuses."""

import json
from pathlib import Path

import pytest
from support import copy_of, filled, tamper
from teller import Teller

CUSTOMERS = [{"customer_id": "C1", "name": "Brandt GmbH"}, {"customer_id": "C2", "name": "Olsen AS"}]
ITEMS = [
    {"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-{n}", "amount": amount, "disputed_amount": disputed}
    for n, amount, disputed in ((1, "1190.00", ""), (2, "80.00", ""), (3, "500.00", "100.00"), (4, "7000.00", ""))
] + [{"item_id": "G1", "customer_id": "C1", "document_no": "GS-1", "document_type": "credit_note", "amount": "-900.00"}]
LINES = [
    {"amount": "1190.00", "bank_reference": "B1", "counterparty_name": "Brandt GmbH", "remittance_information": "danke"},
    {"amount": "80.00", "bank_reference": "B2", "counterparty_name": "Brandt GmbH", "remittance_information": "danke"},
    {"amount": "333.00", "bank_reference": "B3", "counterparty_name": "Brandt GmbH", "remittance_information": "a conto"},
    {"amount": "-600.00", "bank_reference": "B4", "counterparty_name": "Brandt GmbH", "remittance_information": "Erstattung"},
    {"amount": "7000.00", "bank_reference": "B5", "counterparty_name": "Wer", "remittance_information": "?"},
    {"amount": "498.00", "bank_reference": "B6", "counterparty_name": "Wer", "remittance_information": "?"},
]  # fmt: skip
POLICY = """
[policy]
auto_post = false
four_eyes_above = 1000
four_eyes_for = ["write_off", "on_account_elsewhere"]
people_only = true
write_off_disputed = false
[policy.limits.fee]
amount = 15
[policy.limits.discount]
percent = 3
[policy.roles.clerk]
may = ["accept", "reject", "allocate", "on_account", "write_off", "refund", "classify", "hold", "assign", "note", "undo", "approve"]
refund = 500
[policy.roles.looker]
may = ["note"]
[policy.people.ada]
role = "clerk"
amount = 20
total = 25
[policy.people."Ben Ahlers"]
[policy.roles.lead]
may = ["approve"]
[policy.people.dora]
role = "lead"
[policy.people.cem]
role = "looker"
"""


def _desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    books = filled(folder, items=ITEMS, customers=CUSTOMERS, lines=LINES)
    config = books.directory / "matcher.toml"
    config.write_text(config.read_text("utf-8") + POLICY, encoding="utf-8")
    desk = Teller(books, monkeypatch)
    desk.do("run")
    return desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    return _desk(tmp_path, monkeypatch)


def _waiting(desk: Teller) -> list[str]:
    return [str(one["decision_id"]) for one in desk.told("queue", "--to-approve")]


def _figures(desk: Teller) -> list[bytes]:
    desk.do("export", "receipts", "-o", "receipts.jsonl")
    return [desk.text(what) for what in ("aging", "matches")] + [(desk.folder / "receipts.jsonl").read_bytes()]


def test_a_large_decision_waits_and_moves_nothing_until_another_person_posts_it(desk: Teller) -> None:
    before = [desk.text(what) for what in ("aging", "matches", "discrepancies")]
    said = desk.do("allocate", "ref:B1", "RE-1", "--reason", "phoned")
    assert "Waits for approval by another person: line" in said
    assert [desk.text(what) for what in ("aging", "matches", "discrepancies")] == before
    (decision,) = _waiting(desk)
    (row,) = desk.told("queue", "--search", "danke", "--min-amount", "1000")
    assert str(row["reason"]) == f"waits for approval by another person: decision {decision} of ada"
    desk.do("run")
    assert [row["reason"] for row in desk.told("queue", "--min-amount", "1190", "--max-amount", "1190")] == [row["reason"]]
    for command in (("accept", "ref:B1"), ("on-account", "ref:B1", "--customer", "C1"), ("hold", "ref:B1", "--until", "2026-12-01")):
        assert "approval.waits" in desk.do(*command, status=4)
    desk.do("note", "ref:B1", "asked Ben")
    assert "FAILS" not in desk.do("verify")

    desk.do("approve", decision, actor="Ben Ahlers")
    assert _waiting(desk) == []
    (posted,) = [row for row in desk.rows("matches") if row["state"] == "posted"]
    assert (posted["item_id"], posted["actor"], posted["run_by"]) == ("I1", "ada", "Ben Ahlers")
    assert "RE-1" not in desk.open()
    assert "FAILS" not in desk.do("verify")
    desk.do("undo", "ref:B1")
    assert desk.open()["RE-1"] == "1190.00"
    assert "FAILS" not in desk.do("verify")


def test_a_month_is_not_closed_while_a_decision_of_it_waits(desk: Teller) -> None:
    desk.do("allocate", "ref:B1", "RE-1")
    said = desk.do("close", "2026-10", status=1)
    assert "no decision waits for approval" in said
    assert "1 waits; see `matcher queue --to-approve`" in said


@pytest.mark.parametrize(("way", "who"), [(("approve", "--reject"), "dora"), (("undo",), "Ben Ahlers"), (("undo",), "ada")])
def test_what_is_not_approved_is_taken_off(desk: Teller, way: tuple[str, ...], who: str) -> None:
    before = desk.text("aging")
    proposed = [row["line_id"] for row in desk.told("queue") if row["state"] == "proposed"]
    desk.do("allocate", "ref:B1", "RE-1")
    (decision,) = _waiting(desk)
    assert "taken off" in desk.do(*way, decision, actor=who)
    assert _waiting(desk) == []
    assert desk.text("aging") == before
    assert [row["line_id"] for row in desk.told("queue") if row["state"] == "proposed"] == proposed
    assert "FAILS" not in desk.do("verify")
    desk.do("allocate", "ref:B1", "RE-1")
    assert _waiting(desk) != [decision]
    desk.do("approve", *_waiting(desk), actor="Ben Ahlers")
    assert "RE-1" not in desk.open()


def test_kinds_of_decisions_wait_whatever_their_amount(desk: Teller) -> None:
    assert "Waits for approval" in desk.do("write-off", "RE-2=5.00", "--reason", "rounding")
    assert "Waits for approval" in desk.do("on-account", "ref:B3", "--customer", "C2")
    assert desk.open()["RE-2"] == "80.00"
    assert "Waits" not in desk.do("allocate", "ref:B2", "RE-2=70.00")
    kinds = {str(one["kind"]): str(one["decision_id"]) for one in desk.told("queue", "--to-approve")}
    assert sorted(kinds) == ["on_account", "write_off"]
    desk.do("approve", *kinds.values(), actor="Ben Ahlers")
    assert desk.open()["RE-2"] == "5.00"
    assert desk.open()["B3"] == "-333.00"
    assert "FAILS" not in desk.do("verify")


def test_of_several_only_those_wait_that_must(desk: Teller) -> None:
    proposed = [str(row["line_id"]) for row in desk.told("queue") if row["state"] == "proposed"]
    assert len(proposed) == 2
    said = desk.told("accept", *proposed)
    assert sorted(str(one["kind"]) for one in said) == ["accept", "submit"]
    (waits,) = _waiting(desk)
    desk.do("approve", waits[:8], actor="Ben Ahlers")
    assert {"RE-1", "RE-2"}.isdisjoint(desk.open())


def test_a_run_leaves_a_receipt_alone_that_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = LINES[0] | {"remittance_information": "RE-1"}
    books = filled(tmp_path, items=ITEMS, customers=CUSTOMERS, lines=[line])
    config = books.directory / "matcher.toml"
    config.write_text(config.read_text("utf-8") + "[policy]\nfour_eyes_above = 100\n", encoding="utf-8")
    desk = Teller(books, monkeypatch)
    desk.do("allocate", "ref:B1", "RE-4=1190.00")
    assert "1 line looked at: 0 posted, 0 proposed." in desk.do("run")
    (row,) = desk.told("queue", "--as-of", "2026-12-31")
    assert str(row["reason"]).startswith("waits for approval by another person")
    desk.do("approve", "--reject", *_waiting(desk))
    assert "1 line looked at: 1 posted, 0 proposed." in desk.do("run")


def test_what_was_spent_meanwhile_is_not_approved(desk: Teller) -> None:
    desk.do("allocate", "ref:B1", "RE-1")
    desk.do("allocate", "ref:B6", "RE-1=400.00")
    (decision,) = _waiting(desk)
    assert "decision.amount" in desk.do("approve", decision, status=2, actor="Ben Ahlers")
    assert _waiting(desk) == [decision]
    assert desk.open()["RE-1"] == "790.00"


Command = tuple[str, ...]
FIRST: Command = ("allocate", "ref:B1", "RE-1")
REFUSED: dict[str, tuple[list[Command], Command, str, str]] = {
    "the limit of a reason": ([], ("allocate", "ref:B2", "RE-3=80.00+16.00:fee"), "ada", "policy.limit"),
    "the limit in per cent": ([], ("allocate", "ref:B2", "RE-3=80.00+16.00:discount"), "ada", "policy.limit"),
    "the limit of a person": ([], ("allocate", "ref:B2", "RE-3=80.00+21.00:rounding"), "ada", "policy.limit"),
    "the limit of a person in another spelling": ([], ("allocate", "ref:B2", "RE-3=80.00+21.00:rounding"), "Ada", "policy.limit"),
    "the limit of a person at once": (
        [], ("allocate", "ref:B2", "RE-3=70.00+15.00:rounding", "RE-2=10.00+15.00:rounding"), "ada", "policy.limit",
    ),
    "the limit of a refund": ([], ("refund", "ref:B4", "GS-1=600.00"), "ada", "policy.limit"),
    "a role that may not": ([], ("allocate", "ref:B2", "RE-2"), "cem", "policy.role"),
    "a role that may not approve": ([FIRST], ("approve", "{waits}"), "cem", "policy.role"),
    "a person who is not listed": ([], ("allocate", "ref:B2", "RE-2"), "eve", "policy.people"),
    "a disputed item": ([], ("write-off", "RE-3=5.00", "--reason", "rounding"), "ada", "policy.disputed"),
    "the same person": ([FIRST], ("approve", "{waits}"), "ada", "approval.self"),
    "the same person in another spelling": ([FIRST], ("approve", "{waits}"), "A.D.A.", "approval.self"),
    "nothing to approve": ([], ("approve", "0123456789abcdef"), "Ben Ahlers", "approval.unknown"),
    "a decision that was approved": (
        [FIRST, ("approve", "{waits}", "--actor", "Ben Ahlers")], ("approve", "{waited}"), "Ben Ahlers", "approval.unknown",
    ),
    "another decision on the line": ([FIRST], ("classify", "ref:B1", "--as", "other"), "Ben Ahlers", "approval.waits"),
    "a proposal that has changed": (
        [("queue",), ("reject", "ref:B2")], ("accept", "2"), "ada", "decision.changed",
    ),
    "a month that is closed": ([("close", "2026-10", "--force", "--reason", "test")], ("close", "2026-10"), "ada", "period.locked"),
}  # fmt: skip
"""What was done before, the command, who gives it, and the code that refuses it."""


def test_each_refusal_is_one_line_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = _desk(tmp_path / "start", monkeypatch)
    for number, (what, (before, command, actor, code)) in enumerate(REFUSED.items()):
        folder = tmp_path / str(number) / "books"
        copy_of(start.folder / "books", folder)
        monkeypatch.setenv("MATCHER_BOOKS", str(folder))
        waited = ""

        def said(words: Command, waited: str = "") -> Command:
            waits = "".join(_waiting(start)[:1]) if "{waits}" in words else ""
            return tuple(word.replace("{waits}", waits).replace("{waited}", waited) for word in words)

        for one in before:
            ready = said(one)
            waited = ready[1] if one[0] == "approve" else waited
            assert start.run(*ready).exit_code == 0, (what, ready)
        head = start.do("verify", "--head")
        result = start.run(*said(command, waited), actor=actor)
        assert (result.exit_code, result.stderr.partition(":")[0], result.stderr.count("\n")) == (4, code, 1), (what, result.output)
        assert "danke" not in result.stderr
        assert start.do("verify", "--head") == head


def test_a_role_that_is_not_there_is_said(desk: Teller) -> None:
    config = next(desk.folder.rglob("matcher.toml"))
    good = config.read_text("utf-8")
    for change, word in (
        (('role = "looker"', 'role = "looked"'), "policy.people.cem has the role 'looked'"),
        (('["note"]', '["notes"]'), "'notes' is none of"),
        (('"write_off", "on_account_elsewhere"', '"write-off"'), "'write-off' is no kind of decision"),
    ):
        config.write_text(good.replace(*change), encoding="utf-8")
        assert word in desk.do("status", status=2)
    config.write_text(good.replace("people_only", 'four_eyes_classes = ["some"]\npeople_only'), encoding="utf-8")
    assert "four_eyes_classes: 'some' is none of whole number" in desk.do("allocate", "ref:B2", "RE-2", status=2)


def test_a_class_of_evidence_waits(desk: Teller) -> None:
    config = next(desk.folder.rglob("matcher.toml"))
    config.write_text(config.read_text("utf-8").replace("four_eyes_above = 1000", 'four_eyes_classes = ["payer and amount"]'), "utf-8")
    proposed = [str(row["line_id"]) for row in desk.told("queue") if row["state"] == "proposed"]
    assert {str(one["kind"]) for one in desk.told("accept", *proposed)} == {"submit"}
    assert len(_waiting(desk)) == 2
    assert "Waits" not in desk.do("allocate", "ref:B6", "RE-3=498.00")


def test_verify_notices_an_approval_of_ones_own_and_money_that_moves_before(desk: Teller) -> None:
    file = next(desk.folder.rglob("books.duckdb"))
    desk.do("allocate", "ref:B1", "RE-1")
    (decision,) = _waiting(desk)
    desk.do("approve", decision, actor="Ben Ahlers")
    name = "approvals: each by another person, and nothing moves before"

    def failing() -> bool:
        rows = [json.loads(line) for line in desk.run("verify", "--format", "json").stdout.splitlines()]
        return any(row["check"] == name and str(row["result"]).startswith("FAILS") for row in rows)

    assert not failing()
    tamper(file, "log.decision", "UPDATE log.decision SET actor = 'A D A' WHERE kind = 'approve'")
    assert failing()
    tamper(file, "log.decision", "UPDATE log.decision SET actor = 'Ben Ahlers' WHERE kind = 'approve'")
    assert not failing()
    tamper(file, "log.decision", "UPDATE log.decision SET kind = 'submit' WHERE kind = 'allocate'")
    assert failing()


def test_of_several_that_are_taken_back_none_waits_for_another_person(desk: Teller) -> None:
    def undone(*args: str) -> str:
        return desk.do("undo", *args, "--dry-run", actor="Ben Ahlers")

    desk.do("allocate", "ref:B2", "I2")
    desk.do("write-off", "I1=50.00", "--reason", "rounding", actor="Ben Ahlers")
    (waits,) = _waiting(desk)
    said = desk.do("undo", waits, "ref:B2", status=4, actor="Ben Ahlers")
    assert f"Take it off by itself: `matcher undo {waits}`" in said
    assert "not approved" in undone(waits).lower()
    assert "80.00 EUR of the line left" in undone("ref:B2", "ref:B2")


def test_a_decision_on_no_line_is_taken_back_by_whom_may_clear_so_much_at_once(desk: Teller) -> None:
    one: dict[str, str] = json.loads(desk.do("set-off", "G1", "I3=100.00", "--format", "json", actor="Ben Ahlers"))
    assert "Taken back" in desk.do("undo", str(one["decision_id"]))
