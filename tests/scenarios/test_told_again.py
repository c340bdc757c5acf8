"""Stories of money that the bank tells twice: one reference with two amounts, a day re-issued, a text that changed between downloads.

Everything is done on the command line, as an accountant does it; what counts is read from the exports and the library.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from support import CONFIG, Row, copied, items_file, lines_file, new_books, write

from matcher.books import Books
from matcher.cli import main

DAY = date(2026, 10, 31)


class Accountant:
    """Books in a folder, and the command line on them."""

    def __init__(self, folder: Path, start: Callable[[Path], object] | None = None) -> None:
        """`start`: what fills the books; what it does is done once for all stories that begin with it."""
        self.folder = folder
        self.books: Books = copied(folder, start) if start else new_books(folder / "books", CONFIG)

    def run(self, *args: object) -> Result:
        return CliRunner().invoke(main, ["--books", str(self.folder / "books"), "--actor", "anna", *map(str, args)], prog_name="matcher")

    def do(self, *args: object, status: int = 0) -> str:
        result = self.run(*args)
        assert result.exit_code == status, result.output
        return result.output

    def table(self, *args: object, status: int = 0) -> list[dict[str, str]]:
        result = self.run(*args, "--format", "csv")
        assert result.exit_code == status, result.output
        return list(csv.DictReader(io.StringIO(result.stdout)))

    def ingest(self, rows: Sequence[Row], name: str, status: int = 0) -> str:
        return self.do("ingest", lines_file(self.folder, rows, name), status=status)

    def amounts(self) -> list[int]:
        return sorted(self.books.state(DAY).lines["amount"].to_list())

    def held(self) -> str:
        (row,) = self.table("statement", "list", "--quarantined")
        return row["statement_id"]

    def verify(self) -> None:
        assert "FAILS" not in self.do("verify")


@pytest.fixture
def desk(tmp_path: Path) -> Accountant:
    return Accountant(tmp_path)


def authorised(amount: str, reference: str = "F1", **more: str) -> dict[str, str]:
    return {"amount": amount, "bank_reference": reference, "remittance_information": "RE-2026-00001", **more}


def mt940(rows: Sequence[tuple[str, str, str]], number: int, opening: str, closing: str) -> str:
    """A statement of the giro account: rows of (yymmdd, amount, text); balances of the first and the last day."""
    entries = "".join(f":61:{day}{day[2:]}C{amount}NTRFNONREF\n:86:{text}\n" for day, amount, text in rows)
    head = f":20:X{number}\n:25:DE02120300000000202051\n:28C:{number}/1\n:60F:C{rows[0][0]}EUR{opening}\n"
    return f"{head}{entries}:62F:C{rows[-1][0]}EUR{closing}\n-\n"


def day_of_two(desk: Accountant) -> tuple[Path, Path]:
    """A day as the bank first told it and as it told it again: the second entry is 25.00, and there is a third."""
    first = mt940([("261002", "10,00", "one"), ("261002", "20,00", "RE-2026-00001")], 1, "100,00", "130,00")
    again = mt940([("261002", "10,00", "one"), ("261002", "25,00", "RE-2026-00001"), ("261002", "1,00", "three")], 1, "100,00", "136,00")
    return write(desk.folder, "first.sta", first), write(desk.folder, "again.sta", again)


def day_read_twice(folder: Path) -> None:
    desk = Accountant(folder)
    first, again = day_of_two(desk)
    desk.do("ingest", first)
    desk.do("ingest", again, status=1)


@pytest.fixture
def told_twice(tmp_path: Path) -> Accountant:
    """The day counts as it was told first, and is held as it was told again."""
    return Accountant(tmp_path, day_read_twice)


INVOICE = {"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00001", "amount": "20.00"}


# one reference, two amounts


def test_the_later_of_two_amounts_of_one_reference_waits_and_is_listed_line_by_line(desk: Accountant) -> None:
    desk.ingest([authorised("100.00"), authorised("7.00", "F2")], "monday.csv")
    printed = desk.ingest([authorised("98.50"), authorised("3.00", "F3")], "tuesday.csv", status=1)
    assert "warning: statement.conflict: " in printed
    assert "tuesday.csv:2" in printed
    assert desk.amounts() == [3_00, 7_00, 100_00]
    rows = desk.table("statement", "conflicts", status=1)
    assert {(r["state"], r["account"], r["bank_reference"]) for r in rows} == {("open", "giro", "F1")}
    told = sorted((r["amount"], r["counts"], Path(r["file"]).name, r["source_line"], r["booking_date"]) for r in rows)
    assert told == [("100.00", "yes", "monday.csv", "2", "2026-10-15"), ("98.50", "no", "tuesday.csv", "2", "2026-10-15")]
    status = desk.run("status")
    assert status.exit_code == 1
    assert "statement.conflict: account giro: 1 lines do not count" in status.stderr
    assert [json.loads(x)["line_id"] for x in desk.run("statement", "conflicts", "--format", "json").stdout.splitlines()] == [
        r["line_id"] for r in rows
    ]
    statement = next(r["statement_id"] for r in rows if r["counts"] == "no")
    shown = desk.do("statement", "show", statement)
    assert "One bank reference, several amounts" in shown
    assert all(r["line_id"] in shown for r in rows)
    desk.verify()


def in_conflict(folder: Path) -> None:
    desk = Accountant(folder)
    desk.ingest([authorised("100.00")], "monday.csv")
    desk.ingest([authorised("98.50")], "tuesday.csv", status=1)


@pytest.fixture
def conflict(tmp_path: Path) -> Accountant:
    """The line of tuesday.csv waits: monday.csv told its reference with another amount."""
    return Accountant(tmp_path, in_conflict)


def waiting_line(desk: Accountant) -> tuple[str, str]:
    """Ids of the line that waits and of the one it stands against."""
    rows = desk.table("statement", "conflicts", status=1)
    return next(r["line_id"] for r in rows if r["counts"] == "no"), next(r["line_id"] for r in rows if r["counts"] == "yes")


@pytest.mark.parametrize("keep", ["this", "other", "both"])
def test_a_person_says_which_amount_counts_and_can_say_otherwise_later(conflict: Accountant, keep: str) -> None:
    sums = {"this": [98_50], "other": [100_00], "both": [98_50, 100_00]}
    line, other = waiting_line(conflict)
    refused = conflict.run("statement", "settle", line, "--keep", keep, "--reason", " ")
    assert (refused.exit_code, refused.stderr[:15]) == (2, "decision.state:")
    before, words = "", [keep]
    if keep == "this":  # from each answer to each other one, and to itself
        words = ["this", "both", "this", "other", "other", "both", "both", "other", "this", "this"]
    for word in words:
        result = conflict.run("statement", "settle", line, "--keep", word, "--reason", "the bank's answer")
        assert (result.exit_code, "count already" in result.stderr) == ((2, True) if word == before else (0, False))
        before = word
        assert conflict.amounts() == sums[word]
        assert conflict.run("status").exit_code == 0
    conflict.verify()
    assert conflict.table("statement", "conflicts") == []
    rows = conflict.table("statement", "conflicts", "--all")
    assert {r["line_id"] for r in rows} == {line, other}
    assert {r["state"] for r in rows} == {"settled"}
    assert {r["actor"] for r in rows if r["counts"] == "no"} <= {"anna"}


def test_a_verdict_on_a_conflict_is_a_decision_like_any_other(conflict: Accountant) -> None:
    line, other = waiting_line(conflict)
    assert "excluded (conflict)" in conflict.do("allocate", line, "I1", status=2)
    assert f'"replaced_by": "{other}"' in conflict.do("explain", line, "--format", "json")
    conflict.do("statement", "settle", line, "--keep", "other", "--reason", "the authorisation was final")
    shown = conflict.do("show", line)
    assert "the authorisation was final" in shown
    assert "refused" in shown
    conflict.do("undo", line, "--reason", "not yet clear")
    assert waiting_line(conflict)[0] == line
    conflict.do("undo", line, "--reason", "two payments after all")
    assert conflict.amounts() == [98_50, 100_00]
    assert conflict.table("statement", "conflicts") == []
    conflict.verify()


def test_a_line_with_postings_is_not_set_aside_unasked(desk: Accountant) -> None:
    desk.do("import", "items", items_file(desk.folder, [INVOICE]))
    desk.ingest([authorised("20.00")], "monday.csv")
    desk.do("run")
    desk.do("export", "receipts", "-o", desk.folder / "receipts.jsonl")
    desk.ingest([authorised("20.50")], "tuesday.csv", status=1)
    line, other = waiting_line(desk)
    refused = desk.run("statement", "settle", line, "--keep", "this", "--reason", "the bank corrected it")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("line.posted: 1 lines")
    assert other in refused.stderr
    assert desk.amounts() == [20_00]
    desk.do("statement", "settle", line, "--keep", "this", "--reason", "the bank corrected it", "--undo")
    assert desk.amounts() == [20_50]
    assert desk.books.state(DAY).items["open"].to_list() == [20_00]
    desk.do("export", "receipts", "-o", desk.folder / "receipts.jsonl")
    sent = [json.loads(text) for text in (desk.folder / "receipts.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(d["record"], d["amount"], d["account"], d["booking_date"]) for d in sent if d.get("external_id")] == [
        ("reversal", "-20.00", "giro", "2026-10-15")
    ]
    desk.verify()


def test_entries_that_one_statement_tells_side_by_side_or_that_balances_prove_all_count(desk: Accountant) -> None:
    desk.ingest([authorised("100.00"), authorised("-0.50")], "one.csv")
    assert desk.amounts() == [-50, 100_00]
    # the fee of F2 comes a day later, in a download that tells the purchase too
    desk.ingest([authorised("40.00", "F2", booking_date="2026-10-16")], "two.csv")
    late = authorised("-0.20", "F2", booking_date="2026-10-16")
    desk.ingest([authorised("40.00", "F2", booking_date="2026-10-16"), late], "three.csv")
    assert desk.amounts() == [-50, -20, 40_00, 100_00]
    # a cheque number that comes back, in statements that balances prove
    proven = [authorised(amount, "C1", balance=balance) for amount, balance in (("1.00", "1.00"), ("2.00", "3.00"))]
    desk.ingest([proven[0] | {"booking_date": "2026-10-20"}], "four.csv")
    desk.ingest([proven[1] | {"booking_date": "2026-10-21"}], "five.csv")
    assert desk.amounts() == [-50, -20, 1_00, 2_00, 40_00, 100_00]
    assert desk.table("statement", "conflicts") == []
    assert {r["state"] for r in desk.table("statement", "conflicts", "--all")} == {"beside"}
    assert desk.run("status").exit_code == 0


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_files_of_one_command_the_same_line_waits_whatever_their_order(desk: Accountant, turned: bool) -> None:
    names = [lines_file(desk.folder, [authorised(amount)], f"{amount}.csv") for amount in ("100.00", "98.50", "97.00")]
    desk.do("ingest", *(reversed(names) if turned else names), status=1)
    counting = desk.books.state(DAY)
    first = min([*counting.lines["line_id"], *counting.excluded["line_id"]])
    assert counting.lines["line_id"].to_list() == [first]
    assert counting.excluded.height == 2


def test_a_line_that_waits_is_known_when_it_comes_again(conflict: Accountant) -> None:
    assert "0 new lines, 1 already known" in conflict.ingest([authorised("98.50", balance="5.00")], "wednesday.csv")
    assert conflict.amounts() == [100_00]
    assert len(conflict.table("statement", "conflicts", status=1)) == 2


def test_a_line_that_waits_goes_out_and_comes_back_with_its_statement(conflict: Accountant) -> None:
    line, other = waiting_line(conflict)
    monday, tuesday = (
        next(r["statement_id"] for r in conflict.table("statement", "list") if name in r["file"]) for name in ("monday", "tuesday")
    )
    conflict.do("statement", "reject", tuesday, "--reason", "a copy of the screen")
    assert conflict.run("status").exit_code == 0
    conflict.do("statement", "accept", tuesday, "--reason", "it was the bank's")
    assert waiting_line(conflict) == (line, other)
    assert conflict.amounts() == [100_00]
    conflict.do("statement", "settle", line, "--keep", "this", "--reason", "final amount")
    conflict.do("statement", "settle", line, "--keep", "other", "--reason", "no, the first")
    # reversing one half of that would let both count
    assert "statement settle" in conflict.do("undo", line, "--reason", "to be seen", status=2)
    # without the other statement there is nothing that the line could double
    assert "decision.state" in conflict.do("statement", "reject", monday, "--reason", "a test file", status=2)
    conflict.do("statement", "reject", tuesday, "--reason", "first this one")
    conflict.do("statement", "reject", monday, "--reason", "a test file")
    assert conflict.amounts() == []
    assert "no other line" in conflict.do("statement", "settle", line, "--keep", "other", "--reason", "the first", status=2)
    conflict.verify()


# a day that is told again


def test_a_day_told_again_shows_where_it_differs_and_takes_the_place_of_the_first(told_twice: Accountant) -> None:
    held = told_twice.held()
    rows = told_twice.table("statement", "diff", held)
    assert [(r["change"], r["amount_before"], r["amount_now"], r["text_before"], r["text_now"]) for r in rows] == [
        ("only now", "", "1.00", "", "three"),
        ("changed", "20.00", "25.00", "RE-2026-00001", "RE-2026-00001"),
    ]
    shown = told_twice.do("statement", "show", held)
    assert "Told otherwise before" in shown
    assert rows[0]["line_now"][:10] in shown
    before = told_twice.books.state(DAY)
    printed = told_twice.do("statement", "accept", held, "--reason", "the bank sent the day anew")
    assert "2 new lines, 1 already known" in printed
    assert "1 line read before no longer counts.\n" in printed
    assert told_twice.amounts() == [1_00, 10_00, 25_00]
    assert [r["state"] for r in told_twice.table("statement", "list")].count("replaced") == 1
    # the next day goes on from the new balance, and the chain holds
    told_twice.do("ingest", write(told_twice.folder, "next.sta", mt940([("261003", "4,00", "four")], 2, "136,00", "140,00")))
    assert told_twice.run("status").exit_code == 0
    told_twice.verify()
    assert [(r["change"], r["amount_before"], r["amount_now"]) for r in told_twice.table("statement", "diff", held)] == [
        ("only now", "", "1.00"),
        ("changed", "20.00", "25.00"),
    ]
    told_twice.do("statement", "reject", held, "--reason", "the bank took it back")
    after = told_twice.books.state(date(2026, 10, 2))
    assert after.lines.drop("source_line").equals(before.lines.drop("source_line"))
    assert [r["state"] for r in told_twice.table("statement", "list")].count("replaced") == 0
    assert told_twice.run("status").stderr.startswith("statement.gap: ")
    told_twice.do("statement", "accept", held, "--reason", "it was right after all")
    assert told_twice.amounts() == [1_00, 4_00, 10_00, 25_00]
    assert told_twice.run("status").exit_code == 0
    told_twice.verify()


def test_a_day_told_again_that_lacks_a_posted_line_names_it_first(desk: Accountant) -> None:
    first, again = day_of_two(desk)
    desk.do("import", "items", items_file(desk.folder, [INVOICE]))
    desk.do("ingest", first)
    desk.do("run")
    (posted,) = desk.books.state(DAY).lines.filter(pl.col("state") == "posted")["line_id"]
    desk.do("ingest", again, status=1)
    held = desk.held()
    before = desk.amounts()
    refused = desk.run("statement", "accept", held, "--reason", "the bank sent the day anew")
    assert (refused.exit_code, refused.stderr.split(":")[0]) == (2, "line.posted")
    assert posted in refused.stderr
    assert desk.amounts() == before
    desk.do("statement", "accept", held, "--reason", "the bank sent the day anew", "--undo")
    assert desk.amounts() == [1_00, 10_00, 25_00]
    assert desk.books.state(DAY).items["open"].to_list() == [20_00]
    assert [(d["kind"], d["outcome"]) for d in desk.books.state(DAY).decisions.filter(pl.col("line_id") == posted).to_dicts()] == [
        ("match", "matched"),
        ("undo", "unexplained"),
        ("exclude", "superseded"),
    ]
    desk.verify()


def test_a_day_told_again_can_stand_beside_the_first_or_stay_out(told_twice: Accountant) -> None:
    held = told_twice.held()
    told_twice.do("statement", "reject", held, "--reason", "a test file of the bank")
    assert told_twice.run("status").exit_code == 0
    assert told_twice.amounts() == [10_00, 20_00]
    assert "decision.state" in told_twice.do("statement", "reject", held, "--reason", "again", status=2)
    told_twice.do("statement", "accept", held, "--add", "--reason", "both were booked")
    assert told_twice.amounts() == [1_00, 10_00, 20_00, 25_00]
    # two accounts of one day from the same opening balance: that something lies between them is said, not hidden
    assert "statement.gap" in told_twice.do("verify", status=1)


def test_a_statement_with_wrong_contents_is_taken_out_and_can_come_back(desk: Accountant) -> None:
    desk.do("import", "items", items_file(desk.folder, [INVOICE]))
    wrong, right = day_of_two(desk)
    desk.do("ingest", wrong)
    desk.do("run")
    (name,) = [row["statement_id"] for row in desk.table("statement", "list")]
    assert "line.posted" in desk.do("statement", "reject", name, "--reason", "another firm's statement", status=2)
    desk.do("statement", "reject", name, "--reason", "another firm's statement", "--undo")
    assert desk.amounts() == []
    assert desk.books.state(DAY).items["open"].to_list() == [20_00]
    assert [(row["state"], row["lines_excluded"]) for row in desk.table("statement", "list")] == [("rejected", "2")]
    (line, *_) = desk.books.state(DAY).excluded["line_id"].sort()
    assert "statement accept" in desk.do("undo", line, "--reason", "this one was ours", status=2)
    assert desk.amounts() == []
    desk.do("statement", "accept", name, "--reason", "it was ours")
    assert desk.amounts() == [10_00, 20_00]
    desk.do("statement", "reject", name, "--reason", "another firm's statement")
    # the right one tells an entry that was taken out with the wrong one, so a person has to say so
    desk.do("ingest", right, status=1)
    desk.do("statement", "accept", desk.held(), "--reason", "this is ours")
    assert desk.amounts() == [1_00, 10_00, 25_00]
    assert "decision.state" in desk.do("statement", "accept", name, "--reason", "both", status=2)
    assert desk.run("status").exit_code == 0
    desk.verify()


def test_what_a_person_took_back_does_not_come_in_again_unasked(told_twice: Accountant) -> None:
    told_twice.do("statement", "accept", told_twice.held(), "--reason", "the bank sent the day anew")
    # the first file once more, saved by another program: other bytes, the same statement
    other = write(told_twice.folder, "copy.sta", (told_twice.folder / "first.sta").read_text("utf-8").replace(":20:X1", ":20:Y1"))
    told_twice.do("ingest", other, status=1)
    assert told_twice.amounts() == [1_00, 10_00, 25_00]
    told_twice.do("statement", "accept", told_twice.held(), "--reason", "the first one was right")
    assert told_twice.amounts() == [10_00, 20_00]
    told_twice.verify()


def test_a_proven_statement_without_a_line_of_a_day_in_its_middle_waits(desk: Accountant) -> None:
    rows = [("261002", "10,00", "one"), ("261003", "20,00", "two"), ("261004", "30,00", "three")]
    desk.do("ingest", write(desk.folder, "a.sta", mt940(rows, 1, "100,00", "160,00")))
    desk.do("ingest", write(desk.folder, "b.sta", mt940([rows[0], rows[2]], 1, "100,00", "140,00")), status=1)
    assert [(r["change"], r["amount_before"]) for r in desk.table("statement", "diff", desk.held())] == [("only before", "20.00")]
    desk.do("statement", "accept", desk.held(), "--reason", "the second entry was never booked")
    assert desk.amounts() == [10_00, 30_00]
    desk.verify()


def test_the_second_statement_of_a_day_told_again_leaves_the_first_alone(desk: Accountant) -> None:
    for name, rows, opening, closing, status in (
        ("morning", [("261002", "10,00", "one")], "90,00", "100,00", 0),
        ("evening", [("261002", "30,00", "two")], "100,00", "130,00", 0),
        ("again", [("261002", "35,00", "two")], "100,00", "135,00", 1),
    ):
        desk.do("ingest", write(desk.folder, f"{name}.sta", mt940(rows, 1, opening, closing)), status=status)
    assert desk.amounts() == [10_00, 30_00]
    desk.do("statement", "accept", desk.held(), "--reason", "the bank sent the evening anew")
    assert desk.amounts() == [10_00, 35_00]
    desk.verify()


def test_another_reason_for_quarantine_leaves_the_choice_to_a_person(desk: Accountant) -> None:
    first, again = day_of_two(desk)
    desk.do("ingest", first)
    wrong = again.read_text(encoding="utf-8").replace("EUR136,00", "EUR999,00")
    desk.do("ingest", write(desk.folder, "wrong.sta", wrong), status=1)
    held = desk.held()
    refused = desk.run("statement", "accept", held, "--reason", "the total is a typing error")
    assert (refused.exit_code, refused.stderr.split(":")[0]) == (2, "decision.state")
    assert "--replace or --add" in refused.stderr
    desk.do("statement", "accept", held, "--replace", "--reason", "the total is a typing error")
    assert desk.amounts() == [1_00, 10_00, 25_00]


# a text that changed between two downloads without balances


def booked(day: int, amount: str, text: str, **more: str) -> dict[str, str]:
    return {"booking_date": f"2026-10-{day:02d}", "amount": amount, "remittance_information": text, **more}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Card payment", "Card payment Hafenkiosk Kiel 4711"),
        ("Rent October, flat 12, thank you", "Rent October, fl"),
        ("AUTHORISATION", "Hafenkiosk Kiel"),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_an_entry_whose_text_changed_between_two_downloads_counts_once(desk: Accountant, before: str, now: str, together: bool) -> None:
    monday = lines_file(desk.folder, [booked(1, "5.00", "tea"), booked(2, "12.30", before)], "monday.csv")
    tuesday = lines_file(desk.folder, [booked(2, "12.30", now), booked(3, "8.00", "bread")], "tuesday.csv")
    if together:
        desk.do("ingest", tuesday, monday, status=1)
    else:
        desk.do("ingest", monday)
        printed = desk.do("ingest", tuesday, status=1)
        assert "warning: statement.reissued: " in printed
        assert "1 entries have the amount of entries of its days that were read before" in printed
    assert desk.amounts() == [5_00, 12_30]
    rows = desk.table("statement", "diff", desk.held())
    assert [(r["change"], r["text_before"], r["text_now"]) for r in rows] == [("changed", before, now), ("only now", "", "bread")]
    desk.do("statement", "accept", desk.held(), "--reason", "the final text")
    assert desk.amounts() == [5_00, 8_00, 12_30]
    assert sorted(desk.books.state(DAY).lines["remittance_information"]) == sorted(["tea", now, "bread"])
    desk.verify()


def test_a_reference_that_comes_only_with_the_booking_does_not_double_it(desk: Accountant) -> None:
    desk.ingest([booked(2, "12.30", "Hafenkiosk")], "monday.csv")
    desk.ingest([booked(2, "12.30", "Hafenkiosk", bank_reference="B77")], "tuesday.csv", status=1)
    assert desk.amounts() == [12_30]


def test_an_entry_that_moved_to_another_day_with_its_reference_counts_once(desk: Accountant) -> None:
    desk.ingest([booked(1, "5.00", "tea", bank_reference="B1"), booked(2, "12.30", "Hafenkiosk", bank_reference="B2")], "monday.csv")
    moved = [booked(2, "7.00", "milk", bank_reference="B3"), booked(3, "12.30", "Hafenkiosk", bank_reference="B2")]
    desk.ingest(moved, "tuesday.csv", status=1)
    rows = desk.table("statement", "diff", desk.held())
    assert [(r["change"], r["reference_before"], r["reference_now"]) for r in rows] == [("only now", "", "B3"), ("changed", "B2", "B2")]
    desk.do("statement", "accept", desk.held(), "--reason", "booked a day later")
    assert desk.amounts() == [5_00, 7_00, 12_30]
    # a standing order has the same reference and amount every month: no download tells both months
    desk.ingest([booked(12, "12.30", "Hafenkiosk", bank_reference="B2")], "later.csv")
    assert desk.amounts() == [5_00, 7_00, 12_30, 12_30]
    desk.verify()


@pytest.mark.parametrize(
    ("monday", "tuesday"),
    [
        # the days overlap, and what both tell is the same
        ([booked(1, "5.00", "tea"), booked(2, "5.00", "coffee")], [booked(2, "5.00", "coffee"), booked(3, "5.00", "tea")]),
        # a day that was cut at noon goes on with an entry of the same amount
        ([booked(2, "5.00", "coffee")], [booked(2, "5.00", "coffee"), booked(2, "5.00", "tea")]),
        # parts without a common entry: the bank's ids, or the payers' accounts, tell two payments apart
        ([booked(2, "5.00", "coffee", bank_reference="B1")], [booked(2, "5.00", "tea", bank_reference="B2")]),
        ([booked(2, "5.00", "coffee", counterparty_account="DE1")], [booked(2, "5.00", "tea", counterparty_account="DE2")]),
        ([booked(2, "5.00", "coffee")], [booked(3, "5.00", "tea")]),
    ],
)
def test_downloads_that_agree_or_tell_other_money_are_not_held(
    desk: Accountant, monday: list[dict[str, str]], tuesday: list[dict[str, str]]
) -> None:
    desk.ingest(monday, "monday.csv")
    desk.ingest(tuesday, "tuesday.csv")
    own = [row for row in tuesday if row not in monday]
    assert len(desk.amounts()) == len(monday) + len(own)
    assert desk.run("status").exit_code == 0
    desk.verify()
