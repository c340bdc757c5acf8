"""Money is never lost, doubled or guessed: whatever comes in and whatever is decided, every sum holds, and undo is exact."""

import random
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from effort import tries
from hypothesis import given, settings
from hypothesis import strategies as st
from support import CONFIG, customers_file, items_file, lines_file, new_books

from matcher.books import Books
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.pipeline.actions.requests import AllocationRequest

FOREVER = date(9999, 12, 31)
AMOUNTS = ("10.00", "20.00", "30.00", "49.00", "50.00", "119.00", "98.00", "100.00")


@st.composite
def months(draw: st.DrawFn) -> dict[str, list[dict[str, str]]]:
    """A small month with few amounts, so that ties, twins and chance sums abound."""
    customers = [
        {"customer_id": f"C{n}", "name": f"{name} GmbH", "account": f"DE{n:020d}"} for n, name in enumerate(("Alster", "Bille", "Elbe"))
    ]
    items, lines = [], []
    for n in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(["invoice"] * 5 + ["credit_note"]))
        amount = draw(st.sampled_from(AMOUNTS))
        items.append(
            {
                "item_id": f"I{n}", "customer_id": draw(st.sampled_from(["C0", "C1", "C2"])), "document_type": kind,
                "document_no": f"RE-2026-{n + 101:05d}", "amount": f"-{amount}" if kind == "credit_note" else amount,
                "terms": draw(st.sampled_from(["", "2/10 net 30"])), "issue_date": draw(st.sampled_from(["2026-09-01", "2026-10-10"])),
                "due_date": "",
            }
        )  # fmt: skip
    for n in range(draw(st.integers(1, 8))):
        named = draw(st.lists(st.sampled_from([i["document_no"] for i in items]), max_size=3, unique=True))
        payer = draw(st.integers(-1, 2))
        lines.append(
            {
                "bank_reference": draw(st.sampled_from([f"B{n}", ""])), "amount": draw(st.sampled_from([*AMOUNTS, "-20.00", "149.00"])),
                "remittance_information": " ".join(named), "booking_date": f"2026-10-{draw(st.integers(10, 25))}",
                "counterparty_account": f"DE{payer:020d}" if payer >= 0 and draw(st.booleans()) else "",
                "counterparty_name": customers[payer]["name"] if payer >= 0 else "",
            }
        )  # fmt: skip
    return {"customers": customers, "items": items, "lines": lines}


TWO_PEOPLE = "[policy]\nfour_eyes_above = 45\nsample = 0.3\n"
"""Many decisions wait for another person, and some postings are checked."""


def build(folder: Path, month: dict[str, list[dict[str, str]]], policy: str = "") -> Books:
    books = new_books(folder / "books", f"{CONFIG}\n{policy}")
    books.import_files("items", [items_file(folder, month["items"])])
    books.import_files("customers", [customers_file(folder, month["customers"])])
    books.ingest([lines_file(folder, month["lines"])])
    return books


def between(part: int, whole: int) -> bool:
    """Whether a part has the sign of the whole, and is no more than it."""
    low, high = sorted((0, whole))
    return low <= part <= high


def assert_conserved(books: Books) -> State:
    """Gives what it looked at."""
    state = books.state(FOREVER)
    posted = state.allocations.filter(pl.col("state") == "posted")
    for line in state.lines.iter_rows(named=True):
        taken = posted.filter(pl.col("line_id") == line["line_id"])["amount"].sum()
        assert line["amount"] == taken + line["pending"]
        assert between(taken, line["amount"])
    for item in state.items.iter_rows(named=True):
        mine = posted.filter(pl.col("item_id") == item["item_id"])
        settled = mine["item_amount"].sum() + mine["adjustment"].sum()
        assert item["open"] == item["open_amount"] - settled
        assert between(item["open"], item["amount"])
    assert [check.name for check in books.verify() if check.failure] == []
    aged = books.aging(FOREVER)
    known = (pl.col("payer") != "") & (pl.col("pending") > 0) & ~pl.col("outcome").is_in(["non_receivable", "outgoing"])
    residual = state.lines.filter(known)["pending"].sum()
    assert aged["open_amount"].sum() == state.items["open"].sum() - residual
    return state


def snapshot(state: State) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the lines and items hold, without who decided last."""
    return state.lines.select("line_id", "applied", "pending").to_dicts(), state.items.select("item_id", "open").to_dicts()


def act(books: Books, rng: random.Random) -> None:
    """One decision of a person, sensible or not; what is refused must leave no trace."""
    state = books.state(FOREVER)
    line = rng.choice(state.lines["line_id"].to_list())
    item = rng.choice(state.items["item_id"].to_list())
    amount = rng.choice(["", "10.00", "49.00", "100.00", "-10.00"])
    kind = rng.choice(["accept", "reject", "allocate", "allocate", "undo", "run", "approve", "approve", "check"])
    try:
        if kind == "run":
            books.run(FOREVER)
        elif kind == "approve":
            for one in books.to_approve()[:1]:
                Books(books.directory, actor="ben").approve([one.decision_id], reject=rng.random() < 0.3)
        elif kind == "check":
            for asked in books.sample()[0][:1]:
                rng.choice([books.check_right, books.check_wrong])([asked.line_id])
        elif kind == "allocate":
            books.allocate(line, [AllocationRequest(item, amount)])
        elif kind == "undo":
            books.undo(line)
        else:
            getattr(books, kind)([line])
    except MatcherError:
        assert snapshot(books.state(FOREVER)) == snapshot(state)


@settings(max_examples=tries(15))
@given(month=months(), seed=st.integers(0, 2**32))
def test_every_cent_is_in_one_place_after_any_decisions_and_undo_is_exact(month: dict[str, list[dict[str, str]]], seed: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        books = build(Path(name), month, TWO_PEOPLE)
        untouched = snapshot(books.state(FOREVER))
        books.run(FOREVER)
        assert_conserved(books)
        for _ in range(5):
            act(books, rng)
        live = assert_conserved(books).decisions.filter(pl.col("live")).select("kind", "decision_id").rows()
        rng.shuffle(live)
        # while a decision waits, no other one on its line is taken back
        for _, decision in sorted(live, key=lambda row: row[0] != "submit"):
            books.undo(decision)
        assert snapshot(assert_conserved(books)) == untouched


@settings(max_examples=tries(15))
@given(month=months(), seed=st.integers(0, 2**32))
def test_the_order_of_rows_and_files_does_not_matter(month: dict[str, list[dict[str, str]]], seed: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = []
        for n in range(2):
            place = folder / str(n)
            place.mkdir()
            books = new_books(place / "books")
            books.import_files("items", [items_file(place, month["items"])])
            books.import_files("customers", [customers_file(place, month["customers"])])
            cut = rng.randint(0, len(month["lines"])) if n else 0
            # two files of one command are two statements: twins must stay in one of them, or a person is asked which they are
            parts = [p for p in (month["lines"][:cut], month["lines"][cut:]) if p] if twinless(month["lines"]) else [month["lines"]]
            books.ingest([lines_file(place, part, f"{k}.csv") for k, part in enumerate(parts)])
            books.run(FOREVER)
            for what in ("matches", "aging", "discrepancies"):
                books.export(what, place / f"{what}.csv", FOREVER)
            written.append([(place / f"{what}.csv").read_bytes() for what in ("matches", "aging", "discrepancies")])
            for rows in month.values():
                rng.shuffle(rows)
        assert written[0] == written[1]


def twinless(lines: list[dict[str, str]]) -> bool:
    """Whether no two lines have one day and amount: cut in between, the later file could be telling the earlier one's entry again."""
    keys = [(line["booking_date"], line["amount"]) for line in lines]
    return len(set(keys)) == len(keys)


@settings(max_examples=tries(15))
@given(month=months(), cut=st.integers(0, 8), extra=st.integers(0, 8))
def test_reading_again_adds_nothing_and_an_overlap_adds_only_what_is_new(
    month: dict[str, list[dict[str, str]]], cut: int, extra: int
) -> None:
    lines = sorted(month["lines"], key=lambda line: line["booking_date"])
    early, late = lines[: cut + extra], lines[cut:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        books, whole = new_books(folder / "books"), new_books(folder / "whole")
        whole.ingest([lines_file(folder, lines, "all.csv")])
        expected = whole.state(FOREVER).lines["line_id"].to_list()
        for part in (p for p in (early, late, lines) if p):
            path = lines_file(folder, part, f"{len(part)}.csv")
            books.ingest([path])
            assert [r.known for r in books.ingest([path])] == [True]
        assert books.state(FOREVER).lines["line_id"].to_list() == expected
        again = whole.ingest([lines_file(folder, lines[::-1], "reversed.csv")])[0]
        assert again.known == (lines == lines[::-1])
        assert [statement.new for statement in again.statements] == [0] * (not again.known)


@pytest.mark.parametrize("table", ["raw.line", "raw.statement", "raw.item", "log.decision", "log.allocation", "log.batch"])
def test_facts_and_decisions_cannot_be_changed_in_the_file_itself(table: str, tmp_path: Path) -> None:
    import duckdb

    new_books(tmp_path / "books").state()
    with duckdb.connect(str(tmp_path / "books" / "books.duckdb")) as connection:
        for statement in (
            f"UPDATE {table} SET batch = 1" if "line" not in table else f"UPDATE {table} SET amount = 1",
            f"DELETE FROM {table}",
        ):
            if "allocation" in table:
                statement = statement.replace("batch", "amount")
            with pytest.raises(duckdb.Error, match="append-only"):
                connection.execute(statement)
