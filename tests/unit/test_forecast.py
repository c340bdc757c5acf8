"""Cash forecasts on ledgers that are small enough to be counted by hand."""

from datetime import date, timedelta

from ledgers import as_of, moved
from states import Books

from matcher.ledger.figures import forecast as cash
from matcher.ledger.figures.forecast import Forecast, Week
from matcher.ledger.figures.ratio import Ratio
from matcher.ledger.figures.sums import Place

TODAY = date(2026, 3, 31)
PLACE = Place("1", "EUR")
SINCE = {"1": date(2025, 1, 1)}


def debt(books: Books, name: str, amount: int, due: date, paid: int = 0, late: int = 0, **more: object) -> None:
    """An invoice of thirty days, and what was paid on it so many days after it was due."""
    books.item(name, amount, due=due, issue=due - timedelta(30), **more)  # type: ignore[arg-type]
    if paid:
        books.line(f"L{name}", paid, customer="C1", day=due + timedelta(late))
        books.post(f"D{name}", f"L{name}", {name: paid})


def history(day: date = TODAY) -> Books:
    """Twenty debts that were paid on their due date, and twenty of which half came in 40 days late and the rest never."""
    books = Books(day)
    for number in range(20):
        debt(books, f"A{number}", 100_00, date(2025, 9, 1) + timedelta(number), 100_00)
        debt(books, f"B{number}", 100_00, date(2025, 10, 1) + timedelta(number), 50_00, 40)
    return books


def in_dispute(books: Books) -> None:
    """What is left of the debts that were paid by half is disputed, so that it is in no week."""
    for name, item in books.items.items():
        item["disputed_amount"] = 1 if name.startswith("B") else 0


def made(books: Books, weeks: int = 8, since: dict[str, date] | None = None) -> Forecast:
    return cash.forecast(moved(books), weeks, SINCE if since is None else since)


def shares(books: Books) -> dict[str, tuple[int, Ratio]]:
    return {rate.bucket: (rate.debts, rate.share) for rate in made(books).rates[PLACE]}


def test_the_share_of_a_bucket_is_what_came_in_within_eight_weeks_of_what_was_open_when_it_was_entered() -> None:
    assert shares(history()) == {
        "not_due": (40, Ratio(3_000_00, 4_000_00)),
        "1-30": (20, Ratio(1_000_00, 2_000_00)),
        "31-60": (20, Ratio(1_000_00, 2_000_00)),  # paid on the fortieth day
        "61-90": (20, Ratio(0, 1_000_00)),
        "91-120": (20, Ratio(0, 1_000_00)),
        ">120": (6, Ratio(0, 300_00)),  # of the others eight weeks are not over
    }


def test_a_share_counts_only_what_is_over_and_what_the_books_have_seen_from_the_beginning() -> None:
    books = history()
    debt(books, "C", 100_00, TODAY - timedelta(55), 100_00)
    assert shares(books)["not_due"][0] == 40
    debt(books, "D", 100_00, TODAY - timedelta(56), 100_00)
    assert shares(books)["not_due"][0] == 41
    (of_late,) = {rate.debts for rate in made(books, since={"1": date(2025, 10, 1)}).rates[PLACE] if rate.bucket == "not_due"}
    assert of_late == 1  # all others were issued before
    assert {rate.debts for rate in made(books, since={}).rates.get(PLACE, ())} == {0}


def weeks(of: Forecast) -> dict[int, tuple[int, int | None, int]]:
    return {week.number: (week.open, week.cash, week.unknown) for week in of.weeks if week.place == PLACE and week.open}


def test_what_is_open_counts_in_its_week_by_the_share_of_its_bucket() -> None:
    books = history()
    in_dispute(books)
    debt(books, "O1", 80_00, date(2026, 4, 6))
    books.item("O2", 80_00, due=date(2026, 9, 1))
    debt(books, "O3", 40_00, date(2026, 4, 6), disputed_amount=1)
    of = made(books)
    # paid in full on the due date is all that was paid in full: no delay
    assert weeks(of) == {1: (80_00, 60_00, 0), 9: (80_00, 60_00, 0)}
    assert of.disputed == {PLACE: 1_040_00}
    first, last = of.weeks[0], of.weeks[-1]
    assert (first.first, first.last) == (date(2026, 4, 1), date(2026, 4, 7))
    assert (last.first, last.last) == (date(2026, 5, 27), None)


def test_what_should_have_come_already_counts_evenly_over_eight_weeks() -> None:
    books = history()
    in_dispute(books)
    debt(books, "O1", 80_01, TODAY - timedelta(10))
    assert weeks(made(books)) == {week: (10_00 if week < 8 else 10_01, 5_00 if week < 8 else 5_01, 0) for week in range(1, 9)}
    assert weeks(made(books, 3)) == {1: (10_00, 5_00, 0), 2: (10_00, 5_00, 0), 3: (10_00, 5_00, 0), 4: (50_01, 25_01, 0)}


def test_where_too_few_debts_are_known_there_is_no_number() -> None:
    books = Books(TODAY)
    for number in range(19):
        debt(books, f"A{number}", 100_00, date(2025, 9, 1) + timedelta(number), 100_00)
    debt(books, "O1", 80_00, date(2026, 4, 6))
    assert weeks(made(books)) == {1: (80_00, None, 80_00)}
    debt(books, "A19", 100_00, date(2025, 9, 30), 100_00)
    assert weeks(made(books)) == {1: (80_00, 80_00, 0)}


def test_earlier_forecasts_are_held_against_what_came_in_on_their_documents() -> None:
    books = Books(TODAY)
    for number in range(20):
        debt(books, f"A{number}", 100_00, date(2025, 9, 1) + timedelta(number), 100_00)
    then = TODAY - timedelta(28)
    debt(books, "O1", 80_00, then + timedelta(3), 60_00, 5)  # expected in the first week, 60 came in the second
    debt(books, "O2", 30_00, then + timedelta(20), 30_00, 0)
    debt(books, "O3", 55_00, then + timedelta(31), 55_00, -10)  # issued after that day: it was in no forecast
    state = moved(books)
    of = cash.checked(made(books), state, {4: as_of(books, then)}, SINCE)
    four, eight = of.checks
    assert (four.weeks, four.made, four.forecast, four.actual, four.misses) == (4, then, 110_00, 90_00, 140_00)
    assert four.error is not None
    assert four.error.value == Ratio(20_00, 90_00, 100).value
    assert (eight.forecast, eight.actual, eight.error) == (None, None, None)
    late = cash.checked(made(books), state, {4: as_of(books, then)}, {"1": TODAY - timedelta(1)})
    assert [check.why for check in late.checks] == ["the books begin on 2026-03-30"] * 2


def test_the_rows_of_a_file_have_the_weeks_what_is_disputed_and_the_checks() -> None:
    books = Books(TODAY)
    debt(books, "O1", 80_00, date(2026, 4, 6))
    debt(books, "O2", 80_00, date(2026, 4, 6), disputed_amount=80_00)
    of = cash.checked(made(books, 2), moved(books), {}, {"1": TODAY})
    rows = cash.table(of).select("what", "number", "open", "cash", "note").rows()
    assert rows == [
        ("week", 1, 80_00, None, ""), ("week", 2, 0, None, ""), ("later", 3, 0, None, ""), ("disputed", None, 80_00, None, ""),
        ("check", 4, None, None, "the books begin on 2026-03-31"), ("check", 8, None, None, "the books begin on 2026-03-31"),
    ]  # fmt: skip
    assert all(isinstance(week, Week) for week in of.weeks)
