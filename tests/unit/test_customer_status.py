"""How each customer stands: literal rows, and its sums against those of the aging."""

from dataclasses import replace
from datetime import date

import polars as pl
from hypothesis import given
from states import Books, Part, random_books

from matcher.amounts import totals
from matcher.frames import STATE_ITEM_NOTE
from matcher.ledger.aging import aging
from matcher.ledger.customer_status import STATUS, customer_status, key_of
from matcher.states import DecisionKind

AS_OF = date(2026, 3, 31)


def month() -> Books:
    books = Books(AS_OF)
    books.customer("C1", "Brandt GmbH", customer_no="10001")
    books.item("A1", 100_00, customer="C1", issue=date(2026, 1, 5), due=date(2026, 2, 4))
    books.item("A2", 60_00, customer="C1", issue=date(2026, 3, 20), due=date(2026, 4, 19))
    books.item("A3", -30_00, customer="C1", issue=date(2026, 3, 1), due=None)
    books.item("B1", 80_00, customer="C2", issue=date(2026, 2, 1), due=date(2026, 3, 1), disputed_amount=80_00)
    books.item("D1", 50_00, customer="C3", issue=date(2026, 1, 1), due=date(2026, 2, 1))
    books.line("L1", 40_00, customer="C1", day=date(2026, 2, 10))
    books.post("P1", "L1", {"A1": 40_00}, outcome="partial")
    books.line("L2", 50_00, customer="C3", day=date(2026, 2, 11))
    books.post("P2", "L2", {"D1": Part(50_00)})
    return books


def rows(books: Books, notes: pl.DataFrame | None = None) -> dict[str, dict[str, object]]:
    state = books.state()
    made = customer_status(state if notes is None else replace(state, item_notes=notes))
    assert made.schema == STATUS
    return {row["customer_id"]: row for row in made.iter_rows(named=True)}


def test_what_is_open_due_and_paid() -> None:
    one = rows(month())["C1"]
    assert one["standing"] == "overdue"
    assert (one["customer_no"], one["customer_name"], one["currency"]) == ("10001", "Brandt GmbH", "EUR")
    assert (one["open_amount"], one["overdue_amount"], one["credit_amount"], one["balance"]) == (120_00, 60_00, -30_00, 90_00)
    assert (one["oldest_due_date"], one["days_late"]) == (date(2026, 2, 4), 55)
    assert (one["last_payment_date"], one["last_payment_amount"]) == (date(2026, 2, 10), 40_00)


def test_a_customer_whose_debts_are_all_disputed_is_not_overdue_and_nothing_is_expected() -> None:
    one = rows(month())["C2"]
    assert (one["standing"], one["overdue_amount"], one["disputed_amount"]) == ("disputed", 80_00, 80_00)
    assert (one["expected_date"], one["last_payment_date"], one["usual_days_late"]) == (None, None, "")


def test_who_owes_nothing_any_more_is_said_to_be_settled() -> None:
    one = rows(month())["C3"]
    assert (one["standing"], one["open_amount"], one["days_late"], one["oldest_due_date"]) == ("settled", 0, 0, None)
    assert (one["last_payment_date"], one["usual_days_late"]) == (date(2026, 2, 11), "10.0")


def test_what_is_expected_follows_how_he_and_the_others_pay() -> None:
    one = rows(month())["C1"]
    assert (one["expected_date"], one["expected_amount"]) == (date(2026, 4, 1), 60_00)


def promises(*said: tuple[str, int, date]) -> pl.DataFrame:
    about = dict.fromkeys(STATE_ITEM_NOTE) | {"kind": DecisionKind.PROMISE.value}
    rows = [about | {"item_id": item, "amount": amount, "until": until} for item, amount, until in said]
    return pl.DataFrame(rows, schema=STATE_ITEM_NOTE)


def test_the_earliest_promise_counts_and_no_more_than_is_open() -> None:
    said = promises(("A1", 100_00, date(2026, 3, 10)), ("A2", 60_00, date(2026, 4, 20)), ("D1", 50_00, date(2026, 4, 1)))
    found = rows(month(), said)
    assert (found["C1"]["promised_date"], found["C1"]["promised_amount"]) == (date(2026, 3, 10), 60_00)
    assert found["C3"]["promised_date"] is None


def test_money_that_the_bank_took_back_is_no_payment() -> None:
    books = month()
    books.line("L3", -50_00, customer="C3", day=date(2026, 2, 20))
    books.post("P3", "L3", {"D1": Part(-50_00)}, kind="return", other_line="L2", outcome="outgoing")
    one = rows(books)["C3"]
    assert (one["standing"], one["open_amount"], one["last_payment_date"]) == ("overdue", 50_00, None)


def test_a_row_has_a_key_that_says_entity_customer_and_currency() -> None:
    assert key_of("1", "C1", "EUR") == "f59365a8fefc9d256b83"
    assert len({key_of("1", "2C1", "EUR"), key_of("12", "C1", "EUR"), key_of("1", "C1", "USD"), key_of("1", "C1", "EUR")}) == 4


def nonzero(frame: pl.DataFrame, amount: str) -> dict[str, str]:
    return {code: text for code, text in totals(frame, amount).items() if text.strip("-0.")}


@given(random_books())
def test_the_sums_are_those_of_the_aging(books: Books) -> None:
    state = books.state()
    made, aged = customer_status(state), aging(state).filter(pl.col("customer_id") != "")
    for mine, theirs in (("balance", "open_amount"), ("disputed_amount", "disputed_amount")):
        assert nonzero(made, mine) == nonzero(aged, theirs)
    assert made["key"].n_unique() == made.height
    assert made.filter(pl.col("standing") == "settled", pl.col("open_amount") != 0).height == 0
