"""Amounts near the largest: sums beyond a column's range are refused with a code, and the books' own sums have room."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from support import filled, items_file, lines_file

from matcher.cli import main
from matcher.errors import MatcherError
from matcher.money import MAX_MINOR, render

LARGEST = render(MAX_MINOR, "EUR")


def test_a_statement_whose_sum_no_column_holds_is_refused(tmp_path: Path) -> None:
    books = filled(tmp_path)
    for sign in ("", "-"):
        rows = [{"amount": sign + LARGEST, "bank_reference": f"B{n}"} for n in range(9_300)]
        with pytest.raises(MatcherError) as refused:
            books.ingest([lines_file(tmp_path, rows, f"large{sign}.csv")])
        assert (refused.value.code, refused.value.exit_code) == ("amount.range", 3)
    assert books.state().lines.is_empty()


def test_statements_and_items_whose_sums_together_are_larger_are_added_up(tmp_path: Path) -> None:
    books = filled(tmp_path)
    for name in ("first", "second"):
        rows = [{"amount": LARGEST, "bank_reference": f"{name}{n}"} for n in range(5_000)]
        books.ingest([lines_file(tmp_path, rows, f"{name}.csv")])
    items = [{"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-2026-{n:05}", "amount": LARGEST} for n in range(10_000)]
    books.import_files("items", [items_file(tmp_path, items)])
    result = books.run()
    assert sum(amount for _, amount in result.by_outcome.values()) == 10_000 * MAX_MINOR
    assert max(amount for _, amount in result.by_outcome.values()) > 2**63
    assert not [check for check in books.verify() if check.failure]
    for what in ("matches", "aging", "discrepancies", "receipts"):
        books.export(what, tmp_path / f"{what}.csv")


def test_a_sum_that_no_column_holds_is_told_with_a_code(tmp_path: Path) -> None:
    books = filled(tmp_path)
    items = [{"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-2026-{n:05}", "amount": LARGEST} for n in range(10_000)]
    books.import_files("items", [items_file(tmp_path, items)])
    done = CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", "aging"])
    assert done.exit_code == 3
    assert done.stderr.startswith("amount.range: a sum of amounts is larger than any this program accepts")
