"""Lists of open items, one after the other: the day of each, what it changes, and what is odd about it."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import NOW, Row, customers_file, filled, items_file, new_books, write

from matcher.books import Books
from matcher.cli import main
from matcher.codes import BAD_INPUT, DONE
from matcher.errors import MatcherError
from matcher.openitems.dating import Dated
from matcher.openitems.tie_out import TieOut
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.states import DatedBy
from matcher.store import snapshots

TODAY = NOW.date()


def item(number: int, **more: str) -> Row:
    return {"item_id": f"A{number}", "customer_id": "C1", "document_no": f"KM-2026-{number:05}", "amount": "100.00", **more}


def run(books: Books, *words: str | Path) -> Result:
    return CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", "import", *map(str, words)], env={"COLUMNS": "80"})


def stored(books: Books) -> list[tuple[object, ...]]:
    with books.reading() as session:
        return session.store.run("FROM raw.snapshot ORDER BY batch")


def summary(books: Books) -> dict[str, object]:
    with books.reading() as session:
        ((text,),) = session.store.run("SELECT summary FROM log.batch ORDER BY batch DESC LIMIT 1")
    told: dict[str, object] = json.loads(text)
    return told


def test_every_list_has_a_day_that_is_kept_and_said(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    lists = [
        (items_file(tmp_path, [item(1)], "items.csv"), {"snapshot_date": date(2026, 9, 30)}, (date(2026, 9, 30), DatedBy.OPTION)),
        (items_file(tmp_path, [item(1)], "items_2026-10.csv"), {}, (date(2026, 10, 31), DatedBy.NAME)),
        (items_file(tmp_path, [item(1)], "items.csv"), {"partial": True}, (TODAY, DatedBy.TODAY)),
    ]
    column = "item_id,entity,customer_id,document_type,document_no,issue_date,currency,amount,as_of\n"
    column += "A1,1,C1,invoice,KM-2026-00001,2026-09-01,EUR,100.00,2026-10-30\n"
    lists.append((write(tmp_path, "items_2026-10-31.csv", column), {}, (date(2026, 10, 30), DatedBy.COLUMN)))
    for file, how, (day, by) in lists:
        assert books.import_files("items", [file], **how).dated == Dated(day, by)
    assert stored(books) == [(n + 1, *found, n == 2) for n, (*_, found) in enumerate(lists)]
    with books.reading() as session:
        kept = snapshots.snapshots(session.store)
    assert [(one.batch, one.day, one.entities) for one in kept] == [(n + 1, found[0], ("1",)) for n, (*_, found) in enumerate(lists)]
    assert snapshots.known_until(kept) == {"1": TODAY}
    done = run(books, "items", lists[1][0])
    assert "List of 31 Oct 2026, by the file's name.\n" in done.stderr
    assert "warning: snapshot.older: this list is of 31 Oct 2026, and one of 1 Nov 2026 was imported before" in done.stderr
    assert done.exit_code == DONE


def test_the_column_of_the_day_changes_no_item(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    head = "item_id,entity,customer_id,document_type,document_no,issue_date,currency,amount,snapshot_date\n"
    for day in ("2026-09-30", "2026-10-31"):
        file = write(tmp_path, f"{day}.csv", f"{head}A1,1,C1,invoice,RE-1,2026-09-01,EUR,100.00,{day}\n")
        result = books.import_files("items", [file])
    assert (result.new, result.changed, result.closed) == (0, 0, 0)


def test_nothing_is_kept_of_a_list_without_a_day_that_can_be(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    for name, code in (("2026-09-30_2026-10-31.csv", "snapshot.unclear"), ("2026-11-02.csv", "snapshot.future")):
        with pytest.raises(MatcherError) as refused:
            books.import_files("items", [items_file(tmp_path, [item(1)], name)])
        assert (refused.value.code, refused.value.exit_code) == (code, BAD_INPUT)
    for kind in ("customers", "rates"):
        with pytest.raises(MatcherError) as refused:
            books.import_files(kind, [customers_file(tmp_path, [])], snapshot_date=date(2026, 10, 31))  # type: ignore[arg-type]
        assert refused.value.code == "usage.option"
    assert stored(books) == []


def test_the_figures_tie_and_are_shown_in_a_small_table_by_a_dry_run_too(tmp_path: Path) -> None:
    books = filled(tmp_path, items=[item(n) for n in range(1, 7)])
    rows = [item(n) for n in range(1, 6)] + [item(8, amount="30.00"), item(9, currency="JPY", amount="500", entity="2")]
    rows[0] = {**rows[0], "open_amount": "40.00", "status": "part_paid"}
    file = items_file(tmp_path, rows, "next.csv")
    tie_out = (
        TieOut("1", "EUR", 6, 600_00, 1, 30_00, 1, -60_00, 1, 100_00, 6, 470_00),
        TieOut("2", "JPY", 0, 0, 1, 500, 0, 0, 0, 0, 1, 500),
    )
    assert books.import_files("items", [file], dry_run=True).tie_out == tie_out
    done = run(books, "items", file, "--dry-run")
    assert "Dry run: nothing was kept.\n" in done.stderr
    assert [line.split() for line in done.stdout.splitlines() if line.startswith("1 ")] == [
        ["1", "before", "6", "600.00", "EUR"],
        ["1", "+", "new", "1", "30.00", "EUR"],
        ["1", "+", "changed", "(1)", "-60.00", "EUR"],
        ["1", "-", "closed", "1", "100.00", "EUR"],
        ["1", "=", "after", "6", "470.00", "EUR"],
    ]
    assert max(map(len, done.stdout.splitlines())) <= 80
    csv = run(books, "items", file, "--dry-run", "--format", "csv").stdout.splitlines()
    assert csv[:4] == ["entity,currency,figure,items,amount", "1,EUR,before,6,600.00", "1,EUR,new,1,30.00", "1,EUR,changed,1,-60.00"]
    told = json.loads(run(books, "items", file, "--format", "json").stdout)
    assert (told["rows"], told["new"], told["changed"], told["closed"]) == (7, 2, 1, 1)
    assert told["tie_out"] == [one.to_dict() for one in tie_out]
    assert told["tie_out"] == summary(books)["tie_out"]
    assert summary(books)["entities"] == ["1", "2"]


def test_a_list_ties_to_the_state_of_the_erp_that_it_is_of(tmp_path: Path) -> None:
    """Entities that a list does not speak for are not in its figures; those that it takes an item from are."""
    books = filled(tmp_path, items=[item(1), item(2), item(3, entity="2")])
    result = books.import_files("items", [items_file(tmp_path, [item(1, entity="2"), item(3, entity="2")], "two.csv")])
    assert result.tie_out == (
        TieOut("1", "EUR", 2, 200_00, 0, 0, 0, 0, 1, 100_00, 1, 100_00),
        TieOut("2", "EUR", 1, 100_00, 1, 100_00, 0, 0, 0, 0, 2, 200_00),
    )
    partial = books.import_files("items", [items_file(tmp_path, [item(2, open_amount="1.00")], "three.csv")], partial=True)
    assert partial.tie_out == (TieOut("1", "EUR", 1, 100_00, 0, 0, 1, -99_00, 0, 0, 1, 1_00),)


def test_customers_that_nobody_knows_are_named(tmp_path: Path) -> None:
    books = filled(tmp_path, items=[item(1)])
    rows = [item(n, customer_id=f"C{n}") for n in range(1, 9)]
    file = items_file(tmp_path, rows, "next.csv")
    assert books.import_files("items", [file], dry_run=True).unknown_customers == ()  # no customers were ever imported
    books.import_files("customers", [customers_file(tmp_path, [{"customer_id": "C1", "name": "Anna"}])])
    assert books.import_files("items", [file], dry_run=True).unknown_customers == tuple(f"C{n}" for n in range(2, 9))
    done = run(books, "items", file)
    assert "7 customers of this list are not in the books: C2, C3, C4, C5, C6 and 2 more." in done.stderr
    assert done.exit_code == DONE


def test_documents_that_come_late_are_listed(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")

    def take(rows: Sequence[Row], day: str) -> list[str]:
        file = items_file(tmp_path, rows, "list.csv")
        return [one.item_id for one in books.import_files("items", [file], snapshot_date=date.fromisoformat(day)).late]

    first = [item(n) for n in range(1, 7)]
    assert take(first, "2026-09-30") == []
    assert take([*first, item(7, issue_date="2026-10-01")], "2026-10-15") == []
    assert take([item(20, entity="2", issue_date="2026-09-02")], "2026-10-20") == []  # the first list of that company
    late = [item(8, issue_date="2026-10-15"), item(9, issue_date="2026-09-15", currency="USD", amount="7.00")]
    rows = [*first, item(7, issue_date="2026-10-01"), *late, item(10, issue_date="2026-10-16")]
    file = items_file(tmp_path, rows, "items_2026-10-31.csv")
    said = "Late: 2 documents (100.00 EUR, 7.00 USD), missing from an earlier list of that day or a later one: "
    said += "KM-2026-00009 (A9) of 2026-09-15, KM-2026-00008 (A8) of 2026-10-15."
    done = run(books, "items", file)
    assert said in done.stderr
    assert summary(books)["late_documents"] == 2
    assert take([*rows, item(11, issue_date="2026-10-16")], "2026-10-16") == ["A11"]  # told for an earlier day, after the later one


def test_a_document_that_was_cancelled_and_issued_again_is_pointed_out_with_the_way_to_move_our_receipt(tmp_path: Path) -> None:
    line = {"amount": "100.00", "remittance_information": "KM-2026-00417", "bank_reference": "B1"}
    others = [item(n) for n in range(1, 9)]
    books = filled(tmp_path, items=[*others, item(417), item(500, amount="70.00")], lines=[line])
    (line_id,) = books.state().lines["line_id"]
    books.allocate(line_id, [AllocationRequest("A417", "100.00")])
    again = [item(418, document_no="KM-2026-00417-1"), item(501, document_no="KM-2026-00500/A", amount="70.00")]
    file = items_file(tmp_path, [*others, *again], "next.csv")
    found = books.import_files("items", [file], dry_run=True).replaced
    assert [(one.item_id, one.by_item_id, one.lines) for one in found] == [("A417", "A418", (line_id,)), ("A500", "A501", ())]
    said = run(books, "items", file).stderr
    moving = f"`matcher undo {line_id}`, then `matcher allocate {line_id} A418`."
    assert f"KM-2026-00417 (A417) was re-issued as KM-2026-00417-1 (A418). Our receipt is on the old one: {moving}\n" in said
    assert "KM-2026-00500 (A500) was re-issued as KM-2026-00500/A (A501).\n" in said
    books.undo(line_id)
    books.allocate(line_id, [AllocationRequest("A418")])
    assert books.state().items.filter(books.state().items["item_id"] == "A418")["open"].to_list() == [0]


def test_a_document_that_the_list_itself_closes_is_found_too(tmp_path: Path) -> None:
    books = filled(tmp_path, items=[item(n) for n in range(1, 3)])
    rows = [item(1, status="closed", open_amount="0.00"), item(2), item(3, document_no="KM-2026-00001-R")]
    result = books.import_files("items", [items_file(tmp_path, rows, "next.csv")])
    assert [(one.item_id, one.by_item_id) for one in result.replaced] == [("A1", "A3")]


def test_all_faults_of_all_files_are_told_in_one_go_and_nothing_is_kept(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    first = items_file(tmp_path, [item(n, amount="1,5") for n in range(30)], "first.csv")
    second = items_file(tmp_path, [item(100), item(101, entity="7", currency="")], "second.csv")
    done = run(books, "items", first, second)
    lines = done.stderr.splitlines()
    assert done.exit_code == BAD_INPUT
    assert done.stdout == ""
    assert lines[0] == f"amount.invalid: {first}:2: amount: '1,5' is not an amount. Write plain decimals such as -1234.50."
    assert lines[1:20] == [f"{first}:{n}: amount: '1,5' is not an amount" for n in range(3, 22)]
    assert lines[20:] == ["and 12 more"]
    with pytest.raises(MatcherError) as refused:
        books.import_files("items", [first, second])
    assert [fault.where for fault in refused.value.faults] == [*(f"{first}:{n}" for n in range(2, 32)), f"{second}:3", f"{second}:3"]
    assert stored(books) == []


def test_every_id_that_is_in_two_files_is_named(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    first = items_file(tmp_path, [item(1), item(2)], "first.csv")
    second = items_file(tmp_path, [item(3), item(2), item(1)], "second.csv")
    with pytest.raises(MatcherError) as refused:
        books.import_files("items", [first, second])
    assert [(fault.where, fault.what) for fault in refused.value.faults] == [
        (f"{second}:3", "item_id 'A2' is in two of the files"),
        (f"{second}:4", "item_id 'A1' is in two of the files"),
    ]


def test_a_closing_date_counts_after_the_last_list_of_the_same_entity(tmp_path: Path) -> None:
    """What another company's list said of in between says nothing of this one's documents."""
    books = filled(tmp_path)
    ours, theirs = item(1, entity="1"), item(2, entity="2")
    books.import_files("items", [items_file(tmp_path, [ours, theirs], "a.csv")], snapshot_date=date(2026, 9, 30))
    books.import_files("items", [items_file(tmp_path, [theirs], "b.csv")], snapshot_date=date(2026, 10, 20), partial=True)
    closed = ours | {"status": "closed", "open_amount": "0.00", "closed_date": "2026-10-10"}
    books.import_files("items", [items_file(tmp_path, [closed], "c.csv")], snapshot_date=date(2026, 10, 31), allow_closing=True)
    opens = [books.state(date(2026, 10, day)).items.filter(item_id="A1")["open"].item() for day in (9, 10)]
    assert opens == [100_00, 0]
