"""Documents that are paid in more instalments than a number may have items before it counts as a year."""

from pathlib import Path

from support import Row, with_lists

PAYER: Row = {"counterparty_name": "Brandt Maschinenbau GmbH", "counterparty_account": "DE02100100100006820101"}
CUSTOMER: Row = {"customer_id": "C1", "name": "Brandt Maschinenbau GmbH", "account": "DE02100100100006820101"}


def plan(document: str, instalments: int) -> list[Row]:
    return [
        {
            "item_id": f"{document}/{n}",
            "customer_id": "C1",
            "document_type": "instalment",
            "document_no": document,
            "issue_date": "2026-04-11",
            "due_date": f"2026-{n + 4:02}-10",
            "amount": "510.36",
        }
        for n in range(1, instalments + 1)
    ]


def test_a_document_of_many_instalments_that_the_text_names_is_not_left_out(tmp_path: Path) -> None:
    """Two instalments of the second document have the sum too; but the payer names the first one as well."""
    single: Row = {**plan("FA-2026-70054", 1)[0], "document_type": "invoice", "amount": "252.60", "issue_date": "2026-07-08"}
    items = [*plan("FA-2026-40091", 7), *plan("FA-2026-50111", 2), single | {"due_date": "2026-07-15"}]
    text = "FA-2026-40091 / FA-2026-50111 / FA-2026-70054"
    line = {**PAYER, "amount": "1273.32", "booking_date": "2026-07-17", "remittance_information": text}
    books = with_lists(tmp_path, items=items, customers=[CUSTOMER], lines=[line])
    books.run()
    state = books.state()
    assert state.allocations.filter(state="posted").is_empty()
    assert [one.line_id for one in books.queue().lines] == state.lines["line_id"].to_list()


def test_the_first_due_of_many_instalments_is_paid_by_name_and_amount(tmp_path: Path) -> None:
    line = {**PAYER, "amount": "510.36", "booking_date": "2026-05-10", "remittance_information": "FA-2026-40091"}
    books = with_lists(tmp_path, items=plan("FA-2026-40091", 7), customers=[CUSTOMER], lines=[line])
    books.run()
    assert books.state().allocations.filter(state="posted")["item_id"].to_list() == ["FA-2026-40091/1"]


def test_a_second_number_in_look_alike_letters_is_a_second_document(tmp_path: Path) -> None:
    """The text names 715145-00B beside: two instalments of the first document would have the sum as well."""
    items = [*plan("715145-006", 6), *plan("715145-008", 6)]
    items = [item | {"amount": "5100.36"} for item in items]
    text = "715145-006 5,100.36/715145-00B 5,100.36"
    line = {**PAYER, "amount": "10200.72", "booking_date": "2026-07-05", "remittance_information": text}
    books = with_lists(tmp_path, items=items, customers=[CUSTOMER], lines=[line])
    books.run()
    assert books.state().allocations.filter(state="posted").is_empty()
