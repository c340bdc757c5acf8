"""How a payer names the documents that it pays, receipt by receipt."""

from datetime import date

import pytest

from matcher.matching import naming
from matcher.matching.naming import Document, Payment

INVOICE = Document("1", "RE-2026-00411", "PO-7781", date(2026, 9, 3))
OTHER = Document("2", "RE-2026-00415", "", date(2026, 9, 20))


def shown(text: str, *documents: Document, months: dict[date, int] | None = None) -> set[str]:
    return set(naming.ways(Payment(text, ("20017", "C1"), documents or (INVOICE,), months or {})))


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("RE-2026-00411", set()),  # the whole number is no habit
        ("Rg. 00411", {"number-end"}),
        ("411", {"number-end"}),
        ("Rg 11", set()),  # two digits end too many numbers
        ("RE 2026 00411, 411", set()),  # the end of a number that stands there whole
        ("Bestellung PO 7781", {"purchase-order"}),
        ("PO-77812", set()),  # a longer number
        ("Kd.-Nr. 20017", {"customer-number"}),
        ("Vertrag V-8841/22 danke", {"V884122"}),
        ("vom 04.11.2026", set()),  # a day ends no number
        ("danke", set()),
    ],
)
def test_what_a_text_shows(text: str, ways: set[str]) -> None:
    assert shown(text) == ways


def test_each_document_must_be_named_so() -> None:
    assert shown("411 und 415", INVOICE, OTHER) == {"number-end"}
    assert shown("411", INVOICE, OTHER) == set()
    assert shown("PO-7781", INVOICE, OTHER) == set()  # the other one has no order


def test_a_month_is_paid_whole_when_it_has_no_further_document() -> None:
    september = date(2026, 9, 1)
    assert shown("September", INVOICE, OTHER, months={september: 2}) == {"whole-month"}
    assert shown("September", INVOICE, OTHER, months={september: 3}) == set()
    assert shown("September", INVOICE, months={september: 1}) == set()  # one document is no month
    october = OTHER._replace(issue_date=date(2026, 10, 2))
    assert shown("", INVOICE, october, months={september: 2}) == set()


@pytest.mark.parametrize(("payments", "all_of_them", "counts"), [(2, 2, False), (3, 3, True), (3, 4, True), (3, 5, False), (6, 8, True)])
def test_a_way_counts_from_three_payments_and_in_three_of_four(payments: int, all_of_them: int, counts: bool) -> None:
    assert naming.counts(payments, all_of_them) is counts
