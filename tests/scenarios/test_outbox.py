"""From a decision to the ERP's number and back: what is sent, what it answers, and what waits again."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support import CONFIG, copied, customers_file, items_file, lines_file, new_books, write

from matcher.books import Books
from matcher.cli import main
from matcher.errors import MatcherError
from matcher.pipeline.actions.requests import AllocationRequest

TARGET = """
[target.zoho-books]
accounts = { giro = "Deutsche Bank EUR" }
"""
ITEMS = [
    {"item_id": f"A{n}", "customer_id": "C1", "document_no": f"RE-2026-0040{n}", "amount": "100.00", "issue_date": "2026-09-01"}
    for n in range(1, 6)
]
LINES = [
    {"booking_date": "2026-10-08", "amount": "100.00", "bank_reference": f"R{n}", "remittance_information": "thank you"}
    for n in range(1, 4)
]


def begun(folder: Path) -> None:
    books = new_books(folder / "books", CONFIG + TARGET)
    books.import_files("items", [items_file(folder, ITEMS)])
    books.import_files("customers", [customers_file(folder, [{"customer_id": "C1", "name": "Brandt GmbH"}])])
    books.ingest([lines_file(folder, LINES)])


class Desk:
    """Books with three receipts of 100.00 and five invoices of 100.00; the command line over them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.books = folder, copied(folder, begun)
        self.lines = dict(self.books.state().lines.select("bank_reference", "line_id").iter_rows())

    def do(self, *words: str, status: int = 0) -> str:
        found = CliRunner().invoke(main, ["--books", str(self.books.directory), "--actor", "ada", *words])
        assert found.exit_code == status, found.output
        return found.output

    def pay(self, reference: str, item: str, adjustment: str = "", reason: str = "") -> None:
        cash = "" if not adjustment else "90.00"
        self.books.allocate(self.lines[reference], [AllocationRequest(item, cash, adjustment, reason)])

    def send(self, *words: str, target: str = "generic", status: int = 0) -> list[dict[str, Any]]:
        path = self.folder / f"sent.{'jsonl' if target == 'generic' else 'csv'}"
        self.do("export", "receipts", "--target", target, "-o", str(path), *words, status=status)
        if target != "generic":
            with path.open(encoding="utf-8", newline="") as stream:
                return list(csv.DictReader(stream))
        return [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()][1:-1]

    def answer(self, *rows: tuple[str, str, str, str], status: int = 0) -> str:
        text = "external_id,result,erp_number,message\n" + "".join(",".join(row) + "\n" for row in rows)
        return self.do("ack", str(write(self.folder, "answers.csv", text)), status=status)

    def states(self, target: str = "generic") -> dict[str, str]:
        every = [one for word in ("", "accepted") for one in self.books.outbox(target=target, state=word).documents]
        return {one.external_id: str(one.state) for one in every}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_was_sent_is_sent_once_and_again_on_demand(desk: Desk) -> None:
    desk.pay("R1", "A1")
    (first,) = desk.send()
    assert desk.send() == []
    assert desk.send("--all") == [first]
    desk.pay("R2", "A2")
    (second,) = desk.send()
    assert second["external_id"] != first["external_id"]
    desk.answer((first["external_id"], "accepted", "PE-1", ""))
    assert desk.send("--all") == [second]
    assert desk.states() == {first["external_id"]: "accepted", second["external_id"]: "sent"}


def test_a_rejected_receipt_waits_again_and_goes_out_anew_without_a_reversal(desk: Desk) -> None:
    desk.pay("R1", "A1")
    (first,) = desk.send()
    said = desk.answer((first["external_id"], "rejected", "", "customer is blocked"), status=1)
    assert "1 rejected" in said
    assert desk.states() == {first["external_id"]: "rejected"}
    assert "customer is blocked" in desk.do("outbox", "--state", "rejected")
    assert desk.send() == []
    assert desk.send("--rejected") == [first]
    desk.answer((first["external_id"], "rejected", "", "still blocked"), status=1)
    assert "1 receipt rejected by the ERP" in desk.do("status")
    queue = json.loads(desk.do("queue", "-O", "json").splitlines()[0])
    assert (queue["line_id"], queue["reason"]) == (desk.lines["R1"], "rejected by the ERP (generic): still blocked")
    desk.books.undo(desk.lines["R1"])
    desk.pay("R1", "A2")
    (again,) = desk.send()
    assert (again["record"], again["reverses"], again["allocations"][0]["item_id"]) == ("receipt", "", "A2")


def test_money_is_not_sent_again_while_the_erp_refuses_to_take_it_back(desk: Desk) -> None:
    desk.pay("R1", "A1")
    (first,) = desk.send()
    desk.answer((first["external_id"], "accepted", "PE-1", ""))
    desk.books.undo(desk.lines["R1"])
    (back,) = desk.send()
    desk.answer((back["external_id"], "rejected", "", "period is closed"), status=1)
    desk.pay("R1", "A2")
    desk.pay("R2", "A3")
    assert [row["line_id"] for row in desk.send()] == [desk.lines["R2"]]
    assert "1 document left out that the ERP rejected" in desk.do("export", "receipts", "-o", str(desk.folder / "again.jsonl"))
    again = desk.send("--rejected")
    assert [(row["record"], row["amount"]) for row in again] == [("reversal", "-100.00"), ("receipt", "100.00")]


def test_a_refused_reversal_of_what_the_erp_never_had_holds_nothing_up(desk: Desk) -> None:
    desk.pay("R1", "A1")
    (first,) = desk.send()
    desk.books.undo(desk.lines["R1"])
    (back,) = desk.send()
    desk.answer((back["external_id"], "rejected", "", "nothing to take back"), status=1)
    desk.do("ack", "--resolve", f"{first['external_id']}=never-arrived", "--reason", "asked Ms Olsen")
    desk.pay("R1", "A2")
    assert [(row["record"], row["amount"]) for row in desk.send()] == [("receipt", "100.00")]


def test_what_nobody_knows_is_asked_and_never_sent_again_before(desk: Desk) -> None:
    desk.pay("R1", "A1")
    (first,) = desk.send()
    key = first["external_id"]
    desk.answer((key, "unknown", "", "timeout"), status=1)
    assert desk.send("--all") == []
    desk.books.undo(desk.lines["R1"])
    desk.pay("R1", "A2")
    assert desk.send() == [], "its line is left alone"
    desk.do("ack", "--resolve", f"{key}=never-arrived", status=2)
    desk.do("ack", "--resolve", f"{key}=never-arrived", "--reason", "asked Ms Olsen")
    (again,) = desk.send()
    assert (again["record"], again["allocations"][0]["item_id"]) == ("receipt", "A2")


def test_what_was_found_accepted_is_taken_back_by_a_reversal(desk: Desk) -> None:
    desk.pay("R1", "A1")
    (first,) = desk.send()
    key = first["external_id"]
    desk.answer((key, "unknown", "", "timeout"), status=1)
    desk.do("ack", "--resolve", f"{key[:8]}=accepted:PE-7", "--reason", "found it")
    desk.books.undo(desk.lines["R1"])
    (back,) = desk.send()
    assert (back["record"], back["reverses"]) == ("reversal", key)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("KEY", "accepted", "PE-2", "")], "ack.contradicts"),
        ([("KEY", "rejected", "", "no")], "ack.contradicts"),
        ([("KEY", "accepted", "PE-1", ""), ("feed" * 5, "accepted", "PE-3", "")], "ack.unknown"),
        ([("KEY", "perhaps", "", "")], "ack.unreadable"),
        ([("", "accepted", "PE-1", "")], "ack.unreadable"),
        ([("OTHER", "accepted", "PE-9", ""), ("OTHER", "rejected", "", "")], "ack.contradicts"),
    ],
)
def test_a_contradiction_is_refused_and_nothing_is_half_done(desk: Desk, rows: list[tuple[str, str, str, str]], code: str) -> None:
    desk.pay("R1", "A1")
    desk.pay("R2", "A2")
    one, two = (row["external_id"] for row in desk.send())
    desk.answer((one, "accepted", "PE-1", ""))
    before = desk.states()
    head = desk.books.head()
    named = {"KEY": one, "OTHER": two}
    assert code in desk.answer(*((named.get(row[0], row[0]), *row[1:]) for row in rows), status=3)
    assert (desk.states(), desk.books.head()) == (before, head)


def test_the_same_answer_twice_changes_nothing(desk: Desk) -> None:
    desk.pay("R1", "A1")
    (row,) = desk.send()
    desk.answer((row["external_id"], "rejected", "", "blocked"), status=1)
    head = desk.books.head()
    assert "1 answer known before" in desk.answer((row["external_id"], "rejected", "", "blocked"))
    assert desk.books.head() == head
    desk.send("--rejected")
    desk.do("ack", str(desk.folder / "answers.csv"))
    assert desk.states() == {row["external_id"]: "sent"}, "an old file is no answer to what was sent since"


def test_the_next_list_of_the_erp_is_an_answer(desk: Desk) -> None:
    desk.pay("R1", "A1")
    desk.pay("R2", "A2")
    one, two = (row["external_id"] for row in desk.send())
    listed = [row | {"open_amount": "0.00"} if row["item_id"] == "A1" else row for row in ITEMS]
    path = items_file(desk.folder, listed, "later.csv")
    desk.books.import_files("items", [path])
    states = desk.states()
    assert sorted((states[one], states[two])) == ["accepted", "sent"]
    assert "accepted (by the list of" in desk.do("outbox", "--state", "accepted")
    assert len(desk.send("--all")) == 1


def test_the_log_of_a_line_goes_to_the_number_of_the_erp(desk: Desk) -> None:
    desk.pay("R1", "A1")
    (row,) = desk.send()
    desk.answer((row["external_id"], "accepted", "PE-4711", ""))
    told = desk.do("log", desk.lines["R1"])
    assert told.index("sent the receipt") < told.index("accepted") < told.index("PE-4711")


def test_what_a_target_has_no_form_for_is_refused_by_name_or_skipped(desk: Desk) -> None:
    desk.pay("R1", "A1")
    desk.pay("R2", "A2", "10.00", "discount")
    path = desk.folder / "z.csv"
    refused = desk.do("export", "receipts", "--target", "zoho-books", "-o", str(path), status=3)
    decision = desk.books.state().lines.filter(bank_reference="R2")["decision_id"][0]
    assert [text for text in ("target.no_form", decision, "a discount") if text not in refused] == []
    assert not path.exists()
    shown = desk.do("export", "receipts", "--target", "zoho-books", "--dry-run", status=1)
    assert [text for text in ("a discount", "100.00") if text not in shown] == []
    (row,) = desk.send("--skip-unsupported", target="zoho-books", status=1)
    assert (row["Invoice Number"], row["Amount"], row["Deposit To"]) == ("RE-2026-00401", "100.00", "Deutsche Bank EUR")
    (left,) = desk.books.outbox(target="zoho-books", state="new").documents
    assert left.decision_id == decision
    desk.do("ack", "--target", "zoho-books", "--resolve", f"{left.external_id}=by-hand:77", "--reason", "booked by hand")
    assert desk.states("zoho-books")[left.external_id] == "accepted"


def test_settings_are_checked_before_anything_is_written(desk: Desk) -> None:
    desk.pay("R1", "A1")
    toml = desk.books.directory / "matcher.toml"
    toml.write_text(CONFIG, encoding="utf-8")
    said = desk.do("export", "receipts", "--target", "zoho-books", "-o", str(desk.folder / "z.csv"), status=2)
    assert [text for text in ("target.setting", "accounts.giro") if text not in said] == []
    toml.write_text(f"{CONFIG}{TARGET}colour = 1\n", encoding="utf-8")
    assert "target.zoho-books.colour" in desk.do("export", "receipts", "--target", "zoho-books", "-o", str(desk.folder / "z.csv"), status=2)
    assert not (desk.folder / "z.csv").exists()
    assert desk.books.outbox(target="zoho-books", state="sent").documents == ()
    with pytest.raises(MatcherError, match=r"usage\.option"):
        Books(desk.books.directory).outbox(state="lost")
