"""Confirmed matches teach whose account and name it is: that is said, listed, and revoked; what was revoked no run takes as learned."""

from pathlib import Path

import pytest
from support import Row, filled, lines_file
from teller import Teller

CUSTOMERS: list[Row] = [
    {"customer_id": "C1", "customer_no": "20017", "name": "Hafenbau Nordsee GmbH", "account": "DE21500105170000012345"},
    {"customer_id": "C2", "name": "Ostwerft KG"},
]
ITEMS: list[Row] = [
    {"item_id": f"A{n}", "customer_id": "C1" if n < 8 else "C2", "document_no": f"KM-2026-0041{n}", "amount": f"{640 + n}.00"}
    for n in range(10)
]
OWNER = {"counterparty_name": "Ewald Pfannkuch", "counterparty_account": "DE77 5007 0010 0999 8887 77"}


def paid(*numbers: int, **more: str) -> list[Row]:
    """Receipts of the items' amounts from the owner's account. The text has the end of the document's number only, so the payer decides."""
    return [
        {**OWNER, "bank_reference": f"R{n}", "amount": f"{640 + n}.00", "booking_date": f"2026-10-{10 + n}", **more}
        | {"remittance_information": f"Rg. 0041{n}"}
        for n in numbers
    ]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    made = Teller(filled(tmp_path, items=ITEMS, customers=CUSTOMERS, lines=paid(0, 1)), monkeypatch)
    made.do("run")
    return made


def _came(desk: Teller, *numbers: int) -> list[str]:
    """New receipts come in and a run looks at them: what it does with each."""
    desk.do("ingest", str(lines_file(desk.folder, paid(*numbers), f"lines{numbers[0]}.csv")))
    desk.do("run")
    return [desk.told("explain", f"ref:R{n}")[0]["state"] for n in numbers]


def _standing(desk: Teller, *args: str) -> list[tuple[str, str, str, int]]:
    rows = [row for row in desk.told("learned", "list", *args) if row["kind"] != "reference"]
    return [(row["kind"], row["customer_id"], row["standing"], row["counted"]) for row in rows]


def test_what_a_decision_teaches_is_said_and_listed(desk: Teller) -> None:
    account = OWNER["counterparty_account"]
    said = desk.do("allocate", "ref:R0", "A0", "--reason", "paid by the owner")
    assert f"Account {account} is now known for C1: one more confirmed payment and it will post, where a document is named, too." in said
    assert _standing(desk) == [("account", "C1", "one_more", 1), ("name", "C1", "one_more", 1)]
    (told,) = desk.told("allocate", "ref:R1", "A1")
    assert told["learned"] == (
        f"Account {account} is now taken to be C1's: it was confirmed 2 times. In 2 confirmed payments C1 wrote the end of the document's "
        "number: one more, and it orders the choices for its receipts."
    )
    (row, _, way) = desk.told("learned", "list", "--customer", "hafenbau")
    assert (row["value"], row["by"], row["said"]) == (account, ["ada"], "counts: payments from this account are taken to be C1's")
    assert len(row["lines"]) == 2
    assert (way["kind"], way["value"], way["standing"]) == ("reference", "the end of the document's number", "one_more")
    assert [row["kind"] for row in desk.told("learned", "list", "--account", "5007 0010")] == ["account"]
    assert [row["kind"] for row in desk.told("learned", "list", "--account", "pfannkuch")] == ["name"]
    assert desk.told("learned", "list", "--customer", "C2") == []
    assert _came(desk, 2) == ["posted"]


def test_what_is_revoked_no_run_takes_as_learned_until_it_is_confirmed_anew(desk: Teller) -> None:
    for n in (0, 1):
        desk.do("allocate", f"ref:R{n}", f"A{n}")
    assert _came(desk, 2) == ["posted"]
    assert "decision.state" in desk.do("learned", "revoke", "DE77500700100999888777", "--customer", "C1", status=2)
    for what in ("de77 5007 0010 0999 8887 77", "PFANNKUCH Ewald"):
        desk.do("learned", "revoke", what, "--customer", "C1", "--reason", "it is a factor's account", "--dry-run")
        said = desk.do("learned", "revoke", what, "--customer", "C1", "--reason", "it is a factor's account", actor="ben")
        assert "2 confirmed payments no longer count." in said
    assert _standing(desk) == [("account", "C1", "revoked", 0), ("name", "C1", "revoked", 0)]
    row = desk.told("learned", "list")[0]
    assert row["said"] == "revoked by ben on 2026-11-01: it is a factor's account"
    assert _came(desk, 3, 4) == ["proposed", "proposed"]
    desk.do("accept", "ref:R3")
    assert _standing(desk) == [("account", "C1", "one_more", 1), ("name", "C1", "one_more", 1)]
    desk.do("accept", "ref:R4")
    assert _came(desk, 5) == ["posted"]
    desk.do("verify")


def test_a_revocation_is_taken_back(desk: Teller) -> None:
    for n in (0, 1):
        desk.do("allocate", f"ref:R{n}", f"A{n}")
    (first, second) = (desk.told("learned", "revoke", what, "--customer", "C1", "--reason", "a mistake")[0] for what in OWNER.values())
    assert _came(desk, 2) == ["proposed"]
    assert "Taken back" in desk.do("undo", second["decision_id"])
    assert _came(desk, 3) == ["posted"]
    assert "decision.state" in desk.do("undo", second["decision_id"], status=2)
    desk.do("undo", first["decision_id"][:8])
    assert _standing(desk) == [("account", "C1", "counts", 2), ("name", "C1", "counts", 2)]
    again = desk.told("learned", "revoke", OWNER["counterparty_account"], "--customer", "C1", "--reason", "a mistake")[0]
    assert again["decision_id"] not in (first["decision_id"], second["decision_id"])
    assert "learned.unknown" in desk.do("learned", "revoke", "DE1", "--customer", "C1", "--reason", "x", status=2)
    desk.do("verify")


def test_an_account_of_two_customers_counts_for_neither_until_one_is_revoked(desk: Teller) -> None:
    for n in (0, 1):
        desk.do("allocate", f"ref:R{n}", f"A{n}")
    desk.do("ingest", str(lines_file(desk.folder, paid(8), "other.csv")))
    said = desk.do("allocate", "ref:R8", "A8")
    assert "was confirmed for C1, too: it counts for nobody." in said
    assert [standing for _, _, standing, _ in _standing(desk)] == ["conflict"] * 4
    assert _came(desk, 2) == ["proposed"]
    for what in OWNER.values():
        desk.do("learned", "revoke", what, "--customer", "C2", "--reason", "paid for another firm")
    assert _came(desk, 3) == ["posted"]


def test_an_account_on_the_customer_s_record_is_nothing_new(desk: Teller) -> None:
    line = paid(4, counterparty_account="DE21500105170000012345", counterparty_name="Hafenbau")
    desk.do("ingest", str(lines_file(desk.folder, line, "own.csv")))
    assert "known" not in desk.do("allocate", "ref:R4", "A4")
    assert ("account", "C1", "on_record", 1) in _standing(desk)


ORDERS: list[Row] = [
    {"item_id": f"B{n}", "customer_id": "C1", "document_no": f"KM-2026-0051{n}", "amount": "700.00", "purchase_order": f"PO-88{n}1"}
    for n in range(6)
]


def _ordered(*numbers: int) -> list[Row]:
    """Receipts of one amount, which name the payer's order and nothing else."""
    return [
        {"bank_reference": f"P{n}", "amount": "700.00", "booking_date": f"2026-10-{10 + n}", "counterparty_name": "Hafenbau Nordsee"}
        | {"counterparty_account": "DE21500105170000012345", "remittance_information": f"unsere PO 88{n}1"}
        for n in numbers
    ]


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    return Teller(filled(tmp_path, items=ORDERS, customers=CUSTOMERS, lines=_ordered(*range(6))), monkeypatch)


def _first_choice(desk: Teller, line: str) -> tuple[str, str]:
    choice = desk.told("explain", line)[0]["choices"][0]
    return choice["items"][0]["item_id"], choice["why"]


def _found(desk: Teller) -> list[tuple[str, ...]]:
    """What a run makes of each line."""
    desk.do("run")
    return [(row["bank_reference"], row["item_id"], row["state"], row["rule"], row["confidence"]) for row in desk.rows("matches")]


def test_a_payer_s_way_to_name_documents_is_said_listed_and_orders_choices(orders: Teller) -> None:
    assert _first_choice(orders, "ref:P5")[0] != "B5"  # six items of that amount: the oldest comes first
    assert "confirmed payments" not in orders.do("allocate", "ref:P0", "B0")
    said = orders.do("allocate", "ref:P1", "B1")
    assert "In 2 confirmed payments C1 wrote the number of its purchase order: one more, and it orders the choices" in said
    assert _first_choice(orders, "ref:P5")[0] != "B5"
    assert "In 3 confirmed payments C1 wrote the number of its purchase order: from now on" in orders.do("allocate", "ref:P2", "B2")
    assert _first_choice(orders, "ref:P5") == (
        "B5",
        "the text holds the number of the purchase order, as in 3 confirmed payments of this customer; the amount is its own",
    )
    (row,) = [row for row in orders.told("learned", "list") if row["kind"] == "reference"]
    assert (row["value"], row["customer_id"], row["standing"], row["counted"]) == ("the number of its purchase order", "C1", "counts", 3)
    orders.do("verify")


def test_a_way_to_name_documents_posts_nothing_and_is_revoked(orders: Teller) -> None:
    for n in range(3):
        orders.do("allocate", f"ref:P{n}", f"B{n}")
    found = _found(orders)
    for way in ("purchase-order", "The number of its purchase order"):
        said = orders.do("learned", "revoke", way, "--customer", "C1", "--reason", "their orders come twice", "--dry-run")
        assert "Revoked: reference the number of its purchase order for C1; 3 confirmed payments no longer count." in said
    decided = orders.told("learned", "revoke", "purchase-order", "--customer", "C1", "--reason", "their orders come twice")[0]
    (row,) = [row for row in orders.told("learned", "list") if row["kind"] == "reference"]
    assert (row["standing"], row["revoked_by"], row["reason"]) == ("revoked", "ada", "their orders come twice")
    assert "purchase order, as in" not in orders.do("explain", "ref:P5")
    assert _found(orders) == found
    orders.do("undo", decided["decision_id"])
    (row,) = [row for row in orders.told("learned", "list") if row["kind"] == "reference"]
    assert row["standing"] == "counts"
    orders.do("verify")


def test_a_number_of_its_own_that_two_payers_write_counts_for_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [
        {"item_id": f"{c}{n}", "customer_id": c, "document_no": f"{'KM' if c == 'C1' else 'LM'}-2026-0061{n}", "amount": f"{300 + n}.00"}
        for c in ("C1", "C2")
        for n in range(3)
    ]
    lines = [
        {"bank_reference": f"{c}{n}", "amount": f"{300 + n}.00", "counterparty_name": c, "remittance_information": "Vertrag V-8841/22"}
        for c in ("C1", "C2")
        for n in range(3)
    ]
    desk = Teller(filled(tmp_path, items=items, customers=CUSTOMERS, lines=lines), monkeypatch)
    for n in range(3):
        desk.do("allocate", f"ref:C1{n}", f"C1{n}")
    listed = [row for row in desk.told("learned", "list") if row["kind"] == "reference"]
    assert [(row["value"], row["standing"]) for row in listed] == [("V884122", "counts")]
    for n in range(2):
        desk.do("allocate", f"ref:C2{n}", f"C2{n}")
    listed = [row for row in desk.told("learned", "list") if row["kind"] == "reference"]
    assert [(row["customer_id"], row["standing"]) for row in listed] == [("C1", "conflict"), ("C2", "conflict")]
    desk.do("learned", "revoke", "V-8841/22", "--customer", "C2", "--reason", "a typing mistake")
    listed = [row for row in desk.told("learned", "list") if row["kind"] == "reference"]
    assert [(row["customer_id"], row["standing"]) for row in listed] == [("C1", "counts"), ("C2", "revoked")]
