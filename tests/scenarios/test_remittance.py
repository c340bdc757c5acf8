"""Remittance advices from the file to the posting: what a payer says a payment is for is what it is for, if it adds up."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import filled, table, write

from matcher.books import Books
from matcher.cli import main
from matcher.codes import BAD_INPUT, DONE, NEEDS_PERSON, USAGE

COLUMNS = (
    "advice_id", "payment_reference", "customer_id", "date", "currency", "total", "document_no", "gross", "discount", "deduction",
    "reason", "net",
)  # fmt: skip
HEAD = {"advice_id": "RA-7", "payment_reference": "PAY-7001", "customer_id": "C1", "date": "2026-10-14", "currency": "EUR"}
CUSTOMERS = [
    {"customer_id": "C1", "name": "Hafenbau Nordsee GmbH", "account": "DE21500105170000012345", "country": "DE"},
    {"customer_id": "C2", "name": "Mueller Papier KG", "account": "DE89370400440532013000", "country": "DE"},
]
ITEMS = [
    {"item_id": "A1", "customer_id": "C1", "document_no": "KM-2026-00417", "amount": "1000.00"},
    {"item_id": "A2", "customer_id": "C1", "document_no": "KM-2026-00423", "amount": "500.00"},
    {"item_id": "A3", "customer_id": "C1", "document_no": "KM-2026-00430", "document_type": "credit_note", "amount": "-200.00"},
    {"item_id": "B1", "customer_id": "C2", "document_no": "KM-2026-00500", "amount": "1435.00"},
]
LINE = {
    "amount": "1435.00", "counterparty_name": "Hafenbau Nordsee GmbH", "counterparty_account": "DE21500105170000012345",
    "remittance_information": "AVIS RA-7", "end_to_end_id": "PAY-7001", "bank_reference": "R1",
}  # fmt: skip
FULL = {"document_no": "KM-2026-00417", "gross": "1000.00", "net": "1000.00"}
SHORT = {"document_no": "KM-2026-00423", "gross": "500.00", "deduction": "65.00", "reason": "damaged goods", "net": "435.00"}


def made(folder: Path, lines: Sequence[dict[str, str]] = (LINE,), items: Sequence[dict[str, str]] = tuple(ITEMS)) -> Books:
    return filled(folder, items=items, customers=CUSTOMERS, lines=lines)


def advice(folder: Path, rows: Sequence[dict[str, str]], name: str = "advice.csv", **head: str) -> Path:
    total = {"total": head.pop("total")} if "total" in head else {}
    return write(folder, name, table(COLUMNS, rows, HEAD | head | total))


def cli(books: Books, *words: str) -> Result:
    return CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", *words])


def taken(books: Books, *files: Path) -> dict[str, object]:
    return json.loads(cli(books, "import", "remittance", *map(str, files), "-O", "json").stdout)


def test_the_same_advice_counts_once_and_a_corrected_one_replaces(tmp_path: Path) -> None:
    books = made(tmp_path)
    first = advice(tmp_path, [FULL, SHORT])
    told = taken(books, first)
    assert (told["advices"], told["rows"], told["new"], told["documents_found"], told["documents_not_found"]) == (1, 2, 1, 2, [])
    again = taken(books, advice(tmp_path, [SHORT, FULL], "other name.csv"))
    assert (again["new"], again["known"]) == (1, 0)  # rows in another order are other contents
    copy = taken(books, advice(tmp_path, [SHORT, FULL], "a third.csv"))
    assert (copy["new"], copy["known"], copy["notes"]) == (0, 1, [])
    assert again["notes"] == ["Advice RA-7 takes the place of an earlier one of that number with other contents"]
    assert cli(books, "verify").exit_code == DONE


def test_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    books = made(tmp_path)
    file = advice(tmp_path, [FULL, SHORT])
    assert "Dry run" in cli(books, "import", "remittance", str(file), "--dry-run").output
    assert taken(books, file)["new"] == 1


@pytest.mark.parametrize(
    ("rows", "total", "why"),
    [
        ([FULL, SHORT], "1436.00", "advice RA-7 is about 1436.00 EUR, and its rows add up to 1435.00"),
        ([FULL | {"net": "999.00"}], "", "document KM-2026-00417: 1000.00 less discount 0.00 and deduction 0.00 is not 999.00"),
        ([FULL, FULL], "", "lists document KM-2026-00417 twice"),
        ([{"document_no": "KM-2026-00430", "net": "-200.00"}], "", "is about no money coming in"),
    ],
)
def test_what_does_not_add_up_is_kept_and_never_used(tmp_path: Path, rows: list[dict[str, str]], total: str, why: str) -> None:
    books = made(tmp_path)
    result = cli(books, "import", "remittance", str(advice(tmp_path, rows, **({"total": total} if total else {}))))
    assert result.exit_code == NEEDS_PERSON
    assert why in result.output


def test_rows_of_one_advice_say_the_same_of_it(tmp_path: Path) -> None:
    books = made(tmp_path)
    result = cli(books, "import", "remittance", str(advice(tmp_path, [FULL, SHORT | {"currency": "USD"}])))
    assert (result.exit_code, "say different things of its currency" in result.output) == (NEEDS_PERSON, True)


def test_a_fault_of_one_file_keeps_all_out(tmp_path: Path) -> None:
    books = made(tmp_path)
    good, bad = advice(tmp_path, [FULL, SHORT]), advice(tmp_path, [FULL | {"net": "1,000"}], "bad.csv")
    result = cli(books, "import", "remittance", str(good), str(bad))
    assert (result.exit_code, "amount.invalid: " in result.output) == (BAD_INPUT, True)
    assert taken(books, good)["new"] == 1


def test_options_of_lists_are_refused(tmp_path: Path) -> None:
    assert cli(made(tmp_path), "import", "remittance", str(advice(tmp_path, [FULL])), "--partial").exit_code == USAGE
