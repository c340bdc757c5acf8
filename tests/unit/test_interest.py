"""Late interest, reckoned by hand: every figure here was computed without the program."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from support import CONFIG, Row, customers_file, items_file, lines_file, new_books

from matcher.books import Books
from matcher.credit_control.interest import _Flat, segments_of
from matcher.credit_control.interest_profiles import shipped
from matcher.errors import MatcherError

CUSTOMERS: list[Row] = [
    {"customer_id": "DE1", "name": "Muster GmbH", "country": "DE"},
    {"customer_id": "FR1", "name": "Modele SARL", "country": "FR"},
    {"customer_id": "GB1", "name": "Sample Ltd", "country": "GB"},
    {"customer_id": "CN1", "name": "样品有限公司", "country": "CN"},
    {"customer_id": "US1", "name": "Specimen Inc", "country": "US"},
]


def books(folder: Path, items: list[Row], lines: list[Row] | None = None, more: str = "") -> Books:
    made = new_books(folder / "books", CONFIG + more)
    made.import_files("customers", [customers_file(folder, CUSTOMERS)])
    made.import_files("items", [items_file(folder, items)])
    if lines:
        made.ingest([lines_file(folder, lines)])
    return made


def item(customer: str, amount: str, due: str, currency: str = "EUR", **more: str) -> Row:
    return {
        "item_id": "F1", "customer_id": customer, "document_no": "RE-1", "amount": amount, "due_date": due, "currency": currency,
        "issue_date": "2015-01-05", **more,
    }  # fmt: skip


VECTORS = [
    # 100000 x 10.27 x 29 / 36500 = 815.97, and 100000 x 10.52 x 31 / 36500 = 893.48: 1709.45
    ("DE1", "1000.00", "EUR", "2026-06-01", "2026-07-31", 60, "17.09", "40.00", "de-bgb-288"),
    # 50000 x 10.15 x 10 / 36500 = 139.04
    ("FR1", "500.00", "EUR", "2025-12-31", "2026-01-10", 10, "1.39", "40.00", "eu-2011-7"),
    # the rate of June 2025 holds: 200000 x 12.75 x 72 / 36500 = 5030.14; more than GBP 1,000 bear GBP 70
    ("GB1", "2000.00", "GBP", "2025-06-20", "2025-08-31", 72, "50.30", "70.00", "uk-1998"),
    ("GB1", "999.99", "GBP", "2025-06-20", "2025-08-31", 72, "25.15", "40.00", "uk-1998"),
    # 10000000 x 0.05 % x 31
    ("CN1", "100000.00", "CNY", "2026-09-30", "2026-10-31", 31, "1550.00", "", "cn-sme"),
    # a leap year has 366 days, and each bears a 365th: 100000 x 12.62 x 60 / 36500 = 2074.52
    ("DE1", "1000.00", "EUR", "2023-12-31", "2024-02-29", 60, "20.75", "40.00", "de-bgb-288"),
]


@pytest.mark.parametrize(("customer", "amount", "currency", "due", "day", "days", "interest", "fixed", "profile"), VECTORS)
def test_interest_by_the_law_of_a_country(
    tmp_path: Path, customer: str, amount: str, currency: str, due: str, day: str, days: int, interest: str, fixed: str, profile: str
) -> None:
    made = books(tmp_path, [item(customer, amount, due, currency)])
    (one,) = made.interest(as_of=date.fromisoformat(day))
    told = one.to_dict()
    assert (told["days"], told["interest"], told["fixed"], told["profile"]) == (days, interest, fixed, profile)


def test_a_payment_lowers_what_bears_interest_from_the_day_after_its_value_date(tmp_path: Path) -> None:
    # 10 days on 1,000.00: 281.37; 20 days on 600.00: 337.64
    lines = [{"bank_reference": "B1", "booking_date": "2026-02-12", "value_date": "2026-02-10", "amount": "400.00"}]
    made = books(tmp_path, [item("DE1", "1000.00", "2026-01-31")], lines)
    made.allocate("ref:B1", made.wanted(["F1"]))
    (one,) = made.interest(as_of=date(2026, 3, 2))
    assert [(part.first, part.last, part.days, part.open) for part in one.segments] == [
        (date(2026, 2, 1), date(2026, 2, 10), 10, 100000), (date(2026, 2, 11), date(2026, 3, 2), 20, 60000),
    ]  # fmt: skip
    assert one.to_dict()["interest"] == "6.19"


def test_what_was_paid_late_bears_interest_until_then_when_it_is_named(tmp_path: Path) -> None:
    lines = [{"bank_reference": "B1", "booking_date": "2026-02-10", "amount": "1000.00"}]
    made = books(tmp_path, [item("DE1", "1000.00", "2026-01-31")], lines)
    made.allocate("ref:B1", made.wanted(["F1"]))
    assert made.interest(as_of=date(2026, 3, 31)) == []
    (one,) = made.interest(["RE-1"], date(2026, 3, 31))
    assert (one.days, one.to_dict()["interest"]) == (10, "2.81")


def test_who_pays_on_the_due_date_owes_nothing(tmp_path: Path) -> None:
    lines = [{"bank_reference": "B1", "booking_date": "2026-01-31", "amount": "1000.00"}]
    made = books(tmp_path, [item("DE1", "1000.00", "2026-01-31")], lines)
    made.allocate("ref:B1", made.wanted(["F1"]))
    assert made.interest(["RE-1"], date(2026, 3, 31)) == []


OWN = [
    # 100000 x 6 x 30 / 36000
    ('[interest.customers.DE1]\nrate = "6"\nday_basis = 360\n', "5.00", "agreed", ""),
    ('[interest]\nprofile = "eu-2011-7"\n', "8.34", "eu-2011-7", "40.00"),
    ('[interest]\nrate = "6"\n[interest.customers.DE1]\nprofile = "de-bgb-288"\n', "8.44", "de-bgb-288", "40.00"),
]


@pytest.mark.parametrize(("more", "interest", "profile", "fixed"), OWN)
def test_what_was_agreed_or_chosen_goes_before_the_law_of_the_country(
    tmp_path: Path, more: str, interest: str, profile: str, fixed: str
) -> None:
    made = books(tmp_path, [item("DE1", "1000.00", "2026-01-31")], more=more)
    (one,) = made.interest(as_of=date(2026, 3, 2))
    assert (one.to_dict()["interest"], one.profile, one.to_dict()["fixed"]) == (interest, profile, fixed)


def test_what_is_not_known_is_said_and_not_reckoned(tmp_path: Path) -> None:
    made = books(tmp_path, [item("US1", "10.00", "2026-01-31"), item("DE1", "10.00", "2015-03-01") | {"item_id": "F2"}])
    told = {one.item_id: (one.interest, one.fixed, " ".join(one.notes)) for one in made.interest(as_of=date(2026, 3, 2))}
    assert told["F1"] == (0, 0, "no late interest is known for the customer's country; see [interest] in matcher.toml")
    assert told["F2"] == (0, 0, "the rates of Base rate of § 247 BGB begin on 2016-07-01")


def test_beyond_the_table_the_last_rate_is_used_and_said_to_be(tmp_path: Path) -> None:
    row = item("DE1", "1000.00", "2026-12-31")
    (one,) = books(tmp_path / "a", [row]).interest(as_of=date(2027, 1, 10))
    assert one.notes == ("the rates of Base rate of § 247 BGB end on 2026-12-31; the last one is used",)
    # 100000 x 10.52 x 10 / 36500 = 288.22; with an own row of 2 %: 100000 x 11 x 10 / 36500 = 301.37
    assert one.to_dict()["interest"] == "2.88"
    (own,) = books(tmp_path / "b", [row], more='[interest]\nrates.de_base = [["2027-01-01", "2.00"]]\n').interest(as_of=date(2027, 1, 10))
    assert (own.to_dict()["interest"], own.notes) == ("3.01", ())


LPR = [
    ("", "the rate lpr_1y is not in [interest.rates], so that the least agreed rate is not checked"),
    ('rates.lpr_1y = [["2026-01-20", "3.00"]]\n', "the agreed rate of 2.5 is below 3.00, the least that cn-sme allows"),
    ('rates.lpr_1y = [["2026-01-20", "2.50"]]\n', ""),
]


@pytest.mark.parametrize(("rates", "note"), LPR)
def test_an_agreed_rate_may_lie_below_what_the_law_allows(tmp_path: Path, rates: str, note: str) -> None:
    made = books(tmp_path, [item("CN1", "1000.00", "2026-09-30", "CNY")], more=f'[interest]\nrate = "2.5"\n{rates}')
    (one,) = made.interest(as_of=date(2026, 10, 31))
    assert " ".join(one.notes) == note


def test_a_profile_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    made = books(tmp_path, [item("DE1", "10.00", "2026-01-31")], more='[interest]\nprofile = "de"\n')
    with pytest.raises(MatcherError, match=r"interest\.profile: 'de' is none of eu-2011-7"):
        made.interest()


def test_interest_is_rounded_once_and_half_up(tmp_path: Path) -> None:
    made = books(tmp_path, [item("CN1", "10.00", "2026-10-30", "CNY")])
    (one,) = made.interest(as_of=date(2026, 10, 31))  # 1000 x 0.05 % = half a fen
    assert one.interest == 1
    parts = segments_of([(date(2026, 1, 1), 1000)], date(2026, 1, 2), date(2026, 1, 4), _Flat(Decimal("0.05"), 1))
    assert [part.interest for part in parts] == [Fraction(3, 2)]


def test_every_shipped_table_ends_and_names_its_source() -> None:
    known = shipped()
    assert all(table.source for table in known.tables.values())
    assert all(table.until is not None and table.rates[-1][0] <= table.until for table in known.tables.values())
    assert all(profile.source for profile in known.profiles.values())
    assert {profile.table for profile in known.profiles.values()} - {""} == set(known.tables)
    countries = [country for profile in known.profiles.values() for country in profile.countries]
    assert len(countries) == len(set(countries))
    # § 247(1) BGB: the base rate moves by as many points as the ECB's, and was 0.88 below it in July 2016
    ecb = known.tables["ecb"]
    assert all(rate == (ecb.on(day) or Decimal(0)) - Decimal("0.88") for day, rate in known.tables["de_base"].rates)
