"""What a snapshot of the ERP may change of an item that money was posted on, and what only a person may allow."""

import json
from pathlib import Path

import pytest
from support import Row, copied, filled, items_file

from matcher.books import Books
from matcher.codes import POLICY, USAGE
from matcher.errors import MatcherError
from matcher.pipeline.actions.requests import AllocationRequest

ITEM = {"item_id": "I1", "customer_id": "C1", "document_no": "RE-1", "amount": "1000.00"}
OTHER = {"item_id": "I2", "customer_id": "C1", "document_no": "RE-2", "amount": "70.00"}
CREDIT = {"item_id": "I3", "customer_id": "C1", "document_no": "GS-3", "document_type": "credit_note", "amount": "-100.00"}
ALLOWABLE: tuple[Row, ...] = (
    {"customer_id": "C2"},
    {"document_no": "RE-9"},
    {"document_type": "debit_note"},
    {"document_no": "RE-9", "customer_id": "C2", "amount": "900.00"},
)
NEVER: tuple[Row, ...] = (
    {"currency": "JPY"},
    {"entity": "2"},
    {"amount": "-1000.00", "document_type": "credit_note"},
    {"amount": "0.00"},
    {"amount": "399.99"},
    {"currency": "USD", "document_no": "RE-9"},
)


def partly_paid(folder: Path) -> None:
    made = filled(folder, items=[ITEM, OTHER, CREDIT], lines=[{"amount": "380.00", "bank_reference": "B1"}])
    (line,) = made.state().lines["line_id"]
    made.allocate(line, [AllocationRequest("I1", "400.00"), AllocationRequest("I3", "-20.00")])


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """400.00 of the item I1 and 20.00 of the credit note I3 are posted; I2 has nothing posted."""
    return copied(tmp_path, partly_paid)


def tables(books: Books) -> list[object]:
    """Everything of the ERP and of the journal that the books hold."""
    with books.reading() as session:
        return [session.store.run(f"FROM {name} ORDER BY ALL") for name in ("raw.item", "raw.file", "log.batch", "log.decision")]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Books, list[object]]:
    """One copy for all refused changes, with what it holds: each of them must leave it so for the next."""
    made = copied(tmp_path_factory.mktemp("kept"), partly_paid)
    return made, tables(made)


@pytest.mark.parametrize("change", [*ALLOWABLE, *NEVER], ids=lambda change: " ".join(f"{k}={v}" for k, v in change.items()))
@pytest.mark.parametrize("partial", [True, False])
def test_what_has_postings_is_not_changed_unasked(kept: tuple[Books, list[object]], tmp_path: Path, change: Row, partial: bool) -> None:
    books, before = kept
    file = items_file(tmp_path, [OTHER, {**ITEM, **change}, CREDIT], "next.csv")
    with pytest.raises(MatcherError) as refused:
        books.import_files("items", [file], partial=partial)
    assert (refused.value.code, refused.value.exit_code) == ("item.posted", POLICY)
    assert refused.value.where == f"{file}:3"
    assert "item I1" in str(refused.value)
    assert tables(books) == before


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "400.00"},
        {"amount": "2000.00"},
        {"open_amount": "600.00", "status": "part_paid"},
        {"open_amount": "0.00", "status": "closed", "closed_date": "2026-10-20"},
        {"terms": "net 60", "due_date": "", "purchase_order": "PO-7", "disputed_amount": "10.00"},
    ],
    ids=str,
)
def test_what_the_erp_decides_goes_on_changing(books: Books, tmp_path: Path, change: Row) -> None:
    result = books.import_files("items", [items_file(tmp_path, [{**ITEM, **change}, OTHER, CREDIT], "next.csv")])
    assert (result.new, result.changed, result.closed) == (0, 1, 0)


def test_a_full_snapshot_still_closes_an_item_with_postings(books: Books, tmp_path: Path) -> None:
    assert books.import_files("items", [items_file(tmp_path, [OTHER], "next.csv")], allow_closing=True).closed == 2


def test_an_item_without_postings_may_change_in_all_and_one_whose_posting_was_undone_too(books: Books, tmp_path: Path) -> None:
    other = {**OTHER, "currency": "JPY", "entity": "2", "customer_id": "C9", "amount": "5"}
    books.import_files("items", [items_file(tmp_path, [other], "next.csv")], partial=True)
    (line,) = books.state().lines["line_id"]
    books.undo(line)
    item = {**ITEM, "currency": "JPY", "amount": "5", "document_no": "X"}
    assert books.import_files("items", [items_file(tmp_path, [item], "last.csv")], partial=True).changed == 1


def test_every_row_is_named_or_counted(books: Books, tmp_path: Path) -> None:
    credit = {**CREDIT, "amount": "-19.99"}
    first = items_file(tmp_path, [{**ITEM, "customer_id": "C2", "currency": "USD"}], "one.csv")
    second = items_file(tmp_path, [OTHER, credit], "two.csv")
    with pytest.raises(MatcherError) as refused:
        books.import_files("items", [first, second])
    said = str(refused.value)
    assert refused.value.where == f"{first}:2"
    for words in ("2 items", "currency EUR to USD", "customer_id C1 to C2", f"{second}:3", "item I3", "-19.99", "-20.00"):
        assert words in said, said


def test_a_person_may_allow_another_customer_and_document_and_the_journal_keeps_it(books: Books, tmp_path: Path) -> None:
    for number, change in enumerate(ALLOWABLE):
        file = items_file(tmp_path, [{**ITEM, **change}], f"{number}.csv")
        result = books.import_files("items", [file], partial=True, allow_change=["I1"], reason="the ERP moved it")
        assert result.changed == 1
        books.import_files("items", [items_file(tmp_path, [ITEM], f"{number}b.csv")], partial=True, allow_change=["I1"], reason="and back")
    with books.reading() as session:
        summaries = [json.loads(row[0]) for row in session.store.run("SELECT summary FROM log.batch ORDER BY batch")]
    assert summaries[3]["allowed"] == {"I1": "customer_id C1 to C2"}
    assert summaries[3]["reason"] == "the ERP moved it"


@pytest.mark.parametrize("change", NEVER, ids=str)
def test_nobody_may_allow_what_would_mix_sums(kept: tuple[Books, list[object]], tmp_path: Path, change: Row) -> None:
    books, before = kept
    file = items_file(tmp_path, [{**ITEM, **change}], "next.csv")
    with pytest.raises(MatcherError) as refused:
        books.import_files("items", [file], partial=True, allow_change=["I1"], reason="I want it")
    assert refused.value.code == "item.posted"
    assert "undo" in str(refused.value)
    assert tables(books) == before


def test_who_allows_a_change_says_why(books: Books, tmp_path: Path) -> None:
    file = items_file(tmp_path, [{**ITEM, "customer_id": "C2"}], "next.csv")
    for more in ({}, {"reason": " "}):
        with pytest.raises(MatcherError) as refused:
            books.import_files("items", [file], partial=True, allow_change=["I1"], **more)
        assert (refused.value.code, refused.value.exit_code) == ("usage.option", USAGE)


def test_a_proposal_on_an_item_that_became_another_is_gone(tmp_path: Path) -> None:
    """Accepting it would post euros on what is now an item in yen."""
    customer = {"customer_id": "C1", "name": "Domkapitel Erlenstein"}
    line = {"amount": "1000.00", "counterparty_name": "Domkapitel Erlenstein", "remittance_information": "RE-2026-1"}
    config = {**ITEM, "document_no": "RE-2026-1"}
    made = filled(tmp_path, items=[config], customers=[customer], lines=[line])
    policy = made.directory / "matcher.toml"
    policy.write_text(policy.read_text("utf-8") + "\n[policy]\nauto_post = false\n", "utf-8")
    made = Books(made.directory, actor="ada")
    made.run()
    waits = [line.line_id for line in made.queue().lines]
    assert [line.state for line in made.queue().lines] == ["proposed"]
    made.import_files("items", [items_file(tmp_path, [{**config, "currency": "JPY", "amount": "100000"}], "next.csv")])
    with pytest.raises(MatcherError) as refused:
        made.accept(list(waits))
    assert refused.value.code == "decision.state"
    assert [line.state for line in made.queue().lines] == ["none"]
