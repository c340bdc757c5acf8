"""ERPNext: what Data Import and the controllers of Payment Entry and Journal Entry check, held against the files."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from erp_documents import EXTERNAL_ID, HOSTILE, answered, cases, document, files, minor, moved, part, rows, told, why_not

from matcher.errors import MatcherError
from matcher.exports.erp.records import Customer, Document, Kind, Part
from matcher.states import Answered

TABLE: dict[str, object] = {
    "accounts": {"1": "Bank"}, "receivables": {"EUR": "Debtors", "USD": "Debtors USD"}, "cost_center": "Main",
    "reasons": {"fee": "Charges", "discount": "Discount", "bad_debt": "Bad debts"}, "entities": {"1": "Northgate"},
}  # fmt: skip
UNDONE = document(-5, part("A", -5), kind=Kind.REVERSAL, reversed_kind=Kind.RECEIPT, reverses="x", reverses_number="PE-9")
Row = dict[str, str]


def documents(table: Sequence[Row], first: str) -> Iterator[list[Row]]:
    """Rows of one document: a row without any of the document's own fields belongs to the one above (importer.py, parse_next_row)."""
    group: list[Row] = []
    for row in table:
        own = [cell for title, cell in row.items() if "." not in title]
        if any(own):
            assert row[first], "a document without its first field"
            if group:
                yield group
            group = []
        group.append(row)
    if group:
        yield group


def check_payments(table: Sequence[Row]) -> Counter[tuple[str, str]]:
    """Payment Entry of ERPNext 14 and 15, payment_entry.py.

    set_missing_values and the DocType: mandatory fields. validate_transaction_reference: number and day of a bank payment.
    validate_duplicate_entry: no document twice. validate_allocated_amount: the sign is the document's. set_unallocated_amount,
    set_difference_amount: what is left must be 0. validate_payment_against_negative_invoice: a refund within its credit notes.
    validate_payment_type_with_outstanding: a receipt's allocated sum is not below zero.
    """
    found: Counter[tuple[str, str]] = Counter()
    for group in documents(table, "payment_type"):
        head = group[0]
        for field in ("posting_date", "company", "party_type", "party", "paid_from", "paid_to", "paid_amount", "received_amount"):
            assert head[field], field
        assert head["reference_no"]
        assert head["reference_date"]
        assert head["paid_from_account_currency"] == head["paid_to_account_currency"]
        assert head["paid_amount"] == head["received_amount"]
        amount = minor(head["paid_amount"])
        assert amount > 0
        references = [row for row in group if row["references.reference_name"]]
        names = [row["references.reference_name"] for row in references]
        assert len(set(names)) == len(names)
        allocated = sum(minor(row["references.allocated_amount"]) for row in references)
        assert all(minor(row["references.allocated_amount"]) for row in references), "a row with 0 is deleted"
        taken = [row for row in group if row["deductions.account"] or row["deductions.amount"]]
        assert all(row["deductions.account"] and row["deductions.cost_center"] for row in taken)
        deductions = sum(minor(row["deductions.amount"]) for row in taken)
        if head["payment_type"] == "Receive":
            unallocated = max(amount + deductions - allocated, 0) if not references or allocated < amount + deductions else 0
            assert allocated + unallocated - amount - deductions == 0
            assert allocated >= 0
        else:
            assert head["payment_type"] == "Pay"
            credits = -sum(min(minor(row["references.allocated_amount"]), 0) for row in references)
            assert credits
            assert amount - deductions <= credits
            assert amount - abs(allocated) - deductions == 0
        found[head["party"], head["paid_to_account_currency"]] += amount if head["payment_type"] == "Receive" else -amount
    return found


def check_journal(table: Sequence[Row]) -> None:
    """Journal Entry of ERPNext 14 and 15, journal_entry.py.

    validate_total_debit_and_credit. validate_debit_credit_amount: one of both. validate_party: a receivable account has one.
    validate_cheque_info: number and day. gl_entry.py: an account of profit and loss has a cost center.
    """
    for group in documents(table, "voucher_type"):
        head = group[0]
        assert all(head[field] for field in ("posting_date", "company", "cheque_no", "cheque_date"))
        debit = [minor(row["accounts.debit_in_account_currency"]) for row in group]
        credit = [minor(row["accounts.credit_in_account_currency"]) for row in group]
        assert sum(debit) == sum(credit)
        assert all((one > 0) != (other > 0) for one, other in zip(debit, credit, strict=True))
        assert len(group) >= 2
        for row in group:
            receivable = row["accounts.account"].startswith("Debtors")
            assert bool(row["accounts.party"]) == bool(row["accounts.party_type"]) == receivable
            if not receivable and row["accounts.account"].partition(" - ")[0] not in ("Bank", "Deutsche Bank", "Bank of China"):
                assert row["accounts.cost_center"]
            assert bool(row["accounts.reference_type"]) == bool(row["accounts.reference_name"])


@pytest.mark.parametrize("case", cases("erpnext"), ids=lambda path: path.name)
def test_the_golden_files_pass_the_checks_of_erpnext(case: Path) -> None:
    assert check_payments(rows((case / "receipts.csv").read_bytes())) == moved(told(case), Kind.RECEIPT, Kind.REFUND)
    check_journal(rows((case / "receipts.journal.csv").read_bytes()))


@pytest.mark.parametrize(
    ("amount", "parts", "expected"),
    [
        (99_01, (part("A", 99_01, ("fee", 99)),), [("A", "100.00", "0.99")]),
        (100_01, (part("A", 100_00, ("fee", -1)),), [("A", "99.99", "-0.01")]),
        (50_00, (part("A", 60_00), part("C", -20_00)), [("A", "60.00", ""), ("C", "-20.00", "")]),
        (10, (part("A", 10),), [("A", "0.10", "")]),
        (100_00, (), [("", "", "")]),
    ],
)  # fmt: skip
def test_signs_and_cents_of_a_receipt(amount: int, parts: tuple[Part, ...], expected: list[tuple[str, str, str]]) -> None:
    table = rows(files("erpnext", TABLE, document(amount, *parts))["receipts.csv"])
    cells = ("references.reference_name", "references.allocated_amount", "deductions.amount")
    assert [tuple(row[cell] for cell in cells) for row in table] == expected
    assert check_payments(table) == {("C-1", "EUR"): amount}


def test_a_refund_pays_and_keeps_the_credit_notes_sign() -> None:
    back = document(-79_00, part("C", -79_00, ("fee", -1_00)), kind=Kind.REFUND)
    (row,) = rows(files("erpnext", TABLE, back)["receipts.csv"])
    assert [row[cell] for cell in ("payment_type", "paid_from", "paid_to", "paid_amount", "references.allocated_amount")] == [
        "Pay", "Bank", "Debtors", "79.00", "-80.00",
    ]  # fmt: skip
    check_payments([row])


def test_a_returned_payment_opens_its_invoice_again() -> None:
    back = document(-97_00, part("A", -97_00, ("discount", -3_00), kind="invoice"), kind=Kind.RETURN)
    table = rows(files("erpnext", TABLE, back)["receipts.journal.csv"])
    check_journal(table)
    sides = ("accounts.account", "accounts.debit_in_account_currency", "accounts.credit_in_account_currency", "accounts.reference_name")
    assert [tuple(row[side] for side in sides) for row in table] == [
        ("Debtors", "100.00", "", "A"), ("Discount", "", "3.00", ""), ("Bank", "", "97.00", ""),
    ]  # fmt: skip


def test_a_write_off_is_taken_back_with_the_opposite() -> None:
    off = document(0, part("A", 0, ("bad_debt", 5_00)), kind=Kind.WRITE_OFF)
    back = document(
        0, part("A", 0, ("bad_debt", -5_00)), kind=Kind.REVERSAL, reversed_kind=Kind.WRITE_OFF, reverses="f" * 20, reverses_number="JE-4"
    )
    table = rows(files("erpnext", TABLE, off, back)["receipts.journal.csv"])
    check_journal(table)
    assert [row["accounts.credit_in_account_currency"] for row in table if row["accounts.reference_name"]] == ["5.00", ""]
    assert table[2]["user_remark"] == "takes back JE-4"


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (document(0, part("A", 5), kind=Kind.APPLICATION), "Payment Reconciliation"),
        (UNDONE, "cancel .* PE-9"),
        (document(-9, part("C", -5), kind=Kind.REFUND), "money on account back"),
        (document(5, part("A", 5, kind="on_account")), "A is none"),
        (document(5, part("", 5)), "1 to 140"),
        (document(5, part("A" * 141, 5)), "has 141"),
        (document(5, part("A", 5), customer=Customer("")), "unknown payer"),
        (document(5, part("A", 5, ("fee", 1), currency="USD"), currency="USD"), "rate to EUR"),
        (document(0), "without money"),
    ],
)  # fmt: skip
def test_what_has_no_form_is_named(one: Document, why: str) -> None:
    assert re.search(why, why_not("erpnext", TABLE, one))


def test_a_missing_mapping_is_named_with_all_the_others() -> None:
    with pytest.raises(MatcherError, match=r"has no accounts\.1, cost_center, reasons\.fee, receivables\.EUR") as error:
        files("erpnext", {}, document(5, part("A", 5, ("fee", 1))))
    assert error.value.code == "target.setting"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_in_their_cell(text: str) -> None:
    table = rows(files("erpnext", TABLE, document(5, part("A", 5), text=text, customer=Customer("C-1", "", text)))["receipts.csv"])
    assert len(table) == 1
    assert table[0]["references.reference_name"] == "A"
    check_payments(table)


def test_an_export_of_nothing_has_the_titles_only() -> None:
    made = files("erpnext", TABLE)
    assert list(made) == ["receipts.csv"]
    assert rows(made["receipts.csv"]) == []


def test_the_list_of_payment_entries_answers() -> None:
    listed = (
        "ID,Title,Status,Payment Type,Cheque/Reference No\r\n"
        f"ACC-PAY-2026-00071,Ostsee,Submitted,Receive,{EXTERNAL_ID}\r\nACC-PAY-2026-00072,Fjord,Draft,Receive,{'ab' * 10}\r\n"
        "ACC-PAY-2026-00001,Other,Submitted,Receive,cheque 77\r\n"
    )
    found = [(one.external_id, one.result, one.number) for one in answered("erpnext", listed.encode())]
    assert found == [(EXTERNAL_ID, Answered.ACCEPTED, "ACC-PAY-2026-00071"), ("ab" * 10, Answered.UNKNOWN, "ACC-PAY-2026-00072")]


def test_the_rows_that_data_import_did_not_take_are_rejected() -> None:
    made = files("erpnext", TABLE, document(10, part("A", 5), part("B", 5)))["receipts.csv"]
    found = [(one.external_id, one.result) for one in answered("erpnext", made)]
    assert found == [(EXTERNAL_ID, Answered.REJECTED)]
