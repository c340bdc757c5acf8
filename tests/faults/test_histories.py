"""Random histories, checked from their exports by accounting that shares no code with the product."""

from pathlib import Path

import pytest

from faults import accounting
from faults.accounting import Document, Ledger, Received
from faults.erp import readings
from faults.histories import play

COMMANDS = 14


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_or_doubled_in_a_random_history(seed: int) -> None:
    told = play(seed, COMMANDS)
    assert sum(told.done.values()) >= COMMANDS // 2
    assert told.compared > COMMANDS


def match(**cells: str) -> dict[str, str]:
    row = {
        "line_id": "a1", "bank_reference": "B1", "line_amount": "100.00", "item_id": "I1", "amount_applied": "100.00",
        "adjustment_amount": "0.00", "state": "posted",
    }  # fmt: skip
    return row | cells


def aged(**cells: str) -> dict[str, str]:
    return {"item_id": "I1", "document_type": "invoice", "open_amount": "150.00"} | cells


def ledger() -> Ledger:
    return Ledger(lines={"B1": 100_00}, items={"I1": 250_00})


def test_right_exports_are_found_right() -> None:
    assert list(ledger().check([match()], [aged()])) == []


@pytest.mark.parametrize(
    ("matches", "aging", "said"),
    [
        ([], [aged()], "lost or doubled"),
        ([match(), match(line_id="a2")], [aged()], "lost or doubled"),
        ([match(line_amount="90.00")], [aged()], "lost or doubled"),
        ([match(), match(amount_applied="0.01")], [aged(open_amount="149.99")], "has 100.01 applied"),
        ([match(amount_applied="-1.00")], [aged(open_amount="251.00")], "has -1.00 applied"),
        ([match(adjustment_amount="150.01")], [], "posted 250.01"),
        ([match()], [aged(open_amount="250.00")], "instead of 150.00"),
        ([match(state="proposed")], [aged()], "instead of 250.00"),
        ([match()], [aged(), aged(item_id="I9")], "nobody knows"),
        ([match()], [aged(), aged()], "twice"),
        ([match()], [aged(), aged(item_id="a1", document_type="unapplied", open_amount="-1.00")], "unapplied instead of 0.00"),
    ],
)
def test_wrong_exports_are_found_wrong(matches: list[dict[str, str]], aging: list[dict[str, str]], said: str) -> None:
    assert any(said in what for what in ledger().check(matches, aging))


def document(**fields: object) -> Document:
    return Document(**({"external_id": "x1", "record": "receipt", "reverses": "", "line_id": "a1", "amount": 100_00, "applied": 100_00,
                        "settled": (("I1", 100_00),)} | fields))  # type: ignore[arg-type] # fmt: skip


def test_documents_are_added_up() -> None:
    back = document(external_id="x2", record="reversal", reverses="x1", amount=-100_00, settled=())
    received = Received()
    assert list(received.take([document()])) == []
    assert list(accounting.check_received(received, [match()])) == []
    assert list(accounting.check_received(received, [match(state="none", item_id="")])) != []
    assert list(received.take([document(amount=1)])) == ["document x1 was sent with two contents"]
    assert list(received.take([back])) == []
    assert list(accounting.check_received(received, [match()])) != []
    assert list(accounting.check_received(received, [match(state="none", item_id="")])) == []
    assert len(list(received.take([document(external_id="x3", record="reversal", reverses="x9")]))) == 1


def test_control_figures_are_added_up(tmp_path: Path) -> None:
    body = '{"external_id":"x1","record":"receipt","reverses":"","line_id":"a","amount":"1.00","applied":"0.00","allocations":[]}'
    lines = ['{"record":"header","as_of":"2026-10-31","count":1,"control_totals":{"EUR":"1.00"}}', body]
    for total, found in (("1.00", 0), ("1.01", 1)):
        trailer = f'{{"record":"trailer","count":1,"control_totals":{{"EUR":"{total}"}}}}'
        (tmp_path / "r.jsonl").write_text("\n".join([*lines, trailer]))
        assert len(accounting.receipts(tmp_path / "r.jsonl")[1]) == found


def test_how_a_snapshot_can_be_read() -> None:
    assert readings([400_00], [400_00]) == 1
    assert readings([], [400_00, -400_00]) == 2
    assert readings([300_00], [100_00, 200_00, 300_00]) == 2
    assert readings([5], [400_00]) == 0
