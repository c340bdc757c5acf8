"""Key figures on ledgers that are small enough to be added up by hand."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from states import Books, Part, frame

from matcher.frames import MOVEMENT, STATE_CREDIT, State, empty
from matcher.ledger.figures import key
from matcher.ledger.figures.rates import ClosingRates, closing_rates
from matcher.ledger.figures.ratio import Ratio, fixed
from matcher.ledger.figures.sums import Place, Span, Sums, sums

QUARTER = Span(date(2026, 10, 1), date(2026, 12, 29), date(2026, 10, 1))
MONTH = Span(date(2026, 3, 1), date(2026, 3, 31), date(2026, 1, 1))
PLACE = Place("1", "EUR")
NO_RATES = ClosingRates("EUR", {})


def text(of: Ratio) -> str:
    assert of.value is not None
    return fixed(of.value)


def test_the_worked_example_of_receivables_500_current_300_sales_1500_in_90_days() -> None:
    made = Sums(receivables=500_00, current=300_00, sales=1_500_00)
    assert QUARTER.sales_days == 90
    assert text(key.days_sales_outstanding(made, QUARTER)) == "30.00"
    assert text(key.best_possible_dso(made, QUARTER)) == "18.00"
    assert text(key.average_days_delinquent(made, QUARTER)) == "12.00"


def test_the_worked_example_of_the_collection_index() -> None:
    made = Sums(opening=400_00, period_sales=1_500_00, receivables=500_00, current=300_00)
    assert text(key.collection_effectiveness(made, QUARTER)) == "87.50"


def test_count_back_takes_whole_months_and_a_share_of_the_last() -> None:
    months = {(2026, 2): 400_00, (2026, 3): 300_00}
    assert text(key.count_back_dso(Sums(receivables=500_00, monthly_sales=months), MONTH)) == "45.00"  # 31 + 200 / 400 x 28
    assert text(key.count_back_dso(Sums(receivables=300_00, monthly_sales=months), MONTH)) == "31.00"
    assert text(key.count_back_dso(Sums(receivables=0, monthly_sales=months), MONTH)) == "0.00"
    assert key.count_back_dso(Sums(receivables=700_01, monthly_sales=months), MONTH).value is None
    assert key.count_back_dso(Sums(receivables=1), MONTH).value is None


def test_a_month_without_sales_counts_with_its_days_and_a_month_begun_with_those_that_are_over() -> None:
    months = {(2025, 12): 100_00, (2026, 1): -5_00, (2026, 2): 100_00}
    begun = Span(date(2026, 2, 1), date(2026, 2, 10), date(2026, 2, 1))
    assert text(key.count_back_dso(Sums(receivables=150_00, monthly_sales=months), begun)) == "56.50"  # 10 + 31 + 50 / 100 x 31


def test_true_dso_holds_each_open_invoice_against_the_sales_of_its_month() -> None:
    made = Sums(invoice_days={(2026, 2): 100_00 * 40, (2026, 3): 30_00 * 10}, monthly_sales={(2026, 2): 400_00, (2026, 3): 300_00})
    assert [ratio.value for ratio in key.true_dso(made, MONTH)] == [10, 1]


def test_a_share_of_nothing_is_no_figure_and_nothing_of_something_is_zero() -> None:
    assert Ratio(0, 0, 100).value is None
    assert Ratio(5, -1).value is None
    assert Ratio(0, 7, 100).value == 0
    made = key.key_figures({PLACE: Sums()}, MONTH, NO_RATES, {})
    assert {figure.text for figure in made.figures} == {"", "0.00"}
    assert [figure.measure.id for figure in made.figures if figure.text] == ["count_back_dso"]


@pytest.mark.parametrize(
    ("value", "places", "down", "said"),
    [
        (Fraction(1, 3), 2, False, "0.33"), (Fraction(2, 3), 2, False, "0.67"), (Fraction(1, 8), 2, False, "0.13"),
        (Fraction(-1, 8), 2, False, "-0.13"), (Fraction(-1, 1000), 2, False, "0.00"), (Fraction(99_999, 1000), 2, True, "99.99"),
        (Fraction(5, 2), 0, False, "3"), (7, 2, False, "7.00"), (10**30, 1, False, f"{10**30}.0"),
    ],
)  # fmt: skip
def test_figures_are_printed_with_fixed_decimals_and_shares_never_rounded_up(
    value: Fraction | int, places: int, down: bool, said: str
) -> None:
    assert fixed(value, places, down=down) == said


def ledger() -> State:
    """March 2026. Five receipts: 100 matched by a rule, 60 matched by a rule and wrong, 40 accepted by a person, 30 on account, a fee."""
    books = Books()
    books.item("I1", 100_00, issue=date(2026, 2, 1), due=date(2026, 3, 1))
    books.item("I2", 80_00, issue=date(2026, 3, 5), due=date(2026, 4, 5))
    books.item("I3", 40_00, issue=date(2026, 1, 10), due=date(2026, 2, 10))
    books.item("G1", -20_00, issue=date(2026, 3, 20), due=None)
    for name, amount, day in (("L1", 100_00, 10), ("L2", 60_00, 12), ("L3", 40_00, 20), ("L4", 30_00, 21), ("L5", 9_00, 22)):
        books.line(name, amount, customer="C1", day=date(2026, 3, day))
    books.post("D1", "L1", {"I1": 100_00}, at="2026-03-11T08:00:00+00:00")
    books.post("D2", "L2", {"I2": 60_00}, at="2026-03-12T08:00:00+00:00")
    books.undo("D2")
    books.post("D3", "L3", {"I3": Part(38_00, 2_00, "discount")}, actor="ada", kind="accept", at="2026-03-25T08:00:00+00:00")
    books.post("D4", "L4", {}, outcome="on_account", actor="ada", kind="on_account", at="2026-03-25T08:00:00+00:00")
    books.post("D5", "L5", {}, outcome="non_receivable", at="2026-03-25T08:00:00+00:00")
    state = books.state()
    moved = [
        ("I1", "issue", 100_00, date(2026, 2, 1)), ("I1", "cash", -100_00, date(2026, 3, 10)),
        ("I2", "issue", 80_00, date(2026, 3, 5)), ("G1", "issue", -20_00, date(2026, 3, 20)),
        ("I3", "issue", 40_00, date(2026, 1, 10)), ("I3", "cash", -38_00, date(2026, 3, 20)),
        ("I3", "adjustment", -2_00, date(2026, 3, 20)),
        ("U-L3", "unapplied", -2_00, date(2026, 3, 20)), ("U-L4", "unapplied", -30_00, date(2026, 3, 21)),
    ]  # fmt: skip
    rows = [
        {"item_id": item, "entity": "1", "customer_id": "C1", "currency": "EUR", "amount": amount, "effective_date": day, "kind": kind}
        for item, kind, amount, day in moved
    ]
    return replace(state, movements=frame(rows, MOVEMENT), credits=empty(STATE_CREDIT))


def test_the_sums_of_a_small_ledger() -> None:
    (made,) = sums(ledger(), MONTH, wrong=["D2"]).values()
    assert (made.receivables, made.opening, made.current) == (28_00, 140_00, 80_00)
    assert (made.sales, made.period_sales) == (200_00, 60_00)
    assert dict(made.monthly_sales) == {(2026, 1): 40_00, (2026, 2): 100_00, (2026, 3): 60_00}
    assert dict(made.invoice_days) == {(2026, 3): 80_00 * 26}
    assert (made.receipts, made.receipts_value, made.auto, made.auto_value) == (4, 230_00, 1, 100_00)
    assert (made.parts, made.parts_value, made.auto_parts, made.auto_parts_value) == (2, 138_00, 1, 100_00)
    assert (made.decisions, made.wrong) == (3, 1)  # of the fee, too
    assert made.unapplied == 92_00  # 60 unidentified, 30 on account, 2 left of the third
    assert (made.left, made.left_days) == (92_00, 60_00 * 19 + 2_00 * 11 + 30_00 * 10)
    assert (made.applied, made.applied_days) == (138_00, 100_00 * 1 + 38_00 * 5)


def test_each_figure_says_from_which_sums_it_comes() -> None:
    made = key.key_figures(sums(ledger(), MONTH, wrong=["D2"]), MONTH, NO_RATES, {"1": date(2025, 12, 31)})
    rows = {row["figure"]: row for row in key.table(made).iter_rows(named=True)}
    said = {name: (row["value"], row["numerator"], row["denominator"], row["factor"]) for name, row in rows.items()}
    assert said == {
        "dso": ("12.60", "28.00", "200.00", 90),
        "best_possible_dso": ("36.00", "80.00", "200.00", 90),
        "average_days_delinquent": ("-23.40", "-52.00", "200.00", 90),
        "count_back_dso": ("14.47", "28.00", "60.00", 31),
        "true_dso": ("34.67", "2080.00", "60.00", 1),
        "collection_effectiveness": ("143.33", "172.00", "120.00", 100),
        "receipts_matched": ("25.00", "1", "4", 100),
        "receipts_value_matched": ("43.47", "100.00", "230.00", 100),
        "documents_matched": ("50.00", "1", "2", 100),
        "documents_value_matched": ("72.46", "100.00", "138.00", 100),
        "match_precision": ("66.66", "2", "3", 100),
        "unapplied_share": ("40.00", "92.00", "230.00", 100),
        "unapplied_age": ("15.89", "1462.00", "92.00", 1),
        "days_to_apply": ("2.10", "290.00", "138.00", 1),
    }
    assert (rows["dso"]["first"], rows["receipts_matched"]["first"], rows["dso"]["last"]) == ("2026-01-01", "2026-03-01", "2026-03-31")
    assert {row["note"] for row in rows.values()} == {""}


def test_currencies_are_added_at_the_closing_rate_and_never_without_one() -> None:
    parts = {
        Place("1", "EUR"): Sums(receivables=100_00, sales=200_00, receipts=3, auto=1),
        Place("1", "JPY"): Sums(receivables=1600, sales=1600, receipts=1),
    }
    listed = pl.DataFrame(
        [(date(2026, 3, 30), "JPY", "160"), (date(2026, 3, 31), "USD", "1.1"), (date(2026, 4, 1), "JPY", "170")],
        schema=["date", "currency", "per_base"], orient="row",
    )  # fmt: skip
    made = key.key_figures(parts, MONTH, closing_rates(listed, MONTH.last, "EUR"), {})
    whole = {figure.measure.id: figure for figure in made.figures if figure.converted}
    assert whole["dso"].ratios == (Ratio(110_00, 210_00, 90),)
    assert whole["receipts_matched"].ratios == (Ratio(1, 4, 100),)
    assert made.missing == ()
    without = key.key_figures(parts, MONTH, closing_rates(listed, date(2026, 3, 29), "EUR"), {})
    assert without.missing == ("JPY",)
    assert {(figure.place, figure.converted) for figure in without.figures} == {(place, False) for place in parts}


def test_sales_from_before_the_first_list_are_known_in_part_and_that_is_said() -> None:
    made = key.key_figures(sums(ledger(), MONTH), MONTH, NO_RATES, {"1": date(2026, 3, 2)})
    notes = {figure.measure.id: figure.note for figure in made.figures}
    assert made.begins == date(2026, 3, 2)
    assert notes["dso"] == "sales before 2026-03-02 are known only of documents that were open then"
    assert notes["receipts_matched"] == ""
    true = next(figure for figure in made.figures if figure.measure.id == "true_dso")
    assert (true.text, true.note) == ("", "something is open of months before 2026-03-02, whose sales are not known")
