"""What a customer's account does when money changes hands, is set off, written off or returned: one story for each thing that was wrong."""

from datetime import date
from pathlib import Path

import pytest
from support import filled, items_file
from teller import Teller

from matcher.books import Books
from matcher.errors import MatcherError
from matcher.pipeline.actions.requests import AllocationRequest

CUSTOMERS = [
    {"customer_id": "C1", "name": "Brandt GmbH", "account": "DE89370400440532013000"},
    {"customer_id": "C2", "name": "Orgelwerk Lindner KG", "account": "GB82WEST12345698765432"},
]


def item(name: str, amount: str, **more: str) -> dict[str, str]:
    kind = "credit_note" if amount.startswith("-") else "invoice"
    return {"item_id": name, "customer_id": "C1", "document_type": kind, "document_no": f"RE-2026-0{name}", "amount": amount,
            "open_amount": amount} | more  # fmt: skip


def line(reference: str, amount: str, **more: str) -> dict[str, str]:
    return {"bank_reference": reference, "amount": amount, "counterparty_account": "DE89370400440532013000"} | more


def moves(books: Books, name: str) -> list[tuple[str, str, int]]:
    """Kind, customer and amount of an item's movements, in the order in which they were recorded."""
    rows = books.state().movements.sort("recorded", "kind", "amount")
    return [(kind, customer, amount) for one, kind, customer, amount in
            rows.select("item_id", "kind", "customer_id", "amount").iter_rows() if one == name]  # fmt: skip


def test_a_run_looks_at_books_in_which_a_document_was_closed_without_money(tmp_path: Path) -> None:
    books = filled(
        tmp_path, customers=CUSTOMERS, items=[item("1", "70.00"), item("2", "-70.00"), item("3", "9.00")], lines=[line("B1", "70.00")]
    )
    books.set_off("2", [AllocationRequest("1")], reason="as agreed")
    books.write_off([AllocationRequest("3")], reason="rounding")
    assert books.run().considered == 1


def test_money_that_changes_hands_names_the_decisions_that_take_it(tmp_path: Path) -> None:
    books = filled(tmp_path, customers=CUSTOMERS, lines=[line("B1", "100.00"), line("B2", "-30.00")])
    credit = f"U-{books.state().lines.filter(books.state().lines['bank_reference'] == 'B1')['line_id'][0]}"
    (wrong,) = books.on_account(["ref:B1"], "C2")
    books.undo(wrong.decision_id)
    books.on_account(["ref:B1"], "C1")
    (refund,) = books.refund("ref:B2", [AllocationRequest(credit)])
    (back,) = books.undo(refund.decision_id)
    assert moves(books, credit)[-2:] == [("refund", "C1", 30_00), ("reversal", "C1", -30_00)]
    named = books.state().movements.filter(books.state().movements["item_id"] == credit).sort("recorded")["decision_id"].to_list()
    assert named[-2:] == [refund.decision_id, back.decision_id]


def test_a_run_posts_nothing_with_money_that_was_paid_back(tmp_path: Path) -> None:
    books = filled(tmp_path, customers=CUSTOMERS, lines=[line("B1", "100.00"), line("B2", "-60.00", counterparty_account="")])
    books.run()
    (credit,) = books.state().credits["item_id"]
    books.refund("ref:B2", [AllocationRequest(credit)])
    books.import_files("items", [items_file(tmp_path, [item("1", "100.00")])])
    books.run()
    state = books.state()
    assert state.credits.select("customer_id", "open").rows() == [("C1", -40_00)]
    assert state.lines.filter(state.lines["amount"] > 0).select("state", "outcome", "pending").rows() == [("posted", "on_account", 40_00)]


def test_a_line_whose_money_was_used_as_a_credit_leaves_the_queue(tmp_path: Path) -> None:
    books = filled(tmp_path, customers=CUSTOMERS, lines=[line("B1", "100.00"), line("B2", "-100.00", counterparty_account="")])
    books.run()
    (credit,) = books.state().credits["item_id"]
    books.refund("ref:B2", [AllocationRequest(credit)])
    assert books.queue().lines == ()
    assert {name: books.line("ref:B1").to_dict()[name] for name in ("applied", "used", "pending")} == {
        "applied": "0.00", "used": "100.00", "pending": "0.00",
    }  # fmt: skip
    with pytest.raises(MatcherError, match="nothing is left"):
        books.on_account(["ref:B1"], "C1")
    assert books.state().credits.is_empty()


@pytest.mark.parametrize("whole_run", [True, False])
def test_a_receipt_whose_posting_is_taken_back_is_a_credit_of_who_paid(tmp_path: Path, whole_run: bool) -> None:
    row = line("B1", "100.00", remittance_information="RE-2026-01", counterparty_name="Brandt GmbH")
    books = filled(tmp_path, customers=CUSTOMERS, items=[item("1", "100.00")], lines=[row])
    assert books.run().posted == 1
    assert books.aging().is_empty()
    (books.undo_run if whole_run else lambda: books.undo("ref:B1"))()
    assert books.aging().select("item_id", "open_amount").rows() == [("1", 100_00), (f"U-{books.state().lines['line_id'][0]}", -100_00)]
    assert books.run().proposed == 1
    assert books.aging()["open_amount"].to_list() == [100_00, -100_00]


def test_a_run_up_to_an_earlier_day_offers_nothing_of_a_later_line_again(tmp_path: Path) -> None:
    debts = [item("1", "60.00"), item("2", "40.00")]
    books = filled(tmp_path, customers=CUSTOMERS, items=debts, lines=[line("B1", "100.00", booking_date="2026-10-15")])
    books.allocate("ref:B1", [AllocationRequest("1")])
    books.run()
    books.run(date(2026, 10, 14))
    assert books.state().allocations.filter(books.state().allocations["state"] == "proposed")["item_id"].to_list() == ["2"]
    books.undo("ref:B1")
    assert books.state().lines.height == 1


def test_money_that_was_used_as_a_credit_is_not_returned_while_it_pays_something(tmp_path: Path) -> None:
    lines = [line("B1", "100.00"), line("B2", "200.00"), line("B3", "-100.00", booking_date="2026-10-20")]
    books = filled(tmp_path, customers=CUSTOMERS, items=[item("1", "300.00")], lines=lines)
    books.run()
    credit = books.state().credits.filter(books.state().credits["document_no"] == "B1")["item_id"][0]
    netted, _ = books.allocate("ref:B2", [AllocationRequest(credit), AllocationRequest("1")])
    with pytest.raises(MatcherError, match="was used as a credit") as refused:
        books.return_line("ref:B3", "ref:B1")
    assert netted.decision_id in refused.value.hint
    books.undo(netted.decision_id)
    books.return_line("ref:B3", "ref:B1")
    assert sum(books.aging()["open_amount"]) == 300_00 - 200_00


def test_money_that_was_used_as_a_credit_is_no_fee_while_it_pays_something(tmp_path: Path) -> None:
    lines = [line("B1", "100.00"), line("B2", "100.00")]
    books = filled(tmp_path, customers=CUSTOMERS, items=[item("1", "149.18")], lines=lines)
    books.on_account(["ref:B1"], "C1")
    credit = books.state().credits.filter(books.state().credits["document_no"] == "B1")["item_id"][0]
    (netted, *_) = books.allocate("ref:B2", [AllocationRequest("1"), AllocationRequest(credit, "-49.18")])
    assert books.aging().select("item_id", "open_amount").rows() == [(credit, -50_82)]
    books.undo("ref:B1", reason="whose?")
    with pytest.raises(MatcherError, match="was used as a credit") as refused:
        books.classify(["ref:B1"], "fee", reason="no receipt")
    assert netted.decision_id in refused.value.hint
    assert books.aging().select("item_id", "open_amount").rows() == [(credit, -50_82)]
    books.undo(netted.decision_id)
    books.classify(["ref:B1"], "fee", reason="no receipt")
    assert sum(books.aging()["open_amount"]) == 149_18 - 100_00


def test_the_erp_s_credit_that_was_listed_before_the_bank_s_line_is_counted_once(tmp_path: Path) -> None:
    listed = [item("1", "-100.00", document_type="on_account", issue_date="2026-10-15"), item("2", "50.00")]
    books = filled(tmp_path, customers=CUSTOMERS, items=listed, lines=[line("B1", "100.00")])
    books.run()
    again = books.import_files("items", [items_file(tmp_path, listed)])
    assert [one.item_id for one in again.recognised] == ["1"]
    assert books.aging().select("item_id", "open_amount").rows() == [("1", -100_00), ("2", 50_00)]
    (listing,) = books.state().decisions.filter(books.state().decisions["kind"] == "listed")["decision_id"]
    books.undo(listing, reason="two payments")
    assert books.import_files("items", [items_file(tmp_path, listed)]).recognised == ()
    assert books.aging()["open_amount"].to_list() == [-100_00, 50_00, -100_00]


def test_a_return_and_its_receipt_are_taken_back_together_when_the_erp_has_the_document_paid_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line("B1", "300.00"), line("B2", "-300.00", booking_date="2026-10-20")]
    books = filled(tmp_path, customers=CUSTOMERS, items=[item("1", "300.00")], lines=lines)
    desk = Teller(books, monkeypatch)
    desk.do("allocate", "ref:B1", "1")
    desk.do("return", "ref:B2", "--of", "ref:B1")
    desk.do("import", "items", str(items_file(tmp_path, [item("1", "300.00", open_amount="120.00")], "later.csv")))
    before = books.state()
    returned, receipt = (before.lines.filter(before.lines["bank_reference"] == name)["line_id"][0] for name in ("B2", "B1"))
    with pytest.raises(MatcherError, match=r"300\.00 EUR are posted on item 1, which would leave -180\.00") as refused:
        books.undo("ref:B2")
    assert f"`matcher undo {returned} {receipt}`" in refused.value.hint
    with pytest.raises(MatcherError, match="was returned by line"):
        books.undo_decisions(["ref:B1", before.decisions["decision_id"][0]])
    assert books.state().decisions.height == before.decisions.height
    desk.do("undo", "ref:B2", "ref:B1", "--reason", "the ERP has it")
    assert [moves(books, "1")[n][2] for n in range(2)] == [300_00, -300_00]
    assert (books.state().items["open"][0], books.state().lines["pending"].to_list()) == (120_00, [300_00, -300_00])
    assert not [check.failure for check in books.verify() if check.failure]
