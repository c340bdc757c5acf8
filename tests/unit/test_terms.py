"""Terms of payment in words: what is understood, as a whole or not at all."""

from datetime import date

import pytest

from matcher.terms import Discount, Terms, later, parse

ISSUED = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("net 30", date(2026, 3, 2)),
        ("30 days", date(2026, 3, 2)),
        ("n/30", date(2026, 3, 2)),
        ("14 Tage netto", date(2026, 2, 14)),
        ("zahlbar innerhalb von 14 Tagen", date(2026, 2, 14)),
        ("30 jours", date(2026, 3, 2)),
        ("30天", date(2026, 3, 2)),
        ("due on receipt", ISSUED),
        ("sofort", ISSUED),
        ("Sofort zahlbar ohne Abzug", ISSUED),
        ("现结", ISSUED),
        ("EOM", date(2026, 1, 31)),
        ("30 EOM", date(2026, 3, 31)),
        ("30 jours fin de mois", date(2026, 3, 31)),
        ("fin de mois", date(2026, 1, 31)),
        ("月结30天", date(2026, 3, 2)),
        ("10th of next month", date(2026, 2, 10)),
        ("31st of next month", date(2026, 2, 28)),
        ("End of following month", date(2026, 2, 28)),
        ("次月10日", date(2026, 2, 10)),
    ],
)
def test_the_due_date(text: str, due: date) -> None:
    terms = parse(text)
    assert terms is not None
    assert (terms.due(ISSUED), terms.discounts) == (due, ())


@pytest.mark.parametrize(
    ("text", "steps", "days"),
    [
        ("2/10 net 30", [(20_000, 10)], 30),
        ("2% 10 Net 30", [(20_000, 10)], 30),
        ("3% 10, 2% 20, net 30", [(30_000, 10), (20_000, 20)], 30),
        ("2% 10 Tage, 30 Tage netto", [(20_000, 10)], 30),
        ("10 Tage 3% Skonto, 20 Tage 2%, 30 Tage netto", [(30_000, 10), (20_000, 20)], 30),
        ("14 Tage 2,5 % Skonto 30 Tage netto", [(25_000, 14)], 30),
        ("innerhalb 14 Tagen 2% Skonto, 30 Tage netto", [(20_000, 14)], 30),
        ("within 14 days 2 % cash discount, within 30 days due net", [(20_000, 14)], 30),
        ("1/10, n/30", [(10_000, 10)], 30),
        ("2/10", [(20_000, 10)], None),
    ],
)
def test_discounts_for_paying_early(text: str, steps: list[tuple[int, int]], days: int | None) -> None:
    assert parse(text) == Terms(days, discounts=tuple(Discount(*step) for step in steps))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "Z030",
        "ZB30",
        "Skonto",
        "as agreed in 2019",
        "30% advance, rest net 30",
        "2/20, 3/10 net 30",
        "100/10 net 30",
        "32nd of next month",
    ],
)
def test_nothing_is_made_of_what_is_not_understood_as_a_whole(text: str) -> None:
    assert parse(text) is None


def test_later_steps_are_those_behind_the_first_that_are_worth_less() -> None:
    text = "3% 10, 2% 20, net 30"
    first = date(2026, 2, 10)
    assert later(text, ISSUED, 30_000, first) == ((20_000, date(2026, 2, 20)),)
    assert later(text, ISSUED, 20_000, date(2026, 2, 20)) == ()
    assert later("2/10 net 30", ISSUED, 20_000, first) == ()
    assert later("see contract", ISSUED, 20_000, first) == later("", ISSUED, 20_000, first) == ()
    assert later("3% 10, 2% 20, 1% 99999", ISSUED, 30_000, first) == ((20_000, date(2026, 2, 20)),)  # beyond the calendar that counts
