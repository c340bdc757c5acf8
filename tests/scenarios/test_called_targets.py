"""A system that is called: the calls go out, each line comes back with its answer, and what was rejected waits again."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support import CONFIG, copied, customers_file, items_file, lines_file, new_books

from matcher.cli import main
from matcher.pipeline.actions.requests import AllocationRequest

TARGETS = """
[target.kingdee-cloud]
accounts = { giro = "603013010000006950" }
currencies = { EUR = "PRE002" }

[target.yonyou-bip]
accounts = { giro = "6214830000001" }
base_currency = "EUR"

[target.yonyou-u8]
accounts = { giro = "100201" }
base_currency = "EUR"
currencies = { EUR = "欧元" }
settlement = "201"
"""
DONE = {
    "kingdee-cloud": {"Result": {"ResponseStatus": {"IsSuccess": True, "SuccessEntitys": [{"Id": 1, "Number": "SKD001"}]}}},
    "yonyou-bip": {"code": "200", "message": "操作成功", "data": {"id": "157", "code": "SKD001"}},
    "yonyou-u8": {"errcode": "0", "id": "SKD001"},
}
REFUSED = {
    "kingdee-cloud": {"Result": {"ResponseStatus": {"IsSuccess": False, "Errors": [{"Message": "客户已禁用"}]}}},
    "yonyou-bip": {"code": "999", "message": "客户已禁用"},
    "yonyou-u8": {"errcode": "-1", "errmsg": "客户已禁用"},
}


def begun(folder: Path) -> None:
    books = new_books(folder / "books", CONFIG + TARGETS)
    items = [
        {"item_id": f"A{n}", "customer_id": "C1", "document_no": f"RE-0040{n}", "amount": "100.00", "issue_date": "2026-09-01"}
        for n in (1, 2, 3)
    ]
    books.import_files("items", [items_file(folder, items)])
    books.import_files("customers", [customers_file(folder, [{"customer_id": "C1", "name": "Brandt GmbH"}])])
    lines = [{"booking_date": "2026-10-08", "amount": "100.00", "bank_reference": f"R{n}"} for n in (1, 2, 3)]
    books.ingest([lines_file(folder, lines)])
    for reference, line in books.state().lines.select("bank_reference", "line_id").iter_rows():
        books.allocate(line, [AllocationRequest(reference.replace("R", "A"))])


@pytest.mark.parametrize("target", DONE)
def test_calls_are_answered_and_what_was_rejected_waits(tmp_path: Path, target: str) -> None:
    books = copied(tmp_path, begun)

    def do(*words: str, status: int = 0) -> str:
        found = CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", *words])
        assert found.exit_code == status, found.output
        return found.output

    path = tmp_path / "receipts.jsonl"
    assert "3 documents, control total 300.00 EUR" in do("export", "receipts", "--target", target, "-o", str(path))
    sent: list[dict[str, Any]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    said: list[Any] = [DONE[target], REFUSED[target], None]
    answers = tmp_path / "answers.jsonl"
    lines = [json.dumps(call | {"response": response}) for call, response in zip(sent, said, strict=True)]
    answers.write_text("\n".join(lines) + "\n", encoding="utf-8")
    do("ack", "--target", target, str(answers), status=1)
    states = {one.external_id: (str(one.state), one.number) for one in books.outbox(target=target).documents}
    states |= {one.external_id: (str(one.state), one.number) for one in books.outbox(target=target, state="accepted").documents}
    assert [states[call["external_id"]] for call in sent] == [("accepted", "SKD001"), ("rejected", ""), ("unknown", "")]
    assert "客户已禁用" in do("outbox", "--state", "rejected", "-O", "json")
    assert "3 answers known before" in do("ack", str(answers))
    again = tmp_path / "again.jsonl"
    do("export", "receipts", "--target", target, "--rejected", "-o", str(again))
    assert [json.loads(line) for line in again.read_text(encoding="utf-8").splitlines()] == [sent[1]]
