"""Exposure against limits, on ledgers that are small enough to be added up by hand."""

import json
from datetime import date
from fractions import Fraction

from states import Books

from matcher.ledger.figures.exposure import Exposure, exposures
from matcher.ledger.figures.rates import ClosingRate, ClosingRates

TODAY = date(2026, 3, 31)
RATES = ClosingRates("EUR", {code: ClosingRate(code, rate, TODAY) for code, rate in (("USD", "1.25"), ("JPY", "160"))})


def books(*customers: tuple[str, str, str]) -> Books:
    """Customers by id, limit and insured limit; each owes 100 that are overdue and 50 that are not."""
    made = Books(TODAY)
    for customer, limit, insured in customers:
        extra = {"credit_limit": limit} | ({"insured_limit": insured} if insured else {})
        made.customer(customer, f"Firm {customer}", extra=json.dumps(extra) if limit else "")
        made.item(f"{customer}-1", 100_00, customer=customer, due=date(2026, 3, 30))
        made.item(f"{customer}-2", 50_00, customer=customer, due=TODAY)
    return made


def of(made: Books, rates: ClosingRates = RATES, **grades: str) -> dict[str, Exposure]:
    return {one.customer_id: one for one in exposures(made.state(), rates, grades, {"C1": "B"})}


def test_what_is_owed_is_held_against_the_limit_and_unapplied_receipts_stand_beside_it() -> None:
    made = books(("C1", "140.00", "100"))
    made.item("N1", -5_00, customer="C1", due=None)
    made.line("L1", 30_00, customer="C1")
    made.post("D1", "L1", {}, outcome="on_account")
    one = of(made)["C1"]
    assert (one.open, one.unapplied, one.net, one.overdue) == (145_00, -30_00, 115_00, 100_00)
    assert (one.limit, one.insured, one.excess, one.uninsured) == (140_00, 100_00, 5_00, 45_00)
    assert one.used == Fraction(145_00 * 100, 140_00)
    assert one.alerts == ("over the limit", "over the insured limit")


def test_alerts_begin_one_cent_beyond() -> None:
    said = {limit: of(books(("C1", limit, "")))["C1"].alerts for limit in ("150.00", "149.99", "187.50", "187.49", "0", "")}
    near, over = ("over 80 % of the limit",), ("over the limit",)
    assert said == {"150.00": near, "149.99": over, "187.50": (), "187.49": near, "0": over, "": ()}


def test_a_limit_that_cannot_be_read_is_said_and_is_none() -> None:
    one = of(books(("C1", "10,000", "")))["C1"]
    assert (one.limit, one.used, one.excess) == (None, None, None)
    assert one.alerts == ("credit_limit cannot be read: '10,000' is not an amount",)


def test_those_furthest_beyond_their_limit_come_first_whatever_their_currency() -> None:
    made = books(("C1", "140", ""), ("C2", "", ""), ("C3", "200", ""), ("C4", "100", ""))
    made.customers["C5"] = {"customer_id": "C5", "name": "Firm C5", "currency": "JPY", "extra": '{"credit_limit": "100"}'}
    made.item("C5-1", 3300, customer="C5", currency="JPY")  # 20 EUR over
    assert list(of(made)) == ["C4", "C5", "C1", "C3", "C2"]


def test_other_currencies_are_converted_at_the_closing_rate_and_without_one_there_is_no_sum() -> None:
    made = books(("C1", "200", ""))
    made.item("D", 100_00, customer="C1", currency="USD")
    one = of(made)["C1"]
    assert (one.open, one.converted, one.alerts) == (230_00, ("USD",), ("over the limit",))
    without = of(made, ClosingRates("EUR", {}))["C1"]
    assert (without.open, without.used, without.alerts) == (None, None, ("no rate for USD",))
    made.customers["C1"]["currency"] = "JPY"
    in_yen = of(made)["C1"]
    assert (in_yen.open, in_yen.limit) == (230 * 160, 200)


def test_a_customer_with_a_limit_who_owes_nothing_and_one_who_is_in_no_list_are_shown() -> None:
    made = Books(TODAY)
    made.customer("C1", "Firm", extra='{"credit_limit": "100"}')
    made.customer("C2", "Firm without limit")
    made.item("X", 7_00, customer="C9")
    found = of(made)
    assert {customer: (one.open, one.name) for customer, one in found.items()} == {"C1": (0, "Firm"), "C9": (7_00, "")}


def test_a_grade_that_fell_is_said() -> None:
    made = books(("C1", "1000", ""))
    assert of(made, C1="D")["C1"].alerts == ("grade fell from B to D",)
    assert of(made, C1="B")["C1"].alerts == ()
    assert of(made, C1="A")["C1"].alerts == ()
    assert of(made)["C1"].alerts == ()
