"""Numbers that a payer got wrong: they name a document, but another customer's."""

from pathlib import Path

from support import Row, with_lists

CUSTOMERS: list[Row] = [
    {"customer_id": "C1", "name": "Weser Bau GmbH & Co. KG", "account": "DE02100100100006820101"},
    {"customer_id": "C2", "name": "Ohlsen Logistik KG"},
]
ITEMS: list[Row] = [
    {"item_id": "A1", "customer_id": "C1", "document_no": "RE-2026-32554", "amount": "8870.00"},
    {"item_id": "A2", "customer_id": "C1", "document_no": "RE-2026-32744", "amount": "-1330.50", "document_type": "credit_note"},
    {"item_id": "A3", "customer_id": "C2", "document_no": "RE-2026-32558", "amount": "8870.00"},
]
MANY: list[Row] = [
    {"item_id": f"B{n}", "customer_id": "C1", "document_no": f"RE-2026-{31000 + n}", "amount": f"{900 + 7 * n}.10"} for n in range(80)
]
"""So many that no set of them is looked for."""

LINE: Row = {"counterparty_name": "WESER BAU GMBH", "counterparty_account": "DE02100100100006820101", "amount": "7539.50"}


def posted(folder: Path, items: list[Row]) -> list[str]:
    line = {**LINE, "remittance_information": "RE-2026-32558 Gutschrift RE-2026-32744 verrechnet"}
    books = with_lists(folder, items=items, customers=CUSTOMERS, lines=[line])
    books.run()
    return sorted(books.state().allocations.filter(state="posted")["item_id"])


def test_a_stranger_s_document_is_not_paid_while_the_payer_owes_the_same_amount(tmp_path: Path) -> None:
    assert posted(tmp_path, ITEMS + MANY) == []


def test_a_stranger_s_document_that_the_payer_names_is_paid_where_he_owes_nothing_like_it(tmp_path: Path) -> None:
    assert posted(tmp_path, ITEMS[1:] + MANY) == ["A2", "A3"]
