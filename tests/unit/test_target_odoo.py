"""Odoo: what its models check, held against the files; the versions' fields; and its list of payments as an answer."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from erp_documents import EXTERNAL_ID, HOSTILE, answered, cases, document, files, minor, moved, part, rows, told, why_not

from matcher.errors import MatcherError
from matcher.exports.erp.records import Customer, Document, Kind
from matcher.states import Answered

TABLE: dict[str, object] = {
    "accounts": {"1": "Bank"}, "receivable": "1400", "journal": "Misc", "partner": "reference", "reasons": {"fee": "4970"},
}  # fmt: skip
FIELDS = {
    "13": {"payment_date", "communication", "payment_method_id/id"}, "14": {"date", "ref"}, "15": {"date", "ref"}, "16": {"date", "ref"},
    "17": {"date", "ref"}, "18": {"date", "memo"}, "19": {"date", "memo"},
}  # fmt: skip
UNDONE = document(-5, part("A", -5), kind=Kind.REVERSAL, reversed_kind=Kind.RECEIPT, reverses="x", reverses_number="PAY/9")
Row = dict[str, str]


def check_payments(table: Sequence[Row]) -> Counter[tuple[str, str]]:
    """account.payment (addons/account/models/account_payment.py): required fields and selections; the constraint check_amount_not_negative.

    base_import: one External ID for each record, days as YYYY-MM-DD; a payment method is of the payment's direction (13).
    """
    found: Counter[tuple[str, str]] = Counter()
    assert len({row["id"] for row in table}) == len(table)
    for row in table:
        assert re.fullmatch(r"matcher_[0-9a-f]{20}", row["id"])
        date.fromisoformat(row.get("date") or row["payment_date"])
        assert {row["payment_type"]} <= {"inbound", "outbound"}
        assert row["partner_type"] == "customer"
        partner = next(row[title] for title in row if title.startswith("partner_id"))
        assert partner
        assert row["journal_id"]
        assert re.fullmatch("[A-Z]{3}", row["currency_id"])
        amount = minor(row["amount"])
        assert amount > 0
        if "payment_method_id/id" in row:
            assert row["payment_method_id/id"].endswith("_in" if row["payment_type"] == "inbound" else "_out")
        found[partner, row["currency_id"]] += amount if row["payment_type"] == "inbound" else -amount
    return found


def check_entries(table: Sequence[Row]) -> None:
    """account.move: _check_balanced. account.move.line: the constraint check_credit_debit, neither below zero and not both."""
    groups: dict[str, list[Row]] = {}
    latest = ""
    for row in table:
        latest = row["id"] or latest
        groups.setdefault(latest, []).append(row)
        assert bool(row["id"]) == bool(row["journal_id"]) == bool(row["date"])
    for group in groups.values():
        debit, credit = ([minor(row[f"line_ids/{side}"]) for row in group] for side in ("debit", "credit"))
        assert sum(debit) == sum(credit)
        for one, other, row in zip(debit, credit, group, strict=True):
            assert one >= 0
            assert other >= 0
            assert (one > 0) != (other > 0)
            assert row["line_ids/account_id"]


@pytest.mark.parametrize("case", cases("odoo"), ids=lambda path: path.name)
def test_the_golden_files_pass_the_checks_of_odoo(case: Path) -> None:
    table = rows((case / "receipts.csv").read_bytes())
    assert FIELDS[case.name] <= set(table[0])
    by_id = {one.external_id: one.customer.id for one in told(case)}
    named = [row | {"partner_id": by_id[row["id"].removeprefix("matcher_")]} for row in table]
    assert check_payments(named) == moved(told(case))
    check_entries(rows((case / "receipts.entries.csv").read_bytes()))


@pytest.mark.parametrize("version", FIELDS)
def test_each_version_gets_its_own_fields(version: str) -> None:
    (row,) = rows(files("odoo", TABLE | {"version": version}, document(5, part("A", 5)))["receipts.csv"])
    assert FIELDS[version] <= set(row)
    assert set(row) - FIELDS[version] == {"id", "payment_type", "partner_type", "partner_id", "amount", "currency_id", "journal_id"}


def test_a_version_that_is_not_known_is_refused() -> None:
    with pytest.raises(MatcherError, match=r"target\.odoo\.version: '12' is none of 19, 18"):
        files("odoo", TABLE | {"version": "12"})


@pytest.mark.parametrize(
    ("one", "paid", "cleared"),
    [
        (document(99_01, part("A", 99_01, ("fee", 99))), ("inbound", "99.01"), [("4970", "0.99", ""), ("1400", "", "0.99")]),
        (document(100_01, part("A", 100_01, ("fee", -1))), ("inbound", "100.01"), [("4970", "", "0.01"), ("1400", "0.01", "")]),
        (document(-10, part("C", -10), kind=Kind.REFUND), ("outbound", "0.10"), []),
        (document(-7, part("A", -7, kind="invoice"), kind=Kind.RETURN), ("outbound", "0.07"), []),
    ],
)
def test_signs_and_cents(one: Document, paid: tuple[str, str], cleared: list[tuple[str, str, str]]) -> None:
    made = files("odoo", TABLE, one)
    (row,) = rows(made["receipts.csv"])
    check_payments([row])
    assert (row["payment_type"], row["amount"]) == paid
    entries = rows(made.get("receipts.entries.csv", b""))
    check_entries(entries)
    assert [(row["line_ids/account_id"], row["line_ids/debit"], row["line_ids/credit"]) for row in entries] == cleared


def test_the_list_of_matches_has_every_part_of_every_payment() -> None:
    one = document(90_00, part("A", 100_00), part("C", -20_00), part("B", 10_00, ("fee", 2_00), currency="USD", item_amount=11_00))
    assert "wants the rate to EUR" in why_not("odoo", TABLE, one)
    two = document(80_00, part("A", 100_00), part("C", -20_00, currency="USD", item_amount=-22_00))
    table = rows(files("odoo", TABLE, two)["receipts.matches.csv"])
    assert [(row["document"], row["amount"], row["document_currency"], row["document_amount"]) for row in table] == [
        ("A", "100.00", "EUR", "100.00"), ("C", "-20.00", "USD", "-22.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("partner", "title"), [("database_id", "partner_id/.id"), ("external_id", "partner_id/id"), ("name", "partner_id")]
)
def test_a_customer_is_named_as_the_settings_say(partner: str, title: str) -> None:
    (row,) = rows(files("odoo", TABLE | {"partner": partner}, document(5))["receipts.csv"])
    assert row[title] == ("Ostsee GmbH" if partner == "name" else "C-1")


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (document(0, part("A", 5), kind=Kind.APPLICATION), "match the entries"),
        (document(0, part("A", 5), part("C", -5), kind=Kind.SET_OFF), "match the entries"),
        (UNDONE, "reset the payment PAY/9 to draft"),
        (document(5, part("A", 5), customer=Customer("")), "unknown payer"),
        (document(5, part("A", 5, customer=Customer("C-9"))), "another customer"),
        (document(5, part("A", 5, ("exchange_difference", 1))), "an exchange difference"),
        (document(0), "without money"),
    ],
)
def test_what_has_no_form_is_named(one: Document, why: str) -> None:
    assert why in why_not("odoo", TABLE, one)


def test_a_missing_mapping_is_named_with_all_the_others() -> None:
    with pytest.raises(MatcherError, match=r"has no accounts\.1, journal, reasons\.fee, receivable"):
        files("odoo", {}, document(5, part("A", 5, ("fee", 1))))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_in_their_cell(text: str) -> None:
    one = document(5, part(text, 5, ("fee", 1)), text=text, customer=Customer("C-1", "", text))
    made = files("odoo", TABLE | {"partner": "name"}, one)
    assert len(rows(made["receipts.csv"])) == 1
    assert len(rows(made["receipts.entries.csv"])) == 2
    check_payments(rows(made["receipts.csv"]))


def test_an_export_of_nothing_has_the_titles_only() -> None:
    made = files("odoo", TABLE)
    assert list(made) == ["receipts.csv"]
    assert rows(made["receipts.csv"]) == []


def test_the_list_of_payments_answers() -> None:
    listed = (
        f"External ID,Number,Customer/Vendor,Status\n__import__.matcher_{EXTERNAL_ID},PBNK1/2026/00012,Ostsee,Paid\n"
        f"__import__.matcher_{'ab' * 10},,Fjord,Draft\n__export__.account_payment_7_1a2b3c4d,PBNK1/2026/00002,Other,Posted\n"
        "__import__.matcher_cleared_0123456789_abcdef0123,MISC/2026/03/0001,Ostsee,Posted\n"
    )
    found = [(one.external_id, one.result, one.number) for one in answered("odoo", listed.encode())]
    assert found == [(EXTERNAL_ID, Answered.ACCEPTED, "PBNK1/2026/00012"), ("ab" * 10, Answered.UNKNOWN, "")]
