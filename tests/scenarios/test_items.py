"""Open items are found as accountants look for them: by customer, number, name and amount."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from support import Row, filled
from teller import Teller

CUSTOMERS: list[Row] = [
    {"customer_id": "C1", "customer_no": "20017", "name": "Müller & Söhne Wärmetechnik GmbH", "alias": "MSW"},
    {"customer_id": "C2", "customer_no": "20018", "name": "蘇州澄湖淨水設備有限公司"},
    {"customer_id": "C3", "customer_no": "31000", "name": "Müller Spedition KG"},
]
ITEMS: list[Row] = [
    {"item_id": "A1", "customer_id": "C1", "document_no": "RG4085/26", "amount": "640.00", "due_date": "2026-10-01"},
    {"item_id": "A2", "customer_id": "C1", "document_no": "RG4099/26", "amount": "75.00", "due_date": "2026-11-20"},
    {"item_id": "A3", "customer_id": "C2", "document_no": "KM-2026-00423", "amount": "99.00", "due_date": "2026-12-01",
     "purchase_order": "PO 7781"},
    {"item_id": "A4", "customer_id": "C3", "document_no": "KM-2026-00450", "amount": "1000.00", "discount_pct": "2",
     "discount_date": "2026-11-10", "due_date": "2026-11-30"},
    {"item_id": "A5", "customer_id": "C3", "document_no": "GS-12", "document_type": "credit_note", "amount": "-285.00"},
    {"item_id": "A6", "customer_id": "C3", "document_no": "KM-2026-14230", "amount": "5.00", "currency": "USD", "entity": "2"},
]  # fmt: skip
LINES: list[Row] = [
    {"bank_reference": "ZV 1", "amount": "640.00", "counterparty_name": "MSW", "remittance_information": "RG4085/26"},
    {"bank_reference": "ZV 2", "amount": "300.00", "counterparty_name": "unknown"},
]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    return Teller(filled(tmp_path, items=ITEMS, customers=CUSTOMERS, lines=LINES), monkeypatch)


def _found(desk: Teller, *args: str) -> list[str]:
    return [row["item_id"] for row in desk.told("items", *args)]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("RG4085/26", ["A1"]),
        ("rg 4085 26", ["A1"]),
        ("RG408526", ["A1"]),
        ("Rechnung 4085", ["A1"]),
        ("085", ["A1"]),
        ("423", ["A6", "A3"]),
        ("00423", ["A3"]),
        ("km 423", ["A6", "A3"]),
        ("po7781", ["A3"]),
        ("A4", ["A4"]),
        ("20017", ["A1", "A2"]),
        ("mueller", ["A1", "A5", "A6", "A2", "A4"]),
        ("MULLER sped", ["A5", "A6", "A4"]),
        ("soehne waerme", ["A1", "A2"]),
        ("msw", ["A1", "A2"]),
        ("苏州澄湖", ["A3"]),
        ("蘇州", ["A3"]),
        ("-", []),
    ],
)
def test_a_text_is_found_in_numbers_and_names(desk: Teller, typed: str, ids: list[str]) -> None:
    assert _found(desk, "--search", typed) == ids


def test_a_prefix_that_no_number_has_is_said_to_be_left_out(desk: Teller) -> None:
    assert "Nothing has 'Rechnung 4085' in it; this is what has '4085'." in desk.do("items", "--search", "Rechnung 4085")


def test_a_customer_is_named_by_a_part_of_his_name(desk: Teller) -> None:
    assert _found(desk, "--customer", "Söhne") == _found(desk, "--customer", "c1") == _found(desk, "--customer", "20017") == ["A1", "A2"]
    said = desk.do("items", "--customer", "müller", status=2)
    assert said.startswith("customer.ambiguous: 'müller' may mean 2 customers: C1 (Müller & Söhne Wärmetechnik GmbH), C3 (")
    assert "C3 (Müller Spedition KG)" in desk.do("items", "--customer", "Müller Spediton KG", status=2)
    (told,) = desk.told("on-account", "ref:ZV 2", "--customer", "Spedition", "--dry-run")
    assert told["customer_id"] == "C3"


def test_items_are_listed_by_entity_currency_and_age(desk: Teller) -> None:
    assert _found(desk, "--entity", "2") == _found(desk, "--currency", "USD") == ["A6"]
    assert "it is one of 1, 2" in desk.do("items", "--entity", "3", status=2)
    assert "it is one of EUR, USD" in desk.do("items", "--currency", "GBP", status=2)
    assert _found(desk, "--overdue") == ["A1", "A6"], "a credit note is no debt"
    assert _found(desk, "--sort", "amount", "--limit", "2") == ["A4", "A1"]
    assert _found(desk, "--sort", "customer") == ["A1", "A2", "A3", "A5", "A6", "A4"]
    assert "6 open: 1529.00 EUR, 5.00 USD; 2 of 6 shown." in desk.do("items", "--limit", "2")


def test_an_amount_finds_what_it_may_pay(desk: Teller) -> None:
    def why(amount: str) -> dict[str, str]:
        return {row["item_id"]: row["found_by"] for row in desk.told("items", "--amount", amount)}

    assert why("640") == {"A1": "open amount"}
    assert why("285.00") == {"A5": "open amount"}
    assert why("980.00") == {"A4": "less its discount"}
    assert why("715.00") == dict.fromkeys(("A5", "A4"), "one of 2 that come to it") | dict.fromkeys(
        ("A1", "A2"), "one of 2 that come to it"
    )
    assert "715.00 EUR is all that C3 Müller Spedition KG has open, in 2 items." in desk.do("items", "--amount", "715.00")
    assert why("12.34") == {}
    assert "amount.invalid" in desk.do("items", "--amount", "12,34", status=3)
    desk.on("2026-11-11")
    assert why("980.00") == {}, "the discount's day is over"


def test_what_is_paid_is_listed_on_demand_and_what_is_left_of_money_always(desk: Teller) -> None:
    desk.do("allocate", "ref:ZV 1", "A1=600.00")
    (line_id,) = (row["line_id"] for row in desk.rows("matches") if row["bank_reference"] == "ZV 1" and row["item_id"])
    rows = desk.told("items", "--customer", "C1")
    assert {row["item_id"]: (row["open"], row["document_type"]) for row in rows} == {
        "A1": ("40.00", "invoice"), "A2": ("75.00", "invoice"), f"U-{line_id}": ("-40.00", "unapplied"),
    }  # fmt: skip
    assert _found(desk, "--search", f"u-{line_id[:6]}") == _found(desk, "--search", "zv 1") == [f"U-{line_id}"]
    desk.do("allocate", "ref:ZV 1", "A1")
    assert _found(desk, "--customer", "C1") == ["A2"]
    assert _found(desk, "--customer", "C1", "--all") == ["A1", "A2"]
    assert "1 open: 75.00 EUR. --all shows 1 more with nothing open." in desk.do("items", "--customer", "C1")
    assert _found(desk, "--search", "4085") == []


def test_a_day_is_looked_back_to(desk: Teller) -> None:
    desk.do("allocate", "ref:ZV 1", "A1=600.00")

    def then(day: str, *args: str) -> dict[str, str]:
        return {row["item_id"][:4]: row["open"] for row in desk.told("items", "--customer", "C1", "--as-of", day, *args)}

    now = {row["item_id"][:4]: row["open"] for row in desk.told("items", "--customer", "C1")}
    assert then("2026-12-31") == now
    assert now["A1"] == "40.00"
    (line,) = (row for row in desk.rows("matches") if row["bank_reference"] == "ZV 1" and row["item_id"])
    before = (date.fromisoformat(line["booking_date"]) - timedelta(days=1)).isoformat()
    assert then(before) == {"A1": "640.00", "A2": "75.00"}
    assert then("2020-01-01", "--all") == {}, "documents of later days are none yet"
    assert _found(desk, "--as-of", before, "--search", "4085") == _found(desk, "--search", "4085") == ["A1"]
    assert [found[:2] for found in _found(desk, "--search", "zv 1", "--as-of", "2026-12-31")] == ["U-"]
    assert {row["item_id"]: row["found_by"] for row in desk.told("items", "--amount", "640", "--as-of", before)} == {"A1": "open amount"}
    assert desk.told("items", "--amount", "640") == []
    late = {row["item_id"]: row["days_overdue"] for row in desk.told("items", "--overdue", "--as-of", "2026-10-03", "--customer", "C1")}
    assert late == {"A1": 2}


def test_items_of_a_day_are_those_of_the_aging(desk: Teller) -> None:
    desk.do("allocate", "ref:ZV 1", "A1=600.00")
    for day in ("2026-10-01", "2026-10-20", "2026-12-31"):
        aged = {row["item_id"]: row["open_amount"] for row in desk.rows("aging", "--as-of", day)}
        assert {row["item_id"]: row["open"] for row in desk.told("items", "--as-of", day)} == aged
