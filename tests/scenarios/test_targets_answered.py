"""Through the command line: what goes to DATEV, SAP and Xero comes back as an answer, and is taken back by a reversal."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import CONFIG, copied, customers_file, items_file, lines_file, new_books

from matcher.books import Books
from matcher.cli import main
from matcher.pipeline.actions.requests import AllocationRequest

TARGETS = """
[target.datev]
consultant = 29098
clients = { 1 = 55003 }
accounts = { giro = "1200" }
customers = { 58 = "10058" }
[target.sap]
entities = { 1 = "1000" }
accounts = { giro = "113100" }
[target.xero]
accounts = { giro = "090" }
[target.sap-lockbox.lockboxes.giro]
destination = "NORDKAI"
origin = "10000000"
number = "1"
"""


def begun(folder: Path) -> None:
    books = new_books(folder / "books", CONFIG + TARGETS)
    item = {"item_id": "71", "customer_id": "58", "document_no": "RE-2026-00401", "amount": "100.00", "issue_date": "2026-09-01"}
    books.import_files("items", [items_file(folder, [item])])
    books.import_files("customers", [customers_file(folder, [{"customer_id": "58", "name": "Brandt GmbH"}])])
    line = {"booking_date": "2026-10-08", "amount": "100.00", "bank_reference": "R1", "remittance_information": "thank you"}
    books.ingest([lines_file(folder, [line])])


def do(books: Books, *words: str, status: int = 0) -> str:
    found = CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", *words])
    assert found.exit_code == status, found.output
    return found.output


def as_sent(data: bytes) -> bytes:
    """DATEV writes its postings as they came in."""
    return data


def posted(data: bytes) -> bytes:
    """SAP's program writes its messages."""
    key = data.decode("utf-8-sig").splitlines()[1].split(",")[0]
    return f"BKTXT,BELNR,TYPE,MESSAGE\n{key},1400000021,S,posted\n".encode()


def responded(response: dict[str, object]) -> Callable[[bytes], bytes]:
    """A program writes each line of the calls with the answer."""
    return lambda data: b"".join(json.dumps(json.loads(line) | {"response": response}).encode() + b"\n" for line in data.splitlines())


@pytest.mark.parametrize(
    ("target", "ending", "answer", "number", "back"),
    [
        ("datev", "csv", as_sent, "", b'100,00;"H";"EUR";;;"";1200;10058;'),
        ("sap", "csv", posted, "1400000021", b"S,50,113100,,H,100.00"),
        ("xero", "jsonl", responded({"Payments": [{"PaymentID": "p1"}]}), "Payments/p1", b'"path":"Payments/p1"'),
    ],
    ids=["datev", "sap", "xero"],
)
def test_sent_answered_and_taken_back(
    tmp_path: Path, target: str, ending: str, answer: Callable[[bytes], bytes], number: str, back: bytes
) -> None:
    books = copied(tmp_path, begun)
    line = dict(books.state().lines.select("bank_reference", "line_id").iter_rows())["R1"]
    books.allocate(line, [AllocationRequest("71", "")])
    sent, came = tmp_path / f"sent.{ending}", tmp_path / f"came.{ending}"
    do(books, "export", "receipts", "--target", target, "-o", str(sent))
    came.write_bytes(answer(sent.read_bytes()))
    said = do(books, "ack", str(came), "--target", target)
    assert "1 accepted" in said
    (one,) = books.outbox(target=target, state="accepted").documents
    assert one.number == number
    books.undo(line)
    do(books, "export", "receipts", "--target", target, "-o", str(sent))
    assert back in sent.read_bytes()
    do(books, "ack", str(came), "--target", target)
    assert [str(each.state) for each in books.outbox(target=target).documents] == ["sent"]


def test_a_lockbox_and_a_statement_are_written(tmp_path: Path) -> None:
    books = copied(tmp_path, begun)
    line = dict(books.state().lines.select("bank_reference", "line_id").iter_rows())["R1"]
    books.allocate(line, [AllocationRequest("71", "")])
    do(books, "export", "receipts", "--target", "sap-lockbox", "-o", str(tmp_path / "box.txt"))
    assert (tmp_path / "box.txt").read_bytes().startswith(b"100   NORDKAI  10000000")
    do(books, "export", "receipts", "--target", "xero-statement", "-o", str(tmp_path / "statement.csv"))
    assert "08/10/2026,100.00,Brandt GmbH,RE-2026-00401 100.00" in (tmp_path / "statement.csv").read_text(encoding="utf-8")
    do(books, "export", "receipts", "--target", "sap-lockbox", "-o", str(tmp_path / "box.csv"), status=2)
