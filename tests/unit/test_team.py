"""Who did what, on a month that is small enough to be counted by hand."""

from datetime import date

from states import Books

from matcher.ledger.figures.rates import ClosingRate, ClosingRates
from matcher.ledger.figures.ratio import Ratio
from matcher.ledger.figures.team import Collected, Team, Waiting, Work, team

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
RATES = ClosingRates("EUR", {"USD": ClosingRate("USD", "1.25", LAST)})


def month() -> Books:
    books = Books(LAST)
    books.customer("C1", "Firm", extra='{"owner": "ben"}')
    books.customer("C2", "Other", extra='{"owner": "ida"}')
    for number, (customer, currency) in enumerate((("C1", "EUR"), ("C1", "EUR"), ("C2", "EUR"), ("C1", "USD"))):
        books.item(f"I{number}", 100_00, customer=customer, currency=currency)
        books.line(f"L{number}", 100_00, customer=customer, currency=currency, day=date(2026, 3, 10))
    march = {"at": "2026-03-12T08:00:00+00:00"}
    books.post("D0", "L0", {"I0": 100_00}, **march)
    books.post("D1", "L1", {"I1": 100_00}, actor="ada", kind="accept", at="2026-03-20T08:00:00+00:00")
    books.post("D2", "L2", {"I2": 100_00}, actor="ada", kind="allocate", **march)
    books.undo("D2")
    books.post("D3", "L3", {"I3": 100_00}, actor="ada", kind="accept", at="2026-04-02T08:00:00+00:00")
    books.line("L5", 40_00, day=date(2026, 3, 21))
    books.line("L6", 20_00, day=date(2026, 3, 30))
    for line in ("L2", "L5"):
        books._journal(f"A{line}", line, {"kind": "assign", "owner": "ben", "actor": "ada"})
    return books


def made(books: Books, wrong: tuple[str, ...] = ()) -> Team:
    targets = {"ben": (360_00, "EUR"), "zoe": (50_00, "USD")}
    return team(books.state(), FIRST, RATES, targets, wrong)


def test_decisions_count_in_the_month_in_which_they_were_taken() -> None:
    assert made(month()).work == (
        Work("ada", "EUR", 2, 1, 100_00, Ratio(100_00 * 10, 100_00)),
        Work("engine", "EUR", 1, 0, 100_00, Ratio(100_00 * 2, 100_00)),
    )


def test_a_posting_of_the_engine_is_wrong_only_where_a_person_says_so() -> None:
    assert [one.undone for one in made(month(), ("D0",)).work] == [1, 1]
    assert made(month(), ("D0",)).work[1].precision.value == 0


def test_what_waits_by_who_has_it() -> None:
    assert made(month()).waiting == (
        Waiting("", "EUR", 1, 20_00, Ratio(20_00, 20_00)),
        Waiting("ben", "EUR", 2, 140_00, Ratio(100_00 * 21 + 40_00 * 10, 140_00)),
    )


def test_what_came_in_from_the_customers_of_an_owner_against_the_target() -> None:
    ben, zoe = made(month()).collected
    assert ben == Collected("ben", "EUR", 280_00, 360_00)  # 200 EUR, and 100 USD
    assert ben.reached == Ratio(280_00, 360_00, 100).value
    assert zoe == Collected("zoe", "USD", 0, 50_00)
    books = month()
    books.items["I3"]["currency"] = books.lines["L3"]["currency"] = "JPY"
    assert made(books).collected[0].cash is None
