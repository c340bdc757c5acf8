"""NetSuite: what its CSV import says it checks, held against the files; dates and decimal points; and what comes back."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import pytest
from erp_documents import EXTERNAL_ID, HOSTILE, answered, cases, document, files, minor, moved, part, rows, told, why_not

from matcher.errors import MatcherError
from matcher.exports.erp.records import Customer, Document, Kind
from matcher.exports.erp.targets import netsuite
from matcher.states import Answered

TABLE: dict[str, object] = {"accounts": {"1": "Bank"}, "receivable": "A/R", "reasons": {"fee": "Charges", "bad_debt": "Bad debts"}}
UNDONE = document(-5, part("A", -5), kind=Kind.REVERSAL, reversed_kind=Kind.RECEIPT, reverses="x", reverses_number="PYMT9")
Row = dict[str, str]


def check_payments(table: Sequence[Row], day: str = "%m/%d/%Y") -> Counter[tuple[str, str]]:
    """Customer Payment Import (section_N410731), Transactions Import Type (section_N405613), and its note on gaps in sublists.

    The external id in every row, a payment's rows together and its own columns the same; an invoice once, by its id; what is applied is
    not more than the payment; a row without an invoice stands alone; 5,000 invoices.
    """
    found: Counter[tuple[str, str]] = Counter()
    order = [external_id for external_id, _ in groupby(row["External ID"] for row in table)]
    assert len(order) == len(set(order))
    own = [title for title in netsuite.PAYMENT if not title.startswith("Invoices")]
    for _, group in groupby(table, key=lambda row: row["External ID"]):
        lines = list(group)
        head = {title: lines[0][title] for title in own}
        assert all(row[title] == head[title] for row in lines for title in own)
        assert all(head[title] for title in ("External ID", "Customer", "Currency", "Payment Amount", "Account"))
        datetime.strptime(head["Date"], day)  # noqa: DTZ007 - a day
        invoices = [row["Invoices : Invoice"] for row in lines]
        assert len(set(invoices)) == len(invoices) <= 5000
        if "" in invoices:
            assert invoices == [""]
        paid = [minor(row["Invoices : Payment"].replace(",", ".")) for row in lines if row["Invoices : Invoice"]]
        assert all(amount > 0 for amount in paid)
        amount = minor(head["Payment Amount"].replace(",", "."))
        assert amount > 0
        assert sum(paid) <= amount
        found[head["Customer"], head["Currency"]] += amount
    return found


def check_journal(table: Sequence[Row]) -> Counter[tuple[str, str]]:
    """Importing a Journal Entry (section_N1472877): two lines at least, debits and credits the same; a line has one of them.

    A receivable account has a name. Gives what goes out of bank accounts, by customer and currency.
    """
    found: Counter[tuple[str, str]] = Counter()
    for _, group in groupby(table, key=lambda row: row["External ID"]):
        lines = list(group)
        assert len(lines) >= 2
        debit, credit = ([minor(row[side].replace(",", ".")) for row in lines] for side in ("Debit", "Credit"))
        assert sum(debit) == sum(credit)
        for one, other, row in zip(debit, credit, lines, strict=True):
            assert (one > 0) != (other > 0)
            assert bool(row["Name"]) == (row["Account"] in {"A/R", "Accounts Receivable"})
            assert row["Account"]
            if "Bank" in row["Account"] and "Charges" not in row["Account"]:
                found[lines[0]["Name"], row["Currency"]] += one - other
    return found


@pytest.mark.parametrize("case", cases("netsuite"), ids=lambda path: path.name)
def test_the_golden_files_pass_the_checks_of_netsuite(case: Path) -> None:
    day = "%d.%m.%Y" if case.name == "european" else "%m/%d/%Y"
    sums = check_payments(rows((case / "receipts.csv").read_bytes()), day)
    sums.update(check_journal(rows((case / "receipts.journal.csv").read_bytes())))
    names = {"Chinese Yuan": "CNY"}
    found = {(customer.replace("21", "C-1", 1) if customer[0] == "2" else customer, names.get(code, code)): sums[customer, code]
             for customer, code in sums}  # fmt: skip
    assert found == moved(told(case))


@pytest.mark.parametrize(
    ("one", "paid", "cleared"),
    [
        (document(99_01, part("A", 99_01, ("fee", 99))), [("99.01", "K-A", "99.01")], [("A/R", "", "0.99"), ("Charges", "0.99", "")]),
        (document(100_01, part("A", 100_01, ("fee", -1))), [("100.01", "K-A", "100.01")], [("A/R", "0.01", ""), ("Charges", "", "0.01")]),
        (document(30, part("A", 10), part("B", 15)), [("0.30", "K-A", "0.10"), ("0.30", "K-B", "0.15")], []),
        (document(30), [("0.30", "", "")], []),
        (document(-10, part("C", -10), kind=Kind.REFUND), [], [("A/R", "0.10", ""), ("Bank", "", "0.10")]),
        (
            document(-12, part("A", -10, ("fee", -1), kind="invoice"), kind=Kind.RETURN),
            [],
            [("A/R", "0.11", ""), ("Charges", "", "0.01"), ("A/R", "0.02", ""), ("Bank", "", "0.12")],
        ),
        (document(0, part("A", 0, ("bad_debt", 5)), kind=Kind.WRITE_OFF), [], [("A/R", "", "0.05"), ("Bad debts", "0.05", "")]),
        (
            document(0, part("A", 0, ("bad_debt", -5)), kind=Kind.REVERSAL, reversed_kind=Kind.WRITE_OFF, reverses="x"),
            [],
            [("A/R", "0.05", ""), ("Bad debts", "", "0.05")],
        ),
    ],
)
def test_signs_and_cents(one: Document, paid: list[tuple[str, str, str]], cleared: list[tuple[str, str, str]]) -> None:
    made = files("netsuite", TABLE, one)
    payments, journal = rows(made["receipts.csv"]), rows(made.get("receipts.journal.csv", b""))
    check_payments(payments)
    check_journal(journal)
    assert [(row["Payment Amount"], row["Invoices : Invoice"], row["Invoices : Payment"]) for row in payments] == paid
    assert [(row["Account"], row["Debit"], row["Credit"]) for row in journal] == cleared


@pytest.mark.parametrize(
    ("dates", "shown"),
    [("MM/DD/YYYY", "03/05/2026"), ("DD/MM/YYYY", "05/03/2026"), ("DD-MM-YYYY", "05-03-2026"), ("YYYY-MM-DD", "2026-03-05")],
)
def test_days_are_written_as_the_importing_user_has_them(dates: str, shown: str) -> None:
    (row,) = rows(files("netsuite", TABLE | {"dates": dates, "customer": "name"}, document(5))["receipts.csv"])
    assert (row["Date"], row["Posting Period"], row["Customer"]) == (shown, "Mar 2026", "Ostsee GmbH")


def test_periods_are_english_and_may_be_left_out() -> None:
    may = document(5, date=date(2026, 5, 31))
    assert rows(files("netsuite", TABLE, may)["receipts.csv"])[0]["Posting Period"] == "May 2026"
    assert rows(files("netsuite", TABLE | {"periods": False}, may)["receipts.csv"])[0]["Posting Period"] == ""


def test_too_many_rows_go_into_several_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netsuite, "MOST_ROWS", 3)
    many = [document(4, part("A", 2), part("B", 2), external_id=f"{number:020x}") for number in range(3)]
    made = files("netsuite", TABLE, *many)
    assert {name: len(rows(data)) for name, data in made.items()} == {"receipts.3.csv": 2, "receipts.2.csv": 2, "receipts.csv": 2}
    assert list(made)[-1] == "receipts.csv"


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (document(0, part("A", 5), kind=Kind.APPLICATION), "apply the payment"),
        (document(0, part("A", 5), part("C", -5), kind=Kind.SET_OFF), "apply the payment"),
        (UNDONE, "void the payment PYMT9"),
        (document(5, part("A", 10), part("C", -5)), "C is none"),
        (document(5, part("A", 5), customer=Customer("")), "unknown payer"),
        (document(5, part("A", 5, currency="USD")), "another currency"),
        (document(0), "without money"),
    ],
)
def test_what_has_no_form_is_named(one: Document, why: str) -> None:
    assert why in why_not("netsuite", TABLE, one)


def test_a_missing_mapping_is_named_with_all_the_others() -> None:
    with pytest.raises(MatcherError, match=r"has no accounts\.1, reasons\.fee, receivable"):
        files("netsuite", {}, document(5, part("A", 5, ("fee", 1))))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_in_their_cell(text: str) -> None:
    one = document(5, part(text, 5, ("fee", 1), item="7001"), text=text, customer=Customer("C-1", "", text))
    made = files("netsuite", TABLE | {"customer": "name"}, one)
    assert len(rows(made["receipts.csv"])) == 1
    assert len(rows(made["receipts.journal.csv"])) == 2


def test_an_export_of_nothing_has_the_titles_only() -> None:
    made = files("netsuite", TABLE)
    assert list(made) == ["receipts.csv"]
    assert rows(made["receipts.csv"]) == []


def test_a_saved_search_answers() -> None:
    listed = (
        f'"Date","Type","Document Number","External ID"\n"3/5/2026","Payment","PYMT112","{EXTERNAL_ID}"\n'
        '"3/5/2026","Journal","JE12","0123456789-abcdef0123"\n"3/5/2026","Payment","PYMT7",""\n'
    )
    found = [(one.external_id, one.result, one.number) for one in answered("netsuite", listed.encode())]
    assert found == [(EXTERNAL_ID, Answered.ACCEPTED, "PYMT112")]


def test_the_results_of_the_import_name_what_was_not_taken() -> None:
    two = document(5, part("B", 5), external_id="b" * 20)
    ours = files("netsuite", TABLE, document(10, part("A", 5), part("B", 5)), two)["receipts.csv"].decode().splitlines()
    said = (
        "Invalid invoice reference key K-A",
        "Invalid invoice reference key K-A",
        "AfterSubmit Script failed, record created with internalId 77",
    )
    data = "\r\n".join([f"{ours[0]},Error", *(f"{row},{words}" for row, words in zip(ours[1:], (f'"{one}"' for one in said), strict=True))])
    found = [(one.external_id, one.result, one.message) for one in answered("netsuite", data.encode(), "results.csv")]
    assert found == [(EXTERNAL_ID, Answered.REJECTED, said[0]), ("b" * 20, Answered.ACCEPTED, said[2])]
    assert re.search(r"results\.csv:2$", answered("netsuite", data.encode(), "results.csv")[0].place)
