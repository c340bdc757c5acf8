"""Business Central: what posting a general journal checks, held against the lines; the batch of the API; its answers."""

import io
import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import openpyxl
import pytest
from erp_documents import EXTERNAL_ID, HOSTILE, answered, cases, document, files, minor, moved, part, rows, told, why_not

from matcher.errors import MatcherError
from matcher.exports.erp.records import Customer, Document, Kind
from matcher.states import Answered

TABLE: dict[str, object] = {"accounts": {"1": "DB-EUR"}, "reasons": {"fee": "6855", "bad_debt": "6930"}}
API: dict[str, object] = {"company": "c-1", "journals": {"1": "j-1"}}
NUMBER = EXTERNAL_ID.upper()
RECEIPT = "f" * 20
Row = dict[str, str]


def check(table: Sequence[Row], local: str = "EUR") -> Counter[tuple[str, str]]:
    """General journal of Business Central (microsoft/BCApps, base application).

    Table 81: lengths, capitals of the type Code, the primary key. Codeunit 13, CheckBalance with Force Doc. Balance: each document number
    of a day and type comes to 0. Codeunit 11, CheckDocType: sign of a customer's line by type. Codeunit 12: what a line is applied to has
    the opposite sign; an invoice is applied by a credit, a credit memo and a payment by a debit.
    """
    found: Counter[tuple[str, str]] = Counter()
    keys = [(row["Journal Template Name"], row["Journal Batch Name"], int(row["Line No."])) for row in table]
    assert keys == sorted(set(keys))
    for row in table:
        date.fromisoformat(row["Posting Date"])
        for title, most in (("Document No.", 20), ("Account No.", 20), ("Applies-to Doc. No.", 20), ("External Document No.", 35)):
            assert len(row[title]) <= most, title
        assert len(row["Description"]) <= 100
        assert row["Document No."] == row["Document No."].upper()
        assert row["Account No."]
        assert row["Currency Code"] != local
        assert {row["Document Type"]} <= {"", "Payment", "Refund"}
        amount = minor(row["Amount"])
        assert amount
        if row["Account Type"] == "Customer":
            assert (row["Document Type"], amount > 0) not in {("Payment", True), ("Refund", False)}
            wanted = {"Invoice": False, "Credit Memo": True, "Payment": True, "Refund": False}.get(row["Applies-to Doc. Type"])
            if wanted is not None:
                assert row["Applies-to Doc. No."]
                assert (amount > 0) == wanted
        else:
            assert {row["Account Type"]} <= {"G/L Account", "Bank Account"}
            assert not row["Applies-to Doc. No."]
    for _, group in groupby(table, key=lambda row: (row["Document No."], row["Posting Date"], row["Document Type"], row["Currency Code"])):
        lines = list(group)
        assert sum(minor(row["Amount"]) for row in lines) == 0
        assert len({row["Document No."] for row in lines}) == 1
        customer = next(row["Account No."] for row in lines if row["Account Type"] == "Customer")
        money = sum(minor(row["Amount"]) for row in lines if row["Account Type"] == "Bank Account")
        found[customer, lines[0]["Currency Code"] or local] += money
    return Counter({key: value for key, value in found.items() if value})


def sheet(data: bytes) -> list[Row]:
    """A workbook as the cells of a CSV file would be."""
    titles, *lines = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
    shown = [["" if cell is None else f"{cell:%Y-%m-%d}" if hasattr(cell, "year") else str(cell) for cell in line] for line in lines]
    return [dict(zip(titles, line, strict=True)) for line in shown]


@pytest.mark.parametrize("case", cases("business-central"), ids=lambda path: path.name)
def test_the_golden_files_pass_the_checks_of_business_central(case: Path) -> None:
    if case.name == "api":
        requests = json.loads((case / "receipts.json").read_text(encoding="utf-8"), parse_float=Decimal)["requests"]
        sums = Counter({("C-1001", "EUR"): 0})
        for request in requests:
            body = request["body"]
            assert len(body["documentNumber"]) <= 20
            assert body["amount"] < 0
            assert body["documentNumber"] == request["id"].partition("-")[0].upper()
            sums[body["customerNumber"], "CNY" if request["url"].endswith("22)/customerPayments") else "EUR"] -= int(body["amount"] * 100)
        beside = check(sheet((case / "receipts.journal.xlsx").read_bytes()))
        assert Counter({key: sums[key] + beside[key] for key in sums | beside}) == moved(told(case))
        return
    data = (case / ("receipts.csv" if case.name == "csv" else "receipts.xlsx")).read_bytes()
    assert check(rows(data) if case.name == "csv" else sheet(data)) == moved(told(case))


def lines(one: Document) -> list[tuple[str, str, str, str, str]]:
    table = rows(files("business-central", TABLE, one)["receipts.csv"])
    check(table)
    titles = ("Document Type", "Account No.", "Amount", "Applies-to Doc. Type", "Applies-to Doc. No.")
    return [tuple(row[title] for title in titles) for row in table]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (
            document(99_01, part("A", 99_01, ("fee", 99))),
            [("Payment", "C-1", "-100.00", "Invoice", "A"), ("Payment", "6855", "0.99", "", ""), ("Payment", "DB-EUR", "99.01", "", "")],
        ),
        (
            document(101_00, part("A", 100_00)),
            [("Payment", "C-1", "-100.00", "Invoice", "A"), ("Payment", "C-1", "-1.00", "", ""), ("Payment", "DB-EUR", "101.00", "", "")],
        ),
        (
            document(80_00, part("A", 100_00), part("C", -20_00)),
            [("", "C-1", "-100.00", "Invoice", "A"), ("", "C-1", "20.00", "Credit Memo", "C"), ("", "DB-EUR", "80.00", "", "")],
        ),
        (
            document(-20_00, part("C", -20_00), kind=Kind.REFUND),
            [("Refund", "C-1", "20.00", "Credit Memo", "C"), ("Refund", "DB-EUR", "-20.00", "", "")],
        ),
        (
            document(-20_00, part("", -20_00, kind="unapplied", receipt=RECEIPT), kind=Kind.REFUND),
            [("Refund", "C-1", "20.00", "Payment", RECEIPT.upper()), ("Refund", "DB-EUR", "-20.00", "", "")],
        ),
        (
            document(0, part("A", 10), kind=Kind.APPLICATION, receipt=RECEIPT),
            [("", "C-1", "-0.10", "Invoice", "A"), ("", "C-1", "0.10", "Payment", RECEIPT.upper())],
        ),
        (
            document(-50_00, part("A", -50_00, kind="invoice"), kind=Kind.RETURN, receipt=RECEIPT, receipt_number="PAY1"),
            [("Refund", "C-1", "50.00", "Payment", "PAY1"), ("Refund", "DB-EUR", "-50.00", "", "")],
        ),
        (
            document(-80_00, part("A", -100_00), part("C", 20_00), kind=Kind.REVERSAL, reversed_kind=Kind.RECEIPT, reverses=RECEIPT),
            [("", "C-1", "100.00", "", RECEIPT.upper()), ("", "C-1", "-20.00", "", RECEIPT.upper()), ("", "DB-EUR", "-80.00", "", "")],
        ),
        (
            document(20_00, part("C", 20_00), kind=Kind.REVERSAL, reversed_kind=Kind.REFUND, reverses=RECEIPT),
            [("", "C-1", "-20.00", "Refund", RECEIPT.upper()), ("", "DB-EUR", "20.00", "", "")],
        ),
        (
            document(0, part("A", 20_00), part("C", -20_00), kind=Kind.SET_OFF),
            [("", "C-1", "-20.00", "Invoice", "A"), ("", "C-1", "20.00", "Credit Memo", "C")],
        ),
        (
            document(0, part("A", 0, ("bad_debt", 5)), kind=Kind.WRITE_OFF),
            [("", "C-1", "-0.05", "Invoice", "A"), ("", "6930", "0.05", "", "")],
        ),
    ],
)
def test_the_lines_of_each_kind_of_document(one: Document, expected: list[tuple[str, ...]]) -> None:
    assert lines(one) == expected


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (document(5, part("A" * 21, 5)), "1 to 20 characters, and 'AAAAAAAAAAAAAAAAAAAAA' has 21"),
        (document(5, part("", 5)), "has 0"),
        (document(5, part("A", 5, kind="debit_note")), "A is none"),
        (document(5, part("A", 5), customer=Customer("")), "unknown payer"),
        (document(5, part("A", 5, currency="USD")), "another currency"),
        (document(9, part("A", 10), part("C", -2)), "has no type"),
        (document(0, part("A", 5), kind=Kind.APPLICATION, receipt_number="P" * 21), "has 21"),
        (document(0, part("A", -5), kind=Kind.REVERSAL, reversed_kind=Kind.APPLICATION, reverses="ab"), "for document AB"),
    ],
)
def test_what_has_no_form_is_named(one: Document, why: str) -> None:
    assert why in why_not("business-central", TABLE, one)


def test_what_the_api_does_not_take_goes_by_the_journal() -> None:
    plain, fee = document(5, part("A", 5)), document(5, part("B", 5, ("fee", 1)), external_id=RECEIPT)
    made = files("business-central", TABLE | API, plain, fee, name="receipts.json")
    assert list(made) == ["receipts.journal.xlsx", "receipts.json"]
    assert {row["Document No."] for row in sheet(made["receipts.journal.xlsx"])} == {RECEIPT.upper()}
    assert [request["body"]["documentNumber"] for request in json.loads(made["receipts.json"])["requests"]] == [NUMBER]
    with pytest.raises(MatcherError, match=r"has no accounts\.1, reasons\.fee"):
        files("business-central", API, plain, fee, name="receipts.json")


def test_the_batch_of_the_api() -> None:
    one = document(12_34, part("A", 10_00), text='a "quoted"\x00 text\u2028')
    made = files("business-central", API, one, name="receipts.json")["receipts.json"]
    requests = json.loads(made, parse_float=str)["requests"]
    assert [(request["id"], request["url"]) for request in requests] == [
        (f"{EXTERNAL_ID}-{order}", "companies(c-1)/customerPaymentJournals(j-1)/customerPayments") for order in (1, 2)
    ]
    assert [(request["body"]["amount"], request["body"]["appliesToInvoiceNumber"]) for request in requests] == [
        ("-10.00", "A"),
        ("-2.34", ""),
    ]
    assert requests[0]["body"]["comment"] == 'a "quoted"\x00 text\u2028'


def test_a_batch_of_the_api_has_at_most_100_payments() -> None:
    many = [document(12_34, part("A", 10_00), external_id=f"{number:020x}") for number in range(51)]
    made = files("business-central", API, *many, name="receipts.json")
    assert {name: len(json.loads(data)["requests"]) for name, data in made.items()} == {"receipts.2.json": 2, "receipts.json": 100}
    assert list(made)[-1] == "receipts.json"


@pytest.mark.parametrize(("table", "name", "wanted"), [(TABLE, "r.json", r"\.xlsx or \.csv"), (API, "r.csv", r"\.json, as")])
def test_the_ending_fits_what_is_asked_for(table: dict[str, object], name: str, wanted: str) -> None:
    with pytest.raises(MatcherError, match=f"must end with {wanted}"):
        files("business-central", table, name=name)


def test_a_missing_mapping_is_named_with_all_the_others() -> None:
    with pytest.raises(MatcherError, match=r"has no accounts\.1, reasons\.fee"):
        files("business-central", {}, document(5, part("A", 5, ("fee", 1))))
    with pytest.raises(MatcherError, match=r"has no journals\.1"):
        files("business-central", {"company": "c"}, document(5), name="r.json")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_in_their_cell(text: str) -> None:
    one = document(5, part("A", 5), text=text * 20)
    table = rows(files("business-central", TABLE, one)["receipts.csv"])
    assert len(table) == 2
    check(table)
    assert len(sheet(files("business-central", TABLE, one, name="r.xlsx")["r.xlsx"])) == 2


def test_an_export_of_nothing_has_the_titles_only() -> None:
    assert rows(files("business-central", TABLE)["receipts.csv"]) == []
    assert json.loads(files("business-central", API, name="r.json")["r.json"]) == {"requests": []}


def test_posted_entries_answer() -> None:
    listed = (
        "Posting Date;Document Type;Document No.;External Document No.;Customer No.;Amount\n"
        f"05.03.2026;Payment;{NUMBER};{NUMBER};C-1;-10,00\n05.03.2026;Payment;{NUMBER};{NUMBER};C-1;-2,34\n"
        "05.03.2026;Payment;BANK-7;Cheque 1;C-2;-5,00\n"
    )
    found = {(one.external_id, one.result, one.number) for one in answered("business-central", listed.encode())}
    assert found == {(EXTERNAL_ID, Answered.ACCEPTED, NUMBER)}


def test_the_answer_to_a_batch_names_what_was_not_taken() -> None:
    answer = {
        "responses": [
            {"id": f"{EXTERNAL_ID}-1", "status": 201, "body": {"documentNumber": NUMBER}},
            {"id": f"{RECEIPT}-1", "status": 400, "body": {"error": {"code": "BadRequest", "message": "The invoice is closed."}}},
        ]
    }
    (found,) = answered("business-central", json.dumps(answer, indent=1).encode(), "answer.json")
    assert (found.external_id, found.result, found.message) == (RECEIPT, Answered.REJECTED, "The invoice is closed.")
    with pytest.raises(MatcherError, match=r"ack\.unreadable: .*response 1 has no id or no status"):
        answered("business-central", b'{"responses": [{"id": 7}]}', "answer.json")
