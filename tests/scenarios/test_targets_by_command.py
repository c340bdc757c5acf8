"""Each target through the command line: what it lacks, what it would send, what it sends, and what its own list says of it."""

import csv
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from support import CONFIG, copied, customers_file, items_file, lines_file, new_books, write

from matcher.books import Books
from matcher.cli import main
from matcher.pipeline.actions.requests import AllocationRequest


class Story(NamedTuple):
    """A target's table, the files that it writes, and its list, in which ID and NUMBER stand for the document."""

    table: str
    files: tuple[str, ...]
    listed: str


STORIES = {
    "erpnext": Story(
        'accounts = {giro = "Bank - T"}\nreceivables = {EUR = "Debtors - T"}\nreasons = {fee = "Charges - T"}\ncost_center = "Main - T"',
        ("sent.csv",),
        "ID,Status,Cheque/Reference No\nNUMBER,Submitted,ID\nACC-PAY-1,Submitted,Cheque 5\n",
    ),
    "odoo": Story(
        'accounts = {giro = "Bank"}\nreceivable = "1400"\njournal = "Misc"\nreasons = {fee = "4970"}',
        ("sent.csv", "sent.entries.csv", "sent.matches.csv"),
        "External ID,Number,Status\n__import__.matcher_ID,NUMBER,Posted\n__export__.account_payment_5,PBNK1/5,Posted\n",
    ),
    "business-central": Story(
        'accounts = {giro = "GIRO"}\nreasons = {fee = "6855"}',
        ("sent.csv",),
        "Document Type;Document No.;External Document No.\nPayment;NUMBER;ID\nInvoice;103001;\n",
    ),
    "netsuite": Story(
        'accounts = {giro = "Checking"}\nreceivable = "A/R"\nreasons = {fee = "Charges"}',
        ("sent.csv", "sent.journal.csv"),
        "External ID,Document Number\nID,NUMBER\n,PYMT5\n",
    ),
}


def begun(folder: Path) -> None:
    books = new_books(folder / "books", CONFIG)
    items = [{"item_id": "71", "customer_id": "C1", "document_no": "RE-71", "amount": "100.00", "issue_date": "2026-09-01"}]
    books.import_files("items", [items_file(folder, items)])
    books.import_files("customers", [customers_file(folder, [{"customer_id": "C1", "name": "Brandt GmbH"}])])
    books.ingest([lines_file(folder, [{"booking_date": "2026-10-08", "amount": "97.50", "bank_reference": "R1"}])])
    line = books.state().lines["line_id"][0]
    books.allocate(line, [AllocationRequest("71", "97.50", "2.50", "fee")])


@pytest.mark.parametrize("target", STORIES)
def test_a_receipt_with_a_fee_goes_there_and_comes_back(tmp_path: Path, target: str) -> None:
    story = STORIES[target]
    books = copied(tmp_path, begun)

    def do(*words: str, status: int = 0) -> str:
        found = CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", *words])
        assert found.exit_code == status, found.output
        return found.output

    def states() -> dict[str, tuple[str, str]]:
        again = Books(books.directory)
        every = [one for word in ("", "accepted") for one in again.outbox(target=target, state=word).documents]
        return {one.external_id: (str(one.state), one.number) for one in every}

    send = ("export", "receipts", "--target", target, "-o", str(tmp_path / "sent.csv"))
    refused = do(*send, status=2)
    assert "accounts.giro" in refused
    assert "reasons.fee" in refused
    config = books.directory / "matcher.toml"
    config.write_text(config.read_text(encoding="utf-8") + f"\n[target.{target}]\n{story.table}\n", encoding="utf-8")
    assert "97.50 EUR" in do(*send[:4], "--dry-run")
    assert list(tmp_path.glob("sent*")) == []
    do(*send)
    assert sorted(path.name for path in tmp_path.glob("sent*")) == sorted(story.files)
    ((external_id, (state, _)),) = states().items()
    assert state == "sent"
    with (tmp_path / "sent.csv").open(encoding="utf-8", newline="") as stream:
        assert any(external_id in cell.lower() for row in csv.reader(stream) for cell in row)
    answer = (
        story.listed.replace("matcher_ID", f"matcher_{external_id}")
        .replace("ID\n", f"{external_id}\n")
        .replace("\nID,", f"\n{external_id},")
    )
    do("ack", str(write(tmp_path, "list.csv", answer.replace("NUMBER", "N-71"))), "--target", target)
    assert states() == {external_id: ("accepted", "N-71")}
    assert "N-71" in do("log", books.state().lines["line_id"][0])
