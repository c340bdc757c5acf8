"""How customers stand, through the command line: neutral, and in the form of a CRM; and of a closed month always the same."""

import csv
import json
from pathlib import Path

from click.testing import CliRunner
from support import CONFIG, copied, customers_file, items_file, lines_file, new_books

from matcher.cli import main
from matcher.pipeline.actions.requests import AllocationRequest


def begun(folder: Path) -> None:
    books = new_books(folder / "books", CONFIG)
    items = [
        {"item_id": f"A{n}", "customer_id": f"C{n}", "document_no": f"RE-0040{n}", "amount": "100.00", "issue_date": "2026-09-01"}
        for n in (1, 2)
    ]
    books.import_files("items", [items_file(folder, items)])
    books.import_files("customers", [customers_file(folder, [{"customer_id": "C1", "name": "Brandt GmbH"}])])
    books.ingest([lines_file(folder, [{"booking_date": "2026-10-08", "amount": "60.00", "bank_reference": "R1"}])])
    line = books.state().lines["line_id"][0]
    books.allocate(line, [AllocationRequest("A1", "60.00")])


def test_customers_are_exported_for_people_and_for_a_crm(tmp_path: Path) -> None:
    directory = str(copied(tmp_path, begun).directory)

    def do(*words: str, status: int = 0) -> str:
        found = CliRunner().invoke(main, ["--books", directory, "--actor", "ada", "export", "customers", *words])
        assert found.exit_code == status, found.output
        return found.output

    day = ("--as-of", "2026-10-31")
    path = tmp_path / "customers.csv"
    assert "2 rows." in do("-o", str(path), *day)
    rows = {row["customer_id"]: row for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}
    assert (rows["C1"]["customer_name"], rows["C1"]["standing"], rows["C1"]["open_amount"]) == ("Brandt GmbH", "overdue", "40.00")
    assert (rows["C1"]["last_payment_date"], rows["C1"]["last_payment_amount"]) == ("2026-10-08", "60.00")
    assert (rows["C2"]["last_payment_date"], rows["C2"]["open_amount"]) == ("", "100.00")
    assert {row["as_of"] for row in rows.values()} == {"2026-10-31"}
    before = path.read_bytes()
    do("-o", str(path), *day)
    assert path.read_bytes() == before
    asked = tmp_path / "customers.json"
    do("-o", str(asked), "--target", "zoho-crm", *day)
    sent = json.loads(asked.read_text(encoding="utf-8"))["data"]
    assert [(row["External_ID"], row["Open_Amount"]) for row in sent] == [(rows["C1"]["key"], 40), (rows["C2"]["key"], 100)]
    do("-o", str(tmp_path / "c.xlsx"), "--target", "fxiaoke", *day)
    assert (tmp_path / "c.xlsx").exists()
    assert "has no form for how customers stand" in do("-o", str(tmp_path / "c.jsonl"), "--target", "yonyou-u8", *day, status=3)
    assert "a file for a CRM has no locale" in do("-o", str(path), "--target", "zoho-crm", "--locale", "de", *day, status=2)
    refused = CliRunner().invoke(main, ["--books", directory, "export", "aging", "-o", str(path), "--target", "zoho-crm"])
    assert refused.exit_code == 2
    assert "only receipts and customers are written for a target" in refused.output
