"""What a person has said of three lines is proposed of the fourth, and of nothing else."""

from pathlib import Path

import pytest
from support import Row, filled, items_file

from matcher.books import Books
from matcher.errors import MatcherError
from matcher.matching.repeated import repeated

FEE: Row = {"amount": "-12.90", "counterparty_name": "Sparbank Nord", "remittance_information": "Kontoführung {month} 2026"}
MONTHS = ("Juli", "August", "September", "Oktober")


def fees(*amounts: str, **changed: str) -> list[Row]:
    return [
        FEE | {"bank_reference": f"F{n}", "amount": amount, "booking_date": f"2026-{n + 7:02}-28",
               "remittance_information": FEE["remittance_information"].format(month=MONTHS[n])} | changed
        for n, amount in enumerate(amounts)
    ]  # fmt: skip


def made(folder: Path, lines: list[Row], **given: list[Row]) -> Books:
    return filled(folder, lines=lines, **given)


def classified(books: Books, *kinds: str) -> None:
    for n, kind in enumerate(kinds):
        books.classify([f"ref:F{n}"], kind)
    books.run()


def proposed(books: Books) -> list[tuple[str, str, str]]:
    lines = books.state().lines
    return list(lines.filter(lines["state"] == "proposed").select("bank_reference", "outcome", "reason").iter_rows())


def test_the_fourth_fee_is_proposed_and_accepted_as_a_fee(tmp_path: Path) -> None:
    books = made(tmp_path, fees("-12.90", "-12.90", "-13.50", "-13.50"))
    classified(books, "fee", "fee", "fee")
    assert proposed(books) == [("F3", "non_receivable", "3 lines like this one were classified as fee.")]
    (done,) = books.accept(["ref:F3"])
    assert done.outcome == "non_receivable"
    decided = books.state().decisions
    assert decided.filter(decided["line_id"] == done.line_id)["classified"].to_list() == ["fee"]


def test_two_are_not_enough(tmp_path: Path) -> None:
    books = made(tmp_path, fees("-12.90", "-12.90", "-13.50", "-13.50"))
    classified(books, "fee", "fee")
    assert proposed(books) == []


@pytest.mark.parametrize("last", ["tax", "other"])
def test_different_words_propose_nothing(tmp_path: Path, last: str) -> None:
    books = made(tmp_path, fees("-12.90", "-12.90", "-13.50", "-13.50"))
    classified(books, "fee", "fee", last)
    assert proposed(books) == []


def test_what_was_taken_back_proposes_nothing(tmp_path: Path) -> None:
    books = made(tmp_path, fees("-12.90", "-12.90", "-13.50", "-13.50"))
    classified(books, "fee", "fee", "fee")
    books.undo("ref:F1")
    books.run()
    assert proposed(books) == []


def test_what_was_taken_back_and_said_again_counts_in_whatever_order_it_stands(tmp_path: Path) -> None:
    books = made(tmp_path, fees("-12.90", "-12.90", "-13.50", "-13.50"))
    classified(books, "fee", "fee", "fee")
    books.undo("ref:F1")
    books.classify(["ref:F1"], "fee")
    state = books.state()
    asked = state.lines.filter(state.lines["bank_reference"] == "F3")
    for decisions in (state.decisions, state.decisions.reverse()):
        assert repeated(state.lines, decisions, asked)["classified"].to_list() == ["fee"]


def test_what_was_refused_is_not_proposed_again(tmp_path: Path) -> None:
    books = made(tmp_path, fees("-12.90", "-12.90", "-13.50", "-13.50"))
    classified(books, "fee", "fee", "fee")
    books.reject(["ref:F3"])
    books.run()
    assert proposed(books) == []


@pytest.mark.parametrize("changed", [{"amount": "12.90"}, {"counterparty_name": "Volksbank"}, {"remittance_information": "Zinsen Oktober"}])
def test_another_direction_payer_or_text_is_no_fee(tmp_path: Path, changed: Row) -> None:
    *three, last = fees("-12.90", "-12.90", "-13.50", "-13.50")
    books = made(tmp_path, [*three, last | changed])
    classified(books, "fee", "fee", "fee")
    assert proposed(books) == []


def test_what_a_known_customer_pays_is_never_proposed_as_a_fee(tmp_path: Path) -> None:
    lines = fees("12.90", "12.90", "13.50", "13.50", counterparty_name="Hafenbau Nordsee GmbH")
    books = made(tmp_path, lines, customers=[{"customer_id": "C1", "name": "Hafenbau Nordsee GmbH"}])
    classified(books, "interest", "interest", "interest")
    assert proposed(books) == []


@pytest.mark.parametrize(("amount", "sign"), [("13.50", ""), ("-13.50", "-")])
def test_what_may_pay_an_open_document_is_never_proposed_as_interest(tmp_path: Path, amount: str, sign: str) -> None:
    lines = fees(
        *(f"{sign}{text}" for text in ("11.10", "11.20", "11.30", "13.50")), counterparty_name="", remittance_information="GUTSCHRIFT"
    )
    item: Row = {"item_id": "A1", "customer_id": "C1", "document_no": "RE-2026-00501", "amount": amount, "issue_date": "2026-09-01"}
    books = made(tmp_path, lines, items=[item])
    classified(books, "interest", "interest", "interest")
    assert "non_receivable" not in [outcome for _, outcome, _ in proposed(books)]


@pytest.mark.parametrize(("last", "many"), [("-27.00", 1), ("-27.01", 0), ("-50000.00", 0), ("-0.10", 1)])
def test_what_is_much_more_than_ever_before_is_not_proposed(tmp_path: Path, last: str, many: int) -> None:
    books = made(tmp_path, fees("-12.90", "-13.50", "-12.90", last))
    classified(books, "interest", "interest", "interest")
    assert len(proposed(books)) == many


def test_a_proposal_that_does_not_hold_any_more_is_not_accepted(tmp_path: Path) -> None:
    books = made(tmp_path, fees("-12.90", "-12.90", "-13.50", "-13.50"))
    classified(books, "fee", "fee", "fee")
    books.undo("ref:F1")
    with pytest.raises(MatcherError, match=r"decision\.changed: .* was proposed as fee because of lines like it"):
        books.accept(["ref:F3"])
    assert [state for _, state, _ in proposed(books)] == ["non_receivable"], "nothing has changed"
    books.classify(["ref:F1"], "fee")
    assert books.accept(["ref:F3"])[0].outcome == "non_receivable"


def test_a_proposal_is_not_accepted_once_a_document_is_open_for_it(tmp_path: Path) -> None:
    books = made(tmp_path, fees("12.90", "12.90", "13.50", "13.50", counterparty_name="", remittance_information="GUTSCHRIFT"))
    classified(books, "interest", "interest", "interest")
    assert len(proposed(books)) == 1
    item: Row = {"item_id": "A1", "customer_id": "C1", "document_no": "RE-2026-00501", "amount": "20.00", "open_amount": "13.50"}
    books.import_files("items", [items_file(tmp_path, [item])])
    with pytest.raises(MatcherError, match=r"decision\.changed"):
        books.accept(["ref:F3"])
