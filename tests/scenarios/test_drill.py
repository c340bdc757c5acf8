"""The restore is rehearsed on a copy: what is proven there, and that the books are only read."""

import os
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from support import CONFIG, NOW, copied, customers_file, filled, items_file, lines_file, new_books, tamper, write
from teller import Teller

from matcher.books import Books
from matcher.pipeline import drill
from matcher.pipeline.actions.requests import AllocationRequest

ITEMS = [{"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-2026-{1000 + n}", "amount": f"{100 + n}.00"} for n in range(6)] + [
    {"item_id": "G1", "customer_id": "C1", "document_no": "GS-1", "document_type": "credit_note", "amount": "-10.00"}
]
LINES = [
    {"booking_date": f"2026-10-0{n + 1}", "amount": f"{100 + n}.00", "bank_reference": f"B{n}", "counterparty_name": "Brandt GmbH",
     "remittance_information": f"RE-2026-{1000 + n}", "balance": f"{sum(100 + k for k in range(n + 1))}.00"}
    for n in range(4)
]  # fmt: skip
POLICY = """
[policy]
people_only = true
four_eyes_above = 1
[policy.people.petra]
role = "auditor"
[policy.people.ada]
"""
STEPS = [
    "the books are copied", "the copy is opened and verified", "its exports are those of the books",
    "the latest closed month is told as it was closed", "the latest run is taken back and posted again",
    "the copy still holds what was sealed", "the copy is removed", "the books are as they were",
]  # fmt: skip


def _made(folder: Path) -> None:
    books = filled(folder, items=ITEMS, customers=[{"customer_id": "C1", "name": "Brandt GmbH"}], lines=LINES)
    books.run()
    toml = books.directory / "matcher.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + POLICY, encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    desk = Teller(copied(tmp_path, _made), monkeypatch)
    (tmp_path / "place").mkdir()
    return desk


def _bytes(folder: Path) -> dict[str, str]:
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def _results(desk: Teller, actor: str = "") -> dict[str, tuple[str, str]]:
    result = desk.run("drill", "--in", "place", "-O", "csv", actor=actor)
    rows = [line.split(",") for line in result.stdout.splitlines()[1:]]
    assert result.exit_code == any(row[1] == "failed" for row in rows), result.output
    return {row[0]: (row[1], ",".join(row[2:])) for row in rows}


def test_all_is_proven_on_the_copy_and_the_books_keep_their_bytes(desk: Teller) -> None:
    """An auditor may do it, and nobody has to approve anything on the copy."""
    before = _bytes(desk.folder)
    found = _results(desk, "petra")
    assert list(found) == STEPS
    assert {name: result for name, (result, _) in found.items()} == dict.fromkeys(STEPS, "done") | {STEPS[3]: "not done"}
    assert "4 postings taken back and posted again" in found[STEPS[4]][1]
    assert _bytes(desk.folder) == before
    assert list((desk.folder / "place").iterdir()) == []


def test_a_closed_month_is_read_again_and_stays_while_the_run_is_undone(desk: Teller) -> None:
    desk.do("close", "2026-10")
    found = _results(desk)
    assert found[STEPS[3]][0] == "done"
    assert "the aging of 2026-10 is as it was known in batch" in found[STEPS[3]][1]
    assert found[STEPS[4]][0] == "done"


def test_the_checklist_is_a_page_to_be_signed(desk: Teller) -> None:
    assert "Journal head: batch " in desk.do("drill", "-o", "drill.html")
    page = (desk.folder / "drill.html").read_text(encoding="utf-8")
    for text in (*STEPS, "carried out", "ada", "signature"):
        assert text in page


def test_books_that_do_not_hold_fail_the_drill(desk: Teller) -> None:
    tamper(desk.folder / "books" / "books.duckdb", "raw.line", "UPDATE raw.line SET counterparty_name = 'Eve' WHERE bank_reference = 'B1'")
    before = _bytes(desk.folder)
    said = desk.do("drill", "--in", "place", status=1)
    assert "drill.failed: the copy is opened and verified: verify.failed: journal: every row is as it was sealed" in said
    assert _bytes(desk.folder) == before


@pytest.mark.parametrize("name", [STEPS[2], STEPS[4]])
def test_a_copy_that_tells_something_else_is_noticed(name: str, desk: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.do("close", "2026-10")
    copied_as_it_is = drill._copy

    def copy_another(place: drill._Desk) -> None:
        copied_as_it_is(place)
        with duckdb.connect(str(place.copy / "books.duckdb")) as connection:
            triggers = connection.execute("SELECT trigger_name, sql FROM duckdb_triggers() WHERE table_name = 'item'").fetchall()
            for trigger, _ in triggers:
                connection.execute(f"DROP TRIGGER {trigger} ON raw.item")
            connection.execute("UPDATE raw.item SET due_date = due_date + 40 WHERE item_id = 'I5'")
            for _, text in triggers:
                connection.execute(text)

    def accept_nothing(*_: object) -> list[object]:
        return []

    if name == STEPS[4]:
        monkeypatch.setattr(drill.actions.proposals, "accept", accept_nothing)
    else:
        monkeypatch.setattr(drill, "_copy", copy_another)
    found = _results(desk)
    assert found[name][0] == "failed"
    assert "drill.differs" in found[name][1]
    assert found[STEPS[3]][0] == ("failed" if name == STEPS[2] else "done")
    assert found[STEPS[-1]][0] == "done"


def test_what_cannot_be_rehearsed_is_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Teller(new_books(tmp_path / "books"), monkeypatch)
    (tmp_path / "place").mkdir()
    found = _results(desk)
    assert [found[name][0] for name in STEPS[3:5]] == ["not done", "not done"]
    assert found[STEPS[4]][1].startswith("no run was made yet")
    assert "file.unwritable" in desk.do("drill", "--in", "nowhere", status=2)


def test_the_copy_is_its_owners_alone_and_removed_when_the_drill_is_broken_off(desk: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []

    def broken(place: drill._Desk, head: object) -> str:
        seen.append((place.copy.stat().st_mode & 0o777, (place.copy / "books.duckdb").stat().st_mode & 0o777))
        raise KeyboardInterrupt

    monkeypatch.setattr(drill, "_STEPS", (("broken off", broken),))
    with pytest.raises(KeyboardInterrupt):
        Books(desk.folder / "books", actor="ada", clock=lambda: NOW).drill(place=desk.folder / "place")
    assert list((desk.folder / "place").iterdir()) == []
    if os.name == "posix":
        assert seen == [(0o700, 0o600)]


def test_signed_books_with_their_own_rules_are_rehearsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "journal.key", "a key of more than thirty-two characters\n")
    books = new_books(tmp_path / "books", CONFIG + '[journal]\nkey_file = "../journal.key"\nsigned_from = 1\n')
    (books.directory / "profiles").mkdir()
    books.import_files("customers", [customers_file(tmp_path, [{"customer_id": "C1", "name": "Brandt GmbH"}])])
    books.import_files("items", [items_file(tmp_path, ITEMS)])
    books.ingest([lines_file(tmp_path, LINES)])
    books.run()
    paid = books.state().lines.filter(bank_reference="B0")["line_id"][0]
    books.undo(paid, reason="a deposit")
    books.allocate(paid, [AllocationRequest("I0", "90.00", "10.00", "discount")], reason="agreed")
    desk = Teller(books, monkeypatch)
    (tmp_path / "place").mkdir()
    found = _results(desk)
    assert {result for result, _ in found.values()} == {"done", "not done"}
    assert "3 postings taken back and posted again" in found[STEPS[4]][1]
