"""Entries wait in memory or in files: the books are the same, and so are keys, twins and parts of batch entries."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from support import lines_file, new_books

from matcher import ids
from matcher.books import Books
from matcher.pipeline.ingest import IngestOptions
from matcher.store import staging
from matcher.store.connecting import ROW_GROUP

TABLES = ("line", "line_detail", "quarantined_line", "statement")
BATCHES = Path(__file__).parents[2] / "fixtures" / "banks" / "camt" / "batch_less_charges.xml"


def contents(books: Books) -> dict[str, pl.DataFrame]:
    """What the books hold of statements, in an order of its own."""
    with duckdb.connect(str(books.directory / "books.duckdb"), read_only=True) as connection:
        return {name: connection.sql(f"FROM raw.{name} ORDER BY ALL").pl() for name in TABLES}


def table(folder: Path, name: str, first: int, last: int) -> Path:
    """Lines in threes of one day, amount and text, of which every fourth has a reference of its own."""
    rows = [
        {
            "booking_date": f"2026-10-{1 + number // 40:02d}",
            "amount": f"{number // 3}.50",
            "remittance_information": f"Invoice {number // 3}, thank you",
            "bank_reference": f"R{number}" if number % 4 == 3 else "",
        }
        for number in range(first, last)
    ]
    return lines_file(folder, rows, name)


@pytest.fixture(scope="module")
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    return filled(tmp_path_factory.mktemp("memory"))


def filled(folder: Path) -> dict[str, pl.DataFrame]:
    """The contents of books after two tables that overlap, a file with batch entries, and a table that goes to quarantine."""
    books = new_books(folder / "it's [the] books")
    books.ingest([table(folder, "a.csv", 0, 400)])
    books.ingest([table(folder, "b.csv", 360, 500), BATCHES], IngestOptions(account="giro"))
    broken = [{"account": "service", "amount": "1.00", "balance": balance} for balance in ("11.00", "12.00", "99.00", "100.00")]
    books.ingest([lines_file(folder, broken, "broken.csv")])
    return contents(books)


@pytest.mark.parametrize("rows", [1, 7, 250])
def test_what_waits_in_files_comes_in_like_what_waits_in_memory(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: dict[str, pl.DataFrame]
) -> None:
    monkeypatch.setattr(staging, "ROWS", rows)
    monkeypatch.setattr(staging, "MEMORY", 0)
    found = filled(tmp_path)
    for name, expected in in_memory.items():
        assert_frame_equal(found[name], expected)


def test_twins_and_repetitions_are_told_apart(in_memory: dict[str, pl.DataFrame]) -> None:
    lines = in_memory["line"]
    assert lines["line_id"].n_unique() == lines.height == 501
    assert set(lines["occurrence"]) == {1, 2, 3}
    assert lines.filter(pl.col("occurrence") == 1)["line_key"].n_unique() == lines["line_key"].n_unique()
    for row in lines.select("line_key", "occurrence", "line_id").rows():
        assert ids.line_id(row[0], row[1]) == row[2]


def test_parts_of_batch_entries_belong_to_their_line_and_a_doubtful_statement_stays_whole(in_memory: dict[str, pl.DataFrame]) -> None:
    assert in_memory["line_detail"].height > 1
    assert set(in_memory["line_detail"]["line_id"]) < set(in_memory["line"]["line_id"])
    aside = in_memory["quarantined_line"]
    assert sorted(aside["balance"]) == [11_00, 12_00, 99_00, 100_00]
    assert sorted(aside["occurrence"]) == [1, 2, 3, 4]


def test_the_next_commands_find_the_row_groups_small(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    path = table(tmp_path, "a.csv", 0, 10)
    header, row, *_ = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *(row.replace("R0", f"R{number}") for number in range(2 * ROW_GROUP + 1))]), encoding="utf-8")
    books.ingest([path])
    with duckdb.connect(str(books.directory / "books.duckdb"), read_only=True) as connection:
        ((groups,),) = connection.execute("SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('raw.line')").fetchall()
    assert groups >= 3
