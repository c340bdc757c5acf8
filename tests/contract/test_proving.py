"""`matcher proof` from files to the signed table: published examples, forms, exports, and the close of a month."""

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from desk import Desk
from support import CONFIG, Row, lines_file, new_books, table, write

from matcher.books import Books
from matcher.codes import CATALOGUE, NEEDS_PERSON, USAGE
from matcher.display.widths import width
from matcher.errors import MatcherError

BOOK = ("entry_id", "account", "date", "amount", "currency", "description", "reference", "counterparty_name", "document_no", "kind")


def desk_of(folder: Path, monkeypatch: pytest.MonkeyPatch, bank: list[Row], book: list[Row], config: str = CONFIG) -> Desk:
    """Books with these lines, whose `balance` column proves them, and this cash book."""
    books = new_books(folder / "books", config)
    if book:
        books.import_files("book", [write(folder, "book.csv", table(BOOK, book, {"account": "giro", "currency": "EUR"}))])
    if bank:
        books.ingest([lines_file(folder, bank)])
    monkeypatch.setenv("COLUMNS", "100")
    return Desk(books.directory, monkeypatch)


def bank_lines(opening: str, *rows: tuple[str, str, str]) -> list[Row]:
    """Lines with their running balance: day, amount, text."""
    balance, made = int(opening.replace(".", "")), []
    for number, (when, amount, text) in enumerate(rows, 1):
        balance += int(amount.replace(".", ""))
        shown = f"{balance // 100}.{balance % 100:02}"
        made.append(
            {"booking_date": when, "amount": amount, "remittance_information": text, "bank_reference": f"B{number}", "balance": shown}
        )
    return made


def entry(name: str, when: str, amount: str, text: str = "", reference: str = "", kind: str = "") -> Row:
    return {"entry_id": name, "date": when, "amount": amount, "description": text, "reference": reference, "kind": kind}


VECTOR_1 = (
    bank_lines(
        "22243.00", ("2026-10-05", "600.00", "Interest collected"), ("2026-10-12", "-240.00", "Cheque 1402"),
        ("2026-10-27", "-175.00", "Cheque of Northgate AG"), ("2026-10-30", "-18.00", "Account fee"),
        ("2026-10-30", "-220.00", "Returned NSF"),
    ),
    [
        entry("GL-1", "2026-10-10", "-420.00", "Papier Union", "Cheque 1402"), entry("GL-2", "2026-10-28", "-150.00", "Cheque 1403"),
        entry("GL-3", "2026-10-29", "-4820.00", "Cheque 1404"), entry("GL-4", "2026-10-30", "-31.00", "Cheque 1405"),
        entry("GL-5", "2026-10-31", "3680.00", "Takings"),
    ],
)  # fmt: skip
ERRORS = ("--error", "book=180.00:cheque 1402 was booked as 420.00", "--error", "bank=175.00@B3:cheque of Northgate AG")
BALANCE = ("--book-balance", "giro=20502.00")


def test_a_published_reconciliation_agrees_once_both_errors_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(tmp_path, monkeypatch, *VECTOR_1)
    first = desk.do("proof", "--as-of", "2026-10-31", *BALANCE, status=NEEDS_PERSON)
    assert "digits transposed" in first
    assert "--error 'book=180.00:TEXT' or --error 'bank=-180.00:TEXT'" in first
    said = desk.do("proof", "--as-of", "2026-10-31", *BALANCE, *ERRORS)
    assert said.count("21,044.00") == 2
    assert "Account giro: bank and book agree at 21044.00 EUR." in said
    # the items add up to the published figures
    (told,) = map(json.loads, desk.run("proof", "--as-of", "2026-10-31", *BALANCE, *ERRORS, "-O", "json").stdout.splitlines())
    assert (told["bank_balance"], told["book_balance"], told["adjusted_bank"]) == ("22190.00", "20502.00", "21044.00")
    assert told["totals"] == {
        "bank_credit_not_booked": "600.00", "bank_debit_not_booked": "-238.00", "book_receipt_not_at_bank": "3680.00",
        "book_payment_not_at_bank": "-5001.00",
    }  # fmt: skip


def test_an_error_that_is_kept_is_known_to_later_proofs_until_it_is_put_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(tmp_path, monkeypatch, *VECTOR_1)
    october, november = ("proof", "--as-of", "2026-10-31"), ("proof", "--as-of", "2026-11-15")
    assert "no error was stated" in desk.do(*october, *BALANCE, "--keep", status=USAGE)
    kept = desk.do(*october, *BALANCE, *ERRORS, "--keep")
    assert "kept by anna on" in kept
    assert "bank and book agree at 21044.00 EUR" in kept
    # neither a later proof nor the same statement once more counts it twice
    assert desk.do(*october, *BALANCE, *ERRORS) == desk.do(*october, *BALANCE) == kept
    assert "bank and book agree at 21044.00 EUR" in desk.do(*november, *BALANCE)
    desk.do("proof", "--month", "2026-10", *BALANCE)
    # before the day for which it was stated nobody knew of it
    assert "kept by" not in desk.do("proof", "--as-of", "2026-10-30", *BALANCE, status=NEEDS_PERSON)
    (told,) = map(json.loads, desk.run(*october, *BALANCE, "-O", "json").stdout.splitlines())
    ids = [one["error_id"] for one in told["errors"]]
    by = [(one["actor"], one["side"], one["amount"]) for one in told["errors"]]
    assert by == [("anna", "book", "180.00"), ("anna", "bank", "175.00")]
    desk.do("close", "2026-10", "--force", "--reason", "lines wait")
    closed = desk.do(*october, *BALANCE)
    # the ledger books the difference
    more = [entry("GL-9", "2026-11-04", "180.00", "Cheque 1402", "Cheque 1402")]
    write(tmp_path, "more.csv", table(BOOK, more, {"account": "giro", "currency": "EUR"}))
    desk.do("import", "book", str(tmp_path / "more.csv"))
    now = desk.do("proof", "--as-of", "2026-11-15", "--book-balance", "giro=20682.00")
    assert "is no kept error" in desk.do(*november, "--withdraw", "E1-9", status=USAGE)
    for late in (("--withdraw", ids[0]), ("--error", "book=1.00:a cent", "--keep")):
        assert "period.locked" in desk.do(*october, *BALANCE, *late, status=CATALOGUE["period.locked"].exit_code)
    after = desk.do("proof", "--as-of", "2026-11-15", "--book-balance", "giro=20682.00", "--withdraw", ids[1])
    # the entry that corrects the pair has ended its error, the withdrawal the other one
    assert (now.count("kept by"), after.count("kept by")) == (1, 0)
    assert desk.do(*october, *BALANCE) == closed
    assert "kept E" in (log := desk.do("log"))
    assert "withdrew E" in log


def test_an_error_of_a_pair_ends_when_the_entry_is_corrected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(tmp_path, monkeypatch, *VECTOR_1)
    desk.do("proof", "--as-of", "2026-10-31", *BALANCE, *ERRORS, "--keep")
    right = entry("GL-1", "2026-10-10", "-240.00", "Papier Union", "Cheque 1402")
    write(tmp_path, "right.csv", table(BOOK, [right], {"account": "giro", "currency": "EUR"}))
    desk.do("import", "book", str(tmp_path / "right.csv"))
    said = desk.do("proof", "--as-of", "2026-10-31", "--book-balance", "giro=20682.00")
    assert said.count("kept by") == 1
    assert "bank and book agree at 21044.00 EUR" in said


def test_a_published_proof_of_cash_reaches_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # the bank takes in 170,000 and pays 130,000 from 84,000; 40,000 and 65,000 were in transit before, 75,000 and 119,000 are after
    bank = bank_lines(
        "75000.00", ("2026-09-20", "9000.00", "Credit note of the bank"), ("2026-10-02", "40000.00", "Deposit 90"),
        ("2026-10-05", "-65000.00", "Cheque 501"), ("2026-10-12", "116000.00", "Deposit 91"), ("2026-10-13", "-61000.00", "Cheque 502"),
        ("2026-10-30", "14000.00", "Note collected"), ("2026-10-30", "-4000.00", "Charges"),
    )  # fmt: skip
    book = [
        entry("BAL", "2026-09-30", "50000.00", kind="balance"), entry("GL-1", "2026-09-29", "40000.00", "Deposit 90"),
        entry("GL-2", "2026-09-30", "-65000.00", "Cheque 501"), entry("GL-3", "2026-10-02", "9000.00", "Credit note of the bank"),
        entry("GL-4", "2026-10-12", "116000.00", "Deposit 91"), entry("GL-5", "2026-10-13", "-61000.00", "Cheque 502"),
        entry("GL-6", "2026-10-31", "75000.00", "Deposit 92"), entry("GL-7", "2026-10-31", "-119000.00", "Cheque 503"),
    ]  # fmt: skip
    desk = desk_of(tmp_path, monkeypatch, bank, book)
    rows = list(csv.DictReader(io.StringIO(desk.run("proof", "--month", "2026-10", "-O", "csv").stdout)))
    four = {(row["side"], row["what"]): [row[name] for name in ("opening", "receipts", "payments", "closing")] for row in rows}
    assert four["bank", "balance"] == ["84000.00", "170000.00", "130000.00", "124000.00"]
    assert four["book", "balance"] == ["50000.00", "200000.00", "180000.00", "70000.00"]
    assert four["bank", "adjusted"] == four["book", "adjusted"] == ["59000.00", "205000.00", "184000.00", "80000.00"]
    assert "bank and book agree at 80000.00 EUR" in desk.do("proof", "--month", "2026-10")


def test_a_published_table_that_does_not_balance_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = bank_lines("100.00", ("2026-10-10", "50.00", "货款"))
    desk = desk_of(tmp_path, monkeypatch, bank, [entry("GL-1", "2026-10-31", "-13.00", "转账支票")])
    said = desk.do("proof", "--as-of", "2026-10-31", "--form", "table", "--book-balance", "giro=120.00", status=NEEDS_PERSON)
    assert ("170.00" in said, "137.00" in said, "167.00" in said) == (True, True, False)
    assert "the adjusted bank balance is 33.00 EUR below the book's, and nothing explains it" in said


def test_the_chinese_form_is_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(tmp_path, monkeypatch, *VECTOR_1)
    said = desk.do("--lang", "zh", "proof", "--as-of", "2026-10-31", *BALANCE, *ERRORS)
    for words in (
        "企业银行存款日记账余额",
        "银行对账单余额",
        "银行已收企业未收",
        "银行已付企业未付",
        "企业已收银行未收",
        "企业已付银行未付",
        "调节后余额",
    ):
        assert words in said


@pytest.mark.parametrize("form", ["statement", "table", "cash"])
def test_a_form_fits_a_narrow_page_and_a_workbook(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(tmp_path, monkeypatch, *VECTOR_1)
    monkeypatch.setenv("COLUMNS", "80")
    asked = ("proof", "--month", "2026-10", "--form", form, *BALANCE, *ERRORS)
    assert [line for line in desk.run(*asked).stdout.splitlines() if width(line) > 80] == []
    for ending in ("xlsx", "html", "md", "csv", "json"):
        desk.do(*asked, "-o", f"proof.{ending}")
        assert (desk.folder / f"proof.{ending}").stat().st_size


def test_what_is_not_known_is_said_and_nothing_is_filled_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank, book = VECTOR_1
    desk = desk_of(tmp_path, monkeypatch, bank, book)
    said = desk.do("proof", "--as-of", "2026-10-31", status=NEEDS_PERSON)
    assert "balance per book, assumed" in said
    without = [{name: cell for name, cell in row.items() if name != "balance"} for row in bank]
    bare = desk_of(tmp_path / "bare", monkeypatch, [], book)
    bare.do("ingest", str(lines_file(tmp_path, without, "bare.csv")))
    assert "no balance is known: only what came in is compared" in bare.do("proof", "--as-of", "2026-10-31", status=NEEDS_PERSON)
    stated = bare.do("proof", "--as-of", "2026-10-31", *BALANCE, status=NEEDS_PERSON)
    assert "no statement tells a balance" in stated


def test_every_line_and_entry_is_exported_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(tmp_path, monkeypatch, *VECTOR_1)
    files = [tmp_path / f"proof.{ending}" for ending in ("csv", "parquet", "json", "xlsx")]
    for file in files:
        desk.do("export", "proof", "-o", str(file), "--as-of", "2026-10-31")
    first, second = pl.read_csv(files[0]), pl.read_parquet(files[1])
    assert first.height == second.height == len(VECTOR_1[0]) + len(VECTOR_1[1])
    assert second.select("side", "id").is_unique().all()
    assert sorted(set(second["list"])) == [
        "bank_credit_not_booked", "bank_debit_not_booked", "book_payment_not_at_bank", "book_receipt_not_at_bank", "slip",
    ]  # fmt: skip
    before = files[0].read_bytes()
    desk.do("export", "proof", "-o", str(files[0]), "--as-of", "2026-10-31")
    assert files[0].read_bytes() == before


def test_both_accounts_and_a_transfer_between_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = [
        *bank_lines("500.00", ("2026-10-30", "-100.00", "Transfer to service")),
        {**bank_lines("10.00", ("2026-11-02", "100.00", "Transfer from giro"))[0], "account": "service", "bank_reference": "S1"},
    ]
    book = [
        entry("B1", "2026-09-30", "500.00", kind="balance"), {**entry("B2", "2026-09-30", "10.00", kind="balance"), "account": "service"},
        {**entry("T-1", "2026-10-30", "-100.00", "Transfer"), "document_no": "UM-7"},
        {**entry("T-2", "2026-10-30", "100.00", "Transfer"), "document_no": "UM-7", "account": "service"},
    ]  # fmt: skip
    desk = desk_of(tmp_path, monkeypatch, bank, book)
    proof = Books(desk.folder).proof()
    assert [one.state.value for one in proof.accounts] == ["agrees", "agrees"]
    told = desk.run("proof", "--as-of", "2026-10-31", "-O", "json").stdout.splitlines()
    (item,) = json.loads(told[1])["items"]
    assert (item["id"], item["what"], item["other_leg"], item["cleared"]) == ("T-2", "own_transfer", "T-1", "2026-11-02")
    only = desk.run("proof", "--as-of", "2026-10-31", "--account", "giro", "-O", "json").stdout.splitlines()
    assert [json.loads(one)["account"] for one in only] == ["giro"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("--book-balance", "giro"), "usage.option"),
        (("--book-balance", "petty=1"), "account.unknown"),
        (("--book-balance", "giro=1.234"), "amount.decimals"),
        (("--account", "petty"), "account.unknown"),
        (("--error", "book:x"), "usage.option"),
        (("--error", "petty:book=1.00:x"), "usage.option"),
        (("--error", "bank=1.00@B3:x"), "usage.option"),
        (("--month", "2026-10"), "usage.option"),  # beside --as-of
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(asked: tuple[str, ...], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(tmp_path, monkeypatch, *VECTOR_1)
    result = desk.run("proof", "--as-of", "2026-10-31", *asked)
    assert result.exit_code == CATALOGUE[code].exit_code
    assert result.stderr.startswith(code)


def test_without_a_cash_book_there_is_nothing_to_prove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(tmp_path, monkeypatch, VECTOR_1[0], [])
    with pytest.raises(MatcherError) as refused:
        Books(desk.folder).proof()
    assert refused.value.code == "book.missing"
    assert desk.run("proof").exit_code == USAGE


def test_a_balance_of_the_cash_book_is_corrected_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank, book = VECTOR_1
    desk = desk_of(tmp_path, monkeypatch, bank, [*book, entry("BAL", "2026-10-31", "20502.00", kind="balance")])
    assert "21,044.00" in desk.do("proof", "--as-of", "2026-10-31", *ERRORS)
    batch = Books(desk.folder).head().batch
    other = write(
        tmp_path,
        "other.csv",
        table(BOOK, [{**entry("BAL", "2026-10-31", "20500.00", kind="balance"), "account": "giro", "currency": "EUR"}]),
    )
    assert "1" in desk.do("import", "book", str(other))
    assert "2.00 EUR above" in desk.do("proof", "--as-of", "2026-10-31", *ERRORS, status=NEEDS_PERSON)
    assert "21,044.00" in desk.do("proof", "--as-of", "2026-10-31", *ERRORS, "--known-at", str(batch))
    assert [check.name for check in Books(desk.folder).verify() if check.failure] == []
    wrong = write(
        tmp_path, "wrong.csv", table(BOOK, [{**entry("X", "2026-10-31", "1.00", kind="sum"), "account": "giro", "currency": "EUR"}])
    )
    assert desk.run("import", "book", str(wrong)).stderr.startswith("value.unknown")


def test_the_close_asks_whether_bank_and_book_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(tmp_path, monkeypatch, *VECTOR_1)
    said = desk.do("close", "2026-10", "--dry-run")
    assert "bank and book agree" in said
    assert "giro" in said
    strict = CONFIG.replace("[[entity]]", "[policy]\nclose_on_proof = true\n[[entity]]", 1)
    (desk.folder / "matcher.toml").write_text(strict, encoding="utf-8")
    assert desk.run("close", "2026-10", "--dry-run").exit_code == NEEDS_PERSON
    balance = write(
        tmp_path,
        "balance.csv",
        table(BOOK, [{**entry("BAL", "2026-10-31", "20502.00", kind="balance"), "account": "giro", "currency": "EUR"}]),
    )
    desk.do("import", "book", str(balance))
    assert desk.run("close", "2026-10", "--dry-run").exit_code == NEEDS_PERSON  # the two errors are there still


def test_a_closed_month_is_told_as_it_was_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(tmp_path, monkeypatch, *VECTOR_1)
    desk.do("close", "2026-10", "--force", "--reason", "the bank corrects its cheque in November")
    before = desk.run("proof", "--as-of", "2026-10-31", *BALANCE, "-O", "csv").stdout
    late = write(
        tmp_path,
        "late.csv",
        table(BOOK, [{**entry("GL-9", "2026-10-05", "600.00", "Interest collected"), "account": "giro", "currency": "EUR"}]),
    )
    desk.do("import", "book", str(late))
    assert desk.run("proof", "--as-of", "2026-10-31", *BALANCE, "-O", "csv").stdout == before
    assert "537" not in desk.run("proof", "--as-of", "2026-11-01", *BALANCE, "-O", "csv").stdout.split("bank credited")[0]


def test_bank_lines_that_are_missing_are_named_as_the_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = bank_lines("100.00", ("2026-10-05", "50.00", "one"))
    desk = desk_of(tmp_path, monkeypatch, first, [entry("GL-1", "2026-10-05", "50.00", "one"), entry("GL-2", "2026-10-20", "20.00", "two")])
    later = [{**row, "bank_reference": "C1"} for row in bank_lines("180.00", ("2026-10-20", "20.00", "two"))]
    desk.do("ingest", str(lines_file(tmp_path, later, "later.csv")))
    said = desk.do("proof", "--as-of", "2026-10-31", "--book-balance", "giro=170.00", status=NEEDS_PERSON)
    assert "is 30.00 EUR above the book's, and nothing explains it" in said
    assert "bank lines of 30.00 EUR are missing between two statements." in said
