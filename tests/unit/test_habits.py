"""How customers pay, on ledgers that are small enough to be counted by hand."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from states import Books, Part

from matcher.ledger.figures import habits
from matcher.ledger.figures.habits import Payer
from matcher.ledger.figures.payments import first_day, payments
from matcher.ledger.figures.ratio import Ratio, fixed

TODAY = date(2026, 3, 31)  # a Tuesday
BOUNDS = (3, 14, 30, 60)


def paid(books: Books, name: str, amount: int, due: date, late: int, **more: object) -> None:
    """An invoice and the receipt that paid it, so many days after the due date."""
    issue = due - timedelta(30)
    of = {name: value for name, value in more.items() if name in ("customer", "currency")}
    books.item(f"I{name}", amount, due=due, issue=issue, **of)  # type: ignore[arg-type]
    books.line(
        f"L{name}", amount, day=due + timedelta(late), **({"customer": "C1"} | of), counterparty_account=str(more.get("account", "A1"))
    )  # type: ignore[arg-type]
    books.post(f"D{name}", f"L{name}", {f"I{name}": amount})


def payer(books: Books, grace: int = 0) -> Payer:
    (one,) = habits.payers(books.state(), grace)
    return one


def test_days_late_are_weighted_by_amount() -> None:
    books = Books(TODAY)
    paid(books, "1", 10_00, date(2026, 3, 1), 5)
    paid(books, "2", 100_00, date(2026, 3, 2), 10)
    one = payer(books)
    assert (fixed(one.late.value or 0), fixed(one.plain.value or 0, 1)) == ("9.55", "7.5")
    assert (one.items, one.open, one.trend) == (2, 0, None)


def test_the_latest_thirteen_weeks_weigh_four_times_as_much_as_the_earliest() -> None:
    books = Books(TODAY)
    paid(books, "1", 100_00, TODAY - timedelta(90), 0)
    paid(books, "2", 100_00, TODAY - timedelta(363 + 20), 20)
    one = payer(books)
    assert (one.late, one.late.value) == (Ratio(20 * 100_00, 500_00), 4)
    assert (one.recent.value, one.before.value, one.trend) == (0, 20, -20)


def test_what_was_paid_before_52_weeks_or_in_part_or_was_taken_back_by_the_bank_does_not_count() -> None:
    books = Books(TODAY)
    paid(books, "1", 100_00, TODAY - timedelta(364 + 3), 3)
    assert payments(books.state()).height == 0
    paid(books, "2", 100_00, TODAY - timedelta(363 + 3), 3)
    assert payments(books.state())["item_id"].to_list() == ["I2"]
    assert first_day(TODAY) == TODAY - timedelta(363)
    books.item("I3", 100_00, due=date(2026, 3, 1))
    books.line("L3", 40_00, customer="C1", day=date(2026, 3, 9))
    books.post("D3", "L3", {"I3": 40_00})
    books.line("L4", -100_00, day=date(2026, 3, 20), other_line="L2", outcome="outgoing")
    assert payments(books.state())["item_id"].to_list() == ["I2"]  # as yet nobody has decided that it came back
    books.lines["L4"]["state"] = "posted"
    assert payments(books.state()).height == 0


def test_payments_in_parts_count_each_on_its_day_and_a_document_the_erp_cleared_on_its_clearing_day() -> None:
    books = Books(TODAY)
    books.item("I1", 100_00, due=date(2026, 3, 1))
    for name, amount, day in (("1", 25_00, 1), ("2", 75_00, 9)):
        books.line(f"L{name}", amount, customer="C1", day=date(2026, 3, day))
        books.post(f"D{name}", f"L{name}", {"I1": amount})
    assert payer(books).late.value == 6
    assert payer(books).plain.value == 8
    books.item("I2", 50_00, due=date(2026, 3, 1), open_amount=0, status="closed", closed_date=date(2026, 3, 3))
    books.item("I3", 50_00, due=date(2026, 3, 1), open_amount=0, status="closed")
    found = payments(books.state())
    assert found.filter(item_id="I2").select("day", "late", "cash", "line_id").row(0) == (date(2026, 3, 3), 2, 50_00, "")
    assert "I3" not in found["item_id"]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0, 0, 0, 4, 0), 3),  # 5 x 1/625 is below 1/20
        ((0, 0, 0, 3, 0), 3),  # 5 x 1/125 = 1/25
        ((0, 0, 0, 2, 0), None),  # 5 x 1/25 = 1/5
        ((0, 0, 0, 4, 1), 3),  # 5 x 21/3125 = 0.034
        ((1, 0, 1, 4, 0), None),  # 5 x 265/15625 = 0.085
        ((5, 5, 0, 0, 0), None),  # two stand out alike
        ((20, 20, 20, 21, 20), None),
    ],
)
def test_a_weekday_is_named_only_where_it_is_no_chance(counts: tuple[int, ...], said: int | None) -> None:
    assert habits.weekday(counts) == said


def test_several_receipts_of_one_day_are_one_pay_run() -> None:
    books = Books(TODAY)
    for name in "123":
        paid(books, name, 100_00 + int(name), date(2026, 3, 5), 0)
    assert (payer(books).pay_days, payer(books).weekday) == (1, None)
    paid(books, "4", 90_00, date(2026, 3, 12), 0)
    paid(books, "5", 91_00, date(2026, 3, 19), 0, account="A2")
    one = payer(books)
    assert (one.pay_days, one.weekday, one.accounts) == (3, 3, 2)


def test_discounts_in_terms_beyond_them_and_by_grace() -> None:
    books = Books(TODAY)
    for name, day in (("1", 10), ("2", 11), ("3", 20)):
        terms = {"discount_ppm": 20_000, "discount_date": date(2026, 3, 10)}
        books.item(f"I{name}", 100_00, due=date(2026, 3, 30), **terms)
        books.line(f"L{name}", 98_00, customer="C1", day=date(2026, 3, day))
        reason = "discount_unearned" if name == "3" else "discount"
        books.post(f"D{name}", f"L{name}", {f"I{name}": Part(98_00, 2_00, reason)})
    books.item("I4", 60_00, due=date(2026, 3, 30), discount_ppm=20_000, discount_date=date(2026, 3, 10))
    books.line("L4", 60_00, customer="C1", day=date(2026, 3, 10))
    books.post("D4", "L4", {"I4": 60_00})
    one = payer(books)
    assert (one.offered, one.earned, one.unearned) == (4, 1, 2)
    assert (payer(books, 1).earned, payer(books, 1).unearned) == (2, 1)


def test_who_has_paid_little_is_taken_to_pay_as_the_others_do() -> None:
    assert habits.shrunk(Ratio(0, 0), 0, Ratio(0, 0)) == 0
    assert habits.shrunk(Ratio(0, 0), 0, Ratio(12, 1)) == 12
    assert habits.shrunk(Ratio(30, 1), 5, Ratio(10, 1)) == 20
    assert habits.shrunk(Ratio(-6, 1), 10, Ratio(3, 1)) == -3


def test_open_items_are_expected_by_due_date_delay_and_weekday() -> None:
    books = Books(TODAY)
    for number, day in enumerate((5, 12, 19, 26)):  # Thursdays, 10 days late
        paid(books, str(number), 100_00, date(2026, 3, day) - timedelta(10), 10)
    books.item("O1", 70_00, due=date(2026, 4, 5))  # + 10 days = Wednesday 15, the next Thursday is the 16th
    books.item("O2", 70_00, due=date(2026, 1, 5))  # long overdue: the first Thursday after today
    books.item("O3", 70_00, due=date(2026, 4, 5), disputed_amount=1)
    books.item("O4", 70_00, due=date(2026, 4, 1), customer="C2")  # 10 days as all do: Saturday 11, so Monday 13
    state = books.state()
    rows = habits.expected(state, habits.payers(state))
    found = {item: (day, delay) for item, day, delay in rows.select("item_id", "expected", "delay").iter_rows()}
    assert found == {"O2": (date(2026, 4, 2), 10), "O4": (date(2026, 4, 13), 10), "O1": (date(2026, 4, 16), 10)}
    assert rows["item_id"].to_list() == ["O2", "O4", "O1"]


def graded(late: int, items: int, overdue: Ratio) -> tuple[str, tuple[str, ...]]:
    ratio = Ratio(late * items, items)
    one = Payer("1", "C1", "EUR", "", items, ratio, ratio, ratio, Ratio(0, 0), None, 0, 0, 0, 0, 0, 0, 0, overdue, Fraction(0))
    return habits.grade(one, BOUNDS)


def test_the_grade_is_the_worse_of_what_was_paid_and_what_is_owed() -> None:
    nothing = Ratio(0, 0)
    assert [graded(late, 3, nothing)[0] for late in (-4, 3, 4, 14, 15, 30, 31, 60, 61)] == list("AABBCCDDE")
    assert graded(0, 3, Ratio(20, 1)) == ("C", ("paid 3 documents 0.0 days late", "what he owes is 20.0 days overdue"))
    assert graded(0, 2, Ratio(20, 1)) == ("C", ("what he owes is 20.0 days overdue",))
    assert graded(0, 2, nothing) == ("", ("only 2 documents paid in 52 weeks",))
    assert graded(0, 2, Ratio(0, 5))[0] == ""


def test_currencies_are_never_weighed_against_each_other() -> None:
    books = Books(TODAY)
    paid(books, "1", 100, date(2026, 3, 1), 5)
    paid(books, "2", 1_000_000, date(2026, 3, 1), 15, currency="JPY")
    found = {one.currency: one.late.value for one in habits.payers(books.state())}
    assert found == {"EUR": 5, "JPY": 15}
