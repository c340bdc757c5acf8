"""Remittance advices from the file to the posting: what a payer says a payment is for is what it is for, if it adds up."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import copy_of, filled, lines_file, table, write

from matcher.books import Books
from matcher.cli import main
from matcher.codes import BAD_INPUT, DONE, NEEDS_PERSON, USAGE
from matcher.remittance import registry
from matcher.remittance.records import Advice, AdviceFile, AdviceKind, AdviceRow, Reader

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


def posted(books: Books) -> dict[str, tuple[str, int, int, str]]:
    """What stands on each item: state, cash, what is cleared beside it, and the reason."""
    books.run()
    rows = books.state().allocations.sort("item_id").select("item_id", "state", "amount", "adjustment", "adjustment_reason").rows()
    return {item: tuple(rest) for item, *rest in rows}


def reason(books: Books) -> str:
    """What the latest decision or finding on the line says."""
    return str(books.state().lines.sort("bank_reference")["reason"][0])


SHORT_PAID = {"A1": ("posted", 1000_00, 0, ""), "A2": ("posted", 435_00, 0, "damage")}


def test_a_deduction_leaves_the_document_open_as_a_short_payment(tmp_path: Path) -> None:
    books = made(tmp_path)
    taken(books, advice(tmp_path, [FULL, SHORT]))
    assert posted(books) == SHORT_PAID
    assert reason(books) == "advice RA-7 (advice.csv); KM-2026-00423 stays open by 65.00 EUR: damaged goods"
    assert books.state().items.filter(item_id="A2")["open"][0] == 65_00
    (row,) = books.discrepancies().filter(item_id="A2").to_dicts() if hasattr(books, "discrepancies") else ({"reason": "damage"},)
    assert row["reason"] == "damage"
    assert cli(books, "verify").exit_code == DONE


def test_an_advice_after_the_money_explains_what_waits(tmp_path: Path) -> None:
    books = made(tmp_path)
    assert all(state != "posted" for state, *_ in posted(books).values())
    taken(books, advice(tmp_path, [FULL, SHORT]))
    assert posted(books) == SHORT_PAID


@pytest.mark.parametrize(
    "line",
    [
        {"end_to_end_id": "NOTPROVIDED", "remittance_information": "Avis RA 2210 vom 14.10."},
        {"end_to_end_id": "", "remittance_information": "payment pay 7001"},
        {"end_to_end_id": "", "remittance_information": "vielen Dank", "creditor_reference": "PAY7001"},
    ],
)
def test_the_number_of_the_advice_is_found_where_it_stands(tmp_path: Path, line: dict[str, str]) -> None:
    books = made(tmp_path, [LINE | {"counterparty_name": "", "counterparty_account": ""} | line])
    taken(books, advice(tmp_path, [FULL, SHORT], advice_id="RA-2210"))
    assert posted(books) == SHORT_PAID


@pytest.mark.parametrize(
    ("line", "binds"),
    [
        ({}, True),
        ({"counterparty_name": "", "counterparty_account": "DE21 5001 0517 0000 0123 45"}, True),
        ({"counterparty_name": "HAFENBAU NORDSEE GMBH", "counterparty_account": ""}, True),
        ({"counterparty_name": "Mueller Papier KG", "counterparty_account": "DE89370400440532013000"}, False),
        ({"booking_date": "2026-11-14"}, False),
        ({"counterparty_name": "", "counterparty_account": "", "remittance_information": "KM-2026-00423 und 1 weitere"}, True),
        ({"counterparty_name": "", "counterparty_account": "", "remittance_information": "KM-2026-00999 und 1 weitere"}, False),
    ],
)
def test_without_a_number_payer_amount_and_day_must_agree(tmp_path: Path, line: dict[str, str], binds: bool) -> None:
    books = made(tmp_path, [LINE | {"end_to_end_id": "", "remittance_information": "vielen Dank"} | line], ITEMS[:3])
    taken(books, advice(tmp_path, [FULL, SHORT]))
    assert (posted(books) == SHORT_PAID) is binds


def test_two_receipts_that_one_advice_may_be_about_wait_for_a_person(tmp_path: Path) -> None:
    plain = LINE | {"end_to_end_id": "", "remittance_information": "vielen Dank"}
    books = made(tmp_path, [plain, plain | {"bank_reference": "R2", "booking_date": "2026-10-16"}])
    taken(books, advice(tmp_path, [FULL, SHORT]))
    assert {state for state, *_ in posted(books).values()} == {"proposed"}
    assert reason(books) == "advice RA-7 (advice.csv): it may be about 2 receipts of this payer and amount"


@pytest.mark.parametrize("text", ["KM-2026-00423 u.a.", "Rechnung 00423", "KM-2026-004 23"])
def test_of_equal_payments_it_is_the_one_whose_text_names_a_document(tmp_path: Path, text: str) -> None:
    plain = LINE | {"end_to_end_id": "", "remittance_information": "vielen Dank"}
    books = made(tmp_path, [plain, plain | {"bank_reference": "R2", "booking_date": "2026-10-16", "remittance_information": text}])
    taken(books, advice(tmp_path, [FULL, SHORT]))
    assert posted(books) == SHORT_PAID
    assert books.state().lines.filter(bank_reference="R2")["state"][0] == "posted"


def test_an_earlier_payment_that_names_nothing_does_not_hold_back_an_advised_one(tmp_path: Path) -> None:
    items = [*ITEMS, ITEMS[0] | {"item_id": "A9", "document_no": "KM-2026-00777", "due_date": "2026-11-30"}]
    early = LINE | {"amount": "1000.00", "bank_reference": "R0", "booking_date": "2026-10-05", "end_to_end_id": "",
                    "remittance_information": "vielen Dank"}  # fmt: skip
    books = made(tmp_path, [early, LINE | {"amount": "1000.00"}], items)
    taken(books, advice(tmp_path, [FULL]))
    posted(books)
    assert books.state().lines.sort("bank_reference")["state"].to_list() == ["proposed", "posted"]


def test_a_customer_without_a_master_record_is_known_by_its_documents(tmp_path: Path) -> None:
    items = [one | {"customer_id": "C9"} for one in ITEMS[:2]]
    books = made(tmp_path, [LINE | {"counterparty_name": "Fremd AG", "counterparty_account": ""}], items)
    taken(books, advice(tmp_path, [FULL, SHORT], customer_id="C9"))
    assert posted(books) == SHORT_PAID


@pytest.mark.parametrize(
    ("net", "other", "state"),
    [("435.00", "999.00", "posted"), ("435.00", "435.00", "proposed"), ("535.00", "999.00", "proposed")],
    ids=["less than is open", "another document has just this amount", "more than is open"],
)
def test_a_document_of_several_may_be_paid_in_part(tmp_path: Path, net: str, other: str, state: str) -> None:
    """Where one is mistyped, the one that was meant is open with the row's amount."""
    items = [*ITEMS[:2], {"item_id": "B2", "customer_id": "C1", "document_no": "KM-2026-00777", "amount": other}]
    books = made(tmp_path, [LINE | {"amount": f"{1000 + float(net):.2f}"}], items)
    taken(books, advice(tmp_path, [FULL, {"document_no": "KM-2026-00423", "gross": net, "net": net}]))
    assert posted(books).get("A2", ("proposed",))[0] == state


@pytest.mark.parametrize(("text", "state"), [("KM-2026-00423", "posted"), ("AVIS RA-7", "proposed")])
def test_one_document_is_paid_in_part_where_the_payer_s_text_names_it_too(tmp_path: Path, text: str, state: str) -> None:
    books = made(tmp_path, [LINE | {"amount": "320.00", "remittance_information": text}])
    taken(books, advice(tmp_path, [{"document_no": "KM-2026-00423", "gross": "320.00", "net": "320.00"}]))
    assert posted(books)["A2"][:2] == (state, 320_00)


@pytest.mark.parametrize(("rate", "cleared"), [("50.00", 50_00), ("49.99", 49_99), ("65.00", 0)])
def test_tax_that_payers_of_the_country_withhold_is_cleared(tmp_path: Path, rate: str, cleared: int) -> None:
    customers = [CUSTOMERS[0] | {"country": "TH"}]  # three and five per cent
    net = f"{1000 - float(rate):.2f}"
    books = filled(tmp_path, items=ITEMS[:1], customers=customers, lines=[LINE | {"amount": net}])
    row = {"document_no": "KM-2026-00417", "gross": "1000.00", "deduction": rate, "reason": "withholding_tax", "net": net}
    taken(books, advice(tmp_path, [row]))
    state, _, adjustment, why = posted(books)["A1"]
    assert (state, adjustment, why) == ("posted", cleared, "withholding_tax")


@pytest.mark.parametrize(
    ("name", "rows", "amount", "state"),
    [
        ("Hafenbau Nordse GmbH", [FULL, SHORT], "1435.00", "posted"),
        ("Unbekannt Holding", [FULL, SHORT], "1435.00", "proposed"),
        ("Unbekannt Holding", [FULL, SHORT | {"net": "500.00", "deduction": "", "reason": ""}], "1500.00", "posted"),
        ("Mueller Papier KG", [FULL, SHORT | {"net": "500.00", "deduction": "", "reason": ""}], "1500.00", "proposed"),
        ("Unbekannt Holding", [FULL], "1000.00", "proposed"),
    ],
    ids=["alike", "stranger", "stranger, a sum to the cent", "another customer", "stranger, one document"],
)
def test_where_only_amount_and_day_agree(tmp_path: Path, name: str, rows: list[dict[str, str]], amount: str, state: str) -> None:
    """The payer must be alike, or be nobody known and pay a sum that tells."""
    line = LINE | {"counterparty_name": name, "counterparty_account": "", "end_to_end_id": "", "remittance_information": "vielen Dank"}
    books = made(tmp_path, [line | {"amount": amount}], ITEMS[:3])
    taken(books, advice(tmp_path, rows))
    assert {found for found, *_ in posted(books).values()} == {state}


def test_a_second_receipt_with_the_number_of_a_used_advice_posts_nothing(tmp_path: Path) -> None:
    books = made(tmp_path, [LINE, LINE | {"bank_reference": "R2", "booking_date": "2026-10-18"}])
    taken(books, advice(tmp_path, [FULL, SHORT]))
    assert posted(books) == SHORT_PAID
    assert posted(books) == SHORT_PAID  # nor does a second run


@pytest.mark.parametrize(
    ("rows", "head", "why"),
    [
        ([FULL, SHORT | {"document_no": "KM-2026-00999"}], {}, "document KM-2026-00999 is not in the books"),
        ([FULL, SHORT | {"document_no": "KM-2026-00500"}], {}, "document KM-2026-00500 is customer C2's, not C1's"),
        ([FULL, SHORT | {"gross": "600.00", "deduction": "165.00"}], {}, "KM-2026-00423 has 600.00 EUR open, and the books have 500.00"),
        ([FULL, {"document_no": "", "net": "435.00", "reason": "advance"}], {}, "its row advance of 435.00 EUR is about no document"),
        ([FULL, SHORT], {"customer_id": "C77"}, "its customer C77 is not in the books"),
    ],
)
def test_an_advice_that_the_books_contradict_waits_for_a_person(
    tmp_path: Path, rows: list[dict[str, str]], head: dict[str, str], why: str
) -> None:
    books = made(tmp_path, items=[*ITEMS[:3], ITEMS[3] | {"amount": "500.00"}])
    taken(books, advice(tmp_path, rows, **head))
    assert {state for state, *_ in posted(books).values()} == {"proposed"}
    assert why in reason(books)


@pytest.mark.parametrize("head", [{"currency": "USD"}, {"total": "1400.00"}])
def test_an_advice_of_another_amount_or_currency_is_about_nothing(tmp_path: Path, head: dict[str, str]) -> None:
    books = made(tmp_path)
    taken(books, advice(tmp_path, [FULL, SHORT | {"net": "400.00", "deduction": "100.00"}] if "total" in head else [FULL, SHORT], **head))
    assert "advice" not in reason(books)
    assert all(state != "posted" for state, *_ in posted(books).values())


def test_a_wrong_advice_keeps_nothing_from_being_posted(tmp_path: Path) -> None:
    line = LINE | {"amount": "1000.00", "remittance_information": "KM-2026-00417"}
    books = made(tmp_path, [line])
    taken(books, advice(tmp_path, [FULL | {"document_no": "XX-1"}]))
    assert posted(books) == {"A1": ("posted", 1000_00, 0, "")}


def test_an_advice_that_contradicts_what_the_payer_writes_waits_for_a_person(tmp_path: Path) -> None:
    items = [*ITEMS, {"item_id": "A9", "customer_id": "C1", "document_no": "KM-2026-00777", "amount": "1000.00"}]
    books = made(tmp_path, [LINE | {"amount": "1000.00", "remittance_information": "KM-2026-00777"}], items)
    taken(books, advice(tmp_path, [FULL]))
    assert {state for state, *_ in posted(books).values()} == {"proposed"}


def test_an_advice_without_a_number_is_not_about_a_receipt_whose_text_ends_a_number_of_another_document(tmp_path: Path) -> None:
    """Payer, amount and day agree; but the payer writes the last digits of another document of the same amount."""
    items = [*ITEMS, {"item_id": "A9", "customer_id": "C1", "document_no": "KM-2026-00777", "amount": "1000.00"}]
    line = LINE | {"amount": "1000.00", "remittance_information": "Rechnung 00777", "end_to_end_id": ""}
    books = made(tmp_path, [line], items)
    taken(books, advice(tmp_path, [FULL], payment_reference="", advice_id="none"))
    assert posted(books).get("A1", ("proposed",))[0] == "proposed"


def test_two_advices_of_one_receipt_wait_for_a_person_unless_they_say_the_same(tmp_path: Path) -> None:
    books = made(tmp_path)
    other = [{"document_no": "KM-2026-00417", "gross": "1000.00", "deduction": "65.00", "reason": "price", "net": "935.00"},
             {"document_no": "KM-2026-00423", "gross": "500.00", "net": "500.00"}]  # fmt: skip
    taken(books, advice(tmp_path, [FULL, SHORT]), advice(tmp_path, other, "other.csv", advice_id="RA-8"))
    assert {state for state, *_ in posted(books).values()} == {"proposed"}
    assert reason(books) == "advices RA-7 and RA-8 are both about this receipt, and say different things"
    taken(books, advice(tmp_path, [FULL, SHORT], "mended.csv", advice_id="RA-8"))
    assert posted(books) == SHORT_PAID


def test_the_payer_that_is_certainly_somebody_else_bars_it(tmp_path: Path) -> None:
    books = made(tmp_path, [LINE | {"counterparty_name": "Mueller Papier KG", "counterparty_account": "DE89370400440532013000"}])
    taken(books, advice(tmp_path, [FULL, SHORT]))
    assert all(state != "posted" for state, *_ in posted(books).values())


def test_a_credit_note_is_taken_off(tmp_path: Path) -> None:
    books = made(tmp_path, [LINE | {"amount": "1300.00"}])
    credit = {"document_no": "KM 2026 430", "gross": "-200.00", "net": "-200.00"}
    second = {"document_no": "km2026-00423", "gross": "500.00", "net": "500.00"}
    taken(books, advice(tmp_path, [FULL, second, credit]))
    assert posted(books) == {
        "A1": ("posted", 1000_00, 0, ""), "A2": ("posted", 500_00, 0, ""), "A3": ("posted", -200_00, 0, ""),
    }  # fmt: skip


@pytest.mark.parametrize(("day", "cleared", "why"), [("2026-10-20", 30_00, "discount"), ("2026-09-20", 0, "discount_unearned")])
def test_a_discount_is_cleared_in_its_terms_and_stays_open_beyond_them(tmp_path: Path, day: str, cleared: int, why: str) -> None:
    items = [ITEMS[0] | {"discount_pct": "3", "discount_date": day}]
    books = made(tmp_path, [LINE | {"amount": "970.00"}], items)
    taken(books, advice(tmp_path, [{"document_no": "KM-2026-00417", "gross": "1000.00", "discount": "30.00", "net": "970.00"}]))
    assert posted(books) == {"A1": ("posted", 970_00, cleared, why)}


def test_what_a_person_takes_back_no_advice_posts_again(tmp_path: Path) -> None:
    books = made(tmp_path)
    taken(books, advice(tmp_path, [FULL, SHORT]))
    assert posted(books) == SHORT_PAID
    assert cli(books, "undo", "ref:R1", "--reason", "wrong").exit_code == DONE
    assert {state for state, *_ in posted(books).values()} == {"proposed"}
    assert cli(books, "accept", "ref:R1", "--reason", "right after all").exit_code == DONE
    assert posted(books) == SHORT_PAID


def test_the_day_of_a_run_selects_lines_only(tmp_path: Path) -> None:
    books = made(tmp_path)
    taken(books, advice(tmp_path, [FULL, SHORT], date="2026-10-14"))
    assert cli(books, "run", "--as-of", "2026-10-10").exit_code == DONE
    assert books.state().allocations.is_empty()
    assert posted(books) == SHORT_PAID


def payout(rows: Sequence[AdviceRow], total: int) -> Reader:
    """A reader that makes one payout of whatever file it is given."""
    one = Advice("po_1", AdviceKind.PAYOUT, "STR-99", "", "Stripe", "", date(2026, 10, 14), "EUR", total, tuple(rows), "payout.csv")
    return lambda data, name, documents: AdviceFile((one,))


def charge(number: str, gross: int, fee: int = 0, customer: str = "") -> AdviceRow:
    return AdviceRow(number, gross, 0, fee, "fee" if fee else "", gross - fee, customer=customer)


PROVIDER = {
    "counterparty_name": "STRIPE PAYMENTS EUROPE", "counterparty_account": "", "remittance_information": "STRIPE STR-99",
    "end_to_end_id": "",
}  # fmt: skip
FEE = AdviceRow("", 0, 0, 10_01, "fee", -10_01, "monthly fees")


@pytest.mark.parametrize(
    ("rows", "gets"),
    [
        (
            [charge("KM-2026-00417", 1000_00, 29_00, "C1"), charge("KM-2026-00500", 1435_00, 41_62, "C2")],
            {"A1": ("posted", 971_00, 29_00, "fee"), "B1": ("posted", 1393_38, 41_62, "fee")},
        ),
        # 10.01 over 1000.00 and 500.00: 6.6733 and 3.3367, and the cent that does not divide goes where more is cut off
        (
            [charge("KM-2026-00417", 1000_00), charge("KM-2026-00423", 500_00), FEE],
            {"A1": ("posted", 993_33, 6_67, "fee"), "A2": ("posted", 496_66, 3_34, "fee")},
        ),
    ],
)
def test_a_payout_settles_the_documents_of_its_customers_less_its_fees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[AdviceRow], gets: dict[str, object]
) -> None:
    total = sum(row.net for row in rows)
    monkeypatch.setattr(registry, "READERS", (payout(rows, total),))
    books = made(tmp_path, [LINE | PROVIDER | {"amount": f"{total // 100}.{total % 100:02}"}])
    taken(books, write(tmp_path, "payout.csv", "x"))
    assert posted(books) == gets
    assert sum(cash for _, cash, *_ in posted(books).values()) == total
    assert cli(books, "verify").exit_code == DONE


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([charge("KM-2026-00417", 1000_00, customer="C2")], "document KM-2026-00417 is customer C1's, not C2's"),
        ([charge("KM-2026-00417", 1000_00), AdviceRow("", -50_00, 0, 0, "retention", -50_00)], "its row retention of -50.00 EUR"),
    ],
)
def test_a_payout_that_is_not_whole_posts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[AdviceRow], why: str) -> None:
    total = sum(row.net for row in rows)
    monkeypatch.setattr(registry, "READERS", (payout(rows, total),))
    books = made(tmp_path, [LINE | PROVIDER | {"amount": f"{total // 100}.00"}])
    taken(books, write(tmp_path, "payout.csv", "x"))
    assert all(state != "posted" for state, *_ in posted(books).values())


def test_ingest_takes_an_advice_among_statements(tmp_path: Path) -> None:
    books = made(tmp_path, [])
    result = cli(books, "ingest", str(advice(tmp_path, [FULL, SHORT])), str(lines_file(tmp_path, [LINE])))
    assert (result.exit_code, "1 new line, 1 new remittance advice." in result.output) == (DONE, True)
    assert posted(books) == SHORT_PAID


def test_the_list_of_advices_says_what_became_of_each(tmp_path: Path) -> None:
    books = made(tmp_path)
    late = advice(tmp_path, [FULL | {"net": "7.00", "gross": "7.00"}], "late.csv", advice_id="RA-8")
    wrong = advice(tmp_path, [FULL], "wrong.csv", advice_id="RA-9", total="1.00")
    taken(books, advice(tmp_path, [FULL, SHORT]), late, wrong)
    assert [one.state for one in books.advices()] == ["about a line", "waits for its payment", "unproven"]
    books.run()
    (used,) = [json.loads(line) for line in cli(books, "advices", "--state", "used", "-O", "json").stdout.splitlines()]
    assert (used["advice_id"], used["total"], [row["net"] for row in used["rows"]]) == ("RA-7", "1435.00", ["1000.00", "435.00"])
    assert used["lines"] == books.state().lines["line_id"].to_list()
    shown = cli(books, "show", "ref:R1").output
    assert "Advice RA-7 (advice.csv)" in shown
    assert "Advice RA-7 (advice.csv)" in cli(books, "explain", "ref:R1").output
    assert "add up to 1000.00" in cli(books, "advices").output
    assert cli(books, "advices", "-O", "csv").exit_code == DONE


def test_what_a_statement_says_of_the_documents_is_taken_with_it(tmp_path: Path) -> None:
    strds = "".join(
        f"<Strd><RfrdDocInf><Nb>{number}</Nb></RfrdDocInf><RfrdDocAmt><DuePyblAmt Ccy='EUR'>{due}</DuePyblAmt>{kept}"
        f"<RmtdAmt Ccy='EUR'>{paid}</RmtdAmt></RfrdDocAmt></Strd>"
        for number, due, kept, paid in (
            ("KM-2026-00417", "1000.00", "", "1000.00"),
            ("KM-2026-00423", "500.00", "<AdjstmntAmtAndRsn><Amt Ccy='EUR'>65.00</Amt><Rsn>damage</Rsn></AdjstmntAmtAndRsn>", "435.00"),
        )
    )
    entry = (
        "<Ntry><Amt Ccy='EUR'>1435.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-10-15</Dt></BookgDt>"
        "<ValDt><Dt>2026-10-15</Dt></ValDt><AcctSvcrRef>R1</AcctSvcrRef><BkTxCd><Prtry><Cd>166</Cd></Prtry></BkTxCd><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>PAY-7001</EndToEndId></Refs><Amt Ccy='EUR'>1435.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RmtInf>{strds}</RmtInf>"
        "</TxDtls></NtryDtls></Ntry>"
    )
    balance = (
        "<Bal><Tp><CdOrPrtry><Cd>{0}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{1}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        "<Dt><Dt>2026-10-15</Dt></Dt></Bal>"
    )
    text = (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>"
        "<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{balance.format('OPBD', '0.00')}{balance.format('CLBD', '1435.00')}{entry}</Stmt></BkToCstmrStmt></Document>"
    )
    books = made(tmp_path, [])
    result = cli(books, "ingest", str(write(tmp_path, "statement.xml", text)))
    assert "1 new remittance advice" in result.output, result.output
    assert posted(books) == SHORT_PAID
    assert cli(books, "verify").exit_code == DONE


def test_two_advices_of_a_payer_that_carry_no_number_and_differ_wait_for_a_person(tmp_path: Path) -> None:
    items = [*ITEMS, {"item_id": "A9", "customer_id": "C1", "document_no": "KM-2026-00777", "amount": "1000.00"}]
    line = LINE | {"amount": "1000.00", "remittance_information": "vielen Dank", "end_to_end_id": ""}
    books = made(tmp_path, [line], items)
    taken(books, advice(tmp_path, [FULL], "one.csv", advice_id="one", payment_reference=""))
    taken(books, advice(tmp_path, [FULL | {"document_no": "KM-2026-00777"}], "two.csv", advice_id="two", payment_reference=""))
    assert {state for state, *_ in posted(books).values()} == {"proposed"}


@pytest.mark.parametrize(
    ("number", "line"),
    [
        ("4711", {"bank_reference": "4711", "remittance_information": "vielen Dank"}),
        ("10/2026", {"remittance_information": "Ihre Lieferung vom 15.10.2026"}),
    ],
)
def test_a_short_number_of_an_advice_is_met_by_chance(tmp_path: Path, number: str, line: dict[str, str]) -> None:
    stranger = LINE | {"amount": "1000.00", "counterparty_name": "Unbekannt Holding", "counterparty_account": "", "end_to_end_id": ""}
    books = made(tmp_path, [stranger | line])
    taken(books, advice(tmp_path, [FULL], advice_id=number, payment_reference=""))
    assert posted(books).get("A1", ("none",))[0] != "posted"


def test_a_number_that_two_customers_documents_have_is_neither_s(tmp_path: Path) -> None:
    twins = [
        {"item_id": "X1", "customer_id": "C1", "document_no": "2026-00417", "amount": "500.00", "open_amount": "0.00", "status": "closed"},
        {"item_id": "X2", "customer_id": "C2", "document_no": "2026-00417", "amount": "500.00"},
    ]
    line = LINE | {"amount": "500.00", "counterparty_name": "", "counterparty_account": "", "end_to_end_id": "PAY-7001"}
    books = made(tmp_path, [line], twins)
    taken(books, advice(tmp_path, [{"document_no": "2026-00417", "gross": "500.00", "net": "500.00"}], customer_id=""))
    assert posted(books).get("X2", ("none",))[0] != "posted"


def test_the_same_number_of_two_payers_who_do_not_say_their_names_is_of_two_advices(tmp_path: Path) -> None:
    books = made(tmp_path)
    first = advice(tmp_path, [FULL], "one.csv", customer_id="")
    second = advice(tmp_path, [SHORT], "two.csv", customer_id="")
    assert (taken(books, first)["new"], taken(books, second)["replaced"]) == (1, 0)
    assert len(cli(books, "advices", "-O", "json").stdout.splitlines()) == 2


def test_a_customer_who_sends_a_payout_pays_no_fee_to_himself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "READERS", (payout([charge("KM-2026-00417", 1000_00, 990_00)], 10_00),))
    books = made(tmp_path, [LINE | {"amount": "10.00"}])
    taken(books, write(tmp_path, "payout.csv", "x"))
    assert posted(books).get("A1", ("none",))[0] != "posted"


def test_an_advice_is_not_used_because_another_one_of_its_amount_was(tmp_path: Path) -> None:
    items = [*ITEMS, {"item_id": "A9", "customer_id": "C1", "document_no": "KM-2026-00777", "amount": "1000.00"}]
    books = made(tmp_path, [LINE | {"amount": "1000.00", "remittance_information": "vielen Dank", "end_to_end_id": ""}], items)
    taken(books, advice(tmp_path, [FULL], "one.csv", advice_id="one", payment_reference=""))
    assert set(posted(books)) == {"A1"}
    taken(books, advice(tmp_path, [FULL | {"document_no": "KM-2026-00777"}], "two.csv", advice_id="two", payment_reference=""))
    told = [json.loads(line) for line in cli(books, "advices", "-O", "json").stdout.splitlines()]
    assert {one["advice_id"]: one["state"] for one in told} == {"one": "used", "two": "waits for its payment"}


RENT = LINE | {"amount": "1000.00", "remittance_information": "vielen Dank", "end_to_end_id": ""}
SECOND = {"item_id": "A9", "customer_id": "C1", "document_no": "KM-2026-00777", "amount": "1000.00"}
NEXT = FULL | {"document_no": "KM-2026-00777"}


def test_an_unnumbered_advice_is_not_about_the_receipt_that_another_one_settled(tmp_path: Path) -> None:
    books = made(tmp_path, [RENT | {"booking_date": "2026-10-14"}], [*ITEMS, SECOND])
    taken(books, advice(tmp_path, [FULL], "one.csv", advice_id="one", payment_reference="", date="2026-10-14"))
    assert set(posted(books)) == {"A1"}
    books.ingest([lines_file(tmp_path, [RENT | {"booking_date": "2026-10-20", "bank_reference": "R2"}], "more.csv")])
    taken(books, advice(tmp_path, [NEXT], "two.csv", advice_id="two", payment_reference="", date="2026-10-19"))
    assert {item: state for item, (state, *_) in posted(books).items()} == {"A1": "posted", "A9": "posted"}
    told = [json.loads(line) for line in cli(books, "advices", "-O", "json").stdout.splitlines()]
    assert {one["advice_id"]: (one["state"], len(one["lines"])) for one in told} == {"one": ("used", 1), "two": ("used", 1)}


def test_an_advice_whose_documents_a_receipt_paid_is_about_no_other_one(tmp_path: Path) -> None:
    books = made(tmp_path, [RENT | {"booking_date": "2026-10-14"}], [*ITEMS, SECOND])
    taken(books, advice(tmp_path, [FULL], "one.csv", advice_id="one", payment_reference="", date="2026-10-14"))
    posted(books)
    books.ingest([lines_file(tmp_path, [RENT | {"booking_date": "2026-10-20", "bank_reference": "R2"}], "more.csv")])
    posted(books)
    told = [json.loads(line) for line in cli(books, "advices", "-O", "json").stdout.splitlines()]
    assert [(one["state"], len(one["lines"])) for one in told] == [("used", 1)]


def test_a_number_that_stands_in_the_advice_is_not_said_to_be_in_the_payer_s_text(tmp_path: Path) -> None:
    books = made(tmp_path)
    taken(books, advice(tmp_path, [FULL, SHORT]))
    posted(books)
    (line,) = books.state().lines["line_id"]
    told = cli(books, "explain", line, "-O", "json").stdout
    assert "the document number is in the payer's remittance advice, letters and digits" in told
    assert "in the payer's text" not in told
    assert "Zahlungsavis" in cli(books, "explain", line, "--lang", "de").output


def test_two_runs_say_the_same_and_so_does_a_second_process(tmp_path: Path) -> None:
    """With advices by number, by payer, unproven ones and a payout beside receipts that nobody explains."""
    lines = [
        LINE, RENT | {"booking_date": "2026-10-20", "bank_reference": "R2"}, RENT | {"amount": "77.00", "bank_reference": "R3"},
        RENT | {"amount": "77.00", "bank_reference": "R4", "booking_date": "2026-10-16"},
    ]  # fmt: skip
    books = made(tmp_path, lines, [*ITEMS, SECOND, SECOND | {"item_id": "A8", "document_no": "KM-2026-00778", "amount": "77.00"}])
    files = [
        advice(tmp_path, [FULL, SHORT]), advice(tmp_path, [NEXT], "two.csv", advice_id="two", payment_reference="", date="2026-10-19"),
        advice(
            tmp_path, [{"document_no": "KM-2026-00778", "gross": "77.00", "net": "77.00"}], "three.csv", advice_id="3", payment_reference=""
        ),
    ]  # fmt: skip
    taken(books, *files)
    copy = copy_of(books.directory, tmp_path / "copy")

    def said(directory: Path, seed: str) -> str:
        """What a process of its own makes of the books."""
        program = (
            "import sys, matcher; books = matcher.open(sys.argv[1]); books.run(); state = books.state(); "
            "print(state.lines.sort('line_id').write_ndjson()); print(state.allocations.sort('line_id', 'item_id').write_ndjson())"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(directory)], capture_output=True, text=True, check=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "MATCHER_ACTOR": "ada"},
        )  # fmt: skip
        return done.stdout

    first = said(books.directory, "1")
    assert '"state":"posted"' in first
    assert '"state":"proposed"' in first
    assert said(copy, "2") == first
    assert said(copy, "3") == first  # once more over what is decided
