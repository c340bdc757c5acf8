"""The scorer on rows written out by hand, where every measure is known."""

from typing import Any

import polars as pl
import pytest

from benchmarks.score import main, score, table, violations
from benchmarks.scoring.case import Case, CaseError, case
from benchmarks.scoring.measure import calibration, judged, sweep

RATES = pl.DataFrame({"date": ["2026-10-01", "2026-10-02"], "currency": ["USD", "USD"], "per_base": ["9.9", "2.0"]})
ENTITIES = {"A": "1", "B": "2"}


def item(item_id: str, amount: str, due: str = "2026-10-10", *, customer: str = "C1", status: str = "open", **more: str) -> dict[str, str]:
    row = {
        "item_id": item_id,
        "entity": "1",
        "customer_id": customer,
        "currency": "EUR",
        "open_amount": amount,
        "due_date": due,
        "status": status,
    }
    return row | more


def true(line: str, item_id: str = "", amount: str = "", *, of: str = "", adjustment: str = "", **more: str) -> dict[str, str]:
    """A row of the truth; `of` is the line's amount when it is not the row's."""
    row = {
        "account": "A", "bank_reference": line, "booking_date": "2026-10-05", "currency": "EUR", "line_amount": of or amount or "1.00",
        "kind": "readable", "written": "", "payer_name": "exact", "payer_account": "known",
        "expected_outcome": "matched" if item_id else "unexplained",
        "identifiable": "yes", "item_id": item_id, "amount": amount, "item_amount": amount, "adjustment": adjustment, "reason": "",
    }  # fmt: skip
    return row | more


def match(
    line: str, item_id: str = "", amount: str = "0.00", state: str = "posted", confidence: str = "0.9997", **more: str
) -> dict[str, str]:
    row = {
        "account": "A", "bank_reference": line, "item_id": item_id, "amount_applied": amount, "adjustment_amount": "0.00",
        "state": state if item_id else "none", "outcome": "matched" if item_id else "unexplained",
        "confidence": confidence if item_id else "",
    }  # fmt: skip
    return row | more


ITEMS = [
    item("I1", "100.00"), item("I2", "50.00"), item("I3", "50.00"), item("I4", "50.00", "2026-11-10"), item("I5", "0.00", status="closed"),
    item("I6", "-20.00"), item("I7", "80.00", currency="USD"), item("I8", "75.00", entity="2"),
]  # fmt: skip


def compare(truth: list[dict[str, str]], matches: list[dict[str, str]], items: list[dict[str, str]] = ITEMS) -> Case:
    return case(pl.DataFrame(truth), pl.DataFrame(items), RATES, pl.DataFrame(matches), ENTITIES)


def measured(truth: list[dict[str, str]], matches: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    result: dict[str, Any] = score(compare(truth, matches, **more))
    return result


def test_everything_right() -> None:
    result = measured([true("L1", "I1", "100.00"), true("L2")], [match("L1", "I1", "100.00"), match("L2")])
    every = result["all"]
    assert (every["posted"], every["posted_exact"], every["wrong"], every["matchable"]) == (1, 1, 0, 1)
    assert every["posted_precision"] == every["posted_recall"] == every["posted_exact_share"] == every["outcome_right_share"] == 1
    assert violations(result["safety"]) == 0


def test_precision_and_recall_count_allocations_and_amounts() -> None:
    truth = [true("L1", "I1", "100.00", of="150.00"), true("L1", "I2", "50.00", of="150.00"), true("L2", "I4", "50.00")]
    every = measured(truth, [match("L1", "I1", "100.00"), match("L2", "I1", "20.00")])["all"]
    # posted: 100.00 right and 20.00 wrong; true: 100.00, 50.00, 50.00
    assert (every["posted_precision"], every["posted_recall"]) == (0.5, pytest.approx(1 / 3, abs=1e-6))
    assert every["posted_precision_weighted"] == pytest.approx(100 / 120, abs=1e-6)
    assert every["posted_recall_weighted"] == 0.5
    assert (every["wrong"], every["incomplete"], every["posted_exact"]) == (1, 1, 0)
    assert every["false_match_rate"] == 0.5


def test_amounts_in_other_currencies_weigh_by_their_latest_rate() -> None:
    truth = [true("L1", "I7", "80.00", currency="USD"), true("L2", "I1", "100.00")]
    every = measured(truth, [match("L1", "I7", "80.00"), match("L2")])["all"]
    # 80 dollars are 40 euro at 2.0
    assert every["posted_recall_weighted"] == pytest.approx(40 / 140, abs=1e-6)


def test_right_item_with_wrong_amount_is_wrong() -> None:
    every = measured([true("L1", "I1", "60.00")], [match("L1", "I1", "61.00")])["all"]
    assert (every["wrong"], every["posted_right_rows"], every["posted_exact"]) == (1, 0, 0)


def test_cash_without_its_adjustment_is_not_exact() -> None:
    truth = [true("L1", "I1", "98.00", adjustment="2.00")]
    every = measured(truth, [match("L1", "I1", "98.00")])["all"]
    assert (every["posted_exact"], every["posted_exact_cash"], every["wrong"]) == (0, 1, 0)
    assert measured(truth, [match("L1", "I1", "98.00", adjustment_amount="2.00")])["all"]["posted_exact"] == 1


def test_interchangeable_items_count_as_right() -> None:
    # I2 and I3 share customer, currency, open amount and due date; I4 is due later
    assert measured([true("L1", "I2", "50.00")], [match("L1", "I3", "50.00")])["all"]["posted_exact"] == 1
    assert measured([true("L1", "I2", "50.00")], [match("L1", "I4", "50.00")])["all"]["wrong"] == 1


@pytest.mark.parametrize(
    "other", [{"customer_id": "C2"}, {"entity": "2"}, {"currency": "USD"}, {"open_amount": "50.01"}, {"status": "closed"}]
)
def test_items_that_differ_in_anything_else_are_no_twins(other: dict[str, str]) -> None:
    items = [item("I2", "50.00"), item("I3", "50.00") | other]
    assert measured([true("L1", "I2", "50.00")], [match("L1", "I3", "50.00")], items=items)["all"]["posted_exact"] == 0


def test_a_twin_taken_twice_is_right_once() -> None:
    truth = [true("L1", "I2", "50.00", of="100.00"), true("L1", "I3", "50.00", of="100.00")]
    once = [match("L1", "I2", "50.00")]
    assert measured(truth, once)["all"]["incomplete"] == 1
    assert measured(truth, [*once, match("L1", "I3", "50.00")])["all"]["posted_exact"] == 1
    thrice = measured(truth, [*once, match("L1", "I3", "50.00"), match("L1", "I2", "50.00")])
    assert (thrice["all"]["posted_right_rows"], thrice["all"]["wrong"]) == (2, 1)


def test_proposals_count_only_where_nothing_is_posted() -> None:
    truth = [true("L1", "I1", "100.00"), true("L2", "I2", "50.00"), true("L3", "I4", "50.00")]
    given = [
        match("L1", "I1", "100.00"), match("L1", "I2", "50.00", "proposed"),
        match("L2", "I2", "50.00", "proposed"),
        match("L3", "I1", "100.00", "proposed"),
    ]  # fmt: skip
    every = measured(truth, given)["all"]
    assert (every["posted"], every["proposed"], every["posted_exact"], every["exact"]) == (1, 2, 1, 2)
    assert every["exact_share"] == pytest.approx(2 / 3, abs=1e-6)


def test_posting_a_receipt_that_matches_nothing_is_wrong() -> None:
    every = measured([true("L1", of="100.00")], [match("L1", "I1", "100.00")])["all"]
    assert (every["wrong"], every["posted_unmatchable"], every["posted_exact"]) == (1, 1, 0)


def test_small_samples_say_what_the_rate_may_still_be() -> None:
    truth = [true(f"L{n}", "I1", "100.00") for n in range(10)]
    given = [match(f"L{n}", "I1", "100.00") for n in range(10)]
    # Wilson's upper bound for 0 of 10 and 1 of 10, as tables give it
    assert measured(truth, given)["all"]["false_match_rate_at_most"] == pytest.approx(0.2775, abs=1e-4)
    assert measured(truth, [*given[:9], match("L9", "I2", "50.00")])["all"]["false_match_rate_at_most"] == pytest.approx(0.4042, abs=1e-4)


def test_sweep_finds_the_lowest_bar_that_keeps_the_precision() -> None:
    truth = [true(f"L{n}", "I1", "100.00") for n in range(1, 5)]
    right, wrong = ("I1", "100.00"), ("I2", "50.00")
    given = [
        match("L1", *right, "posted", "0.99"), match("L2", *right, "proposed", "0.90"),
        match("L3", *wrong, "posted", "0.80"), match("L4", *right, "proposed", "0.80"),
    ]  # fmt: skip
    lines = judged(compare(truth, given))
    strict, loose = sweep(lines, (0.999, 0.75))
    assert strict == {"precision": 0.999, "bar": 0.9, "lines": 2, "right": 2, "share": 0.5}
    assert loose == {"precision": 0.75, "bar": 0.8, "lines": 4, "right": 3, "share": 0.75}
    # two lines of one confidence cannot be told apart by a bar
    assert sweep(lines, (0.8,))[0]["lines"] == 2


def test_sweep_of_nothing_right() -> None:
    lines = judged(compare([true("L1", "I1", "100.00")], [match("L1", "I2", "50.00")]))
    assert sweep(lines, (0.9,)) == [{"precision": 0.9, "bar": None, "lines": 0, "right": 0, "share": 0.0}]


def test_calibration_is_the_mean_distance_of_stated_and_right() -> None:
    truth = [true(f"L{n}", "I1", "100.00") for n in range(1, 5)]
    given = [match(f"L{n}", "I1" if n < 4 else "I2", "100.00", "proposed", "0.92") for n in range(1, 4)]
    given.append(match("L4", "I2", "50.00", "proposed", "0.4"))
    found = calibration(judged(compare(truth, given)))
    # three lines stated 0.92 and right, one stated 0.4 and wrong
    assert found["expected_error"] == pytest.approx((3 * 0.08 + 0.4) / 4)
    assert [(b["above"], b["to"], b["lines"], b["right"]) for b in found["bins"]] == [(0.3, 0.4, 1, 0.0), (0.9, 0.95, 3, 1.0)]


def test_safety_counts_what_must_never_happen() -> None:
    truth = [true("L1", "I1", "100.00"), true("L2", "I1", "0.01"), true("L3", of="50.00"), true("L4", of="10.00"), true("L5", of="75.00")]
    given = [
        match("L1", "I1", "100.00"), match("L2", "I1", "0.01"),  # one cent more than is open
        match("L3", "I2", "50.00"), match("L3", "I3", "50.00"),  # 100.00 out of 50.00
        match("L4", "I5", "10.00"),  # closed
        match("L5", "I8", "75.00"),  # another legal entity's
        match("L9", "I1", "1.00"), match("L1", "I99", "1.00"),  # neither exists
    ]  # fmt: skip
    found = measured(truth, given)["safety"]
    assert found["over_applied_items"] == 2  # I1, and the closed one
    assert found["over_spent_lines"] == 2  # L3, and L1 with the item that does not exist
    assert found["rows_on_closed_items"] == 1
    assert found["rows_across_companies"] == 1
    assert (found["rows_of_unknown_lines"], found["rows_of_unknown_items"]) == (1, 1)


def test_over_applied_counts_adjustments_and_credit_notes() -> None:
    truth = [true("L1", "I1", "99.00"), true("L2", "I6", "-20.00", of="30.00"), true("L2", "I2", "50.00", of="30.00")]
    good = [match("L1", "I1", "99.00", adjustment_amount="1.00"), match("L2", "I6", "-20.00"), match("L2", "I2", "50.00")]
    assert measured(truth, good)["safety"]["over_applied_items"] == 0
    bad = [match("L1", "I1", "99.00", adjustment_amount="1.01"), match("L2", "I6", "-20.01"), match("L2", "I2", "50.00")]
    assert measured(truth, bad)["safety"]["over_applied_items"] == 2
    assert measured(truth, [match("L1", "I6", "5.00"), match("L2")])["safety"]["over_applied_items"] == 1


def test_proposals_are_not_unsafe() -> None:
    found = measured([true("L1", of="10.00")], [match("L1", "I5", "10.00", "proposed")])["safety"]
    assert violations(found) == 0


def test_lines_without_an_answer_are_counted() -> None:
    result = measured([true("L1", "I1", "100.00"), true("L2")], [match("L1", "I1", "100.00")])
    assert result["safety"]["lines_without_answer"] == 1
    assert result["all"]["outcome_right"] == 1


def test_by_kind_and_outcomes() -> None:
    truth = [true("L1", "I1", "100.00", kind="typo"), true("L2", kind="interest", expected_outcome="non_receivable")]
    result = measured(truth, [match("L1"), match("L2")])
    assert [(row["kind"], row["lines"], row["posted_exact_share"]) for row in result["by"]["kind"]] == [
        ("interest", 1, None),
        ("typo", 1, 0.0),
    ]
    assert result["outcomes"] == [
        {"expected_outcome": "matched", "outcome": "unexplained", "state": "none", "lines": 1},
        {"expected_outcome": "non_receivable", "outcome": "unexplained", "state": "none", "lines": 1},
    ]
    assert "typo" in table(result | {"month": {}})


def test_amounts_must_be_amounts() -> None:
    with pytest.raises(CaseError, match="the matches"):
        compare([true("L1", "I1", "100.00")], [match("L1", "I1", "1,00")])


def test_command_tells_what_is_missing(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "matcher.toml").write_text('[[account]]\nid = "A"\nentity = "1"\n')
    (tmp_path / "m.csv").write_text("account,item_id\nA,I1\n")
    assert main([str(tmp_path), str(tmp_path / "m.csv")]) == 3
    assert "bank_reference" in capsys.readouterr().err
